/**
 * Reads a mailbox, as far as asked: the conversation of IMAP, POP3 or ManageSieve as a typed program of phases.
 *
 * The three differ in their dialects and in the phase after sign-in; the way there is one. Where it stops before the end it says so
 * with `skip`, and it always takes leave of a server that it has spoken with.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import type {
  AuthFacts,
  CapabilityFacts,
  ConnectFacts,
  GreetingFacts,
  ListFacts,
  LogoutFacts,
  QuitFacts,
  ResolveFacts,
  SelectFacts,
  StatFacts,
  TlsFacts
} from "@sonde/domain/Facts"
import type { PhaseId, SkipReason } from "@sonde/domain/Service"
import type { Session } from "@sonde/net/Session"
import { Authenticate } from "@sonde/phases/Authenticate"
import { Capabilities } from "@sonde/phases/Capabilities"
import { Connect, definition as connectDefinition } from "@sonde/phases/Connect"
import type { Conversation } from "@sonde/phases/Conversation"
import type { Credential } from "@sonde/phases/Credential"
import { Greeting } from "@sonde/phases/Greeting"
import { List } from "@sonde/phases/List"
import { Logout } from "@sonde/phases/Logout"
import { Quit } from "@sonde/phases/Quit"
import { Select } from "@sonde/phases/Select"
import { StartTls } from "@sonde/phases/StartTls"
import { Stat } from "@sonde/phases/Stat"
import { Tls } from "@sonde/phases/Tls"
import * as Effect from "effect/Effect"
import type { Reading } from "../Available.ts"
import { leave } from "../Leave.ts"
import { attempt, Current, signIn, skip, skipRest, step } from "../Step.ts"
import { lookup } from "./Lookup.ts"

/**
 * Everything that reading one mailbox needs to know.
 *
 * @category models
 * @since 0.1.0
 */
export interface MailboxPlan {
  readonly service: Reading
  readonly endpoint: Endpoint
  readonly pinned: { readonly host: string; readonly port: number } | undefined
  readonly dns: string | undefined
  readonly ca: string | undefined
  readonly credential: Credential | undefined
  readonly allowClear: boolean
  readonly until: PhaseId
}

/**
 * What reading established, as far as it went: `select` of IMAP, `stat` of POP3, `list` of ManageSieve.
 *
 * @category models
 * @since 0.1.0
 */
export interface MailboxFacts {
  readonly service: Reading
  readonly resolve: ResolveFacts
  connect?: ConnectFacts
  greeting?: GreetingFacts
  capability?: CapabilityFacts
  tls?: TlsFacts
  auth?: AuthFacts
  select?: SelectFacts
  stat?: StatFacts
  list?: ListFacts
  logout?: LogoutFacts | undefined
  quit?: QuitFacts | undefined
}

/** The phase after sign-in, and that of the farewell. */
const ends: Readonly<Record<Reading, readonly ["select" | "stat" | "list", "logout" | "quit"]>> = {
  imap: ["select", "logout"],
  pop3: ["stat", "quit"],
  sieve: ["list", "logout"]
}

/**
 * The phases in the order in which they happen, with `capability` as often as it does.
 *
 * @category combinators
 * @since 0.1.0
 */
export const order = (service: Reading, security: Endpoint["security"]): ReadonlyArray<PhaseId> => [
  "resolve",
  "connect",
  ...(security === "tls" ? ["tls"] as const : []),
  "greeting",
  "capability",
  ...(security === "starttls" || security === "opportunistic" ? ["starttls", "tls", "capability"] as const : []),
  "auth",
  ...ends[service]
]

/** The phases after which one may stop, in an order that no security changes. */
const stops = (service: Reading): ReadonlyArray<PhaseId> => [
  "resolve",
  "connect",
  "greeting",
  "capability",
  "starttls",
  "tls",
  "auth",
  ...ends[service]
]

/**
 * Whether a run that stops after `until` comes to a phase. Where `until` does not happen at this endpoint, the phase before it stands
 * for it.
 */
const reaches = (plan: MailboxPlan, phase: PhaseId, occurrence: "first" | "last" = "last"): boolean => {
  const phases = order(plan.service, plan.endpoint.security)
  const place = occurrence === "last" ? phases.lastIndexOf(phase) : phases.indexOf(phase)
  const all = stops(plan.service)
  const until = all.slice(0, all.indexOf(plan.until) + 1).findLast((stop) => phases.includes(stop)) ?? plan.until
  return place <= phases.lastIndexOf(until)
}

/** Why the phases after the last one are not run: nothing to sign in with, or not asked for. */
const unasked = (plan: MailboxPlan): SkipReason =>
  plan.credential === undefined && plan.until === "capability" ? "no_credential" : "until"

