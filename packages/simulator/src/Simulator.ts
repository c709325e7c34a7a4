/**
 * Starts a simulated Microsoft 365: submission server, IMAP and POP3, sign-in and Graph over HTTPS, administrator's door, certificates;
 * and stops all of it.
 *
 * Everything listens on the address given, the loopback address unless asked otherwise, and goes away with the scope.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Session } from "./AdminSession.ts"
import * as Announcement from "./Announcement.ts"
import * as Cmdlets from "./Cmdlets.ts"
import { CmdletError } from "./PowerShell.ts"
import * as ReaderServers from "./ReaderServers.ts"
import { type Snapshot, State } from "./State.ts"
import * as World from "./World.ts"
import { microsoft365 } from "./Worlds.ts"

/**
 * The simulator could not start. `PortInUse` and `PortRefused` name `port`; `Files` means that the folder for the
 * certificate could not be written.
 *
 * @category errors
 * @since 0.1.0
 */
export class SimulatorError extends Data.TaggedError("SimulatorError")<{
  readonly reason: "PortInUse" | "PortRefused" | "Files" | "WorldInvalid"
  readonly port?: number
  readonly detail: string
}> {
  override get message(): string {
    switch (this.reason) {
      case "PortInUse":
        return `port ${this.port} is in use: give another with --port, or 0 for a free one`
      case "PortRefused":
        return `port ${this.port} cannot be listened on: ${this.detail}`
      case "Files":
        return `the certificate cannot be written: ${this.detail}`
      case "WorldInvalid":
        return `the world is not valid: ${this.detail}`
    }
  }
}

/**
 * How to start. Without `world` the built-in one is used. `port` 0, the default, takes a free port. `now` is milliseconds
 * since the epoch; `seed` makes session ids repeatable.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  readonly world?: World.World
  readonly port?: number
  /** Port of the HTTPS services; 0, the default, takes a free one. */
  readonly httpPort?: number
  readonly host?: string
  readonly idleMillis?: number
  /** Time a client of IMAP or POP3 gets to sign in, in milliseconds; a minute unless given. */
  readonly signInMillis?: number
  readonly now?: () => number
  readonly seed?: string
}

/**
 * What became of a script: its output, or with `ok` false the text of its first error. Both end with a line end unless
 * empty.
 *
 * @category models
 * @since 0.1.0
 */
export interface Outcome {
  readonly ok: boolean
  readonly text: string
}

/**
 * A running simulator. `apply` takes the text of one or several Exchange cmdlets and gives their output; each script is a
 * session of its own. `execute` is the same for a caller without Effect.
 *
 * @category models
 * @since 0.1.0
 */
export interface Running {
  readonly smtp: { readonly host: string; readonly port: number }
  readonly imap: ReaderServers.Announced
  readonly pop3: ReaderServers.Announced
  readonly http: { readonly host: string; readonly port: number }
  readonly ca: string
  readonly caPem: string
  readonly connectTo: ReadonlyArray<string>
  readonly mailboxes: ReadonlyArray<Announcement.AnnouncedMailbox>
  readonly applications: ReadonlyArray<Announcement.AnnouncedApplication>
  readonly admin: string
  readonly announcement: Announcement.Announcement
  readonly apply: (script: string) => Effect.Effect<string, CmdletError>
  readonly execute: (script: string) => Outcome
  /** A session that lasts: what Connect-ExchangeOnline named holds for the scripts after it. For standard input. */
  readonly administrator: () => (script: string) => Outcome
  readonly state: () => Snapshot
  /** The announced mailboxes as they behave now, after whatever was changed. */
  readonly mailboxesNow: () => ReadonlyArray<Announcement.AnnouncedMailbox>
}

/** RFC 5321 section 4.5.3.2.7 asks a server to wait at least 5 minutes for the next command. */
export const defaultIdleMillis = 300_000

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""

const detailOf = (error: unknown): string => error instanceof Error ? error.message : String(error)

/** The error of a port that cannot be listened on. */
export const portError = (port: number) => (error: unknown) =>
  new SimulatorError({
    reason: codeOf(error) === "EADDRINUSE" ? "PortInUse" : "PortRefused",
    port,
    detail: detailOf(error)
  })

/** The error of files that cannot be written. */
export const filesError = (error: unknown) => new SimulatorError({ reason: "Files", detail: detailOf(error) })

