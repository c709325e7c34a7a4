/**
 * The conditions of a rule, compiled: each with its weight and a test with three answers.
 *
 * The weights are the definition of specificity, see `decisions/0001-specificity.md`.
 */
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import * as Result from "effect/Result"
import * as Pattern from "../Pattern.ts"
import type { When } from "../schema/Rule.ts"
import { list } from "../schema/values.ts"
import type { Seen } from "../Seen.ts"
import { contains, fold, foldLiteral, foldName, hostMatches } from "../Text.ts"

/** What was seen in the form in which it is compared. */
export interface Prepared {
  readonly seen: Seen
  /** The folded text. */
  readonly text: string
  /** A pasted text: service, phase and error may be unknown. */
  readonly open: boolean
  readonly host: string | undefined
  readonly mailboxDomain: string | undefined
  readonly mechanism: string | undefined
  readonly code: string | undefined
  readonly enhanced: string | undefined
}

type Answer = "holds" | "fails" | "unknown"

export interface Condition {
  readonly name: keyof When
  readonly wanted: string
  readonly weight: number
  readonly test: (prepared: Prepared) => Answer
}

const weights = {
  literal: 300,
  character: 4,
  charactersAtMost: 120,
  pattern: 250,
  enhanced: 200,
  payload: 1000,
  reason: 350,
  code: 100,
  services: 80,
  claim: 350,
  token: 60,
  mechanism: 60,
  enhancedDetail: 60,
  host: 50,
  mailboxDomain: 50,
  audience: 50,
  error: 40,
  provider: 40,
  port: 30,
  security: 30,
  enhancedSubject: 30,
  phase: 20,
  codeClass: 20,
  status: 20,
  service: 10,
  notText: 3
} as const

const weighNotText = (): number => weights.notText
const weighNothing = (): number => 0

/** How many `notText` of a rule count as its merit: a long list of exceptions makes no rule more specific. */
const weighedNotTexts = 10

export const prepare = (seen: Seen, open: boolean): Prepared => ({
  seen,
  open,
  text: fold(seen.text),
  host: seen.host === undefined ? undefined : foldName(seen.host),
  mailboxDomain: seen.mailboxDomain === undefined ? undefined : foldName(seen.mailboxDomain),
  mechanism: seen.mechanism?.toUpperCase(),
  code: seen.code === undefined ? undefined : `${seen.code}`.toLowerCase(),
  enhanced: seen.enhanced
})

const among = <A>(found: A | undefined, wanted: ReadonlyArray<A>): Answer =>
  found === undefined ? "unknown" : wanted.includes(found) ? "holds" : "fails"

/** Of several alternatives each says a little less. */
const alternatives = (count: number): number => Math.min(count - 1, 9)

const literalWeight = (literal: string): number =>
  weights.literal + weights.character * Math.min(literal.length, weights.charactersAtMost)

const servicesOf: Readonly<Record<string, ReadonlyArray<ServiceId>>> = {
  smtp: ["smtp-submission", "mx"],
  lmtp: ["lmtp"],
  imap: ["imap"],
  pop3: ["pop3"],
  sieve: ["sieve"],
  http: ["graph", "token", "posture"]
}

/** Phases that clients confuse: in a pasted text one of them does not speak against another. */
const neighbours: ReadonlyArray<ReadonlyArray<PhaseId>> = [
  ["connect", "greeting", "ehlo", "starttls", "tls"],
  ["mail", "rcpt", "data", "send"],
  ["select", "stat", "list", "mailbox", "capability"],
  ["metadata", "token", "claims"]
]

const areNeighbours = (one: PhaseId, other: PhaseId): boolean =>
  neighbours.some((group) => group.includes(one) && group.includes(other))

/** Whether a code is the wanted one or of the wanted class (`5yz`), both in lower case. */
export const codeMatches = (code: string, wanted: string): boolean =>
  /^[1-5]yz$/u.test(wanted) ? code.length === 3 && code[0] === wanted[0] && /^[0-9]{3}$/u.test(code) : code === wanted

/** Whether an enhanced code is the wanted one, or begins with what stands before its star. */
export const enhancedMatches = (enhanced: string, wanted: string): boolean =>
  wanted.endsWith("*") ? enhanced.startsWith(wanted.slice(0, -1)) : enhanced === wanted

