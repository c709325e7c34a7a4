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
import { explainNow, type Reading } from "./Explain.ts"
import type { Library } from "./Library.ts"
import * as Masked from "./Masked.ts"
import { maxPatternText } from "./Pattern.ts"
import type { Plan } from "./Plan.ts"
import { withoutWidth } from "./read/Width.ts"
import * as Shape from "./Shape.ts"
import { fold } from "./Text.ts"

/** How many shapes are kept, how many in one place, and for which words about the situation, in characters. */
const most = 4096
const mostAlike = 32
const longestContext = 2048

/** For how many texts none is kept in a place where none of many was the shape of a second text: they differ in what shapes know. */
const fallow = 512

/** A character beyond ASCII, of which masked patterns know nothing. */
const beyond = /[^\0-\x7f]/u

/** A text in pieces; a number stands for an unknown word of a shape. */
type Template = ReadonlyArray<string | number>

/** What patterns of rules say of a reading of the text. It is folded already, `isFolded`, where that can be done in pieces. */
interface Asked {
  readonly reading: Template
  readonly isFolded: boolean
  readonly patterns: ReadonlyArray<readonly [pattern: RegExp, matches: boolean]>
}

/** A word that has other characters beside it in a reading than in the text, because that was put together of pieces. */
interface Moved {
  readonly place: number
  readonly before: string
  readonly behind: string
}

/**
 * What is said of all texts of a shape. In `explanation` the shape's own words stand where each text has its own: `filled`
 * puts those in. `text` is that which was read, a number standing for a word by its place among those of the shape;
 * `isSame` says that nothing else of the explanation has words of the text.
 *
 * @category models
 * @since 0.1.0
 */
export interface Said {
  readonly explanation: Explanation
  readonly shape: Shape.Shape
  readonly text: Template
  readonly isSame: boolean
}

/** The same with what must be asked of each text before it is said. */
interface Told extends Said {
  readonly command: Template | undefined
  readonly parts: ReadonlyArray<{ readonly text: Template; readonly recipient: Template | undefined }> | undefined
  readonly asked: ReadonlyArray<Asked>
  readonly moved: ReadonlyArray<Moved>
}

/** A shape, and what is said of it; without that texts of the shape are explained one by one. */
interface Kept {
  readonly shape: Shape.Shape
  readonly hints: Hints
  readonly said: Told | undefined
  /** Whether it was the shape of a second text. */
  isUsed: boolean
}

/**
 * Whether two texts were given with the same words about their situation.
 *
 * @category guards
 * @since 0.1.0
 */
export const sameHints = (one: Hints, another: Hints): boolean =>
  one === another ||
  (one.protocol === another.protocol && one.phase === another.phase && one.provider === another.provider &&
    one.mechanism === another.mechanism && one.host === another.host && one.port === another.port &&
    one.context === another.context)

/** Where unknown words of a shape went in a text of it, in order. */
const placesIn = (
  text: string,
  places: ReadonlyMap<string, number>
): ReadonlyArray<{ readonly place: number; readonly begin: number; readonly end: number }> => {
  const found: Array<{ readonly place: number; readonly begin: number; readonly end: number }> = []
  for (const [word, place] of places) {
    for (let begin = text.indexOf(word); begin !== -1; begin = text.indexOf(word, begin + 1)) {
      const end = begin + word.length
      if (!Shape.isInWord(text, begin - 1) && !Shape.isInWord(text, end)) found.push({ place, begin, end })
    }
  }
  return found.length > 1 ? found.sort((one, other) => one.begin - other.begin) : found
}

/** A text of a shape in pieces, with its unknown words where they went. */
const templateOf = (text: string, places: ReadonlyMap<string, number>): Template => {
  const pieces: Array<string | number> = []
  let done = 0
  for (const { begin, end, place } of placesIn(text, places)) {
    pieces.push(text.slice(done, begin), place)
    done = end
  }
  pieces.push(text.slice(done))
  return pieces
}

/** What stands beside the unknown words in a text of a shape. */
const movedIn = (text: string, places: ReadonlyMap<string, number>): ReadonlyArray<Moved> =>
  placesIn(text, places).map(({ begin, end, place }) => ({
    place,
    before: Shape.charAt(text, begin - 1),
    behind: Shape.charAt(text, end)
  }))

const isPlain = (template: Template): boolean => template.length === 1

/** A text of the shape again, with the words of another text. */
const fill = (template: Template, text: string, { begins, ends }: Shape.Shape): string => {
  let out = ""
  for (const piece of template) out += typeof piece === "string" ? piece : text.slice(begins[piece], ends[piece])
  return out
}

