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
    assert.strictEqual(Mechanism.choose(["DIGEST-MD5", "NTLM"], "password"), undefined)
    assert.strictEqual(Mechanism.choose(["XOAUTH2", "OAUTHBEARER"], "token"), "OAUTHBEARER")
    const offered = ["PLAIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS"]
    assert.strictEqual(Mechanism.choose(offered, "password"), "SCRAM-SHA-1-PLUS")
    assert.strictEqual(Mechanism.choose(offered, "password", (name) => !Mechanism.isBound(name)), "SCRAM-SHA-256")
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

  it("says why it does not speak what it knows", () => {
    for (
      const name of ["NTLM", "GSSAPI", "GSS-SPNEGO", "gs2-krb5", "DIGEST-MD5", "KERBEROS_V4", "ANONYMOUS"]
    ) {
      assert.isString(Mechanism.unspoken(name), name)
    }
    for (const name of [...Mechanism.spoken, "X-NEW", "toString"]) assert.isUndefined(Mechanism.unspoken(name), name)
  })

  it("knows which mechanisms need TLS because they send a reusable secret", () => {
    assert.isTrue(["plain", "LOGIN", "XOAUTH2", "OAUTHBEARER"].every(Mechanism.isPlaintext))
    assert.isFalse(["CRAM-MD5", "SCRAM-SHA-256", "GSSAPI"].some(Mechanism.isPlaintext))
  })

  it("recognises everything it speaks", () => {
    assert.isTrue(Mechanism.spoken.every((name) => Mechanism.recognised.includes(name)))
    assert.isTrue(Mechanism.isSpoken("PLAIN"))
    assert.isFalse(Mechanism.isSpoken("DIGEST-MD5"))
  })

  it.prop("keeps every offered name when it sorts, and chooses only offered ones", {
    names: Schema.Array(Schema.Union([Schema.String, Schema.Literals(["PLAIN", "login", "XOAUTH2", "NTLM"])]))
  }, ({ names }) => {
    const upper = new Set(names.map((name) => name.toUpperCase()))
    assert.deepStrictEqual(new Set(Mechanism.byStrength(names)), upper)
    for (const credential of ["password", "token", "certificate"] as const) {
      const chosen = Mechanism.choose(names, credential)
      assert.isTrue(chosen === undefined || upper.has(chosen))
    }
  })
})
