/** The commands `sonde runs`, `sonde show` and `sonde forget`. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Flags from "../Flags.ts"

const id = Argument.String("run").pipe(Argument.withDescription("id of the run, or a unique beginning of it"))
const load = Effect.promise(() => import("../run/runs.ts"))
const { json, color } = Flags.view
const { state } = Flags.places

export const runs = Command.make(
  "runs",
  { json, color, state },
  (input) => Effect.flatMap(load, (module) => module.runs(input))
).pipe(
  Command.withShortDescription("List runs, newest first"),
  Command.withDescription("Lists the runs that are kept, newest first."),
  Command.withExamples([{ command: "sonde runs --json", description: "As JSON" }])
)

export const show = Command.make(
  "show",
  { run: id, ...Flags.view, state },
  (input) => Effect.flatMap(load, (module) => module.show(input))
).pipe(
  Command.withShortDescription("Show the report of a run again"),
  Command.withDescription("Shows the report of a run as far as it has come, and ends with its status."),
  Command.withExamples([
    { command: "sonde show 01JDK7 --transcript", description: "All lines of the conversation" },
    { command: "sonde show 01JDK7 --json --redact personal", description: "To hand on, without personal data" }
  ])
)

export const forget = Command.make(
  "forget",
  { run: id, state },
  (input) => Effect.flatMap(load, (module) => module.forget(input))
).pipe(
  Command.withShortDescription("Remove a run"),
  Command.withDescription("Removes a run and everything kept of it."),
  Command.withExamples([{ command: "sonde forget 01JDK7", description: "Remove one run" }])
)
