/** `sonde explain` of what people paste: the command as a child. */
import { assert, describe, it } from "@effect/vitest"
import { sonde } from "./sonde.ts"

const bounce = `Content-Type: multipart/report; report-type=delivery-status; boundary="b1"\r
\r
--b1\r
\r
I'm sorry.\r
--b1\r
Content-Type: message/delivery-status\r
Content-Transfer-Encoding: base64\r
\r
${
  Buffer.from(
    [
      "Reporting-MTA: dns; a.example\r\n",
      "Final-Recipient: rfc822; one@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 <one@b.example>: Recipient address rejected: User unknown in virtual mailbox table\r\n",
      "Final-Recipient: rfc822; two@b.example\r\nAction: failed\r\nStatus: 5.7.1\r\nDiagnostic-Code: smtp; 554 5.7.1 <two@b.example>: Relay access denied\r\n"
    ].join("\r\n")
  ).toString("base64").replaceAll(/(.{76})/gu, "$1\r\n")
}\r
--b1\r
Content-Type: message/rfc822\r
\r
Subject: 421 4.7.0 x\r
--b1--\r
`

const trace = `Traceback (most recent call last):
  File "/usr/lib/python3.12/smtplib.py", line 550, in login
smtplib.SMTPAuthenticationError: (535, b'5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant')`

const json = (out: string) => JSON.parse(out)

describe("sonde explain", () => {
  it("gives each recipient of a bounce on standard input its cause", async () => {
    const { code, err, out } = await sonde(["explain", "-", "--json"], {}, bounce)
    const { parts, read, schema, verdicts } = json(out)
    assert.deepStrictEqual([code, err, schema, read.kind], [0, "", "sonde.explanation/1", "bounce"])
    assert.deepStrictEqual(
      parts.map((part: { recipient: string; cause: string }) => [part.recipient, part.cause]),
      [["one@b.example", "recipient_unknown"], ["two@b.example", "relay_denied"]]
    )
    assert.deepStrictEqual(verdicts.map(({ cause }: { cause: string }) => cause), ["recipient_unknown", "relay_denied"])
    const { out: screen } = await sonde(["explain"], {}, bounce)
    assert.match(screen, /one@b\.example \(failed\)\n {2}Cause .+recipient_unknown/u)
  })

  it("reads a stack trace", async () => {
    const { code, out } = await sonde(["explain", "--json", trace])
    const { read, verdicts } = json(out)
    assert.deepStrictEqual([code, read.kind, read.client, read.phase, read.code], [
      0,
      "stack-trace",
      "smtplib",
      "auth",
      535
    ])
    assert.strictEqual(verdicts[0].cause, "smtp_auth_disabled_tenant")
  })

  it("prints what would settle it where the words do not", async () => {
    const { out } = await sonde(["explain", "550 5.7.1 Unable to relay"])
    assert.match(out, /\nNext {4}\S/u)
    const { next } = json((await sonde(["explain", "--json", "550 5.7.1 Unable to relay"])).out)
    assert.isString(next.text)
  })

  it("takes a text that begins with a hyphen, before and after flags", async () => {
    for (const argv of [["explain", "-ERR [AUTH] no", "--json"], ["explain", "--json", "-ERR [AUTH] no"]]) {
      const { err, out } = await sonde(argv)
      assert.deepStrictEqual([err, json(out).read.protocol], ["", "pop3"])
    }
  })

  it("still refuses a flag that it does not know", async () => {
    const { code, out } = await sonde(["explain", "-x", "535 no"])
    assert.deepStrictEqual([code, out], [64, ""])
  })

  it("answers octets that are no text", async () => {
    const { code, out } = await sonde(["explain", "-", "--json"], {}, "\u0000\ud800\u0007".repeat(100_000))
    assert.deepStrictEqual([code, json(out).outcome], [75, "unknown"])
  })
})
