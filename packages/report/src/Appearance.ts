/**
 * How text is shown: columns, colour, marks. Decided once from the terminal and its environment, then plain data.
 *
 * Does not read `process`: the caller passes what it knows.
 *
 * @since 0.1.0
 */

/**
 * `width` in columns (40 or more; ignored when `terminal` is false, where nothing is wrapped). `terminal` false turns
 * rows into tab-separated fields without marks. `ascii` replaces marks and punctuation outside ASCII.
 *
 * @category models
 * @since 0.1.0
 */
export interface Appearance {
  readonly width: number
  readonly terminal: boolean
  readonly color: boolean
  readonly ascii: boolean
}

/**
 * The choice of `--color`.
 *
 * @category models
 * @since 0.1.0
 */
export type ColorChoice = "auto" | "always" | "never"

const set = (value: string | undefined): value is string => value !== undefined && value !== ""

/**
 * Reads the conventions of the environment: `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE`, `TERM=dumb`, the character set of
 * the locale, and `SONDE_FORCE_TTY`, which makes any stream a terminal, of that many columns where it is a number. An
 * explicit `--color` wins over all of them.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isTerminal: boolean
  readonly columns?: number | undefined
  readonly color?: ColorChoice | undefined
}): Appearance => {
  const { env } = options
  const forced = set(env.SONDE_FORCE_TTY) ? env.SONDE_FORCE_TTY : undefined
  const terminal = options.isTerminal || forced !== undefined
  const columns = forced !== undefined && /^\d{1,4}$/.test(forced) && Number(forced) > 1
    ? Number(forced)
    : options.columns
  const dumb = env.TERM === "dumb"
  const wanted = set(env.NO_COLOR)
    ? false
    : set(env.CLICOLOR_FORCE) && env.CLICOLOR_FORCE !== "0"
    ? true
    : env.CLICOLOR !== "0" && !dumb && terminal
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find(set)
  return {
    // A terminal of no columns is one that does not say.
    width: Math.min(Math.max(columns === undefined || columns < 1 ? 80 : columns, 40), 120),
    terminal,
    color: options.color === "always" || (options.color !== "never" && wanted),
    ascii: dumb || (locale !== undefined && !/utf-?8/i.test(locale))
  }
}

/**
 * Eighty columns, no colour, all marks: what a screen in documentation looks like.
 *
 * @category constructors
 * @since 0.1.0
 */
export const plain: Appearance = { width: 80, terminal: true, color: false, ascii: false }

/**
 * Not a terminal: tab-separated rows, nothing wrapped.
 *
 * @category constructors
 * @since 0.1.0
 */
export const piped: Appearance = { width: 80, terminal: false, color: false, ascii: false }
