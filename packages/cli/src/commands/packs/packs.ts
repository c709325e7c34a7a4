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
  Command.withShortDescription("List packs with where each is from"),
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
  Command.withShortDescription("Show what a pack knows"),
  Command.withDescription("Shows what a pack knows; with --json all of it."),
  Command.withExamples([{ command: "sonde packs show microsoft-365", description: "In short" }])
)

const lint = Command.make(
  "lint",
  { files, packs: folder, json },
  (input) => Effect.flatMap(Effect.promise(() => import("../../run/packs/lint.ts")), (module) => module.lint(input))
).pipe(
  Command.withShortDescription("Name every mistake of a pack"),
  Command.withDescription(
    "Names every mistake of a pack with file, line, check, rule and remedy: misspelt keys, unknown causes and placeholders, rules that never win, patterns that cost too much, reviews that are due, missing sources, examples that another rule takes. Exit 78 where there are errors."
  ),
  Command.withExamples([
    { command: "sonde packs lint my-pack.yaml", description: "One file" },
    { command: "sonde packs lint packs/ --json", description: "A folder of packs, or of the files of one, as JSON" }
  ])
)

const test = Command.make(
  "test",
  { files, packs: folder, json },
  (input) => Effect.flatMap(Effect.promise(() => import("../../run/packs/test.ts")), (module) => module.test(input))
).pipe(
  Command.withShortDescription("Try the examples of a pack"),
  Command.withDescription(
    "Tries the examples of packs: each must be explained by its own rule. Of the others it says which rule matched instead, what decided, and the edit that helps. Exit 78 where one is not."
  ),
  Command.withExamples([{ command: "sonde packs test my-pack.yaml", description: "One file" }])
)

const explain = Command.make(
  "explain",
  {
    text: Argument.String("reply").pipe(
      Argument.withDescription("the reply, or - to read it from standard input"),
      Argument.variadic({ min: 0 })
    ),
    ...Flags.hints,
    pack,
    packs: folder,
    json
  },
  (input) =>
    Effect.flatMap(Effect.promise(() => import("../../run/packs/explain.ts")), (module) => module.explain(input))
).pipe(
  Command.withShortDescription("Show which rule a reply finds, and why"),
  Command.withDescription(
    "Shows which rule a reply finds: the winner with the weight of each condition, rules that fit and come after it, and near misses with the first condition that failed. Exit 75 where no rule explains it."
  ),
  Command.withExamples([
    {
      command: "sonde packs explain \"535 5.7.3 Authentication unsuccessful\" --provider microsoft-365",
      description: "A reply of a provider"
    },
    {
      command: "sonde packs explain \"535 5.7.0 Switched off\" --pack my-pack.yaml",
      description: "With a pack of yours"
    }
  ])
)

const create = Command.make(
  "new",
  {
    name: Argument.String("name").pipe(
      Argument.withDescription("id of the pack: lower-case letters, digits and hyphens, such as acme-mail")
    ),
    kind: Flags.choice(
      "kind",
      ["provider", "software"],
      "provider: who runs mailboxes (default); software: a mail server"
    ),
    out: Flags.text("out", "FILE", "write it to this file (default NAME.yaml)"),
    force: Flags.toggle("force", "replace the file if it is there")
  },
  (input) => Effect.flatMap(Effect.promise(() => import("../../run/packs/new.ts")), (module) => module.create(input))
).pipe(
  Command.withShortDescription("Begin a pack"),
  Command.withDescription(
    "Writes a commented pack without mistakes to begin with, and prints the commands to go on with. A file that is there stays as it is without --force."
  ),
  Command.withExamples([
    { command: "sonde packs new acme-mail", description: "A provider, in acme-mail.yaml" },
    { command: "sonde packs new acme-mta --kind software --out packs/acme-mta.yaml", description: "A mail server" }
  ])
)

const schema = Command.make(
  "schema",
  { out: Flags.text("out", "FILE", "write it to this file instead of printing it") },
  (input) => Effect.flatMap(Effect.promise(() => import("../../run/packs/schema.ts")), (module) => module.schema(input))
).pipe(
  Command.withShortDescription("Print the JSON Schema of packs, for editors"),
  Command.withDescription(
    "Prints the JSON Schema of packs. Editors that speak YAML complete and explain the keys of a pack whose first line is: # yaml-language-server: $schema=pack.schema.json"
  ),
  Command.withExamples([{ command: "sonde packs schema --out pack.schema.json", description: "Into a file" }])
)

const causes = Command.make(
  "causes",
  {
    id: Argument.String("id").pipe(
      Argument.withDescription("a cause, to print its page; without, the list"),
      Argument.optional
    ),
    json
  },
  (input) => Effect.flatMap(load, (module) => module.causes(input))
).pipe(
  Command.withShortDescription("Print the list of causes, or the page of one"),
  Command.withDescription(
    "Prints the published list of causes, or the page of one: its meaning, its neighbours, what to do."
  ),
  Command.withExamples([
    { command: "sonde packs causes --json", description: "The list as JSON" },
    { command: "sonde packs causes greylisted", description: "One page" }
  ])
)

export const packs = Command.make("packs").pipe(
  Command.withShortDescription("Packs of knowledge: list, write, check, explain"),
  Command.withDescription("What Sonde knows about providers is data, in packs."),
  Command.withSubcommands([list, show, create, lint, test, explain, schema, causes])
)
