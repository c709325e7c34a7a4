/**
 * Judges the MTA-STS policy of a domain against its exchangers and what these presented.
 *
 * Pure. RFC 8461 section 4.
 *
 * @since 0.1.0
 */
import type { MtaStsFacts, MxFacts } from "@sonde/domain/PostureFacts"
import type { Finding, Remedy } from "@sonde/domain/Verdict"
import type { Subject } from "../Findings.ts"
import { make, publish, txt, unanswered } from "../Findings.ts"
import * as Names from "../Names.ts"
import { isListed } from "./Record.ts"

const daySeconds = 86_400

const policyText = (mode: string, exchanges: ReadonlyArray<string>): string =>
  [
    "version: STSv1",
    `mode: ${mode}`,
    ...exchanges.map((exchange) => `mx: ${Names.normal(exchange)}`),
    "max_age: 604800"
  ]
    .join("\n")

const serve = (text: string, facts: MtaStsFacts, policy: string): Remedy => ({
  kind: "change",
  text: `${text}, at https://mta-sts.${facts.domain}/.well-known/mta-sts.txt, and give the record a new id`,
  command: policy,
  shell: "http"
})

const missing = (subject: Subject, facts: MtaStsFacts, mx: MxFacts): Finding =>
  make(subject, "mta_sts_missing", "warn", {
    title: `${facts.domain} has no MTA-STS policy`,
    text: "Whoever sits on the way can keep senders from encrypting. MTA-STS, or DANE, makes encryption binding.",
    remedies: [
      serve("Serve the policy", facts, policyText("testing", mx.exchangers.map(({ exchange }) => exchange))),
      publish("Then publish the record", txt(`_mta-sts.${facts.domain}`, "v=STSv1; id=1"), "remove the record")
    ]
  })

const fetched = (subject: Subject, facts: MtaStsFacts): ReadonlyArray<Finding> => {
  const { fetch, policyProblem } = facts
  if (fetch === undefined) return []
  const actor = "mail-admin"
  if (fetch.state === "untrusted") {
    return [make(subject, "mta_sts_policy_untrusted", "fail", {
      title: `The server of the MTA-STS policy has no valid certificate (${fetch.reason ?? ""})`,
      text: `${fetch.url}: ${(fetch.conditions ?? []).join(", ")}. Senders ignore the policy.`,
      actor,
      remedies: [{ kind: "change", text: `Give it a certificate for mta-sts.${facts.domain}`, shell: "config" }]
    })]
  }
  if (fetch.state === "unanswered") {
    const hasNoAddress = fetch.reason === "NoAddress"
    return [
      make(
        subject,
        hasNoAddress ? "mta_sts_policy_unavailable" : "mta_sts_policy_unanswered",
        hasNoAddress ? "fail" : "inconclusive",
        {
          title: hasNoAddress
            ? `mta-sts.${facts.domain} has no address, so there is no MTA-STS policy to fetch`
            : `The server of the MTA-STS policy was not reached (${fetch.reason ?? ""})`,
          text: fetch.url,
          actor,
          remedies: hasNoAddress
            ? [publish("Name the host that serves it", `mta-sts.${facts.domain}. IN CNAME www.${facts.domain}.`)]
            : []
        }
      )
    ]
  }
  if (fetch.status !== 200) {
    return [make(subject, "mta_sts_policy_unavailable", "fail", {
      title: `The MTA-STS policy cannot be fetched: HTTP ${fetch.status}`,
      text: `${fetch.url}. Redirects are not followed, and senders ignore the record without a policy.`,
      actor,
      remedies: [{ kind: "change", text: "Serve the policy there itself, with status 200", shell: "http" }]
    })]
  }
  const found: Array<Finding> = []
  if (policyProblem !== undefined) {
    found.push(make(subject, "mta_sts_policy_syntax", "fail", {
      title: `The MTA-STS policy cannot be read: ${policyProblem}`,
      text: fetch.url,
      actor,
      remedies: [{ kind: "change", text: "Correct the policy, and give the record a new id", shell: "http" }]
    }))
  }
  if (!/^text\/plain(?:\s*;|$)/i.test(fetch.contentType ?? "")) {
    found.push(make(subject, "mta_sts_policy_type", "warn", {
      title: `The MTA-STS policy is served as ${fetch.contentType ?? "no type at all"}, not as text/plain`,
      actor,
      remedies: [{ kind: "change", text: "Serve it with Content-Type: text/plain", shell: "http" }]
    }))
  }
  return found
}

