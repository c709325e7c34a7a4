/**
 * What `sonde explain` reads: a text as a whole, a log line by line.
 *
 * Standard input is a log when its first lines are those of one; it is then never held as a whole.
 */
import type { Hints } from "@sonde/domain/Explanation"
import * as Explain from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import { createReadStream } from "node:fs"
import { missing } from "../Failure.ts"
import { quoted } from "../Print.ts"
import * as Question from "../Question.ts"
import * as Stdin from "../Stdin.ts"

/** Most octets of a text that is no log; more than anybody would paste. */
const maxOctets = 4 * 1024 * 1024

/** Longest line of a log that is read, in octets. */
const maxLine = 1024 * 1024

/** After so many lines or characters it is decided whether standard input is a log. */
const deciding = { lines: 40, characters: 65_536 }

type Log = ReturnType<typeof Explain.log>

/** Explains a log: a file, or standard input for `-`. */
export const log = Effect.fnUntraced(function*(path: string, hints: Hints) {
  const reading = Explain.log(yield* Packs, hints)
  const work = (lines: ReadonlyArray<Stdin.Line>) => Effect.as(reading.lines(lines), true)
  yield* path === "-"
    ? Stdin.lines(maxLine, work)
    : Stdin.lines(maxLine, work, {
      chunks: createReadStream(path, { highWaterMark: 256 * 1024 }),
      problem: `--log: the file ${quoted(path)} cannot be read`
    })
  return yield* reading.end
})

/** Explains what standard input holds, a log or a text. */
export const piped = Effect.fnUntraced(function*(hints: Hints) {
  const packs = yield* Packs
  const held: Array<Stdin.Line> = []
  let characters = 0
  let decided = false
  let reading: Log | undefined
  const decide = (): Log | undefined => {
    decided = true
    if (Explain.isLog(held.map(({ text }) => text))) reading = Explain.log(packs, hints)
    return reading
  }
  yield* Stdin.lines(maxOctets, (lines) =>
    Effect.gen(function*() {
      if (reading !== undefined) {
        yield* reading.lines(lines)
        return true
      }
      for (const line of lines) {
        held.push(line)
        characters += line.text.length + 1
      }
      const begun = !decided && (held.length >= deciding.lines || characters >= deciding.characters)
        ? decide()
        : undefined
      if (begun !== undefined) yield* begun.lines(held.splice(0))
      else if (decided && (characters > maxOctets || held.some(({ whole }) => !whole))) {
        return yield* missing(
          `standard input is larger than ${maxOctets} octets and no log that is known`,
          "give the part that matters, or --log - to take it for a log"
        )
      }
      return true
    }))
  const found = decided ? reading : decide()
  if (found !== undefined) {
    yield* found.lines(held.splice(0))
    return yield* found.end
  }
  if (held.some(({ whole }) => !whole)) {
    return yield* missing(`standard input is larger than ${maxOctets} octets`)
  }
  const text = held.map((line) => line.text).join("\n")
  yield* Question.check(text, "sonde explain")
  return yield* Explain.explain(packs, text, hints)
})
