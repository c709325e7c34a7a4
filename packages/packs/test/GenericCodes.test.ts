/** Codes the standards register: each has a rule in the generic pack, in every spelling it is printed in. */
import { assert, describe, it } from "@effect/vitest"
import type { Cause } from "@sonde/domain/Cause"
import type { Hints } from "@sonde/domain/Explanation"
import { explain } from "@sonde/packs/Explain"
import { match, type Seen } from "@sonde/packs/Match"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"

const firstCause = (text: string, hints: Hints = {}) =>
  Effect.gen(function*() {
    const { verdicts: [first] } = yield* explain(yield* Packs, text, hints)
    return first?.cause
  }).pipe(Effect.provide(Packs.layer))

const best = Effect.fnUntraced(function*(seen: Seen) {
  const packs = yield* Packs
  return match(yield* packs.knowledge(undefined), seen)[0]
}, Effect.provide(Packs.layer))

/** The highest detail of each subject in the registry of enhanced status codes; X.5.7 and beyond do not exist. */
const details: ReadonlyArray<readonly [subject: number, last: number]> = [
  [0, 0],
  [1, 10],
  [2, 4],
  [3, 6],
  [4, 7],
  [5, 6],
  [6, 10],
  [7, 30]
]
const enhanced = details.flatMap(([subject, last]) =>
  Array.from({ length: last + 1 }, (_, detail) => `${subject}.${detail}`)
)

// Registered for permanent failures alone.
const permanentOnly = ["1.9", "5.6", "7.8", "7.9", "7.10", "7.13", "7.17", "7.18"]

describe("registered enhanced status codes", () => {
  it.effect.each(enhanced)("5.%s has a rule of its own", (code) =>
    Effect.gen(function*() {
      const hit = yield* best({ service: "mx", phase: "data", code: 550, enhanced: `5.${code}`, text: "Refused" })
      assert.include(hit?.rule.when.enhanced, `5.${code}`)
    }))

  it.effect.each(enhanced.filter((code) => !permanentOnly.includes(code)))(
    "4.%s has a rule of its own",
    (code) =>
      Effect.gen(function*() {
        const hit = yield* best({ service: "mx", phase: "data", code: 450, enhanced: `4.${code}`, text: "Refused" })
        assert.include(hit?.rule.when.enhanced, `4.${code}`)
      })
  )

  it.effect("with many meanings explain no pasted text", () =>
    Effect.gen(function*() {
      for (const code of ["5.0.0", "5.7.0", "5.7.1"]) {
        assert.isUndefined(yield* firstCause(`${code[0]}50 ${code} Zzz`))
      }
      assert.isUndefined(yield* firstCause("550 Zzz"))
    }))

  it.effect("with a meaning explain a pasted text that is surely SMTP", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* firstCause("450 4.7.0 Zzz"), "server_temporary_failure")
      assert.strictEqual(yield* firstCause("451 4.3.0 Zzz"), "server_temporary_failure")
      assert.strictEqual(yield* firstCause("500 5.5.0 Zzz"), "command_syntax_error")
    }))
})

// RFC 5321 section 4.2.3, RFC 4954 section 6, RFC 5248 section 2.4, and numbers in use without a standard.
const replies: ReadonlyArray<readonly [code: number, phase: NonNullable<Seen["phase"]>, cause: Cause]> = [
  [421, "mail", "server_temporary_failure"],
  [422, "auth", "password_expired"],
  [430, "auth", "auth_backend_failure"],
  [432, "auth", "password_expired"],
  [435, "auth", "auth_backend_failure"],
  [450, "rcpt", "server_temporary_failure"],
  [451, "data", "server_temporary_failure"],
  [452, "rcpt", "recipient_limit"],
  [452, "data", "server_storage_full"],
  [454, "auth", "auth_backend_failure"],
  [454, "starttls", "starttls_unavailable"],
  [455, "mail", "command_syntax_error"],
  [458, "send", "policy_rejected"],
  [459, "send", "policy_rejected"],
  [500, "mail", "command_syntax_error"],
  [501, "ehlo", "command_syntax_error"],
  [501, "auth", "oauth_token_malformed"],
  [502, "mail", "command_syntax_error"],
  [503, "mail", "command_sequence_error"],
  [504, "mail", "command_syntax_error"],
  [521, "greeting", "server_not_accepting"],
  [523, "auth", "must_starttls"],
  [524, "auth", "password_expired"],
  [525, "auth", "account_suspended"],
  [530, "mail", "auth_required"],
  [534, "auth", "auth_mechanism_unsupported"],
  [535, "auth", "bad_credentials"],
  [538, "auth", "must_starttls"],
  [541, "data", "policy_rejected"],
  [550, "rcpt", "recipient_unknown"],
  [550, "data", "policy_rejected"],
  [551, "rcpt", "recipient_unknown"],
  [552, "rcpt", "mailbox_full"],
  [552, "data", "message_too_large"],
  [553, "mail", "sender_syntax_invalid"],
  [553, "rcpt", "recipient_syntax_invalid"],
  [554, "greeting", "greeting_rejected"],
  [554, "data", "policy_rejected"],
  [555, "mail", "command_syntax_error"],
  [556, "rcpt", "server_not_accepting"],
  [571, "data", "policy_rejected"]
]

