/**
 * From a pasted text to the causes that fit, or to an honest "unknown".
 *
 * The provider is what the hints say, otherwise what the text itself shows. Where neither says anything, rules of all
 * providers and softwares are asked, but only those count that demand at least 20 characters of literal text, and
 * below 32 characters `certain` becomes `likely`. A rule of certainty stands alone; otherwise up to three different
 * causes are given, best first. Rules of the software that is known go before those of other software
 * (`decisions/0003-known-software.md`).
 *
 * @since 0.1.0
 */
import type { Explanation, Hints, Read } from "@sonde/domain/Explanation"
import type { PhaseId, Protocol, ServiceId } from "@sonde/domain/Service"
import type { Verdict } from "@sonde/domain/Verdict"
import * as Words from "@sonde/domain/Words"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { judge, type Judged } from "./internal/judge.ts"
import { rendered } from "./internal/rendered.ts"
import type { Knowledge, Successes } from "./Knowledge.ts"
import type { Library } from "./Library.ts"
import * as Log from "./Log.ts"
import { type Hit, type Wanting, wanting } from "./Match.ts"
import { next } from "./Next.ts"
import type { Packs } from "./Packs.ts"
import type { Candidate, Candidates, Unwrapped } from "./read/Candidate.ts"
import { fromContext, namedIn, type Situation } from "./read/Context.ts"
import { looksLikeLog } from "./read/LogLine.ts"
import { placeIn } from "./read/Place.ts"
import { withoutSecrets } from "./read/Secret.ts"
import { isSpoken } from "./read/Transcript.ts"
import { byName, recognise, type Summary } from "./Recognise.ts"
import type { Success } from "./schema/Provider.ts"
import { list } from "./schema/values.ts"
import type { Seen } from "./Seen.ts"
import { contains, fold, foldLiteral, foldName } from "./Text.ts"
import { unwrap } from "./Unwrap.ts"

/** How much literal text a rule of an unproven provider must demand to count, in characters. */
export const distinctive = 20

/** From how much literal text on such a rule keeps its certainty, in characters. */
export const unmistakable = 32

/** How many causes an explanation gives at most. */
export const maxVerdicts = 3

const phases: ReadonlySet<string> = new Set(Words.phaseIds)
const isPhase = (word: string | undefined): word is PhaseId => word !== undefined && phases.has(word)
const protocols: ReadonlySet<string> = new Set(Words.protocols)
const isProtocol = (word: string | undefined): word is Protocol => word !== undefined && protocols.has(word)

interface Known {
  readonly protocol?: Protocol
  readonly service?: ServiceId
  readonly phase?: PhaseId
  readonly mechanism?: string
  readonly host?: string
  readonly port?: number
}

const families: Readonly<Record<string, Known>> = {
  oauth: { protocol: "http", service: "token", phase: "token" },
  token: { protocol: "http", service: "token", phase: "token" },
  graph: { protocol: "http", service: "graph" },
  imap: { protocol: "imap", service: "imap" },
  pop3: { protocol: "pop3", service: "pop3" },
  sieve: { protocol: "sieve", service: "sieve" },
  lmtp: { protocol: "lmtp", service: "lmtp" },
  mx: { protocol: "smtp", service: "mx" },
  dns: { phase: "resolve" }
}

/** What hints say by their own fields. */
const fromHints = (hints: Hints): Known => {
  const protocol = hints.protocol?.toLowerCase()
  const family = protocol === undefined ? {} : families[protocol] ?? {}
  const phase = hints.phase?.toLowerCase()
  return {
    ...family,
    ...(isProtocol(protocol) ? { protocol } : {}),
    ...(isPhase(phase) ? { phase } : {}),
    ...(hints.mechanism === undefined ? {} : { mechanism: hints.mechanism.toUpperCase() }),
    ...(hints.host === undefined ? {} : { host: hints.host }),
    ...(hints.port === undefined ? {} : { port: hints.port })
  }
}

/**
 * A candidate with hints; a nested reply keeps its own phase, because a hint is about the outermost. Words about the
 * situation count only where text and hints say nothing, and never against their protocol.
 */
