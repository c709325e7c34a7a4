/**
 * Many checks in one process through the facade, as an embedder runs them.
 *
 *     BENCH_SECRET=… node bulk.ts PORT CA_FILE COUNT CONCURRENCY check|submission|check-imap|mailbox [STATE_FOLDER]
 *
 * `check` writes a report, and a journal below STATE_FOLDER or in memory; `submission` and, of IMAP, `mailbox` give the typed result
 * alone.
 * Prints `{ "cpuMicros", "wallMillis" }` of the checks, without what it took to start.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { readFileSync } from "node:fs"
import process from "node:process"
import * as JournalStore from "../../packages/pipeline/src/JournalStore.ts"
import * as NodeJournalStore from "../../packages/platform-node/src/NodeJournalStore.ts"
import * as NodeNet from "../../packages/platform-node/src/NodeNet.ts"
import { Sonde } from "../../packages/sonde/src/Sonde.ts"

const [port, ca = "", count, concurrency, how, folder] = process.argv.slice(2)
const isImap = how === "check-imap" || how === "mailbox"
const options = {
  target: "user@bench.test",
  host: "mail.bench.test",
  port: Number(port),
  ...(isImap
    ? { only: ["imap"], security: "tls", auth: "plain" } as const
    : { security: "starttls", auth: "login" } as const),
  connectTo: [`mail.bench.test:${port}:127.0.0.1:${port}`],
  ca: readFileSync(ca, "utf8"),
  secret: Redacted.make(process.env["BENCH_SECRET"] ?? "")
} as const

const program = Effect.gen(function*() {
  const sonde = yield* Sonde
  const report = Effect.flatMap(
    sonde.check(options),
    ({ outcome, services }) => outcome === "pass" ? Effect.void : Effect.die(new Error(JSON.stringify(services)))
  )
  const one = how === "submission"
    ? Effect.asVoid(Effect.orDie(sonde.submission(options)))
    : how === "mailbox"
    ? Effect.asVoid(Effect.orDie(sonde.mailbox(options)))
    : Effect.orDie(report)
  const before = process.cpuUsage()
  const started = performance.now()
  yield* Effect.forEach(Array.from({ length: Number(count) }), () => one, {
    concurrency: Number(concurrency),
    discard: true
  })
  const { system, user } = process.cpuUsage(before)
  console.log(JSON.stringify({ cpuMicros: user + system, wallMillis: performance.now() - started }))
})

const journal = folder === undefined ? JournalStore.JournalStore.layerMemory : NodeJournalStore.layer({ folder })
await Effect.runPromise(
  Effect.provide(program, Sonde.layer.pipe(Layer.provide(Layer.merge(NodeNet.layer, journal))))
)
