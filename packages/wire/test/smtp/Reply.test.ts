import { assert, describe, it } from "@effect/vitest"
import * as Limits from "@sonde/wire/Limits"
import * as Lines from "@sonde/wire/Lines"
import * as Reply from "@sonde/wire/smtp/Reply"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { between, cut, octets, sizes, textOf } from "../support.ts"

const read = (...lines: ReadonlyArray<string>) => Result.getOrThrow(Reply.fromLines(lines))

describe("Reply", () => {
  it("reads the refusal of a blocked sign-in and takes the enhanced code off", () => {
    assert.deepStrictEqual(
      read(
        "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect. [AM0PR01CA0001.eurprd01.prod]"
      ),
      {
        code: 535,
        enhanced: "5.7.139",
        lines: ["Authentication unsuccessful, the user credentials were incorrect. [AM0PR01CA0001.eurprd01.prod]"],
        text: "Authentication unsuccessful, the user credentials were incorrect. [AM0PR01CA0001.eurprd01.prod]"
      }
    )
  })

  it("takes the enhanced code off every line that repeats it", () => {
    const reply = read(
      "550-5.1.1 The email account that you tried to reach does not exist. Please try",
      "550-5.1.1 double-checking the recipient's email address for typos or",
      "550 5.1.1 unnecessary spaces. 4fb4d7f45d1cf - gsmtp"
    )
    assert.strictEqual(reply.enhanced, "5.1.1")
    assert.strictEqual(
      reply.text,
      "The email account that you tried to reach does not exist. Please try\n" +
        "double-checking the recipient's email address for typos or\nunnecessary spaces. 4fb4d7f45d1cf - gsmtp"
    )
  })

  const rows: ReadonlyArray<readonly [string, ReadonlyArray<string>, Reply.SmtpReply]> = [
    ["a greeting", ["220 mx.example.net ESMTP"], {
      code: 220,
      lines: ["mx.example.net ESMTP"],
      text: "mx.example.net ESMTP"
    }],
    ["a code alone", ["250"], { code: 250, lines: [""], text: "" }],
    ["a code and a space", ["334 "], { code: 334, lines: [""], text: "" }],
    ["an intermediate reply", ["354 End data"], { code: 354, lines: ["End data"], text: "End data" }],
    ["a second digit beyond the grammar", ["499 busy"], { code: 499, lines: ["busy"], text: "busy" }],
    ["an empty line of text inside", ["250-a", "250-", "250 b"], { code: 250, lines: ["a", "", "b"], text: "a\n\nb" }],
    ["only the code on the last line", ["250-a", "250"], { code: 250, lines: ["a", ""], text: "a\n" }],
    ["text that is not ASCII", ["550 boîte pleine"], { code: 550, lines: ["boîte pleine"], text: "boîte pleine" }],
    ["a NUL in the text", ["250 a\0b"], { code: 250, lines: ["a\0b"], text: "a\0b" }],
    ["a greeting that a firewall rewrote", ["220 ****2**0***"], {
      code: 220,
      lines: ["****2**0***"],
      text: "****2**0***"
    }],
    ["an enhanced code alone", ["250 2.0.0"], { code: 250, enhanced: "2.0.0", lines: [""], text: "" }],
    ["an enhanced code with a number sign", ["550 #5.1.0 Address rejected"], {
      code: 550,
      enhanced: "5.1.0",
      lines: ["Address rejected"],
      text: "Address rejected"
    }],
    ["an enhanced code of another class", ["451 5.7.3 STARTTLS is required"], {
      code: 451,
      enhanced: "5.7.3",
      lines: ["STARTTLS is required"],
      text: "STARTTLS is required"
    }],
    ["an enhanced code only on the last line", ["554-Blocked", "554 5.7.1 see https://example.net"], {
      code: 554,
      enhanced: "5.7.1",
      lines: ["Blocked", "see https://example.net"],
      text: "Blocked\nsee https://example.net"
    }],
    ["a second, different enhanced code as text", ["550-5.7.1 a", "550 5.7.26 b"], {
      code: 550,
      enhanced: "5.7.1",
      lines: ["a", "5.7.26 b"],
      text: "a\n5.7.26 b"
    }],
    ["an address as no enhanced code", ["250 5.1.1.9 b"], { code: 250, lines: ["5.1.1.9 b"], text: "5.1.1.9 b" }],
    ["a version as no enhanced code", ["220 8.15.2 ready"], {
      code: 220,
      lines: ["8.15.2 ready"],
      text: "8.15.2 ready"
    }]
  ]
  for (const [title, lines, expected] of rows) {
    it(`reads ${title}`, () => assert.deepStrictEqual(read(...lines), expected))
  }

  const bad: ReadonlyArray<readonly [ReadonlyArray<string>, Reply.SmtpReplyError["problem"], string]> = [
    [[], "empty", ""],
    [[""], "empty", ""],
    [["250-a", ""], "empty", ""],
    [["250-a"], "empty", ""],
    [["250-a", "251 b"], "code-changed", "251 b"],
    [["250-a", "550 5.7.1 b"], "code-changed", "550 5.7.1 b"],
    [["250-a", "SIZE 100"], "no-code", "SIZE 100"],
    [["250 a", "250 b"], "too-many-lines", "250 b"],
    [["* OK IMAP4rev1 ready"], "no-code", "* OK IMAP4rev1 ready"],
    [["+OK POP3 ready"], "no-code", "+OK POP3 ready"],
    [["HTTP/1.1 400 Bad Request"], "no-code", "HTTP/1.1 400 Bad Request"],
    [["199 a"], "no-code", "199 a"],
    [["600 a"], "no-code", "600 a"],
    [["25 a"], "no-code", "25 a"],
    [["2500 a"], "no-code", "2500 a"],
    [["250\ta"], "no-code", "250\ta"],
    [["250_a"], "no-code", "250_a"],
    [[" 250 a"], "no-code", " 250 a"],
    [["\0"], "no-code", "\0"],
    [["٢٥٠ a"], "no-code", "٢٥٠ a"]
  ]
  for (const [lines, problem, line] of bad) {
    it(`refuses ${JSON.stringify(lines)} as ${problem}`, () => {
      const error = Result.getOrThrow(Result.flip(Reply.fromLines(lines)))
      assert.deepStrictEqual([error.problem, error.line], [problem, line])
    })
  }

  it("ends an endless reply at the limit of lines", () => {
    const { push } = Reply.decoder()
    let lines = 0
    let result = push("250-x")
    for (; Result.isSuccess(result) && lines < 10_000; lines++) result = push("250-x")
    assert.isTrue(Result.isFailure(result))
    assert.strictEqual(lines, Limits.maxReplyLines)
    assert.strictEqual(Result.getOrThrow(Result.flip(result)).problem, "too-many-lines")
  })

  it("ends a reply of long lines at the limit of octets", () => {
    const { push } = Reply.decoder()
    const line = `250-${"x".repeat(8000)}`
    const results = Array.from({ length: 9 }, () => push(line))
    assert.deepStrictEqual(results.map(Result.isSuccess), [true, true, true, true, true, true, true, true, false])
    assert.strictEqual(Result.getOrThrow(Result.flip(results[8]!)).problem, "too-long")
    assert.strictEqual(Result.getOrThrow(Result.flip(results[8]!)).line.length, Limits.errorExcerptOctets)
  })

  it("answers the same after the reply is complete, and after an error", () => {
    const done = Reply.decoder()
    const reply = done.push("250 a")
    assert.strictEqual(done.push("550 b"), reply)
    const broken = Reply.decoder()
    const error = broken.push("x")
    assert.isTrue(Result.isFailure(error))
    assert.strictEqual(broken.push("250 a"), error)
  })

  it("tells the last line by what follows the code", () => {
    assert.deepStrictEqual(["250-a", "250 a", "250", "250-", "garbage-", ""].map(Reply.isLast), [
      false,
      true,
      true,
      false,
      true,
      true
    ])
  })

  it("writes code and enhanced code on every line", () => {
    assert.deepStrictEqual(Reply.toLines({ code: 550, enhanced: "5.1.1", lines: ["no such", "user"] }), [
      "550-5.1.1 no such",
      "550 5.1.1 user"
    ])
  })

  const canonical = Arbitrary.all({
    code: between(200, 599),
    enhanced: Arbitrary.all([between(0, 2), between(0, 999), between(0, 999)]),
    lines: Arbitrary.array(textOf("ab 1-.é", { maxLength: 12 }), { minLength: 1, maxLength: 6 }),
    plain: between(0, 1)
  })

  it.prop("reads back every reply it writes", { input: canonical }, ({ input }) => {
    // Text that itself begins with a status code is read as one when the reply has none of its own.
    const [first = "", ...rest] = input.lines.map((line) => `t${line}`)
    const [klass, subject, detail] = input.enhanced
    const reply = {
      code: input.code,
      ...(input.plain === 1 ? {} : { enhanced: `${[2, 4, 5][klass]}.${subject}.${detail}` }),
      lines: [first, ...rest] as const,
      text: [first, ...rest].join("\n")
    }
    assert.deepStrictEqual(read(...Reply.toLines(reply)), reply)
  })

  const viaBytes = (chunks: ReadonlyArray<Uint8Array>) => {
    const framing = Lines.make({ maxLineOctets: 64 })
    const { push } = Reply.decoder()
    return chunks.flatMap((chunk) => framing.push(chunk).lines).map(({ text }) => push(text)).at(-1)
  }

  it.prop("gives the same reply or error for any octets in any chunking, and never throws", {
    head: Schema.Literals(["", "250-", "250 ", "550-5.7.1 a\r\n550 5.7.1 ", "250-a\r\n251 "]),
    body: octets,
    chunks: sizes
  }, ({ body, chunks, head }) => {
    const input = Uint8Array.from([...new TextEncoder().encode(head), ...body, 13, 10])
    assert.deepStrictEqual(viaBytes(cut(input, chunks)), viaBytes([input]))
  })

  it.prop("answers any text with a reply, an error or a wish for more, and never throws", {
    lines: Schema.Array(Schema.String)
  }, ({ lines }) => {
    const { push } = Reply.decoder()
    for (const line of lines) {
      const result = push(line)
      if (Result.isSuccess(result) && result.success !== undefined) {
        assert.isTrue(result.success.code >= 200 && result.success.code <= 599)
      }
    }
  })
})
