/**
 * What a server answered, as it travels in errors, facts and reports.
 *
 * Reading replies off the wire is the business of the `wire` room.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * A reply of SMTP, LMTP (RFC 5321 section 4.2) or HTTP. `enhanced` is the status code of RFC 3463 as written,
 * such as `5.7.139`; `text` holds all lines joined by `\n`, without reply code and enhanced code.
 *
 * @category models
 * @since 0.1.0
 */
export const CodeReply = Schema.Struct({
  code: Schema.Int.check(Schema.isBetween({ minimum: 100, maximum: 599 })),
  enhanced: Schema.optionalKey(Schema.String),
  text: Schema.String
}).annotate({ identifier: "CodeReply" })
/** @category models @since 0.1.0 */
export interface CodeReply extends Schema.Schema.Type<typeof CodeReply> {}

/**
 * A reply of IMAP, POP3 or ManageSieve. `code` is the bracketed response code without brackets.
 *
 * @category models
 * @since 0.1.0
 */
export const StatusReply = Schema.Struct({
  status: Schema.Literals(["NO", "BAD", "BYE", "-ERR"]),
  code: Schema.optionalKey(Schema.String),
  text: Schema.String
}).annotate({ identifier: "StatusReply" })
/** @category models @since 0.1.0 */
export interface StatusReply extends Schema.Schema.Type<typeof StatusReply> {}

/**
 * Either form of reply.
 *
 * @category models
 * @since 0.1.0
 */
export const Reply = Schema.Union([CodeReply, StatusReply])
/** @category models @since 0.1.0 */
export type Reply = CodeReply | StatusReply

/**
 * One line for people: `535 5.7.139 Authentication unsuccessful`; further lines are joined with a blank.
 *
 * @category formatting
 * @since 0.1.0
 */
export const format = (reply: Reply): string => {
  const head = "status" in reply
    ? [reply.status, reply.code === undefined ? undefined : `[${reply.code}]`]
    : [`${reply.code}`, reply.enhanced]
  return [...head, reply.text.replaceAll("\n", " ")].filter((part) => part !== undefined && part !== "").join(" ")
}
