/**
 * Which way a message is sent, by SMTP or by Graph, and what options must say for Graph.
 *
 * Pure. `Options.ts` turns a problem into an error of usage.
 *
 * @since 0.1.0
 */
import type { CheckOptions, Secrets } from "@sonde/domain/Options"
import type { PhaseId, ServiceId } from "@sonde/domain/Service"
import { onDemand } from "./Available.ts"
import type { Problem } from "./OptionsError.ts"

/**
 * The phases of Graph, in order, as far as a run may stop after them.
 *
 * @category constants
 * @since 0.1.0
 */
export const stops: ReadonlyArray<PhaseId> = ["token", "claims", "mailbox", "send"]

/**
 * What sends the message of a run, where one is to be sent.
 *
 * @category combinators
 * @since 0.1.0
 */
export const sendsBy = ({ only, via }: Pick<CheckOptions, "only" | "via">): "smtp" | "graph" =>
  via ?? (only?.includes("graph") === true && !only.includes("smtp-submission") ? "graph" : "smtp")

/**
 * Whether a service is asked for: by name, as the way to send, or as one of those that every run has.
 *
 * @category combinators
 * @since 0.1.0
 */
export const isAsked = ({ only, via }: CheckOptions, service: ServiceId): boolean =>
  only === undefined
    ? via === "graph" ? service === "graph" : !onDemand.includes(service)
    : only.includes(service)

/**
 * What is wrong with the way that is named: nothing goes it.
 *
 * @category guards
 * @since 0.1.0
 */
export const wayProblem = ({ only, skip, via }: CheckOptions): Problem | undefined => {
  if (via === undefined) return undefined
  const service = via === "graph" ? "graph" : "smtp-submission"
  const problem = `leaves out what --via ${via} asks for`
  if (skip?.includes(service) === true) return { option: "--skip", problem, remedy: "leave it out" }
  // A token can be looked at for whichever way.
  const isLeftOut = only !== undefined && !only.includes(service) && only.some((one) => one !== "token")
  return isLeftOut ? { option: "--only", problem, remedy: `add ${service}` } : undefined
}

/**
 * What is wrong with a delivery where nothing that sends is among the services.
 *
 * @category guards
 * @since 0.1.0
 */
export const sendProblem = (
  options: Pick<CheckOptions, "only" | "via" | "deliver">,
  services: ReadonlyArray<ServiceId>
): Problem | undefined => {
  const sender = sendsBy(options) === "graph" ? "graph" : "smtp-submission"
  if (services.includes(sender) || services.includes("lmtp")) return undefined
  return {
    option: options.deliver === true ? "--deliver" : "--deliver-again",
    problem: `sends nothing: only ${services.join(" and ")} ${services.length === 1 ? "is" : "are"} checked`,
    remedy: `add ${sender} to --only, or leave it out`
  }
}

/**
 * What is wrong with options for Graph, where it is among the services.
 *
 * @category guards
 * @since 0.1.0
 */
export const graphProblem = (
  { grant, security }: CheckOptions,
  { secret, token }: Secrets,
  services: ReadonlyArray<ServiceId>
): Problem | undefined => {
  if (!services.includes("graph")) return undefined
  if (token === undefined && grant === undefined) {
    return secret === undefined
      ? {
        option: "--token",
        problem: "is missing",
        remedy: "Graph takes tokens only: add --token env:NAME, or --token device-code"
      }
      : {
        option: "--secret",
        problem: "opens nothing in Graph",
        remedy: "give a token: --token env:NAME, or --token device-code"
      }
  }
  const isAlone = services.every((service) => service === "graph" || service === "token")
  return isAlone && security !== undefined && security !== "tls"
    ? {
      option: "--security",
      problem: `${security} does not go with Graph`,
      remedy: "leave it out: Graph begins with TLS"
    }
    : undefined
}
