/**
 * What a verdict says to do, and what it rests on.
 *
 * Texts of packs may quote a server, so all of them are escaped; addresses become links only where they are `https`.
 */
import type { DatedFact, Remedy, Verdict } from "@sonde/domain/Verdict"
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import { needs } from "@sonde/report/Sentence"
import { Code } from "./parts.tsx"

const order = { look: 0, change: 1, verify: 2, alternative: 3 } as const
const heads = { look: "Look first", change: "Change", verify: "Then", alternative: "Another way" } as const

/** A link to a source; anything that is not `https` stays text. */
export const Source = ({ children, url }: { readonly url: string; readonly children?: string }) =>
  url.startsWith("https://")
    ? (
      <a href={url} rel="noreferrer noopener" target="_blank">
        {children ?? Escape.line(url.replace(/^https:\/\//, ""))}
      </a>
    )
    : <>{Escape.line(url)}</>

const text = (it: string): string => Escape.lines(it).join("\n")

const RemedyItem = ({ again, remedy }: { readonly remedy: Remedy; readonly again?: React.ReactNode }) => (
  <li>
    <h3>
      {heads[remedy.kind]}
      {remedy.kind === "look" && <span className="scope">changes nothing</span>}
      {remedy.scope !== undefined && <span className="scope">{Escape.line(remedy.scope)}</span>}
    </h3>
    {remedy.text !== undefined && <p>{Escape.line(remedy.text)}</p>}
    {remedy.command !== undefined && <Code text={text(remedy.command)} of={heads[remedy.kind]} />}
    {remedy.undo !== undefined && (
      <details>
        <summary>Undo</summary>
        <Code text={text(remedy.undo)} of="Undo" />
      </details>
    )}
    {remedy.url !== undefined && (
      <p>
        <Source url={remedy.url} />
      </p>
    )}
    {remedy.kind === "verify" && again}
  </li>
)

/** The steps in the order in which to take them: look, change, verify. Other ways stand apart. */
export const Remedies = ({ again, remedies }: {
  readonly remedies: ReadonlyArray<Remedy>
  readonly again?: React.ReactNode
}) => {
  const steps = remedies.filter((remedy) => remedy.kind !== "alternative")
    .toSorted((a, b) => order[a.kind] - order[b.kind])
  const others = remedies.filter((remedy) => remedy.kind === "alternative")
  return (
    <>
      {steps.length > 0 && (
        <ol className="steps">
          {steps.map((remedy, index) => <RemedyItem key={index} remedy={remedy} again={again} />)}
        </ol>
      )}
      {others.length > 0 && (
        <ul className="steps others">{others.map((remedy, index) => <RemedyItem key={index} remedy={remedy} />)}</ul>
      )}
    </>
  )
}

/** Facts with their dates and sources; one past its review says so. */
const Facts = ({ facts }: { readonly facts: ReadonlyArray<DatedFact> }) =>
  facts.length === 0 ? null : (
    <ul className="facts">
      {facts.map((fact, index) => (
        <li key={index}>
          {Escape.line(fact.text)}{" "}
          <small>
            as of {Escape.line(fact.asOf)}, review by {Escape.line(fact.reviewBy)}
            {fact.stale === true && (
              <>
                {", "}
                <strong>past its review: check the source</strong>
              </>
            )} · <Source url={fact.source} />
          </small>
        </li>
      ))}
    </ul>
  )

/** Everything that a verdict advises. `again` stands at the step that proves the fix. */
export const Advice = ({ again, verdict }: {
  readonly verdict: Pick<Verdict, "facts" | "remedies" | "wontHelp">
  readonly again?: React.ReactNode
}) => (
  <>
    <Remedies remedies={verdict.remedies} again={again} />
    {verdict.wontHelp.length > 0 && (
      <p className="wont">
        <strong>Will not help</strong> {verdict.wontHelp.map(Escape.line).join(" · ")}
      </p>
    )}
    <Facts facts={verdict.facts} />
  </>
)

/** What a verdict rests on: areas ruled out, areas not judged, the rule. */
export const Grounds = ({ children, verdict }: { readonly verdict: Verdict; readonly children?: React.ReactNode }) => (
  <dl className="pairs">
    {children}
    {verdict.ruledOut.length > 0 && (
      <>
        <dt>Ruled out</dt>
        <dd className="areas">
          {verdict.ruledOut.map((id) => (
            <span key={id}>
              <span className="mark pass" aria-hidden>✓</span> {Phrases.area(id)}
            </span>
          ))}
        </dd>
      </>
    )}
    {verdict.notJudged.length > 0 && (
      <>
        <dt>Not judged</dt>
        <dd>{Phrases.list(verdict.notJudged.map(Phrases.area))}</dd>
      </>
    )}
    <dt>Cause</dt>
    <dd>
      <code>{verdict.cause}</code> by the rule <code>{Escape.line(verdict.rule)}</code>
    </dd>
  </dl>
)

/** A verdict on its own, as the answer to a pasted text or as one more of a run. */
export const VerdictCard = (
  { domain, place, verdict }: {
    readonly verdict: Verdict
    readonly domain?: string | undefined
    /** Where it stopped, where there is more than one place. */
    readonly place?: string | undefined
  }
) => (
  <section className="card">
    <h2>{Escape.line(verdict.title)}</h2>
    <p className="sub">{place !== undefined && `${place} · `}{verdict.confidence} · {needs(verdict, domain)}</p>
    {verdict.explanation !== "" && <p>{Escape.line(verdict.explanation)}</p>}
    <Advice verdict={verdict} />
    <Grounds verdict={verdict} />
  </section>
)
