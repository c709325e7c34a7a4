/**
 * Another process at the journals of a folder: `node NodeJournalStore.child.ts FOLDER RUN DEED`.
 *
 * Says one word per line on standard output: what it holds, or why it does not.
 */
import { JournalStore } from "@sonde/pipeline/JournalStore"
import * as NodeJournalStore from "@sonde/platform-node/NodeJournalStore"
import * as Effect from "effect/Effect"
import { mkdirSync, rmdirSync } from "node:fs"
import process from "node:process"

const [folder = "", run = "", deed = ""] = process.argv.slice(2)
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
  const file = yield* deed === "fill" ? store.create(run) : store.open(run)
  if (deed === "fill") {
    for (let line = 0; line < 100; line++) yield* file.append([`{"line":${line},"pad":"${"x".repeat(100)}"}`], true)
  }
  yield* say("held")
  // Until it is killed, or its parent goes.
  yield* Effect.callback<void>((resume) => void process.stdin.once("end", () => resume(Effect.void)).resume())
}).pipe(
  Effect.scoped,
  Effect.catchTag("JournalError", (error) => say(error.reason)),
  Effect.provide(NodeJournalStore.layer({ folder }))
)

await Effect.runPromise(program)
