import { assert, describe, it } from "@effect/vitest"
import {
  byName,
  type Evidence,
  recognise,
  type Recognised,
  type Summary,
  summaryOf,
  threshold
} from "@sonde/packs/Recognise"
import { contains, fold, isWithin } from "@sonde/packs/Text"
import { pack } from "./fixtures.ts"
import { dice, manyPacks } from "./manyPacks.ts"

const acme = summaryOf(pack({
  aliases: ["Acme365"],
  recognise: {
    domains: [{ name: "acme.example", subdomains: true, weight: 90 }, {
      name: "me.example",
      audience: "consumer",
      weight: 60
    }],
    mx: [{ suffix: "mx.acme.example", weight: 50 }],
    hosts: [{ suffix: "smtp.acme.example", weight: 80 }],
    banners: [{ text: "Acme ESMTP", weight: 30 }],
    capabilities: [{ text: "XACME", weight: 30 }],
    replies: [{ text: "prod.acme.example", weight: 60 }]
  }
}))
const other = summaryOf(pack({ id: "other", recognise: { mx: [{ suffix: "acme.example", weight: 50 }] } }))
const software = summaryOf(
  pack({ id: "mta", kind: "software", recognise: { banners: [{ text: "ESMTP", weight: 90 }] } })
)
const all = [software, other, acme]

describe("recognise", () => {
  it.each<[Evidence, Recognised | undefined]>([
    [{ domain: "Mail.ACME.example." }, { id: "acme", by: ["domain"] }],
    [{ domain: "me.example" }, { id: "acme", by: ["domain"], audience: "consumer" }],
    [{ domain: "x.me.example" }, undefined],
    [{ domain: "notacme.example" }, undefined],
    [{ host: "smtp.acme.example" }, { id: "acme", by: ["host"] }],
    [{ replyText: "[ABC.PROD.acme.example 2024]" }, { id: "acme", by: ["reply"] }],
    [{ banner: "220 Acme ESMTP" }, undefined],
    [{ banner: "220 Acme ESMTP", capabilities: ["SIZE 1", "XACME"] }, { id: "acme", by: ["banner", "capability"] }],
    [{ mx: ["a.mx.acme.example"] }, { id: "acme", by: ["mx"] }],
    [{ mx: ["a.mx.other.example"] }, undefined],
    [{}, undefined]
  ])("%j", (evidence, expected) => {
    assert.deepStrictEqual(recognise(all, evidence), expected)
    assert.deepStrictEqual(recognise([...all].reverse(), evidence), expected)
  })

  it("recognises software apart from providers", () => {
    assert.deepStrictEqual(recognise(all, { banner: "220 x ESMTP" }, "software"), { id: "mta", by: ["banner"] })
  })
})

describe("recognise with many packs", () => {
  const summaries = manyPacks(100, 100).map(summaryOf).map((summary, number): Summary => ({
    ...summary,
    recognise: {
      ...summary.recognise,
      domains: [{ name: `mail${number}.example`, subdomains: number % 2 === 0, weight: 40 }],
      mx: [{ suffix: `mx${number}.example`, weight: 40 }],
      banners: [{ text: `Server${number}`, weight: 30 }],
      capabilities: [{ text: `XCAP${number}`, weight: 30 }]
    }
  }))
  const heaviest = <A extends { readonly weight: number }>(signs: ReadonlyArray<A> = [], fits: (sign: A) => boolean) =>
    signs.reduce((found, sign) => fits(sign) ? Math.max(found, sign.weight) : found, 0)

  /** Every sign of every pack compared. */
  const slow = (evidence: Evidence, kind: "provider" | "software") => {
    const { banner = "", capabilities = [], domain = "", host = "", mx = [], replyText = "" } = evidence
    const holds = (text: string) => (sign: { readonly text: string }) => contains(fold(text), fold(sign.text))
    return summaries.filter((one) => one.kind === kind).map(({ id, recognise: signs }) => ({
      id,
      sum: heaviest(
        signs.domains,
        ({ name, subdomains }) => domain === name || (subdomains === true && isWithin(domain, name))
      ) +
        heaviest(signs.mx, ({ suffix }) => mx.some((name) => isWithin(name, suffix))) +
        heaviest(signs.hosts, ({ suffix }) => isWithin(host, suffix)) +
        heaviest(signs.banners, holds(banner)) +
        heaviest(signs.capabilities, (sign) => capabilities.some((line) => holds(line)(sign))) +
        heaviest(signs.replies, holds(replyText))
    })).filter(({ sum }) => sum >= threshold)
      .sort((a, b) => b.sum - a.sum || (a.id < b.id ? -1 : 1))[0]?.id
  }

  it("finds through its indexes what comparing every sign finds", () => {
    const roll = dice(3)
    const names: ReadonlyArray<string> = summaries.flatMap(({ recognise: { domains = [], hosts = [], mx = [] } }) => [
      ...domains.map(({ name }) => name),
      ...[...hosts, ...mx].map(({ suffix }) => suffix)
    ])
    const literals: ReadonlyArray<string> = summaries.flatMap((
      { recognise: { banners = [], capabilities = [], replies = [] } }
    ) => [...banners, ...capabilities, ...replies].map(({ text }) => text))
    const name = () => ["", "smtp.", "x"][roll(3)] + (names[roll(names.length)] ?? "")
    const text = () =>
      Array.from({ length: 1 + roll(3) }, () => literals[roll(literals.length)] ?? "").join(roll(2) === 0 ? "" : " ")
    const some = <A>(make: () => A): A | undefined => roll(2) === 0 ? make() : undefined
    let found = 0
    for (let turn = 0; turn < 400; turn++) {
      const evidence: Evidence = {
        domain: some(name),
        mx: some(() => [name(), name()]),
        host: some(name),
        banner: some(text),
        capabilities: some(() => [text(), text()]),
        replyText: some(text)
      }
      for (const kind of ["provider", "software"] as const) {
        const best = recognise(summaries, evidence, kind)?.id
        assert.strictEqual(best, slow(evidence, kind), JSON.stringify(evidence))
        if (best !== undefined) found++
      }
    }
    assert.isAbove(found, 100)
  })
})

describe("byName", () => {
  it("finds a pack by id or alias in any case", () => {
    assert.strictEqual(byName(all, "ACME365 ")?.id, "acme")
    assert.strictEqual(byName(all, "Other")?.id, "other")
    assert.isUndefined(byName(all, "nobody"))
  })
})
