/**
 * After which phase each service of a run stops.
 *
 * A phase that was named stops the services that have it, or one alike; the others stop where they would by themselves.
 *
 * @since 0.1.0
 */
import type { CheckOptions } from "@sonde/domain/Options"
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import * as Result from "effect/Result"
import type { Reading } from "../Available.ts"
import { fail as failOf, type OptionsError } from "../OptionsError.ts"
import * as Way from "../Way.ts"

/**
 * The phases of an SMTP submission, in order, as far as a run may stop after them.
 *
 * @category constants
 * @since 0.1.0
 */
export const submission: ReadonlyArray<PhaseId> = [
  "resolve",
  "connect",
  "greeting",
  "ehlo",
  "starttls",
  "tls",
  "auth",
  "mail",
  "rcpt",
  "data",
  "quit"
]

/**
 * The phases of a delivery to a mail exchanger, in order, as far as a run may stop after them.
 *
 * @category constants
 * @since 0.1.0
 */
export const exchanger: ReadonlyArray<PhaseId> = [
  "resolve",
  "connect",
  "greeting",
  "ehlo",
  "starttls",
  "tls",
  "mail",
  "rcpt"
]

/** The phases after which reading a mailbox may stop, by service; the last but one is where it stops by itself. */
const readings: Readonly<Record<Reading, ReadonlyArray<PhaseId>>> = {
  imap: ["resolve", "connect", "greeting", "capability", "starttls", "tls", "auth", "select", "logout"],
  pop3: ["resolve", "connect", "greeting", "capability", "starttls", "tls", "auth", "stat", "quit"],
  sieve: ["resolve", "connect", "greeting", "capability", "starttls", "tls", "auth", "list", "logout"]
}

/** The service of a port, where a port is all that is known. */
const usual: ReadonlyMap<number, Reading> = new Map([
  [143, "imap"],
  [993, "imap"],
  [110, "pop3"],
  [995, "pop3"],
  [4190, "sieve"]
])

/**
 * The service that reads a mailbox at a port (RFC 8314 section 3.3, RFC 5804 section 1.8).
 *
 * @category combinators
 * @since 0.1.0
 */
export const readingAt = (port: number | undefined): Reading | undefined => usual.get(port ?? 0)

const isReading = (service: ServiceId): service is Reading => Object.hasOwn(readings, service)

/** The phases of a service that reads, with the look for a delivered message where it looks for one. */
const readingOf = (service: Reading, finds: ReadonlyArray<ServiceId>): ReadonlyArray<PhaseId> =>
  finds.includes(service) ? [...readings[service].slice(0, -1), "find", readings[service].at(-1)!] : readings[service]

/** What a phase of one protocol is in the others; a phase that they do not have does not stop them. */
const alike: Partial<Record<PhaseId, PhaseId>> = { ehlo: "capability", capability: "ehlo" }

/** The phases that a run of these services may stop after; of a token alone, those of a submission. */
const possible = (services: ReadonlyArray<ServiceId>, finds: ReadonlyArray<ServiceId>): ReadonlyArray<PhaseId> => {
  const all = new Set(
    services.flatMap((service) =>
      service === "smtp-submission" || service === "lmtp"
        ? submission
        : service === "graph"
        ? finds.includes(service) ? [...Way.stops, "find" as const] : Way.stops
        : service === "mx"
        ? exchanger
        : isReading(service)
        ? readingOf(service, finds)
        : []
    )
  )
  return all.size === 0 ? submission : [...all]
}

const names: { readonly [S in ServiceId]?: string } = {
  "smtp-submission": "an SMTP submission",
  "imap": "IMAP",
  "pop3": "POP3",
  "sieve": "ManageSieve",
  "graph": "Graph",
  "mx": "a delivery to an exchanger",
  "lmtp": "LMTP"
}

const named = (services: ReadonlyArray<ServiceId>): string => {
  const listed = services
    .filter((service) => service !== "token")
    .map((service) => names[service] ?? service)
  return listed.length > 2 || listed.length === 2 && services.some(isReading)
    ? "the services to check"
    : listed.length === 0
    ? "an SMTP submission"
    : listed.join(" or of ")
}

const fail = (problem: string, remedy: string) => failOf("--until", problem, remedy)

