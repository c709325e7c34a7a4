/**
 * The certificates that servers sent, the one of the server first, as they were judged.
 */
import type { Certificate } from "@sonde/domain/Certificate"
import type { PhaseReport, Report } from "@sonde/domain/Report"
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import { StateMark } from "./Marks.tsx"
import { minute } from "./Moment.ts"

const isChain = (chain: unknown): chain is ReadonlyArray<Certificate> =>
  Array.isArray(chain) && chain.every((one) => typeof one?.subject === "string" && Array.isArray(one.san))

/** The chain of a phase `tls`, also of one that failed; empty where none was sent. */
const chainOf = ({ error, facts }: PhaseReport): ReadonlyArray<Certificate> => {
  const chain = error?._tag === "TlsError" ? error.chain : facts?.["chain"]
  return isChain(chain) ? chain : []
}

const fingerprint = (sha256: string): string => sha256.replaceAll(/(.{4})(?=.)/g, "$1 ")

const Item = ({ certificate, now }: { readonly certificate: Certificate; readonly now: string }) => {
  const { issuer, notAfter, notBefore, san, sha256, subject } = certificate
  const pairs: ReadonlyArray<readonly [string, string]> = [
    ["Issuer", issuer === subject ? "itself" : issuer],
    ["Names", san.join(", ")],
    ["Valid", `${minute(notBefore)} to ${minute(notAfter)}`],
    ["SHA-256", fingerprint(sha256)]
  ]
  const isOver = notAfter < now
  return (
    <li>
      <h3>{Escape.line(subject === "" ? san[0] ?? "no name" : subject)}</h3>
      <dl className="pairs">
        {pairs.filter(([, value]) => value !== "").map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {Escape.line(value)}
              {name === "Valid" && (isOver || notBefore > now) && <strong>{isOver ? " over" : " not yet"}</strong>}
            </dd>
          </div>
        ))}
      </dl>
    </li>
  )
}

/** The chains of a run, each under its service; nothing where none was sent. */
export const Chains = ({ now, report }: { readonly report: Report; readonly now: string }) => {
  const found = report.services.flatMap((service) =>
    service.phases.filter(({ id }) => id === "tls").map((phase) => ({ service, phase, chain: chainOf(phase) }))
  ).filter(({ chain }) => chain.length > 0)
  if (found.length === 0) return null
  return (
    <section className="card" aria-labelledby="chains">
      <h2 id="chains">Certificates</h2>
      {found.map(({ chain, phase, service }, index) => (
        <details key={index} open={phase.state === "fail"}>
          <summary>
            <StateMark state={phase.state} /> {Phrases.services[service.id]}: {Phrases.detail(phase, true, now)}
          </summary>
          <ol className="steps">
            {chain.map((certificate) => <Item key={certificate.sha256} certificate={certificate} now={now} />)}
          </ol>
        </details>
      ))}
    </section>
  )
}
