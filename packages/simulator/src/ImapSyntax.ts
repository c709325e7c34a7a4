/**
 * Reads the arguments of IMAP commands (the formal syntax of RFC 9051 section 9): atoms, strings, lists, sequence sets,
 * dates. Pure. What cannot be read throws `Unreadable`, which `ImapSession.ts` answers with BAD.
 *
 * @since 0.1.0
 */

/** The argument at `at` is not what the syntax has there. */
export class Unreadable extends Error {}

/** Ranges of a sequence set; `Infinity` is `*`. */
export type SequenceSet = ReadonlyArray<readonly [from: number, to: number]>

/** Whether a number is in a set; `last` is what `*` means. */
export const includes = (set: SequenceSet, wanted: number, last: number): boolean =>
  set.some(([from, to]) => {
    const ends = [from === Infinity ? last : from, to === Infinity ? last : to]
    return wanted >= Math.min(...ends) && wanted <= Math.max(...ends)
  })

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
const maxRanges = 1000

/** Text as a string of the protocol: quoted, or a literal where quotes cannot hold it. */
export const string = (text: string): string =>
  text.length < 1000 && /^[\x20-\x7e]*$/.test(text)
    ? `"${text.replace(/["\\]/g, "\\$&")}"`
    : literal(text)

/** Text as a literal. */
export const literal = (text: string): string => `{${text.length}}\r\n${text}`

/** A string, or NIL. */
export const nstring = (text: string | undefined): string => text === undefined ? "NIL" : string(text)

/** A name as an astring: bare where an atom can hold it. */
export const astring = (text: string): string => /^[^\x00-\x20\x7f-\xff(){%*"\\\]]+$/.test(text) ? text : string(text)

/** A place in the text of a command. */
export class Cursor {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  get done(): boolean {
    return this.at >= this.text.length
  }

  /** Takes what a sticky pattern matches here. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found === null) return undefined
    this.at += found[0].length
    return found
  }

  /** Takes one literal character, if it is next. */
  take(character: string): boolean {
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }

  expect(character: string): void {
    if (!this.take(character)) throw new Unreadable(`expected ${character}`)
  }

  space(): void {
    this.expect(" ")
  }

  /** Nothing may follow. */
  end(): void {
    if (!this.done) throw new Unreadable("more than expected")
  }

  #of(pattern: RegExp, name: string): string {
    const found = this.match(pattern)?.[0]
    if (found === undefined) throw new Unreadable(`expected ${name}`)
    return found
  }

  atom(): string {
    return this.#of(/[^\x00-\x20\x7f-\xff(){%*"\\\]]+/y, "an atom")
  }

  /** A flag: an atom, or one behind a backslash. */
  flag(): string {
    return this.#of(/\\?[^\x00-\x20\x7f-\xff(){%*"\\\]]+/y, "a flag")
  }

  number(): number {
    return Number(this.#of(/\d{1,10}/y, "a number"))
  }

  #quotedOrLiteral(): string | undefined {
    const quoted = this.match(/"((?:[^"\\\r\n]|\\["\\])*)"/y)
    if (quoted !== undefined) return (quoted[1] ?? "").replace(/\\(.)/g, "$1")
    const octets = this.match(/\{(\d{1,10})\+?\}\r\n/y)?.[1]
    if (octets === undefined) return undefined
    const text = this.text.slice(this.at, this.at + Number(octets))
    this.at += text.length
    return text
  }

  /** A string: quoted or literal. */
  string(): string {
    const text = this.#quotedOrLiteral()
    if (text === undefined) throw new Unreadable("expected a string")
    return text
  }

  astring(): string {
    return this.#quotedOrLiteral() ?? this.#of(/[^\x00-\x20\x7f-\xff(){%*"\\]+/y, "a string")
  }

  /** A pattern of LIST, with its wildcards. */
  pattern(): string {
    return this.#quotedOrLiteral() ?? this.#of(/[^\x00-\x20\x7f-\xff(){"\\]+/y, "a pattern")
  }

  nstring(): string | undefined {
    return this.match(/NIL(?=[ )]|$)/iy) === undefined ? this.string() : undefined
  }

  /** Items in parentheses, separated by blanks. */
  list<A>(item: () => A): ReadonlyArray<A> {
    this.expect("(")
    const items: Array<A> = []
    while (!this.take(")")) {
      if (items.length > 0) this.space()
      items.push(item())
    }
    return items
  }

  sequenceSet(): SequenceSet {
    const text = this.#of(
      /(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?(?:,(?:\d{1,10}|\*)(?::(?:\d{1,10}|\*))?)*/y,
      "a sequence set"
    )
    const ranges = text.split(",")
    if (ranges.length > maxRanges) throw new Unreadable("too many ranges")
    return ranges.map((range) => {
      const [from = "", to = from] = range.split(":")
      return [from === "*" ? Infinity : Number(from), to === "*" ? Infinity : Number(to)]
    })
  }

  /** A day, as milliseconds of its midnight in UTC. */
  date(): number {
    const found = this.match(/"?(\d{1,2})-([A-Za-z]{3})-(\d{4})"?/y)
    const month = months.indexOf(found?.[2]?.toLowerCase() ?? "")
    if (found === undefined || month === -1) throw new Unreadable("expected a date")
    return Date.UTC(Number(found[3]), month, Number(found[1]))
  }
}

const two = (value: number): string => String(value).padStart(2, "0")

/** A time as INTERNALDATE has it. */
export const dateTime = (millis: number): string => {
  const at = new Date(millis)
  const month = months[at.getUTCMonth()] ?? "jan"
  return `"${String(at.getUTCDate()).padStart(2, " ")}-${month[0]?.toUpperCase()}${
    month.slice(1)
  }-${at.getUTCFullYear()} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000"`
}
