import { assert, describe, it } from "@effect/vitest"
import { Dialer } from "@sonde/net/Dialer"
import type { Session } from "@sonde/net/Session"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import * as StaticNet from "@sonde/testkit/StaticNet"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import { createHash, X509Certificate } from "node:crypto"
import * as Net from "node:net"
import * as Tls from "node:tls"

/** A TLS server that keeps the end of each connection, which can tell the exporter's octets for itself. */
const listen = (options: Tls.TlsOptions) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const connections: Array<Tls.TLSSocket> = []
      const server = Tls.createServer(options, (socket) => {
        socket.on("error", () => socket.destroy())
        connections.push(socket)
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const address = server.address()
      return { server, connections, port: typeof address === "object" && address !== null ? address.port : 0 }
    }),
    ({ connections, server }) =>
      Effect.promise(() => {
        for (const socket of connections) socket.destroy()
        return new Promise<void>((resolve) => server.close(() => resolve()))
      })
  )

const connect = Effect.fnUntraced(function*(port: number) {
  const dialer = yield* Dialer
  return yield* dialer.connect(StaticNet.request({
    addresses: [{ address: "127.0.0.1", port, family: 4 }],
    ca: undefined
  }))
})

const encrypt = (session: Session) => session.startTls({ serverName: "mx.example", timeoutMillis: 5000 })

const withTls = (options: Tls.TlsOptions, wanted: TestCa.Wanted = {}) =>
  Effect.gen(function*() {
    const identity = TestCa.identity(yield* Effect.promise(() => TestCa.issue(wanted)))
    const { connections, port } = yield* listen({ ...identity, ...options })
    const session = yield* connect(port)
    const handshake = yield* encrypt(session)
    yield* Effect.promise(async () => {
      while (connections.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    })
    const [theirs] = connections
    assert(theirs !== undefined)
    return { session, handshake, theirs, leaf: new X509Certificate(identity.cert) }
  })

const live = <A>(effect: Effect.Effect<A, unknown, Dialer | import("effect/Scope").Scope>) =>
  Effect.scoped(Effect.provide(effect, NodeNet.layer))

describe("channel binding", () => {
  it.live("gives the exporter's octets with TLS 1.3, the same at both ends and new with each connection", () =>
    live(Effect.gen(function*() {
      const first = yield* withTls({ minVersion: "TLSv1.3" })
      const mine = first.session.channelBinding("tls-exporter")
      assert.strictEqual(first.handshake.protocol, "TLSv1.3")
      assert.strictEqual(mine?.length, 32)
      assert.deepStrictEqual(
        Buffer.from(mine ?? []),
        // Without a context: with TLS 1.3 the same as with an empty one.
        first.theirs.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0))
      )
      const second = yield* withTls({ minVersion: "TLSv1.3" })
      assert.notDeepEqual(second.session.channelBinding("tls-exporter"), mine)
    })))

  it.live("gives no exporter's octets with TLS 1.2", () =>
    live(Effect.gen(function*() {
      const { handshake, session } = yield* withTls({ maxVersion: "TLSv1.2" })
      assert.strictEqual(handshake.protocol, "TLSv1.2")
      assert.isUndefined(session.channelBinding("tls-exporter"))
      assert.strictEqual(session.channelBinding("tls-server-end-point")?.length, 32)
    })))

  const rows: ReadonlyArray<readonly [wanted: TestCa.Wanted, hash: string]> = [
    [{ hash: "SHA-256" }, "sha256"],
    [{ hash: "SHA-384" }, "sha384"],
    [{ hash: "SHA-512" }, "sha512"],
    [{ hash: "SHA-1" }, "sha256"],
    [{ key: "RSA-2048", hash: "SHA-256" }, "sha256"],
    [{ key: "RSA-2048", hash: "SHA-384" }, "sha384"],
    [{ key: "RSA-2048", hash: "SHA-1" }, "sha256"],
    [{ key: "RSA-PSS-2048", hash: "SHA-384" }, "sha384"]
  ]
  for (const [wanted, hash] of rows) {
    it.live(`gives the ${hash} of a certificate signed with ${wanted.key ?? "ECDSA"} and ${wanted.hash}`, () =>
      live(Effect.gen(function*() {
        const { leaf, session } = yield* withTls({ ciphers: "DEFAULT:@SECLEVEL=0" }, wanted)
        assert.deepStrictEqual(
          Buffer.from(session.channelBinding("tls-server-end-point") ?? []),
          createHash(hash).update(leaf.raw).digest()
        )
      })))
  }

  it.live("gives nothing before TLS and when the connection is gone", () =>
    live(Effect.gen(function*() {
      const server = yield* Effect.acquireRelease(
        Effect.promise(async () => {
          const server = Net.createServer((socket) => socket.on("error", () => socket.destroy()))
          await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
          return server
        }),
        (server) => Effect.sync(() => void server.close())
      )
      const address = server.address()
      const clear = yield* connect(typeof address === "object" && address !== null ? address.port : 0)
      for (const type of ["tls-exporter", "tls-server-end-point"] as const) {
        assert.isUndefined(clear.channelBinding(type))
      }
      const session = yield* Effect.scoped(Effect.map(withTls({}), ({ session }) => session))
      for (const type of ["tls-exporter", "tls-server-end-point"] as const) {
        assert.isUndefined(session.channelBinding(type))
      }
    })))
})
