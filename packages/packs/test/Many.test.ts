/** That many texts get, one after the other, the answers that each gets alone. */
import { assert, describe, it } from "@effect/vitest"
import type { Hints } from "@sonde/domain/Explanation"
import { words } from "@sonde/packs/builtin/index"
import * as Digest from "@sonde/packs/Digest"
import { explainNow } from "@sonde/packs/Explain"
import * as Library from "@sonde/packs/Library"
import * as Many from "@sonde/packs/Many"
import { Packs } from "@sonde/packs/Packs"
import * as Plan from "@sonde/packs/Plan"
import { summaryOf } from "@sonde/packs/Recognise"
import * as Shape from "@sonde/packs/Shape"
import { unwrap } from "@sonde/packs/Unwrap"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { pack, rule } from "./fixtures.ts"
import { dice } from "./manyPacks.ts"
import { beginnings, repeated, structures } from "./nasty.ts"
import { rewordings, wrappings } from "./rewordings.ts"

const Entry = Schema.Struct({
  reply: Schema.String,
  protocol: Schema.String,
  phase: Schema.String,
  provider: Schema.String,
  context: Schema.String
})
const replies = Schema.decodeUnknownSync(Schema.Array(Entry))(
  JSON.parse(readFileSync(new URL("../../../test-fixtures/replies.json", import.meta.url), "utf8"))
)
const today = "2026-11-24"

/** A reply as it is, in other words, and as programs print it. */
const told = (reply: string, phase: string): ReadonlyArray<string> => {
  const [{ code, enhanced, text }] = unwrap(reply).candidates
  return [
    reply,
    ...rewordings.map(({ make }) => make(reply)),
    ...typeof code === "number" ? wrappings.map(({ make }) => make({ code, enhanced, text }, phase)) : []
  ]
}

/** Texts with other ids in them: behind, before, and in place of a word, which is somewhere else each time. */
const varied = (text: string, roll: (sides: number) => number): ReadonlyArray<string> => {
  const id = () => `${"qwzkmx"[roll(6)]}${(roll(1 << 30) + 46_656).toString(36)}`
  const parts = text.split(/(?<=\s)(?=\S)/u)
  const place = roll(parts.length)
  return [
    `${text} ${id()}`,
    `${id()}: ${text}`,
    [...parts.slice(0, place), `${id()} `, ...parts.slice(place)].join(""),
    [...parts.slice(0, place), `[${roll(1 << 20) + 10_000}] `, ...parts.slice(place + 1)].join(""),
    `\u201e${id()}\u201c \u2013 ${id()}: ${text} \u2013 \u03a3.${id()}`,
    [...parts.slice(0, place), `\u00e9${id()}, ${id()} `, ...parts.slice(place)].join("")
  ]
}

const alone = Effect.fnUntraced(function*(library: Library.Library, text: string, hints: Hints) {
  return yield* library.attempt(() => explainNow(library, text, hints, today))
})

