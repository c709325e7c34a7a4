/**
 * Judges what was found of SPF.
 *
 * Pure. RFC 7208 section 4.6.4 for the limits, RFC 7208 section 5.5 for `ptr`.
 *
 * @since 0.1.0
 */
import type { MxFacts, SpfFacts } from "@sonde/domain/PostureFacts"
import type { Finding } from "@sonde/domain/Verdict"
import type { Subject } from "../Findings.ts"
import { make, publish, txt, unanswered } from "../Findings.ts"
import { maxLookups, maxVoidLookups } from "./Check.ts"

/** The record of a domain that has none: its exchangers send, where it has any; else nobody does. */
const proposal = (mx: MxFacts | undefined): string =>
  mx === undefined || mx.nullMx || mx.exchangers.length === 0 ? "v=spf1 -all" : "v=spf1 mx ~all"

const withEnding = (record: string, ending: string): string => {
  const terms = record.split(" ").filter((term) => term !== "" && !/^[+\-~?]?all$/i.test(term))
  return [...terms, ending].join(" ")
}

const own = (subject: Subject, facts: SpfFacts, mx: MxFacts | undefined): ReadonlyArray<Finding> => {
  const { domain, ending, records, usesPtr } = facts
  const [record = ""] = records
  const problems = facts.problems.filter(({ kind }) => kind === "syntax")
  if (records.length === 0) {
    const text = proposal(mx)
    return [
      make(subject, "spf_missing", "fail", {
        title: `${domain} has no SPF record`,
        text: "Receivers cannot tell who may send for the domain, and large ones refuse or downgrade its mail.",
        remedies: [
          publish(
            text === "v=spf1 -all"
              ? "Publish that nobody sends, or name those who do before the -all"
              : "Publish who sends: the mail exchangers, and further servers and providers before the ~all",
            txt(domain, text),
            "remove the record"
          )
        ]
      })
    ]
  }
  if (records.length > 1) {
    const terms = records.flatMap((text) => text.split(" ").slice(1))
    const merged = [...new Set(terms.filter((term) => term !== "" && !/^[+\-~?]?all$/i.test(term)))]
    return [
      make(subject, "spf_multiple", "fail", {
        title: `${domain} has ${records.length} SPF records, so none of them counts`,
        text: records.join("\n"),
        remedies: [
          publish("Put one record in their place", txt(domain, ["v=spf1", ...merged, "~all"].join(" ")))
        ]
      })
    ]
  }
  const found: Array<Finding> = problems.map(({ text }) =>
    make(subject, "spf_syntax", "fail", {
      title: `SPF cannot be read: ${text}`,
      text: `Receivers give up on the whole record: ${record}`,
      remedies: [{ kind: "change", text: "Correct the term, or leave it out", shell: "dns" }]
    })
  )
  if (problems.length > 0) return found
  if (ending === "+") {
    found.push(make(subject, "spf_allows_all", "fail", {
      title: "SPF lets everybody send as the domain (+all)",
      text: record,
      remedies: [publish("End the record with ~all", txt(domain, withEnding(record, "~all")), txt(domain, record))]
    }))
  }
  const open = ending === "?" || ending === "none" && facts.problems.length === 0
  if (open) {
    found.push(make(subject, "spf_no_ending", "warn", {
      title: ending === "?" ? "SPF says nothing about other senders (?all)" : "SPF does not say what other senders are",
      text: record,
      remedies: [publish("End the record with ~all", txt(domain, withEnding(record, "~all")), txt(domain, record))]
    }))
  }
  if (usesPtr) {
    found.push(make(subject, "spf_ptr", "warn", {
      title: "SPF uses ptr, which is slow, uncertain, and ignored by large receivers",
      text: record,
      remedies: [{ kind: "change", text: "Name the addresses with ip4 and ip6, or the hosts with a", shell: "dns" }]
    }))
  }
  return found
}

