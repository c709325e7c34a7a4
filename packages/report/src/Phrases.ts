/**
 * The words of a report: services, phases, states, reasons, facts, errors, time.
 *
 * Every text comes from closed lists of `domain`; what a server said is escaped here before it becomes part of a
 * phrase. No layout and no colour.
 *
 * @since 0.1.0
 */
import type { PhaseReport, Report, ServiceReport } from "@sonde/domain/Report"
import type { PhaseId, PhaseState, ServiceId, SkipReason } from "@sonde/domain/Service"
import * as Escape from "./Escape.ts"
import { established } from "./internal/established.ts"
import { read } from "./internal/facts.ts"
import { failure } from "./internal/refusal.ts"
import { age } from "./internal/time.ts"
import { list } from "./internal/words.ts"

export { established } from "./internal/established.ts"
export { failure, reason } from "./internal/refusal.ts"
export { age, between, duration } from "./internal/time.ts"
export { actor, area, list, marks } from "./internal/words.ts"

/**
 * Services as people call them.
 *
 * @category words
 * @since 0.1.0
 */
export const services: Readonly<Record<ServiceId, string>> = {
  "smtp-submission": "SMTP submission",
  "imap": "IMAP",
  "pop3": "POP3",
  "sieve": "ManageSieve",
  "graph": "Graph",
  "token": "Token",
  "mx": "Incoming mail",
  "lmtp": "LMTP",
  "posture": "Sending policy",
  "tls": "TLS"
}

/**
 * A service as people call it; one that a newer version knows stands as it is.
 *
 * @category words
 * @since 0.1.0
 */
export const service = (id: string): string => Object.hasOwn(services, id) ? services[id as ServiceId] : Escape.line(id)

/**
 * Where settings were found that no pack knew: `settings from srv and ispdb`.
 *
 * @category words
 * @since 0.1.0
 */
export const settingsFrom = ({ discovery }: Pick<Report, "discovery">): string | undefined => {
  const sources = new Set(discovery?.chosen.map(({ source }) => source))
  return sources.size === 0 ? undefined : `settings from ${list([...sources])}`
}

/**
 * What an exit status means.
 *
 * @category words
 * @since 0.1.0
 */
export const exitMeaning = (code: number): string | undefined => exitMeanings[code]

const exitMeanings: Readonly<Record<number, string>> = {
  1: "something was found",
  2: "could not tell",
  64: "wrong usage",
  66: "a secret, a file or a run is missing",
  67: "a recipient or the mailbox was refused",
  68: "a name could not be resolved",
  69: "no address answered, or the greeting was refused",
  70: "a defect in Sonde",
  74: "the state folder cannot be written",
  75: "could not tell, try again",
  76: "the server broke the protocol",
  77: "sign-in, token or send-as refused",
  78: "TLS, certificate, port or policy set up wrongly",
  130: "interrupted",
  143: "terminated"
}

/**
 * What became of a phase, as the past of a sentence: `refused`, `accepted`, `failed`, `passed`.
 *
 * @category words
 * @since 0.1.0
 */
export const became = (phase: PhaseId, state: PhaseState): string => {
  const answered = phase === "auth" || phase === "mail" || phase === "rcpt" || phase === "data" || phase === "send" ||
    phase === "token"
  switch (state) {
    case "pass":
    case "restored":
      return answered ? "accepted" : "passed"
    case "fail":
      return answered ? "refused" : "failed"
    case "warn":
      return "passed with a warning"
    case "inconclusive":
      return "undecided"
    case "skip":
      return "not reached"
  }
}

/**
 * Why a phase was skipped.
 *
 * @category words
 * @since 0.1.0
 */
export const skipped = (because: SkipReason | undefined): string => {
  switch (because) {
    case "until":
      return "not asked for"
    case "no_credential":
      return "not tried: no credential"
    case "policy":
      return "not tried: the provider's pack says not to"
    case "not_offered":
      return "not offered by the server"
    case "not_known":
      return "not tried: nothing is known to look for"
    case "interrupted":
      return "not reached: interrupted"
    default:
      return "not reached"
  }
}

/**
 * The certificates of a service as they were sent, leaf first, in words.
 *
 * @category phrases
 * @since 0.1.0
 */
export const chain = (
  { phases }: Pick<ServiceReport, "phases">
): ReadonlyArray<Record<"subject" | "issuer" | "period" | "names", string>> => {
  const phase = phases.findLast(({ id }) => id === "tls")
  const facts = phase?.facts === undefined ? undefined : read.tls(phase.facts, (it) => it)
  const certificates = facts?.chain ?? (phase?.error?._tag === "TlsError" ? phase.error.chain : [])
  return certificates.map(({ issuer, notAfter, notBefore, san, subject }) => ({
    subject: Escape.line(subject),
    issuer: Escape.line(issuer),
    period: Escape.line(`${notBefore.slice(0, 10)} to ${notAfter.slice(0, 10)}`),
    names: Escape.line(san.join(", "))
  }))
}

// Below these nothing is worth a remark: a look-up or a handshake takes two round trips, a sign-in may ask a directory.
const slowMillis: Partial<Record<PhaseId, number>> = { resolve: 1000, connect: 1000, auth: 3000, data: 5000 }

/**
 * Whether a phase took so long that its row says so although it passed.
 *
 * @category words
 * @since 0.1.0
 */
export const isSlow = (phase: PhaseReport): boolean =>
  phase.state !== "restored" && (phase.durationMillis ?? 0) >= (slowMillis[phase.id] ?? 2000)

/**
 * What a row says after the name of its phase.
 *
 * @category phrases
 * @since 0.1.0
 */
export const detail = (phase: PhaseReport, encrypted: boolean, now: string): string => {
  switch (phase.state) {
    case "skip":
      return skipped(phase.because)
    case "restored": {
      const kept = phase.before === undefined ? "kept" : `kept from ${age(phase.before.at, now)}`
      return [established(phase, encrypted), kept].filter((part) => part !== "").join("; ")
    }
    case "pass":
      return [established(phase, encrypted), isSlow(phase) ? "slow" : ""].filter((part) => part !== "").join("; ")
    default:
      return phase.error === undefined ? established(phase, encrypted) : failure(phase.error)
  }
}

/**
 * What differs from the earlier attempt: `auth: refused 12 minutes ago, accepted now`; `undefined` where nothing does.
 *
 * @category phrases
 * @since 0.1.0
 */
export const change = (phase: PhaseReport, now: string): string | undefined => {
  const { before } = phase
  if (before === undefined || phase.state === "restored") return undefined
  const then = became(phase.id, before.state)
  const today = became(phase.id, phase.state)
  return then === today ? undefined : `${phase.id}: ${then} ${age(before.at, now)}, ${today} now`
}
