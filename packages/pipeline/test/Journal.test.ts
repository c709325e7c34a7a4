/** Lines of a journal, both ways. */
import { assert, describe, it } from "@effect/vitest"
import * as Errors from "@sonde/domain/Errors"
import { masked, maskedCode } from "@sonde/domain/Event"
import * as Journal from "@sonde/pipeline/Journal"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const run = "01ARZ3NDEKTSV4RRFFQ69G5FAV"

const throughLine = (entry: Journal.Entry) =>
  Effect.map(Journal.fromLines(run, [Journal.toLine(entry)]), ([found]) => found)

const kinds = Journal.Entry.members

const nameOf = (kind: typeof kinds[number]): string => kind.fields.entry.literal

const encode = Schema.encodeSync(Schema.toCodecJson(Journal.Entry))

/** An entry as it may be kept. */
const kept = (entry: Journal.Entry): Journal.Entry =>
  entry.entry === "event" ? { ...entry, event: masked(entry.event) } : entry

/** What the schema itself makes of an entry, as it stands in JSON. */
const plain = (entry: Journal.Entry): unknown => JSON.parse(JSON.stringify(encode(kept(entry))))

describe("an entry", () => {
  for (const kind of kinds) {
    it.effect.prop(`${nameOf(kind)} survives its line`, { entry: kind }, ({ entry }) =>
      Effect.gen(function*() {
        const line = Journal.toLine(entry)
        assert.notInclude(line, "\n")
        assert.deepStrictEqual(JSON.parse(line), plain(entry))
        const found = yield* throughLine(entry)
        assert.isDefined(found)
        if (found !== undefined) assert.deepStrictEqual(plain(found), plain(entry))
      }), { arbitrary: { runs: 60, seed: 11 } })
  }

  it.effect("holds no code that is asked for on another device", () =>
    Effect.gen(function*() {
      const entry = {
        entry: "event",
        event: {
          schema: "sonde.event/1",
          run,
          seq: 4,
          at: "2026-11-23T14:02:11.120Z",
          type: "prompt",
          service: "token",
          phase: "token",
          uri: "https://login.example/device",
          code: "K7QXM2PD",
          expiresAt: "2026-11-23T14:17:11.120Z"
        }
      } as const satisfies Journal.Entry
      assert.notInclude(Journal.toLine(entry), "K7QXM2PD")
      assert.deepStrictEqual(yield* throughLine(entry), { ...entry, event: { ...entry.event, code: maskedCode } })
    }))

  it("is of the kinds that the documentation lists", () => {
    assert.deepStrictEqual(kinds.map(nameOf), [
      "run",
      "attempt",
      "provider",
      "discovery",
      "service",
      "event",
      "intent",
      "end"
    ])
  })
})

describe("a phase that failed", () => {
  for (const [tag, error] of Object.entries(Errors.errors)) {
    it.effect.prop(
      `comes back with its ${tag} as that class`,
      { written: error },
      ({ written }) =>
        Effect.gen(function*() {
          const found = yield* throughLine({
            entry: "event",
            event: {
              schema: "sonde.event/1",
              run,
              seq: 3,
              at: "2026-11-24T05:00:00.000Z",
              type: "phase.end",
              service: "smtp-submission",
              phase: { id: written.phase, state: "fail", error: written }
            },
            version: 1,
            subject: "smtp://mx.example:587"
          })
          const read = found?.entry === "event" && found.event.type === "phase.end"
            ? found.event.phase.error
            : undefined
          assert.strictEqual(read?.constructor, error)
          assert.strictEqual(read?._tag, tag)
          assert.strictEqual(read?.message, written.message)
          assert.deepStrictEqual(read?.endpoint, written.endpoint)
        }),
      { arbitrary: { runs: 10, seed: 5 } }
    )
  }
})

describe("fromLines", () => {
  const good = Journal.toLine({
    entry: "provider",
    provider: { id: "a", name: "A", recognisedBy: [], packVersion: "1" }
  })

  it.effect.each([
    { name: "no JSON", bad: "{" },
    { name: "another entry", bad: "{\"entry\":\"remark\"}" },
    { name: "an entry that lacks a field", bad: "{\"entry\":\"provider\"}" },
    { name: "a torn line", bad: good.slice(0, -3) }
  ])("names the line that is $name", ({ bad }) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Journal.fromLines(run, [good, good, bad, good]))
      assert.deepStrictEqual([error._tag, error.reason, error.run], ["JournalError", "Corrupt", run])
      assert.include(error.message, "line 3 ")
      assert.include(error.message, run)
    }))

  it.effect("gives nothing for nothing", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Journal.fromLines(run, []), [])
    }))
})

describe("history", () => {
  it.effect("is not found where a run died before its first line", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Journal.history(run, []))
      assert.strictEqual(error.reason, "NotFound")
      assert.include(error.message, `sonde forget ${run}`)
    }))

  it.effect("is corrupt where the first line opens no run", () =>
    Effect.gen(function*() {
      const line = Journal.toLine({ entry: "attempt", at: "", options: { target: "a@b.example" }, had: {} })
      const error = yield* Effect.flip(Journal.history(run, [line]))
      assert.strictEqual(error.reason, "Corrupt")
    }))
})
