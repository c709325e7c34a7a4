/** The closed lists and the small functions on them. */
import { assert, describe, it } from "@effect/vitest"
import * as Certificate from "@sonde/domain/Certificate"
import * as Endpoint from "@sonde/domain/Endpoint"
import * as Options from "@sonde/domain/Options"
import * as Reply from "@sonde/domain/Reply"
import { Outcome, worst } from "@sonde/domain/Service"
import { Actor, actorNames } from "@sonde/domain/Verdict"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"

describe("worst", () => {
  it.each(
    [
      [[], "pass"],
      [["pass"], "pass"],
      [["pass", "warn"], "warn"],
      [["inconclusive", "warn"], "inconclusive"],
      [["warn", "fail", "inconclusive"], "fail"],
      [["fail", "fail"], "fail"]
    ] as const
  )("of %j is %s", (outcomes, expected) => {
    assert.strictEqual(worst(outcomes), expected)
  })

  it.prop(
    "does not depend on the order and is one of the outcomes",
    [Arbitrary.array(Arbitrary.schema(Outcome))],
    ([outcomes]) => {
      assert.strictEqual(worst(outcomes), worst([...outcomes].reverse()))
      assert.isTrue(outcomes.length === 0 || outcomes.includes(worst(outcomes)))
    }
  )
})

describe("Options.spanMillis", () => {
  it.each([
    ["500ms", 500],
    ["10s", 10_000],
    ["1.5s", 1500],
    ["5m", 300_000],
    ["1h", 3_600_000],
    ["2d", 172_800_000],
    [250, 250],
    ["10", undefined],
    ["s", undefined],
    ["-1s", undefined],
    ["1 s", undefined],
    ["1e3s", undefined],
    ["10S", undefined],
    ["10s5", undefined],
    ["1.s", undefined],
    ["", undefined]
  ])("reads %j as %s", (span, millis) => {
    assert.strictEqual(Options.spanMillis(span), millis)
    assert.strictEqual(Schema.is(Options.Span)(span), millis !== undefined)
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, null, undefined])("does not take %s for a span", (value) => {
    assert.isFalse(Schema.is(Options.Span)(value))
  })

  it.prop("reads every text the schema takes", [Arbitrary.schema(Options.Span)], ([span]) => {
    assert.isNumber(Options.spanMillis(span))
  })
})

describe("Certificate.worstFirst", () => {
  it("orders as the list does, each once", () => {
    assert.deepStrictEqual(
      Certificate.worstFirst(["WeakKey", "HostnameMismatch", "CertificateExpired", "WeakKey", "PlaintextPeer"]),
      ["PlaintextPeer", "CertificateExpired", "HostnameMismatch", "WeakKey"]
    )
    assert.deepStrictEqual(Certificate.worstFirst([]), [])
  })

  it.prop(
    "keeps the set and forgets the order",
    [Arbitrary.array(Arbitrary.schema(Certificate.TlsReason))],
    ([found]) => {
      const ordered = Certificate.worstFirst(found)
      assert.deepStrictEqual(new Set(ordered), new Set(found))
      assert.strictEqual(ordered.length, new Set(found).size)
      assert.deepStrictEqual(Certificate.worstFirst([...found].reverse()), ordered)
    }
  )
})

describe("Reply.format", () => {
  it.each(
    [
      [
        { code: 535, enhanced: "5.7.139", text: "Authentication unsuccessful" },
        "535 5.7.139 Authentication unsuccessful"
      ],
      [{ code: 250, text: "ok" }, "250 ok"],
      [{ code: 550, text: "one\ntwo\nthree" }, "550 one two three"],
      [{ code: 421, text: "" }, "421"],
      [{ status: "NO", code: "AUTHENTICATIONFAILED", text: "Invalid" }, "NO [AUTHENTICATIONFAILED] Invalid"],
      [{ status: "-ERR", text: "[AUTH] no" }, "-ERR [AUTH] no"],
      [{ status: "BYE", text: "" }, "BYE"]
    ] as const
  )("writes %j in one line", (reply, line) => {
    assert.strictEqual(Reply.format(reply), line)
  })
})

describe("Endpoint.format", () => {
  it.each([
    [{ host: "mx.example", port: 25 }, "mx.example:25"],
    [{ host: "192.0.2.1", port: 587 }, "192.0.2.1:587"],
    [{ host: "2001:db8::1", port: 465 }, "[2001:db8::1]:465"]
  ])("writes %j with its port", (endpoint, text) => {
    assert.strictEqual(Endpoint.format(endpoint), text)
  })
})

describe("Verdict.actorNames", () => {
  it.each(Actor.literals.map((actor) => [actor]))("names %s in words", (actor) => {
    assert.match(actorNames[actor], /^(?:an?|the|whoever) /)
  })
})
