import { assert, describe, it } from "@effect/vitest"
import { fromBase64, fromEncodedWords, fromQuotedPrintable, latin1, toText } from "@sonde/packs/read/Encoding"
import { headers, leaves, maxParts } from "@sonde/packs/read/Mime"
import * as Schema from "effect/Schema"

describe("Encoding", () => {
  it.prop("decodes what Node encodes as base64", [Schema.String], ([text]) => {
    const well = text.toWellFormed()
    assert.strictEqual(toText(fromBase64(Buffer.from(well, "utf8").toString("base64"))), well.replace(/^\uFEFF/u, ""))
  })

  it("ignores what is no base64 (RFC 2045 section 6.8)", () => {
    assert.strictEqual(toText(fromBase64("aG\r\nVs-!bG8=aGVsbG8=")), "hello")
  })

  it.each([
    ["a=3Db", "a=b"],
    ["soft=\nbreak=\r\n!", "softbreak!"],
    ["=C3=BC=c3=bc", "üü"],
    ["a=ZZ=", "a=ZZ="],
    ["ü€", "ü€"]
  ])("decodes quoted-printable %s", (text, expected) => {
    assert.strictEqual(toText(fromQuotedPrintable(text)), expected)
  })

  it.each([
    ["=?utf-8?B?w7w=?= x", "ü x"],
    ["=?ISO-8859-1?Q?a=FC_b?=", "aü b"],
    ["=?utf-8?Q?a?= \n =?utf-8?Q?b?=", "ab"],
    ["=?utf-8*en?q?a?=", "a"],
    ["=?no-such-set?Q?a?=", "a"],
    ["=?utf-8?X?a?=", "=?utf-8?X?a?="]
  ])("decodes the encoded word %s (RFC 2047 section 2)", (text, expected) => {
    assert.strictEqual(fromEncodedWords(text), expected)
  })

  it("keeps octets that are no text", () => {
    assert.strictEqual(toText(new Uint8Array([0x61, 0xff])), "a\ufffd")
    assert.strictEqual(latin1(new Uint8Array([0x61, 0xff])), "aÿ")
  })

  it.prop("is total", [Schema.String], ([text]) => {
    assert.isString(
      fromEncodedWords(`=?${text}?q?${text}?=`) + toText(fromQuotedPrintable(text), text) + toText(fromBase64(text))
    )
  })
})

describe("headers", () => {
  it("joins folded lines and ends at the first line that is no field (RFC 5322 section 2.2.3)", () => {
    const { body, fields } = headers("A: one\n two\nb:three\nA: four\n\nrest")
    assert.deepStrictEqual([...fields], [["a", "one\ntwo"], ["b", "three"]])
    assert.strictEqual(body, "A: one\n two\nb:three\nA: four\n\n".length)
    assert.strictEqual(headers("A: one\nno field").body, "A: one\n".length)
  })
})

describe("leaves", () => {
  it("takes a message without a boundary as one part", () => {
    assert.deepStrictEqual(leaves("Content-Type: multipart/mixed\n\nx"), [{ type: "multipart/mixed", body: "x" }])
    assert.deepStrictEqual(leaves("just words"), [{ type: "text/plain", body: "just words" }])
  })

  it("stops at a depth and at a number of parts", () => {
    const deep = Array.from(
      { length: 50 },
      (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\n\n--b${level}\n`
    )
    assert.lengthOf(leaves(deep.join("")), 1)
    assert.lengthOf(leaves(`Content-Type: multipart/mixed; boundary=b\n\n${"--b\n\nx\n".repeat(1000)}`), maxParts)
  })

  it("reads a message that was cut off", () => {
    assert.deepStrictEqual(leaves("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntw"), [
      { type: "text/plain", body: "one" },
      { type: "text/plain", body: "tw" }
    ])
  })

  it.prop("is total", [Schema.String], ([text]) => {
    assert.isAtMost(leaves(`Content-Type: multipart/x; boundary="${text}"\n\n--${text}\n${text}`).length, maxParts)
  })
})
