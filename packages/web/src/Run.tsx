/**
 * One run: what it came to as a sentence, then what to do, the steps, the proof.
 */
import type { CheckOptions } from "@sonde/domain/Options"
import type { Report } from "@sonde/domain/Report"
import type { PhaseId } from "@sonde/domain/Service"
import type { Verdict } from "@sonde/domain/Verdict"
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import * as Sentence from "@sonde/report/Sentence"
import { type FormEvent, useState } from "react"
import { Advice, Grounds, VerdictCard } from "./Advice.tsx"
import { token } from "./Bearer.ts"
import { Chains } from "./Chain.tsx"
import * as Changes from "./Changes.ts"
import { ClaimsTable } from "./Claims.tsx"
import { Device } from "./Device.tsx"
import { Found } from "./Discovery.tsx"
import * as Elsewhere from "./Elsewhere.ts"
import * as FindingsOf from "./Findings.tsx"
import * as Form from "./Form.ts"
import * as Handover from "./Handover.ts"
import type * as Live from "./Live.ts"
import { go, Title } from "./Navigation.tsx"
import { part, Place } from "./Part.tsx"
import { Code, Copy, Modal, Moment, Trouble, useCountdown, Waiting } from "./parts.tsx"
import { Posture } from "./Posture.tsx"
import type { Problem } from "./Problem.ts"
import { SecretField } from "./SecretField.tsx"
import * as Secrets from "./Secrets.ts"
import { Surveys } from "./Survey.tsx"
import { Timeline } from "./Timeline.tsx"
import { TranscriptView } from "./TranscriptView.tsx"
import { type RunState, useRun } from "./useRun.ts"

const ShareDialog = part(() => import("./Share.tsx").then((it) => it.ShareDialog))

/** How the run signed in: as it was asked in this tab, else as its report shows. */
const signInOf = (live: Live.Live): Elsewhere.SignIn => {
  const asked = Form.asked.get(live.run)
  if (asked !== undefined) return asked.signIn
  const phase = (id: PhaseId) => live.services.flatMap((service) => service.rows).find((row) => row.id === id)?.report
  const auth = phase("auth")
  if (phase("token")?.facts?.["source"] === "device-code") return "device"
  if (auth === undefined || auth.state === "skip") return "nothing"
  const mechanism = auth.error?._tag === "AuthRejected" ? auth.error.mechanism : `${auth.facts?.["mechanism"] ?? ""}`
  return /OAUTH/i.test(mechanism) ? "token" : "password"
}

/** What was asked, as far as it is known: a run with one service that nobody looks at unasked was asked for it. */
const optionsOf = (live: Live.Live): CheckOptions => {
  const [service, ...others] = live.services
  const alone = others.length === 0 && (service?.id === "posture" || service?.id === "tls") ? [service.id] : undefined
  return Form.asked.get(live.run)?.options ?? { target: live.target, ...(alone === undefined ? {} : { only: alone }) }
}

/** Asks for the secret of a run again: it was not kept. */
const SecretDialog = ({ live, onClose, problem, resume }: {
  readonly live: Live.Live
  readonly problem: Problem | undefined
  readonly resume: (signIn: Elsewhere.SignIn, secret: string) => void
  readonly onClose: () => void
}) => {
  const before = signInOf(live)
  const [signIn, setSignIn] = useState<Elsewhere.SignIn>(before === "nothing" ? "password" : before)
  const [secret, setSecret] = useState("")
  const submit = (event: FormEvent) => {
    event.preventDefault()
    resume(signIn, secret)
  }
  return (
    <Modal title="Check again" onClose={onClose}>
      <form onSubmit={submit}>
        <p>
          This run signed in, and its secret was not kept. Give it again. What passed is kept, what failed is tried
          again.
        </p>
        <SecretField isAgain signIn={signIn} secret={secret} onSignIn={setSignIn} onSecret={setSecret} />
        {problem !== undefined && <Trouble problem={problem} />}
        <p className="tools">
          <button type="submit" className="main">Check again</button>
        </p>
      </form>
    </Modal>
  )
}

/** Checks again what failed, or goes on where the run stopped. */
const Again = ({ live, resume }: { readonly live: Live.Live; readonly resume: RunState["resume"] }) => {
  const [asking, setAsking] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const suspended = live.state === "suspended"
  const until = suspended && live.resumeAfter !== undefined
    ? Phrases.between(new Date().toISOString(), live.resumeAfter)
    : undefined
  const [wait] = useState(until !== undefined && until > 0 ? until : undefined)
  const left = useCountdown(wait)
  const again = (signIn: Elsewhere.SignIn, secret: string) => {
    setProblem(undefined)
    resume(Secrets.secretOf(signIn, secret)).then(() => setAsking(false), (found: Problem) => {
      setProblem(found)
      if (found.option === "secret" || found.option === "token") setAsking(true)
    })
  }
  return (
    <>
      <button
        type="button"
        disabled={left > 0}
        onClick={() => {
          const signIn = signInOf(live)
          if (signIn === "nothing" || signIn === "device") again(signIn, "")
          else setAsking(true)
        }}
      >
        {suspended ? left > 0 ? `Resume in ${left} s` : "Resume" : "Re-check"}
      </button>
      {asking && <SecretDialog live={live} problem={problem} resume={again} onClose={() => setAsking(false)} />}
      {problem !== undefined && !asking && <Trouble problem={problem} onAgain={() => again("nothing", "")} />}
    </>
  )
}

