/** What expressions look for, and where they can match a text of which not every word is known. */
import { assert, describe, it } from "@effect/vitest"
import * as Masked from "@sonde/packs/Masked"
import { Packs } from "@sonde/packs/Packs"
import * as Pattern from "@sonde/packs/Pattern"
import * as Runs from "@sonde/packs/Runs"
import { fold } from "@sonde/packs/Text"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { readFileSync } from "node:fs"
import { dice } from "./manyPacks.ts"

const compiled = (source: string) => Result.getOrThrow(Pattern.compile(source))

describe("the runs of an expression", () => {
  it.each<readonly [string, string]>([
    ["over quota", "over| |quota"],
    ["\\bpop3\\b", "|pop3|"],
    ["mail(?:box|bag) full", "mailbox| |full mailbag| |full"],
    // Of three letters between edges, so that no longer word is taken for one.
    ["\\b(?:dns|r|s)bl\\b", "|dnsbl| |rbl| |sbl|"],
    ["headers?", "headers header"],
    ["a[- ]?bcd", "bcd"],
    ["is [0-9]+ long", "|long"],
    ["id [a-f]{4}", ""],
    ["code [12]xyz", "code| xyz"],
    ["any.*thing", "any thing"],
    ["any\\Wthing", "any| |thing"],
    ["(?=soon)later", "soon later"],
    ["(?:abc){2}def", "abc def"],
    ["no+thing", "thing"],
    ["24h", "24h"],
    ["\\b24.?h", ""]
  ])("of %j are %j", (source, runs) => {
    assert.strictEqual(Runs.read(source)?.map(Runs.toText).join(" "), runs)
  })

  it("are not told of what is written in no way that is known", () => {
    assert.isUndefined(Runs.read("closed)"))
  })

  it("are texts, and are read from them again", () => {
    for (const text of ["pop", "|pop", "pop|", "|pop|"]) assert.strictEqual(Runs.toText(Runs.fromText(text)), text)
    assert.deepStrictEqual(Runs.ofText("no such user: 550 a").map(Runs.toText), ["|such|", "|user|", "|550|"])
  })
})

describe("a pattern over a text whose words are not all known", () => {
  const words = /[a-z0-9]{4,}/giu

  it("matches where a word that is unknown can make it match", () => {
    const mask = (text: string) => text.replaceAll(words, (word) => Masked.mask(word))
    for (
      const [source, text, expected] of [
        ["zone [a-f]{4} is", "zone zzzz is", true],
        ["zone [0-9]{4} is", "zone zzzz is", false],
        ["zone [0-9]{4} is", "zone 1111 is", true],
        ["zone [a-z]{4} is", "zone 1111 is", false],
        ["zone x[0-9]{2}y is", "zone z1z1z is", false],
        ["zone x[0-9]{2}9 is", "zone z1z1 is", true],
        ["zone x[0-9]{2}9 is", "zone 1zz1 is", false],
        ["\\bab\\b", "zzzz 1111", false],
        ["\\babcd\\b", "zzzz 1111", true],
        ["a\\Bb", "zzzz", true],
        ["zone [^a-z]", "zone zzzz", false],
        ["zone \\W", "zone zzzz", false],
        ["zone [^0-9]", "zone zzzz", true],
        ["^....$", "zzzz", true]
      ] as const
    ) {
      const kept = text.startsWith("zone ") ? `zone ${mask(text.slice(5))}` : mask(text)
      assert.strictEqual(Masked.possible(compiled(source)).test(kept), expected, `${source} on ${text}`)
    }
  })

  it("matches for certain where no word that is unknown can make it not match", () => {
    for (
      const [source, text, expected] of [
        ["is .{0,9}full", "is \ue000\ue000 full", true],
        ["is .{0,9}full|empty", "is \ue000\ue000\ue000\ue000 or", false],
        ["is [a-z]{2} full", "is \ue000\ue000 full", true],
        ["is [a-f]{2} full", "is \ue000\ue000 full", false],
        ["is [0-9]{2} full", "is \ue001\ue001 full", true],
        ["is [0-9]{2} full", "is \ue002\ue002 full", false],
        ["is \\w{2} full", "is \ue002\ue002 full", true],
        ["is [^a-z]{2} full", "is \ue000\ue000 full", false],
        ["is\\W{1,3}full", "is \ue000 full", false],
        ["_\\bfull", "_\ue000 full", false]
      ] as const
    ) assert.strictEqual(Masked.certain(compiled(source)).test(text), expected, `${source} on ${text}`)
  })

  it.effect("can match wherever the pattern matches, and does wherever it must, for every pattern of the packs", () =>
    Effect.gen(function*() {
      const { rules } = yield* (yield* Packs).everything
      const sources = new Set(
        rules.flatMap(({ rule: { when: { pattern } } }) => pattern === undefined ? [] : [pattern])
      )
      const patterns = [...sources].map(compiled)
      const replies = JSON.parse(
        readFileSync(new URL("../../../test-fixtures/replies.json", import.meta.url), "utf8")
      ) as ReadonlyArray<{ readonly reply: string }>
      const roll = dice(5)
      const possible = patterns.map(Masked.possible)
      const certain = patterns.map(Masked.certain)
      let matched = 0
      let sure = 0
      for (const { reply } of replies) {
        const text = fold(reply).slice(0, Pattern.maxPatternText)
        for (let turn = 0; turn < 8; turn++) {
          const masked = text.replaceAll(words, (word) => roll(3) === 0 ? Masked.mask(word) : word)
          for (const [place, pattern] of patterns.entries()) {
            const matches = pattern.test(text)
            if (matches) {
              matched++
              assert.isTrue(possible[place]?.test(masked), `${pattern.source} on ${masked}`)
            }
            if (certain[place]?.test(masked) !== true) continue
            sure++
            assert.isTrue(matches, `${pattern.source} on ${masked}`)
          }
        }
      }
      assert.isAbove(matched, 500)
      assert.isAbove(sure, 200)
    }).pipe(Effect.provide(Packs.layer)))
})
