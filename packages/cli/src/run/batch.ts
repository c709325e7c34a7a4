/**
 * `sonde explain --batch`: one question a line on standard input, one explanation a line on standard output, in order
 * and in constant memory.
 *
 * A line that is no question is answered too, as unknown, so that answers and questions stay side by side. Lines are
 * answered in a plain loop, a chunk of standard input at a time; the next chunk is read when the answers are written.
 */
import type { Explanation, Hints } from "@sonde/domain/Explanation"
import * as Explain from "@sonde/packs/Explain"
import * as Many from "@sonde/packs/Many"
import { Packs } from "@sonde/packs/Packs"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as ExitCode from "../ExitCode.ts"
import { Stop } from "../Failure.ts"
import type { View } from "../Presentation.ts"
import { Screen } from "../Screen.ts"
import * as Stdin from "../Stdin.ts"
import * as Answers from "./answers.ts"

/** Longest line that is read, in octets, as for a single text. */
export const maxOctets = 4 * 1024 * 1024

/** How many answers are kept for questions that are asked again, a power of two, and how long such a question may be, in characters. */
const keptAnswers = 4096
const keptLength = 2048

/** Of twice as many characters of a question its hash is made; two questions with the same hash are compared. */
const samples = 6

/** A hash of a text: of characters all over it and of the last. To look at a whole text costs more than to compare it. */
const hashOf = (text: string): number => {
  const { length } = text
  let hash = length
  for (let sample = 0; sample < samples; sample++) {
    hash = Math.imul(hash, 31) + text.charCodeAt(Math.floor((length * sample) / samples))
    hash = Math.imul(hash, 31) + text.charCodeAt(Math.max(0, length - 1 - sample))
  }
  return hash ^ (hash >>> 12)
}

type Question =
  | { readonly id: string | number; readonly text: string; readonly hints: Hints }
  | { readonly id?: string | number; readonly text: string; readonly problem: string }

/** A field of a question that says something. */
const isSaid = (value: unknown): value is string => typeof value === "string" && value !== ""

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Reads one line. What is left out of a question comes from `defaults`. */
export const question = (line: string, defaults: Hints): Question => {
  let fields: unknown
  try {
    fields = JSON.parse(line)
  } catch {
    return { text: "", problem: "is no JSON" }
  }
  if (!isRecord(fields)) return { text: "", problem: "is no JSON object" }
  const { context, host, id, mechanism, phase, port, protocol, provider, text } = fields
  if (typeof id !== "string" && typeof id !== "number") return { text: "", problem: "has no id" }
  if (typeof text !== "string") return { id, text: "", problem: "has no text" }
  const hints: { -readonly [K in keyof Hints]: Hints[K] } = { ...defaults }
  // One by one: a loop over the names of the fields costs as much as reading the line.
  if (isSaid(protocol)) hints.protocol = protocol
  if (isSaid(phase)) hints.phase = phase
  if (isSaid(provider)) hints.provider = provider
  if (isSaid(mechanism)) hints.mechanism = mechanism
  if (isSaid(host)) hints.host = host
  if (isSaid(context)) hints.context = context
  if (typeof port === "number" && Number.isInteger(port)) hints.port = port
  return { id, text, hints }
}

interface Kept {
  readonly text: string
  readonly hints: Hints
  readonly answer: Answers.Answer
}

/** What is left out of explanations; undefined where nothing is. */
type Redact = ((explanation: Explanation) => Explanation) | undefined

const answerOf = (given: ReturnType<Many.Explainer>, text: string, redact: Redact): Answers.Answer => {
  const same = redact === undefined && "explanation" in given ? Answers.answerOfSaid(given) : undefined
  if (same !== undefined) return same
  const it = Many.filled(given, text)
  return Answers.answerOf(redact === undefined ? it : redact(it))
}

/**
 * Answers one question after another on a day; within `Library.attempt`. Logs repeat themselves, so the last answers
 * are kept.
 */
export const answerer = (explain: Many.Explainer, redact: Redact) => {
  const kept: Array<Kept | undefined> = Array.from({ length: keptAnswers }, () => undefined)
  const seen = new Int32Array(keptAnswers)
  let day = ""
  return (text: string, hints: Hints, today: string): Answers.Answer => {
    if (today !== day) {
      kept.fill(undefined)
      day = today
    }
    if (text.length > keptLength || (hints.context?.length ?? 0) > keptLength) {
      return answerOf(explain(text, hints, today), text, redact)
    }
    const hash = hashOf(text)
    // Each place has a neighbour, for another question that would have the same.
    const first = hash & (keptAnswers - 2)
    const place = seen[first + 1] === hash ? first + 1 : first
    // Most questions are asked once: an answer is kept from the second time on.
    if (seen[place] !== hash) {
      seen[first + 1] = seen[first] ?? 0
      kept[first + 1] = kept[first]
      seen[first] = hash
      kept[first] = undefined
      return answerOf(explain(text, hints, today), text, redact)
    }
    const found = kept[place]
    if (found?.text === text && Many.sameHints(found.hints, hints)) return found.answer
    const answer = answerOf(explain(text, hints, today), text, redact)
    kept[place] = { text, hints, answer }
    return answer
  }
}

/** Answers until standard input ends or nobody reads the answers. Status 75 where one or more texts are unknown. */
export const run = Effect.fnUntraced(function*(view: View, defaults: Hints) {
  const screen = yield* Screen
  const packs = yield* Packs
  const library = yield* packs.library
  const level = view.redact
  let redact: Redact
  if (level !== "secrets") {
    const Redact = yield* Effect.promise(() => import("@sonde/report/Redact"))
    redact = (explanation) => Redact.explanation(explanation, level)
  }
  const answer = answerer(yield* Many.make(library), redact)
  let number = 0
  let unknown = 0

  const answers = Answers.make()
  let err = ""
  const put = (asked: Question, given: Answers.Answer): void => {
    number += 1
    if (given.isUnknown) unknown += 1
    // The id is the asker's own, whatever the level of redaction.
    answers.add(asked.id, given, asked.text)
    if ("problem" in asked) {
      err += `sonde: line ${number} of standard input ${asked.problem}; it is answered as unknown\n`
    }
  }

  const nothing = answerOf(
    { schema: "sonde.explanation/1", outcome: "unknown", read: { text: "" }, verdicts: [] },
    "",
    redact
  )

  yield* Stdin.lines(maxOctets, (lines) =>
    Effect.gen(function*() {
      const today = DateTime.formatIsoDateUtc(yield* DateTime.now)
      err = ""
      let at = 0
      // Up to a text that is a log. A pack that is missing ends the work, which then goes on with the same line.
      const answered = () => {
        for (; at < lines.length; at++) {
          const line = lines[at]
          if (line === undefined || (line.whole && line.text.trim() === "")) continue
          const asked: Question = line.whole
            ? question(line.text, defaults)
            : { text: "", problem: `is longer than ${maxOctets} octets` }
          if ("problem" in asked) put(asked, nothing)
          else if (Explain.holdsLog(asked.text)) return asked
          else put(asked, answer(asked.text, asked.hints, today))
        }
        return undefined
      }
      for (let log = yield* library.attempt(answered); log !== undefined; log = yield* library.attempt(answered)) {
        put(log, answerOf(yield* Explain.explain(packs, log.text, log.hints), log.text, redact))
        at++
      }
      if (err !== "") yield* screen.err(err)
      yield* screen.out(answers.take())
      return !screen.gone()
    }))
  if (unknown > 0) return yield* new Stop({ exitCode: ExitCode.fold(view.scheme, 75) })
})