const codeWeight = (codes: ReadonlyArray<string>): number =>
  (codes.some((code) => /^[1-5]yz$/u.test(code)) ? weights.codeClass : weights.code) - alternatives(codes.length)

const enhancedWeight = (wanted: ReadonlyArray<string>): number => {
  const each = wanted.map((code) =>
    !code.endsWith("*")
      ? weights.enhanced
      : code.split(".").length === 3
      ? weights.enhancedDetail
      : weights.enhancedSubject
  )
  return Math.min(...each) - alternatives(wanted.length)
}

/** The literals of a rule, folded: all of `text`, one of `anyText`. */
export const literals = (when: When): { readonly all: ReadonlyArray<string>; readonly any: ReadonlyArray<string> } => ({
  all: list(when.text).map(foldLiteral),
  any: list(when.anyText).map(foldLiteral)
})

/** A condition on the text. Most rules that are asked fail before it comes to most of theirs, which are folded only then. */
class OnText implements Condition {
  readonly name: keyof When
  readonly #given: ReadonlyArray<string>
  readonly #weigh: (folded: ReadonlyArray<string>) => number
  readonly #isFound: Answer
  #folded: ReadonlyArray<string> | undefined

  constructor(
    name: "text" | "anyText" | "notText",
    given: ReadonlyArray<string>,
    weigh: (folded: ReadonlyArray<string>) => number
  ) {
    this.name = name
    this.#given = given
    this.#weigh = weigh
    this.#isFound = name === "notText" ? "fails" : "holds"
  }

  get #literals(): ReadonlyArray<string> {
    return this.#folded ??= this.#given.map(foldLiteral)
  }
  get wanted(): string {
    return this.#literals.join(" or ")
  }
  get weight(): number {
    return this.#weigh(this.#literals)
  }

  test({ text }: Prepared): Answer {
    for (const literal of this.#literals) if (contains(text, literal)) return this.#isFound
    return this.#isFound === "holds" ? "fails" : "holds"
  }
}

/** Where one of several literals is enough, the shortest weighs. */
const anyWeight = (any: ReadonlyArray<string>): number =>
  literalWeight(any.reduce((found, next) => next.length < found.length ? next : found)) - alternatives(any.length)

/** The expression of a pattern; undefined where it is refused. */
const expressionOf = (pattern: string): RegExp | undefined => {
  const compiled = Pattern.compile(pattern)
  return Result.isSuccess(compiled) ? compiled.success : undefined
}

