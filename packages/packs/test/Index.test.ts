/** That the index finds what asking every rule finds, and what it costs with as many packs as there will be. */
import { assert, describe, it } from "@effect/vitest"
import { builtin } from "@sonde/packs/builtin/index"
import * as Knowledge from "@sonde/packs/Knowledge"
import { match, type Mode, type Seen } from "@sonde/packs/Match"
import * as Pattern from "@sonde/packs/Pattern"
import { atEdges, contains, fold } from "@sonde/packs/Text"
import { unwrap } from "@sonde/packs/Unwrap"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { pack, rule } from "./fixtures.ts"
import { dice, manyPacks, sentence } from "./manyPacks.ts"

const replies = Schema.decodeUnknownSync(Schema.Array(Schema.Struct({ reply: Schema.String })))(
  JSON.parse(readFileSync(new URL("../../../test-fixtures/replies.json", import.meta.url), "utf8"))
).map(({ reply }) => reply)

const modes: ReadonlyArray<Mode> = ["open", "closed"]

/** The same knowledge, with every rule asked for every text. */
const slow = (knowledge: Knowledge.Knowledge): Knowledge.Knowledge => ({
  ids: knowledge.ids,
  packs: knowledge.packs,
  rules: knowledge.rules,
  successes: knowledge.successes,
  candidates: () => knowledge.rules,
  signature: () => undefined,
  patterns: knowledge.patterns,
  demand: () => {}
})

const same = (knowledge: Knowledge.Knowledge, naive: Knowledge.Knowledge, seen: Seen): number => {
  let hits = 0
  for (const mode of modes) {
    const found = match(knowledge, seen, mode).map(({ name, score }) => `${name} ${score}`)
    assert.deepStrictEqual(found, match(naive, seen, mode).map(({ name, score }) => `${name} ${score}`), seen.text)
    hits += found.length
  }
  return hits
}

/** Texts made of what rules look for, cut and joined at random, with codes around them. */
const texts = (knowledge: Knowledge.Knowledge, count: number): ReadonlyArray<Seen> => {
  const roll = dice(11)
  const literals = knowledge.rules.flatMap(({ rule: { when } }) => [when.text, when.anyText].flat())
    .filter((literal) => literal !== undefined)
  return Array.from({ length: count }, () => {
    const parts = Array.from({ length: 1 + roll(3) }, () => {
      const literal = literals[roll(literals.length)] ?? ""
      const from = roll(3) === 0 ? roll(literal.length) : 0
      return `${roll(4) === 0 ? "5" : ""}${literal.slice(from)}${roll(4) === 0 ? "7" : ""}`
    })
    const code = [550, 535, 421, undefined, "NOPERM", 5501][roll(6)]
    const enhanced = ["5.7.1", "5.1.1", "4.7.0", "5.7.139", undefined, "5"][roll(6)]
    return {
      text: [sentence(roll), ...parts, roll(9) === 0 ? "\u017fent \u212a" : ""].join(["\r\n ", " ", ""][roll(3)]),
      ...(code === undefined ? {} : { code }),
      ...(enhanced === undefined ? {} : { enhanced }),
      ...(roll(2) === 0 ? {} : { phase: "auth" as const, service: "smtp-submission" as const })
    }
  })
}

