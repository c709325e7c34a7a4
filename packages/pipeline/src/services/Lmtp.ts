/**
 * A delivery into a mail store by LMTP as a service of a run (RFC 2033). Its endpoint is always given by hand: nothing publishes where
 * a store takes mail.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import * as Effect from "effect/Effect"
import { settled } from "../Delivered.ts"
import type { Request } from "../Options.ts"
import * as Prepare from "../Prepare.ts"
import { order, submission, type SubmissionPlan } from "../recipes/Submission.ts"
import { asking, thenVersions, withVersions } from "../recipes/Versions.ts"
import { type Attempt, diagnose, type Planned } from "../ServiceRun.ts"
import type { Definition } from "./Definition.ts"

const service = "lmtp" as const

/** RFC 2033 section 5: not on port 25. 24 is what is given to private mail systems. */
const usualPort = 24

/** `Options` saw to it that there is a host. */
const supposed = (request: Request): Endpoint => ({
  protocol: "lmtp",
  host: request.host ?? request.domain ?? request.options.target,
  port: request.port ?? usualPort,
  security: request.security ?? "opportunistic"
})

const planOf = ({ log, request }: Attempt, endpoint: Endpoint): SubmissionPlan => ({
  ...Prepare.plan({ ...request, to: request.lmtp.to }, endpoint, log.history),
  service,
  until: request.lmtp.until
})

const orderOf = (endpoint: Endpoint, request: Request) => withVersions(request, endpoint, order(endpoint.security))

const planned = (request: Request, { endpoint, message }: SubmissionPlan): Planned => ({
  service,
  endpoint,
  order: orderOf(endpoint, request),
  message
})

const run = Effect.fnUntraced(function*(attempt: Attempt, endpoint: Endpoint) {
  const { request } = attempt
  const plan = planOf(attempt, endpoint)
  const question = { place: plan, conversation: order(endpoint.security), asks: asking(request, endpoint) }
  yield* diagnose(attempt, planned(request, plan), thenVersions(question, submission(plan)))
})

/**
 * LMTP as the runner knows it.
 *
 * @category models
 * @since 0.1.0
 */
export const definition = {
  id: service,
  signsIn: true,
  supposed,
  find: (request) => Effect.succeed(supposed(request)),
  order: orderOf,
  settled: (attempt, endpoint) => settled(attempt, planned(attempt.request, planOf(attempt, endpoint)), "data"),
  run
} as const satisfies Definition<unknown>