const limits = (subject: Subject, { branches, lookups, voidLookups }: SpfFacts): ReadonlyArray<Finding> => {
  const tree = branches.map(({ by, depth, domain }) => `${"  ".repeat(depth - 1)}${by} ${domain}`).join("\n")
  const fewer = {
    kind: "change" as const,
    text: "Leave out includes of services no longer used, or give services that send much a subdomain of their own",
    shell: "dns" as const
  }
  const found: Array<Finding> = []
  if (lookups > maxLookups) {
    found.push(make(subject, "spf_lookup_limit", "fail", {
      title: `SPF causes ${lookups} look-ups where ${maxLookups} are allowed`,
      text: `Receivers give up on senders that the first terms do not name.\n${tree}`.trim(),
      remedies: [fewer]
    }))
  } else if (lookups >= maxLookups - 1) {
    found.push(make(subject, "spf_lookup_limit_near", "warn", {
      title:
        `SPF causes ${lookups} of ${maxLookups} look-ups: the next service added, here or at a provider, breaks it`,
      text: tree,
      remedies: [fewer]
    }))
  }
  if (voidLookups > maxVoidLookups) {
    found.push(make(subject, "spf_void_lookup_limit", "fail", {
      title: `SPF causes ${voidLookups} look-ups that find nothing where ${maxVoidLookups} are allowed`,
      remedies: [{ kind: "change", text: "Leave out the terms whose names no longer exist", shell: "dns" }]
    }))
  }
  return found
}

const senderOf = (subject: Subject, facts: SpfFacts): ReadonlyArray<Finding> => {
  const { domain, records, sender } = facts
  if (sender === undefined || sender.result === "pass") return []
  if (sender.result === "temperror") {
    return [unanswered(subject, `SPF for ${sender.address}`, {
      state: "failed",
      reason: sender.problem ?? "Timeout",
      authentic: false
    })]
  }
  const term = sender.address.includes(":") ? `ip6:${sender.address}` : `ip4:${sender.address}`
  const [record = "v=spf1 ~all"] = records
  const terms = record.split(" ")
  const extended = [terms[0], term, ...terms.slice(1)].join(" ")
  const isOwn = sender.from.slice(sender.from.lastIndexOf("@") + 1) === domain
  const why = sender.matched === undefined ? "no term names it" : `${sender.matched} in the record of ${sender.domain}`
  return [
    make(subject, "spf_sender_not_allowed", sender.result === "neutral" || sender.result === "none" ? "warn" : "fail", {
      title: `SPF gives ${sender.result} to ${sender.address} as ${sender.from}`,
      text: sender.problem ?? why,
      remedies: isOwn && sender.result !== "permerror"
        ? [publish("Name the address", txt(domain, extended), txt(domain, record))]
        : []
    })
  ]
}

/**
 * The findings. `mx` helps to propose a record.
 *
 * @category judging
 * @since 0.1.0
 */
export const judge = (subject: Subject, facts: SpfFacts, mx?: MxFacts): ReadonlyArray<Finding> => {
  if (facts.lookup.state === "failed") return [unanswered(subject, `SPF of ${facts.domain}`, facts.lookup)]
  const broken = facts.problems.filter(({ domain, kind }) =>
    kind === "missing" || kind === "loop" || kind === "multiple" && domain !== facts.domain
  )
  return [
    ...own(subject, facts, mx),
    ...limits(subject, facts),
    ...broken.map(({ text }) =>
      make(subject, "spf_include_broken", "fail", {
        title: `SPF leads nowhere: ${text}`,
        text: "Receivers that come to this term give up on the whole record.",
        remedies: [{ kind: "change", text: "Leave the term out, or correct the name in it", shell: "dns" }]
      })
    ),
    ...facts.problems.filter(({ kind }) => kind === "unanswered").map(({ text }) =>
      make(subject, "dns_unanswered", "inconclusive", {
        title: `A part of SPF could not be looked up: ${text}`,
        actor: "network-admin",
        text: "The counts of look-ups may be too low."
      })
    ),
    ...senderOf(subject, facts)
  ]
}
