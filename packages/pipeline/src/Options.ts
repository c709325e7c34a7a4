/**
 * Checks the options of a run and gives them their defaults, before anything is dialled.
 *
 * An option that cannot be meant is an error of usage that names the option and the remedy.
 *
 * @since 0.1.0
 */
import { pemBlocks } from "@sonde/domain/Certificate"
import type { CheckOptions, Secrets } from "@sonde/domain/Options"
import { spanMillis } from "@sonde/domain/Options"
import type { PhaseId, Security, ServiceId } from "@sonde/domain/Service"
import * as Target from "@sonde/domain/Target"
import type { Proxy } from "@sonde/net/Proxy"
import { problemOf } from "@sonde/phases/Begin"
import type { Credential } from "@sonde/phases/Credential"
import { addressProblem, ehloProblem } from "@sonde/phases/Inputs"
import * as Result from "effect/Result"
import { available, type Reading } from "./Available.ts"
import { grantOf, type GrantPlan } from "./GrantPlan.ts"
import { OptionsError } from "./OptionsError.ts"
import * as Passage from "./Passage.ts"
import * as ReadBack from "./ReadBack.ts"
import * as Stops from "./Stops.ts"
import * as Way from "./Way.ts"

/** @category errors @since 0.1.0 */
export { OptionsError }

/**
 * Where to dial when a host and port are meant.
 *
 * @category models
 * @since 0.1.0
 */
export interface Pin {
  readonly host: string
  readonly port: number
  readonly toHost: string
  readonly toPort: number
}

/**
 * Options that hold together. `until` is the phase of a submission to stop after, `graphUntil` that of Graph; `deliver` is true
 * when a message is to be sent, by what `sendsBy` says.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request {
  readonly options: CheckOptions
  readonly target: Target.Target
  readonly mailbox: string | undefined
  readonly domain: string | undefined
  readonly host: string | undefined
  readonly port: number | undefined
  readonly security: Security | undefined
  readonly credential: Credential | undefined
  /** How a token is obtained that is to be signed in with, where none is given. */
  readonly grant: GrantPlan | undefined
  readonly from: string | undefined
  readonly to: ReadonlyArray<string>
  readonly until: PhaseId
  readonly graphUntil: PhaseId
  /** Of a delivery by LMTP: whom to name, and the phase to stop after. */
  readonly lmtp: { readonly to: ReadonlyArray<string>; readonly until: PhaseId }
  /** Of the delivery to an exchanger: whom to name, all of the domain of the target, and the phase to stop after. */
  readonly exchanger: { readonly to: ReadonlyArray<string>; readonly until: PhaseId }
  /** The phase to stop after in each service that reads the mailbox. */
  readonly stop: Readonly<Record<Reading, PhaseId>>
  readonly deliver: boolean
  /** How the message is looked for afterwards. */
  readonly readBack: ReadBack.ReadBack | undefined
  readonly pins: ReadonlyArray<Pin>
  readonly control: { readonly host: string; readonly port: number } | undefined
  /** With its secret. */
  readonly proxy: Proxy | undefined
  readonly phaseMillis: number
  readonly deadlineMillis: number
  /** The services to run, in the order of the contract. */
  readonly services: ReadonlyArray<ServiceId>
  /** Whether nothing narrows the run to these, so that whatever else the provider is known to have is checked too. */
  readonly isOpen: boolean
}

/** @category models @since 0.1.0 */
export type { GrantPlan }

const fail = (option: string, problem: string, remedy: string) =>
  Result.fail(new OptionsError({ option, problem, remedy }))

/** The longest wait of a timer, a signed 32-bit number: the platforms let longer ones go off at once. */
const longestMillis = 2_147_483_647

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65535

const portOf = (text: string): number | undefined => isPort(Number(text)) ? Number(text) : undefined

/** A name as the DNS knows it, or an address; brackets hold an IPv6 address and nothing else. */
const placeOf = (text: string): string | undefined => {
  if (!text.startsWith("[")) return Target.hostName(text)
  const address = text.slice(1, -1)
  return address.includes(":") && Target.isAddress(address) ? address.toLowerCase() : undefined
}

/**
 * Reads a `HOST:PORT:ADDRESS:PORT` mapping; IPv6 literals stand in brackets.
 *
 * @category parsing
 * @since 0.1.0
 */