const submissionUntil = (
  asked: PhaseId | undefined,
  signsIn: boolean,
  to: ReadonlyArray<string>,
  deliver: boolean
): Result.Result<PhaseId, OptionsError> => {
  // A phase of another service does not stop this one.
  const until = asked === undefined || submission.includes(asked) ? asked : alike[asked]
  if (until !== undefined && deliver && submission.indexOf(until) < submission.indexOf("data")) {
    return fail(`${until} comes before the message is sent`, "leave out --until or --deliver")
  }
  if (until === "data" && !deliver) {
    return fail("data means that a message is sent", "add --deliver, or stop after rcpt")
  }
  if (until === "quit") return Result.succeed(deliver ? "quit" : to.length > 0 ? "rcpt" : signsIn ? "auth" : "ehlo")
  if (until !== undefined) return Result.succeed(until)
  return Result.succeed(deliver ? "data" : signsIn ? to.length > 0 ? "rcpt" : "auth" : "ehlo")
}

const graphUntil = (
  asked: PhaseId | undefined,
  deliver: boolean,
  finds: boolean
): Result.Result<PhaseId, OptionsError> => {
  const own = finds ? [...Way.stops, "find" as const] : Way.stops
  const until = asked !== undefined && own.includes(asked) ? asked : undefined
  return until !== undefined && deliver && until !== "send" && until !== "find"
    ? fail(`${until} comes before the message is sent`, "leave out --until or --deliver")
    : Result.succeed(until ?? (finds ? "find" : deliver ? "send" : "mailbox"))
}

/**
 * Where a delivery by LMTP stops: nobody signs in to a mail store, as a rule, so that it goes as far as there is somebody to name.
 *
 * @category combinators
 * @since 0.1.0
 */
export const lmtpUntil = (asked: PhaseId | undefined, to: ReadonlyArray<string>, deliver: boolean): PhaseId => {
  const until = asked === undefined || submission.includes(asked) ? asked : alike[asked]
  return until === undefined || until === "quit" ? deliver ? "data" : to.length > 0 ? "rcpt" : "ehlo" : until
}

/** Where reading stops: where it was asked to, else behind the look at the mailbox, or where sign-in would be needed. */
const readingUntil = (
  service: Reading,
  asked: PhaseId | undefined,
  signsIn: boolean,
  finds: ReadonlyArray<ServiceId>
): PhaseId => {
  const own = readingOf(service, finds)
  const until = asked === undefined || own.includes(asked) ? asked : alike[asked]
  const whole = signsIn || finds.includes(service) ? own.at(-2)! : "capability"
  return until === undefined || !own.includes(until) || until === own.at(-1) ? whole : until
}

/**
 * Where each service stops: `until` is for the submission, `exchangerUntil` for the delivery to an exchanger, `stop` for those that read the mailbox.
 *
 * @category models
 * @since 0.1.0
 */
export interface Stops {
  readonly until: PhaseId
  readonly graphUntil: PhaseId
  readonly exchangerUntil: PhaseId
  readonly stop: Readonly<Record<Reading, PhaseId>>
}

/**
 * The stops of a run. `finds` are the services that look for a delivered message.
 *
 * @category parsing
 * @since 0.1.0
 */
export const of = (
  options: CheckOptions,
  services: ReadonlyArray<ServiceId>,
  signsIn: boolean,
  to: ReadonlyArray<string>,
  deliver: boolean,
  finds: ReadonlyArray<ServiceId> = []
): Result.Result<Stops, OptionsError> =>
  Result.gen(function*() {
    const { until } = options
    const phases = possible(services, finds)
    if (until !== undefined && !phases.includes(until)) {
      return yield* fail(`${until} is no phase of ${named(services)}`, `name one of ${phases.join(", ")}`)
    }
    const way = Way.sendsBy(options)
    return {
      until: yield* submissionUntil(until, signsIn, to, deliver && way === "smtp"),
      graphUntil: yield* graphUntil(until, deliver && way === "graph", finds.includes("graph")),
      exchangerUntil: until !== undefined && exchanger.includes(until) ? until : "rcpt",
      stop: {
        imap: readingUntil("imap", until, signsIn, finds),
        pop3: readingUntil("pop3", until, signsIn, finds),
        sieve: readingUntil("sieve", until, signsIn, finds)
      }
    }
  })
