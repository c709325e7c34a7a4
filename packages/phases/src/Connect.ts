/**
 * Opens the connection: `specs/connect.md`.
 *
 * All addresses are raced (RFC 8305 section 5); the session closes with its scope. Nothing is read or written.
 *
 * @since 0.1.0
 */
import { type Endpoint, format } from "@sonde/domain/Endpoint"
import {
  ConnectError,
  type ControlAttempt,
  type ProtocolError,
  type TemporaryFailure,
  type Throttled
} from "@sonde/domain/Errors"
import { ConnectFacts, type ResolveFacts } from "@sonde/domain/Facts"
import type { ServiceId } from "@sonde/domain/Service"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import { Dialer, DialFailed } from "@sonde/net/Dialer"
import type { Candidate } from "@sonde/net/Race"
import type { Recorder } from "@sonde/net/Recorder"
import { Resolver } from "@sonde/net/Resolver"
import type { Session } from "@sonde/net/Session"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Control from "./Control.ts"
import { remaining } from "./Conversation.ts"
import type * as Phase from "./Phase.ts"

/**
 * Whom to dial, and what to record on. `ca` is PEM text of extra trust anchors for the handshake that may follow.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConnectInput {
  readonly service: ServiceId
  readonly endpoint: Endpoint
  readonly addresses: ResolveFacts
  readonly recorder: Recorder
  readonly ca?: string | undefined
}

/** @category errors @since 0.1.0 */
export type ConnectFailure = ConnectError | ProtocolError | Throttled | TemporaryFailure

/** @category models @since 0.1.0 */
export const definition: Phase.Definition<"connect", Session, ConnectFacts> = {
  id: "connect",
  version: 1,
  resume: { rule: "reacquire" },
  facts: ConnectFacts,
  factsOf: (session) => ({
    address: session.peer.address,
    port: session.peer.port,
    ...(session.peer.family === undefined ? {} : { family: session.peer.family }),
    ...(session.proxy === undefined ? {} : { proxy: session.proxy }),
    ...(session.localAddress === "" ? {} : { localAddress: session.localAddress }),
    attempts: session.attempts
  })
}

/**
 * What each reason means, as the end of a sentence that begins with the server.
 *
 * @category formatting
 * @since 0.1.0
 */
export const sentence: Record<ConnectError["reason"], string> = {
  Refused: "refused the connection",
  Timeout: "did not answer in time",
  Unreachable: "cannot be reached from this network",
  Reset: "reset the connection at once",
  AddressDenied: "has an address that this installation does not connect to",
  ProxyUnreachable: "was not tried: the proxy cannot be reached",
  ProxyAuth: "was not tried: the proxy wants a sign-in, or refuses this one",
  ProxyDenied: "was not tried: the rules of the proxy do not allow it",
  ProxyBroken: "was not tried: what answers at the place of the proxy is no such proxy"
}

/**
 * The sentence about a failure, with who says so where a proxy does.
 *
 * @category formatting
 * @since 0.1.0
 */
export const told = ({ attempts, proxy, reason }: DialFailed): string => {
  const said = attempts.find((attempt) => attempt.result === reason)?.said
  if (proxy === undefined) return said === undefined ? sentence[reason] : `${sentence[reason]} (${said})`
  return `${sentence[reason]} (${said === undefined ? `through ${proxy}` : `${proxy} says: ${said}`})`
}

/**
 * The request that a dialer gets for an endpoint and its addresses.
 *
 * @category combinators
 * @since 0.1.0
 */
export const request = (input: ConnectInput, timeoutMillis: number) => ({
  endpoint: input.endpoint,
  addresses: input.addresses.addresses.map(({ address, family, port }) => ({
    address,
    family,
    port: port ?? input.endpoint.port
  })),
  timeoutMillis,
  service: input.service,
  recorder: input.recorder,
  ca: input.ca
})

