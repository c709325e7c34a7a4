import * as Store from "@sonde/platform-node/NodeJournalStore"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import * as Sim from "@sonde/simulator/Simulator"
import { Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Fs from "node:fs"
const program = Effect.gen(function*() {
  const sim = yield* Sim.start({})
  const sonde = yield* Sonde
  for (const m of sim.mailboxes) {
    const t = Date.now()
    const r = yield* sonde.check(
      {
        target: m.address,
        provider: "microsoft-365",
        connectTo: [...sim.connectTo],
        ca: sim.caPem,
        ...(m.token ? { token: Redacted.make(m.token) } : { secret: Redacted.make(m.secret) }),
        ...(m.user ? { user: m.user } : {}),
        ...(m.from ? { from: m.from } : {}),
        deliver: true,
        to: ["someone@contoso.example"]
      } as any
    )
    const s = r.services[0]!
    const f = s.phases.find((p) => p.error)
    console.log(
      m.behaviour,
      "=>",
      r.outcome,
      r.exitCode,
      f?.id,
      f?.error?._tag,
      r.verdicts.map((v) => v.cause + "/" + v.confidence + " " + v.rule).join(" | "),
      Date.now() - t + "ms",
      r.state,
      s.phases.map((p) => p.id + ":" + p.state).join(" ")
    )
  }
})
await Effect.runPromise(
  Effect.scoped(program).pipe(
    Effect.provide(
      Sonde.layer.pipe(Layer.provide(Layer.merge(NodeNet.layer, Store.layer({ folder: "/tmp/sonde-state" }))))
    )
  ) as any
)
