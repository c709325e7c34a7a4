/**
 * A live conversation over one connection: line exchanges with a time limit, and the change to TLS in place.
 *
 * A session is a value that a recipe passes on; it belongs to one connection and closes with its scope. It knows
 * nothing of mail protocols: a reply decoder says where a reply ends.
 *
 * @since 0.1.0
 */
import type { Certificate, Revocation, TlsNote, TlsProblem, TlsReason } from "@sonde/domain/Certificate"
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { Attempt } from "@sonde/domain/Errors"
import type { Framed } from "@sonde/wire/Literals"
import type { BindingType } from "@sonde/wire/sasl/Gs2"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type { Outgoing } from "./Outgoing.ts"
import type { Candidate } from "./Race.ts"

/** @category models @since 0.1.0 */
export type { BindingType }

/**
 * The connection ended. `bytes` counts the octets received on it, `lastCommand` is masked, `pending` what had
 * arrived of an unfinished line.
 *
 * @category errors
 * @since 0.1.0
 */
export class SessionLost extends Data.TaggedError("SessionLost")<{
  readonly reason: "Closed" | "Reset"
  readonly bytes: number
  readonly lastCommand: string
  readonly pending: string
}> {}

/**
 * No complete reply within the limit. `bytes` counts the octets received on the connection.
 *
 * @category errors
 * @since 0.1.0
 */
export class SessionTimeout extends Data.TaggedError("SessionTimeout")<{
  readonly afterMillis: number
  readonly bytes: number
}> {}

/**
 * The peer sent a line beyond the limit of the wire codecs.
 *
 * @category errors
 * @since 0.1.0
 */
export class SessionLineTooLong extends Data.TaggedError("SessionLineTooLong")<{
  readonly octets: number
}> {}

/** @category errors @since 0.1.0 */
export type SessionError = SessionLost | SessionTimeout | SessionLineTooLong

/**
 * The handshake did not complete. `reason` is one of the handshake's own (`PlaintextPeer` to `Reset`);
 * `platformCode` is the runtime's code, such as `ERR_SSL_WRONG_VERSION_NUMBER`.
 *
 * @category errors
 * @since 0.1.0
 */
export class HandshakeFailed extends Data.TaggedError("HandshakeFailed")<{
  readonly reason: TlsReason
  readonly platformCode: string
  readonly detail: string
}> {}

/**
 * Octets had arrived in clear between the reply to STARTTLS and the handshake (RFC 3207 section 6). They are
 * discarded, never read as part of the encrypted conversation; `octets` tells how many.
 *
 * @category errors
 * @since 0.1.0
 */
export class InjectedOctets extends Data.TaggedError("InjectedOctets")<{
  readonly octets: number
}> {}

/**
 * A completed handshake and the judgement on what was presented. An empty `conditions` means that chain, name and
 * dates hold; `problems` has one entry for each place where a condition fails, worst first. `chain` is as sent, leaf first.
 *
 * @category models
 * @since 0.1.0
 */
export interface Handshake {
  readonly protocol: string
  readonly cipher: string
  readonly alpn?: string
  readonly chain: ReadonlyArray<Certificate>
  readonly conditions: ReadonlyArray<TlsReason>
  readonly problems?: ReadonlyArray<TlsProblem>
  readonly notes?: ReadonlyArray<TlsNote>
  readonly revocation?: Revocation
  readonly platformCode?: string
  /** The certificates of `chain` in DER, whole and their public keys alone (SubjectPublicKeyInfo). */
  readonly presented?: () => ReadonlyArray<{ readonly certificate: Uint8Array; readonly key: Uint8Array }>
  /** Whether the server asked for a certificate of the client: in vain, or it was sent. */
  readonly clientCertificate?: "asked" | "sent"
}

/**
 * How to make a handshake. `sendName` is whether the server is told the name it is meant as (SNI; yes unless told); `version`
 * allows that version only, whatever is weak with it, and `alpn` offers protocols: both are for finding out what a server
 * takes. `retrieve` reads what certificates point to, issuers and revocation lists, from an URL in clear; it fails with the
 * reason in words. Without it nothing is read.
 *
 * @category models
 * @since 0.1.0
 */
export interface HandshakeOptions {
  readonly serverName: string
  readonly timeoutMillis: number
  readonly sendName?: boolean | undefined
  readonly version?: TlsVersion | undefined
  readonly alpn?: ReadonlyArray<string> | undefined
  readonly retrieve?: Retrieve | undefined
}

/** @category models @since 0.1.0 */
export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3"

/** @category models @since 0.1.0 */
export type Retrieve = (url: string) => Effect.Effect<Uint8Array, string>

/**
 * Reads one reply, as the decoders of `@sonde/wire/ReplyDecoder` do. `line` has every known secret masked, and is what may be kept
 * and shown. `raw` is the line as it came: for what must be computed with, such as the challenge of a sign-in, in which a short
 * password may stand by chance; nothing of it may leave the phase that reads it. `framed` is the size of the line on the wire
 * without its ending, and that ending: for protocols that count octets over line ends.
 *
 * @category models
 * @since 0.1.0
 */
export interface LineDecoder<out A, out E> {
  readonly push: (
    line: string,
    raw: string,
    framed: Pick<Framed, "octets" | "ending">
  ) => Result.Result<A | undefined, E>
}

/**
 * A live conversation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Session {
  readonly endpoint: Endpoint
  readonly peer: Candidate
  /** The place of the proxy that was gone through, absent without one. */
  readonly proxy?: string | undefined
  readonly localAddress: string
  /** Every address of the race that led here, the winner with `Connected`. */
  readonly attempts: ReadonlyArray<Attempt>
  /** Whether a TLS handshake has completed. */
  readonly isEncrypted: () => boolean
  /**
   * What tells this TLS connection from every other, for a sign-in that is tied to it: `tls-exporter` with TLS 1.3 (RFC 9266
   * section 2), `tls-server-end-point` with any (RFC 5929 section 4). `undefined` without TLS, and where the connection has none
   * of that type.
   */
  readonly channelBinding: (type: BindingType) => Uint8Array | undefined
  /**
   * Writes one line, when given, and reads until the decoder has a reply. Time is measured from the write. An
   * interrupted or timed-out exchange leaves the connection to its scope; its reply may still come, so nothing but
   * a farewell should follow.
   */
  readonly exchange: <A, E>(
    line: Outgoing | undefined,
    decoder: LineDecoder<A, E>,
    timeoutMillis: number
  ) => Effect.Effect<A, E | SessionError>
  /** Writes octets that are no line (a message); the recorder keeps `note` in their place. */
  readonly write: (octets: Uint8Array, note: string, timeoutMillis: number) => Effect.Effect<void, SessionError>
  /** Masks every known secret in a text, whatever its encoding: for what a phase took apart itself. */
  readonly scrub: (text: string) => string
  /** Octets that have arrived and that no exchange has read, complete lines and a part of one. */
  readonly unread: () => number
  /** Takes the connection to TLS, at the start of the conversation or after STARTTLS. */
  readonly startTls: (
    options: HandshakeOptions
  ) => Effect.Effect<Handshake, HandshakeFailed | InjectedOctets | SessionLost>
}
