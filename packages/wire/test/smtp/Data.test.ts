import { assert, describe, it } from "@effect/vitest"
import * as SmtpData from "@sonde/wire/smtp/Data"
import { between, cut, latin1, octets, sizes, utf8 } from "../support.ts"

const joined = (...parts: ReadonlyArray<Uint8Array>) => Uint8Array.from(parts.flatMap((part) => [...part]))

const serve = (chunks: ReadonlyArray<Uint8Array>, maxOctets?: number) => {
  const decoder = SmtpData.decoder(maxOctets === undefined ? {} : { maxOctets })
  for (const [index, chunk] of chunks.entries()) {
    const pushed = decoder.push(chunk)
    if (!pushed.done) continue
    const rest = joined(pushed.rest, ...chunks.slice(index + 1))
    return { message: latin1(pushed.message), rest: latin1(rest), tooLong: pushed.tooLong, bareEnds: pushed.bareEnds }
  }
  return undefined
}

describe("Data", () => {
  const rows: ReadonlyArray<readonly [string, string, string]> = [
    ["leaves an empty message empty", "", ""],
    ["keeps CRLF", "a\r\nb\r\n", "a\r\nb\r\n"],
    ["makes CRLF of a lone LF", "a\nb\n", "a\r\nb\r\n"],
    ["makes CRLF of a lone CR", "a\rb\r", "a\r\nb\r\n"],
    ["adds a last CRLF", "a", "a\r\n"],
    ["doubles a dot at the beginning of the message", ".", "..\r\n"],
    ["doubles a dot after any line end", "a\n.\r\n.b\r..c", "a\r\n..\r\n..b\r\n...c\r\n"],
    ["leaves other dots alone", "a.b.\r\nc.", "a.b.\r\nc.\r\n"],
    ["keeps empty lines", "\n\n", "\r\n\r\n"],
    ["hides an end of data in the message", "a\r\n.\r\nMAIL FROM:<x@y>\r\n", "a\r\n..\r\nMAIL FROM:<x@y>\r\n"],
    ["hides an end of data with lone line feeds", "a\n.\nRSET", "a\r\n..\r\nRSET\r\n"]
  ]
  for (const [title, message, wire] of rows) {
    it(title, () => assert.strictEqual(latin1(SmtpData.toWire(utf8(message))), wire))
  }

  it("ends data with a dot alone on a line", () => {
    assert.strictEqual(latin1(SmtpData.endOfData()), `${SmtpData.endOfDataLine}\r\n`)
  })

  it("takes dots off at the beginning and after CRLF only", () => {
    assert.strictEqual(latin1(SmtpData.fromWire(utf8("..a\r\n..\r\n.b\n.c\r.d"))), ".a\r\n.\r\nb\n.c\r.d")
  })

  const served: ReadonlyArray<readonly [string, string, ReturnType<typeof serve>]> = [
    ["reads an empty message", ".\r\nQUIT", { message: "", rest: "QUIT", tooLong: false, bareEnds: false }],
    ["reads a message", "a\r\n..b\r\n.\r\n", { message: "a\r\n.b\r\n", rest: "", tooLong: false, bareEnds: false }],
    ["does not end at LF . LF", "a\n.\nb\r\n.\r\n", {
      message: "a\n.\nb\r\n",
      rest: "",
      tooLong: false,
      bareEnds: true
    }],
    ["does not end at LF . CRLF", "a\n.\r\nb\r\n.\r\n", {
      message: "a\n.\r\nb\r\n",
      rest: "",
      tooLong: false,
      bareEnds: true
    }],
    ["does not end at CRLF . LF", "a\r\n.\nb\r\n.\r\n", {
      message: "a\r\n\nb\r\n",
      rest: "",
      tooLong: false,
      bareEnds: true
    }],
    ["does not end at CRLF . CR", "a\r\n.\rb\r\n.\r\n", {
      message: "a\r\n\rb\r\n",
      rest: "",
      tooLong: false,
      bareEnds: true
    }],
    ["keeps NUL", "\0\r\n.\r\n", { message: "\0\r\n", rest: "", tooLong: false, bareEnds: false }],
    ["waits for an end that has not come", "a\r\n.\r", undefined]
  ]
  for (const [title, input, expected] of served) {
    it(`as a server ${title}`, () => {
      assert.deepStrictEqual(serve([utf8(input)]), expected)
      assert.deepStrictEqual(serve(cut(utf8(input), [1])), expected)
    })
  }

  it("reads a message over the limit to its end without keeping it", () => {
    assert.deepStrictEqual(serve([utf8("123456789\r\n.\r\nrest")], 4), {
      message: "1234",
      rest: "rest",
      tooLong: true,
      bareEnds: false
    })
    assert.strictEqual(serve([utf8("12\r\n.\r\n")], 4)?.tooLong, false)
  })

  it("answers the same after the end", () => {
    const decoder = SmtpData.decoder()
    const first = decoder.push(utf8(".\r\n"))
    assert.isTrue(first.done)
    assert.strictEqual(decoder.push(utf8("more")), first)
  })

  it.prop("takes off exactly the dots it put in", { message: octets }, ({ message }) => {
    assert.deepStrictEqual(SmtpData.fromWire(SmtpData.toWire(message)), SmtpData.toCrlf(message))
  })

  it.prop("writes nothing that a server could take for an end, and a server reads it back in any chunking", {
    message: octets,
    after: octets,
    chunks: sizes
  }, ({ after, chunks, message }) => {
    const wire = joined(SmtpData.toWire(message), SmtpData.endOfData(), after)
    assert.deepStrictEqual(serve(cut(wire, chunks)), {
      message: latin1(SmtpData.toCrlf(message)),
      rest: latin1(after),
      tooLong: false,
      bareEnds: false
    })
  })

  it.prop("decodes any octets the same in any chunking", { input: octets, chunks: sizes, maxOctets: between(0, 40) }, ({
    chunks,
    input,
    maxOctets
  }) => {
    assert.deepStrictEqual(serve(cut(input, chunks), maxOctets), serve([input], maxOctets))
  })

  it.prop("changes nothing that is already in its final form", { message: octets }, ({ message }) => {
    const once = SmtpData.toCrlf(message)
    assert.deepStrictEqual(SmtpData.toCrlf(once), once)
  })
})
