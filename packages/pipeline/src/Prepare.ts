/**
 * Turns a request into what services are run with: which provider, which endpoints, which message.
 *
 * Asks the DNS for mail exchangers only where nothing else tells the provider, and every other source of settings only where no
 * pack knows those exchangers either. Connects to no mail server.
 *
 * @since 0.1.0
 */
import type { Discovery } from "@sonde/domain/Discovery"
import type { Endpoint } from "@sonde/domain/Endpoint"
import { type ProtocolError, ResolveError } from "@sonde/domain/Errors"
import type { Security, ServiceId } from "@sonde/domain/Service"
import type { Finding } from "@sonde/domain/Verdict"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import type { Http } from "@sonde/net/Http"
import * as Recorder from "@sonde/net/Recorder"
import { type LookupFailed, Resolver } from "@sonde/net/Resolver"
import type { Pack } from "@sonde/packs/Pack"
import { Packs } from "@sonde/packs/Packs"
import { judge, read } from "@sonde/phases/Claims"
import type { Credential } from "@sonde/phases/Credential"
import { defaultSubject, givenMessage, type Message, testMessage } from "@sonde/phases/Inputs"
import { failure } from "@sonde/phases/Resolve"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { available, type Reading } from "./Available.ts"
import * as OAuth from "./OAuth.ts"
import type { Request } from "./Options.ts"
import type { MailboxPlan } from "./recipes/Mailbox.ts"
import type { SubmissionPlan } from "./recipes/Submission.ts"
import { observe, type Recognition } from "./Recognition.ts"
import { sendsBy } from "./Way.ts"

/**
 * A service that is reached at a host and a port of the mailbox's provider.
 *
 * @category models
 * @since 0.1.0
 */
export type MailService = "smtp-submission" | Reading

interface Habit {
  readonly protocol: Endpoint["protocol"]
  readonly name: string
  /** The port to suppose, and the one that begins with TLS where there is one. */
  readonly port: number
  readonly tlsPort: number | undefined
}

/** RFC 8314 section 3.3: 465 begins with TLS; RFC 5804 section 1.8: ManageSieve has one port, with STARTTLS. */
const habits: Readonly<Record<MailService, Habit>> = {
  "smtp-submission": { protocol: "smtp", name: "submission", port: 587, tlsPort: 465 },
  // RFC 8314 section 3.2.
  "imap": { protocol: "imap", name: "IMAP", port: 993, tlsPort: 993 },
  "pop3": { protocol: "pop3", name: "POP3", port: 995, tlsPort: 995 },
  "sieve": { protocol: "sieve", name: "ManageSieve", port: 4190, tlsPort: undefined }
}

/** @category guards @since 0.1.0 */
export const isMailService = (service: ServiceId): service is MailService => Object.hasOwn(habits, service)

const securityOf = ({ tlsPort }: Habit, port: number): Security => port === tlsPort ? "tls" : "starttls"

/**
 * Where to dial when an endpoint is meant, by option.
 *
 * @category combinators
 * @since 0.1.0
 */
export const pinOf = (
  { options, pins }: Pick<Request, "options" | "pins">,
  endpoint: Endpoint
): { readonly host: string; readonly port: number } | undefined => {
  const pin = pins.find(({ host, port }) => host === endpoint.host.toLowerCase() && port === endpoint.port)
  if (pin !== undefined) return { host: pin.toHost, port: pin.toPort }
  return options.address === undefined ? undefined : { host: options.address, port: endpoint.port }
}

/**
 * The domain's mail exchangers as evidence; that a question has no answer is a failure only without a host. A coarse rule of
 * addresses leaves out those that are not on the public internet by their name alone.
 */
const exchangers = Effect.fnUntraced(function*(request: Request, domain: string) {
  const resolver = yield* Resolver
  const timeoutMillis = Math.min(request.phaseMillis, request.deadlineMillis)
  const found = yield* resolver.mx(domain, { server: request.options.dns, timeoutMillis })
  const rule = yield* AddressPolicy.AddressPolicy
  return rule.coarse === true
    ? found.filter(({ exchange }) => exchange === "" || AddressPolicy.isPublicHost(exchange))
    : found
})

/**
 * The endpoint of a service that is being prepared, for errors that come before one is known.
 *
 * @category constructors
 * @since 0.1.0
 */