/** The service and the step of a verdict, where a reader could take it for another's. */
const placeOf = (live: Live.Live, { phase, service }: Verdict): string | undefined =>
  service === undefined || live.services.filter(({ id }) => id !== "token").length < 2
    ? undefined
    : [Phrases.service(service), phase].filter((part) => part !== undefined).join(", ")

/** Whether findings lead: no verdict names a cause. */
const isLed = (live: Live.Live): boolean => live.verdicts.length === 0 || live.report?.outcome === "pass"

/** Whether so much is to be done that it needs the whole width. */
const isLong = (live: Live.Live): boolean => isLed(live) && FindingsOf.open(live.findings).length > 3

/** The only service of a run, where it has but one. */
const isOne = (live: Live.Live): boolean => new Set(live.findings.map(({ service }) => service)).size < 2

const Head = ({ live, resume }: { readonly live: Live.Live; readonly resume: RunState["resume"] }) => {
  const [sharing, setSharing] = useState(false)
  const [link, setLink] = useState<Handover.Link>()
  const { report } = live
  const verdict = live.verdicts[0]
  const named = report === undefined ? verdict : report.outcome === "pass" ? undefined : verdict
  const kind = report?.outcome ?? (verdict === undefined ? "running" : "fail")
  const moving = live.state === "queued"
    ? `${live.target} waits for a place`
    : live.prompt === undefined
    ? `Checking ${live.target}`
    : "Sign in on another device"
  const sentence = report !== undefined
    ? Sentence.ofReport(report)
    : verdict === undefined
    ? Escape.line(moving)
    : Escape.line(verdict.title)
  const provider = report?.provider?.name
  const open = isLed(live) ? FindingsOf.open(live.findings) : []
  return (
    <header className={`verdict card ${kind}`}>
      <span className={`mark huge ${kind}`} aria-hidden>{kind === "running" ? "" : Sentence.outcomes[kind].mark}</span>
      <div>
        <p className="target">{Escape.line(live.target)}</p>
        <Title text={sentence} />
        <p className="sub">
          {kind === "running" && live.prompt === undefined && "Each step appears below as it ends."}
          {[
            provider === undefined ? undefined : Escape.line(provider),
            named === undefined ? undefined : placeOf(live, named),
            named?.confidence,
            named === undefined ? undefined : Sentence.needs(named, report?.target.domain),
            open.length > 1 ? FindingsOf.counted(open) : undefined,
            report === undefined ? undefined : Sentence.outcomes[report.outcome].word,
            report === undefined ? undefined : Sentence.sent(report)
          ].filter((part) => part !== undefined).join(" · ")}
        </p>
        {live.prompt !== undefined && <Device key={live.prompt.at} prompt={live.prompt} />}
        {named !== undefined && named.explanation !== "" && <p className="why">{Escape.line(named.explanation)}</p>}
        {report !== undefined && Changes.ofResumed(report).map((text) => <p key={text} className="change">{text}</p>)}
        {live.state === "suspended" && (
          <p className="change">Suspended: the server asked to wait. What passed is kept.</p>
        )}
        {report !== undefined && (
          <div className="tools">
            {named !== undefined && (
              <Copy
                kind="main"
                label={Handover.label(named)}
                text={() => Handover.administrator(report, named, link)}
              />
            )}
            <Copy kind="usual" label="Copy for a ticket" text={() => Handover.ticket(report)} />
            <button type="button" onClick={() => setSharing(true)}>Share</button>
            <Again key={live.seq} live={live} resume={resume} />
          </div>
        )}
      </div>
      <p className="unseen" role="status">
        {report === undefined && verdict === undefined ? progress(live) : sentence}
      </p>
      {sharing && (
        <Place>
          <ShareDialog run={live.run} onLink={setLink} onClose={() => setSharing(false)} />
        </Place>
      )}
    </header>
  )
}

/** The last finished phase, for those who listen. */
const progress = (live: Live.Live): string => {
  if (live.prompt !== undefined) return `Open ${live.prompt.uri} and enter the code ${live.prompt.code}`
  const done = live.services.flatMap((service) => service.rows).findLast((row) => row.report !== undefined)
  return done?.report === undefined ? "" : `${done.id}: ${Phrases.became(done.id, done.report.state)}`
}