/** The parts of an answer for a shape, with the words of another text. */
const partsOf = (
  templates: NonNullable<Told["parts"]>,
  parts: NonNullable<Explanation["parts"]>,
  text: string,
  shape: Shape.Shape
): NonNullable<Explanation["parts"]> =>
  parts.map((part, place) => {
    const { recipient, text: said = [] } = templates[place] ?? {}
    const read = { ...part.read, text: fill(said, text, shape) }
    return recipient === undefined ? { ...part, read } : { ...part, recipient: fill(recipient, text, shape), read }
  })

/** A shape with its unknown words masked. */
const masked = ({ begins, pieces, shape, ends }: Shape.Shape): string =>
  pieces.map((piece, place) =>
    place < begins.length ? piece + Masked.mask(shape.slice(begins[place], ends[place])) : piece
  ).join("")

/**
 * Where a shape is kept: texts with the same shape have the same length, and begin with the same character or word. Other words about the
 * situation mostly are of another length.
 */
const placeOf = (length: number, begin: string, { context = "" }: Hints): number =>
  (((length << 11) + context.length) << 8) | (begin === "" ? 0 : begin.charCodeAt(0) & 0xff)

/**
 * As `explainNow`: within `Library.attempt`. What is said of a shape is given as it is, always the same object for the same
 * shape; `filled` makes an explanation of it.
 *
 * @category models
 * @since 0.1.0
 */
export type Explainer = (text: string, hints: Hints, today: string) => Explanation | Told

/**
 * The explanation of a text from what an explainer gave for it.
 *
 * @category combinators
 * @since 0.1.0
 */
export const filled = (given: ReturnType<Explainer>, text: string): Explanation => {
  if (!("explanation" in given)) return given
  const { command, explanation, parts, shape, text: said } = given
  const read = { ...explanation.read, text: fill(said, text, shape) }
  const whole = command === undefined || explanation.next === undefined
    ? { ...explanation, read }
    : { ...explanation, read, next: { ...explanation.next, command: fill(command, text, shape) } }
  return parts === undefined ? whole : { ...whole, parts: partsOf(parts, explanation.parts ?? [], text, shape) }
}

/**
 * An explainer for a library, with its plan.
 *
 * @category constructors
 * @since 0.1.0
 */
