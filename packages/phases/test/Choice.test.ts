import { assert, describe, it } from "@effect/vitest"
import { AuthChoice } from "@sonde/domain/Options"
import * as Choice from "@sonde/phases/Choice"
import * as Mechanism from "@sonde/wire/sasl/Mechanism"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"

const names = Schema.Literals([...Mechanism.recognised, "X-UNKNOWN", "plain", "Login", "xoauth2"])
const kinds = Schema.Literals(["password", "token", "certificate"])

const means = (kind: Mechanism.CredentialKind, asked: AuthChoice = "auto", isBindable = true): Choice.Means => ({
  kind,
  asked,
  isBindable,
  problemOf: () => undefined
})

describe("Choice.choose", () => {
  it.prop(
    "takes only what is offered, spoken and fit for the secret, and explains every other one",
    [
      Arbitrary.array(Arbitrary.schema(names)),
      Arbitrary.schema(kinds),
      Arbitrary.schema(AuthChoice),
      Arbitrary.schema(Schema.Boolean)
    ],
    ([offered, kind, asked, isBindable]) => {
      const { mechanism, passedOver } = Choice.choose(offered, means(kind, asked, isBindable))
      const upper = offered.map((name) => name.toUpperCase())
      if (mechanism !== undefined) {
        assert.include(upper, mechanism)
        assert.strictEqual(Mechanism.takes(mechanism), kind)
        assert.isTrue(asked === "auto" || mechanism === asked.toUpperCase())
        assert.isTrue(isBindable || !mechanism.endsWith("-PLUS"))
      }
      assert.deepStrictEqual(passedOver.map((other) => other.mechanism), upper.filter((name) => name !== mechanism))
      for (const { why } of passedOver) assert.isNotEmpty(why)
    }
  )

  it.prop("does not depend on the order of the offer", [
    Arbitrary.array(Arbitrary.schema(names)),
    Arbitrary.schema(kinds)
  ], ([offered, kind]) => {
    assert.strictEqual(
      Choice.choose(offered, means(kind)).mechanism,
      Choice.choose([...offered].reverse(), means(kind)).mechanism
    )
  })

  it.each(
    [
      [["LOGIN", "PLAIN"], "password", "PLAIN"],
      [["LOGIN"], "password", "LOGIN"],
      [["PLAIN", "XOAUTH2"], "token", "XOAUTH2"],
      [["XOAUTH2", "OAUTHBEARER"], "token", "OAUTHBEARER"],
      [["PLAIN", "CRAM-MD5"], "password", "CRAM-MD5"],
      [["CRAM-MD5", "SCRAM-SHA-1"], "password", "SCRAM-SHA-1"],
      [["SCRAM-SHA-1", "SCRAM-SHA-256"], "password", "SCRAM-SHA-256"],
      [["SCRAM-SHA-256", "SCRAM-SHA-1-PLUS"], "password", "SCRAM-SHA-1-PLUS"],
      [["NTLM", "GSSAPI", "EXTERNAL"], "password", undefined],
      [["PLAIN", "EXTERNAL"], "certificate", "EXTERNAL"],
      [["PLAIN", "EXTERNAL"], "password", "PLAIN"],
      [["PLAIN"], "certificate", undefined],
      [[], "password", undefined]
    ] as const
  )("of %j takes for a %s %s", (offered, kind, mechanism) => {
    assert.strictEqual(Choice.choose(offered, means(kind)).mechanism, mechanism)
  })

  it("leaves out what the connection or the secret does not allow, and says why", () => {
    const offered = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "EXTERNAL", "NTLM", "PLAIN", "LOGIN", "XOAUTH2"]
    const { mechanism, passedOver } = Choice.choose(offered, {
      ...means("password", "auto", false),
      problemOf: (name) => name.startsWith("SCRAM") ? "no such character" : undefined
    })
    assert.strictEqual(mechanism, "PLAIN")
    assert.deepStrictEqual(passedOver.map(({ mechanism, why }) => `${mechanism}: ${why}`), [
      "SCRAM-SHA-256-PLUS: it ties itself to the TLS connection, and this one cannot be told apart",
      "SCRAM-SHA-256: no such character",
      "EXTERNAL: it wants a client certificate: give one with --tls-certificate, and --auth external",
      "NTLM: it is Microsoft's own, and what it sends can be relayed and guessed; Sonde does not speak it",
      "LOGIN: PLAIN comes first",
      "XOAUTH2: it wants a token, and a password was given"
    ])
  })
})
