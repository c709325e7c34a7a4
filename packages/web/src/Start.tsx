/**
 * The start: one field first, everything else when it is opened.
 */
import type { ServerFacts } from "@sonde/http-api/SystemApi"
import { type FormEvent, useEffect, useRef, useState } from "react"
import { useToken } from "./Bearer.ts"
import { ask, load } from "./Client.ts"
import * as Form from "./Form.ts"
import { go, Title } from "./Navigation.tsx"
import { Choice, Field, Trouble } from "./parts.tsx"
import type { Problem } from "./Problem.ts"
import { SecretField } from "./SecretField.tsx"

const hints: Readonly<Record<string, string>> = {
  target: "Type a mailbox (person@example.com), a domain, or a host with a port (mail.example.com:587).",
  port: "A port is a number from 1 to 65535.",
  timeout: "Write a number with a unit, such as 10s or 2m.",
  deadline: "Write a number with a unit, such as 60s or 5m."
}

/** What each option is called here, in the order of the form. */
const more = ["host", "port", "provider", "user", "from", "to", "ehlo", "ca", "connectTo", "timeout", "deadline"]

/** What the server is, asked for as soon as something that depends on it is shown. */
const useServer = (isWanted: boolean): ServerFacts | undefined => {
  const [facts, setFacts] = useState<ServerFacts>()
  const bearer = useToken()
  useEffect(() => {
    // Without an answer the form has fewer hints; what keeps it away is told when the run is started.
    if (isWanted) ask((client) => client.system.server()).then(setFacts, () => undefined)
  }, [isWanted, bearer])
  return facts
}

/** The form that starts a run. */
export const Start = () => {
  const [fields, setFields] = useState(Form.empty)
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const server = useServer(open)
  const bearer = useToken()
  const set = <K extends keyof Form.Fields>(key: K) => (value: Form.Fields[K]) => {
    setFields((before) => ({ ...before, [key]: value }))
    // Whoever types is going to ask; by then the client is there.
    load().catch(() => undefined)
    if (problem?.option === key) setProblem(undefined)
  }
  const at = (key: string) =>
    problem?.option === key ? [problem.title, problem.text].filter((part) => part !== "").join(". ") : undefined
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (problem !== undefined) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus()
  }, [problem])
  const elsewhere = problem !== undefined
    && !(problem.option !== undefined &&
      ["target", "secret", "clientId", "tenant", "cloud", ...more].includes(problem.option))

  const text = (key: Exclude<keyof Form.Fields, "deliver" | "signIn">, label: string, rest = {}) => (
    <Field label={label} value={fields[key]} onChange={set(key)} problem={at(key)} {...rest} />
  )

  const submit = async (event?: FormEvent) => {
    event?.preventDefault()
    if (busy) return
    const options = Form.options(fields)
    const option = Form.wrong(options)
    if (option !== undefined) {
      setOpen(open || more.includes(option))
      return setProblem({ kind: "refused", title: "", text: hints[option] ?? "", again: false, option })
    }
    setBusy(true)
    setProblem(undefined)
    try {
      const { secretOf } = await load()
      const { run } = await ask((client) =>
        client.runs.start({ payload: { ...options, ...secretOf(fields.signIn, fields.secret) } })
      )
      Form.asked.set(run, {
        options,
        signIn: fields.secret === "" && fields.signIn !== "device" ? "nothing" : fields.signIn
      })
      // The run has it now; the page does not need it any more.
      setFields((before) => ({ ...before, secret: "" }))
      go({ view: "run", run })
    } catch (error) {
      const found = error as Problem
      setProblem(found.option === "token" ? { ...found, option: "secret" } : found)
      setOpen(open || more.includes(found.option ?? ""))
      setBusy(false)
    }
  }

  // With the token that was asked for, the run starts without being asked again.
  useEffect(() => {
    if (problem?.kind === "unauthorized" && bearer !== undefined) void submit()
  }, [bearer])

  return (
    <div className="start">
      <Title text="Sonde">Why does mail not work?</Title>
      <p className="lead">
        Type a mailbox. Sonde goes through every step of the connection and tells which one stops, why, and what to
        change.
      </p>
      <form ref={form} className="card" onSubmit={(event) => void submit(event)} noValidate>
        <div className="one">
          {text("target", "Mailbox or host", { autoFocus: true, isRequired: true, placeholder: "person@example.com" })}
          <button type="submit" className="main big" aria-disabled={busy}>{busy ? "Starting…" : "Check"}</button>
        </div>
        <SecretField
          signIn={fields.signIn}
          secret={fields.secret}
          onSignIn={set("signIn")}
          onSecret={set("secret")}
          problem={at("secret")}
        />
        {fields.signIn === "device" && (
          <div className="grid">
            {text("clientId", "Client ID", {
              isRequired: true,
              hint: "Of an application that may sign in as a public client."
            })}
            {text("tenant", "Directory", { hint: "Id or domain; that of the mailbox when empty." })}
            {text("cloud", "Cloud", { hint: "As the pack names it; worldwide when empty." })}
          </div>
        )}
        <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>More</summary>
          <div className="grid">
            {text("host", "Host of the service")}
            {text("port", "Port", { placeholder: "587" })}
            <Choice
              label="Security"
              value={fields.security}
              onChange={set("security")}
              options={Form.choices.security}
            />
            {text("provider", "Provider", { hint: "The id of a pack; recognised when empty." })}
            {text("user", "User name", { hint: "When it is not the mailbox." })}
            <Choice label="Mechanism" value={fields.auth} onChange={set("auth")} options={Form.choices.auth} />
            {text("from", "Sender")}
            {text("to", "Recipients", { hint: "Of the same domain; separate by spaces." })}
            {text("ehlo", "EHLO name", server?.ehlo === undefined ? {} : { placeholder: server.ehlo })}
            <Choice label="Stop after" value={fields.until} onChange={set("until")} options={Form.choices.until} />
            {text("timeout", "Time limit of a phase", { placeholder: "10s" })}
            {text("deadline", "Time limit of the run", { placeholder: "60s" })}
            {server?.allowPrivate === true
              && text("connectTo", "Connect to", { hint: "HOST:PORT:ADDRESS:PORT, as in curl.", className: "wide" })}
            {text("ca", "Trust anchors", {
              area: 3,
              placeholder: "-----BEGIN CERTIFICATE-----",
              className: "wide code-field"
            })}
            <label className="check wide">
              <input
                type="checkbox"
                checked={fields.deliver}
                onChange={(event) => set("deliver")(event.target.checked)}
              />
              <span>
                Deliver one message
                <small>One short test message really goes to the recipients. Without this, nothing is ever sent.</small>
              </span>
            </label>
          </div>
        </details>
        <p className="quiet">
          Secrets live in memory for this run only. {fields.deliver ? "One message is sent." : "Nothing is sent."}
        </p>
        {problem !== undefined && elsewhere && <Trouble problem={problem} onAgain={() => void submit()} />}
      </form>
    </div>
  )
}
