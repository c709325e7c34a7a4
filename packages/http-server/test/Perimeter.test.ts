import { assert, describe, it } from "@effect/vitest"
import { Client } from "@sonde/http-api/Authorization"
import { TooManyRuns } from "@sonde/http-api/Problems"
import { RunsApi } from "@sonde/http-api/RunsApi"
import { AccessTokens } from "@sonde/http-server/AccessTokens"
import * as Authorized from "@sonde/http-server/Authorized"
import * as Malformed from "@sonde/http-server/Malformed"
import * as Perimeter from "@sonde/http-server/Perimeter"
import * as Settings from "@sonde/http-server/Settings"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as KeyValueStore from "effect/persistence/KeyValueStore"

const canary = "kanarie-Geheim-7f3"

/** The runs of the interface: starting is always too much, and listing breaks with a secret in its words. */
class Runs extends HttpApi.make("sonde")
  .add(RunsApi)
  .middleware(HttpApiMiddleware.ProblemDetails)
  .annotate(HttpApi.PayloadParseOptions, { onExcessProperty: "error", errors: "all" })
{}

const unused = () => Effect.die(new Error("not asked here"))
const handlers = HttpApiBuilder.group(Runs, "runs", (group) =>
  group
    .handle("start", () =>
      Effect.fail(
        new TooManyRuns({
          detail: "later",
          error: { _tag: "TooManyRuns", scope: "client", retryAfterMillis: 1500 }
        })
      ))
    .handle("list", () => Effect.die(new Error(`the folder /srv/${canary} is gone`)))
    .handle("show", () => Effect.flatMap(Client, ({ name }) => Effect.die(new Error(name))))
    .handle("events", unused)
    .handle("resume", unused)
    .handle("forget", unused)
    .handle("share", unused)
    .handle("shares", unused)
    .handle("preview", unused)
    .handle("unshare", unused))

const routes = Layer.mergeAll(
  HttpApiBuilder.layer(Runs).pipe(Layer.provide(handlers)),
  HttpRouter.add("GET", "/", HttpServerResponse.text("page")),
  HttpRouter.add("GET", "/probe", HttpServerResponse.text("probed")),
  HttpRouter.add("GET", "/own", HttpServerResponse.text("own", { headers: { "content-security-policy": "sandbox" } }))
)

interface Asked {
  readonly response: Response
  readonly text: string
  readonly log: string
}

const ask = (path: string, init: RequestInit = {}, settings: Partial<Settings.Values> = {}): Effect.Effect<Asked> =>
  Effect.gen(function*() {
    const lines: Array<string> = []
    const log = Logger.layer([Logger.map(Logger.formatLogFmt, (line) => void lines.push(line))])
    const app = Layer.mergeAll(routes, Perimeter.layer).pipe(
      Layer.provide([Authorized.layer, Malformed.layer]),
      Layer.provide(Authorized.Gate.layer),
      Layer.provide(AccessTokens.layer),
      Layer.provide([KeyValueStore.layerMemory, Settings.layer(settings), HttpServer.layerServices]),
      Layer.provideMerge(log)
    )
    const { dispose, handler } = HttpRouter.toWebHandler(app)
    const response = yield* Effect.promise(() => handler(new Request(`http://localhost:7425${path}`, init)))
    const text = yield* Effect.promise(() => response.text())
    yield* Effect.promise(dispose)
    return { response, text, log: lines.join("\n") }
  })

const problemOf = ({ response, text }: Asked): { readonly status: number; readonly error?: unknown } => {
  assert.strictEqual(response.headers.get("content-type"), "application/problem+json")
  const problem = JSON.parse(text)
  assert.strictEqual(problem.status, response.status)
  return problem
}

const post = (body: string, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  body,
  headers: { "content-type": "application/json", ...headers }
})

