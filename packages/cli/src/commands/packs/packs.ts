/** The command `sonde packs` with its subcommands. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Flags from "../../Flags.ts"

const load = Effect.promise(() => import("../../run/packs/packs.ts"))
const { pack, packs: folder } = Flags.places
const json = Flags.toggle("json", "print JSON")
const files = Argument.String("file").pipe(
  Argument.withDescription("pack files, or folders of them; without any, all packs in use"),
  Argument.variadic({ min: 0 })
)

const list = Command.make(
  "list",
  { pack, packs: folder, json },
  (input) => Effect.flatMap(load, (module) => module.list(input))
).pipe(
  Command.withDescription(
    "Lists all packs with where each is from. A pack of yours replaces the whole of a built-in one with the same id. From the strongest to the weakest: --pack, --packs, the files and folders of SONDE_PACKS, $XDG_CONFIG_HOME/sonde/packs (~/.config/sonde/packs), the built-in packs."
  ),
  Command.withExamples([{ command: "sonde packs list --json", description: "As JSON" }])
)

const show = Command.make(
  "show",
  { id: Argument.String("id").pipe(Argument.withDescription("id or alias of a pack")), pack, packs: folder, json },
  (input) => Effect.flatMap(load, (module) => module.show(input))
).pipe(
  Command.withDescription("Shows what a pack knows; with --json all of it."),
  Command.withExamples([{ command: "sonde packs show microsoft-365", description: "In short" }])
)

const lint = Command.make(
  "lint",
  { files, packs: folder, json },
  (input) => Effect.flatMap(Effect.promise(() => import("../../run/packs/lint.ts")), (module) => module.lint(input))
).pipe(
  Command.withDescription(
    "Names every mistake of a pack with file, line, check, rule and remedy: misspelt keys, unknown causes and placeholders, rules that never win, patterns that cost too much, reviews that are due, missing sources, examples that another rule takes. Exit 78 where there are errors."
  ),
  Command.withExamples([
    { command: "sonde packs lint my-pack.yaml", description: "One file" },
    { command: "sonde packs lint packs/ --json", description: "A folder, as JSON" }
  ])
)

const test = Command.make(
  "test",
  { files, packs: folder, json },
  (input) => Effect.flatMap(Effect.promise(() => import("../../run/packs/test.ts")), (module) => module.test(input))
).pipe(
  Command.withDescription(
    "Tries the examples of packs: each must be explained by its own rule. Of the others it says which rule matched instead, what decided, and the edit that helps. Exit 78 where one is not."
  ),
  Command.withExamples([{ command: "sonde packs test my-pack.yaml", description: "One file" }])
)

const schema = Command.make(
  "schema",
  { out: Flags.text("out", "FILE", "write it to this file instead of printing it") },
  (input) => Effect.flatMap(Effect.promise(() => import("../../run/packs/schema.ts")), (module) => module.schema(input))
).pipe(
  Command.withDescription(
    "Prints the JSON Schema of packs. Editors that speak YAML complete and explain the keys of a pack whose first line is: # yaml-language-server: $schema=pack.schema.json"
  ),
  Command.withExamples([{ command: "sonde packs schema --out pack.schema.json", description: "Into a file" }])
)

const causes = Command.make(
  "causes",
  { json },
  (input) => Effect.flatMap(load, (module) => module.causes(input))
).pipe(
  Command.withDescription("Prints the published list of causes."),
  Command.withExamples([{ command: "sonde packs causes --json", description: "As JSON" }])
)

export const packs = Command.make("packs").pipe(
  Command.withShortDescription("List, show and check packs of knowledge"),
  Command.withDescription("What Sonde knows about providers is data, in packs."),
  Command.withSubcommands([list, show, lint, test, schema, causes])
)
