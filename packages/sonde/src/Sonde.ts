/**
 * Mail diagnostics as one Effect service.
 *
 * The runtime of every front end: the command line, the HTTP server, an embedding application and the tools for
 * assistants provide this layer and have no logic of their own about mail.
 *
 * @since 0.1.0
 */
import type { Cause } from "@sonde/domain/Cause"
import type { Discovery } from "@sonde/domain/Discovery"
import type { JournalError } from "@sonde/domain/Errors"
import type { Event } from "@sonde/domain/Event"
import type { Explanation, Hints } from "@sonde/domain/Explanation"
import type { CheckOptions, Secrets } from "@sonde/domain/Options"
import type { Report } from "@sonde/domain/Report"
import type { Outcome, RunState, ServiceId } from "@sonde/domain/Service"
import { ClientIdentity } from "@sonde/net/ClientIdentity"
import type { Dialer } from "@sonde/net/Dialer"
import type { Http } from "@sonde/net/Http"
import * as Recorder from "@sonde/net/Recorder"
import type { Resolver } from "@sonde/net/Resolver"
import * as Explain from "@sonde/packs/Explain"
import type { Pack } from "@sonde/packs/Pack"
import { Packs } from "@sonde/packs/Packs"
import type { Summary } from "@sonde/packs/Recognise"
import * as Phases from "@sonde/phases/Phases"
import * as Clouds from "@sonde/pipeline/Clouds"
import * as Fold from "@sonde/pipeline/Fold"
import * as Journal from "@sonde/pipeline/Journal"
import * as JournalStore from "@sonde/pipeline/JournalStore"
import * as Obtain from "@sonde/pipeline/Obtain"
import * as Options from "@sonde/pipeline/Options"
import * as Passage from "@sonde/pipeline/Passage"
import type { MailboxFacts } from "@sonde/pipeline/recipes/Mailbox"
import type { SubmissionFacts } from "@sonde/pipeline/recipes/Submission"
import type { TokenOutcome } from "@sonde/pipeline/recipes/Token"
import * as Replay from "@sonde/pipeline/Replay"
import * as Runner from "@sonde/pipeline/Runner"
import * as Submit from "@sonde/pipeline/Submit"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/**
 * The options of a check, with its secrets as `Redacted`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Check extends CheckOptions, Secrets {}

/**
 * Whose settings are looked for: a mailbox or a domain, and how. `timeout` is for each source; with `offline` nothing leaves the
 * machine.
 *
 * @category models
 * @since 0.1.0
 */
export interface DiscoverOptions {
  readonly target: string
  readonly provider?: string | undefined
  readonly dns?: string | undefined
  readonly ca?: string | undefined
  readonly connectTo?: ReadonlyArray<string> | undefined
  readonly proxy?: string | undefined
  readonly proxySecret?: Secrets["proxySecret"]
  readonly family?: CheckOptions["family"] | undefined
  readonly source?: string | undefined
  readonly timeout?: CheckOptions["timeout"] | undefined
  readonly offline?: boolean | undefined
}

/**
 * A run in a listing. `state` is `running` while a process works on it, and `suspended` where one was killed in it; `cause`
 * and `title` are those of its first verdict.
 *
 * @category models
 * @since 0.1.0
 */
export interface RunSummary {
  readonly run: string
  readonly startedAt: string
  readonly target: string
  readonly state: RunState
  readonly outcome: Outcome
  readonly exitCode: number
  readonly resumeAfter?: string
  readonly cause?: Cause
  readonly title?: string
}

/**
 * Runs, newest first. `next` is the `before` of the page that follows, absent on the last; `unreadable` are the ids on this
 * page whose journal cannot be read: `show` says why.
 *
 * @category models
 * @since 0.1.0
 */
export interface RunPage {
  readonly runs: ReadonlyArray<RunSummary>
  readonly unreadable: ReadonlyArray<string>
  readonly next?: string
}

/**
 * A run that is open. Nobody else can work on it until the scope closes in which it was opened; `go` works on it, once, and
 * tells `listen` each event when it is kept.
 *
 * @category models
 * @since 0.1.0
 */
export interface OpenRun {
  readonly run: string
  readonly go: (listen: (event: Event) => void) => Effect.Effect<Report, JournalError>
}

/**
 * Mail diagnostics. Options that cannot be meant are a defect here: a front end checks them first with
 * `validate`, which names the option and the remedy.
 *
 * @category services
 * @since 0.1.0
 */
