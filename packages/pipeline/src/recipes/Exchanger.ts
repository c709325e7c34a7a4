/**
 * Delivers to a mail exchanger, as far as a recipient and no further: the conversation of a sending server as a typed program of phases.
 *
 * No message is ever sent. Encryption is opportunistic: a certificate that does not verify is told and stops nothing, unless a policy
 * of the domain demands one that does (RFC 8461, RFC 7672). Then no sender is named, as no sender would be.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import type { EhloFacts, ResolveFacts, TlsFacts } from "@sonde/domain/Facts"
import type { MxFacts } from "@sonde/domain/PostureFacts"
import type { PhaseId } from "@sonde/domain/Service"
import type { Finding } from "@sonde/domain/Verdict"
import type { Session } from "@sonde/net/Session"
import { Connect } from "@sonde/phases/Connect"
import type { Conversation } from "@sonde/phases/Conversation"
import { addressLiteral, Ehlo } from "@sonde/phases/Ehlo"
import { Greeting } from "@sonde/phases/Greeting"
import { MailFrom } from "@sonde/phases/MailFrom"
import type { Definition } from "@sonde/phases/Phase"
import * as Posture from "@sonde/phases/Posture"
import { Quit } from "@sonde/phases/Quit"
import { RcptTo } from "@sonde/phases/RcptTo"
import { isOverwritten, StartTls } from "@sonde/phases/StartTls"
import { Tls } from "@sonde/phases/Tls"
import * as Effect from "effect/Effect"
import { leave } from "../Leave.ts"
import { exchanger as stops } from "../options/Stops.ts"
import { attempt, Current, skip, skipRest, step, survey } from "../Step.ts"
import { lookup } from "./Lookup.ts"
import { type Reaches, reaches } from "./Until.ts"

const service = "mx" as const

/**
 * Everything one delivery needs to know. `from` is empty for the null reverse-path (RFC 5321 section 4.5.5). `unmet` is the phase of a
 * policy that this exchanger does not meet, `judgeTls` what is worth telling of its handshake.
 *
 * @category models
 * @since 0.1.0
 */
export interface ExchangerPlan {
  readonly endpoint: Endpoint
  readonly pinned: { readonly host: string; readonly port: number } | undefined
  readonly dns: string | undefined
  readonly ca: string | undefined
  readonly ehlo: string | undefined
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly until: PhaseId
  readonly unmet: PhaseId | undefined
  readonly judgeTls: (facts: TlsFacts) => ReadonlyArray<Finding>
}

/**
 * The phases in the order in which they happen: what the domain publishes, and then the conversation.
 *
 * @category combinators
 * @since 0.1.0
 */
export const order = (security: Endpoint["security"]): ReadonlyArray<PhaseId> => [
  "mx",
  "mta-sts",
  "dane",
  "resolve",
  "connect",
  ...(security === "tls" ? ["tls", "greeting", "ehlo"] as const : ["greeting", "ehlo"] as const),
  ...(security === "starttls" || security === "opportunistic" ? ["starttls", "tls", "ehlo"] as const : []),
  "mail",
  "rcpt",
  "quit"
]

/** What exchangers show is looked at again on every attempt: a certificate may have been replaced. */
const live = <Id extends PhaseId, In, F, R>(phase: {
  readonly definition: Definition<Id, F, F>
  readonly run: (input: In) => Effect.Effect<F, never, R>
}) => ({ definition: { ...phase.definition, resume: { rule: "reacquire" as const } }, run: phase.run })

/**
 * Looks at the exchangers of the domain.
 *
 * @category recipes
 * @since 0.1.0
 */
export const exchangers = Effect.fnUntraced(function*(
  input: Posture.PostureInput,
  judge: (facts: MxFacts) => ReadonlyArray<Finding>
) {
  return yield* survey(live(yield* Posture.MxPolicy), input, input.domain, judge)
})

/**
 * What the domain demands of whoever delivers to `host`: the phase of the policy that the exchanger does not meet, or nothing. What
 * other exchangers do not meet is a warning, since this one takes the mail.
 *
 * @category recipes
 * @since 0.1.0
 */
export const demands = Effect.fnUntraced(function*(
  input: Posture.PostureInput,
  subject: Posture.Subject,
  mx: MxFacts,
  host: string
) {
  const { delivery } = Posture
  const here: MxFacts = { ...mx, exchangers: mx.exchangers.filter(({ exchange }) => exchange === host) }
  const others: MxFacts = { ...mx, exchangers: mx.exchangers.filter(({ exchange }) => exchange !== host) }
  const unmet: Array<PhaseId> = []
  const told = (phase: PhaseId, own: ReadonlyArray<Finding>, further: ReadonlyArray<Finding>) => {
    if (own.some(({ state }) => state === "fail")) unmet.push(phase)
    const known = new Set(own.map(({ title }) => title))
    return [...own, ...further.filter(({ title }) => !known.has(title)).map(softened)]
  }
  yield* survey(
    live(yield* Posture.MtaStsPolicy),
    input,
    input.domain,
    (facts) => told("mta-sts", delivery.mtaSts(subject, facts, here), delivery.mtaSts(subject, facts, others))
  )
  const dane = yield* survey(live(yield* Posture.DanePolicy), { ...input, mx }, input.domain, (facts) => {
    const of = (wanted: boolean) => ({
      ...facts,
      exchangers: facts.exchangers.filter(({ exchange }) => (exchange === host) === wanted)
    })
    return told("dane", delivery.dane(subject, of(true), mx), delivery.dane(subject, of(false), mx))
  })
  const records = dane.exchangers.find(({ exchange }) => exchange === host)
  return {
    unmet: unmet[0],
    /** Whether DANE vouches for the certificate, whatever else is wrong with it. */
    isVouched: dane.mxAuthentic && records?.lookup.authentic === true &&
      records.records.some(({ matches }) => matches === true)
  }
})

