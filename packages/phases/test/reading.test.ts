/** IMAP, POP3 and ManageSieve in every phase: what passes, what fails and with what, and that no secret leaves. */
import { assert, describe, it } from "@effect/vitest"
import * as Errors from "@sonde/domain/Errors"
import type { PhaseId } from "@sonde/domain/Service"
import type { Credential } from "@sonde/phases/Credential"
import * as SessionFile from "@sonde/testkit/SessionFile"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { Buffer } from "node:buffer"
import { factsOf, hostile, places, play, type Played, type Protocol, refusals, server } from "./reading.ts"
import * as Support from "./support.ts"

const failureOf = (played: Played): Errors.PhaseError => {
  if (Result.isSuccess(played.result)) throw new Error("the play passed")
  return played.result.failure
}

const base64 = (text: string) => Buffer.from(text).toString("base64")

describe("reading a mailbox", () => {
  it.effect("opens INBOX by IMAP, and tells what it found", () =>
    Effect.gen(function*() {
      const played = yield* play(server("imap"), { protocol: "imap" })
      assert.isTrue(Result.isSuccess(played.result))
      assert.deepStrictEqual(played.sent, [
        "A1 CAPABILITY",
        "A2 AUTHENTICATE PLAIN ‹secret›",
        "A3 ID (\"name\" \"Sonde\" \"vendor\" \"Sonde\")",
        "A4 EXAMINE INBOX",
        "A5 GETQUOTAROOT INBOX",
        "A6 LOGOUT"
      ])
      assert.deepStrictEqual(factsOf(played, "select"), {
        mailbox: "INBOX",
        exists: 17,
        recent: 2,
        uidValidity: 3857529045,
        uidNext: 4392,
        quota: [
          { root: "", resource: "STORAGE", used: 10, limit: 512 },
          { root: "", resource: "MESSAGE", used: 17, limit: 1000 }
        ],
        server: { name: "Example" },
        alerts: [],
        text: "open"
      })
    }))

  it.effect("counts a maildrop by POP3", () =>
    Effect.gen(function*() {
      const played = yield* play(server("pop3"), { protocol: "pop3" })
      assert.deepStrictEqual(played.sent, ["CAPA", "AUTH PLAIN ‹secret›", "STAT", "QUIT"])
      assert.deepStrictEqual(factsOf(played, "stat"), { messages: 2, octets: 320 })
    }))

  it.effect("lists scripts by ManageSieve, without asking for the offer that the greeting told", () =>
    Effect.gen(function*() {
      const played = yield* play(server("sieve"), { protocol: "sieve" })
      assert.deepStrictEqual(played.sent, ["AUTHENTICATE \"PLAIN\" \"‹secret›\"", "LISTSCRIPTS", "LOGOUT"])
      assert.deepStrictEqual(factsOf(played, "list"), { scripts: ["summer", "winter"], active: "summer" })
      assert.deepInclude(factsOf(played, "capability"), { source: "greeting", auth: ["PLAIN"], starttls: true })
    }))

  it.effect.each<{ readonly protocol: Protocol; readonly sent: ReadonlyArray<string>; readonly source: string }>([
    { protocol: "imap", sent: ["A1 CAPABILITY", "A2 STARTTLS", "A3 CAPABILITY"], source: "command" },
    { protocol: "pop3", sent: ["CAPA", "STLS", "CAPA"], source: "command" },
    { protocol: "sieve", sent: ["STARTTLS"], source: "reissued" }
  ])("changes to TLS by $protocol and reads the offer again", ({ protocol, sent, source }) =>
    Effect.gen(function*() {
      const played = yield* play(server(protocol, {}, "starttls"), { protocol, security: "starttls" })
      assert.isTrue(Result.isSuccess(played.result), JSON.stringify(played.result))
      assert.deepStrictEqual(played.sent.slice(0, sent.length), sent)
      const offer = factsOf(played, "capability") as { source: string; removed: ReadonlyArray<string> }
      assert.strictEqual(offer.source, source)
      assert.deepStrictEqual(offer.removed, protocol === "sieve" ? ["STARTTLS"] : [])
    }))

  it.effect("asks a ManageSieve that does not tell its offer again after TLS", () =>
    Effect.gen(function*() {
      const silent = server("sieve", { STARTTLS: ["S: OK", "tls"] }, "starttls")
      const played = yield* play(silent, { protocol: "sieve", security: "starttls" })
      assert.isTrue(Result.isSuccess(played.result), JSON.stringify(played.result))
      assert.deepStrictEqual(played.sent.slice(0, 2), ["STARTTLS", "CAPABILITY"])
      assert.deepInclude(factsOf(played, "capability"), { source: "command" })
    }))
})

