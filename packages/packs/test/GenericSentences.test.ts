/** Wordings that no pack lists, told by a word and the form of the sentence around it, and neighbours that are none. */
import { assert, describe, it } from "@effect/vitest"
import type { Cause } from "@sonde/domain/Cause"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"

const table: ReadonlyArray<readonly [Cause, string]> = [
  ["oauth_token_expired", "a1 NO [AUTHENTICATIONFAILED] this access token expired an hour ago"],
  ["oauth_wrong_audience", "401 unexpected audience in the bearer token of this request"],
  ["oauth_missing_scope", "403 token for this call lacks the scope Mail.Send"],
  ["mfa_app_password_required", "Login refused, 2FA is active: make an app password for this program"],
  ["signin_blocked_by_provider", "535 5.7.8 login: your country was denied by the owner of this mailbox"],
  ["starttls_unavailable", "event=tls reason=\"STARTTLS was never offered by the peer\""],
  ["dkim_fail", "dkim_check: headers RSA verification failure; d=example.com; s=mail"],
  ["tls_policy_unmet", "550 DANE check failed for this host"],
  ["recipient_unknown", "550 user is not in our directory"],
  ["recipient_limit", "554 at most 25 recipients are possible"],
  ["connect_refused", "Verbindung verweigert"],
  ["dns_nxdomain", "getaddrinfo: Nom ou service inconnu"]
]

const neighbours: ReadonlyArray<readonly [Cause, string]> = [
  ["oauth_token_expired", "invalid_grant: the refresh token behind this access token expired"],
  ["starttls_unavailable", "530 Must issue a STARTTLS command first, AUTH is not offered before"],
  ["dkim_fail", "Authentication-Results: mx.example.net; dkim=pass header.d=example.com"],
  ["recipient_limit", "450 more than 50 recipients per hour"],
  ["recipient_unknown", "553 sender is not in the allow list of this user"],
  ["cert_expired", "AADSTS7000222: the client certificate has expired"],
  ["account_suspended", "550 Outbound sending: account has been disabled"]
]

const first = Effect.fnUntraced(function*(text: string) {
  const { verdicts } = yield* explain(yield* Packs, text, {})
  return verdicts[0]?.cause
})

describe("sentences", () => {
  it.effect.each(table)("tell %s: %s", ([cause, text]) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* first(text), cause)
    }).pipe(Effect.provide(Packs.layer)))

  it.effect.each(neighbours)("do not tell %s: %s", ([cause, text]) =>
    Effect.gen(function*() {
      assert.notStrictEqual(yield* first(text), cause)
    }).pipe(Effect.provide(Packs.layer)))
})
