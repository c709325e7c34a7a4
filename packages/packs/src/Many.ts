/**
 * Many texts explained one after the other, as logs and batches have them: most say what was said before, but for names
 * and ids.
 *
 * A text is explained once for its shape (`Shape.ts`), and its own words are put into the answer. What `explainNow` says
 * of it is the same, which a test compares; where that is not certain it is asked.
 *
 * @since 0.1.0
 */
import type { Explanation, Hints } from "@sonde/domain/Explanation"
import * as Effect from "effect/Effect"
import { words as readerWords } from "./builtin/index.ts"
import { explainNow, type Reading } from "./Explain.ts"
import type { Library } from "./Library.ts"
import type { Packs } from "./Packs.ts"
import { maxPatternText, needles } from "./Pattern.ts"
import * as Shape from "./Shape.ts"
import { fold } from "./Text.ts"

/** How many shapes are kept, and for which words about the situation, in characters. */
const most = 4096
const longestContext = 2048

/** A text in pieces; a number stands for an unknown word of a shape. */
type Template = ReadonlyArray<string | number>

/** What patterns of rules say of a reading of the text. */
interface Asked {
  readonly reading: Template
  readonly patterns: ReadonlyArray<readonly [pattern: RegExp, matches: boolean]>
}

/** A word that has other characters beside it in a reading than in the text, because that was put together of pieces. */
interface Moved {
  readonly place: number
  readonly before: string
  readonly behind: string
}

/** The answer for a shape; without `said` texts of the shape are explained one by one. */
interface Kept {
  readonly hints: Hints
  readonly said?: {
    readonly answer: Explanation
    readonly text: Template
    readonly command: Template
    readonly asked: ReadonlyArray<Asked>
    readonly moved: ReadonlyArray<Moved>
  }
}

const names = ["protocol", "phase", "provider", "mechanism", "host", "port", "context"] as const

const sameHints = (one: Hints, another: Hints): boolean => names.every((name) => one[name] === another[name])

const word = /[A-Za-z0-9]+/gu

/** Where in a text of a shape its unknown words went. */
const templateOf = (text: string, places: ReadonlyMap<string, number>): Template => {
  const pieces: Array<string | number> = []
  let done = 0
  for (const { 0: found, index } of text.matchAll(word)) {
    const place = places.get(found)
    if (place === undefined) continue
    pieces.push(text.slice(done, index), place)
    done = index + found.length
  }
  pieces.push(text.slice(done))
  return pieces
}

/** What stands beside the unknown words in a text of a shape. */
const movedIn = (text: string, places: ReadonlyMap<string, number>): ReadonlyArray<Moved> =>
  [...text.matchAll(word)].flatMap(({ 0: found, index }) => {
    const place = places.get(found)
    if (place === undefined) return []
    return [{ place, before: Shape.charAt(text, index - 1), behind: Shape.charAt(text, index + found.length) }]
  })

const isPlain = (template: Template): boolean => template.length === 1

/** A text of the shape again, with the words of another text. */
const fill = (template: Template, text: string, { begins, ends }: Shape.Shape): string => {
  let out = ""
  for (const piece of template) out += typeof piece === "string" ? piece : text.slice(begins[piece], ends[piece])
  return out
}

/** All texts within data. */
const textsIn = (data: unknown): ReadonlyArray<string> =>
  typeof data === "string"
    ? [data]
    : typeof data === "object" && data !== null
    ? Object.values(data).flatMap(textsIn)
    : []

/**
 * All that decides in a text, besides what patterns of rules match: what rules ask for, signs by which providers are
 * recognised, and words of readers.
 */
const literalsOf = (library: Library, words: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...words,
  ...library.everything.whens().flatMap(({ pattern = "", ...when }) => [...textsIn(when), ...needles(pattern) ?? []]),
  ...library.everything.successes.flatMap(({ success }) => textsIn(success)),
  ...library.summaries.flatMap(({ recognise: { hosts, replies } }) => textsIn([hosts, replies]))
]

