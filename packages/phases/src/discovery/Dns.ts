/**
 * The sources that are read from the DNS: mail exchangers, SRV records, SPF, and names that follow a custom.
 *
 * @since 0.1.0
 */
import type { Setting, SourceAnswer } from "@sonde/domain/Discovery"
import type { Protocol, Security, ServiceId } from "@sonde/domain/Service"
import type { LookupFailed, SrvRecord } from "@sonde/net/Resolver"
import { Resolver } from "@sonde/net/Resolver"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Source from "./Source.ts"

const isAbsent = ({ reason }: LookupFailed): boolean => reason === "NoSuchName" || reason === "NoRecords"

const isTemporary = ({ reason }: LookupFailed): boolean =>
  reason === "ServerFailure" || reason === "Timeout" || reason === "Unreachable"

const sentences: Readonly<Record<LookupFailed["reason"], string>> = {
  NoSuchName: "there is no such name",
  NoRecords: "there is no such record",
  ServerFailure: "the name server failed",
  Refused: "the name server refused to answer",
  Timeout: "the name server did not answer in time",
  Unreachable: "nobody answers at the address of the name server",
  Untrusted: "the name server could not prove who it is",
  BadName: "the name cannot be one",
  Malformed: "the name server's answer is malformed"
}

const unanswered = (failure: LookupFailed): Source.Said =>
  isAbsent(failure)
    ? Source.none(sentences[failure.reason])
    : Source.failed(sentences[failure.reason], isTemporary(failure))

const lookup = ({ timeoutMillis, way }: Source.Question) => ({ server: way.server, timeoutMillis })

/**
 * The exchangers of the domain, most preferred first, as an answer and by name, and whether the DNS knows the domain. A null
 * MX (RFC 7505 section 3) has none.
 *
 * @category sources
 * @since 0.1.0
 */
export const mx = Effect.fnUntraced(function*(question: Source.Question) {
  const resolver = yield* Resolver
  let isKnown = true
  let exchanges: ReadonlyArray<string> = []
  const answer = yield* Source.timed(
    "mx",
    question.domain,
    Effect.match(resolver.mx(question.domain, lookup(question)), {
      onFailure: (failure) => {
        isKnown = failure.reason !== "NoSuchName"
        return unanswered(failure)
      },
      onSuccess: (records): Source.Said => {
        exchanges = records.flatMap(({ exchange }) => exchange === "" ? [] : [exchange.toLowerCase()])
        const text = exchanges.length === 0
          ? "the domain takes no mail (null MX)"
          : `mail goes to ${exchanges.slice(0, 3).join(", ")}${
            exchanges.length > 3 ? ` and ${exchanges.length - 3} more` : ""
          }`
        return { state: "found", text, settings: [] }
      }
    })
  )
  return { answer, exchanges, isKnown }
})

const labels: ReadonlyArray<
  readonly [label: string, service: ServiceId, protocol: Protocol, security: Security]
> = [
  ["_submissions", "smtp-submission", "smtp", "tls"], // RFC 8314 section 5.1
  ["_submission", "smtp-submission", "smtp", "starttls"], // RFC 6186 section 3.1
  ["_imaps", "imap", "imap", "tls"], // RFC 6186 section 3.2
  ["_imap", "imap", "imap", "starttls"],
  ["_pop3s", "pop3", "pop3", "tls"], // RFC 6186 section 3.3
  ["_pop3", "pop3", "pop3", "starttls"],
  ["_sieve", "sieve", "sieve", "starttls"] // RFC 5804 section 1.8
]

/** RFC 2782: lowest priority first; of the same, the heavier one, so that the answer is the same each time. */
const preferred = (records: ReadonlyArray<SrvRecord>): ReadonlyArray<SrvRecord> =>
  records.toSorted((left, right) => left.priority - right.priority || right.weight - left.weight)

