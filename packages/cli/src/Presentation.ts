/**
 * The flags of presentation judged.
 */
import * as Appearance from "@sonde/report/Appearance"
import * as Formats from "@sonde/report/Formats"
import type * as Redact from "@sonde/report/Redact"
import * as Effect from "effect/Effect"
import type * as ExitCode from "./ExitCode.ts"
import { usage } from "./Failure.ts"
import type * as Flags from "./Flags.ts"
import { Screen } from "./Screen.ts"

/** The flags of presentation. */
export type Input = Partial<Flags.Parsed<typeof Flags.view>> & { readonly events?: boolean | undefined }

/** Presentation that holds together. */
export interface View {
  readonly format: Formats.Format | "events"
  readonly transcript: boolean
  readonly quiet: boolean
  readonly short: boolean
  readonly redact: Redact.Level
  readonly failOnWarning: boolean
  readonly scheme: ExitCode.Scheme
  readonly out: Appearance.Appearance
  readonly err: Appearance.Appearance
}

/** Judges the flags of presentation; contradictions are bad usage. */
export const make = Effect.fnUntraced(function*(input: Input) {
  const screen = yield* Screen
  const wanted = [
    ...(input.format === undefined ? [] : [input.format]),
    ...(input.json === true ? ["json"] : []),
    ...(input.events === true ? ["events"] : [])
  ]
  const [first = "pretty", ...others] = wanted
  const other = others.find((name) => name !== first)
  if (other !== undefined) return yield* usage(`${first} and ${other} were both asked for`, "choose one format")
  const parsed = first === "events" ? { format: "events" as const } : Formats.parse(first)
  if ("problem" in parsed) return yield* usage(`--format: ${parsed.problem}`)
  if (input.quiet === true && input.transcript === true) {
    return yield* usage("--quiet and --transcript exclude each other", "choose one")
  }
  const look = (side: typeof screen.stdout) =>
    Appearance.make({ env: screen.env, isTerminal: side.isTerminal, columns: side.columns, color: input.color })
  const view: View = {
    format: parsed.format,
    transcript: input.transcript === true,
    quiet: input.quiet === true,
    short: input.short === true,
    redact: input.redact ?? "secrets",
    failOnWarning: input.failOn === "warning",
    scheme: input.exitCodes ?? "sysexits",
    out: look(screen.stdout),
    // Most commands say nothing there, and then need not know what it is.
    get err() {
      return look(screen.stderr)
    }
  }
  return view
})
