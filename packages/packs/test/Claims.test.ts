/** What the packs say of a wrong claim: each has a rule, and Microsoft's speak before the generic ones. */
import { assert, describe, it } from "@effect/vitest"
import * as Match from "@sonde/packs/Match"
import { Packs } from "@sonde/packs/Packs"
import { ClaimName } from "@sonde/packs/schema/Rule"
import type { Seen } from "@sonde/packs/Seen"
import * as Effect from "effect/Effect"

const best = (claim: string, provider?: string) =>
  Effect.gen(function*() {
    const knowledge = yield* (yield* Packs).knowledge(provider, [])
    const seen: Seen = { text: "", service: "token", phase: "claims", error: "TokenRejected", provider, claim }
    return Match.match(knowledge, seen)[0]
  }).pipe(Effect.provide(Packs.layer))

const causes: Readonly<Record<typeof ClaimName.Type, string>> = {
  aud: "oauth_wrong_audience",
  cloud: "oauth_wrong_audience",
  tid: "oauth_tenant_endpoint_wrong",
  upn: "oauth_wrong_account",
  scp: "oauth_missing_scope",
  roles: "oauth_missing_scope",
  exp: "oauth_token_expired",
  nbf: "oauth_token_invalid",
  token: "oauth_token_malformed"
}

describe("a wrong claim", () => {
  it.effect.each(ClaimName.literals.map((claim) => ({ claim })))(
    "has a cause: $claim",
    ({ claim }) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* best(claim))?.rule.cause, causes[claim])
        assert.strictEqual((yield* best(claim, "microsoft-365"))?.rule.cause, causes[claim])
      })
  )

  it.effect("is explained by the provider where it says more", () =>
    Effect.gen(function*() {
      for (const claim of ["aud", "cloud", "tid", "upn", "scp", "roles"]) {
        assert.strictEqual((yield* best(claim, "microsoft-365"))?.pack.id, "microsoft-365", claim)
      }
    }))

  it.effect("is never read out of a pasted text", () =>
    Effect.gen(function*() {
      const knowledge = yield* (yield* Packs).knowledge("microsoft-365", [])
      const seen: Seen = {
        text: "the aud of the token is wrong",
        service: "token",
        phase: "claims",
        error: "TokenRejected"
      }
      assert.deepStrictEqual(
        Match.match(knowledge, seen, "open").filter(({ rule }) => rule.when.claim !== undefined),
        []
      )
    }).pipe(Effect.provide(Packs.layer)))
})
