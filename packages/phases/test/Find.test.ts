/** Looking for a message by IMAP, POP3 and Graph, in virtual time: what is asked, what counts, and every way it can fail. */
import { assert, describe, it } from "@effect/vitest"
import type { PhaseError } from "@sonde/domain/Errors"
import type { FindFacts } from "@sonde/domain/FindFacts"
import * as Net from "@sonde/net/Net"
import * as Recorder from "@sonde/net/Recorder"
import { Classifier } from "@sonde/phases/Classifier"
import { Connect } from "@sonde/phases/Connect"
import { Budget, type Conversation } from "@sonde/phases/Conversation"
import { Find, type Finder, type FindInput } from "@sonde/phases/Find"
import { finder as graphFinder, scopesToRead } from "@sonde/phases/find/Graph"
import { finder as imapFinder } from "@sonde/phases/find/Imap"
import { finder as pop3Finder } from "@sonde/phases/find/Pop3"
import { Greeting } from "@sonde/phases/Greeting"
import * as Phases from "@sonde/phases/Phases"
import { Resolve } from "@sonde/phases/Resolve"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import * as Graph from "./graph.ts"
import { nameOf } from "./support.ts"

const probe = { messageId: "<01jd@example.com>", run: "01JD" }

const input = { probe, mailbox: "bob@example.net", from: ["a@example.com"], acceptedAt: 0, timeoutMillis: 60_000 }
const receiver = { ids: [], packIds: [], unnamed: false, hosts: ["example.net"] }

const message = (more: Readonly<Record<string, string>> = {}): string =>
  Object.entries({
    "Return-Path": "<a@example.com>",
    "Received": "from out.example.com by mx.example.net with ESMTPS; Thu, 1 Jan 1970",
    "Authentication-Results": "mx.example.net; spf=pass smtp.mailfrom=example.com;\r\n\tdkim=pass header.d=example.com",
    "From": "A <a@example.com>",
    "Subject": "Sonde delivery test 01jd",
    "Message-ID": probe.messageId,
    "X-Sonde-Run": "01JD",
    ...more
  }).flatMap(([name, value]) => value === "" ? [] : [`${name}: ${value}\r\n`]).join("") + "\r\n"

type Script = (line: string | undefined, connection: number) => ReadonlyArray<string>

interface Outcome {
  readonly result: Result.Result<FindFacts, PhaseError>
  readonly sent: ReadonlyArray<string>
}

const network = (script: Script) => {
  let connections = 0
  return Net.layerStatic({
    zone: { "mx.example": { a: ["192.0.2.25"] } },
    servers: {
      "mx.example:143": {
        script: (line: string | undefined) => {
          if (line === undefined) connections += 1
          return script(line, connections)
        }
      }
    }
  })
}

