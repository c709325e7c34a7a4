/**
 * IMAP, POP3 and ManageSieve as services of a run.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import * as Effect from "effect/Effect"
import type { Reading } from "../Available.ts"
import * as Prepare from "../Prepare.ts"
import { mailbox, order } from "../recipes/Mailbox.ts"
import { type Attempt, diagnose, type Planned, settled } from "../ServiceRun.ts"
import type { Definition } from "./Definition.ts"

/**
 * A service that reads a mailbox, as the runner knows it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const definition = (service: Reading) => {
  const planned = (endpoint: Endpoint): Planned => ({ service, endpoint, order: order(service, endpoint.security) })
  return {
    id: service,
    signsIn: true,
    supposed: (request) => Prepare.supposed(request, service),
    find: (request, state, recognised) => Prepare.place(request, state, service, recognised),
    order: ({ security }) => order(service, security),
    settled: (attempt, endpoint) => settled(attempt, planned(endpoint)),
    run: (attempt: Attempt, endpoint: Endpoint) =>
      Effect.asVoid(
        diagnose(attempt, planned(endpoint), mailbox(Prepare.mailboxPlan(attempt.request, endpoint, service)))
      )
  } as const satisfies Definition<unknown>
}
