/**
 * Judges the TLSA records of a domain's exchangers.
 *
 * Pure. RFC 7672 section 2.2 for DNSSEC, RFC 7672 section 3.1 for the records.
 *
 * @since 0.1.0
 */
import type { DaneFacts, MxFacts } from "@sonde/domain/PostureFacts"
import type { Finding } from "@sonde/domain/Verdict"
import type { Subject } from "../Findings.ts"
import { make, publish, unanswered } from "../Findings.ts"

type Exchanger = DaneFacts["exchangers"][number]

const records = ({ records }: Exchanger): string =>
  records.map(({ data, matching, selector, usage }) => `${usage} ${selector} ${matching} ${data}`).join("\n")

const security = (subject: Subject, facts: DaneFacts, exchanger: Exchanger): ReadonlyArray<Finding> => {
  const { exchange, lookup, name } = exchanger
  if (lookup.authentic && facts.mxAuthentic) return []
  if (!facts.validates) {
    return [make(subject, "dane_not_judged", "inconclusive", {
      title: `The resolver does not tell whether DNSSEC protects the TLSA records of ${exchange}`,
      actor: "network-admin",
      remedies: [{
        kind: "look",
        text: "Ask a resolver that validates, with --dns"
      }]
    })]
  }
  const unsigned = lookup.authentic ? `the MX record of ${facts.domain}` : name
  return [make(subject, "dane_not_secure", "warn", {
    title: `DNSSEC does not protect ${unsigned}, so senders ignore the TLSA records of ${exchange}`,
    remedies: [{ kind: "change", text: "Sign the zone, and have the DS record published above it", shell: "dns" }]
  })]
}

const agreement = (subject: Subject, exchanger: Exchanger): ReadonlyArray<Finding> => {
  const { exchange, name, reached, starttls, wanted } = exchanger
  const usable = exchanger.records.filter((record) => record.usable)
  const found: Array<Finding> = []
  for (const { data, matching, selector, usable, usage } of exchanger.records) {
    if (usable) continue
    found.push(make(subject, "dane_unusable", "warn", {
      title: `Senders of mail ignore the TLSA record ${usage} ${selector} ${matching} of ${exchange}`,
      text: `${data}\nOnly the usages 2 and 3 count for mail, with data of the length that the last number says.`,
      remedies: wanted === undefined ? [] : [publish("Publish", `${name}. IN TLSA ${wanted}`)]
    }))
  }
  if (starttls === false) {
    found.push(make(subject, "dane_starttls_missing", "fail", {
      title: `${exchange} has TLSA records and offers no STARTTLS: senders do not deliver there`,
      actor: "mail-admin",
      remedies: [{ kind: "change", text: "Switch STARTTLS on", shell: "config" }]
    }))
  } else if (usable.length > 0 && !reached) {
    found.push(make(subject, "dane_not_reached", "inconclusive", {
      title: `${exchange} was not reached, so its TLSA records are not compared with its certificate`,
      actor: "network-admin"
    }))
  } else if (usable.length > 0 && usable.every(({ matches }) => matches === false)) {
    found.push(make(subject, "dane_mismatch", "fail", {
      title: `No TLSA record of ${exchange} agrees with its certificate: senders do not deliver there`,
      text: records(exchanger),
      remedies: wanted === undefined
        ? []
        : [publish("Publish what fits the certificate, beside the old records for a day", `${name}. IN TLSA ${wanted}`)]
    }))
  }
  return found
}

/**
 * The findings. A domain whose exchangers have no TLSA records makes none; where its exchangers are not known, neither are those.
 *
 * @category judging
 * @since 0.1.0
 */
export const judge = (subject: Subject, facts: DaneFacts, mx: Pick<MxFacts, "lookup">): ReadonlyArray<Finding> => {
  if (mx.lookup.state === "failed") {
    return [unanswered(subject, `The exchangers of ${facts.domain}, for TLSA`, mx.lookup)]
  }
  const published = facts.exchangers.filter((exchanger) => exchanger.records.length > 0)
  const bare = facts.exchangers.filter(({ lookup }) => lookup.state === "absent")
  return [
    ...facts.exchangers.flatMap(({ lookup, name }) =>
      lookup.state === "failed" ? [unanswered(subject, name, lookup)] : []
    ),
    ...published.flatMap((exchanger) => [...security(subject, facts, exchanger), ...agreement(subject, exchanger)]),
    ...(published.length > 0 && bare.length > 0
      ? [make(subject, "dane_incomplete", "warn", {
        title: `${bare.map(({ exchange }) => exchange).join(", ")} has no TLSA records, while other exchangers have`,
        text: "Whoever sits on the way makes senders use the exchanger without.",
        remedies: bare.flatMap(({ name, wanted }) =>
          wanted === undefined ? [] : [publish("Publish", `${name}. IN TLSA ${wanted}`, "remove the record")]
        )
      })]
      : [])
  ]
}

/** What concerns a delivery; that records should be better is for whoever publishes them. */
const binding: ReadonlySet<string> = new Set([
  "dns_unanswered",
  "dane_not_judged",
  "dane_not_secure",
  "dane_not_reached",
  "dane_starttls_missing",
  "dane_mismatch"
])

/**
 * The findings that decide whether senders deliver. Records that DNSSEC does not protect bind nobody (RFC 7672 section 2.2), so that
 * a certificate which disagrees with them is no finding.
 *
 * @category judging
 * @since 0.1.0
 */
export const demands = (subject: Subject, facts: DaneFacts, mx: Pick<MxFacts, "lookup">): ReadonlyArray<Finding> =>
  mx.lookup.state === "failed"
    ? judge(subject, facts, mx)
    : facts.exchangers.flatMap((exchanger) => {
      const isSecure = exchanger.lookup.authentic && facts.mxAuthentic
      return judge(subject, { ...facts, exchangers: [exchanger] }, mx)
        .filter(({ id, state }) => binding.has(id) && (isSecure || state !== "fail"))
    })
