/**
 * What all judgements of this package share: how a finding is made, and how the record to publish is written.
 *
 * Judgements are pure: facts in, findings out. Nothing that is in order makes a finding.
 *
 * @since 0.1.0
 */
import type { FindingId } from "@sonde/domain/Finding"
import type { Lookup } from "@sonde/domain/PostureFacts"
import type { ServiceId } from "@sonde/domain/Service"
import type { Actor, Finding, Remedy } from "@sonde/domain/Verdict"

/**
 * Whom findings are about. `again` is the command that checks once more, `service` the one that tells them, `posture` unless told.
 *
 * @category models
 * @since 0.1.0
 */
export interface Subject {
  readonly domain: string
  readonly again: string
  readonly service?: ServiceId | undefined
}

/**
 * A finding as it is stated; who must act is the keeper of the domain's DNS unless it says otherwise.
 *
 * @category models
 * @since 0.1.0
 */
export interface Stated {
  readonly title: string
  readonly text?: string
  readonly actor?: Actor
  readonly remedies?: ReadonlyArray<Remedy>
}

/**
 * Makes a finding, with the command that proves a change behind its remedies.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  { again, service = "posture" }: Subject,
  id: FindingId,
  state: Finding["state"],
  { actor = "domain-admin", remedies = [], text, title }: Stated
): Finding => ({
  id,
  state,
  service,
  title,
  ...(text === undefined ? {} : { text }),
  actor,
  remedies: [...remedies, { kind: "verify", text: "Check again", command: again, shell: "sh" }]
})

/** What is wrong with a question, in words. */
const reasons: Readonly<Record<string, string>> = {
  ServerFailure: "the name servers failed",
  Refused: "the name server refused the question",
  Timeout: "no answer came in time",
  Unreachable: "nobody answers at the address of the resolver",
  Untrusted: "the resolver could not prove who it is",
  Malformed: "the answer was malformed"
}

/**
 * The finding of a question that was not answered: nothing is known then, neither good nor bad.
 *
 * @category constructors
 * @since 0.1.0
 */
export const unanswered = (subject: Subject, what: string, { reason = "" }: Lookup): Finding =>
  make(subject, "dns_unanswered", "inconclusive", {
    title: `${what} could not be looked up: ${reasons[reason] ?? reason}`,
    actor: "network-admin",
    text: "This says nothing about the domain. Where it stays so, its name servers or the resolver need a look.",
    remedies: subject.again.includes("--dns")
      ? []
      : [{ kind: "look", text: "Ask another resolver", command: `${subject.again} --dns 9.9.9.9`, shell: "sh" }]
  })

/** A TXT record has strings of at most 255 octets (RFC 1035 section 3.3.14). */
const strings = (text: string): string =>
  (text.match(/[\s\S]{1,255}/g) ?? [""]).map((part) => `"${part.replaceAll(/["\\]/g, "\\$&")}"`).join(" ")

/**
 * The line of a zone file for a TXT record.
 *
 * @category formatting
 * @since 0.1.0
 */
export const txt = (name: string, text: string): string => `${name}. IN TXT ${strings(text)}`

/**
 * The remedy that publishes a record, or takes the place of one.
 *
 * @category constructors
 * @since 0.1.0
 */
export const publish = (text: string, command: string, undo?: string): Remedy => ({
  kind: "change",
  text,
  command,
  shell: "dns",
  ...(undo === undefined ? {} : { undo })
})
