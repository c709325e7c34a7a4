/**
 * The answers of a batch on their way to standard output, as octets.
 *
 * Most of an answer are the texts of its verdicts, which come again and again: they are made into octets once.
 */
import type { Explanation } from "@sonde/domain/Explanation"
import type { Verdict } from "@sonde/domain/Verdict"
import * as Json from "@sonde/report/render/ExplanationJson"

const octetsOf = new WeakMap<Verdict, Buffer>()

const octets = (verdict: Verdict): Buffer => {
  const found = octetsOf.get(verdict)
  if (found !== undefined) return found
  const made = Buffer.from(Json.verdictText(verdict))
  octetsOf.set(verdict, made)
  return made
}

/** What a buffer holds at first, in octets. */
const initial = 256 * 1024

const comma = 44

/** Collects lines of JSON. */
export interface Answers {
  readonly add: (id: Explanation["id"], tail: Json.Tail) => void
  /** The octets of all lines since it was last asked; they hold until the next `add`. */
  readonly take: () => Uint8Array
}

/** Collects lines of JSON in one buffer, which grows to the longest lot. */
export const make = (): Answers => {
  let buffer = Buffer.allocUnsafe(initial)
  let length = 0
  return {
    add: (id, { before, behind, verdicts }) => {
      const start = `${Json.head(id)}${before}`
      // A character of UTF-16 has at most three octets in UTF-8.
      let most = length + 3 * (start.length + behind.length)
      for (const verdict of verdicts) most += octets(verdict).length + 1
      if (most > buffer.length) {
        const larger = Buffer.allocUnsafe(Math.max(most, 2 * buffer.length))
        larger.set(buffer.subarray(0, length))
        buffer = larger
      }
      length += buffer.write(start, length)
      let isFirst = true
      for (const verdict of verdicts) {
        if (!isFirst) buffer[length++] = comma
        isFirst = false
        const text = octets(verdict)
        buffer.set(text, length)
        length += text.length
      }
      length += buffer.write(behind, length)
    },
    take: () => {
      const taken = buffer.subarray(0, length)
      length = 0
      return taken
    }
  }
}
