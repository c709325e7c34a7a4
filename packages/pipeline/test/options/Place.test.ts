/** Places that options name. */
import { assert, describe, it } from "@effect/vitest"
import * as Place from "@sonde/pipeline/options/Place"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

describe("pinFromText", () => {
  it.each([
    { text: "mx.example:587:127.0.0.1:2587", pin: ["mx.example", 587, "127.0.0.1", 2587] },
    { text: "MX.Example:1:[::1]:65535", pin: ["mx.example", 1, "::1", 65535] },
    { text: "[2001:DB8::7]:25:relay.example:2525", pin: ["2001:db8::7", 25, "relay.example", 2525] }
  ])("reads $text", ({ pin, text }) => {
    const { host, port, toHost, toPort } = Result.getOrThrow(Place.pinFromText(text))
    assert.deepStrictEqual([host, port, toHost, toPort], pin)
  })

  it.each([
    { text: "" },
    { text: "mx.example" },
    { text: "mx.example:587" },
    { text: "mx.example:0:127.0.0.1:25" },
    { text: "mx.example:587:127.0.0.1:65536" },
    { text: "mx.example:587:127.0.0.1:999999" },
    { text: "mx.example:587:::1:25" },
    { text: "mx.example:587:127.0.0.1:25:9" },
    { text: "mx.example:587:a b:25" },
    { text: "mx.example:587:[nonsense]:25" },
    { text: "[]:587:127.0.0.1:25" },
    { text: " mx.example:587:127.0.0.1:25" }
  ])("refuses \"$text\"", ({ text }) => {
    const result = Place.pinFromText(text)
    assert.strictEqual(Result.isFailure(result) && result.failure.option, "--connect-to")
  })

  const label = Schema.String.check(Schema.isPattern(/^[a-z][a-z0-9]{0,8}$/u))
  const octet = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))
  const group = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65535 }))
  it.prop(
    "reads back what a mapping says, whatever names and ports",
    { name: label, four: Schema.Tuple([octet, octet]), six: group, port: group, toPort: group, isSix: Schema.Boolean },
    ({ four, isSix, name, port, six, toPort }) => {
      const address = isSix ? `2001:db8::${six.toString(16)}` : `127.0.${four.join(".")}`
      const text = `${name}.example:${port}:${isSix ? `[${address}]` : address}:${toPort}`
      assert.deepStrictEqual(Result.getOrThrow(Place.pinFromText(text)), {
        host: `${name}.example`,
        port,
        toHost: address,
        toPort
      })
    }
  )

  it.prop("takes any text without a defect", { text: Schema.String }, ({ text }) => {
    const result = Place.pinFromText(text)
    assert.isTrue(Result.isSuccess(result) || result.failure.problem.endsWith("is no mapping"))
  })
})
