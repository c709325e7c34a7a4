/**
 * Names the cause of a pasted text: an error, a bounce, a log. Nothing is dialled.
 */
import type { Explanation } from "@sonde/domain/Explanation"
import * as Escape from "@sonde/report/Escape"
import { type FormEvent, useState } from "react"
import { VerdictCard } from "./Advice.tsx"
import { ask } from "./Client.ts"
import { Title } from "./Navigation.tsx"
import { Field, Trouble } from "./parts.tsx"
import type { Problem } from "./Problem.ts"

const Read = ({ read }: { readonly read: Explanation["read"] }) => {
  const parts = [read.client, read.provider, read.protocol, read.phase, read.code, read.enhanced]
    .filter((part) => part !== undefined)
  return (
    <p className="sub">
      {parts.length > 0 && `${parts.map((part) => Escape.line(`${part}`)).join(" · ")} · `}
      <q>{Escape.cut(Escape.line(read.text), 200)}</q>
    </p>
  )
}

/** The answer in a sentence, for those who listen. */
const found = ({ success, verdicts }: Explanation): string =>
  verdicts.length > 0
    ? verdicts.map((verdict) => Escape.line(verdict.title)).join(". ")
    : success === undefined
    ? "No rule knows this text"
    : "This reports no failure"

/** The view of the explain box. */
export const Explain = () => {
  const [text, setText] = useState("")
  const [provider, setProvider] = useState("")
  const [answer, setAnswer] = useState<Explanation>()
  const [problem, setProblem] = useState<Problem>()
  const submit = (event?: FormEvent) => {
    event?.preventDefault()
    if (text.trim() === "") return
    setProblem(undefined)
    const payload = { text, ...(provider.trim() === "" ? {} : { provider: provider.trim() }) }
    ask((client) => client.knowledge.explain({ payload })).then(setAnswer, setProblem)
  }
  return (
    <>
      <Title text="Explain an error" />
      <p className="lead">Paste what a program, a bounce or a log says. Nothing is contacted.</p>
      <form className="card" onSubmit={submit}>
        <Field
          label="Error text"
          value={text}
          onChange={setText}
          area={6}
          className="code-field"
          placeholder="535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."
        />
        <div className="tools">
          <Field label="Provider, if you know it" value={provider} onChange={setProvider} />
          <button type="submit" className="main push">Explain</button>
        </div>
      </form>
      {problem !== undefined && <Trouble problem={problem} onAgain={() => submit()} />}
      <p className="unseen" role="status">{answer === undefined ? "" : found(answer)}</p>
      <div className="answers">
        {answer !== undefined && answer.verdicts.length === 0 && (
          <section className="card">
            <h2>{answer.success === undefined ? "No rule knows this text" : "This reports no failure"}</h2>
            <p>
              {answer.success === undefined
                ? "And none is guessed. More of the text around it may help."
                : Escape.line(answer.success)}
            </p>
            <Read read={answer.read} />
          </section>
        )}
        {answer !== undefined && answer.verdicts.length > 0 && <Read read={answer.read} />}
        {answer?.verdicts.map((verdict, index) => <VerdictCard key={index} verdict={verdict} />)}
      </div>
    </>
  )
}