const secure = Effect.fnUntraced(function*(
  plan: MailboxPlan,
  conversation: Conversation,
  greeting: GreetingFacts,
  clear: CapabilityFacts,
  facts: MailboxFacts
) {
  const { endpoint } = plan
  const subject = format(endpoint)
  if (endpoint.security === "tls" || endpoint.security === "none" || !reaches(plan, "starttls")) return clear
  if (endpoint.security === "opportunistic" && !clear.starttls) {
    for (const phase of ["starttls", "tls", "capability"] as const) yield* skip(phase, "not_offered")
    return clear
  }
  yield* step(yield* StartTls, { conversation, offered: clear }, subject)
  if (!reaches(plan, "tls")) return clear
  facts.tls = yield* step(yield* Tls, { conversation }, subject)
  if (!reaches(plan, "capability")) return clear
  const { observe } = yield* Current
  const offered = yield* step(yield* Capabilities, { conversation, greeting, before: clear }, subject)
  yield* observe({ capabilities: namesOf(offered) })
  return offered
})

/** An offer as the knowledge recognises servers by it. */
const namesOf = ({ keywords }: CapabilityFacts): ReadonlyArray<string> =>
  keywords.map(({ keyword, params }) => [keyword, ...params].join(" "))

/** What is done signed in: looks, and changes nothing. */
const look = Effect.fnUntraced(function*(
  plan: MailboxPlan,
  conversation: Conversation,
  offered: CapabilityFacts,
  facts: MailboxFacts
) {
  const subject = format(plan.endpoint)
  switch (plan.service) {
    case "imap": {
      const capabilities = facts.auth?.capabilities ?? offered.keywords.map(({ keyword }) => keyword)
      facts.select = yield* step(yield* Select, { conversation, capabilities }, subject)
      return
    }
    case "pop3":
      facts.stat = yield* step(yield* Stat, { conversation }, subject)
      return
    case "sieve":
      facts.list = yield* step(yield* List, { conversation }, subject)
  }
})

const use = Effect.fnUntraced(function*(
  plan: MailboxPlan,
  conversation: Conversation,
  greeting: GreetingFacts,
  offered: CapabilityFacts,
  clear: CapabilityFacts,
  facts: MailboxFacts
) {
  const { credential } = plan
  const { recorder } = yield* Current
  const [last] = ends[plan.service]
  if (!reaches(plan, "auth")) return
  if (credential === undefined) {
    yield* skip("auth", "no_credential")
    yield* skip(last, "no_credential")
    return
  }
  const before = clear === offered ? undefined : clear
  const { allowClear } = plan
  const input = { conversation, offered, before, greeting, credential, allowClear, scrub: recorder.scrub }
  const signed = yield* signIn(step(yield* Authenticate, input, format(plan.endpoint)))
  if (signed === undefined) {
    yield* skip("auth", "policy")
    yield* skip(last, "policy")
    return
  }
  facts.auth = signed
  if (reaches(plan, last)) yield* look(plan, conversation, offered, facts)
})

const converse = Effect.fnUntraced(function*(plan: MailboxPlan, session: Session, facts: MailboxFacts) {
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
  const greeting = yield* step(yield* Greeting, greet, subject)
  facts.greeting = greeting
  yield* observe({ banner: greeting.text })
  let clear: CapabilityFacts | undefined
  if (reaches(plan, "capability", "first")) {
    clear = yield* step(yield* Capabilities, { conversation, greeting }, subject)
    yield* observe({ capabilities: namesOf(clear) })
    facts.capability = yield* secure(plan, conversation, greeting, clear, facts)
    yield* use(plan, conversation, greeting, facts.capability, clear, facts)
  }
  yield* skipRest(order(service, endpoint.security).slice(0, -1), unasked(plan))
  // After the reply to STARTTLS the server reads nothing but a handshake: a farewell in clear would be taken for one.
  const isClear = endpoint.security === "starttls" || endpoint.security === "opportunistic"
  if (plan.until === "starttls" && isClear && clear?.starttls === true) return
  if (ends[service][1] === "quit") facts.quit = yield* attempt(yield* Quit, { conversation }, subject)
  else facts.logout = yield* attempt(yield* Logout, { conversation }, subject)
})

/**
 * Reads a mailbox, as far as the plan goes. The connection closes with the effect, politely.
 *
 * @category recipes
 * @since 0.1.0
 */
export const mailbox = Effect.fn("Recipe.mailbox")(function*(plan: MailboxPlan) {
  const { recorder } = yield* Current
  const { endpoint, service } = plan
  const resolve = yield* lookup(plan)
  const facts: MailboxFacts = { service, resolve }
  if (reaches(plan, "connect")) {
    const dial = { service, endpoint, addresses: resolve, recorder, ca: plan.ca }
    const session = yield* step(yield* Connect, dial, format(endpoint))
    facts.connect = connectDefinition.factsOf(session)
    yield* converse(plan, session, facts)
  }
  yield* skipRest(order(service, endpoint.security), unasked(plan))
  return facts
}, Effect.scoped)
