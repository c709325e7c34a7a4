/**
 * What options must say for a look at what a domain publishes.
 *
 * @since 0.1.0
 */
import type { CheckOptions } from "@sonde/domain/Options"
import type * as Target from "@sonde/domain/Target"
import * as Result from "effect/Result"
import { fail, type OptionsError } from "../OptionsError.ts"

const selectorLabel = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i

/**
 * Checks what a look at the posture needs: a domain, and selectors that can be asked for.
 *
 * @category parsing
 * @since 0.1.0
 */
export const check = (options: CheckOptions, target: Target.Target): Result.Result<void, OptionsError> => {
  if (target._tag === "Host") {
    return fail("the target", `${JSON.stringify(target.input)} is no domain`, "give a domain, such as example.com")
  }
  // RFC 6376 section 3.1: a selector is one label or several.
  const bad = options.selector?.find((selector) => !selector.split(".").every((label) => selectorLabel.test(label)))
  return bad === undefined
    ? Result.succeed(undefined)
    : fail("--selector", `${JSON.stringify(bad)} is no selector`, "give what stands behind s= in DKIM-Signature")
}
