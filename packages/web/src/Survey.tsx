/**
 * What a look at the TLS of a port showed beside the handshake: versions taken and refused, whether a server name is needed, ALPN,
 * and what is offered before TLS and after it.
 */
import type { PhaseReport, Report, ServiceReport } from "@sonde/domain/Report"
import type { VersionsFacts } from "@sonde/domain/TlsSurvey"
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import { Sign } from "./Marks.tsx"

const isVersions = (facts: PhaseReport["facts"]): boolean => Array.isArray(facts?.["versions"])

const took = { offered: "taken", refused: "refused", unknown: "not known" } as const

/** Versions that no client needs any more (RFC 8996 section 4). */
const isOld = (version: string): boolean => version === "TLSv1" || version === "TLSv1.1" || version.startsWith("SSL")

const name = (version: string): string => Escape.line(version).replace(/^TLSv1$/, "TLS 1.0").replace(/^TLSv/, "TLS ")

type Version = VersionsFacts["versions"][number]

/** What it means that a version is taken or refused. */
const mark = ({ state, version }: Version) =>
  state === "unknown" ? "inconclusive" : state === "offered" ? isOld(version) ? "warn" : "pass" : "skip"

const nameless = ({ state, subject, why }: NonNullable<VersionsFacts["withoutName"]>): string => {
  switch (state) {
    case "same":
      return "the same certificate"
    case "other":
      return `another certificate${subject === undefined ? "" : `: ${Escape.line(subject)}`}`
    case "refused":
      return `refused${why === undefined ? "" : `: ${Escape.line(why)}`}`
    case "unknown":
      return `not known${why === undefined ? "" : `: ${Escape.line(why)}`}`
  }
}

const alpn = ({ chosen, offered, state, why }: NonNullable<VersionsFacts["alpn"]>): string => {
  const said = chosen === undefined
    ? state === "offered" ? "was offered and passed over" : took[state]
    : `chosen: ${Escape.line(chosen)}`
  return `${Escape.line(offered)} ${said}${why === undefined ? "" : `: ${Escape.line(why)}`}`
}

/** The words that came and went with TLS, of the last offer that tells. */
const changed = ({ phases }: ServiceReport, key: "added" | "removed"): string =>
  phases.flatMap(({ facts }) => {
    const words = facts?.[key]
    return Array.isArray(words) ? [words.map((word) => Escape.line(`${word}`)).join(" ")] : []
  }).at(-1) ?? ""

/** `of` names the service where there are several. */
const One = (
  { facts, of, service }: {
    readonly facts: VersionsFacts
    readonly of: string | undefined
    readonly service: ServiceReport
  }
) => {
  const { alpn: asked, versions, withoutName } = facts
  const pairs: ReadonlyArray<readonly [string, string]> = [
    ["Without a server name (SNI)", withoutName === undefined ? "" : nameless(withoutName)],
    ["ALPN", asked === undefined ? "" : alpn(asked)],
    ["Offered after TLS alone", changed(service, "added")],
    ["Offered before TLS alone", changed(service, "removed")]
  ]
  return (
    <section className="card" aria-label={of === undefined ? "TLS versions" : `TLS versions of ${of}`}>
      <h2>Versions of TLS{of === undefined ? "" : `: ${of}`}</h2>
      <table className="stacked">
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">The server</th>
            <th scope="col">Cipher, or why not</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <tr key={version.version}>
              <th scope="row">
                <Sign state={mark(version)} /> {name(version.version)}
              </th>
              <td data-head="The server">
                {took[version.state] ?? Escape.line(version.state)}
                {mark(version) === "warn" && ", outdated"}
              </td>
              <td data-head="Cipher, or why not">
                {version.cipher !== undefined && <code>{Escape.line(version.cipher)}</code>}
                {Escape.line(version.why ?? "")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <dl className="pairs">
        {pairs.filter(([, value]) => value !== "").map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

/** The surveys of a run; nothing where it had none. */
export const Surveys = ({ report }: { readonly report: Report }) => {
  const found = report.services.flatMap((service) =>
    service.phases.filter(({ facts, id }) => id === "versions" && isVersions(facts)).map(({ facts }) => ({
      service,
      facts: facts as unknown as VersionsFacts
    }))
  )
  return found.map(({ facts, service }, index) => (
    <One
      key={`${service.id} ${index}`}
      facts={facts}
      of={found.length > 1 ? Phrases.services[service.id] : undefined}
      service={service}
    />
  ))
}
