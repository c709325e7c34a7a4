/**
 * Obtains a token for its typed result: the same recipe as in a run, without journal and verdicts.
 *
 * @since 0.1.0
 */
import type { ErrorOf } from "@sonde/domain/Errors"
import type { ServiceId } from "@sonde/domain/Service"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { alone } from "./Alone.ts"
import type { Request } from "./Options.ts"
import * as Prepare from "./Prepare.ts"
import { token as recipe } from "./recipes/Token.ts"
import * as Recognition from "./Recognition.ts"
import { planOf } from "./services/Token.ts"

/**
 * Everything obtaining a token can fail with.
 *
 * @category errors
 * @since 0.1.0
 */
export type TokenFailure = ErrorOf<"metadata" | "token" | "claims">

/**
 * Obtains the token of a request, or reads the one that is in it, for a service. A request without either is a defect.
 *
 * @category running
 * @since 0.1.0
 */
export const obtain = Effect.fn("Obtain.obtain")(function*(request: Request, forService: ServiceId) {
  return yield* alone(
    request,
    "token",
    Effect.fnUntraced(function*(_, recorder) {
      const state = Recognition.nothing()
      const place = Prepare.isMailService(forService) ? forService : "smtp-submission"
      const found = yield* Effect.result(Prepare.endpoint(request, state, place))
      const mail = Result.getOrElse(found, () => Prepare.supposed(request, place))
      const plan = yield* planOf({ request, state, recorder }, [{ service: forService, endpoint: mail }])
      if (plan === undefined) return yield* Effect.die(new Error("a request without a token"))
      // Without a journal there is none that could fail.
      return yield* Effect.catchTag(recipe(plan), "JournalError", Effect.die)
    })
  )
})
