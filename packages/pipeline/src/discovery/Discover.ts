/**
 * Finds the settings of a mailbox: asks every source at once, sets the answers side by side, and says what follows.
 *
 * Sources that ask others than the domain itself, or in clear, are asked only where they can add something, and each answer
 * says what was asked where. Without a network the packs answer alone.
 *
 * @since 0.1.0
 */
import type { Discovery, Setting, SourceAnswer } from "@sonde/domain/Discovery"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import type { Http } from "@sonde/net/Http"
import type { Recorder } from "@sonde/net/Recorder"
import { LookupFailed, type Resolver } from "@sonde/net/Resolver"
import type { Pack } from "@sonde/packs/Pack"
import { Packs } from "@sonde/packs/Packs"
import { audienceOf, type Evidence, recognise, summaryOf } from "@sonde/packs/Recognise"
import * as Dns from "@sonde/phases/discovery/Dns"
import * as Source from "@sonde/phases/discovery/Source"
import * as Web from "@sonde/phases/discovery/Web"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { getDomain } from "tldts"
import { iso } from "../Moment.ts"
import type { Request } from "../Options.ts"
import { fail, type OptionsError } from "../OptionsError.ts"
import * as Choice from "./Choice.ts"
import * as Watch from "./Watch.ts"

/**
 * What is asked. `input` is what the user typed; with `offline` nothing leaves the machine. `provider` is a pack that is
 * believed whatever the evidence.
 *
 * @category models
 * @since 0.1.0
 */
export interface Asked extends Source.Question {
  readonly input: string
  readonly offline: boolean
  readonly provider: string | undefined
}

/**
 * The question that options ask. A host with a port has settings already.
 *
 * @category parsing
 * @since 0.1.0
 */
export const question = (
  request: Request,
  offline: boolean,
  recorder: Recorder
): Result.Result<Asked, OptionsError> => {
  const { domain, mailbox, options, phaseMillis, pins, target } = request
  if (domain === undefined) {
    return fail(
      "the target",
      `${JSON.stringify(target.input)} is a host, and settings belong to a mailbox or a domain`,
      "write person@example.com or example.com"
    )
  }
  return Result.succeed({
    input: target.input,
    mailbox,
    domain,
    offline,
    provider: options.provider,
    timeoutMillis: phaseMillis,
    // No service is spoken to yet; lines that are recorded belong to the first.
    way: { service: "smtp-submission", pins, server: options.dns, ca: options.ca, recorder }
  })
}

const services: ReadonlyArray<Setting["service"]> = ["smtp-submission", "imap", "pop3", "sieve", "graph"]

/** The endpoints of a pack for this domain, the ones it would use first. */
const settingsOf = (pack: Pack, { domain, mailbox }: Source.Question): ReadonlyArray<Setting> => {
  const audience = audienceOf(summaryOf(pack), domain)
  const offered = (pack.endpoints ?? []).filter(({ service }) => services.includes(service))
  const weight = (endpoint: (typeof offered)[number]): number =>
    audience !== undefined && endpoint.audience === audience ? 2 : endpoint.default === true ? 1 : 0
  const user = pack.signIn?.userName === "address" && mailbox !== undefined ? { user: mailbox } : {}
  return offered
    .toSorted((left, right) => weight(right) - weight(left))
    .map(({ host, port, protocol, security, service }) => ({
      service,
      endpoint: { protocol, host, port, security },
      ...user,
      auth: (pack.signIn?.mechanisms?.[service] ?? []).map((mechanism) => mechanism.toLowerCase())
    }))
}

const packSaid = (pack: Pack, question: Source.Question, how: string): Source.Said => {
  const settings = settingsOf(pack, question)
  const text = `${pack.name}, by ${how}`
  return settings.length === 0
    ? Source.none(`${text}; the pack names no server`, { provider: pack.id })
    : { state: "found", text, settings, provider: pack.id }
}

/** The pack that evidence leads to, or that was named. */
const packBy = Effect.fnUntraced(function*(evidence: Evidence, named: string | undefined) {
  const packs = yield* Packs
  return yield* packs.get(named ?? recognise(packs.summaries, evidence)?.id ?? "")
})

const packAnswer = Effect.fnUntraced(function*(asked: Asked, exchanges: ReadonlyArray<string>) {
  const { domain, provider } = asked
  return yield* Source.timed(
    "pack",
    "built-in and own packs",
    Effect.gen(function*() {
      const evidence = { domain, ...(exchanges.length === 0 ? {} : { mx: exchanges }) }
      const pack = yield* packBy(evidence, provider)
      if (pack === undefined) {
        return Source.none(
          asked.offline ? "no pack knows the domain" : "no pack knows the domain or its mail exchangers"
        )
      }
      const { summaries } = yield* Packs
      const by = provider === undefined ? recognise(summaries, evidence)?.by ?? [] : []
      const how = provider === undefined
        ? by.map((sign) => sign === "mx" ? "its mail exchangers" : "its domain").join(" and ")
        : "name"
      return { ...packSaid(pack, asked, how), where: pack.id }
    })
  )
})

/** A provider of mailboxes that the SPF record names: behind filters of others only that record tells who it is. */
const bySpf = Effect.fnUntraced(function*(asked: Asked, answer: SourceAnswer, included: ReadonlyArray<string>) {
  const packs = yield* Packs
  for (const name of included) {
    const found = recognise(packs.summaries, { host: name }) ?? recognise(packs.summaries, { mx: [name] })
    const pack = yield* packs.get(found?.id ?? "")
    // Services that only send are named there, too.
    if (pack?.endpoints?.some(({ service }) => service === "imap") !== true) continue
    return { ...answer, ...packSaid(pack, asked, `the SPF include ${name}`) }
  }
  return answer
})

