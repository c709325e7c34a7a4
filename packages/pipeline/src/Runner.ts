/**
 * Runs a diagnosis from its options to its report, and resumes one.
 *
 * Turns typed failures into states of their phases, asks the packs for verdicts, suspends on a throttle and closes
 * every attempt in the journal, also an interrupted one. A bug stays a defect: it is never made part of a report.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { JournalError } from "@sonde/domain/Errors"
import type { Event } from "@sonde/domain/Event"
import type { CheckOptions } from "@sonde/domain/Options"
import type { Provider, Report } from "@sonde/domain/Report"
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import type { Finding } from "@sonde/domain/Verdict"
import type { Dialer } from "@sonde/net/Dialer"
import type { Http } from "@sonde/net/Http"
import * as Recorder from "@sonde/net/Recorder"
import type { Resolver } from "@sonde/net/Resolver"
import { Packs } from "@sonde/packs/Packs"
import { Control } from "@sonde/phases/Control"
import { Budget } from "@sonde/phases/Conversation"
import * as Retrieval from "@sonde/phases/Retrieval"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import * as Blocklists from "./Blocklists.ts"
import * as Fold from "./Fold.ts"
import * as Handover from "./Handover.ts"
import * as Journal from "./Journal.ts"
import type { JournalFile } from "./JournalStore.ts"
import { JournalStore } from "./JournalStore.ts"
import { iso } from "./Moment.ts"
import type { Request } from "./Options.ts"
import * as Passage from "./Passage.ts"
import * as Prepare from "./Prepare.ts"
import { order as tokenOrder } from "./recipes/Token.ts"
import * as Recognition from "./Recognition.ts"
import * as RunId from "./RunId.ts"
import * as RunLog from "./RunLog.ts"
import { type Attempt, judgeAll, unplaced } from "./ServiceRun.ts"
import { finds } from "./services/Looking.ts"
import { definitionOf, dialled } from "./services/Registry.ts"
import * as Token from "./services/Token.ts"
import { Current, type Guard, type Seen, skip, skipRest } from "./Step.ts"
import { sendsBy } from "./Way.ts"

/**
 * Called with each event as it happens; must not throw.
 *
 * @category models
 * @since 0.1.0
 */
export type Listener = (event: Event) => void

/** How often `--wait` sleeps through a throttle before the run is suspended after all. */
const maxWaits = 5

const secretsOf = ({ credential, proxy, readBack }: Request) =>
  [credential, proxy, readBack?.credential].flatMap((one) => one?.secret === undefined ? [] : [one.secret])

const hadOf = ({ credential, readBack }: Request): Journal.Sources => ({
  ...(credential?.kind === "password" ? { secret: true } : {}),
  ...(credential?.kind === "token" ? { token: true } : {}),
  ...(readBack?.credential === undefined ? {} : { readBack: true })
})

const further = (request: Request, log: RunLog.RunLog): Journal.Entry => ({
  entry: "attempt",
  at: log.at(),
  options: Fold.furtherOptions(log.history, request.options),
  had: hadOf(request)
})

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

/** The request with the services that a run turned out to have; who looks for the message may be another one than supposed. */
const lookingBy = (request: Request, services: ReadonlyArray<ServiceId>): Request => {
  const { readBack, stop } = request
  const isMoved = readBack !== undefined && services.includes("pop3") && !request.services.includes("pop3")
  return isMoved
    ? { ...request, services, readBack: { ...readBack, services: ["pop3"] }, stop: { ...stop, pop3: "find" } }
    : { ...request, services }
}

/**
 * The request of the services that look for the message where that is another account or another place than the run's: who runs the
 * mailbox is then recognised from its own domain.
 */
