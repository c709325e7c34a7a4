/**
 * Which services a run has, as its options say.
 *
 * @since 0.1.0
 */
import type { CheckOptions, Secrets } from "@sonde/domain/Options"
import type { ServiceId } from "@sonde/domain/Service"
import type * as Target from "@sonde/domain/Target"
import * as Result from "effect/Result"
import { available } from "../Available.ts"
import { fail, OptionsError } from "../OptionsError.ts"
import * as Way from "../Way.ts"
import * as ReadBack from "./ReadBack.ts"
import * as Stops from "./Stops.ts"

/**
 * The services of a run, in the order of the contract. A token is read before it is used, unless that is left out.
 *
 * @category parsing
 * @since 0.1.0
 */
export const of = (
  options: CheckOptions,
  secrets: Secrets,
  target: Target.Target
): Result.Result<ReadonlyArray<ServiceId>, OptionsError> => {
  const hasToken = secrets.token !== undefined || options.grant !== undefined
  if (options.only?.includes("token") === true && !hasToken) {
    return fail("--only", "token needs a token", "add --token env:NAME")
  }
  const way = Way.wayProblem(options)
  if (way !== undefined) return Result.fail(new OptionsError(way))
  // A port that was named says which service is meant, where nothing else does.
  const port = options.port ?? (target._tag === "Host" ? target.port : undefined)
  const alone = options.only === undefined && options.via === undefined ? Stops.readingAt(port) : undefined
  // What looks for the message that is sent is not named where it is the usual one.
  const looks = options.readBack === true && options.only === undefined ? ReadBack.usual(options, secrets) : undefined
  const isAsked = (service: ServiceId) => Way.isAsked(options, service) || service === looks
  const asked = available.filter((service) =>
    service === "token" ? hasToken : alone === undefined ? isAsked(service) : service === alone
  )
  if (options.grant !== undefined && options.skip?.includes("token") === true) {
    return fail("--skip", `token leaves out what --token ${options.grant} asks for`, "leave out one of them")
  }
  const services = asked.filter((service) => options.skip?.includes(service) !== true)
  const graph = Way.graphProblem(options, secrets, services)
  if (graph !== undefined) return Result.fail(new OptionsError(graph))
  return services.length === 0 ? fail("--skip", "leaves no service to check", "leave it out") : Result.succeed(services)
}

/**
 * Whether a run is of a mailbox and of all that there is: no service was named, no endpoint by hand, nothing about sending, and no
 * address to dial, which would be missing for whatever is added.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isOpen = (target: Target.Target, options: CheckOptions): boolean =>
  target._tag !== "Host" &&
  ([
    "only",
    "via",
    "host",
    "port",
    "security",
    "connectTo",
    "address",
    "auth",
    // A token that is obtained is asked for with the rights of what was named.
    "grant",
    "ehlo",
    "from",
    "to",
    "deliver",
    "deliverAgain",
    "readBack",
    "message"
  ] as const).every((option) => options[option] === undefined)
