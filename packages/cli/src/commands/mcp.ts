/** The command `sonde mcp`. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Flags from "../Flags.ts"

export const mcp = Command.make("mcp", {
  ...Flags.places,
  ...Flags.reach
}, (input) => Effect.flatMap(Effect.promise(() => import("../run/mcp.ts")), ({ run }) => run(input))).pipe(
  Command.withShortDescription("Serve tools for assistants on standard input and output"),
  Command.withDescription(
    "Speaks the Model Context Protocol on standard input and output: check, explain and show. An assistant never handles a secret; it names a source that --allow-source allows. Only public addresses and the ports of mail are contacted unless flags say otherwise."
  ),
  Command.withExamples([
    { command: "sonde mcp --allow-source contoso.example=env:PW", description: "With a secret for one domain" }
  ])
)