/** Looks at a scripted server. */
const look = (
  protocol: "imap" | "pop3",
  script: Script,
  more: Partial<Omit<FindInput, "finder">> & { readonly capabilities?: ReadonlyArray<string> } = {},
  reopens: "opens" | "refused" | "lost" = "opens",
  classify = () => undefined as never
): Effect.Effect<Outcome> =>
  Effect.gen(function*() {
    const recorder = Recorder.make({ now: () => 0, secrets: [] })
    const endpoint = { protocol, host: "mx.example", port: 143, security: "none" } as const
    const service = protocol
    const { capabilities = ["UIDPLUS"], ...rest } = more
    const program = Effect.gen(function*() {
      const phases = { resolve: yield* Resolve, connect: yield* Connect, greeting: yield* Greeting }
      const addresses = yield* phases.resolve.run({ service, endpoint })
      const open = Effect.gen(function*() {
        const session = yield* phases.connect.run({ service, endpoint, addresses, recorder })
        const conversation: Conversation = { service, endpoint, session }
        yield* phases.greeting.run({ conversation, addresses, recorder })
        return conversation
      })
      const context = yield* Effect.context<import("effect/Scope").Scope>()
      const conversation = yield* open
      const reopen = () =>
        reopens === "opens"
          ? Effect.map(Effect.orDie(Effect.provideContext(open, context)), (again) => ({ conversation: again }))
          : Effect.succeed({ problem: "-ERR no", isFinal: reopens === "refused" })
      const finder: Finder = protocol === "imap"
        ? imapFinder(conversation, capabilities, probe)
        : pop3Finder(conversation, reopen, probe)
      return yield* (yield* Find).run({ ...input, receiver, remove: false, ...rest, service, endpoint, finder })
    })
    const fiber = yield* program.pipe(
      Effect.scoped,
      Effect.provideService(Budget, { phaseMillis: 10_000, commitMillis: 60_000, deadline: 600_000 }),
      Effect.provideService(Classifier, classify),
      Effect.provide(Phases.layer.pipe(Layer.provide(network(script)))),
      Effect.result,
      Effect.forkChild({ startImmediately: true })
    )
    for (let second = 0; second < 900 && fiber.pollUnsafe() === undefined; second++) yield* TestClock.adjust("1 second")
    const sent = recorder.lines().flatMap(({ dir, text }) => dir === ">" ? [text] : [])
    return { result: yield* Fiber.join(fiber), sent }
  })

const factsOf = ({ result }: Outcome): FindFacts =>
  Result.getOrThrowWith(result, (error) => new Error(`${nameOf(error)}: ${error.message}`))

const failureOf = ({ result }: Outcome): PhaseError => {
  if (Result.isSuccess(result)) throw new Error("it was found")
  assert.strictEqual(result.failure.phase, "find")
  return result.failure
}

interface Folders {
  readonly list?: ReadonlyArray<string>
  /** What is found in a folder, by its name; a function of how often it was searched. */
  readonly found?: Readonly<Record<string, string | ((looks: number) => string | undefined)>>
  readonly answers?: Readonly<Record<string, ReadonlyArray<string>>>
}

/** An IMAP server whose folders have at most one message. */
const imap = (
  { answers = {}, found = {}, list = ["() \"/\" INBOX", "(\\Junk) \"/\" \"Junk Email\""] }: Folders
): Script => {
  let open = ""
  const searches = new Map<string, number>()
  const current = (): string | undefined => {
    const one = found[open]
    return typeof one === "function" ? one(searches.get(open) ?? 0) : one
  }
  return (line) => {
    if (line === undefined) return ["S: * OK ready"]
    const [tag, first = "", second = ""] = line.split(" ")
    const verb = first === "UID" ? `UID ${second}` : first
    const own = answers[verb]
    if (own !== undefined) return own.map((step) => step.replace("S: $", `S: ${tag}`))
    const done = `S: ${tag} OK done`
    switch (verb) {
      case "LIST":
        return [...list.map((one) => `S: * LIST ${one}`), done]
      case "EXAMINE":
      case "SELECT":
        open = line.slice(line.indexOf(verb) + verb.length + 1).replaceAll("\"", "")
        return ["S: * 1 EXISTS", done]
      case "UID SEARCH":
        searches.set(open, (searches.get(open) ?? 0) + 1)
        return [`S: * SEARCH${current() === undefined ? "" : " 7"}`, done]
      case "UID FETCH": {
        const text = current() ?? ""
        const { length } = new TextEncoder().encode(text)
        const head =
          `S: * 1 FETCH (UID 7 INTERNALDATE "01-Jan-1970 00:00:03 +0000" BODY[HEADER.FIELDS (FROM)] {${length}}`
        return [head, ...text.split("\r\n").slice(0, -1).map((one) => `S: ${one}`), "S: )", done]
      }
      default:
        return [done]
    }
  }
}