const isFound = ({ state }: SourceAnswer): boolean => state === "found"

const ispdbByMx = Effect.fnUntraced(function*(asked: Asked, exchanges: ReadonlyArray<string>, isKnown: boolean) {
  const base = exchanges[0] === undefined ? null : getDomain(exchanges[0])
  if (isKnown) return Source.skipped("ispdb-mx", "", "a pack knows who runs the domain")
  if (base === null) return Source.skipped("ispdb-mx", "", "there is no mail exchanger")
  if (base === asked.domain) return Source.skipped("ispdb-mx", base, "it is the domain itself")
  return yield* Web.ispdb(asked, "ispdb-mx", base)
})

const unaddressed = (source: "autodiscover" | "autodiscover-json", { domain }: Asked): SourceAnswer =>
  Source.skipped(source, `autodiscover.${domain}`, "it answers only for a mailbox")

/** Every source, those that need another's answer after it. */
const online = Effect.fnUntraced(function*(asked: Asked) {
  const { domain, mailbox } = asked
  const first = yield* Effect.all({
    mx: Dns.mx(asked),
    spf: Dns.spf(asked),
    srv: Dns.srv(asked),
    pacc: Web.pacc(asked),
    autoconfig: Web.autoconfig(asked),
    wellKnown: Web.autoconfigWellKnown(asked),
    ispdb: Web.ispdb(asked, "ispdb", domain),
    autodiscover: mailbox === undefined
      ? Effect.succeed(unaddressed("autodiscover", asked))
      : Web.autodiscover(asked, mailbox),
    json: mailbox === undefined
      ? Effect.succeed(unaddressed("autodiscover-json", asked))
      : Web.autodiscoverJson(asked, mailbox)
  }, { concurrency: "unbounded" })
  const { exchanges } = first.mx
  const pack = yield* packAnswer(asked, exchanges)
  const isKnown = pack.provider !== undefined
  const [spf, byMx, clear] = yield* Effect.all([
    isKnown ? Effect.succeed(first.spf.answer) : bySpf(asked, first.spf.answer, first.spf.included),
    ispdbByMx(asked, exchanges, isKnown),
    isFound(first.autoconfig) || isFound(first.wellKnown)
      ? Effect.succeed(
        Source.skipped("autoconfig-clear", `http://autoconfig.${domain}`, "the domain publishes the same over TLS")
      )
      : Web.autoconfigClear(asked)
  ], { concurrency: "unbounded" })
  const { autoconfig, autodiscover, ispdb, json, mx, pacc, srv, wellKnown } = first
  const answers = [
    pack,
    pacc,
    srv,
    autoconfig,
    wellKnown,
    ispdb,
    autodiscover,
    json,
    byMx,
    clear,
    spf,
    mx.answer
  ]
  const isSettled = answers.some(({ settings }) => settings.length > 0)
  const guess = isSettled
    ? Source.skipped("guess", domain, "better sources have answered")
    : yield* Dns.guess(asked)
  return { sources: [...answers, guess], isKnown: mx.isKnown }
})

/** A coarse rule does not even ask for what lies inside. */
const isInside = Effect.fnUntraced(function*(domain: string) {
  const rule = yield* AddressPolicy.AddressPolicy
  return rule.coarse === true && !AddressPolicy.isPublicHost(domain)
})

/**
 * Asks all sources. Never fails: what cannot be asked says so.
 *
 * @category running
 * @since 0.1.0
 */
export const discover = Effect.fn("Discovery.discover")(function*(
  asked: Asked
): Effect.fn.Return<Discovery, never, Packs | Resolver | Http> {
  const started = yield* Clock.currentTimeMillis
  const packs = yield* Packs
  const isOffline = asked.offline || (yield* isInside(asked.domain))
  const heard = isOffline ? undefined : yield* Watch.unlessDead(online(asked))
  const failure = heard instanceof LookupFailed ? heard : undefined
  const problem = failure === undefined ? undefined : Watch.sentence(failure.reason, asked.way.server)
  const { isKnown, sources } = heard === undefined || heard instanceof LookupFailed
    ? { isKnown: true, sources: [yield* packAnswer({ ...asked, offline: isOffline }, [])] }
    : heard
  const chosen = Choice.choose(sources)
  const provider = yield* packs.get(sources.find((answer) => answer.provider !== undefined)?.provider ?? "")
  const isOpen = problem !== undefined ||
    sources.some(({ state, temporary }) => state === "failed" && temporary === true)
  const outcome = chosen.length > 0 ? "found" : isOpen ? "inconclusive" : "none"
  const { domain, input, mailbox } = asked
  return {
    schema: "sonde.discovery/1",
    startedAt: iso(started),
    durationMillis: (yield* Clock.currentTimeMillis) - started,
    target: { input, ...(mailbox === undefined ? {} : { mailbox }), domain, ...(isKnown ? {} : { exists: false }) },
    ...(provider === undefined ? {} : { provider: { id: provider.id, name: provider.name } }),
    ...(problem === undefined ? {} : { problem }),
    outcome,
    // 68 is "name resolution or discovery failed", 75 is "inconclusive".
    exitCode: outcome === "found" ? 0 : outcome === "none" ? 68 : 75,
    sources,
    chosen,
    conflicts: Choice.conflicts(sources, chosen)
  }
})
