/**
 * Microsoft Graph as a service of a run: which of its hosts, what is settled already, whose token, the recipe.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import { ResolveError } from "@sonde/domain/Errors"
import type { Finding } from "@sonde/domain/Verdict"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import { settled } from "../Delivered.ts"
import { handedBy, type Handover, senderOf } from "../Handover.ts"
import * as Judge from "../Judge.ts"
import type { Request } from "../Options.ts"
import * as Prepare from "../Prepare.ts"
import { graph, type GraphPlan, orderOf, type Source } from "../recipes/Graph.ts"
import type { Recognition } from "../Recognition.ts"
import { type Attempt, diagnose, passedPhases, type Planned, settled as settledBefore } from "../ServiceRun.ts"
import { sendsBy } from "../Way.ts"
import type { Definition } from "./Definition.ts"
import { findPlan, finds, isStillToLook } from "./Looking.ts"
import { planOf } from "./Token.ts"

const service = "graph" as const

const at = (host: string, port = 443): Endpoint => ({ protocol: "http", host, port, security: "tls" })

const supposed = ({ domain, host, options, port }: Request): Endpoint => at(host ?? domain ?? options.target, port)

/** The host of a cloud: the one that is named, else the one of the mailbox, as far as a pack knows. */
const find = Effect.fnUntraced(function*(
  request: Request,
  { audience, evidence, provider }: Recognition,
  { problem }: Prepare.Recognised
) {
  const { domain, host, options, port } = request
  if (host !== undefined) return at(host, port)
  const pack = yield* (yield* Packs).get(provider?.id ?? "")
  const offered = (pack?.endpoints ?? []).filter((one) => one.service === service)
  const chosen = options.cloud === undefined
    ? offered.find((one) => audience !== undefined && one.audience === audience) ??
      offered.find((one) => one.default === true) ?? offered[0]
    : offered.find((one) => one.cloud === options.cloud)
  if (chosen !== undefined) return at(chosen.host, port ?? chosen.port)
  const mx = evidence.mx?.[0]
  const why = options.cloud !== undefined && offered.length > 0
    ? `no Graph is known in the cloud ${options.cloud}; there is ${offered.map(({ cloud }) => cloud).join(", ")}`
    : `no Graph is known for ${domain ?? options.target}${mx === undefined ? "" : ` (its mail goes to ${mx})`}; `
      + "it serves mailboxes of Microsoft: name the provider with --provider, or send by SMTP"
  return yield* new ResolveError({
    service,
    endpoint: supposed(request),
    phase: "token",
    reason: problem === undefined || problem === "Malformed" ? "NoRecords" : problem,
    name: domain ?? "",
    message: why
  })
})

const planned = (request: Request, endpoint: Endpoint, message?: GraphPlan["message"]): Planned => ({
  service,
  endpoint,
  order: orderOf(finds(request, service)),
  message
})

/** What an earlier attempt told of the message, where one was sent by Graph and this attempt only looks for it. */
const sentBefore = ({ log, request }: Attempt): GraphPlan["sent"] => {
  const sender = senderOf(request)
  if (!finds(request, service) || sender.service !== service || request.options.deliverAgain === true) return undefined
  if (handedBy(log.history, sender)?.inDoubt !== false) return undefined
  for (const { services } of log.history.attempts.slice(0, -1).toReversed()) {
    const past = services.get(service)?.phases.findLast(({ report: { facts, id, state } }) =>
      id === "send" && state === "pass" && facts?.["dry"] !== true
    )
    if (past === undefined) continue
    const { durationMillis: _, ...report } = past.report
    return report
  }
  return undefined
}

const sourceOf = (
  { obtained, request }: Attempt,
  { endpoint: issuer, order: wish }: NonNullable<Effect.Success<ReturnType<typeof planOf>>>
): Source | undefined => {
  if (request.grant === undefined) {
    return request.credential === undefined ? undefined : { kind: "given", token: request.credential.secret }
  }
  if (obtained?.services.includes(service) === true) return { kind: "shared", obtained: obtained.token }
  return wish === undefined
    ? undefined
    : { kind: "own", issuer, order: { ...wish, way: { ...wish.way, service } } }
}

