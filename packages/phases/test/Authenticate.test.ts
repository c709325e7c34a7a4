import { assert, describe, it } from "@effect/vitest"
import type { AuthChoice } from "@sonde/domain/Options"
import { problemOf } from "@sonde/phases/Begin"
import type { Credential } from "@sonde/phases/Credential"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Buffer } from "node:buffer"
import * as Support from "./support.ts"

const base64 = (text: string) => Buffer.from(text).toString("base64")
const tls = (credential: Credential): Support.Plan => ({ security: "tls", until: "auth", credential })
const offering = (...mechanisms: ReadonlyArray<string>) => [
  "tls",
  "S: 220 mx.example",
  "C: EHLO *",
  "S: 250-mx.example",
  `S: 250 AUTH ${mechanisms.join(" ")}`
]
const auths = (played: Support.Played) => played.sent.filter((line) => line.startsWith("AUTH"))
const asking = (mechanism: AuthChoice, credential = Support.withPassword) => tls({ ...credential, mechanism })

describe("Authenticate", () => {
  it.effect.each([
    "auth-plain",
    "auth-login",
    "auth-login-draft",
    "auth-login-clear",
    "auth-rejected",
    "auth-echo",
    "auth-454",
    "auth-421",
    "auth-endless",
    "auth-unexpected",
    "auth-malformed",
    "auth-closed",
    "auth-silent"
  ])("tries a password once: %s", (session) =>
    Effect.gen(function*() {
      const played = yield* Support.play(session, tls(Support.withPassword))
      assert.strictEqual(auths(played).length, 1)
      assert.isAtMost(played.sent.filter((line) => line.includes("‹secret›")).length, 1)
    }))

  it.effect.each(["auth-xoauth2", "auth-xoauth2-rejected", "auth-xoauth2-text", "auth-xoauth2-echo"])(
    "tries a token once: %s",
    (session) =>
      Effect.gen(function*() {
        const played = yield* Support.play(session, tls(Support.withToken))
        assert.deepStrictEqual(auths(played), ["AUTH XOAUTH2 ‹secret›"])
      })
  )

  it.effect("records names and secrets as masks, by whichever mechanism they go", () =>
    Effect.gen(function*() {
      const plain = yield* Support.play("auth-plain", tls(Support.withPassword))
      assert.deepStrictEqual(plain.sent, ["EHLO [192.0.2.1]", "AUTH PLAIN ‹secret›"])
      const login = yield* Support.play("auth-login", tls(Support.withPassword))
      assert.deepStrictEqual(login.sent, ["EHLO [192.0.2.1]", "AUTH LOGIN", "‹user name›", "‹secret›"])
      const long = yield* Support.play("auth-xoauth2-long", tls(Support.withLongToken))
      assert.deepStrictEqual(long.sent, ["EHLO [192.0.2.1]", "AUTH XOAUTH2", "‹secret›"])
    }))

  it.effect.each([[0, 1], [1, 2]] as const)(
    "lets a response ride on the command up to 512 octets: %i over, %i lines",
    ([over, lines]) =>
      Effect.gen(function*() {
        // `AUTH PLAIN ` and CRLF leave 499 octets, and 496 is the next multiple of four: 372 octets of response.
        const password = "p".repeat(372 - `\0${Support.user}\0`.length + over)
        const response = base64(`\0${Support.user}\0${password}`)
        const script = lines === 1
          ? [`C: AUTH PLAIN ${response}`, "S: 235 ok"]
          : ["C: AUTH PLAIN", "S: 334 ", `C: ${response}`, "S: 235 ok"]
        const credential = { ...Support.withPassword, secret: Redacted.make(password) }
        const played = yield* Support.say([...offering("PLAIN"), ...script], tls(credential))
        assert.strictEqual(played.sent.length, 1 + lines)
        assert.strictEqual(Support.passed(played).at(-1), "auth")
        const line = `AUTH PLAIN ${response}\r\n`
        assert.strictEqual(line.length <= 512, lines === 1)
      })
  )

  it.effect("decodes the JSON that a refused token is answered with", () =>
    Effect.gen(function*() {
      const error = Support.failureOf(yield* Support.play("auth-xoauth2-rejected", tls(Support.withToken)))
      assert.isTrue(error._tag === "AuthRejected")
      if (error._tag !== "AuthRejected") return
      assert.deepStrictEqual(error.reply, { code: 535, enhanced: "5.7.8", text: "authentication failed" })
      assert.strictEqual(error.mechanism, "XOAUTH2")
      assert.deepStrictEqual(error.payload, {
        status: "401",
        schemes: "Bearer",
        scope: "https://mail.example/",
        text: "{\"status\":\"401\",\"schemes\":\"Bearer\",\"scope\":\"https://mail.example/\"}"
      })
    }))

  it.effect("keeps a challenge that is no JSON as text", () =>
    Effect.gen(function*() {
      const error = Support.failureOf(yield* Support.play("auth-xoauth2-text", tls(Support.withToken)))
      assert.deepStrictEqual(error._tag === "AuthRejected" && error.payload, { text: "token expired" })
    }))

  it.effect("masks a secret that the server sends back, in reply and payload", () =>
    Effect.gen(function*() {
      const token = Support.failureOf(yield* Support.play("auth-xoauth2-echo", tls(Support.withToken)))
      assert.isTrue(token._tag === "AuthRejected" && token.payload?.text?.includes("‹secret›"))
      assert.isTrue(token._tag === "AuthRejected" && token.reply.text === "not ‹secret›")
      const hex = Support.failureOf(yield* Support.play("auth-xoauth2-echo-hex", tls(Support.withToken)))
      assert.deepStrictEqual(hex._tag === "AuthRejected" && hex.payload, {
        status: "400",
        text: "{\"status\":\"400\",\"token\":\"‹secret›\"}"
      })
      const password = Support.failureOf(yield* Support.play("auth-echo", tls(Support.withPassword)))
      assert.isTrue(password._tag === "AuthRejected")
      if (password._tag === "AuthRejected") assert.strictEqual(password.reply.text.split("‹secret›").length, 4)
    }))

  it.effect("has no payload where the mechanism has none", () =>
    Effect.gen(function*() {
      const error = Support.failureOf(yield* Support.play("auth-endless", tls(Support.withPassword)))
      assert.isTrue(error._tag === "AuthRejected" && error.payload === undefined && error.mechanism === "LOGIN")
    }))

  it.effect("ends with a server that asks for ever", () =>
    Effect.gen(function*() {
      const script = (line: string | undefined) =>
        line === undefined
          ? ["tls", "S: 220 mx.example"]
          : line.startsWith("EHLO")
          ? ["S: 250-mx.example", "S: 250 AUTH LOGIN PLAIN XOAUTH2"]
          : ["S: 334 eA=="]
      for (const mechanism of ["plain", "login"] as const) {
        const played = yield* Support.over(Support.network(script), asking(mechanism))
        assert.strictEqual(Support.nameOf(Support.failureOf(played)), "ProtocolError UnexpectedReply")
        assert.strictEqual(played.sent.at(-1), "*")
        assert.isAtMost(played.sent.length, 8)
      }
      const played = yield* Support.over(Support.network(script), tls(Support.withToken))
      assert.strictEqual(Support.nameOf(Support.failureOf(played)), "ProtocolError UnexpectedReply")
      assert.isAtMost(played.sent.length, 8)
    }))

  it.effect.each(["mx.example", "127.0.0.1"])(
    "sends no secret in clear to %s unless that was asked for",
    (host) =>
      Effect.gen(function*() {
        const plan: Support.Plan = { security: "none", until: "auth", credential: Support.withPassword, host }
        const played = yield* Support.play("auth-in-clear-plain", plan)
        const error = Support.failureOf(played)
        assert.strictEqual(Support.nameOf(error), "AuthUnavailable OnlyInClear")
        assert.include(error.message, "--allow-clear-auth")
        assert.deepStrictEqual(error._tag === "AuthUnavailable" && error.offered, ["PLAIN", "LOGIN"])
        assert.deepStrictEqual(auths(played), [])
        const allowed = yield* Support.play("auth-in-clear-plain", { ...plan, allowClear: true })
        assert.strictEqual(Support.passed(allowed).at(-1), "auth")
      })
  )

  it.effect("says NotOffered before it says anything of encryption", () =>
    Effect.gen(function*() {
      const plan: Support.Plan = { security: "none", until: "auth", credential: Support.withPassword }
      const script = ["S: 220 mx.example", "C: EHLO *", "S: 250 mx.example"]
      assert.strictEqual(
        Support.nameOf(Support.failureOf(yield* Support.say(script, plan))),
        "AuthUnavailable NotOffered"
      )
    }))

  it.effect.each(
    [
      ["login", ["PLAIN"], Support.withPassword, "PLAIN: --auth login asks for another"],
      ["plain", ["LOGIN", "XOAUTH2"], Support.withPassword, "LOGIN: --auth plain asks for another"],
      ["cram-md5", ["DIGEST-MD5", "PLAIN"], Support.withPassword, "PLAIN: --auth cram-md5 asks for another"],
      ["scram-sha-256-plus", ["SCRAM-SHA-256-PLUS"], Support.withPassword, "this one cannot be told apart"],
      ["auto", ["X-NEW"], Support.withPassword, "X-NEW: Sonde does not speak it"],
      ["xoauth2", ["XOAUTH2", "PLAIN"], Support.withPassword, "XOAUTH2: it wants a token, and a password was given"],
      ["plain", ["PLAIN"], Support.withToken, "PLAIN: it wants a password, and a token was given"],
      [
        "auto",
        ["GSSAPI", "NTLM"],
        Support.withPassword,
        "GSSAPI: it needs a Kerberos ticket and not a password; Sonde does not speak it"
      ],
      ["auto", ["PLAIN", "LOGIN"], Support.withToken, "LOGIN: it wants a password, and a token was given"]
    ] as const
  )(
    "tries nothing for --auth %s where %j is offered",
    ([mechanism, offered, credential, why]) =>
      Effect.gen(function*() {
        const played = yield* Support.say(offering(...offered), asking(mechanism, credential))
        const error = Support.failureOf(played)
        assert.strictEqual(Support.nameOf(error), "AuthUnavailable NoCommonMechanism")
        assert.include(error.message, why)
        assert.deepStrictEqual(error._tag === "AuthUnavailable" && [...error.offered], [...offered])
        assert.deepStrictEqual(auths(played), [])
      })
  )

  it.effect("takes the mechanism that was asked for before a better one", () =>
    Effect.gen(function*() {
      const script = [
        ...offering("plain", "login"),
        "C: AUTH LOGIN",
        `S: 334 ${base64("Username:")}`,
        `C: ${base64(Support.user)}`,
        `S: 334 ${base64("Password:")}`,
        `C: ${base64(Support.password)}`,
        "S: 235 ok"
      ]
      const played = yield* Support.say(script, asking("login"))
      assert.deepInclude(Support.factsOf(played, "auth"), {
        mechanism: "LOGIN",
        passedOver: [{ mechanism: "PLAIN", why: "--auth login asks for another" }]
      })
    }))
})

describe("Begin.problemOf", () => {
  const given = (kind: Credential["kind"], user: string, secret: string): Credential => ({
    kind,
    user,
    secret: Redacted.make(secret),
    mechanism: "auto"
  })

  it.each([
    [given("password", "a", "b"), undefined],
    [given("token", "a", "b"), undefined],
    [given("password", "", "b"), "empty"],
    [given("password", "a", ""), "empty"],
    [given("password", "a", "b\0c"), "control-character"],
    [given("token", "a", "b c"), "control-character"],
    [given("token", "a\u0001", "b"), "control-character"],
    [given("token", "a", ""), "empty"]
  ])("finds what a mechanism cannot carry, and never tells it (%#)", (credential, problem) => {
    const found = problemOf(credential)
    assert.strictEqual(found?.problem, problem)
    assert.notInclude(JSON.stringify(found ?? {}), "b c")
  })
})
