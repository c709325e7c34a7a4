/**
 * A run in virtual time: a small pack, a server that answers by verb and keeps what it was told, a journal in memory.
 */
import type { JournalError } from "@sonde/domain/Errors"
import type { Event } from "@sonde/domain/Event"
import type { CheckOptions, Secrets } from "@sonde/domain/Options"
import type { Report } from "@sonde/domain/Report"
import * as Net from "@sonde/net/Net"
import * as Pack from "@sonde/packs/Pack"
import { Packs } from "@sonde/packs/Packs"
import * as Phases from "@sonde/phases/Phases"
import * as Journal from "@sonde/pipeline/Journal"
import type { JournalFile } from "@sonde/pipeline/JournalStore"
import { JournalStore } from "@sonde/pipeline/JournalStore"
import * as Options from "@sonde/pipeline/Options"
import * as Runner from "@sonde/pipeline/Runner"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"

export const host = "mx.example"
export const password = "kanarie & Co+7/f3"
const secrets: Secrets = { secret: Redacted.make(password) }

const says = { confidence: "certain", actor: "user", explanation: "Because.", remedies: [], sources: [] }

/** The one provider of these tests; a mailbox of `example.com` is its own by domain. */
export const pack: Pack.Pack = Result.getOrThrowWith(
  Pack.decode({
    id: "example-mail",
    name: "Example Mail",
    kind: "provider",
    version: "2026.11.1",
    aliases: ["exmail"],
    reviewBy: "2027-05-01",
    recognise: {
      domains: [{ name: "example.com", weight: 95 }, { name: "home.example", audience: "consumer", weight: 95 }],
      mx: [{ suffix: "in.mail.example", weight: 90 }],
      hosts: [{ suffix: host, weight: 90 }]
    },
    endpoints: [
      {
        service: "smtp-submission",
        protocol: "smtp",
        host: "old.mx.example",
        port: 465,
        security: "tls",
        audience: "legacy",
        sources: []
      },
      {
        service: "smtp-submission",
        protocol: "smtp",
        host,
        port: 587,
        security: "starttls",
        audience: "business",
        default: true,
        sources: []
      },
      {
        service: "smtp-submission",
        protocol: "smtp",
        host: "home.mx.example",
        port: 587,
        security: "starttls",
        audience: "consumer",
        sources: []
      }
    ],
    signIn: {
      userName: "address",
      oauth: {
        audiences: ["https://mail.example"],
        scopes: { "smtp-submission": "https://mail.example/mail.send", "imap": "https://mail.example/mail.read" },
        sources: []
      }
    },
    preflight: [{
      id: "port-2525",
      when: { port: 2525 },
      stop: true,
      cause: "port_not_offered",
      title: "no such port",
      ...says
    }],
    rules: [{
      id: "bad-password",
      when: { error: "AuthRejected", code: 535, enhanced: "5.7.8" },
      cause: "bad_credentials",
      title: "wrong password",
      ...says
    }, {
      id: "password-right",
      when: { service: "smtp-submission", error: "AuthRejected", services: { imap: { phase: "auth", state: "pass" } } },
      beats: ["bad_credentials"],
      cause: "signin_blocked_by_provider",
      title: "right password",
      ...says,
      ruledOut: ["secret"]
    }, {
      id: "claim-scope",
      when: { claim: "scp" },
      cause: "oauth_missing_scope",
      title: "missing scope",
      ...says
    }, {
      id: "claim-audience",
      when: { claim: "aud" },
      cause: "oauth_wrong_audience",
      title: "wrong audience",
      ...says,
      explanation: "{found} is not {wanted}"
    }, {
      id: "claim-expired",
      when: { claim: "exp" },
      cause: "oauth_token_expired",
      title: "expired",
      ...says
    }, {
      id: "busy",
      when: { text: "too many sessions" },
      as: { error: "Throttled", scope: "mailbox", retryAfter: "90s" },
      cause: "policy_rejected",
      title: "too many sessions",
      ...says
    }]
  }),
  (error) => new Error(error.message)
)

/** A provider that has the same submission server, and servers for reading. */
const whole: Pack.Pack = {
  ...pack,
  id: "whole-mail",
  aliases: [],
  recognise: { domains: [{ name: "whole.example", weight: 95 }] },
  endpoints: [
    ...pack.endpoints ?? [],
    { service: "imap", protocol: "imap", host: "imap.example", port: 993, security: "tls", sources: [] },
    { service: "pop3", protocol: "pop3", host: "pop.example", port: 995, security: "tls", sources: [] },
    { service: "sieve", protocol: "sieve", host: "sieve.example", port: 4190, security: "starttls", sources: [] }
  ]
}

const signIn = pack.signIn!

/** The same, where accounts are locked after a refusal. */
const strict: Pack.Pack = {
  ...whole,
  id: "strict-mail",
  recognise: { domains: [{ name: "locks.example", weight: 95 }] },
  signIn: { ...signIn, refusedOnce: true }
}

/** The same, with POP3 as the only way to read. */
const maildrops: Pack.Pack = {
  ...whole,
  id: "maildrop-mail",
  recognise: { domains: [{ name: "maildrop.example", weight: 95 }] },
  endpoints: (whole.endpoints ?? []).filter(({ service }) => service !== "imap" && service !== "sieve")
}

/** The same, where IMAP and POP3 take tokens alone. */
const modern: Pack.Pack = {
  ...whole,
  id: "modern-mail",
  recognise: { domains: [{ name: "modern.example", weight: 95 }] },
  signIn: { ...signIn, mechanisms: { "smtp-submission": ["XOAUTH2", "LOGIN"], imap: ["XOAUTH2"], pop3: ["XOAUTH2"] } }
}

