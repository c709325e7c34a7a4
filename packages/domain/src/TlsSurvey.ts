/**
 * What a look at the TLS of a port establishes beside the handshake itself: what the server takes and refuses.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * What came of a handshake with one difference. `unknown` is where the server did not get as far: it proves nothing.
 *
 * @category models
 * @since 0.1.0
 */
export const Taken = Schema.Literals(["offered", "refused", "unknown"])
/** @category models @since 0.1.0 */
export type Taken = typeof Taken.Type

/**
 * Handshakes of which each had a connection of its own, and no more than one difference from that of the phase `tls`.
 *
 * - `versions`: only that version; `cipher` is what the server chose, `why` how it refused
 * - `withoutName`: no server name (SNI); the certificate was the same, another (`subject`), or there was none
 * - `alpn`: the protocol's own name was offered (RFC 7301); `chosen` is absent where the server ignored it
 *
 * @category models
 * @since 0.1.0
 */
export const VersionsFacts = Schema.Struct({
  versions: Schema.Array(Schema.Struct({
    version: Schema.String,
    state: Taken,
    cipher: Schema.optionalKey(Schema.String),
    why: Schema.optionalKey(Schema.String)
  })),
  withoutName: Schema.optionalKey(Schema.Struct({
    state: Schema.Literals(["same", "other", "refused", "unknown"]),
    subject: Schema.optionalKey(Schema.String),
    why: Schema.optionalKey(Schema.String)
  })),
  alpn: Schema.optionalKey(Schema.Struct({
    offered: Schema.String,
    state: Taken,
    chosen: Schema.optionalKey(Schema.String),
    why: Schema.optionalKey(Schema.String)
  }))
}).annotate({ identifier: "VersionsFacts" })
/** @category models @since 0.1.0 */
export interface VersionsFacts extends Schema.Schema.Type<typeof VersionsFacts> {}
