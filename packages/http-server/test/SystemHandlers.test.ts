import { assert, describe, it } from "@effect/vitest"
import { Authorization, Client } from "@sonde/http-api/Authorization"
import { NotFound, TargetDenied, TooManyRuns } from "@sonde/http-api/Problems"
import { PublicApi, SystemApi } from "@sonde/http-api/SystemApi"
import type { Load } from "@sonde/http-server/Metrics"
import { Metrics } from "@sonde/http-server/Metrics"
import { layerFolder, Readiness } from "@sonde/http-server/Readiness"
import * as Settings from "@sonde/http-server/Settings"
import * as SystemHandlers from "@sonde/http-server/SystemHandlers"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as PlatformError from "effect/PlatformError"
import { parse, valueOf } from "./prometheus.ts"
import { reachable, report, target } from "./reports.ts"

/** The two groups alone. */
class Part extends HttpApi.make("sonde").add(SystemApi, PublicApi).middleware(HttpApiMiddleware.ProblemDetails) {}

const authorization = Layer.succeed(
  Authorization,
  Authorization.of({ bearer: (httpEffect) => Effect.provideService(httpEffect, Client, { name: "ops" }) })
)

interface Given {
  readonly operations?: Partial<SystemHandlers.Operations["Service"]>
  readonly settings?: Partial<Settings.Values>
  readonly problem?: string
}

const idle: Load = { running: 1, queued: 2, stopping: false }

/** Asks a server of these two groups, for each answer. */
const ask = ({ operations = {}, problem, settings = {} }: Given, ...requests: ReadonlyArray<Request>) =>
  Effect.gen(function*() {
    const all: SystemHandlers.Operations["Service"] = {
      check: ({ secret: _, token: __, ...options }) => Effect.succeed(options),
      once: () => Effect.succeed(report([reachable])),
      state: Effect.succeed(idle),
      shared: (id) => Effect.succeed(`<p>${id}</p>`),
      ...operations
    }
    const { dispose, handler } = HttpRouter.toWebHandler(
      HttpApiBuilder.layer(Part).pipe(
        Layer.provide([SystemHandlers.system, SystemHandlers.open]),
        Layer.provide([
          authorization,
          HttpApiMiddleware.layerProblemDetails(),
          Metrics.layer,
          Layer.succeed(SystemHandlers.Operations, all),
          Layer.succeed(Readiness, Effect.succeed(problem))
        ]),
        Layer.provide(Settings.layer({ version: "1.2.3", ...settings })),
        Layer.provide(HttpServer.layerServices)
      ),
      { disableLogger: true }
    )
    const answers: Array<{ readonly status: number; readonly type: string; readonly body: string }> = []
    for (const request of requests) {
      const response = yield* Effect.promise(() => handler(request))
      const body = yield* Effect.promise(() => response.text())
      answers.push({ status: response.status, type: response.headers.get("content-type") ?? "", body })
    }
    yield* Effect.promise(dispose)
    return answers
  })

const get = (path: string, headers: Record<string, string> = {}) => new Request(`http://x${path}`, { headers })
const probe = get(`/probe?target=${target}`)

