/**
 * The posture of a domain, record by record: what it publishes about its mail, and what its exchangers show.
 *
 * Every phase is run whatever the others found; where one needs the facts of another, it gets them as they are. Only a domain that
 * does not exist ends it at once; beside the services of a mailbox also one whose exchangers cannot be looked up.
 *
 * @since 0.1.0
 */
import { type FindingId, isFinding } from "@sonde/domain/Finding"
import type * as Facts from "@sonde/domain/PostureFacts"
import type { PhaseId } from "@sonde/domain/Service"
import type { Finding } from "@sonde/domain/Verdict"
import * as Posture from "@sonde/phases/Posture"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import { skip, skipRest, survey } from "../Step.ts"

/**
 * What is examined. `selectors` are those of the caller; `packs` gives more of them when the SPF record is known, which tells by
 * whom the domain sends; `spfDomain` is compared with the domain where the sender's mailbox is another one's. `isBeside` is for a
 * check of a mailbox: nobody asked for the domain, so that what it publishes cannot make a mailbox that works look broken.
 *
 * @category models
 * @since 0.1.0
 */
export interface PosturePlan {
  readonly input: Posture.PostureInput
  readonly subject: Posture.Subject
  readonly selectors: ReadonlyArray<Posture.Selector>
  readonly packs: (spf: Facts.SpfFacts) => ReadonlyArray<Posture.Selector>
  readonly spfDomain: string | undefined
  readonly receivers: ReadonlyArray<Posture.Receiver>
  readonly isBeside: boolean
}

/**
 * The phases in the order in which a report has them.
 *
 * @category constants
 * @since 0.1.0
 */
export const order: ReadonlyArray<PhaseId> = [
  "mx",
  "spf",
  "dkim",
  "dmarc",
  "mta-sts",
  "tls-rpt",
  "dane",
  "bimi",
  "bulk"
]

/** Selectors as part of the subject: facts about some are none about others. */
const named = (selectors: ReadonlyArray<Posture.Selector>): string =>
  selectors.map(({ selector }) => selector).join(" ")

/** What stays open where nobody named a selector, a resolver or a place to look from: no reproach to the domain. */
const unasked: ReadonlySet<FindingId> = new Set(["dkim_selector_unknown", "dane_not_judged", "dane_not_reached"])

/** Findings beside the services of a mailbox: nothing of the domain keeps its owner from using it. */
const beside = (findings: ReadonlyArray<Finding>): ReadonlyArray<Finding> =>
  findings.flatMap((finding) => {
    if (isFinding(finding.id) && unasked.has(finding.id)) return []
    return finding.state === "fail" || finding.state === "inconclusive" ? [{ ...finding, state: "warn" }] : [finding]
  })

/**
 * Examines a domain.
 *
 * @category recipes
 * @since 0.1.0
 */
export const posture = Effect.fn("Recipe.posture")(function*({
  input,
  isBeside,
  packs,
  receivers,
  selectors: given,
  spfDomain,
  subject
}: PosturePlan) {
  const { judges } = Posture
  const { domain, sender } = input
  const told = isBeside ? beside : identity<ReadonlyArray<Finding>>
  const seen = input.way.dials === false ? "looked up" : ""
  const about = [domain, sender?.address ?? "", sender?.from ?? "", seen].join(" ").trim()
  const mx = yield* survey(yield* Posture.MxPolicy, input, about, (facts) => told(judges.mx(subject, facts)))
  // Below a name that does not exist there is nothing (RFC 8020 section 2).
  if (mx.lookup.reason === "NoSuchName") return yield* skipRest(order, "mx")
  // A resolver that does not answer would be waited for as often as there are records.
  if (isBeside && mx.lookup.state === "failed") return yield* skipRest(order, "mx")
  const spf = yield* survey(yield* Posture.SpfPolicy, input, about, (facts) => told(judges.spf(subject, facts, mx)))
  const selectors = [...given, ...packs(spf)]
  const dkim: Facts.DkimFacts = { domain, selectors: [] }
  const keys = selectors.length === 0
    ? yield* skip("dkim", "not_known", told(judges.dkim(subject, dkim))).pipe(Effect.as(dkim))
    : yield* survey(
      yield* Posture.DkimPolicy,
      { ...input, selectors },
      `${domain} ${named(selectors)}`,
      (facts) => told(judges.dkim(subject, facts))
    )
  const dmarc = yield* survey(
    yield* Posture.DmarcPolicy,
    { ...input, spfDomain },
    `${domain} ${spfDomain ?? ""}`.trim(),
    (facts) => told(judges.dmarc(subject, facts, mx))
  )
  yield* survey(yield* Posture.MtaStsPolicy, input, domain, (facts) => told(judges.mtaSts(subject, facts, mx)))
  yield* survey(yield* Posture.TlsRptPolicy, input, domain, (facts) => told(judges.tlsRpt(subject, facts, mx)))
  yield* survey(yield* Posture.DanePolicy, { ...input, mx }, about, (facts) => told(judges.dane(subject, facts, mx)))
  yield* survey(yield* Posture.BimiPolicy, { ...input, dmarc }, domain, (facts) => told(judges.bimi(subject, facts)))
  const bulk = yield* Posture.BulkPolicy
  const found = { domain, receivers, mx, spf, dkim: keys, dmarc }
  const rules = (yield* bulk.run(found)).receivers.flatMap((receiver) => receiver.rules)
  if (rules.every(({ met }) => met === undefined)) return yield* skip("bulk", "not_known")
  yield* survey(bulk, found, about, (facts) => told(judges.bulk(subject, facts)))
})
