/** That a command line which needs no command tree is read as the tree reads it. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { parameters } from "@sonde/cli/commands/explain"
import { explain } from "@sonde/cli/Quick"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const quiet = Layer.mergeAll(
  CliOutput.layerPresenter({ present: () => Effect.void }),
  CliConfig.layer({ builtIns: [] }),
  NodeServices.layer
)

/** What the tree makes of the words; undefined where it refuses them. */
const judged = (words: ReadonlyArray<string>) =>
  Effect.suspend(() => {
    let found: unknown
    const command = Command.make("explain", parameters, (input) => Effect.sync(() => void (found = input)))
    return Command.runWith(command, { version: "0" })(words).pipe(
      Effect.ignore,
      Effect.map(() => found),
      Effect.provide(quiet)
    )
  })

describe("a quick command line", () => {
  it.effect.each<ReadonlyArray<string>>([
    [],
    ["535 5.7.3 Authentication unsuccessful"],
    ["535", "5.7.3", "Authentication", "unsuccessful"],
    ["-"],
    ["535 no", "--json"],
    ["--json", "535 no"],
    ["--provider", "microsoft-365", "535 no", "--phase=auth", "--protocol", "smtp"],
    ["535 no", "--host", "a.example", "--port", "587", "--mechanism=LOGIN"],
    ["--batch"],
    ["--batch", "-", "--redact", "personal", "--exit-codes", "simple"],
    ["535 no", "--format=ndjson", "--color", "never", "--fail-on", "warning"],
    ["535 no", "--quiet", "--short", "--transcript"],
    ["535 no", "--pack", "a.yaml", "--pack=b.yaml", "--packs", "folder"],
    ["535 no", "--provider=a=b"],
    ["--log", "mail.log", "--top=5"]
  ])("is read as the tree reads it: %j", (words) =>
    Effect.gen(function*() {
      const quickly = explain(words)
      assert.isDefined(quickly)
      assert.deepStrictEqual(quickly, yield* judged(words))
    }))

  it.each<ReadonlyArray<string>>([
    ["--help"],
    ["-h"],
    ["--version"],
    ["--completions", "bash"],
    ["535 no", "--jsn"],
    ["535 no", "--json", "--json"],
    ["535 no", "--json=false"],
    ["535 no", "--no-json"],
    ["535 no", "--provider"],
    ["535 no", "--provider", ""],
    ["535 no", "--provider", "--json"],
    ["535 no", "--provider", "a", "--provider", "b"],
    ["535 no", "--color", "blue"],
    ["535 no", "--redact", "all"],
    ["535 no", "--exit-codes", "no"],
    ["--json", "true", "535 no"],
    ["--", "535 no"],
    ["535 no", "-v"],
    ["535 no", "--fail-on", "error"]
  ])("is left to the tree: %j", (...words) => assert.isUndefined(explain(words)))

  const Words = Schema.Array(Schema.Literals([
    "535 no",
    "-",
    "auth",
    "true",
    "",
    "--",
    "--json",
    "--batch",
    "--quiet",
    "--provider",
    "--provider=x",
    "--phase",
    "--port",
    "587",
    "--color",
    "never",
    "--color=auto",
    "--pack",
    "--pack=p.yaml",
    "--packs",
    "--no-batch",
    "-x"
  ])).check(Schema.isMaxLength(6))

  it.effect.prop(
    "is read as the tree reads it, or left to it, whatever the words",
    [Words],
    ([words]) =>
      Effect.gen(function*() {
        const quickly = explain(words)
        if (quickly !== undefined) assert.deepStrictEqual(quickly, yield* judged(words), JSON.stringify(words))
      })
  )
})
