/**
 * A server that answers the interface with canned reports and serves the built page, under the rules of the real one: the same
 * contract, the same security headers.
 */
import { JournalError } from "@sonde/domain/Errors"
import type { Event } from "@sonde/domain/Event"
import type { Report } from "@sonde/domain/Report"
import { Api } from "@sonde/http-api/Api"
import { Authorization, Client } from "@sonde/http-api/Authorization"
import { InvalidOption, NotFound, Stopping, TargetDenied, TooManyRuns, Unauthorized } from "@sonde/http-api/Problems"
import type { Share } from "@sonde/http-api/RunsApi"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { extname, join } from "node:path"
import * as Canned from "./canned.ts"
import * as Domains from "./domains.ts"

/** What the real server sends with every answer; a test compares the two. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; "
    + "frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml"
}

/** What a test may see and set. */
export interface Fake {
  readonly url: string
  /** The `Last-Event-ID` of each request for events, `undefined` where there was none. */
  readonly asked: Array<string | undefined>
  /** Bodies of runs that were started or resumed, with their secrets. */
  readonly bodies: Array<Readonly<Record<string, unknown>>>
  /** How many events a stream sends before its connection is cut; once. */
  cutAfter: number | undefined
  /** How long each event waits. */
  paceMillis: number
  /** What the next start answers instead of a run. */
  refuse: "400" | "403" | "422" | "429" | "503" | undefined
  /** The bearer token that is wanted. */
  token: string | undefined
  /** Whether a request for the interface breaks. */
  broken: boolean
  /** Resolves when a code was typed on another device. */
  confirmed: Promise<void>
  readonly reset: () => void
  readonly close: () => Promise<void>
}

const notFound = () =>
  new NotFound({ detail: "no such run", error: new JournalError({ reason: "NotFound", message: "no such run" }) })