describe("looking by IMAP", () => {
  it.effect("finds the message in INBOX and tells what became of it", () =>
    Effect.gen(function*() {
      const outcome = yield* look("imap", imap({ found: { INBOX: message() } }))
      assert.deepStrictEqual(factsOf(outcome), {
        mailbox: "bob@example.net",
        messageId: "<01jd@example.com>",
        matched: "message-id",
        acceptedAt: "1970-01-01T00:00:00.000Z",
        foundAt: "1970-01-01T00:00:00.000Z",
        delayMillis: 0,
        receivedAt: "1970-01-01T00:00:03.000Z",
        looks: 1,
        folder: { name: "INBOX", kind: "inbox" },
        searched: ["INBOX"],
        from: { sent: ["a@example.com"], found: ["a@example.com"], rewritten: false },
        authentication: {
          trusted: { authservId: "mx.example.net", basis: "received" },
          others: [],
          arc: 0,
          spf: { result: "pass", domain: "example.com", alignment: "strict" },
          dkim: [{ result: "pass", domain: "example.com", alignment: "strict" }]
        }
      })
      assert.deepStrictEqual(outcome.sent, [
        "A1 LIST \"\" \"*\"",
        "A2 EXAMINE INBOX",
        "A3 UID SEARCH OR HEADER \"Message-ID\" \"<01jd@example.com>\" OR HEADER \"X-Sonde-Run\" \"01JD\" SUBJECT \"01JD\"",
        "A4 UID FETCH 7 (UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM SUBJECT MESSAGE-ID X-SONDE-RUN RECEIVED RETURN-PATH DELIVERED-TO AUTHENTICATION-RESULTS ARC-AUTHENTICATION-RESULTS)])"
      ])
    }))

  it.effect("looks again until it has come, less and less often", () =>
    Effect.gen(function*() {
      const late = (looks: number) => looks < 4 ? undefined : message()
      const facts = factsOf(yield* look("imap", imap({ found: { "Junk Email": late } })))
      assert.deepStrictEqual([facts.looks, facts.folder], [4, { name: "Junk Email", kind: "junk" }])
      // 0.5, 1 and 2 s, as a clock tells that moves by seconds.
      assert.isAtLeast(facts.delayMillis, 3500)
      assert.isAtMost(facts.delayMillis, 6500)
    }))

  it.effect.each<[capabilities: ReadonlyArray<string>, list: ReadonlyArray<string>, searched: ReadonlyArray<string>]>([
    [[], ["() \"/\" INBOX", "() \"/\" \"Junk E-mail\"", "() \"/\" Lists"], ["INBOX", "Junk E-mail"]],
    [[], ["() \".\" INBOX", "() \".\" INBOX.spam", "(\\NoSelect) \".\" spam"], ["INBOX", "INBOX.spam"]],
    [[], ["(\\Junk) \"/\" &BCEEPwQwBDw-", "() \"/\" Spam"], ["INBOX", "Спам"]],
    [["SPECIAL-USE", "LIST-EXTENDED"], ["(\\Junk) \"/\" Bin", "(\\All) \"/\" Everything"], [
      "INBOX",
      "Bin",
      "Everything"
    ]],
    [["IMAP4REV2"], [], ["INBOX"]]
  ])("looks where it may lie: %j", ([capabilities, list, searched]) =>
    Effect.gen(function*() {
      const outcome = yield* look("imap", imap({ list }), { capabilities, timeoutMillis: 1 })
      const error = failureOf(outcome)
      assert.strictEqual(nameOf(error), "PhaseTimeout")
      assert.include(error.message, `not found in ${searched.join(", ")} of bob@example.net within`)
      assert.strictEqual(
        outcome.sent[0],
        capabilities.length > 0 ? "A1 LIST (SPECIAL-USE) \"\" \"*\"" : "A1 LIST \"\" \"*\""
      )
    }))

  it.effect("knows it by its field or its subject where the Message-ID was replaced", () =>
    Effect.gen(function*() {
      const byField = factsOf(
        yield* look("imap", imap({ found: { INBOX: message({ "Message-ID": "<x@relay.example>" }) } }))
      )
      assert.deepStrictEqual([byField.matched, byField.foundMessageId], ["header", "<x@relay.example>"])
      const text = message({ "Message-ID": "", "X-Sonde-Run": "", "From": "\"A\" <list@lists.example>" })
      const bySubject = factsOf(yield* look("imap", imap({ found: { INBOX: text } })))
      assert.deepStrictEqual([bySubject.matched, bySubject.foundMessageId], ["subject", "none"])
      assert.deepStrictEqual(bySubject.from, {
        sent: ["a@example.com"],
        found: ["list@lists.example"],
        rewritten: true
      })
    }))

  it.effect("takes neither the message of another run nor the sender's own copy for it", () =>
    Effect.gen(function*() {
      const other = yield* look("imap", imap({ found: { INBOX: message({ "X-Sonde-Run": "01OTHER" }) } }), {
        timeoutMillis: 1
      })
      assert.strictEqual(nameOf(failureOf(other)), "PhaseTimeout")
      const list = ["(\\All) \"/\" All"]
      const copy = yield* look("imap", imap({ list, found: { All: message({ "Return-Path": "" }) } }), {
        timeoutMillis: 1
      })
      assert.strictEqual(nameOf(failureOf(copy)), "PhaseTimeout")
      const delivered = yield* look("imap", imap({ list, found: { All: message() } }), { timeoutMillis: 1 })
      assert.strictEqual(factsOf(delivered).folder.kind, "all")
    }))

  it.effect("deletes nothing unless it was asked to, and then that one message", () =>
    Effect.gen(function*() {
      const kept = yield* look("imap", imap({ found: { INBOX: message() } }))
      assert.isFalse(kept.sent.some((line) => /STORE|EXPUNGE|SELECT|DELETE/.test(line)))
      const found = { "Junk Email": message() }
      const gone = yield* look("imap", imap({ found }), { remove: true })
      assert.isTrue(factsOf(gone).deleted)
      assert.deepStrictEqual(gone.sent.slice(-3), [
        "A7 SELECT \"Junk Email\"",
        "A8 UID STORE 7 +FLAGS.SILENT (\\Deleted)",
        "A9 UID EXPUNGE 7"
      ])
      const unable = yield* look("imap", imap({ found }), { remove: true, capabilities: [] })
      assert.isFalse(factsOf(unable).deleted)
      assert.include(factsOf(unable).notDeleted, "UIDPLUS")
      assert.isFalse(unable.sent.some((line) => /STORE|EXPUNGE/.test(line)))
      const refused = yield* look("imap", imap({ found, answers: { "UID STORE": ["S: $ NO [NOPERM] no"] } }), {
        remove: true
      })
      assert.include(factsOf(refused).notDeleted, "UID STORE")
    }))

  it.effect.each<[verb: string, steps: ReadonlyArray<string>, error: string]>([
    ["EXAMINE", ["S: $ NO [NOPERM] not for you"], "MailboxUnavailable"],
    ["UID SEARCH", ["S: $ BAD what?"], "MailboxUnavailable"],
    ["UID SEARCH", ["S: $ NO [UNAVAILABLE] later"], "TemporaryFailure"],
    ["LIST", ["S: * BYE [UNAVAILABLE] enough"], "TemporaryFailure"],
    ["UID SEARCH", ["S: + go on"], "ProtocolError UnexpectedReply"],
    ["UID SEARCH", ["S: 250 ok"], "ProtocolError MalformedReply"],
    ["UID FETCH", ["S: * 1 FETCH (BODY[] {999999}"], "ProtocolError ReplyTooLong"],
    ["EXAMINE", ["close"], "ConnectionLost Closed"],
    ["UID SEARCH", ["wait 5m"], "PhaseTimeout"]
  ])("fails where %s is answered with %j: %s", ([verb, steps, expected]) =>
    Effect.gen(function*() {
      const outcome = yield* look("imap", imap({ found: { INBOX: message() }, answers: { [verb]: steps } }))
      assert.strictEqual(nameOf(failureOf(outcome)), expected)
    }))

  it.effect("does without a list, and without a folder that does not open", () =>
    Effect.gen(function*() {
      const answers = { LIST: ["S: $ NO no"] }
      assert.strictEqual(factsOf(yield* look("imap", imap({ found: { INBOX: message() }, answers }))).looks, 1)
    }))

  it.effect("is throttled where the knowledge says so", () =>
    Effect.gen(function*() {
      const classify = () => ({ error: "Throttled", scope: "mailbox", retryAfterMillis: 9000 }) as never
      const answers = { "UID SEARCH": ["S: $ NO slower"] }
      const outcome = yield* look("imap", imap({ answers }), {}, "opens", classify)
      assert.strictEqual(nameOf(failureOf(outcome)), "Throttled")
    }))

  it.effect("ends with the time of the run", () =>
    Effect.gen(function*() {
      const error = failureOf(yield* look("imap", imap({}), { timeoutMillis: 3_600_000 }))
      assert.isTrue(error._tag === "PhaseTimeout" && error.afterMillis <= 600_000 && error.afterMillis > 590_000)
    }))
})

