import { assert, describe, it } from "@effect/vitest"
import * as ExchangeLog from "@sonde/packs/read/ExchangeLog"
import { bareLine, fromLine, looksLikeLog } from "@sonde/packs/read/LogLine"
import { isSpoken } from "@sonde/packs/read/Transcript"
import { unwrap } from "@sonde/packs/Unwrap"
import * as Schema from "effect/Schema"

const refused = "host mx.b.example[192.0.2.1] said: 550 5.1.1 Unknown (in reply to RCPT TO command)"

describe("fromLine", () => {
  it.each([
    ["RFC 3164", "Nov  6 10:00:00 mx postfix/smtp[550]: ", "Nov  6 10:00:00", "postfix/smtp"],
    ["RFC 3164 with a priority", "<22>Nov 26 10:00:00 mx postfix/smtp[550]: ", "Nov 26 10:00:00", "postfix/smtp"],
    ["RFC 5424", "<22>1 2026-11-26T10:00:00.123Z mx postfix 550 - - ", "2026-11-26T10:00:00.123Z", "postfix"],
    [
      "rsyslog",
      "2026-11-26T10:00:00.123456+01:00 mx postfix/smtp[550]: ",
      "2026-11-26T10:00:00.123456+01:00",
      "postfix/smtp"
    ],
    ["Docker", "mail-1  | Nov 26 10:00:00 mx postfix/smtp[550]: ", "Nov 26 10:00:00", "postfix/smtp"],
    ["Dovecot", "Nov 26 10:00:00 imap-login: ", "Nov 26 10:00:00", "imap-login"],
    [
      "Exim",
      "2026-11-26 10:00:00 1abcDE-000001-AB ** a@b.example R=r T=t H=mx.b.example [192.0.2.1]: ",
      "2026-11-26 10:00:00",
      undefined
    ],
    ["Laravel", "[2026-11-26 10:00:00] production.ERROR: ", "2026-11-26 10:00:00", undefined],
    ["Go", "2026/11/26 10:00:00 ", "2026/11/26 10:00:00", undefined],
    ["log4j", "2026-11-26 10:00:00,123 ERROR [main] c.e.Mail - ", "2026-11-26 10:00:00,123", undefined],
    ["a time alone", "10:00:00.123 [main] ERROR c.e.Mail - ", "10:00:00.123", undefined],
    ["a day and a month", "[26/Nov/2026:10:00:00 +0000] ", "26/Nov/2026:10:00:00 +0000", undefined],
    ["a weekday", "Thu Nov 26 10:00:00 2026 ", "Thu Nov 26 10:00:00 2026", undefined]
  ])("reads the stamp of %s", (_name, stamp, time, program) => {
    const found = fromLine(stamp + refused)
    assert.deepStrictEqual([found?.time, found?.program, found?.failing], [time, program, true])
    assert.isTrue(found?.message.endsWith(refused), found?.message)
  })

  it("reads JSON lines", () => {
    const line = JSON.stringify({ level: 50, time: 1_700_000_000_000, msg: "mail", err: { message: "550 5.1.1 No" } })
    assert.deepStrictEqual(fromLine(line), { time: "1700000000000", message: line, failing: true })
    assert.isFalse(fromLine(JSON.stringify({ level: "info", time: "x", msg: "sent" }))?.failing)
    assert.isTrue(fromLine(JSON.stringify({ PRIORITY: "3", __REALTIME_TIMESTAMP: "1", MESSAGE: "x" }))?.failing)
  })

  it("takes measures for no replies", () => {
    assert.strictEqual(
      fromLine("Nov 26 10:00:00 mx postfix/smtp[550]: A1: delay=550, delays=0.1/0/1/421, dsn=5.0.0, status=bounced (x)")
        ?.message,
      "A1: dsn=5.0.0, status=bounced (x)"
    )
  })

  it.each([
    "postfix/smtp[1]: A1: to=<a@b.example>, status=sent (250 2.0.0 OK, no error)",
    "postfix/smtpd[1]: disconnect from x[192.0.2.1] ehlo=1 auth=0/1 commands=1/2",
    "postfix/qmgr[1]: A1: removed",
    "dovecot: imap-login: Login: user=<error>, method=PLAIN",
    "dovecot: imap(u)<1><x>: Disconnected: Logged out in=1 out=2",
    "sendmail[1]: A1: stat=Sent (no error)"
  ])("sees no failure in %s", (message) => {
    assert.isFalse(fromLine(`Nov 26 10:00:00 mx ${message}`)?.failing)
  })

  it.each([
    "postfix/smtp[1]: A1: status=deferred (connect to x: Connection timed out)",
    "postfix/smtpd[1]: NOQUEUE: reject: RCPT from x: 554 5.7.1 no",
    "postfix/smtpd[1]: warning: x: SASL LOGIN authentication failed: x",
    "postfix/smtpd[1]: lost connection after AUTH from x",
    "dovecot: imap-login: Disconnected (auth failed, 1 attempts)",
    "app[1]: SmtpCommandException: 5.7.1",
    "app[1]: said 550 5.7.1 No",
    "sendmail[1]: A1: stat=Deferred: Connection refused",
    "postfix/smtp[1]: connect to mx.example.com[2001:db8::1]:25: Network is unreachable",
    "smtpd[1]: relay: TempFail for a1: stat=No MX found for domain"
  ])("sees the failure in %s", (message) => {
    assert.isTrue(fromLine(`Nov 26 10:00:00 mx ${message}`)?.failing)
  })

  it.each(["    at x", "550 5.1.1 no", "", "Caused by: x", "{\"a\":1}", "Nov is a month"])(
    "finds no stamp in %s",
    (line) => {
      assert.isUndefined(fromLine(line))
    }
  )

  it.prop("is total", [Schema.String], ([text]) => {
    for (const line of [text, `Nov 26 10:00:00 ${text}`, `{"time":"${text}"}`, `2026-11-26 10:00:00 ${text}`]) {
      assert.isBoolean((fromLine(line) ?? bareLine(line)).failing)
    }
  })
})

