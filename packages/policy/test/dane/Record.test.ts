import { assert, describe, it } from "@effect/vitest"
import * as Record from "@sonde/policy/dane/Record"

const digests = (name: string) => ({
  certificate256: `${name}c`.padEnd(64, "0"),
  certificate512: `${name}c`.padEnd(128, "0"),
  key256: `${name}k`.padEnd(64, "0"),
  key512: `${name}k`.padEnd(128, "0")
})
const [leaf, issuer] = [digests("1"), digests("2")]
const chain = [leaf, issuer]

const record = (text: string) => {
  const [usage = 0, selector = 0, matching = 0, data = ""] = text.split(" ").map((word, at) =>
    at < 3 ? Number(word) : word
  )
  return { usage: Number(usage), selector: Number(selector), matching: Number(matching), data: String(data) }
}

describe("a TLSA record", () => {
  const hash = "a".repeat(64)
  const usable = [`3 1 1 ${hash}`, `2 0 1 ${hash}`, `3 1 2 ${hash}${hash}`, "3 0 0 3082"]
  const ignored = [
    `0 0 1 ${hash}`,
    `1 1 1 ${hash}`,
    `3 2 1 ${hash}`,
    `3 1 2 ${hash}`,
    `3 1 1 ${hash}00`,
    `3 1 3 ${hash}`,
    "3 1 0 "
  ]
  it("is used by senders with usage 2 or 3 and data of its length", () => {
    for (const text of usable) assert.isTrue(Record.isUsable(record(text)), text)
    for (const text of ignored) assert.isFalse(Record.isUsable(record(text)), text)
  })

  const rows: ReadonlyArray<readonly [text: string, matches: boolean]> = [
    [`3 1 1 ${leaf.key256}`, true],
    [`3 0 1 ${leaf.certificate256}`, true],
    [`3 1 2 ${leaf.key512}`, true],
    [`3 0 2 ${leaf.certificate512}`, true],
    [`3 1 1 ${leaf.certificate256}`, false],
    [`3 1 1 ${issuer.key256}`, false],
    [`2 1 1 ${issuer.key256}`, true],
    [`2 0 2 ${issuer.certificate512}`, true],
    [`2 1 1 ${leaf.key256}`, false]
  ]
  it.each(rows)(
    "%s agrees with the chain: %s",
    (text, matches) => assert.strictEqual(Record.isMatch(record(text), chain, ""), matches)
  )

  it("with the whole certificate in it is compared by its digest", () => {
    assert.isTrue(Record.isMatch(record("3 0 0 3082"), chain, leaf.certificate256))
    assert.isFalse(Record.isMatch(record("3 0 0 3082"), chain, leaf.key256))
  })

  it("that fits is that of the public key", () => assert.strictEqual(Record.recommended(chain), `3 1 1 ${leaf.key256}`))
})
