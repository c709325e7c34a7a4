/**
 * The token as a service of a run.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { JournalError, PhaseError } from "@sonde/domain/Errors"
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import type { Pack } from "@sonde/packs/Pack"
import { Packs } from "@sonde/packs/Packs"
import type { Grant } from "@sonde/phases/Grant"
import { placeOf } from "@sonde/phases/HttpAsk"
import * as Effect from "effect/Effect"
import * as OAuth from "../OAuth.ts"
import type { GrantPlan } from "../Options.ts"
import { type Order, order, token, type TokenPlan } from "../recipes/Token.ts"
import { type Attempt, failed, restore } from "../ServiceRun.ts"

const service = "token" as const

const isPhaseError = (error: PhaseError | JournalError): error is PhaseError => error._tag !== "JournalError"

/** The way to a token. Without a directory the domain of the mailbox names it. */
const orderOf = (
  { recorder, request }: Pick<Attempt, "request" | "recorder">,
  plan: GrantPlan,
  pack: Pack | undefined,
  use: OAuth.Use
): Order => {
  const { options, pins } = request
  const known = OAuth.source(pack, use, plan.kind, options.tenant ?? request.domain ?? "organizations")
  const { clientId, kind, proof, refreshToken } = plan
  const common = { clientId, scope: known.scope }
  // `Options` saw to it that each kind has what it needs.
  const grant: Grant = kind === "client-credentials" && proof !== undefined
    ? { ...common, kind, proof }
    : kind === "refresh-token" && refreshToken !== undefined
    ? { ...common, kind, refreshToken, proof }
    : { ...common, kind: "device-code" }
  return {
    grant,
    way: { service, pins, server: options.dns, ca: options.ca, recorder },
    // An endpoint by hand is not looked for.
    metadata: options.tokenEndpoint === undefined ? known.metadata : undefined,
    tokenEndpoint: options.tokenEndpoint ?? known.tokenEndpoint,
    deviceEndpoint: known.deviceEndpoint
  }
}

/**
 * The plan of a token for a service at an endpoint, or `undefined` where there is none to obtain or to read.
 *
 * @category constructors
 * @since 0.1.0
 */
export const planOf = Effect.fnUntraced(function*(
  attempt: Pick<Attempt, "request" | "state" | "recorder">,
  mail: Endpoint,
  forService: ServiceId
): Effect.fn.Return<TokenPlan | undefined, never, Packs> {
  const { request, state } = attempt
  const { credential, grant } = request
  const user = credential?.user ?? grant?.user
  if (user === undefined) return undefined
  const pack = yield* (yield* Packs).get(state.provider?.id ?? "")
  const { cloud, tenant } = request.options
  const use: OAuth.Use = { service: forService, host: mail.host, tenant, cloud, user }
  const wish = grant === undefined ? undefined : orderOf(attempt, grant, pack, use)
  const place = wish?.tokenEndpoint === undefined ? undefined : placeOf(wish.tokenEndpoint)
  const endpoint = place?.endpoint ?? OAuth.issuer(pack, use) ?? mail
  return { service, endpoint, given: credential?.secret, order: wish, wanted: [OAuth.wanted(pack, use)] }
})

/**
 * Obtains the token, or reads the given one, for the service at an endpoint. Gives the phase that stands in the way of
 * signing in, if one does. Where the other services are settled by an earlier attempt, nothing is done but telling what the
 * token was then.
 *
 * @category running
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function*(
  attempt: Attempt,
  mail: Endpoint,
  settled: boolean
): Effect.fn.Return<PhaseId | undefined, JournalError, Effect.Services<ReturnType<typeof token>> | Packs> {
  const { log, request } = attempt
  const plan = yield* planOf(attempt, mail, "smtp-submission")
  if (plan === undefined) return undefined
  const { endpoint } = plan
  yield* log.write({ entry: "service", service, endpoint })
  if (settled) {
    const past = log.history.attempts.slice(0, -1).map(({ services }) => services.get(service)).findLast((one) =>
      one !== undefined
    )
    if (past !== undefined) yield* restore(attempt, past)
    return undefined
  }
  const outcome = yield* Effect.result(token(plan))
  if (outcome._tag === "Failure") {
    if (!isPhaseError(outcome.failure)) return yield* outcome.failure
    yield* failed(attempt, { service, endpoint, order }, outcome.failure)
    return outcome.failure.phase
  }
  const { claims, token: secret } = outcome.success
  attempt.claims = claims
  if (request.grant !== undefined) {
    const { user } = request.grant
    attempt.request = {
      ...request,
      credential: { kind: "token", user, secret, mechanism: request.options.auth ?? "auto" }
    }
  }
  return undefined
})
