/**
 * The small parts that views share: fields, copy buttons, problems, states, dialogs.
 */
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react"
import { Input } from "react-aria-components/Input"
import { Label } from "react-aria-components/Label"
import { Text } from "react-aria-components/Text"
import { TextArea } from "react-aria-components/TextArea"
import { TextField } from "react-aria-components/TextField"
import { copy } from "./Clipboard.ts"
import type { Problem } from "./Problem.ts"
import { ask, type Client, useToken } from "./Client.ts"
import type * as Effect from "effect/Effect"

/** A text field with its label, and what is wrong with it. */
export const Field = ({ area, hint, label, onChange, problem, value, ...rest }: {
  readonly label: string
  readonly value: string
  readonly onChange: (text: string) => void
  readonly hint?: string
  readonly problem?: string | undefined
  readonly area?: number
  readonly type?: "text" | "password" | "number" | "search"
  readonly placeholder?: string
  readonly className?: string
  readonly isRequired?: boolean
  readonly autoFocus?: boolean
}) => {
  const { className = "", placeholder = "", ...field } = rest
  return (
    <TextField
      {...field}
      value={value}
      onChange={onChange}
      isInvalid={problem !== undefined}
      validationBehavior="aria"
      autoComplete="off"
      spellCheck="false"
      autoCorrect="off"
      className={`field ${className}`}
    >
      <Label>{label}</Label>
      {area === undefined
        ? <Input placeholder={placeholder} autoCapitalize="none" />
        : <TextArea rows={area} placeholder={placeholder} />}
      {hint !== undefined && <Text slot="description">{hint}</Text>}
      {problem !== undefined && <Text slot="errorMessage" className="wrong">{problem}</Text>}
    </TextField>
  )
}

/** A choice out of few, by the browser's own list. */
export const Choice = ({ label, onChange, options, value }: {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly options: ReadonlyArray<readonly [value: string, text: string]>
}) => (
  <label className="field">
    <span>{label}</span>
    <select value={value} onChange={(event) => onChange(event.target.value)}>
      {options.map(([id, text]) => <option key={id} value={id}>{text}</option>)}
    </select>
  </label>
)

/** Copies a text, and says so where the button was. */
export const Copy = ({ label = "Copy", main, of, text }: {
  readonly text: string
  readonly label?: string
  /** What is copied, for those who do not see what the button stands beside. */
  readonly of?: string
  readonly main?: boolean
}) => {
  const [said, say] = useState("")
  useEffect(() => {
    if (said === "") return
    const timer = setTimeout(() => say(""), 2000)
    return () => clearTimeout(timer)
  }, [said])
  return (
    <button
      type="button"
      className={main === true ? "main" : "small"}
      aria-label={said === "" && of !== undefined ? `${label}: ${of}` : undefined}
      onClick={() => void copy(text).then((done) => say(done ? "Copied" : "Select it and copy"))}
    >
      <span aria-live="polite">{said === "" ? label : said}</span>
    </button>
  )
}

/** A command or another text that is to be taken along whole. */
export const Code = ({ of, text }: { readonly text: string; readonly of: string }) => (
  <div className="code">
    <pre>{text}</pre>
    <Copy text={text} of={of} />
  </div>
)

/** The seconds that are left of a wait that began when the component was first shown; 0 when it is over. */
export const useCountdown = (millis: number | undefined): number => {
  const [left, setLeft] = useState(0)
  useEffect(() => {
    if (millis === undefined) return setLeft(0)
    const end = Date.now() + millis
    const tell = () => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)))
    tell()
    const timer = setInterval(tell, 500)
    return () => clearInterval(timer)
  }, [millis])
  return left
}

/** A problem, and a way to try again where that can help: at once, or when the wait is over. */
export const Trouble = ({ onAgain, problem }: { readonly problem: Problem; readonly onAgain?: () => void }) => {
  const left = useCountdown(problem.afterMillis)
  return (
    <div className="trouble" role="alert">
      <p className="said"><span className="mark fail" aria-hidden>✗</span> <strong>{problem.title}</strong></p>
      <p>{problem.text}</p>
      {problem.again && onAgain !== undefined && (
        <button type="button" disabled={left > 0} onClick={onAgain}>
          {left > 0 ? `Try again in ${left} s` : "Try again"}
        </button>
      )}
    </div>
  )
}

/** An answer of the server: `value` when it is there, `problem` when it will not come. */
export interface Loaded<A> {
  readonly value?: A
  readonly problem?: Problem
  readonly reload: () => void
}

/** Asks the server when the view opens and whenever `on` changes. */
export const useAnswer = <A,>(use: (client: Client) => Effect.Effect<A, unknown>, on: string): Loaded<A> => {
  const [state, setState] = useState<{ readonly value?: A; readonly problem?: Problem }>({})
  const [count, setCount] = useState(0)
  const reload = useCallback(() => setCount((n) => n + 1), [])
  const bearer = useToken()
  useEffect(() => {
    const abort = new AbortController()
    ask(use, abort.signal).then((value) => setState({ value }), (problem: Problem) => {
      if (!abort.signal.aborted) setState({ problem })
    })
    return () => abort.abort()
  }, [on, count, bearer])
  return { ...state, reload }
}

/** What a view shows until its answer is there, or instead of it. */
export const Waiting = ({ answer }: { readonly answer: Loaded<unknown> }) =>
  answer.problem === undefined
    ? <p className="quiet" role="status">Loading…</p>
    : <Trouble problem={answer.problem} onAgain={answer.reload} />

/** A modal dialog by the browser's own element, which keeps the focus inside and gives it back; Escape closes. */
export const Modal = ({ children, onClose, title }: {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
}) => {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="dialog-title">
      <header>
        <h2 id="dialog-title">{title}</h2>
        <button type="button" className="plain" onClick={() => dialog.current?.close()} aria-label="Close">✕</button>
      </header>
      {children}
    </dialog>
  )
}

/** A moment for people, in the zone of the reader; the exact one is its title. */
export const Moment = ({ at }: { readonly at: string }) => (
  <time dateTime={at} title={at}>{at.slice(0, 10)} {at.slice(11, 16)} UTC</time>
)
