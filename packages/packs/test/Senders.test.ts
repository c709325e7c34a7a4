/** The packs of sending services: what their replies mean, how they are recognised, and where they stay silent. */
import { assert, describe, it } from "@effect/vitest"
import type { Cause } from "@sonde/domain/Cause"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import { recognise } from "@sonde/packs/Recognise"
import * as Effect from "effect/Effect"

const replies: Readonly<Record<string, ReadonlyArray<readonly [reply: string, cause: Cause]>>> = {
  "amazon-ses": [
    ["Error: Invalid login: 535 Authentication Credentials Invalid", "bad_credentials"],
    ["smtplib.SMTPAuthenticationError: (535, b'Authentication Credentials Invalid')", "bad_credentials"],
    ["535 Account not subscribed to SES", "account_not_activated"],
    ["454 Temporary authentication failure", "auth_backend_failure"],
    ["said: 530 Authentication required (in reply to MAIL FROM command)", "auth_required"],
    [
      "554 Message rejected: Email address is not verified. The following identities failed the check in region " +
      "US-EAST-1: news@example.org",
      "sender_identity_unverified"
    ],
    [
      "554 Access denied: User `arn:aws:iam::111122223333:user/app' is not authorized to perform `ses:SendRawEmail' on " +
      "resource `arn:aws:ses:us-east-1:111122223333:identity/example.org'",
      "send_as_denied"
    ],
    ["Data command failed: 454 Throttling failure: Maximum sending rate exceeded", "throttled_rate"],
    ["454 Throttling failure: Daily message quota exceeded", "daily_quota_exceeded"],
    ["454 Throttling failure: Maximum SigV2 SMTP sending rate exceeded", "throttled_rate"],
    ["421 Too many concurrent SMTP connections", "throttled_connections"],
    ["SMTPSenderRefused(451, b'4.4.2 Timeout waiting for data from client.', 'a@example.org')", "session_timeout"],
    ["451 Temporary service failure", "server_temporary_failure"],
    ["552 Message is too long.", "message_too_large"],
    ["553 <\"Office\" office@example.org> Invalid email address", "recipient_syntax_invalid"],
    ["554 Message rejected: Sending paused for this account.", "account_sending_blocked"],
    ["554 Message rejected: Mail FROM domain is not verified", "sender_identity_unverified"],
    ["554 Message rejected: Configuration set `weekly' does not exist.", "message_format_invalid"]
  ],
  "sendgrid": [
    [
      "Invalid login: 535 Authentication failed: The provided authorization grant is invalid, expired, or revoked",
      "bad_credentials"
    ],
    ["535 Authentication failed: Bad username / password", "bad_credentials"],
    ["535 Authentication failed: account disabled", "account_suspended"],
    ["Server returned 451 Authentication failed: Maximum credits exceeded", "daily_quota_exceeded"],
    [
      "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error is " +
      "resolved. Visit https://sendgrid.com/docs/for-developers/sending-email/sender-identity/ to see the Sender " +
      "Identity requirements",
      "sender_identity_unverified"
    ],
    ["Mail command failed: 550 Unauthenticated senders not allowed", "auth_required"],
    ["421 Unable to deliver to domain: all available IPs are at maximum connection limit", "throttled_connections"],
    ["452 4.2.2 Too many recipients received this hour (throttled)", "recipient_rate_limited"]
  ],
  "mailgun": [
    ["535 5.7.0 Mailgun is not loving your login or password", "bad_credentials"],
    ["535 Authentication failed", "bad_credentials"],
    [
      "421 Domain sandboxabc.mailgun.org is not allowed to send: Free accounts are for test purposes only. Please " +
      "upgrade or add the address to authorized recipients in Account Settings.",
      "sandbox_restriction"
    ],
    ["421 Domain mg.example.org is not allowed to send: recipient limit exceeded", "throttled_rate"],
    ["421 Domain mg.example.org is not allowed to send: probation", "account_sending_blocked"],
    ["550 5.7.1 Relaying denied", "sender_identity_unverified"]
  ],
  "postmark": [
    ["535 5.7.8 Error: authentication failed: ", "bad_credentials"],
    ["5.7.8 Your account or server is disabled", "account_suspended"],
    ["550 5.7.1 <office@example.org>: Sender signature not confirmed", "sender_identity_unverified"],
    ["SMTP API error: You tried to send to recipient(s) that have been marked as inactive.", "recipient_disabled"],
    [
      "SMTP API error: While your account is pending approval, all recipient addresses must share the same domain",
      "account_not_activated"
    ]
  ],
  "brevo": [
    ["Error: Invalid login: 525 5.7.1 Unauthorized IP address", "ip_not_authorized"],
    [
      "(525, b'5.7.1 Unauthorized IP address. Go to https://app.brevo.com/security/authorised_ips')",
      "ip_not_authorized"
    ],
    ["535 5.7.8 Authentication failed", "bad_credentials"],
    ["502 5.7.0 Your SMTP account is not yet activated. Contact us to request activation", "account_not_activated"]
  ],
  "mailjet": [
    ["535 5.7.8 Error: authentication failed:", "bad_credentials"],
    ["554 5.7.1 <a@example.org>: Sender address rejected: not validated", "sender_identity_unverified"],
    ["421 4.7.0 too many messages, slow down", "throttled_rate"]
  ],
  "resend": [
    ["535 Authentication credentials invalid", "bad_credentials"],
    [
      "Message failed: 550 The example.org domain is not verified. Please, add and verify your domain on " +
      "https://resend.com/domains",
      "sender_identity_unverified"
    ],
    [
      "450 The example.org domain is not verified. Please, add and verify your domain on https://resend.com/domains",
      "sender_identity_unverified"
    ],
    ["550 You can only send testing emails to your own email address (me@example.org).", "sandbox_restriction"],
    ["421 Too many requests", "throttled_rate"]
  ],
  "sparkpost": [
    ["535 5.7.8 Sorry. *** No authentication type succeeded", "bad_credentials"],
    ["550 5.7.1 Unconfigured Sending Domain <example.org>", "sender_identity_unverified"],
    ["550 5.6.0 JSON parsing error in X-MSYS-API", "message_format_invalid"],
    ["550 5.7.1 Exceed Sending Limit (hourly)", "daily_quota_exceeded"],
    ["550 5.7.1 relaying denied", "auth_required"]
  ],
  "mailtrap": [
    ["550 5.7.0 Requested action not taken: too many emails per second. Please upgrade your plan", "throttled_rate"],
    ["554 5.7.1 Demo domains can only be used to send emails to account owners.", "sandbox_restriction"],
    ["535 5.7.0 Invalid login or password", "bad_credentials"],
    ["550 5.7.0 Requested action not taken: The email limit is reached.", "daily_quota_exceeded"]
  ]
}

