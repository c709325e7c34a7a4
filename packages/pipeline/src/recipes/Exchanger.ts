/**
 * Delivers to a mail exchanger, as far as a recipient and no further: the conversation of a sending server as a typed program of phases.
 *
 * No message is ever sent. Encryption is opportunistic: a certificate that does not verify is told and stops nothing, unless a policy
 * of the domain demands one that does (RFC 8461, RFC 7672). Then no sender is named, as no sender would be.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import type { EhloFacts, TlsFacts } from "@sonde/domain/Facts"
import type { MxFacts } from "@sonde/domain/PostureFacts"
import type { PhaseId } from "@sonde/domain/Service"
import type { Finding } from "@sonde/domain/Verdict"
import type { Conversation } from "@sonde/phases/Conversation"
import { MailFrom } from "@sonde/phases/MailFrom"
import type { Definition } from "@sonde/phases/Phase"
import * as Posture from "@sonde/phases/Posture"
import { Quit } from "@sonde/phases/Quit"
import { RcptTo } from "@sonde/phases/RcptTo"
import { isOverwritten, StartTls } from "@sonde/phases/StartTls"
import { Tls } from "@sonde/phases/Tls"
import * as Effect from "effect/Effect"
import { exchanger as stops } from "../options/Stops.ts"
import { attempt, skip, skipRest, step, survey } from "../Step.ts"
import { open, smtp } from "./Open.ts"
import { reaches } from "./Until.ts"

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

/** That somebody on the way takes STARTTLS off the offer is worth telling; a sender goes on all the same. */
const unoffered = Effect.fnUntraced(function*(conversation: Conversation, clear: EhloFacts) {
  const isStripped = clear.keywords.some(({ keyword }) => isOverwritten(keyword))
  if (isStripped) yield* attempt(yield* StartTls, { conversation, offered: clear }, format(conversation.endpoint))
  else yield* skip("starttls", "not_offered")
  for (const phase of ["tls", "ehlo"] as const) yield* skip(phase, isStripped ? "starttls" : "not_offered")
})

/**
 * Delivers to an exchanger, as far as the plan goes. The connection closes with the effect, politely.
 *
 * @category recipes
 * @since 0.1.0
 */
export const exchanger = Effect.fn("Recipe.exchanger")(function*(plan: ExchangerPlan) {
  const { endpoint, from, judgeTls, to, unmet } = plan
  const { security } = endpoint
  const subject = format(endpoint)
  const phases = order(security)
  const comesTo = reaches(phases, stops, plan.until)
  const trust = security === "opportunistic" ? "opportunistic" as const : "verified" as const
  const { awaitsHandshake, conversation, offers } = yield* open({ ...plan, service }, comesTo, {
    ...smtp(plan.ehlo),
    handshake: Effect.fnUntraced(function*(conversation) {
      return yield* step(yield* Tls, { conversation, trust }, subject, "own", judgeTls)
    }),
    unoffered
  })
  if (conversation !== undefined) {
    if (offers !== undefined && unmet === undefined && comesTo("mail")) {
      const { offered } = offers
      yield* step(yield* MailFrom, { conversation, offered, from, to, user: "" }, subject)
      if (comesTo("rcpt")) yield* step(yield* RcptTo, { conversation, from, user: "", to }, subject)
    }
    yield* skipRest(phases.slice(0, -1), unmet !== undefined && comesTo("mail") ? unmet : "until")
    if (!awaitsHandshake) yield* attempt(yield* Quit, { conversation }, subject)
  }
  yield* skipRest(phases, "until")
}, Effect.scoped)
