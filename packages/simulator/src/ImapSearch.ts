/**
 * SEARCH: reads the keys and tells whether a message has them (RFC 9051 section 6.4.4, with the keys of RFC 3501).
 *
 * Texts are compared without regard to case, octet by octet; encoded words are not decoded.
 *
 * @since 0.1.0
 */
import type { Message } from "./ImapFetch.ts"
import { type Cursor, includes, Unreadable } from "./ImapSyntax.ts"
import type { Stored } from "./Mailstore.ts"
import { fieldsOf } from "./MimeParts.ts"

/** Where a message stands: its number, and the last number and unique identifier of the folder. */
export interface Place {
  readonly number: number
  readonly last: number
  readonly lastUid: number
}

/** Whether a message is one of those searched for. */
export type Test = (message: Message, place: Place) => boolean

const maxDepth = 20
const maxKeys = 200
const day = 86_400_000

const contains = (text: string, wanted: string): boolean => text.toLowerCase().includes(wanted.toLowerCase())

const field = (name: string, wanted: string): Test => ({ parts }) =>
  fieldsOf(parts.header).some((one) => one.name.toLowerCase() === name.toLowerCase() && contains(one.value, wanted))

const hasFlag = (stored: Stored, flag: string): boolean =>
  [...stored.flags].some((one) => one.toLowerCase() === flag.toLowerCase())

const flag = (name: string, isSet: boolean): Test => ({ stored }) => hasFlag(stored, name) === isSet

const flagKeys: Readonly<Record<string, Test>> = {
  ALL: () => true,
  ANSWERED: flag("\\Answered", true),
  UNANSWERED: flag("\\Answered", false),
  DELETED: flag("\\Deleted", true),
  UNDELETED: flag("\\Deleted", false),
  DRAFT: flag("\\Draft", true),
  UNDRAFT: flag("\\Draft", false),
  FLAGGED: flag("\\Flagged", true),
  UNFLAGGED: flag("\\Flagged", false),
  SEEN: flag("\\Seen", true),
  UNSEEN: flag("\\Seen", false),
  // No message is recent here: a session is never the first to be told of one.
  NEW: () => false,
  RECENT: () => false,
  OLD: () => true
}

const dayOf = (millis: number): number => Math.floor(millis / day) * day

const sentOn = ({ parts }: Message): number => {
  const date = fieldsOf(parts.header).find(({ name }) => name.toLowerCase() === "date")?.value ?? ""
  // The day as it is written there, whatever its zone.
  const found = /(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})/.exec(date)
  return found === null ? Number.NaN : Date.parse(`${found[1]} ${found[2]} ${found[3]} 00:00:00 GMT`)
}

const dates = (name: string, on: number): Test | undefined => {
  const at = name.startsWith("SENT") ? sentOn : ({ stored }: Message) => dayOf(stored.receivedAt)
  switch (name.replace(/^SENT/, "")) {
    case "BEFORE":
      return (message) => at(message) < on
    case "ON":
      return (message) => at(message) === on
    case "SINCE":
      return (message) => at(message) >= on
    default:
      return undefined
  }
}

/** Reads one key. */
const key = (cursor: Cursor, depth: number, budget: { left: number }): Test => {
  if (depth > maxDepth || budget.left-- <= 0) throw new Unreadable("too many keys")
  const next = (): Test => {
    cursor.space()
    return key(cursor, depth + 1, budget)
  }
  const text = (): string => {
    cursor.space()
    return cursor.astring()
  }
  if (cursor.text[cursor.at] === "(") {
    const tests = cursor.list(() => key(cursor, depth + 1, budget))
    return (message, place) => tests.every((test) => test(message, place))
  }
  if (/[\d*]/.test(cursor.text[cursor.at] ?? "")) {
    const set = cursor.sequenceSet()
    return (_message, { last, number }) => includes(set, number, last)
  }
  const name = cursor.atom().toUpperCase()
  if (Object.hasOwn(flagKeys, name)) return flagKeys[name] ?? (() => false)
  switch (name) {
    case "NOT": {
      const test = next()
      return (message, place) => !test(message, place)
    }
    case "OR": {
      const [left, right] = [next(), next()]
      return (message, place) => left(message, place) || right(message, place)
    }
    case "UID": {
      cursor.space()
      const set = cursor.sequenceSet()
      return ({ stored }, { lastUid }) => includes(set, stored.uid, lastUid)
    }
    case "HEADER":
      return field(text(), text())
    case "SUBJECT":
    case "FROM":
    case "TO":
    case "CC":
    case "BCC":
      return field(name, text())
    case "BODY": {
      const wanted = text()
      return ({ parts }) => contains(parts.body, wanted)
    }
    case "TEXT": {
      const wanted = text()
      return ({ stored }) => contains(stored.octets.toString("latin1"), wanted)
    }
    case "KEYWORD":
    case "UNKEYWORD":
      return flag(text(), name === "KEYWORD")
    case "LARGER":
    case "SMALLER": {
      cursor.space()
      const octets = cursor.number()
      return ({ stored }) => name === "LARGER" ? stored.octets.length > octets : stored.octets.length < octets
    }
    default: {
      if (!/^(?:SENT)?(?:BEFORE|ON|SINCE)$/.test(name)) throw new Unreadable(`no key ${name}`)
      cursor.space()
      return dates(name, cursor.date()) ?? (() => false)
    }
  }
}

/** Reads the keys of a SEARCH command: all of them have to hold. `charset` is what the texts are said to be in. */
export const keysOf = (cursor: Cursor): { readonly charset: string; readonly test: Test } => {
  let charset = "US-ASCII"
  if (cursor.match(/CHARSET /iy) !== undefined) {
    charset = cursor.astring().toUpperCase()
    cursor.space()
  }
  const budget = { left: maxKeys }
  const tests = [key(cursor, 0, budget)]
  while (!cursor.done) {
    cursor.space()
    tests.push(key(cursor, 0, budget))
  }
  return { charset, test: (message, place) => tests.every((test) => test(message, place)) }
}