const seenOf = (read: Candidate, known: Known, situation: Situation, provider: string | undefined): Seen => {
  const isNested = read.layer === "nested"
  const [first, second] = isNested || read.phase === "auth" ? [read, known] : [known, read]
  const protocol = first.protocol ?? second.protocol
  const service = first.service ?? second.service
  const fits = protocol === undefined && service === undefined
  const phase = isNested ? read.phase : first.phase ?? second.phase ?? situation.phase
  return {
    text: read.text,
    protocol: fits ? situation.protocol : protocol,
    service: fits ? situation.service : service,
    phase,
    status: read.status,
    code: read.code,
    enhanced: read.enhanced,
    mechanism: first.mechanism ?? second.mechanism ?? situation.mechanism,
    payload: read.payload,
    error: read.error,
    reason: read.reason,
    conditions: read.conditions,
    host: first.host ?? second.host ?? situation.host,
    port: first.port ?? second.port ?? situation.port,
    security: read.security,
    provider
  }
}

/** The server of a text: the one that is known, with the port that the text names beside it, or the one that it names alone. */
const dialled = (text: string, { host, port }: Seen): { readonly host?: string; readonly port?: string } => {
  const named = host === undefined || port === undefined ? placeIn(text) : undefined
  const isSame = named !== undefined && (host === undefined || foldName(host) === named.host)
  const at = { host: host ?? named?.host, port: port ?? (isSame ? named.port : undefined) }
  return {
    ...(at.host === undefined ? {} : { host: at.host }),
    ...(at.port === undefined ? {} : { port: `${at.port}` })
  }
}

/**
 * The rules whose causes are shown, best first. A rule of certainty stands alone, unless several providers word the same
 * and none of them is proven. Where words explain the text, a code of many meanings adds nothing.
 */
const distinct = (hits: ReadonlyArray<Hit>, isForeign: (hit: Hit) => boolean, rank: Rank): ReadonlyArray<Hit> => {
  const [first] = hits
  if (first === undefined) return []
  const causes = new Set<string>()
  const certain = first.confidence === "certain"
  return hits
    .filter((hit) =>
      !certain || hit === first ||
      (isForeign(first) && isForeign(hit) && hit.packId !== first.packId && hit.literalLength >= first.literalLength)
    )
    .filter((hit) => hit.byText || !first.byText || hit.confidence !== "possible")
    .filter((hit) => rank(hit) === rank(first) && !causes.has(hit.cause) && causes.add(hit.cause) !== undefined)
    .slice(0, maxVerdicts)
}

const succeeds = (success: Success, seen: Seen): boolean => {
  const text = fold(seen.text)
  const codes = list<string | number>(success.code)
  const enhanced = list(success.enhanced)
  const literals = list(success.text)
  const phases = list(success.phase)
  return (codes.length > 0 || enhanced.length > 0 || literals.length > 0) &&
    (codes.length === 0 || codes.some((code) => `${code}` === `${seen.code}`)) &&
    (enhanced.length === 0 || enhanced.some((code) => code === seen.enhanced)) &&
    literals.every((literal) => contains(text, foldLiteral(literal))) &&
    (phases.length === 0 || seen.phase === undefined || phases.includes(seen.phase))
}

/** How much a success entry demands: text before enhanced code before code. */
const demands = (success: Success): number =>
  list(success.text).length * 4 + list(success.enhanced).length * 2 + list(success.code).length

/** What a provider's pack says of a success counts only where the provider is proven; then it goes before others. */
const successOf = (all: ReadonlyArray<Successes>, seen: Seen, proven: boolean): string | undefined => {
  const isSuccess = typeof seen.code === "number" ? seen.code < 400 : seen.enhanced?.startsWith("2.") === true
  if (!isSuccess) return undefined
  const own = (pack: Successes): boolean => pack.kind === "provider"
  const packs = [...(proven ? all.filter(own) : []), ...all.filter((pack) => !own(pack))]
  return packs
    .flatMap((pack) => pack.success.filter((success) => succeeds(success, seen)))
    .reduce<Success | undefined>(
      (found, next) => found === undefined || demands(next) > demands(found) ? next : found,
      undefined
    )?.meaning
}

/**
 * Whose rules go first: 0 for a provider, and for software that the asker names; 1 for software that was recognised; 2
 * for other software; 3 for what is generic.
 *
 * @category models
 * @since 0.1.0
 */
