/** That explanations written by hand are what their schema writes, octet by octet. */
import { assert, describe, it } from "@effect/vitest"
import { question } from "@sonde/cli/run/batch"
import { Explanation, type Hints } from "@sonde/domain/Explanation"
import { builtin } from "@sonde/packs/builtin/index"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import { fromRule } from "@sonde/packs/Verdict"
import * as Json from "@sonde/report/render/ExplanationJson"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"

const replies = Schema.decodeUnknownSync(
  Schema.Array(Schema.Struct({ reply: Schema.String, phase: Schema.String, provider: Schema.String }))
)(JSON.parse(readFileSync(new URL("../../../test-fixtures/replies.json", import.meta.url), "utf8")))

const encode = Schema.encodeSync(Schema.toCodecJson(Explanation))

const same = (it: Explanation): void => {
  assert.strictEqual(Json.encode(it, { indent: false }), `${JSON.stringify(encode(it))}\n`)
  assert.strictEqual(Json.encode(it), `${JSON.stringify(encode(it), null, 2)}\n`)
}

const bounce = `This is the mail system at host mx.example.

Final-Recipient: rfc822; a@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

Final-Recipient: rfc822; b@example.org
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 Mailbox full
`

const log = [
  "Nov 24 08:00:01 mx postfix/smtp[1]: 4A: to=<a@example.org>, status=bounced (host mx.example[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command))",
  "Nov 24 08:00:02 mx postfix/smtp[1]: 4B: to=<b@example.org>, status=deferred (something that no rule knows failed)",
  "Nov 24 08:00:03 mx postfix/qmgr[1]: 4C: removed"
].join("\n")

describe("an explanation as JSON", () => {
  it("is what the schema writes, for every rule of the built-in packs", async () => {
    let rules = 0
    for (const { load } of builtin) {
      const pack = await load()
      for (const [number, rule] of (pack.rules ?? []).entries()) {
        const context = number % 2 === 0
          ? { today: "2026-11-24" }
          : { today: "2099-01-01", service: "imap" as const, phase: "auth" as const, values: { host: "a.example" } }
        same({
          schema: "sonde.explanation/1",
          ...(number % 3 === 0 ? {} : { id: number % 3 === 1 ? number / 8 : `"\u2028é${number}\ud800` }),
          outcome: "explained",
          read: { text: rule.title },
          verdicts: [fromRule(pack, rule, context), fromRule(pack, rule, { ...context, today: "2026-11-24" })]
        })
        rules++
      }
    }
    assert.isAbove(rules, 300)
  })

  it.effect("is what the schema writes, for every reply", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      for (const { reply, ...hints } of [...replies, { reply: "220 mx.example ESMTP", phase: "", provider: "" }]) {
        for (const given of [hints, {}] satisfies ReadonlyArray<Hints>) same(yield* explain(packs, reply, given))
      }
    }).pipe(Effect.provide(Packs.layer)))
})

describe("an explanation of several things as JSON", () => {
  it.effect.each([{ text: bounce, key: "parts" }, { text: log, key: "log" }] as const)(
    "is what the schema writes, for $key",
    ({ key, text }) =>
      Effect.gen(function*() {
        const found = yield* explain(yield* Packs, text)
        assert.isDefined(found[key])
        same(found)
      }).pipe(Effect.provide(Packs.layer))
  )
})

describe("a question of a batch", () => {
  it("keeps what it says apart from what the flags say", () => {
    assert.deepStrictEqual(question("{\"id\":1,\"text\":\"x\",\"port\":25,\"__proto__\":{\"phase\":\"auth\"}}", {}), {
      id: 1,
      text: "x",
      hints: { port: 25 }
    })
  })
})
