import { assert, describe, it } from "@effect/vitest"
import { envelope, fieldsOf, partsOf, section, structure } from "@sonde/simulator/MimeParts"
import * as Schema from "effect/Schema"

const of = (...lines: ReadonlyArray<string>) => partsOf(Buffer.from(lines.join("\r\n"), "latin1"))

/** The example of RFC 3501 section 8. */
const example = of(
  "Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)",
  "From: Terry Gray <gray@cac.washington.edu>",
  "Subject: IMAP4rev1 WG mtg summary and minutes",
  "To: imap@cac.washington.edu",
  "cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>",
  "Message-Id: <B27397-0100000@cac.washington.edu>",
  "MIME-Version: 1.0",
  "Content-Type: TEXT/PLAIN; CHARSET=US-ASCII",
  "",
  ""
)

const mixed = of(
  "Subject: two",
  "Content-Type: multipart/mixed; boundary=\"b 1\"",
  "",
  "preamble",
  "--b 1",
  "Content-Type: text/html; charset=utf-8",
  "Content-Transfer-Encoding: quoted-printable",
  "",
  "<p>=C3=A9</p>",
  "--b 1",
  "Content-Type: message/rfc822",
  "Content-Disposition: attachment; filename=inner.eml",
  "",
  "From: \"B, C\" <b@c.example>",
  "Subject: inner",
  "",
  "inside",
  "",
  "--b 1--",
  "epilogue"
)

describe("MimeParts", () => {
  it("gives the envelope of RFC 3501 section 8", () => {
    assert.strictEqual(
      envelope(example),
      "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev1 WG mtg summary and minutes\""
        + " ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\"))".repeat(3)
        + " ((NIL NIL \"imap\" \"cac.washington.edu\"))"
        + " ((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")(\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\"))"
        + " NIL NIL \"<B27397-0100000@cac.washington.edu>\")"
    )
  })

  it("gives the structure of a message with parts", () => {
    assert.strictEqual(
      structure(mixed, false),
      "((\"TEXT\" \"HTML\" (\"CHARSET\" \"utf-8\") NIL NIL \"QUOTED-PRINTABLE\" 13 0)"
        + "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 54"
        + " (NIL \"inner\" ((\"B, C\" NIL \"b\" \"c.example\")) ((\"B, C\" NIL \"b\" \"c.example\")) ((\"B, C\" NIL \"b\" \"c.example\")) NIL NIL NIL NIL NIL)"
        + " (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"us-ascii\") NIL NIL \"7BIT\" 8 1) 4) \"MIXED\")"
    )
    assert.include(structure(mixed, true), "(\"ATTACHMENT\" (\"FILENAME\" \"inner.eml\"))")
  })

  it.each<[ReadonlyArray<number>, "" | "HEADER" | "MIME" | "TEXT", string | undefined]>([
    [[1], "", "<p>=C3=A9</p>"],
    [[1], "MIME", "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"],
    [[2], "HEADER", "From: \"B, C\" <b@c.example>\r\nSubject: inner\r\n\r\n"],
    [[2], "TEXT", "inside\r\n"],
    [[2, 1], "", "inside\r\n"],
    [[3], "", undefined],
    [[1, 1], "", undefined]
  ])("finds section %j %s", (path, what, expected) => {
    assert.strictEqual(section(mixed, { path, what, fields: [] }), expected)
  })

  it("keeps fields as they came and joins their lines", () => {
    assert.deepStrictEqual(fieldsOf("A: b\r\n c\r\nno field\r\nD:e\r\n\r\n"), [
      { name: "A", value: "b c", raw: "A: b\r\n c\r\n" },
      { name: "D", value: "e", raw: "D:e\r\n" }
    ])
  })

  it("shows a multipart without its boundary as text, and stops at ten levels", () => {
    assert.include(
      structure(of("Content-Type: multipart/mixed; boundary=x", "", "no boundary"), true),
      "\"TEXT\" \"PLAIN\""
    )
    const nested = Array.from({ length: 40 }, () => "Content-Type: message/rfc822\r\n\r\n").join("")
    assert.strictEqual(structure(of(nested), false).match(/"MESSAGE"/g)?.length, 11)
  })

  it.prop("reads any octets", [Schema.Uint8Array], ([octets]) => {
    const part = partsOf(Buffer.from(octets))
    assert.isAbove(structure(part, true).length + envelope(part).length, 0)
  })

  it("takes no more than moments for headers made to be slow", () => {
    const slow = [
      `A${" ".repeat(200_000)}`,
      `From: ${"(".repeat(100_000)}`,
      `To: ${"\"".repeat(99_999)}`,
      `Content-Type: a/b${";a=\"".repeat(50_000)}`
    ]
    const start = performance.now()
    for (const line of slow) {
      const part = of(line, "", "")
      structure(part, true)
      envelope(part)
    }
    assert.isBelow(performance.now() - start, 2000)
  })
})