export type Rank = (hit: Pick<Hit, "packId" | "tier">) => number

/**
 * A text as it was read, for people who write rules: all its readings, the one that is explained, the rules that fit it and count,
 * best first, and which rules are of a provider or software that is not proven.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reading {
  readonly knowledge: Knowledge
  readonly proven: boolean
  readonly unwrapped: Unwrapped
  readonly seen: Seen | undefined
  readonly hits: ReadonlyArray<Hit>
  /** Whether no reading was explained until the class of its code was assumed. */
  readonly assumed: boolean
  readonly isForeign: (hit: Pick<Hit, "packId" | "tier">) => boolean
  readonly rank: Rank
}

/**
 * What explaining needs besides the text. `provider` is the id of the pack that is known to apply, `software` that of
 * known server software, and `named` says that the asker names it. `proven` says that the provider is known, be it without a pack; otherwise the knowledge
 * should be of all packs. `today` is a date (`2026-11-24`). `unwrapped` is what `unwrap` gave for the text, where it was
 * asked before. `observe` is told how the text was read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly hints?: Hints
  readonly provider?: string | undefined
  readonly software?: string | undefined
  readonly named?: boolean
  readonly proven: boolean
  readonly today: string
  readonly unwrapped?: Unwrapped
  readonly observe?: ((reading: Reading) => void) | undefined
}

/**
 * The explanation of a text from knowledge that is already loaded.
 *
 * @category combinators
 * @since 0.1.0
 */
