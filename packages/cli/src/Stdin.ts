/**
 * Standard input, read once: as one text, or line by line.
 */
import * as Effect from "effect/Effect"
import { isUtf8 } from "node:buffer"
import { missing } from "./Failure.ts"

/**
 * All of standard input; status 66 where it cannot be read or has more than `maxOctets` octets, and with `strict` where
 * it is no UTF-8.
 */
export const text = (maxOctets: number, strict = false) =>
  Effect.callback<string, ReturnType<typeof missing>>((resume) => {
    const chunks: Array<Buffer> = []
    let octets = 0
    const onData = (chunk: Buffer) => {
      octets += chunk.length
      if (octets <= maxOctets) return void chunks.push(chunk)
      stop()
      resume(Effect.fail(missing(`standard input is larger than ${maxOctets} octets`)))
    }
    const onEnd = () => {
      const octets = Buffer.concat(chunks)
      resume(
        strict && !isUtf8(octets)
          ? Effect.fail(missing("standard input is no UTF-8 text", "convert it to UTF-8"))
          : Effect.succeed(octets.toString("utf8"))
      )
    }
    const onError = () => resume(Effect.fail(missing("standard input cannot be read")))
    const stop = () => {
      process.stdin.off("data", onData).off("end", onEnd).off("error", onError).pause()
    }
    process.stdin.on("data", onData).on("end", onEnd).on("error", onError)
    return Effect.sync(stop)
  })

/** A line without its end; `whole` is false where it was longer than allowed, and its text is then empty. */
export interface Line {
  readonly text: string
  readonly whole: boolean
}

const linesOf = (text: string): ReadonlyArray<Line> =>
  text.split("\n").map((line) => ({ text: line.endsWith("\r") ? line.slice(0, -1) : line, whole: true }))

/** Cuts octets into lines of at most `maxOctets` octets; keeps no more than one line, and drops what is too long. */
export const cutter = (maxOctets: number) => {
  let parts: Array<Buffer> = []
  let octets = 0
  const add = (part: Buffer) => {
    octets += part.length
    if (octets <= maxOctets) parts.push(part)
    else parts = []
  }
  const take = (): Line => {
    const whole = octets <= maxOctets
    const text = whole ? Buffer.concat(parts).toString("utf8").replace(/\r$/, "") : ""
    parts = []
    octets = 0
    return { text, whole }
  }
  return {
    /** The lines that end within a chunk. */
    push: (chunk: Buffer): ReadonlyArray<Line> => {
      const first = chunk.indexOf(10)
      if (first < 0) {
        add(chunk)
        return []
      }
      add(chunk.subarray(0, first))
      const lines = [take()]
      const last = chunk.lastIndexOf(10)
      if (last > first) {
        // Lines that are whole within the chunk are decoded at once: a line end is never part of a longer character.
        const whole = last - first <= maxOctets
        if (whole) lines.push(...linesOf(chunk.toString("utf8", first + 1, last)))
        else {
          let from = first + 1
          for (let end = chunk.indexOf(10, from); end >= 0; end = chunk.indexOf(10, from)) {
            add(chunk.subarray(from, end))
            lines.push(take())
            from = end + 1
          }
        }
      }
      if (last + 1 < chunk.length) add(chunk.subarray(last + 1))
      return lines
    },
    /** What stands after the last line end. */
    end: (): ReadonlyArray<Line> => octets === 0 ? [] : [take()]
  }
}

/** Octets that come one piece after another, and what is said when they cannot be read. */
export interface Source {
  readonly chunks: AsyncIterable<Buffer>
  readonly problem: string
}

/**
 * Hands the lines over as they come, of standard input unless another source is given; reads on only when `work` is
 * done, and no further once it gives false.
 */
export const lines = Effect.fnUntraced(function*<E, R>(
  maxOctets: number,
  work: (lines: ReadonlyArray<Line>) => Effect.Effect<boolean, E, R>,
  source: Source = { chunks: process.stdin, problem: "standard input cannot be read" }
) {
  const cut = cutter(maxOctets)
  const chunks: AsyncIterator<Buffer> = source.chunks[Symbol.asyncIterator]()
  while (true) {
    const next = yield* Effect.tryPromise({
      try: () => chunks.next(),
      catch: () => missing(source.problem, source.problem.startsWith("standard") ? undefined : "check the path")
    })
    const found = next.done === true ? cut.end() : cut.push(next.value)
    if (found.length > 0 && !(yield* work(found))) return
    if (next.done === true) return
  }
})