export class Sonde extends Context.Service<Sonde, {
  /** Diagnoses a target. Never fails for what it diagnoses: failures are in the report. */
  check(options: Check): Effect.Effect<Report, JournalError>
  /** Diagnoses a target without keeping a journal: nothing can be shown or resumed later. */
  once(options: Check): Effect.Effect<Report>
  /** Continues a run by its id or a unique beginning of it; options given again override. */
  resume(run: string, options?: Partial<Check>): Effect.Effect<Report, JournalError>
  /** Submits as far as the options say, for its typed result. Keeps no journal. */
  submission(options: Check): Effect.Effect<SubmissionFacts, Submit.SubmissionFailure>
  /**
   * Reads a mailbox as far as the options say, for its typed result: by the service that `only` names, IMAP without. Keeps no
   * journal.
   */
  mailbox(options: Check): Effect.Effect<MailboxFacts, Submit.MailboxFailure>
  /** Obtains an access token as the options say, or reads the given one, for its typed result. Keeps no journal. */
  token(options: Check, forService?: ServiceId): Effect.Effect<TokenOutcome, Obtain.TokenFailure>
  /**
   * Asks every source of mail settings for a mailbox or a domain. Never fails for what it finds; fails for options that
   * cannot be meant.
   */
  discover(options: DiscoverOptions): Effect.Effect<Discovery, Options.OptionsError>
  /** Examines what a domain publishes about its mail: a check with nothing but the posture. */
  posture(options: Check): Effect.Effect<Report, JournalError>
  /** Names the cause of a pasted text. No network. */
  explain(input: string | (Hints & { readonly text: string })): Effect.Effect<Explanation>
  /** Diagnoses a target and tells how it goes; the last event carries the report. */
  events(options: Check): Stream.Stream<Event, JournalError>
  /** Continues a run and tells how it goes. */
  resumeEvents(run: string, options?: Partial<Check>): Stream.Stream<Event, JournalError>
  /** Checks options and secrets: the request that would be run, or the option that cannot be meant. */
  validate(options: Check): Effect.Effect<Options.Request, Options.OptionsError>
  /** What a run was asked, and whether it had a secret, so that it can be asked for again. */
  asked(run: string): Effect.Effect<
    {
      readonly run: string
      readonly options: CheckOptions
      readonly secret: boolean
      readonly token: boolean
      readonly readBack: boolean
    },
    JournalError
  >
  /**
   * Opens a new run without working on it yet: it is listed, and can be resumed should this process die. For a front end
   * that names a run before it has a place for it.
   */
  begin(options: Check): Effect.Effect<OpenRun, JournalError | Options.OptionsError, Scope.Scope>
  /** Opens a run to go on with it, by its id or a unique beginning of it; options given again override. */
  reopen(
    run: string,
    options?: Partial<Check>
  ): Effect.Effect<OpenRun, JournalError | Options.OptionsError, Scope.Scope>
  /** What a run has told so far, its events with a number above `after`: the same ones as when they happened. */
  replay(run: string, after?: number): Effect.Effect<Replay.Told, JournalError>
  /** Closes a run whose process died, as `suspended`; `Locked` where somebody works on it. */
  settle(run: string): Effect.Effect<void, JournalError>
  /** The whole id of the one run that begins like this. */
  find(prefix: string): Effect.Effect<string, JournalError>
  /** Whether somebody works on a run at this moment. */
  isHeld(run: string): Effect.Effect<boolean, JournalError>
  /** Runs, newest first: at most `limit` of them, older than the run `before`. */
  page(options?: { readonly limit?: number; readonly before?: string }): Effect.Effect<RunPage, JournalError>
  /** The report of a run, as far as it has come. */
  show(run: string): Effect.Effect<Report, JournalError>
  /** Removes a run and its journal. */
  forget(run: string): Effect.Effect<void, JournalError>
  /** All packs, by id. */
  readonly packs: Effect.Effect<ReadonlyArray<Summary>>
  /** One pack by id or alias. */
  pack(idOrAlias: string): Effect.Effect<Pack | undefined>
}>()("@sonde/sonde/Sonde") {
  /** Over a network, packs and a journal store of the caller's choice. */
  static readonly layerNoDeps = Layer.effect(Sonde, Effect.suspend(() => make))

  /** With the built-in packs, over a network and a journal store. */
  static readonly layerJournaled: Layer.Layer<Sonde, never, Resolver | Dialer | Http | JournalStore.JournalStore> =
    Layer
      .provide(
        Sonde.layerNoDeps,
        Layer.merge(Packs.layer, Phases.layer)
      )

  /** With the built-in packs, over a network. Runs are kept in the memory of this process. */
  static readonly layer: Layer.Layer<Sonde, never, Resolver | Dialer | Http> = Layer.provide(
    Sonde.layerJournaled,
    JournalStore.JournalStore.layerMemory
  )
}

