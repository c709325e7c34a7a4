/**
 * Replies within plain text: where they begin, which lines belong together, and which is innermost.
 *
 * @since 0.1.0
 */
import type { PhaseId } from "@sonde/domain/Service"
import type { Candidate, Candidates } from "./Candidate.ts"

// RFC 5321 section 4.2.1: the first digit says success or failure, the second is 0 to 5 in use. Postfix lets its
// administrator choose others (577), which are known by the enhanced code behind them.
const replyStart =
  /(?<=^|[\s:;'"([,>|=])([2-5][0-5][0-9]|[45][6-9][0-9](?=[ -][45]\.[0-7]\.))(?=$|[\s\-:,"')\]])(?:(?:[\s:,"'\])]|b['"]|-)+#?([245]\.[0-7]\.[0-9]{1,3})(?![.0-9]))?/gu
// RFC 3463 section 2: class.subject.detail; a client may drop the code before it.
const bareEnhanced = /(?<=^|[\s:;'"([#])([245]\.[0-7]\.[0-9]{1,3})(?=[\s:;,)\]])/gu
const statedCode = /\b(?:SMTP code: |code=|response code is |status code[:= ]+|code )"?([2-5][0-5][0-9])\b/iu
const imapStatus = /(?:^|[\s'"*(])(NO|BAD|BYE)\b:? (?:\[([A-Za-z][A-Za-z0-9/-]*)(?: [^\]]{0,200})?\] ?)?/u
const popStatus = /(?:^|[\s'":])-ERR\b(?: \[([A-Za-z][A-Za-z/-]*)\])?/u
// RFC 5530 section 3, without its status; node-imap and ImapFlow print it as a field.
const imapCode =
  /(?:\[|\b(?:textCode|serverResponseCode)["']?: ?["'])(AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED|PRIVACYREQUIRED|CONTACTADMIN|NOPERM|INUSE|OVERQUOTA|UNAVAILABLE|LIMIT|NONEXISTENT|TRYCREATE|ALREADYEXISTS|CANNOT|SERVERBUG|CORRUPTION|CLIENTBUG|TOOBIG)(?:\]|["'])/u
const token =
  /\bAADSTS[0-9]+|"?\berror"?\s*[:=]\s*"?invalid_(?:grant|client|scope|request)|\(invalid_(?:grant|client|scope)\)/u
// A status of HTTP that SMTP does not know, and an error of RFC 6749 or one like it: "Error 401: invalid_client".
const refusedRequest = /\b40[013]: [a-z]{2,20}(?:_[a-z]{2,20}){1,4}\b/u
const graph = /\bgraph\.microsoft\.com\b|\bmicrosoft\.graph\b|\bMicrosoft Graph\b|\bmicrosoftgraph\b|"innerError"/u
const hostStamp = /\s*\[(?:Hostname=)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+){2,}(?: [^\]]*)?\]$/u
// Within a sentence a number without enhanced code begins a reply only after a sign or one of these words.
const sentence = /[A-Za-z0-9] $/u
const announces = /\b(?:said|returned|error|reply|response|status|got|with|SMTP|server) $/iu
// Words of a client between the code it saw and the text it saw.
const connector = /^,? ?with message ?"? ?$/u
// A code that a client states beside the reply, not at its beginning; and what a log measures.
const aside =
  /(?:\b(?:expected )?response code [0-9/, or]*|\bSMTP code: |\bcode=|\bresponseCode["']?: ?|\bstatus ?code["']?[^0-9A-Za-z]{0,4}|\b(?:delays?|size|nrcpt|[ugp]id|[rl]port|conn_use|auth_time)=)$/iu
// A server that asked another whether the sender exists: what that one said is no statement about the recipient.
const callback = /\bSender address rejected: un(?:verified|deliverable) address: (?=host )/u
// The enhanced code behind a text, as qmail writes it: "no mailbox here by that name. (#5.1.1)".
const closing = /\(#?$/u
/** What may stand behind a statement, in this order, and the characters it may end with. */
const trailers: ReadonlyArray<readonly [ends: string, trailer: RegExp]> = [
  // What Postfix notes of the session behind a refusal.
  [
    ">",
    /;\s?(?:from=<[^>]{0,200}>\s)?(?:to=<[^>]{0,200}>\s)?proto=E?SMTP\s(?:sasl_username=\S{1,100}\s)?helo=<[^>]{0,100}>$/u
  ],
  [") \t\n", /\s*\(in\s{1,8}reply\s{1,8}to\s{1,8}[A-Za-z\s]{1,40}\scommands?[\s)]*$/u],
  ["0123456789", /\s*SMTP code: [0-9]{3}$/u],
  [")", /\s*\((?:#?[0-9]\.[0-9]\.[0-9]+)\)$/u],
  ["]", hostStamp]
]
const closers = " \t\n'\")]}"

/** How far from the end a trailer begins at most; what is longer is text. */
const trailerLength = 400

/** The text of a statement without what stands behind it. Only its end is searched, so the cost has a bound. */
const trim = (text: string): string => {
  const whole = text.trim()
  const from = Math.max(0, whole.length - trailerLength)
  let end = whole.slice(from)
  for (const [ends, trailer] of trailers) {
    if (end !== "" && ends.includes(end.charAt(end.length - 1))) end = end.replace(trailer, "")
  }
  let length = end.length
  while (length > 0 && closers.includes(end.charAt(length - 1))) length--
  return (whole.slice(0, from) + end.slice(0, length)).trim()
}

interface Start {
  readonly at: number
  readonly end: number
  readonly code?: number
  readonly enhanced?: string
}

const starts = (text: string): ReadonlyArray<Start> => {
  const found: Array<Start> = []
  // Their own loops: a copy of the expression for each text costs more than searching it.
  replyStart.lastIndex = 0
  for (let match = replyStart.exec(text); match !== null; match = replyStart.exec(text)) {
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
  bareEnhanced.lastIndex = 0
  for (let match = bareEnhanced.exec(text); match !== null; match = bareEnhanced.exec(text)) {
    const enhanced = match[1]
    if (enhanced === undefined || found.some(({ at, end }) => match.index >= at && match.index < end)) continue
    found.push({ at: match.index, end: match.index + enhanced.length, enhanced })
    if (found.length >= 96) break
  }
  return found.sort((a, b) => a.at - b.at)
}

interface Statement {
  code?: number
  enhanced?: string | undefined
  readonly pieces: Array<string>
}

/** Replies in order; the lines of a multi-line reply (RFC 5321 section 4.2.1) are one. */
const statements = (text: string): ReadonlyArray<Statement> => {
  const found: Array<Statement> = []
  const all = starts(text)
  for (const [number, start] of all.entries()) {
    const piece = text.slice(start.end, all[number + 1]?.at ?? text.length).replace(/^[\s:,"'\])-]+/u, "")
    const last = found.at(-1)
    // Of one statement a program may write the enhanced code before its text and the code behind.
    const behind = start.code === undefined || last?.code === undefined && last?.enhanced?.[0] === `${start.code}`[0]
    const opening = behind ? closing.exec(last?.pieces.at(-1) ?? "") : null
    if (last !== undefined && opening !== null && piece.trim() === "") {
      last.enhanced ??= start.enhanced
      if (start.code !== undefined) last.code = start.code
      last.pieces[last.pieces.length - 1] = (last.pieces.at(-1) ?? "").slice(0, opening.index)
      continue
    }
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

/** What a server says to DATA when it has refused every recipient before: the reason stands in an earlier reply. */
const follows = /^(?:error: )?(?:no valid recipients|valid rcpt (?:command )?must precede data|need rcpt|rcpt first)/iu

// RFC 4954 section 6: these codes answer AUTH and nothing else.
const answersAuth = (code: number | undefined): boolean => code === 534 || code === 535 || code === 538

/**
 * The candidates of a text whose line ends are `\n`, innermost first, the whole text last. `phase` is what the words
 * around it say. A reply of success is a candidate only where the text begins with it and holds no failure.
 *
 * @category combinators
 * @since 0.1.0
 */
export const replies = (text: string, phase?: PhaseId): Candidates => {
  const asked = text.includes("Sender address rejected: un") ? callback.exec(text) : null
  const all = statements(asked === null ? text : text.slice(0, asked.index + asked[0].length))
  // Most texts have none of the letters, and looking for those is several times cheaper.
  const isToken = ((text.includes("AADSTS") || text.includes("invalid_")) && token.test(text)) ||
    (text.includes(": ") && text.includes("40") && refusedRequest.test(text))
  const isGraph = !isToken && (text.includes("raph") || text.includes("innerError")) && graph.test(text)
  // "550 NO SUCH USER" is no IMAP: a failing reply code goes before a status word.
  const isSmtp = all.some(({ code }) => code !== undefined && code >= 400)
  const imap = isSmtp ? null : imapStatus.exec(text)
  const pop = text.includes("-ERR") ? popStatus.exec(text) : null
  const mayHoldCode = !isSmtp && (text.includes("[") || text.includes("Code"))
  const responseCode = imap?.[2] ?? (mayHoldCode ? imapCode.exec(text)?.[1] : undefined) ?? pop?.[1]
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
  const refusals = found.filter(({ code, enhanced }) => !isSuccess(code, enhanced))
  const reasons = refusals.length < 2 ? refusals : refusals.filter(({ pieces }) => !follows.test(pieces[0] ?? ""))
  const failing = reasons.length === 0 ? refusals : reasons
  // A success among other words is not what they are about.
  const kept = failing.length > 0 || /^["'\s]{0,4}[23]/u.test(text) ? failing.length > 0 ? failing : found : []
  const stated = kept.every(({ code }) => code !== undefined) && kept.length > 0
    ? undefined
    : statedCode.exec(text)?.[1]
  const readings = kept.map((statement, number): Candidate => {
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
  const [first, ...rest] = readings.reverse()
  const outer = first === undefined && stated !== undefined && whole.code === undefined
    ? { ...whole, code: Number(stated) }
    : whole
  return first === undefined ? [outer] : [first, ...rest, outer]
}

const isSuccess = (code: number | undefined, enhanced: string | undefined): boolean =>
  code === undefined ? enhanced?.startsWith("2") === true : code < 400

const statusOf = (word: string | undefined): { readonly status?: "NO" | "BAD" | "BYE" } =>
  word === "NO" || word === "BAD" || word === "BYE" ? { status: word } : {}
