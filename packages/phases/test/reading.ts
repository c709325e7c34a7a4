/**
 * Plays a conversation that reads a mailbox, phase by phase, with a scripted server in virtual time; and the servers to play it with.
 *
 * Every play also looks for the canary secrets in everything that may leave the process.
 */
import * as DomainErrors from "@sonde/domain/Errors"
import type { CapabilityFacts } from "@sonde/domain/Facts"
import type { PhaseId } from "@sonde/domain/Service"
import * as Net from "@sonde/net/Net"
import * as Recorder from "@sonde/net/Recorder"
import { Authenticate } from "@sonde/phases/Authenticate"
import { Capabilities } from "@sonde/phases/Capabilities"
import { Classifier } from "@sonde/phases/Classifier"
import { Connect } from "@sonde/phases/Connect"
import { Budget, type Conversation } from "@sonde/phases/Conversation"
import type { Credential } from "@sonde/phases/Credential"
import { Greeting } from "@sonde/phases/Greeting"
import { List } from "@sonde/phases/List"
import { Logout } from "@sonde/phases/Logout"
import * as Phases from "@sonde/phases/Phases"
import { Quit } from "@sonde/phases/Quit"
import { Resolve } from "@sonde/phases/Resolve"
import { Select } from "@sonde/phases/Select"
import { StartTls } from "@sonde/phases/StartTls"
import { Stat } from "@sonde/phases/Stat"
import { Tls } from "@sonde/phases/Tls"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Support from "./support.ts"

/** Steps of a session, or what a server answers to a line; `undefined` is the connection. */
type Script = string | ((line: string | undefined) => ReadonlyArray<string>)

export type Protocol = "imap" | "pop3" | "sieve"

/** How far to go, and with what. */
export interface Plan {
  readonly protocol: Protocol
  readonly security?: "starttls" | "tls" | "none"
  readonly credential?: Credential
  readonly allowClear?: boolean
  readonly classify?: Context.Service.Shape<typeof Classifier>
  readonly secrets?: ReadonlyArray<string>
}

export interface Played {
  readonly result: Result.Result<void, DomainErrors.PhaseError>
  readonly facts: ReadonlyArray<readonly [PhaseId, unknown]>
  readonly sent: ReadonlyArray<string>
  readonly transcript: ReadonlyArray<string>
}

const recipe = Effect.fnUntraced(function*(
  plan: Plan,
  recorder: Recorder.Recorder,
  facts: Array<readonly [PhaseId, unknown]>
) {
  const { protocol, security = "tls" } = plan
  const endpoint = { protocol, host: Support.host, port: 143, security } as const
  const service = protocol
  const note = <A>(phase: PhaseId, found: A): A => {
    facts.push([phase, found])
    return found
  }
  const addresses = yield* (yield* Resolve).run({ service, endpoint })
  const session = yield* (yield* Connect).run({ service, endpoint, addresses, recorder })
  const conversation: Conversation = { service, endpoint, session }
  if (security === "tls") note("tls", yield* (yield* Tls).run({ conversation }))
  const greeting = note("greeting", yield* (yield* Greeting).run({ conversation, addresses, recorder }))
  const capabilities = yield* Capabilities
  let before: CapabilityFacts | undefined
  let offered = note("capability", yield* capabilities.run({ conversation, greeting }))
  if (security === "starttls") {
    note("starttls", yield* (yield* StartTls).run({ conversation, offered }))
    note("tls", yield* (yield* Tls).run({ conversation }))
    before = offered
    offered = note("capability", yield* capabilities.run({ conversation, greeting, before }))
  }
  const credential = plan.credential ?? Support.withPassword
  const { scrub } = recorder
  const input = { conversation, offered, before, greeting, credential, allowClear: plan.allowClear === true, scrub }
  const auth = note("auth", yield* (yield* Authenticate).run(input))
  switch (protocol) {
    case "imap": {
      const names = auth.capabilities ?? offered.keywords.map(({ keyword }) => keyword)
      note("select", yield* (yield* Select).run({ conversation, capabilities: names }))
      note("logout", yield* (yield* Logout).run({ conversation }))
      return
    }
    case "pop3":
      note("stat", yield* (yield* Stat).run({ conversation }))
      note("quit", yield* (yield* Quit).run({ conversation }))
      return
    case "sieve":
      note("list", yield* (yield* List).run({ conversation }))
      note("logout", yield* (yield* Logout).run({ conversation }))
  }
})

