/** What every store of journals does, whatever it keeps them in: the tests of one are the tests of all. */
import { assert, it } from "@effect/vitest"
import type { JournalStore } from "@sonde/pipeline/JournalStore"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { type ChildProcess, spawn } from "node:child_process"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** A run and one that is newer. */
export const run = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
export const other = "01BX5ZZKBKACTAV9WEVGEMMVRZ"

const child = fileURLToPath(new URL("journals.child.ts", import.meta.url))

/** A store of its own for one test, and other processes at the same one. */
export interface Place {
  readonly store: JournalStore["Service"]
  readonly another: (deed: string) => Effect.Effect<ChildProcess, never, Scope.Scope>
}

/** Another process; its first word is what came of its deed. */
export const another = (
  folder: string,
  deed: string,
  options: { readonly limit?: string; readonly database?: string } = {}
) =>
  Effect.acquireRelease(
    Effect.sync((): ChildProcess => {
      const words = [process.execPath, child, folder, run, deed]
      const [command = "", ...args] = options.limit === undefined
        ? words
        : ["bash", "-c", `${options.limit}; exec "$@"`, "bash", ...words]
      return spawn(command, args, {
        env: { ...process.env, ...(options.database === undefined ? {} : { SONDE_TEST_DATABASE: options.database }) },
        stdio: ["pipe", "pipe", "inherit"]
      })
    }),
    (process) => Effect.sync(() => void process.kill("SIGKILL"))
  )

/** The next word of another process. */
export const wordOf = (process: ChildProcess): Effect.Effect<string> =>
  Effect.callback((resume) => {
    if (process.stdout === null) return resume(Effect.succeed("no output"))
    const lines = createInterface(process.stdout)
    lines.once("line", (line) => resume(Effect.succeed(line)))
    lines.once("close", () => resume(Effect.succeed("ended without a word")))
  })

/** Ends another process and waits until it is gone. */
export const gone = (process: ChildProcess, signal: "SIGKILL" | "end"): Effect.Effect<void> =>
  Effect.callback((resume) => {
    process.once("close", () => resume(Effect.void))
    if (signal === "end") process.stdin?.end()
    else process.kill(signal)
  })

/** The reason of the error that an effect ends with. */
export const reasonOf = <A, R>(effect: Effect.Effect<A, { readonly reason: string }, R>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)

/** Tries again while somebody holds the run, for 5 seconds. */
export const onceFree = <A, R>(effect: Effect.Effect<A, { readonly reason: string }, R>) =>
  Effect.retry(effect, {
    while: ({ reason }) => reason === "Locked",
    schedule: Schedule.spaced("5 millis"),
    times: 1000
  })

/** Makes a run of these lines that nobody works on. */
export const made = (store: Place["store"], ...lines: ReadonlyArray<string>) =>
  Effect.scoped(Effect.flatMap(store.create(run), (file) => file.append(lines, false)))

const ofOne = (place: Effect.Effect<Place, never, Scope.Scope>): void => {
  it.live("holds what was appended, in order", () =>
    Effect.gen(function*() {
      const { store } = yield* place
      yield* Effect.scoped(Effect.gen(function*() {
        const journal = yield* store.create(run)
        assert.deepStrictEqual(journal.lines, [])
        assert.deepStrictEqual(yield* store.read(run), [])
        yield* journal.append(["{\"a\":1}", "{\"ä\":\"2 \\u0000 '$1' \\\\ 😀\"}"], false)
        yield* journal.append([], true)
        yield* journal.append(["{\"c\":3}"], true)
        assert.deepStrictEqual(yield* store.read(run), [
          "{\"a\":1}",
          "{\"ä\":\"2 \\u0000 '$1' \\\\ 😀\"}",
          "{\"c\":3}"
        ])
      }))
    }))

  it.live("keeps the order of appends that are under way at once", () =>
    Effect.gen(function*() {
      const { store } = yield* place
      const numbers = Array.from({ length: 50 }, (_, index) => `${index}`)
      yield* Effect.scoped(Effect.gen(function*() {
        const journal = yield* store.create(run)
        yield* Effect.forEach(numbers, (line, index) => journal.append([line], index % 10 === 0), {
          concurrency: "unbounded"
        })
      }))
      assert.deepStrictEqual(yield* store.read(run), numbers)
    }))

  it.live("is gone on with behind its last line", () =>
    Effect.gen(function*() {
      const { store } = yield* place
      yield* made(store, "1", "2")
      yield* Effect.scoped(Effect.gen(function*() {
        const journal = yield* store.open(run)
        assert.deepStrictEqual(journal.lines, ["1", "2"])
        yield* journal.append(["3"], false)
      }))
      yield* Effect.scoped(
        Effect.map(store.open(run), ({ lines }) => assert.deepStrictEqual(lines, ["1", "2", "3"]))
      )
    }))

  it.live("is listed newest first, and is gone when it was removed", () =>
    Effect.gen(function*() {
      const { store } = yield* place
      assert.deepStrictEqual(yield* store.list, [])
      yield* made(store, "1")
      yield* Effect.scoped(store.create(other))
      assert.deepStrictEqual(yield* store.list, [other, run])
      yield* store.remove(run)
      assert.deepStrictEqual(yield* store.list, [other])
      yield* made(store, "2")
      assert.deepStrictEqual(yield* store.read(run), ["2"])
    }))

  it.live("that is not there is NotFound to whoever opens, reads or removes it", () =>
    Effect.gen(function*() {
      const { store } = yield* place
      assert.strictEqual(yield* reasonOf(Effect.scoped(store.open(run))), "NotFound")
      assert.strictEqual(yield* reasonOf(store.read(run)), "NotFound")
      assert.strictEqual(yield* reasonOf(store.remove(run)), "NotFound")
      assert.isFalse(yield* store.isHeld(run))
      assert.deepStrictEqual(yield* store.list, [])
    }))

  it.live("is not made a second time", () =>
    Effect.gen(function*() {
      const { store } = yield* place
      yield* made(store, "1")
      assert.strictEqual(yield* reasonOf(Effect.scoped(store.create(run))), "ReadOnly")
      assert.deepStrictEqual(yield* store.read(run), ["1"])
      yield* Effect.scoped(store.open(run))
    }))
}

