/** Responses of IMAP: what real servers send, what is none, and that whatever is written is read back. */
import { assert, describe, it } from "@effect/vitest"
import * as Code from "@sonde/wire/imap/Code"
import * as Response from "@sonde/wire/imap/Response"
import * as Value from "@sonde/wire/imap/Value"
import * as Limits from "@sonde/wire/Limits"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import { framed } from "../framed.ts"
import { between, octets, textOf, utf8 } from "../support.ts"

/** All responses of octets, and the failure that ended reading. */
const readAll = (input: Uint8Array) => {
  const responses: Array<Response.Response> = []
  let decoder = Response.decoder()
  for (const line of framed(input)) {
    const result = decoder.push(line)
    if (Result.isFailure(result)) return { responses, problem: result.failure.problem }
    if (result.success === undefined) continue
    responses.push(result.success)
    decoder = Response.decoder()
  }
  return { responses, problem: undefined }
}

const one = (text: string): Response.Response => {
  const { problem, responses } = readAll(utf8(`${text}\r\n`))
  assert.isUndefined(problem, text)
  assert.lengthOf(responses, 1, text)
  return responses[0]!
}

const none = undefined

describe("Response", () => {
  const rows: ReadonlyArray<readonly [string, Response.Response]> = [
    ["* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] Dovecot ready.", {
      _tag: "Status",
      status: "OK",
      code: { name: "CAPABILITY", args: "IMAP4rev1 SASL-IR AUTH=PLAIN" },
      text: "Dovecot ready."
    }],
    ["* PREAUTH welcome", { _tag: "Status", status: "PREAUTH", code: none, text: "welcome" }],
    ["* BYE [UNAVAILABLE] back soon", {
      _tag: "Status",
      status: "BYE",
      code: { name: "UNAVAILABLE", args: none },
      text: "back soon"
    }],
    ["* ok still here {3}", { _tag: "Status", status: "OK", code: none, text: "still here {3}" }],
    ["* BYE", { _tag: "Status", status: "BYE", code: none, text: "" }],
    ["A1 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", {
      _tag: "Tagged",
      tag: "A1",
      status: "NO",
      code: { name: "AUTHENTICATIONFAILED", args: none },
      text: "Invalid credentials (Failure)"
    }],
    ["A1 NO [REFERRAL imap://user;AUTH=*@two.example/] Specified user is invalid here. Try two.example.", {
      _tag: "Tagged",
      tag: "A1",
      status: "NO",
      code: { name: "REFERRAL", args: "imap://user;AUTH=*@two.example/" },
      text: "Specified user is invalid here. Try two.example."
    }],
    ["A2 BAD [BADCHARSET (\"a]b\" UTF-8)] no", {
      _tag: "Tagged",
      tag: "A2",
      status: "BAD",
      code: { name: "BADCHARSET", args: "(\"a]b\" UTF-8)" },
      text: "no"
    }],
    ["A2 OK [not closed", { _tag: "Tagged", tag: "A2", status: "OK", code: none, text: "[not closed" }],
    ["A2 OK", { _tag: "Tagged", tag: "A2", status: "OK", code: none, text: "" }],
    ["+", { _tag: "Continue", text: "" }],
    ["+ ", { _tag: "Continue", text: "" }],
    ["+ eyJzdGF0dXMiOiI0MDEifQ==", { _tag: "Continue", text: "eyJzdGF0dXMiOiI0MDEifQ==" }],
    ["* 23 EXISTS", { _tag: "Untagged", name: "EXISTS", number: 23, values: [] }],
    ["* FLAGS (\\Answered \\Seen)", {
      _tag: "Untagged",
      name: "FLAGS",
      number: none,
      values: [{ list: [{ atom: "\\Answered" }, { atom: "\\Seen" }] }]
    }],
    ["* QUOTA \"User quota\" (STORAGE 10 512)", {
      _tag: "Untagged",
      name: "QUOTA",
      number: none,
      values: [{ string: "User quota" }, { list: [{ atom: "STORAGE" }, { atom: "10" }, { atom: "512" }] }]
    }],
    ["* ID (\"name\" \"Dove\\\"cot\" \"os\" NIL)", {
      _tag: "Untagged",
      name: "ID",
      number: none,
      values: [{ list: [{ string: "name" }, { string: "Dove\"cot" }, { string: "os" }, { atom: "NIL" }] }]
    }],
    ["* LIST (\\HasNoChildren) \"/\" {5}\r\nA\r\nBC", {
      _tag: "Untagged",
      name: "LIST",
      number: none,
      values: [{ list: [{ atom: "\\HasNoChildren" }] }, { string: "/" }, { string: "A\r\nBC" }]
    }],
    ["* 1 FETCH (BODY[HEADER.FIELDS (DATE)] {4}\r\nab\r\n)", {
      _tag: "Untagged",
      name: "FETCH",
      number: 1,
      values: [{ list: [{ atom: "BODY[HEADER.FIELDS (DATE)]" }, { string: "ab\r\n" }] }]
    }],
    ["* QUOTAROOT INBOX {0}\r\n", {
      _tag: "Untagged",
      name: "QUOTAROOT",
      number: none,
      values: [{ atom: "INBOX" }, { string: "" }]
    }]
  ]

  it.each(rows)("reads %s", (text, expected) => {
    assert.deepStrictEqual(one(text), expected)
  })

  it.each<readonly [string, Response.ResponseError["problem"]]>([
    ["", "no-response"],
    ["220 mx.example ESMTP", "no-response"],
    ["+OK POP3 ready", "no-response"],
    ["HTTP/1.1 400 Bad Request", "no-response"],
    ["* ", "no-response"],
    ["* LIST (a", "unbalanced"],
    ["* LIST a)", "unbalanced"],
    ["* LIST \"a", "unquoted"],
    [`* LIST ${"(".repeat(Limits.maxNesting)}`, "too-deep"],
    [`* LIST {${Limits.maxLiteralOctets + 1}}`, "literal-too-long"]
  ])("finds %s to be no response", (text, problem) => {
    assert.strictEqual(readAll(utf8(`${text}\r\n`)).problem, problem)
  })

  it("stops at a response that does not end", () => {
    const endless = utf8(`* LIST {60000}\r\n${"x".repeat(60_000)} {60000}\r\n${"x".repeat(60_000)} {60000}\r\n`)
    const more = utf8(`${"x".repeat(60_000)}\r\n`)
    assert.strictEqual(readAll(Uint8Array.from([...endless, ...more])).problem, "too-long")
  })

  const anyText = textOf("aZ09 \"\\(){}[]%*]é\r\n\u0001", { maxLength: 12 })
  const word = textOf("AZ09-.", { minLength: 1, maxLength: 6 }).pipe(Arbitrary.map((text) => `X${text}`))
  const leaf: Arbitrary.Arbitrary<Value.Value> = Arbitrary.all([between(0, 1), anyText, word]).pipe(
    Arbitrary.map(([kind, string, atom]): Value.Value => kind === 0 ? { string } : { atom })
  )
  const list = Arbitrary.array(leaf, { maxLength: 3 }).pipe(Arbitrary.map((items): Value.Value => ({ list: items })))
  const values = Arbitrary.array(
    Arbitrary.all([between(0, 1), leaf, list]).pipe(Arbitrary.map(([kind, one, many]) => kind === 0 ? one : many)),
    { maxLength: 4 }
  )
  const line = textOf("aZ 09.()é", { maxLength: 12 }).pipe(Arbitrary.map((text) => text.trim()))
  const code = Arbitrary.all([between(0, 2), word, line]).pipe(
    Arbitrary.map(([kind, name, args]) => kind === 0 ? none : { name, args: kind === 1 || args === "" ? none : args })
  )
  const response: Arbitrary.Arbitrary<Response.Response> = Arbitrary.all([
    between(0, 3),
    between(0, 4),
    code,
    line,
    word,
    values
  ])
    .pipe(
      Arbitrary.map(([kind, which, found, text, name, data]): Response.Response =>
        kind === 0
          ? { _tag: "Tagged", tag: name, status: (["OK", "NO", "BAD"] as const)[which % 3]!, code: found, text }
          : kind === 1
          ? {
            _tag: "Status",
            status: (["OK", "NO", "BAD", "PREAUTH", "BYE"] as const)[which]!,
            code: found,
            text
          }
          : kind === 2
          ? { _tag: "Continue", text }
          : { _tag: "Untagged", name, number: which === 0 ? none : which, values: data }
      )
    )

  it.prop(
    "reads what it writes, one after the other",
    [Arbitrary.array(response, { maxLength: 5 })],
    ([all]) => {
      const { problem, responses } = readAll(utf8(all.map(Response.toWire).join("")))
      assert.isUndefined(problem)
      assert.deepStrictEqual(responses, all)
    }
  )

  it.prop("keeps the place behind a literal of any octets", [octets], ([content]) => {
    const input = Uint8Array.from([
      ...utf8(`* X {${content.length}}\r\n`),
      ...content,
      ...utf8(" tail\r\nA1 OK done\r\n")
    ])
    const { problem, responses } = readAll(input)
    assert.isUndefined(problem)
    const [data, end] = responses
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(content)
    assert.deepStrictEqual(end, { _tag: "Tagged", tag: "A1", status: "OK", code: none, text: "done" })
    // A bare LF in it ends a line and stays; only octets that are not UTF-8 across a line end may decode in another way.
    if (data?._tag === "Untagged" && !text.includes("\uFFFD")) {
      assert.deepStrictEqual(data.values, [{ string: text }, { atom: "tail" }])
    }
  })

  it.prop("takes any octets without a defect", [octets], ([input]) => {
    const { responses } = readAll(input)
    for (const found of responses) assert.isString(found._tag)
    const { responses: again } = readAll(Uint8Array.from([...utf8("* "), ...input]))
    for (const found of again) assert.isString(found._tag)
  })

  it.prop("reads values from segments as it reads them from lines", [values], ([data]) => {
    const text = Value.toText(data)
    if (text.includes("\r\n")) return
    assert.deepStrictEqual(Result.getOrThrow(Value.fromSegments([{ text }], 0)), data)
  })
})

describe("Code", () => {
  it("says what may be tried again later", () => {
    assert.deepStrictEqual(Object.keys(Code.known).filter(Code.isTemporary), ["INUSE", "UNAVAILABLE"])
    assert.isFalse(Code.isTemporary("X-OTHER"))
    assert.isFalse(Code.isTemporary(undefined))
  })
})
