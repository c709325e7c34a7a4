import { assert, layer } from "@effect/vitest"
import type { Check } from "@sonde/sonde"
import * as Ports from "@sonde/testkit/peers/Ports"
import * as Effect from "effect/Effect"
import * as Net from "node:net"
import { diagnose, type Door, Host, live, passed, password, type Seen, seen, suite } from "./peer.ts"

/** The octets of a TLS hello are an unknown command for Postfix where a line end happens to be among them. */
const withoutHello = (session: string): string => session === "unknown=0/1 commands=0/1" ? "commands=0/0" : session

interface Row {
  readonly title: string
  readonly door: Door
  readonly options?: Partial<Check>
  readonly seen: Seen
  /** What Postfix counted, one entry for each connection. */
  readonly sessions: ReadonlyArray<string>
}

const fails = (phase: string, error: string, cause: string, exitCode = 78): Seen => ({
  outcome: "fail",
  exitCode,
  phase,
  error,
  cause,
  auths: 0
})

const afterStartTls = ["ehlo=1 starttls=1 commands=2"]

const rows: ReadonlyArray<Row> = [
  {
    title: "signs in after STARTTLS",
    door: "starttls",
    seen: passed,
    sessions: ["ehlo=2 starttls=1 auth=1 quit=1 commands=5"]
  },
  {
    title: "signs in with TLS from the first octet",
    door: "tls",
    options: { security: "tls" },
    seen: passed,
    sessions: ["ehlo=1 auth=1 quit=1 commands=3"]
  },
  {
    title: "signs in with TLS 1.2",
    door: "tls12",
    seen: passed,
    sessions: ["ehlo=2 starttls=1 auth=1 quit=1 commands=5"]
  },
  {
    title: "names an expired certificate",
    door: "expired",
    seen: fails("tls", "TlsError CertificateExpired", "cert_expired"),
    sessions: afterStartTls
  },
  {
    title: "names a certificate of the future",
    door: "future",
    seen: fails("tls", "TlsError CertificateNotYetValid", "cert_not_yet_valid"),
    sessions: afterStartTls
  },
  {
    title: "names a certificate for another host",
    door: "otherName",
    seen: fails("tls", "TlsError HostnameMismatch", "cert_hostname_mismatch"),
    sessions: afterStartTls
  },
  {
    title: "names a self-signed certificate",
    door: "selfSigned",
    seen: fails("tls", "TlsError SelfSigned", "cert_self_signed"),
    sessions: afterStartTls
  },
  {
    title: "names an intermediate that is not sent",
    door: "leafOnly",
    seen: fails("tls", "TlsError IncompleteChain", "cert_incomplete_chain"),
    sessions: afterStartTls
  },
  {
    title: "names an authority that is not trusted",
    door: "starttls",
    options: { ca: "" },
    seen: fails("tls", "TlsError UnknownIssuer", "cert_untrusted_root"),
    sessions: afterStartTls
  },
  {
    title: "names a server with TLS 1.1 at most",
    door: "oldTls",
    seen: fails("tls", "TlsError ProtocolVersion", "tls_version_too_old"),
    // The conversation, and a question for each version: it takes two of them.
    sessions: [
      ...Array.from({ length: 3 }, () => "ehlo=1 starttls=0/1 commands=1/2"),
      ...Array.from({ length: 2 }, () => "ehlo=1 starttls=1 commands=2")
    ]
  },
  {
    title: "names a port that begins with TLS when it waits for a greeting",
    door: "tls",
    options: { timeout: "700ms" },
    seen: fails("greeting", "GreetingError TlsExpected", "tls_port_spoken_plaintext"),
    sessions: ["commands=0/0", "commands=0/0"]
  },
  {
    title: "names a port that begins in clear when TLS is spoken to it",
    door: "starttls",
    options: { security: "tls" },
    seen: fails("tls", "TlsError PlaintextPeer", "plaintext_port_spoken_tls"),
    sessions: ["commands=0/0"]
  },
  {
    title: "names a server without STARTTLS and sends no secret",
    door: "clear",
    seen: fails("starttls", "StartTlsError NotOffered", "starttls_unavailable"),
    sessions: ["ehlo=1 quit=1 commands=2"]
  },
  {
    title: "sends no secret in clear",
    door: "clear",
    options: { security: "none" },
    seen: fails("auth", "AuthUnavailable OnlyInClear", "auth_only_in_clear"),
    sessions: ["ehlo=1 quit=1 commands=2"]
  },
  {
    title: "sends a secret in clear when that is allowed, and warns",
    door: "clear",
    options: { security: "none", allowClearAuth: true },
    seen: { outcome: "warn", exitCode: 0, auths: 1 },
    sessions: ["ehlo=1 auth=1 quit=1 commands=3"]
  },
  {
    title: "names a port without sign-in",
    door: "relay",
    seen: fails("auth", "AuthUnavailable NotOffered", "auth_not_offered"),
    sessions: ["ehlo=2 starttls=1 quit=1 commands=4"]
  }
]

