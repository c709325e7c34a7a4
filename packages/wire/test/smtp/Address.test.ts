import { assert, describe, it } from "@effect/vitest"
import * as Address from "@sonde/wire/smtp/Address"
import * as Domain from "@sonde/wire/smtp/Domain"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { textOf } from "../support.ts"

const refused = (text: string) => {
  const error = Result.getOrThrow(Result.flip(Address.parse(text)))
  return [error.problem, error.index]
}

describe("Address", () => {
  const good: ReadonlyArray<readonly [string, string, string]> = [
    ["ada@example.org", "ada", "example.org"],
    ["a.b+tag@example.org", "a.b+tag", "example.org"],
    ["!#$%&'*+-/=?^_`{|}~@x", "!#$%&'*+-/=?^_`{|}~", "x"],
    ["\"ada l\"@example.org", "ada l", "example.org"],
    ["\"a@b\"@example.org", "a@b", "example.org"],
    ["\"a\\\"\\\\b\"@example.org", "a\"\\b", "example.org"],
    ["\"\"@example.org", "", "example.org"],
    ["ada@[192.0.2.1]", "ada", "[192.0.2.1]"],
    ["ada@[IPv6:2001:db8::1]", "ada", "[IPv6:2001:db8::1]"],
    ["ada@[IPv6:::ffff:192.0.2.1]", "ada", "[IPv6:::ffff:192.0.2.1]"],
    ["jörg@müller.example", "jörg", "müller.example"],
    ["ada@xn--mller-kva.example", "ada", "xn--mller-kva.example"],
    ["用户@例子.测试", "用户", "例子.测试"]
  ]
  for (const [text, localPart, domain] of good) {
    it(`reads ${text}`, () => assert.deepStrictEqual(Address.parse(text), Result.succeed({ localPart, domain })))
  }

  const bad: ReadonlyArray<readonly [string, Address.AddressError["problem"], number]> = [
    ["", "empty", 0],
    ["ada", "no-at", 3],
    ["@example.org", "local-part", 0],
    ["ada l@example.org", "local-part", 3],
    [".ada@example.org", "local-part", 0],
    ["ada.@example.org", "local-part", 3],
    ["a..b@example.org", "local-part", 1],
    ["a\r\nRCPT TO:<x@y>", "local-part", 1],
    ["a\0b@example.org", "local-part", 1],
    ["a\u0085b@example.org", "local-part", 1],
    ["Ada <ada@example.org>", "local-part", 3],
    ["\"ada@example.org", "quote", 16],
    ["\"a\nb\"@example.org", "quote", 2],
    ["\"a\\", "quote", 3],
    ["\"a\"b@example.org", "no-at", 3],
    [`${"a".repeat(65)}@example.org`, "local-part-too-long", 0],
    [`${"é".repeat(33)}@example.org`, "local-part-too-long", 0],
    ["ada@", "domain", 4],
    ["ada@example.org.", "domain", 15],
    ["ada@example..org", "domain", 12],
    ["ada@.example.org", "domain", 4],
    ["ada@-a.example.org", "domain", 4],
    ["ada@a.b-.example.org", "domain", 6],
    ["ada@exa_mple.org", "domain", 4],
    ["ada@example.org ", "domain", 12],
    ["ada@192.0.2.1", "domain", 4],
    ["ada@[192.0.2.256]", "domain", 4],
    ["ada@[2001:db8::1]", "domain", 4],
    ["ada@[x400:c=de]", "domain", 4],
    ["ada@[IPv6:2001:db8::1::]", "domain", 4],
    ["ada@b@example.org", "domain", 4],
    [`ada@${"a".repeat(64)}.org`, "domain", 4],
    [`ada@${"a.".repeat(130)}org`, "domain-too-long", 4],
    [`${"a".repeat(64)}@${"a.".repeat(96)}org`, "too-long", 0]
  ]
  for (const [text, problem, index] of bad) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))} as ${problem} at ${index}`, () => {
      assert.deepStrictEqual(refused(text), [problem, index])
    })
  }

  it("accepts the longest of each part", () => {
    const domain = `${"a.".repeat(94)}b`
    assert.isTrue(Result.isSuccess(Address.parse(`${"a".repeat(64)}@${domain}`)))
    assert.strictEqual(`${"a".repeat(64)}@${domain}`.length, 254)
  })

  it("reads and writes paths, the null reverse-path among them", () => {
    assert.deepStrictEqual(Address.parsePath("<>"), Result.succeed(null))
    assert.deepStrictEqual(Address.parsePath("<a@b>"), Result.succeed({ localPart: "a", domain: "b" }))
    assert.deepStrictEqual(Address.formatPath(null), Result.succeed("<>"))
    assert.deepStrictEqual(Address.formatPath({ localPart: "a b", domain: "c" }), Result.succeed("<\"a b\"@c>"))
    const indexes = ["a@b", "<a@b", "<a b@c>", "<"].map((text) =>
      Result.getOrThrow(Result.flip(Address.parsePath(text)))
    )
    assert.deepStrictEqual(indexes.map(({ index, problem }) => [problem, index]), [
      ["brackets", 0],
      ["brackets", 4],
      ["local-part", 2],
      ["brackets", 1]
    ])
  })

  it("refuses to write parts that make no address", () => {
    for (const mailbox of [{ localPart: "a\r\nb", domain: "c" }, { localPart: "a", domain: "c d" }]) {
      assert.isTrue(Result.isFailure(Address.format(mailbox)))
    }
  })

  it("knows which addresses need SMTPUTF8", () => {
    assert.deepStrictEqual(["a@b.c", "é@b.c", "a@é.c"].map(Address.needsSmtpUtf8), [false, true, true])
    assert.isTrue(Address.needsSmtpUtf8({ localPart: "a", domain: "é" }))
  })

  it("knows IPv6 addresses", () => {
    const good6 = ["::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "fe80::1", "1:2:3:4:5:6:1.2.3.4"]
    const bad6 = [
      "",
      ":",
      ":::",
      "1",
      "1:2",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7:8::",
      "12345::",
      "::1.2.3",
      "g::",
      ":1::",
      "1.2.3.4"
    ]
    for (const text of good6) assert.isTrue(Domain.isIPv6(text), text)
    for (const text of bad6) assert.isFalse(Domain.isIPv6(text), text)
  })

  const label = Arbitrary.all([textOf("az09éß", { minLength: 1, maxLength: 3 }), textOf("a0-", { maxLength: 3 })]).pipe(
    Arbitrary.map(([head, tail]) => `${head}${tail}z`)
  )
  const mailboxes = Arbitrary.all({
    localPart: textOf("ab.\"\\ @<>,é🙂(){}-", { maxLength: 12 }),
    domain: Arbitrary.array(label, { minLength: 1, maxLength: 4 }).pipe(Arbitrary.map((labels) => labels.join(".")))
  })

  it.prop("reads back every mailbox it writes", { mailbox: mailboxes }, ({ mailbox }) => {
    const text = Result.getOrThrow(Address.format(mailbox))
    assert.deepStrictEqual(Address.parse(text), Result.succeed(mailbox))
    assert.deepStrictEqual(Result.flatMap(Address.formatPath(mailbox), Address.parsePath), Result.succeed(mailbox))
  })

  it.prop("points into any text it refuses, and accepts none with a line break", {
    text: Schema.String,
    dense: textOf("a.@\"\\[]\r\n\0 é", { maxLength: 12 })
  }, ({ dense, text }) => {
    for (const input of [text, dense, `${dense}@${text}`]) {
      const result = Address.parse(input)
      if (Result.isFailure(result)) assert.isTrue(result.failure.index >= 0 && result.failure.index <= input.length)
      else assert.isFalse(/[\r\n\0]/.test(input))
    }
  })
})
