import { assert, describe, it } from "@effect/vitest"
import * as Announcement from "@sonde/simulator/Announcement"
import * as Behaviour from "@sonde/simulator/Behaviour"
import { State } from "@sonde/simulator/State"
import * as World from "@sonde/simulator/World"
import { microsoft365 } from "@sonde/simulator/Worlds"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"

const small = (mailbox: object = {}, tenant: object = {}): unknown => ({
  tenants: [{ name: "T", domains: ["t.example"], smtpAuth: "on", ...tenant }],
  mailboxes: [{ address: "m@t.example", password: "fake-m", ...mailbox }]
})

const behaviour = (world: unknown) =>
  Effect.map(World.decode(world), (decoded) => {
    const state = new State(decoded, () => 1_800_000_000_000, "seed")
    return Announcement.mailboxesOf(state)[0]?.behaviour
  })

describe("World.decode", () => {
  it.effect("fills in the defaults of the service", () =>
    Effect.gen(function*() {
      const world = yield* World.decode({
        tenants: [{ name: "T", domains: ["t.example"] }],
        mailboxes: [{ address: "m@t.example" }]
      })
      assert.strictEqual(world.tenants[0].smtpAuth, "off")
      assert.deepStrictEqual(world.mailboxes[0].limits, {
        messagesPerMinute: 30,
        recipientsPerDay: 10_000,
        concurrentSessions: 3,
        concurrentRequests: 4,
        readerSessions: 16,
        recipientsPerMessage: 500,
        maxSendSizeOctets: 36_700_160,
        prohibitSendQuotaOctets: 53_687_091_200
      })
      assert.strictEqual(world.mailboxes[0].smtpAuth, null)
    }))

  it.effect("reads its built-in world, with at least 14 mailboxes in domains under .example", () =>
    Effect.gen(function*() {
      const world = yield* World.decode(microsoft365)
      assert.isAtLeast(world.mailboxes.length, 14)
      for (const tenant of world.tenants) for (const domain of tenant.domains) assert.match(domain, /\.example$/)
    }))

  it.effect.each([
    [small({ smtpauth: "on" }), /no excess property at \["mailboxes"\]\[0\]\["smtpauth"\]/],
    [small({}, { securitydefaults: true }), /no excess property at \["tenants"\]\[0\]\["securitydefaults"\]/],
    [small({ limits: { perDay: 1 } }), /no excess property at \["mailboxes"\]\[0\]\["limits"\]\["perDay"\]/],
    [small({ smtpAuth: true }), /at \["mailboxes"\]\[0\]\["smtpAuth"\]/],
    [small({ address: "nobody" }), /at \["mailboxes"\]\[0\]\["address"\]/],
    [small({ address: "m@u.example" }), /no tenant has the domain of m@u\.example at \["mailboxes"\]\[0\]/],
    [small({ aliases: ["M@t.example"] }), /address M@t\.example appears twice at \["mailboxes"\]\[0\]/],
    [small({ authenticationPolicy: "P" }), /unknown policy P at \["mailboxes"\]\[0\]\["authenticationPolicy"\]/],
    [small({}, { defaultAuthenticationPolicy: "P" }), /unknown policy P at \["tenants"\]\[0\]/],
    [{ tenants: [], mailboxes: [] }, /\["tenants"\]/],
    [undefined, /Expected/]
  ])("refuses %j and names the place", ([input, problem]) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(World.decode(input))
      assert.match(error.problems.join("\n"), problem as RegExp)
    }))

  it.effect("names every problem at once", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(World.decode(small({ one: 1, two: 2 })))
      assert.match(error.message, /"one"/)
      assert.match(error.message, /"two"/)
    }))
})

describe("World.fromText", () => {
  it.effect("names what is wrong with applications and the organisations of tokens", () =>
    Effect.gen(function*() {
      const appId = "11111111-0000-4000-8000-000000000001"
      const pem = "-----BEGIN PUBLIC KEY-----\nnothing\n-----END PUBLIC KEY-----\n"
      const app = { appId, name: "A" }
      const error = yield* Effect.flip(World.decode({
        tenants: [
          { name: "T", domains: ["t.example"], id: appId, applications: [{ ...app, certificates: [{ pem }] }] },
          {
            name: "U",
            domains: ["u.example"],
            id: appId,
            applications: [{ ...app, secrets: [{ value: "fake", expires: "2026-01-31T99:00:00Z" }] }]
          }
        ],
        mailboxes: [{ address: "m@t.example", tokens: [{ tenant: "v.example" }] }]
      }))
      assert.deepStrictEqual(error.problems, [
        "the PEM text cannot be read at [\"tenants\"][0][\"applications\"][0][\"certificates\"][0][\"pem\"]",
        `directory id ${appId} appears twice at ["tenants"][1]`,
        `application ${appId} appears twice at ["tenants"][1]["applications"][0]`,
        "there is no day 2026-01-31T99:00:00Z at [\"tenants\"][1][\"applications\"][0][\"secrets\"][0][\"expires\"]",
        "no tenant has the domain v.example at [\"mailboxes\"][0][\"tokens\"]"
      ])
    }))

  it.effect("takes no private key for a certificate", () =>
    Effect.gen(function*() {
      const pem = "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"
      const application = { appId: "11111111-0000-4000-8000-000000000001", name: "A", certificates: [{ pem }] }
      const error = yield* Effect.flip(World.decode(small({}, { applications: [application] })))
      assert.match(error.message, /certificates/)
    }))

  it.effect("reads YAML and JSON alike", () =>
    Effect.gen(function*() {
      const yaml = yield* World.fromText(
        "tenants:\n  - name: T\n    domains: [t.example]\n    smtpAuth: on\nmailboxes:\n  - address: m@t.example\n    password: fake-m\n"
      )
      const json = yield* World.fromText(JSON.stringify(small()))
      assert.deepStrictEqual(yaml, json)
      assert.strictEqual(yaml.tenants[0].smtpAuth, "on")
    }))

  it.effect.each(["tenants: [", "tenants: 1\ntenants: 2", "- a\nb: c"])(
    "refuses the text %j",
    (text) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(World.fromText(text))
        assert.strictEqual(error._tag, "WorldInvalid")
      })
  )
})