const explained = Effect.fnUntraced(function*(reply: string, provider?: string) {
  const { verdicts: [first] } = yield* explain(yield* Packs, reply, provider === undefined ? {} : { provider })
  return first
}, Effect.provide(Packs.layer))

describe.each(Object.entries(replies))("%s", (provider, rows) => {
  it.effect.each([...rows])("says: %s", ([reply, cause]) =>
    Effect.gen(function*() {
      const first = yield* explained(reply, provider)
      assert.deepStrictEqual([first?.rule.split("/")[0], first?.cause], [provider, cause], first?.rule)
    }))
})

describe("words that many servers use", () => {
  it.effect.each([
    "535 Authentication Credentials Invalid",
    "535 Authentication failed",
    "535 5.7.8 Error: authentication failed: generic failure",
    "530 Authentication required",
    "454 Temporary authentication failure",
    "421 Too many concurrent SMTP connections; please try again later",
    "535 5.7.0 Invalid login or password",
    "550 5.7.1 Relaying denied"
  ])("name no service where none is known: %s", (reply) =>
    Effect.gen(function*() {
      assert.notInclude(Object.keys(replies), (yield* explained(reply))?.rule.split("/")[0])
    }))
})

describe("sending services are recognised", () => {
  it.effect.each<readonly [id: string, host: string]>([
    ["amazon-ses", "email-smtp.eu-west-1.amazonaws.com"],
    ["amazon-ses", "email-smtp-fips.us-east-1.amazonaws.com"],
    ["sendgrid", "smtp.sendgrid.net"],
    ["mailgun", "smtp.eu.mailgun.org"],
    ["postmark", "smtp.postmarkapp.com"],
    ["brevo", "smtp-relay.brevo.com"],
    ["brevo", "smtp-relay.sendinblue.com"],
    ["mailjet", "in-v3.mailjet.com"],
    ["resend", "smtp.resend.com"],
    ["sparkpost", "smtp.eu.sparkpostmail.com"],
    ["mailtrap", "sandbox.smtp.mailtrap.io"]
  ])("%s by the host %s", ([id, host]) =>
    Effect.gen(function*() {
      const { summaries } = yield* Packs
      assert.strictEqual(recognise(summaries, { host })?.id, id)
    }).pipe(Effect.provide(Packs.layer)))

  it.effect("and other hosts of the same cloud are not", () =>
    Effect.gen(function*() {
      const { summaries } = yield* Packs
      assert.isUndefined(recognise(summaries, { host: "ec2-192-0-2-1.eu-west-1.compute.amazonaws.com" }))
    }).pipe(Effect.provide(Packs.layer)))

  it.effect("by their banners and replies", () =>
    Effect.gen(function*() {
      const { summaries } = yield* Packs
      const banner = "220 email-smtp.amazonaws.com ESMTP SimpleEmailService-d-ABC example.org"
      assert.strictEqual(recognise(summaries, { banner })?.id, "amazon-ses")
      const replyText = "550 The example.org domain is not verified. Please verify it on https://resend.com/domains"
      assert.strictEqual(recognise(summaries, { replyText })?.id, "resend")
    }).pipe(Effect.provide(Packs.layer)))
})
