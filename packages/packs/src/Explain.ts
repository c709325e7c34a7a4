/**
 * From a pasted text to the causes that fit, or to an honest "unknown".
 *
 * The provider is what the hints say, otherwise what the text itself shows. Where neither says anything, rules of all
 * providers and softwares are asked, but only those count that demand at least 20 characters of literal text, and
 * below 32 characters `certain` becomes `likely`. A rule of certainty stands alone; otherwise up to three different
 * causes are given, best first.
 *
 * @since 0.1.0
 */
import type { Explanation, Hints } from "@sonde/domain/Explanation"
import type { PhaseId, Protocol, ServiceId } from "@sonde/domain/Service"
import * as Words from "@sonde/domain/Words"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { rendered } from "./internal/rendered.ts"
import type { Knowledge, Successes } from "./Knowledge.ts"
import type { Library } from "./Library.ts"
import { type Hit, match } from "./Match.ts"
import type { Packs } from "./Packs.ts"
import { byName, recognise } from "./Recognise.ts"
import type { Success } from "./schema/Provider.ts"
import { list } from "./schema/values.ts"
import type { Seen } from "./Seen.ts"
import { contains, fold } from "./Text.ts"
import { type Candidate, unwrap } from "./Unwrap.ts"

/** How much literal text a rule of an unproven provider must demand to count, in characters. */
export const distinctive = 20

/** From how much literal text on such a rule keeps its certainty, in characters. */
export const unmistakable = 32

/** How many causes an explanation gives at most. */
export const maxVerdicts = 3

/** How much of the context of hints is read, in characters. */
export const maxContext = 500

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
  dns: { phase: "resolve" }
}

const mechanisms =
  /\b(XOAUTH2|OAUTHBEARER|(?:AUTH|using|with|mechanism) (?:PLAIN|LOGIN)|CRAM-MD5|SCRAM-SHA-(?:1|256))\b/iu
const hostPort = /\b((?:[a-z0-9-]+\.)+[a-z]{2,})(?::([0-9]{1,5}))?\b/iu

let last: { readonly hints: Hints; readonly known: Known } | undefined

/**
 * What hints say; `context` is searched for a mechanism, a host and a port. The last answer is kept, because each
 * explanation asks twice.
 */
const fromHints = (hints: Hints): Known => {
  if (last?.hints === hints) return last.known
  const known = readHints(hints)
  last = { hints, known }
  return known
}

const readHints = (hints: Hints): Known => {
  const protocol = hints.protocol?.toLowerCase()
  const family = protocol === undefined ? {} : families[protocol] ?? {}
  const phase = hints.phase?.toLowerCase()
  const context = (hints.context ?? "").slice(0, maxContext)
  const mechanism = hints.mechanism ?? mechanisms.exec(context)?.[1]?.split(" ").at(-1)
  const place = context.includes(".") ? hostPort.exec(context) : null
  const host = hints.host ?? place?.[1]
  const port = hints.port ?? (/\bport ([0-9]{1,5})\b/iu.exec(context)?.[1] ?? place?.[2])
  return {
    ...family,
    ...(isProtocol(protocol) ? { protocol } : {}),
    ...(isPhase(phase) ? { phase } : {}),
    ...(mechanism === undefined ? {} : { mechanism: mechanism.toUpperCase() }),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port: Number(port) })
  }
}

/** A candidate with hints; a nested reply keeps its own phase, because a hint is about the outermost. */
const seenOf = (candidate: Candidate, known: Known, provider: string | undefined): Seen => {
  const { layer, ...read } = candidate
  const own = layer === "nested" || read.phase === "auth" ? { ...known, ...read } : { ...read, ...known }
  const { phase, ...rest } = own
  const hinted = layer === "nested" ? read.phase : phase
  return { ...rest, provider, ...(hinted === undefined ? {} : { phase: hinted }) }
}

interface Read {
  readonly seen: Seen
  readonly hits: ReadonlyArray<Hit>
}

/** The innermost candidate that a rule explains by its text; failing that the innermost that any rule explains. */
const read = (
  knowledge: Knowledge,
  candidates: ReadonlyArray<Seen>,
  counts: (hit: Hit) => boolean
): Read | undefined => {
  let fallback: Read | undefined
  for (const seen of candidates) {
    const hits = match(knowledge, seen, "open").filter(counts)
    const best = hits[0]
    if (best === undefined) continue
    if (best.byText) return { seen, hits }
    fallback ??= { seen, hits }
  }
  return fallback
}

