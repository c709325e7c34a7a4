/**
 * What a domain publishes about its mail, record by record, and what the servers behind the records showed.
 *
 * Judges nothing: what is to be changed is in the findings.
 */
import type * as Facts from "@sonde/domain/PostureFacts"
import type { PhaseReport, Report } from "@sonde/domain/Report"
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import type { ReactNode } from "react"
import { Source } from "./Advice.tsx"
import { Sign, StateMark } from "./Marks.tsx"
import { minute } from "./Moment.ts"
import { Code } from "./parts.tsx"

const line = Escape.line

/** Records as published at a name, each to be taken along. */
const records = (texts: ReadonlyArray<string>, of: string, at: string, lookup: Facts.Lookup): ReactNode =>
  texts.length === 0
    ? (
      <p className="quiet">
        {lookup.state === "failed" ? "There was no answer for " : "Nothing stands at "}
        <code>{line(at)}</code>.
      </p>
    )
    : texts.map((text, index) => <Code key={index} text={line(text)} of={`${of} record`} />)

/** Terms with what is known of them; those of which nothing is are left out. */
const pairs = (...all: ReadonlyArray<readonly [term: string, value: ReactNode]>): ReactNode => {
  const known = all.filter(([, value]) => value !== undefined && value !== "" && value !== false)
  return known.length === 0 ? null : (
    <dl className="pairs">
      {known.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A table that stands on its head rows; `heads` are its columns. */
const table = (heads: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<ReactNode>>): ReactNode =>
  rows.length === 0 ? null : (
    <table className="stacked">
      <thead>
        <tr>{heads.map((head) => <th key={head} scope="col">{head}</th>)}</tr>
      </thead>
      <tbody>
        {rows.map(([first, ...others], index) => (
          <tr key={index}>
            <th scope="row">{first}</th>
            {others.map((cell, at) => <td key={at} data-head={heads[at + 1]}>{cell}</td>)}
          </tr>
        ))}
      </tbody>
    </table>
  )

const tls = (version: string | undefined): string => line(version ?? "TLS").replace(/^TLSv/, "TLS ")

const live = (found: Facts.LiveMx | undefined): ReactNode => {
  switch (found?.state) {
    case undefined:
      return "not looked at"
    case "encrypted": {
      const wrong = found.conditions ?? []
      return (
        <>
          <Sign state={wrong.length === 0 ? "pass" : "warn"} /> {tls(found.protocol)}
          {wrong.length > 0 && `, ${wrong.map(Phrases.reason).join(", ")}`}
          {found.notAfter !== undefined && <small className="block">certificate until {minute(found.notAfter)}</small>}
        </>
      )
    }
    case "no_starttls":
      return (
        <>
          <Sign state="fail" /> no STARTTLS
        </>
      )
    default:
      return (
        <>
          <Sign state="inconclusive" /> {found?.state === "failed" ? "STARTTLS failed" : "not reached"}
          {found?.reason !== undefined && `: ${Phrases.reason(found.reason)}`}
        </>
      )
  }
}

/** The name of an address, and whether it leads back. */
const reverse = (found: Facts.Reverse | undefined): string =>
  found === undefined
    ? ""
    : found.confirmed !== undefined
    ? `${line(found.confirmed)}, which leads back`
    : found.names.length > 0
    ? `${line(found.names.join(", "))}, which does not lead back`
    : found.lookup.state === "failed"
    ? "name not looked up: no answer"
    : "no name (PTR)"

const mx = ({ exchangers, implicit, nullMx, reverse: names }: Facts.MxFacts): ReactNode => (
  <>
    {nullMx && <p>A null MX: the domain takes no mail, and says so.</p>}
    {implicit && <p>No MX record: mail goes to the address of the domain itself.</p>}
    {table(
      ["Exchanger", "Addresses and their names", "TLS"],
      exchangers.map(({ addresses, alias, exchange, live: found, preference }) => [
        <>
          {!implicit && `${preference} `}
          <strong>{line(exchange)}</strong>
          {alias !== undefined && <small className="block">alias of {line(alias)}</small>}
        </>,
        addresses.length === 0 ? "none" : addresses.map((address) => (
          <span key={address} className="block">
            {line(address)} <small>{reverse(names.find((one) => one.address === address))}</small>
          </span>
        )),
        live(found)
      ])
    )}
    {pairs(
      ...names.filter(({ exchange }) => exchange === undefined).map((one) =>
        [`Name of ${line(one.address)}, which would send`, reverse(one)] as const
      )
    )}
  </>
)

const others: Readonly<Record<Facts.SpfFacts["ending"], string>> = {
  "+": "may send (+all)",
  "-": "may not send (-all)",
  "~": "are suspect (~all)",
  "?": "are not judged (?all)",
  none: "are not spoken of"
}

const spf = (
  { branches, domain, ending, lookup, lookups, problems, records: texts, sender, voidLookups }: Facts.SpfFacts
): ReactNode => (
  <>
    {records(texts, "SPF", domain, lookup)}
    {texts.length > 0
      && pairs(
        ["Look-ups", `${lookups} of 10, ${voidLookups} of 2 that find nothing`],
        ["All others", others[ending]],
        [
          "Leads to",
          branches.length > 0 && (
            <ul className="tree">
              {branches.map(({ by, depth, domain: name, record }, index) => (
                <li key={index} className={`deep${Math.min(depth, 4)}`}>
                  {by} <strong>{line(name)}</strong> {record === undefined ? <Sign state="fail" /> : null}
                  <small>{record === undefined ? "no SPF record" : line(record)}</small>
                </li>
              ))}
            </ul>
          )
        ],
        ["Wrong", problems.map(({ text }) => line(text)).join("; ")],
        [
          "The sender",
          sender !== undefined && (
            <>
              <Sign state={sender.result === "pass" ? "pass" : "fail"} /> {line(sender.address)} as {line(sender.from)}:
              {" "}
              <strong>{sender.result}</strong>
              {sender.matched !== undefined && `, by ${line(sender.matched)}`}
              {sender.problem !== undefined && `, ${line(sender.problem)}`}
            </>
          )
        ]
      )}
  </>
)

const dkim = ({ selectors }: Facts.DkimFacts): ReactNode => (
  <>
    {selectors.length === 0 && <p>No selector is known to look for. That says nothing of the keys.</p>}
    {table(
      ["Selector", "Known from", "Key"],
      selectors.map(({ alias, key, lookup, name, problem, provider, selector, source }) => [
        <>
          <strong>{line(selector)}</strong> <small className="block">{line(name)}</small>
          {alias !== undefined && <small className="block">alias of {line(alias)}</small>}
        </>,
        source === "option" ? "asked for" : `pack ${line(provider ?? "")}`,
        key === undefined
          ? problem !== undefined ? line(problem) : lookup.state === "failed" ? "no answer" : "none there"
          : [
            key.revoked ? "revoked" : `${line(key.type)}${key.bits === undefined ? "" : ` ${key.bits} bits`}`,
            key.testing ? "in test" : undefined
          ].filter((part) => part !== undefined).join(", ")
      ])
    )}
    {selectors.flatMap(({ lookup, name, records: texts }) =>
      texts.length === 0 ? [] : [
        <details key={name}>
          <summary>The record at {line(name)}</summary>
          {records(texts, name, name, lookup)}
        </details>
      ]
    )}
  </>
)

const alignment = (mode: "r" | "s"): string =>
  mode === "s" ? "strict: the same domain" : "relaxed: the same organisation"

const dmarc = ({ asked, domain, organizational, policy, record, reports, spfAligned }: Facts.DmarcFacts): ReactNode => (
  <>
    {records(record === undefined ? [] : [record.text], "DMARC", `_dmarc.${domain}`, {
      state: asked.some(({ lookup }) => lookup.state === "failed") ? "failed" : "absent",
      authentic: false
    })}
    {pairs(
      [
        "Asks for",
        policy !== undefined && `${policy.tag}=${policy.asks}${record?.testing === true ? ", in test (t=y)" : ""}`
      ],
      ["Stands at", record !== undefined && line(record.at)],
      ["Organisation", line(organizational)],
      ["DKIM alignment", record !== undefined && alignment(record.adkim)],
      [
        "SPF alignment",
        record !== undefined
        && `${alignment(record.aspf)}${
          spfAligned === undefined ? "" : spfAligned ? "; the sender is" : "; the sender is not"
        }`
      ],
      ["Reports go to", record !== undefined && line([...record.rua, ...record.ruf].join(", "))],
      [
        "Consent of their domains",
        reports.map(({ agrees, domain: name }) =>
          `${line(name)}: ${agrees === undefined ? "not known" : agrees ? "given" : "not given"}`
        ).join(", ")
      ],
      ["Read with doubts", record !== undefined && line(record.notes.join("; "))],
      [
        "Asked",
        asked.map(({ lookup, name }) => `${line(name)}: ${lookup.state === "failed" ? "no answer" : lookup.state}`)
          .join(", ")
      ]
    )}
  </>
)

const mtaSts = (
  { domain, fetch, lookup, policy, policyProblem, problem, records: texts }: Facts.MtaStsFacts
): ReactNode => (
  <>
    {records(texts, "MTA-STS", `_mta-sts.${domain}`, lookup)}
    {pairs(
      ["Mode", policy?.mode],
      ["Exchangers", policy !== undefined && line(policy.patterns.join(", "))],
      ["Kept for", policy !== undefined && `${Math.round(policy.maxAgeSeconds / 86_400)} days`],
      ["Policy at", fetch !== undefined && <Source url={fetch.url} />],
      [
        "Answer",
        fetch !== undefined && [
          fetch.state === "answered" ? `${fetch.status ?? ""}` : fetch.state,
          ...(fetch.conditions ?? []).map(Phrases.reason),
          fetch.reason
        ].filter((part) => part !== undefined && part !== "").map((part) => line(`${part}`)).join(", ")
      ],
      ["Wrong", [problem, policyProblem].filter((part) => part !== undefined).map(line).join("; ")]
    )}
  </>
)

const tlsRpt = ({ domain, lookup, places, problem, records: texts }: Facts.TlsRptFacts): ReactNode => (
  <>
    {records(texts, "TLS-RPT", `_smtp._tls.${domain}`, lookup)}
    {pairs(["Reports go to", line(places.join(", "))], ["Wrong", problem !== undefined && line(problem)])}
  </>
)

const dane = ({ exchangers, mxAuthentic, validates }: Facts.DaneFacts): ReactNode => (
  <>
    {table(
      ["Exchanger", "TLSA records", "The certificate"],
      exchangers.map(({ exchange, lookup, reached, records: texts, wanted }) => [
        <strong key="name">{line(exchange)}</strong>,
        texts.length === 0 ?
          lookup.state === "failed" ? "no answer" : "none" :
          texts.map((one, index) => (
            <code key={index} className="block">
              {`${one.usage} ${one.selector} ${one.matching} ${line(one.data.slice(0, 16))}…`}
              {!one.usable && " (senders pass it over)"}
            </code>
          )),
        <>
          {!reached
            ? "not seen"
            : texts.length === 0
            ? "nothing to compare"
            : texts.some(({ matches }) => matches === true)
            ? "agrees"
            : "does not agree"}
          {wanted !== undefined && (
            <details>
              <summary>The record for it</summary>
              <Code text={line(wanted)} of={`TLSA record of ${line(exchange)}`} />
            </details>
          )}
        </>
      ])
    )}
    {pairs([
      "DNSSEC",
      !validates
        ? "the resolver does not check it"
        : mxAuthentic
        ? "the MX records are signed"
        : "the MX records are not signed: TLSA records do not count"
    ])}
  </>
)

const bimi = (
  { authority, declined, domain, enforced, logo, lookup, problem, records: texts }: Facts.BimiFacts
): ReactNode => (
  <>
    {records(texts, "BIMI", `default._bimi.${domain}`, lookup)}
    {declined && <p>The domain takes no part, and says so.</p>}
    {pairs(
      ["Logo", logo !== undefined && <Source url={logo} />],
      ["Certificate", authority !== undefined && <Source url={authority} />],
      ["DMARC enforced", enforced !== undefined && (enforced ? "yes" : "no")],
      ["Wrong", problem !== undefined && line(problem)]
    )}
  </>
)

const rules: Readonly<Record<string, string>> = {
  spf: "SPF for the address that sends",
  dkim: "a DKIM key that signs",
  dmarc: "a DMARC record",
  alignment: "SPF or DKIM aligned with From",
  "reverse-dns": "a name that leads back",
  "one-click-unsubscribe": "one-click unsubscribe",
  "spam-rate": "few complaints"
}

const bulk = ({ receivers }: Facts.BulkFacts): ReactNode => {
  const all = Array.from(new Set(receivers.flatMap((one) => one.rules.map(({ requirement }) => requirement))))
  return (
    <>
      {table(
        ["Rule", ...receivers.map(({ name }) => line(name))],
        all.map((requirement) => [
          rules[requirement] ?? line(requirement),
          ...receivers.map((one) => {
            const rule = one.rules.find((other) => other.requirement === requirement)
            return rule === undefined ? "–" : rule.met === undefined ? "not to be seen" : (
              <>
                <Sign state={rule.met ? "pass" : "fail"} /> {rule.met ? "met" : "not met"}
              </>
            )
          })
        ])
      )}
      <ul className="facts">
        {receivers.map(({ asOf, name, perDay, source }) => (
          <li key={name}>
            <small>
              {line(name)}
              {perDay !== undefined && `, from ${perDay} messages a day on`}, as of {line(asOf)} ·{" "}
              <Source url={source} />
            </small>
          </li>
        ))}
      </ul>
    </>
  )
}

type Plain = NonNullable<PhaseReport["facts"]>

/** What each phase of a posture is called, and how its facts are shown. */
const kinds: Readonly<Record<string, readonly [name: string, show: (facts: Plain) => ReactNode]>> = {
  mx: ["MX", (facts) => mx(facts as unknown as Facts.MxFacts)],
  spf: ["SPF", (facts) => spf(facts as unknown as Facts.SpfFacts)],
  dkim: ["DKIM", (facts) => dkim(facts as unknown as Facts.DkimFacts)],
  dmarc: ["DMARC", (facts) => dmarc(facts as unknown as Facts.DmarcFacts)],
  "mta-sts": ["MTA-STS", (facts) => mtaSts(facts as unknown as Facts.MtaStsFacts)],
  "tls-rpt": ["TLS-RPT", (facts) => tlsRpt(facts as unknown as Facts.TlsRptFacts)],
  dane: ["DANE", (facts) => dane(facts as unknown as Facts.DaneFacts)],
  bimi: ["BIMI", (facts) => bimi(facts as unknown as Facts.BimiFacts)],
  bulk: ["Rules for bulk senders", (facts) => bulk(facts as unknown as Facts.BulkFacts)]
}

/** The facts of a phase; nothing where they are not as expected, as an older version may have left them in a journal. */
const shown = ({ facts, id }: PhaseReport): ReactNode => {
  try {
    return facts === undefined ? null : kinds[id]?.[1](facts) ?? null
  } catch {
    return null
  }
}

/** What the domain of a run publishes; nothing where its posture was not examined. */
export const Posture = ({ now, report }: { readonly report: Report; readonly now: string }) => {
  const phases = report.services.filter(({ id }) => id === "posture").flatMap((service) => service.phases)
    .filter(({ id, state }) => state !== "skip" && Object.hasOwn(kinds, id))
  if (phases.length === 0) return null
  return (
    <section className="card" aria-labelledby="posture">
      <h2 id="posture">What the domain publishes</h2>
      <div className="records">
        {phases.map((phase) => (
          <details key={phase.id} open={phase.state === "fail" || phase.state === "warn"}>
            <summary>
              <StateMark state={phase.state} /> {kinds[phase.id]?.[0]}{" "}
              <span className="quiet">{Phrases.detail(phase, true, now)}</span>
            </summary>
            {shown(phase)}
          </details>
        ))}
      </div>
    </section>
  )
}
