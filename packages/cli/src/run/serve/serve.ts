/** `sonde serve`: the HTTP front end on this machine, until a signal. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodePath from "@effect/platform-node/NodePath"
import { spanMillis } from "@sonde/domain/Options"
import { AccessTokens, OperatorToken } from "@sonde/http-server/AccessTokens"
import { Desk } from "@sonde/http-server/Desk"
import { Page } from "@sonde/http-server/Page"
import * as Perimeter from "@sonde/http-server/Perimeter"
import * as Server from "@sonde/http-server/Server"
import * as Settings from "@sonde/http-server/Settings"
import * as Shares from "@sonde/http-server/Shares"
import * as Telemetry from "@sonde/http-server/Telemetry"
import { Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import { existsSync } from "node:fs"
import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import * as Engine from "../../Engine.ts"
import { Failure, usage } from "../../Failure.ts"
import type * as Flags from "../../Flags.ts"
import * as PackFiles from "../../PackFiles.ts"
import { json, quoted } from "../../Print.ts"
import * as Reach from "../../Reach.ts"
import { note, Screen } from "../../Screen.ts"
import * as Secret from "../../Secret.ts"
import * as SourceReader from "../../SourceReader.ts"
import { version } from "../../Version.ts"
import * as Stores from "./stores.ts"

type Text = string | undefined

/** What `sonde serve` was given. */
export interface Input extends Flags.Parsed<typeof Flags.places>, Flags.Parsed<typeof Flags.reach> {
  readonly listen: Text
  readonly token: Text
  readonly requireToken: boolean
  readonly publicUrl: Text
  readonly ehlo: Text
  readonly allowRecipient: ReadonlyArray<string>
  readonly maxRuns: Text
  readonly maxQueued: Text
  readonly clientPerMinute: Text
  readonly targetPerMinute: Text
  readonly signInEvery: Text
  readonly database: Text
  readonly logFormat: "pretty" | "json" | undefined
  readonly logLevel: "debug" | "info" | "warn" | "error" | undefined
  readonly json: boolean
}

/** Where to listen: `ADDRESS:PORT`, `[ADDRESS]:PORT` or `PORT` alone, which is on loopback. */
const listenOn = Effect.fnUntraced(function*(text: Text) {
  if (text === undefined) return {}
  const match = /^(?:(\[[0-9a-f:.]+\]|[^:[\]\s]+):)?(\d{1,5})$/iu.exec(text.trim())
  const port = Number(match?.[2])
  if (match === null || port > 65_535) {
    return yield* usage(`--listen takes ADDRESS:PORT, not ${quoted(text)}`, "such as 127.0.0.1:7425 or [::1]:7425")
  }
  return { host: (match[1] ?? "127.0.0.1").replace(/^\[(.*)\]$/u, "$1"), port }
})

const number = (flag: string, text: Text, least: number) =>
  text === undefined
    ? Effect.undefined
    : /^\d{1,7}$/u.test(text) && Number(text) >= least
    ? Effect.succeed(Number(text))
    : Effect.fail(usage(`${flag} takes a whole number from ${least} to 9999999, not ${quoted(text)}`))

const span = (flag: string, text: Text) => {
  if (text === undefined) return Effect.undefined
  const millis = /^0(?:s|ms|m)?$/u.test(text) ? 0 : spanMillis(text)
  return millis === undefined
    ? Effect.fail(usage(`${flag} takes a time such as 30s or 5m, not ${quoted(text)}`))
    : Effect.succeed(millis)
}

const origin = Effect.fnUntraced(function*(text: Text) {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/u.test(url.protocol) || url.pathname !== "/" || url.search !== "") {
    return yield* usage(
      `--public-url takes the beginning of a URL, not ${quoted(text)}`,
      "such as https://sonde.example.org"
    )
  }
  return url.origin
})

const recipients = Effect.fnUntraced(function*(texts: ReadonlyArray<string>) {
  const wrong = texts.find((text) => !/^[^\s@]*@[^\s@]+$/u.test(text))
  return wrong === undefined
    ? texts
    : yield* usage(`--allow-recipient takes an address, or @ with a domain, not ${quoted(wrong)}`)
})

const settingsOf = Effect.fnUntraced(function*(input: Input) {
  const given = {
    ...(yield* listenOn(input.listen)),
    ...(yield* Reach.settings(input)),
    publicUrl: yield* origin(input.publicUrl),
    ehlo: input.ehlo,
    recipients: yield* recipients(input.allowRecipient),
    requireToken: input.requireToken,
    maxRuns: yield* number("--max-runs", input.maxRuns, 1),
    maxQueued: yield* number("--max-queued", input.maxQueued, 0),
    clientPerMinute: yield* number("--client-per-minute", input.clientPerMinute, 1),
    targetPerMinute: yield* number("--target-per-minute", input.targetPerMinute, 1),
    signInEveryMillis: yield* span("--sign-in-every", input.signInEvery)
  }
  const known = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...Settings.defaults, version, ...(Object.fromEntries(known) as Partial<Settings.Values>) }
})

/** The built page: beside the bundle, or where the workspace builds it. */
const pageFolder = (): string | undefined =>
  ["../page/", "../../../../web/dist/page/"].map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((folder) => existsSync(`${folder}index.html`))

