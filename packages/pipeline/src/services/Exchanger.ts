/**
 * The mail exchangers of a domain as a service of a run: all of them are looked at, and one is spoken with as far as a recipient.
 *
 * The one that is spoken with is the first in the order of preference that answers, as a sender would take it (RFC 5321 section 5.1).
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import { ResolveError } from "@sonde/domain/Errors"
import type { TlsFacts } from "@sonde/domain/Facts"
import type { MxFacts } from "@sonde/domain/PostureFacts"
import type { PhaseId } from "@sonde/domain/Service"
import * as Target from "@sonde/domain/Target"
import type { Finding } from "@sonde/domain/Verdict"
import * as Posture from "@sonde/phases/Posture"
import { definition as resolve, failure } from "@sonde/phases/Resolve"
import { sentence } from "@sonde/phases/Tls"
import * as Effect from "effect/Effect"
import * as Judge from "../Judge.ts"
import type { Request } from "../Options.ts"
import * as Prepare from "../Prepare.ts"
import { demands, exchanger, type ExchangerPlan, exchangers, order, softened } from "../recipes/Exchanger.ts"
import { asking, thenVersions, withVersions } from "../recipes/Versions.ts"
import { type Attempt, circumstances, diagnose, type Planned, reported, settled } from "../ServiceRun.ts"
import { skip, step } from "../Step.ts"
import type { Definition } from "./Definition.ts"

const service = "mx" as const

/** RFC 5321 section 4.5.4.2: the port on which mail is taken from everybody. Any other is given by hand. */
const at = (request: Request, host: string): Endpoint => ({
  protocol: "smtp",
  host,
  port: request.port ?? 25,
  security: request.security ?? "opportunistic"
})

const supposed = (request: Request): Endpoint => at(request, request.host ?? request.domain ?? request.options.target)

const orderOf = (endpoint: Endpoint, request: Request) => withVersions(request, endpoint, order(endpoint.security))

const planned = (request: Request, endpoint: Endpoint): Planned => ({
  service,
  endpoint,
  order: orderOf(endpoint, request)
})

/** The exchanger to speak with: the first that answers, or else the first that could. No sender dials one that is named by an address. */
const chosen = ({ exchangers: found }: MxFacts): string | undefined =>
  (found.find(isReached) ??
    found.find(({ addresses }) => addresses.length > 0) ?? found.find(({ exchange }) => !Target.isAddress(exchange)))
    ?.exchange

const untrusted = (host: string, what: ReadonlyArray<string>, again: string): Finding => ({
  id: "mx_certificate_untrusted",
  state: "warn",
  service,
  title: `The certificate of ${host} does not verify`,
  text: `${host} ${
    what.join("; it ")
  }. Most senders encrypt all the same; some, and every one with a policy for the domain, do not deliver.`,
  actor: "mail-admin",
  remedies: [
    { kind: "change", text: `Give it a certificate for ${host} from a public authority`, shell: "config" },
    { kind: "verify", text: "Check again", command: again, shell: "sh" }
  ]
})

const ofHandshake = (host: string, { conditions, problems = [] }: TlsFacts, again: string): ReadonlyArray<Finding> =>
  conditions.length === 0
    ? []
    : [untrusted(
      host,
      problems.length === 0 ? conditions.map((one) => sentence[one]) : problems.map(({ text }) => text),
      again
    )]

const isReached = ({ live }: MxFacts["exchangers"][number]): boolean =>
  live !== undefined && live.state !== "not_reached"

/** Whether the network lets us out to port 25: somebody was reached there. */
const isOpen = ({ exchangers: found }: MxFacts): boolean => found.some(isReached)

/** One that does not answer beside one that does is no matter of the network on this side. */
const beside = (finding: Finding): Finding =>
  finding.id !== "mx_not_reached" ? finding : {
    ...finding,
    state: "warn",
    text: "Another exchanger of the domain was reached from here, so this network lets out to port 25.",
    actor: "mail-admin"
  }

const openQuestion = (to: ReadonlyArray<string>): Finding => ({
  id: "mx_delivery_not_proven",
  state: "inconclusive",
  service,
  title: `${to.join(", ")} was accepted in a dry run, which proves no more than that`,
  text: "No message was sent. What the exchanger decides after DATA (spam, size, authentication, quota) is open.",
  remedies: []
})

