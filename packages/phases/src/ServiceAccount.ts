/**
 * The key file of a Google service account, and the assertion that stands for it and for the user whose mailbox it opens
 * (RFC 7523 section 3).
 *
 * The key is `Redacted` from the file on; what is wrong with a file is told without any part of it.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

/**
 * A key file that cannot be used. `problem` and `remedy` are for people and hold none of it.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnusableKeyFile extends Data.TaggedError("UnusableKeyFile")<{
  readonly problem: string
  readonly remedy: string
}> {}

/**
 * What a key file says: the account, its key, and the id of the key.
 *
 * @category models
 * @since 0.1.0
 */
export interface KeyFile {
  readonly email: string
  readonly keyId: string | undefined
  readonly privateKey: Redacted.Redacted<string>
}

const unusable = (problem: string, remedy: string) => Result.fail(new UnusableKeyFile({ problem, remedy }))

const another = "make a JSON key: Google Cloud console, IAM, Service accounts, the account, Keys"

/** What other JSON files of Google's console are, by a member that only they have. */
const others: ReadonlyArray<readonly [member: string, what: string, remedy: string]> = [
  ["installed", "is the client file of a desktop program", "use --token authorization-code with its client id"],
  ["web", "is the client file of a web program", "use --token authorization-code with its client id"],
  ["refresh_token", "is the sign-in of a person", "use --token refresh-token with the refresh token in it"],
  ["credential_source", "is the configuration of a workload identity and holds no key", another]
]

/**
 * Reads a key file.
 *
 * @category parsing
 * @since 0.1.0
 */
export const keyFileFrom = (text: Redacted.Redacted<string>): Result.Result<KeyFile, UnusableKeyFile> => {
  let value: unknown
  try {
    value = JSON.parse(Redacted.value(text))
  } catch {
    return unusable("is no JSON", another)
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return unusable("is no JSON object", another)
  const members = new Map(Object.entries(value as Readonly<Record<string, unknown>>))
  const textOf = (name: string): string | undefined => {
    const found = members.get(name)
    return typeof found === "string" && found !== "" ? found : undefined
  }
  const other = others.find(([member]) => members.has(member))
  const [email, privateKey] = [textOf("client_email"), textOf("private_key")]
  if (privateKey === undefined && other !== undefined) return unusable(other[1], other[2])
  if (email === undefined || privateKey === undefined) {
    return unusable(`has no ${email === undefined ? "client_email" : "private_key"}`, another)
  }
  if (!/^[\x21-\x7e]+@[\x21-\x7e]+$/.test(email)) return unusable("has a client_email that is no address", another)
  return Result.succeed({
    email,
    keyId: textOf("private_key_id"),
    privateKey: Redacted.make(privateKey, { label: "private key" })
  })
}

/** How long an assertion counts, in seconds. It is used at once; Google takes an hour at most. */
const assertionSeconds = 300

/**
 * The assertion of a service account that acts as `subject` (domain-wide delegation), for one token endpoint. `now` is in seconds
 * since the epoch.
 *
 * @category constructors
 * @since 0.1.0
 */
export const assertion = Effect.fnUntraced(function*(
  text: Redacted.Redacted<string>,
  asked: { readonly subject: string; readonly scope: string; readonly audience: string },
  now: number
): Effect.fn.Return<Redacted.Redacted<string>, UnusableKeyFile> {
  const { email, keyId, privateKey } = yield* Effect.fromResult(keyFileFrom(text))
  const jose = yield* Effect.promise(() => import("jose"))
  const signed = yield* Effect.tryPromise({
    try: () =>
      jose.importPKCS8(Redacted.value(privateKey), "RS256").then((key) =>
        new jose.SignJWT({ scope: asked.scope })
          .setProtectedHeader({ alg: "RS256", typ: "JWT", ...(keyId === undefined ? {} : { kid: keyId }) })
          .setIssuer(email)
          .setSubject(asked.subject)
          .setAudience(asked.audience)
          .setIssuedAt(now)
          .setExpirationTime(now + assertionSeconds)
          .sign(key)
      ),
    catch: () => new UnusableKeyFile({ problem: "has a private_key that cannot sign", remedy: another })
  })
  return Redacted.make(signed, { label: "assertion" })
})
