/**
 * "Test" for a page of mail settings: what was typed goes in, a verdict that can be shown comes out.
 *
 * Nothing here knows of HTTP: the same program fits a command, a job or another framework.
 */
import { AddressPolicy, type Check, type Errors, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** What the form holds. The password is `Redacted` from here on: it cannot be printed, only unwrapped. */
export const Settings = Schema.Struct({
  host: Schema.String,
  port: Schema.Union([Schema.Int, Schema.FiniteFromString]),
  security: Schema.Literals(["starttls", "tls", "none"]),
  user: Schema.String,
  password: Schema.RedactedFromValue(Schema.String),
  from: Schema.String,
  recipient: Schema.String
})
export type Settings = typeof Settings.Type
export type Field = keyof Settings

/** What may be shown: no transcript, no address, no secret. `field` is where to show it; without one, above the form. */
export interface Verdict {
  readonly ok: boolean
  readonly field?: Field | undefined
  readonly sentence: string
  readonly cause?: string
  readonly who?: string
  readonly todo: ReadonlyArray<{ readonly text: string; readonly command?: string }>
}

/** Where the dialling may go, and for tests where it really goes. */
export interface Network extends Pick<Check, "connectTo" | "ca"> {
  readonly addresses?: AddressPolicy.AddressRule
}

const fieldOfOption: Readonly<Record<string, Field>> = {
  "the target": "from",
  "--host": "host",
  "--port": "port",
  "--user": "user",
  "--secret": "password",
  "--from": "from",
  "--to": "recipient"
}

/** The field that a failure is about; `default` are those that no field can mend. */
const fieldOf = (error: Errors.PhaseError): Field | undefined => {
  switch (error._tag) {
    case "ResolveError":
    case "ConnectError":
      return "host"
    case "TlsError":
      return error.reason === "PlaintextPeer" || error.reason === "ProtocolVersion" ? "security" : "host"
    case "GreetingError":
      return error.reason === "TlsExpected" ? "security" : "port"
    case "StartTlsError":
    case "AuthUnavailable":
      return "security"
    case "AuthRejected":
      return "password"
    case "SendAsDenied":
    case "SenderRejected":
      return "from"
    case "RecipientRejected":
      return "recipient"
    default:
      return undefined
  }
}

/** Sends one test message with the settings. Never fails for what it finds out. */
export const test = Effect.fn("test")(function*(settings: Settings, network: Network = {}) {
  const sonde = yield* Sonde
  const { addresses = AddressPolicy.publicOnly(), ...places } = network
  const { password, recipient, user, ...typed } = settings
  const check: Check = {
    ...places,
    ...typed,
    target: typed.from,
    to: [recipient],
    // Without this nothing is sent, and some providers judge the sender only when the message is there.
    deliver: true,
    // Somebody waits in front of the page.
    deadline: "20s",
    ...(user === "" ? {} : { user }),
    ...(Redacted.value(password) === "" ? {} : { secret: password })
  }
  // What cannot be meant is for the form. Without this line it would be a defect: a program has no typing errors.
  const invalid = yield* Effect.flip(sonde.validate(check)).pipe(Effect.catch(() => Effect.succeed(undefined)))
  if (invalid !== undefined) {
    const { option, problem, remedy } = invalid
    return { ok: false, field: fieldOfOption[option], sentence: `${problem}: ${remedy}`, todo: [] } satisfies Verdict
  }
  // Whoever may type a host may make this server dial it. The rule holds for the very address that is dialled, so a
  // name that leads inside gets no further. `once` keeps no journal; `check` would keep one for each test.
  const report = yield* Effect.provideService(sonde.once(check), AddressPolicy.AddressPolicy, addresses)
  if (report.delivered) return { ok: true, sentence: `A message to ${recipient} was accepted.`, todo: [] } as Verdict
  const error = report.services.flatMap(({ phases }) => phases).find(({ error }) => error !== undefined)?.error
  const [named] = report.verdicts
  // A sign-in that an administrator has switched off is no matter of the password.
  const isElsewhere = error?._tag === "AuthRejected" && named !== undefined && named.actor !== "user"
  return {
    ok: false,
    field: error === undefined || isElsewhere ? undefined : fieldOf(error),
    sentence: named?.title ?? error?.message ?? "The message was not accepted.",
    ...(named === undefined ? {} : { cause: named.cause, who: named.actor.replaceAll("-", " ") }),
    todo: (named?.remedies ?? []).flatMap(({ command, kind, text }) =>
      kind === "verify" || text === undefined ? [] : [command === undefined ? { text } : { text, command }]
    )
  } satisfies Verdict
})
