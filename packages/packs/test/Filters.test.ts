/** The packs of filters that stand before somebody's own server. */
import { testPack } from "./judged.ts"

testPack("mimecast", [
  [
    "smtp;550 Rejected by header based Anti-Spoofing policy: shop@example.org - https://community.mimecast.com/docs/DOC-1369#550 [x]",
    "anti-spoofing",
    "policy_rejected"
  ],
  ["550 csi.mimecast.org Poor Reputation Sender. [abc]", "poor-reputation", "sender_reputation_block"],
  ["451 Internal resources are temporarily unavailable - [def]", "greylisted", "greylisted"],
  ["550 DMARC Sender Invalid - envelope rejected - [ghi]", "dmarc", "dmarc_fail"],
  ["554 Email rejected due to security policies - MCSpamSignature.z1", "spam", "spam_content_rejected"],
  ["554 Host network not allowed - [jkl]", "host-not-allowed", "ip_not_authorized"],
  ["550 Administrative prohibition - envelope blocked - [mno]", "blocked-sender", "policy_rejected"],
  ["550 Invalid Recipient - [pqr]", "recipient-unknown", "recipient_unknown"]
], [
  [{ mx: ["eu-smtp-inbound-1.mimecast.com"] }, true],
  [{ replyText: "550 no - https://community.mimecast.com/docs/DOC-1369#550" }, true],
  [{ mx: ["mx.notmimecast.com"] }, false]
])

testPack("symantec-cloud", [
  [
    "553 you are trying to use me [server-2.tower-9.messagelabs.com] as a relay, but I have not been configured to let you [192.0.2.1, mail.example.org] do this. (#5.7.1)",
    "relay",
    "relay_denied"
  ],
  [
    "501 Connection rejected by policy [7.7] 123, please visit www.messagelabs.com/support",
    "connection-policy",
    "sender_reputation_block"
  ],
  [
    "553-Message filtered. Refer to http://www.symanteccloud.com/troubleshooting for more",
    "filtered",
    "spam_content_rejected"
  ]
], [
  [{ mx: ["cluster1.us.messagelabs.com"] }, true],
  [{ replyText: "visit www.symanteccloud.com/troubleshooting" }, true],
  [{ host: "labs.example.com" }, false]
])

testPack("barracuda", [
  ["550 permanent failure for one or more recipients (sam@example.org:blocked)", "blocked", "policy_rejected"],
  ["554 Service unavailable; Client host [192.0.2.1] blocked using Barracuda Reputation; x", "list", "ip_blocklisted"]
], [
  [{ mx: ["d1.a.ess.barracudanetworks.com"] }, true],
  [{ mx: ["mx.example.org"] }, false]
])
