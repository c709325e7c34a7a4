/**
 * Judges the DKIM keys that were found.
 *
 * Pure. RFC 8301 section 3.1 for hashes, RFC 8301 section 3.2 for key lengths, RFC 6376 section 3.6.1 for the tags.
 *
 * @since 0.1.0
 */
import type { DkimFacts } from "@sonde/domain/PostureFacts"
import type { Finding } from "@sonde/domain/Verdict"
import type { Subject } from "../Findings.ts"
import { make, unanswered } from "../Findings.ts"

/** Keys below are not believed; below the second they should not be made (RFC 8301 section 3.2). */
const minBits = 1024
const goodBits = 2048

type Selector = DkimFacts["selectors"][number]

const problems: Readonly<Record<string, string>> = {
  "version": "its version is not DKIM1, or does not come first",
  "no-key": "it has no p",
  "key-type": "its type is neither rsa nor ed25519",
  "not-base64": "its key is no base64",
  "not-a-key": "its key is none of that type",
  "repeated-tag": "a tag stands in it twice",
  "several-records": "there is more than one record"
}

const rotate = (name: string) => ({
  kind: "change" as const,
  text: "Make a new key of 2048 bits, publish it under a new selector, sign with it, and remove this one a week later",
  command: `${name}. IN TXT "v=DKIM1; k=rsa; p=<the new public key>"`,
  shell: "dns" as const
})

const keyOf = (
  subject: Subject,
  { key, lookup, name, problem, provider, records, selector, source, alias }: Selector
) => {
  const found: Array<Finding> = []
  if (lookup.state === "failed") return [unanswered(subject, `The DKIM key ${name}`, lookup)]
  if (lookup.state === "absent") {
    const dangling = alias === undefined ? "" : `; its alias leads to ${alias}, where there is none`
    // That a provider offers a selector does not say that this domain uses it.
    return source === "pack" && alias === undefined ? [] : [
      make(subject, "dkim_key_missing", "fail", {
        title: `There is no DKIM key at ${name}${dangling}`,
        text: "Receivers cannot check signatures made with this selector.",
        ...(provider === undefined ? {} : { actor: "domain-admin" as const }),
        remedies: [{
          kind: "change",
          text: "Publish the public key that the signing server shows for this selector",
          command: `${name}. IN TXT "v=DKIM1; k=rsa; p=<the public key>"`,
          shell: "dns"
        }]
      })
    ]
  }
  if (problem !== undefined || key === undefined) {
    return [make(subject, "dkim_key_unreadable", "fail", {
      title: `The DKIM key ${name} cannot be used: ${problems[problem ?? ""] ?? problem}`,
      text: records.join("\n"),
      remedies: [{
        kind: "change",
        text: "Publish the key again as the signing server shows it, in one record",
        command: `${name}. IN TXT "v=DKIM1; k=rsa; p=<the public key>"`,
        shell: "dns"
      }]
    })]
  }
  if (key.revoked) {
    return [make(subject, "dkim_key_revoked", "warn", {
      title: `The DKIM key ${name} was revoked`,
      text: "That is right for a selector that is no longer signed with, and wrong for one that is.",
      remedies: [{ kind: "look", text: `See whether mail still carries s=${selector} in DKIM-Signature` }]
    })]
  }
  if (key.bits !== undefined && key.bits < minBits) {
    found.push(make(subject, "dkim_key_too_short", "fail", {
      title: `The DKIM key ${name} has ${key.bits} bits; receivers do not believe keys below ${minBits}`,
      actor: "mail-admin",
      remedies: [rotate(name)]
    }))
  } else if (key.bits !== undefined && key.bits < goodBits) {
    found.push(make(subject, "dkim_key_short", "warn", {
      title: `The DKIM key ${name} has ${key.bits} bits; ${goodBits} are advised`,
      actor: "mail-admin",
      remedies: [rotate(name)]
    }))
  }
  if (key.hashes.length > 0 && !key.hashes.includes("sha256")) {
    found.push(make(subject, "dkim_sha256_not_allowed", "fail", {
      title: `The DKIM key ${name} allows only ${key.hashes.join(", ")}, which receivers do not take`,
      remedies: [{ kind: "change", text: "Leave out the tag h", shell: "dns" }]
    }))
  }
  if (key.services.length > 0 && !key.services.includes("*") && !key.services.includes("email")) {
    found.push(make(subject, "dkim_key_not_for_mail", "fail", {
      title: `The DKIM key ${name} is for ${key.services.join(", ")} and not for email`,
      remedies: [{ kind: "change", text: "Leave out the tag s", shell: "dns" }]
    }))
  }
  if (key.testing) {
    found.push(make(subject, "dkim_key_testing", "warn", {
      title: `The DKIM key ${name} is marked as in test (t=y)`,
      text: "Receivers treat mail whose signature fails like mail without one.",
      remedies: [{ kind: "change", text: "Take y out of the tag t when the test is over", shell: "dns" }]
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
export const judge = (subject: Subject, facts: DkimFacts): ReadonlyArray<Finding> => {
  const { domain, selectors } = facts
  if (selectors.length === 0) {
    return [make(subject, "dkim_selector_unknown", "inconclusive", {
      title: `No DKIM selector of ${domain} is known`,
      text: "The DNS does not list selectors. A message the domain has sent names its own: s= in DKIM-Signature.",
      remedies: [{
        kind: "look",
        text: "Name the selector that a message of the domain shows",
        command: `${subject.again} --selector NAME`,
        shell: "sh"
      }]
    })]
  }
  const found = selectors.flatMap((selector) => keyOf(subject, selector))
  const offered = selectors.filter(({ source }) => source === "pack")
  const hasKey = selectors.some(({ lookup }) => lookup.state !== "absent")
  if (hasKey || offered.length < selectors.length || found.length > 0) return found
  const providers = [...new Set(offered.map(({ provider }) => provider ?? "the provider"))].join(", ")
  return [make(subject, "dkim_key_absent_at_provider", "warn", {
    title: `None of the selectors of ${providers} has a DKIM key for ${domain}`,
    text: `Asked for: ${offered.map(({ selector }) => selector).join(", ")}. Another selector may be in use.`,
    remedies: [
      { kind: "look", text: "Switch DKIM on at the provider, which then shows the record to publish" },
      {
        kind: "look",
        text: "Or name the selector that a message of the domain shows",
        command: `${subject.again} --selector NAME`,
        shell: "sh"
      }
    ]
  })]
}
