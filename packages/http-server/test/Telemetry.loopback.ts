import { assert, describe, it } from "@effect/vitest"
import * as Telemetry from "@sonde/http-server/Telemetry"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { passed, report, submission, target, untrusted } from "./reports.ts"

const canary = "c4n4ry-Passw0rd"
const header = "h3ader-c4n4ry"

interface Sent {
  readonly path: string
  readonly key: string
  readonly body: string
}

/** A collector on this machine that keeps what it is sent. */
const collector = Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly sent: Array<Sent>; readonly close: () => void }>((resume) => {
    const sent: Array<Sent> = []
    const server = createServer((request, response) => {
      let body = ""
      request.setEncoding("utf8").on("data", (chunk: string) => body += chunk).on("end", () => {
        sent.push({ path: request.url ?? "", key: String(request.headers["x-key"]), body })
        response.end("{}")
      })
    })
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      resume(Effect.succeed({ url: `http://127.0.0.1:${port}/otlp/`, sent, close: () => server.close() }))
    })
  }),
  ({ close }) => Effect.sync(close)
)

/** The console as lines, by where they would go. */
const lines = () => {
  const [out, err]: [Array<string>, Array<string>] = [[], []]
  const into = (where: Array<string>) => (...args: ReadonlyArray<unknown>) => void where.push(args.join(" "))
  const console = { ...globalThis.console, log: into(out), info: into(out), debug: into(out), error: into(err) }
  return { out, err, layer: Layer.succeed(Console.Console, console) }
}

const options: Telemetry.Options = { logFormat: "json", logLevel: "Info", version: "1.2.3" }

const within = (env: Record<string, string>, given = options) =>
  Telemetry.layer(given).pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))))

class Rejected extends Schema.TaggedError<Rejected>()("Rejected", { message: Schema.String }) {}

const failed = report([submission("fail", passed("connect"), untrusted)], { exitCode: 78 })

/** A run with a phase that fails with the secret in the words of the server, and a line of log about it. */
const run = Telemetry.traced("01JRUN", target)(Effect.gen(function*() {
  yield* Effect.ignore(
    Effect.withSpan(Effect.fail(new Rejected({ message: `535 ${target} ${canary}` })), "Phase.auth")
  )
  yield* Effect.annotateLogs(Effect.logInfo("signed in", Redacted.make(canary)), { secret: Redacted.make(canary) })
  yield* Effect.logDebug("not at this level")
  return failed
}))

interface SentSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: Record<string, unknown> }>
  readonly events: ReadonlyArray<unknown>
}

const attributes = (span: SentSpan | undefined): Record<string, unknown> =>
  Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]))

describe("Telemetry", () => {
  it.live("exports a run as a trace, its phases as spans, and logs, with the headers that the environment names", () =>
    Effect.gen(function*() {
      const { sent, url } = yield* collector
      const { err, layer, out } = lines()
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_EXPORTER_OTLP_HEADERS: `x-key=${header}%21, x-other=1`,
        OTEL_SERVICE_NAME: "sonde-test",
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=ci"
      }
      yield* Effect.provide(run, Layer.provideMerge(within(env), layer))

      assert.deepStrictEqual(sent.map(({ path }) => path).toSorted(), ["/otlp/v1/logs", "/otlp/v1/traces"])
      for (const { key } of sent) assert.strictEqual(key, `${header}!`)
      const bodies = sent.map(({ body }) => body).join("\n")
      const traces = JSON.parse(sent.find(({ path }) => path.endsWith("traces"))?.body ?? "{}")
      const spans: ReadonlyArray<SentSpan> = traces.resourceSpans[0].scopeSpans[0].spans
      const root = spans.find(({ name }) => name === "sonde.run")
      const phase = spans.find(({ name }) => name === "Phase.auth")
      assert.strictEqual(phase?.traceId, root?.traceId)
      assert.strictEqual(phase?.parentSpanId, root?.spanId)
      assert.deepStrictEqual(attributes(root), {
        "sonde.run.id": "01JRUN",
        "sonde.target.domain": "example.org",
        "sonde.run.state": "finished",
        "sonde.outcome": "fail",
        "sonde.exit_code": 78,
        "server.address": "mail.example.org",
        "server.port": 587,
        "error.type": "TlsError",
        "sonde.failed_phase": "tls"
      })
      assert.deepStrictEqual(attributes(phase), { "sonde.phase": "auth", "error.type": "Rejected" })
      for (const word of ["sonde-test", "deployment.environment.name", "1.2.3", "signed in"]) {
        assert.include(bodies, word)
      }

      // Neither the collector nor standard error sees a secret, and standard output sees nothing.
      for (const text of [bodies, err.join("\n")]) {
        assert.notInclude(text, canary)
        assert.notInclude(text, header)
      }
      assert.notInclude(JSON.stringify(traces), target)
      assert.isEmpty(out)
      assert.strictEqual(err.length, 1)
      const line = JSON.parse(err[0] ?? "")
      assert.strictEqual(line.level, "INFO")
      assert.strictEqual(line.annotations.secret, "<redacted>")
    }))

  it.live("exports nothing without an endpoint, or where it is switched off", () =>
    Effect.gen(function*() {
      const { sent, url } = yield* collector
      const { layer } = lines()
      for (const env of [{}, { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: "true" }]) {
        yield* Effect.provide(run, Layer.provideMerge(within(env), layer))
      }
      assert.isEmpty(sent)
    }))

  it.live("writes for people, at the level that is wanted, on standard error", () =>
    Effect.gen(function*() {
      const { err, layer, out } = lines()
      const pretty = within({}, { ...options, logFormat: "pretty", logLevel: "Debug" })
      yield* Effect.provide(run, Layer.provideMerge(pretty, layer))
      assert.isEmpty(out)
      assert.include(err.join("\n"), "not at this level")
      assert.notInclude(err.join("\n"), canary)
    }))

  it.live("refuses an endpoint that is no URL", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(Effect.provide(Effect.void, within({ OTEL_EXPORTER_OTLP_ENDPOINT: "nowhere" })))
      assert.isTrue(Exit.isFailure(exit))
    }))
})