const exchangers = (subject: Subject, facts: MtaStsFacts, mx: MxFacts): ReadonlyArray<Finding> => {
  const { policy } = facts
  if (policy === undefined || policy.mode === "none") return []
  const state = policy.mode === "enforce" ? "fail" : "warn"
  const lost = policy.mode === "enforce"
    ? "Senders do not deliver there."
    : "Senders would not deliver there in mode enforce."
  return mx.exchangers.flatMap(({ exchange, live }): ReadonlyArray<Finding> => {
    if (!isListed(exchange, policy.patterns)) {
      return [make(subject, "mta_sts_mx_not_listed", state, {
        title: `The MTA-STS policy does not list ${exchange}`,
        text: `It lists ${policy.patterns.join(", ")}. ${lost}`,
        actor: "mail-admin",
        remedies: [
          serve("List it", facts, policyText(policy.mode, [...policy.patterns, exchange]))
        ]
      })]
    }
    const why = live?.state === "no_starttls"
      ? "it offers no STARTTLS"
      : live?.state === "encrypted" && (live.conditions ?? []).length > 0
      ? `its certificate: ${(live.conditions ?? []).join(", ")}`
      : undefined
    return why === undefined ? [] : [make(subject, "mta_sts_mx_tls", state, {
      title: `${exchange} does not meet the MTA-STS policy: ${why}`,
      text: lost,
      actor: "mail-admin",
      remedies: [{
        kind: "change",
        text: `Give it a certificate for ${exchange} from a public authority`,
        shell: "config"
      }]
    })]
  })
}

const mode = (subject: Subject, facts: MtaStsFacts): ReadonlyArray<Finding> => {
  const { policy } = facts
  if (policy === undefined) return []
  const found: Array<Finding> = []
  if (policy.mode !== "enforce") {
    const isTesting = policy.mode === "testing"
    found.push(make(subject, isTesting ? "mta_sts_testing" : "mta_sts_none", "warn", {
      title: isTesting
        ? "MTA-STS is in testing mode: senders report and deliver in clear all the same"
        : "MTA-STS is mode none: senders take no notice of it",
      actor: "mail-admin",
      remedies: [serve("When the reports show no trouble, serve", facts, policyText("enforce", policy.patterns))]
    }))
  }
  if (policy.mode !== "none" && policy.maxAgeSeconds < daySeconds) {
    found.push(make(subject, "mta_sts_short_age", "warn", {
      title: `The MTA-STS policy may be kept for ${policy.maxAgeSeconds} seconds only`,
      text: "Whoever can withhold it for that long can keep senders from encrypting. Weeks are usual.",
      actor: "mail-admin",
      remedies: [serve("Serve", facts, policyText(policy.mode, policy.patterns))]
    }))
  }
  return found
}

/**
 * The findings.
 *
 * @category judging
 * @since 0.1.0
 */
export const judge = (subject: Subject, facts: MtaStsFacts, mx: MxFacts): ReadonlyArray<Finding> => {
  const { domain, lookup, problem, records } = facts
  if (lookup.state === "failed") return [unanswered(subject, `MTA-STS of ${domain}`, lookup)]
  const takesMail = mx.exchangers.length > 0
  if (records.length === 0) return takesMail ? [missing(subject, facts, mx)] : []
  const name = `_mta-sts.${domain}`
  if (records.length > 1) {
    return [make(subject, "mta_sts_multiple", "fail", {
      title: `${name} has ${records.length} MTA-STS records, so none of them counts`,
      text: records.join("\n"),
      remedies: [publish("Keep one of them", txt(name, records[0] ?? ""))]
    })]
  }
  if (problem !== undefined) {
    return [make(subject, "mta_sts_syntax", "fail", {
      title: `The MTA-STS record cannot be read: ${problem}`,
      text: records.join("\n"),
      remedies: [publish("Put in its place", txt(name, "v=STSv1; id=1"), txt(name, records[0] ?? ""))]
    })]
  }
  return [...fetched(subject, facts), ...exchangers(subject, facts, mx), ...mode(subject, facts)]
}

/** What concerns a delivery; that the policy should be better is for whoever publishes it. */
const binding: ReadonlySet<string> = new Set([
  "dns_unanswered",
  "mta_sts_policy_unanswered",
  "mta_sts_mx_not_listed",
  "mta_sts_mx_tls"
])

/**
 * The findings that decide whether senders deliver: a policy that cannot be had or read binds nobody who has none of before (RFC 8461
 * section 3.3).
 *
 * @category judging
 * @since 0.1.0
 */
export const demands = (subject: Subject, facts: MtaStsFacts, mx: MxFacts): ReadonlyArray<Finding> =>
  judge(subject, facts, mx).filter(({ id }) => binding.has(id))
