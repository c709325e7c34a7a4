/**
 * Octets to write, with what the recorder is to keep in place of the secret ones.
 *
 * A secret part is unwrapped only by the session that writes it. The recorder sees the mask token alone, so a
 * transcript never holds a secret that would have to be removed later.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"

/**
 * A piece of a line: clear text, or a secret with the token that stands for it, such as `‹secret›`.
 *
 * @category models
 * @since 0.1.0
 */
export type Part = string | { readonly secret: Redacted.Redacted<string>; readonly mask: string }

/**
 * One line without its line end.
 *
 * @category models
 * @since 0.1.0
 */
export type Outgoing = ReadonlyArray<Part>

/**
 * The line as the recorder keeps it.
 *
 * @category formatting
 * @since 0.1.0
 */
export const masked = (line: Outgoing): string =>
  line.map((part) => typeof part === "string" ? part : part.mask).join("")

/**
 * The line as it is written. For the session only: the result is secret.
 *
 * @category formatting
 * @since 0.1.0
 */
export const unmasked = (line: Outgoing): string =>
  line.map((part) => typeof part === "string" ? part : Redacted.value(part.secret)).join("")
