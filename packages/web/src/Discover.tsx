/**
 * Looks for the settings of a mailbox in every source there is. Nobody signs in.
 */
import type { FindSettings } from "@sonde/http-api/KnowledgeApi"
import * as Escape from "@sonde/report/Escape"
import { type FormEvent, useState } from "react"
import { token } from "./Bearer.ts"
import { ask } from "./Client.ts"
import { Found, sentence } from "./Discovery.tsx"
import * as Elsewhere from "./Elsewhere.ts"
import * as Form from "./Form.ts"
import { go, Title } from "./Navigation.tsx"
import { Code, Field, Trouble, useAnswer, Waiting } from "./parts.tsx"
import type { Problem } from "./Problem.ts"
import { toPath } from "./Route.ts"

const path = (target: string): string => toPath({ view: "discover", target })

/** What is asked: the target of the address, with what the form of the start was given besides. */
const asked = (target: string): FindSettings => {
  const { ca, connectTo, dns, provider, timeout } = Form.asked.get(path(target))?.options ?? {}
  return {
    target,
    ...(provider === undefined ? {} : { provider }),
    ...(timeout === undefined ? {} : { timeout: `${timeout}` }),
    ...(dns === undefined ? {} : { dns }),
    ...(connectTo === undefined ? {} : { connectTo }),
    ...(ca === undefined ? {} : { ca })
  }
}

/** Tries what was found, as far as that goes without a secret. */
const Check = ({ target }: { readonly target: string }) => {
  const [problem, setProblem] = useState<Problem>()
  const start = () => {
    setProblem(undefined)
    const options = { ...Form.asked.get(path(target))?.options, target }
    ask((client) => client.runs.start({ payload: options })).then(({ run }) => {
      Form.asked.set(run, { options, signIn: "nothing" })
      go({ view: "run", run })
    }, setProblem)
  }
  return (
    <>
      <div className="tools">
        <button type="button" className="main" onClick={start}>Check without signing in</button>
      </div>
      {problem !== undefined && <Trouble problem={problem} onAgain={start} />}
    </>
  )
}

const Answer = ({ target }: { readonly target: string }) => {
  const payload = asked(target)
  const answer = useAnswer((client) => client.knowledge.discover({ payload }), target)
  const { problem, value } = answer
  if (value === undefined) {
    return (
      <>
        <Title text={problem === undefined ? `Looking for the settings of ${Escape.line(target)}` : "Settings"} />
        {problem === undefined ?
          <p className="quiet" role="status">Every source is asked at once.</p> :
          <Waiting answer={answer} />}
      </>
    )
  }
  return (
    <>
      <p className="target">
        {Escape.line(value.target.mailbox ?? value.target.domain)}
        {value.provider !== undefined && ` → ${Escape.line(value.provider.name)}`}
      </p>
      <Title text={sentence(value)} />
      <p className="unseen" role="status">{sentence(value)}</p>
      <p className="sub">
        {value.chosen.length === 0
          ? value.target.exists === false
            ? "Check how it is spelt."
            : "Ask whoever runs the domain, and check with a host and a port."
          : "Found and not tried: a check tells whether they work."}
      </p>
      <Check target={target} />
      <Found discovery={value} />
      <section className="card" aria-labelledby="elsewhere">
        <h2 id="elsewhere">The same elsewhere</h2>
        <Code text={Elsewhere.discovery({ ...payload, target })} of="command line" />
        <Code
          text={Elsewhere.posted(payload, `${location.origin}/v1/discover`, token() !== undefined)}
          of="API"
        />
      </section>
    </>
  )
}

/** The view: the form, and the answer for the target of the address. */
export const Discover = ({ target }: { readonly target: string | undefined }) => {
  const [text, setText] = useState(target ?? "")
  const [problem, setProblem] = useState<string>()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const next = text.trim()
    if (next === "") return setProblem("Type a mailbox (person@example.com) or a domain.")
    setProblem(undefined)
    // What was given for one target, such as a resolver, holds for the next.
    const before = Form.asked.get(path(target ?? ""))
    if (before !== undefined) Form.asked.set(path(next), before)
    go({ view: "discover", target: next })
  }
  return (
    <>
      {target === undefined && (
        <>
          <Title text="Find the settings of a mailbox" />
          <p className="lead">
            The DNS, Autoconfig, Autodiscover, the public database and the packs are asked, side by side. Nobody signs
            in.
          </p>
        </>
      )}
      {target !== undefined && <Answer target={target} />}
      <form className="card" onSubmit={submit} noValidate>
        <div className="one">
          <Field
            label="Mailbox or domain"
            value={text}
            onChange={setText}
            problem={problem}
            placeholder="person@example.com"
          />
          <button type="submit" className="main big">Find</button>
        </div>
      </form>
    </>
  )
}
