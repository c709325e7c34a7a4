/** Journals in a real folder: what stands there, who may write, and what other processes can do to it. */
import { assert, describe, it } from "@effect/vitest"
import { JournalStore } from "@sonde/pipeline/JournalStore"
import * as NodeJournalStore from "@sonde/platform-node/NodeJournalStore"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { another, behaviours, gone, other, reasonOf, run, wordOf } from "./journals.ts"

const temporary: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => Fs.mkdtempSync(join(tmpdir(), "sonde-journal-"))),
  (folder) => Effect.sync(() => Fs.rmSync(folder, { recursive: true, force: true }))
)

interface Place {
  readonly folder: string
  readonly file: string
  readonly lock: string
  readonly store: JournalStore["Service"]
}

const placeIn = (folder: string): Effect.Effect<Place> =>
  Effect.map(Effect.provide(JournalStore, NodeJournalStore.layer({ folder })), (store) => ({
    folder,
    file: join(folder, "runs", `${run}.ndjson`),
    lock: join(folder, "runs", `${run}.lock`),
    store
  }))

/** A folder of its own for one test. */
const place = Effect.flatMap(temporary, placeIn)

/** A place where a run has these lines and nobody works on it. */
const placeWith = (...lines: ReadonlyArray<string>) =>
  Effect.tap(
    place,
    ({ store }) => Effect.scoped(Effect.flatMap(store.create(run), (file) => file.append(lines, false)))
  )

const modeOf = (path: string): string => (Fs.statSync(path).mode & 0o777).toString(8)

const shared = Effect.map(place, ({ folder, store }) => ({ store, another: (deed: string) => another(folder, deed) }))

describe("a journal", () => {
  behaviours.ofOne(shared)

  it.effect("holds what was appended, one document per line, for cat", () =>
    Effect.gen(function*() {
      const { file, store } = yield* place
      yield* Effect.scoped(Effect.gen(function*() {
        const journal = yield* store.create(run)
        assert.deepStrictEqual(journal.lines, [])
        yield* journal.append(["{\"a\":1}", "{\"ä\":\"2\"}"], false)
        yield* journal.append(["{\"c\":3}"], true)
        assert.deepStrictEqual(yield* store.read(run), ["{\"a\":1}", "{\"ä\":\"2\"}", "{\"c\":3}"])
      }))
      assert.strictEqual(execFileSync("cat", [file], { encoding: "utf8" }), "{\"a\":1}\n{\"ä\":\"2\"}\n{\"c\":3}\n")
    }))

  it.effect("is for the eyes of its owner", () =>
    Effect.gen(function*() {
      const parent = yield* temporary
      const { file, folder, lock, store } = yield* placeIn(join(parent, "state"))
      yield* Effect.scoped(Effect.gen(function*() {
        yield* store.create(run)
        assert.deepStrictEqual([modeOf(file), modeOf(lock)], ["600", "600"])
      }))
      assert.deepStrictEqual([modeOf(folder), modeOf(join(folder, "runs"))], ["700", "700"])
    }))

  it.effect("leaves nothing but itself when it is closed", () =>
    Effect.gen(function*() {
      const { folder } = yield* placeWith("1")
      assert.deepStrictEqual(Fs.readdirSync(join(folder, "runs")), [`${run}.ndjson`])
    }))

  it.effect("with a torn last line is read without it, and opened without it for good", () =>
    Effect.gen(function*() {
      const { file, store } = yield* placeWith("1", "2")
      Fs.appendFileSync(file, Buffer.from("{\"torn\":\"ä").subarray(0, -1))
      assert.deepStrictEqual(yield* store.read(run), ["1", "2"])
      yield* Effect.scoped(Effect.gen(function*() {
        const journal = yield* store.open(run)
        assert.deepStrictEqual(journal.lines, ["1", "2"])
        yield* journal.append(["3"], false)
      }))
      assert.strictEqual(Fs.readFileSync(file, "utf8"), "1\n2\n3\n")
    }))

  it.effect("with nothing but a torn line is empty", () =>
    Effect.gen(function*() {
      const { file, store } = yield* placeWith()
      Fs.appendFileSync(file, "{\"torn\"")
      assert.deepStrictEqual(yield* store.read(run), [])
      yield* Effect.scoped(Effect.map(store.open(run), ({ lines }) => assert.deepStrictEqual(lines, [])))
      assert.strictEqual(Fs.statSync(file).size, 0)
    }))

  it.effect("is removed with its lock", () =>
    Effect.gen(function*() {
      const { folder, lock, store } = yield* placeWith("1")
      Fs.writeFileSync(lock, JSON.stringify({ pid: 2 ** 22 + 1, started: "1" }))
      yield* store.remove(run)
      assert.deepStrictEqual(Fs.readdirSync(join(folder, "runs")), [])
    }))

  it.effect("is listed newest first, and nothing else is", () =>
    Effect.gen(function*() {
      const { folder, store } = yield* placeWith("1")
      yield* Effect.scoped(store.create(other))
      for (const name of ["notes.ndjson", `${run}.ndjson.bak`, "ILOU.ndjson"]) {
        Fs.writeFileSync(join(folder, "runs", name), "")
      }
      assert.deepStrictEqual(yield* store.list, [other, run])
    }))
})