describe("an explainer of many texts", () => {
  it.effect("says of each what is said of it alone", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      const library = yield* packs.library
      const explain = yield* Many.make(library)
      const roll = dice(23)
      let explained = 0
      for (const { phase, reply, ...more } of replies) {
        for (const text of told(reply, phase)) {
          const hints = roll(2) === 0 ? {} : { ...more, phase }
          const from = 2 * roll(3)
          for (const one of [text, ...varied(text, roll).slice(from, from + 2)]) {
            const found = yield* library.attempt(() => Many.filled(explain(one, hints, today), one))
            assert.strictEqual(JSON.stringify(found), JSON.stringify(yield* alone(library, one, hints)), one)
            if (found.outcome === "explained") explained++
          }
        }
      }
      assert.isAbove(explained, 5000)
    }).pipe(Effect.provide(Packs.layer)), 120_000)

  it.effect("says of any text what is said of it alone", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      const library = yield* packs.library
      const explain = yield* Many.make(library)
      const texts = [...beginnings, ...[...repeated, ...structures].flatMap(({ make }) => [make(300), make(3000)])]
      for (const text of texts) {
        for (const one of [text, `${text} q1x2y3`, `${text} q4x5y6`]) {
          const found = yield* library.attempt(() => Many.filled(explain(one, {}, today), one))
          assert.strictEqual(JSON.stringify(found), JSON.stringify(yield* alone(library, one, {})))
        }
      }
    }).pipe(Effect.provide(Packs.layer)), 120_000)

  it.effect("says of each part of a bounce what is said of it alone", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      const library = yield* packs.library
      const explain = yield* Many.make(library)
      const failures = [
        (id: string) => `550 5.1.1 ${id} is no user here`,
        (id: string) => `452 4.2.2 the mailbox ${id} is over quota`,
        (id: string) => `554 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org, ${id}`
      ]
      const group = (name: string, diagnostic: string) =>
        `Final-Recipient: rfc822; ${name}@b.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; ${diagnostic}\n`
      let parts = 0
      for (const one of failures) {
        for (const other of failures) {
          for (const [name, id] of [["qzkvwx", "wq7zkx"], ["xqzkvv", "xk5qwz"], ["vvqzkx", "vz3xqk"]] as const) {
            for (const text of [group(name, one(id)), `${group(name, one(id))}\n${group(id, other(name))}`]) {
              const found = yield* library.attempt(() => Many.filled(explain(text, {}, today), text))
              assert.deepStrictEqual(found, yield* alone(library, text, {}), text)
              for (const part of found.parts ?? []) if (part.recipient?.startsWith(name) === true) parts++
            }
          }
        }
      }
      assert.strictEqual(parts, 54)
    }).pipe(Effect.provide(Packs.layer)), 120_000)

  it.effect("names in remedies the server that each text names", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      const library = yield* packs.library
      const explain = yield* Many.make(library)
      const commands = new Set<string>()
      for (const id of ["qzkvwx", "wq7zkx", "vvqzkx"]) {
        for (const host of ["smtp.qzkvwx.example", "smtp.vvqzkw.example", "localhost", "qzkvwxzzq"]) {
          const text = `${id}: Connection to ${host}:587 Timed Out`
          const found = yield* library.attempt(() => Many.filled(explain(text, {}, today), text))
          assert.deepStrictEqual(found, yield* alone(library, text, {}), text)
          commands.add(found.verdicts[0]?.remedies[0]?.command ?? "")
        }
      }
      assert.deepStrictEqual([...commands], [
        "nc -vz -w 5 smtp.qzkvwx.example 587",
        "nc -vz -w 5 smtp.vvqzkw.example 587",
        "nc -vz -w 5 localhost 587",
        "nc -vz -w 5 <host> <port>"
      ])
    }).pipe(Effect.provide(Packs.layer)), 120_000)

  it.effect("asks patterns, codes and literals of a pack about each text", () =>
    Effect.gen(function*() {
      const own = [pack({
        kind: "generic",
        rules: [
          rule("pattern", { when: { text: "mailbox", pattern: "box number [0-9a-f]{6} is" } }),
          rule("word", { when: { pattern: "the vault .{0,6}(qjkz|zkjq)v? opens" } }),
          rule("literal", { when: { text: "zq77 is full" } }),
          rule("edge", { when: { text: "written to zq" } }),
          rule("code", { when: { status: "NO", code: "ZQKX", service: "imap" } })
        ]
      })]
      const plan = () => words().then((found) => Plan.make(own, found))
      const library = Library.make(
        own.map(summaryOf),
        { digest: Digest.make(own), plan },
        (id) => Effect.succeed(own.find((one) => one.id === id))
      )
      const explain = yield* Many.make(library)
      for (
        const text of [
          "qk77zv",
          "zq77zv",
          "1a2b3c",
          "1a2b3x",
          "zqkx",
          "qzkx",
          "azq77",
          "12zq77",
          "zqvv",
          "qjkzv",
          "qjkzq",
          "zqjkz",
          "qjkzqjkz"
        ].flatMap((
          id
        ) => [
          `the mailbox: box number ${id} is there`,
          `the mailbox ${id} is full`,
          `the vault ${id} opens`,
          `it was written to ${id}`,
          `a1 NO [${id}] no`,
          `a1 NO [${id.toUpperCase()}] no`
        ])
      ) {
        const found = yield* library.attempt(() => Many.filled(explain(text, {}, today), text))
        assert.deepStrictEqual(found, yield* alone(library, text, {}), text)
      }
    }))

  it.effect("hides the secret of each text", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      const library = yield* packs.library
      const explain = yield* Many.make(library)
      const secrets = [
        "zqzqzqzqzqzqzqzq",
        "hkjhkjhkhkjhkjhk",
        "eyxkxkxkxkxkxkxk",
        "x0z0q0k0j0v0x0z0",
        "4738294738294738"
      ]
      for (const secret of secrets) {
        for (
          const text of [
            `535 no: password=${secret}`,
            `535 no: PASS ${secret}`,
            `535 no: a1 LOGIN zqkvjx ${secret}`,
            `535 no: AUTH PLAIN 1${secret}`,
            `535 no: Bearer ${secret}`,
            `535 no: https://zqkvjx:${secret}@zqkvjx.example/`,
            `535 no: ey${secret}.${secret}.${secret}`
          ]
        ) {
          const found = yield* library.attempt(() => Many.filled(explain(text, {}, today), text))
          assert.notInclude(JSON.stringify(found), secret)
          assert.deepStrictEqual(found, yield* alone(library, text, {}))
        }
      }
    }).pipe(Effect.provide(Packs.layer)))
})

