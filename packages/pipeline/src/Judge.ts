/**
 * Asks the knowledge what a failure means, and what can be judged before anything is dialled.
 *
 * Fills in what only the run knows (names, phases that passed, lines of the transcript) and leaves every judgement
 * to the packs.
 *
 * @since 0.1.0
 */
import type { AuthRejected, ConnectError, PhaseError } from "@sonde/domain/Errors"
import type { CheckOptions } from "@sonde/domain/Options"
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import type { Claim, ClaimsFacts } from "@sonde/domain/TokenFacts"
import type { Verdict } from "@sonde/domain/Verdict"
import * as Match from "@sonde/packs/Match"
import { quote, type Values } from "@sonde/packs/Placeholder"
import * as Preflight from "@sonde/packs/Preflight"
import type { Seen, ServicesSeen } from "@sonde/packs/Seen"
import * as PackVerdict from "@sonde/packs/Verdict"
import type { Wanted } from "@sonde/phases/Claims"
import type { Classified, Refusal } from "@sonde/phases/Classifier"
import * as RefusedToken from "@sonde/phases/RefusedToken"
import type { Request } from "./Options.ts"
import type { SubmissionPlan } from "./recipes/Submission.ts"
import type { Recognition } from "./Recognition.ts"
import { sendsBy } from "./Way.ts"

/** What a place that was dialled in comparison says, in words for rules; nothing where it was not reached for reasons of its own. */
const compared = ({ control, endpoint, reason }: ConnectError): string => {
  const isOpen = control === undefined || control.result === "NotResolved" || control.result === "AddressDenied"
  if (isOpen || control.result.startsWith("Proxy") || reason.startsWith("Proxy")) return ""
  return `control ${control.result === "Connected" ? "answers" : "fails"} on ${
    control.port === endpoint.port ? "the same" : "another"
  } port`
}

/** The reasons and the reply of an error, whichever it has. */
const details = (error: PhaseError): Partial<Seen> => {
  const reply = "reply" in error ? error.reply : undefined
  return {
    ...("reason" in error ? { reason: error.reason } : {}),
    ...("mechanism" in error ? { mechanism: error.mechanism } : {}),
    ...("providerCode" in error && error.providerCode !== undefined ? { code: error.providerCode } : {}),
    ...("payload" in error && error.payload !== undefined ? { payload: { ...error.payload } } : {}),
    // Without a reply there is no wording to go by: our own message must not be taken for a server's.
    // A runtime's code counts only where no reason could be named: elsewhere it knows less than the reason.
    text: reply?.text ?? ("description" in error ? `${error.error} ${error.description ?? ""}` : undefined) ??
      (error._tag === "ConnectError"
        ? compared(error)
        : error._tag !== "TlsError"
        ? ""
        : error.interceptedBy !== undefined
        ? `TLS inspection by ${error.interceptedBy}`
        : error.reason === "HandshakeAlert"
        ? error.platformCode ?? ""
        : ""),
    ...(reply !== undefined && "code" in reply && reply.code !== undefined ? { code: reply.code } : {}),
    ...(reply !== undefined && "status" in reply ? { status: reply.status } : {}),
    ...(reply !== undefined && "enhanced" in reply ? { enhanced: reply.enhanced } : {})
  }
}

const surroundings = (plan: Pick<SubmissionPlan, "endpoint" | "service">, request: Request, state: Recognition) => ({
  service: plan.service,
  protocol: plan.endpoint.protocol,
  host: plan.endpoint.host,
  port: plan.endpoint.port,
  security: plan.endpoint.security,
  provider: state.provider?.id,
  audience: state.audience,
  mailboxDomain: request.domain
})

/** Whom a token stands for, as far as it can be read. */
const tokenOf = (claims: ClaimsFacts | undefined): Seen["token"] =>
  claims === undefined || claims.format === "jwt" ? claims?.kind : "opaque"

const flag = (name: string, value: string | number | undefined): ReadonlyArray<string> =>
  value === undefined ? [] : [name, quote(`${value}`, "sh") ?? "<value>"]

