/**
 * What a check asks of the TLS of a server when its own conversation with it is over: which versions it takes and refuses, and whether
 * it needs its name. `decisions/0008-versions-in-a-check.md` has the reasons.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import type { JournalError, PhaseError } from "@sonde/domain/Errors"
import { ResolveFacts, TlsFacts } from "@sonde/domain/Facts"
import type { PhaseReport } from "@sonde/domain/Report"
import type { PhaseId } from "@sonde/domain/Service"
import { Budget } from "@sonde/phases/Conversation"
import { Versions } from "@sonde/phases/Versions"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Request } from "../Options.ts"
import { attempt, Current, skip, skipRest } from "../Step.ts"
import type { Place } from "./Lookup.ts"

/**
 * Where the question belongs: `conversation` are the phases before it, `asks` whether it is asked of a server that has nothing wrong
 * with its TLS.
 *
 * @category models
 * @since 0.1.0
 */
export interface VersionsPlan {
  readonly place: Place
  readonly conversation: ReadonlyArray<PhaseId>
  readonly asks: Asking
}

/**
 * When a check asks for versions: always, of servers whose conversation found nothing that makes it useless; where nothing was agreed on,
 * which they explain; or never.
 *
 * @category models
 * @since 0.1.0
 */
export type Asking = "always" | "disagreement" | "never"

/** What makes a run one question to one server, or a delivery. */
const narrowing = ["host", "port", "security", "connectTo", "address", "until", "deliver", "deliverAgain"] as const

/**
 * When a run asks the server of an endpoint. Without a word about it, always where no endpoint is named by hand, no phase to stop after
 * and nothing to send.
 *
 * @category combinators
 * @since 0.1.0
 */
export const asking = ({ options, target }: Request, { security }: Endpoint): Asking => {
  if (security === "none") return "never"
  const { tlsVersions = "auto" } = options
  if (tlsVersions !== "auto") return tlsVersions
  const isNarrowed = target._tag === "Host" || narrowing.some((option) => options[option] !== undefined)
  return isNarrowed ? "disagreement" : "always"
}

/**
 * The phases of a service in a run, with the question for versions where it is asked.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withVersions = (
  request: Request,
  endpoint: Endpoint,
  conversation: ReadonlyArray<PhaseId>
): ReadonlyArray<PhaseId> => asking(request, endpoint) === "always" ? [...conversation, "versions"] : conversation

/** Connections at a time, fewer than the smallest limit that servers come with (Courier's `MAXPERIP`, 4). */
const atOnce = 3

/** Where nothing was agreed on, what the server would have taken is what one wants to know. */
const isDisagreement = (error: PhaseError): boolean =>
  error._tag === "TlsError" && (error.reason === "ProtocolVersion" || error.reason === "NoSharedCipher")

/** A server that is busy, silent or gone is not asked for more. */
const answersFurther = (error: PhaseError): boolean => {
  switch (error._tag) {
    case "TlsError":
      return error.reason !== "PlaintextPeer" && error.reason !== "HandshakeTimeout" && error.reason !== "Reset"
    case "Throttled":
    case "TemporaryFailure":
    case "ConnectionLost":
    case "PhaseTimeout":
      return false
    default:
      return true
  }
}

const isWorthAsking: Readonly<Record<Asking, (error: PhaseError) => boolean>> = {
  always: answersFurther,
  disagreement: isDisagreement,
  never: () => false
}

const factsOf = <A>(phases: ReadonlyArray<PhaseReport>, id: PhaseId, schema: Schema.Codec<A, unknown>): A | undefined =>
  Option.getOrUndefined(
    Schema.decodeUnknownOption(schema)(phases.findLast((phase) => phase.id === id && phase.facts !== undefined)?.facts)
  )

/** Asks, within the time of one phase. */
const ask = Effect.fnUntraced(function*({ endpoint, service }: Place, error: PhaseError | undefined) {
  const { log, recorder } = yield* Current
  const phases = log.history.attempts.at(-1)?.services.get(service)?.phases.map(({ report }) => report) ?? []
  const addresses = factsOf(phases, "resolve", ResolveFacts)
  const agreed = factsOf(phases, "tls", TlsFacts)
  const failed = error?._tag === "TlsError" ? error : undefined
  if (addresses === undefined || agreed === undefined && failed === undefined) {
    return yield* skip("versions", phases.findLast(({ id }) => id === "tls")?.because ?? "tls")
  }
  const limits = yield* Budget
  const last = (yield* Clock.currentTimeMillis) + limits.phaseMillis
  const deadline = limits.deadline === undefined ? last : Math.min(limits.deadline, last)
  const sha256 = (agreed?.chain ?? failed?.chain)?.[0]?.sha256
  yield* attempt(
    yield* Versions,
    { service, endpoint, addresses, recorder, sha256, agreed, atOnce },
    format(endpoint)
  ).pipe(Effect.provideService(Budget, { ...limits, deadline }))
})

/**
 * Has a conversation, and then asks for versions. A conversation that failed fails as before: with it nothing is asked of a server that
 * is busy, silent or gone.
 *
 * @category combinators
 * @since 0.1.0
 */
export const thenVersions = Effect.fnUntraced(function*<A, E extends PhaseError | JournalError, R>(
  { asks, conversation, place }: VersionsPlan,
  run: Effect.Effect<A, E, R>
) {
  const outcome = yield* Effect.result(run)
  if (Result.isSuccess(outcome)) {
    if (asks === "always") yield* ask(place, undefined)
    return outcome.success
  }
  const error: PhaseError | JournalError = outcome.failure
  if (error._tag !== "JournalError" && isWorthAsking[asks](error)) {
    yield* skipRest(conversation, error.phase)
    yield* ask(place, error)
  }
  return yield* Effect.fail(outcome.failure)
})
