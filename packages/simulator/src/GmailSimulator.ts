/**
 * Starts a simulated Gmail: submission on 587 and 465, IMAP and POP3, the token endpoint, the door that shows the counters; and stops all
 * of it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createHash } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import type { Behaviour as ReaderBehaviour } from "./GmailReaders.ts"
import { type GmailState, secretOf } from "./GmailState.ts"
import * as GmailWorld from "./GmailWorld.ts"
import * as ReaderServers from "./ReaderServers.ts"
import { defaultIdleMillis, filesError, folder, portError, SimulatorError } from "./Simulator.ts"

/** How to start; as for Microsoft 365. */
export interface Options {
  readonly world?: GmailWorld.GmailWorld
  readonly port?: number
  readonly now?: () => number
}

/** One announced account. */
export interface AnnouncedAccount {
  readonly address: string
  readonly secret: string
  readonly behaviour: string
  readonly imap: ReaderBehaviour
  readonly pop3: ReaderBehaviour
  readonly token?: string
}

/** The first line of `sonde simulate gmail --json`. */
export interface Announcement {
  readonly smtp: { readonly host: string; readonly port: number }
  readonly imap: ReaderServers.Announced
  readonly pop3: ReaderServers.Announced
  readonly http: { readonly host: string; readonly port: number }
  readonly ca: string
  readonly connectTo: ReadonlyArray<string>
  readonly mailboxes: ReadonlyArray<AnnouncedAccount>
  readonly applications: ReadonlyArray<{
    readonly clientId: string
    readonly name: string
    readonly secret?: string
    readonly refreshTokens: ReadonlyArray<string>
  }>
  /** `keyFile` is the JSON file of a key that was made for this start. */
  readonly serviceAccounts: ReadonlyArray<{ readonly email: string; readonly keyFile?: string }>
  readonly admin: string
}

/** A running simulator. */
export interface Running {
  readonly announcement: Announcement
  readonly caPem: string
  readonly http: { readonly host: string; readonly port: number }
  readonly implicitPort: number
  readonly state: () => unknown
}

const host = "127.0.0.1"
const submission = ["smtp.gmail.com", "smtp-relay.gmail.com"]
/** Names this simulator does not speak for; mapped to port 1 (tcpmux), where nothing listens. */
const unserved = [
  "smtp.gmail.com:25",
  "smtp-relay.gmail.com:25",
  "aspmx.l.google.com:25",
  "imap.gmail.com:143",
  "pop.gmail.com:110"
]

/** Keys for service accounts that have none in the world; made off the main thread. */
const keysFor = (world: GmailWorld.GmailWorld) =>
  Promise.all(
    world.serviceAccounts.filter(({ publicKey }) => publicKey === null).map(async ({ email }) => {
      const { generateKeyPair } = await import("node:crypto")
      const { privateKey, publicKey } = await promisify(generateKeyPair)("rsa", {
        modulusLength: 2048,
        publicKeyEncoding: { type: "spki", format: "pem" },
        privateKeyEncoding: { type: "pkcs8", format: "pem" }
      })
      return { email, privateKey, publicKey }
    })
  )

/** The members of a key file as Google's console gives it. */
const keyFileOf = (email: string, privateKey: string) => ({
  type: "service_account",
  project_id: "fake-project",
  private_key_id: createHash("sha1").update(privateKey).digest("hex"),
  private_key: privateKey,
  client_email: email,
  token_uri: "https://oauth2.googleapis.com/token"
})

const snapshot = (state: GmailState) => ({
  signIns: Object.fromEntries(state.signIns),
  messages: [...state.messages],
  maxSessions: state.maxConnections
})

