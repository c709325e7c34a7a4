import { assert, describe, it } from "@effect/vitest"
import { AuthChoice } from "@sonde/domain/Options"
import * as Choice from "@sonde/phases/Choice"
import * as Mechanism from "@sonde/wire/sasl/Mechanism"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"

const names = Schema.Literals([...Mechanism.recognised, "X-UNKNOWN", "plain", "Login", "xoauth2"])
const kinds = Schema.Literals(["password", "token"])

describe("Choice.choose", () => {
  it.prop(
    "takes only what is offered, spoken and fit for the secret, and explains every other one",
    [Arbitrary.array(Arbitrary.schema(names)), Arbitrary.schema(kinds), Arbitrary.schema(AuthChoice)],
    ([offered, kind, asked]) => {
      const { mechanism, passedOver } = Choice.choose(offered, kind, asked)
      const upper = offered.map((name) => name.toUpperCase())
      if (mechanism !== undefined) {
        assert.include(upper, mechanism)
        assert.strictEqual(mechanism === "XOAUTH2" ? "token" : "password", kind)
        assert.isTrue(asked === "auto" || mechanism === asked.toUpperCase())
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
      Choice.choose(offered, kind, "auto").mechanism,
      Choice.choose([...offered].reverse(), kind, "auto").mechanism
    )
  })

  it.each(
    [
      [["LOGIN", "PLAIN"], "password", "PLAIN"],
      [["LOGIN"], "password", "LOGIN"],
      [["PLAIN", "XOAUTH2"], "token", "XOAUTH2"],
      [["OAUTHBEARER"], "token", undefined],
      [["SCRAM-SHA-256", "CRAM-MD5"], "password", undefined],
      [[], "password", undefined]
    ] as const
  )("of %j takes for a %s %s", (offered, kind, mechanism) => {
    assert.strictEqual(Choice.choose(offered, kind, "auto").mechanism, mechanism)
  })
})
