/**
 * Logs on standard error, and traces and logs by OTLP (OpenTelemetry protocol, JSON over HTTP) where the environment asks for it.
 *
 * A run is a trace with the root span `sonde.run`, a phase is a span. Metrics are not pushed: Prometheus fetches them.
 */
import type { Report } from "@sonde/domain/Report"
import * as Target from "@sonde/domain/Target"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type { LogLevel } from "effect/LogLevel"
import * as OtlpExporter from "effect/observability/OtlpExporter"
import * as OtlpLogger from "effect/observability/OtlpLogger"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as OtlpTracer from "effect/observability/OtlpTracer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import { scrub } from "./Scrub.ts"

/** How logs are written: one line of JSON per entry, or lines for people; and the least level that is written. */
export interface Options {
  readonly logFormat: "json" | "pretty"
  readonly logLevel: LogLevel
  readonly version: string
}

/** The headers of `OTEL_EXPORTER_OTLP_HEADERS`: `name=value` with commas between, values percent-encoded. */
const headersOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split(",").map((pair) => pair.trim()).filter((pair) => pair.includes("=")).map((pair) => {
      const at = pair.indexOf("=")
      const value = pair.slice(at + 1).trim()
      return [pair.slice(0, at).trim(), /%(?![\dA-F]{2})/iu.test(value) ? value : decodeURIComponent(value)]
    })
  )

const environment = Config.all({
  disabled: Config.Boolean("OTEL_SDK_DISABLED").pipe(Config.withDefault(false)),
  endpoint: Config.option(Config.URL("OTEL_EXPORTER_OTLP_ENDPOINT")),
  headers: Config.option(Config.Redacted("OTEL_EXPORTER_OTLP_HEADERS")),
  name: Config.String("OTEL_SERVICE_NAME").pipe(Config.withDefault("sonde"))
})

/** Export by OTLP, where `OTEL_EXPORTER_OTLP_ENDPOINT` says where to and `OTEL_SDK_DISABLED` does not say no. */
const exporting = (version: string) =>
  Layer.unwrap(Effect.gen(function*() {
    const { disabled, endpoint, headers, name } = yield* environment
    if (disabled || Option.isNone(endpoint)) return Layer.empty
    const base = endpoint.value.href.replace(/\/$/u, "")
    const common = {
      headers: Option.match(headers, { onNone: () => ({}), onSome: (given) => headersOf(Redacted.value(given)) }),
      resource: { serviceName: name, serviceVersion: version }
    }
    const tracer = Effect.map(OtlpTracer.make({ ...common, url: `${base}/v1/traces` }), scrub)
    const logs = OtlpLogger.layer({ ...common, url: `${base}/v1/logs`, mergeWithExisting: true })
    return Layer.effect(Tracer.Tracer, tracer).pipe(
      Layer.provideMerge(logs),
      Layer.provide([OtlpExporter.layerFlusher, OtlpSerialization.layerJson, FetchHttpClient.layer])
    )
  }))

/**
 * Logs and traces of a process. Fails when a variable of OpenTelemetry cannot be meant, such as an endpoint that is no URL. What is
 * not exported yet is sent when the layer closes.
 */
export const layer = ({ logFormat, logLevel, version }: Options): Layer.Layer<never, Config.ConfigError> => {
  const logger = logFormat === "json"
    ? Logger.withConsoleError(Logger.formatJson)
    : Logger.consolePretty({ colors: "auto" })
  return exporting(version).pipe(
    Layer.provideMerge(Logger.layer([logger])),
    Layer.provideMerge(Layer.mergeAll(
      Layer.succeed(References.MinimumLogLevel, logLevel),
      Layer.succeed(Logger.LogToStderr, true)
    ))
  )
}

/** The part of a target that names no person. */
const domainOf = (target: string): string =>
  Target.isAddress(target) ? target : target.slice(target.lastIndexOf("@") + 1)

const attributesOf = (report: Report): Record<string, unknown> => {
  const endpoint = report.services.find((service) => service.endpoint !== undefined)?.endpoint
  const failed = report.services.flatMap(({ phases }) => phases).find(({ error, state }) =>
    error !== undefined && state !== "warn"
  )
  return {
    "sonde.run.state": report.state,
    "sonde.outcome": report.outcome,
    "sonde.exit_code": report.exitCode,
    ...(report.provider === undefined ? {} : { "sonde.provider": report.provider.id }),
    ...(report.verdicts[0] === undefined ? {} : { "sonde.cause": report.verdicts[0].cause }),
    ...(endpoint === undefined ? {} : { "server.address": endpoint.host, "server.port": endpoint.port }),
    ...(failed?.error === undefined ? {} : { "error.type": failed.error._tag, "sonde.failed_phase": failed.id })
  }
}

/** A run as a trace of its own, under the span `sonde.run`. Of a mailbox only the domain is told. */
export const traced =
  (run: string, target: string) =>
  <E, R>(effect: Effect.Effect<Report, E, R>): Effect.Effect<Report, E, Exclude<R, Tracer.ParentSpan>> =>
    Effect.withSpan(Effect.tap(effect, (report) => Effect.annotateCurrentSpan(attributesOf(report))), "sonde.run", {
      root: true,
      captureStackTrace: false,
      attributes: { "sonde.run.id": run, "sonde.target.domain": domainOf(target) }
    })
