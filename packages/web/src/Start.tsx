/**
 * The start: one field first, everything else when it is opened.
 */
import type { ServerFacts } from "@sonde/http-api/SystemApi"
import { type ComponentProps, type FormEvent, type ReactNode, useEffect, useRef, useState } from "react"
import { useToken } from "./Bearer.ts"
import { ask, load } from "./Client.ts"
import * as Form from "./Form.ts"
import { go, Title } from "./Navigation.tsx"
import { part, Place } from "./Part.tsx"
import { Field, Trouble } from "./parts.tsx"
import type { Problem } from "./Problem.ts"
import { toPath } from "./Route.ts"
import { SecretField } from "./SecretField.tsx"

const More = part(() => import("./More.tsx").then((it) => it.More))

const hints: Readonly<Record<string, string>> = {
  target: "Type a mailbox (person@example.com), a domain, or a host with a port (mail.example.com:587).",
  port: "A port is a number from 1 to 65535.",
  timeout: "Write a number with a unit, such as 10s or 2m.",
  deadline: "Write a number with a unit, such as 60s or 5m."
}

/** What each option is called here, in the order of the form. */
const more = [
  "host",
  "port",
  "provider",
  "user",
  "from",
  "to",
  "ehlo",
  "ca",
  "connectTo",
  "dns",
  "selector",
  "ip",
  "timeout",
  "deadline"
]

/** Changes one field. */
export type SetField = <K extends keyof Form.Fields>(key: K) => (value: Form.Fields[K]) => void

/** A field of text with what is wrong with it. */
export type TextField = (
  key: Exclude<keyof Form.Fields, "deliver" | "signIn">,
  label: string,
  rest?: Partial<ComponentProps<typeof Field>>
) => ReactNode

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
  // What is asked for again with a token, or when it went wrong.
  const [wanted, setWanted] = useState<"check" | "posture" | "tls">("check")
  const [problem, setProblem] = useState<Problem>()
  const server = useServer(open)
  const bearer = useToken()
  const set: SetField = (key) => (value) => {
    setFields((before) => ({ ...before, [key]: value }))
    // Whoever types is going to ask; by then the client is there.
    load().catch(() => undefined)
    if (problem?.option === key) setProblem(undefined)
  }
  const at = (key: string) =>
    problem?.option === key ? [problem.title, problem.text].filter((part) => part !== "").join(". ") : undefined
  const form = useRef<HTMLFormElement>(null)
  const showWrong = () => form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus()
  useEffect(() => {
    if (problem !== undefined) showWrong()
  }, [problem])
  const elsewhere = problem !== undefined
    && !(problem.option !== undefined &&
      ["target", "secret", "clientId", "tenant", "cloud", ...more].includes(problem.option))

  const text: TextField = (key, label, rest = {}) => (
    <Field label={label} value={fields[key]} onChange={set(key)} problem={at(key)} {...rest} />
  )

  const submit = async (event?: FormEvent, what = wanted) => {
    event?.preventDefault()
    if (busy) return
    const options = what === "check" ? Form.options(fields) : Form.look(fields, what)
    setWanted(what)
    const option = Form.wrong(options)
    if (option !== undefined) {
      setOpen(open || more.includes(option))
      return setProblem({ kind: "refused", title: "", text: hints[option] ?? "", again: false, option })
    }
    setBusy(true)
    setProblem(undefined)
    try {
      const { secretOf } = await load()
      const signIn = what !== "check" || (fields.secret === "" && fields.signIn !== "device")
        ? "nothing"
        : fields.signIn
      const { run } = await ask((client) =>
        client.runs.start({ payload: { ...options, ...secretOf(signIn, fields.secret) } })
      )
      Form.asked.set(run, { options, signIn })
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

  const discover = () => {
    const options = Form.options(fields)
    if (options.target === "") return void submit()
    const route = { view: "discover", target: options.target } as const
    Form.asked.set(toPath(route), { options, signIn: "nothing" })
    go(route)
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
      <form ref={form} className="card" onSubmit={(event) => void submit(event, "check")} noValidate>
        <div className="one">
          {text("target", "Mailbox or host", { autoFocus: true, isRequired: true, placeholder: "person@example.com" })}
          <button type="submit" className="main big" aria-disabled={busy}>{busy ? "Starting…" : "Check"}</button>
        </div>
        <div className="looks" role="group" aria-label="Look at one thing only">
          <span aria-hidden>Or only</span>
          <button type="button" className="small" onClick={discover}>Settings</button>
          <button type="button" className="small" onClick={() => void submit(undefined, "posture")}>
            Domain posture
          </button>
          <button type="button" className="small" onClick={() => void submit(undefined, "tls")}>TLS of a port</button>
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
          {open && (
            <Place>
              <More fields={fields} set={set} text={text} server={server} onShown={showWrong} />
            </Place>
          )}
        </details>
        <p className="quiet">
          Secrets live in memory for this run only. {fields.deliver ? "One message is sent." : "Nothing is sent."}
        </p>
        {problem !== undefined && elsewhere && <Trouble problem={problem} onAgain={() => void submit()} />}
      </form>
    </div>
  )
}
