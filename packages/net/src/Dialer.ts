/**
 * Opens connections: races all addresses of a host and records every attempt.
 *
 * Follows RFC 8305 section 4 (order of addresses) and RFC 8305 section 5 (staggered attempts). The address policy
 * is applied to the very address that is dialled. Nothing here resolves names or speaks a protocol.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { Attempt } from "@sonde/domain/Errors"
import type { ServiceId } from "@sonde/domain/Service"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Candidate } from "./Race.ts"
import type { Recorder } from "./Recorder.ts"
import type { Session } from "./Session.ts"

/**
 * No address took the connection. `reason` is that of the address that came furthest; `proxy` is the place of the proxy that was gone
 * through. Reasons that begin with `Proxy` tell of it alone: the destination was not asked.
 *
 * @category errors
 * @since 0.1.0
 */
export class DialFailed extends Data.TaggedError("DialFailed")<{
  readonly reason:
    | "Refused"
    | "Timeout"
    | "Unreachable"
    | "Reset"
    | "AddressDenied"
    | "ProxyUnreachable"
    | "ProxyAuth"
    | "ProxyDenied"
    | "ProxyBroken"
  readonly attempts: ReadonlyArray<Attempt>
  readonly proxy?: string
}> {}

/**
 * Whom to dial. `addresses` are raced in the order of RFC 8305 section 4; `timeoutMillis` bounds the whole race;
 * `ca` is PEM text of extra trust anchors for a later handshake.
 *
 * @category models
 * @since 0.1.0
 */
export interface DialRequest {
  readonly endpoint: Endpoint
  readonly addresses: ReadonlyArray<Candidate>
  readonly timeoutMillis: number
  readonly service: ServiceId
  readonly recorder: Recorder
  readonly ca?: string | undefined
}

/**
 * Opens connections.
 *
 * @category services
 * @since 0.1.0
 */
export class Dialer extends Context.Service<Dialer, {
  /** Connects to the first address that answers; the connection closes with the scope. */
  connect(request: DialRequest): Effect.Effect<Session, DialFailed, Scope.Scope>
}>()("@sonde/net/Dialer") {}