/** What a server answers to a verb, as steps of a session; `.` is the end of a message, `greeting` the first word. */
export type Replies = Readonly<Record<string, ReadonlyArray<string>>>

const usual: Replies = {
  greeting: ["S: 220 mx.example ESMTP"],
  EHLO: ["S: 250-mx.example", "S: 250-STARTTLS", "S: 250 AUTH PLAIN LOGIN"],
  STARTTLS: ["S: 220 go ahead", "tls"],
  AUTH: ["S: 235 2.7.0 welcome"],
  MAIL: ["S: 250 2.1.0 sender ok"],
  RCPT: ["S: 250 2.1.5 recipient ok"],
  DATA: ["S: 354 go ahead"],
  ".": ["S: 250 2.0.0 queued"],
  QUIT: ["S: 221 bye", "close"]
}

/** A server that takes everything but for `replies`, and notes each command in `told`; lines of a message are not noted. */
export const server = (told: Array<string>, replies: () => Replies = () => ({})) => {
  let isMessage = false
  const answer = (verb: string): ReadonlyArray<string> =>
    replies()[verb] ?? usual[verb] ?? ["S: 502 5.5.1 unknown command"]
  return {
    script: (line: string | undefined) => {
      if (line === undefined) {
        isMessage = false
        told.push("connect")
        return answer("greeting")
      }
      if (isMessage && line !== ".") return []
      isMessage = false
      const verb = line.split(/[ :]/u)[0] ?? ""
      told.push(verb)
      const steps = answer(verb)
      isMessage = verb === "DATA" && steps.some((step) => step.startsWith("S: 354"))
      return steps
    }
  }
}

/** A world with one server, under the names of the pack. */
export const world = (about: Net.StaticServer): Net.StaticWorld => ({
  zone: { [host]: { a: ["192.0.2.25"] } },
  servers: { [`${host}:587`]: about }
})

/** Everything a run needs but the journal. */
export const layer = (about: Net.StaticWorld) =>
  Layer.merge(
    Packs.layerStatic([pack, whole, strict, modern, maildrops]),
    Phases.layer.pipe(Layer.provideMerge(Net.layerStatic(about)))
  )

export const request = (options: CheckOptions, given: Secrets = secrets): Options.Request =>
  Result.getOrThrowWith(Options.validate(options, given), (error) => error)

/** The options of a check of the whole way up to the recipient. */
export const asked: CheckOptions = { target: "person@example.com", to: ["friend@example.net"], tlsVersions: "never" }

/** Lets virtual time pass until the effect ends, an hour at most. */
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
    for (let second = 0; second < 3600 && fiber.pollUnsafe() === undefined; second++) {
      yield* TestClock.adjust("1 second")
    }
    return yield* Fiber.join(fiber)
  })

/** Runs options, and gives the report with the events. */
export const check = Effect.fnUntraced(function*(options: CheckOptions, given: Secrets = secrets) {
  const events: Array<Event> = []
  const report = yield* inTime(Runner.run(request(options, given), (event) => events.push(event)))
  return { report, events }
})

/** Resumes a run with options given again, as a front end does. */
export const resume = Effect.fnUntraced(function*(run: string, more: Partial<CheckOptions> = {}, given = secrets) {
  const events: Array<Event> = []
  const report = yield* inTime(
    Runner.resume(
      run,
      (options) => Effect.succeed(request({ ...options, ...more }, given)),
      (event) => events.push(event)
    )
  )
  return { report, events }
})

/** The phases of the only service as `id state`, with the reason of a skip in place of the state. */
export const states = (report: Report): ReadonlyArray<string> =>
  (report.services[0]?.phases ?? []).map(({ because, id, state }) => `${id} ${because ?? state}`)

/** The error of the phase that failed. */
export const errorOf = (report: Report) => report.services[0]?.phases.find(({ error }) => error !== undefined)?.error

export const entries = (run: string) =>
  Effect.flatMap(JournalStore, (store) => Effect.flatMap(store.read(run), (lines) => Journal.fromLines(run, lines)))

/** Replaces the journal of a run by its first lines, as a killed process leaves it. */
export const cutAfter = Effect.fnUntraced(function*(run: string, isLast: (entry: Journal.Entry) => boolean) {
  const store = yield* JournalStore
  const lines = yield* store.read(run)
  const index = (yield* entries(run)).findLastIndex(isLast)
  if (index < 0) return yield* Effect.die(new Error("no such entry"))
  yield* store.remove(run)
  yield* Effect.scoped(
    Effect.flatMap(store.create(run), (file) => file.append(lines.slice(0, index + 1), false))
  )
})

/** A store in memory whose appends go through `guard` first. */
export const guarded = (
  guard: (lines: ReadonlyArray<string>, durable: boolean) => Effect.Effect<void, JournalError>
): Layer.Layer<JournalStore> =>
  Layer.effect(
    JournalStore,
    Effect.map(JournalStore, (store) => {
      const wrap = (file: JournalFile): JournalFile => ({
        ...file,
        append: (lines, durable) => Effect.andThen(guard(lines, durable), file.append(lines, durable))
      })
      return JournalStore.of({
        ...store,
        create: (run) => Effect.map(store.create(run), wrap),
        open: (run) => Effect.map(store.open(run), wrap)
      })
    })
  ).pipe(Layer.provide(JournalStore.layerMemory))
