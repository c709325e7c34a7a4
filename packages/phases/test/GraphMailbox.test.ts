/** Asking Graph for a mailbox, over a network made of data: what is sent, and every way it can be refused. */
import { assert, describe, it } from "@effect/vitest"
import type * as Net from "@sonde/net/Net"
import { Classifier } from "@sonde/phases/Classifier"
import { pathOf } from "@sonde/phases/GraphCall"
import { GraphMailbox } from "@sonde/phases/GraphMailbox"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Graph from "./graph.ts"
import { nameOf } from "./support.ts"

const ask = (http: Net.StaticHttp, caller = Graph.caller(), zone = true) =>
  Effect.flatMap(GraphMailbox, (phase) => phase.run({ caller })).pipe(
    Effect.provide(Layer.provide(GraphMailbox.layer, Graph.network(http, {}, zone)))
  )

const refused = (http: Net.StaticHttp) => Effect.flip(ask(http))

describe("a mailbox", () => {
  it.effect("is asked for with a message that has nobody to go to", () => {
    const asked: Array<Net.StaticAsked> = []
    return Effect.gen(function*() {
      const recorder = Graph.recorders()
      const facts = yield* ask((request) => {
        asked.push(request)
        return Graph.lacking()
      }, Graph.caller(recorder))
      assert.deepStrictEqual(facts, {
        mailbox: "m@t.example",
        path: "/users/m@t.example",
        reply:
          "400 ErrorInvalidRecipients: At least one recipient is not valid., A message can't be sent because it contains no recipients.",
        requestId: "8d6c1e2a-0000-4000-8000-000000000001"
      })
      assert.strictEqual(asked.length, 1)
      const { body = "", method, path, token } = asked[0] ?? {}
      assert.deepStrictEqual([method, path, token], ["POST", "/v1.0/users/m@t.example/sendMail", Graph.token])
      const { message, saveToSentItems } = JSON.parse(body)
      assert.deepStrictEqual(message.toRecipients, [])
      assert.notProperty(message, "ccRecipients")
      assert.notProperty(message, "bccRecipients")
      assert.isFalse(saveToSentItems)
      const text = recorder.lines().map((line) => line.text).join("\n")
      assert.include(text, "authorization: Bearer ‹token›")
      assert.notInclude(text, "canary")
    })
  })

  it.effect.each<[status: number, code: string, error: string]>([
    [404, "MailboxNotEnabledForRESTAPI", "MailboxUnavailable"],
    [404, "MailboxNotSupportedForRESTAPI", "MailboxUnavailable"],
    [404, "ErrorInvalidUser", "MailboxUnavailable"],
    [404, "ErrorNonExistentMailbox", "MailboxUnavailable"],
    [404, "ErrorMissingEmailAddress", "MailboxUnavailable"],
    [404, "Request_ResourceNotFound", "MailboxUnavailable"],
    [404, "ResourceNotFound", "MailboxUnavailable"],
    [404, "ErrorItemNotFound", "ApiError"],
    [401, "InvalidAuthenticationToken", "ApiError"],
    [403, "ErrorAccessDenied", "ApiError"],
    [403, "Authorization_RequestDenied", "ApiError"],
    // What is said of a message has no place where there is none.
    [403, "ErrorSendAsDenied", "ApiError"],
    [403, "ErrorExceededMessageLimit", "ApiError"],
    [400, "BadRequest", "ApiError"],
    [404, "", "ApiError"],
    [429, "ApplicationThrottled", "Throttled"],
    [429, "", "Throttled"],
    [503, "ApplicationThrottled", "Throttled"],
    [503, "serviceNotAvailable", "TemporaryFailure"],
    [500, "ErrorInternalServerTransientError", "TemporaryFailure"],
    [502, "", "TemporaryFailure"],
    [302, "", "ProtocolError UnexpectedReply"],
    [202, "", "ProtocolError UnexpectedReply"]
  ])("refused with %s %s is %s", ([status, code, expected]) =>
    Effect.gen(function*() {
      const error = yield* refused(Graph.refusing(status, code))
      assert.strictEqual(nameOf(error), expected)
      assert.strictEqual(error.phase, "mailbox")
      assert.include(error.message, `${status}`)
      if (error._tag === "ApiError") {
        assert.deepStrictEqual([error.status, error.providerCode], [status, code])
        assert.include(error.message, "8d6c1e2a")
      }
      if (error._tag === "MailboxUnavailable") assert.include(error.message, "m@t.example")
    }))

  it.effect.each(Graph.ways)("is not reached: %s", ([expected, http]) =>
    Effect.gen(function*() {
      assert.strictEqual(nameOf(yield* refused(http)), expected)
    }))

  it.effect("is not looked for where the name of the service does not exist", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(ask(Graph.lacking, Graph.caller(), false))
      assert.strictEqual(nameOf(error), "ResolveError NoSuchName")
    }))

  it.effect("waits as long as Retry-After says, and no date is taken for seconds", () =>
    Effect.gen(function*() {
      const said = yield* refused(Graph.refusing(429, "ApplicationThrottled", "x", { "retry-after": "17" }))
      assert.deepStrictEqual(said._tag === "Throttled" ? [said.retryAfterMillis, said.scope] : [], [17_000, "mailbox"])
      const dated = yield* refused(
        Graph.refusing(429, "ApplicationThrottled", "x", { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" })
      )
      assert.strictEqual(dated._tag === "Throttled" && dated.retryAfterMillis, 60_000)
    }))

  it.effect("is throttled as the knowledge says, but waits as the answer says", () =>
    Effect.gen(function*() {
      const classify = () => ({ error: "Throttled", scope: "tenant", retryAfterMillis: 5000 }) as const
      const known = (headers: Readonly<Record<string, string>>) =>
        Effect.provideService(refused(Graph.refusing(400, "Odd", "x", headers)), Classifier, classify)
      const error = yield* known({})
      assert.deepStrictEqual(error._tag === "Throttled" ? [error.scope, error.retryAfterMillis] : [], ["tenant", 5000])
      const dated = yield* known({ "retry-after": "2" })
      assert.strictEqual(dated._tag === "Throttled" && dated.retryAfterMillis, 2000)
    }))

  it.effect("is refused without the token, should the answer hold it", () =>
    Effect.gen(function*() {
      const repeating = Graph.refusing(401, "InvalidAuthenticationToken", `not ${Graph.token} please`, {
        "request-id": Graph.token.replaceAll(".", "-").slice(0, 30)
      })
      const error = yield* refused(repeating)
      assert.notInclude(JSON.stringify(error), "canary")
      assert.notInclude(error.message, "canary")
    }))
})

describe("the path of a mailbox", () => {
  it.each([
    ["a person's own", { format: "jwt", kind: "user", user: "M@t.example" }, "/me"],
    ["another's", { format: "jwt", kind: "user", user: "o@t.example" }, "/users/m@t.example"],
    ["an application's", { format: "jwt", kind: "app" }, "/users/m@t.example"],
    ["unreadable, as of a personal account", { format: "opaque" }, "/me"]
  ])("for a token that is %s", (_, claims, expected) => {
    assert.strictEqual(pathOf("m@t.example", claims), expected)
  })

  it("lets no name out of its place", () => {
    assert.strictEqual(pathOf("a/b?c#d@t.example", { format: "jwt", kind: "app" }), "/users/a%2Fb%3Fc%23d@t.example")
  })
})
