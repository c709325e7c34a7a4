import { assert, describe, it } from "@effect/vitest"
import { demanded, make } from "@sonde/packs/Prefilter"
import { clients, phases } from "@sonde/packs/read/Client"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"

const replies = Schema.decodeUnknownSync(Schema.Array(Schema.Struct({ reply: Schema.String })))(
  JSON.parse(readFileSync(new URL("../../../test-fixtures/replies.json", import.meta.url), "utf8"))
).map(({ reply }) => reply)

describe("Prefilter.demanded", () => {
  it.each<[RegExp, ReadonlyArray<string> | undefined]>([
    [/\bSMTP Error: |\bSMTP -> ERROR: /u, ["smtp error: ", "smtp -> error: "]],
    [/colou?r code/u, ["r code"]],
    [/abc+d/u, ["abc"]],
    [/abc{0,2}defg/u, ["defg"]],
    [/abc{2}/u, ["abc"]],
    [/(?:one|two|three)? only/u, [" only"]],
    [/x(?:one|two)+y/u, ["one", "two"]],
    [/(?<=before )after(?! that)/u, ["after"]],
    [/(?<word>letters) x/u, ["letters"]],
    [/a\.b\[c\]/u, ["a.b[c]"]],
    [/\u0041bcd|[[\]abc]efgh\d/iu, ["bcd", "efgh"]],
    [/first|[a-z]+/u, undefined],
    [/first|/u, undefined],
    [/no|yes!/u, undefined],
    [/[0-9]{3}/u, undefined]
  ])("%s demands %j", (expression, words) => assert.deepStrictEqual(demanded(expression), words))
})

describe("a prefilter", () => {
  const expressions = [...clients, ...phases].map(({ sign }) => sign)
  const prefilter = make(expressions, 0)
  const whole = (text: string): void => {
    const flags = Uint8Array.from(prefilter(text))
    for (const [number, expression] of expressions.entries()) {
      if (expression.test(text)) assert.strictEqual(flags[number], 1, `${expression} in ${JSON.stringify(text)}`)
    }
  }

  it("lets nothing through that does not stand in the text", () => {
    const flags = make([/alpha/u, /beta/iu], 0)("Alphabet \u017f BETA".replace("\u017f", "s"))
    assert.deepStrictEqual([...flags], [1, 1])
    assert.deepStrictEqual([...make([/alpha/u, /beta/iu], 0)("gamma")], [0, 0])
    assert.deepStrictEqual([...make([/55 no/u], 0)("155 no1")], [1])
  })

  it("is built only for many texts", () => {
    const late = make([/alpha/u], 2)
    assert.deepStrictEqual([1, 2, 3].map(() => late("beta")[0]), [1, 1, 0])
  })

  it("passes over no expression that matches a reply", () => replies.forEach(whole))

  it("knows that an expression without case takes a long s for an s", () => {
    assert.match("\u017fasl authentication failed", /\bSASL authentication failed\b/iu)
    whole("\u017fasl authentication failed")
    assert.deepStrictEqual([...make([/sasl/iu], 0)("\u017fa\u017fl")], [1])
  })

  const Parts = Schema.Array(Schema.Literals(
    expressions.flatMap(({ source }) => source.split(/\\b|\||\(\?:|[()?]/u)).map((part) => part.replaceAll("\\", ""))
  ))
  it.prop("passes over no expression that matches a made-up text", [Parts, Schema.String], ([parts, noise]) => {
    whole(parts.join(""))
    whole(`${parts.join(" ")}${noise}`)
    whole(parts.join(" ").toUpperCase())
  })
})
