/**
 * What an operator decides about a server: where it listens, whom it may contact, how much it takes.
 *
 * Data only. The command line reads it from flags; an embedder gives it as a value.
 */
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"

/**
 * A secret that requests may name instead of giving it. `source` is `env:NAME`, `file:PATH` or `cmd:COMMAND`; `target` is the
 * mailbox or the domain it is good for, `*` for any. Bound to a target, it is never sent to a host that the request names.
 */
export interface AllowedSource {
  readonly target: string
  readonly source: string
}

/** The settings of a server. Times are in milliseconds, sizes in octets. */
export interface Values {
  readonly version: string
  readonly host: string
  readonly port: number
  /** What the server is called from outside, without a final slash, where it stands behind a proxy. */
  readonly publicUrl: string | undefined
  /** Whether addresses that are not on the public internet may be contacted. */
  readonly allowPrivate: boolean
  /** The ports that may be contacted. */
  readonly ports: ReadonlyArray<number>
  /** Whether any port may be contacted. */
  readonly anyPort: boolean
  /** Where to dial when a host and port are meant, for every run: `HOST:PORT:ADDRESS:PORT`. Redirects nothing that requests say. */
  readonly connectTo: ReadonlyArray<string>
  /** Trust anchors beside those of the system, PEM, for every run. */
  readonly ca: string | undefined
  /** The name in EHLO, so that whoever is contacted knows by whom. */
  readonly ehlo: string | undefined
  readonly sources: ReadonlyArray<AllowedSource>
  /** Addresses, or domains behind an `@`, that a message may be delivered to although they are not of the account's domain. */
  readonly recipients: ReadonlyArray<string>
  /** Whether a request has to carry a bearer token. Always so off loopback. */
  readonly requireToken: boolean
  /** Runs at once, and how many more may wait. */
  readonly maxRuns: number
  readonly maxQueued: number
  /** Runs a client may start, and that may be aimed at one target, in a minute. */
  readonly clientPerMinute: number
  readonly targetPerMinute: number
  /** Between two sign-ins of one user at one target. */
  readonly signInEveryMillis: number
  /** The longest that a run may take, whatever its own deadline says. */
  readonly maxRunMillis: number
  readonly maxBodyOctets: number
  readonly maxHeaderOctets: number
  /** How long a client may take to send a request. */
  readonly requestMillis: number
  readonly shareDays: number
  /** Targets whose series `GET /metrics` keeps. */
  readonly maxTargets: number
  /** Until an idle stream of events gets a sign of life. */
  readonly heartbeatMillis: number
  /** How long open runs may take to say good-bye when the server stops. */
  readonly graceMillis: number
}

/** What holds where nothing is said. */
export const defaults: Values = {
  version: "0.0.0",
  host: "127.0.0.1",
  port: 7425,
  publicUrl: undefined,
  allowPrivate: false,
  ports: AddressPolicy.mailPorts,
  anyPort: false,
  connectTo: [],
  ca: undefined,
  ehlo: undefined,
  sources: [],
  recipients: [],
  requireToken: false,
  maxRuns: 32,
  maxQueued: 100,
  clientPerMinute: 60,
  targetPerMinute: 20,
  signInEveryMillis: 60_000,
  maxRunMillis: 300_000,
  maxBodyOctets: 1_048_576,
  maxHeaderOctets: 16_384,
  requestMillis: 30_000,
  shareDays: 7,
  maxTargets: 1000,
  heartbeatMillis: 15_000,
  graceMillis: 5000
}

/** The settings in force. */
export class Settings extends Context.Service<Settings, Values>()("@sonde/http-server/Settings") {}

/** Settings that differ from the defaults in what is given. */
export const layer = (given: Partial<Values>): Layer.Layer<Settings> =>
  Layer.succeed(Settings, Settings.of({ ...defaults, ...given }))

/** Whether only this machine can reach the server: 127.0.0.0/8, `::1` or `localhost`. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || AddressPolicy.classify(host.replace(/^\[(.*)\]$/, "$1")) === "loopback"
