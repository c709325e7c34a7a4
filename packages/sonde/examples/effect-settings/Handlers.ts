/** The page, and the same as JSON. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Layer from "effect/Layer"
import { Api, type Refusal } from "./Api.ts"
import { MailTest } from "./MailTest.ts"

type Typed = Readonly<Partial<Record<"host" | "port" | "security" | "user" | "from" | "recipient", string | number>>>

const escaped = (text: string | number): string =>
  String(text).replaceAll(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`)

const told = ({ sentence, todo, who }: Pick<Refusal, "sentence" | "todo"> & { readonly who?: string }): string =>
  `<p role="alert"><strong>${escaped(sentence)}</strong>${
    who === undefined ? "" : ` To be done by: ${escaped(who)}.`
  }</p>
  <ul>${todo.map(({ command, text }) => `<li>${escaped(text)}<pre>${escaped(command ?? "")}</pre></li>`).join("")}</ul>`

/** The form as it was typed, but for the password: what is never sent back cannot be read from the page. */
const page = (typed: Typed, result?: string | Refusal): string => {
  const field = typeof result === "object" && "field" in result ? result.field : undefined
  const words = result === undefined
    ? ""
    : typeof result === "string"
    ? `<p role="status">${escaped(result)}</p>`
    : told(result)
  const row = (name: keyof Typed | "password", label: string, input: string) =>
    `<p><label>${label} ${input}</label></p>${field === name ? words : ""}`
  const text = (name: keyof Typed, label: string, type = "text") =>
    row(name, label, `<input name="${name}" type="${type}" value="${escaped(typed[name] ?? "")}">`)
  const options = ["starttls", "tls", "none"].map((value) =>
    `<option${typed.security === value ? " selected" : ""}>${value}</option>`
  )
  return `<!doctype html><html lang="en"><title>Mail settings</title>${
    field === undefined ? words : ""
  }<form method="post">
  ${text("host", "Server")}${text("port", "Port", "number")}
  ${row("security", "Security", `<select name="security">${options.join("")}</select>`)}
  ${text("user", "User name")}${row("password", "Password", "<input name=\"password\" type=\"password\">")}
  ${text("from", "Sender", "email")}${
    text("recipient", "Send the test to", "email")
  }<button>Test</button></form></html>`
}

/** The handlers. Put your own authorization in front, as a middleware of the group: whoever gets here can send mail. */
export const layer = HttpApiBuilder.group(
  Api,
  "settings",
  Effect.fn(function*(handlers) {
    const mail = yield* MailTest
    const test = (settings: Parameters<typeof mail.send>[0]) =>
      Effect.as(mail.send(settings), `A message to ${settings.recipient} was accepted.`)
    return handlers.handleAll({
      page: () => Effect.succeed(page({ port: 587, security: "starttls" })),
      submit: ({ payload: { password, ...typed } }) =>
        test({ ...typed, password }).pipe(
          Effect.catch((refusal) => Effect.succeed(refusal)),
          Effect.map((result) => page(typed, result))
        ),
      test: ({ payload }) => Effect.map(test(payload), (sentence) => ({ sentence }))
    })
  })
)

/** The routes of the API, for the server of an application. */
export const routes = HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(Layer.provide(layer))
