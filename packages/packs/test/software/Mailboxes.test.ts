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
