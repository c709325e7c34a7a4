/**
 * The words of a report: services, phases, states, reasons, facts, errors, time.
 *
 * Every text comes from closed lists of `domain`; what a server said is escaped here before it becomes part of a
 * phrase. No layout and no colour.
 *
 * @since 0.1.0
 */
import type { Attempt, ControlAttempt, PhaseError } from "@sonde/domain/Errors"
import type * as Facts from "@sonde/domain/Facts"
import type * as GraphFacts from "@sonde/domain/GraphFacts"
import type * as Reply from "@sonde/domain/Reply"
import type { PhaseReport, Report, ServiceReport } from "@sonde/domain/Report"
import type { PhaseId, PhaseState, ServiceId, SkipReason } from "@sonde/domain/Service"
import type * as Survey from "@sonde/domain/TlsSurvey"
import type * as TokenFacts from "@sonde/domain/TokenFacts"
import * as Escape from "./Escape.ts"
import { read } from "./internal/facts.ts"
import { posture } from "./internal/posture.ts"
import * as Reading from "./internal/reading.ts"
import { list } from "./internal/words.ts"

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
 * A duration for people: `12 ms`, `5.2 s`, `2 min 5 s`.
 *
 * @category time
 * @since 0.1.0
 */
export const duration = (millis: number): string => {
  if (millis < 999.5) return `${Math.round(millis)} ms`
  if (millis < 59_950) return `${(millis / 1000).toFixed(1)} s`
  const seconds = Math.round(millis / 1000)
  if (seconds < 7200) {
    return seconds % 60 === 0
      ? `${seconds / 60} min`
      : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  }
  return `${Math.round(seconds / 3600)} h`
}

/**
 * Milliseconds between two ISO 8601 moments, `undefined` where one of them is none.
 *
 * @category time
 * @since 0.1.0
 */
