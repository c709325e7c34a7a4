import { assert, describe, it } from "@effect/vitest"
import * as Limits from "@sonde/wire/Limits"
import * as Capability from "@sonde/wire/smtp/Capability"
import * as Reply from "@sonde/wire/smtp/Reply"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { between, textOf } from "../support.ts"

const read = (...lines: ReadonlyArray<string>) =>
  Result.getOrThrow(Capability.fromReply(Result.getOrThrow(Reply.fromLines(lines))))

const office = read(
  "250-AM0PR01CA0001.outlook.office365.com Hello [192.0.2.1]",
  "250-SIZE 157286400",
  "250-PIPELINING",
  "250-DSN",
  "250-ENHANCEDSTATUSCODES",
  "250-AUTH LOGIN XOAUTH2",
  "250-8BITMIME",
  "250-BINARYMIME",
  "250-CHUNKING",
  "250 SMTPUTF8"
)

describe("Capability", () => {
  it("reads domain, greeting and keywords in order", () => {
    assert.strictEqual(office.domain, "AM0PR01CA0001.outlook.office365.com")
    assert.strictEqual(office.greet, "Hello [192.0.2.1]")
    assert.deepStrictEqual(office.keywords.slice(0, 2), [
      { keyword: "SIZE", params: ["157286400"] },
      { keyword: "PIPELINING", params: [] }
    ])
    assert.strictEqual(office.keywords.length, 9)
  })

  it("finds keywords in any case, whole words only", () => {
    assert.isTrue(Capability.has(office, "smtputf8"))
    assert.isTrue(Capability.has(read("250-x", "250 StartTLS"), "STARTTLS"))
    assert.isFalse(Capability.has(office, "STARTTLS"))
    assert.isFalse(Capability.has(read("250 STARTTLS"), "STARTTLS"))
  })

  const mechanisms: ReadonlyArray<readonly [string, ReadonlyArray<string>, ReadonlyArray<string>]> = [
    ["AUTH with mechanisms", ["250-x", "250 AUTH LOGIN XOAUTH2"], ["LOGIN", "XOAUTH2"]],
    ["AUTH in lower case", ["250-x", "250 auth plain login"], ["PLAIN", "LOGIN"]],
    ["the older AUTH=", ["250-x", "250 AUTH=LOGIN PLAIN"], ["LOGIN", "PLAIN"]],
    ["both, each mechanism once", ["250-x", "250-AUTH LOGIN", "250 AUTH=LOGIN CRAM-MD5"], ["LOGIN", "CRAM-MD5"]],
    ["AUTH twice", ["250-x", "250-AUTH PLAIN", "250 AUTH LOGIN PLAIN"], ["PLAIN", "LOGIN"]],
    ["AUTH without mechanisms", ["250-x", "250 AUTH"], []],
    ["AUTH= without mechanisms", ["250-x", "250 AUTH="], []],
    ["no AUTH", ["250-x", "250 AUTHX LOGIN"], []]
  ]
  for (const [title, lines, expected] of mechanisms) {
    it(`lists the mechanisms of ${title}`, () => {
      assert.deepStrictEqual(Capability.authMechanisms(read(...lines)), expected)
    })
  }

  it("reads SIZE as octets and nothing else as a number", () => {
    const size = (line: string) => Capability.size(read("250-x", `250 ${line}`))
    assert.deepStrictEqual(
      ["SIZE 35882577", "size 0", "SIZE", "SIZE abc", "SIZE -1", "SIZE 1e9", "SIZE 99999999999999999999", "DSN"].map(
        size
      ),
      [35_882_577, 0, undefined, undefined, undefined, undefined, undefined, undefined]
    )
  })

  it("compares two sets by keyword", () => {
    const before = read("250-x", "250-STARTTLS", "250-SIZE 1", "250 DSN")
    const after = read("250-x", "250-SIZE 2", "250-DSN", "250-DSN", "250-AUTH PLAIN", "250 AUTH PLAIN")
    assert.deepStrictEqual(Capability.compare(before, after), { added: ["AUTH"], removed: ["STARTTLS"] })
    assert.deepStrictEqual(Capability.compare(after, after), { added: [], removed: [] })
  })

  it("reads the one line that answers HELO, and replies with odd spacing", () => {
    assert.deepStrictEqual(read("250 mx.example.net"), { domain: "mx.example.net", greet: "", keywords: [] })
    assert.deepStrictEqual(read("250"), { domain: "", greet: "", keywords: [] })
    assert.deepStrictEqual(read("250-mx  at your \tservice ", "250-", "250-  SIZE\t 10 ", "250 "), {
      domain: "mx",
      greet: "at your service",
      keywords: [{ keyword: "SIZE", params: ["10"] }]
    })
  })

  it("keeps what is no legal keyword, and duplicates", () => {
    assert.deepStrictEqual(read("250-x", "250-XXXXXXXA", "250-*", "250 *").keywords.map(({ keyword }) => keyword), [
      "XXXXXXXA",
      "*",
      "*"
    ])
  })

  it("refuses a reply that is not 250", () => {
    const result = Capability.fromReply(Result.getOrThrow(Reply.fromLines(["502 5.5.1 unrecognized command"])))
    const error = Result.getOrThrow(Result.flip(result))
    assert.deepStrictEqual([error.problem, error.code], ["not-accepted", 502])
  })

  it("accepts as many keywords as the limit and refuses one more", () => {
    const lines = (count: number) => ["x", ...Array.from({ length: count }, (_, index) => `K${index}`)]
    assert.isTrue(Result.isSuccess(Capability.fromReply(Reply.make(250, lines(Limits.maxCapabilities)))))
    const error = Result.getOrThrow(
      Result.flip(Capability.fromReply(Reply.make(250, lines(Limits.maxCapabilities + 1))))
    )
    assert.strictEqual(error.problem, "too-many-keywords")
  })

  const word = textOf("AZ09-", { minLength: 1, maxLength: 6 })
  const sets = Arbitrary.all({
    domain: textOf("ab.-", { minLength: 1, maxLength: 6 }),
    greet: Arbitrary.array(word, { maxLength: 3 }).pipe(Arbitrary.map((words) => words.join(" "))),
    keywords: Arbitrary.array(
      Arbitrary.all({
        keyword: word,
        params: Arbitrary.array(textOf("aZ0=.é", { minLength: 1, maxLength: 5 }), { maxLength: 3 })
      }),
      { maxLength: 8 }
    )
  })

  it.prop("reads back every set it writes, through reply lines", { set: sets }, ({ set }) => {
    const lines = Reply.toLines(Capability.toReply(set))
    assert.deepStrictEqual(read(...lines), set)
  })

  it.prop("reads any 250 reply or names the problem, and never throws", {
    texts: Schema.Array(Schema.String),
    code: between(249, 251)
  }, ({ code, texts }) => {
    const result = Capability.fromReply(Reply.make(code, texts))
    if (Result.isFailure(result)) {
      assert.strictEqual(result.failure.problem, code === 250 ? "too-many-keywords" : "not-accepted")
      return
    }
    assert.isTrue(result.success.keywords.length <= texts.length)
    assert.isTrue(result.success.keywords.every(({ keyword }) => keyword !== "" && keyword === keyword.toUpperCase()))
  })
})
