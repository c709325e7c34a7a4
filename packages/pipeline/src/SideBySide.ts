/**
 * The services of an attempt: found, and run side by side, each with knowledge of its own server.
 *
 * `decisions/0003-services-side-by-side.md` has the reasons. What a service does stands in `services/`.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { Provider } from "@sonde/domain/Report"
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import type { Finding } from "@sonde/domain/Verdict"
import { Packs } from "@sonde/packs/Packs"
import { Budget } from "@sonde/phases/Conversation"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import * as Blocklists from "./Blocklists.ts"
import * as Handover from "./Handover.ts"
import type { Request } from "./Options.ts"
import * as Prepare from "./Prepare.ts"
import { order as tokenOrder } from "./recipes/Token.ts"
import * as Recognition from "./Recognition.ts"
import { type Attempt, judgeAll, unplaced } from "./ServiceRun.ts"
import type { Definition } from "./services/Definition.ts"
import * as Looking from "./services/Looking.ts"
import { definitionOf, dialled, type Needs } from "./services/Registry.ts"
import * as Token from "./services/Token.ts"
import { Current, type Guard, type Seen, skip, skipRest } from "./Step.ts"
import { sendsBy } from "./Way.ts"

/** Runs something as part of a service. */
const within = Effect.fnUntraced(
  function*<A, E, R>(attempt: Attempt, service: ServiceId, effect: Effect.Effect<A, E, R>) {
    const { log, recorder, state } = attempt
    const packs = yield* Packs
    const observe = Effect.fnUntraced(function*(evidence: Seen) {
      yield* Effect.provideService(Recognition.observe(state, evidence), Packs, packs)
      if (state.provider !== undefined) yield* recognised(attempt, state.provider)
    })
    const { guard } = attempt
    return yield* Effect.provideService(effect, Current, { service, log, recorder, restoring: true, observe, guard })
  }
)

/** Of one service the newest sign counts; of several each adds to what the others saw. */
const recognised = ({ log, request }: Attempt, provider: Provider) =>
  log.write({
    entry: "provider",
    provider: dialled(request.services).length > 1 ? Recognition.merged(log.history.provider, provider) : provider
  })

/** The time of a service: that of the run, begun again where somebody had to act at another device first. */
const inBudget = Effect.fnUntraced(function*<A, E, R>({ request }: Attempt, effect: Effect.Effect<A, E, R>) {
  if (request.grant?.kind !== "device-code") return yield* effect
  // The time somebody took at another device is none of the run's.
  const limits = yield* Budget
  const deadline = (yield* Clock.currentTimeMillis) + request.deadlineMillis
  return yield* Effect.provideService(effect, Budget, { ...limits, deadline })
})

/** What a token is for: the services of the run, and where it is looked at alone, what sends. */
const usesOf = Effect.fnUntraced(function*(
  request: Request,
  state: Recognition.Recognition,
  known: Prepare.Recognised,
  [first, ...others]: ReadonlyArray<Token.For>
) {
  if (first !== undefined) return [first, ...others] as const
  const { find, id, supposed } = definitionOf(sendsBy(request.options) === "graph" ? "graph" : "smtp-submission")
  const found = yield* Effect.result(find(request, state, known))
  return [{ service: id, endpoint: Result.getOrElse(found, () => supposed(request)) }] as const
})

/** What the services of an attempt are found with. `other` is for those that look for the message in another place than the run's. */
interface Surroundings {
  readonly known: Prepare.Recognised
  readonly other: Looking.Elsewhere | undefined
  readonly guard: Guard | undefined
  readonly handover: Handover.Handover
}

/** A service of the attempt and where it is; `settled` is whether an earlier attempt left it nothing to do. */
const placed = Effect.fnUntraced(function*(
  attempt: Attempt,
  definition: Definition<Needs>,
  { guard, handover, known, other }: Surroundings
) {
  const { log, request, state } = attempt
  const { id: service } = definition
  const isOther = Looking.finds(request, service) && service !== "graph" && other !== undefined
  const signsInApart = isOther && request.readBack?.credential !== undefined
  const way = isOther ? { known, state, ...other } : { known, request, state }
  const found = yield* Effect.result(definition.find(way.request, way.state, way.known))
  const endpoint = Result.getOrElse(found, () => definition.supposed(way.request))
  const own: Attempt = {
    ...attempt,
    request: way.request,
    // The password of another account is none that was refused here.
    guard: signsInApart ? undefined : guard,
    handover,
    state: Recognition.fork(way.state)
  }
  const settled = Result.isSuccess(found) && (yield* within(
    own,
    service,
    Effect.andThen(log.write({ entry: "service", service, endpoint }), definition.settled(own, endpoint))
  ))
  const order = definition.order(endpoint, request)
  return { definition, service, endpoint, found, isOther, own, settled, signsInApart, order }
})