/** A POP3 server; `drops` are the messages of its sessions, the last counts for all that follow. */
const pop3 = (
  drops: ReadonlyArray<ReadonlyArray<string>>,
  answers: Readonly<Record<string, ReadonlyArray<string>>> = {}
): Script =>
(line, connection) => {
  if (line === undefined) return ["S: +OK ready"]
  const [verb = "", number] = line.split(" ")
  const drop = drops[Math.min(connection, drops.length) - 1] ?? []
  const own = answers[verb]
  if (own !== undefined) return own
  switch (verb) {
    case "STAT":
      return [`S: +OK ${drop.length} 1000`]
    case "UIDL":
      return ["S: +OK", ...drop.map((one, index) => `S: ${index + 1} id${one.length}-${index}`), "S: ."]
    case "TOP": {
      const text = drop[Number(number) - 1] ?? ""
      return ["S: +OK", ...text.split("\r\n").map((one) => `S: ${one}`), "S: ."]
    }
    default:
      return ["S: +OK"]
  }
}

const other = message({ "Message-ID": "<old@example.com>", "X-Sonde-Run": "", "Subject": "Lunch" })

describe("looking by POP3", () => {
  it.effect("reads the newest messages first", () =>
    Effect.gen(function*() {
      const outcome = yield* look("pop3", pop3([[other, other, message()]]))
      assert.deepStrictEqual(outcome.sent, ["STAT", "UIDL", "TOP 3 0"])
      const facts = factsOf(outcome)
      assert.deepStrictEqual(facts.folder, { name: "the maildrop", kind: "maildrop" })
      assert.notProperty(facts, "receivedAt")
      assert.strictEqual(facts.authentication.trusted?.authservId, "mx.example.net")
    }))

  it.effect("opens a session for each look, and reads no message twice", () =>
    Effect.gen(function*() {
      const outcome = yield* look("pop3", pop3([[other], [other], [other, message()]]))
      assert.deepStrictEqual(outcome.sent, ["STAT", "UIDL", "TOP 1 0", "STAT", "UIDL", "STAT", "UIDL", "TOP 2 0"])
      assert.strictEqual(factsOf(outcome).looks, 3)
    }))

  it.effect("says that the last look did not come about, and signs in no more where that was refused", () =>
    Effect.gen(function*() {
      const refused = failureOf(yield* look("pop3", pop3([[other]]), { timeoutMillis: 20_000 }, "refused"))
      assert.strictEqual(nameOf(refused), "PhaseTimeout")
      assert.include(refused.message, "POP3 does not show the junk folder")
      assert.include(refused.message, "the last look did not come about: -ERR no")
      const lost = failureOf(yield* look("pop3", pop3([[other]]), { timeoutMillis: 20_000 }, "lost"))
      assert.include(lost.message, "-ERR no")
    }))

  it.effect("marks the one message as deleted where it was asked to", () =>
    Effect.gen(function*() {
      const outcome = yield* look("pop3", pop3([[message(), other]]), { remove: true })
      assert.isTrue(factsOf(outcome).deleted)
      assert.strictEqual(outcome.sent.at(-1), "DELE 1")
      const refused = yield* look("pop3", pop3([[message()]], { DELE: ["S: -ERR no"] }), { remove: true })
      assert.include(factsOf(refused).notDeleted, "DELE")
    }))

  it.effect.each<[verb: string, steps: ReadonlyArray<string>, error: string]>([
    ["STAT", ["S: -ERR no"], "MailboxUnavailable"],
    ["STAT", ["S: +OK many"], "ProtocolError UnexpectedReply"],
    ["TOP", ["S: -ERR no such command"], "MailboxUnavailable"],
    ["TOP", ["S: -ERR [SYS/TEMP] later"], "TemporaryFailure"],
    ["TOP", ["S: + go on"], "ProtocolError UnexpectedReply"],
    ["TOP", ["close"], "ConnectionLost Closed"]
  ])("fails where %s is answered with %j: %s", ([verb, steps, expected]) =>
    Effect.gen(function*() {
      assert.strictEqual(nameOf(failureOf(yield* look("pop3", pop3([[message()]], { [verb]: steps })))), expected)
    }))

  it.effect("does without UIDL", () =>
    Effect.gen(function*() {
      const outcome = yield* look("pop3", pop3([[other], [message()]], { UIDL: ["S: -ERR what?"] }))
      assert.strictEqual(factsOf(outcome).looks, 2)
    }))
})