describe("signing in to read", () => {
  const password: Credential = Support.withPassword

  it.effect("sends a password beyond ASCII as a literal, after the server asked for it", () =>
    Effect.gen(function*() {
      const secret = "geheim-ü-7"
      const offer = { CAPABILITY: ["S: * CAPABILITY IMAP4rev1", "S: $ OK done"] }
      const heard: Array<string> = []
      const inner = server("imap", { ...offer, LOGIN: ["S: + ready"], "*": ["S: $ OK in"] })
      const played = yield* play(
        (line) => {
          if (line !== undefined) heard.push(line)
          return inner(line)
        },
        { protocol: "imap", credential: { ...password, secret: Redacted.make(secret) }, secrets: [secret] }
      )
      assert.isTrue(Result.isSuccess(played.result), JSON.stringify(played.result))
      assert.deepStrictEqual(heard.slice(1, 3), ["A2 LOGIN \"person@example.com\" {11}", secret])
      assert.deepStrictEqual(played.sent.slice(1, 3), ["A2 LOGIN \"person@example.com\" {…}", "‹secret›"])
      assert.deepInclude(factsOf(played, "auth"), { mechanism: "LOGIN", offered: [] })
    }))

  it.effect("does not use LOGIN where it is disabled", () =>
    Effect.gen(function*() {
      const CAPABILITY = ["S: * CAPABILITY IMAP4rev1 LOGINDISABLED", "S: $ OK done"]
      const played = yield* play(server("imap", { CAPABILITY }), { protocol: "imap" })
      assert.strictEqual(Support.nameOf(failureOf(played)), "AuthUnavailable NotOffered")
      assert.deepStrictEqual(played.sent, ["A1 CAPABILITY"])
    }))

  it.effect("sends the initial response after the server asked, without SASL-IR", () =>
    Effect.gen(function*() {
      const CAPABILITY = ["S: * CAPABILITY IMAP4rev1 AUTH=PLAIN", "S: $ OK done"]
      const served = server("imap", { CAPABILITY, AUTHENTICATE: ["S: + "], "*": ["S: $ OK in"] })
      const played = yield* play(served, { protocol: "imap" })
      assert.deepStrictEqual(played.sent.slice(1, 3), ["A2 AUTHENTICATE PLAIN", "‹secret›"])
      assert.isTrue(Result.isSuccess(played.result))
    }))

  const challenge = JSON.stringify({ status: "400", schemes: "Bearer", scope: "https://mail.google.com/" })

  it.effect.each<{ readonly protocol: Protocol; readonly replies: Readonly<Record<string, ReadonlyArray<string>>> }>([
    {
      protocol: "imap",
      replies: {
        CAPABILITY: ["S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2", "S: $ OK done"],
        AUTHENTICATE: [`S: + ${base64(challenge)}`],
        "*": ["S: $ NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"]
      }
    },
    {
      protocol: "sieve",
      replies: {
        greeting: ["S: \"SASL\" \"XOAUTH2\"", "S: OK"],
        AUTHENTICATE: [`S: "${base64(challenge)}"`],
        "*": ["S: NO \"Invalid credentials\""]
      }
    }
  ])("decodes what $protocol says of a token before it refuses it", ({ protocol, replies }) =>
    Effect.gen(function*() {
      const played = yield* play(server(protocol, replies), { protocol, credential: Support.withToken })
      const error = failureOf(played)
      assert.strictEqual(error._tag, "AuthRejected")
      if (error._tag !== "AuthRejected") return
      assert.strictEqual(error.mechanism, "XOAUTH2")
      assert.deepInclude(error.payload, { status: "400", scope: "https://mail.google.com/" })
    }))

  it.effect("gives POP3 a token in two lines, and decodes the refusal", () =>
    Effect.gen(function*() {
      const heard: Array<string> = []
      let asked = 0
      const inner = server("pop3", { CAPA: ["S: +OK", "S: SASL XOAUTH2", "S: ."], AUTH: ["S: + "] })
      const played = yield* play(
        (line) => {
          if (line !== undefined) heard.push(line.split(" ")[0] === "AUTH" ? line : "")
          const isAnswer = line !== undefined && /^[A-Za-z0-9+/=]*$/.test(line) &&
            !["CAPA", "STAT", "QUIT"].includes(line)
          if (isAnswer) return asked++ === 0 ? [`S: + ${base64(challenge)}`] : ["S: -ERR [AUTH] no"]
          return inner(line)
        },
        { protocol: "pop3", credential: Support.withToken }
      )
      assert.isTrue(heard.includes("AUTH XOAUTH2"))
      const error = failureOf(played)
      assert.isTrue(error._tag === "AuthRejected" && error.payload?.status === "400")
      assert.deepInclude("reply" in error ? error.reply : {}, { status: "-ERR", code: "AUTH" })
    }))

  it.effect("sends a long token to ManageSieve as a literal", () =>
    Effect.gen(function*() {
      const long = `kanarie.${"x".repeat(1200)}`
      const heard: Array<string> = []
      const inner = server("sieve", {
        greeting: ["S: \"SASL\" \"XOAUTH2\"", "S: OK"],
        "*": ["S: OK"],
        AUTHENTICATE: []
      })
      const played = yield* play(
        (line) => {
          if (line !== undefined) heard.push(line)
          return inner(line)
        },
        { protocol: "sieve", credential: { ...Support.withToken, secret: Redacted.make(long) }, secrets: [long] }
      )
      assert.isTrue(Result.isSuccess(played.result), JSON.stringify(played.result))
      assert.strictEqual(heard[0], `AUTHENTICATE "XOAUTH2" {${heard[1]?.length}+}`)
      assert.deepStrictEqual(played.sent.slice(0, 2), ["AUTHENTICATE \"XOAUTH2\" {…+}", "‹secret›"])
    }))

  it.effect("uses USER and PASS where POP3 has no SASL, and stops at a name that is refused", () =>
    Effect.gen(function*() {
      const CAPA = ["S: -ERR what?"]
      const played = yield* play(server("pop3", { CAPA }), { protocol: "pop3" })
      assert.deepStrictEqual(played.sent, ["CAPA", "USER person@example.com", "PASS ‹secret›", "STAT", "QUIT"])
      assert.deepInclude(factsOf(played, "auth"), { mechanism: "USER" })
      const unknown = yield* play(server("pop3", { CAPA, USER: ["S: -ERR nobody"] }), { protocol: "pop3" })
      assert.strictEqual(failureOf(unknown)._tag, "AuthRejected")
      assert.isFalse(unknown.sent.some((line) => line.startsWith("PASS")))
    }))

  it.effect("proves a password by APOP where it goes in clear, by the example of RFC 1939 section 7", () =>
    Effect.gen(function*() {
      const heard: Array<string> = []
      const greeting = ["S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>"]
      const inner = server("pop3", { greeting, CAPA: ["S: -ERR"] }, "none")
      const credential: Credential = { ...password, user: "mrose", secret: Redacted.make("tanstaaf") }
      const played = yield* play(
        (line) => {
          if (line !== undefined) heard.push(line)
          return inner(line)
        },
        { protocol: "pop3", security: "none", allowClear: true, credential, secrets: ["tanstaaf"] }
      )
      assert.include(heard, "APOP mrose c4c9334bac560ecc979e58001b3e22fb")
      assert.deepInclude(factsOf(played, "auth"), { mechanism: "APOP" })
      assert.deepInclude(factsOf(played, "greeting"), { timestamp: "<1896.697170952@dbc.mtview.ca.us>" })
    }))

  it.effect.each<Protocol>(["imap", "pop3", "sieve"])(
    "sends no secret in clear by %s",
    (protocol) =>
      Effect.gen(function*() {
        const played = yield* play(server(protocol, {}, "none"), { protocol, security: "none" })
        assert.strictEqual(Support.nameOf(failureOf(played)), "AuthUnavailable OnlyInClear")
      })
  )

  it.effect("refuses a password with a line end rather than a second command", () =>
    Effect.gen(function*() {
      const CAPABILITY = ["S: * CAPABILITY IMAP4rev1", "S: $ OK done"]
      const secret = Redacted.make("a\r\nA9 LOGOUT")
      const played = yield* play(server("imap", { CAPABILITY }), {
        protocol: "imap",
        credential: { ...password, secret }
      })
      assert.strictEqual(Support.nameOf(failureOf(played)), "AuthUnavailable NoCommonMechanism")
      assert.deepStrictEqual(played.sent, ["A1 CAPABILITY"])
    }))

  it.effect("masks a password that the server echoes, within quotes too", () =>
    Effect.gen(function*() {
      const echo = server("imap", { AUTHENTICATE: [`S: $ NO [ALERT] bad "${Support.password}"`] })
      const error = failureOf(yield* play(echo, { protocol: "imap" }))
      assert.isTrue("reply" in error && error.reply?.text === "bad \"‹secret›\"")
      const id = server("imap", { ID: [`S: * ID ("name" "${Support.password}")`, "S: $ OK"] })
      const played = yield* play(id, { protocol: "imap" })
      assert.deepInclude(factsOf(played, "select"), { server: { name: "‹secret›" } })
    }))
})