const split = (options: Partial<Check>): { readonly options: Partial<CheckOptions>; readonly secrets: Secrets } => {
  const {
    clientAssertion,
    clientCertificate,
    clientSecret,
    proxySecret,
    readBackSecret,
    readBackToken,
    refreshToken,
    secret,
    serviceAccount,
    tlsCertificate,
    tlsKey,
    token,
    ...rest
  } = options
  return {
    options: rest,
    secrets: {
      secret,
      token,
      clientSecret,
      clientCertificate,
      clientAssertion,
      serviceAccount,
      refreshToken,
      proxySecret,
      tlsCertificate,
      tlsKey,
      readBackSecret,
      readBackToken
    }
  }
}

/**
 * A run that signed in must be given its secret again: without one it would pass without a sign-in, which proves
 * nothing.
 */
const askAgain = (
  had: Journal.Sources,
  { readBackSecret, readBackToken, secret, token }: Partial<Check>
): Effect.Effect<void, Options.OptionsError> =>
  had.readBack === true && readBackSecret === undefined && readBackToken === undefined
    ? Effect.fail(
      new Options.OptionsError({
        option: "--read-back-secret",
        problem: "is missing",
        remedy: "the run reads the message back from another account, whose secret was not kept; give it again"
      })
    )
    : (had.secret === true || had.token === true) && secret === undefined && token === undefined
    ? Effect.fail(
      new Options.OptionsError({
        option: had.token === true ? "--token" : "--secret",
        problem: "is missing",
        remedy: "the run signed in, and its secret was not kept; give it again"
      })
    )
    : Effect.void

/** Who this side is in the TLS handshakes of a check. */
const identified = ({ tlsCertificate: certificate, tlsKey: key = certificate }: Partial<Check>) =>
  Effect.provideService(
    ClientIdentity,
    certificate === undefined || key === undefined ? undefined : { certificate, key }
  )

/** Options by name, without those that are not given, so that a flag not given again does not erase an earlier one. */
const given = <A extends object>(options: A): A =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as A

