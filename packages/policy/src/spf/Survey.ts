/**
 * Looks at a domain's SPF record with everything it leads to, whoever sends: how many look-ups it can cause, and what stops it.
 *
 * `Check.ts` evaluates for one address and stops at the first match; a sender behind the last term causes all look-ups, and those are
 * counted here. A name that depends on the sender counts as one look-up and is not followed.
 *
 * @since 0.1.0
 */
import type { SpfBranch, SpfFacts } from "@sonde/domain/PostureFacts"
import type { LookupOptions, RecordType, Resolver } from "@sonde/net/Resolver"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Ask from "../Ask.ts"
import * as Names from "../Names.ts"
import * as Check from "./Check.ts"
import * as Macro from "./Macro.ts"
import type { SpfRecord } from "./Record.ts"
import * as Record from "./Record.ts"

/** Terms that are followed at most; evaluation gives up long before. */
const maxFollowed = 40

interface Walk {
  readonly options: LookupOptions
  lookups: number
  voidLookups: number
  usesPtr: boolean
  readonly branches: Array<SpfBranch>
  readonly problems: Array<SpfFacts["problems"][number]>
}

const constant = (text: Macro.MacroText | undefined, domain: string): string | undefined =>
  text === undefined
    ? domain
    : Macro.isConstant(text)
    ? Macro.toDomain(text, {
      sender: "",
      domain,
      address: "",
      helo: "",
      validated: "",
      receiver: "",
      nowSeconds: 0
    })
    : undefined

const look = Effect.fnUntraced(function*<T extends RecordType>(walk: Walk, domain: string, name: string, type: T) {
  const asked = yield* Ask.ask(name, type, walk.options)
  if (asked._tag === "Absent") walk.voidLookups++
  if (asked._tag === "Failed") {
    walk.problems.push({ kind: "unanswered", domain, text: `${name} (${type}): ${asked.reason}` })
  }
  return Ask.recordsOf(asked)
})

/** The record of a domain that another one leads to. */
const recordOf = Effect.fnUntraced(function*(walk: Walk, domain: string, by: string) {
  const asked = yield* Ask.ask(domain, "TXT", walk.options)
  if (asked._tag === "Failed") {
    walk.problems.push({ kind: "unanswered", domain, text: `${domain} (TXT): ${asked.reason}` })
    return undefined
  }
  const [text, ...more] = Ask.recordsOf(asked).filter(Record.isSpf)
  if (text === undefined) {
    walk.problems.push({ kind: "missing", domain, text: `${by} leads to ${domain}, which has no SPF record` })
    return undefined
  }
  if (more.length > 0) {
    walk.problems.push({ kind: "multiple", domain, text: `${domain} has ${more.length + 1} SPF records` })
    return undefined
  }
  return text
})

const read = (walk: Walk, domain: string, text: string): SpfRecord | undefined => {
  const record = Record.fromText(text)
  if (Result.isSuccess(record)) return record.success
  const { problem, term } = record.failure
  walk.problems.push({ kind: "syntax", domain, text: `${term} in the record of ${domain} (${problem})` })
  return undefined
}

const follow = Effect.fnUntraced(function*(
  walk: Walk,
  by: SpfBranch["by"],
  from: string,
  to: string | undefined,
  path: ReadonlyArray<string>
): Effect.fn.Return<SpfRecord | undefined, never, Resolver> {
  // A name that depends on the sender is not known here.
  if (to === undefined || walk.branches.length >= maxFollowed) return undefined
  if (path.includes(Names.normal(to))) {
    walk.problems.push({ kind: "loop", domain: from, text: `${by} of ${from} leads back to ${to}` })
    return undefined
  }
  const text = yield* recordOf(walk, to, `${by} of ${from}`)
  walk.branches.push({ domain: to, by, depth: path.length, ...(text === undefined ? {} : { record: text }) })
  const record = text === undefined ? undefined : read(walk, to, text)
  return record === undefined ? undefined : yield* descend(walk, to, record, path)
})

/** Goes through a record; gives the one that decides about those whom no mechanism before `all` names. */
const descend = Effect.fnUntraced(function*(
  walk: Walk,
  domain: string,
  record: SpfRecord,
  path: ReadonlyArray<string>
): Effect.fn.Return<SpfRecord | undefined, never, Resolver> {
  const here = [...path, Names.normal(domain)]
  for (const mechanism of record.mechanisms) {
    // What stands behind `all` is never reached (RFC 7208 section 5.1).
    if (mechanism.name === "all") return record
    if ("address" in mechanism) continue
    walk.lookups++
    const name = constant(mechanism.domain, domain)
    if (mechanism.name === "ptr") walk.usesPtr = true
    else if (mechanism.name === "include") yield* follow(walk, "include", domain, name, here)
    else if (name !== undefined) {
      yield* look(walk, domain, name, mechanism.name === "mx" ? "MX" : "A")
    }
  }
  if (record.redirect === undefined) return record
  walk.lookups++
  return yield* follow(walk, "redirect", domain, constant(record.redirect, domain), here)
})

/**
 * Establishes the facts. `sender` is the address that would send, with the mailbox it names in MAIL FROM.
 *
 * @category evaluating
 * @since 0.1.0
 */
export const survey = Effect.fn("Spf.survey")(function*(
  domain: string,
  options: LookupOptions,
  sender?: { readonly address: string; readonly from: string; readonly helo: string }
): Effect.fn.Return<SpfFacts, never, Resolver> {
  const walk: Walk = { options, lookups: 0, voidLookups: 0, usesPtr: false, branches: [], problems: [] }
  const asked = yield* Ask.ask(domain, "TXT", options)
  const records = Ask.recordsOf(asked).filter(Record.isSpf)
  const [text] = records
  if (records.length > 1) {
    walk.problems.push({ kind: "multiple", domain, text: `${domain} has ${records.length} SPF records` })
  }
  const record = text === undefined || records.length > 1 ? undefined : read(walk, domain, text)
  const deciding = record === undefined ? undefined : yield* descend(walk, domain, record, [])
  const judged = sender === undefined
    ? undefined
    : yield* Check.check({ address: sender.address, sender: sender.from, helo: sender.helo }, options)
  const all = deciding?.mechanisms.find(({ name }) => name === "all")
  return {
    domain,
    lookup: Ask.lookupOf(asked),
    records,
    lookups: walk.lookups,
    voidLookups: walk.voidLookups,
    ending: all?.qualifier ?? "none",
    usesPtr: walk.usesPtr,
    branches: walk.branches,
    problems: walk.problems,
    ...(sender === undefined || judged === undefined
      ? {}
      : {
        sender: {
          address: sender.address,
          from: sender.from,
          result: judged.result,
          domain: judged.domain,
          ...(judged.matched === undefined ? {} : { matched: judged.matched }),
          ...(judged.problem === undefined ? {} : { problem: judged.problem }),
          ...(judged.explanation === undefined ? {} : { explanation: judged.explanation })
        }
      })
  }
})