/** A session file, and the failure or the facts that it leads to. */
interface Row {
  readonly session: string
  readonly phase: PhaseId
  readonly security?: "starttls" | "tls" | "none"
  readonly error?: string
  readonly reply?: object
  readonly facts?: object
  readonly message?: string
}

const sessions: ReadonlyArray<Row> = [
  { session: "imap/greeting-preauth", phase: "greeting", security: "starttls", error: "ProtocolError PreAuth" },
  {
    session: "imap/greeting-bye",
    phase: "greeting",
    error: "GreetingError Rejected",
    reply: { status: "BYE", code: "NOPERM", text: "no access from your network" }
  },
  { session: "imap/greeting-busy", phase: "greeting", error: "TemporaryFailure" },
  { session: "imap/greeting-smtp", phase: "greeting", error: "GreetingError NotThisProtocol" },
  { session: "imap/starttls-stripped", phase: "starttls", security: "starttls", error: "StartTlsError Stripped" },
  { session: "imap/starttls-missing", phase: "starttls", security: "starttls", error: "StartTlsError NotOffered" },
  { session: "imap/starttls-refused", phase: "starttls", security: "starttls", error: "StartTlsError Refused" },
  { session: "imap/starttls-injection", phase: "starttls", security: "starttls", error: "StartTlsError Injection" },
  {
    session: "imap/not-connected",
    phase: "select",
    error: "MailboxUnavailable",
    reply: { status: "BAD", text: "User is authenticated but not connected." }
  },
  {
    session: "imap/referral",
    phase: "auth",
    error: "AuthRejected",
    reply: { status: "NO", code: "REFERRAL", text: "Specified user is invalid on this server." },
    message: "it names imap://user;AUTH=*@two.example/, which was not asked"
  },
  {
    session: "imap/alert",
    phase: "auth",
    facts: { alerts: ["Your password ends in 3 days"], mechanism: "PLAIN" }
  },
  { session: "imap/bye-in-auth", phase: "auth", error: "TemporaryFailure" },
  {
    session: "imap/literal",
    phase: "select",
    facts: { quota: [{ root: "Ünit", resource: "STORAGE", used: 1, limit: 2 }] }
  },
  { session: "pop3/in-use", phase: "auth", error: "TemporaryFailure", reply: { status: "-ERR", code: "IN-USE" } },
  {
    session: "pop3/login-delay",
    phase: "auth",
    error: "TemporaryFailure",
    reply: { status: "-ERR", code: "LOGIN-DELAY" }
  },
  { session: "pop3/auth-refused", phase: "auth", error: "AuthRejected", reply: { status: "-ERR", code: "AUTH" } },
  { session: "pop3/early", phase: "stat", error: "ProtocolError UnexpectedData" },
  { session: "pop3/stat-strange", phase: "stat", error: "ProtocolError UnexpectedReply" },
  { session: "sieve/sasl-after-tls", phase: "list", security: "starttls", facts: { scripts: [] } },
  {
    session: "sieve/referral",
    phase: "auth",
    error: "AuthRejected",
    reply: { status: "BYE", code: "REFERRAL" },
    message: "it names sieve://two.example, which was not asked"
  }
]

