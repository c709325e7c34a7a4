/**
 * Asks for the bearer token where the server wants one.
 */
import { type FormEvent, useState } from "react"
import { setToken, token } from "./Bearer.ts"
import { Field, Modal } from "./parts.tsx"

/** The dialog; a token that is given is kept in this tab, and what was refused is asked again with it. */
export const TokenDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const [text, setText] = useState("")
  const [refused] = useState(token() !== undefined)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim() === "") return
    onClose()
    setToken(text.trim())
  }
  return (
    <Modal title="This server wants a bearer token" onClose={onClose}>
      <form onSubmit={submit}>
        <p>
          Whoever runs the server makes one with <code>sonde serve tokens add NAME</code>.
        </p>
        <Field
          label="Bearer token"
          type="password"
          value={text}
          onChange={setText}
          problem={refused ? "The server does not know the token that was given, or it was revoked." : undefined}
          hint="Kept in this tab until it is closed."
        />
        <p className="tools">
          <button type="submit" className="main">Go on</button>
        </p>
      </form>
    </Modal>
  )
}
