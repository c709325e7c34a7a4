/** Replies of connectors, Direct Send and the receiving edge of Exchange Online; see `microsoft.ts`. */
import type { Row } from "./microsoft.ts"

export const edge: ReadonlyArray<Row> = [
  ["EDGE-01", "ip_not_authorized", ["550 5.7.64 TenantAttribution; Relay Access Denied"]],
  ["EDGE-02", "ip_not_authorized", ["550 5.7.64 Relay Access Denied ATTR36"]],
  ["EDGE-03", "ip_not_authorized", [
    "550 5.7.68 TenantInboundAttribution; Direct Send not allowed for this organization from unauthorized sources"
  ]],
  ["EDGE-04", "wrong_endpoint", ["451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35"]],
  ["EDGE-05", "relay_denied", ["550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain"]],
  ["EDGE-06", "relay_denied", ["550 5.7.1 Unable to relay"]],
  ["EDGE-07", "ip_blocklisted", ["550 5.7.1 Unable To Relay: Blocked by Customer Allow list"]],
  ["EDGE-08", "relay_denied", ["550 5.4.1 Relay Access Denied"]],
  ["EDGE-09", "recipient_unknown", ["550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"]],
  ["EDGE-10", "recipient_unknown", [
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient kim@contoso.example not found by SMTP address lookup"
  ]],
  ["EDGE-11", "recipient_unknown", ["550 5.1.11 RESOLVER.ADR.ExRecipNotFound; not found"]],
  ["EDGE-12", "recipient_unknown", ["550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)."]],
  ["EDGE-13", "recipient_syntax_invalid", ["550 5.1.0 Sender denied"]],
  ["EDGE-14", "server_misconfigured", ["550 5.2.0 RESOLVER.ADR.BadPrimary; recipient primary SMTP address is missing"]],
  ["EDGE-15", "mailbox_full", [
    "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded"
  ]],
  ["EDGE-16", "mailbox_full", [
    "554 4.3.2 mailbox busy; STOREDRV.Deliver.Exception:StorageTransientException.MapiExceptionMaxObjsExceeded"
  ]],
  ["EDGE-17", "recipient_rate_limited", ["432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded"]],
  ["EDGE-18", "recipient_rate_limited", ["550 5.2.121 per hour message receive limit from specific sender exceeded"]],
  ["EDGE-19", "recipient_rate_limited", [
    "550 5.2.122 per hour message receive limit exceeded",
    "550 5.2.122 The recipient has exceeded their limit for the number of messages they can receive per hour"
  ]],
  ["EDGE-20", "recipient_restricted", [
    "550 5.7.1 Delivery not authorized",
    "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required"
  ]],
  ["EDGE-21", "recipient_restricted", ["550 5.7.12 Sender was not authenticated by organization"]],
  ["EDGE-22", "recipient_restricted", ["550 5.7.124 Sender not in allowed-senders list"]],
  ["EDGE-23", "recipient_restricted", ["550 5.7.133 Sender not authenticated for group"]],
  ["EDGE-24", "recipient_restricted", ["550 5.7.134 Sender was not authenticated for mailbox"]],
  ["EDGE-25", "recipient_restricted", [
    "550 5.7.13 Sender was not authenticated for public folder",
    "550 5.7.135 Sender was not authenticated for public folder"
  ]],
  ["EDGE-26", "recipient_restricted", ["550 5.7.136 Sender was not authenticated"]],
  ["EDGE-27", "recipient_restricted", [
    "550 5.7.193 UnifiedGroupAgent; Delivery failed because the sender isn't a group member"
  ]],
  ["EDGE-28", "spf_fail", ["550 5.7.23 The message was rejected because of Sender Policy Framework violation"]],
  ["EDGE-29", "sender_unauthenticated", [
    "450 4.7.26 Access denied, a message sent over IPv6 [2001:db8::7] must pass either SPF or DKIM validation",
    "550 5.7.26 Access denied, a message sent over IPv6 [2001:db8::7] must pass either SPF or DKIM validation"
  ]],
  ["EDGE-30", "no_reverse_dns", [
    "550 5.7.25 Access denied, the sending IPv6 address [2001:db8::7] must have a reverse DNS record"
  ]],
  ["EDGE-31", "policy_rejected", ["550 5.7.510 Access denied, fabrikam.example does not accept email over IPv6"]],
  ["EDGE-32", "throttled_rate", [
    "550 5.7.508 Access denied, 2001:db8::7 has exceeded permitted limits within 2001:db8::/64 range"
  ]],
  ["EDGE-33", "dmarc_fail", [
    "550 5.7.509 Access denied, sending domain fabrikam.example does not pass DMARC verification and has a DMARC policy "
    + "of reject"
  ]],
  ["EDGE-34", "sender_unauthenticated", [
    "550 5.7.515 Access denied, sending domain fabrikam.example doesn't meet the required authentication level. "
    + "Spf= Pass , Dkim= Fail , DMARC= Fail"
  ]],
  ["EDGE-35", "helo_invalid", ["550 5.7.506 Access Denied, Bad HELO"]],
  ["EDGE-36", "recipient_disabled", [
    "550 5.7.504 Recipient address rejected",
    "550 5.7.505 Access denied, banned recipient"
  ]],
  ["EDGE-37", "policy_rejected", ["550 5.7.507 Access denied, rejected by recipient"]],
  ["EDGE-38", "ip_blocklisted", ["550 5.7.511 Access denied, banned sender[198.51.100.7]"]],
  ["EDGE-39", "policy_rejected", [
    "550 5.7.513 Service unavailable, Client host [198.51.100.7] blocked by fabrikam.example using Customer Block list "
    + "(AS16012607)"
  ]],
  ["EDGE-40", "ip_blocklisted", [
    "550 5.7.606 Access denied, banned sending IP [198.51.100.7]",
    "550 5.7.649 Access denied, banned sending IP [198.51.100.7]"
  ]],
  ["EDGE-41", "domain_blocklisted", ["550 5.7.800 Access denied, banned sender"]],
  ["EDGE-42", "sender_reputation_block", [
    "451 4.7.500 Access denied, please try again later",
    "451 4.7.651 Server busy. Please try again later from [198.51.100.7]. (AS843)"
  ]],
  ["EDGE-43", "sender_reputation_block", [
    "451 4.7.650 The mail server [198.51.100.7] has been temporarily rate limited due to IP reputation. (S775)"
  ]],
  ["EDGE-44", "sender_reputation_block", [
    "451 4.7.850 Access denied, please try again later",
    "451 4.7.899 Access denied, please try again later"
  ]],
  ["EDGE-45", "ip_blocklisted", [
    "550 5.7.1 Unfortunately, messages from [198.51.100.7] weren't sent. Please contact your Internet service provider "
    + "since part of their network is on our block list (S3140)."
  ]],
  ["EDGE-46", "ip_blocklisted", [
    "550 5.7.1 Unfortunately, messages from [198.51.100.7] weren't sent. Please contact your Internet service provider "
    + "since part of their network is on our block list (S3150)."
  ]],
  ["EDGE-47", "mail_loop", ["550 5.4.14 Hop count exceeded - possible mail loop", "554 5.4.6 Routing loop detected"]],
  ["EDGE-48", "next_hop_unreachable", [
    "550 4.4.7 Message expired",
    "550 5.4.300 Message expired",
    "450 4.4.316 Connection refused [Message=Socket error code 10061]"
  ]],
  ["EDGE-49", "tls_policy_unmet", [
    "450 4.4.317 Cannot connect to remote server [Message=UntrustedRoot]"
  ]],
  // The inner reply is the innermost statement of a server, so it speaks.
  ["EDGE-49", "must_starttls", [
    "550 5.4.317 Cannot connect to remote server [Message=451 5.7.3 STARTTLS is required to send mail]"
  ]],
  ["EDGE-50", "next_hop_unreachable", ["450 4.4.318 Connection was closed abruptly (SuspiciousRemoteServerError)"]],
  ["EDGE-51", "recipient_domain_unresolvable", ["550 5.4.310 DNS domain fabrikam.exmaple does not exist"]],
  ["EDGE-52", "tls_policy_unmet", [
    "450 4.4.8 MX hosts of fabrikam.example failed MTA-STS validation",
    "550 5.4.8 MX hosts of fabrikam.example failed MTA-STS validation"
  ]],
  ["EDGE-53", "tls_policy_unmet", [
    "450 4.7.5 Remote certificate failed MTA-STS validation. Reason: <validityStatus>",
    "550 5.7.5 Remote certificate failed MTA-STS validation"
  ]],
  ["EDGE-54", "starttls_unavailable", ["450 4.7.321 starttls-not-supported", "550 5.7.321 starttls-not-supported"]],
  ["EDGE-55", "cert_expired", ["450 4.7.322 certificate-expired", "550 5.7.322 certificate-expired"]],
  ["EDGE-56", "tls_policy_unmet", ["450 4.7.323 tlsa-invalid", "550 5.7.323 tlsa-invalid"]],
  ["EDGE-57", "tls_policy_unmet", ["450 4.7.324 dnssec-invalid", "550 5.7.324 dnssec-invalid"]],
  ["EDGE-58", "cert_hostname_mismatch", [
    "450 4.7.325 certificate-host-mismatch",
    "550 5.7.325 certificate-host-mismatch"
  ]],
  ["EDGE-59", "policy_rejected", ["550 5.0.350 Remote server returned an error; policy violation detected (AS345)"]],
  ["EDGE-60", "relay_denied", ["550 5.7.367 Remote server returned not permitted to relay"]],
  ["EDGE-61", "ip_not_authorized", [
    "550 5.7.51 TenantInboundAttribution; there is a partner connector configured that matched the message's sender "
    + "domain; RestrictDomainsToIPAddresses or RestrictDomainsToCertificate is set"
  ]],
  ["EDGE-62", "server_misconfigured", [
    "454 4.7.0 Failed to establish appropriate TLS channel: Access Denied",
    "454 4.7.5 The certificate specified in the tlscertificatename of the connector could not be found"
  ]],
  ["EDGE-63", "mailbox_not_licensed", [
    "450 4.4.4 Recipient domain configured in a hosted tenant which has no mail-enabled subscriptions"
  ]],
  ["EDGE-64", "policy_rejected", [
    "550 5.3.190 Journaling on-premises messages is not supported when Journaling Archive is disabled"
  ]],
  ["EDGE-65", "sender_software_outdated", [
    "450 4.7.230 Connecting Exchange server version is out-of-date; connection to Exchange Online throttled for 15 "
    + "mins/hr."
  ]],
  ["EDGE-66", "sender_software_outdated", [
    "550 5.7.230 Connecting Exchange server version is out-of-date; connection to Exchange Online blocked for 30 "
    + "mins/hr."
  ]],
  ["EDGE-67", "server_misconfigured", [
    "451 5.7.3 Cannot achieve Exchange Server authentication",
    "550 5.7.3 Not authorized"
  ]]
]