describe("a journal that is not there", () => {
  it.effect("is NotFound to whoever opens, reads or removes it, and no file appears", () =>
    Effect.gen(function*() {
      const { folder, store } = yield* place
      assert.deepStrictEqual(yield* store.list, [])
      assert.strictEqual(yield* reasonOf(Effect.scoped(store.open(run))), "NotFound")
      assert.strictEqual(yield* reasonOf(store.read(run)), "NotFound")
      assert.strictEqual(yield* reasonOf(store.remove(run)), "NotFound")
      assert.deepStrictEqual(Fs.readdirSync(folder).filter((name) => name !== "runs"), [])
    }))

  it.effect("is not made a second time", () =>
    Effect.gen(function*() {
      const { file, lock, store } = yield* placeWith("1")
      assert.strictEqual(yield* reasonOf(Effect.scoped(store.create(run))), "ReadOnly")
      assert.strictEqual(Fs.readFileSync(file, "utf8"), "1\n")
      assert.isFalse(Fs.existsSync(lock))
    }))
})

describe("a folder that cannot be written", () => {
  it.effect.each([
    { title: "below a file", below: (folder: string) => join(folder, "file") },
    { title: "in a file system of the kernel", below: () => "/proc/sonde" }
  ])("$title is ReadOnly, with its path and what to do", ({ below }) =>
    Effect.gen(function*() {
      const folder = yield* temporary
      Fs.writeFileSync(join(folder, "file"), "")
      const { store } = yield* placeIn(below(folder))
      const error = yield* Effect.flip(Effect.scoped(store.create(run)))
      assert.strictEqual(error.reason, "ReadOnly")
      assert.include(error.path, below(folder))
      assert.include(error.message, "--state")
    }))
})

describe("a disk that is full", () => {
  it.effect("is Full, and what was written before can be read", () =>
    Effect.gen(function*() {
      const { folder, store } = yield* place
      const process = yield* another(folder, "fill", { limit: "ulimit -f 4" })
      assert.strictEqual(yield* wordOf(process), "Full")
      const lines = yield* store.read(run)
      assert.isAbove(lines.length, 10)
      lines.forEach((line, index) => assert.strictEqual(JSON.parse(line).line, index))
      yield* Effect.scoped(Effect.map(store.open(run), (file) => assert.deepStrictEqual(file.lines, lines)))
    }))
})

