/**
 * A submission for its typed result, without a journal and without verdicts.
 *
 * @since 0.1.0
 */
import type { ErrorOf } from "@sonde/domain/Errors"
import * as Recorder from "@sonde/net/Recorder"
import { Classifier } from "@sonde/phases/Classifier"
import { Budget } from "@sonde/phases/Conversation"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fold from "./Fold.ts"
import * as Judge from "./Judge.ts"
import { iso } from "./Moment.ts"
import type { Request } from "./Options.ts"
import * as Prepare from "./Prepare.ts"
import { submission as recipe } from "./recipes/Submission.ts"
import * as Recognition from "./Recognition.ts"
import * as RunId from "./RunId.ts"
import * as RunLog from "./RunLog.ts"
import { Current } from "./Step.ts"

/**
 * Everything a submission can fail with: the errors of its phases, and no others.
 *
 * @category errors
 * @since 0.1.0
 */
export type SubmissionFailure = ErrorOf<
  "resolve" | "connect" | "greeting" | "ehlo" | "starttls" | "tls" | "auth" | "mail" | "rcpt" | "data"
>

/**
 * Submits as far as the request says. Each error carries what was exchanged before it.
 *
 * @category running
 * @since 0.1.0
 */
export const submission = Effect.fn("Submit.submission")(function*(request: Request) {
  // A token has failures of its own, which are none of a submission.
  if (request.grant !== undefined) return yield* Effect.die(new Error("obtain the token first, and give it"))
  const clock = yield* Clock.Clock
  const started = clock.currentTimeMillisUnsafe()
  const state = Recognition.nothing()
  const endpoint = yield* Prepare.endpoint(request, state)
  const startedAt = iso(started)
  const history = Fold.begin({
    entry: "run",
    schema: "sonde.journal/1",
    run: RunId.make(started),
    at: startedAt,
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
  const plan = Prepare.plan(request, endpoint, history)
  return yield* recipe(plan).pipe(
    // Without a journal there is none that could fail.
    Effect.catchTag("JournalError", Effect.die),
    Effect.provideService(Classifier, Judge.classifier(plan, request, state)),
    Effect.provideService(Current, {
      service: plan.service,
      log,
      recorder,
      restoring: false,
      observe: () => Effect.void
    }),
    Effect.provideService(Budget, {
      phaseMillis: request.phaseMillis,
      commitMillis: request.phaseMillis * 6,
      deadline: started + request.deadlineMillis
    })
  )
})
