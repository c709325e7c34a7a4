import { assert, describe, it } from "@effect/vitest"
import { fromBounce } from "@sonde/packs/read/Bounce"
import { unwrap } from "@sonde/packs/Unwrap"
import * as Schema from "effect/Schema"

const crlf = (text: string): string => text.replace(/\n/gu, "\r\n")

/** As Postfix writes it, for two recipients, with the returned message behind. */
const postfix = `From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: =?utf-8?Q?Undelivered_Mail_=E2=80=93_returned?=
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F2B1A.1700000000/mx.example.net"
MIME-Version: 1.0

This is a MIME-encapsulated message.

--4F2B1A.1700000000/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net.

<one@example.com>: host mail.example.com[192.0.2.10] said: 550 5.1.1
    <one@example.com>: Recipient address rejected: User unknown (in reply to
    RCPT TO command)

<two@example.org>: host mail.example.org[192.0.2.11] said: 552 5.2.2 Over quota

--4F2B1A.1700000000/mx.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4F2B1A
Arrival-Date: Tue, 14 Nov 2023 22:13:20 +0000 (UTC)

Final-Recipient: rfc822; one@example.com
Original-Recipient: rfc822;one@example.com
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.com
Diagnostic-Code: smtp; 550 5.1.1 <one@example.com>: Recipient address rejected:
    User unknown

Final-Recipient: rfc822; two@example.org
Action: delayed
Status: 4.2.2
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 452-4.2.2 The mailbox is full
    452 4.2.2 try later

Final-Recipient: rfc822; three@example.org
Action: relayed
Status: 2.0.0

--4F2B1A.1700000000/mx.example.net
Content-Type: message/rfc822

From: a@example.net
Subject: 421 4.7.0 is not why

Diagnostic-Code: smtp; 535 5.7.8 is not why
--4F2B1A.1700000000/mx.example.net--
`

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64").replace(/(.{76})/gu, "$1\n")

const message = (encoding: string, body: string): string =>
  `Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: ${encoding}\n\n${body}\n--b--\n`

const fields =
  "Reporting-MTA: dns; a.example\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 Zugriff für Fremde verweigert\n"

describe("fromBounce", () => {
  it.each([["line feeds", postfix], ["carriage returns", crlf(postfix)]])(
    "reads each recipient that failed, with %s",
    (_name, text) => {
      const found = unwrap(text)
      assert.strictEqual(found.kind, "bounce")
      assert.strictEqual(found.client, "postfix")
      assert.strictEqual(found.host, "mail.example.com")
      assert.deepStrictEqual(
        found.parts?.map(({ action, candidates: [{ code, enhanced, host, text: said }], recipient }) => [
          recipient,
          action,
          code,
          enhanced,
          host,
          said.replace(/\s+/gu, " ")
        ]),
        [
          [
            "one@example.com",
            "failed",
            550,
            "5.1.1",
            "mail.example.com",
            "<one@example.com>: Recipient address rejected: User unknown"
          ],
          ["two@example.org", "delayed", 452, "4.2.2", "mail.example.org", "The mailbox is full try later"]
        ]
      )
    }
  )

  it("never reads the returned message", () => {
    for (const { text } of unwrap(postfix).candidates) assert.notInclude(text, "is not why")
  })

  it.each([
    ["base64", base64(fields)],
    ["quoted-printable", fields.replaceAll("ü", "=C3=BC").replace("verweigert", "ver=\nweigert")],
    ["8bit", fields]
  ])("decodes %s (RFC 2045 section 6)", (encoding, body) => {
    const [first] = unwrap(message(encoding, body)).candidates
    assert.deepStrictEqual([first.code, first.enhanced, first.text], [550, "5.7.1", "Zugriff für Fremde verweigert"])
  })

  it("reads a report within a forwarded message", () => {
    const inner = message("7bit", fields)
    const outer =
      `Subject: Fwd\nContent-Type: multipart/mixed; boundary="o"\n\n--o\n\nLook.\n--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\n${inner}\n--i--\n--o--\n`
    assert.strictEqual(unwrap(outer).candidates[0].enhanced, "5.7.1")
  })

  it("reads the fields alone", () => {
    const found = unwrap(fields)
    assert.strictEqual(found.kind, "bounce")
    assert.strictEqual(found.parts?.[0]?.recipient, "a@b.example")
    assert.strictEqual(found.candidates[0].code, 550)
  })

  it("reads one field alone", () => {
    const [first] = unwrap("Diagnostic-Code: smtp; 550 5.7.1 Go away").candidates
    assert.deepStrictEqual([first.code, first.enhanced, first.text], [550, "5.7.1", "Go away"])
  })

  it("takes the status where nobody found words", () => {
    const [first] =
      unwrap("Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.4.4 (unable to route)\n").candidates
    assert.deepStrictEqual([first.layer, first.enhanced, first.code], ["reply", "5.4.4", undefined])
  })

  it("takes the words for people where the report has none", () => {
    const text = message("7bit", "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.0.0\n")
      .replace("--b\n", "--b\nContent-Type: text/plain\n\nThe host said: 554 5.7.1 Refused by policy\n\n--b\n")
    assert.deepStrictEqual(
      unwrap(text).candidates.map(({ enhanced, text: said }) => [enhanced, said]).slice(0, 2),
      [["5.7.1", "Refused by policy"], ["5.0.0", ""]]
    )
  })

  it("leaves out what was delivered (RFC 3464 section 2.3.3)", () => {
    const text =
      "Final-Recipient: rfc822; a@b.example\nAction: delivered\nStatus: 2.0.0\nDiagnostic-Code: smtp; 250 ok\n"
    assert.isUndefined(fromBounce(text))
  })

  it("tells a hundred recipients apart and no more", () => {
    const many = Array.from(
      { length: 300 },
      (_, number) => `Final-Recipient: rfc822; u${number}@b.example\nAction: failed\nStatus: 5.1.1\n`
    ).join("\n")
    assert.lengthOf(unwrap(many).parts ?? [], 100)
  })

  it("reads a bounce of Exim without the message below", () => {
    const [first, ...more] = unwrap(
      "This message was created automatically by mail delivery software.\n\n  a@b.example\n    host mx.b.example [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<a@b.example>:\n    550 5.1.1 No such user\n\n------ This is a copy of the message, including all the headers. ------\n\nSubject: 421 4.7.0 not why\n"
    ).candidates
    assert.deepStrictEqual([first.code, first.phase, first.text], [550, "rcpt", "No such user"])
    assert.notInclude(JSON.stringify(more), "not why")
  })

  it.prop("is total", [Schema.String, Schema.String], ([a, b]) => {
    for (
      const text of [`Final-Recipient: ${a}\n${b}`, `Content-Type: multipart/report; boundary=${a}\n\n--${a}\n${b}`]
    ) {
      assert.isAtLeast(unwrap(text).candidates.length, 1)
    }
  })
})