export const supposed = (request: Request, service: MailService = "smtp-submission"): Endpoint => {
  const habit = habits[service]
  const port = request.port ?? habit.port
  return {
    protocol: habit.protocol,
    host: request.host ?? request.domain ?? request.options.target,
    port,
    security: request.security ?? securityOf(habit, port)
  }
}

/**
 * How looking for the provider went: `problem` is why the mail exchangers of the domain could not be asked for, `discovery` what
 * other sources say of the settings where no pack knows the exchangers.
 *
 * @category models
 * @since 0.1.0
 */
export interface Recognised {
  readonly problem: LookupFailed["reason"] | "NullMx" | undefined
  readonly discovery: Discovery | undefined
}

/** As long as the shortest time that providers let caches keep their settings documents. */
const freshMillis = 3_600_000

/** What other sources say, unless an attempt of this run has asked them within the hour. */
const discovered = Effect.fnUntraced(function*(request: Request, earlier: Discovery | undefined) {
  const now = yield* Clock.currentTimeMillis
  if (earlier !== undefined && now - Date.parse(earlier.startedAt) < freshMillis) return earlier
  // Most sources are asked at once and a few after them, within the time of one phase.
  const timeoutMillis = Math.max(1, Math.floor(Math.min(request.phaseMillis, request.deadlineMillis) / 2))
  const recorder = Recorder.make({ now: () => 0, secrets: [] })
  // The readers of documents are not loaded for a target that a pack knows.
  const Discover = yield* Effect.promise(() => import("./discovery/Discover.ts"))
  const question = Discover.question({ ...request, phaseMillis: timeoutMillis }, false, recorder)
  return Result.isFailure(question) ? undefined : yield* Discover.discover(question.success)
})

/**
 * Recognises the provider, once for all services. Asks the DNS where neither an option, the domain nor a host tells, and then
 * all other sources of settings. `earlier` is what they said to an earlier attempt of the run.
 *
 * @category combinators
 * @since 0.1.0
 */
export const recognise = Effect.fn("Prepare.recognise")(function*(
  request: Request,
  state: Recognition,
  earlier?: Discovery
): Effect.fn.Return<Recognised, never, Packs | Resolver | Http> {
  const { domain, host } = request
  yield* observe(state, { option: request.options.provider, domain, host })
  const none: Recognised = { problem: undefined, discovery: undefined }
  if (state.provider !== undefined || host !== undefined || domain === undefined) return none
  const mx = yield* Effect.result(exchangers(request, domain))
  if (Result.isFailure(mx)) {
    // No MX record is no failure (RFC 5321 section 5.1): the domain then tells nothing about its provider.
    if (mx.failure.reason !== "NoRecords") return { ...none, problem: mx.failure.reason }
  } else {
    if (mx.success.length === 1 && mx.success[0]?.exchange === "") return { ...none, problem: "NullMx" }
    yield* observe(state, { mx: mx.success.map(({ exchange }) => exchange) })
  }
  if (state.provider !== undefined || !request.services.some(isMailService)) return none
  return { ...none, discovery: yield* discovered(request, earlier) }
})

/**
 * The endpoint of a service. Fails where neither an option nor a pack names one.
 *
 * @category combinators
 * @since 0.1.0
 */
