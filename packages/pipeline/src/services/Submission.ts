/**
 * The submission as a service of a run: what is settled already, what the packs say in advance, the recipe, and what a pass
 * leaves open.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { Finding } from "@sonde/domain/Verdict"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import { settled } from "../Delivered.ts"
import * as Judge from "../Judge.ts"
import type { Request } from "../Options.ts"
import * as Prepare from "../Prepare.ts"
import { order, submission, type SubmissionPlan } from "../recipes/Submission.ts"
import { asking, thenVersions, withVersions } from "../recipes/Versions.ts"
import { type Attempt, diagnose, passedPhases, type Planned } from "../ServiceRun.ts"
import type { Definition } from "./Definition.ts"

const service = "smtp-submission" as const

const orderOf = (endpoint: Endpoint, request: Request) => withVersions(request, endpoint, order(endpoint.security))

/** A plan as verdicts see it. */
const planned = (request: Request, plan: SubmissionPlan): Planned => ({
  service,
  endpoint: plan.endpoint,
  order: orderOf(plan.endpoint, request),
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

/** Runs the submission at an endpoint. What it is to be signed in with is in the request. */
const run = Effect.fnUntraced(function*(attempt: Attempt, endpoint: Endpoint) {
  const { log, request } = attempt
  const plan = Prepare.plan(request, endpoint, log.history)
  const question = { place: plan, conversation: order(endpoint.security), asks: asking(request, endpoint) }
  const passed = yield* diagnose(attempt, planned(request, plan), thenVersions(question, submission(plan)))
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
  order: orderOf,
  settled: (attempt, endpoint) => {
    const { log, request } = attempt
    return settled(attempt, planned(request, Prepare.plan(request, endpoint, log.history)), "data")
  },
  run
} as const satisfies Definition<unknown>
