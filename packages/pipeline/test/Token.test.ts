/** Runs with a token: what is wrong with it stops the services that would sign in with it, without a connection. */
import { assert, describe, it } from "@effect/vitest"
import type { CheckOptions } from "@sonde/domain/Options"
import { Packs } from "@sonde/packs/Packs"
import { JournalStore } from "@sonde/pipeline/JournalStore"
import * as OAuth from "@sonde/pipeline/OAuth"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Support from "./support.ts"

const { check, resume, server, states, world } = Support

const exp = 4_000_000_000
const good = { aud: "https://mail.example", scp: "mail.send", upn: "person@example.com", exp }

const tokenOf = (claims: object) =>
  Redacted.make(`${Base64Url.encode("{\"alg\":\"RS256\"}")}.${Base64Url.encode(JSON.stringify(claims))}.c2lnbmVk`)

const asked: CheckOptions = { target: "person@example.com" }

const over = (told: Array<string>, replies: () => Support.Replies = () => ({})) =>
  Layer.merge(
    Support.layer(world(server(told, () => ({
      EHLO: ["S: 250-mx.example", "S: 250-STARTTLS", "S: 250 AUTH XOAUTH2"],
      ...replies()
    })))),
    JournalStore.layerMemory
  )

describe("a run with a token", () => {
  it.effect("reads it and then signs in", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const { events, report } = yield* check(asked, { token: tokenOf(good) })
      const token = report.services.find(({ id }) => id === "token")
      assert.deepStrictEqual(token?.phases.map(({ because, id, state }) => [id, because ?? state]), [
        ["metadata", "until"],
        ["token", "until"],
        ["claims", "pass"]
      ])
      assert.strictEqual(token?.outcome, "pass")
      assert.strictEqual(report.outcome, "pass")
      assert.include(told, "AUTH")
      assert.notInclude(JSON.stringify(events), "c2lnbmVk")
    }).pipe(Effect.provide(over(told)))
  })

  it.effect.each(
    [
      ["aud", { ...good, aud: "https://graph.example" }],
      ["scp", { ...good, scp: "other" }],
      ["upn", { ...good, upn: "somebody@example.com" }],
      ["exp", { ...good, exp: -1 }]
    ] as const
  )("with a wrong %s connects to nobody, and names the right value", ([name, claims]) => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const { report } = yield* check(asked, { token: tokenOf(claims) })
      assert.deepStrictEqual(told, [])
      assert.deepStrictEqual(
        new Set(
          report.services.find(({ id }) => id === "smtp-submission")?.phases.map((phase) =>
            `${phase.state} ${phase.because}`
          )
        ),
        new Set(["skip claims"])
      )
      assert.deepStrictEqual(report.services.map(({ id, outcome }) => [id, outcome]), [
        ["smtp-submission", "inconclusive"],
        ["token", "fail"]
      ])
      const error = report.services[1]?.phases.at(-1)?.error
      assert.strictEqual(error?._tag === "TokenRejected" && error.claim?.name, name)
      assert.deepStrictEqual([report.outcome, report.exitCode], ["fail", 77])
    }).pipe(Effect.provide(over(told)))
  })

  it.effect("names every wrong claim by a verdict of its own, with the right value", () =>
    Effect.gen(function*() {
      const { report } = yield* check(asked, { token: tokenOf({ ...good, aud: "https://graph.example", exp: -1 }) })
      assert.deepStrictEqual(report.verdicts.map(({ cause }) => cause), ["oauth_wrong_audience", "oauth_token_expired"])
      assert.strictEqual(report.verdicts[0]?.explanation, "https://graph.example is not https://mail.example")
    }).pipe(Effect.provide(over([]))))

  it.effect("reads it again when it is resumed, and keeps nothing of it", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const { report } = yield* check(asked, { token: tokenOf({ ...good, scp: "other" }) })
      const again = yield* resume(report.run, {}, { token: tokenOf(good) })
      assert.strictEqual(again.report.outcome, "pass")
      const claims = again.report.services.find(({ id }) => id === "token")?.phases.at(-1)
      assert.strictEqual(claims?.state, "pass")
      assert.strictEqual(claims?.before?.state, "fail")
      const third = yield* resume(report.run, {}, { token: tokenOf(good) })
      assert.deepStrictEqual(
        third.report.services.flatMap(({ phases }) => phases.map(({ state }) => state)).filter((state) =>
          state !== "skip"
        ),
        [...states(again.report).filter((state) => state.endsWith(" pass")), "claims"].map(() => "restored")
      )
    }).pipe(Effect.provide(over(told)))
  })

  it.effect("leaves it unread where that is asked for, and signs in nowhere where only that is", () => {
    const told: Array<string> = []
    return Effect.gen(function*() {
      const unread = yield* check({ ...asked, skip: ["token"] }, { token: tokenOf({ ...good, scp: "other" }) })
      assert.deepStrictEqual(unread.report.services.map(({ id }) => id), ["smtp-submission"])
      told.length = 0
      const alone = yield* check({ ...asked, only: ["token"] }, { token: tokenOf(good) })
      assert.deepStrictEqual(alone.report.services.map(({ id }) => id), ["token"])
      assert.deepStrictEqual(told, [])
    }).pipe(Effect.provide(over(told)))
  })
})

