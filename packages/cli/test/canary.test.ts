/** What holds a secret at the front end shows it to nobody: printed, inspected, encoded, thrown. */
import { assert, describe, it } from "@effect/vitest"
import { defect } from "@sonde/cli/Defect"
import * as Secret from "@sonde/cli/Secret"
import { CheckOptions } from "@sonde/domain/Options"
import * as Cause from "effect/Cause"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { format, inspect } from "node:util"
import { search } from "./CanarySearch.ts"

const canary = "Canary-9fK2 \"xQ7\" vLm3z"
const token = "ey.Canary9fK2xQ7vLm3z.9fK2xQ7"

/** Every way in which a program comes to print a value. */
const printed = (value: unknown): string =>
  [
    inspect(value, { depth: Infinity, showHidden: true, getters: true, showProxy: true, maxStringLength: Infinity }),
    format("%s %o %j", value, value, value),
    `${String(value)} ${JSON.stringify(value)}`,
    value instanceof Error ? `${value.stack} ${value.message} ${Cause.pretty(Cause.fail(value))}` : "",
    value instanceof Error ? defect(value) : ""
  ].join("\n")

const assertSilent = (value: unknown): void => assert.deepStrictEqual(search(printed(value), [canary, token]), [])

const options = { target: "alice@canary.example", provider: "microsoft-365" }

describe("a secret in memory", () => {
  it("is found by this test where it is not wrapped", () => {
    assert.isNotEmpty(search(printed({ deep: { er: [{ secret: canary }] } }), [canary, token]))
    assert.isNotEmpty(search(printed(Object.assign(new Error("x"), { secret: token })), [canary, token]))
  })

  it("does not pass the schema of the options, whether it is encoded or refused", () => {
    const codec = Schema.toCodecJson(CheckOptions)
    const encoded = Schema.encodeUnknownSync(codec)({ ...options, secret: Redacted.make(canary) })
    assert.deepStrictEqual(encoded, options)
    const refused = Schema.decodeUnknownResult(codec, { onExcessProperty: "error" })({
      ...options,
      secret: Redacted.make(canary)
    })
    assert.isTrue(Result.isFailure(refused))
    assertSilent(refused)
  })

  it.each([canary, `env:${canary}`, `pass:${canary}`, `${canary}:x`])(
    "is not in the failure when it stands where its source belongs, form %#",
    (text) => {
      for (const option of ["--secret", "--token"] as const) {
        const failure = Result.getOrThrow(Result.flip(Secret.parse(option, text)))
        assert.strictEqual(failure.exitCode, 64)
        assertSilent(failure)
      }
    }
  )

  it("is not told by the report of a defect whose error holds it", () => {
    for (const thrown of [new TypeError(canary, { cause: token }), canary, { canary }, Redacted.make(canary)]) {
      assert.deepStrictEqual(search(defect(thrown), [canary, token]), [])
    }
  })
})
