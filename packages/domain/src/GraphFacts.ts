/**
 * What the phases of Microsoft Graph establish: plain data that may stand in a journal.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * A mailbox that Graph lets this token send from, as far as can be told without sending. `path` is how calls name it
 * (`/me`, `/users/person@example.com`), `reply` what Graph said to a message without recipients, `requestId` the id under
 * which Microsoft's support finds the call.
 *
 * @category models
 * @since 0.1.0
 */
export const MailboxFacts = Schema.Struct({
  mailbox: Schema.String,
  path: Schema.String,
  reply: Schema.String,
  requestId: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "MailboxFacts" })
/** @category models @since 0.1.0 */
export interface MailboxFacts extends Schema.Schema.Type<typeof MailboxFacts> {}

/**
 * A message that Graph took, or with `dry` one without recipients that it refused for nothing else. `size` is in octets as
 * composed; `way` is the call that carried it: `sendMail`, or `draft` for a draft with uploads of `uploaded` octets. `reply` and
 * `requestId` are the proof.
 *
 * @category models
 * @since 0.1.0
 */
export const SendFacts = Schema.Struct({
  messageId: Schema.String,
  dry: Schema.Boolean,
  way: Schema.Literals(["sendMail", "draft"]),
  size: Schema.Int,
  uploaded: Schema.optionalKey(Schema.Int),
  reply: Schema.String,
  requestId: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "SendFacts" })
/** @category models @since 0.1.0 */
export interface SendFacts extends Schema.Schema.Type<typeof SendFacts> {}
