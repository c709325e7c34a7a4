/**
 * What is worth doing about the TLS of a server although nothing failed: a certificate that ends soon, a product on the way that opens
 * TLS, and what a look at a port shows besides.
 *
 * The remedies are those that the packs have for the failure that threatens.
 *
 * @since 0.1.0
 */
import type { TlsReason } from "@sonde/domain/Certificate"
import { format } from "@sonde/domain/Endpoint"
import { TlsError } from "@sonde/domain/Errors"
import { CapabilityFacts, EhloFacts, TlsFacts } from "@sonde/domain/Facts"
import type { PhaseReport } from "@sonde/domain/Report"
import type { Protocol } from "@sonde/domain/Service"
import { VersionsFacts } from "@sonde/domain/TlsSurvey"
import type { Finding } from "@sonde/domain/Verdict"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Judge from "./Judge.ts"

/**
 * Days before the end of a certificate at which it is warned of, each a degree more urgent. A certificate that lives for less
 * than three times the first is warned of in its last third.
 *
 * @category constants
 * @since 0.1.0
 */
export const thresholdDays = [30, 14, 7] as const

const urgency = ["renew it now", "it should have been renewed by now", "nobody can sign in once it has ended"] as const

const dayMillis = 86_400_000

const factsOf = <A>(phases: ReadonlyArray<PhaseReport>, id: PhaseReport["id"], schema: Schema.Codec<A, unknown>) =>
  phases.flatMap((phase) =>
    phase.id === id && phase.facts !== undefined
      ? Option.toArray(Schema.decodeUnknownOption(schema)(phase.facts))
      : []
  )

type Place = Pick<Judge.Circumstances["plan"], "service" | "endpoint">

/** The remedies of a failure that threatens, and who must act. */
const remediesFor = (about: Judge.Circumstances, reason: TlsReason, product?: string) => {
  const { endpoint, service } = about.plan
  const error = new TlsError({
    service,
    endpoint,
    phase: "tls",
    reason,
    conditions: [reason],
    chain: [],
    ...(product === undefined ? {} : { interceptedBy: product }),
    message: format(endpoint)
  })
  const [verdict] = Judge.verdicts(error, about)
  return verdict === undefined ? { remedies: [] } : { actor: verdict.actor, remedies: verdict.remedies }
}

type Certificate = TlsFacts["chain"][number]

const lifeDays = ({ notAfter, notBefore }: Certificate): number =>
  (Date.parse(notAfter) - Date.parse(notBefore)) / dayMillis

/** How urgent the end of a certificate is, 0 to 2; `undefined` where it is far. */
const urgencyOf = (days: number, life: number): number | undefined => {
  const first = Math.min(thresholdDays[0], life / 3)
  const degree = thresholdDays.findLastIndex((threshold) => days <= threshold * first / thresholdDays[0])
  return degree < 0 ? undefined : degree
}

const ends = (about: Judge.Circumstances, { chain, daysLeft }: TlsFacts): ReadonlyArray<Finding> => {
  const [first] = [...chain].sort((left, right) => Date.parse(left.notAfter) - Date.parse(right.notAfter))
  const degree = first === undefined ? undefined : urgencyOf(daysLeft, lifeDays(first))
  if (first === undefined || degree === undefined) return []
  const acts = remediesFor(about, "CertificateExpired")
  const days = daysLeft === 1 ? "1 day" : `${daysLeft} days`
  return [{
    id: "certificate_expires_soon",
    state: "warn",
    service: about.plan.service,
    title: `The certificate of ${format(about.plan.endpoint)} ends in ${days}`,
    text: `${first.subject} is valid until ${first.notAfter.slice(0, 10)}: ${urgency[degree]}.`,
    ...acts
  }]
}

const intercepted = (about: Judge.Circumstances, product: string | undefined): ReadonlyArray<Finding> => {
  if (product === undefined) return []
  const acts = remediesFor(about, "UnknownIssuer", product)
  return [{
    id: "tls_interception_suspected",
    state: "warn",
    service: about.plan.service,
    title: `${product} seems to open TLS on the way to ${format(about.plan.endpoint)}`,
    text: `The chain is trusted here, and a certificate of ${product} issued it: it reads what passes, passwords too.`,
    ...acts
  }]
}

/**
 * What is found of every service whose handshake passed.
 *
 * @category combinators
 * @since 0.1.0
 */
export const ofService = (
  phases: ReadonlyArray<PhaseReport>,
  about: Judge.Circumstances
): ReadonlyArray<Finding> => {
  const facts = factsOf(phases, "tls", TlsFacts).at(-1)
  if (facts === undefined) return []
  // One that has ended already, where that stops nothing, is told as what it is.
  const soon = facts.conditions.includes("CertificateExpired") ? [] : ends(about, facts)
  return [...soon, ...intercepted(about, facts.interceptedBy)]
}

/** How a note is told. */
const titles: Readonly<Record<string, string>> = {
  chain_order: "the certificates are sent in the wrong order",
  chain_stranger: "a certificate is sent that does not belong to the chain",
  staple_missing: "the certificate demands a stapled OCSP response, and none is sent",
  staple_expired: "the stapled OCSP response is out of date",
  staple_invalid: "the stapled OCSP response cannot be relied on",
  staple_unknown: "the stapled OCSP response does not know the certificate",
  revocation_unknown: "whether the certificate was revoked could not be found out"
}