/**
 * The command that asks a server the same again; the secret is asked for. What was read from files (a message, trust
 * anchors), where to dial instead and how long to wait are left out.
 *
 * @category formatting
 * @since 0.1.0
 */
export const recheck = (
  options: CheckOptions,
  had: { readonly secret: boolean; readonly token: boolean; readonly readBack?: boolean }
): string =>
  [
    options.only?.length === 1 && options.only[0] === "tls" ? "sonde tls" : "sonde check",
    ...flag("", options.target).slice(1),
    ...flag("--starttls", options.starttls),
    ...(options.revocation === true ? ["--revocation"] : []),
    ...flag("--tls-versions", options.tlsVersions),
    ...flag("--provider", options.provider),
    ...flag("--only", options.only?.join(",")),
    ...flag("--via", sendsBy(options) === "graph" ? "graph" : undefined),
    ...flag("--host", options.host),
    ...flag("--port", options.port),
    ...flag("--security", options.security),
    ...flag("--dns", options.dns),
    ...(options.family === undefined ? [] : [`--ipv${options.family}`]),
    ...flag("--source", options.source),
    ...flag("--proxy", options.proxy),
    ...(options.proxy?.includes("@") === true ? ["--proxy-secret prompt"] : []),
    ...flag("--user", options.user),
    ...flag("--auth", options.auth),
    ...flag("--tenant", options.tenant),
    ...flag("--cloud", options.cloud),
    ...flag("--audience", options.audience),
    ...flag("--scope", options.scope),
    ...(options.allowClearAuth === true ? ["--allow-clear-auth"] : []),
    ...flag("--ehlo", options.ehlo),
    ...flag("--from", options.from),
    ...(options.to ?? []).flatMap((to) => flag("--to", to)),
    ...flag("--until", options.until),
    ...(options.deliver === true ? ["--deliver"] : []),
    ...(options.readBack === true ? ["--read-back"] : []),
    ...(options.allowRecipient ?? []).flatMap((one) => flag("--allow-recipient", one)),
    ...flag("--read-back-host", options.readBackHost),
    ...flag("--read-back-user", options.readBackUser),
    ...(had.readBack === true ? ["--read-back-secret prompt"] : []),
    ...(had.secret ? ["--secret prompt"] : had.token && options.grant === undefined ? ["--token prompt"] : []),
    ...flag("--token", options.grant),
    ...flag("--client-id", options.clientId),
    ...flag("--token-endpoint", options.tokenEndpoint),
    ...flag("--authorization-endpoint", options.authorizationEndpoint),
    ...flag("--redirect-uri", options.redirectUri),
    ...(options.auth === "external" ? ["--tls-certificate FILE.pem"] : []),
    ...(options.grant === "service-account" ? ["--service-account FILE.json"] : []),
    ...(options.grant === "client-credentials" ? ["--client-secret prompt"] : []),
    ...(options.grant === "refresh-token" ? ["--refresh-token prompt"] : [])
  ].join(" ")

const values = (
  plan: Circumstances["plan"],
  request: Request,
  run: string,
  claims: ClaimsFacts | undefined,
  claim?: Claim
): Values => {
  const had = {
    secret: request.credential?.kind === "password",
    token: request.credential?.kind === "token",
    readBack: request.readBack?.credential !== undefined
  }
  return {
    mailbox: request.mailbox ?? request.credential?.user,
    user: request.credential?.user,
    from: request.from,
    to: request.to[0],
    domain: request.domain,
    host: plan.endpoint.host,
    port: `${plan.endpoint.port}`,
    size: plan.message === undefined ? undefined : `${plan.message.wireOctets}`,
    recipients: `${request.to.length}`,
    run,
    "tenant": claims?.tenant ?? request.options.tenant,
    "app-id": claims?.application ?? request.options.clientId,
    "object-id": claims?.object,
    "claim": claim?.name,
    "found": claim?.found,
    "wanted": claim?.wanted,
    "recheck": recheck(request.options, had)
  }
}

/**
 * What a run knows that a verdict needs.
 *
 * @category models
 * @since 0.1.0
 */