/** A folder only the user can read, removed with the scope. */
export const folder = Effect.acquireRelease(
  Effect.tryPromise({ try: () => mkdtemp(join(tmpdir(), "sonde-simulator-")), catch: filesError }),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/**
 * Starts a simulator. It stops, closes every connection and removes its files when the scope closes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const start: (options: Options) => Effect.Effect<Running, SimulatorError, Scope.Scope> = Effect.fn(
  "Simulator.start"
)(function*(options: Options) {
  const world = options.world ?? (yield* World.decode(microsoft365).pipe(
    Effect.mapError((error) => new SimulatorError({ reason: "WorldInvalid", detail: error.problems.join("; ") }))
  ))
  const now = options.now ?? Date.now
  const host = options.host ?? "127.0.0.1"
  const port = options.port ?? 0
  const { certificates, door, https, readers, server, services, SmtpSession, state } = yield* Effect.promise(
    async () => {
      const [making, server, door, https, services, keys, readers, { SmtpSession }] = await Promise.all([
        import("./Certificates.ts"),
        import("./SmtpServer.ts"),
        import("./Admin.ts"),
        import("./HttpServer.ts"),
        import("./Services.ts"),
        import("./Keys.ts"),
        import("./ExchangeReaders.ts"),
        import("./SmtpSession.ts")
      ])
      // Clients judge the certificate by the real time, whatever clock the world runs on.
      const [certificates, signer] = await Promise.all([making.make(Date.now()), keys.make()])
      return {
        certificates,
        door,
        https,
        readers,
        server,
        services,
        SmtpSession,
        state: new State(world, now, options.seed, signer)
      }
    }
  )
  const ca = join(yield* folder, "ca.pem")
  yield* Effect.tryPromise({ try: () => writeFile(ca, certificates.authority, { mode: 0o600 }), catch: filesError })
  const smtp = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () =>
        server.listen({
          converse: (wire) => new SmtpSession(state, wire),
          onOpen: () => state.opened(),
          onClose: () => state.closed(),
          certificates,
          host,
          port,
          idleMillis: options.idleMillis ?? defaultIdleMillis
        }),
      catch: portError(port)
    }),
    (running) => Effect.promise(running.close)
  )
  const { imap, pop3 } = yield* ReaderServers.start({
    imap: () => readers.imap(state),
    pop3: () => readers.pop3(state),
    onOpen: () => state.opened(),
    onClose: () => state.closed(),
    certificates,
    host,
    idleMillis: options.idleMillis,
    signInMillis: options.signInMillis,
    upgrades: true
  }, portError(0))
  const httpPort = options.httpPort ?? 0
  let pageAddress = ""
  const service = services.make(state, () => pageAddress)
  const http = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () => https.listen({ service, certificates, host, port: httpPort }),
      catch: portError(httpPort)
    }),
    (running) => Effect.promise(running.close)
  )
  pageAddress = `https://localhost:${http.port}/device`
  const administrator = () => {
    const session = new Session(state)
    return (script: string): Outcome => {
      try {
        return { ok: true, text: Cmdlets.run(session, script) }
      } catch (error) {
        if (error instanceof CmdletError) return { ok: false, text: `${error.message}\n` }
        throw error
      }
    }
  }
  const execute = (script: string): Outcome => administrator()(script)
  const admin = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () =>
        door.listen(0, {
          apply: execute,
          state: () => state.snapshot(),
          decide: (userCode, decision) => service.devicePage.decide(userCode, decision)
        }),
      catch: portError(0)
    }),
    (running) => Effect.promise(running.close)
  )
  const announcement: Announcement.Announcement = {
    smtp: { host, port: smtp.port },
    imap,
    pop3,
    http: { host, port: http.port },
    ca,
    connectTo: Announcement.connectTo(host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host, {
      smtp: smtp.port,
      http: http.port,
      imap,
      pop3
    }),
    mailboxes: Announcement.mailboxesOf(state),
    applications: Announcement.applicationsOf(state),
    admin: admin.url
  }
  return {
    ...announcement,
    caPem: certificates.authority,
    announcement,
    apply: (script) => {
      const result = execute(script)
      return result.ok ? Effect.succeed(result.text) : Effect.fail(new CmdletError({ text: result.text.trimEnd() }))
    },
    execute,
    administrator,
    state: () => state.snapshot(),
    mailboxesNow: () => Announcement.mailboxesOf(state)
  }
})
