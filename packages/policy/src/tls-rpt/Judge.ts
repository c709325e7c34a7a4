/**
 * Judges where a domain wants reports about TLS.
 *
 * Pure. RFC 8460 section 3.
 *
 * @since 0.1.0
 */
import type { MxFacts, TlsRptFacts } from "@sonde/domain/PostureFacts"
import type { Finding } from "@sonde/domain/Verdict"
import type { Subject } from "../Findings.ts"
import { make, publish, txt, unanswered } from "../Findings.ts"

/**
 * The findings.
 *
 * @category judging
 * @since 0.1.0
 */
export const judge = (subject: Subject, facts: TlsRptFacts, mx: MxFacts): ReadonlyArray<Finding> => {
  const { domain, lookup, problem, records } = facts
  const name = `_smtp._tls.${domain}`
  const wanted = txt(name, `v=TLSRPTv1; rua=mailto:tls-reports@${domain}`)
  if (lookup.state === "failed") return [unanswered(subject, `TLS reporting of ${domain}`, lookup)]
  if (records.length === 0) {
    return mx.exchangers.length === 0 ? [] : [make(subject, "tls_rpt_missing", "warn", {
      title: `${domain} asks for no reports about TLS`,
      text: "Senders that cannot encrypt as MTA-STS or DANE demand tell nobody.",
      remedies: [publish("Name a mailbox for them", wanted, "remove the record")]
    })]
  }
  if (records.length > 1) {
    return [make(subject, "tls_rpt_multiple", "fail", {
      title: `${name} has ${records.length} records, so none of them counts`,
      text: records.join("\n"),
      remedies: [publish("Keep one of them", txt(name, records[0] ?? ""))]
    })]
  }
  return problem === undefined ? [] : [make(subject, "tls_rpt_syntax", "fail", {
    title: `The TLS reporting record cannot be read: ${problem}`,
    text: records.join("\n"),
    remedies: [publish("Put in its place", wanted, txt(name, records[0] ?? ""))]
  })]
}
