/**
 * The look for a message of the run, as services plan it: which of them look, what for, and whose word about it counts.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { ServiceId } from "@sonde/domain/Service"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import { type Handover, senderOf } from "../Handover.ts"
import type { Request } from "../Options.ts"
import * as Prepare from "../Prepare.ts"
import type { FindPlan } from "../recipes/Find.ts"
import type { Attempt } from "../ServiceRun.ts"

/**
 * Whether a service of a run looks for the message.
 *
 * @category predicates
 * @since 0.1.0
 */
export const finds = ({ readBack }: Request, service: ServiceId): boolean =>
  readBack?.services.some((one) => one === service) === true

/**
 * Whether a service would look for a message that an earlier attempt did not come to send: what it found then is not all there is.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isStillToLook = ({ log, request }: Attempt, service: ServiceId): boolean =>
  finds(request, service) &&
  log.history.attempts.at(-2)?.services.get(service)?.phases.some(({ report: { because, id } }) =>
      id === "find" && because === senderOf(request).phase
    ) === true

const none: Handover = { message: Effect.undefined }

/**
 * The look of a service, or `undefined` where it looks for nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const findPlan = Effect.fnUntraced(function*(
  { handover = none, log, request, state }: Attempt,
  endpoint: Endpoint,
  service: ServiceId
): Effect.fn.Return<FindPlan | undefined, never, Packs> {
  const { readBack } = request
  if (readBack === undefined || !finds(request, service)) return undefined
  const { run, startedAt } = log.history
  const receiving = (yield* (yield* Packs).get(state.provider?.id ?? ""))?.receiving
  return {
    handover,
    sentIn: senderOf(request).phase,
    run,
    mailbox: readBack.mailbox,
    from: Prepare.messageOf(request, run, startedAt)?.from ?? [],
    timeoutMillis: readBack.timeoutMillis,
    receiver: {
      ids: readBack.authservIds,
      packIds: receiving?.authserv ?? [],
      unnamed: receiving?.unnamed === true,
      hosts: [readBack.domain, ...(state.evidence.mx ?? []), endpoint.host]
    },
    remove: readBack.remove
  }
})
