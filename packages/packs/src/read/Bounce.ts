/**
 * Reads delivery status notifications (RFC 3464), whole messages and pasted pieces of them: each recipient is a part.
 *
 * The statement of the remote server (`Diagnostic-Code`, RFC 3464 section 2.3.6) goes before the status (section
 * 2.3.4), and both before the text for people. The returned message is never read: its words are not about the
 * failure.
 *
 * @since 0.1.0
 */
import type { Candidate, Candidates, Part, Unwrapped } from "./Candidate.ts"
import { clientOf } from "./Client.ts"
import { unescape } from "./Escape.ts"
import { type Headers, headers, leaves, maxMessage } from "./Mime.ts"
import { replies } from "./Reply.ts"

/** How many recipients are told apart. */
export const maxRecipients = 100

/** How much of a text for people is read, in characters. */
const maxPeople = 32_768

// RFC 3464 section 2.3: the fields that begin or make up what is said of one recipient.
const field = /^(?:Final-Recipient|Original-Recipient|Diagnostic-Code|X-Actual-Recipient)[ \t]{0,5}:/imu
const isMessage = /^Content-Type[ \t]{0,5}:[ \t\n]{0,5}(?:multipart\/|message\/(?:global-)?delivery-status)/imu

/** Where the returned message begins in bounces that are no multipart. */
const returned =
  /^-{3,20} ?(?:This is a copy of|Below this line is a copy|Original message|The header of the original|The body of the message is|Undelivered message)|^Message header follows:|^Original message headers:/imu

/** RFC 3464 section 2.1.2: `type; value`, as in `rfc822; a@b.example` and `smtp; 550 no`. */
const typed = (value: string): readonly [type: string, value: string] => {
  const found = /^\s{0,20}([A-Za-z0-9-]{1,40})\s{0,20};\s{0,20}/u.exec(value)
  return found?.[1] === undefined ? ["", value.trim()] : [found[1].toLowerCase(), value.slice(found[0].length).trim()]
}

/** Groups of fields, separated by empty lines; the first is about the message (RFC 3464 section 2.1). */
const groups = (body: string): ReadonlyArray<Headers> => {
  const out: Array<Headers> = []
  let at = 0
  while (at < body.length && out.length <= maxRecipients) {
    const { body: next, fields } = headers(body, at)
    if (fields.size > 0) out.push(fields)
    // A line that is no field is passed over.
    const line = body.indexOf("\n", at)
    at = next > at ? next : line === -1 ? body.length : line + 1
  }
  return out
}

