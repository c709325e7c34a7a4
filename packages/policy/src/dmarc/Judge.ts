/**
 * Judges what was found of DMARC.
 *
 * Pure. RFC 9989 section 4.7 for the tags, RFC 9989 section 4.10 for where a record is found.
 *
 * @since 0.1.0
 */
import type { DmarcFacts, MxFacts } from "@sonde/domain/PostureFacts"
import type { Finding } from "@sonde/domain/Verdict"
import type { Subject } from "../Findings.ts"
import { make, publish, txt, unanswered } from "../Findings.ts"
import * as Tags from "../Tags.ts"
import type { Preference } from "./Record.ts"

const rank: Readonly<Record<Preference, number>> = { none: 0, quarantine: 1, reject: 2 }

/** A record with some tags changed or, by `undefined`, left out; `p` comes second, as RFC 7489 section 6.4 wants it. */
const changed = (text: string, tags: Readonly<Record<string, string | undefined>>): string => {
  const kept = Tags.fromText(text).tags.filter(({ name }) => !Object.hasOwn(tags, name.toLowerCase()))
  const [version = { name: "v", value: "DMARC1" }, ...rest] = kept
  const added = Object.entries(tags).flatMap(([name, value]) => value === undefined ? [] : [{ name, value }])
  const all = [
    version,
    ...added.filter(({ name }) => name === "p"),
    ...rest,
    ...added.filter(({ name }) => name !== "p")
  ]
  return all.map(({ name, value }) => `${name}=${value}`).join("; ")
}

const missing = (subject: Subject, facts: DmarcFacts, mx: MxFacts | undefined): Finding => {
  const { organizational } = facts
  const silent = mx !== undefined && (mx.nullMx || mx.exchangers.length === 0)
  const text = silent ? "v=DMARC1; p=reject" : `v=DMARC1; p=none; rua=mailto:dmarc-reports@${organizational}`
  return make(subject, "dmarc_missing", "fail", {
    title: `No DMARC record applies to ${facts.domain}`,
    text: "Anybody can use the domain in From, and large receivers downgrade or refuse its mail.",
    remedies: [
      publish(
        silent
          ? "Publish that mail from the domain is to be refused"
          : "Begin with reports, and go on to quarantine and reject when all of your own mail passes",
        txt(`_dmarc.${organizational}`, text),
        "remove the record"
      )
    ]
  })
}

const several = (subject: Subject, facts: DmarcFacts): ReadonlyArray<Finding> =>
  facts.asked.filter(({ records }) => records.length > 1).map(({ name, records }) =>
    make(subject, "dmarc_multiple", "fail", {
      title: `${name} has ${records.length} DMARC records, so none of them counts`,
      text: records.join("\n"),
      remedies: [{
        kind: "change",
        text: "Keep one of them",
        command: txt(name, records[0] ?? "v=DMARC1; p=none"),
        shell: "dns"
      }]
    })
  )

