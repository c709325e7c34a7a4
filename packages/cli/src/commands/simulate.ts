/** The commands `sonde simulate` and `sonde demo`. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Flags from "../Flags.ts"

const world = Flags.text("world", "FILE", "a world of tenants and mailboxes, YAML or JSON, instead of the built-in one")

export const simulate = Command.make("simulate", {
  pack: Argument.String("pack").pipe(Argument.withDescription("provider to behave like: microsoft-365, gmail")),
  port: Flags.text("port", "PORT", "port to listen on (default: any free one)"),
  world,
  json: Flags.toggle("json", "print how to reach it as one line of JSON first")
}, (input) => Effect.flatMap(Effect.promise(() => import("../run/simulate.ts")), ({ run }) => run(input))).pipe(
  Command.withShortDescription("Run a local server that behaves like a provider"),
  Command.withDescription(
    "Runs a server on this machine that answers as the provider does, policy switches included, until a signal stops it. Microsoft 365 takes the administrator's commands on standard input."
  ),
  Command.withExamples([
    { command: "sonde simulate microsoft-365 --port 2587", description: "On a port of your choice" },
    {
      command: "sonde simulate microsoft-365 --json --world my-world.yaml",
      description: "For a program, with a world of your own"
    }
  ])
)

export const demo = Command.make("demo", {
  world,
  json: Flags.toggle("json", "print one report a line"),
  color: Flags.view.color
}, (input) => Effect.flatMap(Effect.promise(() => import("../run/demo.ts")), ({ run }) => run(input))).pipe(
  Command.withShortDescription("See the main job at work, without a network"),
  Command.withDescription(
    "Diagnoses mailboxes of a simulated Microsoft 365, one for each thing that goes wrong, then repairs one of them with the printed command and resumes it."
  ),
  Command.withExamples([
    { command: "sonde demo", description: "The built-in world" },
    { command: "sonde demo --world my-world.yaml", description: "Every mailbox of a world of your own" }
  ])
)
