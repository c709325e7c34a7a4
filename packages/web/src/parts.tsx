/**
 * The small parts that views share: fields, copy buttons, problems, states, dialogs.
 */
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react"
import { useField } from "react-aria/useField"
import { useToken } from "./Bearer.ts"
import { ask, type Client } from "./Client.ts"
import { copy } from "./Clipboard.ts"
import { minute } from "./Moment.ts"
import type { Problem } from "./Problem.ts"

/** A text field with its label, and what is wrong with it. */
export const Field = ({ area, className = "", hint, isRequired, label, onChange, problem, type, value, ...rest }: {
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
  const wrong = problem !== undefined
  const { descriptionProps, errorMessageProps, fieldProps, labelProps } = useField({
    label,
    description: hint,
    errorMessage: problem,
    isInvalid: wrong
  })
  const field = {
    ...rest,
    ...fieldProps,
    value,
    required: isRequired,
    "aria-invalid": wrong || undefined,
    autoComplete: "off",
    spellCheck: false,
    autoCorrect: "off",
    autoCapitalize: "none"
  }
  return (
    <div className={`field ${className}`}>
      <label {...labelProps}>{label}</label>
      {area === undefined
        ? <input type={type} {...field} onChange={(event) => onChange(event.target.value)} />
        : <textarea rows={area} {...field} onChange={(event) => onChange(event.target.value)} />}
      {hint !== undefined && <small {...descriptionProps}>{hint}</small>}
      {wrong && <small {...errorMessageProps} className="wrong">{problem}</small>}
    </div>
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
export const Copy = ({ kind = "small", label = "Copy", of, text }: {
  /** A text that takes work is made when it is asked for. */
  readonly text: string | (() => string)
  readonly label?: string
  /** What is copied, for those who do not see what the button stands beside. */
  readonly of?: string
  readonly kind?: "main" | "usual" | "small"
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
      className={kind === "small" ? "small" : kind === "main" ? "main" : undefined}
      aria-label={said === "" && of !== undefined ? `${label}: ${of}` : undefined}
      onClick={() =>
        void copy(typeof text === "string" ? text : text()).then((done) => say(done ? "Copied" : "Select it and copy"))}
    >
      <span aria-live="polite">{said === "" ? label : said}</span>
    </button>
  )
}

/** A command or another text that is to be taken along whole. */
export const Code = ({ of, text }: { readonly text: string; readonly of: string }) => (
  <div className="code">
    {/* A command breaks between its words only: a hyphen at the end of a line could be taken for part of it. */}
    <pre>{text.split(/( +|\n)/).map((word, index) => /^\S/.test(word) ? <span key={index}>{word}</span> : word)}</pre>
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
    <div className="trouble">
      <div role="alert">
        <p className="said">
          <span className="mark fail" aria-hidden>✗</span> <strong>{problem.title}</strong>
        </p>
        <p>{problem.text}</p>
      </div>
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
export function useAnswer<A>(use: (client: Client) => Promise<A>, on: string): Loaded<A> {
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
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    element?.querySelector<HTMLElement>("input:not([type=radio])")?.focus()
    // Taken away while it is open, it would not give the focus back.
    return () => element?.close()
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

/** A moment for people, to the minute; the exact one is its title. */
export const Moment = ({ at }: { readonly at: string }) => <time dateTime={at} title={at}>{minute(at)}</time>
