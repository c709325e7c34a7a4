/**
 * Where a service is reached: protocol, host, port and security.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Protocol, Security } from "./Service.ts"

export { format } from "./Host.ts"

/**
 * A TCP port, 1 to 65535.
 *
 * @category models
 * @since 0.1.0
 */
export const Port = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 65535 }))

/**
 * One place to connect to. `host` is a name or an address literal without brackets; it is also the name that
 * TLS is verified against, whatever address is dialled.
 *
 * @category models
 * @since 0.1.0
 */
export const Endpoint = Schema.Struct({
  protocol: Protocol,
  host: Schema.NonEmptyString,
  port: Port,
  security: Security
}).annotate({ identifier: "Endpoint" })
/** @category models @since 0.1.0 */
export interface Endpoint extends Schema.Schema.Type<typeof Endpoint> {}
