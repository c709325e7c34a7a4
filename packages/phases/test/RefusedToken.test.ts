import { assert, describe, it } from "@effect/vitest"
import type { ClaimsFacts } from "@sonde/domain/TokenFacts"
import { doubts, type Refusal } from "@sonde/phases/RefusedToken"
import * as Schema from "effect/Schema"

const good: ClaimsFacts = {
  format: "jwt",
  kind: "user",
  user: "alice@example.test",
  issuer: "https://idp.example.test",
  audiences: ["https://mail.example.test"],
  scopes: ["openid", "mail"],
  doubts: []
}

const silent: Refusal = {
  payload: undefined,
  host: "mail.example.test",
  domain: "example.test",
  knowsAudience: false
}

const names = (facts: Partial<ClaimsFacts>, refusal: Partial<Refusal> = {}) =>
  doubts({ ...good, ...facts }, { ...silent, ...refusal }).map(({ name }) => name)

const configuration = (address: string): Partial<Refusal> => ({ payload: { "openid-configuration": address } })

describe("RefusedToken", () => {
  it("finds nothing in a token that fits", () => {
    assert.deepStrictEqual(names({}), [])
    assert.deepStrictEqual(
      names({}, {
        payload: {
          status: "401",
          scope: "mail",
          "openid-configuration": "https://idp.example.test/.well-known/openid-configuration"
        }
      }),
      []
    )
  })

  it("keeps what was in doubt before, first", () => {
    const upn = { name: "upn", found: "bob@example.test", wanted: "alice@example.test" }
    assert.deepStrictEqual(names({ doubts: [upn], audiences: ["https://other.example"] }), ["upn", "aud"])
    const scp = { name: "scp", found: "none", wanted: "imap" }
    assert.deepStrictEqual(doubts({ ...good, scopes: [], doubts: [scp] }, { ...silent, payload: { scope: "mail" } }), [
      scp
    ])
  })

  it("compares the scopes with those the server names, with or without their resource", () => {
    const scope = "https://mail.example.test/imap https://mail.example.test/all"
    assert.deepStrictEqual(doubts(good, { ...silent, payload: { scope } }), [{
      name: "scp",
      found: "openid mail",
      wanted: "https://mail.example.test/imap or https://mail.example.test/all"
    }])
    assert.deepStrictEqual(names({ scopes: ["all"] }, { payload: { scope } }), [])
    assert.strictEqual(doubts({ ...good, scopes: [] }, { ...silent, payload: { scope } })[0]?.found, "none")
    const { scopes: _, ...unscoped } = good
    assert.deepStrictEqual(doubts(unscoped, { ...silent, payload: { scope } }), [])
    assert.deepStrictEqual(names({}, { payload: { scope: " " } }), [])
  })

  it("compares the issuer with the one whose configuration the server names", () => {
    const at = (address: string) => names({ issuer: "https://idp.example.test/realms/mail/" }, configuration(address))
    assert.deepStrictEqual(at("https://idp.example.test/realms/mail/.well-known/openid-configuration"), [])
    assert.deepStrictEqual(at("https://idp.example.test/.well-known/openid-configuration/realms/mail"), [])
    assert.deepStrictEqual(at("https://idp.example.test/.well-known/openid-configuration"), ["iss"])
    for (const vague of ["", "not an address", "https://idp.example.test/configuration.json"]) {
      assert.deepStrictEqual(at(vague), [], vague)
    }
    const { issuer: _, ...unsigned } = good
    assert.deepStrictEqual(
      doubts(unsigned, { ...silent, ...configuration("https://x.example/.well-known/openid-configuration") }),
      []
    )
  })

  const audiences: ReadonlyArray<readonly [ReadonlyArray<string>, ReadonlyArray<string>]> = [
    [["https://graph.microsoft.com"], ["aud"]],
    [["graph.microsoft.com"], ["aud"]],
    [["https://calendar.example.net", "https://files.example.net"], ["aud"]],
    [["https://calendar.example.net", "https://mail.example.test"], []],
    [["https://api.example.test/"], []],
    [["example.test"], []],
    [["account"], []],
    [["https://calendar.example.net", "account"], []],
    [["6babcaad-604b-40ac-a9d7-9fd97c0b779f"], []],
    [["https://"], []],
    [[], []]
  ]
  for (const [of, expected] of audiences) {
    it(`finds ${expected.length === 0 ? "nothing in" : "that it is for somebody else:"} the audience ${of.join(" ")}`, () =>
      assert.deepStrictEqual(names({ audiences: of }), expected))
  }

  it("takes an audience near the mailbox for right, and one that was compared", () => {
    const audiences = ["https://example.test"]
    assert.deepStrictEqual(names({ audiences }, { host: "mx.provider.example" }), [])
    assert.deepStrictEqual(names({ audiences }, { host: "mx.provider.example", domain: undefined }), ["aud"])
    assert.deepStrictEqual(names({ audiences: ["https://graph.microsoft.com"] }, { knowsAudience: true }), [])
  })

  it.prop("takes any words, and never throws", {
    audience: Schema.String,
    scope: Schema.String,
    address: Schema.String
  }, ({ address, audience, scope }) => {
    const payload = { scope, "openid-configuration": `https://${address}` }
    assert.isArray(doubts({ ...good, audiences: [audience, `https://${audience}`] }, { ...silent, payload }))
  })
})