export const place = Effect.fn("Prepare.place")(function*(
  request: Request,
  state: Recognition,
  service: MailService,
  { discovery, problem }: Recognised
): Effect.fn.Return<Endpoint, ResolveError | ProtocolError, Packs> {
  const packs = yield* Packs
  const { domain, host } = request
  const habit = habits[service]
  const { protocol } = habit
  const at = { service, endpoint: supposed(request, service) }
  if (problem !== undefined) {
    return yield* failure(at, domain ?? "", problem === "Malformed" ? "ServerFailure" : problem)
  }
  const pack = yield* packs.get(state.provider?.id ?? "")
  const offered = (pack?.endpoints ?? []).filter((candidate) => candidate.service === service)
  if (host !== undefined) {
    const known = offered.find((candidate) =>
      candidate.host === host && (request.port === undefined || candidate.port === request.port)
    )
    const port = request.port ?? known?.port ?? (request.security === "tls" ? habit.tlsPort ?? habit.port : habit.port)
    return { protocol, host, port, security: request.security ?? known?.security ?? securityOf(habit, port) }
  }
  const chosen = offered.find(({ audience }) => state.audience !== undefined && audience === state.audience) ??
    offered.find((candidate) => candidate.default === true) ?? offered[0]
  const setting = discovery?.chosen.find((one) => one.service === service)?.endpoint
  if (chosen === undefined && setting !== undefined) {
    // Whoever runs that host may be known by it.
    yield* observe(state, { host: setting.host })
    const port = request.port ?? setting.port
    const security = request.security ?? (port === setting.port ? setting.security : securityOf(habit, port))
    return { ...setting, port, security }
  }
  if (chosen === undefined) {
    const mx = state.evidence.mx?.[0]
    const why = pack?.notOffered?.find((one) => one.service === service)?.why
    return yield* new ResolveError({
      ...at,
      phase: "resolve",
      reason: "NoRecords",
      name: domain ?? "",
      message: `no ${habit.name} server is known for ${domain}${mx === undefined ? "" : ` (its mail goes to ${mx})`}${
        why === undefined ? "" : ` (${why})`
      }; name it with --host, or the provider with --provider${
        discovery === undefined ? "" : `; "sonde discover ${domain}" shows what each source of settings said`
      }`
    })
  }
  const port = request.port ?? chosen.port
  return {
    protocol,
    host: chosen.host,
    port,
    security: request.security ?? (port === chosen.port ? chosen.security : securityOf(habit, port))
  }
})

/**
 * Recognises the provider and finds the endpoint of one service.
 *
 * @category combinators
 * @since 0.1.0
 */
export const endpoint = Effect.fnUntraced(function*(
  request: Request,
  state: Recognition,
  service: MailService = "smtp-submission"
) {
  return yield* place(request, state, service, yield* recognise(request, state))
})

const encoderName = "Sonde"

/**
 * The message of a run: the given one, or the test message. None without a sender and recipients.
 *
 * @category constructors
 * @since 0.1.0
 */
export const messageOf = (request: Request, run: string, startedAt: string): Message | undefined => {
  const { from } = request
  if (from === undefined || request.to.length === 0) return undefined
  const messageId = `<${run.toLowerCase()}@${from.slice(from.lastIndexOf("@") + 1)}>`
  if (request.options.message !== undefined) {
    // One that is looked for says of which run it is: the same file may have been sent before.
    return givenMessage(request.options.message, messageId, request.readBack === undefined ? undefined : run)
  }
  // The same run always sends the same message, whenever it is resumed. Addresses were checked by `Options`.
  return Result.getOrThrow(testMessage({
    from,
    to: request.to,
    date: Date.parse(startedAt),
    messageId,
    runId: run,
    // Where a Message-ID is replaced and other fields are lost, the subject is still there.
    ...(request.readBack === undefined ? {} : { subject: `${defaultSubject} ${run.toLowerCase()}` }),
    userAgent: encoderName
  }))
}

/**
 * The plan of a submission at an endpoint.
 *
 * @category constructors
 * @since 0.1.0
 */
export const plan = (
  request: Request,
  where: Endpoint,
  history: { readonly run: string; readonly startedAt: string }
): SubmissionPlan => ({
  service: "smtp-submission",
  endpoint: where,
  pinned: pinOf(request, where),
  dns: request.options.dns,
  ca: request.options.ca,
  ehlo: request.options.ehlo,
  credential: request.credential,
  allowClear: request.options.allowClearAuth === true,
  from: request.from,
  to: request.to,
  until: request.until,
  message: request.deliver && sendsBy(request.options) === "smtp"
    ? messageOf(request, history.run, history.startedAt)
    : undefined
})

/**
 * The plan of reading a mailbox at an endpoint.
 *
 * @category constructors
 * @since 0.1.0
 */
export const mailboxPlan = (request: Request, where: Endpoint, service: Reading): MailboxPlan => ({
  service,
  endpoint: where,
  pinned: pinOf(request, where),
  dns: request.options.dns,
  ca: request.options.ca,
  credential: request.credential,
  allowClear: request.options.allowClearAuth === true,
  until: request.stop[service]
})

const tokenMechanisms: ReadonlyArray<string> = ["XOAUTH2", "OAUTHBEARER"]

const isOfKind: Readonly<Record<Credential["kind"], (mechanism: string) => boolean>> = {
  password: (mechanism) => !tokenMechanisms.includes(mechanism) && mechanism !== "EXTERNAL",
  token: (mechanism) => tokenMechanisms.includes(mechanism),
  certificate: (mechanism) => mechanism === "EXTERNAL"
}

