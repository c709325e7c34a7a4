/**
 * The browser of whoever signs in, for the authorization code flow: where it is sent, and how it comes back.
 *
 * RFC 6749 section 4.1, RFC 7636 section 4, RFC 8252 section 7.3. The listener that takes the way back belongs to the front end;
 * without one, the flow cannot be gone.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Redacted from "effect/Redacted"

/**
 * Where somebody has to go, until `expiresAtMillis` (since the epoch).
 *
 * @category models
 * @since 0.1.0
 */
export interface Visit {
  readonly uri: string
  readonly expiresAtMillis: number
}

/**
 * The way back did not come in time. `strangers` counts requests to the right path that did not carry the state of this sign-in.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotReturned extends Data.TaggedError("NotReturned")<{
  readonly strangers: number
}> {}

/**
 * A browser, and a listener on the loopback interface at `port`. `visit` tells a person, or a program, where to go; `back` gives the
 * parameters of the one request that comes to `path` with `state`, and answers it with a page.
 *
 * @category models
 * @since 0.1.0
 */
export interface Browser {
  readonly port: number
  readonly visit: (visit: Visit) => Effect.Effect<void>
  readonly back: (options: {
    readonly path: string
    readonly state: Redacted.Redacted<string>
    readonly timeoutMillis: number
  }) => Effect.Effect<Readonly<Record<string, Redacted.Redacted<string>>>, NotReturned>
}

/**
 * The browser of whoever runs this. By default there is none.
 *
 * @category references
 * @since 0.1.0
 */
export const Visitor = Context.Reference<Browser | undefined>("@sonde/phases/Visitor", {
  defaultValue: () => undefined
})

/**
 * How long somebody has for signing in at a browser, in milliseconds: time to look for a phone, and not so long that a forgotten
 * run holds its port for ever.
 *
 * @category limits
 * @since 0.1.0
 */
export const visitMillis = 300_000

/** RFC 7636 section 7.1 wants 256 bits of chance in a verifier; the state gets as many. */
const chanceOctets = 32

/**
 * What ties the request for a code to the one for a token: the verifier (RFC 7636 section 4.1), its challenge by S256
 * (RFC 7636 section 4.2), and the state (RFC 6749 section 10.12).
 *
 * @category models
 * @since 0.1.0
 */
export interface Tie {
  readonly verifier: Redacted.Redacted<string>
  readonly challenge: string
  readonly state: Redacted.Redacted<string>
}

/**
 * The challenge of a verifier: the SHA-256 of its ASCII, in Base64url without padding.
 *
 * @category combinators
 * @since 0.1.0
 */
export const challengeOf = (verifier: Redacted.Redacted<string>): Effect.Effect<string> =>
  Effect.promise(() =>
    crypto.subtle.digest("SHA-256", new TextEncoder().encode(Redacted.value(verifier)))
      .then((digest) => Base64Url.encode(new Uint8Array(digest)))
  )

const chance = (label: string): Redacted.Redacted<string> =>
  Redacted.make(Base64Url.encode(crypto.getRandomValues(new Uint8Array(chanceOctets))), { label })

/**
 * A new tie.
 *
 * @category constructors
 * @since 0.1.0
 */
export const tie: Effect.Effect<Tie> = Effect.suspend(() => {
  const verifier = chance("verifier")
  return Effect.map(challengeOf(verifier), (challenge) => ({ verifier, challenge, state: chance("state") }))
})

const loopback = /^http:\/\/(?:localhost|127\.0\.0\.1)(?::(\d{1,5}))?(\/[\x21\x24-\x3e\x40-\x7e]*)?$/

/**
 * A loopback redirect address (RFC 8252 section 7.3) with the port that is listened on in the place of its own, if it has none,
 * and its path; `undefined` for what is none. `port` is the one that is written in it.
 *
 * @category parsing
 * @since 0.1.0
 */
export const redirectOf = (
  uri: string
): { readonly port: number | undefined; readonly path: string; readonly at: (port: number) => string } | undefined => {
  const match = loopback.exec(uri)
  const port = match?.[1] === undefined ? undefined : Number(match[1])
  if (match === null || port !== undefined && (port < 1 || port > 65_535)) return undefined
  const host = uri.startsWith("http://localhost") ? "localhost" : "127.0.0.1"
  // Whether a path is there counts: a redirect address is compared letter by letter (RFC 6749 section 3.1.2.3).
  const written = match[2] ?? ""
  return {
    port,
    path: written === "" ? "/" : written,
    at: (listened) => `http://${host}:${port ?? listened}${written}`
  }
}