export interface Circumstances {
  readonly plan: Pick<SubmissionPlan, "endpoint" | "service" | "message"> & {
    /** Of a token, the one service that it is for. */
    readonly tokenFor?: ServiceId | undefined
  }
  readonly request: Request
  readonly state: Recognition
  /** What the token says of itself, where one was read. */
  readonly claims?: ClaimsFacts | undefined
  /** What the token was compared with for this service. */
  readonly wanted?: Wanted | undefined
  /** What became of the other services of the run. */
  readonly services?: ServicesSeen | undefined
  readonly run: string
  readonly today: string
  readonly passed: ReadonlyArray<PhaseId>
  readonly evidence: ReadonlyArray<number>
}

/**
 * The causes of a failure, best first: that of the most specific rule, and where it is not certain up to two more of
 * the same rank.
 *
 * @category combinators
 * @since 0.1.0
 */
export const verdicts = (error: PhaseError, about: Circumstances): ReadonlyArray<Verdict> => {
  if (error._tag !== "TokenRejected" || error.claim === undefined) return causes(error, about)
  // Each claim has a cause and a remedy of its own.
  return (error.claims ?? [error.claim]).flatMap((claim) => causes(error, about, claim))
}

/** The causes that claims of a refused token would be, should they be the reason. None where no token was read. */
const doubts = (error: AuthRejected, about: Circumstances): ReadonlyArray<Verdict> => {
  const { claims, plan, request, wanted } = about
  if (claims?.format !== "jwt") return []
  const refusal = {
    payload: error.payload,
    host: plan.endpoint.host,
    domain: request.domain,
    knowsAudience: wanted === undefined || wanted.audiences.length > 0
  }
  return RefusedToken.doubts(claims, refusal)
    .filter(({ services }) => services === undefined || services.includes(plan.service))
    .flatMap((claim) => causes(error, about, claim).slice(0, 1))
}

/**
 * The causes of a failure, best first. Where a server refuses a token without saying why, what stands in the token is joined with
 * what the server said: first claims that most probably are the reason, then what the reply alone means, then claims that only may be.
 *
 * @category combinators
 * @since 0.1.0
 */
export const judged = (error: PhaseError, about: Circumstances): ReadonlyArray<Verdict> => {
  const said = verdicts(error, about)
  if (error._tag !== "AuthRejected" || said[0]?.confidence === "certain") return said
  const doubted = doubts(error, about)
  const joined = [
    ...doubted.filter(({ confidence }) => confidence !== "possible"),
    ...said,
    ...doubted.filter(({ confidence }) => confidence === "possible")
  ]
  return joined.filter(({ cause }, index) => joined.findIndex((one) => one.cause === cause) === index)
}

/**
 * The cause where a policy that the domain publishes is not met by its exchanger: nothing failed in the conversation itself.
 *
 * @category combinators
 * @since 0.1.0
 */
export const unmet = (phase: PhaseId, about: Circumstances): ReadonlyArray<Verdict> => {
  const seen: Seen = { text: "", ...surroundings(about.plan, about.request, about.state), phase, error: "TlsError" }
  const [hit] = Match.match(about.state.knowledge, seen)
  return hit === undefined ? [] : [
    PackVerdict.render(hit, {
      today: about.today,
      service: about.plan.service,
      phase,
      passed: about.passed,
      evidence: [],
      values: values(about.plan, about.request, about.run, about.claims)
    })
  ]
}

/** Which of several services a wrong claim stops. */
const stopped = ({ services = [] }: Claim): string =>
  services.length === 0
    ? ""
    : services.length === 1
    ? ` Of the services checked this stops ${services[0]}.`
    : ` This stops ${services.slice(0, -1).join(", ")} and ${services.at(-1)}.`