const policy = (subject: Subject, facts: DmarcFacts): ReadonlyArray<Finding> => {
  const { policy, record } = facts
  if (record === undefined || policy === undefined) return []
  const name = `_dmarc.${record.at}`
  const change = (text: string, tags: Readonly<Record<string, string | undefined>>) =>
    publish(text, txt(name, changed(record.text, tags)), txt(name, record.text))
  const where = record.at === facts.domain ? "" : `, by the record of ${record.at}`
  const found: Array<Finding> = []
  if (policy.asks === "none") {
    found.push(make(subject, "dmarc_monitor_only", "warn", {
      title: `DMARC asks for nothing (${policy.tag}=none${where}): receivers take no action`,
      text: record.text,
      remedies: [change("When the reports show that all of your own mail passes", { [policy.tag]: "quarantine" })]
    }))
  }
  if (record.testing && policy.asks !== "none") {
    found.push(make(subject, "dmarc_testing", "warn", {
      title: `DMARC asks for ${policy.asks} and is in test mode (t=y): receivers do not apply it in full`,
      remedies: [change("When the test is over", { t: undefined })]
    }))
  }
  if (record.percent !== undefined && record.percent < 100 && policy.asks !== "none") {
    found.push(make(subject, "dmarc_partial", "warn", {
      title: `DMARC asks for ${policy.asks} for ${record.percent} % of the mail`,
      text: "RFC 9989 has no pct any more: some receivers apply the policy to all of the mail, some to a part of it.",
      remedies: [change("Leave pct out; t=y is there for tests", { pct: undefined })]
    }))
  }
  const weaker = (["sp", "np"] as const).filter((tag) =>
    record[tag] !== undefined && rank[record[tag]] < rank[record.p ?? "none"]
  )
  if (weaker.length > 0 && record.at === facts.organizational) {
    const said = weaker.map((tag) => `${tag}=${record[tag]}`).join(", ")
    found.push(make(subject, "dmarc_subdomains_weaker", "warn", {
      title: `DMARC asks for less below the domain (${said}) than for it (p=${record.p ?? "none"})`,
      text: "Whoever forges mail takes a subdomain then, also one that does not exist.",
      remedies: [change("Ask for the same", Object.fromEntries(weaker.map((tag) => [tag, record.p])))]
    }))
  }
  const unreadable = record.notes.filter((note) => !note.includes("was removed by"))
  if (unreadable.length > 0) {
    found.push(make(subject, "dmarc_syntax", "warn", {
      title: `${name} has parts that receivers ignore: ${unreadable.join("; ")}`,
      text: record.text,
      remedies: [{ kind: "change", text: "Correct the tags, or leave them out", shell: "dns" }]
    }))
  }
  if (record.rua.length === 0) {
    found.push(make(subject, "dmarc_no_reports", "warn", {
      title: "DMARC asks for no reports, so nobody sees which mail fails",
      remedies: [change("Name a mailbox for them", { rua: `mailto:dmarc-reports@${record.at}` })]
    }))
  }
  return found
}

const reports = (subject: Subject, facts: DmarcFacts): ReadonlyArray<Finding> =>
  facts.reports.flatMap(({ agrees, domain, name }) =>
    agrees === true ? [] : agrees === undefined
      ? [unanswered(subject, `Whether ${domain} takes the reports`, {
        state: "failed",
        reason: "ServerFailure",
        authentic: false
      })]
      : [make(subject, "dmarc_report_not_allowed", "warn", {
        title: `${domain} has not agreed to take DMARC reports of ${facts.record?.at ?? facts.domain}`,
        text: "Receivers send no reports there.",
        remedies: [publish(`Whoever keeps the DNS of ${domain} publishes`, txt(name, "v=DMARC1"), "remove the record")]
      })]
  )

const alignment = (subject: Subject, { domain, record, spfAligned, spfDomain }: DmarcFacts): ReadonlyArray<Finding> =>
  spfAligned !== false || spfDomain === undefined ? [] : [
    make(subject, "dmarc_spf_not_aligned", "warn", {
      title: `SPF authenticates ${spfDomain}, which is not aligned with ${domain}`,
      text: record?.aspf === "s"
        ? "The record wants the very same domain (aspf=s). DMARC then passes by an aligned DKIM signature only."
        : "DMARC passes by an aligned DKIM signature only, which a forwarder can break.",
      actor: "mail-admin",
      remedies: [{
        kind: "change",
        text: `Send with a return path at ${domain} or below it`,
        command: `MAIL FROM:<bounces@bounce.${domain}>`,
        shell: "config"
      }]
    })
  ]

/**
 * The findings. `mx` helps to propose a record.
 *
 * @category judging
 * @since 0.1.0
 */
export const judge = (subject: Subject, facts: DmarcFacts, mx?: MxFacts): ReadonlyArray<Finding> => {
  const doubles = several(subject, facts)
  const open = facts.asked.find(({ lookup }) => lookup.state === "failed")
  if (facts.record === undefined && open !== undefined) return [unanswered(subject, open.name, open.lookup)]
  return [
    ...doubles,
    ...(facts.record === undefined && doubles.length === 0 ? [missing(subject, facts, mx)] : []),
    ...policy(subject, facts),
    ...reports(subject, facts),
    ...alignment(subject, facts)
  ]
}