describe("the name in Host", () => {
  const admitted = [
    "127.0.0.1:7425",
    "localhost",
    "LOCALHOST:7425",
    "localhost.",
    "[::1]:7425",
    "192.0.2.1",
    "desk.example"
  ]
  for (const host of admitted) {
    it.effect(`is the server's own: ${host}`, () =>
      Effect.gen(function*() {
        const { response } = yield* ask("/", { headers: { host } }, { host: "desk.example", requireToken: true })
        assert.strictEqual(response.status, 200)
      }))
  }

  const refused = [
    "evil.example",
    "evil.example:7425",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "user@localhost",
    "localhost/evil",
    "localhost, evil.example",
    " "
  ]
  for (const host of refused) {
    it.effect(`is not the server's own: ${JSON.stringify(host)}`, () =>
      Effect.gen(function*() {
        const asked = yield* ask("/", { headers: { host } })
        assert.deepStrictEqual(problemOf(asked).error, { _tag: "Forbidden", header: "Host" })
        assert.strictEqual(asked.response.status, 403)
      }))
  }

  it.effect("is the one from outside too, where there is one", () =>
    Effect.gen(function*() {
      const settings = { publicUrl: "https://sonde.example" }
      assert.strictEqual((yield* ask("/", { headers: { host: "sonde.example" } }, settings)).response.status, 200)
      assert.strictEqual((yield* ask("/", { headers: { host: "other.example" } }, settings)).response.status, 403)
    }))
})

describe("a page of another site", () => {
  const foreign: ReadonlyArray<Record<string, string>> = [
    { origin: "http://evil.example" },
    { origin: "null" },
    { origin: "https://localhost:7425" },
    { origin: "http://localhost" },
    { origin: "http://localhost:8080" },
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" },
    { "sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" },
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }
  ]
  for (const headers of foreign) {
    for (const method of ["GET", "POST", "OPTIONS", "DELETE"]) {
      it.effect(`may not use the server: ${method} ${JSON.stringify(headers)}`, () =>
        Effect.gen(function*() {
          const asked = yield* ask("/", { method, headers })
          assert.deepStrictEqual(problemOf(asked).error, { _tag: "Forbidden", header: "Origin" })
          for (const name of asked.response.headers.keys()) assert.isFalse(name.startsWith("access-control-"))
        }))
    }
  }

  const visit = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }
  it.effect("may link to the page, and to nothing that works when it is asked", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* ask("/", { headers: visit })).response.status, 200)
      for (const path of ["/probe?target=mail.example:25", "//probe?a", "/%70robe", "/probe/", "/probe;a", "/PROBE"]) {
        assert.strictEqual((yield* ask(path, { headers: visit })).response.status, 403, path)
      }
      assert.strictEqual((yield* ask("/v1/runs", { headers: visit })).response.status, 403)
    }))

  it.effect("is none where the origin is the server's own", () =>
    Effect.gen(function*() {
      const own = { origin: "http://localhost:7425", "sec-fetch-site": "same-origin" }
      assert.strictEqual((yield* ask("/probe", { headers: own })).response.status, 200)
      const proxied = { host: "127.0.0.1:7425", origin: "https://sonde.example" }
      const settings = { publicUrl: "https://sonde.example" }
      assert.strictEqual((yield* ask("/probe", { headers: proxied }, settings)).response.status, 200)
    }))
})

describe("every answer", () => {
  const paths = ["/", "/nothing", "/v1/runs", "/v1/runs/x"]
  for (const path of paths) {
    it.effect(`leaves a browser nothing to run or embed: ${path}`, () =>
      Effect.gen(function*() {
        const { response } = yield* ask(path)
        for (const [name, value] of Object.entries(Perimeter.securityHeaders)) {
          assert.strictEqual(response.headers.get(name), value)
        }
        assert.strictEqual(response.headers.get("cache-control"), path.startsWith("/v1") ? "no-store" : null)
        assert.isNull(response.headers.get("set-cookie"))
      }))
  }

  it("allows no inline code, no other origin and no frame around it", () => {
    const policy = new Map(
      Perimeter.contentSecurityPolicy.split("; ").map((rule) => {
        const [name = "", ...values] = rule.split(" ")
        return [name, values]
      })
    )
    assert.deepStrictEqual(policy.get("default-src"), ["'none'"])
    assert.deepStrictEqual(policy.get("script-src"), ["'self'"])
    assert.deepStrictEqual(policy.get("frame-ancestors"), ["'none'"])
    assert.deepStrictEqual(policy.get("base-uri"), ["'none'"])
    assert.deepStrictEqual(policy.get("form-action"), ["'none'"])
    for (const values of policy.values()) {
      for (const value of values) assert.include(["'none'", "'self'", "data:"], value)
    }
  })

  it.effect("keeps a stricter header of its route", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* ask("/own")).response.headers.get("content-security-policy"), "sandbox")
    }))

  it.effect("is a problem where there is no such page or method", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(problemOf(yield* ask(`/nothing?${canary}`)).error, {
        _tag: "NotFound",
        what: "page",
        id: "/nothing"
      })
      assert.strictEqual(problemOf(yield* ask("/v1/runs", { method: "PUT" })).status, 404)
    }))

  it.effect("says in Retry-After when to come again", () =>
    Effect.gen(function*() {
      const asked = yield* ask("/v1/runs", post(JSON.stringify({ target: "mail.example" })))
      assert.strictEqual(problemOf(asked).status, 429)
      assert.strictEqual(asked.response.headers.get("retry-after"), "2")
    }))

  it.effect("asks for a bearer where one is wanted", () =>
    Effect.gen(function*() {
      const asked = yield* ask("/v1/runs", {}, { requireToken: true })
      assert.strictEqual(problemOf(asked).status, 401)
      assert.strictEqual(asked.response.headers.get("www-authenticate"), "Bearer realm=\"sonde\"")
    }))

  it.effect("tells nothing of what broke, and the log does", () =>
    Effect.gen(function*() {
      const asked = yield* ask("/v1/runs")
      assert.strictEqual(problemOf(asked).status, 500)
      assert.notInclude(asked.text, canary)
      assert.include(asked.log, canary)
    }))
})

