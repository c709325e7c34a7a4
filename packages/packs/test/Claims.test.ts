/** What the packs say of a wrong claim: each has a rule, and Microsoft's speak before the generic ones. */
import { assert, describe, it } from "@effect/vitest"
import * as Match from "@sonde/packs/Match"
import { Packs } from "@sonde/packs/Packs"
import { ClaimName } from "@sonde/packs/schema/Rule"
import type { Seen } from "@sonde/packs/Seen"
import * as Effect from "effect/Effect"

const before = { service: "token", phase: "claims", error: "TokenRejected" } as const
const refused = { service: "imap", phase: "auth", error: "AuthRejected" } as const

const best = (claim: string, provider?: string) =>
  Effect.gen(function*() {
    const knowledge = yield* (yield* Packs).knowledge(provider, [])
    const seen: Seen = { text: "", ...before, provider, claim }
    return Match.match(knowledge, seen)[0]
  }).pipe(Effect.provide(Packs.layer))

const causes: Readonly<Record<Exclude<typeof ClaimName.Type, "iss">, string>> = {
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
  it.effect.each(Object.entries(causes))(
    "has a cause: %s",
    ([claim, cause]) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* best(claim))?.rule.cause, cause)
        assert.strictEqual((yield* best(claim, "microsoft-365"))?.rule.cause, cause)
      })
  )

  it("is one of those that have a rule, or the issuer, of which only a refusal tells", () => {
    assert.sameMembers([...Object.keys(causes), "iss"], [...ClaimName.literals])
  })

  const payload = { status: "invalid_token", scope: "mail" }
  const reasons: ReadonlyArray<readonly [string, string, string, Seen["payload"], string | undefined]> = [
    ["upn", "oauth_wrong_account", "likely", undefined, undefined],
    ["upn", "oauth_wrong_account", "likely", payload, "microsoft-365"],
    ["roles", "oauth_missing_scope", "likely", undefined, "microsoft-365"],
    ["scp", "oauth_missing_scope", "likely", { ...payload, scope: "imap" }, undefined],
    ["scp", "oauth_missing_scope", "possible", payload, undefined],
    ["aud", "oauth_wrong_audience", "likely", payload, undefined],
    ["iss", "oauth_tenant_endpoint_wrong", "possible", payload, undefined]
  ]
  it.effect.each(reasons)(
    "is a reason, and no proof, of a refusal that gives none: %s",
    ([claim, cause, confidence, said, provider]) =>
      Effect.gen(function*() {
        const knowledge = yield* (yield* Packs).knowledge(provider, [])
        const seen: Seen = { text: "", ...refused, mechanism: "XOAUTH2", provider, claim, payload: said }
        const hit = Match.match(knowledge, seen).find(({ rule }) => rule.when.claim !== undefined)
        assert.deepStrictEqual([hit?.rule.cause, hit?.rule.confidence], [cause, confidence])
      }).pipe(Effect.provide(Packs.layer))
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
