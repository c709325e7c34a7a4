/**
 * Client certificates and SASL EXTERNAL (RFC 4422 appendix A), against a server on real sockets that verifies what it is shown: with
 * either version of TLS, asked, demanded, refused, and not asked at all.
 */
import { assert, describe, it } from "@effect/vitest"
import * as NodeNet from "@sonde/platform-node/NodeNet"
import { type Check, Sonde } from "@sonde/sonde"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Tls from "node:tls"

const live = Sonde.layer.pipe(Layer.provide(NodeNet.layer))

interface Server {
  readonly port: number
  /** What clients sent with AUTH EXTERNAL, decoded. */
  readonly heard: ReadonlyArray<string>
}

const listen = (options: Tls.TlsOptions, offer = "EXTERNAL PLAIN") =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const heard: Array<string> = []
      const sockets = new Set<Tls.TLSSocket>()
      const server = Tls.createServer(options, (socket) => {
        sockets.add(socket)
        socket.on("error", () => socket.destroy())
        const { subject } = socket.getPeerCertificate()
        const name = socket.authorized ? String(subject.CN) : undefined
        let text = ""
        socket.write("220 mx.example\r\n")
        socket.on("data", (chunk) => {
          text += chunk.toString("latin1")
          for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
            const line = text.slice(0, end)
            text = text.slice(end + 2)
            socket.write(`${answer(line, name)}\r\n`)
          }
        })
      })
      const answer = (line: string, name: string | undefined): string => {
        if (line.startsWith("EHLO")) return `250-mx.example\r\n250 AUTH ${offer}`
        if (line.startsWith("AUTH EXTERNAL")) {
          const [, , initial = ""] = line.split(" ")
          const authzid = initial === "=" ? "" : Buffer.from(initial, "base64").toString()
          heard.push(authzid)
          return name !== undefined && (authzid === "" || authzid === name) ? "235 2.7.0 welcome" : "535 5.7.8 not you"
        }
        return line === "QUIT" ? "221 bye" : "502 5.5.1 no"
      }
      server.on("tlsClientError", () => {})
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
      const address = server.address()
      const running: Server & { readonly close: () => Promise<void> } = {
        port: typeof address === "object" && address !== null ? address.port : 0,
        heard,
        close: () =>
          new Promise((resolve) => {
            for (const socket of sockets) socket.destroy()
            server.close(() => resolve())
          })
      }
      return running
    }),
    ({ close }) => Effect.promise(close)
  )

const clientPurpose = "1.3.6.1.5.5.7.3.2"

const parties = Effect.promise(async () => {
  const ca = await TestCa.testCa()
  const root = await TestCa.issue({ isCa: true, subject: "CN=Clients" })
  const client = await TestCa.issue({ subject: "CN=alice@example.test", purposes: [clientPurpose] }, root)
  const stranger = await TestCa.issue({ subject: "CN=mallory@example.test", purposes: [clientPurpose] })
  return {
    ca: ca.ca,
    server: await ca.server(),
    clients: root.certificate.toString("pem"),
    client: TestCa.identity(client),
    stranger: TestCa.identity(stranger)
  }
})

const pem = ({ cert, key }: TestCa.Identity) => ({
  tlsCertificate: Redacted.make(cert),
  tlsKey: Redacted.make(key)
})

const check = (server: Server, ca: string, options: Partial<Check>) =>
  Effect.flatMap(Sonde, (sonde) =>
    sonde.check({
      target: "alice@example.test",
      provider: "generic",
      host: "mx.example",
      port: 465,
      security: "tls",
      connectTo: [`mx.example:465:127.0.0.1:${server.port}`],
      ca,
      ...options
    })).pipe(Effect.provide(live))

type Report = Effect.Success<ReturnType<typeof check>>

const phaseOf = (report: Report, id: string) => report.services[0]?.phases.find((phase) => phase.id === id)
const factsOf = (report: Report, id: string): unknown => {
  const phase = phaseOf(report, id)
  return phase !== undefined && "facts" in phase ? phase.facts : undefined
}

