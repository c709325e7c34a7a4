/**
 * A network made of plain data, for tests and demonstrations: names, addresses and scripted servers in virtual time.
 *
 * The dialer runs the same races, sessions and address policy as the one on sockets; only the octets come from scripts. Nothing
 * leaves the process. TLS is a fact that is given, not a handshake that is made.
 *
 * @since 0.1.0
 */
import type { TlsReason } from "@sonde/domain/Certificate"
import type { BindingType } from "@sonde/wire/sasl/Gs2"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { AddressPolicy, forHttp } from "./AddressPolicy.ts"
import { Dialer, DialFailed } from "./Dialer.ts"
import * as Http from "./Http.ts"
import * as StaticTransport from "./internal/StaticTransport.ts"
import { unmasked } from "./Outgoing.ts"
import * as Race from "./Race.ts"
import type {
  AddressAnswer,
  AddressRecord,
  Answer,
  MxRecord,
  RecordData,
  RecordType,
  SrvRecord,
  TlsaRecord
} from "./Resolver.ts"
import { LookupFailed, Resolver } from "./Resolver.ts"
import { Route } from "./Route.ts"
import type { Handshake } from "./Session.ts"
import * as SessionCore from "./SessionCore.ts"
import * as Timers from "./Timers.ts"

/**
 * The records of one name. An empty list is the same as none.
 *
 * @category models
 * @since 0.1.0
 */
export interface StaticRecords {
  readonly a?: ReadonlyArray<string>
  readonly aaaa?: ReadonlyArray<string>
  /** `[preference, exchange]`; a null MX is `[0, ""]` or `[0, "."]`. */
  readonly mx?: ReadonlyArray<readonly [preference: number, exchange: string]>
  readonly txt?: ReadonlyArray<string>
  readonly ptr?: ReadonlyArray<string>
  readonly ns?: ReadonlyArray<string>
  readonly tlsa?: ReadonlyArray<TlsaRecord>
  /** `[priority, weight, port, target]`; a target of "." says that the service is not offered. */
  readonly srv?: ReadonlyArray<readonly [priority: number, weight: number, port: number, target: string]>
  /** The name is an alias of another one; what else stands here is not read. */
  readonly cname?: string
  /** Whether the resolver vouches for these records, and for those that are missing. Default: it does not. */
  readonly authentic?: boolean
}

/**
 * Names with their records, and questions that fail: the key is the type in lower case and the name, such as
 * `"a mail.example."`. A name that is not listed does not exist. Case and a final dot do not matter.
 *
 * @category models
 * @since 0.1.0
 */
export interface StaticZone {
  readonly [name: string]: StaticRecords
}

/** @category models @since 0.1.0 */
export type StaticFailures = Readonly<Record<string, LookupFailed["reason"]>>

/**
 * How a server speaks: the lines of a session file, or a function that is called with `undefined` when a client connects and
 * then with each line the client sends, and gives the steps of the answer.
 *
 * @category models
 * @since 0.1.0
 */
export type StaticScript = string | ReadonlyArray<string> | ((line: string | undefined) => ReadonlyArray<string>)

/**
 * One server: its script, or how dialling it fails. With the object form, `tls` gives facts of the handshake that a `tls` step
 * completes (default: TLS 1.3, an empty chain, nothing wrong) or the reason it fails for; `channelBinding` is what the encrypted
 * connection can be told by (default: nothing); `connectMillis` delays the connection.
 *
 * @category models
 * @since 0.1.0
 */
export type StaticServer = StaticScript | Race.Obstacle | {
  readonly script: StaticScript
  readonly tls?: Partial<Handshake> | TlsReason
  readonly channelBinding?: Partial<Record<BindingType, Uint8Array>>
  readonly connectMillis?: number
}

/**
 * The world. A server is found by `host:port` of the endpoint, then by `address:port` of the address dialled; IPv6 in
 * brackets. What is not listed refuses the connection.
 *
 * @category models
 * @since 0.1.0
 */
export interface StaticWorld {
  readonly zone?: StaticZone
  readonly fail?: StaticFailures
  readonly servers?: Readonly<Record<string, StaticServer>>
  /** Servers of HTTP by `host:port`, over TLS or not: what they answer, or how asking them fails. */
  readonly http?: Readonly<Record<string, StaticHttp>>
}

