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
 * Where the question belongs: `conversation` are the phases before it, `isAsked` whether it is asked of a server that has nothing wrong
 * with its TLS.
 *
 * @category models
 * @since 0.1.0
 */
export interface VersionsPlan {
  readonly place: Place
  readonly conversation: ReadonlyArray<PhaseId>
  readonly isAsked: boolean
}

/**
 * Whether a run asks for versions of a server that has nothing wrong with its TLS: one that nothing narrows does.
 *
 * @category predicates
 * @since 0.1.0
 */
export const asksVersions = ({ isOpen, options }: Request, { security }: Endpoint): boolean =>
  isOpen && options.until === undefined && security !== "none"

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
): ReadonlyArray<PhaseId> => asksVersions(request, endpoint) ? [...conversation, "versions"] : conversation

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
  if (addresses === undefined || agreed === undefined && failed === undefined) return yield* skip("versions", "tls")
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
 * is busy, silent or gone, and where nobody wants to know of a good one, only what explains that nothing was agreed on.
 *
 * @category combinators
 * @since 0.1.0
 */
export const thenVersions = Effect.fnUntraced(function*<A, E extends PhaseError | JournalError, R>(
  { conversation, isAsked, place }: VersionsPlan,
  run: Effect.Effect<A, E, R>
) {
  const outcome = yield* Effect.result(run)
  if (Result.isSuccess(outcome)) {
    if (isAsked) yield* ask(place, undefined)
    return outcome.success
  }
  const error: PhaseError | JournalError = outcome.failure
  if (error._tag !== "JournalError" && (isAsked ? answersFurther(error) : isDisagreement(error))) {
    yield* skipRest(conversation, error.phase)
    yield* ask(place, error)
  }
  return yield* Effect.fail(outcome.failure)
})
