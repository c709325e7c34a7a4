/** The command `sonde serve tokens` with its subcommands. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Flags from "../../Flags.ts"

const load = Effect.promise(() => import("../../run/serve/tokens.ts"))
const { state } = Flags.places
const { database } = Flags.server
const name = Argument.String("name").pipe(
  Argument.withDescription("name of the token: whom it is for, such as help-desk")
)

const add = Command.make(
  "add",
  { name, state, database },
  (input) => Effect.flatMap(load, (module) => module.add(input))
).pipe(
  Command.withShortDescription("Make a token"),
  Command.withDescription("Makes a token and prints it. It is shown this once, and only a digest of it is kept."),
  Command.withExamples([{ command: "sonde serve tokens add help-desk", description: "For the help desk" }])
)

const list = Command.make(
  "list",
  { json: Flags.toggle("json", "print JSON"), state, database },
  (input) => Effect.flatMap(load, (module) => module.list(input))
).pipe(
  Command.withShortDescription("List tokens by name"),
  Command.withDescription("Lists the names of all tokens and when each was made."),
  Command.withExamples([{ command: "sonde serve tokens list --json", description: "As JSON" }])
)

const revoke = Command.make(
  "revoke",
  { name, state, database },
  (input) => Effect.flatMap(load, (module) => module.revoke(input))
).pipe(
  Command.withShortDescription("End a token"),
  Command.withDescription(
    "Ends a token. Servers that keep their tokens in the same place refuse it from the next request on."
  ),
  Command.withExamples([{ command: "sonde serve tokens revoke help-desk", description: "Nobody comes in with it" }])
)

export const tokens = Command.make("tokens").pipe(
  Command.withShortDescription("Make, list and end bearer tokens"),
  Command.withDescription("Tokens let people and programs in where the server can be reached from other machines."),
  Command.withSubcommands([add, list, revoke])
)
