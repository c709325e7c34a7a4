/**
 * From the fields of the form to the body of a request.
 */
import type { CheckOptions } from "@sonde/domain/Options"
import { AuthChoice, CheckOptions as Schemas } from "@sonde/domain/Options"
import { PhaseId, Security } from "@sonde/domain/Service"
import type { StartRun } from "@sonde/http-api/RunsApi"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { SignIn } from "./Elsewhere.ts"

/** The fields as typed; empty text is an option that was not given. */
export interface Fields {
  readonly target: string
  readonly signIn: SignIn
  readonly secret: string
  readonly host: string
  readonly port: string
  readonly security: string
  readonly provider: string
  readonly user: string
  readonly from: string
  readonly to: string
  readonly ehlo: string
  readonly until: string
  readonly auth: string
  readonly ca: string
  readonly connectTo: string
  readonly deliver: boolean
  readonly timeout: string
  readonly deadline: string
}

/** A form that nobody has touched. */
export const empty: Fields = {
  target: "",
  signIn: "nothing",
  secret: "",
  host: "",
  port: "",
  security: "",
  provider: "",
  user: "",
  from: "",
  to: "",
  ehlo: "",
  until: "",
  auth: "",
  ca: "",
  connectTo: "",
  deliver: false,
  timeout: "",
  deadline: ""
}

/** The values that a choice of the form offers, with their words. */
export const choices = {
  security: [
    ["", "as usual there"],
    ["starttls", "STARTTLS"],
    ["tls", "TLS from the start"],
    ["opportunistic", "TLS if offered"],
    ["none", "no encryption"]
  ],
  until: [
    ["", "as far as the options reach"],
    ...["resolve", "connect", "greeting", "ehlo", "tls", "auth", "mail", "rcpt"].map((id) => [id, id] as const)
  ],
  auth: [
    ["", "the strongest that both can"],
    ...AuthChoice.literals.filter((id) => id !== "auto").map((id) => [id, id.toUpperCase()] as const)
  ]
} satisfies Record<string, ReadonlyArray<readonly [string, string]>>

const words = (text: string): ReadonlyArray<string> => text.split(/[\s,;]+/).filter((word) => word !== "")

const one = <A extends string>(schema: Schema.Literals<ReadonlyArray<A>>, text: string): A | undefined =>
  schema.literals.find((literal) => literal === text)

/** What was asked, without the secret. A port that is no number stays out of range, for the server to name. */
export const options = (fields: Fields): CheckOptions => {
  const text = (value: string): string | undefined => value.trim() === "" ? undefined : value.trim()
  const list = (value: string) => words(value).length === 0 ? undefined : words(value)
  const given: { readonly [Key in keyof CheckOptions]?: CheckOptions[Key] | undefined } = {
    provider: text(fields.provider),
    user: text(fields.user),
    auth: one(AuthChoice, fields.auth),
    host: text(fields.host),
    port: fields.port.trim() === "" ? undefined : Number(fields.port),
    security: one(Security, fields.security),
    connectTo: list(fields.connectTo),
    ca: text(fields.ca),
    ehlo: text(fields.ehlo),
    from: text(fields.from),
    to: list(fields.to),
    until: one(PhaseId, fields.until),
    deliver: fields.deliver ? true : undefined,
    timeout: text(fields.timeout),
    deadline: text(fields.deadline)
  }
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { ...known, target: fields.target.trim() }
}

/** A secret in the place of the body where it belongs; nothing for a run without one. */
export const secretOf = (signIn: SignIn, secret: string): Pick<StartRun, "secret" | "token"> =>
  signIn === "nothing" || secret === ""
    ? {}
    : { [signIn === "token" ? "token" : "secret"]: Redacted.make(secret, { label: "secret" }) }

/** The fields that do not belong to what they are given for, by the schema of options: a name each. */
export const wrong = (asked: CheckOptions): string | undefined => {
  const port = asked.port
  if (asked.target === "") return "target"
  if (port !== undefined && !Schema.is(Schemas.fields.port)(port)) return "port"
  for (const key of ["timeout", "deadline"] as const) {
    if (asked[key] !== undefined && !Schema.is(Schemas.fields[key])(asked[key])) return key
  }
  return undefined
}

/** What was asked in this tab, by run: for the page alone, and gone with it. Secrets are not kept. */
export const asked = new Map<string, { readonly options: CheckOptions; readonly signIn: SignIn }>()