const plan = Effect.fnUntraced(function*(attempt: Attempt, endpoint: Endpoint) {
  const { log, recorder, request } = attempt
  const { from = "", graphUntil: until, options, pins } = request
  const token = yield* planOf(attempt, [{ service, endpoint }])
  const source = token === undefined ? undefined : sourceOf(attempt, token)
  const [wanted] = token?.wanted ?? []
  const user = request.credential?.user ?? request.grant?.user
  if (source === undefined || wanted === undefined || user === undefined) {
    return yield* Effect.die(new Error("Graph without a token"))
  }
  // What this service sends it looks for itself, as soon as it is sent.
  const itself: Handover = { message: Effect.sync(() => handedBy(log.history, senderOf(request))) }
  const handover = senderOf(request).service === service ? itself : attempt.handover
  const found: GraphPlan = {
    sent: sentBefore(attempt),
    find: yield* findPlan({ ...attempt, handover }, endpoint, service),
    service,
    endpoint,
    way: { service, pins, server: options.dns, ca: options.ca, recorder },
    source,
    wanted,
    mailbox: request.mailbox ?? user,
    user,
    from,
    to: request.to,
    until,
    message: until === "send" || until === "find"
      ? Prepare.messageOf(request, log.history.run, log.history.startedAt)
      : undefined,
    dry: !request.deliver || sendsBy(options) !== "graph"
  }
  return found
})

const unbounded = ({ until: _, ...options }: Request["options"]): Request["options"] => options

/** What a pass leaves open: Graph decides about the sender only when it sends. */
const openQuestions = Effect.fnUntraced(function*({ log, request }: Attempt, { dry, from, mailbox, user }: GraphPlan) {
  const passed = passedPhases(log, service)
  const isOwn = [mailbox, user].some((one) => one.toLowerCase() === from.toLowerCase())
  if (isOwn || !passed.includes("mailbox") || (!dry && passed.includes("send"))) return
  const had = { secret: false, token: request.grant === undefined }
  const finding: Finding = {
    id: "send_as_not_proven",
    state: "inconclusive",
    service,
    title: `Graph decides when it sends whether ${user} may send as ${from}`,
    text: "No message was sent, so the right to send as this address is not proven.",
    remedies: [{
      kind: "verify",
      text: "Send one message to find out",
      command: `${Judge.recheck(unbounded(request.options), had)} --deliver`,
      shell: "sh"
    }]
  }
  yield* log.publish({ type: "finding", finding })
})

const run = Effect.fnUntraced(function*(attempt: Attempt, endpoint: Endpoint) {
  const { grant } = attempt.request
  const found = yield* plan(attempt, endpoint)
  const recipe = graph(found, {
    token: (secret) => {
      if (grant === undefined) return
      const credential = { kind: "token", user: grant.user, secret, mechanism: "auto" } as const
      attempt.request = { ...attempt.request, credential }
    },
    claims: (claims) => {
      attempt.claims = claims
    }
  })
  if (yield* diagnose(attempt, planned(attempt.request, endpoint, found.message), recipe)) {
    yield* openQuestions(attempt, found)
  }
})

/**
 * Microsoft Graph as the runner knows it.
 *
 * @category models
 * @since 0.1.0
 */
export const definition = {
  id: service,
  signsIn: true,
  apart: true,
  supposed,
  find,
  order: (_, request) => orderOf(finds(request, service)),
  settled: (attempt, endpoint) =>
    isStillToLook(attempt, service)
      ? Effect.succeed(false)
      : sentBefore(attempt) === undefined
      ? settled(attempt, planned(attempt.request, endpoint), "send")
      : settledBefore(attempt, planned(attempt.request, endpoint)),
  run
} as const satisfies Definition<unknown>