describe("the shape of a text", () => {
  const run = { letters: "kvx", begins: false, ends: true }
  const shapes = Shape.make(Shape.partsOf({
    texts: ["over quota", "mailbox", "sent to zq", "no such"],
    values: ["ZXVK"],
    runs: [run]
  }))
  const shape = (text: string) => shapes.of(text)?.shape

  it("is that of texts with other ids and names", () => {
    const first = shape("kzvqj: the mailbox is over quota (w7x8y9q)")
    assert.isDefined(first)
    assert.strictEqual(shape("qqvkk: the mailbox is over quota (x0x0k1v)"), first)
    for (
      const text of [
        "qqvkk: the mailbox is over quota (x0x0k1)",
        "qqvkk: the mailbox is over quota (w7x8y99)",
        "Qqvkk: the mailbox is over quota (x0x0k1v)",
        "qqvkk: the mailbox is over limit (x0x0k1v)"
      ]
    ) assert.notStrictEqual(shape(text), first, text)
  })

  it("has what literals can touch", () => {
    for (
      const text of ["xmailboxx", "xover no", "a quota7", "sent to zqxx", "550 5.7.1", "1234", "zxvk", "ZXVK", "xxkvx"]
    ) assert.isUndefined(shape(text), text)
    // A literal goes on with a blank there, a value is a whole word, and the run is the end of one.
    for (const text of ["overx no", "xover", "a 5quota7", "quota7", "sent to xzqxx", "zxvkx", "xxkvxx"]) {
      assert.isDefined(shape(text), text)
    }
  })

  it("has words with letters beyond ASCII, and signs, as they are", () => {
    const first = shape("kzvqj \u2013 se\u00f1or (\u201ekzvqjz\u201c): k1vqj")
    assert.include(first, "\u2013 se\u00f1or (\u201ekzvqjz\u201c): ")
    assert.strictEqual(shape("qqvkk \u2013 se\u00f1or (\u201ekzvqjz\u201c): z7zzz"), first)
    assert.notStrictEqual(shape("qqvkk \u2013 se\u00f1or (\u201ekzvqqz\u201c): z7zzz"), first)
    for (const text of ["kzvqj\u0130", "\u00e9kzvqj", "kzvqj\u00a0kzvqj"]) assert.isUndefined(shape(text), text)
  })

  it("is not there for what is no text, and for long texts", () => {
    for (const text of ["kzvqj \0", "kzvqj ".repeat(40), "kzvqj ".repeat(4000)]) assert.isUndefined(shape(text))
  })

  it("is recognised as fast as texts are compared", () => {
    const found = shapes.of("kzvqj [k1vqj] Kzvqj over quota 12345")
    assert.isDefined(found)
    for (
      const text of [
        "kzvqj [k1vqj] Kzvqj over quota 12345",
        "qqqkk [z2zzz] Qqqkk over quota 99999",
        "kzvqj [1kvqj] Kzvqj over quota 12345",
        "kzvqj [k1vq2] Kzvqj over quota 12345",
        "kzvqj [kkvqj] Kzvqj over quota 12345",
        "kzvqj [k1vqj] kZvqj over quota 12345",
        "kzvqj [k1vqj] Kzvqj over quota 1234x",
        "kzvqj [k1vqj] Kzvqj over quoti 12345",
        "kzvqj [k1vqj] Kzvqj over quota 123456",
        "quota [k1vqj] Kzvqj over quota 12345",
        "eyvqj [k1vqj] Kzvqj over quota 12345",
        "kz-qj [k1vqj] Kzvqj over quota 12345",
        "kz\u00fcqj [k1vqj] Kzvqj over quota 12345"
      ]
    ) assert.strictEqual(found !== undefined && shapes.isOf(text, found), shape(text) === found?.shape, text)
  })

  it("is recognised where nothing but words is in a text", () => {
    const found = shapes.of("kzvqj")
    assert.isTrue(found !== undefined && shapes.isOf("qqvkk", found))
    assert.isFalse(found !== undefined && shapes.isOf("qqvkx1", found))
  })

  it("keeps the length and tells its words apart", () => {
    const text = "kzvqj Kzvqj KZVQJ k1vqj 1kvqj 12345 kzvqj"
    const found = shapes.of(text)
    assert.strictEqual(found?.shape.length, text.length)
    const made = found?.begins.map((begin, place) => found.shape.slice(begin, found.ends[place])) ?? []
    assert.strictEqual(new Set(made).size, 7)
    assert.deepStrictEqual(
      made.map((word) => word.replaceAll(/[a-z]/gu, "a").replaceAll(/[A-Z]/gu, "A").replaceAll(/[0-9]/gu, "0")),
      ["aaaaa", "Aaaaa", "AAAAA", "aaa0a", "0aa0a", "00000", "aaaaa"]
    )
  })
})