export const between = (from: string, to: string): number | undefined => {
  const millis = (text: string) => {
    const at = Date.parse(text)
    return Number.isNaN(at) ? undefined : at
  }
  const start = millis(from)
  const end = millis(to)
  return start === undefined || end === undefined ? undefined : end - start
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`

/**
 * How long ago a moment was: `just now`, `12 minutes ago`, `3 days ago`. A moment that cannot be read is `earlier`.
 *
 * @category time
 * @since 0.1.0
 */
export const age = (at: string, now: string): string => {
  const millis = between(at, now)
  if (millis === undefined) return "earlier"
  const seconds = Math.max(millis, 0) / 1000
  if (seconds < 10) return "just now"
  if (seconds < 90) return `${plural(Math.round(seconds), "second")} ago`
  if (seconds < 5400) return `${plural(Math.round(seconds / 60), "minute")} ago`
  if (seconds < 129_600) return `${plural(Math.round(seconds / 3600), "hour")} ago`
  return `${plural(Math.round(seconds / 86_400), "day")} ago`
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

const code = (reply: Reply.Reply): string =>
  "status" in reply
    ? [reply.status, reply.code].filter((part) => part !== undefined).map((part) => Escape.line(part)).join(" ")
    : [`${reply.code}`, reply.enhanced].filter((part) => part !== undefined).map((part) => Escape.line(part)).join(" ")

const reasons: Readonly<Record<string, string>> = {
  NoSuchName: "the name does not exist",
  NoRecords: "the name has no address",
  ServerFailure: "the resolver could not answer",
  BadName: "this is no host name",
  NullMx: "the domain takes no mail",
  Refused: "refused",
  Timeout: "no answer in time",
  Unreachable: "unreachable",
  Reset: "reset",
  AddressDenied: "the address may not be dialled",
  ProxyUnreachable: "the proxy cannot be reached",
  ProxyAuth: "the proxy wants a sign-in, or refuses this one",
  ProxyDenied: "the rules of the proxy do not allow it",
  ProxyBroken: "there is no such proxy",
  NotOffered: "not offered",
  Stripped: "removed on the way",
  NoCommonMechanism: "no mechanism in common",
  OnlyInClear: "only without encryption",
  CertificateExpired: "certificate expired",
  CertificateNotYetValid: "certificate not valid yet",
  HostnameMismatch: "certificate for another name",
  SelfSigned: "self-signed certificate",
  UnknownIssuer: "issuer not trusted",
  IncompleteChain: "chain incomplete",
  Revoked: "certificate revoked",
  WeakKey: "key too weak",
  WeakSignature: "signature too weak",
  BadSignature: "bad signature",
  WrongPurpose: "certificate for another purpose",
  IssuerNotCa: "issuer is no authority",
  NameConstraint: "name outside the issuer's limits",
  PathLength: "chain longer than allowed",
  UnknownCriticalExtension: "unknown critical extension",
  ClientCertificateRequired: "a client certificate is wanted",
  ProtocolVersion: "no TLS version in common",
  NoSharedCipher: "no cipher in common",
  PlaintextPeer: "the server speaks in clear here",
  HandshakeAlert: "handshake refused",
  HandshakeTimeout: "handshake without an answer"
}

/** Of a look-up: where two words would be the same for a host and for the resolver, they are apart here. */
const lookups: Readonly<Record<string, string>> = {
  Refused: "the resolver refused the question",
  Timeout: "the resolver did not answer in time",
  Unreachable: "nobody answers at the resolver's address",
  Untrusted: "the resolver could not prove who it is"
}

/**
 * A closed reason in words; one without words stands as it is.
 *
 * @category words
 * @since 0.1.0
 */
export const reason = (id: string): string => reasons[id] ?? Escape.line(id)

/**
 * A failure in a few words, for its row: what was refused and with which code.
 *
 * @category phrases
 * @since 0.1.0
 */
export const failure = (error: PhaseError): string => Escape.line(refusal(error))

/** What became of an address: refused, filtered and reset are three things. */
const results: Readonly<Partial<Record<Attempt["result"], string>>> = {
  Abandoned: "was slower",
  Connected: "answers too",
  Refused: "refused",
  Timeout: "no answer (filtered, or nothing there)",
  Reset: "reset"
}

/** One address that was dialled, what became of it and after which time. */
const attempted = ({ address, durationMillis, result, said }: Attempt): string =>
  `${address} ${results[result] ?? reason(result).toLowerCase()}${said === undefined ? "" : ` (${said})`} after ${
    duration(durationMillis)
  }`

/** What became of the place that was dialled in comparison. */
const control = (attempt: ControlAttempt | undefined): string => {
  if (attempt === undefined) return ""
  const { durationMillis, host, port, result } = attempt
  const said = result === "Connected"
    ? "answers"
    : result === "NotResolved"
    ? "could not be looked up"
    : `does not answer either: ${results[result] ?? reason(result).toLowerCase()}`
  return `; in comparison ${host}:${port} ${said} (${duration(durationMillis)})`
}

const refusal = (error: PhaseError): string => {
  switch (error._tag) {
    case "ResolveError":
      return [lookups[error.reason] ?? reason(error.reason), error.name]
        .filter((part) => part !== undefined).map(Escape.line).join(": ")
    case "ConnectError": {
      const tried = error.attempts.map(attempted)
      const by = error.proxy === undefined ? "" : `, through ${error.proxy}`
      return `${tried.length === 0 ? reason(error.reason) : tried.join(", ")}${by}${control(error.control)}`
    }
    case "GreetingError":
      switch (error.reason) {
        case "Rejected":
          return error.reply === undefined ? "the server turned us away" : `turned away with ${code(error.reply)}`
        case "Silent":
          return "connected, but the server said nothing"
        case "NotThisProtocol":
          return "what answers here speaks another protocol"
        case "TlsExpected":
          return "this port begins with TLS"
      }
      break
    case "StartTlsError":
      return error.reply === undefined
        ? `STARTTLS ${reason(error.reason)}`
        : `STARTTLS refused with ${code(error.reply)}`
    case "TlsError":
      return error.conditions.length < 2 ? reason(error.reason) : error.conditions.map(reason).join(", ")
    case "AuthUnavailable":
      return error.offered.length === 0
        ? `sign-in ${reason(error.reason)}`
        : `${reason(error.reason)}; offered: ${error.offered.map(Escape.line).join(" ")}`
    case "AuthRejected":
      return `${Escape.line(error.mechanism)} refused with ${code(error.reply)}`
    case "SendAsDenied":
      return `may not send as ${Escape.line(error.from)}: ${code(error.reply)}`
    case "SenderRejected":
      return `sender refused with ${code(error.reply)}`
    case "RecipientRejected":
      return `${Escape.line(error.to)} refused with ${code(error.reply)}`
    case "MessageRejected":
      return `message refused with ${code(error.reply)}`
    case "MailboxUnavailable":
      return `mailbox refused with ${code(error.reply)}`
    case "Throttled":
      return [
        `held back${error.reply === undefined ? "" : ` with ${code(error.reply)}`} (${error.scope})`,
        error.retryAfterMillis > 0 ? `again in ${duration(error.retryAfterMillis)}` : undefined
      ].filter((part) => part !== undefined).join(", ")
    case "TemporaryFailure":
      return `put off with ${code(error.reply)}`
    case "ConnectionLost":
      return error.lastCommand === ""
        ? "the connection ended"
        : `the connection ended after ${Escape.line(error.lastCommand)}`
    case "PhaseTimeout":
      return `no ${Escape.line(error.awaited)} within ${duration(error.afterMillis)}`
    default:
      return Escape.line(error.message)
  }
}

const claims = (facts: TokenFacts.ClaimsFacts): string => {
  if (facts.format !== "jwt") return `${facts.format}: only the provider can read it`
  return [
    facts.kind === "app" ? `application ${facts.application ?? ""}`.trimEnd() : facts.user,
    facts.audiences.length === 0 ? undefined : `for ${facts.audiences.join(", ")}`,
    facts.expiresAt === undefined ? undefined : `until ${facts.expiresAt}`,
    facts.doubts.length === 0 ? undefined : `in doubt: ${facts.doubts.map(({ name }) => name).join(", ")}`
  ].filter((part) => part !== undefined).join(", ")
}

const tokens: Readonly<Record<TokenFacts.TokenSource, string>> = {
  "given": "given",
  "device-code": "by device code",
  "authorization-code": "by sign-in at a browser",
  "client-credentials": "by client credentials",
  "refresh-token": "by refresh token",
  "service-account": "by service account"
}

const resolved = (facts: Facts.ResolveFacts): string => {
  if (facts.source === "pinned") {
    return `not asked: goes to ${
      facts.addresses.map(({ address, port }) => port === undefined ? address : `${address}:${port}`).join(", ")
    }`
  }
  if (facts.source === "proxy") return "not asked: the proxy looks the name up"
  if (facts.source === "literal") return "an address, nothing to look up"
  const count = (family: number) => facts.addresses.filter((entry) => entry.family === family).length
  const lives = facts.addresses.flatMap(({ ttlSeconds }) => ttlSeconds === undefined ? [] : [ttlSeconds])
  return [
    count(4) > 0 ? `${count(4)} A` : undefined,
    count(6) > 0 ? `${count(6)} AAAA` : undefined,
    facts.withheld === undefined ? undefined : `${facts.withheld} not to be dialled from here`,
    facts.aliases === undefined ? undefined : `by alias ${facts.aliases.join(", ")}`,
    lives.length === 0 ? undefined : `TTL ${duration(Math.min(...lives) * 1000)}`,
    facts.authentic === true ? "signed (AD)" : undefined,
    facts.source === "hosts" ? "from the system's own table" : undefined,
    facts.resolver === undefined ? undefined : `asked ${facts.resolver}`
  ].filter((part) => part !== undefined).join(", ")
}

/** That a greeting kept waiting. */
const late = ({ firstOctetMillis = 0, wholeMillis = 0 }: Facts.GreetingFacts): string =>
  wholeMillis < 1000 ? "" : `; first octet after ${duration(firstOctetMillis)}, whole after ${duration(wholeMillis)}`

const connected = (facts: Facts.ConnectFacts): string => {
  const others = facts.attempts.filter((entry) => entry.address !== facts.address).map(attempted)
  const by = facts.proxy === undefined ? "" : ` through ${facts.proxy}`
  return [`${facts.address}${by}`, ...others].map(Escape.line).join("; ")
}

const ehlo = (facts: Facts.EhloFacts, encrypted: boolean): string => {
  if (facts.starttls && !encrypted && facts.auth.length === 0) return "STARTTLS; no AUTH before TLS, as usual here"
  return [
    facts.starttls ? "STARTTLS" : undefined,
    facts.auth.length > 0 ? `AUTH ${facts.auth.map(Escape.line).join(" ")}` : "no AUTH",
    facts.size === undefined || facts.size === 0 ? undefined : `SIZE ${facts.size}`
  ].filter((part) => part !== undefined).join(", ")
}

const signedIn = (facts: Facts.AuthFacts): string => {
  const { beforeTls, channelBinding } = facts
  return [
    Escape.line(
      facts.mechanism === "EXTERNAL" && facts.user === ""
        ? "EXTERNAL as whom the certificate names"
        : `${facts.mechanism} as ${facts.user}`
    ),
    channelBinding === undefined ? undefined : `tied to this connection (${Escape.line(channelBinding)})`,
    beforeTls === undefined || beforeTls.offered.length === 0 ? undefined : "AUTH is offered before TLS too",
    beforeTls === undefined || beforeTls.removed.length === 0
      ? undefined
      : `gone after TLS: ${beforeTls.removed.map(Escape.line).join(" ")}`,
    ...(facts.alerts ?? []).map((alert) => Escape.line(`ALERT: ${alert}`))
  ].filter((part) => part !== undefined).join("; ")
}

const sentBy = ({ reply, uploaded, way }: GraphFacts.SendFacts): string =>
  way === "draft" ? `accepted as a draft, ${uploaded ?? 0} octets uploaded: ${reply}` : `accepted: ${reply}`

const tls = (facts: Facts.TlsFacts): string => {
  const version = Escape.line(facts.protocol).replace(/^TLSv/, "TLS ")
  return facts.conditions.length === 0
    ? `${version}, chain and name verified, ${plural(facts.daysLeft, "day")} left`
    : `${version}, NOT verified: ${facts.conditions.map(reason).join(", ")}`
}

const versionName = (version: string): string =>
  Escape.line(version).replace(/^TLSv(\d)(?:\.(\d))?$/, (_, major, minor = "0") => `${major}.${minor}`)

const takes: ReadonlyArray<readonly [state: Survey.Taken, said: string]> = [
  ["offered", "takes TLS"],
  ["refused", "refuses"],
  ["unknown", "not known"]
]

const withoutName = {
  same: "",
  other: "needs the server name (SNI)",
  refused: "needs the server name (SNI)",
  unknown: ""
}

const versions = (facts: Survey.VersionsFacts): string =>
  [
    ...takes.map(([state, said]) => {
      const names = facts.versions.filter((one) => one.state === state).map(({ version }) => versionName(version))
      return names.length === 0 ? "" : `${said} ${names.join(", ")}`
    }),
    facts.withoutName === undefined ? "" : withoutName[facts.withoutName.state],
    facts.alpn === undefined
      ? ""
      : facts.alpn.chosen === undefined
      ? facts.alpn.state === "refused" ? `refuses ALPN ${Escape.line(facts.alpn.offered)}` : ""
      : `ALPN ${Escape.line(facts.alpn.chosen)}`
  ].filter((part) => part !== "").join("; ")

/**
 * What a phase established, in a few words; empty where there is nothing to say. `encrypted` tells whether TLS stood
 * when the phase ran.
 *
 * @category phrases
 * @since 0.1.0
 */
export const established = (phase: PhaseReport, encrypted: boolean): string => {
  const { facts } = phase
  if (facts === undefined) return ""
  const said = (() => {
    switch (phase.id) {
      case "resolve":
        return read.resolve(facts, resolved)
      case "connect":
        return read.connect(facts, connected)
      case "greeting":
        return read.greeting(
          facts,
          (it) => Escape.line(`${it.code === undefined ? "" : `${it.code} `}${it.text}${late(it)}`)
        )
      case "ehlo":
        return read.ehlo(facts, (it) => ehlo(it, encrypted))
      case "starttls":
        return read.starttls(facts, (it) => Escape.line(it.text))
      case "tls":
        return read.tls(facts, tls)
      case "versions":
        return read.versions(facts, versions)
      case "auth":
        return read.auth(facts, signedIn)
      case "mail":
        return read.mail(facts, (it) => Escape.line(`from ${it.from === "" ? "<>" : it.from}`))
      case "rcpt":
        return read.rcpt(facts, (it) => Escape.line(`to ${it.recipients.map((one) => one.to).join(", ")}`))
      case "data":
        return read.data(
          facts,
          (it) =>
            Escape.line(
              it.recipients === undefined
                ? `accepted: ${it.reply}`
                : it.recipients.map(({ reply, state, to }) => `${to} ${state}: ${reply}`).join("; ")
            )
        )
      case "capability":
        return read.capability(facts, (it) => Escape.line(Reading.capability(it, encrypted)))
      case "select":
        return read.select(facts, (it) => Escape.line(Reading.select(it)))
      case "stat":
        return read.stat(facts, Reading.stat)
      case "list":
        return read.list(facts, (it) => Escape.line(Reading.list(it)))
      case "logout":
        return read.logout(facts, (it) => Escape.line(it.text))
      case "quit":
        return read.quit(facts, (it) => Escape.line(it.text))
      case "mailbox":
        return read.mailbox(facts, (it) => Escape.line(`${it.mailbox} can be sent from, as ${it.path}`))
      case "send":
        return read.send(facts, (it) => Escape.line(it.dry ? `tried without recipients: ${it.reply}` : sentBy(it)))
      case "claims":
        return read.claims(facts, (it) => Escape.line(claims(it)))
      case "token":
        return read.token(
          facts,
          (it) =>
            [
              tokens[it.source],
              it.cached === undefined
                ? undefined
                : it.cached === "kept"
                ? "kept from an earlier run"
                : "refreshed with one that was kept",
              it.lifetimeSeconds === undefined ? undefined : `for ${duration(it.lifetimeSeconds * 1000)}`,
              it.successor === "lost"
                ? "a new refresh token came and is not kept (--token-cache-key keeps it)"
                : undefined
            ].filter((part) => part !== undefined).join(", ")
        )
      default:
        return posture(phase)
    }
  })()
  return Escape.line(said ?? "")
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
