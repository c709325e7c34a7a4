/**
 * Failures of the mail transaction and of mailboxes.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Reply } from "../Reply.ts"
import { common } from "./common.ts"

/**
 * The account that signed in may not send as the sender. `from` is the sender that was used, `authenticatedAs` the
 * sign-in name.
 *
 * @category errors
 * @since 0.1.0
 */
export class SendAsDenied extends Schema.TaggedError<SendAsDenied>()("SendAsDenied", {
  ...common,
  reply: Reply,
  from: Schema.String,
  authenticatedAs: Schema.String
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}

/**
 * The sender was refused for another reason than Send As.
 *
 * @category errors
 * @since 0.1.0
 */
export class SenderRejected extends Schema.TaggedError<SenderRejected>()("SenderRejected", {
  ...common,
  reply: Reply
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}

/**
 * A recipient was refused.
 *
 * @category errors
 * @since 0.1.0
 */
export class RecipientRejected extends Schema.TaggedError<RecipientRejected>()("RecipientRejected", {
  ...common,
  reply: Reply,
  to: Schema.String
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}

/**
 * The message itself was refused.
 *
 * @category errors
 * @since 0.1.0
 */
export class MessageRejected extends Schema.TaggedError<MessageRejected>()("MessageRejected", {
  ...common,
  reply: Reply
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}

/**
 * Signed in, but the mailbox cannot be opened.
 *
 * @category errors
 * @since 0.1.0
 */
export class MailboxUnavailable extends Schema.TaggedError<MailboxUnavailable>()("MailboxUnavailable", {
  ...common,
  reply: Reply
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}

/**
 * The message may or may not have been accepted: its end was sent and no reply came back. It is never sent again
 * unless that is asked for.
 *
 * @category errors
 * @since 0.1.0
 */
export class DeliveryInDoubt extends Schema.TaggedError<DeliveryInDoubt>()("DeliveryInDoubt", {
  ...common,
  messageId: Schema.optionalKey(Schema.String)
}) {
  /** Whether trying again unchanged can help. */
  get isTemporary(): boolean {
    return false
  }
}
