/**
 * Begins the exchange of a mechanism with a credential.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { Session } from "@sonde/net/Session"
import * as CramMd5 from "@sonde/wire/sasl/CramMd5"
import type { Crypto, Exchange } from "@sonde/wire/sasl/Exchange"
import * as External from "@sonde/wire/sasl/External"
import type * as Gs2 from "@sonde/wire/sasl/Gs2"
import * as Login from "@sonde/wire/sasl/Login"
import * as Mechanism from "@sonde/wire/sasl/Mechanism"
import * as OAuthBearer from "@sonde/wire/sasl/OAuthBearer"
import * as Plain from "@sonde/wire/sasl/Plain"
import * as Scram from "@sonde/wire/sasl/Scram"
import * as XOAuth2 from "@sonde/wire/sasl/XOAuth2"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Credential } from "./Credential.ts"

/**
 * What an exchange needs beside the credential. `binding` is for the -PLUS mechanisms, `flag` for the others of SCRAM.
 *
 * @category models
 * @since 0.1.0
 */
export interface Surroundings {
  readonly endpoint: Pick<Endpoint, "host" | "port">
  readonly crypto: Crypto
  readonly nonce: string
  readonly binding: Gs2.ChannelBinding | undefined
  readonly flag: Exclude<Gs2.Binding, Gs2.ChannelBinding>
}

/**
 * What ties a sign-in to this connection: `tls-exporter` where the connection has it (RFC 9266 section 2), else the certificate of
 * the server.
 *
 * @category combinators
 * @since 0.1.0
 */
export const bindingOf = (session: Pick<Session, "channelBinding">): Gs2.ChannelBinding | undefined => {
  for (const type of ["tls-exporter", "tls-server-end-point"] as const) {
    const data = session.channelBinding(type)
    if (data !== undefined) return { type, data }
  }
  return undefined
}

/**
 * What a SCRAM without channel binding says of it (RFC 5802 section 6): that this side could, where the server offers no
 * mechanism with it. If the server can too, something on the way took them off the offer, and the server will say so.
 *
 * @category combinators
 * @since 0.1.0
 */
export const flagOf = (
  binding: Gs2.ChannelBinding | undefined,
  offered: ReadonlyArray<string>
): Surroundings["flag"] =>
  binding !== undefined && !offered.some((name) => Mechanism.isBound(name.toUpperCase()))
    ? "not-offered"
    : "unsupported"

/**
 * Begins. Fails with the field that the mechanism cannot carry, never with its value.
 *
 * @category constructors
 * @since 0.1.0
 */
export const begin = (
  mechanism: Mechanism.Spoken,
  { secret, user }: Pick<Credential, "user" | "secret">,
  { binding, crypto, endpoint, flag, nonce }: Surroundings
): Result.Result<Exchange, Mechanism.SaslError> => {
  const scram = (hash: Scram.ScramOptions["hash"], tied: Gs2.Binding) =>
    Scram.exchange({ hash, user, password: secret, binding: tied, nonce }, crypto)
  switch (mechanism) {
    case "EXTERNAL":
      return External.exchange(user)
    case "OAUTHBEARER":
      return OAuthBearer.exchange({ user, token: secret, host: endpoint.host, port: endpoint.port })
    case "XOAUTH2":
      return XOAuth2.exchange({ user, token: secret })
    case "SCRAM-SHA-256-PLUS":
      return scram("SHA-256", binding ?? flag)
    case "SCRAM-SHA-1-PLUS":
      return scram("SHA-1", binding ?? flag)
    case "SCRAM-SHA-256":
      return scram("SHA-256", flag)
    case "SCRAM-SHA-1":
      return scram("SHA-1", flag)
    case "CRAM-MD5":
      return CramMd5.exchange({ user, password: secret }, crypto)
    case "PLAIN":
      return Plain.exchange({ authcid: user, password: secret })
    case "LOGIN":
      return Login.exchange({ user, password: secret })
  }
}

/** Whether a credential has the form of a mechanism does not depend on hashes; none is computed. */
const uncalled = () => Effect.die(new Error("nothing is computed before an exchange"))

const nowhere: Surroundings = {
  endpoint: { host: "", port: 0 },
  crypto: { digest: uncalled, hmac: uncalled, pbkdf2: uncalled },
  nonce: "",
  binding: undefined,
  flag: "unsupported"
}

/**
 * Why a mechanism cannot carry a credential, if it cannot. Nothing is computed and nothing sent.
 *
 * @category guards
 * @since 0.1.0
 */
export const problemWith = (
  mechanism: Mechanism.Spoken,
  credential: Pick<Credential, "user" | "secret">
): Mechanism.SaslError | undefined => {
  const begun = begin(mechanism, credential, nowhere)
  return Result.isFailure(begun) ? begun.failure : undefined
}

/**
 * Why a credential cannot be put into the form that its mechanism wants: an error names the field and the problem, never its
 * value. With `auto` it is asked of the plainest mechanism, which carries what any other does. To be asked before anything is
 * dialled.
 *
 * @category guards
 * @since 0.1.0
 */
export const problemOf = (credential: Credential): Mechanism.SaslError | undefined => {
  const asked = credential.mechanism.toUpperCase()
  const plainest = credential.kind === "certificate" ? "EXTERNAL" : credential.kind === "token" ? "XOAUTH2" : "PLAIN"
  const fits = Mechanism.isSpoken(asked) && Mechanism.takes(asked) === credential.kind
  return problemWith(fits ? asked : plainest, credential)
}