/**
 * Starts a simulated Gmail on the loopback address. It stops when the scope closes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const start: (options: Options) => Effect.Effect<Running, SimulatorError, Scope.Scope> = Effect.fn(
  "GmailSimulator.start"
)(function*(options: Options) {
  const world = options.world ?? (yield* GmailWorld.decode(GmailWorld.builtIn).pipe(
    Effect.mapError((error) => new SimulatorError({ reason: "WorldInvalid", detail: error.problems.join("; ") }))
  ))
  const port = options.port ?? 0
  const { certificates, codes, door, https, keys, readers, session, server, state, tokens } = yield* Effect.promise(
    async () => {
      const [making, server, door, https, session, tokens, live, readers, codes, keys] = await Promise.all([
        import("./Certificates.ts"),
        import("./SmtpServer.ts"),
        import("./Admin.ts"),
        import("./HttpServer.ts"),
        import("./GmailSession.ts"),
        import("./GmailTokens.ts"),
        import("./GmailState.ts"),
        import("./GmailReaders.ts"),
        import("./GmailCodes.ts"),
        keysFor(world)
      ])
      const publicKeys = new Map(keys.map(({ email, publicKey }) => [email, publicKey]))
      const state = new live.GmailState(world, options.now ?? Date.now, publicKeys)
      const names = [...submission, "imap.gmail.com", "pop.gmail.com", ...tokens.hosts, "localhost"]
      const certificates = await making.make(Date.now(), names)
      return {
        certificates,
        door,
        https,
        readers,
        session,
        server,
        state,
        tokens,
        keys,
        codes: new codes.GmailCodes(state)
      }
    }
  )
  const place = yield* folder
  const ca = join(place, "ca.pem")
  yield* Effect.tryPromise({ try: () => writeFile(ca, certificates.authority, { mode: 0o600 }), catch: filesError })
  const counted = {
    onOpen: () => {
      state.connections++
      state.maxConnections = Math.max(state.maxConnections, state.connections)
    },
    onClose: () => {
      state.connections--
    }
  }
  const keyFiles = yield* Effect.forEach(keys, ({ email, privateKey }) => {
    const path = join(place, `${email.replace(/@.*$/, "")}.json`)
    const file = JSON.stringify(keyFileOf(email, privateKey), undefined, 2)
    return Effect.as(
      Effect.tryPromise({ try: () => writeFile(path, file, { mode: 0o600 }), catch: filesError }),
      { email, path }
    )
  })
  const listening = (at: number, implicitTls: boolean) =>
    Effect.acquireRelease(
      Effect.tryPromise({
        try: () =>
          server.listen({
            converse: (wire) => new session.GmailSession(state, wire),
            ...counted,
            certificates,
            host,
            port: at,
            idleMillis: defaultIdleMillis,
            implicitTls
          }),
        catch: portError(at)
      }),
      (running) => Effect.promise(running.close)
    )
  const smtp = yield* listening(port, false)
  const implicit = yield* listening(0, true)
  const { imap, pop3 } = yield* ReaderServers.start({
    ...counted,
    imap: () => readers.imap(state),
    pop3: () => readers.pop3(state),
    certificates,
    host,
    idleMillis: undefined,
    signInMillis: undefined,
    upgrades: false
  }, portError(0))
  const http = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () =>
        https.listen({
          certificates,
          host,
          port: 0,
          service: {
            maxBodyOctets: (name) => tokens.hosts.includes(name) ? 64 * 1024 : undefined,
            tooLarge: () => ({ status: 413, headers: {}, body: "" }),
            handle: (request) => tokens.handle(state, codes, request)
          }
        }),
      catch: portError(0)
    }),
    (running) => Effect.promise(running.close)
  )
  const admin = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () =>
        door.listen(0, {
          apply: () => ({ ok: false, text: "Gmail has no cmdlets: change the world file and start again\n" }),
          decide: () => ({ ok: false, text: "Gmail's scope is not given to the device flow" }),
          state: () => snapshot(state)
        }),
      catch: portError(0)
    }),
    (running) => Effect.promise(running.close)
  )
  const announcement: Announcement = {
    smtp: { host, port: smtp.port },
    imap,
    pop3,
    http: { host, port: http.port },
    ca,
    connectTo: [
      ...submission.flatMap((name) => [
        `${name}:587:${host}:${smtp.port}`,
        `${name}:465:${host}:${implicit.port}`
      ]),
      `imap.gmail.com:993:${host}:${imap.port}`,
      `pop.gmail.com:995:${host}:${pop3.port}`,
      ...tokens.hosts.map((name) => `${name}:443:${host}:${http.port}`),
      ...unserved.map((name) => `${name}:${host}:1`)
    ],
    mailboxes: state.accounts.map((account) => {
      const token = state.tokenOf(account)
      const { address: user } = account
      const credential = token === undefined
        ? { kind: "password", user, password: secretOf(account) } as const
        : { kind: "token", user, token } as const
      return {
        address: account.address,
        secret: secretOf(account),
        behaviour: state.behaviourOf(account),
        imap: readers.behaviourOf(state, "imap", credential),
        pop3: readers.behaviourOf(state, "pop3", credential),
        ...(token === undefined ? {} : { token })
      }
    }),
    applications: world.clients.map(({ clientId, name, refreshTokens, secret }) => ({
      clientId,
      name,
      ...(secret === null ? {} : { secret }),
      refreshTokens: refreshTokens.map((one) => one.value)
    })),
    serviceAccounts: state.serviceAccounts.map(({ email }) => {
      const keyFile = keyFiles.find((one) => one.email === email)?.path
      return { email, ...(keyFile === undefined ? {} : { keyFile }) }
    }),
    admin: admin.url
  }
  return {
    announcement,
    caPem: certificates.authority,
    http: announcement.http,
    implicitPort: implicit.port,
    state: () => snapshot(state)
  }
})