const elsewhere = Effect.fnUntraced(function*({ request }: Attempt) {
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

/**
 * Runs the services of an attempt. The provider is recognised once, and the endpoints are found. A token comes first: what is
 * wrong with it stops those that would sign in with it, without a connection. The others then run side by side, each with
 * knowledge of its own server.
 */
const runServices = Effect.fnUntraced(function*(attempt: Attempt) {
  const { log, state } = attempt
  const known = yield* Prepare.recognise(attempt.request, state, log.history.discovery)
  const { discovery } = known
  if (discovery !== undefined && discovery !== log.history.discovery) {
    yield* log.write({ entry: "discovery", discovery })
  }
  const { left, services } = yield* Prepare.further(attempt.request, state, known)
  attempt.request = lookingBy(attempt.request, services)
  const { request } = attempt
  if (state.provider !== undefined) yield* log.write({ entry: "provider", provider: state.provider })

  const pack = yield* (yield* Packs).get(state.provider?.id ?? "")
  const guard = pack?.signIn?.refusedOnce === true && request.credential?.kind === "password"
    ? { turn: Semaphore.makeUnsafe(1).withPermits(1), refusedBy: undefined }
    : undefined
  const other = yield* elsewhere(attempt)
  const { handover, settle } = yield* Handover.make(log.history, request)
  const sender = Handover.senderOf(request).service
  const places = yield* Effect.forEach(
    dialled(request.services),
    Effect.fnUntraced(function*(definition) {
      const { id, order } = definition
      const isOther = finds(request, id) && id !== "graph" && other !== undefined
      const way = isOther ? { known, state, ...other } : { known, request, state }
      const found = yield* Effect.result(definition.find(way.request, way.state, way.known))
      const endpoint = Result.getOrElse(found, () => definition.supposed(way.request))
      const own: Attempt = {
        ...attempt,
        request: way.request,
        // The password of another account is none that was refused here.
        guard: isOther && request.readBack?.credential !== undefined ? undefined : guard,
        handover,
        state: Recognition.fork(way.state)
      }
      const settled = Result.isSuccess(found) && (yield* within(
        own,
        id,
        Effect.andThen(log.write({ entry: "service", service: id, endpoint }), definition.settled(own, endpoint))
      ))
      const signsInApart = isOther && request.readBack?.credential !== undefined
      const orderOf = order(endpoint, request)
      return { definition, service: id, endpoint, found, isOther, own, settled, signsInApart, order: orderOf }
    })
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

/** The entry that closes an attempt. Its number is that of `run.end`, which is told and not written. */
const closing = (
  history: Fold.History,
  at: string,
  state: "suspended" | "finished",
  durationMillis: number
): Extract<Journal.Entry, { readonly entry: "end" }> => {
  const resumeAfter = history.attempts.at(-1)?.resumeAfter
  const later = resumeAfter === undefined ? {} : { resumeAfter }
  return { entry: "end", at, seq: history.seq + 1, state, durationMillis, ...later }
}

/** One attempt, closed in the journal however it ends. After a throttle `goesOn` says that another attempt follows. */
const attemptOnce = Effect.fnUntraced(function*(request: Request, log: RunLog.RunLog, goesOn: boolean) {
  const started = yield* Clock.currentTimeMillis
  const clock = yield* Clock.Clock
  const state = Recognition.nothing()
  const recorder = Recorder.make({
    now: () => clock.currentTimeMillisUnsafe() - started,
    secrets: secretsOf(request),
    onLine: log.line,
    after: log.history.line
  })
  const today = iso(started).slice(0, 10)
  const attempt: Attempt = { request, claims: undefined, log, recorder, state, today, unjudged: [] }
  const close = Effect.fnUntraced(function*(interrupted: boolean) {
    const suspended = interrupted || log.history.attempts.at(-1)?.resumeAfter !== undefined
    const durationMillis = clock.currentTimeMillisUnsafe() - started
    const entry = closing(log.history, log.at(), suspended ? "suspended" : "finished", durationMillis)
    // An attempt that another follows at once tells no end.
    yield* log.write(goesOn && !interrupted && suspended ? { ...entry, seq: log.history.seq } : entry)
  })
  const interrupted = Effect.fnUntraced(function*() {
    yield* judgeAll(attempt)
    const { services } = attempt.request
    const orders = new Map<ServiceId, (endpoint: Endpoint | undefined) => ReadonlyArray<PhaseId>>([
      ["token", () => tokenOrder],
      ...dialled(services).map(({ id, order, supposed }) =>
        [id, (endpoint: Endpoint | undefined) => order(endpoint ?? supposed(request), request)] as const
      )
    ])
    for (const service of services) {
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
    yield* close(true)
  })

  const { dns, revocation } = request.options
  const way = { pins: request.pins, server: dns, ca: undefined, recorder }
  const retrieval = revocation === true ? yield* Retrieval.make(way, request.phaseMillis) : undefined
  yield* runServices(attempt).pipe(
    Effect.provideService(Retrieval.Retrieval, retrieval),
    Effect.provideService(Control, request.control === undefined ? undefined : { ...request.control, server: dns }),
    Effect.onInterrupt(() => Effect.ignore(interrupted())),
    Effect.provideService(Budget, {
      phaseMillis: request.phaseMillis,
      commitMillis: request.phaseMillis * 6,
      deadline: started + request.deadlineMillis
    }),
    Passage.through(request)
  )
  yield* close(false)
})

/** Attempts until the run needs no more waiting; the last event is `run.end`. */
const attempts = Effect.fnUntraced(function*(request: Request, log: RunLog.RunLog, resumed: boolean) {
  const end = Effect.suspend(() => log.publish({ type: "run.end", report: Fold.report(log.history) }))
  // Somebody who stops while a throttle is slept through leaves an attempt that told no end.
  const giveUp = Effect.suspend(() =>
    log.history.isEnded
      ? Effect.void
      : log.write(closing(log.history, log.at(), "suspended", log.history.attempts.at(-1)?.durationMillis ?? 0))
  )
  yield* log.publish({ type: "run.start", target: request.target.input, resumed })
  yield* Effect.gen(function*() {
    for (let waits = 0;; waits++) {
      const goesOn = request.options.wait === true && waits < maxWaits
      yield* attemptOnce(request, log, goesOn)
      const until = log.history.attempts.at(-1)?.resumeAfter
      if (until === undefined || !goesOn) return
      yield* Effect.sleep(Math.max(0, Date.parse(until) - (yield* Clock.currentTimeMillis)))
      yield* log.write(further(request, log))
    }
  }).pipe(Effect.onInterrupt(() => Effect.ignore(Effect.andThen(giveUp, end))))
  yield* end
  return Fold.report(log.history)
})

const logOf = Effect.fnUntraced(function*(history: Fold.History, file: JournalFile, listen: Listener) {
  return RunLog.make({ history, file, clock: yield* Clock.Clock, listen })
})

/**
 * What running needs: a network, packs, a journal store and the phases.
 *
 * @category models
 * @since 0.1.0
 */
export type Needs = Effect.Services<ReturnType<typeof attempts>> | JournalStore | Packs | Resolver | Dialer | Http

const targetOf = (request: Request): Fold.History["target"] => {
  const { target } = request
  switch (target._tag) {
    case "Mailbox":
      return { input: target.input, mailbox: target.mailbox, domain: target.domain }
    case "Domain":
      return { input: target.input, domain: target.domain }
    case "Host":
      return { input: target.input, host: target.host, port: target.port }
  }
}

/**
 * A run that is open: nobody else can work on it until the scope closes in which it was opened. `go` works on it, once.
 *
 * @category models
 * @since 0.1.0
 */
export interface Opened {
  readonly run: string
  readonly go: (listen: Listener) => Effect.Effect<Report, JournalError, Needs>
}

/**
 * Opens a new run: from here on it is listed, and can be resumed should this process die. Fails only where its journal
 * cannot be kept.
 *
 * @category running
 * @since 0.1.0
 */
export const begin = Effect.fnUntraced(function*(request: Request) {
  const now = yield* Clock.currentTimeMillis
  const id = RunId.make(now)
  const file = yield* (yield* JournalStore).create(id)
  const opening: Extract<Journal.Entry, { readonly entry: "run" }> = {
    entry: "run",
    schema: "sonde.journal/1",
    run: id,
    at: iso(now),
    target: targetOf(request),
    options: request.options,
    had: hadOf(request)
  }
  yield* file.append([Journal.toLine(opening)], false)
  const opened: Opened = {
    run: id,
    go: Effect.fnUntraced(function*(listen) {
      return yield* attempts(request, yield* logOf(Fold.begin(opening), file, listen), false)
    })
  }
  return opened
})

/**
 * Runs a diagnosis. Fails only where its journal cannot be kept.
 *
 * @category running
 * @since 0.1.0
 */
export const run = Effect.fn("Runner.run")(function*(request: Request, listen: Listener) {
  return yield* (yield* begin(request)).go(listen)
}, Effect.scoped)

/**
 * The history of a run, read without a lock.
 *
 * @category reading
 * @since 0.1.0
 */
export const history = Effect.fn("Runner.history")(function*(id: string) {
  const store = yield* JournalStore
  return yield* Journal.history(id, yield* store.read(id))
})

/** What an attempt hands on to the next: that a message is sent once more has to be said each time. */
const inherited = ({ deliverAgain, ...options }: CheckOptions): CheckOptions =>
  deliverAgain === true ? { ...options, deliver: true } : options

/**
 * Opens a run to go on with it: what passed is kept, what failed is tried again. `prepare` makes the request from the
 * options of the last attempt, so that flags given again override; `deliverAgain` is not among them.
 *
 * @category running
 * @since 0.1.0
 */
export const reopen = Effect.fnUntraced(function*<E>(
  id: string,
  prepare: (options: CheckOptions, had: Journal.Sources) => Effect.Effect<Request, E>
) {
  const file = yield* (yield* JournalStore).open(id)
  const past = yield* Journal.history(id, file.lines)
  const last = past.attempts.at(-1)!
  const request = yield* prepare(inherited(last.options), last.had)
  const opened: Opened = {
    run: id,
    go: Effect.fnUntraced(function*(listen) {
      const log = yield* logOf(past, file, listen)
      yield* log.write(further(request, log))
      return yield* attempts(request, log, true)
    })
  }
  return opened
})

/**
 * Resumes a run.
 *
 * @category running
 * @since 0.1.0
 */
export const resume = Effect.fn("Runner.resume")(function*<E>(
  id: string,
  prepare: (options: CheckOptions, had: Journal.Sources) => Effect.Effect<Request, E>,
  listen: Listener
) {
  return yield* (yield* reopen(id, prepare)).go(listen)
}, Effect.scoped)

/**
 * Closes a run whose process died: its last attempt becomes `suspended`, as an interrupted one is. Does nothing for a run
 * that is closed already; fails with `Locked` where somebody works on it.
 *
 * @category running
 * @since 0.1.0
 */
export const settle = Effect.fn("Runner.settle")(function*(id: string) {
  const file = yield* (yield* JournalStore).open(id)
  const past = yield* Journal.history(id, file.lines)
  const last = past.attempts.at(-1)!
  if (past.isEnded) return
  const durationMillis = Math.max(last.durationMillis, Date.parse(past.at) - Date.parse(last.at), 0)
  const entry = closing(past, iso(yield* Clock.currentTimeMillis), "suspended", durationMillis)
  yield* file.append([Journal.toLine(entry)], false)
}, Effect.scoped)