describe("SystemHandlers", () => {
  it.effect("tells what the server is, with the name of whoever asks", () =>
    Effect.gen(function*() {
      const sources = [{ target: "*", source: "env:A" }, { target: "x.org", source: "env:A" }]
      const [answer] = yield* ask({ settings: { sources, ehlo: "probe.example.org" } }, get("/v1/server"))
      const { client, ehlo, ports, sources: told, version } = JSON.parse(answer?.body ?? "")
      assert.deepStrictEqual({ client, ehlo, told, version }, {
        client: "ops",
        ehlo: "probe.example.org",
        told: ["env:A"],
        version: "1.2.3"
      })
      assert.deepStrictEqual(ports, [...Settings.defaults.ports])
    }))

  it.effect("tells metrics in the format of Prometheus, refusals of probes included", () =>
    Effect.gen(function*() {
      const full = new TooManyRuns({
        detail: "full",
        error: { _tag: "TooManyRuns", scope: "queue", retryAfterMillis: 1000 }
      })
      const answers = yield* ask({ operations: { once: () => Effect.fail(full) } }, probe, get("/metrics"))
      assert.deepStrictEqual(answers.map(({ status }) => status), [429, 200])
      assert.strictEqual(answers[1]?.type, "text/plain; version=0.0.4; charset=utf-8")
      const told = parse(answers[1]?.body ?? "")
      assert.strictEqual(valueOf(told, "sonde_runs_refused_total", { reason: "queue" }), 1)
      assert.strictEqual(valueOf(told, "sonde_runs_queued"), 2)
    }))

  it.effect("probes for the client who asks, within the time of the scraper", () =>
    Effect.gen(function*() {
      const asked: Array<unknown> = []
      const once: SystemHandlers.Operations["Service"]["once"] = ({ deadline }, client) =>
        Effect.sync(() => {
          asked.push([client, deadline])
          return report([reachable])
        })
      const request = get(`/probe?target=${target}`, { "x-prometheus-scrape-timeout-seconds": "10" })
      const [answer] = yield* ask({ operations: { once } }, request)
      assert.deepStrictEqual(asked, [["ops", 9250]])
      assert.strictEqual(answer?.status, 200)
      assert.strictEqual(valueOf(parse(answer?.body ?? ""), "probe_success"), 1)
    }))

  it.effect("answers a probe of a bad or denied target with a problem", () =>
    Effect.gen(function*() {
      const denied = new TargetDenied({
        detail: "no",
        error: { _tag: "TargetDenied", option: "target", reason: "Name" }
      })
      const answers = yield* ask(
        { operations: { check: () => Effect.fail(denied) } },
        probe,
        get(`/probe?target=${target}&service=nonsense`)
      )
      assert.deepStrictEqual(answers.map(({ status }) => status), [422, 400])
      for (const { type } of answers) assert.match(type, /^application\/problem\+json/u)
    }))

  it.effect("lives whatever happens, and is ready while it takes runs", () =>
    Effect.gen(function*() {
      const both = [get("/healthz"), get("/readyz")]
      const states = (given: Given) =>
        Effect.map(
          ask(given, ...both),
          (answers) => answers.map(({ body, status }) => [status, JSON.parse(body).status])
        )
      assert.deepStrictEqual(yield* states({}), [[200, "ok"], [200, "ok"]])
      const state = Effect.succeed({ ...idle, stopping: true })
      assert.deepStrictEqual(yield* states({ operations: { state } }), [[200, "ok"], [503, "stopping"]])
      assert.deepStrictEqual(yield* states({ problem: "full" }), [[200, "ok"], [503, "unable"]])
    }))

  it.effect("shows a shared copy, or says that there is none", () =>
    Effect.gen(function*() {
      const missing = new NotFound({ detail: "none", error: { _tag: "NotFound", what: "share", id: "b" } })
      const shared = (id: string) => id === "a" ? Effect.succeed("<p>a</p>") : Effect.fail(missing)
      const answers = yield* ask({ operations: { shared } }, get("/share/a"), get("/share/b"))
      assert.deepStrictEqual(answers.map(({ status }) => status), [200, 404])
      assert.strictEqual(answers[0]?.body, "<p>a</p>")
    }))
})

describe("Readiness", () => {
  const readOnly = PlatformError.systemError({
    _tag: "PermissionDenied",
    module: "FileSystem",
    method: "makeTempFile",
    pathOrDescriptor: "/state"
  })

  const asked = (files: Partial<FileSystem.FileSystem>) =>
    Effect.flatten(Readiness).pipe(
      Effect.provide(layerFolder("/state").pipe(Layer.provide(FileSystem.layerNoop(files))))
    )

  it.effect("finds nothing wrong with a folder in which a file can be made, and much with one where it cannot", () =>
    Effect.gen(function*() {
      const folders: Array<string | undefined> = []
      const makeTempFileScoped: FileSystem.FileSystem["makeTempFileScoped"] = (options) =>
        Effect.sync(() => {
          folders.push(options?.directory)
          return "/state/.ready-1"
        })
      assert.isUndefined(yield* asked({ makeTempFileScoped }))
      assert.deepStrictEqual(folders, ["/state"])
      assert.strictEqual(
        yield* asked({ makeTempFileScoped: () => Effect.fail(readOnly) }),
        "the folder of state cannot be written"
      )
    }))
})
