/**
 * IMAP, POP3 and ManageSieve as services of a run.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import * as Effect from "effect/Effect"
import type { Reading } from "../Available.ts"
import type { Request } from "../Options.ts"
import * as Prepare from "../Prepare.ts"
import { mailbox, order } from "../recipes/Mailbox.ts"
import { asking, thenVersions, withVersions } from "../recipes/Versions.ts"
import { type Attempt, diagnose, type Planned, settled } from "../ServiceRun.ts"
import type { Definition } from "./Definition.ts"
import { findPlan, finds, isStillToLook } from "./Looking.ts"

/**
 * A service that reads a mailbox, as the runner knows it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const definition = (service: Reading) => {
  const conversation = ({ security }: Endpoint, request: Request) => order(service, security, finds(request, service))
  const orderOf = (endpoint: Endpoint, request: Request) =>
    withVersions(request, endpoint, conversation(endpoint, request))
  const planned = (endpoint: Endpoint, request: Request): Planned => ({
    service,
    endpoint,
    order: orderOf(endpoint, request)
  })
  return {
    id: service,
    signsIn: true,
    supposed: (request) => Prepare.supposed(request, service),
    find: (request, state, recognised) => Prepare.place(request, state, service, recognised),
    order: orderOf,
    settled: (attempt, endpoint) =>
      isStillToLook(attempt, service) ? Effect.succeed(false) : settled(attempt, planned(endpoint, attempt.request)),
    run: Effect.fnUntraced(function*(attempt: Attempt, endpoint: Endpoint) {
      const { request } = attempt
      const plan = Prepare.mailboxPlan(request, endpoint, service)
      const find = yield* findPlan(attempt, endpoint, service)
      const question = {
        place: plan,
        conversation: conversation(endpoint, request),
        asks: asking(request, endpoint)
      }
      const read = mailbox(find === undefined ? plan : { ...plan, find })
      yield* diagnose(attempt, planned(endpoint, request), thenVersions(question, read))
    })
  } as const satisfies Definition<unknown>
}
