/** The command `sonde tls`. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Flags from "../Flags.ts"

export const tls = Command.make("tls", {
  target: Argument.String("target").pipe(
    Argument.withDescription("a host with a port (mail.example.com:993)"),
    Argument.optional,
    Argument.map(Option.getOrUndefined)
  ),
  ...Flags.tls,
  file: Flags.text(
    "import",
    "FILE",
    "read a report of testssl.sh or sslyze (JSON) instead of connecting; - for standard input"
  ),
  ...Flags.view,
  events: Flags.events,
  ...Flags.places
}, (input) => Effect.flatMap(Effect.promise(() => import("../run/tls.ts")), ({ run }) => run(input))).pipe(
  Command.withShortDescription("Look at the TLS of a port"),
  Command.withDescription(
    "Shows the chain as sent with everything that is wrong with it, the versions that are taken and refused, and what is offered before and after TLS. Signs in nowhere."
  ),
  Command.withExamples([
    { command: "sonde tls imap.example.com:993", description: "A port that begins with TLS" },
    { command: "sonde tls mail.example.com:587 --starttls smtp", description: "A port that begins in clear" },
    {
      command: "sonde tls mail.example.com:993 --revocation",
      description: "Read revocation lists and missing issuers too"
    },
    { command: "sonde tls --import testssl.json", description: "Ciphers, judged by testssl.sh or sslyze" }
  ])
)
