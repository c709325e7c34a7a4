/**
 * An option that cannot be meant.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"

/**
 * An option that cannot be meant. `option` is the flag (`--port`), `problem` what is wrong with it, `remedy` what
 * to give instead. Never holds a secret.
 *
 * @category errors
 * @since 0.1.0
 */
export class OptionsError extends Data.TaggedError("OptionsError")<{
  readonly option: string
  readonly problem: string
  readonly remedy: string
}> {
  override get message(): string {
    return `${this.option} ${this.problem}: ${this.remedy}`
  }
}
