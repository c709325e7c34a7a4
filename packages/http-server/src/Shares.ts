/**
 * Shared copies: a report without persons and places, frozen when it is shared, behind a link that nobody can guess, until a date.
 *
 * Kept in a store of their own. A link is 160 random bits; whoever has it reads the copy and nothing else.
 */
import { type JournalFailed, NotFound } from "@sonde/http-api/Problems"
import type { Share } from "@sonde/http-api/RunsApi"
import * as Redact from "@sonde/report/Redact"
import * as Html from "@sonde/report/render/Html"
import type { Report } from "@sonde/sonde"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Failures from "./Failures.ts"
import { Settings } from "./Settings.ts"

const dayMillis = 86_400_000

const Record = Schema.Struct({
  run: Schema.String,
  createdAt: Schema.String,
  expiresAt: Schema.String,
  html: Schema.String
})
const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Record))
const encode = Schema.encodeSync(Schema.fromJsonString(Record))

/** Where copies are kept. */
export class Store extends Context.Service<Store, KeyValueStore.KeyValueStore>()("@sonde/http-server/Shares/Store") {}

/** Shared copies. A store that cannot be used fails the request with 503, and the log says why. */
export class Shares extends Context.Service<Shares, {
  /** Freezes a copy of a report for `days`. `origin` is where the server is reached, without a final slash. */
  add(report: Report, days: number, origin: string): Effect.Effect<Share, JournalFailed>
  /** The copies of a run that can still be read, newest first. */
  of(run: string, origin: string): Effect.Effect<ReadonlyArray<Share>, JournalFailed>
  /** Takes a copy back. */
  revoke(run: string, id: string): Effect.Effect<void, NotFound | JournalFailed>
  /** Takes all copies of a run back. */
  revokeAll(run: string): Effect.Effect<void, JournalFailed>
  /** The page of a copy. */
  page(id: string): Effect.Effect<string, NotFound | JournalFailed>
  /** What a copy of a report shows, before there is one. */
  preview(report: Report, days: number): Effect.Effect<string>
}>()("@sonde/http-server/Shares") {
  static readonly layer = Layer.effect(Shares, Effect.suspend(() => make))
}

const missing = (id: string): NotFound =>
  new NotFound({
    detail: "this link does not lead to a report; it may have expired or been taken back",
    error: { _tag: "NotFound", what: "share", id: id.slice(0, 64) }
  })

const iso = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))

/** The copy as it is kept: redacted before it is written down anywhere. */
const copyOf = (report: Report, expiresAt: string): string =>
  Html.render(Redact.report(report, "personal"), {
    note: `A redacted copy: addresses, user names and the like are replaced. It can be read until ${
      expiresAt.slice(0, 10)
    }.`
  })

const isId = (text: string): boolean => /^[0-9a-f]{40}$/u.test(text)
const recordKey = (id: string): string => `share-${id}`
const indexKey = (run: string, id: string): string => `of-${run.toLowerCase()}-${id}`

const make = Effect.gen(function*() {
  const store = yield* Store
  const settings = yield* Settings
  const stored = <A>(effect: Effect.Effect<A, KeyValueStore.KeyValueStoreError>): Effect.Effect<A, JournalFailed> =>
    Effect.catch(
      effect,
      (error) =>
        Effect.andThen(Effect.logError("the store of shared copies cannot be used", error), Effect.fail(Failures.store))
    )

  const remove = Effect.fnUntraced(function*(run: string, id: string) {
    yield* stored(store.remove(recordKey(id)))
    yield* stored(store.remove(indexKey(run, id)))
  })

  /** A record that can still be read. */
  const read = Effect.fnUntraced(function*(id: string) {
    const text = isId(id) ? yield* stored(store.get(recordKey(id))) : undefined
    const record = Option.getOrUndefined(decode(text))
    if (record === undefined) return undefined
    if (Date.parse(record.expiresAt) > (yield* Clock.currentTimeMillis)) return record
    yield* remove(record.run, id)
    return undefined
  })

  const ids = Effect.fnUntraced(function*(run: string) {
    const prefix = indexKey(run, "")
    return (yield* stored(store.keys)).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))
  })

  const told = (id: string, origin: string, { createdAt, expiresAt, run }: typeof Record.Type): Share => ({
    id,
    run,
    url: `${origin}/share/${id}`,
    createdAt,
    expiresAt
  })

  const expired = Effect.gen(function*() {
    const all = (yield* stored(store.keys)).filter((key) => key.startsWith("share-"))
    yield* Effect.forEach(all, (key) => read(key.slice("share-".length)), { discard: true })
  })
  // A store that is away is tried again in an hour.
  yield* Effect.forkScoped(Effect.repeat(Effect.ignore(expired), Schedule.spaced("1 hour")))

  return Shares.of({
    add: Effect.fn("Shares.add")(function*(report, days, origin) {
      const now = yield* Clock.currentTimeMillis
      const id = Hex.encode(SecureRandom.randomBytesUnsafe(20))
      const expiresAt = iso(now + days * dayMillis)
      const record = { run: report.run, createdAt: iso(now), expiresAt, html: copyOf(report, expiresAt) }
      // The index first: a copy that nobody can list could not be taken back.
      yield* stored(store.set(indexKey(report.run, id), ""))
      yield* stored(store.set(recordKey(id), encode(record)))
      return told(id, origin, record)
    }),
    of: Effect.fn("Shares.of")(function*(run, origin) {
      const found = yield* Effect.forEach(
        yield* ids(run),
        (id) => Effect.map(read(id), (record) => record === undefined ? [] : [told(id, origin, record)])
      )
      return found.flat().toSorted((a, b) => a.createdAt < b.createdAt ? 1 : -1)
    }),
    revoke: Effect.fn("Shares.revoke")(function*(run, id) {
      const record = yield* read(id)
      if (record?.run !== run) return yield* missing(id)
      yield* remove(run, id)
    }),
    revokeAll: Effect.fn("Shares.revokeAll")(function*(run) {
      yield* Effect.forEach(yield* ids(run), (id) => remove(run, id), { discard: true })
    }),
    page: Effect.fn("Shares.page")(function*(id) {
      const record = yield* read(id)
      return record === undefined ? yield* missing(id) : record.html
    }),
    preview: (report, days) =>
      Effect.map(Clock.currentTimeMillis, (now) => copyOf(report, iso(now + (days || settings.shareDays) * dayMillis)))
  })
})
