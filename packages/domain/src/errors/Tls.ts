/**
 * Failures of STARTTLS and TLS.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Certificate, TlsNote, TlsProblem, TlsReason } from "../Certificate.ts"
import { Reply } from "../Reply.ts"
import { common } from "./common.ts"

/**
 * The change to TLS was not possible. `Stripped` means that something on the way removed the offer; `Injection`
 * that octets arrived in clear between the reply to STARTTLS and the handshake (RFC 3207 section 6).
 *
 * @category errors
 * @since 0.1.0
 */
export class StartTlsError extends Schema.TaggedError<StartTlsError>()("StartTlsError", {
  ...common,
  reason: Schema.Literals(["NotOffered", "Refused", "Stripped", "Injection"]),
  reply: Schema.optionalKey(Reply)
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}

/**
 * The TLS handshake failed, or what the server presented cannot be trusted. `reason` is the worst of `conditions`;
 * `chain` is as sent, leaf first, empty when no certificate arrived; `problems` say of each condition where it fails, worst
 * first; `interceptedBy` names a product that is known to break TLS open, where it issued the chain; `platformCode` is the
 * runtime's own code.
 *
 * @category errors
 * @since 0.1.0
 */
export class TlsError extends Schema.TaggedError<TlsError>()("TlsError", {
  ...common,
  reason: TlsReason,
  conditions: Schema.Array(TlsReason),
  chain: Schema.Array(Certificate),
  problems: Schema.optionalKey(Schema.Array(TlsProblem)),
  notes: Schema.optionalKey(Schema.Array(TlsNote)),
  interceptedBy: Schema.optionalKey(Schema.String),
  platformCode: Schema.optionalKey(Schema.String)
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}
