/** Nodemailer, ImapFlow and curl at the doors of a real Postfix and Dovecot: what they meet is what Sonde says. */
import { assert, layer } from "@effect/vitest"
import type { PhaseError } from "@sonde/domain/Errors"
import { Sonde } from "@sonde/sonde"
import * as MailHost from "@sonde/testkit/peers/MailHost"
import * as Ports from "@sonde/testkit/peers/Ports"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { ImapFlow } from "imapflow"
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createTransport } from "nodemailer"
import { at, Host, live, suite } from "./peer.ts"

/** What a client can be stopped by, as far as all of these clients tell it. */
type Stop = "nothing" | "connection" | "tls" | "sign-in" | "something else"

interface Attempt {
  readonly port: number
  readonly user: keyof typeof MailHost.passwords
  readonly password: string
  /** Whether the port begins with TLS. */
  readonly isWrapped: boolean
  readonly ca: string
}

const { host } = MailHost.names

/** The statuses of curl that tell what stopped it; see EXIT CODES in its manual. */
const statuses: Readonly<Record<number, Stop>> = {
  0: "nothing",
  7: "connection",
  35: "tls",
  60: "tls",
  64: "tls",
  67: "sign-in"
}

const hasCurl = spawnSync("curl", ["--version"], { stdio: "ignore" }).error === undefined
if (!hasCurl) console.warn("SKIPPED: curl is not installed, so its view was not compared")