describe("the index", () => {
  it("finds in the built-in packs what asking every rule finds", async () => {
    const knowledge = Knowledge.make(await Promise.all(builtin.map(({ load }) => load())))
    const naive = slow(knowledge)
    let hits = 0
    for (const reply of replies) {
      for (const { layer: _, ...seen } of unwrap(reply).candidates) {
        hits += same(knowledge, naive, seen)
      }
    }
    for (const seen of texts(knowledge, 200)) hits += same(knowledge, naive, seen)
    assert.isAbove(hits, replies.length)
  }, 60_000)

  it("finds in a hundred packs what asking every rule finds", () => {
    const knowledge = Knowledge.make(manyPacks(100, 2500))
    const naive = slow(knowledge)
    assert.isAtLeast(knowledge.rules.length, 2500)
    let hits = 0
    for (const seen of texts(knowledge, 150)) hits += same(knowledge, naive, seen)
    assert.isAbove(hits, 300)
  })

  it("takes a code that is the name of something every object has", () => {
    const knowledge = Knowledge.make([
      pack({ rules: [rule("a", { when: { code: "constructor" } }), rule("b", { when: { code: "toString" } })] })
    ])
    assert.deepStrictEqual(match(knowledge, { text: "", code: "Constructor" }).map(({ name }) => name), ["acme/a"])
    assert.deepStrictEqual(match(knowledge, { text: "", code: "valueOf" }), [])
  })

  it("finds literals of two and three letters", () => {
    const knowledge = Knowledge.make([
      pack({ rules: [rule("a", { when: { text: "no" } }), rule("b", { when: { anyText: ["bye", "a long one"] } })] })
    ])
    // Before and after the index is built.
    for (const filler of ["", "x".repeat(3000)]) {
      const found = (text: string) => match(knowledge, { text: `${text} ${filler}` }).map(({ name }) => name)
      assert.deepStrictEqual(found("NO."), ["acme/a"])
      assert.deepStrictEqual(found("bye, a long one"), ["acme/b"])
    }
  })

  it("takes a text of any length in time that grows with it", () => {
    const knowledge = Knowledge.make([
      pack({ rules: [rule("a", { when: { text: "a".repeat(399) + "b" } }), rule("c", { when: { text: "aaaa" } })] })
    ])
    for (const text of ["a".repeat(1 << 20), "aaab".repeat(1 << 18), "1.1.".repeat(1 << 18)]) {
      const before = process.cpuUsage().user
      assert.isAtMost(match(knowledge, { text }).length, 2)
      assert.isBelow(process.cpuUsage().user - before, 2_000_000)
    }
  })
})

describe("answers that are kept", () => {
  const rules = [
    rule("text", { when: { text: "over quota", notText: "daily" } }),
    rule("any", { when: { anyText: ["tls", "certificate"] } }),
    rule("pattern", { when: { pattern: "(no|unknown) such (user|mailbox)" } }),
    rule("place", { when: { text: "go away", host: ".example.com" } }),
    rule("number", { when: { text: "see 421" } }),
    rule("code", { when: { code: 550, enhanced: "5.1.1" } })
  ]
  const knowledge = Knowledge.make([pack({ rules })])
  const names = (seen: Seen) => match(knowledge, seen, "open").map(({ name }) => name)

  it("are told for texts that differ in what no rule knows, and for no others", () => {
    // Beyond as many questions as are needed to make signatures.
    for (let number = 0; number < 600; number++) {
      const id = `q${number}`
      assert.deepStrictEqual(names({ text: `${id} is over quota` }), ["acme/text"])
      assert.deepStrictEqual(names({ text: `${id} is over daily quota` }), [])
      assert.deepStrictEqual(names({ text: `${id} is over quota, daily` }), [])
      assert.deepStrictEqual(names({ text: `${id}: no such user` }), ["acme/pattern"])
      assert.deepStrictEqual(names({ text: `${id}: no such luck, user` }), [])
      assert.deepStrictEqual(names({ text: `go away ${id}`, host: "mx.example.com" }), ["acme/place"])
      assert.deepStrictEqual(names({ text: `go away ${id}`, host: "mx.example.org" }), [])
      assert.deepStrictEqual(names({ text: `go away ${id}` }), [])
      assert.deepStrictEqual(names({ text: `go away ${id}`, host: "" }), [])
      assert.deepStrictEqual(names({ text: `see 421 ${id}` }), ["acme/number"])
      assert.deepStrictEqual(names({ text: `see 4219 ${id}` }), [])
      assert.deepStrictEqual(names({ text: id, code: 550, enhanced: "5.1.1" }), ["acme/code"])
      assert.deepStrictEqual(names({ text: id, code: 550 }), [])
      assert.deepStrictEqual(names({ text: `${id} TLS` }), ["acme/any"])
      assert.deepStrictEqual(names({ text: `${id}: no \u017fuch user` }), ["acme/pattern"])
    }
  })

  it("are those of the knowledge that is asked", () => {
    const other = Knowledge.make([pack({ id: "other", rules })])
    for (let number = 0; number < 600; number++) {
      const seen = { text: `q${number} is over quota` }
      assert.deepStrictEqual(names(seen), ["acme/text"])
      assert.deepStrictEqual(match(other, seen, "open").map(({ name }) => name), ["other/text"])
    }
  })
})