for (const maxVersion of ["TLSv1.3", "TLSv1.2"] as const) {
  describe(`a client certificate over ${maxVersion}`, () => {
    it.live("signs in by EXTERNAL, as whom it names", () =>
      Effect.gen(function*() {
        const { ca, client, clients, server: identity } = yield* parties
        const server = yield* listen({ ...identity, ca: clients, requestCert: true, maxVersion })
        const report = yield* check(server, ca, { auth: "external", ...pem(client) })
        assert.strictEqual(report.outcome, "pass", JSON.stringify(report.verdicts))
        assert.deepInclude(factsOf(report, "tls"), { clientCertificate: "sent" })
        assert.deepInclude(factsOf(report, "auth"), { mechanism: "EXTERNAL", user: "" })
        assert.deepStrictEqual(server.heard, [""])
        const key = client.key.split("\n").slice(1, -2).join("")
        assert.notInclude(JSON.stringify(report).replaceAll("\\n", ""), key)
      }).pipe(Effect.scoped))

    it.live("asks to act as --user, and is refused as another", () =>
      Effect.gen(function*() {
        const { ca, client, clients, server: identity } = yield* parties
        const server = yield* listen({ ...identity, ca: clients, requestCert: true, maxVersion })
        const own = yield* check(server, ca, { auth: "external", user: "alice@example.test", ...pem(client) })
        assert.strictEqual(own.outcome, "pass")
        const other = yield* check(server, ca, { auth: "external", user: "bob@example.test", ...pem(client) })
        assert.strictEqual(other.exitCode, 77)
        assert.strictEqual(phaseOf(other, "auth")?.error?._tag, "AuthRejected")
        assert.deepStrictEqual(server.heard, ["alice@example.test", "bob@example.test"])
      }).pipe(Effect.scoped))

    it.live("is told to be missing where the server demands one", () =>
      Effect.gen(function*() {
        const { ca, clients, server: identity } = yield* parties
        const server = yield* listen({
          ...identity,
          ca: clients,
          requestCert: true,
          rejectUnauthorized: true,
          maxVersion
        })
        const report = yield* check(server, ca, {})
        assert.strictEqual(report.exitCode, 78)
        assert.deepInclude(phaseOf(report, "tls")?.error, { _tag: "TlsError", reason: "ClientCertificateRequired" })
        assert.strictEqual(report.verdicts[0]?.cause, "client_certificate_required")
      }).pipe(Effect.scoped))

    it.live("is shown and passes where the server demands one, without a sign-in", () =>
      Effect.gen(function*() {
        const { ca, client, clients, server: identity } = yield* parties
        const server = yield* listen({
          ...identity,
          ca: clients,
          requestCert: true,
          rejectUnauthorized: true,
          maxVersion
        })
        const report = yield* check(server, ca, pem(client))
        assert.strictEqual(report.outcome, "pass")
        assert.deepInclude(factsOf(report, "tls"), { clientCertificate: "sent" })
      }).pipe(Effect.scoped))

    it.live("fails the handshake where the server does not trust it, and says that one was shown", () =>
      Effect.gen(function*() {
        const { ca, clients, server: identity, stranger } = yield* parties
        const server = yield* listen({
          ...identity,
          ca: clients,
          requestCert: true,
          rejectUnauthorized: true,
          maxVersion
        })
        const report = yield* check(server, ca, pem(stranger))
        assert.strictEqual(report.exitCode, 78)
        const error = phaseOf(report, "tls")?.error
        assert.strictEqual(error?._tag, "TlsError")
        assert.match(error?.message ?? "", /a client certificate was to be shown/)
      }).pipe(Effect.scoped))

    it.live("is wanted in vain where none was given, which is no failure", () =>
      Effect.gen(function*() {
        const { ca, clients, server: identity } = yield* parties
        const server = yield* listen({
          ...identity,
          ca: clients,
          requestCert: true,
          rejectUnauthorized: false,
          maxVersion
        })
        const report = yield* check(server, ca, {})
        assert.strictEqual(report.outcome, "pass")
        assert.deepInclude(factsOf(report, "tls"), { clientCertificate: "asked" })
      }).pipe(Effect.scoped))

    it.live("is not shown to a server that does not ask", () =>
      Effect.gen(function*() {
        const { ca, client, server: identity } = yield* parties
        const server = yield* listen({ ...identity, maxVersion }, "EXTERNAL")
        const report = yield* check(server, ca, { auth: "external", ...pem(client) })
        assert.notProperty(factsOf(report, "tls"), "clientCertificate")
        assert.strictEqual(phaseOf(report, "auth")?.error?._tag, "AuthRejected")
      }).pipe(Effect.scoped))
  })
}

describe("EXTERNAL", () => {
  it.live("is explained where it is offered and a password was given", () =>
    Effect.gen(function*() {
      const { ca, server: identity } = yield* parties
      const server = yield* listen({ ...identity }, "EXTERNAL")
      const report = yield* check(server, ca, { secret: Redacted.make("wonderland-7f3a") })
      const error = phaseOf(report, "auth")?.error
      assert.deepInclude(error, { _tag: "AuthUnavailable", reason: "NoCommonMechanism" })
      assert.match(error?.message ?? "", /EXTERNAL: it wants a client certificate: give one with --tls-certificate/)
      assert.deepStrictEqual(server.heard, [])
    }).pipe(Effect.scoped))

  it.effect("needs a certificate, and nothing beside it", () =>
    Effect.gen(function*() {
      const sonde = yield* Sonde
      const target = "alice@example.test"
      const problem = (options: Partial<Check>) =>
        Effect.map(Effect.flip(sonde.validate({ target, ...options })), ({ message }) => message)
      const tlsCertificate = Redacted.make("PEM")
      assert.match(yield* problem({ auth: "external" }), /^--auth external needs a client certificate: add --tls-cert/)
      assert.match(
        yield* problem({ auth: "external", tlsCertificate, secret: Redacted.make("x") }),
        /^--secret does not go with --auth external/
      )
      assert.match(yield* problem({ tlsKey: tlsCertificate }), /^--tls-key was given without its certificate/)
      assert.match(
        yield* problem({ auth: "external", grant: "device-code", clientId: "x", tlsCertificate }),
        /^--auth external does not take a token/
      )
    }).pipe(Effect.provide(live)))
})
