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
import type { FindFacts } from "@sonde/domain/FindFacts"
import type { PhaseId, SkipReason } from "@sonde/domain/Service"
import type { Session } from "@sonde/net/Session"
import { Authenticate } from "@sonde/phases/Authenticate"
import { Capabilities } from "@sonde/phases/Capabilities"
import { Connect, definition as connectDefinition } from "@sonde/phases/Connect"
import type { Conversation } from "@sonde/phases/Conversation"
import type { Credential } from "@sonde/phases/Credential"
import { finder as imapFinder } from "@sonde/phases/find/Imap"
import { finder as pop3Finder, type Reopened } from "@sonde/phases/find/Pop3"
import { Greeting } from "@sonde/phases/Greeting"
import { List } from "@sonde/phases/List"
import { Logout } from "@sonde/phases/Logout"
import { Quit } from "@sonde/phases/Quit"
import { Select } from "@sonde/phases/Select"
import { StartTls } from "@sonde/phases/StartTls"
import { Stat } from "@sonde/phases/Stat"
import { Tls } from "@sonde/phases/Tls"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Reading } from "../Available.ts"
import { leave } from "../Leave.ts"
import { attempt, Current, signIn, skip, skipRest, step } from "../Step.ts"
import { find, type FindPlan } from "./Find.ts"
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
  /** The look for a message of the run, in IMAP and POP3. */
  readonly find?: FindPlan | undefined
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
  find?: FindFacts | undefined
  logout?: LogoutFacts | undefined
  quit?: QuitFacts | undefined
}

/** The phase after sign-in, and that of the farewell. */
const ends: Readonly<Record<Reading, readonly ["select" | "stat" | "list", "logout" | "quit"]>> = {
  imap: ["select", "logout"],
  pop3: ["stat", "quit"],
  sieve: ["list", "logout"]
}

const endsOf = (service: Reading, finds: boolean): ReadonlyArray<PhaseId> => {
  const [look, farewell] = ends[service]
  return finds ? [look, "find", farewell] : [look, farewell]
}

/**
 * The phases in the order in which they happen, with `capability` as often as it does.
 *
 * @category combinators
 * @since 0.1.0
 */
export const order = (
  service: Reading,
  security: Endpoint["security"],
  finds = false
): ReadonlyArray<PhaseId> => [
  "resolve",
  "connect",
  ...(security === "tls" ? ["tls"] as const : []),
  "greeting",
  "capability",
  ...(security === "starttls" || security === "opportunistic" ? ["starttls", "tls", "capability"] as const : []),
  "auth",
  ...endsOf(service, finds)
]

const orderOf = ({ endpoint, find: wish, service }: MailboxPlan): ReadonlyArray<PhaseId> =>
  order(service, endpoint.security, wish !== undefined)

/** The phases after which one may stop, in an order that no security changes. */
const stops = ({ find: wish, service }: MailboxPlan): ReadonlyArray<PhaseId> => [
  "resolve",
  "connect",
  "greeting",
  "capability",
  "starttls",
  "tls",
  "auth",
  ...endsOf(service, wish !== undefined)
]

/**
 * Whether a run that stops after `until` comes to a phase. Where `until` does not happen at this endpoint, the phase before it stands
 * for it.
 */
const reaches = (plan: MailboxPlan, phase: PhaseId, occurrence: "first" | "last" = "last"): boolean => {
  const phases = orderOf(plan)
  const place = occurrence === "last" ? phases.lastIndexOf(phase) : phases.indexOf(phase)
  const all = stops(plan)
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
  live: Live,
  greeting: GreetingFacts,
  offered: CapabilityFacts,
  clear: CapabilityFacts,
  facts: MailboxFacts
) {
  const { credential } = plan
  const { conversation } = live
  const { recorder } = yield* Current
  const [last] = ends[plan.service]
  if (!reaches(plan, "auth")) return
  if (credential === undefined) {
    return yield* skipRest(orderOf(plan).slice(0, -1), "no_credential")
  }
  const before = clear === offered ? undefined : clear
  const { allowClear } = plan
  const input = { conversation, offered, before, greeting, credential, allowClear, scrub: recorder.scrub }
  const signed = yield* signIn(step(yield* Authenticate, input, format(plan.endpoint)))
  if (signed === undefined) {
    return yield* skipRest(orderOf(plan).slice(0, -1), "policy")
  }
  facts.auth = signed
  if (reaches(plan, last)) yield* look(plan, live.conversation, offered, facts)
  if (plan.find === undefined || !reaches(plan, "find")) return
  const capabilities = facts.auth.capabilities ?? offered.keywords.map(({ keyword }) => keyword)
  const reopen = yield* reopening(plan, facts, live)
  facts.find = yield* find(plan.find, plan, (probe) =>
    plan.service === "pop3"
      ? pop3Finder(live.conversation, reopen, probe)
      : imapFinder(live.conversation, capabilities, probe))
})