export const explainWith = (knowledge: Knowledge, text: string, options: Options): Explanation => {
  const { proven, provider, software, today } = options
  const unwrapped = options.unwrapped ?? unwrap(text)
  const { candidates, client, kind, parts } = unwrapped
  const known = fromHints(options.hints ?? {})
  const situation = fromContext(options.hints?.context ?? "")
  const isForeign: Reading["isForeign"] = (hit) => hit.tier === 0 ? !proven : hit.tier === 1 && hit.packId !== software
  const rank: Rank = ({ packId, tier }) =>
    tier === 0 ? 0 : tier === 2 ? 3 : packId !== software ? 2 : options.named === true ? 0 : 1
  // The hits are ordered as for packs of which nothing is known.
  const ordered = (hits: ReadonlyArray<Hit>): ReadonlyArray<Hit> =>
    software === undefined || hits.length < 2
      ? hits
      : hits.toSorted((a, b) => rank(a) - rank(b) || b.score - a.score)
  const counts = (hit: Hit): boolean => !isForeign(hit) || hit.literalLength >= distinctive
  const seenIn = (all: Candidates): ReadonlyArray<Seen> => all.map((one) => seenOf(one, known, situation, provider))
  const judged = (all: ReadonlyArray<Seen>): Judged | undefined => judge({ knowledge, counts, ordered }, all)
  const atMost = (hit: Hit, alone: boolean, { assumed }: Judged): Verdict["confidence"] =>
    assumed ? "possible" : isForeign(hit) && (!alone || hit.literalLength < unmistakable) ? "likely" : "certain"
  const verdictOf = (hit: Hit, of: Judged, alone: boolean): Verdict => {
    const { seen } = of
    return rendered(hit, atMost(hit, alone, of), {
      today,
      service: seen.service,
      phase: seen.phase,
      values: () => dialled(text, seen)
    })
  }
  const readOf = (seen: Seen | undefined): Read => {
    const read: { -readonly [K in keyof Read]: Read[K] } = { kind, text: withoutSecrets(seen?.text ?? "") }
    if (seen?.protocol !== undefined) read.protocol = seen.protocol
    if (seen?.phase !== undefined) read.phase = seen.phase
    if (typeof seen?.code === "number") read.code = seen.code
    if (seen?.enhanced !== undefined) read.enhanced = seen.enhanced
    if (provider !== undefined) read.provider = provider
    if (client !== undefined) read.client = client
    if (seen?.host !== undefined) read.host = seen.host
    if (seen?.mechanism !== undefined) read.mechanism = seen.mechanism
    return read
  }

  const seen = seenIn(candidates)
  // A text that begins with a reply of success is no failure, whatever its words are.
  const begins = /^\s*[23][0-5][0-9](?:[ -]|$)/u.test(text)
  const success = begins && kind === "reply" && seen[0] !== undefined
    ? successOf(knowledge.successes, seen[0], proven)
    : undefined
  const found = success === undefined ? judged(seen) : undefined
  const hits = distinct(found?.hits ?? [], isForeign, rank)
  knowledge.demand(hits.map(({ packId }) => packId))
  const own = found === undefined ? [] : hits.map((hit) => verdictOf(hit, found, hits.length === 1))
  const others = (parts ?? []).map((part) => ({ part, ...partOf(seenIn(part.candidates)) }))
  const verdicts = [...own]
  for (const { verdict } of others) {
    if (verdict !== undefined && !verdicts.some(({ cause }) => cause === verdict.cause)) verdicts.push(verdict)
  }
  const shown = found?.seen ?? seen[0]
  const assumed = found?.assumed === true
  options.observe?.({ knowledge, proven, unwrapped, seen: shown, hits: found?.hits ?? [], assumed, isForeign, rank })
  const sure = own.length === 1 && own[0]?.confidence === "certain"
  const first = hits[0] === undefined ? 3 : rank(hits[0])
  const wanted = (): ReadonlyArray<Wanting> =>
    shown === undefined ?
      [] :
      wanting(knowledge, shown).filter((one) =>
        rank(one) <= first && !own.some(({ cause }) => cause === one.cause) &&
        (!isForeign(one) || one.literalLength >= distinctive)
      )
  const settles = success !== undefined || shown === undefined || sure
    ? undefined
    : next(hits, wanted(), own, shown, proven)
  return {
    schema: "sonde.explanation/1",
    // A success has no cause, and yet it is known what it says.
    outcome: verdicts.length > 0 || success !== undefined ? "explained" : "unknown",
    read: readOf(shown),
    ...(success === undefined ? {} : { success }),
    verdicts: verdicts.slice(0, maxVerdicts),
    ...(settles === undefined ? {} : { next: settles }),
    ...(parts === undefined ? {} : {
      parts: others.map(({ part: { action, recipient, service }, read, verdict }) => ({
        ...(recipient === undefined ? {} : { recipient }),
        ...(action === undefined ? {} : { action }),
        ...(service === undefined ? {} : { service }),
        read,
        ...(verdict === undefined
          ? {}
          : { cause: verdict.cause, rule: verdict.rule, confidence: verdict.confidence, title: verdict.title })
      }))
    })
  }

  function partOf(all: ReadonlyArray<Seen>): { readonly read: Read; readonly verdict: Verdict | undefined } {
    const found = judged(all)
    const [hit, ...rivals] = distinct(found?.hits ?? [], isForeign, rank)
    return {
      read: readOf(found?.seen ?? all[0]),
      verdict: found === undefined || hit === undefined ? undefined : verdictOf(hit, found, rivals.length === 0)
    }
  }
}

const providers = new WeakMap<ReadonlyArray<Summary>, ReadonlyArray<Summary>>()

const providersOf = (summaries: ReadonlyArray<Summary>): ReadonlyArray<Summary> => {
  const found = providers.get(summaries)
  if (found !== undefined) return found
  const made = summaries.filter(({ kind }) => kind === "provider")
  providers.set(summaries, made)
  return made
}

/**
 * What is known of a text before it is judged: the provider and the software, by hints, by the text, and by words about
 * the situation.
 */
const place = (
  summaries: ReadonlyArray<Summary>,
  text: string,
  unwrapped: Unwrapped,
  hints: Hints
): Pick<Options, "provider" | "software" | "named" | "proven"> => {
  const named = hints.provider === undefined ? undefined : byName(summaries, hints.provider)
  const isNamed = hints.provider !== undefined && hints.provider.toLowerCase() !== "unknown"
  const replyText = unwrapped.words ?? text
  const context = hints.context ?? ""
  const recognised = (): string | undefined =>
    (unwrapped.provider === undefined ? undefined : byName(summaries, unwrapped.provider)?.id) ??
      recognise(summaries, { replyText, host: hints.host ?? unwrapped.host ?? fromContext(context).host })?.id ??
      (context === "" ? undefined : namedIn(providersOf(summaries), context)?.id)
  const provider = named?.kind === "provider"
    ? named.id
    : named === undefined && isNamed
    ? undefined
    : recognised()
  const software = named?.kind === "software" ? named.id : recognise(summaries, { replyText }, "software")?.id
  return { provider, software, named: named?.kind === "software", proven: provider !== undefined || isNamed }
}