const Todo = ({ live, resume }: { readonly live: Live.Live; readonly resume: RunState["resume"] }) => {
  const verdict = live.report?.outcome === "pass" ? undefined : live.verdicts[0]
  const found = isLed(live) ? FindingsOf.open(live.findings) : []
  const again = live.report === undefined ? undefined : <Again live={live} resume={resume} />
  return (
    <section className="card" aria-labelledby="todo">
      <h2 id="todo">What to do</h2>
      {verdict !== undefined
        ? <Advice verdict={verdict} again={again} />
        : found.length > 0
        ? <FindingsOf.FindingList found={found} isOne={isOne(live)} again={again} />
        : (
          <p className="quiet">
            {live.report === undefined
              ? "Stands here as soon as the cause is known."
              : live.report.outcome === "pass" || live.report.outcome === "warn"
              ? "Nothing. A pass proves what was tried, and no more."
              : "No rule of the packs names a cause for this, and none is guessed. The transcript shows what was said."}
          </p>
        )}
    </section>
  )
}

const Proof = ({ report }: { readonly report: Report }) => {
  const verdict = report.verdicts[0]
  if (verdict === undefined || report.outcome === "pass") return null
  const lines = report.transcript.filter((line) => verdict.evidence.includes(line.n))
  return (
    <section className="card" aria-labelledby="proof">
      <h2 id="proof">Evidence</h2>
      <Grounds verdict={verdict}>
        {lines.map((line) => (
          <div key={line.n} className="quote">
            <dt>
              <a href={`#line-${line.n}`}>Line {line.n}</a>
            </dt>
            <dd>
              <q>{Escape.line(line.text)}</q>
            </dd>
          </div>
        ))}
      </Grounds>
    </section>
  )
}

const Findings = ({ live }: { readonly live: Live.Live }) => {
  const found = FindingsOf.open(live.findings)
  // Where no verdict says what to do, the findings do, beside the steps.
  if (found.length === 0 || isLed(live)) return null
  return (
    <section className="card" aria-labelledby="findings">
      <h2 id="findings">Findings</h2>
      <FindingsOf.FindingList found={found} />
    </section>
  )
}

const SameCheck = ({ live }: { readonly live: Live.Live }) => {
  const options = optionsOf(live)
  const signIn = signInOf(live)
  return (
    <section className="card" aria-labelledby="elsewhere">
      <h2 id="elsewhere">The same check elsewhere</h2>
      <h3>Command line</h3>
      <Code text={Elsewhere.command(options, signIn)} of="command line" />
      <h3>API</h3>
      <Code text={Elsewhere.request(options, signIn, location.origin, token() !== undefined)} of="API" />
    </section>
  )
}

const About = ({ report }: { readonly report: Report }) => {
  const from = new Set(
    report.services.flatMap((service) =>
      service.phases.map((phase) => phase.id === "connect" ? phase.facts?.["localAddress"] : undefined)
        .filter((address) => typeof address === "string")
    )
  )
  const meaning = Phrases.exitMeaning(report.exitCode)
  return (
    <p className="about">
      Run <code>{report.run}</code> · <Moment at={Changes.madeAt(report)} />
      {from.size > 0 && ` · from ${Phrases.list(Array.from(from, Escape.line))}`}
      {report.provider !== undefined
        && ` · pack ${Escape.line(report.provider.id)} ${Escape.line(report.provider.packVersion)}`}
      {` · ${Phrases.duration(report.durationMillis)}`}
      {` · exit ${report.exitCode}${meaning === undefined ? "" : `: ${meaning}`}`}
    </p>
  )
}

const Lost = ({ millis }: { readonly millis: number }) => {
  const left = useCountdown(millis)
  return (
    <p className="lost" role="status">
      The connection is lost; the run goes on.{" "}
      <span aria-hidden>{left > 0 ? `Next attempt in ${left} s.` : "Connecting…"}</span>
    </p>
  )
}

/** The view of one run. */
export const Run = ({ run }: { readonly run: string }) => {
  const { live, lostMillis, problem, reload, resume } = useRun(run)
  if (live === undefined) {
    return (
      <>
        <Title text="Run" />
        <Waiting answer={{ reload, ...(problem === undefined ? {} : { problem }) }} />
        {problem?.kind === "missing" && (
          <p>
            <button type="button" onClick={() => go({ view: "start" })}>Start a new one</button>
          </p>
        )}
      </>
    )
  }
  const { report } = live
  const now = report === undefined ? new Date().toISOString() : Changes.madeAt(report)
  return (
    <article className="run">
      {lostMillis !== undefined && <Lost millis={lostMillis} />}
      {problem !== undefined && <Trouble problem={problem} onAgain={reload} />}
      <Head live={live} resume={resume} />
      <div className={live.services.length > 2 || isLong(live) ? "columns many" : "columns"}>
        <Timeline services={live.services} now={now} />
        <Todo key={live.state} live={live} resume={resume} />
      </div>
      {report !== undefined && <Proof report={report} />}
      {live.verdicts.slice(1).map((verdict, index) => (
        <VerdictCard key={index} verdict={verdict} domain={report?.target.domain} place={placeOf(live, verdict)} />
      ))}
      <Findings live={live} />
      {report !== undefined && (
        <>
          <ClaimsTable report={report} />
          <Posture report={report} now={now} />
          <Surveys report={report} />
          <Chains report={report} now={now} />
          {report.discovery !== undefined && <Found discovery={report.discovery} />}
          <TranscriptView report={report} />
          <SameCheck live={live} />
          <About report={report} />
        </>
      )}
    </article>
  )
}
