/**
 * The certificates that servers sent, the one of the server first, as they were judged.
 */
import type { Certificate } from "@sonde/domain/Certificate"
import type { PhaseReport, Report } from "@sonde/domain/Report"
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import { Sign, StateMark } from "./Marks.tsx"
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

interface Remark {
  readonly head: string
  readonly text: string
  readonly isBad: boolean
}

const texts = (list: unknown, key: string): ReadonlyArray<readonly [head: string, text: string]> =>
  Array.isArray(list)
    ? list.flatMap((one) => typeof one?.text === "string" ? [[`${one[key]}`, one.text] as const] : [])
    : []

const revoked = (revocation: unknown): ReadonlyArray<string> =>
  typeof revocation !== "object" || revocation === null ? [] : [
    "stapled" in revocation ? `the stapled response says ${Escape.line(`${revocation.stapled}`)}` : undefined,
    "lists" in revocation ? `the lists say ${Escape.line(`${revocation.lists}`)}` : undefined
  ].filter((part) => part !== undefined)

/** What is wrong with a chain, the worst first, and then what is worth knowing of it. */
const remarks = ({ error, facts = {} }: PhaseReport): ReadonlyArray<Remark> => {
  const { conditions, interceptedBy, notes, problems } = error?._tag === "TlsError"
    ? { interceptedBy: undefined, notes: undefined, problems: undefined, ...error }
    : {
      interceptedBy: facts["interceptedBy"],
      notes: facts["notes"],
      problems: undefined,
      conditions: facts["conditions"]
    }
  const told = texts(problems, "condition")
  const bad = told.length > 0
    ? told
    : Array.isArray(conditions)
    ? conditions.map((one) => [`${one}`, ""] as const)
    : []
  const states = revoked(facts["revocation"])
  return [
    ...bad.map(([id, text]) => ({
      head: Phrases.reason(id),
      text: text === "" ? "" : `The server ${Escape.line(text)}.`,
      isBad: true
    })),
    ...typeof interceptedBy === "string"
      ? [{
        head: "Opened on the way",
        text: `${Escape.line(interceptedBy)} issued this certificate, a product that opens TLS.`,
        isBad: true
      }]
      : [],
    ...texts(notes, "id").map(([id, text]) => ({
      head: Escape.line(id.replaceAll("_", " ")),
      text: Escape.line(text),
      isBad: false
    })),
    ...states.length === 0 ? [] : [{ head: "revocation", text: Phrases.list(states), isBad: false }]
  ]
}

const Remarks = ({ phase }: { readonly phase: PhaseReport }) => {
  const all = remarks(phase)
  return all.length === 0 ? null : (
    <ul className="remarks" aria-label="What is wrong with it, the worst first">
      {all.map(({ head, isBad, text }, index) => (
        <li key={index}>
          <Sign state={isBad ? "fail" : "skip"} />{" "}
          <span>
            <strong>{head.charAt(0).toUpperCase() + head.slice(1)}</strong> {text}
          </span>
        </li>
      ))}
    </ul>
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
      <h2 id="chains">Certificates, as they were sent</h2>
      {found.map(({ chain, phase, service }, index) => (
        <details key={index} open={phase.state === "fail" || service.id === "tls"}>
          <summary>
            <StateMark state={phase.state} /> {Phrases.service(service.id)}: {Phrases.detail(phase, true, now)}
          </summary>
          <Remarks phase={phase} />
          <ol className="steps">
            {chain.map((certificate) => <Item key={certificate.sha256} certificate={certificate} now={now} />)}
          </ol>
        </details>
      ))}
    </section>
  )
}