/** The conversation that is going on: POP3 needs several to see what arrives. */
interface Live {
  conversation: Conversation
}

/** Opens a further session as the first one was opened. Nothing of it is a phase of its own. */
const reopening = Effect.fnUntraced(function*(plan: MailboxPlan, facts: MailboxFacts, live: Live) {
  const { recorder } = yield* Current
  const { allowClear, ca, credential, endpoint, service } = plan
  const context = yield* Effect.context<
    Connect | Tls | StartTls | Greeting | Capabilities | Authenticate | Quit | Current | Scope.Scope
  >()
  const open = Effect.fnUntraced(function*(last: Conversation) {
    if (credential === undefined) return { problem: "there is nothing to sign in with", isFinal: true }
    yield* Effect.ignore((yield* Quit).run({ conversation: last }))
    const addresses = facts.resolve
    const session = yield* (yield* Connect).run({ service, endpoint, addresses, recorder, ca })
    const conversation: Conversation = { service, endpoint, session }
    live.conversation = conversation
    if (endpoint.security === "tls") yield* (yield* Tls).run({ conversation })
    yield* leave(conversation)
    const greeting = yield* (yield* Greeting).run({ conversation, addresses, recorder, ca })
    let offered = yield* (yield* Capabilities).run({ conversation, greeting })
    if (facts.tls !== undefined && endpoint.security !== "tls") {
      yield* (yield* StartTls).run({ conversation, offered })
      yield* (yield* Tls).run({ conversation })
      offered = yield* (yield* Capabilities).run({ conversation, greeting, before: offered })
    }
    const { scrub } = recorder
    yield* (yield* Authenticate).run({ conversation, offered, greeting, credential, allowClear, scrub })
    return { conversation }
  })
  return (last: Conversation): Effect.Effect<Reopened> =>
    open(last).pipe(
      // A secret that was refused is not tried again, whatever it was before.
      Effect.catch(({ _tag, message }) => Effect.succeed({ problem: message, isFinal: _tag === "AuthRejected" })),
      Effect.provideContext(context)
    )
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
  const live: Live = { conversation }
  let clear: CapabilityFacts | undefined
  if (reaches(plan, "capability", "first")) {
    clear = yield* step(yield* Capabilities, { conversation, greeting }, subject)
    yield* observe({ capabilities: namesOf(clear) })
    facts.capability = yield* secure(plan, conversation, greeting, clear, facts)
    yield* use(plan, live, greeting, facts.capability, clear, facts)
  }
  yield* skipRest(orderOf(plan).slice(0, -1), unasked(plan))
  // After the reply to STARTTLS the server reads nothing but a handshake: a farewell in clear would be taken for one.
  const isClear = endpoint.security === "starttls" || endpoint.security === "opportunistic"
  if (plan.until === "starttls" && isClear && clear?.starttls === true) return
  if (ends[service][1] === "quit") {
    facts.quit = yield* attempt(yield* Quit, { conversation: live.conversation }, subject)
  } else facts.logout = yield* attempt(yield* Logout, { conversation }, subject)
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
  // A maildrop shows what was there at its sign-in, which therefore comes after the message (RFC 1939 section 5).
  if (service === "pop3" && plan.find !== undefined) yield* plan.find.handover.message
  const resolve = yield* lookup(plan)
  const facts: MailboxFacts = { service, resolve }
  if (reaches(plan, "connect")) {
    const dial = { service, endpoint, addresses: resolve, recorder, ca: plan.ca }
    const session = yield* step(yield* Connect, dial, format(endpoint))
    facts.connect = connectDefinition.factsOf(session)
    yield* converse(plan, session, facts)
  }
  yield* skipRest(orderOf(plan), unasked(plan))
  return facts
}, Effect.scoped)
