/**
 * What options must say for a delivery by LMTP.
 *
 * @since 0.1.0
 */
import type { CheckOptions } from "@sonde/domain/Options"
import type { ServiceId } from "@sonde/domain/Service"
import * as Result from "effect/Result"
import { fail, type OptionsError } from "../OptionsError.ts"

/**
 * Checks what LMTP needs: a place, and no other service that would send the same message.
 *
 * @category parsing
 * @since 0.1.0
 */
export const check = (
  options: CheckOptions,
  host: string | undefined,
  deliver: boolean,
  services: ReadonlyArray<ServiceId>
): Result.Result<void, OptionsError> => {
  if (host === undefined) {
    return fail(
      "--host",
      "is missing",
      "name the server that speaks LMTP, such as --host mail.example.com --port 24; nothing publishes it"
    )
  }
  if (options.port === 25) {
    return fail("--port", "25 is never LMTP (RFC 2033 section 5)", "name the port of LMTP, or use --only mx")
  }
  const other = services.find((service) => service === "smtp-submission" || service === "graph")
  return deliver && other !== undefined
    ? fail("--deliver", `would send the message by ${other} and by lmtp`, "name the one that is to send it with --only")
    : Result.succeed(undefined)
}
