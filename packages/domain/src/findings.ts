/**
 * The list of findings: id to meaning, in one line each.
 *
 * Ids are public. They are snake_case and are never renamed or removed; adding one is a commit. A module and not a data file, so
 * that a change of the list is a change of types.
 *
 * @since 0.1.0
 */

/**
 * Every finding with its meaning.
 *
 * @category data
 * @since 0.1.0
 */
export const findings = {
  send_as_not_proven: "the provider decides after DATA whether this address may be sent from, and no message was sent",

  ipv6_not_answering: "the server's IPv6 address takes no connection, its IPv4 address does",
  ipv4_not_answering: "the server's IPv4 address takes no connection, its IPv6 address does",
  family_not_judged: "this machine has no way to addresses of one family, so those of the server are not judged",
  greeting_slow: "the greeting came late, or octet by octet",
  replies_slow: "replies came late, or octet by octet",

  ip_listed: "the sending address is on a DNS block list",
  ip_not_listed: "the sending address is not on the DNS block lists that were asked",
  dnsbl_refused: "a DNS block list refused the question, which is no listing",
  dnsbl_not_usable: "a DNS block list did not answer, or its test entries are not as they must be",
  dnsbl_no_address: "the address that others see is not known here, so no DNS block list was asked",

  dns_unanswered: "a question to the DNS was not answered, so what depends on it is not judged",

  mx_missing: "the domain has no MX record; mail goes to its own address",
  mx_no_address: "the domain has neither MX records nor an address, so it takes no mail, and does not say so",
  mx_null_not_alone: "a null MX stands beside other MX records",
  mx_is_address: "an MX record names an IP address where a host name belongs",
  mx_unresolved: "an MX record names a host that has no address",
  mx_is_alias: "an MX record names an alias (CNAME)",
  mx_reverse_missing: "an address of a mail exchanger has no name (PTR)",
  mx_reverse_unconfirmed: "the name of an exchanger's address does not lead back to that address",
  mx_starttls_missing: "a mail exchanger offers no STARTTLS",
  mx_not_reached: "a mail exchanger was not reached on port 25 from here, so its TLS is not judged",
  mx_certificate_untrusted:
    "a mail exchanger shows a certificate that does not verify, and no policy demands one that does",
  mx_delivery_not_proven: "a recipient was accepted in a dry run; what the exchanger decides after DATA is open",
  recipient_refused: "the message was refused for one recipient and accepted for another",
  recipient_deferred: "the message was put off for one recipient and accepted for another",
  sender_reverse_missing: "the address that would send has no name (PTR)",
  sender_reverse_unconfirmed: "the name of the sending address does not lead back to that address",

  spf_missing: "the domain has no SPF record",
  spf_multiple: "the domain has more than one SPF record",
  spf_syntax: "an SPF record cannot be read",
  spf_lookup_limit: "the SPF record causes more than 10 look-ups",
  spf_lookup_limit_near: "the SPF record causes 9 or 10 look-ups of the 10 allowed",
  spf_void_lookup_limit: "the SPF record causes more than 2 look-ups that find nothing",
  spf_include_broken: "an include or redirect of the SPF record leads to no record, or in a circle",
  spf_allows_all: "the SPF record lets everybody send",
  spf_no_ending: "the SPF record says nothing about other senders",
  spf_ptr: "the SPF record uses ptr, which receivers may ignore",
  spf_sender_not_allowed: "SPF does not let the address send that would send",

  dkim_selector_unknown: "no DKIM selector of the domain is known, so nothing can be said of its keys",
  dkim_key_missing: "there is no DKIM key at a selector that is in use",
  dkim_key_absent_at_provider: "none of the provider's DKIM selectors has a key for the domain",
  dkim_key_unreadable: "a DKIM key record cannot be used",
  dkim_key_revoked: "a DKIM key was revoked",
  dkim_key_too_short: "an RSA key of DKIM is shorter than 1024 bits",
  dkim_key_short: "an RSA key of DKIM is shorter than 2048 bits",
  dkim_sha256_not_allowed: "a DKIM key record allows no rsa-sha256",
  dkim_key_not_for_mail: "a DKIM key record is not for email",
  dkim_key_testing: "a DKIM key is marked as in test",

  dmarc_missing: "no DMARC record applies to the domain",
  dmarc_multiple: "there is more than one DMARC record at a name, so none counts",
  dmarc_syntax: "a DMARC record has parts that cannot be read",
  dmarc_monitor_only: "the DMARC policy is none: receivers take no action",
  dmarc_testing: "the DMARC policy is in test mode",
  dmarc_partial: "the DMARC policy is asked for only a part of the mail",
  dmarc_subdomains_weaker: "the DMARC policy for subdomains is weaker than that of the domain",
  dmarc_no_reports: "the DMARC record asks for no aggregate reports",
  dmarc_report_not_allowed: "a place for DMARC reports outside the organization has not agreed to take them",
  dmarc_spf_not_aligned: "the domain that SPF authenticates is not aligned with the domain of From",

  mta_sts_missing: "the domain has no MTA-STS policy",
  mta_sts_multiple: "there is more than one MTA-STS record, so none counts",
  mta_sts_syntax: "the MTA-STS record cannot be read",
  mta_sts_policy_unavailable: "the MTA-STS policy cannot be fetched",
  mta_sts_policy_untrusted: "the server of the MTA-STS policy has no valid certificate",
  mta_sts_policy_unanswered: "the server of the MTA-STS policy was not reached from here",
  mta_sts_policy_syntax: "the MTA-STS policy cannot be read",
  mta_sts_policy_type: "the MTA-STS policy is not served as text/plain",
  mta_sts_testing: "the MTA-STS policy is in testing mode",
  mta_sts_none: "the MTA-STS policy is mode none",
  mta_sts_short_age: "the MTA-STS policy may be kept for less than a day",
  mta_sts_mx_not_listed: "the MTA-STS policy does not list a mail exchanger of the domain",
  mta_sts_mx_tls: "a mail exchanger does not meet the MTA-STS policy",

  tls_rpt_missing: "the domain asks for no reports about TLS",
  tls_rpt_multiple: "there is more than one TLS reporting record, so none counts",
  tls_rpt_syntax: "the TLS reporting record cannot be read",

  dane_not_secure: "TLSA records are published and not protected by DNSSEC, so senders ignore them",
  dane_not_judged: "TLSA records are published, and the resolver does not tell whether DNSSEC protects them",
  dane_mismatch: "no TLSA record agrees with the certificate of a mail exchanger",
  dane_unusable: "a TLSA record is one that senders of mail ignore",
  dane_starttls_missing: "a mail exchanger with TLSA records offers no STARTTLS",
  dane_incomplete: "some mail exchangers have TLSA records and others have none",
  dane_not_reached: "a mail exchanger with TLSA records was not reached, so they are not compared",

  bimi_multiple: "there is more than one BIMI record, so none counts",
  bimi_syntax: "the BIMI record cannot be read",
  bimi_no_certificate: "the BIMI record names no certificate, without which most mailboxes show no logo",
  bimi_no_logo: "the BIMI record names no logo",
  bimi_dmarc_not_enforced: "a BIMI logo is not shown, because the DMARC policy is not enforced",

  bulk_rule_unmet: "a receiver's rule for bulk senders is not met",

  delivered_to_junk: "the message was found in the junk folder",
  from_rewritten: "the message arrived with another address in From",
  message_id_replaced: "the message arrived with another Message-ID",
  receiver_results_missing: "the message has no Authentication-Results of its receiver",
  spf_not_passed_at_receiver: "SPF did not pass at the receiver",
  dkim_not_passed_at_receiver: "no DKIM signature passed at the receiver",
  dmarc_not_passed_at_receiver: "DMARC did not pass at the receiver",
  not_aligned_at_receiver: "what passed at the receiver is for a domain that is not aligned with From",
  delivery_confirmed: "a message of which no answer was kept was found in its mailbox",
  message_not_deleted: "the message that was found could not be deleted"
} as const