const curl =
  (scheme: "smtp" | "imap" | "pop3") => ({ ca, isWrapped, password, port, user }: Attempt): Promise<Stop> => {
    const folder = mkdtempSync(join(tmpdir(), "sonde-curl-"))
    writeFileSync(join(folder, "ca.pem"), ca)
    const settings = {
      url: `${scheme}${isWrapped ? "s" : ""}://${host}:${port}/`,
      resolve: `${host}:${port}:127.0.0.1`,
      cacert: join(folder, "ca.pem"),
      user: `${user}:${password}`,
      "max-time": "20",
      // Without a command curl asks for help, which Postfix does not give.
      ...(scheme === "smtp" ? { request: "NOOP" } : {})
    }
    return new Promise((resolve) => {
      const child = spawn("curl", ["--silent", "--ssl-reqd", "--config", "-"], { stdio: ["pipe", "ignore", "ignore"] })
      child.on("exit", (status) => {
        rmSync(folder, { recursive: true, force: true })
        resolve(statuses[status ?? -1] ?? "something else")
      })
      child.stdin.end(Object.entries(settings).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`).join(""))
    })
  }

/** What an error of a library is about; both keep the code of Node's own error. */
const stopOf = (error: unknown): Stop => {
  const { authenticationFailed, code, message, reason } = error as {
    readonly authenticationFailed?: boolean
    readonly code?: string
    readonly message: string
    readonly reason?: string
  }
  if (authenticationFailed === true || code === "EAUTH") return "sign-in"
  const words = `${code} ${reason} ${message}`
  if (/ECONNREFUSED/.test(words)) return "connection"
  return /ETLS|certificate|SSL|TLS/i.test(words) ? "tls" : "something else"
}

const nodemailer = async ({ ca, isWrapped, password, port, user }: Attempt): Promise<Stop> => {
  const transport = createTransport({
    host: "127.0.0.1",
    port,
    secure: isWrapped,
    requireTLS: true,
    tls: { servername: host, ca },
    auth: { user, pass: password }
  })
  try {
    await transport.verify()
    return "nothing"
  } catch (error) {
    return stopOf(error)
  } finally {
    transport.close()
  }
}

const imapFlow = async ({ ca, isWrapped, password, port, user }: Attempt): Promise<Stop> => {
  const client = new ImapFlow({
    host: "127.0.0.1",
    port,
    secure: isWrapped,
    doSTARTTLS: !isWrapped,
    servername: host,
    tls: { ca },
    auth: { user, pass: password },
    logger: false
  })
  // What comes after the connection has failed is told by `connect` already.
  client.on("error", () => {})
  try {
    await client.connect()
    await client.logout()
    return "nothing"
  } catch (error) {
    return stopOf(error)
  }
}

const diagnosed = (error: PhaseError | undefined): Stop => {
  switch (error?._tag) {
    case undefined:
      return "nothing"
    case "ConnectError":
      return "connection"
    case "TlsError":
    case "StartTlsError":
      return "tls"
    case "AuthRejected":
      return "sign-in"
    default:
      return "something else"
  }
}

type Service = "smtp-submission" | "imap" | "pop3"

const clients = {
  "smtp-submission": { nodemailer, curl: curl("smtp") },
  imap: { imapFlow, curl: curl("imap") },
  pop3: { curl: curl("pop3") }
} as const satisfies Readonly<Record<Service, Readonly<Record<string, (attempt: Attempt) => Promise<Stop>>>>>

interface Row {
  readonly service: Service
  readonly door: MailHost.DoorName | MailHost.ReaderName | "closed"
  readonly stop: Stop
  readonly isWrapped?: boolean
  readonly user?: keyof typeof MailHost.passwords
  readonly password?: string
}

const wrong = "wonderland-7f3b"

const rows: ReadonlyArray<Row> = [
  { service: "smtp-submission", door: "starttls", stop: "nothing" },
  { service: "smtp-submission", door: "tls", isWrapped: true, stop: "nothing" },
  { service: "smtp-submission", door: "starttls", password: wrong, stop: "sign-in" },
  { service: "smtp-submission", door: "starttls", user: "erin@example.test", stop: "sign-in" },
  { service: "smtp-submission", door: "expired", stop: "tls" },
  { service: "smtp-submission", door: "future", stop: "tls" },
  { service: "smtp-submission", door: "otherName", stop: "tls" },
  { service: "smtp-submission", door: "selfSigned", stop: "tls" },
  { service: "smtp-submission", door: "leafOnly", stop: "tls" },
  { service: "smtp-submission", door: "clear", stop: "tls" },
  { service: "smtp-submission", door: "starttls", isWrapped: true, stop: "tls" },
  { service: "smtp-submission", door: "closed", stop: "connection" },
  { service: "imap", door: "imap", stop: "nothing" },
  { service: "imap", door: "imaps", isWrapped: true, stop: "nothing" },
  { service: "imap", door: "imaps", isWrapped: true, password: wrong, stop: "sign-in" },
  { service: "imap", door: "imap", user: "frank@example.test", stop: "sign-in" },
  { service: "imap", door: "imap", isWrapped: true, stop: "tls" },
  { service: "imap", door: "closed", isWrapped: true, stop: "connection" },
  { service: "pop3", door: "pop3", stop: "nothing" },
  { service: "pop3", door: "pop3s", isWrapped: true, stop: "nothing" },
  { service: "pop3", door: "pop3s", isWrapped: true, password: wrong, stop: "sign-in" },
  { service: "pop3", door: "pop3", user: "gina@example.test", stop: "sign-in" },
  { service: "pop3", door: "pop3", isWrapped: true, stop: "tls" }
]

suite("other clients at the same doors", () => {
  layer(live, { excludeTestServices: true, timeout: "60 seconds" })((it) => {
    it.effect.each(rows)(
      "are stopped by $stop as Sonde is: $service at $door, TLS first $isWrapped",
      (row) =>
        Effect.gen(function*() {
          const { ca, ports } = yield* Host
          const { door, isWrapped = false, service, stop, user = "alice@example.test" } = row
          const password = row.password ?? MailHost.passwords[user]
          const port = door === "closed" ? (yield* Effect.promise(() => Ports.free(1)))[0]! : ports[door]
          const report = yield* (yield* Sonde).check(at(yield* Host, port, {
            target: user,
            only: [service],
            secret: Redacted.make(password),
            security: isWrapped ? "tls" : "starttls"
          }))
          const error = report.services[0]?.phases.find((phase) => phase.error !== undefined)?.error
          const views: Record<string, Stop> = { sonde: diagnosed(error) }
          for (const [name, attempt] of Object.entries(clients[service])) {
            if (name === "curl" && !hasCurl) continue
            views[name] = yield* Effect.promise(() => attempt({ port, user, password, isWrapped, ca }))
          }
          assert.deepStrictEqual(views, Object.fromEntries(Object.keys(views).map((name) => [name, stop])))
        })
    )
  })
})
