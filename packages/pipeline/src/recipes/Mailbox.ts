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
  ListFacts,
  LogoutFacts,
  QuitFacts,
  SelectFacts,
  StatFacts
} from "@sonde/domain/Facts"
import type { FindFacts } from "@sonde/domain/FindFacts"
import type { PhaseId, SkipReason } from "@sonde/domain/Service"
import { Authenticate } from "@sonde/phases/Authenticate"
import { Capabilities } from "@sonde/phases/Capabilities"
import { Connect } from "@sonde/phases/Connect"
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
import { attempt, Current, signIn, skipRest, step } from "../Step.ts"
import { find, type FindPlan } from "./Find.ts"
import { type Offers, open, type OpeningFacts } from "./Open.ts"
import { type Reaches, reaches } from "./Until.ts"

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
export interface MailboxFacts extends OpeningFacts {
  readonly service: Reading
  capability?: CapabilityFacts
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

const comesTo = (plan: MailboxPlan): Reaches => reaches(orderOf(plan), stops(plan), plan.until)

/** Why the phases after the last one are not run: nothing to sign in with, or not asked for. */
const unasked = (plan: MailboxPlan): SkipReason =>
  plan.credential === undefined && plan.until === "capability" ? "no_credential" : "until"

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
  { clear, offered }: Offers<CapabilityFacts>,
  facts: MailboxFacts
) {
  const { credential } = plan
  const { conversation } = live
  const { recorder } = yield* Current
  const [last] = ends[plan.service]
  const reached = comesTo(plan)
  if (!reached("auth")) return
  if (credential === undefined) {
    return yield* skipRest(orderOf(plan).slice(0, -1), "no_credential")
  }
  const before = clear === offered ? undefined : clear
  const { allowClear } = plan
  const { greeting } = facts
  const input = { conversation, offered, before, greeting, credential, allowClear, scrub: recorder.scrub }
  const signed = yield* signIn(step(yield* Authenticate, input, format(plan.endpoint)))
  if (signed === undefined) {
    return yield* skipRest(orderOf(plan).slice(0, -1), "policy")
  }
  facts.auth = signed
  if (reached(last)) yield* look(plan, live.conversation, offered, facts)
  if (plan.find === undefined || !reached("find")) return
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

/**
 * Reads a mailbox, as far as the plan goes. The connection closes with the effect, politely.
 *
 * @category recipes
 * @since 0.1.0
 */
export const mailbox = Effect.fn("Recipe.mailbox")(function*(plan: MailboxPlan) {
  const { observe } = yield* Current
  const { endpoint, service } = plan
  const subject = format(endpoint)
  const phases = orderOf(plan)
  // A maildrop shows what was there at its sign-in, which therefore comes after the message (RFC 1939 section 5).
  if (service === "pop3" && plan.find !== undefined) yield* plan.find.handover.message
  const { awaitsHandshake, conversation, facts: opened, offers } = yield* open(plan, comesTo(plan), {
    offer: "capability",
    ask: Effect.fnUntraced(function*(conversation, greeting, before: CapabilityFacts | undefined) {
      const offered = yield* step(yield* Capabilities, { conversation, greeting, before }, subject)
      yield* observe({ capabilities: namesOf(offered) })
      return offered
    })
  })
  const facts: MailboxFacts = { service, ...opened }
  if (conversation !== undefined) {
    const live: Live = { conversation }
    if (offers !== undefined) {
      facts.capability = offers.offered
      yield* use(plan, live, offers, facts)
    }
    yield* skipRest(phases.slice(0, -1), unasked(plan))
    if (!awaitsHandshake) {
      if (ends[service][1] === "quit") {
        facts.quit = yield* attempt(yield* Quit, { conversation: live.conversation }, subject)
      } else facts.logout = yield* attempt(yield* Logout, { conversation }, subject)
    }
  }
  yield* skipRest(phases, unasked(plan))
  return facts
}, Effect.scoped)