const isWithin = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`)

/**
 * SRV records of the domain. A target of "." says that the service is not offered (RFC 6186 section 3.4).
 *
 * @category sources
 * @since 0.1.0
 */
export const srv = (question: Source.Question): Effect.Effect<SourceAnswer, never, Resolver> =>
  Source.timed(
    "srv",
    `_*._tcp.${question.domain}`,
    Effect.gen(function*() {
      const resolver = yield* Resolver
      const answers = yield* Effect.forEach(
        labels,
        ([label]) => Effect.result(resolver.query(`${label}._tcp.${question.domain}`, "SRV", lookup(question))),
        { concurrency: "unbounded" }
      )
      const settings: Array<Setting> = []
      const problems: Array<string> = []
      const refused: Array<string> = []
      let isAuthentic = true
      for (const [index, answer] of answers.entries()) {
        const [label, service, protocol, security] = labels[index]!
        if (Result.isFailure(answer)) continue
        isAuthentic &&= answer.success.authentic
        for (const { port, target } of preferred(answer.success.records)) {
          const host = target.toLowerCase().replace(/\.$/, "")
          if (host === "") refused.push(label.slice(1))
          else if (port === 0) problems.push(`${label} names port 0 of ${host}`)
          else settings.push({ service, endpoint: { protocol, host, port, security }, auth: [] })
        }
      }
      const foreign = [...new Set(settings.map(({ endpoint }) => endpoint.host))]
        .filter((host) => !isWithin(host, question.domain))
      // RFC 6186 section 6: whoever can forge an answer could lead to a host of their own.
      if (!isAuthentic && foreign.length > 0) {
        problems.push(`the records are not signed and lead out of the domain, to ${foreign.join(", ")}`)
      }
      const more = problems.length === 0 ? {} : { problems }
      const notOffered = refused.length === 0 ? "" : `the domain says that it does not offer ${refused.join(", ")}`
      if (settings.length > 0) {
        const text = [Source.names(settings), notOffered].filter((one) => one !== "").join("; ")
        return { state: "found" as const, text, settings, ...(isAuthentic ? {} : { trusted: false }), ...more }
      }
      if (notOffered !== "") return Source.none(notOffered, more)
      const open = answers.flatMap((answer) =>
        Result.isFailure(answer) && !isAbsent(answer.failure) ? [answer.failure] : []
      )
      const [first] = open
      if (first !== undefined) return Source.failed(sentences[first.reason], open.some(isTemporary), more)
      return Source.none("there are no such records", more)
    })
  )

/**
 * The names that the SPF record includes or redirects to (RFC 7208 section 5.2, RFC 7208 section 6.1), as an answer and by name.
 *
 * @category sources
 * @since 0.1.0
 */
export const spf = Effect.fnUntraced(function*(question: Source.Question) {
  const resolver = yield* Resolver
  let included: ReadonlyArray<string> = []
  const answer = yield* Source.timed(
    "spf",
    question.domain,
    Effect.match(resolver.query(question.domain, "TXT", lookup(question)), {
      onFailure: unanswered,
      onSuccess: ({ records }): Source.Said => {
        const record = records.find((one) => /^v=spf1(?: |$)/i.test(one))
        if (record === undefined) return Source.none("there is no SPF record")
        included = record.split(/ +/).flatMap((term) => {
          const [, name] = /^[+?~-]?(?:include:|redirect=)([^%]+)$/i.exec(term) ?? []
          return name === undefined ? [] : [name.toLowerCase().replace(/\.$/, "")]
        })
        return included.length === 0
          ? Source.none("the SPF record names no other domain")
          : Source.none(`mail may come from ${included.join(", ")}`)
      }
    })
  )
  return { answer, included }
})

/** Customary names, and which service they are customary for. */
const customary: ReadonlyArray<readonly [label: string, services: ReadonlyArray<ServiceId>]> = [
  ["smtp", ["smtp-submission"]],
  ["imap", ["imap"]],
  ["pop", ["pop3"]],
  ["pop3", ["pop3"]],
  ["mail", ["smtp-submission", "imap", "pop3"]]
]

/** Endpoints of RFC 8314 section 3.3, and for submission the port that nearly every server has. */
const usual = (service: ServiceId, host: string): Setting["endpoint"] =>
  service === "smtp-submission"
    ? { protocol: "smtp", host, port: 587, security: "starttls" }
    : service === "imap"
    ? { protocol: "imap", host, port: 993, security: "tls" }
    : { protocol: "pop3", host, port: 995, security: "tls" }

/** Whether a name has an address in the DNS: the system's own table of hosts says nothing about a domain. */
const exists = Effect.fnUntraced(function*(name: string, question: Source.Question) {
  const resolver = yield* Resolver
  return yield* Effect.catchIf(
    resolver.query(name, "A", lookup(question)),
    isAbsent,
    () => resolver.query(name, "AAAA", lookup(question))
  )
})

/** A name that nobody has; where it exists all names do, and those below say nothing. */
const nobody = "no-such-host-of-sonde"

/**
 * Customary names of the domain that exist. Only the DNS is asked: nothing is tried.
 *
 * @category sources
 * @since 0.1.0
 */
export const guess = (question: Source.Question): Effect.Effect<SourceAnswer, never, Resolver> =>
  Source.timed(
    "guess",
    `smtp, imap, pop, pop3 and mail of ${question.domain}`,
    Effect.gen(function*() {
      const found = yield* Effect.forEach(
        [[nobody, []] as const, ...customary],
        ([label]) => Effect.result(exists(`${label}.${question.domain}`, question)),
        { concurrency: "unbounded" }
      )
      const [wild, ...hosts] = found
      if (wild !== undefined && Result.isSuccess(wild)) {
        return Source.none("every name of the domain exists (a wildcard record), so that none says anything")
      }
      const settings: Array<Setting> = []
      for (const [index, [label, services]] of customary.entries()) {
        const answer = hosts[index]
        if (answer === undefined || Result.isFailure(answer)) continue
        for (const service of services) {
          if (settings.some((one) => one.service === service)) continue
          settings.push({ service, endpoint: usual(service, `${label}.${question.domain}`), auth: [] })
        }
      }
      if (settings.length > 0) {
        return {
          state: "found" as const,
          text: `names ${
            settings.length === 1 ? "a host that exists" : "hosts that exist"
          }; nothing says that they serve this mailbox`,
          settings,
          trusted: false
        }
      }
      const open = hosts.flatMap((answer) =>
        Result.isFailure(answer) && !isAbsent(answer.failure) ? [answer.failure] : []
      )
      const [first] = open
      return first === undefined
        ? Source.none("no such name exists")
        : Source.failed(sentences[first.reason], open.some(isTemporary))
    })
  )
