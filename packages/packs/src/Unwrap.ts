/**
 * From a pasted text to what was seen: the innermost statement of a server, without what clients wrap around it.
 *
 * Each kind of text has a reader in `read/`; the first whose signs are there takes it, and plain text is what is left.
 * Nothing here knows a cause; names of providers occur only as signs of a protocol.
 *
 * @since 0.1.0
 */
import { withoutAdvice } from "./read/Advice.ts"
import { fromBody } from "./read/Body.ts"
import { fromBounce, isBounce, withoutReturned } from "./read/Bounce.ts"
import type { Candidate, Candidates, Unwrapped } from "./read/Candidate.ts"
import { fromChallenge } from "./read/Challenge.ts"
import { clientOf } from "./read/Client.ts"
import { unescape } from "./read/Escape.ts"
import { fromLine } from "./read/LogLine.ts"
import { tokenMechanismOf } from "./read/Mechanism.ts"
import { maxMessage } from "./read/Mime.ts"
import { fromOpenSsl } from "./read/OpenSsl.ts"
import { withoutQuoting } from "./read/Quoted.ts"
import { replies } from "./read/Reply.ts"
import { withoutOutcome } from "./read/SignIn.ts"
import { withoutFrames } from "./read/StackTrace.ts"
import { fromTranscript } from "./read/Transcript.ts"
import { withoutWidth } from "./read/Width.ts"
import { maxText } from "./Text.ts"

export type { Candidate, Kind, Part, Unwrapped } from "./read/Candidate.ts"

const stamped = /^(?:<[0-9]|\[?(?:[A-Z][a-z]{2},? |[0-9]{2}[0-9:/ -]))/u

const cut = (text: string, length: number): string => text.length > length ? text.slice(0, length) : text

// Whom a mail server talked to, as Postfix ("host mx.example[192.0.2.1] said") and Exim write it.
const speaker = /\b(?:host\s{1,8}|relay=|connect to )([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,10}) ?\[/u

// The service of Postfix that a client came to, by the name in master.cf.
const submission = /\bpostfix\/(submissions?|smtps)\/smtpd\b/u

/** The port behind a service of Postfix: 587 begins in clear, 465 with TLS (RFC 8314 section 3.3). */
const portOf = (text: string): number | undefined => {
  const name = text.includes("postfix/s") ? submission.exec(text)?.[1] : undefined
  return name === undefined ? undefined : name === "submission" ? 587 : 465
}

// .NET puts its own words for the code first; the server's stand behind these, in the language of the machine.
const response =
  /\b(?:The server response was|Die Serverantwort war|La respuesta del servidor fue|La réponse du serveur était|A resposta do servidor foi|La risposta del server è stata) ?: {0,4}#?(?:[0-9]\.\S{1,8} )?(?=\S)/iu

/** What the server said behind .NET's words; undefined where these are not there. */
const behindResponse = (text: string): Candidate | undefined => {
  const found = text.includes("erv") ? response.exec(text) : null
  const said = found === null ? "" : text.slice(found.index + found[0].length).trim()
  return said === "" ? undefined : { layer: "nested", text: said }
}

/** Plain text: a reply, or an error with a client's words around it. */
const plain = (given: string): Unwrapped => {
  const { found, text: said } = withoutFrames(unescape(given))
  const whole = withoutReturned(said).trim()
  const text = withoutQuoting(withoutOutcome(withoutAdvice(whole)))
  const { client, phase } = clientOf(found ? given : text)
  const host = speaker.exec(text)?.[1]
  const challenge = fromChallenge(text)
  const mechanism = tokenMechanismOf(text)
  const port = portOf(text)
  const [one, ...more] = replies(text, phase)
  const beside = { ...(mechanism === undefined ? {} : { mechanism }), ...(port === undefined ? {} : { port }) }
  const read: Candidates = mechanism === undefined && port === undefined
    ? [one, ...more]
    : [{ ...one, ...beside }, ...more.map((other) => ({ ...other, ...beside }))]
  // Where nothing but the advice or the outcome is known, it is better than nothing.
  const quoted = read.length === 1 ? behindResponse(text) : undefined
  const all: Candidates = text !== whole
    ? [...read, { layer: "whole", text: whole }]
    : quoted === undefined
    ? read
    : [quoted, ...read]
  return {
    kind: found ? "stack-trace" : given.includes("\n") && isBounce(given) ? "bounce" : "reply",
    // A server's own reason says more than the words by which a program tells that it was refused.
    candidates: challenge === undefined ? all : [challenge, ...all],
    ...(challenge === undefined ? {} : { words: `${text}\n${challenge.text}` }),
    ...(client === undefined ? {} : { client }),
    ...(host === undefined ? {} : { host })
  }
}

/** One line of a log without its stamp, whose numbers are no replies; another text as it is. */
const messageOf = (text: string): string => {
  const trimmed = text.trim()
  if (trimmed.includes("\n") || !stamped.test(trimmed)) return text
  const line = fromLine(trimmed)
  return line === undefined ? text : line.program === undefined ? line.message : `${line.program}: ${line.message}`
}

/**
 * What a pasted text says. Total: any text is allowed. Of a message or a JSON document the first 1,048,576 characters
 * count, of other texts the first 65,536.
 *
 * @category combinators
 * @since 0.1.0
 */
export const unwrap = (given: string): Unwrapped => {
  const lines = given.includes("\n")
  const bounce = lines || given.includes("Diagnostic-Code") ? fromBounce(given) : undefined
  if (bounce !== undefined) return bounce
  const body = given.includes("{") ? fromBody(cut(given, maxMessage)) : undefined
  if (body !== undefined) return body
  const text = messageOf(withoutWidth(cut(given, maxText)))
  return (lines ? fromOpenSsl(text) ?? fromTranscript(text) : undefined) ?? plain(text)
}
