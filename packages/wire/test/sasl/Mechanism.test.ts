import { assert, describe, it } from "@effect/vitest"
import * as Mechanism from "@sonde/wire/sasl/Mechanism"
import * as Schema from "effect/Schema"

describe("Mechanism", () => {
  it("chooses by the kind of credential, PLAIN before LOGIN", () => {
    assert.strictEqual(Mechanism.choose(["LOGIN", "PLAIN", "XOAUTH2"], "password"), "PLAIN")
    assert.strictEqual(Mechanism.choose(["login", "xoauth2"], "password"), "LOGIN")
    assert.strictEqual(Mechanism.choose(["LOGIN", "XOAUTH2"], "token"), "XOAUTH2")
    assert.strictEqual(Mechanism.choose(["XOAUTH2"], "password"), undefined)
    assert.strictEqual(Mechanism.choose(["LOGIN", "PLAIN"], "token"), undefined)
    assert.strictEqual(Mechanism.choose(["CRAM-MD5", "NTLM"], "password"), undefined)
    assert.strictEqual(Mechanism.choose([], "password"), undefined)
  })

  it("sorts from strong to weak, each name once and unknown names last", () => {
    assert.deepStrictEqual(Mechanism.byStrength(["LOGIN", "X-NEW", "plain", "SCRAM-SHA-256", "login", "CRAM-MD5"]), [
      "SCRAM-SHA-256",
      "CRAM-MD5",
      "PLAIN",
      "LOGIN",
      "X-NEW"
    ])
  })

  it("knows which mechanisms need TLS because they send a reusable secret", () => {
    assert.isTrue(["plain", "LOGIN", "XOAUTH2", "OAUTHBEARER"].every(Mechanism.isPlaintext))
    assert.isFalse(["CRAM-MD5", "SCRAM-SHA-256", "GSSAPI"].some(Mechanism.isPlaintext))
  })

  it("recognises everything it speaks", () => {
    assert.isTrue(Mechanism.spoken.every((name) => Mechanism.recognised.includes(name)))
    assert.isTrue(Mechanism.isSpoken("PLAIN"))
    assert.isFalse(Mechanism.isSpoken("CRAM-MD5"))
  })

  it.prop("keeps every offered name when it sorts, and chooses only offered ones", {
    names: Schema.Array(Schema.Union([Schema.String, Schema.Literals(["PLAIN", "login", "XOAUTH2", "NTLM"])]))
  }, ({ names }) => {
    const upper = new Set(names.map((name) => name.toUpperCase()))
    assert.deepStrictEqual(new Set(Mechanism.byStrength(names)), upper)
    for (const credential of ["password", "token"] as const) {
      const chosen = Mechanism.choose(names, credential)
      assert.isTrue(chosen === undefined || upper.has(chosen))
    }
  })
})
