import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sonde } from "./screen.ts"
import * as Child from "./sonde.ts"

const pack = `id: acme
name: Acme Post
kind: provider
version: 2026.11.1
reviewBy: "2099-01-01"
sources:
  DOC: { url: "https://acme.example/smtp", title: Acme SMTP, asOf: "2026-11-01" }
rules:
  - id: flux
    when: { phase: auth, code: 535, enhanced: 5.7.8, text: no more flux in the capacitor }
    cause: account_suspended
    confidence: certain
    actor: user
    title: The account is out of flux
    explanation: It happens.
    remedies: [{ kind: look, text: Look. }]
    sources: [DOC]
    examples: ["535 5.7.8 No more flux in the capacitor"]
`

const folder = Effect.acquireRelease(
  Effect.sync(() => {
    const dir = mkdtempSync(join(tmpdir(), "sonde-explain-test-"))
    writeFileSync(join(dir, "acme.yaml"), pack)
    return dir
  }),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

describe("sonde packs explain", () => {
  it.live(
    "shows the winner with the weight of each condition, and what comes after it",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const flags = ["--pack", join(yield* folder, "acme.yaml"), "--provider", "acme"]
        const reply = "535 5.7.8 No more flux in the capacitor"
        const { code, err, out } = yield* sonde(["packs", "explain", reply, ...flags])
        assert.strictEqual(code, 0, err)
        assert.match(
          out,
          /^read {6}smtp, phase auth, code 535, enhanced 5\.7\.8\ntext {6}No more flux in the capacitor\n/
        )
        assert.include(out, "asked     packs acme, ")
        assert.include(
          out,
          "wins      acme/flux: account_suspended, certain, score 736\n"
            + "     +100 code      535\n"
            + "     +200 enhanced  5.7.8\n"
            + "      +20 phase     auth\n"
            + "     +416 text      no more flux in the capacitor\n"
        )
        assert.match(
          out,
          /\nfits too {2}generic\/.*\n {10}rules of a provider pack go before those of the generic pack\n/
        )
        const json = yield* sonde(["packs", "explain", reply, ...flags, "--json"])
        const account = JSON.parse(json.out)
        assert.deepInclude(account, {
          schema: "sonde.packs-explanation/1",
          outcome: "explained",
          provider: "acme",
          proven: true
        })
        assert.deepInclude(account.winner, { rule: "acme/flux", cause: "account_suspended", score: 736 })
        const explained = yield* sonde(["explain", reply, ...flags, "--json"])
        assert.strictEqual(JSON.parse(explained.out).verdicts[0].rule, account.winner.rule)
      })),
    60_000
  )

  it.live(
    "shows a near miss with the first condition that failed, and ends with 75 where nothing is known",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const flags = ["--pack", join(yield* folder, "acme.yaml"), "--provider", "acme"]
        const near = yield* Effect.promise(() =>
          Child.sonde(["packs", "explain", "-", ...flags], {}, "535 5.7.8 No more flux in your capacitor\n")
        )
        assert.strictEqual(near.code, 0, near.err)
        assert.include(
          near.out,
          "nearly    acme/flux: account_suspended, certain\n"
            + "          wants text \"no more flux in the capacitor\", the text goes on differently after \"no more flux in\"\n"
        )
        const unknown = yield* sonde(["packs", "explain", "what is this", ...flags])
        assert.strictEqual(unknown.code, 75)
        assert.include(unknown.out, "wins      no rule: the text is unknown\n")
        assert.strictEqual(unknown.err, "")
      })),
    60_000
  )

  it.live("refuses a hint that cannot be, and nothing at all", () =>
    Effect.gen(function*() {
      const port = yield* sonde(["packs", "explain", "535 x", "--port", "none"])
      assert.strictEqual(port.code, 64)
      assert.strictEqual(port.err, "sonde: --port takes a number from 1 to 65535, not \"none\"\n")
      const nothing = yield* sonde(["packs", "explain"])
      assert.strictEqual(nothing.code, 64)
      assert.include(nothing.err, "there is nothing to explain: paste the reply, as in: sonde packs explain \"535")
    }), 60_000)
})
