/**
 * Reads the JSON bodies in which services answer and programs log: of a token endpoint (RFC 6749 section 5.2), of
 * Microsoft Graph and its like, of a SASL mechanism for tokens (RFC 7628 section 3.2.2), and errors of Node programs.
 *
 * @since 0.1.0
 */
import type { Candidate, Unwrapped } from "./Candidate.ts"
import { refusalOf } from "./Challenge.ts"
import { clientOf } from "./Client.ts"
import { unescape } from "./Escape.ts"
import { type Fields, find, isFields, textOf } from "./Json.ts"
import { replies } from "./Reply.ts"
import { fromReport } from "./Report.ts"

/** How deep a body within a body is looked into. */
const maxDepth = 4

/** Names under which a text of a server stands, the most telling first. */
const names = ["response", "error_description", "message", "msg", "detail", "reason", "error", "err", "title", "text"]

const words = (parts: ReadonlyArray<string | undefined>): string =>
  parts.filter((part) => part !== undefined).join(": ")

/** RFC 6749 section 5.2: `error` from a closed list, `error_description` for people; `suberror` is Microsoft's. */
const token = (fields: Fields): Candidate | undefined => {
  const error = textOf(fields, "error")
  const description = textOf(fields, "error_description")
  if (error === undefined || !/^[a-z_]{4,40}$/u.test(error)) return undefined
  if (
    description === undefined && !/^(?:invalid|unauthorized|unsupported|interaction|consent|access|slow)_/u.test(error)
  ) {
    return undefined
  }
  return {
    layer: "reply",
    text: words([error, textOf(fields, "suberror"), description]),
    protocol: "http",
    service: "token",
    phase: "token"
  }
}

const graph = (fields: Fields): Candidate | undefined => {
  const inner = typeof fields.error === "string" ? find(fields.error) : fields.error
  if (!isFields(inner)) return undefined
  const message = textOf(inner, "message")
  if (message === undefined) return undefined
  const code = inner.code
  const isGraph = isFields(inner.innerError) || isFields(inner.innererror) ||
    (typeof code === "string" && /^[A-Z][a-z]/u.test(code))
  return {
    layer: "reply",
    text: words([typeof code === "string" ? code : undefined, message]),
    protocol: "http",
    ...(isGraph ? { service: "graph", phase: "send" } : {}),
    ...(typeof code === "string" || typeof code === "number" ? { code } : {})
  }
}

/** RFC 7628 section 3.2.2: what the server says to a token it refuses. */
const sasl = (fields: Fields): Candidate | undefined =>
  "schemes" in fields || "scope" in fields || "openid-configuration" in fields ? refusalOf(fields) : undefined

const texts = (value: unknown, depth: number): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if (depth === 0 || typeof value !== "object" || value === null) return []
  if (Array.isArray(value)) return value.slice(0, 20).flatMap((one) => texts(one, depth - 1))
  const fields = isFields(value) ? value : {}
  const own = names.flatMap((name) => texts(fields[name], depth - 1))
  return own.length > 0 ? own : texts(fields.errors, depth - 1)
}

/** The report that the last of many events carries, one event a line. */
const fromLastEvent = (text: string, first: Fields): Unwrapped | undefined => {
  if (first.schema !== "sonde.event/1") return undefined
  const carries = text.lastIndexOf("\"sonde.report/1\"")
  const event = carries === -1 ? undefined : find(text.slice(text.lastIndexOf("\n", carries) + 1))
  return event === undefined ? undefined : fromReport(event)
}

/**
 * What a JSON body in a text says; undefined where there is none that is known. The whole text stays the last
 * candidate, so that nothing is lost by a wrong reading.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromBody = (text: string): Unwrapped | undefined => {
  const fields = find(text)
  if (fields === undefined) return undefined
  const report = fromReport(fields) ?? fromLastEvent(text, fields)
  if (report !== undefined) return report
  const plain = unescape(text).trim()
  const { client, phase } = clientOf(plain)
  const whole = replies(plain, phase)
  const named = client === undefined ? {} : { client }
  const body = token(fields) ?? graph(fields) ?? sasl(fields)
  if (body !== undefined) return { kind: "json", candidates: [body, ...whole], words: text, ...named }
  const read = fields.schema === "sonde.explanation/1" && isFields(fields.read) ? fields.read : fields
  const said = unescape(texts(read, maxDepth).join("\n")).trim()
  if (said === "") return undefined
  const code = typeof read.code === "number" ? `${read.code} ` : ""
  return { kind: "json", candidates: [...replies(`${code}${said}`, phase), ...whole], ...named }
}
