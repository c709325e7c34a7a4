/**
 * The story of `sonde demo` about the move from passwords to OAuth 2.0: basic authentication is off, then a token is for something
 * else, then it is the right one.
 *
 * Each step is the flow of a command that is printed above it, against a simulated organisation of its own.
 */
import type { Report } from "@sonde/domain/Report"
import * as World from "@sonde/simulator/World"
import { type Check, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Journal from "../Journal.ts"
import { start } from "./simulate.ts"

const mailbox = "scanner@litware.example"
const password = "fake-Litware-7Pc4"
const application = { appId: "6b1f0c52-0000-4000-8000-00000000a101", objectId: "6b1f0c52-0000-4000-8000-00000000b101" }
const clientSecret = "fake-secret-litware-5Jd8"

/** An organisation that lets nobody sign in with a password, and the application that its scanner uses instead. */
const world = {
  tenants: [{
    name: "Litware",
    domains: ["litware.example"],
    smtpAuth: "on",
    authenticationPolicies: [{ name: "Block Basic Auth", allowBasicAuthSmtp: false }],
    defaultAuthenticationPolicy: "Block Basic Auth",
    servicePrincipals: [{ ...application, displayName: "Litware Scanner" }],
    applications: [{
      ...application,
      name: "Litware Scanner",
      secrets: [{ value: clientSecret }],
      application: ["https://outlook.office365.com/SMTP.SendAsApp"]
    }]
  }],
  mailboxes: [{
    address: mailbox,
    password,
    fullAccess: [application.objectId],
    // What the issuer gives an application that asks for Graph.
    tokens: [{ ...application, roles: ["Mail.Send"], audience: "https://graph.microsoft.com" }]
  }]
}

const byApplication = `--token client-credentials --client-id ${application.appId} --client-secret env:CS`

/** A step: what is typed, what it is about, and how it ended. */
export interface Step {
  readonly title: string
  readonly commands: ReadonlyArray<string>
  readonly report: Report
}

/** What the last step has to be: it passed, and both before it had their causes named. */
export const holds = (steps: ReadonlyArray<Step>): boolean =>
  steps.map(({ report }) => report.outcome === "pass" ? "pass" : report.verdicts[0]?.cause).join(" ") ===
    "basic_auth_retired oauth_wrong_audience pass"

/** Plays the story; each step is given to `tell` when it is over. Needs a network of this machine alone. */
export const play = Effect.fnUntraced(function*<E, R>(tell: (step: Step) => Effect.Effect<void, E, R>) {
  const sonde = yield* Sonde
  const running = yield* start({ world: yield* Effect.orDie(World.decode(world)) })
  const common = {
    target: mailbox,
    provider: "microsoft-365",
    connectTo: running.connectTo,
    ca: running.caPem,
    ehlo: "demo.sonde.example"
  }
  const grant = {
    grant: "client-credentials",
    clientId: application.appId,
    clientSecret: Redacted.make(clientSecret, { label: "client secret" })
  } as const
  const check = (options: Partial<Check>) =>
    Effect.mapError(sonde.check({ ...common, ...options }), (error) => Journal.failure(error))
  const steps: Array<Step> = []
  const end = (step: Step) => {
    steps.push(step)
    return tell(step)
  }

  yield* end({
    title: "its password",
    commands: [`sonde check ${mailbox} --secret env:PW`],
    report: yield* check({ secret: Redacted.make(password, { label: "secret" }) })
  })

  const announced = running.mailboxes.find(({ address }) => address === mailbox)?.token
  yield* end({
    title: "a token that its application obtained for Microsoft Graph",
    commands: [`sonde check ${mailbox} --token env:TOKEN`],
    report: yield* check(announced === undefined ? {} : { token: Redacted.make(announced, { label: "token" }) })
  })

  yield* end({
    title: "a token that it obtained for SMTP",
    commands: [`sonde check ${mailbox} ${byApplication}`],
    report: yield* check(grant)
  })
  return steps
})
