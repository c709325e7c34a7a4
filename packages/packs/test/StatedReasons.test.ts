/** That a reason which a server states is believed, whatever provider is named: most refusals begin with the same words. */
import { assert, describe, it } from "@effect/vitest"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"

const reasons: ReadonlyArray<readonly [reason: string, ...causes: ReadonlyArray<string>]> = [
  ["too many failed login attempts, try again later", "throttled_logins"],
  ["account temporarily locked", "account_locked"],
  ["your account is suspended", "account_suspended", "account_not_activated"],
  ["SMTP access is disabled for this account", "smtp_auth_disabled_mailbox"],
  ["password has expired", "password_expired"],
  ["unsupported authentication mechanism", "auth_mechanism_unsupported"],
  ["temporary server error", "auth_backend_failure"],
  ["IP address not allowed", "ip_not_authorized"],
  ["application-specific password required", "mfa_app_password_required"]
]

const refusals = [
  ["smtp", "535 5.7.8 Error: authentication failed: "],
  ["smtp", "535 Authentication failed: "],
  ["pop3", "-ERR [AUTH] Authentication failed: "],
  ["imap", "a1 NO [AUTHENTICATIONFAILED] Authentication failed: "]
] as const

describe("a reason behind a refusal", () => {
  it.effect.each(reasons)("%s", ([reason, ...causes]) =>
    Effect.gen(function*() {
      const packs = yield* Packs
      for (const { id, kind } of packs.summaries) {
        if (kind === "generic") continue
        for (const [protocol, refusal] of refusals) {
          const { verdicts } = yield* explain(packs, refusal + reason, {
            provider: id,
            protocol,
            phase: "auth"
          })
          assert.include(causes, verdicts[0]?.cause, `${id} says "${refusal}${reason}": ${verdicts[0]?.rule}`)
        }
      }
    }).pipe(Effect.provide(Packs.layer)))
})
