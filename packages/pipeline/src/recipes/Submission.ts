/**
 * Submits mail, as far as asked: the SMTP conversation as a typed program of phases.
 *
 * The compiler knows what it can fail with. Where it stops before the end it says so with `skip`, and it always
 * takes leave of a server that it has spoken with.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import type { JournalError } from "@sonde/domain/Errors"
import type { AuthFacts, DataFacts, EhloFacts, MailFacts, QuitFacts, RcptFacts } from "@sonde/domain/Facts"
import type { PhaseId, ServiceId, SkipReason } from "@sonde/domain/Service"
import type { Finding } from "@sonde/domain/Verdict"
import { Authenticate } from "@sonde/phases/Authenticate"
import type { Conversation } from "@sonde/phases/Conversation"
import type { Credential } from "@sonde/phases/Credential"
import type { Message } from "@sonde/phases/Inputs"
import { MailFrom } from "@sonde/phases/MailFrom"
import { Quit } from "@sonde/phases/Quit"
import { RcptTo } from "@sonde/phases/RcptTo"
import { type DataInput, SendData } from "@sonde/phases/SendData"
import * as Effect from "effect/Effect"
import { submission as stops } from "../options/Stops.ts"
import { attempt, Current, intend, signIn, skip, skipRest, step } from "../Step.ts"
import { type Offers, open, type OpeningFacts, smtp } from "./Open.ts"
import { type Reaches, reaches } from "./Until.ts"

/**
 * Everything one submission needs to know. `from` is present wherever `until` reaches `mail`; `message` wherever
 * it reaches `data`.
 *
 * @category models
 * @since 0.1.0
 */
export interface SubmissionPlan {
  readonly service: ServiceId
  readonly endpoint: Endpoint
  readonly pinned: { readonly host: string; readonly port: number } | undefined
  readonly dns: string | undefined
  readonly ca: string | undefined
  readonly ehlo: string | undefined
  readonly credential: Credential | undefined
  readonly allowClear: boolean
  readonly from: string | undefined
  readonly to: ReadonlyArray<string>
  readonly until: PhaseId
  readonly message: Message | undefined
}

/**
 * What a submission established, as far as it went.
 *
 * @category models
 * @since 0.1.0
 */
export interface SubmissionFacts extends OpeningFacts {
  ehlo?: EhloFacts
  auth?: AuthFacts
  mail?: MailFacts
  rcpt?: RcptFacts
  data?: DataFacts
  quit?: QuitFacts | undefined
}

/**
 * The phases of a submission in the order in which they happen, with `ehlo` and `tls` as often as they do.
 *
 * @category combinators
 * @since 0.1.0
 */
export const order = (security: Endpoint["security"]): ReadonlyArray<PhaseId> => [
  "resolve",
  "connect",
  ...(security === "tls" ? ["tls", "greeting", "ehlo"] as const : ["greeting", "ehlo"] as const),
  ...(security === "starttls" || security === "opportunistic" ? ["starttls", "tls", "ehlo"] as const : []),
  "auth",
  "mail",
  "rcpt",
  "data",
  "quit"
]

const comesTo = ({ endpoint, until }: SubmissionPlan): Reaches => reaches(order(endpoint.security), stops, until)

/** Why the phases after the last one are not run: nothing to sign in with, or not asked for. */
const unasked = (plan: SubmissionPlan): SkipReason =>
  plan.credential === undefined && plan.until === "ehlo" ? "no_credential" : "until"

const transact = Effect.fnUntraced(function*(
  plan: SubmissionPlan,
  conversation: Conversation,
  { clear, offered }: Offers<EhloFacts>,
  facts: SubmissionFacts
) {
  const { credential, from, message, to } = plan
  const { recorder } = yield* Current
  const subject = format(plan.endpoint)
  const user = credential?.user ?? ""
  const reached = comesTo(plan)
  if (!reached("auth")) return
  if (credential === undefined) {
    yield* skip("auth", "no_credential")
  } else {
    const before = clear === offered ? undefined : clear
    const input = { conversation, offered, before, credential, allowClear: plan.allowClear, scrub: recorder.scrub }
    const signed = yield* signIn(step(yield* Authenticate, input, subject))
    if (signed === undefined) return yield* skipRest(order(plan.endpoint.security).slice(0, -1), "policy")
    facts.auth = signed
  }
  if (from === undefined || !reached("mail")) return
  const mail = { conversation, offered, from, to, user, octets: message?.wireOctets, eightBit: message?.eightBit }
  facts.mail = yield* step(yield* MailFrom, mail, subject)
  if (!reached("rcpt")) return
  facts.rcpt = yield* step(yield* RcptTo, { conversation, from, user, to }, subject)
  if (message === undefined || !reached("data")) return
  const { definition, run } = yield* SendData
  const current = yield* Current
  const beforeCommit = Effect.provideService(
    intend("data", `${from} to ${to.join(", ")}`, message.messageId),
    Current,
    current
  )
  facts.data = yield* step(
    { definition, run: (input: DataInput<JournalError>) => run(input) },
    { conversation, from, user, to, message: message.octets, messageId: message.messageId, beforeCommit },
    message.messageId,
    "own",
    (taken) => ofRecipients(plan, taken)
  )
})

/** What a server that answers for each recipient said of those that it did not take the message for. */
const ofRecipients = (
  { endpoint, service }: SubmissionPlan,
  { recipients = [] }: DataFacts
): ReadonlyArray<Finding> =>
  recipients.flatMap(({ reply, state, to }): ReadonlyArray<Finding> =>
    state === "accepted" ? [] : [{
      id: state === "refused" ? "recipient_refused" : "recipient_deferred",
      state: state === "refused" ? "fail" : "inconclusive",
      service,
      title: `${format(endpoint)} ${state === "refused" ? "refused" : "put off"} the message for ${to}: ${reply}`,
      text: "Other recipients have it, and it is not sent to them again. What is wrong lies with this one.",
      actor: "mail-admin",
      remedies: []
    }]
  )

/**
 * Submits mail, as far as the plan goes. The connection closes with the effect, politely.
 *
 * @category recipes
 * @since 0.1.0
 */
export const submission = Effect.fn("Recipe.submission")(function*(plan: SubmissionPlan) {
  const subject = format(plan.endpoint)
  const phases = order(plan.endpoint.security)
  const { awaitsHandshake, conversation, facts: opened, offers } = yield* open(plan, comesTo(plan), smtp(plan.ehlo))
  const facts: SubmissionFacts = { ...opened }
  if (conversation !== undefined) {
    if (offers !== undefined) {
      facts.ehlo = offers.offered
      yield* transact(plan, conversation, offers, facts)
    }
    yield* skipRest(phases.slice(0, -1), unasked(plan))
    if (!awaitsHandshake) facts.quit = yield* attempt(yield* Quit, { conversation }, subject)
  }
  yield* skipRest(phases, unasked(plan))
  return facts
}, Effect.scoped)
