/**
 * Bearer tokens by name (RFC 6750 section 2.1), kept as digests.
 *
 * Tokens are 256 random bits, so that a plain SHA-256 keeps them: `decisions/0001-digests-of-access-tokens.md`. Every question reads the
 * store, so that what another process revokes is over at once.
 */
import * as Escape from "@sonde/report/Escape"
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** A token in a listing. `createdAt` is an ISO 8601 time. */
export interface TokenSummary {
  readonly name: string
  readonly createdAt: string
}

/** A token that cannot be added or revoked, or a store that cannot be used. */
export class AccessTokenError extends Data.TaggedError("AccessTokenError")<{
  readonly reason: "BadName" | "Exists" | "NotFound" | "Storage"
  readonly name?: string
  readonly message: string
}> {}

/** The token of `sonde serve --token`, known as `operator`; none unless somebody gives one. */
export const OperatorToken = Context.Reference<Redacted.Redacted<string> | undefined>(
  "@sonde/http-server/OperatorToken",
  { defaultValue: () => undefined }
)

/** The name of the token of `--token`. */
export const operator = "operator"

const Record = Schema.Struct({ createdAt: Schema.String, digest: Schema.String })
const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Record))
const encode = Schema.encodeSync(Schema.fromJsonString(Record))
const prefix = "token-"
// Lower case, since a key may become a file name.
const named = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/u
const reserved = [operator, "loopback"]

/** Longer than any token that is made here; whoever sends more is not worth a digest. */
const maxLength = 4096

/** Bearer tokens. */
export class AccessTokens extends Context.Service<AccessTokens, {
  /** Makes a token. It is told this once and kept nowhere. */
  add(
    name: string
  ): Effect.Effect<{ readonly name: string; readonly token: Redacted.Redacted<string> }, AccessTokenError>
  /** All tokens in the store, by name. */
  readonly list: Effect.Effect<ReadonlyArray<TokenSummary>, AccessTokenError>
  /** Ends a token, at once and for every process that uses the store. */
  revoke(name: string): Effect.Effect<void, AccessTokenError>
  /** Whether there is any token, that of the operator included. */
  readonly isAny: Effect.Effect<boolean, AccessTokenError>
  /** The name of a token; every token is compared, and each in constant time. */
  verify(token: Redacted.Redacted<string>): Effect.Effect<string | undefined, AccessTokenError>
}>()("@sonde/http-server/AccessTokens") {
  static readonly layer: Layer.Layer<AccessTokens, never, KeyValueStore.KeyValueStore> = Layer.effect(
    AccessTokens,
    Effect.suspend(() => make)
  ).pipe(Layer.provide(Digest.layerWebCrypto))
}

const make = Effect.gen(function*() {
  const store = yield* KeyValueStore.KeyValueStore
  const { digest } = yield* Digest.Digest
  const encoder = new TextEncoder()
  const hash = (token: Redacted.Redacted<string>) => digest(Digest.sha256, encoder.encode(Redacted.value(token)))
  const given = yield* OperatorToken
  const ofOperator = given === undefined ? undefined : yield* hash(given)

  const stored = <A>(effect: Effect.Effect<A, KeyValueStore.KeyValueStoreError>) =>
    Effect.mapError(
      effect,
      () => new AccessTokenError({ reason: "Storage", message: "the store of tokens cannot be read or written" })
    )

  const read = (name: string) =>
    Effect.map(stored(store.get(prefix + name)), (text) => Option.getOrUndefined(decode(text)))

  const all = Effect.gen(function*() {
    const keys = yield* stored(store.keys)
    const names = keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)).sort()
    const found = yield* Effect.forEach(names, (name) => Effect.map(read(name), (record) => ({ name, record })))
    // A token that is being written or revoked at this moment is none.
    return found.flatMap(({ name, record }) => record === undefined ? [] : [{ name, ...record }])
  })

  const check = (name: string) =>
    named.test(name) && !reserved.includes(name) ? Effect.void : Effect.fail(
      new AccessTokenError({
        reason: "BadName",
        name,
        message: reserved.includes(name)
          ? `"${name}" is a name that the server uses itself`
          : "a name has lower-case letters, digits, dots, hyphens and underscores, 64 at most"
      })
    )

  return AccessTokens.of({
    add: Effect.fn("AccessTokens.add")(function*(name) {
      yield* check(name)
      if ((yield* stored(store.get(prefix + name))) !== undefined) {
        return yield* new AccessTokenError({ reason: "Exists", name, message: `there is a token named ${name}` })
      }
      const token = Redacted.make(`sonde_${Base64Url.encode(SecureRandom.randomBytesUnsafe(32))}`, { label: "token" })
      const createdAt = DateTime.formatIso(yield* DateTime.now)
      const record: typeof Record.Type = { createdAt, digest: Base64Url.encode(yield* hash(token)) }
      yield* stored(store.set(prefix + name, encode(record)))
      return { name, token }
    }),
    list: Effect.map(all, (tokens) => tokens.map(({ createdAt, name }) => ({ name, createdAt }))),
    revoke: Effect.fn("AccessTokens.revoke")(function*(name) {
      if (!named.test(name) || (yield* stored(store.get(prefix + name))) === undefined) {
        return yield* new AccessTokenError({
          reason: "NotFound",
          name,
          message: `there is no token named "${Escape.line(name)}"`
        })
      }
      yield* stored(store.remove(prefix + name))
    }),
    isAny: ofOperator !== undefined
      ? Effect.succeed(true)
      : Effect.map(stored(store.keys), (keys) => keys.some((key) => key.startsWith(prefix))),
    verify: Effect.fn("AccessTokens.verify")(function*(token) {
      const { length } = Redacted.value(token)
      if (length === 0 || length > maxLength) return undefined
      const wanted = yield* hash(token)
      let found: string | undefined
      for (const { digest, name } of yield* all) {
        if (Mac.timingSafeEqual(wanted, encoded(digest))) found = name
      }
      if (ofOperator !== undefined && Mac.timingSafeEqual(wanted, ofOperator)) found = operator
      return found
    })
  })
})

/** The octets of a digest; of another length where the record is damaged, which equals nothing. */
const encoded = (text: string): Uint8Array => {
  const octets = Base64Url.decode(text)
  return octets._tag === "Success" ? octets.success : new Uint8Array(0)
}