/** A server on 127.0.0.1 with the canned runs and the page that was built into `folder`. */
export const start = async (folder: string): Promise<Fake> => {
  const reports = new Map<string, Report>()
  const told = new Map<string, ReadonlyArray<Event>>()
  const shares: Array<Share> = []
  const open = new Set<ServerResponse>()

  const reset = () => {
    reports.clear()
    told.clear()
    shares.length = 0
    for (
      const report of [
        Canned.refused,
        Canned.later,
        Canned.unnamed,
        Canned.suspended,
        Canned.wrongToken,
        Canned.many,
        Domains.posture,
        Domains.survey
      ]
    ) {
      reports.set(report.run, report)
      told.set(report.run, Canned.events(report))
    }
    fake.asked.length = 0
    fake.bodies.length = 0
    Object.assign(fake, {
      cutAfter: undefined,
      paceMillis: 0,
      refuse: undefined,
      token: undefined,
      broken: false,
      confirmed: Promise.resolve()
    })
  }

  const find = (run: string) => {
    const report = reports.get(run)
    return report === undefined ? Effect.fail(notFound()) : Effect.succeed(report)
  }

  const stream = (run: string, after: number) => {
    const waitsFor = (told.get(run)?.find(({ type }) => type === "prompt")?.seq ?? -1) + 1
    return Stream.fromIterable((told.get(run) ?? []).filter((event) => event.seq > after)).pipe(
      Stream.mapEffect((event) => Effect.as(Effect.sleep(fake.paceMillis), event)),
      // Nobody has typed the code yet.
      Stream.tap((event) => Effect.promise(() => event.seq === waitsFor ? fake.confirmed : Promise.resolve())),
      Stream.mapEffect((event) =>
        Effect.sync(() => {
          if (fake.cutAfter !== undefined && event.seq > fake.cutAfter) {
            fake.cutAfter = undefined
            for (const response of open) response.destroy()
          }
          if (event.type === "run.end") reports.set(run, event.report)
          return { id: `${event.seq}`, event: event.type, data: event }
        })
      )
    )
  }

  const body = (payload: Readonly<Record<string, unknown>>) =>
    fake.bodies.push(
      Object.fromEntries(
        Object.entries(payload).map(([key, value]) =>
          [key, Redacted.isRedacted(value) ? Redacted.value(value) : value] as const
        )
      )
    )

  const runs = HttpApiBuilder.group(Api, "runs", (handlers) =>
    handlers
      .handle("start", ({ payload }) => {
        if (fake.refuse === "429") {
          return Effect.fail(
            new TooManyRuns({ error: { _tag: "TooManyRuns", scope: "target", retryAfterMillis: 2000 } })
          )
        }
        if (fake.refuse === "503") {
          return Effect.fail(new Stopping({ error: { _tag: "Stopping" } }))
        }
        if (fake.refuse === "422") {
          return Effect.fail(
            new TargetDenied({
              detail: "127.0.0.1 is not on the public internet",
              error: { _tag: "TargetDenied", option: "target", reason: "Address" }
            })
          )
        }
        if (fake.refuse === "400") {
          return Effect.fail(
            new InvalidOption({
              error: { _tag: "InvalidOption", option: "port", problem: "is not one of mail", remedy: "give 587" }
            })
          )
        }
        body(payload)
        const run = `01JDM${String(fake.bodies.length).padStart(21, "0")}`
        const byDevice = payload.token !== undefined && !Redacted.isRedacted(payload.token)
        const canned = byDevice
          ? Canned.many
          : payload.only?.includes("posture") === true
          ? Domains.posture
          : payload.only?.includes("tls") === true
          ? Domains.survey
          : Canned.refused
        const report = { ...canned, run, target: { ...canned.target, input: payload.target } }
        reports.set(run, { ...report, state: "running", services: [], verdicts: [], findings: [], transcript: [] })
        told.set(run, Canned.events(report, 1, byDevice ? Canned.code : undefined))
        return Effect.succeed({ run, state: "queued" as const })
      })
      .handle("list", ({ query }) => {
        const all = Array.from(reports.values()).toSorted((a, b) => a.startedAt < b.startedAt ? 1 : -1)
        const from = query.before === undefined ? 0 : all.findIndex((one) => one.run === query.before)
        const page = all.slice(from, from + 5)
        const next = all[from + 5]?.run
        return Effect.succeed({
          runs: page.map(({ exitCode, outcome, run, startedAt, state, target, verdicts: [first] }) => ({
            run,
            startedAt,
            target: target.input,
            state,
            outcome,
            exitCode,
            ...(first === undefined ? {} : { cause: first.cause, title: first.title })
          })),
          ...(next === undefined ? {} : { next })
        })
      })
      .handle("show", ({ params }) => find(params.run))
      .handle("events", ({ headers, params }) => {
        const last = headers["last-event-id"]
        fake.asked.push(last)
        return Effect.map(find(params.run), () => stream(params.run, Number(last ?? 0)))
      })
      .handle("resume", ({ params, payload }) =>
        Effect.flatMap(find(params.run), (report) => {
          const before = told.get(params.run) ?? []
          if (report.state === "finished" && payload.secret === undefined && payload.token === undefined) {
            return Effect.fail(
              new InvalidOption({
                error: { _tag: "InvalidOption", option: "secret", problem: "is missing", remedy: "give it again" }
              })
            )
          }
          body(payload)
          const next = { ...Canned.accepted, run: report.run, target: report.target }
          told.set(params.run, [...before, ...Canned.events(next, (before.at(-1)?.seq ?? 0) + 1)])
          reports.set(params.run, { ...report, state: "running" })
          return Effect.succeed({ run: params.run, state: "running" as const })
        }))
      .handle("forget", ({ params }) => Effect.asVoid(Effect.map(find(params.run), () => reports.delete(params.run))))
      .handle("share", ({ params, payload }) =>
        Effect.map(find(params.run), ({ run }) => {
          const share = {
            id: "s1",
            run,
            url: `${fake.url}/share/s1`,
            createdAt: "2026-11-24T00:00:00.000Z",
            expiresAt: `2026-12-0${Math.min(payload.days ?? 7, 9)}T00:00:00.000Z`
          }
          shares.push(share)
          return share
        }))
      .handle("shares", ({ params }) => Effect.map(find(params.run), () => [...shares]))
      .handle("preview", ({ params }) => Effect.map(find(params.run), () => Canned.copy))
      .handle("unshare", () => Effect.sync(() => void (shares.length = 0))))

  const { handler } = HttpRouter.toWebHandler(
    HttpApiBuilder.layer(Api).pipe(
      Layer.provide([
        runs,
        HttpApiBuilder.group(Api, "knowledge", (handlers) =>
          handlers
            .handle("explain", ({ payload }) =>
              Effect.succeed(payload.text.includes("535") ? Canned.explained : Canned.unknown))
            .handle("discover", ({ payload }) => {
              body(payload)
              return Effect.succeed(
                payload.target.includes("nowhere")
                  ? { ...Domains.discovery, outcome: "none" as const, exitCode: 68, chosen: [], conflicts: [] }
                  : Domains.discovery
              )
            })
            .handle("packs", () =>
              Effect.succeed([Canned.pack, {
                ...Canned.pack,
                id: "postfix",
                name: "Postfix",
                kind: "software" as const,
                aliases: []
              }]))
            .handle("pack", ({ params }) =>
              params.id === Canned.pack.id
                ? Effect.succeed(Canned.pack)
                : Effect.fail(new NotFound({ error: { _tag: "NotFound", what: "pack", id: params.id } })))),
        HttpApiBuilder.group(Api, "system", (handlers) =>
          handlers
            .handle("server", () =>
              Effect.succeed({
                version: "0.1.0",
                client: "loopback",
                ehlo: "sonde.example",
                allowPrivate: false,
                ports: [25, 465, 587],
                sources: [],
                shareDays: 7,
                signInEveryMillis: 60_000
              }))
            .handle("metrics", () => Effect.succeed(""))
            .handle("probe", () => Effect.succeed(""))),
        HttpApiBuilder.group(Api, "public", (handlers) =>
          handlers
            .handle("live", () => Effect.succeed({ status: "ok" as const }))
            .handle("ready", () => Effect.succeed({ status: "ok" as const }))
            .handle("shared", () => Effect.succeed(Canned.copy)))
      ]),
      Layer.provide([
        Layer.succeed(
          Authorization,
          Authorization.of({
            bearer: (effect, { credential }) =>
              fake.token === undefined || Redacted.value(credential) === fake.token
                ? Effect.provideService(effect, Client, { name: "test" })
                : Effect.fail(new Unauthorized({ error: { _tag: "Unauthorized" } }))
          })
        ),
        HttpApiMiddleware.layerProblemDetails()
      ]),
      Layer.provide(HttpServer.layerServices)
    ),
    { disableLogger: true }
  )

  const server = createServer((request, response) => {
    const answer = async () => {
      const url = new URL(request.url ?? "/", fake.url)
      for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
      if (/^\/(?:v1|share|healthz|readyz)\b/.test(url.pathname)) {
        if (fake.broken) {
          response.writeHead(500).end()
          return
        }
        if (fake.refuse === "403" && request.method === "POST") {
          response.writeHead(403, { "content-type": "application/problem+json" }).end(`{"status":403}`)
          return
        }
        const chunks: Array<Buffer> = []
        for await (const chunk of request) chunks.push(chunk)
        const init = {
          method: request.method ?? "GET",
          headers: Object.entries(request.headers).map(([name, value]) => [name, `${value}`] as [string, string])
        }
        const result = await handler(
          new Request(url, chunks.length === 0 ? init : { ...init, body: Buffer.concat(chunks) })
        )
        response.writeHead(result.status, Object.fromEntries(result.headers))
        response.flushHeaders()
        open.add(response)
        if (result.body !== null) { for await (const chunk of result.body) response.write(chunk) }
        response.end()
        open.delete(response)
        return
      }
      const name = /^\/(?:assets\/|icon\.svg$)/.test(url.pathname) ? url.pathname.slice(1) : "index.html"
      if (!existsSync(join(folder, name))) {
        response.writeHead(404).end()
        return
      }
      response.writeHead(200, {
        "content-type": types[extname(name)] ?? "application/octet-stream",
        "cache-control": name.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache"
      })
      response.end(readFileSync(join(folder, name)))
    }
    answer().catch(() => response.destroy())
  })
  const fake: Fake = {
    url: "",
    asked: [],
    bodies: [],
    cutAfter: undefined,
    paceMillis: 0,
    refuse: undefined,
    token: undefined,
    broken: false,
    confirmed: Promise.resolve(),
    reset,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    }
  }
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  Object.assign(fake, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  reset()
  return fake
}