const ofMany = (place: Effect.Effect<Place, never, Scope.Scope>): void => {
  it.live("keeps this process from opening and removing a second time, until it is released", () =>
    Effect.gen(function*() {
      const { store } = yield* place
      yield* made(store, "1")
      yield* Effect.scoped(Effect.gen(function*() {
        yield* store.open(run)
        assert.strictEqual(yield* reasonOf(Effect.scoped(store.open(run))), "Locked")
        assert.strictEqual(yield* reasonOf(store.remove(run)), "Locked")
        assert.isTrue(yield* store.isHeld(run))
        assert.deepStrictEqual(yield* store.read(run), ["1"])
      }))
      assert.isFalse(yield* store.isHeld(run))
      yield* Effect.scoped(store.open(run))
    }))

  it.live("goes to one of many that open at once in this process", () =>
    Effect.gen(function*() {
      const { store } = yield* place
      yield* made(store, "1")
      const words = yield* Effect.scoped(Effect.forEach(
        Array.from({ length: 20 }),
        () => Effect.match(store.open(run), { onFailure: ({ reason }) => reason, onSuccess: () => "held" }),
        { concurrency: "unbounded" }
      ))
      assert.deepStrictEqual(words.toSorted(), [...Array.from({ length: 19 }, () => "Locked"), "held"])
    }))

  it.live("of another process holds as long as that process holds it", () =>
    Effect.gen(function*() {
      const { another, store } = yield* place
      yield* made(store, "1")
      const process = yield* another("open")
      assert.strictEqual(yield* wordOf(process), "held")
      assert.isTrue(yield* store.isHeld(run))
      assert.strictEqual(yield* reasonOf(Effect.scoped(store.open(run))), "Locked")
      assert.strictEqual(yield* reasonOf(store.remove(run)), "Locked")
      yield* gone(process, "end")
      yield* onceFree(Effect.scoped(store.open(run)))
      assert.isFalse(yield* store.isHeld(run))
    }))

  it.live("of a killed process is free", () =>
    Effect.gen(function*() {
      const { another, store } = yield* place
      yield* made(store, "1")
      const process = yield* another("open")
      assert.strictEqual(yield* wordOf(process), "held")
      yield* gone(process, "SIGKILL")
      yield* Effect.scoped(Effect.gen(function*() {
        const { lines } = yield* onceFree(store.open(run))
        assert.deepStrictEqual(lines, ["1"])
        assert.strictEqual(yield* reasonOf(Effect.scoped(store.open(run))), "Locked")
      }))
    }))

  it.live("goes to exactly one of several processes that want it", () =>
    Effect.gen(function*() {
      const { another, store } = yield* place
      yield* made(store, "1")
      const processes = yield* Effect.forEach([1, 2, 3, 4, 5], () => another("open"))
      const words = yield* Effect.forEach(processes, wordOf, { concurrency: "unbounded" })
      assert.deepStrictEqual(words.toSorted(), ["Locked", "Locked", "Locked", "Locked", "held"])
    }))

  it.live("is never held by two that open and close as fast as they can", () =>
    Effect.gen(function*() {
      const { another, store } = yield* place
      yield* made(store, "1")
      const processes = yield* Effect.forEach([1, 2, 3], () => another("turns"))
      const words = yield* Effect.forEach(processes, wordOf, { concurrency: "unbounded" })
      for (const word of words) assert.match(word, /^turns [1-9]/u)
    }))
}

/** The tests of a store: of a journal, and of its lock. Each makes a place of its own. */
export const behaviours = { ofOne, ofMany }
