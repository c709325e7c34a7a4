/** Revocation lists and issuers of certificates made with OpenSSL, read by HTTP from a server on this machine. */
import { assert, describe, it } from "@effect/vitest"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import { type Check, Sonde } from "@sonde/sonde"
import * as OpenSsl from "@sonde/testkit/peers/OpenSsl"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Http from "node:http"
import type * as Net from "node:net"
import * as Tls from "node:tls"

const problem = OpenSsl.problem()
if (problem !== undefined) console.error(`SKIPPED: no revocation list was read, because ${problem}`)

/** Lets a server listen on 127.0.0.1 until the scope closes; gives its port. */
const listen = <S extends Net.Server>(server: S) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<S>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))),
      () => Effect.sync(() => void server.close())
    ),
    (listening) => {
      const address = listening.address()
      return typeof address === "object" && address !== null ? address.port : 0
    }
  )

const listUrl = "http://ca.example/list.der"
const issuerUrl = "http://ca.example/issuer.der"

interface World {
  readonly isRevoked?: boolean
  /** Whether the server sends the certificate of its issuer. */
  readonly sendsIssuer?: boolean
  /** What the publisher answers in place of the list. */
  readonly list?: { readonly status: number; readonly location?: string }
}

const look = Effect.fnUntraced(
  function*(world: World, options: Partial<Check>) {
    const make = yield* OpenSsl.workshop
    const root = make.issue({ subject: "/CN=Test Root/O=Test", isCa: true })
    const issuer = make.issue({ subject: "/CN=Revoking/O=Test", isCa: true }, root)
    const pointers = [`crlDistributionPoints=URI:${listUrl}`, `authorityInfoAccess=caIssuers;URI:${issuerUrl}`]
    const leaf = make.issue({ more: pointers }, issuer)
    if (world.isRevoked === true) make.revoke(leaf, issuer)
    const published: Readonly<Record<string, Uint8Array>> = {
      "/list.der": make.list(issuer),
      "/moved.der": make.list(issuer),
      "/issuer.der": make.der(issuer)
    }
    const asked: Array<string> = []
    const publisher = yield* listen(Http.createServer((request, response) => {
      const path = request.url ?? ""
      asked.push(path)
      const document = published[path]
      const { location, status } = path === "/list.der" && world.list !== undefined
        ? world.list
        : { status: document === undefined ? 404 : 200, location: undefined }
      response.writeHead(status, location === undefined ? {} : { location })
      response.end(status === 200 ? document : undefined)
    }))
    const cert = world.sendsIssuer === false ? leaf.cert : `${leaf.cert}\n${issuer.cert}`
    const port = yield* listen(Tls.createServer({ cert, key: leaf.key }, (socket) => void socket.on("error", () => {})))
    const report = yield* (yield* Sonde).check({
      target: "mx.example:465",
      only: ["tls"],
      connectTo: [`mx.example:465:127.0.0.1:${port}`, `ca.example:80:127.0.0.1:${publisher}`],
      ca: root.cert,
      timeout: "5s",
      ...options
    })
    const error = report.services[0]?.phases.find((phase) => phase.id === "tls")?.error
    return {
      asked,
      message: error?.message ?? "",
      seen: {
        exitCode: report.exitCode,
        ...(error?._tag === "TlsError" ? { reason: error.reason } : {}),
        cause: report.verdicts[0]?.cause,
        findings: report.findings.map(({ id, state }) => `${id} ${state}`)
      }
    }
  },
  Effect.scoped,
  Effect.provide(Layer.provide(Sonde.layer, NodeNet.layer))
)

const revocation = { revocation: true }
const passed = { exitCode: 0, cause: undefined, findings: [] }

describe.skipIf(problem !== undefined)("what certificates point to, read by HTTP", () => {
  it.live("finds a certificate on the list of its issuer", () =>
    Effect.gen(function*() {
      const { asked, message, seen } = yield* look({ isRevoked: true }, revocation)
      assert.deepStrictEqual(seen, { exitCode: 78, reason: "Revoked", cause: "cert_revoked", findings: [] })
      assert.include(asked, "/list.der")
      assert.match(message, /revoked on \d{4}-\d\d-\d\d/)
    }))

  it.live("passes a certificate that is not on the list", () =>
    Effect.gen(function*() {
      const { asked, seen } = yield* look({}, revocation)
      assert.deepStrictEqual(seen, passed)
      assert.include(asked, "/list.der")
    }))

  it.live("follows the list to where it has moved", () =>
    Effect.gen(function*() {
      const list = { status: 302, location: "http://ca.example/moved.der" }
      const { asked, seen } = yield* look({ isRevoked: true, list }, revocation)
      assert.strictEqual(seen.reason, "Revoked")
      assert.includeMembers(asked, ["/list.der", "/moved.der"])
    }))

  it.live("cannot tell where there is no list to be had", () =>
    Effect.gen(function*() {
      const { seen } = yield* look({ isRevoked: true, list: { status: 404 } }, revocation)
      assert.deepStrictEqual(seen, { ...passed, findings: ["tls_revocation_unknown inconclusive"] })
    }))

  it.live("says where the issuer is that the server does not send, which stays a failure", () =>
    Effect.gen(function*() {
      const { asked, message, seen } = yield* look({ sendsIssuer: false }, revocation)
      assert.deepInclude(seen, { exitCode: 78, reason: "IncompleteChain", cause: "cert_incomplete_chain" })
      assert.include(asked, "/issuer.der")
      assert.include(message, issuerUrl)
    }))

  it.live("reads nothing unless it is asked to", () =>
    Effect.gen(function*() {
      const { asked, seen } = yield* look({ isRevoked: true }, {})
      assert.deepStrictEqual([asked, seen], [[], passed])
    }))
})
