/**
 * The token as a service of a run.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { JournalError } from "@sonde/domain/Errors"
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import type { Pack } from "@sonde/packs/Pack"
import { Packs } from "@sonde/packs/Packs"
import { judge, read } from "@sonde/phases/Claims"
import { scopesToRead } from "@sonde/phases/find/Graph"
import type { Grant } from "@sonde/phases/Grant"
import { placeOf } from "@sonde/phases/HttpAsk"
import { Prompter } from "@sonde/phases/Token"
import { TokenCache } from "@sonde/phases/TokenCache"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { iso } from "../Moment.ts"
import * as OAuth from "../OAuth.ts"
import type { GrantPlan } from "../options/GrantPlan.ts"
import { type Order, order, token, type TokenPlan } from "../recipes/Token.ts"
import { type Attempt, failed, isPhaseError, restore } from "../ServiceRun.ts"
import { finds } from "./Looking.ts"

const service = "token" as const

/** The way to a token. Without a directory the domain of the mailbox names it. */
const orderOf = (
  { recorder, request }: Pick<Attempt, "request" | "recorder">,
  plan: GrantPlan,
  pack: Pack | undefined,
  uses: readonly [OAuth.Use, ...ReadonlyArray<OAuth.Use>],
  isKept: boolean
): Order => {
  const { options, pins } = request
  const directory = options.tenant ?? request.domain ?? "organizations"
  const known = OAuth.source(pack, uses[0], plan.kind, directory)
  const { readBack } = request
  const scopes = uses.flatMap((use) => {
    const own = OAuth.source(pack, use, plan.kind, directory).scope.split(" ")
    return readBack !== undefined && finds(request, use.service) ? scopesToRead(own, readBack.remove) : own
  })
  const { clientId, kind, proof, refreshToken, serviceAccount } = plan
  const scope = [...new Set(scopes)].join(" ")
  const common = { clientId, scope }
  const { offline } = known
  // Only who keeps tokens has a use for one that outlives the run.
  const ofPerson = isKept && offline.scope !== undefined
    ? { clientId, scope: `${scope} ${offline.scope}`.trim() }
    : common
  const parameters = isKept ? offline.parameters : {}
  // `Options` saw to it that each kind has what it needs.
  const grant: Grant = kind === "client-credentials" && proof !== undefined
    ? { ...common, kind, proof }
    : kind === "refresh-token" && refreshToken !== undefined
    ? { ...common, kind, refreshToken, proof }
    : kind === "service-account" && serviceAccount !== undefined
    ? { ...common, kind, keyFile: serviceAccount, user: plan.user }
    : kind === "authorization-code"
    ? { ...ofPerson, kind, proof, redirectUri: options.redirectUri ?? known.redirectUri, user: plan.user, parameters }
    : { ...ofPerson, kind: "device-code" }
  return {
    grant,
    user: plan.user,
    way: { service, pins, server: options.dns, ca: options.ca, recorder },
    // An endpoint by hand is not looked for.
    metadata: options.tokenEndpoint === undefined ? known.metadata : undefined,
    tokenEndpoint: options.tokenEndpoint ?? known.tokenEndpoint,
    authorizationEndpoint: options.authorizationEndpoint ?? known.authorizationEndpoint,
    deviceEndpoint: known.deviceEndpoint
  }
}

/**
 * A service that is to be signed in to with the token, and its host.
 *
 * @category models
 * @since 0.1.0
 */
export interface For {
  readonly service: ServiceId
  readonly endpoint: Endpoint
}

/**
 * The plan of a token for services, or `undefined` where there is none to obtain or to read.
 *
 * @category constructors
 * @since 0.1.0
 */
