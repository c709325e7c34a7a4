/** The command `sonde resume`. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Flags from "../Flags.ts"

export const resume = Command.make("resume", {
  run: Argument.String("run").pipe(Argument.withDescription("id of the run, or a unique beginning of it")),
  ...Flags.secrets,
  ...Flags.check,
  ...Flags.view,
  events: Flags.events,
  ...Flags.places
}, (input) => Effect.flatMap(Effect.promise(() => import("../run/resume.ts")), ({ run }) => run(input))).pipe(
  Command.withShortDescription("Continue a run"),
  Command.withDescription(
    "Keeps what passed and tries again what failed, with the flags the run had. Flags given again override; secrets were not kept and must be given again."
  ),
  Command.withExamples([
    { command: "sonde resume 01JDK7 --secret env:SCANNER_PW", description: "After the change, with the same password" },
    { command: "sonde resume 01JDK7 --secret prompt --until rcpt", description: "Go further than the first time" }
  ])
)
