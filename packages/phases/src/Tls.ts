/**
 * Performs the handshake and judges what was presented: `specs/tls.md`.
 *
 * The handshake (RFC 8446, RFC 5246) is completed without verification, then chain, name (RFC 9525) and dates are
 * judged apart, so that every failed condition is reported and not only the first.
 *
 * @since 0.1.0
 */
import { type TlsReason, worstFirst } from "@sonde/domain/Certificate"
import { format } from "@sonde/domain/Endpoint"
import {
  type ConnectionLost,
  type PhaseTimeout,
  ProtocolError,
  type TemporaryFailure,
  type Throttled,
  TlsError
} from "@sonde/domain/Errors"
import { TlsFacts } from "@sonde/domain/Facts"
import { ClientIdentity } from "@sonde/net/ClientIdentity"
import type { Handshake } from "@sonde/net/Session"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { at, translate } from "./Ask.ts"
import { type Conversation, remaining } from "./Conversation.ts"
import * as Phase from "./Phase.ts"

/** @category models @since 0.1.0 */
export interface TlsInput {
  readonly conversation: Conversation
}

/** @category errors @since 0.1.0 */
export type TlsFailure = TlsError | ProtocolError | ConnectionLost | PhaseTimeout | Throttled | TemporaryFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "tls",
  version: 1,
  resume: { rule: "reacquire" },
  facts: TlsFacts
})

/**
 * What each condition means, as the end of a sentence that begins with the server.
 *
 * @category formatting
 * @since 0.1.0
 */
export const sentence: Record<TlsReason, string> = {
  PlaintextPeer: "answered the handshake in clear: this port does not begin with TLS",
  ProtocolVersion: "and this side have no TLS version in common",
  NoSharedCipher: "and this side have no cipher suite in common",
  ClientCertificateRequired: "wants a certificate of the client",
  HandshakeAlert: "broke the handshake off with an alert",
  HandshakeTimeout: "did not finish the handshake in time",
  Reset: "closed the connection during the handshake",
  Revoked: "shows a certificate that was revoked",
  BadSignature: "shows a certificate whose signature does not verify",
  CertificateExpired: "shows a certificate that has expired",
  CertificateNotYetValid: "shows a certificate that is not valid yet",
  HostnameMismatch: "shows a certificate for other names",
  SelfSigned: "shows a certificate that it signed itself",
  IncompleteChain: "does not send the certificates between its own and a trusted one",
  UnknownIssuer: "shows a certificate of an issuer that is not trusted here",
  WrongPurpose: "shows a certificate that is not meant for servers",
  IssuerNotCa: "shows a chain with an issuer that may not issue",
  NameConstraint: "shows a certificate for names that its issuer may not certify",
  PathLength: "shows a chain that is longer than its issuer allows",
  UnknownCriticalExtension: "shows a certificate with a critical extension that is not understood",
  WeakKey: "shows a certificate with a key that is too short",
  WeakSignature: "shows a certificate with a signature that is too weak"
}

const dayMillis = 86_400_000

/** Days until the first certificate of the chain ends, rounded down; negative once it has. */
const daysLeft = (handshake: Handshake, now: number): number =>
  handshake.chain.reduce(
    (least, certificate) => Math.min(least, Math.floor((Date.parse(certificate.notAfter) - now) / dayMillis)),
    handshake.chain.length === 0 ? 0 : Number.MAX_SAFE_INTEGER
  )

/**
 * Performs the handshake and judges what was presented.
 *
 * @category services
 * @since 0.1.0
 */
export class Tls
  extends Context.Service<Tls, Phase.Phase<"tls", TlsInput, TlsFacts, TlsFacts, TlsFailure>>()("@sonde/phases/Tls")
{
  static readonly layer = Layer.sync(Tls, () => {
    const run = Effect.fnUntraced(function*({ conversation }: TlsInput) {
      const { endpoint, session } = conversation
      const where = format(endpoint)
      const timeoutMillis = yield* remaining("phaseMillis")
      const shown = (yield* ClientIdentity) === undefined ? "" : "; a client certificate was to be shown"
      const handshake = yield* Effect.mapError(
        session.startTls({ serverName: endpoint.host, timeoutMillis }),
        (error) => {
          switch (error._tag) {
            case "HandshakeFailed":
              return new TlsError({
                ...at(conversation, "tls"),
                reason: error.reason,
                conditions: [error.reason],
                chain: [],
                platformCode: error.platformCode,
                message: `${where} ${sentence[error.reason]} (${error.platformCode})${shown}`
              })
            case "InjectedOctets":
              return new ProtocolError({
                ...at(conversation, "tls"),
                reason: "Injection",
                message: `${error.octets} octets in clear arrived before the handshake with ${where}`
              })
            case "SessionLost":
              return translate(conversation, "tls", "the TLS handshake")(error)
          }
        }
      )
      const conditions = worstFirst(handshake.conditions)
      const [worst, ...others] = conditions
      if (worst !== undefined) {
        return yield* new TlsError({
          ...at(conversation, "tls"),
          reason: worst,
          conditions,
          chain: handshake.chain,
          ...(handshake.platformCode === undefined ? {} : { platformCode: handshake.platformCode }),
          message: [`${where} ${sentence[worst]}`, ...others.map((other) => `it ${sentence[other]}`)].join("; ")
        })
      }
      return {
        protocol: handshake.protocol,
        cipher: handshake.cipher,
        serverName: endpoint.host,
        ...(handshake.alpn === undefined ? {} : { alpn: handshake.alpn }),
        daysLeft: daysLeft(handshake, yield* Clock.currentTimeMillis),
        conditions: [],
        chain: handshake.chain,
        ...(handshake.clientCertificate === undefined ? {} : { clientCertificate: handshake.clientCertificate })
      }
    })
    return Tls.of({ definition, run })
  })
}