/**
 * A finding of something that stops no delivery.
 *
 * @category combinators
 * @since 0.1.0
 */
export const softened = (finding: Finding): Finding =>
  finding.state === "fail" ? { ...finding, state: "warn" } : finding

const secure = Effect.fnUntraced(function*(
  plan: ExchangerPlan,
  conversation: Conversation,
  clear: EhloFacts,
  comesTo: Reaches
) {
  const { endpoint } = plan
  const subject = format(endpoint)
  if (endpoint.security === "tls" || endpoint.security === "none" || !comesTo("starttls")) return clear
  if (endpoint.security === "opportunistic" && !clear.starttls) {
    // That somebody on the way takes it off the offer is worth telling; a sender goes on all the same.
    const isStripped = clear.keywords.some(({ keyword }) => isOverwritten(keyword))
    if (isStripped) yield* attempt(yield* StartTls, { conversation, offered: clear }, subject)
    else yield* skip("starttls", "not_offered")
    for (const phase of ["tls", "ehlo"] as const) yield* skip(phase, isStripped ? "starttls" : "not_offered")
    return clear
  }
  yield* step(yield* StartTls, { conversation, offered: clear }, subject)
  if (!comesTo("tls")) return clear
  yield* handshake(plan, conversation)
  if (!comesTo("ehlo")) return clear
  return yield* step(yield* Ehlo, { conversation, name: clear.name, before: clear }, subject)
})

const handshake = Effect.fnUntraced(function*(plan: ExchangerPlan, conversation: Conversation) {
  const { endpoint, judgeTls } = plan
  const trust = endpoint.security === "opportunistic" ? "opportunistic" : "verified"
  yield* step(yield* Tls, { conversation, trust }, format(endpoint), "own", judgeTls)
})

const converse = Effect.fnUntraced(function*(
  plan: ExchangerPlan,
  session: Session,
  addresses: ResolveFacts,
  comesTo: Reaches
) {
  const { observe, recorder } = yield* Current
  const { endpoint, from, to, unmet } = plan
  const subject = format(endpoint)
  const conversation: Conversation = { service, endpoint, session }
  const phases = order(endpoint.security)
  if (endpoint.security === "tls") {
    if (!comesTo("tls")) return
    yield* handshake(plan, conversation)
  }
  if (!comesTo("greeting")) return
  yield* leave(conversation)
  const greeting = yield* step(yield* Greeting, { conversation, addresses, recorder, ca: plan.ca }, subject)
  yield* observe({ banner: greeting.text })
  let isAwaitingHandshake = false
  if (comesTo("ehlo", "first")) {
    const name = plan.ehlo ?? addressLiteral(session.localAddress)
    const clear = yield* step(yield* Ehlo, { conversation, name }, subject)
    const offered = yield* secure(plan, conversation, clear, comesTo)
    isAwaitingHandshake = clear.starttls && comesTo("starttls") && !comesTo("tls")
    if (unmet === undefined && comesTo("mail")) {
      yield* step(yield* MailFrom, { conversation, offered, from, to, user: "" }, subject)
      if (comesTo("rcpt")) yield* step(yield* RcptTo, { conversation, from, user: "", to }, subject)
    }
  }
  yield* skipRest(phases.slice(0, -1), unmet !== undefined && comesTo("mail") ? unmet : "until")
  // After the reply to STARTTLS the server reads nothing but a handshake: QUIT in clear would be taken for one.
  if (isAwaitingHandshake) return
  yield* attempt(yield* Quit, { conversation }, subject)
})

/**
 * Delivers to an exchanger, as far as the plan goes. The connection closes with the effect, politely.
 *
 * @category recipes
 * @since 0.1.0
 */
export const exchanger = Effect.fn("Recipe.exchanger")(function*(plan: ExchangerPlan) {
  const { recorder } = yield* Current
  const { endpoint } = plan
  const phases = order(endpoint.security)
  const comesTo = reaches(phases, stops, plan.until)
  const addresses = yield* lookup({ ...plan, service })
  if (comesTo("connect")) {
    const dial = { service, endpoint, addresses, recorder, ca: plan.ca }
    const session = yield* step(yield* Connect, dial, format(endpoint))
    yield* converse(plan, session, addresses, comesTo)
  }
  yield* skipRest(phases, "until")
}, Effect.scoped)
