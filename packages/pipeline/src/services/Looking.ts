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
import * as Recognition from "../Recognition.ts"
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

/**
 * The request with the services that a run turned out to have; who looks for the message may be another one than supposed.
 *
 * @category combinators
 * @since 0.1.0
 */
export const movedTo = (request: Request, services: ReadonlyArray<ServiceId>): Request => {
  const { readBack, stop } = request
  const isMoved = readBack !== undefined && services.includes("pop3") && !request.services.includes("pop3")
  return isMoved
    ? { ...request, services, readBack: { ...readBack, services: ["pop3"] }, stop: { ...stop, pop3: "find" } }
    : { ...request, services }
}

/**
 * How the services that look for the message are found where it is another account or another place than the run's. Without
 * `state` and `known`, those of the run hold.
 *
 * @category models
 * @since 0.1.0
 */
export interface Elsewhere {
  readonly request: Request
  readonly state?: Recognition.Recognition
  readonly known?: Prepare.Recognised
}

/**
 * The request of the services that look for the message where that is another account or another place than the run's: who runs the
 * mailbox is then recognised from its own domain. `undefined` where it is not.
 *
 * @category constructors
 * @since 0.1.0
 */
export const elsewhere = Effect.fnUntraced(function*(request: Request) {
  const { readBack } = request
  if (readBack === undefined) return undefined
  const { credential, domain, host, isElsewhere, mailbox, port } = readBack
  if (credential === undefined && host === undefined && !isElsewhere) return undefined
  const place = { host: host ?? (isElsewhere ? undefined : request.host), port, security: undefined }
  const own: Request = { ...request, ...place, mailbox, domain, credential: credential ?? request.credential }
  if (!isElsewhere) return { request: own }
  const state = Recognition.nothing()
  const { provider: _, ...options } = request.options
  return { request: own, state, known: yield* Prepare.recognise({ ...own, options }, state) }
})
