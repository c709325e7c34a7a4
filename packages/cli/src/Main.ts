/**
 * The root command and its layers.
 *
 * Loaded by `bin.ts`. Commands load what they need only when they run.
 */
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Sink from "effect/Sink"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import { check } from "./commands/check.ts"
import { discover } from "./commands/discover.ts"
import { explain, textLast } from "./commands/explain.ts"
import { mcp } from "./commands/mcp.ts"
import { packs } from "./commands/packs/packs.ts"
import { posture } from "./commands/posture.ts"
import { resume } from "./commands/resume.ts"
import { forget, runs, show } from "./commands/runs.ts"
import { serve } from "./commands/serve/serve.ts"
import { demo, simulate } from "./commands/simulate.ts"
import { tls } from "./commands/tls.ts"
import { token } from "./commands/token.ts"
import { Failure, Stop } from "./Failure.ts"
import * as Flags from "./Flags.ts"
import * as Process from "./Process.ts"
import { Screen } from "./Screen.ts"
import * as Usage from "./Usage.ts"
import { version } from "./Version.ts"

/** The whole tree of commands. */
export const sonde = Command.make("sonde").pipe(
  Command.withDescription(
    "Sends a probe through every phase of a mail connection and tells which phase stops, why, and exactly what to change."
  ),
  Command.withSubcommands([
    check,
    discover,
    posture,
    tls,
    explain,
    resume,
    runs,
    show,
    forget,
    token,
    packs,
    serve,
    mcp,
    simulate,
    demo
  ]),
  Command.withExamples([
    { command: "sonde check scanner@example.com --secret env:SCANNER_PW", description: "Diagnose a mailbox" },
    { command: "sonde explain \"535 5.7.3 Authentication unsuccessful\"", description: "Name the cause of a reply" },
    { command: "sonde demo", description: "See it at work, without a network" }
  ])
)

const help = (screen: Screen["Service"]) => {
  const formatter = CliOutput.defaultFormatter()
  const columns = Number(screen.env.SONDE_FORCE_TTY) || screen.stdout.columns || 80
  return CliOutput.layer({
    ...formatter,
    formatHelpDoc: (doc) => Usage.wrapped(formatter.formatHelpDoc(doc), Math.max(60, Math.min(columns, 120)))
  })
}

const presenter = (screen: Screen["Service"]) =>
  CliOutput.layerPresenter({
    present: (event) =>
      event._tag === "InvalidInvocation"
        ? screen.err(Usage.text(event.commandPath, event.errors, event.helpDoc.flags.map(({ name }) => `--${name}`)))
        : CliOutput.defaultPresenter.present(event)
  })

const config = CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })

/** Runs a command line and gives the exit status; whatever is to be said has been said. */
export const run: (argv: ReadonlyArray<string>) => Effect.Effect<number, never, Screen | Command.Environment> = Effect
  .fnUntraced(function*(argv: ReadonlyArray<string>) {
    const screen = yield* Screen
    return yield* Command.runWith(sonde, { version })(Flags.families(textLast(argv))).pipe(
      Effect.provide(Layer.mergeAll(presenter(screen), help(screen), config)),
      Effect.mapError((error) => {
        if (error instanceof Stop || error instanceof Failure) return error
        const isHelp = CliError.isCliError(error) && error._tag === "ShowHelp" && error.errors.length === 0
        return new Stop({ exitCode: isHelp ? 0 : 64 })
      }),
      Process.status
    )
  })

const unused = new Error("a flag or prompt of effect/cli uses the machine, and no service for that is provided")
const absent = Effect.die(unused)

/**
 * What effect/cli demands of the machine, for flags that read files and for prompts: there are none here, commands do
 * that themselves. The services of platform-node would load child_process, crypto, net and readline for every command.
 */
const environment: Layer.Layer<Command.Environment> = Layer.mergeAll(
  FileSystem.layerNoop({}),
  Path.layer,
  Layer.succeed(
    Terminal.Terminal,
    Terminal.make({
      columns: absent,
      rows: absent,
      size: absent,
      readInput: absent,
      readLine: absent,
      display: () => absent
    })
  ),
  Layer.succeed(
    Stdio.Stdio,
    Stdio.make({
      args: absent,
      stdout: () => Sink.die(unused),
      stderr: () => Sink.die(unused),
      stdin: Stream.die(unused)
    })
  ),
  Layer.succeed(ChildProcessSpawner.ChildProcessSpawner, ChildProcessSpawner.make(() => absent))
)

/** Runs this process. */
export const main = (argv: ReadonlyArray<string>): void => Process.main(Effect.provide(run(argv), environment))
