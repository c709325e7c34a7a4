import { suite } from "./suite.ts"

suite("zimbra", {
  recognised: [
    { banner: "* OK mail.example.org Zimbra 10.0.9 IMAP4rev1 server ready" },
    { capabilities: ["IMAP4rev1 ID LITERAL+ SASL-IR AUTH=X-ZIMBRA"] }
  ],
  replies: [
    ["1 NO cleartext logins disabled", "must_starttls"],
    ["1 NO [ALERT] password must be changed before IMAP login permitted", "password_expired"],
    ["1 NO LOGIN failed (wrong host)", "wrong_endpoint"],
    ["1 NO LOGIN failed", "bad_credentials"],
    ["1 NO [ALERT] account undergoing maintenance; please try again later", "server_temporary_failure"],
    ["421 mbox.example.org closing connection; service busy", "server_temporary_failure"]
  ]
})

suite("cyrus", {
  recognised: [{ banner: "* OK [CAPABILITY IMAP4rev1 LITERAL+] mail.example.org Cyrus IMAP 3.8.4 server ready" }],
  replies: [
    ["1 NO Login incorrect", "bad_credentials"],
    ["1 NO Login only available under a layer", "must_starttls"],
    ["2 NO Mailbox does not exist", "folder_not_found"],
    ["550 5.1.1 Mailbox does not exist", "recipient_unknown"],
    ["3 NO Over quota", "mailbox_full"],
    ["1 NO Too many connections from this user", "throttled_connections"],
    ["5 NO Message contains invalid header", "message_format_invalid"]
  ]
})

suite("courier", {
  recognised: [
    { banner: "* OK [CAPABILITY IMAP4rev1 UIDPLUS] Courier-IMAP ready. Copyright 1998-2022 Double Precision, Inc." },
    { banner: "+OK Hello there." }
  ],
  replies: [
    ["1 NO Login failed.", "bad_credentials"],
    ["-ERR Login failed.", "bad_credentials"],
    ["535 Authentication failed.", "bad_credentials"],
    ["513 Relaying denied.", "relay_denied"],
    ["517 Domain does not exist: host.lan.", "sender_domain_unresolvable"],
    ["* BYE Temporary problem, please try again later", "auth_backend_failure"],
    ["imapd: LOGIN FAILED, user=anna, ip=[::ffff:203.0.113.9]", "bad_credentials"]
  ]
})
