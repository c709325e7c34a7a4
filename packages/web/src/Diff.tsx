/**
 * Two runs side by side: what changed between them.
 */
import type { PhaseReport, Report } from "@sonde/domain/Report"
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import * as Sentence from "@sonde/report/Sentence"
import * as Changes from "./Changes.ts"
import { StateMark } from "./Marks.tsx"
import { Link, Title } from "./Navigation.tsx"
import { Moment, useAnswer, Waiting } from "./parts.tsx"

const Side = ({ name, report }: { readonly name: string; readonly report: Report }) => (
  <section className={`card ${report.outcome}`}>
    <h2>
      <span className={`mark ${report.outcome}`} aria-hidden>{Sentence.outcomes[report.outcome].mark}</span> {name}
    </h2>
    <p>{Sentence.ofReport(report)}</p>
    <p className="sub">
      <Link to={{ view: "run", run: report.run }}>the whole run</Link> · <Moment at={Changes.madeAt(report)} />
    </p>
  </section>
)

const Cell = ({ phase }: { readonly phase: PhaseReport | undefined }) => (
  <td>
    {phase === undefined ? "–" : (
      <>
        <StateMark state={phase.state} /> {Phrases.became(phase.id, phase.state)}
      </>
    )}
  </td>
)

/** The view of two runs. */
export const Diff = ({ after, before }: { readonly before: string; readonly after: string }) => {
  const answer = useAnswer(
    (client) =>
      Promise.all([client.runs.show({ params: { run: before } }), client.runs.show({ params: { run: after } })]),
    `${before}/${after}`
  )
  if (answer.value === undefined) {
    return (
      <>
        <Title text="Two runs" />
        <Waiting answer={answer} />
      </>
    )
  }
  const [then, now] = answer.value
  const sentences = Changes.sentences(then, now)
  const pairs = Changes.pairs(then, now)
  return (
    <>
      <p className="target">{Escape.line(now.target.input)}</p>
      <Title text={sentences[0] ?? (then.outcome === now.outcome ? "Nothing changed" : "The outcome changed")} />
      {sentences.slice(1).map((text) => <p key={text} className="change">{text}</p>)}
      {then.target.input !== now.target.input && (
        <p className="change">These are runs of two targets: {Escape.line(then.target.input)} is the earlier one.</p>
      )}
      <div className="columns even">
        <Side name="Before" report={then} />
        <Side name="After" report={now} />
      </div>
      <section className="card">
        <h2>Steps</h2>
        <table>
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          {Array.from(new Set(pairs.map((pair) => pair.service)), (service) => (
            <tbody key={service}>
              <tr>
                <th scope="rowgroup" colSpan={3} className="group">{Phrases.service(service)}</th>
              </tr>
              {pairs.filter((pair) => pair.service === service).map((pair, index) => (
                <tr key={index} className={Changes.isChanged(pair) ? "changed" : ""}>
                  <th scope="row">{pair.id}</th>
                  <Cell phase={pair.before} />
                  <Cell phase={pair.after} />
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </section>
    </>
  )
}