const distinct = (hits: ReadonlyArray<Hit>): ReadonlyArray<Hit> => {
  const first = hits[0]
  if (first === undefined || first.confidence === "certain") return hits.slice(0, 1)
  const causes = new Set<string>()
  return hits
    .filter(({ cause, tier }) => tier === first.tier && !causes.has(cause) && causes.add(cause) !== undefined)
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
    literals.every((literal) => contains(text, fold(literal))) &&
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
 * A text as it was read, for people who write rules: the reading that is explained, the rules that fit it and count,
 * best first, and which rules are of a provider or software that is not proven.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reading {
  readonly knowledge: Knowledge
  readonly proven: boolean
  readonly seen: Seen | undefined
  readonly hits: ReadonlyArray<Hit>
  readonly isForeign: (hit: Hit) => boolean
}

/**
 * The explanation of a text from knowledge that is already loaded. `provider` is the id of the pack that is known to
 * apply, `software` that of recognised server software. `proven` says that the provider is known, be it without a
 * pack; otherwise `knowledge` should be of all packs. `today` is a date (`2026-11-24`).
 *
 * @category combinators
 * @since 0.1.0
 */
export const explainWith = (
  knowledge: Knowledge,
  text: string,
  options: {
    readonly hints?: Hints
    readonly provider?: string | undefined
    readonly software?: string | undefined
    readonly proven: boolean
    readonly today: string
    readonly observe?: ((reading: Reading) => void) | undefined
  }
): Explanation => {
  const { proven, provider, software, today } = options
  const { candidates, client } = unwrap(text)
  const known = fromHints(options.hints ?? {})
  const seen = candidates.map((candidate) => seenOf(candidate, known, provider))
  const isForeign = (hit: Hit): boolean => hit.tier === 0 ? !proven : hit.tier === 1 && hit.packId !== software
  const counts = (hit: Hit): boolean => !isForeign(hit) || hit.literalLength >= distinctive
  // A text that begins with a reply of success is no failure, whatever its words are.
  const begins = /^\s*[23][0-5][0-9](?:[ -]|$)/u.test(text)
  const success = begins && seen[0] !== undefined ? successOf(knowledge.successes, seen[0], proven) : undefined
  const found = success === undefined ? read(knowledge, seen, counts) : undefined
  const shown = found?.seen ?? seen[0]
  options.observe?.({ knowledge, proven, seen: shown, hits: found?.hits ?? [], isForeign })
  const verdicts = distinct(found?.hits ?? []).map((hit) =>
    rendered(hit, isForeign(hit) && hit.literalLength < unmistakable, {
      today,
      service: found?.seen.service,
      phase: found?.seen.phase,
      values: { host: known.host, port: known.port === undefined ? undefined : `${known.port}` }
    })
  )
  const code = typeof shown?.code === "number" ? shown.code : undefined
  return {
    schema: "sonde.explanation/1",
    // A success has no cause, and yet it is known what it says.
    outcome: verdicts.length > 0 || success !== undefined ? "explained" : "unknown",
    read: {
      ...(shown?.protocol === undefined ? {} : { protocol: shown.protocol }),
      ...(shown?.phase === undefined ? {} : { phase: shown.phase }),
      ...(code === undefined ? {} : { code }),
      ...(shown?.enhanced === undefined ? {} : { enhanced: shown.enhanced }),
      text: shown?.text ?? "",
      ...(provider === undefined ? {} : { provider }),
      ...(client === undefined ? {} : { client })
    },
    ...(success === undefined ? {} : { success }),
    verdicts
  }
}

/**
 * As `explain`, at once: within `Library.attempt`, because bodies of packs may have to be loaded. For loops over many
 * texts. `today` is a date (`2026-11-24`). `observe` is told how the text was read, each time the work is done.
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
  const { summaries } = library
  const named = hints.provider === undefined ? undefined : byName(summaries, hints.provider)
  const isNamed = hints.provider !== undefined && hints.provider.toLowerCase() !== "unknown"
  const provider = named?.kind === "provider"
    ? named.id
    : named === undefined && isNamed
    ? undefined
    : recognise(summaries, { replyText: text, host: fromHints(hints).host })?.id
  const software = named?.kind === "software"
    ? named.id
    : recognise(summaries, { replyText: text }, "software")?.id
  const proven = provider !== undefined || isNamed
  const knowledge = proven ? library.knowledge(provider) : library.everything
  return explainWith(knowledge, text, { hints, provider, software, proven, today, observe })
}

/**
 * The causes of a pasted text: a reply, an error with a client's words around it, replies within replies. Never
 * fails; what no rule explains is `unknown`, with what was read. Hints may be wrong words: what is not understood is
 * ignored.
 *
 * @category combinators
 * @since 0.1.0
 */
export const explain = Effect.fn("Explain.explain")(
  function*(packs: Packs["Service"], text: string, hints: Hints = {}) {
    const today = DateTime.formatIsoDateUtc(yield* DateTime.now)
    const library = yield* packs.library
    return yield* library.attempt(() => explainNow(library, text, hints, today))
  }
)
