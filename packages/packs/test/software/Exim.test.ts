import { suite } from "./suite.ts"

const log = "2026-11-03 10:11:12"

suite("exim", {
  recognised: [
    { banner: "220 mail.example.org ESMTP Exim 4.98 Tue, 03 Nov 2026 10:11:12 +0100" },
    { capabilities: ["SIZE 52428800", "8BITMIME", "PIPELINING", "PIPECONNECT", "AUTH PLAIN LOGIN", "HELP"] },
    { replyText: `${log} 1abc ** bob@example.com R=dnslookup T=remote_smtp: retry timeout exceeded` },
    { replyText: "535 Incorrect authentication data" }
  ],
  replies: [
    [
      `${log} plain authenticator failed for (pc) [203.0.113.9]:51234: 535 Incorrect authentication data (set_id=anna)`,
      "bad_credentials"
    ],
    ["535 Incorrect authentication data", "oauth_token_invalid", { mechanism: "XOAUTH2" }],
    ["435 Unable to authenticate at present", "auth_backend_failure"],
    ["435 Internal error", "auth_backend_failure"],
    ["504 LOGIN authentication mechanism not supported", "auth_mechanism_unsupported"],
    ["503 AUTH command used when not advertised", "auth_not_offered"],
    ["454 TLS currently unavailable", "starttls_unavailable"],
    [
      `${log} H=(pc) [203.0.113.9] F=<a@example.net> rejected RCPT <bob@example.com>: relay not permitted`,
      "relay_denied"
    ],
    [
      "550-Verification failed for <www-data@host.lan>\n550-The mail server could not deliver mail to it.\n550 Sender verify failed",
      "sender_verify_failed"
    ],
    [
      `${log} H=mx.example.net [203.0.113.9] temporarily rejected RCPT <bob@example.org>: Could not complete sender verify`,
      "sender_verify_failed"
    ],
    [`${log} 1abc ** nobody@example.org: Unrouteable address`, "recipient_unknown"],
    [
      `${log} 1abc ** bob@example.com R=dnslookup T=remote_smtp H=mx.example.com [198.51.100.1]: SMTP error from remote mail server after RCPT TO:<bob@example.com>: 550 relay not permitted`,
      "relay_denied"
    ],
    [
      `${log} 1abc == bob@example.com R=dnslookup T=remote_smtp defer (110): Connection timed out H=mx.example.com [198.51.100.1]`,
      "connect_timeout"
    ],
    [
      `${log} 1abc == bob@example.com R=dnslookup T=remote_smtp defer (111): Connection refused H=mx.example.com [198.51.100.1]`,
      "connect_refused"
    ],
    [`${log} 1abc ** bob@example.com R=dnslookup T=remote_smtp: retry timeout exceeded`, "next_hop_unreachable"],
    [`${log} 1abc == bob@example.com R=dnslookup defer (-1): host lookup did not complete`, "dns_temporary_failure"],
    [
      `${log} 1abc ** bob@example.com R=dnslookup T=remote_smtp: message has lines too long for transport`,
      "line_too_long"
    ],
    [
      "SMTP protocol synchronization error (input sent without waiting for greeting): rejected connection from H=[203.0.113.9] input=\"\\026\\003\\001\\002\\000\\001\"",
      "plaintext_port_spoken_tls"
    ],
    ["554 SMTP synchronization error", "command_sequence_error"],
    ["501 Syntactically invalid HELO argument(s)", "helo_invalid"],
    ["421 mail.example.org: Too many concurrent SMTP connections; please try again later.", "throttled_connections"],
    ["451 Temporary local problem - please try later", "server_temporary_failure"],
    [
      "Tainted '/srv/mail/bob' (file or directory name for maildir_home transport) not permitted",
      "server_misconfigured"
    ],
    ["** bob@example.org: lowest numbered MX record points to local host", "mail_loop"],
    ["501 <root>: sender address must contain a domain", "sender_syntax_invalid"]
  ]
})