describe("a secret in a body that cannot be read", () => {
  const json = (value: unknown) => post(JSON.stringify(value))
  const target = "person@mail.example"
  const bodies: Readonly<Record<string, RequestInit>> = {
    "of the wrong type": json({ target, secret: [canary] }),
    "in an object": json({ target, secret: { value: canary } }),
    "beside a source": json({ target, secret: { source: "env:A", value: canary } }),
    "as a source of the wrong type": json({ target, secret: { source: [canary] } }),
    "too long": json({ target, secret: canary.repeat(4000) }),
    "under an unknown key": json({ target, password: canary }),
    "as an unknown key": json({ target, [canary]: true }),
    "in an option of another kind": json({ target, port: canary, auth: canary, until: canary, deadline: canary }),
    "beside a mistake": json({ target: 5, secret: canary }),
    "as the whole body": json(canary),
    "in a list": json([canary]),
    "in JSON that is cut short": post(`{"target":"${target}","secret":"${canary}`),
    "in no JSON": post(`secret=${canary}`),
    "in another content type": post(`secret=${canary}`, { "content-type": `text/${canary}` }),
    "in a body that is too large": post(JSON.stringify({ target, secret: canary, message: "x".repeat(2_000_000) })),
    "in a body that says how large it is": post(JSON.stringify({ target, secret: canary }), {
      "content-length": "2000000"
    })
  }
  for (const [what, init] of Object.entries(bodies)) {
    it.effect(`is repeated nowhere: ${what}`, () =>
      Effect.gen(function*() {
        const asked = yield* ask("/v1/runs", init)
        const { status } = problemOf(asked)
        assert.strictEqual(status, what.includes("large") ? 413 : what.includes("content type") ? 415 : 400)
        const told = asked.text + JSON.stringify([...asked.response.headers])
        assert.notInclude(told.toLowerCase(), canary.toLowerCase())
        assert.notInclude(told, canary.slice(0, 7))
        assert.notInclude(asked.log, canary)
      }))
  }

  it.effect("is answered with the place of the mistake", () =>
    Effect.gen(function*() {
      const { text } = yield* ask("/v1/runs", json({ target, port: canary, pasword: canary }))
      const { errors } = JSON.parse(text)
      assert.deepStrictEqual(errors.map(({ path }: { readonly path: unknown }) => path), [
        ["payload", "pasword"],
        ["payload", "port"]
      ])
    }))
})

describe("limits", () => {
  it("cut a slow client off in the time that is set", () => {
    assert.deepStrictEqual(Perimeter.limits({ requestMillis: 30_000, maxHeaderOctets: 16_384 }), {
      requestTimeout: 30_000,
      headersTimeout: 10_000,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: 5000,
      maxHeaderSize: 16_384
    })
    assert.strictEqual(Perimeter.limits({ requestMillis: 500, maxHeaderOctets: 1 }).headersTimeout, 500)
  })
})
