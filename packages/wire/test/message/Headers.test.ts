import { assert, describe, it } from "@effect/vitest"
import * as Headers from "@sonde/wire/message/Headers"
import * as Schema from "effect/Schema"
import { octets, textOf, utf8 } from "../support.ts"

const read = (text: string) => Headers.fromBytes(utf8(text))

describe("Headers", () => {
  it("reads fields in order and stops at the first empty line", () => {
    assert.deepStrictEqual(read("A: 1\r\nb:2\r\n\r\nC: 3\r\n"), [{ name: "A", value: "1" }, { name: "b", value: "2" }])
    assert.deepStrictEqual(read("A: 1\n\nC: 3\n"), [{ name: "A", value: "1" }])
    assert.deepStrictEqual(read("\r\nC: 3"), [])
    assert.deepStrictEqual(read(""), [])
  })

  it("unfolds values", () => {
    assert.deepStrictEqual(read("Subject: a\r\n b\r\n\tc\r\n"), [{ name: "Subject", value: "a b\tc" }])
    assert.deepStrictEqual(read("Message-ID:\r\n <a@b>\r\n"), [{ name: "Message-ID", value: "<a@b>" }])
  })

  it("skips lines that are no fields", () => {
    assert.deepStrictEqual(read(" lost\r\nFrom ada Tue\r\n: x\r\nA : 1\r\nB"), [{ name: "A", value: "1" }])
  })

  it("finds the first field of a name in any case", () => {
    const headers = read("to: a\r\nTo: b\r\n")
    assert.strictEqual(Headers.first(headers, "TO"), "a")
    assert.strictEqual(Headers.first(headers, "Cc"), undefined)
  })

  it("finds the message id", () => {
    assert.strictEqual(Headers.messageId(utf8("message-id: <a.b@c>\r\n\r\n")), "<a.b@c>")
    assert.strictEqual(Headers.messageId(utf8("Message-ID: none\r\n\r\nMessage-ID: <a@b>\r\n")), undefined)
    assert.strictEqual(Headers.messageId(utf8("")), undefined)
  })

  it("finds the sender", () => {
    assert.deepStrictEqual(Headers.from(utf8("From: Ada <ada@example.org>\r\n\r\n")), ["ada@example.org"])
    assert.deepStrictEqual(Headers.from(utf8("Sender: x@y\r\n\r\n")), [])
  })

  const lists: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ["ada@example.org", ["ada@example.org"]],
    ["Ada <ada@example.org>, bob@example.net", ["ada@example.org", "bob@example.net"]],
    ["\"Doe, Ada <x@y>\" <ada@example.org>", ["ada@example.org"]],
    ["\"a \\\" b\" <a@b>", ["a@b"]],
    ["a@b (comment, with c@d (nested) <e@f>)", ["a@b"]],
    ["(\\) c@d) a@b", ["a@b"]],
    ["\"a b\"@example.org", ["\"a b\"@example.org"]],
    ["<\"a>b\"@example.org>", ["\"a>b\"@example.org"]],
    ["friends: a@b, C <c@d>;, e@f", ["a@b", "c@d", "e@f"]],
    ["undisclosed-recipients:;", []],
    ["Ada <>", []],
    ["<a@b> \"x\\\" y\" z", ["a@b"]],
    ["Ada ada at example", []],
    ["=?utf-8?B?SsO2cmc=?= <joerg@example.org>", ["joerg@example.org"]],
    ["jörg@example.org", ["jörg@example.org"]],
    ["", []],
    [",,;", []]
  ]
  for (const [value, expected] of lists) {
    it(`reads the addresses of ${JSON.stringify(value)}`, () => {
      assert.deepStrictEqual(Headers.addresses(value), expected)
    })
  }

  it.prop("reads back every field it is given", {
    fields: Schema.Array(Schema.Struct({ name: Schema.Literals(["A", "X-b", "From"]), value: Schema.String }))
  }, ({ fields }) => {
    const clean = fields.map(({ name, value }) => ({
      name,
      value: value.toWellFormed().replaceAll(/[\r\n]/g, "").trim()
    }))
    const text = clean.map(({ name, value }) => `${name}: ${value}\r\n`).join("")
    assert.deepStrictEqual(read(`${text}\r\nBody: x\r\n`), clean)
  })

  it.prop(
    "reads any octets, and never throws",
    { message: octets, value: textOf("a@<>\"\\(),;: ", { maxLength: 20 }) },
    ({
      message,
      value
    }) => {
      assert.isTrue(Headers.fromBytes(message).every(({ name }) => name !== ""))
      assert.isTrue(Headers.from(utf8(`From: ${value}`)).every((address) => address.includes("@")))
    }
  )
})
