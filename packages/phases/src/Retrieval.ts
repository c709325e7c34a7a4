/**
 * Reads what certificates point to: issuers that were not sent, and revocation lists. By HTTP in clear, because that is how they
 * are published (RFC 5280 section 4.2.2.1, RFC 5280 section 4.2.1.13); what is read is believed for its signature only.
 *
 * Nothing is read unless a run asks for it. Hosts that a certificate names are dialled under the address policy like all others.
 *
 * @since 0.1.0
 */
import * as Fetch from "@sonde/net/Fetch"
import type { Http } from "@sonde/net/Http"
import type { Resolver } from "@sonde/net/Resolver"
import type { Retrieve } from "@sonde/net/Session"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * How to read in this run; nothing is read where it is `undefined`.
 *
 * @category references
 * @since 0.1.0
 */
export const Retrieval = Context.Reference<((way: Pick<Fetch.Way, "service">) => Retrieve) | undefined>(
  "@sonde/phases/Retrieval",
  { defaultValue: () => undefined }
)

/**
 * Largest list or certificate that is read, in octets. A list with 25,000 entries has about a million.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxOctets = 1_048_576

/** The longest wait for one document, in milliseconds: the handshake is done, and the server waits for it. */
const maxMillis = 5000

const reasonOf = ({ because }: Fetch.FetchFailed): string => {
  switch (because._tag) {
    case "LookupFailed":
      return `could not be looked up (${because.reason})`
    case "DialFailed":
      return `could not be reached (${because.reason})`
    case "HttpTlsFailed":
      return `leads to a server that cannot be trusted (${because.conditions[0]})`
    case "HttpFailed":
      return `could not be read (${because.reason})`
    case "BadUrl":
      return "is no address that may be read"
    case "BadRedirect":
    case "TooManyRedirects":
      return "leads elsewhere"
  }
}

/**
 * Reads by HTTP on the way that a run has.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function*(way: Omit<Fetch.Way, "service">, timeoutMillis: number) {
  const context = yield* Effect.context<Http | Resolver>()
  return ({ service }: Pick<Fetch.Way, "service">): Retrieve => (url) =>
    Fetch.read({ ...way, service }, {
      url,
      accept: "*/*",
      maxOctets,
      timeoutMillis: Math.min(timeoutMillis, maxMillis)
    })
      .pipe(
        Effect.mapError(reasonOf),
        Effect.flatMap(({ octets, status }) =>
          status === 200 && octets !== undefined
            ? Effect.succeed(octets)
            : Effect.fail(`was answered with status ${status}`)
        ),
        Effect.provideContext(context)
      )
})
