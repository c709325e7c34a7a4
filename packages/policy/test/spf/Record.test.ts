import { assert, describe, it } from "@effect/vitest"
import * as Check from "@sonde/policy/spf/Check"
import * as Macro from "@sonde/policy/spf/Macro"
import * as Record from "@sonde/policy/spf/Record"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const problem = (text: string) =>
  Result.match(Record.fromText(text), {
    onSuccess: () => "accepted",
    onFailure: (error) => `${error.problem} ${error.term}`
  })

const values: Macro.Values = {
  sender: "strong-bad@email.example.com",
  domain: "email.example.com",
  address: "192.0.2.3",
  helo: "mx.example.com",
  validated: "unknown",
  receiver: "unknown",
  nowSeconds: 1_000_000_000
}

const expanded = (text: string, address = values.address) =>
  Macro.toText(Macro.fromText(text, "domain") ?? ["(none)"], { ...values, address })

describe("an SPF record", () => {
  const rows = {
    "v=spf1": "accepted",
    "v=spf1 mx -all": "accepted",
    "v=spf1  +mx   ?all  ": "accepted",
    "v=spf1 a:a.example/24//64 mx/8 ptr exists:%{i}.x.example redirect=y.example exp=%{d}": "accepted",
    "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 unknown=%{d}x": "accepted",
    "v=spf1 ipv4:192.0.2.1": "unknown-mechanism ipv4:192.0.2.1",
    "v=spf1 ip4:192.0.2": "address ip4:192.0.2",
    "v=spf1 ip4:192.0.2.1/33": "prefix ip4:192.0.2.1/33",
    "v=spf1 ip4:192.0.2.1/08": "prefix ip4:192.0.2.1/08",
    "v=spf1 ip6:192.0.2.1": "address ip6:192.0.2.1",
    "v=spf1 include": "argument-missing include",
    "v=spf1 include:": "domain include:",
    "v=spf1 all:x.example": "argument-not-allowed all:x.example",
    "v=spf1 include:%{x}.example": "domain include:%{x}.example",
    "v=spf1 a:%{d0}": "domain a:%{d0}",
    "v=spf1 a:localhost": "domain a:localhost",
    "v=spf1 redirect=a.example redirect=b.example": "repeated-modifier redirect=b.example",
    "v=spf1 mx\t-all": "separator mx\t-all",
    "v=spf1 \u00e4 -all": "not-ascii \u00e4",
    "v=spf1 exp=%{c}": "domain exp=%{c}"
  }
  for (const [text, expected] of Object.entries(rows)) {
    it(`says ${expected} to ${JSON.stringify(text)}`, () => assert.strictEqual(problem(text), expected))
  }

  it("is one only with its version as a word", () => {
    assert.deepStrictEqual(["v=spf1", "V=SPF1 -all", "v=spf10 -all", "v=spf1-all", " v=spf1"].map(Record.isSpf), [
      true,
      true,
      false,
      false,
      false
    ])
  })

  it.prop("is read or refused, whatever it says", { text: Schema.String }, ({ text }) => {
    const read = Record.fromText(`v=spf1 ${text}`)
    if (Result.isSuccess(read)) assert.isTrue(/^[ -~]*$/.test(text))
    else assert.include(text, read.failure.term)
  })

  const terms = ["all", "a", "mx/24", "ip4:192.0.2.1/7", "ip6:::1", "include:x.example", "exists:%{i}.e.example", "ptr"]
  it.prop("keeps the order and the qualifiers of its terms", {
    picked: Schema.Array(Schema.Tuple([Schema.Literals(["", "+", "-", "~", "?"]), Schema.Literals(terms)]))
  }, ({ picked }) => {
    const texts = picked.map(([qualifier, term]) => qualifier + term)
    const read = Result.getOrThrow(Record.fromText(`v=spf1 ${texts.join(" ")}`))
    assert.deepStrictEqual(read.mechanisms.map(({ text }) => text), texts)
    assert.deepStrictEqual(
      read.mechanisms.map(({ qualifier }) => qualifier),
      picked.map(([qualifier]) => qualifier === "" ? "+" : qualifier)
    )
  })
})

describe("a macro", () => {
  // RFC 7208 section 7.4.
  const rows = {
    "%{s}": "strong-bad@email.example.com",
    "%{o}": "email.example.com",
    "%{d4}": "email.example.com",
    "%{d2}": "example.com",
    "%{d1}": "com",
    "%{dr}": "com.example.email",
    "%{d2r}": "example.email",
    "%{l}": "strong-bad",
    "%{l-}": "strong.bad",
    "%{lr}": "strong-bad",
    "%{lr-}": "bad.strong",
    "%{l1r-}": "strong",
    "%{ir}.%{v}._spf.%{d2}": "3.2.0.192.in-addr._spf.example.com",
    "%{lr-}.lp._spf.%{d2}": "bad.strong.lp._spf.example.com",
    "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}": "bad.strong.lp.3.2.0.192.in-addr._spf.example.com",
    "%{d2}.trusted-domains.example.net": "example.com.trusted-domains.example.net"
  }
  for (const [text, expected] of Object.entries(rows)) {
    it(`expands ${text} to ${expected}`, () => assert.strictEqual(expanded(text), expected))
  }

  it("has the nibbles of an IPv6 address", () => {
    assert.strictEqual(
      expanded("%{ir}.%{v}._spf.%{d2}", "2001:db8::cb01"),
      "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com"
    )
  })

  it.prop("is read or refused, whatever it says, and never makes a name too long to ask for", {
    text: Schema.String
  }, ({ text }) => {
    const parts = Macro.domainFromText(`%{d}${text}.example.org`)
    if (parts !== undefined) assert.isAtMost(Macro.toDomain(parts, values).length, 253)
  })
})

describe("a network", () => {
  const rows: ReadonlyArray<readonly [address: string, network: string, prefix: number, isIn: boolean]> = [
    ["192.0.2.129", "192.0.2.0", 24, true],
    ["192.0.2.129", "192.0.2.0", 25, false],
    ["192.0.2.1", "203.0.113.9", 0, true],
    ["2001:db8::1", "2001:db8::", 32, true],
    ["2001:db9::1", "2001:db8::", 32, false],
    ["2001:db9::1", "2001:db8::", 31, true],
    ["192.0.2.1", "::", 0, false]
  ]
  it.each(rows)(
    "has %s in %s/%d: %s",
    (address, network, prefix, isIn) => assert.strictEqual(Check.isInNetwork(address, network, prefix), isIn)
  )
})
