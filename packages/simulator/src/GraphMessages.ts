/**
 * Reads messages off Graph's requests: JSON as its `message` resource has it, or MIME in Base64.
 *
 * @since 0.1.0
 */
import * as Errors from "./GraphErrors.ts"
import type { Outgoing } from "./GraphGates.ts"
import { mediaType, type Request } from "./HttpMessage.ts"
import { addressesIn, headerOf } from "./Message.ts"

type Json = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

/** The JSON object of a request. */
export const bodyOf = (request: Request): Json | undefined => {
  try {
    const read: unknown = JSON.parse(request.body.toString("utf8"))
    return isRecord(read) ? read : undefined
  } catch {
    return undefined
  }
}

const addressOf = (recipient: unknown): string => {
  const email = isRecord(recipient) ? recipient["emailAddress"] : undefined
  const address = isRecord(email) ? email["address"] : undefined
  return typeof address === "string" ? address : ""
}

const list = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []

const octetsOf = (base64: unknown): number =>
  typeof base64 === "string" ? Math.floor(base64.replace(/=+$/, "").length * 3 / 4) : 0

/** A message resource; `own` is the mailbox's address, the sender unless it names another. */
export const fromJson = (message: Json, own: string, saved: boolean): Outgoing => {
  const recipients = [message["toRecipients"], message["ccRecipients"], message["bccRecipients"]].flatMap(list)
  const body = isRecord(message["body"]) ? message["body"]["content"] : undefined
  const subject = message["subject"]
  const attachments = list(message["attachments"]).map((one) => octetsOf(isRecord(one) ? one["contentBytes"] : ""))
  return {
    from: addressOf(message["from"]) || own,
    to: recipients.map(addressOf),
    subject: typeof subject === "string" ? subject.slice(0, 998) : null,
    octets: Buffer.byteLength(typeof body === "string" ? body : "") + attachments.reduce((sum, one) => sum + one, 0),
    saved
  }
}

/** The message of a `sendMail` request. */
export const ofSendMail = (request: Request, own: string): Outgoing | Errors.GraphError => {
  if (mediaType(request) === "text/plain") {
    const text = request.body.toString("utf8").replace(/\s+/g, "")
    if (text === "" || !/^[A-Za-z0-9+/]+=*$/.test(text)) return Errors.badMime
    const octets = Buffer.from(text, "base64")
    const header = headerOf(octets)
    return {
      from: header.from[0] ?? own,
      to: addressesIn(octets, ["to", "cc", "bcc"]),
      subject: header.subject,
      octets: octets.length,
      saved: true
    }
  }
  const body = bodyOf(request)
  if (body === undefined) return Errors.badJson
  const message = body["message"] ?? body["Message"]
  if (!isRecord(message)) return Errors.noMessage
  return fromJson(message, own, body["saveToSentItems"] !== false && body["SaveToSentItems"] !== "false")
}
