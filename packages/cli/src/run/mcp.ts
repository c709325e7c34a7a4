/**
 * `sonde mcp`: the tools for assistants over standard input and output.
 *
 * Standard output carries the protocol alone; everything else goes to standard error. The end of standard input and signals
 * end with 0.
 */
import * as NodeStdio from "@effect/platform-node/NodeStdio"
import * as Failures from "@sonde/http-server/Failures"
import * as Intake from "@sonde/http-server/Intake"
import * as Mcp from "@sonde/http-server/Mcp"
import * as SecretSources from "@sonde/http-server/SecretSources"
import * as Settings from "@sonde/http-server/Settings"
import { AddressPolicy, Sonde } from "@sonde/sonde"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Engine from "../Engine.ts"
import * as Files from "../Files.ts"
import type * as Flags from "../Flags.ts"
import * as PackFiles from "../PackFiles.ts"
import * as Reach from "../Reach.ts"
import { Screen } from "../Screen.ts"
import * as SourceReader from "../SourceReader.ts"
import { version } from "../Version.ts"

/** What `sonde mcp` was given. */
export interface Input extends Flags.Parsed<typeof Flags.places>, Flags.Parsed<typeof Flags.reach> {}

/** Runs until standard input ends, or a signal comes. */
export const run = Effect.fnUntraced(function*(input: Input) {
  const screen = yield* Screen
  yield* screen.signalsExit(0)
  const settings = Settings.layer({ version, ...(yield* Reach.settings(input)) })
  const packs = yield* PackFiles.all(input)
  const runs = Layer.effect(
    Mcp.Runs,
    Effect.gen(function*() {
      const intake = yield* Intake.Intake
      const sonde = yield* Sonde
      const values = yield* Settings.Settings
      return Mcp.Runs.of({
        run: Effect.fnUntraced(function*(body) {
          const check = yield* intake.check(body)
          return yield* sonde.check(check).pipe(
            Effect.provideService(AddressPolicy.AddressPolicy, Intake.rule(values, check)),
            Effect.mapError(Failures.reading)
          )
        })
      })
    })
  )
  const layer = Mcp.layerStdio.pipe(
    Layer.provide(runs),
    Layer.provide(Intake.Intake.layer),
    Layer.provide(SecretSources.SecretSources.layer),
    Layer.provide([
      settings,
      SourceReader.layer,
      Engine.layer({ state: Files.stateFolder(input.state, screen.env), packs }),
      NodeStdio.layer
    ])
  )
  // The transport interrupts the fiber that it was built in when standard input has ended.
  const served = yield* Effect.forkChild(
    Effect.provideService(Layer.launch(layer), Logger.LogToStderr, true)
  )
  const exit = yield* Fiber.await(served)
  if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) return yield* Effect.failCause(exit.cause)
})
