/**
 * The closed word lists of a run: services, protocols, phases and their states.
 *
 * Order matters here: services and phases are listed in the order in which a
 * run reports them. Nothing in this module talks to a network.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { phaseIds, protocols, securities, serviceIds } from "./Words.ts"

/**
 * One conversation to diagnose. The order decides which failing service gives the exit status.
 *
 * @category models
 * @since 0.1.0
 */
export const ServiceId = Schema.Literals(serviceIds)
/** @category models @since 0.1.0 */
export type ServiceId = typeof ServiceId.Type

/**
 * The protocol spoken at an endpoint.
 *
 * @category models
 * @since 0.1.0
 */
export const Protocol = Schema.Literals(protocols)
/** @category models @since 0.1.0 */
export type Protocol = typeof Protocol.Type

/**
 * How an endpoint is encrypted: in place after STARTTLS, from the first octet (`tls`), not at all (`none`),
 * or by STARTTLS where it is offered (`opportunistic`).
 *
 * @category models
 * @since 0.1.0
 */
export const Security = Schema.Literals(securities)
/** @category models @since 0.1.0 */
export type Security = typeof Security.Type

/**
 * One typed step of a service.
 *
 * @category models
 * @since 0.1.0
 */
export const PhaseId = Schema.Literals(phaseIds)
/** @category models @since 0.1.0 */
export type PhaseId = typeof PhaseId.Type

/**
 * What became of a phase. `restored` was read back from the journal of an earlier attempt.
 *
 * @category models
 * @since 0.1.0
 */
export const PhaseState = Schema.Literals(["pass", "fail", "warn", "inconclusive", "skip", "restored"])
/** @category models @since 0.1.0 */
export type PhaseState = typeof PhaseState.Type

/**
 * Why a phase was skipped: the phase that stopped the service, or a reason of the run. `not_known` is a phase that lacks what it
 * would have to look for.
 *
 * @category models
 * @since 0.1.0
 */
export const SkipReason = Schema.Union([
  PhaseId,
  Schema.Literals(["until", "no_credential", "policy", "not_offered", "not_known", "interrupted"])
])
/** @category models @since 0.1.0 */
export type SkipReason = typeof SkipReason.Type

/**
 * The outcome of a service or a run, worst last.
 *
 * @category models
 * @since 0.1.0
 */
export const Outcome = Schema.Literals(["pass", "warn", "inconclusive", "fail"])
/** @category models @since 0.1.0 */
export type Outcome = typeof Outcome.Type

/**
 * The state of a run as a whole.
 *
 * @category models
 * @since 0.1.0
 */
export const RunState = Schema.Literals(["queued", "running", "suspended", "finished"])
/** @category models @since 0.1.0 */
export type RunState = typeof RunState.Type

const rank: Record<Outcome, number> = { pass: 0, warn: 1, inconclusive: 2, fail: 3 }

/**
 * The worst of several outcomes, in the order fail, inconclusive, warn, pass; `pass` for none.
 *
 * @category combinators
 * @since 0.1.0
 */
export const worst = (outcomes: ReadonlyArray<Outcome>): Outcome =>
  outcomes.reduce<Outcome>((found, next) => rank[next] > rank[found] ? next : found, "pass")
