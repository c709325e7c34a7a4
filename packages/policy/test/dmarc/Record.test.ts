import { assert, describe, it } from "@effect/vitest"
import * as Check from "@sonde/policy/dmarc/Check"
import * as Record from "@sonde/policy/dmarc/Record"
import * as Schema from "effect/Schema"

describe("a DMARC record", () => {
  it("is one with its version first and to the letter", () => {
    const rows = {
      "v=DMARC1": true,
      "v=DMARC1;p=none": true,
      "v = DMARC1 ; p=none": true,
      "v=dmarc1; p=none": false,
      "v=DMARC10; p=none": false,
      "p=none; v=DMARC1": false,
      " v=DMARC1": false
    }
    for (const [text, expected] of Object.entries(rows)) assert.strictEqual(Record.isDmarc(text), expected, text)
  })

  it("is read with its defaults", () => {
    const { notes, text: _, ...read } = Record.fromText(
      "v=DMARC1; p=Quarantine; rua=mailto:a@b.example,mailto:c@d.example!10m"
    )
    assert.deepStrictEqual(notes, [])
    assert.deepStrictEqual(read, {
      p: "quarantine",
      psd: "u",
      testing: false,
      adkim: "r",
      aspf: "r",
      rua: ["mailto:a@b.example", "mailto:c@d.example!10m"],
      ruf: []
    })
  })

  const rows: ReadonlyArray<readonly [text: string, note: RegExp]> = [
    ["v=DMARC1; p=monitor", /p=monitor is none of/],
    ["v=DMARC1; p=none; p=reject", /p stands there more than once/],
    ["v=DMARC1; p=none; x=y", /x is unknown/],
    ["v=DMARC1; p=none; nonsense", /"nonsense" is no tag/],
    ["v=DMARC1; p=none; rua=person@example.org", /no URI/],
    ["v=DMARC1; p=none; pct=50", /pct was removed by RFC 9989/]
  ]
  it.each(rows)("notes what is ignored in %s", (text, note) => assert.match(Record.fromText(text).notes.join(), note))

  it("counts as none where its policy cannot be read and reports are wanted, and else not at all", () => {
    const applies = (text: string) => Record.applies(Record.fromText(text))
    assert.deepStrictEqual(
      [
        applies("v=DMARC1"),
        applies("v=DMARC1; p=what"),
        applies("v=DMARC1; p=what; rua=mailto:a@b.example"),
        applies("v=DMARC1; p=none; sp=what")
      ],
      [true, false, true, false]
    )
  })

  it.prop("is read, whatever it says", { text: Schema.String }, ({ text }) => {
    assert.include(["y", "n", "u"], Record.fromText(`v=DMARC1; ${text}`).psd)
  })
})

describe("the walk up the tree", () => {
  // RFC 9989 section 4.10: eight questions at most.
  it("asks a long name itself and then the last seven labels and fewer", () => {
    assert.deepStrictEqual(Check.path("a.b.c.d.e.f.g.h.i.j.mail.example.com"), [
      "a.b.c.d.e.f.g.h.i.j.mail.example.com",
      "g.h.i.j.mail.example.com",
      "h.i.j.mail.example.com",
      "i.j.mail.example.com",
      "j.mail.example.com",
      "mail.example.com",
      "example.com",
      "com"
    ])
    assert.deepStrictEqual(Check.path("Example.com."), ["example.com", "com"])
  })
})
