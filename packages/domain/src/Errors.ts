/**
 * The typed errors of all phases: the union, which phase may fail with which, and the exit status of each.
 *
 * The table `phasesOf` is the contract. `ErrorOf` reads it at the type level, so that the error channel of a phase
 * can be compared with its row in both directions.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { AuthRejected, AuthUnavailable, TokenRejected } from "./errors/Auth.ts"
import type { JournalError } from "./errors/JournalError.ts"
import {
  DeliveryInDoubt,
  MailboxUnavailable,
  MessageRejected,
  RecipientRejected,
  SendAsDenied,
  SenderRejected
} from "./errors/Message.ts"
import {
  ApiError,
  ConnectError,
  ConnectionLost,
  GreetingError,
  PhaseTimeout,
  ProtocolError,
  ResolveError,
  TemporaryFailure,
  Throttled
} from "./errors/Network.ts"
import { StartTlsError, TlsError } from "./errors/Tls.ts"
import type { PhaseId } from "./Service.ts"

export * from "./errors/Auth.ts"
export * from "./errors/JournalError.ts"
export * from "./errors/Message.ts"
export * from "./errors/Network.ts"
export * from "./errors/Tls.ts"

/**
 * Every error a phase can fail with, by `_tag`.
 *
 * @category errors
 * @since 0.1.0
 */
export const errors = {
  ResolveError,
  ConnectError,
  GreetingError,
  ProtocolError,
  StartTlsError,
  TlsError,
  AuthUnavailable,
  AuthRejected,
  TokenRejected,
  SendAsDenied,
  SenderRejected,
  RecipientRejected,
  MessageRejected,
  MailboxUnavailable,
  Throttled,
  TemporaryFailure,
  ConnectionLost,
  PhaseTimeout,
  DeliveryInDoubt,
  ApiError
} as const

/**
 * The union of all phase errors, told apart by `_tag`.
 *
 * @category errors
 * @since 0.1.0
 */
export const PhaseError = Schema.Union([
  ResolveError,
  ConnectError,
  GreetingError,
  ProtocolError,
  StartTlsError,
  TlsError,
  AuthUnavailable,
  AuthRejected,
  TokenRejected,
  SendAsDenied,
  SenderRejected,
  RecipientRejected,
  MessageRejected,
  MailboxUnavailable,
  Throttled,
  TemporaryFailure,
  ConnectionLost,
  PhaseTimeout,
  DeliveryInDoubt,
  ApiError
])
/** @category errors @since 0.1.0 */
export type PhaseError = typeof PhaseError.Type

/** @category errors @since 0.1.0 */
export type ErrorTag = keyof typeof errors

const session = [
  "ehlo",
  "capability",
  "starttls",
  "tls",
  "auth",
  "mail",
  "rcpt",
  "data",
  "select",
  "stat",
  "list",
  "logout",
  "quit"
] as const
/** Phases that are HTTP requests, or open connections of their own: names, connections and TLS are part of them. */
const requests = ["metadata", "token", "mailbox", "send", "find"] as const
const all = ["resolve", "connect", "greeting", ...session, "versions", ...requests, "claims"] as const

/**
 * In which phases each error may occur. A phase fails with the errors whose row names it and with no others.
 *
 * @category contract
 * @since 0.1.0
 */
export const phasesOf = {
  ResolveError: ["resolve", ...requests],
  ConnectError: ["connect", ...requests],
  GreetingError: ["greeting"],
  ProtocolError: all,
  StartTlsError: ["starttls"],
  TlsError: ["tls", ...requests],
  AuthUnavailable: ["auth"],
  AuthRejected: ["auth"],
  TokenRejected: ["token", "claims"],
  SendAsDenied: ["mail", "rcpt", "data", "send"],
  SenderRejected: ["mail", "data", "send"],
  RecipientRejected: ["rcpt", "data", "send"],
  MessageRejected: ["data", "send"],
  MailboxUnavailable: ["select", "stat", "list", "mailbox", "find"],
  Throttled: all,
  TemporaryFailure: all,
  ConnectionLost: ["greeting", ...session, ...requests],
  PhaseTimeout: [...session, ...requests],
  DeliveryInDoubt: ["data", "send"],
  ApiError: ["mailbox", "send", "find"]
} as const satisfies Record<ErrorTag, ReadonlyArray<PhaseId>>

/**
 * The errors of one phase, computed from `phasesOf`.
 *
 * @category contract
 * @since 0.1.0
 */
export type ErrorOf<P extends PhaseId> = {
  readonly [Tag in ErrorTag]: P extends typeof phasesOf[Tag][number] ? InstanceType<typeof errors[Tag]> : never
}[ErrorTag]

/**
 * Whether a phase may fail with this error.
 *
 * @category contract
 * @since 0.1.0
 */
export const isErrorOf = (phase: PhaseId, tag: ErrorTag): boolean =>
  (phasesOf[tag] as ReadonlyArray<PhaseId>).includes(phase)

/**
 * Whether the error says nothing about what was diagnosed: throttles, 4yz replies, time limits, a delivery in
 * doubt and unfinished look-ups make a service `inconclusive`, never `fail`.
 *
 * @category contract
 * @since 0.1.0
 */
export const isInconclusive = (error: PhaseError): boolean => {
  switch (error._tag) {
    case "Throttled":
    case "TemporaryFailure":
    case "PhaseTimeout":
    case "DeliveryInDoubt":
      return true
    case "ResolveError":
      return error.isTemporary
    default:
      return false
  }
}

/**
 * The exit status of an error, from sysexits.
 *
 * @category contract
 * @since 0.1.0
 */
export const exitCodeOf = (error: PhaseError | JournalError): number => {
  switch (error._tag) {
    case "ResolveError":
      return isInconclusive(error) ? 75 : 68
    case "ConnectError":
      return 69
    case "GreetingError":
      return error.reason === "NotThisProtocol" ? 76 : error.reason === "TlsExpected" ? 78 : 69
    case "ProtocolError":
    case "ConnectionLost":
      return 76
    case "StartTlsError":
      return error.reason === "Injection" ? 76 : 78
    case "TlsError":
    case "AuthUnavailable":
    case "MessageRejected":
      return 78
    case "AuthRejected":
    case "TokenRejected":
    case "SendAsDenied":
    case "SenderRejected":
      return 77
    case "RecipientRejected":
    case "MailboxUnavailable":
      return 67
    case "Throttled":
    case "TemporaryFailure":
    case "PhaseTimeout":
    case "DeliveryInDoubt":
      return 75
    case "ApiError":
      return error.status === 401 || error.status === 403 ? 77 : error.status === 404 ? 67 : 76
    case "JournalError":
      return error.reason === "NotFound" ? 66 : error.reason === "Locked" ? 75 : 74
  }
}