const viaGraph = (
  http: Net.StaticHttp,
  more: Partial<Omit<FindInput, "finder">> = {},
  zone = true
): Effect.Effect<Outcome> =>
  Effect.gen(function*() {
    const caller = Graph.caller()
    const { endpoint } = caller
    const network = Graph.network(http, {}, zone)
    const context = yield* Layer.build(network)
    const finder = graphFinder(caller, probe, context)
    const request = {
      ...input,
      timeoutMillis: 1,
      receiver,
      remove: false,
      ...more,
      service: "graph",
      endpoint,
      finder
    } as const
    const fiber = yield* Effect.flatMap(Find, (phase) => phase.run(request)).pipe(
      Effect.provide(Find.layer),
      Effect.result,
      Effect.forkChild({ startImmediately: true })
    )
    for (let second = 0; second < 90 && fiber.pollUnsafe() === undefined; second++) yield* TestClock.adjust("1 second")
    return { result: yield* Fiber.join(fiber), sent: [] }
  }).pipe(Effect.scoped)

const listed = (more: object = {}) => ({
  status: 200,
  headers: {},
  body: JSON.stringify({
    value: [{
      id: "AAMk=",
      receivedDateTime: "1970-01-01T00:00:02Z",
      internetMessageId: probe.messageId,
      subject: "Sonde delivery test 01jd",
      internetMessageHeaders: [
        { name: "Authentication-Results", value: "mx.example.net; spf=softfail smtp.mailfrom=a@example.com" },
        { name: "From", value: "a@example.com" },
        { name: "X-Sonde-Run", value: "01JD" }
      ],
      ...more
    }]
  })
})

