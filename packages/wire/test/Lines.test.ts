import { assert, describe, it } from "@effect/vitest"
import * as Limits from "@sonde/wire/Limits"
import * as Lines from "@sonde/wire/Lines"
import * as Schema from "effect/Schema"
import { ascii, between, cut, octets, sizes, textOf, utf8 } from "./support.ts"

interface Seen {
  readonly lines: ReadonlyArray<Lines.Line>
  readonly error: string | undefined
  readonly pending: number
}

const read = (chunks: ReadonlyArray<Uint8Array>, maxLineOctets: number): Seen => {
  const decoder = Lines.make({ maxLineOctets })
  const lines: Array<Lines.Line> = []
  let error: string | undefined = undefined
  for (const chunk of chunks) {
    const pushed = decoder.push(chunk)
    lines.push(...pushed.lines)
    if (pushed.error !== undefined) error = `${pushed.error.problem} ${pushed.error.excerpt}`
  }
  return { lines, error, pending: decoder.pending }
}

describe("Lines", () => {
  const rows: ReadonlyArray<readonly [string, string, ReadonlyArray<Lines.Line>, number]> = [
    ["gives a line that ends with CRLF", "220 a\r\n", [{ text: "220 a", ending: "crlf" }], 0],
    ["flags a bare LF", "220 a\n", [{ text: "220 a", ending: "lf" }], 0],
    ["gives empty lines", "\r\n\n", [{ text: "", ending: "crlf" }, { text: "", ending: "lf" }], 0],
    ["keeps a lone CR in the text", "a\rb\r\r\n", [{ text: "a\rb\r", ending: "crlf" }], 0],
    ["keeps a NUL in the text", "a\0b\r\n", [{ text: "a\0b", ending: "crlf" }], 0],
    ["keeps a byte order mark", "\ufeffa\r\n", [{ text: "\ufeffa", ending: "crlf" }], 0],
    ["holds an unfinished line back", "a\r\n220 b\r", [{ text: "a", ending: "crlf" }], 6]
  ]
  for (const [title, input, lines, pending] of rows) {
    it(title, () => {
      const expected = { lines, error: undefined, pending }
      assert.deepStrictEqual(read([utf8(input)], 512), expected)
      assert.deepStrictEqual(read(cut(utf8(input), [1]), 512), expected)
    })
  }

  it("reads a UTF-8 character cut in two", () => {
    assert.deepStrictEqual(read(cut(utf8("250 é€\r\n"), [5, 1]), 512).lines, [{ text: "250 é€", ending: "crlf" }])
  })

  it("replaces what is not UTF-8", () => {
    assert.deepStrictEqual(read([Uint8Array.of(0xff, 0x41, 10)], 512).lines, [{ text: "\ufffdA", ending: "lf" }])
  })

  it("accepts a line of exactly the limit, ending included, and refuses one octet more", () => {
    assert.strictEqual(read([utf8("12345678\r\n")], 10).error, undefined)
    assert.strictEqual(read([utf8("123456789\r\n")], 10).error, "too-long 123456789\r")
  })

  it("stops an endless line as soon as it passes the limit and forgets it", () => {
    const decoder = Lines.make({ maxLineOctets: 1000 })
    const chunk = new Uint8Array(100).fill(0x61)
    let pushes = 0
    while (decoder.push(chunk).error === undefined) pushes++
    assert.strictEqual(pushes, 10)
    assert.strictEqual(decoder.pending, 0)
  })

  it("gives the lines before an error, then only the error", () => {
    const decoder = Lines.make({ maxLineOctets: 8 })
    const first = decoder.push(utf8("a\r\nb\r\n0123456789\r\nc\r\n"))
    assert.deepStrictEqual(first.lines.map(({ text }) => text), ["a", "b"])
    assert.isDefined(first.error)
    assert.strictEqual(first.error.excerpt, "01234567")
    assert.strictEqual(first.error.message, "line longer than 8 octets")
    assert.deepStrictEqual(decoder.push(utf8("d\r\n")), { lines: [], error: first.error })
  })

  it("keeps at most the excerpt of a long line in its error", () => {
    const error = Lines.make().push(new Uint8Array(20_000).fill(0x61)).error
    assert.isDefined(error)
    assert.strictEqual(error.excerpt.length, Limits.errorExcerptOctets)
    assert.strictEqual(error.maxLineOctets, Limits.maxReplyLineOctets)
  })

  it("hands over the octets behind a reply, and no longer holds them", () => {
    const decoder = Lines.make()
    assert.strictEqual(decoder.push(utf8("220 go ahead\r\n250 inj")).lines.length, 1)
    assert.strictEqual(decoder.pending, 7)
    assert.strictEqual(ascii(decoder.takePending()), "250 inj")
    assert.strictEqual(decoder.pending, 0)
    assert.deepStrictEqual(decoder.push(utf8("x\r\n")).lines, [{ text: "x", ending: "crlf" }])
  })

  it("copies what it holds, so that the caller may reuse the chunk", () => {
    const decoder = Lines.make()
    const chunk = utf8("abc")
    decoder.push(chunk)
    chunk.fill(0x7a)
    assert.deepStrictEqual(decoder.push(utf8("\r\n")).lines, [{ text: "abc", ending: "crlf" }])
  })

  it("reads a megabyte sent one octet per segment in linear time", () => {
    const decoder = Lines.make({ maxLineOctets: 2_000_000 })
    const digits = Array.from({ length: 10 }, (_, index) => utf8(`${index}`))
    for (let index = 0; index < 1_000_000; index++) decoder.push(digits[index % 10]!)
    assert.isTrue(decoder.push(utf8("\n")).lines[0]?.text === "0123456789".repeat(100_000))
  })

  it.prop(
    "gives the same lines, error and rest for any octets in any chunking",
    { input: octets, chunks: sizes, maxLineOctets: between(1, 30) },
    ({ chunks, input, maxLineOctets }) => {
      assert.deepStrictEqual(read(cut(input, chunks), maxLineOctets), read([input], maxLineOctets))
    }
  )

  it.prop("loses no octet of any input without invalid UTF-8", { input: Schema.String, chunks: sizes }, ({
    chunks,
    input
  }) => {
    const text = ascii(utf8(input))
    const decoder = Lines.make()
    const lines = cut(utf8(text), chunks).flatMap((chunk) => decoder.push(chunk).lines)
    const whole = lines.map((line) => line.text + (line.ending === "crlf" ? "\r\n" : "\n")).join("")
    assert.strictEqual(whole + new TextDecoder("utf-8", { ignoreBOM: true }).decode(decoder.takePending()), text)
  })

  it.prop("reads back the lines it writes", {
    texts: Schema.Array(Schema.String),
    any: textOf("a\0é. ", { maxLength: 9 })
  }, ({
    any,
    texts
  }) => {
    const lines = [...texts, any].map((text) => text.toWellFormed().replaceAll(/[\r\n]/g, ""))
    assert.deepStrictEqual(read([Lines.toBytes(lines)], 8192).lines, lines.map((text) => ({ text, ending: "crlf" })))
  })
})
