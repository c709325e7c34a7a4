/**
 * Judges the BIMI record of a domain. That a domain has none is no finding.
 *
 * Pure.
 *
 * @since 0.1.0
 */
import type { BimiFacts } from "@sonde/domain/PostureFacts"
import type { Finding } from "@sonde/domain/Verdict"
import type { Subject } from "../Findings.ts"
import { make, publish, txt, unanswered } from "../Findings.ts"

/**
 * The findings.
 *
 * @category judging
 * @since 0.1.0
 */
export const judge = (subject: Subject, facts: BimiFacts): ReadonlyArray<Finding> => {
  const { authority, declined, domain, enforced, logo, lookup, problem, records } = facts
  const name = `default._bimi.${domain}`
  const example = txt(name, `v=BIMI1; l=https://${domain}/bimi/logo.svg; a=https://${domain}/bimi/certificate.pem`)
  if (lookup.state === "failed") return [unanswered(subject, `BIMI of ${domain}`, lookup)]
  if (records.length === 0 || declined) return []
  if (records.length > 1) {
    return [make(subject, "bimi_multiple", "warn", {
      title: `${name} has ${records.length} BIMI records, so none of them counts`,
      text: records.join("\n"),
      remedies: [publish("Keep one of them", txt(name, records[0] ?? ""))]
    })]
  }
  if (problem !== undefined) {
    return [make(subject, "bimi_syntax", "warn", {
      title: `The BIMI record cannot be read: ${problem}`,
      text: records.join("\n"),
      remedies: [publish("Put in its place", example, txt(name, records[0] ?? ""))]
    })]
  }
  return [
    ...(logo === undefined
      ? [make(subject, "bimi_no_logo", "warn", {
        title: "The BIMI record names no logo",
        remedies: [publish("Name the logo, an SVG Tiny PS by https", example)]
      })]
      : []),
    ...(authority === undefined
      ? [make(subject, "bimi_no_certificate", "warn", {
        title: "The BIMI record names no certificate: Gmail and Apple show no logo without one",
        remedies: [publish("Name a verified mark certificate (VMC) or common mark certificate (CMC)", example)]
      })]
      : []),
    ...(enforced === false
      ? [make(subject, "bimi_dmarc_not_enforced", "warn", {
        title: "No mailbox shows the logo: DMARC does not ask for quarantine or reject for all mail of the domain",
        remedies: [{ kind: "look", text: "See what the findings about DMARC propose" }]
      })]
      : [])
  ]
}
