/** The packs of hosters, panels and further relays: what their replies mean and how they are recognised. */
import { assert, describe, it } from "@effect/vitest"
import type { Cause } from "@sonde/domain/Cause"
import type { Hints } from "@sonde/domain/Explanation"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import { type Evidence, recognise } from "@sonde/packs/Recognise"
import * as Effect from "effect/Effect"

const replies: Readonly<Record<string, ReadonlyArray<readonly [reply: string, cause: Cause, hints?: Hints]>>> = {
  rackspace: [
    ["535 5.7.8 Error: authentication failed: generic failure", "bad_credentials"],
    [
      "a1 NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=16)",
      "throttled_connections"
    ],
    ["554 5.7.1 ACL dns_rbl; Client host [192.0.2.9] blocked using ex.emailsrvr.com=127.0.0.2", "ip_blocklisted"]
  ],
  ionos: [
    ["Error: Invalid login: 535 Authentication credentials invalid", "bad_credentials"],
    ["421 Rate limit reached. Please retry later", "throttled_rate"],
    ["550 Reject due to policy violations", "policy_rejected"],
    ["450 Reject due to policy violations", "policy_rejected"],
    ["451 Requested action aborted: local error in processing", "server_temporary_failure"],
    ["550 Syntax error in parameters or arguments", "command_syntax_error"]
  ],
  ovhcloud: [["535 5.7.1 Authentication failed", "bad_credentials"]],
  strato: [["535 5.7.8 Authentication failed", "bad_credentials"]],
  namecheap: [
    ["535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", "bad_credentials"],
    ["553 5.7.1 <a@example.org>: Sender address rejected: not owned by user b@example.org", "send_as_denied"]
  ],
  godaddy: [
    [
      "550 User a@example.org has exceeded its 24-hour sending limit. Messages to 500 recipients out of 500 allowed " +
      "have been sent.",
      "daily_quota_exceeded"
    ],
    ["535 Authentication not allowed on IBSMTP Servers. IB401", "wrong_endpoint"],
    ["535 ... authentication failed", "bad_credentials"],
    ["504 authentication type not supported", "auth_mechanism_unsupported"],
    ["421 Connection refused, too many sessions from This IP. IB007", "throttled_connections"],
    ["421 Server temporarily unavailable. Try again later. IB101", "server_temporary_failure"],
    ["554 This IP has been blocked for the day. IB111", "sender_reputation_block"],
    ["554 Connection refused. This IP address is listed on the Exploits Block List (XBL). IB105", "ip_blocklisted"],
    ["554 RBL Reject.", "ip_blocklisted"],
    ["421 Temporarily rejected. Reverse DNS for this IP failed. IB108", "no_reverse_dns"],
    ["552 Virus infected message rejected. IB705", "spam_content_rejected"],
    ["550 IP addresses are not allowed as a From: Address. Provide a valid From. IB502", "sender_syntax_invalid"],
    ["550 example.org From: Domain is invalid. Provide a valid From: IB506", "sender_domain_unresolvable"],
    ["550 a@example.org Invalid SPF record. IB508", "spf_fail"],
    ["550 This IP has sent too many to too many recipients this hour. IB607", "throttled_rate"],
    ["452 This message contains too many recipients. IB605", "recipient_limit"]
  ],
  titan: [
    ["535 5.7.8 Error: authentication failed: ", "bad_credentials"],
    ["535 5.7.8 Error: authentication failed: third-party access is off", "signin_blocked_by_provider"]
  ],
  gandi: [["535 5.7.8 Error: authentication failed: authentication failure", "bad_credentials"]],
  infomaniak: [["535 5.7.0 Invalid login or password", "bad_credentials"]],
  hetzner: [["535 Incorrect authentication data", "bad_credentials"]],
  hostinger: [["535 5.7.8 Error: authentication failed: ", "bad_credentials"]],
  cpanel: [
    ["535 Incorrect authentication data", "bad_credentials"],
    ["550 SMTP AUTH is required for message submission on port 587", "auth_required"],
    [
      "550-mail.example.net [192.0.2.7]:50122 is not permitted to relay through this server without authentication.",
      "relay_denied"
    ],
    [
      "550-Please turn on SMTP Authentication in your mail client, or login to the\n550 IMAP/POP3 server before " +
      "sending your message.",
      "auth_required"
    ],
    ["503 AUTH command used when not advertised", "auth_not_offered"],
    [
      "550 Domain example.org has exceeded the max emails per hour (201/200 (100%)) allowed. Message discarded.",
      "throttled_rate"
    ],
    ["Domain example.org has exceeded the max defers and failures per hour (26/5 (520%)) allowed.", "throttled_rate"],
    ["550 Outgoing mail from \"a@example.org\" has been suspended.", "account_sending_blocked"],
    ["550 No Such User Here", "recipient_unknown"],
    ["550-Verification failed for <a@example.org>\n550 Sender verify failed", "sender_verify_failed"],
    ["550-Callback setup failed while verifying <a@example.org>", "sender_verify_failed"],
    [
      "550 The mail server could not deliver mail to a@example.org. The account or domain may not exist, they may be " +
      "blacklisted, or missing the proper dns entries.",
      "recipient_unknown"
    ],
    ["451 Temporarily unable to process your email. Please try again later.", "greylisted"],
    ["550 \"JunkMail rejected - mx.example.net [192.0.2.7]:4122 is in an RBL: see the list\"", "ip_blocklisted"],
    ["550 HELO should be a FQDN or address literal (See RFC 2821 4.1.1.1)", "helo_invalid"]
  ],
  plesk: [
    ["535 5.7.8 Error: authentication failed: authentication failure", "bad_credentials"],
    ["535 5.7.8 Error: authentication failed: authentication failure", "auth_mechanism_unsupported", {
      mechanism: "CRAM-MD5"
    }],
    ["451 4.7.1 Service unavailable - try again later", "server_temporary_failure"],
    ["554 5.7.1 <a@example.org>: Sender address rejected: Access denied", "policy_rejected"]
  ],
  emailit: [
    ["535 Authentication failed", "bad_credentials"],
    ["454 Temporary authentication failure", "auth_backend_failure"],
    ["452 4.4.5 Messages per second limit exceeded", "throttled_rate"],
    ["452 4.5.3 Daily message limit exceeded", "daily_quota_exceeded"],
    ["451 Temporary local error in processing", "server_temporary_failure"]
  ],
  smtp2go: [["550 From header sender domain not verified (example.org)", "sender_identity_unverified"]]
}