/** What a credential of a kind can be used with, where a pack tells the mechanisms of a service. */
const takes = (mechanisms: ReadonlyArray<string> | undefined, kind: Credential["kind"]): boolean =>
  mechanisms === undefined || mechanisms.some((name) => isOfKind[kind](name.toUpperCase()))

/** Why a service does not take what there is to sign in with, in words; nothing where it may, or where there is nothing. */
const misfit = (
  pack: Pack,
  service: MailService,
  { credential, options }: Request,
  now: number
): string | undefined => {
  if (credential === undefined) return undefined
  if (!takes(pack.signIn?.mechanisms?.[service], credential.kind)) {
    return `${pack.name} takes no ${credential.kind} there`
  }
  const reading = credential.kind === "token" ? read(credential.secret) : undefined
  if (reading?.format !== "jwt") return undefined
  const { audience, cloud, scope, tenant } = options
  const host = pack.endpoints?.find((endpoint) => endpoint.service === service)?.host ?? ""
  const wanted = OAuth.wanted(pack, { service, host, tenant, cloud, user: credential.user, audience, scope })
  const foreign = judge(reading.claims, [wanted], now).wrong.some(({ name }) =>
    name === "aud" || name === "scp" || name === "roles"
  )
  return foreign ? "the token is for other services" : undefined
}

/** A message that IMAP would look for is looked for by POP3 where the pack knows POP3 alone and nobody named a service. */
const lookedFor = ({ readBack, services }: Request, pack: Pack | undefined): ReadonlyArray<ServiceId> | undefined => {
  const offers = (service: ServiceId) => pack?.endpoints?.some((endpoint) => endpoint.service === service) === true
  const isUsual = readBack?.isChosen === false && readBack.services.includes("imap") && readBack.host === undefined &&
    !readBack.isElsewhere
  return isUsual && !offers("imap") && offers("pop3")
    ? services.map((service) => service === "imap" ? "pop3" : service)
    : undefined
}

/** Whether the domain is one whose records somebody of it can change: those of a provider's own domain its users cannot. */
const hasPosture = ({ domain, options: { skip, until } }: Request, { provider }: Recognition): boolean =>
  domain !== undefined && provider?.recognisedBy.includes("domain") !== true &&
  until === undefined && skip?.includes("posture") !== true

/**
 * What an open run checks besides what was asked for: every service that reads the mailbox and of which the provider's pack has an
 * endpoint, or, of an unknown provider, some source of settings that is no guess; and what the domain publishes, unless it is the
 * provider's own. Of a service that does not take what there is to sign in with it says so, and leaves it out.
 *
 * @category combinators
 * @since 0.1.0
 */
export const further = Effect.fnUntraced(function*(
  request: Request,
  state: Recognition,
  { discovery, problem }: Recognised
): Effect.fn.Return<Further, never, Packs> {
  const pack = yield* (yield* Packs).get(state.provider?.id ?? "")
  const looks = lookedFor(request, pack)
  if (looks !== undefined) return { services: looks, left: [] }
  if (!request.isOpen) return { services: request.services, left: [] }
  const isOffered = (service: ServiceId): boolean =>
    pack === undefined
      ? discovery?.chosen.some((one) => one.service === service && one.source !== "guess") === true
      : pack.endpoints?.some((endpoint) => endpoint.service === service) === true
  const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
  const added: Array<ServiceId> = []
  const left: Array<Finding> = []
  if (problem === undefined && hasPosture(request, state)) added.push("posture")
  for (const service of available) {
    if (service === "smtp-submission" || !isMailService(service) || request.options.skip?.includes(service) === true) {
      continue
    }
    if (!isOffered(service)) continue
    const why = pack === undefined ? undefined : misfit(pack, service, request, now)
    if (why === undefined) added.push(service)
    else {
      left.push({
        id: "service_not_checked",
        state: "inconclusive",
        service,
        title: `${habits[service].name} was not checked: ${why}`,
        text: `--only ${service} checks it alone.`,
        remedies: []
      })
    }
  }
  return {
    services: available.filter((service) => request.services.includes(service) || added.includes(service)),
    left
  }
})

/**
 * The services of a run, and a finding for each that was left out.
 *
 * @category models
 * @since 0.1.0
 */
export interface Further {
  readonly services: ReadonlyArray<ServiceId>
  readonly left: ReadonlyArray<Finding>
}
