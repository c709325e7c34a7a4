/**
 * What a command may know and use of the process: standard output and error, the environment, what is a terminal.
 *
 * Data goes to standard output, everything else to standard error. A reader that has gone away (EPIPE) is no failure:
 * what would be written to it is dropped.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** One stream. `columns` is known for terminals only. */
export interface Side {
  readonly isTerminal: boolean
  readonly columns?: number | undefined
}

/** The process as commands see it. */
export class Screen extends Context.Service<Screen, {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Side
  readonly stdout: Side
  readonly stderr: Side
  /** Writes a text, or octets of UTF-8, to standard output; done when they have been handed to the system. */
  out(text: string | Uint8Array): Effect.Effect<void>
  /** Writes to standard error. */
  err(text: string): Effect.Effect<void>
  /** True when nobody reads standard output any more. */
  gone(): boolean
  /** Why standard output could not be written, where it is not that its reader has gone away: a system's error code. */
  broken(): string | undefined
  /** From now on a signal ends the program with this status. */
  signalsExit(code: number): Effect.Effect<void>
}>()("@sonde/cli/Screen") {
  /** The screen of this process. `onSignal` hears which status a signal shall end with. */
  static readonly layerNode = (onSignal: (code: number) => void): Layer.Layer<Screen> =>
    Layer.sync(Screen, () => {
      let broken: string | undefined
      let outGone = false
      // Streams are made when they are first used: each loads what its kind of file needs.
      const write = (open: () => NodeJS.WriteStream) => {
        let stream: NodeJS.WriteStream | undefined
        let gone = false
        // Without a listener a reader that has gone away would be an uncaught exception.
        const onError = (error: NodeJS.ErrnoException | null | undefined): void => {
          if (error === null || error === undefined) return
          gone = true
          if (stream !== process.stdout) return
          outGone = true
          if (error.code !== "EPIPE") broken ??= error.code ?? "unknown reason"
        }
        const opened = (): NodeJS.WriteStream => stream ??= open().on("error", onError)
        return (text: string | Uint8Array): Effect.Effect<void> =>
          Effect.callback<void>((resume) => {
            if (gone || text.length === 0 || opened().destroyed) return resume(Effect.void)
            opened().write(text, (error) => {
              onError(error)
              resume(Effect.void)
            })
          })
      }
      const side = (open: () => NodeJS.WriteStream): Side => ({
        get isTerminal() {
          return open().isTTY === true
        },
        get columns() {
          return open().columns
        }
      })
      const stdout = () => process.stdout
      const stderr = () => process.stderr
      return Screen.of({
        env: process.env,
        stdin: {
          get isTerminal() {
            return process.stdin.isTTY === true
          }
        },
        stdout: side(stdout),
        stderr: side(stderr),
        out: write(stdout),
        err: write(stderr),
        gone: () => outGone,
        broken: () => broken,
        signalsExit: (code) => Effect.sync(() => onSignal(code))
      })
    })
}

/** One line for people on standard error. */
export const note = Effect.fnUntraced(function*(text: string) {
  const screen = yield* Screen
  yield* screen.err(`sonde: ${text}\n`)
})
