/**
 * The look for a message that was delivered, as the recipes that read a mailbox share it.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import type { JournalError, PhaseTimeout } from "@sonde/domain/Errors"
import type { FindFacts } from "@sonde/domain/FindFacts"
import type { ServiceId } from "@sonde/domain/Service"
import type { Finding } from "@sonde/domain/Verdict"
import {
  Find,
  type Finder,
  type FindFailure,
  findingsOf,
  type FindInput,
  type Probe,
  type Receiver
} from "@sonde/phases/Find"
import * as Effect from "effect/Effect"
import type { Handed, Handover } from "../Handover.ts"
import { Current, skip, step } from "../Step.ts"

/**
 * What is looked for, and how long. `from` are the addresses of From as sent; `sentIn` is the phase with which the message changes
 * hands.
 *
 * @category models
 * @since 0.1.0
 */
export interface FindPlan {
  readonly handover: Handover
  readonly sentIn: "data" | "send"
  readonly run: string
  readonly mailbox: string
  readonly from: ReadonlyArray<string>
  readonly timeoutMillis: number
  readonly receiver: Receiver
  readonly remove: boolean
}

/** A message of which nobody knew whether it was taken, and which is there. */
const confirmed = (service: ServiceId, { messageId }: Handed): Finding => ({
  id: "delivery_confirmed",
  state: "pass",
  service,
  title: `The message ${messageId} was delivered, although no answer to it was kept`,
  text: "It does not have to be sent again.",
  remedies: []
})

/**
 * Looks for the message once it is on its way; says so where none is.
 *
 * @category combinators
 * @since 0.1.0
 */
export const find = Effect.fnUntraced(function*<E extends FindFailure>(
  plan: FindPlan,
  { endpoint, service }: { readonly service: ServiceId; readonly endpoint: Endpoint },
  finderOf: (probe: Probe) => Finder<E>
): Effect.fn.Return<FindFacts | undefined, E | PhaseTimeout | JournalError, Find | Current> {
  const { log } = yield* Current
  const { from, mailbox, receiver, remove, run, sentIn, timeoutMillis } = plan
  const handed = yield* plan.handover.message
  if (handed === undefined) {
    yield* skip("find", sentIn)
    return undefined
  }
  const probe: Probe = { messageId: handed.messageId, run }
  const { acceptedAt } = handed
  const finder = finderOf(probe)
  const input = { service, endpoint, finder, probe, mailbox, from, acceptedAt, timeoutMillis, receiver, remove }
  const { definition, run: look } = yield* Find
  const facts = yield* step(
    { definition, run: (input: FindInput<E>) => look(input) },
    input,
    `${handed.messageId} at ${format(endpoint)}`
  )
  const findings = [...handed.inDoubt ? [confirmed(service, handed)] : [], ...findingsOf(service, facts)]
  for (const finding of findings) yield* log.publish({ type: "finding", finding })
  return facts
})
