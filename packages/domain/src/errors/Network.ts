/**
 * Failures on the way to a conversation: names, connections, greetings, silence.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { CodeReply, Reply } from "../Reply.ts"
import { common, Millis } from "./common.ts"

/**
 * A name could not be resolved. `NoSuchName` is NXDOMAIN, `NoRecords` an empty answer (NODATA), `NullMx` a domain
 * that takes no mail (RFC 7505 section 3). `ServerFailure` and `Timeout` say nothing about the name: try again. `Unreachable` and
 * `Untrusted` are of the resolver that was chosen: nobody listens there, or it could not prove who it is.
 * `name` is what was asked for; it is never absent, because the `name` that every `Error` inherits would stand for it.
 *
 * @category errors
 * @since 0.1.0
 */
export class ResolveError extends Schema.TaggedError<ResolveError>()("ResolveError", {
  ...common,
  reason: Schema.Literals([
    "NoSuchName",
    "NoRecords",
    "ServerFailure",
    "Refused",
    "Timeout",
    "Unreachable",
    "Untrusted",
    "BadName",
    "NullMx"
  ]),
  name: Schema.String
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return this.reason === "ServerFailure" || this.reason === "Timeout"
  }
}

const proxyReasons = ["ProxyUnreachable", "ProxyAuth", "ProxyDenied", "ProxyBroken"] as const

/**
 * What became of dialling one address; `said` is what a proxy said to it. `address` is a name where the proxy looks it up.
 *
 * @category models
 * @since 0.1.0
 */
export const Attempt = Schema.Struct({
  address: Schema.String,
  port: Schema.Int,
  result: Schema.Literals([
    "Connected",
    "Refused",
    "Timeout",
    "Unreachable",
    "Reset",
    "AddressDenied",
    "Abandoned",
    ...proxyReasons
  ]),
  durationMillis: Millis,
  said: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Attempt" })
/** @category models @since 0.1.0 */
export interface Attempt extends Schema.Schema.Type<typeof Attempt> {}

/**
 * What became of the place that was dialled in comparison (`--control`).
 *
 * @category models
 * @since 0.1.0
 */
export const ControlAttempt = Schema.Struct({
  host: Schema.String,
  port: Schema.Int,
  result: Schema.Literals([
    "Connected",
    "NotResolved",
    "Refused",
    "Timeout",
    "Unreachable",
    "Reset",
    "AddressDenied",
    ...proxyReasons
  ]),
  durationMillis: Millis
}).annotate({ identifier: "ControlAttempt" })
/** @category models @since 0.1.0 */
export interface ControlAttempt extends Schema.Schema.Type<typeof ControlAttempt> {}

/**
 * No address took the connection. `attempts` lists every address that was dialled, in the order of the race. `proxy` is the place of
 * the proxy that was gone through. `ProxyUnreachable`: it was not reached; `ProxyAuth`: it wants a sign-in, or refuses this one;
 * `ProxyDenied`: its rules do not let us there; `ProxyBroken`: what answers there is no such proxy. Whatever else is told with a proxy
 * is what that says of the server. `control` is what became of a place that was dialled in the same way, where one was chosen.
 *
 * @category errors
 * @since 0.1.0
 */
export class ConnectError extends Schema.TaggedError<ConnectError>()("ConnectError", {
  ...common,
  reason: Schema.Literals(["Refused", "Timeout", "Unreachable", "Reset", "AddressDenied", ...proxyReasons]),
  attempts: Schema.Array(Attempt),
  proxy: Schema.optionalKey(Schema.String),
  control: Schema.optionalKey(ControlAttempt)
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}

/**
 * The connection stands, but what came is no welcome. `TlsExpected` means the port begins with TLS.
 *
 * @category errors
 * @since 0.1.0
 */
export class GreetingError extends Schema.TaggedError<GreetingError>()("GreetingError", {
  ...common,
  reason: Schema.Literals(["Rejected", "Silent", "NotThisProtocol", "TlsExpected"]),
  reply: Schema.optionalKey(Reply)
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}

/**
 * The peer broke the protocol. `UnexpectedReply` is a well-formed reply that has no place where it came; then
 * `reply` holds it. `BadChallenge` is a challenge of a sign-in that must not be answered; `UnprovenServer` means that a
 * server let a sign-in pass, or ended it, without the proof that the mechanism demands of it.
 *
 * @category errors
 * @since 0.1.0
 */
export class ProtocolError extends Schema.TaggedError<ProtocolError>()("ProtocolError", {
  ...common,
  reason: Schema.Literals([
    "MalformedReply",
    "ReplyTooLong",
    "LineTooLong",
    "CodeChanged",
    "UnexpectedData",
    "UnexpectedReply",
    "Injection",
    "PreAuth",
    "BadChallenge",
    "UnprovenServer"
  ]),
  reply: Schema.optionalKey(Reply)
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}

/**
 * The connection ended inside a conversation. `bytes` counts what had been received, `lastCommand` is the command
 * that was waiting for its reply, masked, empty before the first.
 *
 * @category errors
 * @since 0.1.0
 */
export class ConnectionLost extends Schema.TaggedError<ConnectionLost>()("ConnectionLost", {
  ...common,
  reason: Schema.Literals(["Closed", "Reset"]),
  bytes: Schema.Int,
  lastCommand: Schema.String
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}

/**
 * No answer within the limit. `awaited` says for what, in words.
 *
 * @category errors
 * @since 0.1.0
 */
export class PhaseTimeout extends Schema.TaggedError<PhaseTimeout>()("PhaseTimeout", {
  ...common,
  afterMillis: Millis,
  awaited: Schema.String
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return true
  }
}

/**
 * The provider limits how much may be sent or how often one may connect. `scope` says for whom; `retryAfterMillis`
 * is how long to wait at least.
 *
 * @category errors
 * @since 0.1.0
 */
export class Throttled extends Schema.TaggedError<Throttled>()("Throttled", {
  ...common,
  reply: Schema.optionalKey(Reply),
  scope: Schema.Literals(["connection", "mailbox", "tenant", "address"]),
  retryAfterMillis: Millis
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return true
  }
}

/**
 * A 4yz reply, or its like elsewhere, that is no throttle (RFC 5321 section 4.2.1).
 *
 * @category errors
 * @since 0.1.0
 */
export class TemporaryFailure extends Schema.TaggedError<TemporaryFailure>()("TemporaryFailure", {
  ...common,
  reply: Reply
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return true
  }
}

/**
 * A Graph call was refused.
 *
 * @category errors
 * @since 0.1.0
 */
export class ApiError extends Schema.TaggedError<ApiError>()("ApiError", {
  ...common,
  status: Schema.Int,
  providerCode: Schema.String,
  reply: Schema.optionalKey(CodeReply)
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}