const explained = Effect.fnUntraced(function*(reply: string, hints: Hints) {
  const { verdicts: [first] } = yield* explain(yield* Packs, reply, hints)
  return first
}, Effect.provide(Packs.layer))

describe.each(Object.entries(replies))("%s", (provider, rows) => {
  it.effect.each([...rows])("says: %s", ([reply, cause, hints]) =>
    Effect.gen(function*() {
      const first = yield* explained(reply, { provider, ...hints })
      assert.deepStrictEqual([first?.rule.split("/")[0], first?.cause], [provider, cause], first?.rule)
    }))
})

describe("words that many servers use", () => {
  it.effect.each([
    "535 5.7.8 Error: authentication failed: authentication failure",
    "535 Incorrect authentication data",
    "503 AUTH command used when not advertised",
    "550 Sender verify failed",
    "451 4.7.1 Service unavailable - try again later",
    "554 5.7.1 <a@example.org>: Sender address rejected: Access denied",
    "553 5.7.1 <a@example.org>: Sender address rejected: not owned by user b@example.org",
    "451 Requested action aborted: local error in processing",
    "a1 NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)"
  ])("name no hoster where none is known: %s", (reply) =>
    Effect.gen(function*() {
      assert.notInclude(Object.keys(replies), (yield* explained(reply, {}))?.rule.split("/")[0])
    }))
})

describe("hosters and relays are recognised", () => {
  it.effect.each<readonly [id: string, evidence: Evidence]>([
    ["rackspace", { mx: ["mx1.emailsrvr.com", "mx2.emailsrvr.com"] }],
    ["ionos", { mx: ["mx00.ionos.de"] }],
    ["ionos", { mx: ["mx00.kundenserver.de"] }],
    ["ionos", { banner: "220 smtp.ionos.de ESMTP RZmta (P6 -)" }],
    ["ovhcloud", { mx: ["mx0.mail.ovh.net"] }],
    ["strato", { mx: ["smtpin.rzone.de"] }],
    ["strato", { banner: "220 smtpin.rzone.de ESMTP RZmta 52.1.0 ready" }],
    ["namecheap", { mx: ["mx1.privateemail.com"] }],
    ["godaddy", { mx: ["smtp.secureserver.net", "mailstore1.secureserver.net"] }],
    ["godaddy", { replyText: "554 Connection refused. This IP has a poor reputation. IB103" }],
    ["titan", { mx: ["mx1.titan.email"] }],
    ["gandi", { mx: ["spool.mail.gandi.net"] }],
    ["infomaniak", { mx: ["mta-gw.infomaniak.ch"] }],
    ["hetzner", { mx: ["www123.your-server.de"] }],
    ["hostinger", { mx: ["mx1.hostinger.com"] }],
    ["domainfactory", { host: "sslout.df.eu" }],
    ["one-com", { host: "send.one.com" }],
    ["aruba", { host: "smtps.aruba.it" }],
    ["loopia", { host: "mailcluster.loopia.se" }],
    ["websupport", { host: "smtp.m1.websupport.sk" }],
    ["active24", { host: "email.active24.com" }],
    ["mandrill", { host: "smtp.mandrillapp.com" }],
    ["smtp2go", { host: "mail.smtp2go.com" }],
    ["mailersend", { host: "smtp.mailersend.net" }],
    ["elastic-email", { host: "smtp.elasticemail.com" }],
    ["loops", { host: "smtp.loops.so" }],
    ["forward-email", { host: "smtp.forwardemail.net" }],
    ["turbosmtp", { host: "pro.turbo-smtp.com" }],
    ["sendpulse", { host: "smtp-pulse.com" }],
    ["aliyun", { host: "smtp.qiye.aliyun.com" }],
    ["feishu", { host: "smtp.feishu.cn" }],
    ["emailit", { host: "smtp.emailit.com" }]
  ])("%s", ([id, evidence]) =>
    Effect.gen(function*() {
      const { summaries } = yield* Packs
      assert.strictEqual(recognise(summaries, evidence)?.id, id)
    }).pipe(Effect.provide(Packs.layer)))

  it.effect("cPanel by its banner", () =>
    Effect.gen(function*() {
      const { summaries } = yield* Packs
      const banner = "host.example.net ESMTP Exim 4.98 #2 Sat, 28 Nov 2026 07:00:00 +0000\n" +
        "We do not authorize the use of this system to transport unsolicited,\nand/or bulk e-mail."
      assert.strictEqual(recognise(summaries, { banner }, "software")?.id, "cpanel")
    }).pipe(Effect.provide(Packs.layer)))
})
