/**
 * The addresses of the envelope: who sends, and to whom.
 *
 * @since 0.1.0
 */
import type { CheckOptions } from "@sonde/domain/Options"
import { addressProblem } from "@sonde/phases/Inputs"
import * as Result from "effect/Result"
import { fail, type OptionsError } from "../OptionsError.ts"

/**
 * Whom a message is from and whom it is for, where that is said or follows. A message that is composed (`composes`) goes to its
 * sender, or to the mailbox `stored`, where it is to go to nobody else.
 *
 * @category parsing
 * @since 0.1.0
 */
export const of = (
  options: CheckOptions,
  mailbox: string | undefined,
  user: string | undefined,
  composes: boolean,
  stored: string | undefined
): Result.Result<{ readonly from: string | undefined; readonly to: ReadonlyArray<string> }, OptionsError> => {
  const from = options.from ?? mailbox ?? (user?.includes("@") === true ? user : undefined)
  for (
    const [option, address] of [
      ["--from", from],
      ...(options.to ?? []).map((to) => ["--to", to] as const)
    ] as const
  ) {
    const problem = address === undefined ? undefined : addressProblem(address)
    if (problem !== undefined) {
      return fail(option, `${JSON.stringify(address)} is no mailbox (${problem})`, "write it as person@example.com")
    }
  }
  // A delivery without a recipient goes to the mailbox itself: nobody else is bothered.
  const self = stored ?? (composes ? from : undefined)
  const to = options.to ?? (self === undefined ? [] : [self])
  return Result.succeed({ from, to })
}
