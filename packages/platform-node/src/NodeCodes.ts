/**
 * The error codes of Node's sockets, and of questions to the DNS, and what they mean here. One table each, so that a test can walk them.
 *
 * @since 0.1.0
 */
import type { Obstacle } from "@sonde/net/Race"
import type { LookupFailed } from "@sonde/net/Resolver"

/**
 * What a socket error says about a connection attempt (errno(3), connect(2)). Codes that are missing count as `Unreachable`: the
 * peer was not reached, and more is not known.
 *
 * @category tables
 * @since 0.1.0
 */
export const connectCodes: Readonly<Record<string, Obstacle>> = {
  ECONNREFUSED: "Refused",
  ECONNRESET: "Reset",
  ECONNABORTED: "Reset",
  EPIPE: "Reset",
  ETIMEDOUT: "Timeout",
  ENETUNREACH: "Unreachable",
  EHOSTUNREACH: "Unreachable",
  ENETDOWN: "Unreachable",
  EHOSTDOWN: "Unreachable",
  EADDRNOTAVAIL: "Unreachable",
  EAFNOSUPPORT: "Unreachable",
  EINVAL: "Unreachable",
  EACCES: "Unreachable",
  EPERM: "Unreachable"
}

/**
 * What an error on the way to a resolver says about a question. Codes that are missing count as `ServerFailure`; those without a
 * number in errno(3) are of `NodeQuery`.
 *
 * @category tables
 * @since 0.1.0
 */
export const lookupCodes: Readonly<Record<string, LookupFailed["reason"]>> = {
  ECONNREFUSED: "Unreachable",
  ENETUNREACH: "Unreachable",
  EHOSTUNREACH: "Unreachable",
  ENETDOWN: "Unreachable",
  EHOSTDOWN: "Unreachable",
  EADDRNOTAVAIL: "Unreachable",
  EACCES: "Unreachable",
  EPERM: "Unreachable",
  // This machine has no resolver set up.
  ENORESOLVER: "Unreachable",
  ETIMEDOUT: "Timeout",
  EUNTRUSTED: "Untrusted",
  EBADRESP: "Malformed",
  // The connection ended, or HTTP was answered with a status that carries no answer.
  EOF: "ServerFailure",
  EHTTPSTATUS: "ServerFailure"
}

/**
 * The `code` of a Node error, or its name when it has none.
 *
 * @category decoding
 * @since 0.1.0
 */
export const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "UNKNOWN"
  return "code" in error && typeof error.code === "string" ? error.code : error.name
}