/**
 * How a server of HTTP answers: a function of path, body, bearer token and further header fields as they were sent, or how
 * asking it fails. A failure that the function gives comes after the request was sent, one in its place before.
 *
 * @category models
 * @since 0.1.0
 */
export type StaticHttp =
  | Http.HttpError
  | ((request: StaticAsked) => Http.HttpError | {
    readonly status: number
    readonly headers?: Readonly<Record<string, string>>
    readonly body: string
  })

/**
 * A request as a static server sees it. `octets` is a body that is no text.
 *
 * @category models
 * @since 0.1.0
 */
export interface StaticAsked {
  readonly method: string
  readonly path: string
  readonly body: string
  readonly octets: Uint8Array | undefined
  readonly token: string | undefined
  readonly fields: Readonly<Record<string, string>>
}

const normal = (name: string): string => name.toLowerCase().replace(/\.$/, "")

const byNormalName = <A>(entries: Readonly<Record<string, A>>): ReadonlyMap<string, A> =>
  new Map(Object.entries(entries).map(([name, value]) => [normal(name), value]))

/**
 * Answers from data.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerResolver = (world: Pick<StaticWorld, "zone" | "fail">): Layer.Layer<Resolver> => {
  const zone = byNormalName(world.zone ?? {})
  const failures = byNormalName(world.fail ?? {})

  const query = <T extends RecordType>(
    name: string,
    type: T
  ): Effect.Effect<Answer<RecordData[T]>, LookupFailed> =>
    Effect.suspend(() => {
      const aliases: Array<string> = []
      const fail = (reason: LookupFailed["reason"], authentic: boolean) =>
        Effect.fail(new LookupFailed({ name, type, reason, authentic }))
      let authentic = true
      for (let asked = name;;) {
        const failure = failures.get(`${type.toLowerCase()} ${normal(asked)}`)
        if (failure !== undefined) return fail(failure, false)
        const records = zone.get(normal(asked))
        authentic &&= records?.authentic === true
        if (records === undefined) return fail("NoSuchName", authentic)
        if (type === "CNAME" || records.cname === undefined) {
          const found = read[type](records)
          return found.length > 0
            ? Effect.succeed({ records: found, ttlSeconds: 300, authentic, aliases })
            : fail("NoRecords", authentic)
        }
        asked = records.cname
        // As resolvers do with a chain that goes round.
        if (aliases.includes(asked)) return fail("ServerFailure", false)
        aliases.push(asked)
      }
    })

  const one = (name: string, family: 4 | 6): Effect.Effect<ReadonlyArray<AddressRecord>, LookupFailed> =>
    Effect.map(
      query(name, family === 6 ? "AAAA" : "A"),
      ({ records, ttlSeconds }) => records.map((address) => ({ address, family, ttlSeconds }))
    )

  const both = (name: string): Effect.Effect<AddressAnswer, LookupFailed> =>
    Effect.matchEffect(one(name, 6), {
      onSuccess: (six) =>
        Effect.map(
          Effect.orElseSucceed(one(name, 4), (): ReadonlyArray<AddressRecord> => []),
          (four) => ({ source: "dns" as const, addresses: [...six, ...four] })
        ),
      onFailure: (six) =>
        Effect.mapBoth(one(name, 4), {
          onSuccess: (addresses) => ({ source: "dns" as const, addresses }),
          // As in the real one: an empty answer tells less than a failure.
          onFailure: (four) => four.reason === "NoRecords" ? six : four
        })
    })

  return Layer.succeed(Resolver, {
    addresses: Effect.fnUntraced(function*(name: string) {
      const { family } = yield* Route
      if (family !== undefined) return { source: "dns" as const, addresses: yield* one(name, family) }
      return yield* both(name)
    }),
    mx: (domain) => Effect.map(query(domain, "MX"), ({ records }) => records),
    query
  })
}

/** How the records of each type are read from those of a name. */
const read: { readonly [T in RecordType]: (records: StaticRecords) => ReadonlyArray<RecordData[T]> } = {
  A: ({ a }) => a ?? [],
  AAAA: ({ aaaa }) => aaaa ?? [],
  MX: ({ mx }) =>
    (mx ?? [])
      .map(([preference, exchange]): MxRecord => ({ preference, exchange: exchange === "." ? "" : exchange }))
      .sort((left, right) => left.preference - right.preference),
  TXT: ({ txt }) => txt ?? [],
  TLSA: ({ tlsa }) => tlsa ?? [],
  SRV: ({ srv }) =>
    (srv ?? []).map(([priority, weight, port, target]): SrvRecord => ({
      priority,
      weight,
      port,
      target: target === "." ? "" : target
    })),
  PTR: ({ ptr }) => ptr ?? [],
  NS: ({ ns }) => ns ?? [],
  CNAME: ({ cname }) => cname === undefined ? [] : [cname]
}

