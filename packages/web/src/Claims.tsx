/**
 * What an access token says of itself, as a table: each claim, what stands in the token, and where that is wrong, what is right.
 *
 * Only claims are in a report, never the token or its signature.
 */
import type { PhaseReport, Report } from "@sonde/domain/Report"
import type { Claim, ClaimsFacts } from "@sonde/domain/TokenFacts"
import * as Escape from "@sonde/report/Escape"
import * as Redact from "@sonde/report/Redact"
import { Copy } from "./parts.tsx"

/** A row of the table. `wanted` is there where the value is wrong, or `isDoubt` says that it may be. */
export interface Row {
  readonly name: string
  readonly found: string
  readonly wanted?: string
  readonly isDoubt?: boolean
}

const titles: Readonly<Record<string, string>> = {
  appid: "application",
  aud: "audience",
  cloud: "cloud",
  exp: "valid until",
  iss: "issuer",
  nbf: "valid from",
  roles: "roles",
  scp: "scopes",
  tid: "directory",
  token: "token",
  upn: "user"
}

const ofFacts = (facts: ClaimsFacts): ReadonlyArray<Row> => {
  const listed = (values: ReadonlyArray<string> | undefined) => values?.join(" ")
  const rows: ReadonlyArray<readonly [string, string | undefined]> = [
    ["aud", facts.audiences.length === 0 ? undefined : listed(facts.audiences)],
    ["stands for", facts.kind === "app" ? "an application" : facts.kind === "user" ? "a user" : undefined],
    ["upn", facts.user],
    ["appid", facts.application],
    ["tid", facts.tenant],
    ["iss", facts.issuer],
    ["scp", listed(facts.scopes)],
    ["roles", listed(facts.roles)],
    ["nbf", facts.notBefore],
    ["exp", facts.expiresAt]
  ]
  const doubtful = new Map(facts.doubts.map((claim) => [claim.name, claim]))
  const known = rows.flatMap(([name, found]) => {
    const doubt = doubtful.get(name)
    doubtful.delete(name)
    return found === undefined && doubt === undefined
      ? []
      : [{
        name,
        found: found ?? doubt?.found ?? "",
        ...(doubt === undefined ? {} : { wanted: doubt.wanted, isDoubt: true })
      }]
  })
  return [...known, ...Array.from(doubtful.values(), (doubt) => ({ ...doubt, isDoubt: true }))]
}

/** Whether facts are those of a token that was read, by what no such facts are without. */
const isClaims = (facts: unknown): facts is ClaimsFacts =>
  typeof facts === "object" && facts !== null && "audiences" in facts && "doubts" in facts

/** The rows that a phase `claims` gives: all that is known of a token that passed, the wrong claims of one that did not. */
const rows = (phase: PhaseReport): ReadonlyArray<Row> => {
  const { error, facts } = phase
  if (error?._tag === "TokenRejected") {
    const wrong: ReadonlyArray<Claim> = error.claims ?? (error.claim === undefined ? [] : [error.claim])
    return wrong
  }
  return isClaims(facts) ? ofFacts(facts) : []
}

const claimsOf = (report: Report): ReadonlyArray<Row> =>
  report.services.flatMap(({ phases }) => phases.filter(({ id }) => id === "claims").flatMap(rows))

const title = (name: string): string => titles[name] ?? name

/** The table as text, without persons. */
const text = (report: Report): string =>
  claimsOf(Redact.report(report, "personal")).map(({ found, isDoubt, name, wanted }) =>
    `${title(name)}: ${Escape.line(found)}${
      wanted === undefined ? "" : `, ${isDoubt === true ? "perhaps wanted" : "wrong, wanted"}: ${Escape.line(wanted)}`
    }`
  ).join("\n")

/** The claims of the token of a run; nothing where it had none that could be read. */
export const ClaimsTable = ({ report }: { readonly report: Report }) => {
  const all = claimsOf(report)
  if (all.length === 0) return null
  return (
    <section className="card" aria-labelledby="claims">
      <h2 id="claims">What the token says</h2>
      <table className="claims">
        <thead>
          <tr>
            <th scope="col">Claim</th>
            <th scope="col">In the token</th>
            <th scope="col">Right</th>
          </tr>
        </thead>
        <tbody>
          {all.map(({ found, isDoubt, name, wanted }) => (
            <tr key={name}>
              <th scope="row">
                {title(name)} {title(name) !== name && <code>{Escape.line(name)}</code>}
              </th>
              <td>
                {wanted === undefined || isDoubt === true ? Escape.line(found) : (
                  <>
                    <span className="unseen">wrong:</span> <del>{Escape.line(found)}</del>
                  </>
                )}
              </td>
              <td>
                {wanted === undefined ? <span className="unseen">as it is</span> : (
                  <>
                    <span className={isDoubt === true ? "" : "unseen"}>{isDoubt === true ? "perhaps" : "right:"}</span>
                    {" "}
                    <ins>{Escape.line(wanted)}</ins>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="tools">
        <Copy kind="usual" label="Copy without personal data" of="claims" text={() => text(report)} />
      </p>
    </section>
  )
}
