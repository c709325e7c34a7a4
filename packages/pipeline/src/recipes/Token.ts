/**
 * Comes by an access token and reads it, before anybody is asked to take it.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import { ResolveError } from "@sonde/domain/Errors"
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import type { ClaimsFacts } from "@sonde/domain/TokenFacts"
import { Claims, type Wanted } from "@sonde/phases/Claims"
import type { Grant } from "@sonde/phases/Grant"
import { placeOf, type Way } from "@sonde/phases/HttpAsk"
import { Metadata } from "@sonde/phases/Metadata"
import { type Obtained, Token } from "@sonde/phases/Token"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { attempt, skip, step } from "../Step.ts"

/**
 * What to obtain and from whom: the URLs that are known, of which a metadata document can name others.
 *
 * @category models
 * @since 0.1.0
 */
export interface Order {
  readonly grant: Grant
  /** Whose mailbox the token is for. */
  readonly user: string
  readonly way: Way
  readonly metadata: string | undefined
  readonly tokenEndpoint: string | undefined
  readonly authorizationEndpoint: string | undefined
  readonly deviceEndpoint: string | undefined
}

/**
 * The token that was given, or how to obtain one, and what its uses want of it. `endpoint` is where such tokens come from.
 *
 * @category models
 * @since 0.1.0
 */
export interface TokenPlan {
  readonly service: ServiceId
  readonly endpoint: Endpoint
  readonly given: Redacted.Redacted<string> | undefined
  readonly order: Order | undefined
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
  readonly refreshToken?: Redacted.Redacted<string> | undefined
  readonly claims: ClaimsFacts
}

/**
 * The phases of a token in the order in which they happen.
 *
 * @category combinators
 * @since 0.1.0
 */
export const order: ReadonlyArray<PhaseId> = ["metadata", "token", "claims"]

const obtain = Effect.fnUntraced(function*({ endpoint, service }: TokenPlan, wish: Order) {
  const { way } = wish
  const place = wish.metadata === undefined ? undefined : placeOf(wish.metadata)
  // What an issuer says of itself is worth knowing; where its endpoints are known, nothing depends on it.
  const published = place === undefined
    ? yield* skip("metadata", "until")
    : yield* attempt(yield* Metadata, { way, place }, wish.metadata ?? "")
  return yield* grantStep({ endpoint, service }, wish, {
    tokenEndpoint: wish.tokenEndpoint ?? published?.tokenEndpoint,
    authorizationEndpoint: wish.authorizationEndpoint ?? published?.authorizationEndpoint,
    deviceEndpoint: wish.deviceEndpoint ?? published?.deviceEndpoint
  })
})

/**
 * Obtains a token at endpoints that are known by now. Fails where the one that the grant needs is not.
 *
 * @category recipes
 * @since 0.1.0
 */
export const grantStep = Effect.fnUntraced(function*(
  { endpoint, service }: Pick<TokenPlan, "endpoint" | "service">,
  { grant, user, way }: Pick<Order, "grant" | "user" | "way">,
  { authorizationEndpoint, deviceEndpoint, tokenEndpoint }: Pick<
    Order,
    "tokenEndpoint" | "authorizationEndpoint" | "deviceEndpoint"
  >
) {
  const lacking = tokenEndpoint === undefined
    ? "token"
    : grant.kind === "device-code" && deviceEndpoint === undefined
    ? "device code"
    : grant.kind === "authorization-code" && authorizationEndpoint === undefined
    ? "authorization"
    : undefined
  if (tokenEndpoint === undefined || lacking !== undefined) {
    const missing = new ResolveError({
      service,
      endpoint,
      phase: "token",
      reason: "NoRecords",
      name: endpoint.host,
      message: `no ${lacking} endpoint is known for ${endpoint.host}; name the `
        + "provider with --provider, or the endpoint with --token-endpoint"
    })
    const { definition } = yield* Token
    return yield* step({ definition, run: () => Effect.fail(missing) }, undefined, format(endpoint))
  }
  return yield* step(yield* Token, {
    way,
    grant,
    tokenEndpoint,
    authorizationEndpoint,
    deviceEndpoint,
    user
  }, tokenEndpoint)
})

/**
 * Obtains the token of the plan, where none is given, and reads it. `onToken` is told of it before it is judged, with how it
 * was obtained.
 *
 * @category recipes
 * @since 0.1.0
 */
export const token = Effect.fn("Recipe.token")(function*(
  plan: TokenPlan,
  onToken: (token: Redacted.Redacted<string>, obtained: Obtained | undefined) => void = () => {}
) {
  const { endpoint, given, service, wanted } = plan
  const obtained = plan.order === undefined ? undefined : yield* obtain(plan, plan.order)
  const found = obtained?.token ?? given
  if (found === undefined) return yield* Effect.die(new Error("a plan without a token"))
  onToken(found, obtained)
  if (obtained === undefined) {
    // Of a token that was given nobody is asked.
    yield* skip("metadata", "until")
    yield* skip("token", "until")
  }
  const claims = yield* step(yield* Claims, { service, endpoint, token: found, wanted }, format(endpoint))
  const outcome: TokenOutcome = { token: found, refreshToken: obtained?.refreshToken, claims }
  return outcome
})
