/** Replies of POP3: what real servers send, what is none, and that whatever is written is read back. */
import { assert, describe, it } from "@effect/vitest"
import * as Limits from "@sonde/wire/Limits"
import * as Reply from "@sonde/wire/pop3/Reply"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import { framed } from "../framed.ts"
import { between, octets, textOf } from "../support.ts"

const read = (lines: ReadonlyArray<string>, several = false) => {
  const { push } = Reply.decoder(several)
  for (const line of lines) {
    const result = push(line)
    if (Result.isFailure(result)) return result.failure.problem
    if (result.success !== undefined) return result.success
  }
  return undefined
}

describe("POP3 reply", () => {
  it.each<readonly [string, Reply.Pop3Reply]>([
    ["+OK Dovecot ready. <a.1.b@mx.example>", {
      status: "+OK",
      text: "Dovecot ready. <a.1.b@mx.example>",
      lines: []
    }],
    ["+ok", { status: "+OK", text: "", lines: [] }],
    ["-ERR [SYS/TEMP] try later", { status: "-ERR", code: "SYS/TEMP", text: "try later", lines: [] }],
    ["-ERR [IN-USE] Do you have another POP session running?", {
      status: "-ERR",
      code: "IN-USE",
      text: "Do you have another POP session running?",
      lines: []
    }],
    ["-ERR [AUTH]", { status: "-ERR", code: "AUTH", text: "", lines: [] }],
    ["-ERR [no code", { status: "-ERR", text: "[no code", lines: [] }],
    ["+ ", { status: "+", text: "", lines: [] }],
    ["+", { status: "+", text: "", lines: [] }],
    ["+ Z28=", { status: "+", text: "Z28=", lines: [] }]
  ])("reads %s", (line, expected) => {
    assert.deepStrictEqual(read([line]), expected)
  })

  it("reads several lines to the dot, and one line where it refuses", () => {
    assert.deepStrictEqual(read(["+OK", "USER", "..dot", "."], true), {
      status: "+OK",
      text: "",
      lines: ["USER", ".dot"]
    })
    assert.deepStrictEqual(read(["-ERR what?"], true), { status: "-ERR", text: "what?", lines: [] })
  })

  it.each(["", "* OK IMAP4rev1", "220 mx", "+OKAY", "OK"])("finds %j to be no reply", (line) => {
    assert.strictEqual(read([line]), "no-status")
  })

  it("stops at a reply that does not end", () => {
    const many = Array.from({ length: Limits.maxReplyLines + 1 }, () => "X")
    assert.strictEqual(read(["+OK", ...many], true), "too-many-lines")
    const long = Array.from({ length: 20 }, () => "x".repeat(8000))
    assert.strictEqual(read(["+OK", ...long], true), "too-long")
  })

  it("finds the timestamp of a greeting, and what may be tried again", () => {
    assert.strictEqual(
      Reply.timestampOf("POP3 server ready <1896.697170952@dbc.mtview.ca.us>"),
      "<1896.697170952@dbc.mtview.ca.us>"
    )
    assert.isUndefined(Reply.timestampOf("ready <here>"))
    assert.deepStrictEqual(
      ["SYS/TEMP", "SYS/PERM", "AUTH", "IN-USE", "LOGIN-DELAY", undefined].filter(Reply.isTemporary),
      ["SYS/TEMP", "IN-USE", "LOGIN-DELAY"]
    )
  })

  const replies = Arbitrary.all({
    which: between(0, 2),
    code: textOf("ABC/-", { minLength: 1, maxLength: 8 }),
    coded: between(0, 1),
    text: textOf("aZ 09.é<>", { maxLength: 20 }),
    lines: Arbitrary.array(textOf("a. é", { maxLength: 8 }), { maxLength: 5 })
  }).pipe(Arbitrary.map(({ code, coded, lines, text, which }): Reply.Pop3Reply =>
    which === 0
      ? { status: "+", text: text.trim(), lines: [] }
      : {
        status: which === 1 ? "+OK" : "-ERR",
        ...(coded === 1 ? { code } : {}),
        text: text.trim(),
        lines: which === 1 ? lines : []
      }
  ))

  it.prop("reads back what it writes", { reply: replies }, ({ reply }) => {
    assert.deepStrictEqual(read(Reply.toLines(reply, true), true), reply)
  })

  it.prop("takes any octets without a defect", { input: octets, several: between(0, 1) }, ({ input, several }) => {
    const found = read(framed(input).map(({ text }) => text), several === 1)
    assert.isTrue(found === undefined || typeof found === "string" || typeof found.text === "string")
  })
})