/** Plays against a script: steps of a session, or what a server answers to a line. */
export const play = (script: Script, plan: Plan): Effect.Effect<Played> =>
  Effect.gen(function*() {
    const secrets = [Support.password, Support.token, ...plan.secrets ?? []]
    const recorder = Recorder.make({ now: () => 0, secrets: secrets.map((secret) => Redacted.make(secret)) })
    const facts: Array<readonly [PhaseId, unknown]> = []
    const server = { script }
    const net = Net.layerStatic({
      zone: { [Support.host]: { a: ["192.0.2.25"] } },
      servers: { [`${Support.host}:143`]: server }
    })
    const fiber = yield* recipe(plan, recorder, facts).pipe(
      Effect.scoped,
      Effect.provideService(Budget, { phaseMillis: 10_000, commitMillis: 60_000, deadline: undefined }),
      Effect.provideService(Classifier, plan.classify ?? (() => undefined)),
      Effect.provide(Phases.layer.pipe(Layer.provide(net))),
      Effect.result,
      Effect.forkChild({ startImmediately: true })
    )
    for (let minute = 0; minute < 10 && fiber.pollUnsafe() === undefined; minute++) yield* TestClock.adjust("1 minute")
    const result = yield* Fiber.join(fiber)
    const lines = recorder.lines()
    const error = result._tag === "Failure"
      ? yield* Effect.orDie(Schema.encodeEffect(Schema.toCodecJson(DomainErrors.PhaseError))(result.failure))
      : ""
    Support.noCanary("the transcript", JSON.stringify(lines))
    Support.noCanary("the error", JSON.stringify(error))
    Support.noCanary("the facts", JSON.stringify(facts))
    return {
      result,
      facts,
      sent: lines.filter(({ dir }) => dir === ">").map(({ text }) => text),
      transcript: lines.map(({ dir, text, tls }) => `${tls ? "*" : ""}${dir} ${text}`)
    }
  })

/** Facts of a phase, the last where it came twice. */
export const factsOf = (played: Played, phase: PhaseId): unknown => played.facts.findLast(([id]) => id === phase)?.[1]

/** What a server says at a place of the conversation; `$` stands for the tag of an IMAP command. */
export type Replies = Readonly<Record<string, ReadonlyArray<string>>>

const usual: Readonly<Record<Protocol, Replies>> = {
  imap: {
    greeting: ["S: * OK ready"],
    CAPABILITY: ["S: * CAPABILITY IMAP4rev1 SASL-IR STARTTLS AUTH=PLAIN", "S: $ OK done"],
    STARTTLS: ["S: $ OK go on", "tls"],
    AUTHENTICATE: ["S: $ OK [CAPABILITY IMAP4rev1 ID QUOTA] welcome"],
    LOGIN: ["S: $ OK welcome"],
    ID: ["S: * ID (\"name\" \"Example\" \"version\" NIL)", "S: $ OK done"],
    EXAMINE: [
      "S: * 17 EXISTS",
      "S: * 2 RECENT",
      "S: * OK [UIDVALIDITY 3857529045] UIDs valid",
      "S: * OK [UIDNEXT 4392] next",
      "S: $ OK [READ-ONLY] open"
    ],
    GETQUOTAROOT: ["S: * QUOTAROOT INBOX \"\"", "S: * QUOTA \"\" (STORAGE 10 512 MESSAGE 17 1000)", "S: $ OK done"],
    LOGOUT: ["S: * BYE see you", "S: $ OK bye", "close"]
  },
  pop3: {
    greeting: ["S: +OK ready"],
    CAPA: ["S: +OK here", "S: USER", "S: STLS", "S: SASL PLAIN", "S: ."],
    STLS: ["S: +OK go on", "tls"],
    AUTH: ["S: +OK welcome"],
    USER: ["S: +OK name"],
    PASS: ["S: +OK welcome"],
    APOP: ["S: +OK welcome"],
    STAT: ["S: +OK 2 320"],
    QUIT: ["S: +OK bye", "close"]
  },
  sieve: {
    greeting: ["S: \"IMPLEMENTATION\" \"Example\"", "S: \"SASL\" \"PLAIN\"", "S: \"STARTTLS\"", "S: OK"],
    CAPABILITY: ["S: \"SASL\" \"PLAIN\"", "S: OK"],
    STARTTLS: ["S: OK", "tls", "S: \"IMPLEMENTATION\" \"Example\"", "S: \"SASL\" \"PLAIN\"", "S: OK \"secure\""],
    AUTHENTICATE: ["S: OK"],
    LISTSCRIPTS: ["S: \"summer\" ACTIVE", "S: \"winter\"", "S: OK"],
    LOGOUT: ["S: OK \"bye\"", "close"]
  }
}

/** A server that takes everything but for `replies`, by the first word of a command; `*` answers what is no command. */
export const server = (
  protocol: Protocol,
  replies: Replies = {},
  security: Plan["security"] = "tls"
) => {
  let tag = ""
  return (line: string | undefined): ReadonlyArray<string> => {
    const verb = line === undefined ? "greeting" : (protocol === "imap" ? line.split(" ")[1] : line.split(" ")[0]) ?? ""
    const isCommand = line === undefined || verb in usual[protocol]
    if (line !== undefined && isCommand && protocol === "imap") tag = line.split(" ")[0] ?? ""
    const steps = isCommand ? replies[verb] ?? usual[protocol][verb] ?? [] : replies["*"] ?? []
    const said = steps.map((step) => step.replace("S: $", `S: ${tag}`))
    return line === undefined && security === "tls" ? ["tls", ...said] : said
  }
}

