/**
 * How a command becomes this process, and what the process ends with.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { defect } from "./Defect.ts"
import { type Failure, Stop } from "./Failure.ts"
import { Screen } from "./Screen.ts"

/** The exit status of a command; a failure is said on standard error, and so is output that could not be written. */
export const status = Effect.fnUntraced(function*<R>(command: Effect.Effect<unknown, Failure | Stop, R>) {
  const screen = yield* Screen
  const code = yield* command.pipe(
    Effect.as(0),
    Effect.catch((error) =>
      error instanceof Stop
        ? Effect.succeed(error.exitCode)
        : Effect.as(screen.err(`sonde: ${error.message.replaceAll("\n", " ")}\n`), error.exitCode)
    )
  )
  const broken = screen.broken()
  if (broken === undefined) return code
  yield* screen.err(`sonde: standard output cannot be written (${broken}): the result is not whole\n`)
  return 74
})

/** Runs a program as this process: signals, defects, exit. */
export const main = (program: Effect.Effect<number, never, Screen>): void => {
  let signalled: number | undefined
  let signalExit: number | undefined
  const layer = Screen.layerNode((code) => void (signalExit = code))

  const crash = (cause: unknown): void => {
    process.stderr.once("error", () => process.exit(70)).write(defect(cause), () => process.exit(70))
  }
  process.on("uncaughtException", crash)
  process.on("unhandledRejection", crash)

  const fiber = Effect.runFork(Effect.provide(program, layer))
  const onSignal = (code: number) => () => {
    // The second signal leaves at once; the first one lets the session say good-bye.
    if (signalled !== undefined) process.exit(signalExit ?? code)
    signalled = code
    Effect.runFork(Fiber.interrupt(fiber))
  }
  process.on("SIGINT", onSignal(130))
  process.on("SIGTERM", onSignal(143))

  // A pending promise of a command does not keep the process alive.
  const alive = setInterval(() => {}, 60_000)
  fiber.addObserver((exit) => {
    clearInterval(alive)
    if (Exit.isSuccess(exit)) return process.exit(exit.value)
    if (signalled !== undefined && Cause.hasInterruptsOnly(exit.cause)) return process.exit(signalExit ?? signalled)
    crash(Cause.squash(exit.cause))
  })
}