/** The conditions of a rule, cheapest first; `expression` is the source of its pattern when that was compiled before. */
export const compile = (when: When, expression?: string): ReadonlyArray<Condition> => {
  const out: Array<Condition> = []
  const add = (name: keyof When, wanted: ReadonlyArray<string>, weight: number, test: (p: Prepared) => Answer) =>
    void out.push({ name, wanted: wanted.join(" or "), weight, test })

  if (when.code !== undefined) {
    const codes = list<string | number>(when.code).map((code) => `${code}`.toLowerCase())
    add(
      "code",
      codes,
      codeWeight(codes),
      ({ code }) =>
        code === undefined ? "unknown" : codes.some((wanted) => codeMatches(code, wanted)) ? "holds" : "fails"
    )
  }
  if (when.enhanced !== undefined) {
    const wanted = list(when.enhanced)
    add(
      "enhanced",
      wanted,
      enhancedWeight(wanted),
      ({ seen: { enhanced } }) =>
        enhanced === undefined ? "unknown" : wanted.some((code) => enhancedMatches(enhanced, code)) ? "holds" : "fails"
    )
  }
  if (when.service !== undefined) {
    const wanted = list(when.service)
    add("service", wanted, weights.service, ({ open, seen }) => {
      if (seen.service !== undefined || seen.protocol === undefined || !open) return among(seen.service, wanted)
      const possible = servicesOf[seen.protocol] ?? []
      if (!possible.some((service) => wanted.includes(service))) return "fails"
      return possible.every((service) => wanted.includes(service)) ? "holds" : "unknown"
    })
  }
  if (when.phase !== undefined) {
    const wanted = list(when.phase)
    add("phase", wanted, weights.phase - alternatives(wanted.length), ({ open, seen: { phase } }) => {
      const answer = among(phase, wanted)
      const near = open && answer === "fails" && phase !== undefined && wanted.some((one) => areNeighbours(one, phase))
      return near ? "unknown" : answer
    })
  }
  if (when.error !== undefined) {
    const wanted = list(when.error)
    add("error", wanted, weights.error, ({ seen }) => among(seen.error, wanted))
  }
  if (when.reason !== undefined) {
    const wanted = list(when.reason)
    add("reason", wanted, weights.reason - alternatives(wanted.length), ({ seen: { conditions, reason } }) => {
      if (reason === undefined && conditions === undefined) return "unknown"
      const found = (reason !== undefined && wanted.includes(reason)) || conditions?.some((one) => wanted.includes(one))
      return found === true ? "holds" : "fails"
    })
  }
  if (when.status !== undefined) {
    const wanted: ReadonlyArray<string> = list(when.status)
    add("status", wanted, weights.status, ({ seen }) => among(seen.status, wanted))
  }
  if (when.mechanism !== undefined) {
    const wanted = list(when.mechanism).map((name) => name.toUpperCase())
    add("mechanism", wanted, weights.mechanism, ({ mechanism }) => among(mechanism, wanted))
  }
  if (when.claim !== undefined) {
    const wanted: ReadonlyArray<string> = list(when.claim)
    add("claim", wanted, weights.claim - alternatives(wanted.length), ({ seen }) => among(seen.claim, wanted))
  }
  if (when.token !== undefined) {
    const wanted: ReadonlyArray<string> = list(when.token)
    add("token", wanted, weights.token, ({ seen }) => among(seen.token, wanted))
  }
  if (when.port !== undefined) {
    const wanted = list(when.port)
    add("port", wanted.map(String), weights.port, ({ seen }) => among(seen.port, wanted))
  }
  if (when.security !== undefined) {
    const wanted = list(when.security)
    add("security", wanted, weights.security, ({ seen }) => among(seen.security, wanted))
  }
  if (when.host !== undefined) {
    const wanted = list(when.host).map(foldName)
    add(
      "host",
      wanted,
      weights.host,
      ({ host }) =>
        host === undefined ? "unknown" : wanted.some((pattern) => hostMatches(host, pattern)) ? "holds" : "fails"
    )
  }
  if (when.provider !== undefined) {
    const wanted = list(when.provider)
    add("provider", wanted, weights.provider, ({ seen }) => among(seen.provider, wanted))
  }
  if (when.audience !== undefined) {
    const wanted = list(when.audience)
    add("audience", wanted, weights.audience, ({ seen }) => among(seen.audience, wanted))
  }
  if (when.mailboxDomain !== undefined) {
    const wanted = list(when.mailboxDomain).map(foldName)
    add("mailboxDomain", wanted, weights.mailboxDomain, ({ mailboxDomain }) => among(mailboxDomain, wanted))
  }
  for (const [key, value] of Object.entries(when.payload ?? {})) {
    const wanted = list(value)
    add("payload", [`${key} ${wanted.join(" or ")}`], weights.payload, ({ seen: { payload } }) => {
      if (payload === undefined || !Object.hasOwn(payload, key)) return "unknown"
      return among(payload[key], wanted)
    })
  }
  for (const [service, evidence] of Object.entries(when.services ?? {})) {
    const states = list(evidence.state)
    add("services", [`${service} ${evidence.phase} ${states.join(" or ")}`], weights.services, ({ seen }) => {
      const phases = Object.entries(seen.services ?? {}).find(([id]) => id === service)?.[1]
      return among(phases?.[evidence.phase], states)
    })
  }
  for (const literal of list(when.text)) {
    out.push(new OnText("text", [literal], ([folded = ""]) => literalWeight(folded)))
  }
  const any = list(when.anyText)
  if (any.length > 0) out.push(new OnText("anyText", any, anyWeight))
  for (const [place, literal] of list(when.notText).entries()) {
    out.push(new OnText("notText", [literal], place < weighedNotTexts ? weighNotText : weighNothing))
  }
  if (when.pattern !== undefined) {
    const { pattern } = when
    // Other conditions mostly fail before.
    let made: { readonly expression: RegExp | undefined } | undefined
    add("pattern", [pattern], weights.pattern, ({ text }) => {
      made ??= { expression: expression === undefined ? expressionOf(pattern) : new RegExp(expression, "u") }
      return made.expression?.test(text.slice(0, Pattern.maxPatternText)) === true ? "holds" : "fails"
    })
  }
  return out
}