describe("World.jsonSchema", () => {
  it("is what world.schema.json holds", () => {
    const file = new URL("../world.schema.json", import.meta.url)
    assert.deepStrictEqual(JSON.parse(readFileSync(file, "utf8")), JSON.parse(JSON.stringify(World.jsonSchema())))
  })

  it("knows every switch and allows no other key", () => {
    const text = JSON.stringify(World.jsonSchema())
    for (const key of ["securityDefaults", "conditionalAccessBlocksLegacy", "appPasswords", "recipientsPerDay"]) {
      assert.include(text, `"${key}"`)
    }
    assert.include(text, "\"additionalProperties\":false")
  })
})

describe("behaviour of a mailbox", () => {
  it.effect.each<[Behaviour.Behaviour, object, object]>([
    ["ok", {}, {}],
    ["smtp_auth_off_tenant", {}, { smtpAuth: "off" }],
    ["smtp_auth_off_mailbox", { smtpAuth: "off" }, {}],
    ["smtp_auth_off_mailbox", { smtpAuth: "off" }, { smtpAuth: "off" }],
    ["ok", { smtpAuth: "on" }, { smtpAuth: "off" }],
    ["security_defaults", {}, { securityDefaults: true }],
    ["conditional_access", {}, { conditionalAccessBlocksLegacy: true }],
    ["ok", { conditionalAccessExcluded: true }, { conditionalAccessBlocksLegacy: true }],
    // Security defaults are asked before Conditional Access, SMTP AUTH before both.
    ["security_defaults", {}, { securityDefaults: true, conditionalAccessBlocksLegacy: true }],
    ["smtp_auth_off_tenant", {}, { smtpAuth: "off", securityDefaults: true }],
    ["basic_auth_off", {}, { authenticationPolicies: [{ name: "P" }], defaultAuthenticationPolicy: "P" }],
    ["ok", {}, {
      authenticationPolicies: [{ name: "P", allowBasicAuthSmtp: true }],
      defaultAuthenticationPolicy: "P"
    }],
    ["basic_auth_off", { authenticationPolicy: "P" }, {
      authenticationPolicies: [{ name: "P" }],
      securityDefaults: true
    }],
    ["basic_auth_retired", {}, { basicAuthRetired: true }],
    ["consumer_basic_auth_off", {}, { kind: "consumer" }],
    ["federation_no_https", {}, { federation: "no_https" }],
    ["ok", {}, { federation: "working" }],
    ["mfa_needs_app_password", { mfa: "enforced" }, {}],
    ["ok", { mfa: "enforced", appPasswords: ["fakeapp"], publishedSecret: "fakeapp" }, {}],
    ["conditional_access", { mfa: "enforced", appPasswords: ["fakeapp"], publishedSecret: "fakeapp" }, {
      conditionalAccessBlocksLegacy: true
    }],
    ["bad_password", { publishedSecret: "other" }, {}],
    ["account_locked", { locked: true, publishedSecret: "other" }, {}],
    ["account_disabled", { accountEnabled: false }, {}],
    ["account_unlicensed", { licensed: false }, {}],
    ["send_as_denied", { announcedFrom: "x@t.example" }, {}],
    ["send_as_denied", { aliases: ["a@t.example"], announcedFrom: "a@t.example" }, {}],
    ["ok", { aliases: ["a@t.example"], announcedFrom: "a@t.example" }, { sendFromAliasEnabled: true }],
    ["throttled_rate", { load: { messagesPerMinute: 30 } }, {}],
    ["ok", { load: { messagesPerMinute: 30 } }, { rateReply: "delay" }],
    ["throttled_sessions", { load: { sessions: 3 } }, {}],
    ["ok", { load: { sessions: 2 } }, {}],
    ["daily_recipients_exceeded", { load: { recipientsToday: 10_000 } }, {}],
    ["ok", { load: { recipientsToday: 9999 } }, {}],
    ["mailbox_full", { load: { mailboxOctets: 10 }, limits: { prohibitSendQuotaOctets: 10 } }, {}],
    ["message_too_large", { limits: { maxSendSizeOctets: 100 } }, {}],
    ["too_many_recipients", { limits: { recipientsPerMessage: 2 } }, {}],
    ["ok", { limits: { recipientsPerMessage: 3 } }, {}],
    ["blocked_sender", { blockedSender: true, announcedFrom: "x@t.example" }, {}],
    ["outbound_spam", { outboundSpam: "Suspend" }, {}],
    ["temporary_auth_failure", { fault: "temporary_auth_failure" }, {}],
    ["service_transient", { fault: "service_transient" }, {}],
    ["proxy_failure", { fault: "proxy_failure" }, {}],
    ["ok", { tokens: [{ scopes: ["SMTP.Send"], user: "m@t.example" }] }, {}],
    ["ok", { tokens: [{ scopes: ["https://outlook.office.com/SMTP.Send"], user: "m@t.example" }] }, {
      securityDefaults: true,
      basicAuthRetired: true
    }],
    ["smtp_auth_off_tenant", { tokens: [{ scopes: ["SMTP.Send"], user: "m@t.example" }] }, { smtpAuth: "off" }],
    ["token_expired", { tokens: [{ scopes: ["SMTP.Send"], user: "m@t.example", expired: true }] }, {}],
    ["token_wrong_audience", { tokens: [{ audience: "https://graph.microsoft.com", user: "m@t.example" }] }, {}],
    ["token_missing_scope", { tokens: [{ scopes: ["POP.AccessAsUser.All"], user: "m@t.example" }] }, {}],
    ["token_missing_scope", { tokens: [{}] }, {}],
    ["service_principal_missing", { tokens: [{ roles: ["SMTP.SendAsApp"] }] }, {}],
    ["service_principal_missing", { tokens: [{ roles: ["SMTP.SendAsApp"], appId: "a", objectId: "right" }] }, {
      servicePrincipals: [{ appId: "a", objectId: "wrong" }]
    }],
    ["service_principal_no_permission", { tokens: [{ roles: ["SMTP.SendAsApp"], appId: "a", objectId: "o" }] }, {
      servicePrincipals: [{ appId: "a", objectId: "o" }]
    }],
    ["ok", { tokens: [{ roles: ["SMTP.SendAsApp"], appId: "a", objectId: "o" }], fullAccess: ["o"] }, {
      servicePrincipals: [{ appId: "a", objectId: "o" }]
    }]
  ])("is %s for mailbox %j in tenant %j", ([expected, mailbox, tenant]) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* behaviour(small(mailbox, tenant)), expected)
    }))

  it("has a meaning of one line for every name", () => {
    assert.isAtLeast(Behaviour.all.length, 30)
    for (const name of Behaviour.all) {
      assert.match(name, /^[a-z]+(?:_[a-z]+)*$/)
      assert.match(Behaviour.meanings[name], /^[A-Z][^\n]{10,110}\.$/)
    }
  })
})

