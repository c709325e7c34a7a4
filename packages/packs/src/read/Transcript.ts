/**
 * Reads a conversation as programs print it: swaks, openssl s_client with what was typed, curl, Nodemailer, MailKit,
 * smtplib, PHPMailer, Net::SMTP, telnet, and Sonde's own.
 *
 * The last refusal of the server counts, in the phase of the command it answers; refusals before it follow.
 *
 * @since 0.1.0
 */
import type { PhaseId } from "@sonde/domain/Service"
import type { Candidate, Unwrapped } from "./Candidate.ts"
import { fromChallenge } from "./Challenge.ts"
import { clientOf } from "./Client.ts"
import { unescape } from "./Escape.ts"
import { replies } from "./Reply.ts"

type Direction = "client" | "server" | "note"

interface Mark {
  readonly sign: RegExp
  readonly direction: Direction
}

// What stands before the text of a line, each with the program that writes it. One match for each line.
const marks: ReadonlyArray<Mark> = [
  // swaks and Sonde: "<-" in the clear, "<~" under TLS, "<**" and "<~*" for a refusal
  { sign: /^ {0,6}(?:[0-9]{1,5} )? ?<(?:-|~)[ *] ?(?! ?")/u, direction: "server" },
  { sign: /^ {0,6}(?:[0-9]{1,5} )? ?<\*\* ?/u, direction: "server" },
  { sign: /^ {0,6}(?:[0-9]{1,5} )? ?(?:-|~)> {1,2}(?! ?")/u, direction: "client" },
  { sign: /^ {0,6}(?:[0-9]{1,5} )?(?:===|\*\*\*) /u, direction: "note" },
  // PHPMailer
  { sign: /^[^\n]{0,60}?\bSERVER -> CLIENT: /u, direction: "server" },
  { sign: /^[^\n]{0,60}?\bCLIENT -> SERVER: /u, direction: "client" },
  { sign: /^[^\n]{0,60}?\bSMTP ERROR: /u, direction: "note" },
  // Nodemailer, MailKit, and most who log: "S: " and "C: "
  { sign: /^(?:[^\n]{0,80}[\])] )?S: /u, direction: "server" },
  { sign: /^(?:[^\n]{0,80}[\])] )?C: /u, direction: "client" },
  // smtplib
  { sign: /^\s{0,4}reply: (?:retcode \(|b?['"])/u, direction: "server" },
  { sign: /^\s{0,4}send: b?['"]/u, direction: "client" },
  // Net::SMTP of Ruby: the arrows are the other way round, and the text is quoted
  { sign: /^\s{0,4}-> "/u, direction: "server" },
  { sign: /^\s{0,4}<- "/u, direction: "client" },
  // curl
  { sign: /^< /u, direction: "server" },
  { sign: /^> /u, direction: "client" },
  { sign: /^\* (?=[A-Z][a-z])/u, direction: "note" }
]

// A session without marks: replies and commands as they are on the wire.
const wireReply = /^[2-5][0-5][0-9][ -]/u
const wireCommand = /^(?:EHLO|HELO|LHLO|STARTTLS|AUTH|MAIL FROM:|RCPT TO:|DATA|BDAT|QUIT|RSET|NOOP|VRFY)\b/iu
const imapCommand =
  /^[A-Za-z0-9.]{1,20} (?:LOGIN|AUTHENTICATE|STARTTLS|SELECT|EXAMINE|CAPABILITY|LIST|STATUS|LOGOUT|ID)\b/iu
const imapReply = /^(?:\*|[A-Za-z0-9.]{1,20}) (?:OK|NO|BAD|BYE|PREAUTH)\b/u
const popReply = /^(?:\+OK|-ERR)\b/u
const popCommand = /^(?:USER|PASS|APOP|STAT|STLS|CAPA)\b/u

/** Longest text in a line that is looked at for a command, in characters. */
const maxCommand = 200

/** Refusals that are kept at most. */
const maxRefusals = 8

// The phase of a command: RFC 5321 section 4.1.1, RFC 3501 section 6, RFC 1939 section 5.
const commands: ReadonlyArray<readonly [RegExp, PhaseId]> = [
  [/^(?:EHLO|HELO|LHLO)\b/iu, "ehlo"],
  [/^(?:\S{1,20} )?(?:STARTTLS|STLS)\b/iu, "starttls"],
  // They ask about a recipient, and what follows may look like a command.
  [/^(?:VRFY|EXPN)\b/iu, "rcpt"],
  [/^(?:\S{1,20} )?(?:AUTH|AUTHENTICATE|LOGIN|USER|PASS|APOP)\b/iu, "auth"],
  [/^MAIL\b/iu, "mail"],
  [/^RCPT\b/iu, "rcpt"],
  [/^(?:DATA|BDAT)\b/iu, "data"],
  [/^\.$/u, "data"],
  [/^\S{1,20} (?:SELECT|EXAMINE|STATUS)\b/iu, "select"],
  [/^\S{1,20} LIST\b/iu, "list"],
  [/^(?:\S{1,20} )?(?:CAPABILITY|CAPA)\b/iu, "capability"],
  [/^STAT\b/iu, "stat"],
  [/^(?:QUIT|\S{1,20} LOGOUT)\b/iu, "quit"]
]

const mechanism = /^(?:\S{1,20} )?(?:AUTH|AUTHENTICATE) ([A-Za-z0-9_-]{1,20})/iu

interface Line {
  readonly direction: Direction | "unmarked"
  readonly text: string
}

const marked = (line: string): Line => {
  for (const { direction, sign } of marks) {
    const found = sign.exec(line)
    if (found !== null) return { direction, text: line.slice(found[0].length).replace(/(?:\\r)?(?:\\n)?['"]$/u, "") }
  }
  return { direction: "unmarked", text: line }
}

/** Whether a line shows that one side of a conversation said it. */
export const isSpoken = (line: string): boolean => {
  const { direction } = marked(line.slice(0, maxCommand))
  return direction === "client" || direction === "server"
}

/** A line of a session that shows no marks, by its grammar. */
const onWire = (line: string): Line => {
  if (wireReply.test(line) || imapReply.test(line) || popReply.test(line)) return { direction: "server", text: line }
  const begin = line.slice(0, maxCommand)
  return wireCommand.test(begin) || imapCommand.test(begin) || popCommand.test(begin)
    ? { direction: "client", text: line }
    : { direction: "unmarked", text: line }
}

const phaseOf = (text: string): PhaseId | undefined => {
  const begin = text.slice(0, maxCommand)
  return commands.find(([sign]) => sign.test(begin))?.[1]
}

const isRefusal = (text: string): boolean =>
  /^(?:[45](?:[0-5][0-9](?:[ -]|$)|[6-9][0-9][ -][45]\.[0-7]\.)|retcode \([45])/u.test(text) ||
  /^(?:\*|\S{1,20}) (?:NO|BAD|BYE)\b/u.test(text) ||
  text.startsWith("-ERR")

interface Refusal {
  readonly text: string
  readonly phase: PhaseId | undefined
  readonly mechanism: string | undefined
  readonly payload: Readonly<Record<string, string>> | undefined
}

const placeOf = /\b(?:Connected to|Trying|connect to|connecting to|to host) ([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)/iu

/** What a program said of the connection itself, where no server refused anything. */
const troubled =
  /\b(?:fail|error|refused|timed? ?out|reset|unable|could not|couldn't|closed|expired|unknown|not valid|self[- ]signed)/iu

const fromNotes = (notes: ReadonlyArray<string>): ReadonlyArray<Candidate> => {
  const said = notes.filter((note) => troubled.test(note))
  if (said.length === 0) return []
  const text = said.join("\n")
  const phase: PhaseId | undefined = /\b(?:TLS|SSL|certificate)\b/u.test(text)
    ? "tls"
    : /\bresolve\b/u.test(text)
    ? "resolve"
    : /\bconnect/iu.test(text)
    ? "connect"
    : undefined
  return replies(text, phase)
}

interface Read {
  readonly refusals: ReadonlyArray<Refusal>
  readonly words: ReadonlyArray<string>
  readonly notes: ReadonlyArray<string>
  readonly host: string | undefined
  readonly client: number
  readonly server: number
  readonly unmarked: number
}

const converse = (lines: ReadonlyArray<Line>): Read => {
  const refusals: Array<Refusal> = []
  const words: Array<string> = []
  const notes: Array<string> = []
  let phase: PhaseId | undefined = "greeting"
  let used: string | undefined
  let payload: Readonly<Record<string, string>> | undefined
  let host: string | undefined
  const counts = { client: 0, server: 0, unmarked: 0 }
  let open: Array<string> | undefined
  const close = () => {
    const [first] = open ?? []
    // "* BYE" after LOGOUT and "421" after QUIT are good manners.
    if (open !== undefined && first !== undefined && phase !== "quit" && isRefusal(first)) {
      refusals.push({ text: open.join("\n"), phase, mechanism: used, payload })
      if (refusals.length > maxRefusals) refusals.shift()
    }
    open = undefined
  }
  for (const { direction, text } of lines) {
    if (direction === "server") {
      counts.server += 1
      words.push(text)
      payload = fromChallenge(text)?.payload ?? payload
      const last = open?.[0]
      // RFC 5321 section 4.2.1: lines of one reply repeat its code.
      if (last === undefined || last.slice(0, 3) !== text.slice(0, 3) || !wireReply.test(text)) {
        close()
        open = [text]
      } else open?.push(text)
      continue
    }
    if (direction === "unmarked" && open !== undefined && /^\s/u.test(text) && open.length < 100) {
      open.push(text)
      words.push(text)
      continue
    }
    if (direction === "unmarked") counts.unmarked += text.trim() === "" ? 0 : 1
    if (direction === "note") {
      host ??= placeOf.exec(text.slice(0, 500))?.[1]
      if (notes.length < 100) notes.push(text.slice(0, 2000))
    }
    close()
    if (direction !== "client") continue
    counts.client += 1
    const next = phaseOf(text)
    if (next !== undefined) {
      phase = next
      if (next === "auth") {
        const named = mechanism.exec(text)?.[1]
        used = named?.toUpperCase() ?? used
        payload = undefined
      }
    }
  }
  close()
  return { refusals, words, notes, host, ...counts }
}

const candidates = ({ mechanism, payload, phase, text }: Refusal, nested: boolean): ReadonlyArray<Candidate> =>
  replies(unescape(text.replace(/^retcode \(([0-9]{3})\); Msg: b?['"]?/u, "$1 ")).trim(), phase)
    // The refusal is the whole: what is left of it as a whole says nothing more.
    .filter((one, index, all) => one.layer !== "whole" || all.length === 1 || index === 0)
    .map((one) => ({
      ...one,
      ...(nested && one.layer !== "whole" ? { layer: "nested" as const } : {}),
      ...(one.phase === undefined && phase !== undefined ? { phase } : {}),
      ...(phase === "auth" && mechanism !== undefined ? { mechanism } : {}),
      ...(phase === "auth" && payload !== undefined ? { payload } : {})
    }))

// Asked first of every text, so it looks for no more than it must, and at the beginnings of lines alone.
const mightBegin =
  / {0,6}(?:[0-9]{1,5} )? ?(?:<[-~*]|[-~]>|===|\*\*\*) ?|(?:.{0,80}[\])] )?[SC]: |\s{0,4}(?:reply|send): |[<>*] |(?:EHLO|HELO|AUTH|MAIL FROM:|[A-Za-z0-9.]{1,20} (?:LOGIN|AUTHENTICATE|SELECT)|USER|PASS)\b/iuy
const mightHold = /-> (?:CLIENT|SERVER): /iu

const mightBe = (text: string): boolean => {
  for (let at = 0; at !== -1; at = text.indexOf("\n", at) + 1 || -1) {
    mightBegin.lastIndex = at
    if (mightBegin.test(text)) return true
  }
  return text.includes("-> ") && mightHold.test(text)
}

/**
 * What a transcript says; undefined for a text that is none. Where no server refused anything, what the program said of
 * the connection counts; a conversation without either is left to others.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromTranscript = (text: string): Unwrapped | undefined => {
  if (!text.includes("\n") || !mightBe(text)) return undefined
  const all = text.split("\n").map((line) => line.endsWith("\r") ? line.slice(0, -1) : line)
  const byMark = converse(all.map(marked))
  const read = byMark.client > 0 && byMark.server > 0 ? byMark : converse(all.map(onWire))
  const last = read.refusals.at(-1)
  const spoken = read.client > 0 && read.server > 0 && read.unmarked <= 2 * (read.client + read.server) + 40
  const [first, ...more] = last !== undefined && spoken
    ? read.refusals.toReversed().flatMap((refusal) => candidates(refusal, refusal !== last))
    : spoken || byMark.notes.length > byMark.unmarked
    ? fromNotes(byMark.notes)
    : []
  if (first === undefined) return undefined
  const { client } = clientOf(text)
  const host = read.host ?? byMark.host
  return {
    kind: "transcript",
    candidates: [first, ...more],
    words: read.words.join("\n"),
    ...(client === undefined ? {} : { client }),
    ...(host === undefined ? {} : { host })
  }
}
