import { assert, describe, it } from "@effect/vitest"
import * as Headers from "@sonde/wire/message/Headers"
import * as Probe from "@sonde/wire/message/Probe"
import * as SmtpData from "@sonde/wire/smtp/Data"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ascii, between, textOf } from "../support.ts"

const base: Probe.ProbeMessage = {
  from: "ada@example.org",
  to: ["bob@example.net"],
  date: Date.UTC(2026, 10, 24, 3, 34, 15),
  messageId: "<01J.abc@example.org>",
  runId: "run-01J",
  userAgent: "Sonde/0.1.0"
}

const compose = (change: Partial<Probe.ProbeMessage> = {}) => Result.getOrThrow(Probe.compose({ ...base, ...change }))

/** Decodes encoded words as RFC 2047 section 6.2 says: white space between two of them is dropped. */
const decodeWords = (value: string): string =>
  value.replaceAll(/(\?=)\s+(=\?)/g, "$1$2").replaceAll(
    /=\?utf-8\?B\?([A-Za-z0-9+/=]*)\?=/g,
    (_, encoded: string) => ascii(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)))
  )

describe("Probe", () => {
  it("composes the whole message", () => {
    assert.strictEqual(
      ascii(compose()),
      [
        "Date: Tue, 24 Nov 2026 03:34:15 +0000",
        "From: ada@example.org",
        "To: bob@example.net",
        "Message-ID: <01J.abc@example.org>",
        "Subject: Sonde delivery test",
        "User-Agent: Sonde/0.1.0",
        "Auto-Submitted: auto-generated",
        "X-Sonde-Run: run-01J",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "Content-Transfer-Encoding: 7bit",
        "",
        "This message was sent by Sonde, a mail diagnostics tool, to prove that mail is",
        "delivered. The person who runs the sending account asked for it.",
        "It needs no answer and can be deleted.",
        ""
      ].join("\r\n")
    )
  })

  const dates: ReadonlyArray<readonly [number, string]> = [
    [0, "Thu, 1 Jan 1970 00:00:00 +0000"],
    [Date.UTC(2000, 1, 29, 23, 59, 59, 999), "Tue, 29 Feb 2000 23:59:59 +0000"],
    [Date.UTC(1900, 0), "Mon, 1 Jan 1900 00:00:00 +0000"],
    [Date.UTC(9999, 11, 31, 23, 59, 59), "Fri, 31 Dec 9999 23:59:59 +0000"]
  ]
  for (const [date, text] of dates) {
    it(`writes the date ${text}`, () => {
      assert.strictEqual(Headers.first(Headers.fromBytes(compose({ date })), "date"), text)
    })
  }

  it("folds recipients between addresses", () => {
    const to = Array.from({ length: 9 }, (_, index) => `recipient-number-${index}@example.net`)
    const message = compose({ to })
    assert.deepStrictEqual(Headers.addresses(Headers.first(Headers.fromBytes(message), "To") ?? ""), to)
    assert.isTrue(ascii(message).split("\r\n").every((line) => line.length <= 78))
  })

  it("puts one overlong token on a line of its own", () => {
    const from = `${"a".repeat(64)}@${"b".repeat(63)}.example`
    assert.include(ascii(compose({ from })), `From:\r\n ${from}\r\n`)
    assert.deepStrictEqual(Headers.from(compose({ from })), [from])
  })

  it("encodes a subject that is not ASCII, and one that looks encoded", () => {
    assert.include(ascii(compose({ subject: "Prüfung" })), "Subject: =?utf-8?B?UHLDvGZ1bmc=?=\r\n")
    assert.notInclude(ascii(compose({ subject: "=?utf-8?B?UHLDvGZ1bmc=?=" })), "=?utf-8?B?UHLDvGZ1bmc=?=")
    assert.include(ascii(compose({ subject: "" })), "\r\nSubject:\r\n")
  })

  it("splits a long subject into encoded words between characters", () => {
    const subject = "é🙂 ".repeat(60)
    const message = ascii(compose({ subject }))
    assert.strictEqual(decodeWords(Headers.first(Headers.fromBytes(compose({ subject })), "Subject") ?? ""), subject)
    // RFC 2047 section 2: 75 characters a word, 76 a line.
    assert.isTrue((message.match(/=\?\S+\?=/g) ?? []).every((word) => word.length <= 75))
    assert.isTrue(message.split("\r\n").filter((line) => line.includes("=?")).every((line) => line.length <= 76))
  })

  const hostile: ReadonlyArray<readonly [string, Partial<Probe.ProbeMessage>, keyof Probe.ProbeMessage]> = [
    ["a line break in the subject", { subject: "a\r\nBcc: x@y" }, "subject"],
    ["a lone LF in the subject", { subject: "a\nb" }, "subject"],
    ["a NUL in the user agent", { userAgent: "a\0" }, "userAgent"],
    ["a line separator in the user agent", { userAgent: "a\u2028b" }, "userAgent"],
    ["half a character in the subject", { subject: "\ud800" }, "subject"],
    ["a sender with a header in it", { from: "a@b\r\nBcc: x@y" }, "from"],
    ["a sender with a name", { from: "Ada <a@b>" }, "from"],
    ["no recipient", { to: [] }, "to"],
    ["two recipients in one", { to: ["a@b, c@d"] }, "to"],
    ["a message id with a line break", { messageId: "<a@b>\r\nX: y" }, "messageId"],
    ["a message id without @", { messageId: "abc" }, "messageId"],
    ["an endless message id", { messageId: `${"a".repeat(250)}@b` }, "messageId"],
    ["a run id with a space", { runId: "a b" }, "runId"],
    ["an empty run id", { runId: "" }, "runId"],
    ["a date that is no number", { date: Number.NaN }, "date"],
    ["a date before 1900", { date: Date.UTC(1899, 11, 31) }, "date"],
    ["a date after 9999", { date: Infinity }, "date"]
  ]
  for (const [title, change, field] of hostile) {
    it(`refuses ${title}`, () => {
      assert.strictEqual(Result.getOrThrow(Result.flip(Probe.compose({ ...base, ...change }))).field, field)
    })
  }

  const text = textOf("ab é🙂?=_x", { maxLength: 90 })
  const address = Arbitrary.all([textOf("ab \".\\", { maxLength: 5 }), textOf("abc", { minLength: 1, maxLength: 9 })])
    .pipe(
      Arbitrary.map(([local, domain]) =>
        /^[ab]+$/.test(local)
          ? `${local}@${domain}.example`
          : `"${local.replaceAll(/["\\]/g, (character) => `\\${character}`)}"@${domain}.example`
      )
    )

  it.prop("gives every field back to a reader, in lines of ASCII within 78 characters", {
    subject: text,
    userAgent: text,
    from: address,
    to: Arbitrary.array(address, { minLength: 1, maxLength: 8 }),
    millis: between(0, 4_000_000_000_000),
    id: textOf("ab.+0", { minLength: 1, maxLength: 30 })
  }, ({ from, id, millis, subject, to, userAgent }) => {
    const message = compose({ subject, userAgent, from, to, date: millis, messageId: `<${id}@example.org>` })
    const headers = Headers.fromBytes(message)
    assert.deepStrictEqual(Headers.from(message), [from])
    assert.deepStrictEqual(Headers.addresses(Headers.first(headers, "To") ?? ""), to)
    assert.strictEqual(Headers.messageId(message), `<${id}@example.org>`)
    assert.strictEqual(decodeWords(Headers.first(headers, "Subject") ?? ""), subject)
    assert.strictEqual(decodeWords(Headers.first(headers, "User-Agent") ?? ""), userAgent)
    assert.strictEqual(Date.parse(Headers.first(headers, "Date") ?? ""), millis - millis % 1000)
    assert.deepStrictEqual(SmtpData.toCrlf(message), message)
    for (const line of ascii(message).split("\r\n")) assert.match(line, /^[\x20-\x7e]{0,78}$/)
  })

  it.prop("composes a message with exactly its own fields, or refuses, for any text", {
    subject: Schema.String,
    userAgent: Schema.String,
    runId: Schema.String,
    messageId: Schema.String
  }, (texts) => {
    for (const change of [texts, { subject: texts.subject, userAgent: texts.userAgent }]) {
      const result = Probe.compose({ ...base, ...change })
      if (Result.isFailure(result)) continue
      assert.strictEqual(Headers.fromBytes(result.success).length, 11)
    }
  })
})
