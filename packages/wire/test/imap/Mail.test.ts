/** What IMAP tells of mailboxes, of searches and of messages: answers of real servers, and that what is written is read back. */
import { assert, describe, it } from "@effect/vitest"
import * as Command from "@sonde/wire/imap/Command"
import * as Fetched from "@sonde/wire/imap/Fetched"
import * as Mailbox from "@sonde/wire/imap/Mailbox"
import * as Response from "@sonde/wire/imap/Response"
import * as Search from "@sonde/wire/imap/Search"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import { framed } from "../framed.ts"
import { between, octets, textOf, utf8 } from "../support.ts"

const readAll = (text: string): ReadonlyArray<Response.Response> => {
  const responses: Array<Response.Response> = []
  let decoder = Response.decoder()
  for (const line of framed(utf8(text))) {
    const result = Result.getOrThrow(decoder.push(line))
    if (result === undefined) continue
    responses.push(result)
    decoder = Response.decoder()
  }
  return responses
}

const one = (text: string): Response.Response => readAll(`${text}\r\n`)[0]!

describe("IMAP mailbox", () => {
  it.each<readonly [string, Mailbox.Mailbox]>([
    ["* LIST (\\HasNoChildren \\Junk) \"/\" \"Junk Email\"", {
      name: "Junk Email",
      delimiter: "/",
      attributes: ["\\hasnochildren", "\\junk"]
    }],
    ["* LIST (\\NoSelect \\HasChildren) \"/\" \"[Gmail]\"", {
      name: "[Gmail]",
      delimiter: "/",
      attributes: ["\\noselect", "\\haschildren"]
    }],
    ["* LIST () NIL INBOX", { name: "INBOX", delimiter: undefined, attributes: [] }],
    ["* LIST (\\Junk) \".\" NIL", { name: "NIL", delimiter: ".", attributes: ["\\junk"] }],
    ["* LIST () \"/\" {5}\r\na\"b\\c", { name: "a\"b\\c", delimiter: "/", attributes: [] }]
  ])("reads %s", (text, expected) => {
    assert.deepStrictEqual(Mailbox.fromResponse(one(text)), expected)
  })

  it("takes no other response for one", () => {
    for (const text of ["* LSUB () \"/\" a", "* LIST a", "* 3 EXISTS", "* OK hello", "A1 OK done"]) {
      assert.isUndefined(Mailbox.fromResponse(one(text)), text)
    }
  })

  it("opens only what can be opened", () => {
    const junk = { name: "Spam", delimiter: "/", attributes: ["\\junk"] }
    assert.isTrue(Mailbox.isFor(junk, "\\Junk"))
    assert.isFalse(Mailbox.isFor(junk, "\\All"))
    assert.isFalse(Mailbox.isFor({ ...junk, attributes: ["\\junk", "\\noselect"] }, "\\Junk"))
  })

  it.each([
    ["Entw&APw-rfe", "Entwürfe"],
    ["[Gmail]/&BCEEPwQwBDw-", "[Gmail]/Спам"],
    ["R&-D", "R&D"],
    ["&2D3eAA-", "\u{1F600}"],
    ["A & B", "A & B"],
    ["&A-", "&A-"]
  ])("shows %s as people read it", (name, expected) => {
    assert.strictEqual(Mailbox.shown(name), expected)
  })

  const mailboxes = Arbitrary.all({
    name: textOf("aB /\"\\é{5}\r", { minLength: 1, maxLength: 12 }),
    flat: between(0, 1),
    attributes: Arbitrary.array(textOf("abcjunk", { minLength: 1, maxLength: 6 }), { maxLength: 4 })
  }).pipe(Arbitrary.map(({ attributes, flat, name }): Mailbox.Mailbox => ({
    name: name.replaceAll("\r", "r"),
    delimiter: flat === 1 ? undefined : "/",
    attributes: attributes.map((word) => `\\${word}`)
  })))

  it.prop("reads back what it writes", { mailbox: mailboxes }, ({ mailbox }) => {
    assert.deepStrictEqual(Mailbox.fromResponse(readAll(Response.toWire(Mailbox.toResponse(mailbox)))[0]!), mailbox)
  })
})

