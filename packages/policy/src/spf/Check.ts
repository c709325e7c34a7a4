/**
 * Evaluates SPF for one address that sends: `check_host()` (RFC 7208 section 4).
 *
 * Asks the DNS and nothing else. A failure of the DNS is `temperror` and never `fail`. The limits are those of RFC 7208 section
 * 4.6.4.
 *
 * @since 0.1.0
 */
import * as IpAddress from "@sonde/net/IpAddress"
import type { LookupOptions, RecordType, Resolver } from "@sonde/net/Resolver"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Ask from "../Ask.ts"
import * as Names from "../Names.ts"
import * as Macro from "./Macro.ts"
import type { Mechanism, Qualifier, SpfRecord } from "./Record.ts"
import * as Record from "./Record.ts"

/** @category models @since 0.1.0 */
export type SpfResult = "none" | "neutral" | "pass" | "fail" | "softfail" | "temperror" | "permerror"

/**
 * Terms that ask the DNS, in one evaluation (RFC 7208 section 4.6.4).
 *
 * @category limits
 * @since 0.1.0
 */
export const maxLookups = 10

/**
 * Questions without an answer, in one evaluation (RFC 7208 section 4.6.4).
 *
 * @category limits
 * @since 0.1.0
 */
export const maxVoidLookups = 2

/**
 * Names that one `mx` or `ptr` may give (RFC 7208 section 4.6.4).
 *
 * @category limits
 * @since 0.1.0
 */
export const maxNames = 10

/**
 * Whom to judge: `address` connects, says `helo`, and names `sender` in MAIL FROM; an empty `sender` is a bounce, for which
 * `postmaster` at `helo` counts (RFC 7208 section 2.4). `receiver` is the name `%{r}` stands for.
 *
 * @category models
 * @since 0.1.0
 */
export interface SpfQuestion {
  readonly address: string
  readonly sender: string
  readonly helo: string
  readonly receiver?: string
}

/**
 * The judgement. `matched` is the term that decided, and `domain` the domain whose record has it; `problem` says why a record
 * cannot be evaluated. `explanation` is what the domain wants to be said of a `fail`. `lookups` and `voidLookups` are those that
 * this address caused.
 *
 * @category models
 * @since 0.1.0
 */
export interface SpfAnswer {
  readonly result: SpfResult
  readonly domain: string
  readonly matched?: string
  readonly problem?: string
  readonly explanation?: string
  readonly lookups: number
  readonly voidLookups: number
}

/** Ends an evaluation at once, from wherever it has come to. */
class Stop extends Data.TaggedError("Stop")<{
  readonly result: "temperror" | "permerror"
  readonly domain: string
  readonly problem: string
}> {}

interface Evaluation {
  readonly question: SpfQuestion
  readonly sender: string
  readonly options: LookupOptions
  readonly nowSeconds: number
  lookups: number
  voidLookups: number
}

interface Judged {
  readonly result: "none" | "neutral" | "pass" | "fail" | "softfail"
  readonly domain: string
  readonly matched?: string
  readonly explanation?: Macro.MacroText | undefined
}

const results: Readonly<Record<Qualifier, Judged["result"]>> = {
  "+": "pass",
  "-": "fail",
  "~": "softfail",
  "?": "neutral"
}

/**
 * Whether two addresses of one family agree in their first `prefix` bits.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isInNetwork = (address: string, network: string, prefix: number): boolean => {
  const [left, right] = [IpAddress.fromString(address), IpAddress.fromString(network)]
  if (left === undefined || right === undefined || left.length !== right.length) return false
  for (let bit = 0; bit < prefix; bit += 8) {
    const mask = prefix - bit >= 8 ? 0xff : 0xff << (8 - (prefix - bit)) & 0xff
    if (((left[bit / 8]! ^ right[bit / 8]!) & mask) !== 0) return false
  }
  return true
}

const look = Effect.fnUntraced(function*<T extends RecordType>(
  state: Evaluation,
  domain: string,
  name: string,
  type: T,
  counted = true
) {
  const asked = yield* Ask.ask(name, type, state.options)
  if (asked._tag === "Failed") {
    return yield* new Stop({ result: "temperror", domain, problem: `${name} (${type}): ${asked.reason}` })
  }
  // RFC 7208 section 4.6.4: answers without records and names that do not exist.
  if (counted && asked._tag === "Absent" && Names.isAskable(name) && ++state.voidLookups > maxVoidLookups) {
    const problem = `more than ${maxVoidLookups} questions had no answer, the last for ${name} (${type})`
    return yield* new Stop({ result: "permerror", domain, problem })
  }
  return Ask.recordsOf(asked)
})

const addressType = (address: string): "A" | "AAAA" => IpAddress.family(address) === 6 ? "AAAA" : "A"

/** The names of the address that point back to it (RFC 7208 section 5.5); a failure of the DNS leaves names out. */
const validatedNames = Effect.fnUntraced(function*(state: Evaluation) {
  const { address } = state.question
  const names = Ask.recordsOf(yield* Ask.namesOf(address, state.options)).slice(0, maxNames)
  const validated: Array<string> = []
  for (const name of names) {
    const addresses = Ask.recordsOf(yield* Ask.ask(name, addressType(address), state.options))
    if (addresses.some((found) => IpAddress.isSame(found, address))) validated.push(Names.normal(name))
  }
  return validated
})

