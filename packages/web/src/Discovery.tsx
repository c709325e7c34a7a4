/**
 * The sources of settings side by side: what to use and why, where they contradict each other, what each of them said.
 */
import type { Discovery, Setting, SourceAnswer } from "@sonde/domain/Discovery"
import * as Endpoint from "@sonde/domain/Endpoint"
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import * as Words from "@sonde/report/Sources"
import { Sign } from "./Marks.tsx"

/** Where, how encrypted, and as whom. */
const Place = (setting: Pick<Setting, "endpoint" | "user">) => (
  <>
    <strong>{Escape.line(Endpoint.format(setting.endpoint))}</strong> <small>{Words.manner(setting)}</small>
  </>
)

/** The settings that follow from all sources. */
const Chosen = ({ chosen }: Discovery) => (
  <section className="card" aria-labelledby="settings">
    <h2 id="settings">Settings</h2>
    <dl className="pairs">
      {chosen.map((one, index) => (
        <div key={index}>
          <dt>{Phrases.service(one.service)}</dt>
          <dd>
            <Place {...one} />
            <span className="sub block">{Escape.line(one.text)}</span>
          </dd>
        </div>
      ))}
    </dl>
  </section>
)

const Conflicts = ({ conflicts }: Discovery) => (
  <section className="card" aria-labelledby="conflicts">
    <h2 id="conflicts">Conflicts</h2>
    {conflicts.map(({ service, text, values }) => (
      <div key={service} className="conflict">
        <h3>
          <Sign state="warn" /> {Phrases.service(service)}
        </h3>
        <p>{Escape.line(text)}</p>
        <ul>
          {values.map(({ endpoint, sources }, index) => (
            <li key={index}>
              <Place endpoint={endpoint} /> <small>· {sources.join(", ")}{index === 0 && ", taken"}</small>
            </li>
          ))}
        </ul>
      </div>
    ))}
  </section>
)

const Said = ({ answer }: { readonly answer: SourceAnswer }) => {
  const { problems = [], redirects = [], settings, source, state, trusted, where } = answer
  return (
    <>
      {Words.said(answer)}
      {settings.length > 0 && (
        <ul>
          {settings.map((one, index) => (
            <li key={index}>
              {Phrases.service(one.service)}: <Place {...one} />
            </li>
          ))}
        </ul>
      )}
      {(state === "found" || state === "failed") && source !== "pack" && (
        <small className="block">{Escape.line(where)}</small>
      )}
      {redirects.length > 0 && <small className="block">by way of {redirects.map(Escape.line).join(", ")}</small>}
      {trusted === false && <small className="block">nothing vouches for this answer</small>}
      {problems.map((problem, index) => <small key={index} className="block">{Escape.line(problem)}</small>)}
    </>
  )
}

const Sources = ({ sources }: Discovery) => (
  <section className="card" aria-labelledby="sources">
    <h2 id="sources">Sources, the most believed first</h2>
    <table className="stacked">
      <thead>
        <tr>
          <th scope="col">Source</th>
          <th scope="col">Time</th>
          <th scope="col">What it says</th>
        </tr>
      </thead>
      <tbody>
        {sources.map((answer, index) => (
          <tr key={index} className={answer.state}>
            <th scope="row">
              <Sign state={Words.markedAs(answer)} /> {answer.source} <span className="unseen">{answer.state}</span>
            </th>
            <td className="amount" data-head="Time">
              {Words.took(answer)}
            </td>
            <td data-head="What it says">
              <Said answer={answer} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)

/** What came of it in a sentence. */
export const sentence = ({ chosen, outcome, target }: Discovery): string =>
  target.exists === false
    ? "The DNS knows no such domain"
    : chosen.length > 0
    ? `Settings for ${Phrases.list(Array.from(new Set(chosen.map(({ service }) => service)), Phrases.service))}`
    : outcome === "none"
    ? "No source names a server"
    : "No source names a server, and some could not be asked"

/** All of it. */
export const Found = ({ discovery }: { readonly discovery: Discovery }) => (
  <>
    {discovery.chosen.length > 0 && <Chosen {...discovery} />}
    {discovery.conflicts.length > 0 && <Conflicts {...discovery} />}
    <Sources {...discovery} />
  </>
)
