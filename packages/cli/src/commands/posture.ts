/** The command `sonde posture`. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Flags from "../Flags.ts"

export const posture = Command.make("posture", {
  domain: Argument.String("domain").pipe(Argument.withDescription("a domain (example.com), or a mailbox of it")),
  ...Flags.posture,
  ...Flags.view,
  events: Flags.events,
  ...Flags.places
}, (input) => Effect.flatMap(Effect.promise(() => import("../run/posture.ts")), ({ run }) => run(input))).pipe(
  Command.withShortDescription("Examine what a domain publishes about its mail"),
  Command.withDescription(
    "Looks at MX, SPF, DKIM, DMARC, MTA-STS, TLS reporting, DANE and BIMI, and at the certificates of the mail exchangers; tells for each finding who must act and which record to publish. Exit status 1 means findings at or above --fail-on."
  ),
  Command.withExamples([
    { command: "sonde posture example.com", description: "Everything that needs nothing but the domain" },
    {
      command: "sonde posture example.com --selector s1 --ip 192.0.2.1",
      description: "With a DKIM key, and SPF for the address that sends"
    },
    { command: "sonde posture example.com --fail-on warning --json", description: "For a pipeline, result as JSON" }
  ])
)
