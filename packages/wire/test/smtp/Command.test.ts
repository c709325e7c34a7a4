import { assert, describe, it } from "@effect/vitest"
import * as Limits from "@sonde/wire/Limits"
import * as Plain from "@sonde/wire/sasl/Plain"
import * as Address from "@sonde/wire/smtp/Address"
import * as Command from "@sonde/wire/smtp/Command"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { textOf } from "../support.ts"

const secret = (text: string) => Redacted.make(text)
const error = (result: Result.Result<string, Command.CommandError>) => Result.getOrThrow(Result.flip(result))

describe("Command", () => {
  const written: ReadonlyArray<readonly [Result.Result<string, Command.CommandError>, string]> = [
    [Command.ehlo("client.example.org"), "EHLO client.example.org"],
    [Command.ehlo("[192.0.2.1]"), "EHLO [192.0.2.1]"],
    [Command.ehlo("[IPv6:2001:db8::1]"), "EHLO [IPv6:2001:db8::1]"],
    [Command.helo("localhost"), "HELO localhost"],
    [Command.lhlo("localhost"), "LHLO localhost"],
    [Command.mailFrom({ address: null }), "MAIL FROM:<>"],
    [Command.mailFrom({ address: "ada@example.org" }), "MAIL FROM:<ada@example.org>"],
    [Command.mailFrom({ address: "a@b.c", size: 0, body: "8BITMIME" }), "MAIL FROM:<a@b.c> SIZE=0 BODY=8BITMIME"],
    [Command.mailFrom({ address: "é@b.c", size: 9, smtpUtf8: true }), "MAIL FROM:<é@b.c> SIZE=9 SMTPUTF8"],
    [Command.rcptTo("\"a b\"@example.org"), "RCPT TO:<\"a b\"@example.org>"],
    [Command.auth("login"), "AUTH LOGIN"],
    [Command.auth("PLAIN", secret("AGEAYg==")), "AUTH PLAIN AGEAYg=="],
    [Command.auth("EXTERNAL", secret("")), "AUTH EXTERNAL ="]
  ]
  for (const [result, line] of written) {
    it(`writes ${line}`, () => assert.deepStrictEqual(result, Result.succeed(line)))
  }

  it("writes commands without arguments as constants", () => {
    assert.deepStrictEqual(
      [Command.starttls, Command.data, Command.rset, Command.noop, Command.quit, Command.authCancel],
      ["STARTTLS", "DATA", "RSET", "NOOP", "QUIT", "*"]
    )
  })

  const refused: ReadonlyArray<readonly [string, Result.Result<string, Command.CommandError>, string, string]> = [
    ["a name with CRLF", Command.ehlo("a\r\nMAIL FROM:<x@y>"), "domain", "control-character"],
    ["a name with NUL", Command.helo("a\0"), "domain", "control-character"],
    ["a name with a space", Command.ehlo("a b"), "domain", "syntax"],
    ["an empty name", Command.ehlo(""), "domain", "syntax"],
    ["a name with a trailing dot", Command.ehlo("client.example.org."), "domain", "syntax"],
    ["a name with an underscore", Command.ehlo("my_host"), "domain", "syntax"],
    ["an address without brackets as name", Command.ehlo("192.0.2.1"), "domain", "syntax"],
    ["a broken address literal", Command.ehlo("[192.0.2.1"), "domain", "syntax"],
    ["a name that is not ASCII", Command.ehlo("müller.example"), "domain", "syntax"],
    ["a sender with LF", Command.mailFrom({ address: "a@b\nDATA" }), "address", "control-character"],
    ["a sender with a closing bracket", Command.mailFrom({ address: "a@b> SIZE=1" }), "address", "syntax"],
    ["an empty sender", Command.mailFrom({ address: "" }), "address", "syntax"],
    ["a sender beyond ASCII without SMTPUTF8", Command.mailFrom({ address: "é@b.c" }), "address", "syntax"],
    ["a negative size", Command.mailFrom({ address: null, size: -1 }), "size", "range"],
    ["a fractional size", Command.mailFrom({ address: null, size: 1.5 }), "size", "range"],
    ["a size that is no number", Command.mailFrom({ address: null, size: Number.NaN }), "size", "range"],
    ["a recipient with CRLF", Command.rcptTo("a@b\r\nRSET"), "address", "control-character"],
    ["a recipient with a tab", Command.rcptTo("a\t@b"), "address", "control-character"],
    ["a recipient without domain", Command.rcptTo("postmaster"), "address", "syntax"],
    ["a mechanism with a space", Command.auth("PLAIN x"), "mechanism", "syntax"],
    ["a mechanism with CRLF", Command.auth("PLAIN\r\n"), "mechanism", "syntax"],
    ["an empty mechanism", Command.auth(""), "mechanism", "syntax"],
    ["an initial response with CRLF", Command.auth("PLAIN", secret("QQ==\r\nRSET")), "initialResponse", "syntax"],
    ["an initial response with LF at its end", Command.auth("PLAIN", secret("QQ==\n")), "initialResponse", "syntax"],
    ["an initial response that is not Base64", Command.auth("PLAIN", secret("Q")), "initialResponse", "syntax"],
    ["an endless initial response", Command.auth("X", secret("A".repeat(12_288))), "initialResponse", "line-too-long"]
  ]
  for (const [title, result, argument, problem] of refused) {
    it(`refuses ${title}`, () => {
      assert.deepStrictEqual([error(result).argument, error(result).problem], [argument, problem])
    })
  }

  it("never puts an initial response into an error or a mask", () => {
    const failure = error(Command.auth("PLAIN", secret("hunter2!")))
    assert.notInclude(JSON.stringify(failure) + String(failure), "hunter2")
    assert.strictEqual(Command.authMasked("plain"), "AUTH PLAIN <redacted>")
  })

  it("says when an initial response fits into a command line", () => {
    const longest = Limits.rfcCommandLineOctets - "AUTH XOAUTH2 \r\n".length
    assert.isTrue(Command.initialResponseFits("XOAUTH2", secret("A".repeat(longest))))
    assert.isFalse(Command.initialResponseFits("XOAUTH2", secret("A".repeat(longest + 1))))
    assert.isTrue(Command.initialResponseFits("PLAIN", secret("")))
  })

  it.prop("never writes a line break, a NUL or a line over its limit, whatever the arguments", {
    text: Schema.String,
    dense: textOf("a@b.\r\n\0\"<> =", { maxLength: 12 })
  }, ({ dense, text }) => {
    for (const input of [text, dense, `a@${dense}`, `${dense}@b`, `a@b${dense}`]) {
      const results = [
        Command.ehlo(input),
        Command.mailFrom({ address: input, size: 1, smtpUtf8: true }),
        Command.rcptTo(input),
        Command.auth(input),
        Command.auth("PLAIN", secret(input))
      ]
      for (const result of results) {
        if (Result.isSuccess(result)) assert.isFalse(/[\r\n\0]/.test(result.success), JSON.stringify(result.success))
      }
    }
  })

  it.prop("writes every credential as a line that reads back", {
    user: Schema.NonEmptyString,
    word: Schema.NonEmptyString
  }, ({
    user,
    word
  }) => {
    const response = Plain.initialResponse({ authcid: user, password: secret(word) })
    if (Result.isFailure(response)) {
      assert.isTrue(`${user}${word}`.includes("\0"))
      return
    }
    const line = Result.getOrThrow(Command.auth("PLAIN", response.success))
    assert.strictEqual(line, `AUTH PLAIN ${Redacted.value(response.success)}`)
  })

  it.prop(
    "writes MAIL and RCPT with a path that reads back",
    { local: textOf("ab \"\\.@", { maxLength: 8 }) },
    ({ local }) => {
      const mailbox = { localPart: local, domain: "example.org" }
      const address = Result.getOrThrow(Address.format(mailbox))
      const mail = Result.getOrThrow(Command.mailFrom({ address }))
      const rcpt = Result.getOrThrow(Command.rcptTo(address))
      assert.deepStrictEqual(Address.parsePath(mail.slice("MAIL FROM:".length)), Result.succeed(mailbox))
      assert.deepStrictEqual(Address.parsePath(rcpt.slice("RCPT TO:".length)), Result.succeed(mailbox))
    }
  )
})
