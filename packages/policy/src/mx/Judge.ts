/**
 * Judges where a domain's mail goes.
 *
 * Pure. RFC 5321 section 5.1, RFC 2181 section 10.3 for aliases, RFC 7505 section 3 for null MX.
 *
 * @since 0.1.0
 */
import type { MxFacts, Reverse } from "@sonde/domain/PostureFacts"
import * as Target from "@sonde/domain/Target"
import type { Finding } from "@sonde/domain/Verdict"
import type { Subject } from "../Findings.ts"
import { make, publish, unanswered } from "../Findings.ts"
import * as Names from "../Names.ts"

const records = (subject: Subject, facts: MxFacts): ReadonlyArray<Finding> => {
  const { domain, exchangers, implicit, lookup, nullMx } = facts
  if (lookup.state === "failed") return [unanswered(subject, `MX of ${domain}`, lookup)]
  if (implicit) {
    return [
      make(subject, "mx_missing", "warn", {
        title: `${domain} has no MX record; mail goes to the address of ${domain} itself`,
        text: "If this host takes the domain's mail, say so; if the domain takes none, say that.",
        remedies: [
          publish("Publish which host takes the mail", `${domain}. IN MX 10 ${domain}.`, "remove the record"),
          publish("Or publish that the domain takes none", `${domain}. IN MX 0 .`, "remove the record")
        ]
      })
    ]
  }
  if (exchangers.length === 0 && !nullMx) {
    const absent = lookup.reason === "NoSuchName"
    return [
      make(subject, "mx_no_address", absent ? "fail" : "warn", {
        title: absent ? `${domain} does not exist` : `${domain} takes no mail, and does not say so`,
        text: "Mail to the domain waits for days before it comes back, and mail from it cannot be answered.",
        remedies: absent
          ? [{ kind: "change", text: "Correct how it is spelt, or register it" }]
          : [publish("Publish that the domain takes no mail", `${domain}. IN MX 0 .`, "remove the record")]
      })
    ]
  }
  return nullMx && exchangers.length > 0
    ? [make(subject, "mx_null_not_alone", "fail", {
      title: `${domain} has a null MX beside other MX records`,
      text: "A null MX stands alone; senders may refuse to deliver, or go on with the others.",
      remedies: [{ kind: "change", text: "Remove it", command: `remove: ${domain}. IN MX 0 .`, shell: "dns" }]
    })]
    : []
}

const exchangerOf = (
  subject: Subject,
  domain: string,
  { addresses, alias, exchange, live, lookup, preference }: MxFacts["exchangers"][number]
): ReadonlyArray<Finding> => {
  const line = `${domain}. IN MX ${preference} ${exchange}.`
  if (Target.isAddress(exchange)) {
    return [make(subject, "mx_is_address", "fail", {
      title: `MX names the address ${exchange} where a host name belongs`,
      remedies: [
        publish("Give the address a name and name that", `${domain}. IN MX ${preference} mail.${domain}.`, line)
      ]
    })]
  }
  if (lookup.state === "failed") return [unanswered(subject, `The address of ${exchange}`, lookup)]
  if (addresses.length === 0) {
    return [make(subject, "mx_unresolved", "fail", {
      title: `MX names ${exchange}, which ${lookup.reason === "NoSuchName" ? "does not exist" : "has no address"}`,
      remedies: [{
        kind: "change",
        text: "Remove the record, or give the host an address",
        command: `remove: ${line}`,
        shell: "dns"
      }]
    })]
  }
  const found: Array<Finding> = []
  if (alias !== undefined) {
    found.push(make(subject, "mx_is_alias", "warn", {
      title: `MX names ${exchange}, which is an alias of ${alias}`,
      text: "An MX record must name a host itself; some senders do not follow.",
      remedies: [publish("Name the host", `${domain}. IN MX ${preference} ${alias}.`, line)]
    }))
  }
  if (live?.state === "no_starttls") {
    found.push(make(subject, "mx_starttls_missing", "fail", {
      title: `${exchange} offers no STARTTLS: mail to the domain crosses the network in clear`,
      actor: "mail-admin",
      remedies: [{ kind: "change", text: "Switch STARTTLS on, with a certificate for this name", shell: "config" }]
    }))
  }
  if (live?.state === "not_reached" || live?.state === "failed") {
    found.push(make(subject, "mx_not_reached", "inconclusive", {
      title: `${exchange} was not ${live.state === "failed" ? "brought to TLS" : "reached"} on port 25 (${
        live.reason ?? ""
      })`,
      text: "Many networks let nobody out to port 25, so this proves nothing of the exchanger. Check from a server.",
      actor: "network-admin"
    }))
  }
  return found
}

const reverse = (
  subject: Subject,
  { address, confirmed, exchange, lookup, names }: Reverse
): ReadonlyArray<Finding> => {
  const isSender = exchange === undefined
  const who = isSender ? address : `${address} of ${exchange}`
  if (lookup.state === "failed") return [unanswered(subject, `The name of ${who}`, lookup)]
  if (confirmed !== undefined) return []
  const state = isSender ? "fail" : "warn"
  const why = isSender
    ? "Large receivers refuse mail from addresses without a name that leads back to them."
    : "Where this host also sends, receivers refuse mail from an address without a name that leads back."
  const host = exchange ?? `mail.${subject.domain}`
  const pointer = publish(
    "Whoever the address belongs to publishes its name",
    `${Names.reverse(address)}. IN PTR ${host}.`,
    "remove the record"
  )
  if (names.length === 0) {
    return [make(subject, isSender ? "sender_reverse_missing" : "mx_reverse_missing", state, {
      title: `${who} has no name (PTR)`,
      text: why,
      actor: "network-admin",
      remedies: [pointer]
    })]
  }
  const type = address.includes(":") ? "AAAA" : "A"
  return [make(subject, isSender ? "sender_reverse_unconfirmed" : "mx_reverse_unconfirmed", state, {
    title: `${who} has the name ${names[0]}, which does not lead back to it`,
    text: why,
    actor: "network-admin",
    remedies: [publish("Let the name lead back", `${names[0]}. IN ${type} ${address}`, "remove the record"), pointer]
  })]
}

/**
 * The findings of where mail goes and of what is there, without those of the names of addresses.
 *
 * @category judging
 * @since 0.1.0
 */
export const judgeExchangers = (subject: Subject, facts: MxFacts): ReadonlyArray<Finding> => [
  ...records(subject, facts),
  ...facts.exchangers.flatMap((exchanger) => exchangerOf(subject, facts.domain, exchanger))
]

/**
 * The findings.
 *
 * @category judging
 * @since 0.1.0
 */
export const judge = (subject: Subject, facts: MxFacts): ReadonlyArray<Finding> => [
  ...judgeExchangers(subject, facts),
  ...facts.reverse.flatMap((one) => reverse(subject, one))
]