export const pinFromText = (text: string): Result.Result<Pin, OptionsError> => {
  const match = /^(\[[^\]]+\]|[^:[\]]+):(\d{1,5}):(\[[^\]]+\]|[^:[\]]+):(\d{1,5})$/.exec(text)
  const [, host, port, toHost, toPort] = match === null
    ? []
    : [text, placeOf(match[1]!), portOf(match[2]!), placeOf(match[3]!), portOf(match[4]!)]
  if (host === undefined || port === undefined || toHost === undefined || toPort === undefined) {
    return fail(
      "--connect-to",
      `${JSON.stringify(text)} is no mapping`,
      "write HOST:PORT:ADDRESS:PORT, such as smtp.office365.com:587:127.0.0.1:2587"
    )
  }
  return Result.succeed({ host, port, toHost, toPort })
}

/** Lists that one run asks at most: each gets four questions. */
const maxBlocklists = 20

const isBareAddress = (text: string): boolean => Target.isAddress(text) || !text.includes(".")

const controlFromText = (text: string): { readonly host: string; readonly port: number } | undefined => {
  const [, place, digits] = /^(\[[^\]]+\]|[^:[\]]+):(\d{1,5})$/.exec(text) ?? []
  const host = place === undefined ? undefined : placeOf(place)
  const port = digits === undefined ? undefined : portOf(digits)
  return host === undefined || port === undefined ? undefined : { host, port }
}

/** EXTERNAL: the certificate says who it is, and `--user` at most as whom to act (RFC 4422 appendix A). */
const byCertificate = (options: CheckOptions, secrets: Secrets): Result.Result<Credential, OptionsError> => {
  const { secret, tlsCertificate, tlsKey = tlsCertificate, token } = secrets
  if (tlsKey === undefined) {
    return fail(
      "--auth",
      "external needs a client certificate",
      "add --tls-certificate PATH, and --tls-key if it is apart"
    )
  }
  if (secret !== undefined || token !== undefined) {
    return fail(
      secret === undefined ? "--token" : "--secret",
      "does not go with --auth external",
      "leave it out: the certificate signs in"
    )
  }
  const credential: Credential = {
    kind: "certificate",
    user: options.user ?? "",
    secret: tlsKey,
    mechanism: "external"
  }
  const problem = problemOf(credential)
  return problem === undefined
    ? Result.succeed(credential)
    : fail("--user", `cannot be used: ${problem.message}`, "write it as person@example.com")
}

const credentialOf = (
  options: CheckOptions,
  secrets: Secrets,
  mailbox: string | undefined
): Result.Result<Credential | undefined, OptionsError> => {
  const secret = secrets.token ?? secrets.secret
  const mechanism = options.auth ?? "auto"
  if (secrets.tlsKey !== undefined && secrets.tlsCertificate === undefined) {
    return fail("--tls-key", "was given without its certificate", "add --tls-certificate PATH")
  }
  if (mechanism === "external") return byCertificate(options, secrets)
  if (secrets.token !== undefined && secrets.secret !== undefined) {
    return fail("--token", "and --secret were both given", "give the one that this sign-in uses")
  }
  if (secret === undefined) {
    return options.auth === undefined || options.auth === "auto"
      ? Result.succeed(undefined)
      : fail("--auth", `${options.auth} needs a secret`, "add --secret env:NAME, or --token env:NAME for a token")
  }
  const kind = secrets.token === undefined ? "password" as const : "token" as const
  const tokenMechanism = mechanism === "xoauth2" || mechanism === "oauthbearer"
  if (mechanism !== "auto" && tokenMechanism !== (kind === "token")) {
    return fail(
      "--auth",
      `${mechanism} does not take a ${kind}`,
      tokenMechanism ? "give the token with --token env:NAME" : "give the password with --secret env:NAME"
    )
  }
  const user = options.user ?? mailbox
  if (user === undefined) {
    return fail("--user", "is missing", "name the account to sign in as, such as --user person@example.com")
  }
  const credential: Credential = { kind, user, secret, mechanism }
  const problem = problemOf(credential)
  return problem === undefined
    ? Result.succeed(credential)
    : fail(kind === "token" ? "--token" : "--secret", `cannot be used: ${problem.message}`, "check where it comes from")
}

