/**
 * The submission as a service of a run: what is settled already, what the packs say in advance, the recipe, and what a pass
 * leaves open.
 *
 * @since 0.1.0
 */
import {
  DeliveryInDoubt,
  type JournalError,
  type PhaseError,
  type ProtocolError,
  type ResolveError
} from "@sonde/domain/Errors"
import type { CheckOptions } from "@sonde/domain/Options"
import type { Finding } from "@sonde/domain/Verdict"
import { Packs } from "@sonde/packs/Packs"
import { Classifier } from "@sonde/phases/Classifier"
import * as Effect from "effect/Effect"
import * as Judge from "../Judge.ts"
import * as Prepare from "../Prepare.ts"
import { order, submission, type SubmissionPlan } from "../recipes/Submission.ts"
import { type Attempt, circumstances, failed, passedPhases, type Planned, restore } from "../ServiceRun.ts"
import { skipRest } from "../Step.ts"

const service = "smtp-submission" as const

const isPhaseError = (error: PhaseError | JournalError): error is PhaseError => error._tag !== "JournalError"

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

/** What the packs say before anything is dialled. True when the service must not go on. */
const preflight = Effect.fnUntraced(function*(attempt: Attempt, plan: SubmissionPlan) {
  if (attempt.request.options.ignorePreflight === true) return { stop: false, warnings: [] }
  const judgements = Judge.preflight(circumstances(attempt, planned(plan)))
  const stop = judgements.some((judgement) => judgement.stop)
  for (const { verdict } of judgements.filter((judgement) => judgement.stop)) {
    yield* attempt.log.publish({ type: "verdict", verdict })
  }
  return { stop, warnings: judgements.filter((judgement) => !judgement.stop).map(({ verdict }) => verdict) }
})

/**
 * What an earlier attempt settled for good: the service passed, or its message is delivered or in doubt. True where nothing
 * is left to do.
 *
 * @category running
 * @since 0.1.0
 */
export const settled = Effect.fnUntraced(function*(attempt: Attempt, plan: SubmissionPlan) {
  const { log, request } = attempt
  const earlier = log.history.attempts.slice(0, -1)
  const before = earlier.at(-1)
  const last = before?.services.get(service)
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
  const passed = last !== undefined && before?.state === "finished" &&
    last.phases.every(({ report }) =>
      report.state === "pass" || report.state === "restored" || report.state === "skip"
    ) &&
    last.phases.some(({ report }) => report.state !== "skip")
  if (passed && sameQuestion(before.options, request.options)) {
    yield* restore(attempt, last)
    for (const finding of before.findings) yield* log.publish({ type: "finding", finding })
    return true
  }
  return false
})

/** Whether two sets of options ask the same of a server; waiting and presentation do not count. */
const sameQuestion = (left: CheckOptions, right: CheckOptions): boolean => {
  const asked = ({ deadline: _, timeout: __, wait: ___, ...options }: CheckOptions) =>
    JSON.stringify(Object.entries(options).sort(([one], [other]) => one < other ? -1 : 1))
  return asked(left) === asked(right)
}

/**
 * An endpoint could not be found: the failure of the first phase.
 *
 * @category running
 * @since 0.1.0
 */
export const unplaced = Effect.fnUntraced(function*(attempt: Attempt, error: ResolveError | ProtocolError) {
  const { log, request } = attempt
  const endpoint = Prepare.supposed(request)
  yield* log.write({ entry: "service", service, endpoint })
  yield* log.publish({ type: "phase.start", service, phase: "resolve" })
  const inconclusive = error._tag === "ResolveError" && error.isTemporary
  yield* log.publish({
    type: "phase.end",
    service,
    phase: { id: "resolve", state: inconclusive ? "inconclusive" : "fail", durationMillis: 0, error }
  })
  yield* failed(attempt, { service, endpoint, order: order(endpoint.security) }, error)
})

/** What the token left in doubt: the first thing to look at where sign-in is refused and the reply leaves the cause open. */
const doubted = Effect.fnUntraced(function*(attempt: Attempt, plan: SubmissionPlan, error: PhaseError) {
  if (error._tag !== "AuthRejected") return
  const [answer] = Judge.verdicts(error, circumstances(attempt, planned(plan)))
  if (answer?.confidence === "certain") return
  for (
    const verdict of Judge.doubts(circumstances(attempt, { service: "token", endpoint: error.endpoint, order: [] }))
  ) {
    yield* attempt.log.publish({ type: "verdict", verdict })
  }
})

/**
 * Runs the submission at an endpoint. What it is to be signed in with is in the request.
 *
 * @category running
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function*(attempt: Attempt, plan: SubmissionPlan) {
  const { log, request, state } = attempt
  const { stop, warnings } = yield* preflight(attempt, plan)
  if (stop) return yield* skipRest(order(plan.endpoint.security), "policy")

  const outcome = yield* Effect.result(
    Effect.provideService(submission(plan), Classifier, Judge.classifier(plan, request, state))
  )
  if (outcome._tag === "Failure") {
    if (!isPhaseError(outcome.failure)) return yield* outcome.failure
    yield* doubted(attempt, plan, outcome.failure)
    yield* failed(attempt, planned(plan), outcome.failure)
    for (const verdict of warnings) yield* log.publish({ type: "verdict", verdict })
    return
  }
  yield* openQuestions(attempt, plan)
  const proven = passedPhases(log, service).includes("data")
  for (const verdict of warnings) {
    // Whether somebody may send as somebody else is answered by a delivery, and asked by a finding without one.
    if (verdict.cause === "send_as_denied" && (proven || passedPhases(log, service).includes("mail"))) continue
    // A server that took the secret has answered whether its form is right.
    if (verdict.cause === "secret_form" && passedPhases(log, service).includes("auth")) continue
    const { cause, explanation, remedies, title } = verdict
    const finding: Finding = { id: cause, state: "warn", service, title, text: explanation, remedies }
    yield* log.publish({ type: "finding", finding })
  }
})
