/**
 * The address that sends, and the block lists that are asked about it.
 *
 * @since 0.1.0
 */
import type { CheckOptions } from "@sonde/domain/Options"
import * as Target from "@sonde/domain/Target"
import * as Result from "effect/Result"
import { fail, type OptionsError } from "../OptionsError.ts"

/** Lists that one run asks at most: each gets four questions. */
const maxBlocklists = 20

const isBareAddress = (text: string): boolean => Target.isAddress(text) || !text.includes(".")

/**
 * Checks `--ip` and `--dnsbl`.
 *
 * @category parsing
 * @since 0.1.0
 */
export const check = ({ dnsbl, ip }: CheckOptions): Result.Result<void, OptionsError> => {
  if (ip !== undefined && !Target.isAddress(ip)) {
    return fail("--ip", `${JSON.stringify(ip)} is no IP address`, "write it as 192.0.2.1 or 2001:db8::1")
  }
  const zone = dnsbl?.find((text) => text !== "default" && (isBareAddress(text) || Target.hostName(text) === undefined))
  if (zone === undefined && (dnsbl?.length ?? 0) <= maxBlocklists) return Result.succeed(undefined)
  return fail(
    "--dnsbl",
    zone === undefined
      ? `names more than ${maxBlocklists} lists`
      : `${JSON.stringify(zone)} is no zone of a block list`,
    "give a zone such as zen.spamhaus.org, or default"
  )
}