describe("SMTP reply codes alone", () => {
  it.effect.each([...replies])("%s in %s", ([code, phase, cause]) =>
    Effect.gen(function*() {
      const hit = yield* best({ service: "smtp-submission", phase, code, text: "Zzz" })
      assert.strictEqual(hit?.rule.cause, cause)
      assert.notStrictEqual(hit?.rule.confidence, "certain")
    }))
})

const imap: Readonly<Record<string, Cause>> = {
  AUTHENTICATIONFAILED: "bad_credentials",
  AUTHORIZATIONFAILED: "mailbox_permission_missing",
  EXPIRED: "password_expired",
  PRIVACYREQUIRED: "must_starttls",
  CONTACTADMIN: "account_suspended",
  NOPERM: "mailbox_permission_missing",
  INUSE: "mailbox_in_use",
  OVERQUOTA: "mailbox_full",
  UNAVAILABLE: "server_temporary_failure",
  TEMPFAIL: "server_temporary_failure",
  LIMIT: "throttled_connections",
  NONEXISTENT: "folder_not_found",
  TRYCREATE: "folder_not_found",
  ALREADYEXISTS: "policy_rejected",
  HASCHILDREN: "policy_rejected",
  "READ-ONLY": "policy_rejected",
  CANNOT: "policy_rejected",
  NOUPDATE: "policy_rejected",
  "UNDEFINED-FILTER": "policy_rejected",
  EXPUNGEISSUED: "command_sequence_error",
  NOTSAVED: "command_sequence_error",
  UIDNOTSTICKY: "command_sequence_error",
  MODIFIED: "command_sequence_error",
  NOTIFICATIONOVERFLOW: "command_sequence_error",
  CORRUPTION: "server_misconfigured",
  SERVERBUG: "server_misconfigured",
  CLIENTBUG: "command_syntax_error",
  PARSE: "command_syntax_error",
  BADCHARSET: "command_syntax_error",
  BADCOMPARATOR: "command_syntax_error",
  BADEVENT: "command_syntax_error",
  BADURL: "command_syntax_error",
  URLMECH: "command_syntax_error",
  UIDREQUIRED: "command_syntax_error",
  "UNKNOWN-CTE": "command_syntax_error",
  TOOBIG: "message_too_large",
  METADATA: "message_too_large",
  ANNOTATE: "message_too_large",
  MESSAGELIMIT: "message_too_large",
  REFERRAL: "wrong_endpoint"
}

const pop3: Readonly<Record<string, Cause>> = {
  "AUTH": "bad_credentials",
  "IN-USE": "mailbox_in_use",
  "LOGIN-DELAY": "throttled_logins",
  "SYS/TEMP": "server_temporary_failure",
  "SYS/PERM": "server_misconfigured",
  "UTF8": "content_not_supported"
}

const oauth: Readonly<Record<string, Cause>> = {
  invalid_request: "command_syntax_error",
  invalid_client: "oauth_client_secret_invalid",
  invalid_grant: "oauth_refresh_token_expired",
  unauthorized_client: "oauth_grant_not_allowed",
  unsupported_grant_type: "oauth_grant_not_allowed",
  unsupported_response_type: "oauth_grant_not_allowed",
  invalid_scope: "oauth_scope_invalid",
  access_denied: "oauth_consent_missing",
  server_error: "server_temporary_failure",
  temporarily_unavailable: "server_temporary_failure",
  invalid_token: "oauth_token_invalid",
  insufficient_scope: "oauth_missing_scope",
  authorization_pending: "oauth_authorization_pending",
  slow_down: "oauth_authorization_pending",
  expired_token: "oauth_authorization_pending"
}

describe("response codes and error words", () => {
  it.effect.each(Object.entries(imap))("IMAP %s", ([code, cause]) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* firstCause(`a1 NO [${code}] Zzz`), cause)
    }))

  it.effect("IMAP UNAVAILABLE in the sign-in", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        yield* firstCause("a1 NO [UNAVAILABLE] Zzz", { protocol: "imap", phase: "auth" }),
        "auth_backend_failure"
      )
    }))

  it.effect.each(Object.entries(pop3))("POP3 %s", ([code, cause]) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* firstCause(`-ERR [${code}] Zzz`), cause)
    }))

  it.effect.each(Object.entries(oauth))("OAuth %s", ([code, cause]) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* firstCause(`{"error":"${code}"}`, { protocol: "oauth" }), cause)
      assert.strictEqual(
        yield* firstCause(`{"error": "${code}", "error_description": "Zzz"}`, { protocol: "oauth" }),
        cause
      )
    }))
})
