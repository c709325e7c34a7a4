import { assert, describe, it } from "@effect/vitest"
import * as Access from "@sonde/http-server/Access"
import { Metrics } from "@sonde/http-server/Metrics"
import * as Settings from "@sonde/http-server/Settings"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { parse, valueOf } from "./prometheus.ts"

const canary = "c4n4ry"

/** Asks a router with two routes, for the lines of log and the metrics. */
const ask = (...requests: ReadonlyArray<Request>) =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    const logger = Logger.map(Logger.formatJson, (line) => void lines.push(line))
    const metrics = yield* Metrics
    const routes = Layer.mergeAll(
      HttpRouter.add("GET", "/probe", Effect.as(Access.note("ops"), HttpServerResponse.text("ok"))),
      HttpRouter.add("GET", "/share/:id", Effect.die(canary))
    )
    const { dispose, handler } = HttpRouter.toWebHandler(
      Layer.mergeAll(routes, Access.layer).pipe(
        Layer.provide(Layer.succeed(Metrics, metrics)),
        Layer.provideMerge(Logger.layer([logger]))
      ),
      { disableLogger: true }
    )
    for (const request of requests) yield* Effect.promise(() => handler(request))
    yield* Effect.promise(dispose)
    return { lines, told: parse(yield* metrics.render({ running: 0, queued: 0, stopping: false })) }
  }).pipe(Effect.provide(Metrics.layer.pipe(Layer.provide(Settings.layer({})))))

describe("Access", () => {
  it.effect("logs and counts each request by its pattern, without what it carries", () =>
    Effect.gen(function*() {
      const headers = { authorization: `Bearer ${canary}` }
      const { lines, told } = yield* ask(
        new Request(`http://x/probe?target=a@x.org&secret=env:${canary}`, { headers }),
        new Request(`http://x/share/${canary}`),
        new Request(`http://x/${canary}`)
      )
      const seen = lines.map((line) => JSON.parse(line).annotations)
      assert.deepStrictEqual(seen.map(({ method, route, status, client }) => [method, route, status, client]), [
        ["GET", "/probe", 200, "ops"],
        ["GET", "/share/:id", 500, undefined],
        ["GET", "other", 404, undefined]
      ])
      for (const { milliseconds } of seen) assert.isAtLeast(milliseconds, 0)
      assert.notInclude(lines.join("\n"), canary)
      assert.strictEqual(valueOf(told, "sonde_http_requests_total", { route: "/probe", status: "200" }), 1)
      assert.strictEqual(valueOf(told, "sonde_http_requests_total", { route: "other", status: "404" }), 1)
    }))

  it("names the pattern of every path of the interface", () => {
    const rows = [
      ["/v1/runs?limit=5", "/v1/runs"],
      ["/v1/runs/01J", "/v1/runs/:run"],
      ["/v1/runs/01J/events", "/v1/runs/:run/events"],
      ["/v1/runs/01J/share/preview", "/v1/runs/:run/share/preview"],
      ["/v1/runs/01J/share/abc", "/v1/runs/:run/share/:share"],
      ["http://x/healthz#x", "/healthz"],
      ["/mcp", "/mcp"],
      ["/", "other"],
      ["/v1/runs/01J/events/more", "other"]
    ]
    for (const [url = "", pattern] of rows) assert.strictEqual(Access.routeOf(url), pattern, url)
  })
})