/** A token is read before it is used, unless that is left out. */
const servicesOf = (
  options: CheckOptions,
  secrets: Secrets,
  port: number | undefined
): Result.Result<ReadonlyArray<ServiceId>, OptionsError> => {
  const hasToken = secrets.token !== undefined || options.grant !== undefined
  if (options.only?.includes("token") === true && !hasToken) {
    return fail("--only", "token needs a token", "add --token env:NAME")
  }
  const way = Way.wayProblem(options)
  if (way !== undefined) return Result.fail(new OptionsError(way))
  // A port that was named says which service is meant, where nothing else does.
  const alone = options.only === undefined && options.via === undefined ? Stops.readingAt(port) : undefined
  // What looks for the message that is sent is not named where it is the usual one.
  const looks = options.readBack === true && options.only === undefined ? ReadBack.usual(options, secrets) : undefined
  const isAsked = (service: ServiceId) => Way.isAsked(options, service) || service === looks
  const asked = available.filter((service) =>
    service === "token" ? hasToken : alone === undefined ? isAsked(service) : service === alone
  )
  if (options.grant !== undefined && options.skip?.includes("token") === true) {
    return fail("--skip", `token leaves out what --token ${options.grant} asks for`, "leave out one of them")
  }
  const services = asked.filter((service) => options.skip?.includes(service) !== true)
  const graph = Way.graphProblem(options, secrets, services)
  if (graph !== undefined) return Result.fail(new OptionsError(graph))
  return services.length === 0 ? fail("--skip", "leaves no service to check", "leave it out") : Result.succeed(services)
}

/**
 * Whether a run is of a mailbox and of all that there is: no service was named, no endpoint by hand, nothing about sending, and no
 * address to dial, which would be missing for whatever is added.
 */
const isOpen = (target: Target.Target, options: CheckOptions): boolean =>
  target._tag !== "Host" &&
  ([
    "only",
    "via",
    "host",
    "port",
    "security",
    "connectTo",
    "address",
    "auth",
    // A token that is obtained is asked for with the rights of what was named.
    "grant",
    "ehlo",
    "from",
    "to",
    "deliver",
    "deliverAgain",
    "readBack",
    "message"
  ] as const).every((option) => options[option] === undefined)

const addressesOf = (
  options: CheckOptions,
  mailbox: string | undefined,
  user: string | undefined,
  composes: boolean,
  stored: string | undefined
): Result.Result<{ readonly from: string | undefined; readonly to: ReadonlyArray<string> }, OptionsError> => {
  const from = options.from ?? mailbox ?? (user?.includes("@") === true ? user : undefined)
  for (
    const [option, address] of [
      ["--from", from],
      ...(options.to ?? []).map((to) => ["--to", to] as const)
    ] as const
  ) {
    const problem = address === undefined ? undefined : addressProblem(address)
    if (problem !== undefined) {
      return fail(option, `${JSON.stringify(address)} is no mailbox (${problem})`, "write it as person@example.com")
    }
  }
  // A delivery without a recipient goes to the mailbox itself: nobody else is bothered.
  const self = stored ?? (composes ? from : undefined)
  const to = options.to ?? (self === undefined ? [] : [self])
  return Result.succeed({ from, to })
}

const selectorLabel = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i

const postureOf = (options: CheckOptions, target: Target.Target): Result.Result<void, OptionsError> => {
  if (target._tag === "Host") {
    return fail("the target", `${JSON.stringify(target.input)} is no domain`, "give a domain, such as example.com")
  }
  // RFC 6376 section 3.1: a selector is one label or several.
  const bad = options.selector?.find((selector) => !selector.split(".").every((label) => selectorLabel.test(label)))
  return bad === undefined
    ? Result.succeed(undefined)
    : fail("--selector", `${JSON.stringify(bad)} is no selector`, "give what stands behind s= in DKIM-Signature")
}

/** What LMTP needs: a place, and no other service that would send the same message. */
const lmtpProblem = (
  options: CheckOptions,
  host: string | undefined,
  deliver: boolean,
  services: ReadonlyArray<ServiceId>
): Result.Result<void, OptionsError> => {
  if (host === undefined) {
    return fail(
      "--host",
      "is missing",
      "name the server that speaks LMTP, such as --host mail.example.com --port 24; nothing publishes it"
    )
  }
  if (options.port === 25) {
    return fail("--port", "25 is never LMTP (RFC 2033 section 5)", "name the port of LMTP, or use --only mx")
  }
  const other = services.find((service) => service === "smtp-submission" || service === "graph")
  return deliver && other !== undefined
    ? fail("--deliver", `would send the message by ${other} and by lmtp`, "name the one that is to send it with --only")
    : Result.succeed(undefined)
}

/**
 * Whom to name to an exchanger. Nobody else's recipients are tried, and nothing is delivered: a message that is handed to an exchanger
 * from anywhere is what exchangers refuse, and no proof of what a sender would meet.
 */
