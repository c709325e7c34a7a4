/**
 * One line of log per request, and its count: method, pattern of the path, status, milliseconds, client.
 *
 * Never the path itself, the query, a header or a body: those hold ids of shares, names of sources and tokens.
 */
import { Api } from "@sonde/http-api/Api"
import { Authorization, Client } from "@sonde/http-api/Authorization"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import { Metrics } from "./Metrics.ts"

/** What is learned of a request while it is answered. */
interface Note {
  client: string | undefined
}

const Noted = Context.Reference<Note | undefined>("@sonde/http-server/Access/Noted", { defaultValue: () => undefined })

/** Notes who asks, for the line of this request. */
export const note = (client: string): Effect.Effect<void> =>
  Effect.map(Noted, (noted) => {
    if (noted !== undefined) noted.client = client
  })

/** The same authorization, which also notes who asks. */
export const noting: Layer.Layer<Authorization, never, Authorization> = Layer.effect(
  Authorization,
  Effect.map(Authorization, ({ bearer }) =>
    Authorization.of({
      bearer: (httpEffect, options) =>
        bearer(Effect.andThen(Effect.flatMap(Client, ({ name }) => note(name)), httpEffect), options)
    }))
)

const patterns: ReadonlyArray<readonly [RegExp, string]> = [
  "/mcp",
  ...Object.values(Api.groups).flatMap((group) => Object.values(group.endpoints).map(({ path }): string => path))
].toSorted((a, b) => a.split(":").length - b.split(":").length).map((path) => [
  new RegExp(`^${path.replace(/\/$/u, "").replace(/:\w+/gu, "[^/]+")}/?$`, "u"),
  path
])

/** The pattern of the path of a URL; `other` for what is no part of the interface, such as files of the page. */
export const routeOf = (url: string): string => {
  const path = url.replace(/[?#].*$/su, "").replace(/^https?:\/\/[^/]*/u, "")
  return patterns.find(([pattern]) => pattern.test(path))?.[1] ?? "other"
}

/** Counts and logs every request. It belongs outside every other middleware. */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter | Metrics> = HttpRouter.middleware(
  Effect.map(Metrics, (metrics) => (httpEffect) =>
    Effect.gen(function*() {
      const { method, url } = yield* HttpServerRequest.HttpServerRequest
      const noted: Note = { client: undefined }
      const began = yield* Clock.currentTimeMillis
      const exit = yield* Effect.exit(Effect.provideService(httpEffect, Noted, noted))
      const milliseconds = (yield* Clock.currentTimeMillis) - began
      const status = Exit.isSuccess(exit)
        ? exit.value.status
        : (yield* HttpServerError.causeResponse(exit.cause))[0].status
      const route = routeOf(url)
      yield* metrics.answered(method, route, status)
      const line = {
        method,
        route,
        status,
        milliseconds,
        ...noted.client === undefined ? {} : { client: noted.client }
      }
      yield* Effect.annotateLogs(Effect.logInfo("request"), line)
      return yield* exit
    })),
  { global: true }
)