const failure = (input: ConnectInput, error: DialFailed, control?: ControlAttempt): ConnectError =>
  new ConnectError({
    service: input.service,
    endpoint: input.endpoint,
    phase: "connect",
    reason: error.reason,
    attempts: error.attempts,
    ...(error.proxy === undefined ? {} : { proxy: error.proxy }),
    ...(control === undefined ? {} : { control }),
    message: `${format(input.endpoint)} ${told(error)}${
      error.attempts.length > 1 ? ` (${error.attempts.length} addresses tried)` : ""
    }`
  })

/**
 * How long an address of the other family has to take a connection, in milliseconds: enough for one that is sent again after a second
 * (RFC 6298 section 2.1).
 *
 * @category limits
 * @since 0.1.0
 */
export const otherFamilyMillis = 2000

/**
 * The first address of a family that had no turn because the other one was quicker: whether it answers would stay unknown, and others
 * may have that family alone.
 */
const untried = (
  { attempts, peer }: Pick<Session, "attempts" | "peer">,
  addresses: ReadonlyArray<Candidate>
): Candidate | undefined => {
  const known = attempts.flatMap(({ address, result }) => result === "Abandoned" ? [] : [address])
  const isOther = ({ family }: Candidate) => family !== undefined && family !== peer.family
  const others = addresses.filter(isOther)
  return peer.family === undefined || others.some(({ address }) => known.includes(address)) ? undefined : others[0]
}

/** Connects to an address for nothing but to see that it answers. */
const tried = Effect.fnUntraced(function*(
  dialer: Dialer["Service"],
  asked: ReturnType<typeof request>,
  candidate: Candidate
) {
  const timeoutMillis = Math.min(asked.timeoutMillis, otherFamilyMillis)
  const { attempts } = yield* dialer.connect({ ...asked, addresses: [candidate], timeoutMillis })
  return attempts
}, (effect) => Effect.scoped(effect).pipe(Effect.catch(({ attempts }) => Effect.succeed(attempts))))

const isPublic = (address: string): boolean => AddressPolicy.classify(address) === "public"

/**
 * Opens the connection.
 *
 * @category services
 * @since 0.1.0
 */
export class Connect extends Context.Service<
  Connect,
  Phase.Phase<"connect", ConnectInput, Session, ConnectFacts, ConnectFailure, Scope.Scope>
>()("@sonde/phases/Connect") {
  static readonly layer = Layer.effect(
    Connect,
    Effect.gen(function*() {
      const dialer = yield* Dialer
      const resolver = yield* Resolver
      const run = Effect.fnUntraced(function*(input: ConnectInput) {
        const timeoutMillis = yield* remaining("phaseMillis")
        const rule = yield* AddressPolicy.AddressPolicy
        const asked = request(input, timeoutMillis)
        const addresses = rule.coarse === true
          ? asked.addresses.filter(({ address, port }) => rule.isAllowed(address, port))
          : asked.addresses
        // No address is left: an attempt at none would tell by its time and its attempts.
        const withheld = (input.addresses.withheld ?? 0) + asked.addresses.length - addresses.length
        if (addresses.length === 0 && withheld > 0) {
          return yield* failure(input, new DialFailed({ reason: "AddressDenied", attempts: [] }))
        }
        const session = yield* Effect.catch(
          dialer.connect({ ...asked, addresses }),
          (error) =>
            Effect.flatMap(
              Control.compared(resolver, dialer, asked, error.reason),
              (control) => Effect.fail(failure(input, error, control))
            )
        )
        // What stands in this machine's own table, or was pinned, is nothing that others see.
        const isPublished = input.addresses.source === "dns" && session.proxy === undefined
        const other = isPublished ? untried(session, addresses) : undefined
        const more = other === undefined ? [] : yield* tried(dialer, { ...asked, timeoutMillis }, other)
        const isHidden = rule.coarse === true && !isPublic(session.localAddress)
        return {
          ...session,
          attempts: [
            ...session.attempts.filter(({ address }) => more.every((attempt) => attempt.address !== address)),
            ...more
          ],
          ...(isHidden ? { localAddress: "" } : {})
        }
      })
      return Connect.of({ definition, run })
    })
  )
}
