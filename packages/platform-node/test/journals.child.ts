/**
 * Another process at the journals of a folder, or of the database of `SONDE_TEST_DATABASE`:
 * `node journals.child.ts FOLDER RUN DEED`.
 *
 * Says one word per line on standard output: what it holds, or why it does not.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import { JournalStore } from "@sonde/pipeline/JournalStore"
import * as NodeJournalStore from "@sonde/platform-node/NodeJournalStore"
import * as PgJournalStore from "@sonde/platform-node/PgJournalStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { mkdirSync, rmdirSync } from "node:fs"
import process from "node:process"
import { createInterface } from "node:readline"

const [folder = "", run = "", deed = ""] = process.argv.slice(2)
const database = process.env["SONDE_TEST_DATABASE"]
const say = (word: string) => Effect.sync(() => void process.stdout.write(`${word}\n`))

/** Opens and closes again and again; whoever is inside stands in a folder that only one can make. */
const takeTurns = Effect.gen(function*() {
  const store = yield* JournalStore
  let turns = 0
  for (let round = 0; round < 400; round++) {
    yield* Effect.scoped(Effect.gen(function*() {
      yield* store.open(run)
      mkdirSync(`${folder}/inside`)
      rmdirSync(`${folder}/inside`)
      turns += 1
    })).pipe(Effect.catchTag("JournalError", (error) => error.reason === "Locked" ? Effect.void : Effect.fail(error)))
  }
  yield* say(`turns ${turns}`)
})

const program = Effect.gen(function*() {
  const store = yield* JournalStore
  if (deed === "turns") return yield* takeTurns
  if (deed === "begin") return yield* say("begun")
  const file = yield* deed === "fill" ? store.create(run) : store.open(run)
  if (deed === "fill") {
    for (let line = 0; line < 100; line++) yield* file.append([`{"line":${line},"pad":"${"x".repeat(100)}"}`], true)
  }
  yield* say("held")
  if (deed === "write") {
    const runFork = Effect.runForkWith(yield* Effect.context())
    const words = createInterface(process.stdin)
    yield* Effect.callback<void>((resume) => {
      words.on("line", (line) =>
        runFork(
          file.append([line], true).pipe(
            Effect.matchEffect({ onFailure: (error) => say(error.reason), onSuccess: () => say("written") })
          )
        ))
      words.once("close", () => resume(Effect.void))
    })
    return
  }
  // Until it is killed, or its parent goes.
  yield* Effect.callback<void>((resume) => void process.stdin.once("end", () => resume(Effect.void)).resume())
}).pipe(
  Effect.scoped,
  Effect.catchTag("JournalError", (error) => say(error.reason)),
  Effect.provide(
    database === undefined
      ? NodeJournalStore.layer({ folder })
      : Layer.provide(PgJournalStore.layer(), Layer.orDie(PgClient.layer({ url: Redacted.make(database) })))
  ),
  Effect.catchTag("JournalError", (error) => say(error.message))
)

await Effect.runPromise(program)
