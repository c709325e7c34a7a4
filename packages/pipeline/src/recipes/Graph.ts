/**
 * Sends through Microsoft Graph, as far as asked: token, claims, mailbox, send.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import type { JournalError } from "@sonde/domain/Errors"
import type { FindFacts } from "@sonde/domain/FindFacts"
import type { MailboxFacts, SendFacts } from "@sonde/domain/GraphFacts"
import type { PhaseReport } from "@sonde/domain/Report"
import type { PhaseId } from "@sonde/domain/Service"
import type { ClaimsFacts } from "@sonde/domain/TokenFacts"
import type { Http } from "@sonde/net/Http"
import type { Resolver } from "@sonde/net/Resolver"
import { Claims, type Wanted } from "@sonde/phases/Claims"
import { finder as graphFinder } from "@sonde/phases/find/Graph"
import { type Caller, pathOf } from "@sonde/phases/GraphCall"
import { GraphMailbox } from "@sonde/phases/GraphMailbox"
import { GraphSend, type SendInput } from "@sonde/phases/GraphSend"
import type { Way } from "@sonde/phases/HttpAsk"
import type { Message } from "@sonde/phases/Inputs"
import { definition as tokenDefinition, type Obtained } from "@sonde/phases/Token"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { Current, intend, skip, skipRest, step } from "../Step.ts"
import { find, type FindPlan } from "./Find.ts"
import { grantStep, type Order } from "./Token.ts"

/**
 * Where the token comes from: it was given, the service `token` obtained it for this one, or this one obtains its own.
 *
 * @category models
 * @since 0.1.0
 */
export type Source =
  | { readonly kind: "given"; readonly token: Redacted.Redacted<string> }
  | { readonly kind: "shared"; readonly obtained: Obtained }
  | { readonly kind: "own"; readonly order: Order; readonly issuer: Endpoint }

/**
 * Everything one run of Graph needs to know. `mailbox` is the one to send from, `user` the sign-in name; `message` is present
 * wherever `until` reaches `send`, and is sent to nobody where `dry`.
 *
 * @category models
 * @since 0.1.0
 */
export interface GraphPlan {
  readonly service: "graph"
  readonly endpoint: Endpoint
  readonly way: Way
  readonly source: Source
  readonly wanted: Wanted
  readonly mailbox: string
  readonly user: string
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly until: PhaseId
  readonly message: Message | undefined
  readonly dry: boolean
  /** The message was sent by an earlier attempt: what that told of it. */
  readonly sent?: PhaseReport | undefined
  /** The look for a message of the run. */
  readonly find?: FindPlan | undefined
}

/**
 * What Graph established, as far as it went.
 *
 * @category models
 * @since 0.1.0
 */
export interface GraphOutcome {
  readonly claims?: ClaimsFacts
  readonly mailbox?: MailboxFacts
  readonly send?: SendFacts
  readonly find?: FindFacts | undefined
}

/**
 * Told of what a verdict on a later phase needs to know.
 *
 * @category models
 * @since 0.1.0
 */
export interface Told {
  readonly token: (token: Redacted.Redacted<string>) => void
  readonly claims: (claims: ClaimsFacts) => void
}

/**
 * The phases of Graph in the order in which they happen.
 *
 * @category combinators
 * @since 0.1.0
 */
export const order: ReadonlyArray<PhaseId> = ["token", "claims", "mailbox", "send"]

/**
 * The same, with the look for a message of the run.
 *
 * @category combinators
 * @since 0.1.0
 */
export const orderOf = (finds: boolean): ReadonlyArray<PhaseId> => finds ? [...order, "find"] : order

const acquire = Effect.fnUntraced(function*({ endpoint, service, source }: GraphPlan) {
  switch (source.kind) {
    case "given":
      // Of a token that was given nobody is asked.
      yield* skip("token", "until")
      return source.token
    case "shared": {
      const { obtained } = source
      const handed = { definition: tokenDefinition, run: () => Effect.succeed(obtained) }
      return (yield* step(handed, undefined, format(endpoint))).token
    }
    case "own":
      return (yield* grantStep({ endpoint: source.issuer, service }, source.order, source.order)).token
  }
})

/**
 * Sends through Graph, as far as the plan goes.
 *
 * @category recipes
 * @since 0.1.0
 */
export const graph = Effect.fn("Recipe.graph")(function*(plan: GraphPlan, told: Told) {
  const { dry, endpoint, from, mailbox, message, service, to, user } = plan
  const { find: wish, sent } = plan
  const all = orderOf(wish !== undefined)
  const reaches = (phase: PhaseId) => all.indexOf(phase) <= all.indexOf(plan.until)
  const outcome: { -readonly [K in keyof GraphOutcome]: GraphOutcome[K] } = {}
  const token = yield* acquire(plan)
  told.token(token)
  if (reaches("claims")) {
    const input = { service, endpoint, token, wanted: [plan.wanted], bearer: true }
    const claims = outcome.claims = yield* step(yield* Claims, input, format(endpoint))
    told.claims(claims)
    if (reaches("mailbox")) {
      const caller: Caller = { way: plan.way, endpoint, token, mailbox, path: pathOf(mailbox, claims) }
      outcome.mailbox = yield* step(yield* GraphMailbox, { caller }, mailbox)
      const current = yield* Current
      if (sent !== undefined) {
        yield* current.log.publish({ type: "phase.end", service, phase: { ...sent, state: "restored" } })
      } else if (dry && plan.until === "find") {
        // Another service sends; a rehearsal was not asked for.
        yield* skip("send", "until")
      } else if (reaches("send") && message !== undefined) {
        const { definition, run } = yield* GraphSend
        const beforeCommit = Effect.provideService(
          intend("send", `${from} to ${to.join(", ")}`, message.messageId),
          Current,
          current
        )
        const { messageId, octets } = message
        outcome.send = yield* step(
          { definition, run: (input: SendInput<JournalError>) => run(input) },
          { caller, from, user, to, message: octets, messageId, dry, beforeCommit },
          messageId
        )
      }
      if (wish !== undefined && reaches("find")) {
        const context = yield* Effect.context<Http | Resolver>()
        const reader: Caller = { ...caller, mailbox: wish.mailbox, path: pathOf(wish.mailbox, claims) }
        outcome.find = yield* find(wish, plan, (probe) => graphFinder(reader, probe, context))
      }
    }
  }
  yield* skipRest(all, "until")
  return outcome
})
