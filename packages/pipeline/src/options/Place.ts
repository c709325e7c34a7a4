/**
 * Places that options name: the server of the run, what is dialled in place of it, and a server to compare with.
 *
 * @since 0.1.0
 */
import type { CheckOptions } from "@sonde/domain/Options"
import * as Target from "@sonde/domain/Target"
import * as Result from "effect/Result"
import { fail, type OptionsError } from "../OptionsError.ts"

/**
 * Where to dial when a host and port are meant.
 *
 * @category models
 * @since 0.1.0
 */
export interface Pin {
  readonly host: string
  readonly port: number
  readonly toHost: string
  readonly toPort: number
}

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65535

const portOf = (text: string): number | undefined => isPort(Number(text)) ? Number(text) : undefined

/** A name as the DNS knows it, or an address; brackets hold an IPv6 address and nothing else. */
const placeOf = (text: string): string | undefined => {
  if (!text.startsWith("[")) return Target.hostName(text)
  const address = text.slice(1, -1)
  return address.includes(":") && Target.isAddress(address) ? address.toLowerCase() : undefined
}

/** `HOST:PORT`, both of which have to be there. */
const hostAndPort = (text: string): { readonly host: string; readonly port: number } | undefined => {
  const [, place, digits] = /^(\[[^\]]+\]|[^:[\]]+):(\d{1,5})$/.exec(text) ?? []
  const host = place === undefined ? undefined : placeOf(place)
  const port = digits === undefined ? undefined : portOf(digits)
  return host === undefined || port === undefined ? undefined : { host, port }
}

/**
 * The host and the port that were named, by options before the target.
 *
 * @category parsing
 * @since 0.1.0
 */
export const of = (
  options: CheckOptions,
  target: Target.Target
): Result.Result<{ readonly host: string | undefined; readonly port: number | undefined }, OptionsError> => {
  const named = target._tag === "Host" ? target : undefined
  const host = options.host === undefined ? named?.host : Target.hostName(options.host)
  if (options.host !== undefined && host === undefined) {
    return fail("--host", `${JSON.stringify(options.host)} is no host name`, "write it as mail.example.com")
  }
  if (options.port !== undefined && !isPort(options.port)) {
    return fail("--port", `${options.port} is no port`, "give a number from 1 to 65535")
  }
  return Result.succeed({ host, port: options.port ?? named?.port })
}

/**
 * Reads a `HOST:PORT:ADDRESS:PORT` mapping; IPv6 literals stand in brackets.
 *
 * @category parsing
 * @since 0.1.0
 */
export const pinFromText = (text: string): Result.Result<Pin, OptionsError> => {
  const match = /^(\[[^\]]+\]|[^:[\]]+):(\d{1,5}):(\[[^\]]+\]|[^:[\]]+):(\d{1,5})$/.exec(text)
  const [, host, port, toHost, toPort] = match === null
    ? []
    : [text, placeOf(match[1]!), portOf(match[2]!), placeOf(match[3]!), portOf(match[4]!)]
  if (host === undefined || port === undefined || toHost === undefined || toPort === undefined) {
    return fail(
      "--connect-to",
      `${JSON.stringify(text)} is no mapping`,
      "write HOST:PORT:ADDRESS:PORT, such as smtp.office365.com:587:127.0.0.1:2587"
    )
  }
  return Result.succeed({ host, port, toHost, toPort })
}

/**
 * The server of `--control`, where one is named.
 *
 * @category parsing
 * @since 0.1.0
 */
export const controlOf = (
  { control }: CheckOptions
): Result.Result<{ readonly host: string; readonly port: number } | undefined, OptionsError> => {
  const place = control === undefined ? undefined : hostAndPort(control)
  return control !== undefined && place === undefined
    ? fail(
      "--control",
      `${JSON.stringify(control)} is no host with a port`,
      "write HOST:PORT of a server that works, best with the same port, such as smtp.gmail.com:587"
    )
    : Result.succeed(place)
}