const repairs: Readonly<Record<string, string>> = {
  chain_order: "Send the certificate of the server first, then each issuer (fullchain.pem), and reload.",
  chain_stranger: "Leave it out of the file of certificates, and reload.",
  staple_missing: "Switch stapling on at the server, or get a certificate without the TLS feature extension.",
  staple_expired: "Let the server fetch a new response; look into its log for why it has not.",
  staple_invalid: "Let the server fetch the response for the certificate that it shows.",
  staple_unknown: "Ask the issuer why it does not know the certificate.",
  revocation_unknown: "Make the list that the certificate points to reachable, or ask again later."
}

const noted = (planned: Place, phases: ReadonlyArray<PhaseReport>): ReadonlyArray<Finding> => {
  const error = phases.flatMap((phase) => phase.error?._tag === "TlsError" ? [phase.error] : []).at(-1)
  const notes = factsOf(phases, "tls", TlsFacts).at(-1)?.notes ?? error?.notes ?? []
  return notes.map(({ id, text }) => ({
    id: `tls_${id}`,
    state: id === "revocation_unknown" ? "inconclusive" as const : "warn" as const,
    service: planned.service,
    title: `${format(planned.endpoint)}: ${titles[id] ?? id}`,
    text,
    actor: "mail-admin" as const,
    remedies: [{ kind: "change" as const, text: repairs[id] ?? "", scope: "one server" }]
  }))
}

const oldVersions = (planned: Place, phases: ReadonlyArray<PhaseReport>): ReadonlyArray<Finding> => {
  const facts = factsOf(phases, "versions", VersionsFacts).at(-1)
  const old = (facts?.versions ?? []).filter(({ state, version }) =>
    state === "offered" && (version === "TLSv1" || version === "TLSv1.1")
  )
  if (old.length === 0) return []
  const names = old.map(({ version }) => version === "TLSv1" ? "TLS 1.0" : "TLS 1.1").join(" and ")
  return [{
    id: "tls_version_outdated",
    state: "warn",
    service: planned.service,
    title: `${format(planned.endpoint)} still takes ${names}`,
    text: planned.service === "mx"
      ? "Both are deprecated since 2021 (RFC 8996). A server that can no newer one would deliver in clear instead."
      : "Both are deprecated since 2021 (RFC 8996). Clients of today do not need them.",
    actor: "mail-admin",
    remedies: [{
      kind: "change",
      text:
        "Allow TLS 1.2 and 1.3 only (Postfix: smtpd_tls_protocols = >=TLSv1.2; Dovecot: ssl_min_protocol = TLSv1.2).",
      scope: "one server",
      undo: "Allow the old versions again, should a device need them"
    }]
  }]
}

/** Secrets that a server would take before TLS. What only proves them without showing them is no harm. */
const isShowing = (mechanism: string): boolean => /^(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER)$/.test(mechanism)

/** The sign-in of the protocol itself, which shows the password too. */
const ownSignIns: Partial<Record<Protocol, string>> = { imap: "LOGIN", pop3: "USER" }

const notEnforced = (planned: Place, phases: ReadonlyArray<PhaseReport>): ReadonlyArray<Finding> => {
  if (planned.endpoint.security !== "starttls") return []
  const greeted = factsOf(phases, "ehlo", EhloFacts)[0]
  const told = factsOf(phases, "capability", CapabilityFacts)[0]
  const own = told?.login === true ? [ownSignIns[planned.endpoint.protocol] ?? "LOGIN"] : []
  const shown = [...new Set([...(greeted ?? told)?.auth.filter(isShowing) ?? [], ...own])]
  if (shown.length === 0) return []
  return [{
    id: "starttls_not_enforced",
    state: "warn",
    service: planned.service,
    title: `${format(planned.endpoint)} offers sign-in before TLS`,
    text: `${shown.join(", ")} would send a secret in clear where a program does not insist on TLS.`,
    actor: "mail-admin",
    remedies: [{
      kind: "change",
      text:
        "Let sign-in begin with TLS only (Postfix: smtpd_tls_auth_only = yes; Dovecot: disable_plaintext_auth = yes).",
      scope: "one server",
      undo: "Set it back, should a program be unable to use TLS"
    }]
  }]
}

/**
 * What a look at the TLS of a port finds besides.
 *
 * @category combinators
 * @since 0.1.0
 */
export const ofLook = (phases: ReadonlyArray<PhaseReport>, { plan }: Judge.Circumstances): ReadonlyArray<Finding> => [
  ...noted(plan, phases),
  ...oldVersions(plan, phases),
  ...notEnforced(plan, phases)
]

/**
 * What is found of the same where a check asked for versions: nothing of a server that the provider of the mailbox runs, which nobody
 * who uses it can change, nothing that stays open, and no word of old versions beside the failure of one that has no other.
 *
 * @category combinators
 * @since 0.1.0
 */
export const ofCheck = (
  phases: ReadonlyArray<PhaseReport>,
  about: Judge.Circumstances,
  isProviders: boolean
): ReadonlyArray<Finding> =>
  isProviders || !phases.some(({ facts, id }) => id === "versions" && facts !== undefined)
    ? []
    : [
      ...noted(about.plan, phases).filter(({ state }) => state !== "inconclusive"),
      ...(phases.some(({ id, state }) => id === "tls" && state === "fail") ? [] : oldVersions(about.plan, phases)),
      ...notEnforced(about.plan, phases)
    ]