const page = (): Layer.Layer<Page> => {
  const folder = pageFolder()
  return folder === undefined
    ? Page.layerNone
    : Layer.orDie(Page.layerFolder(folder).pipe(Layer.provide([NodeFileSystem.layer, NodePath.layer])))
}

/** The first thing to close: runs are suspended before the listener waits for its readers. */
const stopping = Layer.effectDiscard(
  Effect.flatMap(Desk, (desk) => Effect.addFinalizer(() => desk.stop))
)

const urlOf = (host: string, port: number): string => `http://${host.includes(":") ? `[${host}]` : host}:${port}`

/** Says where the server listens, once it does. */
const announced = (input: Input, settings: Settings.Values) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const screen = yield* Screen
    const { address } = yield* HttpServer.HttpServer
    const port = "port" in address ? address.port : settings.port
    const url = urlOf(settings.host, port)
    if (input.json) yield* screen.out(json({ url, host: settings.host, port }, false))
    yield* note(`listening on ${url}${pageFolder() === undefined ? " (without the web page, which is not built)" : ""}`)
  }))

const failed = ({ host, port }: Settings.Values) => (cause: { readonly cause: unknown }): Failure => {
  const code = cause.cause instanceof Error && "code" in cause.cause ? String(cause.cause.code) : "unknown reason"
  const place = urlOf(host, port).slice("http://".length)
  return new Failure({
    exitCode: 69,
    problem: `--listen: ${place} cannot be listened on (${code})`,
    remedy: code === "EADDRINUSE" ? "another program has it; choose another port" : "choose another address"
  })
}

/** Off loopback somebody has to be able to come in. */
const reachable = Effect.fnUntraced(function*(settings: Settings.Values) {
  const tokens = yield* AccessTokens
  if (Settings.isLoopback(settings.host) && !settings.requireToken) return
  const isAny = yield* Effect.mapError(tokens.isAny, ({ message }) => new Failure({ exitCode: 74, problem: message }))
  if (isAny) return
  return yield* usage(
    `nobody could use a server on ${settings.host}: there is no bearer token`,
    "add --token file:PATH, or make one with \"sonde serve tokens add NAME\""
  )
})

/** Whether a check with what the operator says for every run can be meant. */
const meant = Effect.fnUntraced(function*({ ca, connectTo }: Settings.Values) {
  const sonde = yield* Sonde
  const given = { ...(connectTo.length === 0 ? {} : { connectTo }), ...(ca === undefined ? {} : { ca }) }
  yield* Effect.mapError(
    sonde.validate({ target: "postmaster@example.org", ...given }),
    ({ option, problem, remedy }) => usage(`${option} ${problem}`, remedy)
  )
})

/** The token that clients have to send. */
const tokenOf = Effect.fnUntraced(function*(text: string) {
  const source = yield* Effect.fromResult(Secret.parse("--token", text))
  if (source.kind === "stdin" || source.kind === "prompt") {
    return yield* usage(`--token ${source.kind} is nothing for a server`, "write env:NAME, file:PATH or cmd:COMMAND")
  }
  return yield* Secret.read("--token", source, "")
})

/** Serves until a signal, which ends with 0. */
export const run = Effect.fnUntraced(function*(input: Input) {
  const screen = yield* Screen
  const settings = yield* settingsOf(input)
  const token = input.token === undefined ? undefined : yield* tokenOf(input.token)
  const packs = yield* PackFiles.all(input)
  const stores = yield* Stores.chosen(input)
  const listening = createServer(Perimeter.limits(settings))
  // Who is still connected when the time of grace is over is hung up on.
  const hangingUp = Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(() => listening.closeAllConnections())))
  const listener = Layer.provideMerge(
    hangingUp,
    NodeHttpServer.layer(() => listening, {
      host: settings.host,
      port: settings.port,
      gracefulShutdownTimeout: settings.graceMillis
    })
  )
  const served = HttpRouter.serve(Server.layer, { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provideMerge(listener)
  )
  const layer = Layer.mergeAll(stopping, announced(input, settings)).pipe(
    Layer.provide(served),
    Layer.provide(Layer.effectDiscard(meant(settings))),
    Layer.provide(
      Layer.effectDiscard(reachable(settings)).pipe(
        Layer.provide(AccessTokens.layer),
        Layer.provide(stores.values("tokens"))
      )
    ),
    Layer.provide([
      page(),
      stores.readiness,
      Engine.layer({ journals: stores.journals, packs }),
      Layer.provide(Layer.effect(Shares.Store, KeyValueStore.KeyValueStore), stores.values("shares")),
      stores.values("tokens"),
      SourceReader.layer
    ]),
    Layer.provide([
      Settings.layer(settings),
      Layer.succeed(OperatorToken, token),
      Telemetry.layer({
        logFormat: input.logFormat ?? (screen.stderr.isTerminal ? "pretty" : "json"),
        logLevel: ({ debug: "Debug", info: "Info", warn: "Warn", error: "Error" } as const)[input.logLevel ?? "info"],
        version
      })
    ])
  )
  yield* screen.signalsExit(0)
  return yield* Effect.mapError(
    Layer.launch(layer),
    (error) => error._tag === "ServeError" ? failed(settings)(error) : error
  )
})