const causes = (error: PhaseError, about: Circumstances, claim?: Claim): ReadonlyArray<Verdict> => {
  const wantedBy = claim?.services?.length === 1 ? claim.services[0] : about.plan.tokenFor
  const seen: Seen = {
    text: "",
    ...surroundings(about.plan, about.request, about.state),
    // A claim is wrong for something, and what helps depends on that.
    ...(claim === undefined || wantedBy === undefined ? {} : { service: wantedBy }),
    phase: error.phase,
    error: error._tag,
    claim: claim?.name,
    token: tokenOf(about.claims),
    services: about.services,
    // The verdict is that of the worst condition of TLS; the others stand in the error.
    ...details(error)
  }
  const fitting = Match.match(about.state.knowledge, seen)
  // Asked about a claim, the words of the reply are no answer.
  const hits = claim === undefined ? fitting : fitting.filter(({ rule }) => rule.when.claim !== undefined)
  const [first] = hits
  if (first === undefined) return []
  // A password that another service took is not wrong, whatever the words of this one.
  const best = hits.find(({ rule }) => rule.beats?.includes(first.rule.cause)) ?? first
  const isToken = about.request.credential?.kind === "token"
  const told = new Set<string>()
  const chosen = [best, ...hits].filter((hit) => {
    if (best !== first && hit !== best) return false
    // A rule that knows of tokens fits better than one about passwords, which were not sent.
    if (isToken && hit !== best && hit.rule.cause === "bad_credentials") return false
    if (hit !== best && (best.rule.confidence === "certain" || hit.tier !== best.tier || hit.byText !== best.byText)) {
      return false
    }
    if (told.has(hit.rule.cause) || told.size === 3) return false
    told.add(hit.rule.cause)
    return true
  })
  const context: PackVerdict.Context = {
    today: about.today,
    service: error.service,
    phase: error.phase,
    passed: about.passed,
    evidence: about.evidence,
    values: values(about.plan, about.request, about.run, about.claims, claim)
  }
  return chosen.map((hit) => {
    const rendered = PackVerdict.render(hit, context)
    const verdict = claim === undefined || error._tag !== "TokenRejected"
      ? rendered
      : { ...rendered, explanation: `${rendered.explanation}${stopped(claim)}` }
    if (!isToken) return verdict
    // What packs call the secret is the token where one was given.
    const named = (areas: ReadonlyArray<string>) => areas.map((area) => (area === "secret" ? "token" : area))
    return { ...verdict, ruledOut: named(verdict.ruledOut), notJudged: named(verdict.notJudged) }
  })
}

/**
 * What the packs judge before anything is dialled.
 *
 * @category combinators
 * @since 0.1.0
 */
export const preflight = (about: Circumstances): ReadonlyArray<Preflight.Judgement> => {
  const { plan, request, state } = about
  // A certificate has neither a name nor a form that could be mistyped.
  const credential = request.credential?.kind === "certificate" ? undefined : request.credential
  return Preflight.judge(
    state.knowledge,
    {
      service: plan.service,
      endpoint: plan.endpoint,
      credential: credential === undefined || credential.kind === "certificate" ? "none" : credential.kind,
      user: credential?.user,
      mailbox: request.mailbox,
      from: request.from,
      mechanism: request.options.auth,
      secretTraits: credential === undefined ? undefined : Preflight.secretTraits(credential.secret),
      messageOctets: plan.message?.wireOctets,
      recipients: request.to.length === 0 ? undefined : request.to.length,
      delivering: request.deliver
    },
    { today: about.today, values: values(plan, request, about.run, about.claims) }
  )
}

const defaultRetryMillis = 60_000

/**
 * What the knowledge says a refusal is, for the phases. Reads the state when asked, so that a provider recognised
 * on the way counts.
 *
 * @category combinators
 * @since 0.1.0
 */
export const classifier =
  (plan: Pick<SubmissionPlan, "endpoint" | "service">, request: Request, state: Recognition) =>
  (refusal: Refusal): Classified | undefined => {
    const found = Match.classify(state.knowledge, {
      ...surroundings(plan, request, state),
      phase: refusal.phase,
      code: refusal.reply.code,
      ..."status" in refusal.reply ? { status: refusal.reply.status } : { enhanced: refusal.reply.enhanced },
      text: refusal.reply.text,
      mechanism: refusal.mechanism
    })
    if (found === undefined) return undefined
    return found.error === "Throttled"
      ? {
        error: "Throttled",
        scope: found.scope ?? "mailbox",
        retryAfterMillis: found.retryAfterMillis ?? defaultRetryMillis
      }
      : { error: found.error }
  }
