import { testPack } from "./judged.ts"

testPack("zoho", [
  ["Error: Invalid login: 535 Authentication Failed", "auth-failed", "bad_credentials"],
  ["535, b'Authentication Failed'", "auth-failed", "bad_credentials"],
  [
    "* NO [ALERT] You are yet to enable IMAP for your account. Please contact your administrator (Failure)",
    "imap-off",
    "imap_disabled"
  ],
  ["Mail command failed: 553 Relaying disallowed as wordpress@shop.example", "sender-not-own", "send_as_denied"],
  ["553 Sender is not allowed to relay emails", "sender-not-own", "send_as_denied"],
  [
    "550 5.4.6 Unusual sending activity detected. Please try after sometime.",
    "unusual-activity",
    "account_sending_blocked"
  ],
  ["554 5.1.8 Email Outgoing Blocked", "outgoing-blocked", "account_sending_blocked"],
  ["554 5.2.3 MailPolicy violation Error delivering to mailboxes", "mail-policy", "policy_rejected"],
  ["541 5.4.1 Mail rejected by destination domain", "rejected-by-destination", "policy_rejected"]
], [
  [{ domain: "zoho.com" }, true],
  [{ domain: "zohomail.in" }, true],
  [{ domain: "shop.example", mx: ["mx.zoho.com", "mx2.zoho.com"] }, true],
  [{ domain: "shop.example", mx: ["mx3.zoho.eu"] }, true],
  [{ host: "smtppro.zoho.com.au" }, true],
  [{ domain: "shop.example", mx: ["mx.shop.example"] }, false]
])
