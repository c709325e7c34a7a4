/**
 * SCRAM tied to its TLS connection, against servers on real sockets whose side is written from RFC 5802 and that take the channel
 * binding from their own end of the connection.
 */
import { assert, describe, it } from "@effect/vitest"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import { type Check, Sonde } from "@sonde/sonde"
import * as ScramServer from "@sonde/testkit/ScramServer"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createHash, X509Certificate } from "node:crypto"
import * as Tls from "node:tls"

const password = "Kanarie-9fK2xQ7v"
const live = Sonde.layer.pipe(Layer.provide(NodeNet.layer))

interface Server {
  readonly port: number
  /** The flags that clients gave, oldest first. */
  readonly flags: ReadonlyArray<string>
}

interface Setting {
  readonly offer?: string
  readonly hash?: "sha1" | "sha256"
  readonly tls?: Tls.TlsOptions
  /** Changes the bindings that the server finds. */
  readonly bindings?: (found: Readonly<Record<string, Buffer>>) => Readonly<Record<string, Buffer>>
}

const listen = (identity: TestCa.Identity, setting: Setting) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const flags: Array<string> = []
      const sockets = new Set<Tls.TLSSocket>()
      const server = Tls.createServer({ ...identity, ...setting.tls }, (socket) => {
        sockets.add(socket)
        socket.on("error", () => socket.destroy())
        const found = {
          ...(socket.getProtocol() === "TLSv1.3"
            ? { "tls-exporter": socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0)) }
            : {}),
          "tls-server-end-point": createHash("sha256").update(new X509Certificate(identity.cert).raw).digest()
        }
        const scram = ScramServer.make({
          hash: setting.hash ?? "sha256",
          password,
          bindings: (setting.bindings ?? ((all) => all))(found)
        })
        let done: boolean | undefined = undefined
        const hear = (coded: string): string => {
          const said = scram.hear(Buffer.from(coded, "base64").toString())
          if (said.done !== undefined || said.message.startsWith("e=")) {
            done = said.done === true
            flags.push(scram.flag())
          }
          return `334 ${Buffer.from(said.message).toString("base64")}`
        }
        const answer = (line: string): string => {
          if (line.startsWith("EHLO")) {
            return `250-mx.example\r\n250 AUTH ${setting.offer ?? "SCRAM-SHA-256-PLUS PLAIN"}`
          }
          if (line.startsWith("AUTH SCRAM")) return hear(line.split(" ")[2] ?? "")
          if (line === "QUIT") return "221 bye"
          return done === undefined ? hear(line) : done ? "235 2.7.0 welcome" : "535 5.7.8 authentication failed"
        }
        let text = ""
        socket.on("data", (chunk) => {
          text += chunk.toString()
          for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
            socket.write(`${answer(text.slice(0, end))}\r\n`)
            text = text.slice(end + 2)
          }
        })
        socket.write("220 mx.example ESMTP\r\n")
      })
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      return { server, sockets, flags, port }
    }),
    ({ server, sockets }) =>
      Effect.promise(() => {
        for (const socket of sockets) socket.destroy()
        return new Promise<void>((resolve) => server.close(() => resolve()))
      })
  )

const diagnose = Effect.fnUntraced(function*(setting: Setting, options: Partial<Check> = {}) {
  const { ca, server } = yield* Effect.promise(TestCa.testCa)
  const identity = yield* Effect.promise(() => server({}))
  const { flags, port }: Server = yield* listen(identity, setting)
  const sonde = yield* Sonde
  const report = yield* sonde.check({
    target: "alice@mx.example",
    host: "mx.example",
    port,
    security: "tls",
    connectTo: [`mx.example:${port}:127.0.0.1:${port}`],
    ca,
    secret: Redacted.make(password),
    ...options
  })
  assert.notInclude(JSON.stringify(report), password)
  assert.notInclude(JSON.stringify(report), Buffer.from(password).toString("base64"))
  const auth = report.services[0]?.phases.find(({ id }) => id === "auth")
  return { report, auth, flags }
}, (effect) => Effect.scoped(Effect.provide(effect, live)))

describe("SCRAM tied to TLS", () => {
  it.live.each<readonly [what: string, setting: Setting, mechanism: string, type: string]>([
    ["SCRAM-SHA-256-PLUS with TLS 1.3", {}, "SCRAM-SHA-256-PLUS", "tls-exporter"],
    [
      "SCRAM-SHA-1-PLUS with TLS 1.3",
      { hash: "sha1", offer: "SCRAM-SHA-1-PLUS PLAIN" },
      "SCRAM-SHA-1-PLUS",
      "tls-exporter"
    ],
    [
      "SCRAM-SHA-256-PLUS with TLS 1.2",
      { tls: { maxVersion: "TLSv1.2" } },
      "SCRAM-SHA-256-PLUS",
      "tls-server-end-point"
    ]
  ])("signs in by %s", ([, setting, mechanism, type]) =>
    Effect.gen(function*() {
      const { auth, flags, report } = yield* diagnose(setting)
      assert.strictEqual(report.outcome, "pass", JSON.stringify(auth))
      assert.deepInclude(auth?.facts, { mechanism, channelBinding: type })
      assert.deepStrictEqual(flags, [`p=${type},,`])
    }))

  it.live("names a TLS connection that ends between client and server", () =>
    Effect.gen(function*() {
      const { auth, report } = yield* diagnose({ bindings: () => ({ "tls-exporter": Buffer.alloc(32, 1) }) })
      assert(auth?.error?._tag === "AuthRejected")
      assert.deepStrictEqual(auth.error.payload, {
        status: "channel-bindings-dont-match",
        text: "e=channel-bindings-dont-match"
      })
      assert.strictEqual(report.verdicts[0]?.cause, "tls_interception")
    }))

  it.live("names an offer from which -PLUS was taken on the way", () =>
    Effect.gen(function*() {
      const { auth, flags, report } = yield* diagnose({ offer: "SCRAM-SHA-256" })
      assert(auth?.error?._tag === "AuthRejected")
      assert.strictEqual(auth.error.payload?.status, "server-does-support-channel-binding")
      assert.strictEqual(report.verdicts[0]?.cause, "tls_interception")
      assert.deepStrictEqual(flags, ["y,,"])
    }))

  it.live("names a server that binds in another way, and signs in without when asked to", () =>
    Effect.gen(function*() {
      const setting: Setting = {
        offer: "SCRAM-SHA-256-PLUS SCRAM-SHA-256",
        bindings: () => ({ "tls-unique": Buffer.alloc(12, 1) })
      }
      const { report } = yield* diagnose(setting)
      assert.strictEqual(report.verdicts[0]?.cause, "auth_mechanism_unsupported")
      const without = yield* diagnose(setting, { auth: "scram-sha-256" })
      assert.strictEqual(without.report.outcome, "pass")
      assert.deepStrictEqual(without.flags, ["n,,"])
    }))

  it.live("names a wrong password", () =>
    Effect.gen(function*() {
      const { auth, report } = yield* diagnose({}, { secret: Redacted.make("Kanarie-wrong") })
      assert(auth?.error?._tag === "AuthRejected")
      assert.strictEqual(auth.error.payload?.status, "invalid-proof")
      assert.deepInclude(report.verdicts[0], { cause: "bad_credentials", confidence: "certain" })
    }))
})