/**
 * Runs the services of an attempt. The provider is recognised once, and the endpoints are found. A token comes first: what is
 * wrong with it stops those that would sign in with it, without a connection. The others then run side by side.
 *
 * @category running
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function*(attempt: Attempt) {
  const { log, state } = attempt
  const known = yield* Prepare.recognise(attempt.request, state, log.history.discovery)
  const { discovery } = known
  if (discovery !== undefined && discovery !== log.history.discovery) {
    yield* log.write({ entry: "discovery", discovery })
  }
  const { left, services } = yield* Prepare.further(attempt.request, state, known)
  attempt.request = Looking.movedTo(attempt.request, services)
  const { request } = attempt
  if (state.provider !== undefined) yield* log.write({ entry: "provider", provider: state.provider })

  const pack = yield* (yield* Packs).get(state.provider?.id ?? "")
  const guard = pack?.signIn?.refusedOnce === true && request.credential?.kind === "password"
    ? { turn: Semaphore.makeUnsafe(1).withPermits(1), refusedBy: undefined }
    : undefined
  const other = yield* Looking.elsewhere(request)
  const { handover, settle } = yield* Handover.make(log.history, request)
  const sender = Handover.senderOf(request).service
  const places = yield* Effect.forEach(
    dialled(request.services),
    (definition) => placed(attempt, definition, { known, other, guard, handover })
  )
  // One token does for all mail servers; a service apart needs another, unless it is alone.
  const all = places.filter(({ definition, signsInApart }) => definition.signsIn && !signsInApart)
  const signingIn = all.every(isApart) ? all : all.filter((place) => !isApart(place))
  const stopped = request.services.includes("token")
    ? yield* within(
      attempt,
      "token",
      Token.run(
        attempt,
        yield* usesOf(request, state, known, signingIn),
        signingIn.length > 0 && signingIn.every(isSettled)
      )
    )
    : () => undefined

  // What an earlier attempt sent can be looked for at once.
  if (!places.some(({ service, settled }) => service === sender && !settled)) yield* settle

  const one = Effect.fnUntraced(function*(place: typeof places[number]) {
    const { definition, endpoint, found, order, own, service } = place
    if (Result.isFailure(found)) return yield* unplaced(own, { service, endpoint, order }, found.failure)
    const obstacle = signingIn.includes(place) ? stopped(service) : undefined
    if (obstacle !== undefined) return yield* skipRest(order, obstacle)
    own.request = place.isOther && other !== undefined
      ? { ...other.request, credential: other.request.readBack?.credential ?? attempt.request.credential }
      : attempt.request
    own.claims = place.signsInApart ? undefined : attempt.claims
    own.wanted = attempt.wanted
    own.obtained = attempt.obtained
    yield* inBudget(attempt, definition.run(own, endpoint))
  })
  yield* Effect.forEach(
    places.filter((place) => !place.settled),
    (place) =>
      within(place.own, place.service, one(place)).pipe(
        place.service === sender ? Effect.ensuring(settle) : identity
      ),
    { concurrency: "unbounded", discard: true }
  )
  yield* judgeAll(attempt)
  for (const finding of left) yield* log.publish({ type: "finding", finding })
  yield* untried(attempt, guard, pack?.name ?? "")
  yield* Blocklists.run(attempt)
})

/** Says of a service that it was not signed in to, so that nobody takes it for one that works. */
const untried = Effect.fnUntraced(function*({ log }: Attempt, guard: Guard | undefined, provider: string) {
  const services = [...log.history.attempts.at(-1)?.services.values() ?? []]
  if (guard?.refusedBy === undefined) return
  for (const { id, phases } of services) {
    if (!phases.some(({ report: { because, id: phase } }) => phase === "auth" && because === "policy")) continue
    const finding: Finding = {
      id: "password_not_tried",
      state: "inconclusive",
      service: id,
      title: `${guard.refusedBy} refused the password, so it was not tried at ${id}`,
      text: `${provider} locks an account after refusals. Resume the run with the right password.`,
      remedies: []
    }
    yield* log.publish({ type: "finding", finding })
  }
})

const isApart = ({ definition }: { readonly definition: { readonly apart?: boolean } }): boolean =>
  definition.apart === true

const isSettled = ({ settled }: { readonly settled: boolean }): boolean => settled

/**
 * Leaves out what an interrupted attempt did not come to: the phase that was open, and those behind it.
 *
 * @category running
 * @since 0.1.0
 */
export const interrupt = Effect.fnUntraced(function*(attempt: Attempt) {
  yield* judgeAll(attempt)
  const { log, request } = attempt
  const orders = new Map<ServiceId, (endpoint: Endpoint | undefined) => ReadonlyArray<PhaseId>>([
    ["token", () => tokenOrder],
    ...dialled(request.services).map(({ id, order, supposed }) =>
      [id, (endpoint: Endpoint | undefined) => order(endpoint ?? supposed(request), request)] as const
    )
  ])
  for (const service of request.services) {
    const current = log.history.attempts.at(-1)?.services.get(service)
    yield* within(
      attempt,
      service,
      Effect.gen(function*() {
        if (current?.open !== undefined) yield* skip(current.open, "interrupted")
        yield* skipRest(orders.get(service)?.(current?.endpoint) ?? [], "interrupted")
      })
    )
  }
})
