/**
 * From a pasted text to what was seen: the innermost statement of a server, without what clients wrap around it.
 *
 * Three lists of small recognisers, each with a test, are all there is: `clients` (which program printed it, and
 * what its words say about the phase), `phases` (words about the command that was answered) and `statements` (where
 * a reply begins). Further kinds of text are added as further entries. Nothing here
 * knows a cause; names of providers occur only as signs of a protocol.
 *
 * @since 0.1.0
 */
import type { PhaseId, Protocol, ServiceId } from "@sonde/domain/Service"
import * as Prefilter from "./Prefilter.ts"
import { maxText } from "./Text.ts"

/**
 * One reading of a text. `text` has no code, no client's words and no trailing host stamp; `layer` says whether it
 * is a reply nested in another, a reply, or the whole text.
 *
 * @category models
 * @since 0.1.0
 */
export interface Candidate {
  readonly layer: "nested" | "reply" | "whole"
  readonly text: string
  readonly protocol?: Protocol
  readonly service?: ServiceId
  readonly phase?: PhaseId
  readonly status?: "NO" | "BAD" | "BYE" | "-ERR"
  readonly code?: number | string
  readonly enhanced?: string
}

/**
 * What is read from a text: candidates, innermost first, the whole text last; and the program that printed it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Unwrapped {
  readonly candidates: readonly [Candidate, ...Array<Candidate>]
  readonly client?: string
}

interface ClientRecogniser {
  readonly name: string
  readonly sign: RegExp
  readonly phase?: PhaseId
}

/**
 * Which program printed a text, most telling first. `phase` is set where the words are used in that phase alone.
 *
 * @category data
 * @since 0.1.0
 */
