/**
 * What options must say for a delivery to a mail exchanger.
 *
 * @since 0.1.0
 */
import type { CheckOptions } from "@sonde/domain/Options"
import type { ServiceId } from "@sonde/domain/Service"
import * as Target from "@sonde/domain/Target"
import * as Result from "effect/Result"
import { fail, type OptionsError } from "../OptionsError.ts"

/**
 * Whom to name to an exchanger. Nobody else's recipients are tried, and nothing is delivered: a message that is handed to an exchanger
 * from anywhere is what exchangers refuse, and no proof of what a sender would meet.
 *
 * @category parsing
 * @since 0.1.0
 */
export const recipientsOf = (
  options: CheckOptions,
  target: Target.Target,
  deliver: boolean,
  services: ReadonlyArray<ServiceId>
): Result.Result<ReadonlyArray<string>, OptionsError> => {
  if (target._tag === "Host") {
    return fail(
      "the target",
      `${JSON.stringify(target.input)} is no domain`,
      "give the mailbox or the domain that takes the mail, and the exchanger with --host"
    )
  }
  if (
    deliver && !services.some((service) => service === "smtp-submission" || service === "graph" || service === "lmtp")
  ) {
    return fail(
      "--deliver",
      "does not go with mx: an exchanger is asked as far as the recipient, and no message is handed to it",
      "leave it out, or send with --only smtp-submission"
    )
  }
  const stranger = options.to?.find((to) => {
    const parsed = Target.fromText(to)
    return Result.isFailure(parsed) || parsed.success._tag !== "Mailbox" || parsed.success.domain !== target.domain
  })
  if (stranger !== undefined) {
    return fail(
      "--to",
      `${
        JSON.stringify(stranger)
      } is not in ${target.domain}; exchangers are asked for recipients of their own domain only`,
      `name a mailbox of ${target.domain}, or that domain as the target`
    )
  }
  // RFC 5321 section 4.5.1: every domain that takes mail takes it for postmaster.
  return Result.succeed(options.to ?? [target._tag === "Mailbox" ? target.mailbox : `postmaster@${target.domain}`])
}