/** RFC 7208 section 7.3: the domain itself, else a name below it, else any, else `unknown`. */
const validatedName = (names: ReadonlyArray<string>, domain: string): string =>
  names.find((name) => name === Names.normal(domain)) ?? names.find((name) => Names.isWithin(name, domain)) ??
    names[0] ?? "unknown"

const valuesOf = Effect.fnUntraced(function*(state: Evaluation, domain: string, text: Macro.MacroText) {
  const validated = Macro.needsValidated(text) ? validatedName(yield* validatedNames(state), domain) : "unknown"
  const { address, helo, receiver = "unknown" } = state.question
  const { nowSeconds, sender } = state
  return { sender, domain, address, helo, validated, receiver, nowSeconds }
})

const expanded = Effect.fnUntraced(function*(state: Evaluation, domain: string, text: Macro.MacroText | undefined) {
  return text === undefined ? domain : Macro.toDomain(text, yield* valuesOf(state, domain, text))
})

const count = (state: Evaluation, domain: string, text: string): Effect.Effect<void, Stop> =>
  ++state.lookups > maxLookups
    ? Effect.fail(
      new Stop({ result: "permerror", domain, problem: `more than ${maxLookups} terms ask the DNS, the last ${text}` })
    )
    : Effect.void

const hasAddress = Effect.fnUntraced(function*(
  state: Evaluation,
  domain: string,
  name: string,
  { four, six }: { readonly four: number; readonly six: number },
  counted: boolean
) {
  const { address } = state.question
  const type = addressType(address)
  const found = yield* look(state, domain, name, type, counted)
  return found.some((one) => isInNetwork(address, one, type === "A" ? four : six))
})

const matches = Effect.fnUntraced(function*(
  state: Evaluation,
  domain: string,
  mechanism: Mechanism
): Effect.fn.Return<boolean, Stop, Resolver> {
  const { address } = state.question
  switch (mechanism.name) {
    case "all":
      return true
    case "ip4":
    case "ip6":
      return isInNetwork(address, mechanism.address, mechanism.prefix)
    case "include": {
      yield* count(state, domain, mechanism.text)
      const other = yield* expanded(state, domain, mechanism.domain)
      const { result } = yield* judge(state, other)
      // RFC 7208 section 5.2: what is included must have a record.
      if (result === "none") {
        return yield* new Stop({ result: "permerror", domain, problem: `${mechanism.text} has no SPF record` })
      }
      return result === "pass"
    }
    case "exists": {
      yield* count(state, domain, mechanism.text)
      // RFC 7208 section 5.7: an A record, also where the address is of IPv6.
      return (yield* look(state, domain, yield* expanded(state, domain, mechanism.domain), "A")).length > 0
    }
    case "a": {
      yield* count(state, domain, mechanism.text)
      return yield* hasAddress(state, domain, yield* expanded(state, domain, mechanism.domain), mechanism, true)
    }
    case "mx": {
      yield* count(state, domain, mechanism.text)
      const exchangers = yield* look(state, domain, yield* expanded(state, domain, mechanism.domain), "MX")
      if (exchangers.length > maxNames) {
        return yield* new Stop({
          result: "permerror",
          domain,
          problem: `${mechanism.text} gives more than ${maxNames} exchangers`
        })
      }
      for (const { exchange } of exchangers) {
        if (exchange !== "" && (yield* hasAddress(state, domain, exchange, mechanism, true))) return true
      }
      return false
    }
    case "ptr": {
      yield* count(state, domain, mechanism.text)
      const other = yield* expanded(state, domain, mechanism.domain)
      return (yield* validatedNames(state)).some((name) => Names.isWithin(name, other))
    }
  }
})

