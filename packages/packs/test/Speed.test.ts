import { assert, describe, it } from "@effect/vitest"
import { explainWith } from "@sonde/packs/Explain"
import * as Knowledge from "@sonde/packs/Knowledge"
import { match } from "@sonde/packs/Match"
import { performance } from "node:perf_hooks"
import { pack, rule } from "./fixtures.ts"

const words = [
  "mailbox",
  "tenant",
  "policy",
  "sender",
  "quota",
  "relay",
  "blocked",
  "unknown",
  "disabled",
  "greylisted"
]
const sentence = (number: number) =>
  `${words[number % 10]} ${words[Math.floor(number / 10) % 10]} number ${number} is ${words[(number * 7) % 10]} for now`

const knowledge = Knowledge.make([pack({
  kind: "generic",
  rules: Array.from(
    { length: 1000 },
    (_, number) => rule(`r${number}`, { when: { code: 550, text: sentence(number) } })
  )
})])

const perSecond = (times: number, run: (number: number) => void): number => {
  for (let number = 0; number < 500; number++) run(number)
  const started = performance.now()
  for (let number = 0; number < times; number++) run(number)
  return times / ((performance.now() - started) / 1000)
}

describe("speed with a thousand rules", () => {
  it("matches many thousands of replies a second", () => {
    const rate = perSecond(5000, (number) => {
      const hits = match(knowledge, { code: 550, text: `The ${sentence(number % 1000)}.` })
      if (hits[0]?.rule.id !== `r${number % 1000}`) assert.fail(`no hit for ${number}`)
    })
    console.log(`match: ${Math.round(rate)} a second`)
    // A floor for a busy machine; comparing each rule with each text gives a few thousand at best.
    assert.isAbove(rate, 8000)
  })

  it("explains many thousands of pasted texts a second", () => {
    const rate = perSecond(3000, (number) => {
      const explanation = explainWith(knowledge, `550 5.7.1 ${sentence(number % 1000)}`, {
        proven: true,
        today: "2026-11-24"
      })
      if (explanation.outcome !== "explained") assert.fail(`unknown: ${number}`)
    })
    console.log(`explain: ${Math.round(rate)} a second`)
    assert.isAbove(rate, 3000)
  })
})
