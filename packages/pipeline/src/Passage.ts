/**
 * How the connections of a run leave this machine, as its options say.
 *
 * @since 0.1.0
 */
import { Route, type Way } from "@sonde/net/Route"
import * as Effect from "effect/Effect"
import type { Request } from "./Options.ts"

/**
 * The way of a request.
 *
 * @category combinators
 * @since 0.1.0
 */
export const of = ({ options }: Request): Way => ({ ca: options.ca })

/**
 * Runs something with the way of a request in force.
 *
 * @category combinators
 * @since 0.1.0
 */
export const through = (request: Request) => Effect.provideService(Route, of(request))