const octets = (text: string): string =>
  [...new TextEncoder().encode(text)].map((octet) => octet.toString(16).padStart(2, "0")).join("")

interface Hostile {
  readonly what: string
  readonly steps: ReadonlyArray<string>
  readonly error: string
}

const always: ReadonlyArray<Hostile> = [
  { what: "what is no reply", steps: ["S: 250 ok"], error: "ProtocolError MalformedReply" },
  { what: "a line without end", steps: [`raw ${"61".repeat(9000)}`], error: "ProtocolError LineTooLong" },
  { what: "the end of the connection", steps: ["close"], error: "ConnectionLost Closed" },
  { what: "a break of the connection", steps: ["reset"], error: "ConnectionLost Reset" },
  { what: "silence", steps: ["wait 5m"], error: "PhaseTimeout" }
]

/** Ways in which a server breaks the rules, and what each brings about at every place. */
export const hostile: Readonly<Record<Protocol, ReadonlyArray<Hostile>>> = {
  imap: [
    ...always,
    { what: "another tag", steps: ["S: Z9 OK done"], error: "ProtocolError MalformedReply" },
    { what: "a list that does not close", steps: ["S: * LIST (a"], error: "ProtocolError MalformedReply" },
    { what: "a request to go on", steps: ["S: + go on"], error: "ProtocolError UnexpectedReply" },
    {
      what: "responses without end",
      steps: Array.from({ length: 1100 }, () => "S: * OK still here"),
      error: "ProtocolError ReplyTooLong"
    },
    { what: "a literal without end", steps: ["S: * LIST {999999}"], error: "ProtocolError ReplyTooLong" },
    {
      what: "lists without end",
      steps: [`raw ${octets(`* LIST ${"(".repeat(100)}\r\n`)}`],
      error: "ProtocolError ReplyTooLong"
    },
    { what: "UNAVAILABLE", steps: ["S: $ NO [UNAVAILABLE] later"], error: "TemporaryFailure" }
  ],
  pop3: [
    ...always,
    { what: "a request to go on", steps: ["S: + go on"], error: "ProtocolError UnexpectedReply" },
    { what: "SYS/TEMP", steps: ["S: -ERR [SYS/TEMP] later"], error: "TemporaryFailure" }
  ],
  sieve: [
    ...always,
    {
      what: "rows without end",
      steps: Array.from({ length: 1100 }, () => "S: \"x\""),
      error: "ProtocolError ReplyTooLong"
    },
    { what: "a literal without end", steps: ["S: {999999}"], error: "ProtocolError ReplyTooLong" },
    { what: "a farewell", steps: ["S: BYE \"enough\""], error: "TemporaryFailure" },
    { what: "TRYLATER", steps: ["S: NO (TRYLATER) \"later\""], error: "TemporaryFailure" }
  ]
}

/** A place of a conversation, what a refusal means there, and the failures that only this place has. */
interface Place {
  readonly protocol: Protocol
  readonly verb: string
  readonly phase: PhaseId
  readonly refusal: string
}

/** Every place at which only one of the three protocols answers. */
export const places: ReadonlyArray<Place> = [
  { protocol: "imap", verb: "CAPABILITY", phase: "capability", refusal: "ProtocolError UnexpectedReply" },
  { protocol: "imap", verb: "EXAMINE", phase: "select", refusal: "MailboxUnavailable" },
  { protocol: "imap", verb: "LOGOUT", phase: "logout", refusal: "ProtocolError UnexpectedReply" },
  { protocol: "pop3", verb: "STAT", phase: "stat", refusal: "MailboxUnavailable" },
  { protocol: "sieve", verb: "LISTSCRIPTS", phase: "list", refusal: "MailboxUnavailable" },
  { protocol: "sieve", verb: "LOGOUT", phase: "logout", refusal: "ProtocolError UnexpectedReply" }
]

export const refusals: Readonly<Record<Protocol, string>> = {
  imap: "S: $ NO [NOPERM] not for you",
  pop3: "S: -ERR not for you",
  sieve: "S: NO \"not for you\""
}

/** The failures that the table above shows for a phase, with a throttle, which any refusal can be. */
export const shown = (phase: PhaseId): ReadonlyArray<string> =>
  places.flatMap((place) =>
    place.phase === phase
      ? ["Throttled", place.refusal, ...hostile[place.protocol].map(({ error }) => error)]
      : []
  )
