/** Responses of ManageSieve: what real servers send, what is none, and that whatever is written is read back. */
import { assert, describe, it } from "@effect/vitest"
import * as Limits from "@sonde/wire/Limits"
import * as Response from "@sonde/wire/sieve/Response"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import { framed } from "../framed.ts"
import { between, octets, textOf, utf8 } from "../support.ts"

const read = (text: string | Uint8Array, isChallenge = false) => {
  const { push } = Response.decoder(isChallenge)
  for (const line of framed(typeof text === "string" ? utf8(text) : text)) {
    const result = push(line)
    if (Result.isFailure(result)) return result.failure.problem
    if (result.success !== undefined) return result.success
  }
  return undefined
}

const greeting = [
  "\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"",
  "\"SASL\" \"\"",
  "\"STARTTLS\"",
  "OK \"Dovecot ready.\"",
  ""
].join("\r\n")

describe("ManageSieve response", () => {
  it("reads a greeting", () => {
    assert.deepStrictEqual(read(greeting), {
      _tag: "Ended",
      rows: [
        { strings: ["IMPLEMENTATION", "Dovecot Pigeonhole"], words: [] },
        { strings: ["SASL", ""], words: [] },
        { strings: ["STARTTLS"], words: [] }
      ],
      ending: { status: "OK", text: "Dovecot ready." }
    })
  })

  it("reads scripts, the active one marked, a name as a literal", () => {
    assert.deepStrictEqual(read("\"a\\\"b\"\r\n{6}\r\nsumm\r\n ACTIVE\r\nOK\r\n"), {
      _tag: "Ended",
      rows: [{ strings: ["a\"b"], words: [] }, { strings: ["summ\r\n"], words: ["ACTIVE"] }],
      ending: { status: "OK", text: "" }
    })
  })

  it.each<readonly [string, Response.Ending]>([
    ["NO (QUOTA/MAXSIZE) \"full\"", { status: "NO", code: "QUOTA/MAXSIZE", text: "full" }],
    ["NO (TRYLATER)", { status: "NO", code: "TRYLATER", text: "" }],
    ["BYE (REFERRAL \"sieve://two.example\") \"there\"", {
      status: "BYE",
      code: "REFERRAL",
      data: "sieve://two.example",
      text: "there"
    }],
    ["OK (SASL \"cnNwYXV0aA==\")", { status: "OK", code: "SASL", data: "cnNwYXV0aA==", text: "" }],
    ["no {4}\r\nfull", { status: "NO", text: "full" }],
    ["NO ()", { status: "NO", text: "" }],
    ["NO (", { status: "NO", text: "" }]
  ])("reads %s", (text, ending) => {
    assert.deepStrictEqual(read(`${text}\r\n`), { _tag: "Ended", rows: [], ending })
  })

  it("takes a string alone for a challenge where one is waited for", () => {
    assert.deepStrictEqual(read("\"Z28=\"\r\n", true), { _tag: "Challenge", text: "Z28=" })
    assert.deepStrictEqual(read("{4}\r\nZ28=\r\n", true), { _tag: "Challenge", text: "Z28=" })
    assert.isUndefined(read("\"Z28=\"\r\n"))
  })

  it.each(["", "* OK IMAP4rev1 ready", "220 mx.example ESMTP", "+OK ready", "\"open", "WHAT"])(
    "finds %j to be no response",
    (text) => {
      assert.strictEqual(read(`${text}\r\n`), "no-response")
    }
  )

  it("stops at a response that does not end", () => {
    assert.strictEqual(read("\"x\"\r\n".repeat(Limits.maxResponses + 1)), "too-many-lines")
    assert.strictEqual(read(`{${Limits.maxLiteralOctets + 1}}\r\n`), "literal-too-long")
  })

  it("quotes what is short and ASCII", () => {
    assert.isTrue(Response.fitsQuoted("x".repeat(1024)))
    assert.isFalse(Response.fitsQuoted("x".repeat(1025)))
    assert.isFalse(Response.fitsQuoted("é"))
    assert.deepStrictEqual(["TRYLATER", "QUOTA", undefined].filter(Response.isTemporary), ["TRYLATER"])
  })

  const text = textOf("aZ09 \"\\(){}é\r\n", { maxLength: 12 })
  const code = textOf("ABC/-", { minLength: 1, maxLength: 8 })
  const row = Arbitrary.all({
    strings: Arbitrary.array(text, { minLength: 1, maxLength: 3 }),
    isActive: between(0, 1)
  }).pipe(Arbitrary.map(({ isActive, strings }) => ({ strings, words: isActive === 1 ? ["ACTIVE"] : [] })))
  const responses = Arbitrary.all({
    which: between(0, 3),
    status: between(0, 2),
    rows: Arbitrary.array(row, { maxLength: 4 }),
    code,
    data: text,
    text
  }).pipe(
    Arbitrary.map(({ code: name, data, rows, status, text: said, which }): Response.SieveResponse =>
      which === 0 ? { _tag: "Challenge", text: said } : {
        _tag: "Ended",
        rows,
        ending: {
          status: (["OK", "NO", "BYE"] as const)[status]!,
          ...(which > 1 ? { code: name } : {}),
          ...(which > 2 ? { data } : {}),
          text: said
        }
      }
    )
  )

  it.prop("reads back what it writes", { response: responses }, ({ response }) => {
    assert.deepStrictEqual(read(Response.toWire(response), response._tag === "Challenge"), response)
  })

  it.prop(
    "takes any octets without a defect",
    { input: octets, isChallenge: between(0, 1) },
    ({ input, isChallenge }) => {
      const found = read(input, isChallenge === 1)
      assert.isTrue(found === undefined || typeof found === "string" || typeof found._tag === "string")
    }
  )
})
