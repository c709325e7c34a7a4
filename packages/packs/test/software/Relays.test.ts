import { suite } from "./suite.ts"

suite("haraka", {
  recognised: [{ banner: "220 mail.example.org ESMTP Haraka/3.1.6 ready" }, {
    replyText: "451 Bare line-feed; see http://haraka.github.io/barelf/"
  }],
  replies: [
    ["550 I cannot deliver mail for {bob@example.com}", "relay_denied"],
    ["501 SSL attempted over a non-SSL socket", "plaintext_port_spoken_tls"],
    ["535 Auth failed", "bad_credentials"],
    ["550 Too many received headers - possible mail loop", "mail_loop"],
    ["554 rDNS Lookup Failed", "no_reverse_dns"],
    ["550 Message too big!", "message_too_large"],
    ["503 Use MAIL before RCPT", "command_sequence_error"],
    ["550 Authentication required", "auth_required"]
  ]
})