const exchangerOf = (
  options: CheckOptions,
  target: Target.Target,
  deliver: boolean,
  services: ReadonlyArray<ServiceId>
): Result.Result<ReadonlyArray<string>, OptionsError> => {
  if (target._tag === "Host") {
    return fail(
      "the target",
      `${JSON.stringify(target.input)} is no domain`,
      "give the mailbox or the domain that takes the mail, and the exchanger with --host"
    )
  }
  if (
    deliver && !services.some((service) => service === "smtp-submission" || service === "graph" || service === "lmtp")
  ) {
    return fail(
      "--deliver",
      "does not go with mx: an exchanger is asked as far as the recipient, and no message is handed to it",
      "leave it out, or send with --only smtp-submission"
    )
  }
  const stranger = options.to?.find((to) => {
    const parsed = Target.fromText(to)
    return Result.isFailure(parsed) || parsed.success._tag !== "Mailbox" || parsed.success.domain !== target.domain
  })
  if (stranger !== undefined) {
    return fail(
      "--to",
      `${
        JSON.stringify(stranger)
      } is not in ${target.domain}; exchangers are asked for recipients of their own domain only`,
      `name a mailbox of ${target.domain}, or that domain as the target`
    )
  }
  // RFC 5321 section 4.5.1: every domain that takes mail takes it for postmaster.
  return Result.succeed(options.to ?? [target._tag === "Mailbox" ? target.mailbox : `postmaster@${target.domain}`])
}

/**
 * Checks options and secrets together.
 *
 * @category parsing
 * @since 0.1.0
 */