/** As `explainNow`: within `Library.attempt`. */
export type Explainer = (text: string, hints: Hints, today: string) => Explanation

/**
 * An explainer for a library; `words` are those that readers of texts look for.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of = (library: Library, words: ReadonlyArray<string>): Explainer => {
  const shapes = Shape.make(literalsOf(library, words))
  const kept = new Map<string, Kept>()
  let day = ""

  const keep = (shape: Shape.Shape, hints: Hints, today: string): Kept => {
    const told: Array<Reading> = []
    const answer = explainNow(library, shape.shape, hints, today, (one) => void told.push(one))
    const reading = told.at(-1)
    const places = new Map(shape.begins.map((begin, place) => [shape.shape.slice(begin, shape.ends[place]), place]))
    const { next, read } = answer
    const said = templateOf(read.text, places)
    const command = templateOf(next?.command ?? "", places)
    const pieces = [...said, ...command].filter((piece) => typeof piece === "string")
    // Verdicts show nothing of a text but its host and port.
    const rest = { ...answer, verdicts: [], read: { ...read, text: pieces }, next: { ...next, command: "" } }
    // Names of mechanisms and codes are shown in upper case.
    const others = JSON.stringify(rest).toLowerCase()
    const isElsewhere = [...places.keys()].some((one) => others.includes(one.toLowerCase()))
    if (reading === undefined || answer.parts !== undefined || isElsewhere) return { hints }
    const { hits, seen, unwrapped: { candidates, words: spoken = shape.shape } } = reading
    // Those behind a reading that a rule explains by its text are not asked.
    const all = candidates.map((one) => one.text)
    const readings = hits[0]?.byText === true ? all.slice(0, all.indexOf(seen?.text ?? "") + 1) : all
    const whole = fold(shape.shape)
    const moved = spoken === shape.shape ? [] : [...movedIn(spoken, places)]
    const asked: Array<Asked> = []
    for (const one of new Set(readings)) {
      const template = templateOf(one, places)
      if (isPlain(template)) continue
      const folded = fold(one)
      const begin = folded.slice(0, maxPatternText)
      if (!whole.includes(folded)) moved.push(...movedIn(one, places))
      const patterns = library.everything.patterns(folded).map((pattern) => [pattern, pattern.test(begin)] as const)
      if (patterns.length > 0) asked.push({ reading: template, patterns })
    }
    return { hints, said: { answer, text: said, command, asked, moved } }
  }

  return (text, hints, today) => {
    const shape = shapes.of(text)
    if (shape === undefined || (hints.context?.length ?? 0) > longestContext) {
      return explainNow(library, text, hints, today)
    }
    if (today !== day || kept.size >= most) kept.clear()
    day = today
    let found = kept.get(shape.shape)
    if (found === undefined || !sameHints(found.hints, hints)) {
      found = keep(shape, hints, today)
      kept.set(shape.shape, found)
    }
    const { said } = found
    if (said === undefined) return explainNow(library, text, hints, today)
    const { answer, asked, command, moved } = said
    const isKnown = ({ before, behind, place }: Moved): boolean =>
      shapes.isAtEdge(text.slice(shape.begins[place], shape.ends[place]), before, behind)
    if (moved.some(isKnown)) return explainNow(library, text, hints, today)
    for (const { patterns, reading } of asked) {
      const begin = fold(fill(reading, text, shape)).slice(0, maxPatternText)
      if (patterns.some(([pattern, matches]) => pattern.test(begin) !== matches)) {
        return explainNow(library, text, hints, today)
      }
    }
    return {
      ...answer,
      read: { ...answer.read, text: fill(said.text, text, shape) },
      ...(answer.next?.command === undefined
        ? {}
        : { next: { ...answer.next, command: fill(command, text, shape) } })
    }
  }
}

/**
 * An explainer for the packs of a program.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(packs: Packs["Service"]) {
  return of(yield* packs.library, yield* Effect.promise(readerWords))
})
