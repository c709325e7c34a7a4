/**
 * Runs a diagnosis from its options to its report, and resumes one.
 *
 * Opens the journal of a run and locks it; `Attempts` works on it, and `SideBySide` runs the services.
 *
 * @since 0.1.0
 */
import type { JournalError } from "@sonde/domain/Errors"
import type { Event } from "@sonde/domain/Event"
import type { CheckOptions } from "@sonde/domain/Options"
import type { Report } from "@sonde/domain/Report"
import type { Dialer } from "@sonde/net/Dialer"
import type { Http } from "@sonde/net/Http"
import type { Resolver } from "@sonde/net/Resolver"
import type { Packs } from "@sonde/packs/Packs"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Attempts from "./Attempts.ts"
import * as Fold from "./Fold.ts"
import * as Journal from "./Journal.ts"
import type { JournalFile } from "./JournalStore.ts"
import { JournalStore } from "./JournalStore.ts"
import { iso } from "./Moment.ts"
import type { Request } from "./Options.ts"
import * as RunId from "./RunId.ts"
import * as RunLog from "./RunLog.ts"

/**
 * Called with each event as it happens; must not throw.
 *
 * @category models
 * @since 0.1.0
 */
export type Listener = (event: Event) => void

const logOf = Effect.fnUntraced(function*(history: Fold.History, file: JournalFile, listen: Listener) {
  return RunLog.make({ history, file, clock: yield* Clock.Clock, listen })
})

/**
 * What running needs: a network, packs, a journal store and the phases.
 *
 * @category models
 * @since 0.1.0
 */
export type Needs = Effect.Services<ReturnType<typeof Attempts.run>> | JournalStore | Packs | Resolver | Dialer | Http

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
    had: Attempts.hadOf(request)
  }
  yield* file.append([Journal.toLine(opening)], false)
  const opened: Opened = {
    run: id,
    go: Effect.fnUntraced(function*(listen) {
      return yield* Attempts.run(request, yield* logOf(Fold.begin(opening), file, listen), false)
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
      yield* log.write(Attempts.further(request, log))
      return yield* Attempts.run(request, log, true)
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
  const entry = Attempts.closing(past, iso(yield* Clock.currentTimeMillis), "suspended", durationMillis)
  yield* file.append([Journal.toLine(entry)], false)
}, Effect.scoped)