/** A server that takes connections and says nothing; and how many it took. */
const silent = Effect.acquireRelease(
  Effect.promise(async () => {
    const sockets: Array<Net.Socket> = []
    const server = Net.createServer((socket) => {
      socket.on("error", () => {})
      sockets.push(socket)
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    return { server, sockets, port: typeof address === "object" && address !== null ? address.port : 0 }
  }),
  ({ server, sockets }) =>
    Effect.promise(() => {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    })
)

/** Takes a connection to a port and waits for the greeting. */
const occupy = (port: number) =>
  Effect.acquireRelease(
    Effect.promise(() =>
      new Promise<Net.Socket>((resolve, reject) => {
        const socket = Net.connect(port, "127.0.0.1")
        socket.once("data", () => resolve(socket))
        socket.once("error", reject)
      })
    ),
    (socket) => Effect.sync(() => socket.destroy())
  )

suite("the way to a conversation with Postfix", () => {
  layer(live, { excludeTestServices: true, timeout: "60 seconds" })((it) => {
    it.effect.each(rows)("$title", (row) =>
      Effect.gen(function*() {
        const options = { secret: password, ...row.options }
        const { report, sessions } = yield* diagnose(row.door, options, row.sessions.length)
        assert.deepStrictEqual(seen(report), row.seen)
        // Connections that are open at once end in any order.
        assert.sameMembers(sessions.map(withoutHello), [...row.sessions])
      }))

    it.effect("names a closed port", () =>
      Effect.gen(function*() {
        const [port = 0] = yield* Effect.promise(() => Ports.free(1))
        const { report } = yield* diagnose(port, { secret: password }, 0)
        assert.deepStrictEqual(seen(report), fails("connect", "ConnectError Refused", "connect_refused", 69))
      }))

    it.effect("names a port that takes the connection and stays silent", () =>
      Effect.gen(function*() {
        const { port, sockets } = yield* silent
        const { report } = yield* diagnose(port, { secret: password, timeout: "500ms" }, 0)
        assert.deepStrictEqual(seen(report), fails("greeting", "GreetingError Silent", "greeting_timeout", 69))
        // One for the greeting, one to learn whether the port begins with TLS.
        assert.strictEqual(sockets.length, 2)
      }))

    it.effect("says that the server takes no further connection, and when to try again", () =>
      Effect.gen(function*() {
        const host = yield* Host
        yield* occupy(host.ports.single)
        const { report } = yield* diagnose("single", { secret: password }, 0)
        assert.deepStrictEqual(seen(report), {
          outcome: "inconclusive",
          exitCode: 75,
          phase: "greeting",
          error: "Throttled",
          cause: "throttled_connections",
          auths: 0
        })
        assert.strictEqual(report.state, "suspended")
        assert.isDefined(report.resumeAfter)
      }))

    // smtpd ends when it cannot reach Dovecot and has to say what it offers.
    it.effect("says that the server hangs up when its sign-in service is away", () =>
      Effect.gen(function*() {
        const { report } = yield* diagnose("noBackend", { secret: password }, 0)
        const { error, ...rest } = seen(report)
        assert.deepStrictEqual(rest, {
          outcome: "fail",
          exitCode: 76,
          phase: "ehlo",
          cause: "connection_lost",
          auths: 0
        })
        assert.match(error ?? "", /^ConnectionLost (?:Closed|Reset)$/)
      }))
  })
})