describe("a line of a log, pasted alone", () => {
  it("has no replies in its stamp", () => {
    const found = unwrap("Nov 26 10:00:00 mx postfix/smtp[550]: A1: delay=421, status=bounced (" + refused + ")")
    assert.deepStrictEqual(
      found.candidates.map(({ code, phase }) => [code, phase]),
      [[550, "rcpt"], [undefined, "rcpt"]]
    )
    assert.deepStrictEqual([found.client, found.host], ["postfix", "mx.b.example"])
  })
})

describe("looksLikeLog", () => {
  const is = (text: string) => looksLikeLog(text.split("\n"), isSpoken)

  it.each([
    ["two lines with a stamp", "Nov 26 10:00:00 mx a[1]: x\nNov 26 10:00:01 mx a[1]: y"],
    ["a trace below", "2026-11-26 10:00:00 ERROR x\n  at a\n  at b\n  at c\n2026-11-26 10:00:00 ERROR y"],
    ["Exchange", "#Software: Microsoft Exchange Server\n#Fields: a,b\n1,2"],
    ["JSON lines", "{\"level\":30,\"time\":1}\n{\"level\":30,\"time\":2}"]
  ])("knows a log: %s", (_name, text) => {
    assert.isTrue(is(text))
  })

  it.each([
    ["one line", "Nov 26 10:00:00 mx a[1]: x"],
    ["a reply", "550-5.7.1 a\n550 5.7.1 b"],
    ["a session with stamps", "[2026-11-26 10:00:00] DEBUG [x] S: 220 x\n[2026-11-26 10:00:00] DEBUG [x] C: EHLO y"],
    ["a bounce", "Received: x\nDate: Thu, 26 Nov 2026 10:00:00 +0000\nSubject: y"],
    ["prose with one date", "Hello\n2026-11-26 10:00:00 it failed\nWhy?"]
  ])("knows what is none: %s", (_name, text) => {
    assert.isFalse(is(text))
  })
})

describe("ExchangeLog", () => {
  it("reads cells (RFC 4180 section 2)", () => {
    assert.deepStrictEqual(ExchangeLog.cells("a,\"b,\"\"c\"\"\",,d"), ["a", "b,\"c\"", "", "d"])
    assert.deepStrictEqual(ExchangeLog.cells("\"open"), ["open"])
  })

  it("reads a protocol log, with the phase of the command that was answered", () => {
    const log = ExchangeLog.make()
    assert.isUndefined(log.line("a,b"))
    assert.isFalse(log.header("#Software: Microsoft Exchange Server"))
    assert.isTrue(
      log.header(
        "#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"
      )
    )
    const at = "2026-11-26T10:00:00.000Z,c,08D1,1,192.0.2.1:587,192.0.2.2:1"
    assert.isFalse(log.line(`${at},<,AUTH LOGIN,`)?.failing)
    assert.deepStrictEqual(log.line(`${at},>,535 5.7.3 Authentication unsuccessful,`), {
      time: "2026-11-26T10:00:00.000Z",
      program: "exchange",
      message: "535 5.7.3 Authentication unsuccessful",
      failing: true,
      phase: "auth"
    })
    assert.isFalse(log.line(`${at},>,250 2.1.0 OK,`)?.failing)
    assert.isTrue(log.line(`${at},*,,TLS negotiation failed with error AlgorithmMismatch`)?.failing)
  })

  it("reads a message tracking log", () => {
    const log = ExchangeLog.make()
    log.header("#Fields: date-time,client-ip,source-context,event-id,recipient-address,recipient-status")
    assert.deepStrictEqual(
      log.line("2026-11-26T10:00:00.000Z,,,FAIL,a@b.example,550 5.1.10 RESOLVER.ADR.RecipientNotFound"),
      {
        time: "2026-11-26T10:00:00.000Z",
        program: "exchange",
        message: "550 5.1.10 RESOLVER.ADR.RecipientNotFound",
        failing: true
      }
    )
    assert.isFalse(log.line("2026-11-26T10:00:00.000Z,,,DELIVER,a@b.example,")?.failing)
  })

  it.prop("is total", [Schema.String, Schema.String], ([fields, line]) => {
    const log = ExchangeLog.make()
    log.header(`#Fields:${fields}`)
    assert.isString(log.line(line)?.message)
  })
})