describe("the sessions", () => {
  it.effect.each(sessions)(
    "$session: $phase",
    ({ error, facts, message, phase, reply, security, session }) =>
      Effect.gen(function*() {
        const protocol = session.split("/")[0] as Protocol
        const played = yield* play(SessionFile.text(session), { protocol, security: security ?? "tls" })
        if (error === undefined) {
          assert.isTrue(Result.isSuccess(played.result), JSON.stringify(played.result))
          assert.deepInclude(factsOf(played, phase), facts ?? {})
          return
        }
        const found = failureOf(played)
        assert.strictEqual(Support.nameOf(found), error)
        assert.strictEqual(found.phase, phase)
        assert.strictEqual(found.service, protocol)
        assert.isTrue(Errors.isErrorOf(phase, found._tag))
        assert.match(found.message, /^[^\r\n]+$/, "one line")
        if (reply !== undefined) assert.deepInclude("reply" in found ? found.reply : {}, reply)
        if (message !== undefined) assert.include(found.message, message)
      })
  )

  it("are all played", () => {
    const names = (["imap", "pop3", "sieve"] as const).flatMap((protocol) => SessionFile.names(protocol))
    assert.deepStrictEqual([...names].sort(), sessions.map(({ session }) => session).sort())
  })
})

const table = places.flatMap((place) => hostile[place.protocol].map((peer) => ({ ...peer, ...place })))

