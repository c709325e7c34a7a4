/**
 * The options of a check besides the target and the sign-in; loaded when they are opened.
 */
import type { ServerFacts } from "@sonde/http-api/SystemApi"
import { useEffect } from "react"
import * as Form from "./Form.ts"
import { Choice } from "./parts.tsx"
import type { SetField, TextField } from "./Start.tsx"

/** The fields, in the order in which a connection comes to them. */
export const More = ({ fields, onShown, server, set, text }: {
  readonly fields: Form.Fields
  readonly set: SetField
  readonly text: TextField
  readonly server: ServerFacts | undefined
  /** Called when the fields are there: one of them may be what was wrong. */
  readonly onShown: () => void
}) => {
  useEffect(onShown, [])
  return (
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
      {text("selector", "DKIM selectors", { hint: "For the posture; besides those of the packs." })}
      {text("ip", "Sending address", { hint: "For the posture: what SPF says of it." })}
      {server?.allowPrivate === true && text("dns", "Resolver", { placeholder: "127.0.0.1:53" })}
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
  )
}