const make = Effect.gen(function*() {
  const all = yield* Effect.context<
    Effect.Services<ReturnType<typeof Runner.run>> | Packs | Resolver | Dialer | Http | JournalStore.JournalStore
  >()
  // What is opened closes with the scope of whoever opens it, not with that of this layer.
  const context = Context.omit(Scope.Scope)(all) as typeof all
  const provided = Effect.provideContext(context)
  const packs = yield* Packs

  const validate = Effect.fn("Sonde.validate")(function*(check: Check) {
    const { options, secrets } = split(check)
    const request = yield* Effect.fromResult(Options.validate(given(options) as CheckOptions, secrets))
    const { provider } = request.options
    if (provider !== undefined && (yield* packs.get(provider)) === undefined) {
      return yield* new Options.OptionsError({
        option: "--provider",
        problem: `"${provider}" is no pack`,
        remedy: "\"sonde packs list\" lists those there are"
      })
    }
    const cloud = yield* Clouds.problem(packs, request.options)
    if (cloud !== undefined) return yield* cloud
    return request
  })

  const run = (check: Check, listen: Runner.Listener) =>
    validate(check).pipe(
      Effect.orDie,
      Effect.flatMap((request) => Runner.run(request, listen)),
      Effect.provideContext(context),
      identified(check)
    )

  const find = (prefix: string) => Effect.provideContext(JournalStore.find(prefix), context)

  /** The request of a resumed run: options given again override, and a run that signed in needs its secret again. */
  const again = (check: Partial<Check>) => (options: CheckOptions, had: Journal.Sources) =>
    Effect.andThen(askAgain(had, check), validate({ ...options, ...given(check) }))

  const resume = (prefix: string, check: Partial<Check>, listen: Runner.Listener) =>
    Effect.flatMap(find(prefix), (id) =>
      Effect.provideContext(
        Runner.resume(id, (options, had) => Effect.orDie(again(check)(options, had)), listen),
        context
      )).pipe(identified(check))

  const open = (check: Partial<Check>) => ({ go, run }: Runner.Opened): OpenRun => ({
    run,
    go: (listen) => go(listen).pipe(Effect.provideContext(context), identified(check))
  })

  const streamed = (start: (listen: Runner.Listener) => Effect.Effect<Report, JournalError>) =>
    Stream.callback<Event, JournalError>((queue) =>
      start((event) => Queue.offerUnsafe(queue, event)).pipe(
        Effect.matchCauseEffect({
          onFailure: (cause) => Queue.failCause(queue, cause),
          onSuccess: () => Queue.end(queue)
        }),
        Effect.asVoid
      )
    )

  const quiet: Runner.Listener = () => {}

  const history = (prefix: string) =>
    Effect.flatMap(find(prefix), (id) => Effect.provideContext(Runner.history(id), context))

  const store = yield* JournalStore.JournalStore

  /** A run that has not ended goes on only where somebody works on it. */
  const placed = Effect.fnUntraced(function*(past: Fold.History) {
    const report = Fold.report(past)
    if (report.state !== "running" || (yield* store.isHeld(past.run))) return report
    return { ...report, state: "suspended" as const }
  })

  const summary = Effect.fnUntraced(function*(id: string) {
    const past = yield* Effect.provideContext(Runner.history(id), context)
    const { exitCode, outcome, resumeAfter, run, startedAt, state, target, verdicts } = yield* placed(past)
    const [verdict] = verdicts
    const found: RunSummary = {
      run,
      startedAt,
      target: target.input,
      state,
      outcome,
      exitCode,
      ...(resumeAfter === undefined ? {} : { resumeAfter }),
      ...(verdict === undefined ? {} : { cause: verdict.cause, title: verdict.title })
    }
    return found
  })

  const page = Effect.fn("Sonde.page")(function*({ before, limit }: Parameters<Sonde["Service"]["page"]>[0] = {}) {
    const list = yield* store.list
    const from = before === undefined ? list : list.filter((id) => id < before.toUpperCase())
    const ids = from.slice(0, limit)
    const found = yield* Effect.forEach(
      ids,
      (id) => Effect.map(Effect.result(summary(id)), (result) => ({ id, result }))
    )
    const next = ids.length < from.length ? ids.at(-1) : undefined
    return {
      runs: found.flatMap(({ result }) => Result.isSuccess(result) ? [result.success] : []),
      unreadable: found.flatMap(({ id, result }) => Result.isFailure(result) ? [id] : []),
      ...(next === undefined ? {} : { next })
    }
  })

  return Sonde.of({
    check: (options) => run(options, quiet),
    posture: (options) => run({ ...options, only: ["posture"] }, quiet),
    once: (options) =>
      validate(options).pipe(
        Effect.flatMap((request) => Runner.run(request, quiet)),
        Effect.provide(JournalStore.JournalStore.layerNone),
        // Where nothing is kept nothing can fail to be kept.
        Effect.orDie,
        provided,
        identified(options)
      ),
    find,
    resume: (prefix, options = {}) => resume(prefix, options, quiet),
    events: (options) => streamed((listen) => run(options, listen)),
    resumeEvents: (prefix, options = {}) => streamed((listen) => resume(prefix, options, listen)),
    validate,
    submission: (options) =>
      validate(options).pipe(
        Effect.orDie,
        Effect.flatMap((request) => Submit.submission(request)),
        Effect.provideContext(context),
        identified(options)
      ),
    mailbox: (options) =>
      validate({ ...options, only: options.only ?? ["imap"] }).pipe(
        Effect.orDie,
        Effect.flatMap((request) => Submit.mailbox(request)),
        Effect.provideContext(context)
      ),
    token: (options, forService = "smtp-submission") =>
      validate(options).pipe(
        Effect.orDie,
        Effect.flatMap((request) => Obtain.obtain(request, forService)),
        Effect.provideContext(context)
      ),
    discover: ({ offline = false, ...options }) =>
      validate(given(options) as Check).pipe(
        Effect.flatMap((request) =>
          Effect.gen(function*() {
            // Readers of documents are loaded by those who look for settings.
            const Discover = yield* Effect.promise(() => import("@sonde/pipeline/discovery/Discover"))
            const recorder = Recorder.make({ now: () => 0, secrets: [] })
            return yield* Discover.discover(yield* Effect.fromResult(Discover.question(request, offline, recorder)))
          }).pipe(Passage.through(request))
        ),
        provided
      ),
    explain: (input) => {
      const { text, ...hints } = typeof input === "string" ? { text: input } : input
      return Explain.explain(packs, text, hints)
    },
    asked: Effect.fn("Sonde.asked")(function*(prefix) {
      const past = yield* history(prefix)
      const last = past.attempts.at(-1)!
      return {
        run: past.run,
        options: last.options,
        secret: last.had.secret === true,
        token: last.had.token === true,
        readBack: last.had.readBack === true
      }
    }),
    begin: (options) => validate(options).pipe(Effect.flatMap(Runner.begin), Effect.map(open(options)), provided),
    reopen: (prefix, options = {}) =>
      find(prefix).pipe(
        Effect.flatMap((id) => Runner.reopen(id, again(options))),
        Effect.map(open(options)),
        provided
      ),
    replay: Effect.fn("Sonde.replay")(function*(prefix, after = 0) {
      const id = yield* find(prefix)
      return Replay.events(yield* Journal.fromLines(id, yield* store.read(id)), after)
    }),
    settle: (prefix) => provided(Effect.flatMap(find(prefix), Runner.settle)),
    isHeld: (prefix) => Effect.flatMap(find(prefix), store.isHeld),
    page,
    show: (prefix) => Effect.flatMap(history(prefix), placed),
    forget: (prefix) => Effect.flatMap(find(prefix), store.remove),
    packs: Effect.succeed(packs.summaries),
    pack: (idOrAlias) => packs.get(idOrAlias)
  })
})