describe("IMAP search", () => {
  it("asks for any of several criteria", () => {
    const args = Search.anyOf([
      { header: "Message-ID", contains: "<a@b.example>" },
      { subject: "01jd \"x\"" },
      { header: "X-Sonde-Run", contains: "01JD" }
    ])
    const [line] = Result.getOrThrow(Command.lines("A1", "UID SEARCH", args))
    assert.strictEqual(
      line!.join(""),
      "A1 UID SEARCH OR HEADER \"Message-ID\" \"<a@b.example>\" OR SUBJECT \"01jd \\\"x\\\"\" HEADER \"X-Sonde-Run\" \"01JD\""
    )
  })

  it.each<readonly [string, ReadonlyArray<number>]>([
    ["* SEARCH 2 84 882\r\n", [2, 84, 882]],
    ["* SEARCH\r\n", []],
    ["* search 5 5 3\r\n", [3, 5]],
    ["* ESEARCH (TAG \"A282\") UID ALL 2,10:11\r\n", [2, 10, 11]],
    ["* ESEARCH (TAG \"A282\") UID COUNT 0\r\n", []],
    ["* 3 EXISTS\r\n* SEARCH 1\r\n", [1]]
  ])("reads %j", (text, expected) => {
    assert.deepStrictEqual(Search.fromResponses(readAll(text)), expected)
  })

  it("keeps the newest of more than anybody looks at", () => {
    const found = Search.fromResponses(readAll("* ESEARCH UID ALL 1:900,1000:1999\r\n"))
    assert.deepStrictEqual([found.length, found[0], found.at(-1)], [1000, 1000, 1999])
  })

  it.prop(
    "reads back what it writes",
    { numbers: Arbitrary.array(between(1, 100_000), { maxLength: 20 }) },
    ({ numbers }) => {
      const expected = [...new Set(numbers)].sort((left, right) => left - right)
      const found = Search.fromResponses(readAll(Response.toWire(Search.toResponse(numbers))))
      assert.deepStrictEqual(found, expected)
    }
  )
})

describe("IMAP fetch", () => {
  it("reads what Dovecot and Exchange tell", () => {
    const text = "* 12 FETCH (UID 77 INTERNALDATE \"24-Nov-2026 03:34:15 +0100\" " +
      "BODY[HEADER.FIELDS (FROM SUBJECT)] {23}\r\nFrom: <a@b.example>\r\n\r\n)"
    assert.deepStrictEqual(Fetched.fromResponse(one(text)), {
      number: 12,
      uid: 77,
      receivedAt: Date.UTC(2026, 10, 24, 2, 34, 15),
      section: "From: <a@b.example>\r\n\r\n"
    })
    assert.deepStrictEqual(Fetched.fromResponse(one("* 1 FETCH (FLAGS (\\Seen) UID 3)")), {
      number: 1,
      uid: 3,
      receivedAt: undefined,
      section: undefined
    })
    assert.isUndefined(Fetched.fromResponse(one("* 1 EXPUNGE")))
  })

  it.each([
    [" 1-Feb-1999 00:00:00 +0000", Date.UTC(1999, 1, 1)],
    ["17-Jul-1996 02:44:25 -0730", Date.UTC(1996, 6, 17, 10, 14, 25)],
    ["17-Jux-1996 02:44:25 -0700", undefined],
    ["yesterday", undefined]
  ])("reads the date %j", (text, expected) => {
    assert.strictEqual(Fetched.millisFromText(text), expected)
  })

  it.prop("reads back what it writes, a moment to its second", {
    number: between(1, 1000),
    uid: between(1, 100_000),
    second: between(0, 4_000_000_000),
    section: textOf("aé\r\n (){}\"5", { maxLength: 30 })
  }, ({ number, second, section, uid }) => {
    const message: Fetched.Fetched = {
      number,
      uid,
      receivedAt: second * 1000,
      section: section.replaceAll(/[\r\n]/g, "\r\n")
    }
    const read = Fetched.fromResponse(readAll(Response.toWire(Fetched.toResponse(message)))[0]!)
    assert.deepStrictEqual(read, message)
    assert.strictEqual(Fetched.millisFromText(Fetched.millisToText(second * 1000)), second * 1000)
  })

  it.prop("takes any octets without a defect", { input: octets }, ({ input }) => {
    for (const line of framed(input)) {
      const read = Response.decoder().push(line)
      if (Result.isFailure(read) || read.success === undefined) continue
      Mailbox.fromResponse(read.success)
      Fetched.fromResponse(read.success)
      assert.isArray(Search.fromResponses([read.success]))
    }
  })
})