/**
 * As `explain` of a text that is no log, at once: within `Library.attempt`, because bodies of packs may have to be
 * loaded. For loops over many texts. `today` is a date (`2026-11-24`). `observe` is told how the text was read, each
 * time the work is done.
 *
 * @category combinators
 * @since 0.1.0
 */
export const explainNow = (
  library: Library,
  text: string,
  hints: Hints,
  today: string,
  observe?: (reading: Reading) => void
): Explanation => {
  // Work that is done again, because a body had to be loaded, begins where it needs it.
  if (lastPlaced?.text !== text || lastPlaced.hints !== hints || lastPlaced.library !== library) {
    const unwrapped = unwrap(text)
    lastPlaced = { library, text, hints, unwrapped, known: place(library.summaries, text, unwrapped, hints) }
  }
  const { known, unwrapped } = lastPlaced
  const knowledge = known.proven ? library.knowledge(known.provider) : library.everything
  return explainWith(knowledge, text, { ...known, hints, today, unwrapped, observe })
}

let lastPlaced: {
  readonly library: Library
  readonly text: string
  readonly hints: Hints
  readonly unwrapped: Unwrapped
  readonly known: ReturnType<typeof place>
} | undefined

/** The causes of one thing that went wrong. */
const one = Effect.fnUntraced(function*(packs: Packs["Service"], text: string, hints: Hints) {
  const today = DateTime.formatIsoDateUtc(yield* DateTime.now)
  const library = yield* packs.library
  return yield* library.attempt(() => explainNow(library, text, hints, today))
})

/**
 * A log that is handed over line by line, for logs of any size.
 *
 * @category constructors
 * @since 0.1.0
 */
export const log = (packs: Packs["Service"], hints: Hints = {}): Log.Log<never, never> =>
  Log.make((text, own) => one(packs, text, own), hints, hostsOf(packs.summaries))

/** The domains, of two labels, by which providers and software are recognised. */
const hostsOf = (summaries: Packs["Service"]["summaries"]): ReadonlySet<string> =>
  new Set(
    summaries.flatMap(({ recognise: { banners, hosts, mx, replies } }) => [
      ...[...(hosts ?? []), ...(mx ?? [])].map(({ suffix }) => suffix),
      ...[...(banners ?? []), ...(replies ?? [])].map(({ text }) => text)
    ]).flatMap((name) => /^[a-z0-9.-]+\.[a-z]{2,}$/iu.test(name) ? [foldName(name).split(".").slice(-2).join(".")] : [])
  )

/**
 * Whether a text is a log, by its first lines.
 *
 * @category guards
 * @since 0.1.0
 */
export const isLog = (lines: ReadonlyArray<string>): boolean => looksLikeLog(lines, isSpoken)

/** How much of a text decides whether it is a log, in characters. */
const deciding = 32_768

/**
 * Whether a text is a log, which `explain` reads as one and `explainNow` does not.
 *
 * @category guards
 * @since 0.1.0
 */
export const holdsLog = (text: string): boolean => text.includes("\n") && isLog(text.slice(0, deciding).split("\n"))

/**
 * The causes of a pasted text: a reply, an error with a client's words around it, replies within replies, and the other
 * kinds that `unwrap` reads; of a log the causes of its failures, most frequent first. Never fails; what no rule
 * explains is `unknown`, with what was read. Hints may be wrong words: what is not understood is ignored.
 *
 * @category combinators
 * @since 0.1.0
 */
export const explain = Effect.fn("Explain.explain")(
  function*(packs: Packs["Service"], text: string, hints: Hints = {}) {
    if (!holdsLog(text)) return yield* one(packs, text, hints)
    const found = log(packs, hints)
    yield* found.lines(text.split(/\r?\n/u).map((line) => ({ text: line, whole: true })))
    return yield* found.end
  }
)
