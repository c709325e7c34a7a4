/**
 * An option that cannot be meant, and how it is said.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Result from "effect/Result"

/**
 * What is wrong with an option, as `OptionsError` has it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Problem {
  readonly option: string
  readonly problem: string
  readonly remedy: string
}

/**
 * An option that cannot be meant. `option` is the flag (`--port`), `problem` what is wrong with it, `remedy` what
 * to give instead. Never holds a secret.
 *
 * @category errors
 * @since 0.1.0
 */
export class OptionsError extends Data.TaggedError("OptionsError")<Problem> {
  override get message(): string {
    return `${this.option} ${this.problem}: ${this.remedy}`
  }
}

/**
 * Refuses an option.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fail = (option: string, problem: string, remedy: string): Result.Result<never, OptionsError> =>
  Result.fail(new OptionsError({ option, problem, remedy }))