describe("a lock", () => {
  behaviours.ofMany(shared)

  it.effect("of another process holds as long as that process holds it, and names it", () =>
    Effect.gen(function*() {
      const { folder, store } = yield* placeWith("1")
      const process = yield* another(folder, "open")
      assert.strictEqual(yield* wordOf(process), "held")
      const error = yield* Effect.flip(Effect.scoped(store.open(run)))
      assert.strictEqual(error.reason, "Locked")
      assert.include(error.message, `process ${process.pid}`)
      assert.strictEqual(yield* reasonOf(store.remove(run)), "Locked")
      yield* gone(process, "end")
      yield* Effect.scoped(store.open(run))
    }))

  it.effect("of a killed process is taken over", () =>
    Effect.gen(function*() {
      const { folder, lock, store } = yield* placeWith("1")
      const process = yield* another(folder, "open")
      assert.strictEqual(yield* wordOf(process), "held")
      yield* gone(process, "SIGKILL")
      assert.strictEqual(JSON.parse(Fs.readFileSync(lock, "utf8")).pid, process.pid)
      yield* Effect.scoped(Effect.gen(function*() {
        const { lines } = yield* store.open(run)
        assert.deepStrictEqual(lines, ["1"])
        assert.strictEqual(yield* reasonOf(Effect.scoped(store.open(run))), "Locked")
      }))
      assert.deepStrictEqual(Fs.readdirSync(join(folder, "runs")), [`${run}.ndjson`])
    }))

  const hasProc = Fs.existsSync("/proc/self/stat")
  it.effect.runIf(hasProc)(
    "is not held by a process that was given the number of a dead one",
    () =>
      Effect.gen(function*() {
        const { lock, store } = yield* placeWith("1")
        Fs.writeFileSync(lock, JSON.stringify({ pid: process.ppid, started: "1" }))
        yield* Effect.scoped(store.open(run))
      })
  )

  it.effect("whose holder's beginning is not known holds while a process has its number", () =>
    Effect.gen(function*() {
      const { lock, store } = yield* placeWith("1")
      Fs.writeFileSync(lock, JSON.stringify({ pid: process.ppid, started: "" }))
      assert.strictEqual(yield* reasonOf(Effect.scoped(store.open(run))), "Locked")
    }))

  it.effect("that cannot be read is nobody's", () =>
    Effect.gen(function*() {
      const { lock, store } = yield* placeWith("1")
      Fs.writeFileSync(lock, "{\"pid\":")
      yield* Effect.scoped(store.open(run))
    }))

  it.effect("is not taken over while another process does so", () =>
    Effect.gen(function*() {
      const { lock, store } = yield* placeWith("1")
      Fs.writeFileSync(lock, JSON.stringify({ pid: 2 ** 22 + 1, started: "1" }))
      Fs.mkdirSync(`${lock}.gate`)
      assert.strictEqual(yield* reasonOf(Effect.scoped(store.open(run))), "Locked")
      const longAgo = Fs.statSync(`${lock}.gate`).mtimeMs / 1000 - 60
      Fs.utimesSync(`${lock}.gate`, longAgo, longAgo)
      yield* Effect.scoped(store.open(run))
      assert.isFalse(Fs.existsSync(`${lock}.gate`))
    }))

  it.effect("of a killed process goes to exactly one of several that want it", () =>
    Effect.gen(function*() {
      const { folder, lock } = yield* placeWith("1")
      Fs.writeFileSync(lock, JSON.stringify({ pid: 2 ** 22 + 1, started: "1" }))
      const processes = yield* Effect.forEach([1, 2, 3, 4, 5], () => another(folder, "open"))
      const words = yield* Effect.forEach(processes, wordOf, { concurrency: "unbounded" })
      assert.deepStrictEqual(words.toSorted(), ["Locked", "Locked", "Locked", "Locked", "held"])
      const holder = processes[words.indexOf("held")]
      assert.strictEqual(JSON.parse(Fs.readFileSync(lock, "utf8")).pid, holder?.pid)
    }))
})
