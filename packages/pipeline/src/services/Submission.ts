/**
 * The submission as a service of a run: what is settled already, what the packs say in advance, the recipe, and what a pass
 * leaves open.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import { DeliveryInDoubt } from "@sonde/domain/Errors"
import type { Finding } from "@sonde/domain/Verdict"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import * as Judge from "../Judge.ts"
import * as Prepare from "../Prepare.ts"
import { order, submission, type SubmissionPlan } from "../recipes/Submission.ts"
import {
  type Attempt,
  diagnose,
  failed,
  passedPhases,
  type Planned,
  restore,
  settled as settledBefore
} from "../ServiceRun.ts"
import { skipRest } from "../Step.ts"
import type { Definition } from "./Definition.ts"

const service = "smtp-submission" as const

/** A plan as verdicts see it. */
const planned = (plan: SubmissionPlan): Planned => ({
  service,
  endpoint: plan.endpoint,
  order: order(plan.endpoint.security),
  message: plan.message
})

/** What a pass leaves open: a provider that decides Send As after DATA has not decided it yet. */
const openQuestions = Effect.fnUntraced(function*(attempt: Attempt, plan: SubmissionPlan) {
  const pack = yield* (yield* Packs).get(attempt.state.provider?.id ?? "")
  const passed = passedPhases(attempt.log, service)
  if (pack?.signIn?.lateSendAs !== true || !passed.includes("mail") || passed.includes("data")) return
  const finding: Finding = {
    id: "send_as_not_proven",
    state: "inconclusive",
    service,
    title: `${pack.name} decides after DATA whether ${plan.credential?.user ?? "the client"} may send as ${plan.from}`,
    text: "No message was sent, so the right to send as this address is not proven.",
    remedies: [{
      kind: "verify",
      text: "Send one message to find out",
      command: `${
        Judge.recheck(attempt.request.options, {
          secret: plan.credential?.kind === "password",
          token: plan.credential?.kind === "token"
        })
      } --deliver`,
      shell: "sh"
    }]
  }
  yield* attempt.log.publish({ type: "finding", finding })
})

/**
 * What an earlier attempt settled for good: the service passed, or its message is delivered or in doubt. True where nothing
 * is left to do.
 */
const settled = Effect.fnUntraced(function*(attempt: Attempt, plan: SubmissionPlan) {
  const { log, request } = attempt
  const earlier = log.history.attempts.slice(0, -1)
  const intent = log.history.intents.get(service)
  const delivered = earlier.map(({ services }) => services.get(service)).findLast((past) =>
    past?.phases.some(({ report }) => report.id === "data" && (report.state === "pass" || report.state === "restored"))
  )
  if (delivered !== undefined && request.options.deliverAgain !== true) {
    yield* restore(attempt, delivered)
    // Only the farewell can be missing behind a message that was delivered; it is not said on another connection.
    yield* skipRest(order(plan.endpoint.security), "until")
    return true
  }
  if (intent !== undefined && request.deliver && request.options.deliverAgain !== true) {
    // The attempt before this one may have been killed before it had planned anything.
    const past = earlier.map(({ services }) => services.get(service)).findLast((one) => one !== undefined)
    if (past !== undefined) yield* restore(attempt, past)
    // Nor may the attempts since have come as far: the report still has each phase once, in order.
    const phases = order(plan.endpoint.security)
    yield* skipRest(phases.slice(0, phases.indexOf("data")), "data")
    const error = new DeliveryInDoubt({
      service,
      endpoint: plan.endpoint,
      phase: "data",
      messageId: intent.messageId,
      message: `the message ${intent.messageId} was sent to its end at ${intent.at} and no answer was kept; `
        + "it is not sent again without --deliver-again"
    })
    yield* log.publish({ type: "phase.end", service, phase: { id: "data", state: "inconclusive", error } })
    yield* failed(attempt, planned(plan), error)
    return true
  }
  return yield* settledBefore(attempt, planned(plan))
})

/** Runs the submission at an endpoint. What it is to be signed in with is in the request. */
const run = Effect.fnUntraced(function*(attempt: Attempt, endpoint: Endpoint) {
  const plan = Prepare.plan(attempt.request, endpoint, attempt.log.history)
  const passed = yield* diagnose(attempt, planned(plan), submission(plan))
  if (passed) yield* openQuestions(attempt, plan)
})

/**
 * The submission as the runner knows it.
 *
 * @category models
 * @since 0.1.0
 */
export const definition = {
  id: service,
  signsIn: true,
  supposed: (request) => Prepare.supposed(request, service),
  find: (request, state, recognised) => Prepare.place(request, state, service, recognised),
  order: ({ security }) => order(security),
  settled: (attempt, endpoint) => settled(attempt, Prepare.plan(attempt.request, endpoint, attempt.log.history)),
  run
} as const satisfies Definition<unknown>