export const clients: ReadonlyArray<ClientRecogniser> = [
  { name: "Nodemailer", sign: /\bInvalid login: |\bcode: '?EAUTH\b/u, phase: "auth" },
  { name: "Nodemailer", sign: /\bMail command failed: /u, phase: "mail" },
  {
    name: "Nodemailer",
    sign: /\bCan't send mail - all recipients were rejected|\bCan't send mail to /u,
    phase: "rcpt"
  },
  { name: "Nodemailer", sign: /\bMessage failed: |\bData command failed: /u, phase: "data" },
  { name: "Nodemailer", sign: /\bGreeting never received|\bcode: '?E(?:SOCKET|ENVELOPE|MESSAGE|DNS)\b/u },
  { name: "smtplib", sign: /\bSMTPAuthenticationError\b/u, phase: "auth" },
  { name: "smtplib", sign: /\bSMTPSenderRefused\b/u, phase: "mail" },
  { name: "smtplib", sign: /\bSMTPRecipients?Refused\b/u, phase: "rcpt" },
  { name: "smtplib", sign: /\bSMTPDataError\b/u, phase: "data" },
  { name: "smtplib", sign: /\bsmtplib\.|\bSMTP(?:ServerDisconnected|ConnectError|HeloError|NotSupportedError)\b/u },
  { name: "imaplib", sign: /\bimaplib\./u },
  { name: "JavaMail", sign: /\b(?:javax|jakarta)\.mail\.AuthenticationFailedException\b/u, phase: "auth" },
  { name: "JavaMail", sign: /\bSMTPAddressFailedException\b/u, phase: "rcpt" },
  { name: "JavaMail", sign: /\b(?:javax|jakarta|com\.sun)\.mail\.|\bSMTPSendFailedException\b/u },
  { name: "MailKit", sign: /\bMailKit\.Security\.AuthenticationException\b/u, phase: "auth" },
  { name: "MailKit", sign: /\bMailKit\.|\bSmtpCommandException\b/u },
  { name: ".NET", sign: /\bThe server response was: |\bSystem\.Net\.Mail\b/u },
  {
    name: "PHPMailer",
    sign: /\bPassword not accepted from server\b|\bSMTP Error: Could not authenticate\b/u,
    phase: "auth"
  },
  { name: "PHPMailer", sign: /\bDATA END command failed\b|\bSMTP Error: data not accepted\b/u, phase: "data" },
  { name: "PHPMailer", sign: /\bMAIL FROM command failed\b/u, phase: "mail" },
  { name: "PHPMailer", sign: /\bSMTP Error: |\bSMTP -> ERROR: /u },
  { name: "Swift Mailer", sign: /\bExpected response code [0-9/, or]+ but got (?:code|an empty)/u },
  { name: "Go", sign: /\bgomail: |\bemail: FATAL: Smtp error/u },
  { name: "lettre", sign: /\bResponse \{ code: Code \{/u },
  { name: "curl", sign: /\bcurl: \([0-9]+\) /u },
  { name: "Postfix", sign: /\bstatus=(?:deferred|bounced|undeliverable)\b|\(in reply to |\bpostfix\//u },
  { name: "Exim", sign: /\bSMTP error from remote mail server after\b/u },
  { name: "OpenSSL", sign: /\berror:[0-9A-F]{8}:[^:]*:|\bverify error:num=|\bVerify return code: /u }
]

/**
 * Words that name the command which was answered.
 *
 * @category data
 * @since 0.1.0
 */
export const phases: ReadonlyArray<{ readonly sign: RegExp; readonly phase: PhaseId }> = [
  { sign: /\bin reply to MAIL FROM\b|\bMAIL FROM failed\b|\bafter (?:pipelined )?MAIL FROM\b/iu, phase: "mail" },
  { sign: /\bin reply to RCPT TO\b|\bRCPT TO failed\b|\bafter (?:pipelined )?RCPT TO\b/iu, phase: "rcpt" },
  {
    sign: /\bin reply to (?:end of )?DATA\b|\bDATA failed\b|\bafter (?:pipelined )?(?:sending )?(?:end of )?DATA\b/iu,
    phase: "data"
  },
  {
    sign: /\bSASL authentication failed\b|\bin reply to AUTH\b|\bafter AUTH\b|\bAUTHENTICATE failed\b/iu,
    phase: "auth"
  },
  { sign: /\bin reply to (?:EHLO|HELO)\b/iu, phase: "ehlo" },
  { sign: /\bin reply to STARTTLS\b|\bSTARTTLS (?:command )?failed\b/iu, phase: "starttls" },
  { sign: /\b(?:getaddrinfo|ENOTFOUND|EAI_AGAIN)\b/u, phase: "resolve" },
  { sign: /\b(?:ECONNREFUSED|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH)\b/u, phase: "connect" }
]

// RFC 5321 section 4.2.1: the first digit says success or failure, the second is 0 to 5 in use.
const replyStart =
  /(?<=^|[\s:'"([,>|=])([2-5][0-5][0-9])(?=$|[\s\-:,"')\]])(?:(?:[\s:,"'\])]|b['"]|-)+#?([245]\.[0-7]\.[0-9]{1,3})(?![.0-9]))?/gu
// RFC 3463 section 2: class.subject.detail; a client may drop the code before it.
const bareEnhanced = /(?<=^|[\s:'"([#])([245]\.[0-7]\.[0-9]{1,3})(?=[\s:;,)\]])/gu
const statedCode = /\b(?:SMTP code: |code=|response code is |status code[:= ]+|code )"?([2-5][0-5][0-9])\b/iu
const imapStatus = /(?:^|[\s'"*(])(NO|BAD|BYE)\b:? (?:\[([A-Za-z][A-Za-z0-9/-]*)(?: [^\]]{0,200})?\] ?)?/u
const popStatus = /(?:^|[\s'":])-ERR\b(?: \[([A-Za-z][A-Za-z/-]*)\])?/u
// RFC 5530 section 3, without its status.
const imapCode =
  /\[(AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED|PRIVACYREQUIRED|CONTACTADMIN|NOPERM|INUSE|OVERQUOTA|UNAVAILABLE|LIMIT|NONEXISTENT)\]/u
const token =
  /\bAADSTS[0-9]+|"?\berror"?\s*[:=]\s*"?invalid_(?:grant|client|scope|request)|\(invalid_(?:grant|client|scope)\)/u
const graph = /\bgraph\.microsoft\.com\b|\bmicrosoft\.graph\b|\bMicrosoft Graph\b|\bmicrosoftgraph\b|"innerError"/u
const hostStamp = /\s*\[(?:Hostname=)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+){2,}(?: [^\]]*)?\]\s*$/u
// Within a sentence a number without enhanced code begins a reply only after a sign or one of these words.
const sentence = /[A-Za-z0-9] $/u
const announces = /\b(?:said|returned|error|reply|response|status|got|with|SMTP|server) $/iu
// Words of a client between the code it saw and the text it saw.
const connector = /^,? ?with message ?"? ?$/u
// A code that a client states beside the reply, not at its beginning.
const aside =
  /(?:\b(?:expected )?response code [0-9/, or]*|\bSMTP code: |\bcode=|\bresponseCode["']?: ?|\bstatus code[^0-9]{0,4})$/iu
const trailers: ReadonlyArray<{ readonly sign: RegExp; readonly can: (text: string) => boolean }> = [
  { sign: /\s*\(in reply to [A-Za-z ]+ commands?[\s)]*$/u, can: (text) => text.includes("(in reply to ") },
  { sign: /\s*SMTP code: [0-9]{3}\s*$/u, can: (text) => text.includes("SMTP code: ") },
  { sign: /\s*\((?:#?[0-9]\.[0-9]\.[0-9]+)\)\s*$/u, can: (text) => text.endsWith(")") },
  { sign: hostStamp, can: (text) => text.endsWith("]") },
  { sign: /[\s'")\]}]+$/u, can: (text) => "'\")]}".includes(text.slice(-1)) }
]

// Most of these cannot match most texts.
const others = [token, graph, imapCode, popStatus, statedCode]
const prefilter = Prefilter.make([...clients, ...phases, ...others.map((sign) => ({ sign }))].map(({ sign }) => sign))

/** How far from the end a trailer begins at most; what is longer is text. */
const trailerLength = 400

/** The text of a statement without what stands behind it. Only its end is searched, so the cost has a bound. */
const trim = (text: string): string => {
  const whole = text.trim()
  const from = Math.max(0, whole.length - trailerLength)
  // What is left never ends in white space, which `can` relies on.
  const end = trailers.reduce((found, { can, sign }) => can(found) ? found.replace(sign, "") : found, whole.slice(from))
  return (whole.slice(0, from) + end).trim()
}

interface Start {
  readonly at: number
  readonly end: number
  readonly code?: number
  readonly enhanced?: string
}

const starts = (text: string): ReadonlyArray<Start> => {
  const found: Array<Start> = []
  for (const match of text.matchAll(replyStart)) {
    const end = match.index + match[0].length
    const before = text.slice(Math.max(0, match.index - 40), match.index)
    if (aside.test(before)) continue
    if (match[2] === undefined && sentence.test(before) && !announces.test(before)) continue
    // Within an IPv6 address.
    if (text[match.index - 1] === ":" && text[match.index + 3] === ":") continue
    const enhanced = match[2]
    found.push({
      at: match.index,
      end,
      code: Number(match[1]),
      ...(enhanced === undefined ? {} : { enhanced })
    })
    if (found.length >= 64) break
  }
  for (const match of text.matchAll(bareEnhanced)) {
    const enhanced = match[1]
    if (enhanced === undefined || found.some(({ at, end }) => match.index >= at && match.index < end)) continue
    found.push({ at: match.index, end: match.index + enhanced.length, enhanced })
    if (found.length >= 96) break
  }
  return found.sort((a, b) => a.at - b.at)
}

interface Statement {
  readonly code?: number
  enhanced?: string
  readonly pieces: Array<string>
}

/** Replies in order; the lines of a multi-line reply (RFC 5321 section 4.2.1) are one. */
const statements = (text: string): ReadonlyArray<Statement> => {
  const found: Array<Statement> = []
  const all = starts(text)
  for (const [number, start] of all.entries()) {
    const piece = text.slice(start.end, all[number + 1]?.at ?? text.length).replace(/^[\s:,"'\])-]+/u, "")
    const last = found.at(-1)
    const continues = last !== undefined &&
      (start.code === undefined || start.code === last.code) &&
      (start.enhanced === undefined || last.enhanced === undefined || start.enhanced === last.enhanced) &&
      (start.code !== undefined || start.enhanced === last.enhanced)
    if (continues) {
      if (start.enhanced !== undefined) last.enhanced = start.enhanced
      last.pieces.push(piece)
    } else {
      found.push({
        ...(start.code === undefined ? {} : { code: start.code }),
        ...(start.enhanced === undefined ? {} : { enhanced: start.enhanced }),
        pieces: [piece]
      })
    }
  }
  return found
}

// RFC 4954 section 6: these codes answer AUTH and nothing else.
const answersAuth = (code: number | undefined): boolean => code === 534 || code === 535 || code === 538

const unescape = (text: string): string =>
  !text.includes("\\") && !text.includes("\r")
    ? text
    : text.replace(/\\r\\n|\\n|\\r/gu, "\n").replace(/\\{1,8}(["'])/gu, "$1").replace(/\r\n?/gu, "\n")

/**
 * What a pasted text says. Total: any text is allowed, of which the first 65,536 characters count. A reply of success
 * is a candidate only where the text holds no failure.
 *
 * @category combinators
 * @since 0.1.0
 */
export const unwrap = (given: string): Unwrapped => {
  const text = unescape(given.length > maxText ? given.slice(0, maxText) : given).trim()
  const flags = prefilter(text)
  const matching = clients.filter(({ sign }, place) => flags[place] === 1 && sign.test(text))
  const client = matching[0]
  const phase = matching.find((one) => one.phase !== undefined)?.phase ??
    phases.find(({ sign }, place) => flags[clients.length + place] === 1 && sign.test(text))?.phase
  const can = (sign: RegExp): boolean => flags[clients.length + phases.length + others.indexOf(sign)] === 1

  const all = statements(text)
  const isToken = can(token) && token.test(text)
  const isGraph = !isToken && can(graph) && graph.test(text)
  // "550 NO SUCH USER" is no IMAP: a failing reply code goes before a status word.
  const isSmtp = all.some(({ code }) => code !== undefined && code >= 400)
  const imap = isSmtp ? null : imapStatus.exec(text)
  const pop = can(popStatus) ? popStatus.exec(text) : null
  const responseCode = imap?.[2] ?? (isSmtp || !can(imapCode) ? undefined : imapCode.exec(text)?.[1]) ?? pop?.[1]
  const context: Omit<Candidate, "layer" | "text"> = isToken
    ? { protocol: "http", service: "token", phase: "token" }
    : isGraph
    ? { protocol: "http", service: "graph", phase: "send" }
    : pop !== null
    ? { protocol: "pop3", service: "pop3", status: "-ERR" }
    : imap !== null || responseCode !== undefined
    ? { protocol: "imap", service: "imap", ...statusOf(imap?.[1]) }
    : {}
  const said = phase === undefined ? {} : { phase }
  const whole: Candidate = {
    layer: "whole",
    text: trim(text),
    ...said,
    ...context,
    ...(responseCode === undefined ? {} : { code: responseCode.toUpperCase() })
  }
  const found = isToken || isGraph || whole.status !== undefined || responseCode !== undefined ? [] : all
  const failing = found.filter(({ code, enhanced }) => !isSuccess(code, enhanced))
  const kept = failing.length > 0 ? failing : found
  const stated = can(statedCode) ? statedCode.exec(text)?.[1] : undefined
  const replies = kept.map((statement, number): Candidate => {
    const nested = number > 0
    const code = statement.code ?? (stated === undefined ? undefined : Number(stated))
    const own: { readonly phase?: PhaseId } = answersAuth(code) ? { phase: "auth" } : nested ? {} : said
    return {
      layer: nested ? "nested" : "reply",
      text: trim(statement.pieces.filter((piece) => !connector.test(piece)).join(" ")),
      protocol: "smtp",
      ...own,
      ...(code === undefined ? {} : { code }),
      ...(statement.enhanced === undefined ? {} : { enhanced: statement.enhanced })
    }
  })
  const rest = replies.reverse()
  const first = rest[0]
  const outer = first === undefined && stated !== undefined && whole.code === undefined
    ? { ...whole, code: Number(stated) }
    : whole
  return {
    candidates: first === undefined ? [outer] : [first, ...rest.slice(1), outer],
    ...(client === undefined ? {} : { client: client.name })
  }
}

const isSuccess = (code: number | undefined, enhanced: string | undefined): boolean =>
  code === undefined ? enhanced?.startsWith("2") === true : code < 400

const statusOf = (word: string | undefined): { readonly status?: "NO" | "BAD" | "BYE" } =>
  word === "NO" || word === "BAD" || word === "BYE" ? { status: word } : {}
