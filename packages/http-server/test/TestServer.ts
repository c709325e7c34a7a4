/** The whole server on a free port, over a simulated tenant, with journals in a folder of the test. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Api } from "@sonde/http-api/Api"
import { OperatorToken } from "@sonde/http-server/AccessTokens"
import { Desk } from "@sonde/http-server/Desk"
import { Page } from "@sonde/http-server/Page"
import * as Perimeter from "@sonde/http-server/Perimeter"
import { SourceReader, SourceUnreadable } from "@sonde/http-server/SecretSources"
import * as Server from "@sonde/http-server/Server"
import * as Settings from "@sonde/http-server/Settings"
import * as Shares from "@sonde/http-server/Shares"
import * as NodeJournalStore from "@sonde/platform-node/NodeJournalStore"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import * as Simulator from "@sonde/simulator/Simulator"
import { Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** What a test decides. `sources` is what the reader of secret sources finds. */
export interface Options {
  readonly settings?: Partial<Settings.Values>
  readonly state?: string
  readonly token?: string
  readonly sources?: Readonly<Record<string, string>>
  /** Tells whether the store of tokens and shared copies is away. */
  readonly isAway?: () => boolean
}

/** A store in memory that can be away. */
const store = (isAway: () => boolean) =>
  Layer.effect(
    KeyValueStore.KeyValueStore,
    Effect.map(KeyValueStore.KeyValueStore, (kept) => {
      const there = <A>(method: string, effect: Effect.Effect<A, KeyValueStore.KeyValueStoreError>) =>
        Effect.suspend(() =>
          isAway() ? Effect.fail(new KeyValueStore.KeyValueStoreError({ method, message: "is away" })) : effect
        )
      return KeyValueStore.KeyValueStore.of({
        ...kept,
        get: (key) => there("get", kept.get(key)),
        set: (key, value) => there("set", kept.set(key, value)),
        remove: (key) => there("remove", kept.remove(key)),
        keys: there("keys", kept.keys)
      })
    })
  ).pipe(Layer.provide(KeyValueStore.layerMemory))

/** A folder that goes away with the scope. */
export const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-server-test-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Starts a server. It stops with the scope, as a signal would stop it. */
export const start = Effect.fnUntraced(function*(options: Options = {}) {
  const state = options.state ?? (yield* folder)
  const settings: Settings.Values = {
    ...Settings.defaults,
    version: "1.2.3",
    port: 0,
    allowPrivate: true,
    anyPort: true,
    clientPerMinute: 10_000,
    targetPerMinute: 10_000,
    signInEveryMillis: 0,
    ...options.settings
  }
  const values = options.isAway === undefined ? KeyValueStore.layerMemory : store(options.isAway)
  const served = HttpRouter.serve(Server.layer, { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provideMerge(NodeHttpServer.layer(() => createServer(Perimeter.limits(settings)), {
      port: settings.port,
      host: settings.host,
      gracefulShutdownTimeout: settings.graceMillis
    })),
    Layer.provide([
      Page.layerNone,
      values,
      Layer.provide(Layer.effect(Shares.Store, KeyValueStore.KeyValueStore), values),
      Layer.provide(Sonde.layerJournaled, [NodeNet.layer, NodeJournalStore.layer({ folder: state })]),
      Layer.succeed(SourceReader, {
        read: (source) => {
          const found = options.sources?.[source]
          return found === undefined
            ? Effect.fail(new SourceUnreadable({ problem: "is not there" }))
            : Effect.succeed(Redacted.make(found))
        }
      }),
      Layer.succeed(OperatorToken, options.token === undefined ? undefined : Redacted.make(options.token))
    ]),
    Layer.provide([Settings.layer(settings), Logger.layer([])])
  )
  const scope = yield* Scope.fork(yield* Effect.scope)
  const context = yield* Layer.buildWithScope(
    Layer.provideMerge(
      Layer.effectDiscard(Effect.flatMap(Desk, (desk) => Effect.addFinalizer(() => desk.stop))),
      served
    ),
    scope
  )
  const { address } = yield* Effect.provideContext(HttpServer.HttpServer, context)
  const url = `http://127.0.0.1:${"port" in address ? address.port : 0}`
  const client = yield* HttpApiClient.make(Api, {
    baseUrl: url,
    transformClient: HttpClient.mapRequest((request) =>
      options.token === undefined ? request : HttpClientRequest.bearerToken(request, options.token)
    )
  }).pipe(Effect.provide(FetchHttpClient.layer))
  return { client, scope, state, url }
})

/** What `start` gives. */
export type Running = Effect.Success<ReturnType<typeof start>>

/** The simulated tenant, and the options with which its mailboxes are checked over HTTP. */
export const simulated = Effect.gen(function*() {
  const tenant = yield* Simulator.start({})
  const mailbox = (behaviour: string) => tenant.mailboxes.find((one) => one.behaviour === behaviour)!
  const asked = (one: typeof tenant.mailboxes[number]) => ({
    target: one.address,
    provider: "microsoft-365",
    ca: tenant.caPem,
    connectTo: [...tenant.connectTo],
    ...(one.user === undefined ? {} : { user: one.user }),
    ...(one.from === undefined ? {} : { from: one.from })
  })
  return { asked, mailbox, tenant }
})

/** Everything that a run tells from a number on, until its stream ends. */
export const told = ({ client }: Running, run: string, after = 0) =>
  client.runs.events({ params: { run }, headers: after === 0 ? {} : { "last-event-id": `${after}` } }).pipe(
    Effect.flatMap(Stream.runCollect),
    Effect.map((events) => Array.from(events, ({ data }) => data))
  )
