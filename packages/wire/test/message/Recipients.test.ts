import { assert, describe, it } from "@effect/vitest"
import * as Headers from "@sonde/wire/message/Headers"
import * as Recipients from "@sonde/wire/message/Recipients"
import { octets, utf8 } from "../support.ts"

const text = (message: string, ...to: ReadonlyArray<string>) =>
  new TextDecoder().decode(Recipients.only(utf8(message), to))

describe("Recipients", () => {
  it("puts one To in the place of every field that names recipients", () => {
    const message =
      "From: a@b\r\nTo: x@y,\r\n z@y\r\nSubject: s\r\ncc : c@y\r\nBCC: d@y\r\nResent-To: e@y\r\n\r\nTo: body\r\n"
    assert.strictEqual(
      text(message, "n@e", "m@e"),
      "To: n@e,\r\n m@e\r\nFrom: a@b\r\nSubject: s\r\n\r\nTo: body\r\n"
    )
  })

  it("leaves a message to nobody", () => {
    assert.strictEqual(text("To: x@y\r\nFrom: a@b\r\n\r\nhi"), "From: a@b\r\n\r\nhi")
  })

  it("takes line ends as they are, and a message that is all header", () => {
    assert.strictEqual(text("Cc: x@y\n z@y\nFrom: a@b\n\nhi", "n@e"), "To: n@e\r\nFrom: a@b\n\nhi")
    assert.strictEqual(text("From: a@b\r\n", "n@e"), "To: n@e\r\nFrom: a@b\r\n\r\n")
    assert.strictEqual(text("", "n@e"), "To: n@e\r\n\r\n")
  })

  it("keeps fields whose name only begins like one of these", () => {
    assert.strictEqual(text("To-Do: x\r\nX-To: y\r\nCcc: z\r\n\r\n"), "To-Do: x\r\nX-To: y\r\nCcc: z\r\n\r\n")
  })

  it.prop("names no other recipients, whatever the message", [octets], ([message]) => {
    const names = Headers.fromBytes(Recipients.only(message, ["n@e"])).map(({ name }) => name.toLowerCase())
    assert.deepStrictEqual(names.filter((name) => /^(?:resent-)?(?:to|cc|bcc)$/.test(name)), ["to"])
  })
})
