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
import type {
  AuthFacts,
  ConnectFacts,
  DataFacts,
  EhloFacts,
  GreetingFacts,
  MailFacts,
  QuitFacts,
  RcptFacts,
  ResolveFacts,
  TlsFacts
} from "@sonde/domain/Facts"
import type { PhaseId, ServiceId, SkipReason } from "@sonde/domain/Service"
import type { Finding } from "@sonde/domain/Verdict"
import type { Session } from "@sonde/net/Session"
import { Authenticate } from "@sonde/phases/Authenticate"
import { Connect, definition as connectDefinition } from "@sonde/phases/Connect"
import type { Conversation } from "@sonde/phases/Conversation"
import type { Credential } from "@sonde/phases/Credential"
import { addressLiteral, Ehlo } from "@sonde/phases/Ehlo"
import { Greeting } from "@sonde/phases/Greeting"
import type { Message } from "@sonde/phases/Inputs"
import { MailFrom } from "@sonde/phases/MailFrom"
import { Quit } from "@sonde/phases/Quit"
import { RcptTo } from "@sonde/phases/RcptTo"
import { type DataInput, SendData } from "@sonde/phases/SendData"
import { StartTls } from "@sonde/phases/StartTls"
import { Tls } from "@sonde/phases/Tls"
import * as Effect from "effect/Effect"
import { leave } from "../Leave.ts"
import { submission as stops } from "../options/Stops.ts"
import { attempt, Current, intend, signIn, skip, skipRest, step } from "../Step.ts"
import { lookup } from "./Lookup.ts"
import { reaches as within } from "./Until.ts"

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
export interface SubmissionFacts {
  readonly resolve: ResolveFacts
  connect?: ConnectFacts
  greeting?: GreetingFacts
  ehlo?: EhloFacts
  tls?: TlsFacts
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

/** Whether a submission comes to a phase. */
const reaches = (plan: SubmissionPlan, phase: PhaseId, occurrence: "first" | "last" = "last"): boolean =>
  within(order(plan.endpoint.security), stops, plan.until)(phase, occurrence)

/** Why the phases after the last one are not run: nothing to sign in with, or not asked for. */
const unasked = (plan: SubmissionPlan): SkipReason =>
  plan.credential === undefined && plan.until === "ehlo" ? "no_credential" : "until"

const secure = Effect.fnUntraced(function*(
  plan: SubmissionPlan,
  conversation: Conversation,
  clear: EhloFacts,
  facts: SubmissionFacts
) {
  const { endpoint } = plan
  const subject = format(endpoint)
  if (endpoint.security === "tls" || endpoint.security === "none" || !reaches(plan, "starttls")) return clear
  if (endpoint.security === "opportunistic" && !clear.starttls) {
    for (const phase of ["starttls", "tls", "ehlo"] as const) yield* skip(phase, "not_offered")
    return clear
  }
  yield* step(yield* StartTls, { conversation, offered: clear }, subject)
  if (!reaches(plan, "tls")) return clear
  facts.tls = yield* step(yield* Tls, { conversation }, subject)
  if (!reaches(plan, "ehlo")) return clear
  return yield* step(yield* Ehlo, { conversation, name: clear.name, before: clear }, subject)
})

const transact = Effect.fnUntraced(function*(
  plan: SubmissionPlan,
  conversation: Conversation,
  offered: EhloFacts,
  clear: EhloFacts,
  facts: SubmissionFacts
) {
  const { credential, from, message, to } = plan
  const { recorder } = yield* Current
  const subject = format(plan.endpoint)
  const user = credential?.user ?? ""
  if (!reaches(plan, "auth")) return
  if (credential === undefined) {
    yield* skip("auth", "no_credential")
  } else {
    const before = clear === offered ? undefined : clear
    const input = { conversation, offered, before, credential, allowClear: plan.allowClear, scrub: recorder.scrub }
    const signed = yield* signIn(step(yield* Authenticate, input, subject))
    if (signed === undefined) return yield* skipRest(order(plan.endpoint.security).slice(0, -1), "policy")
    facts.auth = signed
  }
  if (from === undefined || !reaches(plan, "mail")) return
  const mail = { conversation, offered, from, to, user, octets: message?.wireOctets, eightBit: message?.eightBit }
  facts.mail = yield* step(yield* MailFrom, mail, subject)
  if (!reaches(plan, "rcpt")) return
  facts.rcpt = yield* step(yield* RcptTo, { conversation, from, user, to }, subject)
  if (message === undefined || !reaches(plan, "data")) return
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

const converse = Effect.fnUntraced(function*(
  plan: SubmissionPlan,
  session: Session,
  facts: SubmissionFacts
) {
  const { observe, recorder } = yield* Current
  const { endpoint, service } = plan
  const subject = format(endpoint)
  const conversation: Conversation = { service, endpoint, session }

  if (endpoint.security === "tls") {
    if (!reaches(plan, "tls")) return
    facts.tls = yield* step(yield* Tls, { conversation }, subject)
  }
  if (!reaches(plan, "greeting")) return
  yield* leave(conversation)
  const greet = { conversation, addresses: facts.resolve, recorder, ca: plan.ca }
  facts.greeting = yield* step(yield* Greeting, greet, subject)
  yield* observe({ banner: facts.greeting.text })
  if (reaches(plan, "ehlo", "first")) {
    const name = plan.ehlo ?? addressLiteral(session.localAddress)
    const clear = yield* step(yield* Ehlo, { conversation, name }, subject)
    facts.ehlo = yield* secure(plan, conversation, clear, facts)
    yield* transact(plan, conversation, facts.ehlo, clear, facts)
  }
  yield* skipRest(order(endpoint.security).slice(0, -1), unasked(plan))
  // After the reply to STARTTLS the server reads nothing but a handshake: QUIT in clear would be taken for one.
  const isClear = endpoint.security === "starttls" || endpoint.security === "opportunistic"
  if (plan.until === "starttls" && isClear && facts.ehlo?.starttls === true) return
  facts.quit = yield* attempt(yield* Quit, { conversation }, subject)
})

/**
 * Submits mail, as far as the plan goes. The connection closes with the effect, politely.
 *
 * @category recipes
 * @since 0.1.0
 */
export const submission = Effect.fn("Recipe.submission")(function*(plan: SubmissionPlan) {
  const { recorder } = yield* Current
  const { endpoint, service } = plan

  const resolve = yield* lookup(plan)
  const facts: SubmissionFacts = { resolve }
  if (reaches(plan, "connect")) {
    const dial = { service, endpoint, addresses: resolve, recorder, ca: plan.ca }
    const session = yield* step(yield* Connect, dial, format(endpoint))
    facts.connect = connectDefinition.factsOf(session)
    yield* converse(plan, session, facts)
  }
  yield* skipRest(order(endpoint.security), unasked(plan))
  return facts
}, Effect.scoped)
