/**
 * How the small words of a pack are read, apart from their schemas, which cost time to build.
 *
 * @since 0.1.0
 */

/**
 * The list behind a scalar-or-list value; empty for an absent one.
 *
 * @category combinators
 * @since 0.1.0
 */
export const list = <A extends string | number>(value: A | ReadonlyArray<A> | undefined): ReadonlyArray<A> =>
  value === undefined ? [] : typeof value === "object" ? value : [value]

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * The milliseconds of a `Duration`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const toMillis = (duration: string): number => {
  const found = /^([0-9]+)([a-z]+)$/u.exec(duration)
  return found === null ? 0 : Number(found[1]) * (units[found[2] ?? ""] ?? 0)
}
