/**
 * `sonde explain --batch`: one question a line on standard input, one explanation a line on standard output, in order
 * and in constant memory.
 *
 * A line that is no question is answered too, as unknown, so that answers and questions stay side by side.
 */
import type { Explanation, Hints } from "@sonde/domain/Explanation"
import * as Explain from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Redact from "@sonde/report/Redact"
import * as Json from "@sonde/report/render/Json"
import * as Effect from "effect/Effect"
import * as ExitCode from "../ExitCode.ts"
import { Stop } from "../Failure.ts"
import { note, Screen } from "../Screen.ts"
import * as Stdin from "../Stdin.ts"
import type { View } from "../View.ts"

/** Longest line that is read, in octets, as for a single text. */
export const maxOctets = 4 * 1024 * 1024

type Question =
  | { readonly id: string | number; readonly text: string; readonly hints: Hints }
  | { readonly id?: string | number; readonly text: string; readonly problem: string }

const words = ["protocol", "phase", "provider", "mechanism", "host", "context"] as const

/** Reads one line. What is left out of a question comes from `defaults`. */
export const question = (line: string, defaults: Hints): Question => {
  let given: unknown
  try {
    given = JSON.parse(line)
  } catch {
    return { text: "", problem: "is no JSON" }
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return { text: "", problem: "is no JSON object" }
  }
  const fields: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(given))
  const { id, text } = fields
  if (typeof id !== "string" && typeof id !== "number") return { text: "", problem: "has no id" }
  if (typeof text !== "string") return { id, text: "", problem: "has no text" }
  const own: Record<string, string> = {}
  for (const word of words) {
    const value = fields[word]
    if (typeof value === "string" && value !== "") own[word] = value
  }
  const port = typeof fields.port === "number" && Number.isInteger(fields.port) ? { port: fields.port } : {}
  return { id, text, hints: { ...defaults, ...own, ...port } }
}

/** Answers until standard input ends or nobody reads the answers. Status 75 where one or more texts are unknown. */
export const run = Effect.fnUntraced(function*(view: View, defaults: Hints) {
  const screen = yield* Screen
  const packs = yield* Packs
  let number = 0
  let unknown = 0

  const answer = Effect.fnUntraced(function*(line: Stdin.Line) {
    number += 1
    const asked = line.whole
      ? question(line.text, defaults)
      : { text: "", problem: `is longer than ${maxOctets} octets` }
    const given: Explanation = "problem" in asked
      ? { schema: "sonde.explanation/1", outcome: "unknown", read: { text: asked.text }, verdicts: [] }
      : yield* Explain.explain(packs, asked.text, asked.hints)
    if ("problem" in asked) yield* note(`line ${number} of standard input ${asked.problem}; it is answered as unknown`)
    if (given.outcome === "unknown") unknown += 1
    const redacted = Redact.explanation(given, view.redact)
    // The id is the asker's own, whatever the level of redaction.
    return Json.explanation(asked.id === undefined ? redacted : { ...redacted, id: asked.id }, { indent: false })
  })

  yield* Stdin.lines(maxOctets, (lines) =>
    Effect.gen(function*() {
      const answers: Array<string> = []
      for (const line of lines) if (line.text.trim() !== "" || !line.whole) answers.push(yield* answer(line))
      yield* screen.out(answers.join(""))
      return !screen.gone()
    }))
  if (unknown > 0) return yield* new Stop({ exitCode: ExitCode.fold(view.scheme, 75) })
})
