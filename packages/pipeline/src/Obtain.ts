/**
 * Obtains a token for its typed result: the same recipe as in a run, without journal and verdicts.
 *
 * @since 0.1.0
 */
import type { ErrorOf } from "@sonde/domain/Errors"
import type { ServiceId } from "@sonde/domain/Service"
import * as Recorder from "@sonde/net/Recorder"
import { Budget } from "@sonde/phases/Conversation"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Fold from "./Fold.ts"
import { iso } from "./Moment.ts"
import type { Request } from "./Options.ts"
import * as Passage from "./Passage.ts"
import * as Prepare from "./Prepare.ts"
import { token as recipe } from "./recipes/Token.ts"
import * as Recognition from "./Recognition.ts"
import * as RunId from "./RunId.ts"
import * as RunLog from "./RunLog.ts"
import { planOf } from "./services/Token.ts"
import { Current } from "./Step.ts"

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
  const clock = yield* Clock.Clock
  const started = clock.currentTimeMillisUnsafe()
  const state = Recognition.nothing()
  const place = Prepare.isMailService(forService) ? forService : "smtp-submission"
  const found = yield* Effect.result(Prepare.endpoint(request, state, place))
  const mail = Result.getOrElse(found, () => Prepare.supposed(request, place))
  const history = Fold.begin({
    entry: "run",
    schema: "sonde.journal/1",
    run: RunId.make(started),
    at: iso(started),
    target: { input: request.target.input },
    options: request.options,
    had: {}
  })
  const log = RunLog.make({ history, file: undefined, clock, listen: () => {} })
  const recorder = Recorder.make({
    now: () => clock.currentTimeMillisUnsafe() - started,
    secrets: request.credential === undefined ? [] : [request.credential.secret],
    onLine: log.line
  })
  const plan = yield* planOf({ request, state, recorder }, [{ service: forService, endpoint: mail }])
  if (plan === undefined) return yield* Effect.die(new Error("a request without a token"))
  return yield* recipe(plan).pipe(
    // Without a journal there is none that could fail.
    Effect.catchTag("JournalError", Effect.die),
    Effect.provideService(Current, { service: "token", log, recorder, restoring: false, observe: () => Effect.void }),
    Effect.provideService(Budget, {
      phaseMillis: request.phaseMillis,
      commitMillis: request.phaseMillis * 6,
      deadline: started + request.deadlineMillis
    })
  )
}, (effect, request) => Passage.through(request)(effect))
