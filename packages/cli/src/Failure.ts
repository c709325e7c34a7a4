/**
 * How a command ends otherwise than well: with one sentence and a status, or with a status alone.
 */
import * as Data from "effect/Data"

/**
 * Something that the person at the keyboard can put right. `problem` and `remedy` make one sentence on standard error;
 * neither ever holds a secret. `help` is the command whose `--help` is named.
 */
export class Failure extends Data.TaggedError("Failure")<{
  readonly exitCode: number
  readonly problem: string
  readonly remedy?: string | undefined
  readonly help?: string | undefined
}> {
  override get message(): string {
    const help = this.help === undefined ? "" : ` (see "${this.help} --help")`
    // Problems that come from elsewhere may be whole sentences.
    const problem = this.problem.replace(/[.:]+$/, "")
    return `${problem}${this.remedy === undefined ? "" : `: ${this.remedy}`}${help}`
  }
}

/** The work is done and said; the program ends with this status. */
export class Stop extends Data.TaggedError("Stop")<{ readonly exitCode: number }> {}

/** Bad usage, status 64. */
export const usage = (problem: string, remedy?: string, help?: string): Failure =>
  new Failure({ exitCode: 64, problem, remedy, help })

/** A secret, pack or file that is missing or cannot be read, or a run that does not exist: status 66. */
export const missing = (problem: string, remedy?: string): Failure => new Failure({ exitCode: 66, problem, remedy })
