/** Failures in words: closed reasons, and what was refused with which code. */
import type { Attempt, ControlAttempt, PhaseError } from "@sonde/domain/Errors"
import type * as Reply from "@sonde/domain/Reply"
import * as Escape from "../Escape.ts"
import { duration } from "./time.ts"

const code = (reply: Reply.Reply): string =>
  "status" in reply
    ? [reply.status, reply.code].filter((part) => part !== undefined).map((part) => Escape.line(part)).join(" ")
    : [`${reply.code}`, reply.enhanced].filter((part) => part !== undefined).map((part) => Escape.line(part)).join(" ")

const reasons: Readonly<Record<string, string>> = {
  NoSuchName: "the name does not exist",
  NoRecords: "the name has no address",
  ServerFailure: "the resolver could not answer",
  BadName: "this is no host name",
  NullMx: "the domain takes no mail",
  Refused: "refused",
  Timeout: "no answer in time",
  Unreachable: "unreachable",
  Reset: "reset",
  AddressDenied: "the address may not be dialled",
  ProxyUnreachable: "the proxy cannot be reached",
  ProxyAuth: "the proxy wants a sign-in, or refuses this one",
  ProxyDenied: "the rules of the proxy do not allow it",
  ProxyBroken: "there is no such proxy",
  NotOffered: "not offered",
  Stripped: "removed on the way",
  NoCommonMechanism: "no mechanism in common",
  OnlyInClear: "only without encryption",
  CertificateExpired: "certificate expired",
  CertificateNotYetValid: "certificate not valid yet",
  HostnameMismatch: "certificate for another name",
  SelfSigned: "self-signed certificate",
  UnknownIssuer: "issuer not trusted",
  IncompleteChain: "chain incomplete",
  Revoked: "certificate revoked",
  WeakKey: "key too weak",
  WeakSignature: "signature too weak",
  BadSignature: "bad signature",
  WrongPurpose: "certificate for another purpose",
  IssuerNotCa: "issuer is no authority",
  NameConstraint: "name outside the issuer's limits",
  PathLength: "chain longer than allowed",
  UnknownCriticalExtension: "unknown critical extension",
  ClientCertificateRequired: "a client certificate is wanted",
  ProtocolVersion: "no TLS version in common",
  NoSharedCipher: "no cipher in common",
  PlaintextPeer: "the server speaks in clear here",
  HandshakeAlert: "handshake refused",
  HandshakeTimeout: "handshake without an answer"
}

/** Of a look-up: where two words would be the same for a host and for the resolver, they are apart here. */
const lookups: Readonly<Record<string, string>> = {
  Refused: "the resolver refused the question",
  Timeout: "the resolver did not answer in time",
  Unreachable: "nobody answers at the resolver's address",
  Untrusted: "the resolver could not prove who it is"
}

/**
 * A closed reason in words; one without words stands as it is.
 *
 * @category words
 * @since 0.1.0
 */
export const reason = (id: string): string => reasons[id] ?? Escape.line(id)

/**
 * A failure in a few words, for its row: what was refused and with which code.
 *
 * @category phrases
 * @since 0.1.0
 */
export const failure = (error: PhaseError): string => Escape.line(refusal(error))

/** What became of an address: refused, filtered and reset are three things. */
const results: Readonly<Partial<Record<Attempt["result"], string>>> = {
  Abandoned: "was slower",
  Connected: "answers too",
  Refused: "refused",
  Timeout: "no answer (filtered, or nothing there)",
  Reset: "reset"
}

/** One address that was dialled, what became of it and after which time. */
export const attempted = ({ address, durationMillis, result, said }: Attempt): string =>
  `${address} ${results[result] ?? reason(result).toLowerCase()}${said === undefined ? "" : ` (${said})`} after ${
    duration(durationMillis)
  }`

/** What became of the place that was dialled in comparison. */
const control = (attempt: ControlAttempt | undefined): string => {
  if (attempt === undefined) return ""
  const { durationMillis, host, port, result } = attempt
  const said = result === "Connected"
    ? "answers"
    : result === "NotResolved"
    ? "could not be looked up"
    : `does not answer either: ${results[result] ?? reason(result).toLowerCase()}`
  return `; in comparison ${host}:${port} ${said} (${duration(durationMillis)})`
}

const refusal = (error: PhaseError): string => {
  switch (error._tag) {
    case "ResolveError":
      return [lookups[error.reason] ?? reason(error.reason), error.name]
        .filter((part) => part !== undefined).map(Escape.line).join(": ")
    case "ConnectError": {
      const tried = error.attempts.map(attempted)
      const by = error.proxy === undefined ? "" : `, through ${error.proxy}`
      return `${tried.length === 0 ? reason(error.reason) : tried.join(", ")}${by}${control(error.control)}`
    }
    case "GreetingError":
      switch (error.reason) {
        case "Rejected":
          return error.reply === undefined ? "the server turned us away" : `turned away with ${code(error.reply)}`
        case "Silent":
          return "connected, but the server said nothing"
        case "NotThisProtocol":
          return "what answers here speaks another protocol"
        case "TlsExpected":
          return "this port begins with TLS"
      }
      break
    case "StartTlsError":
      return error.reply === undefined
        ? `STARTTLS ${reason(error.reason)}`
        : `STARTTLS refused with ${code(error.reply)}`
    case "TlsError":
      return error.conditions.length < 2 ? reason(error.reason) : error.conditions.map(reason).join(", ")
    case "AuthUnavailable":
      return error.offered.length === 0
        ? `sign-in ${reason(error.reason)}`
        : `${reason(error.reason)}; offered: ${error.offered.map(Escape.line).join(" ")}`
    case "AuthRejected":
      return `${Escape.line(error.mechanism)} refused with ${code(error.reply)}`
    case "SendAsDenied":
      return `may not send as ${Escape.line(error.from)}: ${code(error.reply)}`
    case "SenderRejected":
      return `sender refused with ${code(error.reply)}`
    case "RecipientRejected":
      return `${Escape.line(error.to)} refused with ${code(error.reply)}`
    case "MessageRejected":
      return `message refused with ${code(error.reply)}`
    case "MailboxUnavailable":
      return `mailbox refused with ${code(error.reply)}`
    case "Throttled":
      return [
        `held back${error.reply === undefined ? "" : ` with ${code(error.reply)}`} (${error.scope})`,
        error.retryAfterMillis > 0 ? `again in ${duration(error.retryAfterMillis)}` : undefined
      ].filter((part) => part !== undefined).join(", ")
    case "TemporaryFailure":
      return `put off with ${code(error.reply)}`
    case "ConnectionLost":
      return error.lastCommand === ""
        ? "the connection ended"
        : `the connection ended after ${Escape.line(error.lastCommand)}`
    case "PhaseTimeout":
      return `no ${Escape.line(error.awaited)} within ${duration(error.afterMillis)}`
    default:
      return Escape.line(error.message)
  }
}