const nothing = { status: 200, headers: {}, body: JSON.stringify({ value: [] }) }

describe("looking by Graph", () => {
  it("takes a permission of its own where a person is asked", () => {
    const [send, all] = ["https://graph.example/Mail.Send", "https://graph.example/.default"]
    assert.deepStrictEqual(scopesToRead([send], false), [send, "https://graph.example/Mail.Read"])
    assert.deepStrictEqual(scopesToRead([send], true), [send, "https://graph.example/Mail.ReadWrite"])
    assert.deepStrictEqual(scopesToRead([all, "SMTP.Send"], true), [all, "SMTP.Send"])
  })

  it.effect("asks for the inbox and the junk folder, and for nothing else", () => {
    const asked: Array<Net.StaticAsked> = []
    return Effect.gen(function*() {
      const facts = factsOf(
        yield* viaGraph((request) => {
          asked.push(request)
          return request.path.includes("/junkemail/") ? listed() : nothing
        })
      )
      assert.deepStrictEqual(facts.folder, { name: "Junk Email", kind: "junk" })
      assert.deepStrictEqual(facts.authentication.spf, {
        result: "softfail",
        domain: "example.com",
        alignment: "strict"
      })
      assert.strictEqual(facts.receivedAt, "1970-01-01T00:00:02.000Z")
      assert.deepStrictEqual(asked.map(({ method }) => method), ["GET", "GET"])
      const url = new URL(asked[0]?.path ?? "", "https://graph.example")
      assert.strictEqual(url.pathname, "/v1.0/users/m@t.example/mailFolders/inbox/messages")
      assert.strictEqual(
        url.searchParams.get("$filter"),
        "internetMessageId eq '<01jd@example.com>' or contains(subject,'01JD')"
      )
      assert.notInclude(asked[0]?.path, "+")
    })
  })

  it.effect("knows it by its subject where the Message-ID was replaced", () =>
    Effect.gen(function*() {
      const replaced = listed({ internetMessageId: "<new@graph.example>", internetMessageHeaders: null })
      const facts = factsOf(yield* viaGraph(() => replaced))
      assert.deepStrictEqual([facts.matched, facts.foundMessageId], ["subject", "<new@graph.example>"])
    }))

  it.effect("deletes that one message where it was asked to", () => {
    const asked: Array<string> = []
    return Effect.gen(function*() {
      const answer = (request: Net.StaticAsked) => {
        asked.push(`${request.method} ${request.path.split("?")[0]}`)
        return request.method === "DELETE" ? { status: 204, headers: {}, body: "" } : listed()
      }
      assert.isTrue(factsOf(yield* viaGraph(answer, { remove: true })).deleted)
      assert.strictEqual(asked.at(-1), "DELETE /v1.0/users/m@t.example/messages/AAMk%3D")
      const refused = yield* viaGraph(
        (request) => request.method === "DELETE" ? Graph.refusing(403, "ErrorAccessDenied")() : listed(),
        { remove: true }
      )
      assert.include(factsOf(refused).notDeleted, "403 ErrorAccessDenied")
    })
  })

  it.effect.each<[status: number, code: string, error: string]>([
    [403, "ErrorAccessDenied", "ApiError"],
    [404, "ErrorItemNotFound", "ApiError"],
    [404, "ErrorInvalidUser", "MailboxUnavailable"],
    [429, "ApplicationThrottled", "Throttled"],
    [503, "", "TemporaryFailure"],
    [302, "", "ProtocolError UnexpectedReply"],
    [200, "", "ProtocolError MalformedReply"]
  ])("refused with %s %s is %s", ([status, code, expected]) =>
    Effect.gen(function*() {
      assert.strictEqual(nameOf(failureOf(yield* viaGraph(Graph.refusing(status, code)))), expected)
    }))

  it.effect.each(Graph.ways)("is not reached: %s", ([expected, http]) =>
    Effect.gen(function*() {
      assert.strictEqual(nameOf(failureOf(yield* viaGraph(http))), expected)
    }))

  it.effect("is not looked for where the name of the service does not exist", () =>
    Effect.gen(function*() {
      assert.strictEqual(nameOf(failureOf(yield* viaGraph(() => nothing, {}, false))), "ResolveError NoSuchName")
    }))
})
