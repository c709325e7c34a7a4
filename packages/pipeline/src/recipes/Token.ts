/**
 * Comes by an access token and reads it, before anybody is asked to take it.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import type { ClaimsFacts } from "@sonde/domain/TokenFacts"
import { Claims, type Wanted } from "@sonde/phases/Claims"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { skip, step } from "../Step.ts"

/**
 * The token that was given, and what its uses want of it. `endpoint` is where such tokens come from.
 *
 * @category models
 * @since 0.1.0
 */
export interface TokenPlan {
  readonly service: ServiceId
  readonly endpoint: Endpoint
  readonly token: Redacted.Redacted<string>
  readonly wanted: ReadonlyArray<Wanted>
}

/**
 * A token and what it says of itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface TokenOutcome {
  readonly token: Redacted.Redacted<string>
  readonly claims: ClaimsFacts
}

/**
 * The phases of a token in the order in which they happen.
 *
 * @category combinators
 * @since 0.1.0
 */
export const order: ReadonlyArray<PhaseId> = ["metadata", "token", "claims"]

/**
 * Reads the token of the plan. Of a token that was given nobody is asked.
 *
 * @category recipes
 * @since 0.1.0
 */
export const token = Effect.fn("Recipe.token")(function*(plan: TokenPlan) {
  const { endpoint, service, token, wanted } = plan
  yield* skip("metadata", "until")
  yield* skip("token", "until")
  const claims = yield* step(yield* Claims, { service, endpoint, token, wanted }, format(endpoint))
  const outcome: TokenOutcome = { token, claims }
  return outcome
})