const obstacles: ReadonlyArray<unknown> = [
  "Refused",
  "Timeout",
  "Unreachable",
  "Reset",
  "AddressDenied",
  "ProxyUnreachable",
  "ProxyAuth",
  "ProxyDenied",
  "ProxyBroken"
]
const isObstacle = (server: StaticServer): server is Race.Obstacle => obstacles.includes(server)

const authority = (host: string, port: number): string => host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`

/**
 * Dials scripted servers. A script that is no session, or a client that says what no script expects, is a defect.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerDialer = (world: Pick<StaticWorld, "servers">): Layer.Layer<Dialer> => {
  const servers = new Map(Object.entries(world.servers ?? {}).map(([name, server]) => [name.toLowerCase(), server]))
  return Layer.succeed(Dialer, {
    connect: (request) =>
      Effect.gen(function*() {
        const policy = yield* AddressPolicy
        const timers = yield* Timers.fromClock
        const host = authority(request.endpoint.host, request.endpoint.port).toLowerCase()
        const { transport, won } = yield* Effect.acquireRelease(
          Effect.map(
            Race.run<StaticServer>({
              candidates: request.addresses,
              timeoutMillis: request.timeoutMillis,
              timers,
              isAllowed: ({ address, port }) => policy.isAllowed(address, port),
              dialOne: ({ address, port }, connected, failed) => {
                const server = servers.get(host) ?? servers.get(authority(address, port)) ?? "Refused"
                // A peer that never answers: the race itself calls it a timeout.
                if (server === "Timeout") return () => {}
                if (isObstacle(server)) {
                  failed(server)
                  return () => {}
                }
                const connectMillis = typeof server === "object" && "script" in server ? server.connectMillis ?? 0 : 0
                if (connectMillis > 0) return timers.after(connectMillis, () => connected(server))
                connected(server)
                return () => {}
              }
            }),
            (won) => ({ won, transport: StaticTransport.make(serverOf(won.socket), timers) })
          ),
          ({ transport }) => Effect.sync(() => transport.destroy()),
          { interruptible: true }
        )
        return SessionCore.make({
          endpoint: request.endpoint,
          peer: won.candidate,
          attempts: won.attempts,
          service: request.service,
          recorder: request.recorder,
          transport,
          timers
        })
      })
  })
}

const serverOf = (server: StaticServer): StaticTransport.Server =>
  typeof server === "object" && "script" in server ? server : { script: server }

/**
 * Answers requests from data. Which address is asked does not matter, but one must be allowed by the address policy.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerHttp = (world: Pick<StaticWorld, "http">): Layer.Layer<Http.Http> =>
  Layer.succeed(Http.Http, {
    request: <E>(request: Http.HttpRequest<E>) =>
      Effect.gen(function*() {
        const isAllowed = forHttp(yield* AddressPolicy)
        const { addresses, body, endpoint, fields = {}, method, octets, path } = request
        const answer = world.http?.[authority(endpoint.host, endpoint.port)]
        if (!addresses.some(({ address, port }) => isAllowed(address, port))) {
          return yield* new DialFailed({ reason: "AddressDenied", attempts: [] })
        }
        if (answer === undefined) return yield* new DialFailed({ reason: "Refused", attempts: [] })
        if (typeof answer !== "function") return yield* Effect.fail(answer)
        if (request.beforeSend !== undefined) yield* request.beforeSend
        Http.recordRequest(request)
        const token = request.token === undefined ? undefined : Redacted.value(request.token)
        const text = body === undefined ? "" : unmasked(body)
        const given = answer({ method, path, body: text, octets, token, fields })
        if (Http.isHttpError(given)) return yield* Effect.fail(given)
        const { headers = {}, ...rest } = given
        const response: Http.HttpResponse = { ...rest, headers }
        Http.recordResponse(request, response)
        return response
      })
  })

/**
 * Resolver, dialer and HTTP from data.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerStatic = (world: StaticWorld): Layer.Layer<Resolver | Dialer | Http.Http> =>
  Layer.mergeAll(layerResolver(world), layerDialer(world), layerHttp(world))
