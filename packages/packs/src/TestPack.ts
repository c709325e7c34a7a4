/**
 * Tries the examples of a pack: each must be explained by its own rule, alone with its pack and as a pasted text.
 * Where the best rule is not certain, further causes are shown with it, and an example may be of one of those.
 *
 * @since 0.1.0
 */
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import * as Knowledge from "./Knowledge.ts"
import { type Hit, match, nearMisses, type Seen } from "./Match.ts"
import type { Pack } from "./Pack.ts"
import type { Rule } from "./schema/Rule.ts"
import { list } from "./schema/Scalar.ts"
import { unwrap } from "./Unwrap.ts"

/**
 * An example and what became of it. `takenBy` is the rule that explained it, absent where none did; `nearly` says
 * for the rule itself which conditions did not hold.
 *
 * @category models
 * @since 0.1.0
 */
export interface ExampleResult {
  readonly rule: string
  readonly example: string
  readonly number: number
  readonly ok: boolean
  readonly takenBy?: string
  readonly nearly?: ReadonlyArray<string>
}

const first = <A extends string | number>(value: A | ReadonlyArray<A> | undefined): A | undefined => list(value)[0]

const serviceOf = (rule: Rule): ServiceId | undefined => first(rule.when.service)

/**
 * What is seen when an example of a rule happens: the text, and what the rule presumes of its surroundings (service,
 * phase, error, mechanism, endpoint). Never its codes or texts: those must be in the example.
 *
 * @category combinators
 * @since 0.1.0
 */
export const seenOf = (rule: Rule, example: string): ReadonlyArray<Seen> => {
  const { when } = rule
  const phase: PhaseId | undefined = first(when.phase)
  const host = first(when.host)
  const payload = Object.fromEntries(
    Object.entries(when.payload ?? {}).flatMap(([key, value]) => {
      const one = first(value)
      return one === undefined ? [] : [[key, one]]
    })
  )
  const services = Object.fromEntries(
    Object.entries(when.services ?? {}).map(([id, { phase, state }]) => [id, { [phase]: first(state) }])
  )
  const presumed = {
    service: serviceOf(rule),
    phase,
    error: first(when.error),
    reason: first(when.reason),
    status: first(when.status),
    mechanism: first(when.mechanism),
    claim: first(when.claim),
    token: first(when.token),
    port: first(when.port),
    security: first(when.security),
    host: host?.startsWith(".") === true ? `example${host}` : host,
    provider: first(when.provider),
    audience: first(when.audience),
    mailboxDomain: first(when.mailboxDomain),
    ...(Object.keys(payload).length === 0 ? {} : { payload }),
    ...(Object.keys(services).length === 0 ? {} : { services })
  }
  return unwrap(example).candidates.map((candidate): Seen => {
    const { layer: _layer, phase: said, service, status, ...read } = candidate
    return {
      ...presumed,
      ...read,
      service: presumed.service ?? service,
      phase: presumed.phase ?? said,
      status: presumed.status ?? status
    }
  })
}

/**
 * Of several readings the one that a rule explains by its text, failing that the first that any rule explains, with
 * the rules that fit, best first.
 *
 * @category matching
 * @since 0.1.0
 */
export const explaining = (
  knowledge: Knowledge.Knowledge,
  readings: ReadonlyArray<Seen>
): { readonly seen: Seen | undefined; readonly hits: ReadonlyArray<Hit> } => {
  let fallback: { readonly seen: Seen | undefined; readonly hits: ReadonlyArray<Hit> } = { seen: readings[0], hits: [] }
  for (const seen of readings) {
    const hits = match(knowledge, seen, "open")
    if (hits[0]?.byText === true) return { seen, hits }
    if (fallback.hits.length === 0 && hits.length > 0) fallback = { seen, hits }
  }
  return fallback
}

/** How many causes an explanation shows at most, as in `Explain.ts`. */
const maxShown = 3

/** The rules an explanation shows: the best, and where that is not certain the first of each further cause. */
const shown = (hits: ReadonlyArray<Hit>): ReadonlyArray<string> => {
  if (hits[0]?.rule.confidence === "certain") return hits.slice(0, 1).map(({ rule }) => rule.id)
  const byCause = new Map<string, string>()
  for (const { rule } of hits) if (!byCause.has(rule.cause)) byCause.set(rule.cause, rule.id)
  return [...byCause.values()].slice(0, maxShown)
}

/**
 * The result of every example of a pack, in the order of the pack.
 *
 * @category combinators
 * @since 0.1.0
 */
export const run = (pack: Pack): ReadonlyArray<ExampleResult> => {
  const knowledge = Knowledge.make([pack])
  return (pack.rules ?? []).flatMap((rule) =>
    (rule.examples ?? []).map((example, number): ExampleResult => {
      const seen = seenOf(rule, example)
      const { hits } = explaining(knowledge, seen)
      const hit = hits[0]
      if (hit !== undefined && shown(hits).includes(rule.id)) {
        return { rule: rule.id, example, number, ok: true, takenBy: hit.rule.id }
      }
      const nearly = seen
        .flatMap((one) => nearMisses(knowledge, one, "open", 100))
        .find((miss) => miss.rule.id === rule.id)
      return {
        rule: rule.id,
        example,
        number,
        ok: false,
        ...(hit === undefined ? {} : { takenBy: hit.rule.id }),
        ...(nearly === undefined ? {} : { nearly: nearly.failed })
      }
    })
  )
}
