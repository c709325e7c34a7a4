/**
 * The answers of a batch on their way to standard output, as octets.
 *
 * Most of an answer are the texts of its verdicts, which come again and again, and most answers are those of other texts
 * but for some words: all that is the same is made into octets once.
 */
import type { Explanation } from "@sonde/domain/Explanation"
import type { Verdict } from "@sonde/domain/Verdict"
import type * as Many from "@sonde/packs/Many"
import * as Json from "@sonde/report/render/ExplanationJson"

/**
 * An answer without its id, as octets. Behind each of `pieces` but the last stands a word of the text that is answered,
 * from `begins` to `ends` of it; behind the last one stand the verdicts.
 */
export interface Answer {
  readonly isUnknown: boolean
  readonly pieces: ReadonlyArray<Uint8Array>
  readonly begins: ReadonlyArray<number>
  readonly ends: ReadonlyArray<number>
  readonly verdicts: ReadonlyArray<Uint8Array>
  readonly behind: Uint8Array
  /** How many octets these are, without words. */
  readonly length: number
}

const octetsOf = new WeakMap<Verdict, Uint8Array>()

const octets = (verdict: Verdict): Uint8Array => {
  const found = octetsOf.get(verdict)
  if (found !== undefined) return found
  const made = Buffer.from(Json.verdictText(verdict))
  octetsOf.set(verdict, made)
  return made
}

/** Most answers say nothing behind their verdicts. */
let lastBehind = { text: "", octets: Buffer.from("") }

const behindOf = (text: string): Uint8Array => {
  if (text !== lastBehind.text) lastBehind = { text, octets: Buffer.from(text) }
  return lastBehind.octets
}

const nowhere: ReadonlyArray<number> = []

/** The answer with a text in pieces of JSON, with places for words between them. */
const made = (
  it: Explanation,
  text: ReadonlyArray<string>,
  begins: ReadonlyArray<number>,
  ends: ReadonlyArray<number>
): Answer => {
  const { before, behind, between, verdicts: given } = Json.tail(it)
  const last = text.length - 1
  const pieces = text.map((piece, at) => Buffer.from(`${at === 0 ? before : ""}${piece}${at === last ? between : ""}`))
  const verdicts = given.map(octets)
  const end = behindOf(behind)
  const length = [...pieces, ...verdicts].reduce((sum, one) => sum + one.length + 1, end.length)
  return { isUnknown: it.outcome === "unknown", pieces, begins, ends, verdicts, behind: end, length }
}

/** The answer of one text. */
export const answerOf = (it: Explanation): Answer => made(it, [JSON.stringify(it.read.text)], nowhere, nowhere)

const answers = new WeakMap<Many.Said, Answer>()

const answerFor = (said: Many.Said): Answer => {
  const { explanation, shape: { begins, ends }, text } = said
  const places = text.filter((piece) => typeof piece === "number")
  const pieces = [""]
  for (const piece of text) {
    if (typeof piece === "number") pieces.push("")
    else pieces.push((pieces.pop() ?? "") + JSON.stringify(piece).slice(1, -1))
  }
  const last = pieces.length - 1
  return made(
    explanation,
    pieces.map((piece, at) => `${at === 0 ? "\"" : ""}${piece}${at === last ? "\"" : ""}`),
    places.map((place) => begins[place] ?? 0),
    places.map((place) => ends[place] ?? 0)
  )
}

/** The answer of all texts of which the same is said, but for words in the text that was read; undefined where it is not the same. */
export const answerOfSaid = (said: Many.Said): Answer | undefined => {
  if (!said.isSame) return undefined
  const found = answers.get(said) ?? answerFor(said)
  answers.set(said, found)
  return found
}

/** What a buffer holds at first, in octets. */
const initial = 256 * 1024

const comma = 44
const quote = 34
const backslash = 92

/** Longer ids, in characters, are written as texts are. */
const shortId = 32

/** Collects lines of JSON. */
export interface Answers {
  /** Adds an answer to `text`. */
  readonly add: (id: Explanation["id"], answer: Answer, text: string) => void
  /** The octets of all lines since it was last asked; they hold until the next `add`. */
  readonly take: () => Uint8Array
}

/** Collects lines of JSON in one buffer, which grows to the longest lot. */
export const make = (): Answers => {
  let buffer = Buffer.allocUnsafe(initial)
  let length = 0
  const open = Buffer.from(Json.head(""))
  const begin = open.subarray(0, -1)
  /** Writes a short id of printable ASCII; false where it is another. */
  const isPut = (id: string): boolean => {
    if (id.length > shortId) return false
    let end = length
    buffer.set(begin, end)
    end += begin.length
    for (let at = 0; at < id.length; at++) {
      const code = id.charCodeAt(at)
      if (code < 32 || code > 126 || code === quote || code === backslash) return false
      buffer[end++] = code
    }
    buffer[end++] = quote
    length = end
    return true
  }
  const room = (octets: number): void => {
    if (length + octets <= buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(length + octets, 2 * buffer.length))
    larger.set(buffer.subarray(0, length))
    buffer = larger
  }
  return {
    add: (id, { begins, behind, ends, length: most, pieces, verdicts }, text) => {
      room(most + text.length * begins.length + open.length + shortId)
      if (typeof id !== "string" || !isPut(id)) {
        const start = Json.head(id)
        // A character of UTF-16 has at most three octets in UTF-8.
        room(most + text.length * begins.length + 3 * start.length)
        length += buffer.write(start, length)
      }
      for (let piece = 0; piece < pieces.length; piece++) {
        const octets = pieces[piece]
        if (octets === undefined) continue
        buffer.set(octets, length)
        length += octets.length
        if (piece === begins.length) continue
        // Words of a shape are letters and digits of ASCII.
        const end = ends[piece] ?? 0
        for (let at = begins[piece] ?? 0; at < end; at++) buffer[length++] = text.charCodeAt(at)
      }
      for (let verdict = 0; verdict < verdicts.length; verdict++) {
        const octets = verdicts[verdict]
        if (octets === undefined) continue
        if (verdict > 0) buffer[length++] = comma
        buffer.set(octets, length)
        length += octets.length
      }
      buffer.set(behind, length)
      length += behind.length
    },
    take: () => {
      const taken = buffer.subarray(0, length)
      length = 0
      return taken
    }
  }
}
