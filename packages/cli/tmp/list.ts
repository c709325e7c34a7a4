import * as Sim from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
  const s = yield* Sim.start({})
  for (const m of s.mailboxes) console.log(JSON.stringify({ ...m, token: m.token?.slice(0, 12) }))
  console.log(s.connectTo)
})))
