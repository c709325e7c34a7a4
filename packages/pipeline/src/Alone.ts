/**
 * Runs a recipe for its typed result, without a journal and without verdicts.
 *
 * @since 0.1.0
 */
import type { ServiceId } from "@sonde/domain/Service"
import * as Recorder from "@sonde/net/Recorder"
import { Budget } from "@sonde/phases/Conversation"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fold from "./Fold.ts"
import { iso } from "./Moment.ts"
import type { Request } from "./Options.ts"
import * as Passage from "./Passage.ts"
import * as RunId from "./RunId.ts"
import * as RunLog from "./RunLog.ts"
import { Current } from "./Step.ts"

/**
 * Runs the recipe of a service within the limits of a request, and on its way. It is given the history of a run that began now, of
 * which nothing is kept, and what records its lines.
 *
 * @category running
 * @since 0.1.0
 */
export const alone = Effect.fnUntraced(function*<A, E, R>(
  request: Request,
  service: ServiceId,
  recipe: (history: Fold.History, recorder: Recorder.Recorder) => Effect.Effect<A, E, R>
) {
  const clock = yield* Clock.Clock
  const started = clock.currentTimeMillisUnsafe()
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
  return yield* recipe(history, recorder).pipe(
    Effect.provideService(Current, { service, log, recorder, restoring: false, observe: () => Effect.void }),
    Effect.provideService(Budget, {
      phaseMillis: request.phaseMillis,
      commitMillis: request.phaseMillis * 6,
      deadline: started + request.deadlineMillis
    })
  )
}, (effect, request) => Passage.through(request)(effect))