export const validate = (options: CheckOptions, secrets: Secrets = {}): Result.Result<Request, OptionsError> =>
  Result.gen(function*() {
    const target = yield* Result.mapError(
      Target.fromText(options.target),
      (error) =>
        new OptionsError({
          option: "the target",
          problem: `${JSON.stringify(error.input)} ${error.problem}`,
          remedy: error.remedy
        })
    )
    const services = yield* servicesOf(
      options,
      secrets,
      options.port ?? (target._tag === "Host" ? target.port : undefined)
    )
    const host = options.host === undefined ? undefined : Target.hostName(options.host)
    if (options.host !== undefined && host === undefined) {
      return yield* fail("--host", `${JSON.stringify(options.host)} is no host name`, "write it as mail.example.com")
    }
    if (options.port !== undefined && !isPort(options.port)) {
      return yield* fail("--port", `${options.port} is no port`, "give a number from 1 to 65535")
    }
    if (options.ehlo !== undefined) {
      const problem = ehloProblem(options.ehlo)
      if (problem !== undefined) {
        return yield* fail("--ehlo", `${JSON.stringify(options.ehlo)} cannot be used (${problem})`, "give a host name")
      }
    }
    const passage = Passage.check(options, secrets, target, services)
    if ("problem" in passage) return yield* Result.fail(new OptionsError(passage.problem))
    if (options.ip !== undefined && !Target.isAddress(options.ip)) {
      return yield* fail(
        "--ip",
        `${JSON.stringify(options.ip)} is no IP address`,
        "write it as 192.0.2.1 or 2001:db8::1"
      )
    }
    const zone = options.dnsbl?.find((text) =>
      text !== "default" && (isBareAddress(text) || Target.hostName(text) === undefined)
    )
    if (zone !== undefined || (options.dnsbl?.length ?? 0) > maxBlocklists) {
      return yield* fail(
        "--dnsbl",
        zone === undefined
          ? `names more than ${maxBlocklists} lists`
          : `${JSON.stringify(zone)} is no zone of a block list`,
        "give a zone such as zen.spamhaus.org, or default"
      )
    }
    const control = options.control === undefined ? undefined : controlFromText(options.control)
    if (options.control !== undefined && control === undefined) {
      return yield* fail(
        "--control",
        `${JSON.stringify(options.control)} is no host with a port`,
        "write HOST:PORT of a server that works, best with the same port, such as smtp.gmail.com:587"
      )
    }
    for (
      const [option, span] of [
        ["--timeout", options.timeout],
        ["--deadline", options.deadline],
        ["--read-back-timeout", options.readBackTimeout]
      ] as const
    ) {
      if (span === undefined) continue
      const millis = spanMillis(span) ?? 0
      if (!(millis > 0)) {
        return yield* fail(option, `${span} is no time to wait`, "give a number with ms, s, m or h, such as 10s")
      }
      if (millis > longestMillis) return yield* fail(option, `${span} is too long`, "give 24d at most")
    }
    const delivering = options.deliver === true || options.deliverAgain === true
    const named = services.includes("mx") ? yield* exchangerOf(options, target, delivering, services) : []
    if (services.includes("posture")) yield* postureOf(options, target)
    const ca = options.ca === undefined ? undefined : pemBlocks(options.ca)
    if (ca?.length === 0 && options.ca !== "") {
      return yield* fail("--ca", "holds no certificate", "give certificates in PEM form")
    }
    if (services.includes("tls") && (target._tag !== "Host" && (host === undefined || options.port === undefined))) {
      return yield* fail("the target", "has no port", "write host and port, such as mail.example.com:587")
    }
    if (options.starttls !== undefined && !services.includes("tls")) {
      return yield* fail(
        "--starttls",
        "is for a look at the TLS of a port",
        "add --only tls, or use --security starttls"
      )
    }
    const pins: Array<Pin> = []
    for (const text of options.connectTo ?? []) pins.push(yield* pinFromText(text))
    const mailbox = target._tag === "Mailbox" ? target.mailbox : undefined
    const grant = yield* grantOf(options, secrets, mailbox)
    const credential = grant === undefined ? yield* credentialOf(options, secrets, mailbox) : undefined
    const unsent = delivering ? Way.sendProblem(options, services) : undefined
    if (unsent !== undefined) return yield* Result.fail(new OptionsError(unsent))
    if (options.port !== undefined && services.filter((service) => service !== "token").length > 1) {
      return yield* fail("--port", "is one port for several services", "name the service it belongs to with --only")
    }
    const tries = services.includes("graph") && options.until === "send"
    const user = credential?.user ?? grant?.user
    const isLmtp = services.includes("lmtp")
    const submits = services.includes("smtp-submission")
    const stored = isLmtp && !submits ? mailbox : undefined
    const { from, to } = yield* addressesOf(options, mailbox, user, delivering || tries, stored)
    const readBack = yield* ReadBack.of(options, secrets, { target, user, deliver: delivering, to, services })
    const signsIn = credential !== undefined || grant !== undefined
    const place = host ?? (target._tag === "Host" ? target.host : undefined)
    if (isLmtp) yield* lmtpProblem(options, place, delivering, services)
    const { exchangerUntil, graphUntil, stop, until } = yield* Stops.of(
      options,
      services,
      signsIn,
      tries ? options.to ?? [] : to,
      delivering,
      readBack?.services
    )
    const recipients = submits && mailbox !== undefined ? options.to ?? [mailbox] : to
    const lmtpUntil = Stops.lmtpUntil(options.until, recipients, delivering)
    // An exchanger is named a sender and a recipient of its own.
    const isExchanged = services.includes("mx") && !submits && !isLmtp
    const needs = (phase: PhaseId) =>
      !isExchanged && Stops.submission.indexOf(until) >= Stops.submission.indexOf(phase)
      || isLmtp && Stops.submission.indexOf(lmtpUntil) >= Stops.submission.indexOf(phase)
    if (from === undefined && (needs("mail") || graphUntil === "send")) {
      return yield* fail("--from", "is missing", "name the sender, such as --from person@example.com")
    }
    if (to.length === 0 && needs("rcpt")) {
      return yield* fail("--to", "is missing", "name a recipient, such as --to person@example.com")
    }
    if (options.message !== undefined && !delivering && !tries) {
      return yield* fail("--message", "was given and nothing is to be sent", "add --deliver")
    }
    return {
      // Options are kept in the journal, and what stands beside certificates may be their private key.
      options: ca === undefined ? options : { ...options, ca: ca.join("\n") },
      target,
      mailbox,
      domain: target._tag === "Host" ? undefined : target.domain,
      host: place,
      port: options.port ?? (target._tag === "Host" ? target.port : undefined),
      security: options.security,
      credential,
      grant,
      from,
      to,
      until,
      graphUntil,
      lmtp: { to: recipients, until: lmtpUntil },
      exchanger: { to: named, until: exchangerUntil },
      stop,
      deliver: delivering,
      readBack,
      pins,
      control: control ?? undefined,
      proxy: passage.proxy,
      phaseMillis: spanMillis(options.timeout ?? "10s") ?? 10_000,
      // Looking for a message has its own time, unless somebody said how long the whole may take.
      deadlineMillis: options.deadline === undefined
        ? 60_000 + (readBack?.timeoutMillis ?? 0)
        : spanMillis(options.deadline) ?? 60_000,
      services,
      isOpen: isOpen(target, options)
    }
  })
