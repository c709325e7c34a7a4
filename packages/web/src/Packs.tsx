/**
 * What Sonde knows: packs of providers and server software, with their rules, remedies and sources.
 */
import { actorNames } from "@sonde/domain/ActorNames"
import type { PackRule } from "@sonde/http-api/KnowledgeApi"
import * as Escape from "@sonde/report/Escape"
import { useState } from "react"
import { Advice, Source } from "./Advice.tsx"
import { Link, Title } from "./Navigation.tsx"
import { Choice, Field, useAnswer, Waiting } from "./parts.tsx"

const kinds = { provider: "provider", software: "server software", generic: "generic" } as const

/** The view of all packs. */
export const Packs = () => {
  const [find, setFind] = useState("")
  const [kind, setKind] = useState("")
  const answer = useAnswer((client) => client.knowledge.packs(), "")
  const words = find.toLowerCase()
  const shown = (answer.value ?? []).filter((pack) =>
    (kind === "" || pack.kind === kind)
    && [pack.id, pack.name, ...pack.aliases].some((text) => text.toLowerCase().includes(words))
  )
  return (
    <>
      <Title text="Packs" />
      <p className="lead">
        What Sonde knows of providers and server software, as data: each rule with its remedies and sources.
      </p>
      <div className="tools">
        <Field label="Filter" type="search" value={find} onChange={setFind} />
        <Choice label="Kind" value={kind} onChange={setKind} options={[["", "all"], ...Object.entries(kinds)]} />
      </div>
      {answer.value === undefined
        ? <Waiting answer={answer} />
        : <p className="quiet" role="status">{shown.length === 1 ? "1 pack" : `${shown.length} packs`}</p>}
      <ul className="tiles">
        {shown.map((pack) => (
          <li key={pack.id} className="card">
            <h2>
              <Link to={{ view: "pack", id: pack.id }}>{Escape.line(pack.name)}</Link>
            </h2>
            <p className="sub">
              {kinds[pack.kind]} · <code>{Escape.line(pack.id)}</code> · {Escape.line(pack.version)}
            </p>
          </li>
        ))}
      </ul>
    </>
  )
}

const Rule = ({ rule }: { readonly rule: PackRule }) => (
  <details className="card rule">
    <summary>
      <span>{Escape.line(rule.title)}</span> <code>{Escape.line(rule.id)}</code>
    </summary>
    <p className="sub">
      {rule.confidence} · needs {actorNames[rule.actor]} · cause <code>{Escape.line(rule.cause)}</code>
    </p>
    {rule.explanation !== "" && <p>{Escape.line(rule.explanation)}</p>}
    {rule.when.length > 0 && (
      <dl className="pairs" aria-label="Matches when">
        {rule.when.map((one, index) => (
          <div key={index}>
            <dt>{Escape.line(one.name)}</dt>
            <dd>
              <code>{Escape.line(one.value)}</code>
            </dd>
          </div>
        ))}
      </dl>
    )}
    <Advice verdict={rule} />
  </details>
)

/** The view of one pack. */
export const Pack = ({ id }: { readonly id: string }) => {
  const [find, setFind] = useState("")
  const answer = useAnswer((client) => client.knowledge.pack({ params: { id } }), id)
  const pack = answer.value
  if (pack === undefined) {
    return (
      <>
        <Title text={id} />
        <Waiting answer={answer} />
      </>
    )
  }
  const words = find.toLowerCase()
  const rules = pack.rules.filter((rule) =>
    [rule.id, rule.cause, rule.title].some((text) => text.toLowerCase().includes(words))
  )
  return (
    <>
      <Title text={Escape.line(pack.name)} />
      <p className="sub">
        {kinds[pack.kind]} · <code>{Escape.line(pack.id)}</code> · {Escape.line(pack.version)} · review by{" "}
        {Escape.line(pack.reviewBy)}
        {pack.aliases.length > 0 && ` · also ${pack.aliases.map(Escape.line).join(", ")}`}
      </p>
      {pack.endpoints.length > 0 && (
        <section className="card">
          <h2>Endpoints</h2>
          <ul className="facts">
            {pack.endpoints.map((endpoint, index) => (
              <li key={index}>
                <code>{Escape.line(endpoint.host)}:{endpoint.port}</code> {Escape.line(endpoint.security)}{" "}
                <small>
                  {Escape.line(endpoint.service)}
                  {endpoint.note !== undefined && ` · ${Escape.line(endpoint.note)}`}
                </small>
              </li>
            ))}
          </ul>
        </section>
      )}
      {pack.limits.length > 0 && (
        <section className="card">
          <h2>Limits</h2>
          <ul className="facts">
            {pack.limits.map((limit, index) => (
              <li key={index}>
                {Escape.line(limit.text)} {limit.source !== undefined && (
                  <small>
                    <Source url={limit.source} />
                  </small>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      <h2>Rules</h2>
      <div className="tools">
        <Field label="Filter rules" type="search" value={find} onChange={setFind} />
        <p className="quiet push" role="status">{rules.length} of {pack.rules.length}</p>
      </div>
      {rules.map((rule) => <Rule key={rule.id} rule={rule} />)}
    </>
  )
}
