/**
 * Starts a ManageSieve server that speaks as Dovecot's Pigeonhole does, with a certificate made for the start. For tests and
 * embedders; `sonde simulate` has no provider of it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { SieveAccount } from "./SieveSession.ts"
import { portError, type SimulatorError } from "./Simulator.ts"

/**
 * How to start. Accounts sign in with a password, inside TLS only. Without `startTls` the server offers no TLS, so nobody
 * signs in. `referral` is a `sieve:` URL.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly accounts: ReadonlyArray<{
    readonly user: string
    readonly password: string
    readonly scripts?: Readonly<Record<string, string>>
    readonly active?: string
  }>
  readonly host?: string
  readonly port?: number
  readonly startTls?: boolean
  readonly referral?: string
  /** Scripts an account may have; 0, the default, is no limit. */
  readonly maxScripts?: number
  readonly idleMillis?: number
}

/**
 * A running server. `signIns` counts attempts by name.
 *
 * @category models
 * @since 0.1.0
 */
export interface Running {
  readonly host: string
  readonly port: number
  readonly caPem: string
  readonly signIns: () => Readonly<Record<string, number>>
}

/** Longest silence: the half hour IMAP has too (RFC 9051 section 5.4). */
const idleMillis = 1_800_000
const maxNames = 10_000

/**
 * Starts a server. It stops and closes every connection when the scope closes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const start: (options: Options) => Effect.Effect<Running, SimulatorError, Scope.Scope> = Effect.fn(
  "SieveSimulator.start"
)(function*(options: Options) {
  const host = options.host ?? "127.0.0.1"
  const port = options.port ?? 0
  const counts = new Map<string, number>()
  const { certificates, server, SieveSession } = yield* Effect.promise(async () => {
    const [making, server, { SieveSession }] = await Promise.all([
      import("./Certificates.ts"),
      import("./SmtpServer.ts"),
      import("./SieveSession.ts")
    ])
    return {
      certificates: await making.make(Date.now(), ["sieve.simulated.example", "localhost"]),
      server,
      SieveSession
    }
  })
  const service = {
    accounts: options.accounts.map(({ active, password, scripts = {}, user }): SieveAccount => ({
      user,
      password,
      scripts: new Map(Object.entries(scripts)),
      active
    })),
    startTls: options.startTls ?? true,
    referral: options.referral,
    maxScripts: options.maxScripts === undefined || options.maxScripts === 0 ? Infinity : options.maxScripts,
    countSignIn: (name: string) => {
      if (counts.has(name) || counts.size < maxNames) counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  const running = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () =>
        server.listen({
          converse: (wire) => new SieveSession(service, wire),
          onOpen: () => {},
          onClose: () => {},
          certificates,
          host,
          port,
          idleMillis: options.idleMillis ?? idleMillis
        }),
      catch: portError(port)
    }),
    (listening) => Effect.promise(listening.close)
  )
  return { host, port: running.port, caPem: certificates.authority, signIns: () => Object.fromEntries(counts) }
})