describe("what Microsoft wants of a token", () => {
  const wanted = (use: Partial<OAuth.Use>) =>
    Effect.gen(function*() {
      const pack = yield* (yield* Packs).get("microsoft-365")
      const whole: OAuth.Use = {
        service: "smtp-submission",
        host: "smtp.office365.com",
        tenant: undefined,
        cloud: undefined,
        user: "a@contoso.example",
        ...use
      }
      const ask = (kind: "client-credentials" | "device-code") => OAuth.source(pack, whole, kind, "t").scope
      return {
        ...OAuth.wanted(pack, whole),
        issuer: OAuth.issuer(pack, whole)?.host,
        asApplication: ask("client-credentials"),
        asUser: ask("device-code")
      }
    }).pipe(Effect.provide(Packs.layer))

  it.effect.each(
    [
      [
        "smtp.office365.com",
        "https://outlook.office.com",
        "https://outlook.office.com/SMTP.Send",
        "login.microsoftonline.com"
      ],
      [
        "smtp.office365.us",
        "https://outlook.office365.us",
        "https://outlook.office365.us/SMTP.Send",
        "login.microsoftonline.us"
      ],
      [
        "outlook-dod.office365.us",
        "https://outlook.office365.us",
        "https://outlook.office365.us/SMTP.Send",
        "login.microsoftonline.us"
      ],
      [
        "smtp.partner.outlook.cn",
        "https://partner.outlook.cn",
        "https://partner.outlook.cn/SMTP.Send",
        "login.partner.microsoftonline.cn"
      ]
    ] as const
  )("depends on the cloud of %s", ([host, audience, scope, issuer]) =>
    Effect.gen(function*() {
      const found = yield* wanted({ host })
      assert.strictEqual(found.audiences[0], audience)
      assert.deepStrictEqual(found.scopes, [scope])
      assert.strictEqual(found.issuer, issuer)
      assert.isFalse(found.otherClouds.some(({ audiences }) => audiences.includes(audience)))
    }))

  it.effect("depends on the service", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* wanted({ service: "imap" })).roles, ["IMAP.AccessAsApp"])
      assert.isFalse((yield* wanted({ service: "imap" })).roleElsewhere)
      assert.isTrue((yield* wanted({})).roleElsewhere)
      assert.deepStrictEqual((yield* wanted({ service: "pop3" })).roles, ["POP.AccessAsApp"])
    }))

  it.effect.each(
    [
      ["graph.microsoft.com", undefined, "login.microsoftonline.com"],
      ["graph.microsoft.us", "gcc-high", "login.microsoftonline.us"],
      ["dod-graph.microsoft.us", "dod", "login.microsoftonline.us"],
      ["microsoftgraph.chinacloudapi.cn", "china", "login.partner.microsoftonline.cn"]
    ] as const
  )(
    "is of another resource for Graph, whose host depends on the cloud: %s",
    ([host, cloud, issuer]) =>
      Effect.gen(function*() {
        const found = yield* wanted({ service: "graph", host, cloud })
        assert.deepStrictEqual(found.audiences, [`https://${host}`, "00000003-0000-0000-c000-000000000000"])
        assert.deepStrictEqual(found.scopes, [`https://${host}/Mail.Send`])
        assert.deepStrictEqual([found.asApplication, found.asUser], [
          `https://${host}/.default`,
          `https://${host}/Mail.Send`
        ])
        assert.deepStrictEqual([found.roles, found.roleElsewhere, found.issuer], [["Mail.Send"], true, issuer])
        assert.strictEqual(found.otherClouds.length, 3)
        assert.isFalse(found.otherClouds.some(({ audiences }) => audiences.includes(`https://${host}`)))
        // The host alone tells as much, and where nobody gives one the cloud does.
        assert.deepStrictEqual((yield* wanted({ service: "graph", host })).audiences, found.audiences)
        assert.deepStrictEqual((yield* wanted({ service: "graph", host: "", cloud })).audiences, found.audiences)
      })
  )

  it.effect("is nothing where nobody knows", () =>
    Effect.sync(() => {
      const use: OAuth.Use = { service: "imap", host: "x", tenant: "t", cloud: undefined, user: "u" }
      assert.deepStrictEqual(OAuth.wanted(undefined, use).audiences, [])
      assert.strictEqual(OAuth.issuer(undefined, use), undefined)
    }))
})
