/**
 * The token as a service of a run.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { JournalError, PhaseError } from "@sonde/domain/Errors"
import type { PhaseId } from "@sonde/domain/Service"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import * as OAuth from "../OAuth.ts"
import { order, token } from "../recipes/Token.ts"
import { type Attempt, failed, restore } from "../ServiceRun.ts"

const service = "token" as const

const isPhaseError = (error: PhaseError | JournalError): error is PhaseError => error._tag !== "JournalError"

/**
 * Reads the token for the service at an endpoint. Gives the phase that stands in the way of signing in, if one does. Where
 * the other services are settled by an earlier attempt, nothing is done but telling what the token was then.
 *
 * @category running
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function*(
  attempt: Attempt,
  mail: Endpoint,
  settled: boolean
): Effect.fn.Return<PhaseId | undefined, JournalError, Effect.Services<ReturnType<typeof token>> | Packs> {
  const { log, request, state } = attempt
  const { credential } = request
  if (credential === undefined) return undefined
  const pack = yield* (yield* Packs).get(state.provider?.id ?? "")
  const { cloud, tenant } = request.options
  const use: OAuth.Use = { service: "smtp-submission", host: mail.host, tenant, cloud, user: credential.user }
  const endpoint = OAuth.issuer(pack, use) ?? mail
  yield* log.write({ entry: "service", service, endpoint })
  if (settled) {
    const past = log.history.attempts.slice(0, -1).map(({ services }) => services.get(service)).findLast((one) =>
      one !== undefined
    )
    if (past !== undefined) yield* restore(attempt, past)
    return undefined
  }
  const wanted = [OAuth.wanted(pack, use)]
  const outcome = yield* Effect.result(token({ service, endpoint, token: credential.secret, wanted }))
  if (outcome._tag === "Failure") {
    if (!isPhaseError(outcome.failure)) return yield* outcome.failure
    yield* failed(attempt, { service, endpoint, order }, outcome.failure)
    return outcome.failure.phase
  }
  attempt.claims = outcome.success.claims
  return undefined
})
