/**
 * The network of this machine: resolver, dialer and HTTP together.
 *
 * @since 0.1.0
 */
import type { Dialer } from "@sonde/net/Dialer"
import type { Http } from "@sonde/net/Http"
import type { Resolver } from "@sonde/net/Resolver"
import * as Layer from "effect/Layer"
import * as NodeDialer from "./NodeDialer.ts"
import * as NodeHttp from "./NodeHttp.ts"
import * as NodeResolver from "./NodeResolver.ts"

/**
 * Everything `net` asks of a platform.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Resolver | Dialer | Http> = Layer.mergeAll(
  NodeResolver.layer,
  NodeDialer.layer,
  NodeHttp.layer
)
