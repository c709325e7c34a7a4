import { suite } from "./suite.ts"

suite("exchange-server", {
  recognised: [
    { banner: "220 mail.example.org Microsoft ESMTP MAIL Service ready at Tue, 3 Nov 2026 10:11:12 +0100" },
    { banner: "* OK The Microsoft Exchange IMAP4 service is ready." },
    { capabilities: ["SIZE 37748736", "X-ANONYMOUSTLS", "AUTH NTLM", "X-EXPS GSSAPI NTLM"] },
    { replyText: "550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found" }
  ],
  replies: [
    ["Invalid login: 504 5.7.4 Unrecognized authentication type", "auth_mechanism_unsupported"],
    ["535 5.7.3 Authentication unsuccessful", "bad_credentials"],
    ["454 4.7.0 Temporary authentication failure", "auth_backend_failure"],
    [
      "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM [MAIL01.example.org]",
      "auth_required"
    ],
    ["550 5.7.60 SMTP; Client does not have permissions to send as this sender", "send_as_denied"],
    ["550 5.7.1 Anonymous client does not have permissions to send as this sender", "auth_required", {}, [
      "send_as_denied"
    ]],
    ["550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "relay_denied"],
    ["550 5.7.1 Unable to relay for bob@example.com", "relay_denied"],
    [
      "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient bob@example.org not found by SMTP address lookup",
      "recipient_unknown"
    ],
    ["550 5.7.1 RESOLVER.RST.AuthRequired; authentication required [Stage: CreateMessage]", "recipient_restricted"],
    [
      "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
      "mailbox_full"
    ],
    ["452 4.3.1 Insufficient system resources (TotalMailbox)", "server_storage_full"],
    ["421 4.3.2 Service not active", "server_not_accepting"],
    ["451 4.7.0 Temporary server error. Please try again later. PRX5", "server_misconfigured", {}, [
      "server_temporary_failure"
    ]],
    ["552 5.3.4 Message size exceeds fixed maximum message size", "message_too_large"],
    ["421 4.4.2 Message submission rate for this client has exceeded the configured limit", "throttled_rate"],
    ["554 5.4.14 Hop count exceeded - possible mail loop", "mail_loop"],
    ["550 5.4.4 SMTPSEND.DNS.NonExistentDomain; nonexistent domain", "recipient_domain_unresolvable"],
    ["550 5.7.1 Recipient not authorized, your IP has been found on a block list", "ip_blocklisted"],
    ["550 5.7.1 Message rejected as spam by Content Filtering.", "spam_content_rejected"],
    ["503 5.5.2 Send hello first", "command_sequence_error"],
    ["500 5.3.3 Unrecognized command", "command_syntax_error"],
    ["a1 NO LOGIN failed.", "bad_credentials"],
    ["a2 BAD User is authenticated but not connected.", "mailbox_not_licensed"],
    ["-ERR Logon failure: unknown user name or bad password.", "bad_credentials"],
    [
      "Inbound authentication failed with error LogonDenied for Receive connector Default Frontend MAIL01",
      "bad_credentials"
    ]
  ]
})