const enhancedOf = (status: string | undefined): string | undefined =>
  /^\s{0,10}([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![.0-9])/u.exec(status ?? "")?.[1]

const host = (value: string | undefined): string | undefined => {
  const name = (typed(value ?? "")[1].split(/[\s(]/u)[0] ?? "").replace(/\.$/u, "")
  return /^[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,10}$/u.test(name) && !/^[0-9.]+$/u.test(name) ? name : undefined
}

const isReply = ({ layer }: Candidate): boolean => layer !== "whole"

const partOf = (fields: Headers, people: Candidates | undefined): Part | undefined => {
  const action = fields.get("action")?.trim().toLowerCase().split(/[\s(]/u)[0]
  const [, recipient] = typed(fields.get("final-recipient") ?? fields.get("original-recipient") ?? "")
  const diagnostic = fields.get("diagnostic-code")
  const status = enhancedOf(fields.get("status"))
  if (recipient === "" && diagnostic === undefined && status === undefined) return undefined
  // RFC 3464 section 2.3.3: delivered, relayed and expanded are no failures.
  if (action === "delivered" || action === "relayed" || action === "expanded") return undefined
  const server = host(fields.get("remote-mta"))
  const more = server === undefined ? {} : { host: server }
  const [type, words] = typed(diagnostic ?? "")
  const phase = clientOf(words).phase
  const stated = diagnostic === undefined ? [] : replies(unescape(words), phase).map((one): Candidate => ({
    ...one,
    ...more,
    ...(type === "smtp" && one.protocol === undefined ? { protocol: "smtp" } : {}),
    ...(one.enhanced === undefined && status !== undefined ? { enhanced: status } : {})
  }))
  // The status alone says what kind of failure it is, even where nobody found words.
  const bare: ReadonlyArray<Candidate> = status === undefined || stated.length > 0
    ? []
    : [{ layer: "reply", text: "", protocol: "smtp", enhanced: status, ...more }]
  const [first, ...rest] = [...stated, ...(people ?? []).filter(isReply), ...bare, ...(people ?? []).slice(-1)]
  return first === undefined
    ? undefined
    : {
      ...(recipient === "" ? {} : { recipient: recipient.slice(0, 320) }),
      ...(action === undefined ? {} : { action }),
      candidates: [first, ...rest]
    }
}

/**
 * What a bounce says; undefined for another text. The words of other services are kept for recognition.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromBounce = (given: string): Unwrapped | undefined => {
  const text = given.slice(0, maxMessage).replace(/\r\n?/gu, "\n")
  const message = isMessage.test(text)
  if (!message && !field.test(text)) return undefined
  const parts = message ? leaves(text.slice(Math.max(0, text.search(/^[!-9;-~]{1,76}:/mu)))) : []
  const statuses = parts.filter(({ type }) => /^message\/(?:global-)?delivery-status$/u.test(type)).map(({ body }) =>
    body
  )
  if (statuses.length === 0) {
    // A piece of a bounce, or a message that wraps one: the fields stand in the clear.
    const from = text.search(field)
    if (from === -1) return fromPeople(text, parts)
    const before = text.lastIndexOf("\n\n", from)
    const behind = text.slice(from).search(returned)
    statuses.push(text.slice(before === -1 ? 0 : before + 2, behind === -1 ? text.length : from + behind))
  }
  const people = peopleOf(message ? parts : [])
  const { client } = clientOf(`${people}\n${statuses.join("\n")}`)
  const recipients = statuses.flatMap(groups).filter((fields) =>
    ["final-recipient", "original-recipient", "diagnostic-code"].some((name) => fields.has(name)) ||
    (fields.has("action") && fields.has("status"))
  )
  const spoken = recipients.length === 1 && people !== ""
    ? replies(unescape(people).trim(), clientOf(people).phase)
    : undefined
  const found = recipients.slice(0, maxRecipients).flatMap((fields) => partOf(fields, spoken) ?? [])
  const [first] = found
  if (first === undefined) return fromPeople(text, parts)
  const server = first.candidates[0].host
  return {
    kind: "bounce",
    candidates: first.candidates,
    ...(client === undefined ? {} : { client }),
    ...(found.length > 1 ? { parts: found } : { parts: [first] }),
    words: [...statuses, people].join("\n"),
    ...(server === undefined ? {} : { host: server })
  }
}

const peopleOf = (parts: ReturnType<typeof leaves>): string => {
  const plain = parts.find(({ type }) => type === "text/plain") ?? parts.find(({ type }) => type === "text/html")
  const text = (plain?.body ?? "").slice(0, maxPeople)
  return plain?.type === "text/html" ? text.replace(/<[^<>]{0,2000}>/gu, " ") : text
}

/** A bounce without fields: what is said to people, without the returned message. */
const fromPeople = (text: string, parts: ReturnType<typeof leaves>): Unwrapped | undefined => {
  const people = peopleOf(parts)
  if (people.trim() === "" || people.length === text.length) return undefined
  const end = people.search(returned)
  const plain = unescape(end === -1 ? people : people.slice(0, end)).trim()
  const { client, phase } = clientOf(plain)
  return {
    kind: "bounce",
    candidates: replies(plain, phase),
    words: plain,
    ...(client === undefined ? {} : { client })
  }
}

const inPlainWords =
  /^Diagnostic information for administrators:|\bThis is the mail system at host |\bThis message was created automatically by mail delivery software|\bThis is the qmail-send program at |\bThe following addresses had permanent fatal errors\b/imu

/** Whether a text is a bounce by its words for people. */
export const isBounce = (text: string): boolean => inPlainWords.test(text)

/**
 * A bounce in plain words (Exim, qmail) without the message it returns; the text itself where it is no such bounce.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withoutReturned = (text: string): string => {
  if (!text.includes("\n--") && !text.includes("essage header")) return text
  const end = text.search(returned)
  return end > 0 ? text.slice(0, end) : text
}
