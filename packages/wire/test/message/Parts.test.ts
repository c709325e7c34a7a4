import { assert, describe, it } from "@effect/vitest"
import * as Parts from "@sonde/wire/message/Parts"
import { octets, utf8 } from "../support.ts"

const read = (...lines: ReadonlyArray<string>) => Parts.fromOctets(utf8(lines.join("\r\n")))
const textOf = (attachment: Parts.Attachment | undefined) => new TextDecoder().decode(attachment?.octets)

describe("Parts", () => {
  it("takes a message without MIME for text", () => {
    assert.deepStrictEqual(read("Subject: a b", "", "hello", ""), {
      subject: "a b",
      text: "hello\r\n",
      html: false,
      attachments: []
    })
    assert.deepStrictEqual(read(""), { subject: "", text: "", html: false, attachments: [] })
  })

  it("decodes subject and text", () => {
    const { subject, text } = read(
      "Subject: =?iso-8859-1?q?Gr=FC=DFe_an?= =?utf-8?B?IGFsbGU=?=",
      "Content-Type: text/plain; charset=iso-8859-1",
      "Content-Transfer-Encoding: quoted-printable",
      "",
      "sch=F6n=",
      "er Tag=3D"
    )
    assert.deepStrictEqual([subject, text], ["Grüße an alle", "schöner Tag="])
  })

  it("finds text and attachments, in whatever way they are named", () => {
    const { attachments, html, text } = read(
      "Content-Type: multipart/mixed;",
      " boundary=\"a+b\"",
      "",
      "preamble",
      "--a+b",
      "Content-Type: multipart/alternative; boundary=inner",
      "",
      "--inner",
      "",
      "plain",
      "--inner",
      "Content-Type: text/html",
      "",
      "<p>rich</p>",
      "--inner--",
      "--a+b",
      "Content-Type: application/octet-stream",
      "Content-Disposition: attachment; filename*=utf-8''%E2%82%AC.bin",
      "Content-Transfer-Encoding: base64",
      "",
      "AAEC",
      "/w==",
      "--a+bc",
      "--a+b",
      "Content-Type: image/png; name=\"=?utf-8?Q?=C3=A4.png?=\"",
      "Content-ID: <logo@x>",
      "Content-Disposition: inline",
      "",
      "x",
      "--a+b",
      "Content-Type: text/plain",
      "Content-Disposition: attachment",
      "",
      "notes",
      "--a+b",
      "Content-Type: message/rfc822",
      "",
      "Subject: inner",
      "",
      "--a+b--",
      "epilogue"
    )
    assert.deepStrictEqual([text, html], ["<p>rich</p>", true])
    assert.deepStrictEqual(
      attachments.map(({ contentId, inline, name, type }) => [name, type, inline, contentId]),
      [
        ["€.bin", "application/octet-stream", false, undefined],
        ["ä.png", "image/png", true, "logo@x"],
        ["part-5", "text/plain", false, undefined],
        ["part-6.eml", "message/rfc822", false, undefined]
      ]
    )
    assert.deepStrictEqual(attachments[0]?.octets, Uint8Array.of(0, 1, 2, 255))
    assert.strictEqual(textOf(attachments[2]), "notes")
    assert.strictEqual(textOf(attachments[3]), "Subject: inner\r\n")
  })

  it("keeps together what is nested too deep", () => {
    const nested = Array.from(
      { length: 12 },
      (_, depth) => ["Content-Type: multipart/mixed; boundary=b" + depth, "", "--b" + depth]
    ).flat()
    const { attachments, text } = read(...nested, "", "deep")
    assert.deepStrictEqual([text, attachments.map(({ type }) => type)], ["", ["multipart/mixed"]])
  })

  it("does not fail over an unknown character set or a broken encoding", () => {
    const head = ["Content-Type: text/plain; charset=martian", "Content-Transfer-Encoding: base64", ""]
    assert.strictEqual(read(...head, "aGk", "").text, "hi")
    assert.strictEqual(read(...head, "=====", "").text, "")
  })

  it.prop("reads any octets", [octets], ([message]) => {
    const content = Parts.fromOctets(message)
    assert.isTrue(content.attachments.length <= Parts.maxParts + 1)
  })
})
