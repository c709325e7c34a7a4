/**
 * Judges the rules of receivers for bulk senders.
 *
 * Pure. A rule that cannot be judged from here makes no finding.
 *
 * @since 0.1.0
 */
import type { BulkFacts } from "@sonde/domain/PostureFacts"
import type { Finding } from "@sonde/domain/Verdict"
import type { Subject } from "../Findings.ts"
import { make } from "../Findings.ts"

const words: Readonly<Record<string, string>> = {
  "spf": "SPF for the address that sends",
  "dkim": "a DKIM key that signs",
  "dmarc": "a DMARC record",
  "alignment": "SPF or DKIM aligned with From",
  "reverse-dns": "a name of the sending address that leads back to it"
}

/**
 * The findings: one for each receiver with a rule that is not met.
 *
 * @category judging
 * @since 0.1.0
 */
export const judge = (subject: Subject, { receivers }: BulkFacts): ReadonlyArray<Finding> =>
  receivers.flatMap(({ asOf, name, perDay, rules, source }) => {
    const unmet = rules.filter(({ met }) => met === false).map(({ requirement }) => words[requirement] ?? requirement)
    if (unmet.length === 0) return []
    const whom = perDay === undefined ? "bulk senders" : `whoever sends ${perDay} messages a day or more`
    return [make(subject, "bulk_rule_unmet", "warn", {
      title: `${name} wants of ${whom}: ${unmet.join(", ")}`,
      text: `As of ${asOf}: ${source}`,
      remedies: [{ kind: "look", text: "See what the other findings propose", url: source }]
    })]
  })
