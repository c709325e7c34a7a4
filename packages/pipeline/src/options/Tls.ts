/**
 * What options must say for a look at the TLS of a port.
 *
 * @since 0.1.0
 */
import type { CheckOptions } from "@sonde/domain/Options"
import type { ServiceId } from "@sonde/domain/Service"
import * as Result from "effect/Result"
import { fail, type OptionsError } from "../OptionsError.ts"

/**
 * Checks that the look has a host with a port, and that nothing is said of one that is not taken.
 *
 * @category parsing
 * @since 0.1.0
 */
export const check = (
  { starttls }: CheckOptions,
  { host, port }: { readonly host: string | undefined; readonly port: number | undefined },
  services: ReadonlyArray<ServiceId>
): Result.Result<void, OptionsError> => {
  const looks = services.includes("tls")
  if (looks && (host === undefined || port === undefined)) {
    return fail("the target", "has no port", "write host and port, such as mail.example.com:587")
  }
  return starttls !== undefined && !looks
    ? fail("--starttls", "is for a look at the TLS of a port", "add --only tls, or use --security starttls")
    : Result.succeed(undefined)
}