describe("a hostile server", () => {
  it.effect.each(table)(
    "of $protocol that answers $verb with $what fails $phase with $error",
    (row) =>
      Effect.gen(function*() {
        const played = yield* play(server(row.protocol, { [row.verb]: row.steps }), { protocol: row.protocol })
        const error = failureOf(played)
        assert.strictEqual(error.phase, row.phase)
        assert.strictEqual(Support.nameOf(error), row.error)
        assert.isTrue(Errors.isErrorOf(row.phase, error._tag))
        assert.isAtMost(JSON.stringify(error).length, 4000, "an error does not carry all that was sent")
      })
  )

  it.effect.each(places)(
    "of $protocol that refuses $verb fails $phase with $refusal",
    (place) =>
      Effect.gen(function*() {
        const refusing = () => server(place.protocol, { [place.verb]: [refusals[place.protocol]] })
        const error = failureOf(yield* play(refusing(), { protocol: place.protocol }))
        assert.strictEqual(Support.nameOf(error), place.refusal)
        const throttled = yield* play(refusing(), {
          protocol: place.protocol,
          classify: ({ reply }) =>
            reply.text === "not for you" ? { error: "Throttled", scope: "mailbox", retryAfterMillis: 1000 } : undefined
        })
        assert.strictEqual(failureOf(throttled)._tag, "Throttled")
      })
  )

  it.effect("of a throttle has the pause that the server names, before the one that is known", () =>
    Effect.gen(function*() {
      const [place] = places
      assert.isDefined(place)
      const refusal = { imap: "$ NO", pop3: "-ERR", sieve: "NO" }[place.protocol]
      const said = server(place.protocol, { [place.verb]: [`S: ${refusal} try again in 90 seconds`] })
      const error = failureOf(
        yield* play(said, {
          protocol: place.protocol,
          classify: () => ({ error: "Throttled", scope: "mailbox", retryAfterMillis: 1000 })
        })
      )
      assert.strictEqual(error._tag === "Throttled" && error.retryAfterMillis, 90_000)
    }))
})
