/**
 * From the fields of the form to the options of a check.
 *
 * Knows the words of the form without their schemas, which come with the client; `test/Form.test.ts` compares the two.
 */
import type { AuthChoice, CheckOptions } from "@sonde/domain/Options"
import type { PhaseId, Security } from "@sonde/domain/Service"
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
  readonly clientId: string
  readonly tenant: string
  readonly cloud: string
  readonly until: string
  readonly auth: string
  readonly ca: string
  readonly connectTo: string
  readonly dns: string
  readonly selector: string
  readonly ip: string
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
  clientId: "",
  tenant: "",
  cloud: "",
  until: "",
  auth: "",
  ca: "",
  connectTo: "",
  dns: "",
  selector: "",
  ip: "",
  deliver: false,
  timeout: "",
  deadline: ""
}

const mechanisms = [
  "plain",
  "login",
  "cram-md5",
  "scram-sha-1",
  "scram-sha-256",
  "scram-sha-1-plus",
  "scram-sha-256-plus",
  "xoauth2",
  "oauthbearer"
] as const satisfies ReadonlyArray<AuthChoice>

const stops = [
  "resolve",
  "connect",
  "greeting",
  "ehlo",
  "tls",
  "auth",
  "mail",
  "rcpt"
] as const satisfies ReadonlyArray<
  PhaseId
>

const securities = ["starttls", "tls", "opportunistic", "none"] as const satisfies ReadonlyArray<Security>

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
    ...stops.map((id) => [id, id] as const)
  ],
  auth: [
    ["", "the strongest that both can"],
    ...mechanisms.map((id) => [id, id.toUpperCase()] as const)
  ]
} satisfies Record<string, ReadonlyArray<readonly [string, string]>>

const words = (text: string): ReadonlyArray<string> => text.split(/[\s,;]+/).filter((word) => word !== "")

const one = <A extends string>(words: ReadonlyArray<A>, text: string): A | undefined =>
  words.find((word) => word === text)

/** What was asked, without the secret. A port that is no number stays out of range, for the server to name. */
export const options = (fields: Fields): CheckOptions => {
  const text = (value: string): string | undefined => value.trim() === "" ? undefined : value.trim()
  const list = (value: string) => words(value).length === 0 ? undefined : words(value)
  const given: { readonly [Key in keyof CheckOptions]?: CheckOptions[Key] | undefined } = {
    provider: text(fields.provider),
    user: text(fields.user),
    auth: one(mechanisms, fields.auth),
    host: text(fields.host),
    port: fields.port.trim() === "" ? undefined : Number(fields.port),
    security: one(securities, fields.security),
    connectTo: list(fields.connectTo),
    dns: text(fields.dns),
    ca: text(fields.ca),
    ehlo: text(fields.ehlo),
    ...(fields.signIn === "device"
      ? { clientId: text(fields.clientId), tenant: text(fields.tenant), cloud: text(fields.cloud) }
      : {}),
    from: text(fields.from),
    to: list(fields.to),
    until: one(stops, fields.until),
    deliver: fields.deliver ? true : undefined,
    timeout: text(fields.timeout),
    deadline: text(fields.deadline)
  }
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { ...known, target: fields.target.trim() }
}

/** Ports on which a conversation begins in clear, with the protocol that changes it to TLS. */
const starttls = { 25: "smtp", 587: "smtp", 143: "imap", 110: "pop3", 4190: "sieve" } as const

const shared = ["target", "connectTo", "dns", "ca", "ehlo", "timeout", "deadline"] as const

/**
 * What was asked, for a look at a domain or at the TLS of a port alone: without what is for signing in and sending. On a port that
 * begins in clear TLS is asked for as usual there, unless it is to come first.
 */
export const look = (fields: Fields, service: "posture" | "tls"): CheckOptions => {
  const all = options(fields)
  const port = /:(\d+)$/.exec(all.target)?.[1]
  const begins = Object.entries(starttls).find(([key]) => key === port)?.[1]
  const chosen: { readonly [Key in keyof CheckOptions]?: CheckOptions[Key] | undefined } = {
    ...Object.fromEntries(shared.map((key) => [key, all[key]])),
    ...(service === "tls"
      ? { starttls: fields.security === "tls" ? undefined : begins }
      : {
        provider: all.provider,
        from: all.from,
        selector: words(fields.selector).length === 0 ? undefined : words(fields.selector),
        ip: fields.ip.trim() === "" ? undefined : fields.ip.trim()
      })
  }
  const known = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined))
  return { ...known, target: all.target, only: [service] }
}

/** A number with a unit. */
const isSpan = (text: string): boolean => /^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/u.test(text)

/** The first field that cannot be meant, by its name. */
export const wrong = (asked: CheckOptions): string | undefined => {
  const port = asked.port
  if (asked.target === "") return "target"
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) return "port"
  return (["timeout", "deadline"] as const).find((key) => asked[key] !== undefined && !isSpan(`${asked[key]}`))
}

/** What was asked in this tab, by run, or by the path of a view: for the page alone, and gone with it. Secrets are not kept. */
export const asked = new Map<string, { readonly options: CheckOptions; readonly signIn: SignIn }>()