const again = ({ options }: Request): string => Judge.recheck(options, { secret: false, token: false })

/** Where no exchanger is: the failure that a sender would have. */
const nowhere = (endpoint: Endpoint, { domain, lookup, nullMx }: MxFacts) => {
  const reasons = ResolveError.fields.reason.literals
  const told = reasons.find((reason) => reason === lookup.reason)
  const reason = nullMx ? "NullMx" : lookup.state === "failed" ? told ?? "ServerFailure" : told ?? "NoRecords"
  return step({ definition: resolve, run: () => failure({ service, endpoint }, domain, reason) }, {}, domain)
}

/** Looks at what the domain publishes and shows; the host to speak with, none where there is none. */
const explore = Effect.fnUntraced(function*(attempt: Attempt) {
  const { recorder, request } = attempt
  const { options, pins } = request
  const domain = request.domain ?? ""
  const input: Posture.PostureInput = {
    domain,
    way: { pins, server: options.dns, ca: options.ca, ehlo: options.ehlo, recorder, service }
  }
  const subject: Posture.Subject = { domain, again: again(request), service }
  const mx = yield* exchangers(input, (facts) => [
    ...Posture.delivery.exchangers(subject, facts).map(softened).map((finding) =>
      isOpen(facts) ? beside(finding) : finding
    ),
    ...facts.exchangers.flatMap(({ exchange, live }) =>
      exchange === chosen(facts) || live?.conditions === undefined || live.conditions.length === 0
        ? []
        : [untrusted(exchange, live.conditions.map((one) => sentence[one]), subject.again)]
    )
  ])
  const host = chosen(mx)
  return { mx, host, demanded: host === undefined ? undefined : yield* demands(input, subject, mx, host) }
})

/** Says which policy stands in the way, when all services have ended. */
const judgeUnmet = (attempt: Attempt, where: Planned, phase: PhaseId): void => {
  const judge = Effect.gen(function*() {
    for (const verdict of Judge.unmet(phase, circumstances(attempt, where))) {
      yield* attempt.log.publish({ type: "verdict", verdict })
    }
  })
  attempt.unjudged.push({ service, judge })
}

const run = Effect.fnUntraced(function*(attempt: Attempt, supposedly: Endpoint) {
  const { log, request } = attempt
  const { options } = request
  const isByHand = request.host !== undefined
  // A host that no MX record led to is bound by no policy about those.
  if (isByHand) { for (const phase of ["mx", "mta-sts", "dane"] as const) yield* skip(phase, "not_known") }
  const found = isByHand ? undefined : yield* explore(attempt)
  const host = isByHand ? request.host : found?.host
  if (host === undefined) {
    for (const phase of ["mta-sts", "dane"] as const) yield* skip(phase, "not_known")
    if (found !== undefined) yield* diagnose(attempt, planned(request, supposedly), nowhere(supposedly, found.mx))
    return
  }
  const endpoint = at(request, host)
  yield* log.write({ entry: "service", service, endpoint })
  const plan: ExchangerPlan = {
    endpoint,
    pinned: Prepare.pinOf(request, endpoint),
    dns: options.dns,
    ca: options.ca,
    ehlo: options.ehlo,
    from: options.from ?? "",
    to: request.exchanger.to,
    until: request.exchanger.until,
    unmet: found?.demanded?.unmet,
    judgeTls: (facts) => found?.demanded?.isVouched === true ? [] : ofHandshake(host, facts, again(request))
  }
  const question = {
    place: { ...plan, service },
    conversation: order(endpoint.security),
    asks: asking(request, endpoint)
  }
  const here = planned(request, endpoint)
  const passed = yield* diagnose(attempt, here, thenVersions(question, exchanger(plan)))
  if (passed && plan.unmet !== undefined) judgeUnmet(attempt, here, plan.unmet)
  if (passed && reported(log, service).some(({ id, state }) => id === "rcpt" && state === "pass")) {
    yield* log.publish({ type: "finding", finding: openQuestion(plan.to) })
  }
})

/**
 * The mail exchangers as the runner knows them.
 *
 * @category models
 * @since 0.1.0
 */
export const definition = {
  id: service,
  signsIn: false,
  supposed,
  find: (request) => Effect.succeed(supposed(request)),
  order: orderOf,
  settled: (attempt, endpoint) => settled(attempt, planned(attempt.request, endpoint)),
  run
} as const satisfies Definition<unknown>
