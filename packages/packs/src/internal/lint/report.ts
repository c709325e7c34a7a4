/** How the checks of lint tell what they find. */

/** Keys to a place in a pack. */
export type Path = ReadonlyArray<string | number>

/** One finding: the name of the check, where, what it is, and what to do. */
export interface Found {
  readonly check: string
  readonly level: "error" | "warning"
  readonly path: Path
  readonly message: string
  readonly remedy: string
}

/** Takes what a check finds. */
export interface Report {
  readonly error: (check: string, path: Path, message: string, remedy: string) => void
  readonly warning: (check: string, path: Path, message: string, remedy: string) => void
}

/** A report and what has been told to it, in order. */
export const make = (): Report & { readonly found: ReadonlyArray<Found> } => {
  const found: Array<Found> = []
  const tell = (level: Found["level"]) => (check: string, path: Path, message: string, remedy: string): void =>
    void found.push({ check, level, path, message, remedy })
  return { error: tell("error"), warning: tell("warning"), found }
}
