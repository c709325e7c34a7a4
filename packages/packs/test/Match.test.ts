import { assert, describe, it } from "@effect/vitest"
import * as Knowledge from "@sonde/packs/Knowledge"
import { classify, match, nearMisses } from "@sonde/packs/Match"
import * as Schema from "effect/Schema"
import { pack, rule } from "./fixtures.ts"

const names = (knowledge: Knowledge.Knowledge, seen: Parameters<typeof match>[1], mode?: "open" | "closed") =>
  match(knowledge, seen, mode).map(({ name }) => name)

const when = (id: string, conditions: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  rule(id, { when: conditions, ...more })

describe("match", () => {
  it("puts text before enhanced code before code before class", () => {
    const knowledge = Knowledge.make([pack({
      rules: [
        when("class", { code: "5yz" }),
        when("code", { code: 535 }),
        when("enhanced", { enhanced: "5.7.139" }),
        when("detail", { enhanced: "5.7.*" }),
        when("text", { text: "unsuccessful" })
      ]
    })])
    assert.deepStrictEqual(
      names(knowledge, { code: 535, enhanced: "5.7.139", text: "Authentication unsuccessful" }),
      ["acme/text", "acme/enhanced", "acme/code", "acme/detail", "acme/class"]
    )
  })

  it("puts the longer literal and the further condition first", () => {
    const knowledge = Knowledge.make([pack({
      rules: [
        when("short", { text: "is disabled" }),
        when("long", { text: "is disabled for the tenant" }),
        when("longer-by-phase", { text: "is disabled for the tenant", phase: "auth" })
      ]
    })])
    assert.deepStrictEqual(
      names(knowledge, { text: "SmtpClientAuthentication is disabled for the Tenant.", phase: "auth" }),
      ["acme/longer-by-phase", "acme/long", "acme/short"]
    )
  })

  it("puts provider packs before software packs before generic ones, whatever the scores", () => {
    const knowledge = Knowledge.make([
      pack({ id: "rfc", kind: "generic", rules: [when("g", { text: "a very long literal of the generic pack" })] }),
      pack({ id: "mta", kind: "software", rules: [when("s", { text: "generic pack" })] }),
      pack({ rules: [when("p", { code: 550 })] })
    ])
    assert.deepStrictEqual(
      names(knowledge, { code: 550, text: "A very long literal of the generic pack" }),
      ["acme/p", "mta/s", "rfc/g"]
    )
  })

  it("ignores case, white space and typographic quotes", () => {
    const knowledge = Knowledge.make([pack({ rules: [when("a", { text: "user's  mailbox" })] })])
    assert.deepStrictEqual(names(knowledge, { text: "the USER\u2019S\r\n mailbox" }), ["acme/a"])
  })

  it("does not find a number within a longer one", () => {
    const knowledge = Knowledge.make([
      pack({ rules: [when("a", { text: "AADSTS70000" }), when("b", { text: "5.7.1" })] })
    ])
    assert.deepStrictEqual(names(knowledge, { text: "AADSTS700016: 5.7.139" }), [])
    assert.deepStrictEqual(names(knowledge, { text: "AADSTS700016: AADSTS70000: 5.7.139 5.7.1" }), ["acme/a", "acme/b"])
  })

  it("takes a space at the edge of a literal for a part of it", () => {
    const rules = [when("a", { text: " MX" }), when("b", { text: "lookup", notText: ["IP "] })]
    const knowledge = Knowledge.make([pack({ rules })])
    assert.deepStrictEqual(names(knowledge, { text: "the domain has no mx record" }), ["acme/a"])
    assert.deepStrictEqual(names(knowledge, { text: "the bmx record" }), [])
    assert.deepStrictEqual(names(knowledge, { text: "lookup of the IP failed" }), [])
    assert.deepStrictEqual(names(knowledge, { text: "lookup of the recipient failed" }), ["acme/b"])
  })

  it("takes all of text, one of anyText and none of notText", () => {
    const knowledge = Knowledge.make([pack({
      rules: [when("a", { text: ["alpha", "beta"], anyText: ["gamma", "delta"], notText: "omega" })]
    })])
    assert.deepStrictEqual(names(knowledge, { text: "alpha beta delta" }), ["acme/a"])
    for (const text of ["alpha gamma", "alpha beta", "alpha beta gamma omega"]) {
      assert.deepStrictEqual(names(knowledge, { text }), [])
    }
  })

  it.each(
    [
      ["service", "imap", { service: "imap" }, { service: "pop3" }],
      ["phase", "auth", { phase: "auth" }, { phase: "mail" }],
      ["error", "AuthRejected", { error: "AuthRejected" }, { error: "Throttled" }],
      ["reason", "SelfSigned", { conditions: ["CertificateExpired", "SelfSigned"] }, { reason: "CertificateExpired" }],
      ["status", "NO", { status: "NO" }, { status: "BAD" }],
      ["code", "AUTHENTICATIONFAILED", { code: "AuthenticationFailed" }, { code: "INUSE" }],
      ["mechanism", "XOAUTH2", { mechanism: "xoauth2" }, { mechanism: "LOGIN" }],
      ["port", 465, { port: 465 }, { port: 587 }],
      ["security", "tls", { security: "tls" }, { security: "starttls" }],
      ["host", ".office.example", { host: "smtp.Office.example." }, { host: "office.example" }],
      ["audience", "consumer", { audience: "consumer" }, { audience: "business" }],
      ["mailboxDomain", ["live.example"], { mailboxDomain: "LIVE.example" }, { mailboxDomain: "x.live.example" }],
      ["payload", { status: "400" }, { payload: { status: "400" } }, { payload: { status: "401" } }],
      [
        "services",
        { imap: { phase: "auth", state: "pass" } },
        { services: { imap: { auth: "pass" } } },
        { services: { imap: { auth: "fail" } } }
      ]
    ] as const
  )("%s holds where it is seen, and neither on another nor on an unknown value", (key, wanted, holds, fails) => {
    const knowledge = Knowledge.make([pack({ rules: [when("a", { [key]: wanted })] })])
    assert.deepStrictEqual(names(knowledge, { text: "", ...holds }), ["acme/a"])
    assert.deepStrictEqual(names(knowledge, { text: "", ...fails }), [])
    assert.deepStrictEqual(names(knowledge, { text: "" }), [])
  })

  it("explains no paste by a class of codes alone", () => {
    const knowledge = Knowledge.make([pack({ rules: [when("a", { code: "5yz" })] })])
    assert.deepStrictEqual(names(knowledge, { code: 550, text: "no" }), ["acme/a"])
    assert.deepStrictEqual(names(knowledge, { code: 550, text: "no" }, "open"), [])
  })

  it("lets a paste leave service, phase and error open only for rules with text", () => {
    const knowledge = Knowledge.make([pack({
      rules: [
        when("text", { service: "smtp-submission", phase: "auth", error: "AuthRejected", text: "is disabled" }),
        when("code", { phase: "auth", code: 535 }),
        when("mechanism", { mechanism: "LOGIN", text: "is disabled" })
      ]
    })])
    assert.deepStrictEqual(names(knowledge, { code: 535, text: "is disabled" }, "open"), ["acme/text"])
    assert.deepStrictEqual(names(knowledge, { code: 535, text: "is disabled", phase: "mail" }, "open"), [])
    assert.deepStrictEqual(names(knowledge, { code: 535, text: "is disabled", phase: "auth" }, "open"), [
      "acme/text",
      "acme/code"
    ])
    assert.deepStrictEqual(names(knowledge, { text: "is disabled", protocol: "imap" }, "open"), [])
  })

  const Words = Schema.Literals(["alpha", "beta", "gamma", "550", "5.7.1", "auth", "x"])
  const Conditions = Schema.Struct({
    text: Schema.Array(Words).check(Schema.isMaxLength(4)),
    code: Schema.Literals([550, 535])
  })

  it.prop(
    "gives the same hits whatever the order of rules and packs",
    [Schema.Array(Conditions).check(Schema.isMaxLength(8)), Schema.Array(Words).check(Schema.isMaxLength(12))],
    ([conditions, words]) => {
      const rules = conditions.map(({ code, text }, number) =>
        when(`r${number}`, {
          code,
          ...(text.length === 0 ? {} : { anyText: text.map((word) => `${word} `.repeat(2)) })
        })
      )
      const one = pack({ rules })
      const other = pack({ rules: [...rules].reverse() })
      const generic = pack({ id: "rfc", kind: "generic", rules: rules.slice(0, 2) })
      const seen = { code: 550, text: words.join(" ") }
      assert.deepStrictEqual(
        names(Knowledge.make([one, generic]), seen),
        names(Knowledge.make([generic, other]), seen)
      )
    }
  )

  it.prop(
    "finds through its index what comparing every rule finds",
    [Schema.Array(Words), Schema.String],
    ([words, noise]) => {
      const literals = ["alpha beta", "gamma", "beta gamma alpha", "x", "550 5.7.1"].filter((text) => text.length > 1)
      const knowledge = Knowledge.make([pack({ rules: literals.map((text, number) => when(`r${number}`, { text })) })])
      const text = `${words.join(" ")}${noise}`
      const slow = knowledge.rules
        .filter((compiled) => match({ ...knowledge, candidates: () => [compiled] }, { text }).length > 0)
        .map(({ name }) => name)
      assert.deepStrictEqual([...names(knowledge, { text })].sort(), [...slow].sort())
    }
  )

  it.prop("is total: any text, any code", [Schema.String, Schema.String], ([text, code]) => {
    const knowledge = Knowledge.make([pack({
      rules: [when("a", { code: ["4yz", "X"], pattern: "a+[b-z ]*q" }), when("b", { anyText: ["ab", "\u0130x"] })]
    })])
    for (const mode of ["open", "closed"] as const) {
      assert.isTrue(match(knowledge, { text, code, enhanced: code }, mode).length <= 2)
    }
  })

  it("takes a text of ten megabytes without looking at all of it", () => {
    const knowledge = Knowledge.make([
      pack({ rules: [when("a", { text: "needle" }), when("b", { pattern: "a+a+b" })] })
    ])
    assert.deepStrictEqual(names(knowledge, { text: `needle ${"a".repeat(10_000_000)}` }), ["acme/a"])
    assert.deepStrictEqual(names(knowledge, { text: `${"a".repeat(10_000_000)} needle` }), [])
  })
})

describe("classify", () => {
  it("says which typed error the best rule makes of a reply, with scope and milliseconds", () => {
    const knowledge = Knowledge.make([pack({
      rules: [
        when("slow", { text: "too fast", error: "Throttled" }, {
          as: { error: "Throttled", scope: "mailbox", retryAfter: "60s" }
        }),
        when("other", { code: 421 }, { as: { error: "TemporaryFailure" } }),
        when("plain", { text: "too fast but plain" })
      ]
    })])
    assert.deepStrictEqual(classify(knowledge, { code: 421, text: "Too fast" }), {
      error: "Throttled",
      rule: "acme/slow",
      scope: "mailbox",
      retryAfterMillis: 60_000
    })
    assert.deepStrictEqual(classify(knowledge, { code: 421, text: "" }), {
      error: "TemporaryFailure",
      rule: "acme/other"
    })
    assert.isUndefined(classify(knowledge, { code: 421, text: "too fast but plain" }))
    assert.isUndefined(classify(knowledge, { text: "nothing" }))
  })
})

describe("nearMisses", () => {
  it("names the conditions that did not hold, closest first", () => {
    const knowledge = Knowledge.make([pack({
      rules: [
        when("one", { text: "is disabled", phase: "auth" }),
        when("two", { text: "is disabled", phase: "auth", mechanism: ["LOGIN", "PLAIN"] }),
        when("hit", { text: "is disabled" }),
        when("far", { text: "something else", phase: "auth" })
      ]
    })])
    const found = nearMisses(knowledge, { text: "is disabled", phase: "data" })
    assert.deepStrictEqual(found.map(({ failed, name }) => [name, failed]), [
      ["acme/one", ["phase: wanted auth, seen data"]],
      ["acme/two", ["phase: wanted auth, seen data", "mechanism: wanted LOGIN or PLAIN, seen unknown"]]
    ])
  })
})