const recordOf = Effect.fnUntraced(function*(state: Evaluation, domain: string) {
  const texts = (yield* look(state, domain, domain, "TXT", false)).filter(Record.isSpf)
  if (texts.length > 1) {
    return yield* new Stop({ result: "permerror", domain, problem: `${domain} has ${texts.length} SPF records` })
  }
  const [text] = texts
  if (text === undefined) return undefined
  const read = Record.fromText(text)
  if (Result.isSuccess(read)) return read.success
  const { problem, term } = read.failure
  return yield* new Stop({ result: "permerror", domain, problem: `${term} cannot be read (${problem})` })
})

const isDomain = (domain: string): boolean =>
  // RFC 7208 section 4.3: several labels, none too long, and no address in brackets.
  Names.isAskable(domain) && domain.replace(/\.$/, "").includes(".") && !domain.includes("[")

const judge = Effect.fnUntraced(function*(
  state: Evaluation,
  domain: string
): Effect.fn.Return<Judged, Stop, Resolver> {
  const record: SpfRecord | undefined = isDomain(domain) ? yield* recordOf(state, domain) : undefined
  if (record === undefined) return { result: "none", domain }
  for (const mechanism of record.mechanisms) {
    if (yield* matches(state, domain, mechanism)) {
      const { explanation } = record
      return { result: results[mechanism.qualifier], domain, matched: mechanism.text, explanation }
    }
  }
  if (record.redirect === undefined) return { result: "neutral", domain }
  yield* count(state, domain, "redirect")
  const other = yield* expanded(state, domain, record.redirect)
  const judged = yield* judge(state, other)
  if (judged.result !== "none") return judged
  // RFC 7208 section 6.1: what is redirected to must have a record.
  return yield* new Stop({ result: "permerror", domain, problem: `redirect=${other} has no SPF record` })
})

/** What the domain wants to be said of a `fail`; anything wrong with it means nothing is said (RFC 7208 section 6.2). */
const explain = Effect.fnUntraced(function*(state: Evaluation, { domain, explanation, result }: Judged) {
  if (result !== "fail" || explanation === undefined) return {}
  const found = yield* Ask.ask(yield* expanded(state, domain, explanation), "TXT", state.options)
  const [text, ...more] = Ask.recordsOf(found)
  const parts = text === undefined || more.length > 0 ? undefined : Macro.fromText(text, "explanation")
  return parts === undefined ? {} : { explanation: Macro.toText(parts, yield* valuesOf(state, domain, parts)) }
})

/** RFC 7208 section 5: an IPv4 address that is mapped into IPv6 counts as one of IPv4. */
const unmapped = (address: string): string => {
  const octets = IpAddress.fromString(address)
  const isMapped = octets?.length === 16 && octets.every((octet, at) => at > 11 || octet === (at < 10 ? 0 : 0xff))
  return isMapped ? octets.slice(12).join(".") : address
}

/**
 * Judges an address. Fails never: whatever stands in the way is `temperror` or `permerror` with its `problem`.
 *
 * @category evaluating
 * @since 0.1.0
 */
export const check = Effect.fn("Spf.check")(function*(
  question: SpfQuestion,
  options: LookupOptions
): Effect.fn.Return<SpfAnswer, never, Resolver> {
  // RFC 7208 section 2.4 and RFC 7208 section 4.3: without a local part, `postmaster`.
  const given = question.sender === "" ? `postmaster@${question.helo}` : question.sender
  const at = given.lastIndexOf("@")
  const domain = given.slice(at + 1)
  const sender = `${at <= 0 ? "postmaster" : given.slice(0, at)}@${domain}`
  const nowSeconds = Math.floor((yield* Clock.currentTimeMillis) / 1000)
  const address = unmapped(question.address)
  const state: Evaluation = {
    question: { ...question, address },
    sender,
    options,
    nowSeconds,
    lookups: 0,
    voidLookups: 0
  }
  const counts = () => ({ lookups: state.lookups, voidLookups: state.voidLookups })
  return yield* judge(state, domain).pipe(
    Effect.flatMap((judged) =>
      Effect.map(explain(state, judged), (explained): SpfAnswer => ({
        result: judged.result,
        domain: judged.domain,
        ...(judged.matched === undefined ? {} : { matched: judged.matched }),
        ...explained,
        ...counts()
      }))
    ),
    Effect.catch(({ domain, problem, result }) => Effect.succeed<SpfAnswer>({ result, domain, problem, ...counts() }))
  )
})
