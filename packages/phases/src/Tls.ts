/**
 * Performs the handshake and judges what was presented: `specs/tls.md`.
 *
 * The handshake (RFC 8446, RFC 5246) is completed without verification, then chain, name (RFC 9525) and dates are
 * judged apart, so that every failed condition is reported and not only the first.
 *
 * @since 0.1.0
 */
import { type TlsProblem, type TlsReason, worstFirst } from "@sonde/domain/Certificate"
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
import { productOf } from "./Interception.ts"
import * as Phase from "./Phase.ts"
import { Retrieval } from "./Retrieval.ts"

/**
 * `trust` is what a certificate that does not verify means: `verified` fails the phase, as it does unless told; `opportunistic` makes a
 * fact of it, as for mail between servers, where encryption without proof is better than none (RFC 7435 section 3).
 *
 * @category models
 * @since 0.1.0
 */
export interface TlsInput {
  readonly conversation: Conversation
  readonly trust?: "verified" | "opportunistic" | undefined
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

/** How servers begin in clear, and what that says of the port. */
const greetings: ReadonlyArray<readonly [sign: RegExp, protocol: string]> = [
  [/^220[ -]/, "SMTP"],
  [/^\* (?:OK|PREAUTH|BYE)\b/i, "IMAP"],
  [/^[+]OK\b/i, "POP3"],
  [/^"IMPLEMENTATION"/i, "ManageSieve"]
]

/**
 * What the first line of a server in clear says of its port, as the end of a sentence; nothing where it is no mail protocol.
 *
 * @category formatting
 * @since 0.1.0
 */
export const expectation = (line: string): string => {
  const protocol = greetings.find(([sign]) => sign.test(line))?.[1]
  return protocol === undefined ? "" : `: this port begins in clear and expects STARTTLS, it speaks ${protocol}`
}

/** Each condition with what decided it, worst first, in one sentence. */
const message = (where: string, conditions: ReadonlyArray<TlsReason>, problems: ReadonlyArray<TlsProblem>): string => {
  const texts = conditions.flatMap((condition) => {
    const told = problems.filter((problem) => problem.condition === condition).map(({ text }) => text)
    return told.length === 0 ? [sentence[condition]] : told
  })
  const [first, ...others] = new Set(texts)
  return [`${where} ${first}`, ...others.map((other) => `it ${other}`)].join("; ")
}

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
    const run = Effect.fnUntraced(function*({ conversation, trust = "verified" }: TlsInput) {
      const { endpoint, session } = conversation
      const where = format(endpoint)
      const timeoutMillis = yield* remaining("phaseMillis")
      const shown = (yield* ClientIdentity) === undefined ? "" : "; a client certificate was to be shown"
      const retrieve = (yield* Retrieval)?.(conversation)
      const handshake = yield* Effect.mapError(
        session.startTls({ serverName: endpoint.host, timeoutMillis, retrieve }),
        (error) => {
          switch (error._tag) {
            case "HandshakeFailed":
              return new TlsError({
                ...at(conversation, "tls"),
                reason: error.reason,
                conditions: [error.reason],
                chain: [],
                platformCode: error.platformCode,
                message: `${where} ${sentence[error.reason]}${
                  error.reason === "PlaintextPeer" ? expectation(error.detail) : ""
                }${error.platformCode === "" ? "" : ` (${error.platformCode})`}${shown}`
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
      const { chain, clientCertificate, notes, platformCode, problems = [], revocation } = handshake
      const interceptedBy = productOf(chain)
      const told = {
        ...(notes === undefined ? {} : { notes }),
        ...(interceptedBy === undefined ? {} : { interceptedBy })
      }
      const conditions = worstFirst(handshake.conditions)
      const [worst] = conditions
      if (worst !== undefined && trust === "verified") {
        return yield* new TlsError({
          ...at(conversation, "tls"),
          reason: worst,
          conditions,
          chain,
          ...(problems.length === 0 ? {} : { problems }),
          ...told,
          ...(platformCode === undefined ? {} : { platformCode }),
          message: message(where, conditions, problems)
        })
      }
      return {
        protocol: handshake.protocol,
        cipher: handshake.cipher,
        serverName: endpoint.host,
        ...(handshake.alpn === undefined ? {} : { alpn: handshake.alpn }),
        daysLeft: daysLeft(handshake, yield* Clock.currentTimeMillis),
        conditions,
        ...(problems.length === 0 ? {} : { problems }),
        chain,
        ...told,
        ...(clientCertificate === undefined ? {} : { clientCertificate }),
        ...(revocation === undefined ? {} : { revocation })
      }
    })
    return Tls.of({ definition, run })
  })
}
