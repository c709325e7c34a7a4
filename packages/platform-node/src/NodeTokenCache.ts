/**
 * Keeps tokens in a folder, encrypted with AES-256-GCM (RFC 5116 section 5.2) under a key that is not in it.
 *
 * Key and names of files are derived from a secret by scrypt (RFC 7914 section 2) with a salt of the folder, so that neither tokens
 * nor whose they are can be read from the disk. A file is bound to its name: one that was copied over another does not open. Files
 * are for their owner alone (0600 in 0700); a folder that others may enter is refused.
 *
 * @since 0.1.0
 */
import type { Kept, Label } from "@sonde/domain/KeptToken"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Crypto from "node:crypto"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { promisify } from "node:util"
import { codeOf } from "./NodeCodes.ts"

/**
 * A cache that cannot be used. `problem` and `remedy` are for people and hold no secret.
 *
 * @category errors
 * @since 0.1.0
 */
export class CacheUnusable extends Data.TaggedError("CacheUnusable")<{
  readonly reason: "WrongKey" | "ShortKey" | "Permissions" | "Damaged" | "Unwritable"
  readonly problem: string
  readonly remedy: string
}> {}

/** @category models @since 0.1.0 */
export type { Kept, Label }

/**
 * A cache whose key fits. `forget` removes the tokens of a user, and tells how many there were.
 *
 * @category models
 * @since 0.1.0
 */
export interface NodeTokenCache {
  readonly get: (label: Label) => Effect.Effect<Kept | undefined>
  readonly put: (label: Label, kept: Kept) => Effect.Effect<void>
  readonly drop: (label: Label) => Effect.Effect<void>
  readonly forget: (user: string) => Effect.Effect<number>
}

interface Sealed {
  readonly version: 1
  readonly nonce: string
  readonly data: string
  readonly tag: string
}

interface Keys {
  readonly encryption: Buffer
  readonly names: Buffer
}

/** Shortest secret that is taken, in characters: shorter ones are guessed. */
const minSecretLength = 16

/** scrypt with 32 MiB: each guess at a weak key costs as much, and a run pays it once. */
const cost = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }

const algorithm = "aes-256-gcm"
const nonceOctets = 12
const tagOctets = 16

const headName = "key.json"
const probe = "sonde.token-cache/1"

const scrypt = promisify<string, Buffer, number, Crypto.ScryptOptions, Buffer>(Crypto.scrypt)

const seal = (key: Buffer, name: string, text: string): Sealed => {
  const nonce = Crypto.randomBytes(nonceOctets)
  const cipher = Crypto.createCipheriv(algorithm, key, nonce)
  cipher.setAAD(Buffer.from(`${probe} ${name}`))
  const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final()])
  return {
    version: 1,
    nonce: nonce.toString("base64"),
    data: data.toString("base64"),
    tag: cipher.getAuthTag().toString("base64")
  }
}

/** The text, or `undefined` where key, name or content are not what they were. */
const open = (key: Buffer, name: string, sealed: Partial<Sealed>): string | undefined => {
  try {
    const tag = Buffer.from(sealed.tag ?? "", "base64")
    if (sealed.version !== 1 || tag.length !== tagOctets) return undefined
    const decipher = Crypto.createDecipheriv(algorithm, key, Buffer.from(sealed.nonce ?? "", "base64"))
    decipher.setAAD(Buffer.from(`${probe} ${name}`))
    decipher.setAuthTag(tag)
    return Buffer.concat([decipher.update(Buffer.from(sealed.data ?? "", "base64")), decipher.final()]).toString("utf8")
  } catch {
    return undefined
  }
}

const parsed = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null ? value as Readonly<Record<string, unknown>> : {}
  } catch {
    return {}
  }
}

/** Written beside and renamed: a crash leaves the old file or the new one. */
const write = (path: string, content: object): void => {
  const beside = `${path}.${Crypto.randomBytes(6).toString("hex")}`
  const file = Fs.openSync(beside, "wx", 0o600)
  try {
    Fs.writeSync(file, JSON.stringify(content))
    Fs.fsyncSync(file)
  } finally {
    Fs.closeSync(file)
  }
  Fs.renameSync(beside, path)
}

const unusable = (reason: CacheUnusable["reason"], problem: string, remedy: string) =>
  new CacheUnusable({ reason, problem, remedy })

/** Whether others than the owner may read or enter. Windows has no such bits. */
const isOpen = (path: string): boolean => process.platform !== "win32" && (Fs.statSync(path).mode & 0o077) !== 0

const entries = (folder: string): ReadonlyArray<string> =>
  Fs.readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.json$/.test(name))

const fileError = (folder: string) => (error: unknown) =>
  error instanceof CacheUnusable
    ? error
    : unusable(
      "Unwritable",
      `the folder "${folder}" cannot be used (${codeOf(error)})`,
      "check the path and its rights"
    )

/** The folder, made where it is not there, and looked at where it is. */
const prepared = (folder: string) =>
  Effect.try({
    try: () => {
      Fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
      if (isOpen(folder)) {
        throw unusable("Permissions", `others may enter the folder "${folder}"`, `close it with: chmod 700 "${folder}"`)
      }
      const open = [...entries(folder), headName].map((name) => Path.join(folder, name)).find((path) =>
        Fs.existsSync(path) && isOpen(path)
      )
      if (open !== undefined) {
        throw unusable("Permissions", `others may read the file "${open}"`, `close it with: chmod 600 "${open}"`)
      }
    },
    catch: fileError(folder)
  })