export const planOf = Effect.fnUntraced(function*(
  attempt: Pick<Attempt, "request" | "state" | "recorder">,
  [first, ...others]: readonly [For, ...ReadonlyArray<For>]
): Effect.fn.Return<TokenPlan | undefined, never, Packs> {
  const { request, state } = attempt
  const { credential, grant } = request
  const user = credential?.user ?? grant?.user
  if (user === undefined) return undefined
  const pack = yield* (yield* Packs).get(state.provider?.id ?? "")
  const { audience, cloud, scope, tenant } = request.options
  const useOf = ({ endpoint, service: id }: For): OAuth.Use => ({
    service: id,
    host: endpoint.host,
    tenant,
    cloud,
    user,
    audience,
    scope
  })
  const uses = [useOf(first), ...others.map(useOf)] as const
  const wish = grant === undefined ? undefined : orderOf(attempt, grant, pack, uses, (yield* TokenCache) !== undefined)
  const place = wish?.tokenEndpoint === undefined ? undefined : placeOf(wish.tokenEndpoint)
  const endpoint = place?.endpoint ?? OAuth.issuer(pack, uses[0]) ?? first.endpoint
  return {
    service,
    endpoint,
    given: credential?.secret,
    order: wish,
    wanted: uses.map((use) => OAuth.wanted(pack, use))
  }
})

/**
 * What a token means for the services that want it: the phase that stands in the way of one, or nothing.
 *
 * @category models
 * @since 0.1.0
 */
export type Obstacle = (service: ServiceId) => PhaseId | undefined

const none: Obstacle = () => undefined

/** Of a token with wrong claims: those stand in the way of the services that they are wrong for, and of no other. */
const obstacle = Effect.fnUntraced(function*(
  secret: Redacted.Redacted<string>,
  plan: TokenPlan,
  services: ReadonlyArray<For>
) {
  const reading = read(secret)
  if (reading.format !== "jwt") return (): PhaseId => "claims"
  const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
  const fit = new Set(
    services.flatMap(({ service: id }, index) =>
      judge(reading.claims, plan.wanted.slice(index, index + 1), now).wrong.length === 0 ? [id] : []
    )
  )
  const stopped: Obstacle = (id) => fit.has(id) ? undefined : "claims"
  return stopped
})

/**
 * Obtains the token, or reads the given one, for services at their endpoints. Where those are all `settled` by an earlier
 * attempt, nothing is done but telling what the token was then.
 *
 * @category running
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function*(
  attempt: Attempt,
  services: readonly [For, ...ReadonlyArray<For>],
  settled: boolean
): Effect.fn.Return<Obstacle, JournalError, Effect.Services<ReturnType<typeof token>> | Packs> {
  const { log, request } = attempt
  const plan = yield* planOf(attempt, services)
  if (plan === undefined) return none
  const { endpoint } = plan
  attempt.wanted = new Map(services.map(({ service: id }, index) => [id, plan.wanted[index]!]))
  yield* log.write({ entry: "service", service, endpoint })
  if (settled) {
    const past = log.history.attempts.slice(0, -1).map(({ services }) => services.get(service)).findLast((one) =>
      one !== undefined
    )
    if (past !== undefined) yield* restore(attempt, past)
    return none
  }
  let found: Redacted.Redacted<string> | undefined
  const tell = yield* Prompter
  const outcome = yield* token(plan, (secret, obtained) => {
    found = secret
    if (obtained !== undefined) attempt.obtained = { services: services.map(({ service: id }) => id), token: obtained }
  }).pipe(
    Effect.provideService(Prompter, (prompt) => {
      const { code, expiresAtMillis, uri } = prompt
      const told = log.publish({ type: "prompt", service, phase: "token", uri, code, expiresAt: iso(expiresAtMillis) })
      // A journal that cannot be written fails the run at its next entry.
      return Effect.andThen(Effect.ignore(told), tell(prompt))
    }),
    Effect.result
  )
  if (found !== undefined && request.grant !== undefined) {
    const { user } = request.grant
    attempt.request = {
      ...request,
      credential: { kind: "token", user, secret: found, mechanism: request.options.auth ?? "auto" }
    }
  }
  if (outcome._tag === "Success") {
    attempt.claims = outcome.success.claims
    return none
  }
  if (!isPhaseError(outcome.failure)) return yield* outcome.failure
  const tokenFor = services.length === 1 ? services[0].service : undefined
  yield* failed(attempt, { service, endpoint, order, tokenFor }, outcome.failure)
  const { phase } = outcome.failure
  return phase === "claims" && found !== undefined ? yield* obstacle(found, plan, services) : () => phase
})
