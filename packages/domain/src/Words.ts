/**
 * Word lists without schemas, for programs that must start fast: building schemas takes longer than an answer.
 *
 * @since 0.1.0
 */

/**
 * The words of `Protocol`. `tls` is that of a port of which nothing more is known.
 *
 * @category data
 * @since 0.1.0
 */
export const protocols = ["smtp", "lmtp", "imap", "pop3", "sieve", "http", "tls"] as const

/**
 * The words of `ServiceId`, in their order.
 *
 * @category data
 * @since 0.1.0
 */
export const serviceIds = [
  "smtp-submission",
  "imap",
  "pop3",
  "sieve",
  "graph",
  "token",
  "mx",
  "lmtp",
  "posture",
  "tls"
] as const

/**
 * The words of `Security`.
 *
 * @category data
 * @since 0.1.0
 */
export const securities = ["starttls", "tls", "none", "opportunistic"] as const

/**
 * The words of `PhaseId`, in the order in which a run reports phases.
 *
 * @category data
 * @since 0.1.0
 */
export const phaseIds = [
  "resolve",
  "connect",
  "greeting",
  "ehlo",
  "capability",
  "starttls",
  "tls",
  "versions",
  "auth",
  "mail",
  "rcpt",
  "data",
  "select",
  "stat",
  "list",
  "logout",
  "quit",
  "metadata",
  "token",
  "claims",
  "mailbox",
  "send",
  "find",
  "mx",
  "spf",
  "dkim",
  "dmarc",
  "mta-sts",
  "tls-rpt",
  "dane",
  "bimi",
  "bulk"
] as const

/**
 * What stands in place of a code that is not for whoever comes later.
 *
 * @category data
 * @since 0.1.0
 */
export const maskedCode = "‹code›"
