/**
 * Findings about a message that was found again: where it lies, what became of its header, and what its receiver says of it.
 *
 * Pure. Nothing that is in order makes a finding.
 *
 * @since 0.1.0
 */
import type { Authentication, FindFacts } from "@sonde/domain/FindFacts"
import type { FindingId } from "@sonde/domain/Finding"
import type { ServiceId } from "@sonde/domain/Service"
import type { Finding, Remedy } from "@sonde/domain/Verdict"
import * as Names from "../Names.ts"

const posture = (domain: string): Remedy => ({
  kind: "look",
  text: "See what the domain publishes",
  command: `sonde posture ${domain}`,
  shell: "sh"
})

/** What every receiver takes for a failure; `none` says that there was nothing to check. */
const isBad = (result: string): boolean => result !== "pass"

/** What a result says that is no verdict on the message: nothing was published, or the check did not come about (RFC 8601 section 2.7). */
const unsettled = (what: string, result: string): string | undefined =>
  result === "none" || result === "bestguesspass"
    ? `The receiver found no ${what} record to check by.`
    : result === "temperror" || result === "permerror"
    ? `The receiver could not evaluate ${what}: ${
      result === "temperror" ? "a question to the DNS was not answered" : "the record is broken"
    }.`
    : undefined

const whose = ({ trusted }: Authentication): string => trusted?.authservId ?? "the receiver"

/** A domain that a remedy may name: letters of host names only, whatever a header field said. */
const named = (domain: string | undefined): string | undefined =>
  domain !== undefined && /^[a-z0-9.-]+$/u.test(domain) ? domain : undefined

/**
 * The findings of a message. `from` is the domain of From as it was sent.
 *
 * @category judging
 * @since 0.1.0
 */
export const judge = (service: ServiceId, facts: FindFacts): ReadonlyArray<Finding> => {
  const found: Array<Finding> = []
  const { authentication, folder, foundMessageId, from } = facts
  const address = from.found[0] ?? from.sent[0] ?? ""
  const domain = named(Names.normal(address.slice(address.lastIndexOf("@") + 1)))
  const add = (
    id: FindingId,
    state: Finding["state"],
    title: string,
    text: string,
    actor?: Finding["actor"],
    remedies: ReadonlyArray<Remedy> = []
  ): void => {
    found.push({ id, state, service, title, text, ...(actor === undefined ? {} : { actor }), remedies })
  }
  const look = domain === undefined ? [] : [posture(domain)]
  if (folder.kind === "junk") {
    add(
      "delivered_to_junk",
      "warn",
      `The message went to the junk folder "${folder.name}"`,
      "The receiver accepted it and takes it for spam. Its results below may say why; the content of the test message is plain.",
      "mail-admin",
      look
    )
  }
  if (from.rewritten) {
    add(
      "from_rewritten",
      "warn",
      `The message arrived with From ${from.found.join(", ") || "missing"} in place of ${from.sent.join(", ")}`,
      "Somebody on the way put another author there, such as a provider that sends as the account only, or a mailing list.",
      "mail-admin"
    )
  }
  if (foundMessageId !== undefined) {
    add(
      "message_id_replaced",
      "pass",
      `The message arrived with the Message-ID ${foundMessageId} in place of ${facts.messageId}`,
      "Answers and bounces name the new one: whoever matches them by what was sent does not find it."
    )
  }
  if (authentication.trusted === undefined) {
    add(
      "receiver_results_missing",
      "inconclusive",
      authentication.others.length === 0
        ? "The receiver wrote no Authentication-Results into the message"
        : `No Authentication-Results of the receiver are in the message; those of ${
          authentication.others.map((id) => id === "" ? "an unnamed server" : id).join(", ")
        } do not count`,
      "Whether SPF, DKIM and DMARC passed there is not known: results of other servers can be written by anybody."
    )
  } else {
    const { dkim, dmarc, spf } = authentication
    const by = whose(authentication)
    if (spf !== undefined && isBad(spf.result)) {
      add(
        "spf_not_passed_at_receiver",
        "warn",
        `${by} says spf=${spf.result}${spf.domain === undefined ? "" : ` for ${spf.domain}`}`,
        unsettled("SPF", spf.result) ??
          "The server that handed the message over is not one that the SPF record of that domain lets send.",
        "domain-admin",
        named(spf.domain) === undefined ? [] : [posture(spf.domain!)]
      )
    }
    // One signature that holds is enough (RFC 6376 section 4.2).
    if (dkim.length > 0 && dkim.every(({ result }) => isBad(result))) {
      add(
        "dkim_not_passed_at_receiver",
        "warn",
        `${by} says ${
          dkim.map(({ domain: of, result }) => `dkim=${result}${of === undefined ? "" : ` for ${of}`}`).join(", ")
        }`,
        dkim.every(({ result }) => result === "none")
          ? "The message was not signed."
          : "No signature of the message holds: a key that is missing or another one, or a message that was changed on the way.",
        "domain-admin",
        look
      )
    }
    if (dmarc !== undefined && isBad(dmarc.result)) {
      add(
        "dmarc_not_passed_at_receiver",
        "warn",
        `${by} says dmarc=${dmarc.result}${dmarc.domain === undefined ? "" : ` for ${dmarc.domain}`}`,
        unsettled("DMARC", dmarc.result) ??
          "Neither SPF nor DKIM passed for the domain of From, so its DMARC policy applies.",
        "domain-admin",
        look
      )
    }
    const passed = [...spf === undefined ? [] : [spf], ...dkim].filter(({ result }) => !isBad(result))
    if (passed.length > 0 && passed.every(({ alignment }) => alignment === "none")) {
      add(
        "not_aligned_at_receiver",
        "warn",
        `What passed at ${by} is for ${
          [...new Set(passed.flatMap(({ domain: of }) => of ?? []))].join(", ")
        }, which is not aligned with ${domain ?? address}`,
        "DMARC counts what passes for the domain of From, or one of the same organization (RFC 9989 section 4.4).",
        "domain-admin",
        look
      )
    }
  }
  if (facts.deleted === false) {
    add(
      "message_not_deleted",
      "warn",
      "The message that was found was not deleted",
      `${facts.notDeleted ?? "The server did not delete it"}. It lies in "${folder.name}".`
    )
  }
  return found
}