describe("keys", () => {
  const knowing = (anyText: ReadonlyArray<string>) =>
    Knowledge.make([pack({ kind: "generic", rules: [rule("one", { when: { anyText } })] })])
  const isFound = (knowledge: Knowledge.Knowledge, text: string) =>
    knowledge.candidates({ text, code: undefined, enhanced: undefined, open: true }).length === 1

  it("are words that the forms of a sentence share, and the forms themselves where they share none", () => {
    const forms = ["the client is disabled", "the client is deleted", "no such application", "7 clients left"]
    const knowledge = knowing(forms)
    for (const form of forms) assert.isTrue(isFound(knowledge, `oh: ${form}.`), form)
    // What only holds the shared words is a candidate, and no more than that.
    assert.isTrue(isFound(knowledge, "the client is here"))
    assert.isFalse(isFound(knowledge, "a client was disabled"))
    assert.deepStrictEqual(match(knowledge, { text: "the client is here", code: undefined }, "open"), [])
  })

  it("are the literals as they are where there are too many, or too long ones", () => {
    const many = Array.from({ length: 600 }, (_, number) => `the client number x${number}x is disabled`)
    assert.isTrue(isFound(knowing(many), "the client number x599x is disabled"))
    assert.isFalse(isFound(knowing(many), "the client number x600x is disabled"))
    const long = "word ".repeat(60)
    assert.isTrue(isFound(knowing([`${long}one`, `${long}two`]), `${long}two`))
  })
})

describe("Pattern.needles", () => {
  it.each(
    [
      ["mailbox [a-z]+ is over quota", [" is over quota"]],
      ["(one|other) ending", [" ending"]],
      ["this one|that one", ["this one", "that one"]],
      ["colou?r of", ["colo"]],
      ["code 55[0-9]", ["code "]],
      ["error 0x800ccc6[0-9]|0x800ccc7[0-9]", ["error 0x800ccc", "x800ccc"]],
      ["55[0-9] or", [" or"]],
      ["0x5[0-9]", undefined],
      ["\\bword\\b", ["word"]],
      ["a|word", undefined]
    ] as const
  )(
    "of %s are %j",
    (source, words) => assert.deepStrictEqual(Pattern.needles(Result.getOrThrow(Pattern.compile(source))), words)
  )
})

describe("fold", () => {
  const everything = (text: string): string =>
    text.toLowerCase()
      .replace(/[\u2018\u2019\u201a\u201b\u2032]/gu, "'").replace(/[\u201c\u201d\u201e]/gu, "\"")
      .replace(/\s+/gu, " ").trim()

  it.prop(
    "leaves out no replacement",
    [Schema.Array(Schema.Literals(["a", " ", "\n", "\u2019", "\u201e", "\u00a0"]))],
    ([
      parts
    ]) => assert.strictEqual(fold(parts.join("")), everything(parts.join("")))
  )
})

describe("atEdges", () => {
  it("is what contains asks of each occurrence", () => {
    assert.isFalse(atEdges("15.7.1", "5.7.1", 1))
    assert.isTrue(contains("15.7.1 5.7.1", "5.7.1"))
  })
})