describe("announced tokens", () => {
  it.effect("are JSON Web Tokens whose claims say what the world says", () =>
    Effect.gen(function*() {
      const world = yield* World.decode(small({
        tokens: [{ scopes: ["IMAP.AccessAsUser.All"], user: "m@t.example", expired: true, appId: "app-1" }]
      }))
      const now = 1_800_000_000_000
      const token = Announcement.mailboxesOf(new State(world, () => now, "s"))[0]?.token ?? ""
      const claims: Record<string, unknown> = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString())
      assert.deepInclude(claims, {
        aud: "https://outlook.office365.com",
        scp: "IMAP.AccessAsUser.All",
        upn: "m@t.example",
        appid: "app-1",
        exp: now / 1000 - 3600
      })
    }))

  it.effect("stay as they are when the world gives a value", () =>
    Effect.gen(function*() {
      const world = yield* World.decode(small({ tokens: [{ value: "EwB-opaque", user: "m@t.example" }] }))
      assert.strictEqual(Announcement.mailboxesOf(new State(world, () => 0, "s"))[0]?.token, "EwB-opaque")
    }))
})

describe("README.md", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")

  it("names the file that lists every behaviour with its meaning", () => {
    assert.include(readme, "(BEHAVIOURS.md)")
    const listed = readFileSync(new URL("../BEHAVIOURS.md", import.meta.url), "utf8")
    for (const name of Behaviour.all) {
      assert.match(
        listed,
        new RegExp(`\\| \`${name}\` +\\| ${Behaviour.meanings[name].replace(/[().]/g, "\\$&")} *\\|`)
      )
    }
  })

  it.effect("shows a world file whose mailboxes behave as its comments say", () =>
    Effect.gen(function*() {
      const text = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? ""
      const state = new State(yield* World.fromText(text), () => 1_800_000_000_000, "seed")
      assert.deepStrictEqual(Announcement.mailboxesOf(state).map((mailbox) => mailbox.behaviour), [
        "smtp_auth_off_tenant",
        "ok",
        "token_expired"
      ])
    }))
})
