import { assert, describe, it } from "@effect/vitest"
import { byName, type Evidence, recognise, type Recognised, summaryOf } from "@sonde/packs/Recognise"
import { pack } from "./fixtures.ts"

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

describe("byName", () => {
  it("finds a pack by id or alias in any case", () => {
    assert.strictEqual(byName(all, "ACME365 ")?.id, "acme")
    assert.strictEqual(byName(all, "Other")?.id, "other")
    assert.isUndefined(byName(all, "nobody"))
  })
})
