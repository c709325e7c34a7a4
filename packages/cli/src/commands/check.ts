/** The command `sonde check`. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Flags from "../Flags.ts"

export const check = Command.make("check", {
  target: Argument.String("target").pipe(
    Argument.withDescription("a mailbox (person@example.com), a domain, or a host with a port (mail.example.com:587)")
  ),
  ...Flags.secrets,
  ...Flags.check,
  ...Flags.view,
  events: Flags.events,
  ...Flags.places
}, (input) => Effect.flatMap(Effect.promise(() => import("../run/check.ts")), ({ run }) => run(input))).pipe(
  Command.withShortDescription("Diagnose a mailbox, a domain or a server"),
  Command.withDescription(
    "Goes through every phase of a mail connection and tells which one stops, why, and what to change. Nothing is sent without --deliver."
  ),
  Command.withExamples([
    {
      command: "SCANNER_PW=... sonde check scanner@example.com --secret env:SCANNER_PW",
      description: "Sign in with the password of a variable"
    },
    {
      command: "sonde check scanner@example.com --secret prompt --to someone@example.org",
      description: "Ask for the password, and see whether a recipient is accepted"
    },
    { command: "sonde check mail.example.com:587", description: "Look at a server without signing in" },
    { command: "sonde check a@example.com --token cmd:'mytool token' --json", description: "OAuth 2.0, result as JSON" }
  ])
)
