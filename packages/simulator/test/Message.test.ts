import { assert, describe, it } from "@effect/vitest"
import { headerOf, maxKeptOctets, MessageReader } from "@sonde/simulator/Message"
import * as Schema from "effect/Schema"

const stuff = (text: string): string => `\r\n${text}`.replaceAll("\r\n.", "\r\n..").slice(2)

/** Feeds octets in pieces of these sizes, over and over, until they are gone or the message ended. */
const read = (octets: Buffer, sizes: ReadonlyArray<number>): { reader: MessageReader; rest: string | undefined } => {
  const reader = new MessageReader()
  let at = 0
  for (let n = 0; at < octets.length; n++) {
    const size = sizes[n % sizes.length] ?? 1
    const rest = reader.pushData(octets.subarray(at, at + size))
    at += size
    if (rest !== undefined) return { reader, rest: rest.toString() + octets.subarray(at).toString() }
  }
  return { reader, rest: undefined }
}

const pieces = Schema.Array(Schema.Literals(["\r", "\n", ".", "\r\n", "\r\n.", "a", "\r\n.\r"]))
const sizes = Schema.NonEmptyArray(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 })))

describe("MessageReader", () => {
  it.prop(
    "gives back any text that was stuffed, in any chunking, and what follows it",
    [pieces, sizes],
    ([parts, chunks]) => {
      const text = `${parts.join("")}\r\n`
      const { reader, rest } = read(Buffer.from(`${stuff(text)}.\r\nQUIT\r\n`), chunks)
      assert.strictEqual(rest, "QUIT\r\n")
      assert.strictEqual(reader.kept(false).toString(), text)
      assert.strictEqual(reader.octets, text.length)
    }
  )

  it("takes a lone dot as an empty message", () => {
    const { reader, rest } = read(Buffer.from(".\r\n"), [1])
    assert.strictEqual(rest, "")
    assert.strictEqual(reader.octets, 0)
    assert.strictEqual(reader.kept(false).length, 0)
  })

  it("counts past what it keeps", () => {
    const text = "0123456789abcdef".repeat(40_000)
    const { reader } = read(Buffer.from(`${text}\r\n.\r\n`), [65_536])
    assert.strictEqual(reader.octets, text.length + 2)
    assert.strictEqual(reader.kept(false).length, maxKeptOctets)
  })
})

describe("headerOf", () => {
  it.each<[string, ReadonlyArray<string>]>([
    ["From: a@b.example", ["a@b.example"]],
    ["From: Name <a@b.example>", ["a@b.example"]],
    ["From: \"x@y.example\" <a@b.example>", ["a@b.example"]],
    ["from:\r\n\tName\r\n <a@b.example>", ["a@b.example"]],
    ["From: a@b.example, Name <c@d.example>", ["c@d.example"]],
    ["From: <a@b.example>, <c@d.example>", ["a@b.example", "c@d.example"]],
    ["From: a@b.example (Some <c@d.example>)", ["a@b.example"]],
    ["From: undisclosed", []],
    ["To: a@b.example", []]
  ])("reads the addresses of %j", (field, from) => {
    assert.deepStrictEqual(headerOf(Buffer.from(`X: 1\r\n${field}\r\n\r\nFrom: body@b.example\r\n`)).from, from)
  })

  it("reads Subject and Message-ID and nothing from the body", () => {
    assert.deepStrictEqual(headerOf(Buffer.from("Subject: one\r\n two\r\nMessage-Id: <1@x>\r\n\r\nSubject: no")), {
      from: [],
      subject: "one two",
      messageId: "<1@x>"
    })
    assert.deepStrictEqual(headerOf(Buffer.from("\r\nSubject: no")), { from: [], subject: null, messageId: null })
  })
})
