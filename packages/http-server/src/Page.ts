/**
 * The web page: a handful of built files, read once when the server starts and then served from memory.
 *
 * Only what was read can be asked for, so no path leads anywhere else. Files whose names hold a hash are kept by browsers for good;
 * every view of the page is the same document. Text is sent compressed to whoever takes gzip (RFC 9110 section 12.5.3).
 */
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as FileSystem from "effect/FileSystem"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"

/** A file as it is sent. */
interface File {
  readonly type: string
  readonly etag: string
  readonly plain: Uint8Array
  readonly gzip: Uint8Array | undefined
  readonly isHashed: boolean
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8"
}

/** The views of the page: addresses that lead to its document. */
const isView = (path: string): boolean => path === "/" || /^\/(?:runs|packs|explain|discover|diff)(?:\/|$)/u.test(path)

const compressed = (octets: Uint8Array): Promise<Uint8Array> =>
  new Response(new Blob([octets as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream("gzip")))
    .arrayBuffer().then((buffer) => new Uint8Array(buffer))

/** The files of a page by their paths. Without any there is no page, and `/` says so. */
export class Page extends Context.Service<Page, {
  readonly files: ReadonlyMap<string, File>
}>()("@sonde/http-server/Page") {
  /** No page. */
  static readonly layerNone: Layer.Layer<Page> = Layer.succeed(Page, Page.of({ files: new Map() }))

  /** The built page in a folder, with `index.html` at its root. Fails where it cannot be read. */
  static readonly layerFolder = (folder: string) =>
    Layer.effect(
      Page,
      Effect.gen(function*() {
        const fileSystem = yield* FileSystem.FileSystem
        const path = yield* Path.Path
        const { digest } = yield* Digest.Digest
        const files = new Map<string, File>()
        for (const name of yield* fileSystem.readDirectory(folder, { recursive: true })) {
          const type = types[path.extname(name)]
          if (type === undefined) continue
          const plain = yield* fileSystem.readFile(path.join(folder, name))
          const gzip = type.startsWith("image/png") || type.startsWith("font/")
            ? undefined
            : yield* Effect.promise(() => compressed(plain))
          files.set(`/${name.replaceAll("\\", "/")}`, {
            type,
            etag: `"${Base64Url.encode(yield* digest(Digest.sha256, plain)).slice(0, 27)}"`,
            plain,
            gzip,
            isHashed: /-[\w-]{8,}\.\w+$/u.test(name)
          })
        }
        return Page.of({ files })
      })
    ).pipe(Layer.provide(Digest.layerWebCrypto))
}

const absent =
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sonde</title></head><body><h1>Sonde</h1>`
  + `<p>This server has no page. The interface is described at <a href="/docs">/docs</a>.</p></body></html>`

const answer = (request: HttpServerRequest, file: File): HttpServerResponse.HttpServerResponse => {
  const headers: Record<string, string> = {
    etag: file.etag,
    vary: "accept-encoding",
    "cache-control": file.isHashed ? "public, max-age=31536000, immutable" : "no-cache"
  }
  const known = (request.headers["if-none-match"] ?? "").split(",").map((tag) => tag.trim().replace(/^W\//u, ""))
  if (known.includes(file.etag)) return HttpServerResponse.empty({ status: 304, headers })
  const takesGzip = /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+)?\s*(?:,|$)/u.test(
    request.headers["accept-encoding"] ?? ""
  )
  return file.gzip !== undefined && takesGzip
    ? HttpServerResponse.uint8Array(file.gzip, {
      contentType: file.type,
      headers: { ...headers, "content-encoding": "gzip" }
    })
    : HttpServerResponse.uint8Array(file.plain, { contentType: file.type, headers })
}

/** The routes of the page. */
export const layer = HttpRouter.use(
  Effect.fnUntraced(function*(router) {
    const { files } = yield* Page
    yield* router.add(
      "GET",
      "/*",
      Effect.gen(function*() {
        const request = yield* HttpServerRequest
        const path = request.url.replace(/[?#].*$/su, "")
        const file = files.get(path) ?? (isView(path) ? files.get("/index.html") : undefined)
        if (file !== undefined) return answer(request, file)
        if (path === "/" && files.size === 0) return HttpServerResponse.text(absent, { contentType: types[".html"] })
        return yield* new HttpServerError.HttpServerError({ reason: new HttpServerError.RouteNotFound({ request }) })
      })
    )
  })
)
