/** A page of mail settings with a "Test" button, in a plain Hono application: promises at the border, Effect inside. */
import * as NodeNet from "@sonde/platform-node/NodeNet"
import { Sonde } from "@sonde/sonde"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import { Hono } from "hono"
import { bodyLimit } from "hono/body-limit"
import { csrf } from "hono/csrf"
import { html } from "hono/html"
import { type Field, type Network, Settings, test, type Verdict } from "./settings.ts"

const fields: ReadonlyArray<readonly [Field, label: string, type: string]> = [
  ["host", "Server", "text"],
  ["port", "Port", "number"],
  ["security", "Security", "select"],
  ["user", "User name", "text"],
  ["password", "Password", "password"],
  ["from", "Sender", "email"],
  ["recipient", "Send the test to", "email"]
]

const empty: Readonly<Record<string, unknown>> = { port: "587", security: "starttls" }

/** The form as it was typed, but for the password: what is never sent back cannot be read from the page. */
const page = (typed: Readonly<Record<string, unknown>>, verdict?: Verdict) => {
  const said = verdict === undefined ?
    "" :
    html`<strong role="${verdict.ok ? "status" : "alert"}">${verdict.sentence}</strong>
    ${verdict.who === undefined ? "" : html`<p>To be done by: ${verdict.who}</p>`}
    <ul>${
      verdict.todo.map(({ command, text }) =>
        html`<li>${text}${command === undefined ? "" : html`<pre>${command}</pre>`}</li>`
      )
    }</ul>`
  const input = (name: Field, type: string) =>
    type === "select"
      ? html`<select name="${name}">${
        ["starttls", "tls", "none"].map((value) =>
          html`<option ${typed[name] === value ? "selected" : ""}>${value}</option>`
        )
      }</select>`
      : html`<input name="${name}" type="${type}" value="${name === "password" ? "" : String(typed[name] ?? "")}">`
  return html`<!doctype html><html lang="en"><title>Mail settings</title>
    ${verdict?.field === undefined ? said : ""}
    <form method="post">${
    fields.map(([name, label, type]) =>
      html`<p><label>${label} ${input(name, type)}</label></p>${verdict?.field === name ? said : ""}`
    )
  }<button>Test</button></form></html>`
}

/**
 * The application, and how it ends. One runtime serves all requests: it is built with the first one, and `dispose` waits
 * for what is under way and closes it. Put your own sign-in in front: whoever reaches this page can send mail.
 */
export const make = (network: Network = {}) => {
  const runtime = ManagedRuntime.make(Sonde.layer.pipe(Layer.provide(NodeNet.layer)))

  const verdictOn = async (typed: unknown, signal: AbortSignal): Promise<Verdict> => {
    const read = Schema.decodeUnknownExit(Settings)(typed)
    // The words of a failed decoding can hold what was typed, the password among it: say your own.
    if (Exit.isFailure(read)) return { ok: false, sentence: "A field is missing, or is no such value.", todo: [] }
    // The signal: somebody who leaves the page ends the conversation with the mail server, too.
    return runtime.runPromise(test(read.value, network), { signal })
  }

  const app = new Hono()
    // A form of another site must not press this button; `csrf` compares Origin for what a form can send.
    .use(csrf(), bodyLimit({ maxSize: 16_384 }))
    .get("/settings/mail", (c) => c.html(page(empty)))
    .post("/settings/mail", async (c) => {
      const typed = await c.req.parseBody()
      return c.html(page(typed, await verdictOn(typed, c.req.raw.signal)))
    })
    .post("/api/settings/mail/test", async (c) => {
      const typed: unknown = await c.req.json().catch(() => undefined)
      const verdict = await verdictOn(typed, c.req.raw.signal)
      return c.json(verdict, verdict.ok ? 200 : 422)
    })

  return { app, dispose: () => runtime.dispose() }
}