const keysOf = Effect.fnUntraced(function*(folder: string, secret: Redacted.Redacted<string>) {
  const path = Path.join(folder, headName)
  const head = Fs.existsSync(path) ? parsed(Fs.readFileSync(path, "utf8")) : undefined
  const salt = head === undefined ? Crypto.randomBytes(32) : Buffer.from(String(head["salt"] ?? ""), "base64")
  const isWhole = head === undefined ||
    (salt.length === 32 && typeof head["check"] === "object" && head["check"] !== null)
  if (!isWhole) {
    return yield* unusable("Damaged", `the file "${path}" is damaged`, "remove the tokens with: sonde token forget")
  }
  const octets = yield* Effect.promise(() => scrypt(Redacted.value(secret), salt, 64, cost))
  const keys: Keys = { encryption: octets.subarray(0, 32), names: octets.subarray(32) }
  if (head === undefined) {
    yield* Effect.try({
      try: () =>
        write(path, { version: 1, salt: salt.toString("base64"), check: seal(keys.encryption, headName, probe) }),
      catch: fileError(folder)
    })
  } else if (open(keys.encryption, headName, head["check"] as Partial<Sealed>) !== probe) {
    return yield* unusable(
      "WrongKey",
      `the key does not open the tokens in "${folder}"`,
      "give the key they were kept with, or remove them with: sonde token forget"
    )
  }
  return keys
})

/**
 * Opens the cache in a folder. `warn` hears of what cannot be read or kept later on: it is left alone, or removed where it is
 * damaged.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fn("NodeTokenCache.make")(function*(options: {
  readonly folder: string
  readonly secret: Redacted.Redacted<string>
  readonly warn: (text: string) => Effect.Effect<void>
}): Effect.fn.Return<NodeTokenCache, CacheUnusable> {
  const { folder, secret, warn } = options
  if (Redacted.value(secret).length < minSecretLength) {
    return yield* unusable(
      "ShortKey",
      `the key has fewer than ${minSecretLength} characters`,
      "make one with: openssl rand -base64 32"
    )
  }
  yield* prepared(folder)
  const keys = yield* keysOf(folder, secret)

  const nameOf = ({ clientId, given, issuer, kind, scope, user }: Label): string => {
    const parts = [issuer, kind, clientId, scope.split(" ").toSorted(), user.toLowerCase()]
    return Crypto.createHmac("sha256", keys.names)
      .update(JSON.stringify(given === undefined ? parts : [...parts, given]))
      .digest("hex")
  }

  const pathOf = (name: string): string => Path.join(folder, `${name}.json`)

  const read = (name: string): Readonly<Record<string, unknown>> | undefined => {
    const path = pathOf(name)
    if (!Fs.existsSync(path)) return undefined
    const text = open(keys.encryption, name, parsed(Fs.readFileSync(path, "utf8")) as Partial<Sealed>)
    return text === undefined ? undefined : parsed(text)
  }

  const secretOf = (value: unknown, label: string) =>
    typeof value === "string" && value !== "" ? Redacted.make(value, { label }) : undefined

  const attempt = <A>(what: string, work: () => A): Effect.Effect<A | undefined> =>
    Effect.try({ try: work, catch: codeOf }).pipe(
      Effect.catch((code) => Effect.as(warn(`the token cache: ${what} (${code})`), undefined))
    )

  const drop = (label: Label) =>
    Effect.asVoid(attempt("a token could not be removed", () => Fs.rmSync(pathOf(nameOf(label)), { force: true })))

  return {
    get: Effect.fnUntraced(function*(label) {
      const name = nameOf(label)
      const isThere = Fs.existsSync(pathOf(name))
      const found = yield* attempt("a token could not be read", () => read(name))
      const token = secretOf(found?.["token"], "token")
      if (token === undefined) {
        if (isThere) {
          yield* warn("the token cache: a damaged token was removed, and is obtained anew")
          yield* drop(label)
        }
        return undefined
      }
      const { expiresAtMillis } = found ?? {}
      return {
        token,
        refreshToken: secretOf(found?.["refreshToken"], "refresh token"),
        expiresAtMillis: typeof expiresAtMillis === "number" ? expiresAtMillis : undefined
      }
    }),
    put: (label, { expiresAtMillis, refreshToken, token }) =>
      Effect.asVoid(attempt("a token could not be kept", () => {
        const name = nameOf(label)
        write(
          pathOf(name),
          seal(
            keys.encryption,
            name,
            JSON.stringify({
              ...label,
              token: Redacted.value(token),
              ...(refreshToken === undefined ? {} : { refreshToken: Redacted.value(refreshToken) }),
              ...(expiresAtMillis === undefined ? {} : { expiresAtMillis })
            })
          )
        )
      })),
    drop,
    forget: (user) =>
      Effect.map(
        attempt("tokens could not be removed", () => {
          const own = entries(folder).filter((file) => {
            const kept = read(file.slice(0, -".json".length))
            return typeof kept?.["user"] === "string" && kept["user"].toLowerCase() === user.toLowerCase()
          })
          for (const file of own) Fs.rmSync(Path.join(folder, file), { force: true })
          return own.length
        }),
        (count) => count ?? 0
      )
  }
})

/**
 * Removes all tokens of a folder and what belongs to their key, without the key; tells how many tokens there were.
 *
 * @category running
 * @since 0.1.0
 */
export const forgetAll = (folder: string): Effect.Effect<number, CacheUnusable> =>
  Effect.try({
    try: () => {
      if (!Fs.existsSync(folder)) return 0
      const own = entries(folder)
      for (
        const name of Fs.readdirSync(folder).filter((file) =>
          /^(?:[0-9a-f]{64}|key)\.json(?:\.[0-9a-f]{12})?$/.test(file)
        )
      ) {
        Fs.rmSync(Path.join(folder, name), { force: true })
      }
      return own.length
    },
    catch: fileError(folder)
  })