const of = (library: Library, { parts }: Plan): Explainer => {
  const shapes = Shape.make(parts)
  const kept = new Map<number, Array<Kept>>()
  const resting = new Map<number, number>()
  let count = 0
  let day = ""
  const masks = new Map<RegExp, { readonly possible: RegExp; certain?: RegExp }>()
  /** Whether a pattern may match one text of a shape and another not; `unknown` is what all of them have, where it can be told. */
  const isOpen = (pattern: RegExp, unknown: string | undefined): boolean => {
    if (unknown === undefined) return true
    const about = masks.get(pattern) ?? { possible: Masked.possible(pattern) }
    masks.set(pattern, about)
    if (!about.possible.test(unknown)) return false
    about.certain ??= Masked.certain(pattern)
    return !about.certain.test(unknown)
  }

  const saidOf = (shape: Shape.Shape, answer: Explanation, reading: Reading | undefined): Told | undefined => {
    const places = new Map(shape.begins.map((begin, place) => [shape.shape.slice(begin, shape.ends[place]), place]))
    const { next, read } = answer
    const said = templateOf(read.text, places)
    const command = templateOf(next?.command ?? "", places)
    const parts = answer.parts?.map(({ read, recipient }) => ({
      text: templateOf(read.text, places),
      recipient: recipient === undefined ? undefined : templateOf(recipient, places)
    }))
    const shown = [...said, ...command, ...(parts ?? []).flatMap(({ recipient = [], text }) => [...text, ...recipient])]
    const pieces = shown.filter((piece) => typeof piece === "string")
    // Verdicts show nothing of a text but its host and port.
    const rest = {
      ...answer,
      verdicts: [],
      read: { ...read, text: pieces },
      next: { ...next, command: "" },
      parts: answer.parts?.map((part) => ({ ...part, recipient: "", read: { ...part.read, text: "" } }))
    }
    // Names of mechanisms and codes are shown in upper case.
    const others = JSON.stringify(rest).toLowerCase()
    // Words that were cut are known only when they are put together.
    const isCut = withoutWidth(shape.shape) !== shape.shape
    const isElsewhere = [...places.keys()].some((one) => others.includes(one.toLowerCase()))
    if (reading === undefined || isElsewhere || isCut) return undefined
    const { assumed, hits, seen, unwrapped: { candidates, words: spoken = shape.shape } } = reading
    // Those behind a reading that a rule explains by its text are not asked.
    const all = candidates.map((one) => one.text)
    const first = hits[0]?.byText === true && !assumed ? all.slice(0, all.indexOf(seen?.text ?? "") + 1) : all
    const further = (reading.unwrapped.parts ?? []).flatMap((part) => part.candidates.map((one) => one.text))
    const whole = fold(shape.shape)
    const moved = spoken === shape.shape ? [] : [...movedIn(spoken, places)]
    const asked: Array<Asked> = []
    const mask = masked(shape)
    const smallPlaces = new Map(Array.from(places, ([word, place]) => [word.toLowerCase(), place]))
    for (const one of new Set([...first, ...further])) {
      const template = templateOf(one, places)
      if (isPlain(template)) continue
      const folded = fold(one)
      const begin = folded.slice(0, maxPatternText)
      if (!whole.includes(folded)) moved.push(...movedIn(one, places))
      const isFolded = !beyond.test(one)
      const reading = isFolded ? templateOf(folded, smallPlaces) : template
      const unknown = isFolded ? fill(reading, mask, shape).slice(0, maxPatternText) : undefined
      const patterns = library.everything.patterns(folded)
        .filter((pattern) => isOpen(pattern, unknown))
        .map((pattern) => [pattern, pattern.test(begin)] as const)
      if (patterns.length > 0) asked.push({ reading, isFolded, patterns })
    }
    return {
      explanation: answer,
      shape,
      text: said,
      isSame: isPlain(command) && parts === undefined,
      command: isPlain(command) ? undefined : command,
      parts,
      asked,
      moved
    }
  }

  const keep = (shape: Shape.Shape, hints: Hints, today: string): Kept => {
    const told: Array<Reading> = []
    const answer = explainNow(library, shape.shape, hints, today, (one) => void told.push(one))
    return { shape, hints, said: saidOf(shape, answer, told.at(-1)), isUsed: false }
  }

  const among = (place: number, text: string, hints: Hints): Kept | undefined => {
    const alike = kept.get(place)
    if (alike === undefined) return undefined
    for (const one of alike) if (shapes.isOf(text, one.shape) && sameHints(one.hints, hints)) return one
    return undefined
  }

  /** What is kept for the shape of a text, which may begin with a word that is not known. */
  const find = (text: string, hints: Hints): Kept | undefined =>
    among(placeOf(text.length, text, hints), text, hints) ?? among(placeOf(text.length, "", hints), text, hints)

  /** Whether no shape is kept for a text because those for texts like it were of no use. */
  const isResting = (place: number): boolean => {
    const left = resting.get(place)
    if (left === undefined) return false
    if (left === 0) resting.delete(place)
    else resting.set(place, left - 1)
    return true
  }

  const add = (shape: Shape.Shape, hints: Hints, today: string): Kept => {
    const one = keep(shape, hints, today)
    const place = placeOf(shape.shape.length, shape.pieces[0] ?? "", hints)
    const alike = kept.get(place)
    if (alike === undefined) kept.set(place, [one])
    else {
      if (alike.length >= mostAlike) {
        const gone = alike.splice(0, mostAlike / 2)
        count -= gone.length
        if (!gone.some(({ isUsed }) => isUsed)) resting.set(place, fallow)
      }
      alike.push(one)
    }
    count++
    return one
  }

  return (text, hints, today) => {
    if ((hints.context?.length ?? 0) > longestContext) return explainNow(library, text, hints, today)
    if (today !== day || count >= most) {
      kept.clear()
      resting.clear()
      count = 0
    }
    day = today
    let found = find(text, hints)
    if (found === undefined) {
      if (isResting(placeOf(text.length, text, hints)) || isResting(placeOf(text.length, "", hints))) {
        return explainNow(library, text, hints, today)
      }
      const shape = shapes.of(text)
      if (shape === undefined) return explainNow(library, text, hints, today)
      found = add(shape, hints, today)
    } else found.isUsed = true
    const { said, shape } = found
    if (said === undefined) return explainNow(library, text, hints, today)
    const { asked, moved } = said
    const isKnown = ({ before, behind, place }: Moved): boolean =>
      shapes.isAtEdge(text.slice(shape.begins[place], shape.ends[place]), before, behind)
    if (moved.some(isKnown)) return explainNow(library, text, hints, today)
    for (const { isFolded, patterns, reading } of asked) {
      const folded = isFolded ? fill(reading, text, shape).toLowerCase() : fold(fill(reading, text, shape))
      const begin = folded.slice(0, maxPatternText)
      if (patterns.some(([pattern, matches]) => pattern.test(begin) !== matches)) {
        return explainNow(library, text, hints, today)
      }
    }
    return said
  }
}

/**
 * An explainer for a library. It loads what is missing of its plan.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (library: Library): Effect.Effect<Explainer> =>
  Effect.map(library.plan, (plan) => of(library, plan))
