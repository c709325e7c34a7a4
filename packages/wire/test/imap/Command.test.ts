/** Commands of an IMAP client: quoting, literals, and that nothing can become a second command. */
import { assert, describe, it } from "@effect/vitest"
import * as Capability from "@sonde/wire/imap/Capability"
import * as Command from "@sonde/wire/imap/Command"
import * as Value from "@sonde/wire/imap/Value"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { between, textOf } from "../support.ts"

const written = (lines: ReadonlyArray<ReadonlyArray<Command.Part>>) =>
  lines.map((line) => line.map((part) => typeof part === "string" ? part : Redacted.value(part.secret)).join(""))

const shown = (lines: ReadonlyArray<ReadonlyArray<Command.Part>>) =>
  lines.map((line) => line.map((part) => typeof part === "string" ? part : part.mask).join(""))

const login = (user: string, password: string) =>
  Result.getOrThrow(
    Command.lines("A1", "LOGIN", [{ string: user }, { string: Redacted.make(password), mask: "‹secret›" }])
  )

describe("Command", () => {
  it("quotes what is ASCII", () => {
    const lines = login("person@example.com", "a\"b\\c d")
    assert.deepStrictEqual(written(lines), ["A1 LOGIN \"person@example.com\" \"a\\\"b\\\\c d\""])
    assert.deepStrictEqual(shown(lines), ["A1 LOGIN \"person@example.com\" \"‹secret›\""])
  })

  it("announces what is not as a literal, and shows nothing of a secret", () => {
    const lines = login("jürgen@example.com", "pässwort")
    assert.deepStrictEqual(written(lines), ["A1 LOGIN {19}", "jürgen@example.com {9}", "pässwort"])
    assert.deepStrictEqual(shown(lines), ["A1 LOGIN {19}", "jürgen@example.com {…}", "‹secret›"])
  })

  it.each(["a\r\nA2 LOGOUT", "a\nb", "a\0b"])("refuses %j", (password) => {
    const refused = Command.lines("A1", "LOGIN", [{ string: "u" }, { string: password }])
    assert.isTrue(
      Result.isFailure(refused) && refused.failure.problem === "control-character" && refused.failure.argument === 1
    )
  })

  it("refuses a word with a line end, and a string that is too long", () => {
    const word = Command.lines("A1", "EXAMINE", [{ word: "INBOX\r\nA2 LOGOUT" }])
    assert.isTrue(Result.isFailure(word) && word.failure.problem === "not-a-word")
    const long = Command.lines("A1", "LOGIN", [{ string: "x".repeat(20_000) }])
    assert.isTrue(Result.isFailure(long) && long.failure.problem === "too-long")
  })

  it.prop(
    "writes a string that a server reads back",
    [textOf("aZ09 \"\\(){}%*é漢\t", { maxLength: 12 }), between(0, 1)],
    ([text, again]) => {
      const args = again === 0 ? [{ string: text }] : [{ string: text }, { string: text }]
      const lines = written(Result.getOrThrow(Command.lines("A1", "X", args)))
      const segments = lines.flatMap((line, index) => {
        const announced = /\{\d+\}$/.exec(line)
        const head = announced === null || index === lines.length - 1 ? line : line.slice(0, announced.index)
        return index === 0 ? [{ text: head.slice(4) }] : [{ literal: text }, { text: head.slice(text.length) }]
      })
      const values = Result.getOrThrow(Value.fromSegments(segments, 0))
      assert.deepStrictEqual(values, args)
    }
  )
})

describe("Capability", () => {
  it("reads an offer, each name once, in upper case", () => {
    const offer = Capability.fromText("IMAP4rev1 AUTH=PLAIN auth=plain  LOGINDISABLED")
    assert.deepStrictEqual(offer, ["IMAP4REV1", "AUTH=PLAIN", "LOGINDISABLED"])
    assert.deepStrictEqual(Capability.mechanisms(offer), ["PLAIN"])
    assert.isFalse(Capability.allowsLogin(offer))
    assert.isTrue(Capability.allowsLogin(["IMAP4REV1"]))
  })

  it.prop("reads the same from values as from text", [textOf("AZ=-09 ", { maxLength: 40 })], ([text]) => {
    const values = Result.getOrThrow(Value.fromSegments([{ text }], 0))
    assert.deepStrictEqual(Capability.fromValues(values), Capability.fromText(text))
  })
})
