/**
 * The look-up that every recipe for one server begins with.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import type { ServiceId } from "@sonde/domain/Service"
import { Route } from "@sonde/net/Route"
import { Resolve } from "@sonde/phases/Resolve"
import * as Effect from "effect/Effect"
import { step } from "../Step.ts"

/**
 * What is looked up, and by whom.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place {
  readonly service: ServiceId
  readonly endpoint: Endpoint
  readonly pinned: { readonly host: string; readonly port: number } | undefined
  readonly dns: string | undefined
}

/**
 * Finds the addresses of the plan's server. What an earlier attempt found counts only where the same was asked in the same way.
 *
 * @category combinators
 * @since 0.1.0
 */
export const lookup = Effect.fnUntraced(function*({ dns, endpoint, pinned, service }: Place) {
  const { family, proxy } = yield* Route
  const subject = [
    endpoint.host,
    ...(pinned === undefined ? [] : ["at", format(pinned)]),
    ...(dns === undefined ? [] : ["by", dns]),
    ...(family === undefined ? [] : [`over IPv${family}`]),
    ...(proxy === undefined ? [] : ["through", proxy.place])
  ].join(" ")
  return yield* step(yield* Resolve, { service, endpoint, pinned, server: dns }, subject)
})
