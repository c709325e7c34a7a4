/** The page from a folder: what is sent, how it is kept, and what cannot be asked for. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert, describe, it } from "@effect/vitest"
import { layer, Page } from "@sonde/http-server/Page"
import * as Perimeter from "@sonde/http-server/Perimeter"
import * as Settings from "@sonde/http-server/Settings"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gunzipSync } from "node:zlib"
import { folder } from "./TestServer.ts"

const script = `console.log("${"sonde ".repeat(200)}")`

/** Asks a server with a page for answers. */
const ask = (...requests: ReadonlyArray<readonly [string, Record<string, string>?]>) =>
  Effect.gen(function*() {
    const root = yield* folder
    const inside = join(root, "page")
    mkdirSync(join(inside, "assets"), { recursive: true })
    writeFileSync(join(inside, "index.html"), "<!doctype html><title>Page</title>")
    writeFileSync(join(inside, "assets", "index-AbCd1234.js"), script)
    writeFileSync(join(inside, "notes.key"), "c4n4ry")
    writeFileSync(join(root, "outside.html"), "c4n4ry")
    return yield* answers(Page.layerFolder(inside), requests)
  }).pipe(Effect.scoped)

const answers = Effect.fnUntraced(function*<E>(
  page: Layer.Layer<Page, E, Layer.Services<ReturnType<typeof Page.layerFolder>>>,
  requests: ReadonlyArray<readonly [string, Record<string, string>?]>
) {
  const { dispose, handler } = HttpRouter.toWebHandler(
    layer.pipe(
      Layer.provide(Perimeter.layer),
      Layer.provide([
        Layer.orDie(Layer.provide(page, [NodeFileSystem.layer, NodePath.layer])),
        Settings.layer({}),
        HttpServer.layerServices
      ])
    ),
    { disableLogger: true }
  )
  const found = yield* Effect.forEach(requests, ([path, headers = {}]) =>
    Effect.promise(async () => {
      const response = await handler(new Request(`http://localhost${path}`, { headers }))
      return { status: response.status, headers: response.headers, body: new Uint8Array(await response.arrayBuffer()) }
    }))
  yield* Effect.promise(dispose)
  return found
})

const text = (octets: Uint8Array): string => new TextDecoder().decode(octets)

describe("Page", () => {
  it.live("is the same document for every view, and nothing for other paths", () =>
    Effect.gen(function*() {
      const views = [
        "/",
        "/runs",
        "/runs/01JDK7",
        "/packs/gmail",
        "/explain",
        "/discover",
        "/discover/me%40firm.example",
        "/diff/A/B?x=1"
      ]
      for (const { body, headers, status } of yield* ask(...views.map((path) => [path] as const))) {
        assert.strictEqual(status, 200)
        assert.include(text(body), "<title>Page")
        assert.strictEqual(headers.get("cache-control"), "no-cache")
        assert.include(headers.get("content-security-policy"), "script-src 'self'")
      }
      const others = [
        "/v1/nothing",
        "/outside.html",
        "/../outside.html",
        "/%2e%2e/outside.html",
        "/notes.key",
        "/assets/",
        "/runsx"
      ]
      for (const { body, status } of yield* ask(...others.map((path) => [path] as const))) {
        assert.strictEqual(status, 404)
        assert.notInclude(text(body), "c4n4ry")
      }
    }))

  it.live("sends hashed files for good, compressed to whoever takes it, and not twice", () =>
    Effect.gen(function*() {
      const path = "/assets/index-AbCd1234.js"
      const [plain, packed, refused, star] = yield* ask(
        [path],
        [path, { "accept-encoding": "br, gzip;q=0.8" }],
        [path, { "accept-encoding": "gzip;q=0" }],
        [path, { "accept-encoding": "*" }]
      )
      assert.strictEqual(text(plain!.body), script)
      assert.include(plain!.headers.get("cache-control"), "immutable")
      assert.strictEqual(plain!.headers.get("vary"), "accept-encoding")
      assert.strictEqual(packed!.headers.get("content-encoding"), "gzip")
      assert.isBelow(packed!.body.length, script.length / 4)
      assert.strictEqual(gunzipSync(packed!.body).toString(), script)
      assert.isNull(refused!.headers.get("content-encoding"))
      assert.strictEqual(star!.headers.get("content-encoding"), "gzip")
      const etag = plain!.headers.get("etag") ?? ""
      const [known, other] = yield* ask([path, { "if-none-match": `"x", W/${etag}` }], [path, {
        "if-none-match": "\"x\""
      }])
      assert.deepStrictEqual([known!.status, known!.body.length], [304, 0])
      assert.strictEqual(other!.status, 200)
    }))

  it.live("sends every part of a built page as the document names it, under the policy, and keeps the document fresh", () =>
    Effect.gen(function*() {
      const built = fileURLToPath(new URL("../../web/dist/page", import.meta.url))
      const scripts = readdirSync(join(built, "assets")).filter((name) => name.endsWith(".js"))
      assert.isAbove(scripts.length, 2)
      const found = yield* answers(
        Page.layerFolder(built),
        scripts.map((name) => [`/assets/${name}`, { "accept-encoding": "gzip" }] as const)
      )
      for (const [index, { body, headers, status }] of found.entries()) {
        const name = scripts[index] ?? ""
        assert.strictEqual(status, 200, name)
        assert.strictEqual(headers.get("content-type"), "text/javascript; charset=utf-8")
        assert.strictEqual(headers.get("cache-control"), "public, max-age=31536000, immutable", name)
        assert.strictEqual(headers.get("content-encoding"), "gzip")
        assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
        assert.include(headers.get("content-security-policy"), "script-src 'self'")
        assert.strictEqual(gunzipSync(body).toString(), readFileSync(join(built, "assets", name), "utf8"))
      }
      const [gone] = yield* answers(Page.layerFolder(built), [["/assets/views-AbCd1234.js"]])
      assert.strictEqual(gone!.status, 404)
    }))

  it.live("says so where there is none", () =>
    Effect.gen(function*() {
      const [page] = yield* answers(Page.layerNone, [["/"]])
      assert.strictEqual(page!.status, 200)
      assert.include(text(page!.body), "/docs")
    }))
})
