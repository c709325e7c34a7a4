/**
 * A real Postfix with a real Dovecot behind it, on free ports of 127.0.0.1, for tests of a whole conversation.
 *
 * Everything lies in a folder of its own below the temporary folder and is gone afterwards, also when the test
 * process is killed. Needs root, because both servers change to users of their own; nothing of the system's own
 * configuration is read or written.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { execFileSync, spawn } from "node:child_process"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { type Identity, identity, issue, type Issuer, testCa } from "../TestCa.ts"
import { type DoorName, doors, files, type IdentityName, names, type ReaderName, readers } from "./config.ts"
import * as Ports from "./Ports.ts"
import * as Token from "./Token.ts"

export { type DoorName, names, passwords, type ReaderName, smallMailbox } from "./config.ts"

/** What is wished of a token; issuer and audience are right unless given. */
export type Wish = Omit<Token.Claims, "issuer" | "audience"> & Partial<Token.Claims>

/** The servers, as tests see them. */
export interface MailHost {
  /** The root to trust, in PEM. */
  readonly ca: string
  /** The ports of Postfix and of Dovecot by name. */
  readonly ports: Readonly<Record<DoorName | ReaderName, number>>
  /**
   * What Postfix counted in each connection to a port that has ended, oldest first: `ehlo=2 starttls=1 auth=0/1 …`,
   * accepted over tried. Waits until there are `count` of them.
   */
  readonly sessions: (door: DoorName, count: number) => Promise<ReadonlyArray<string>>
  /** The messages that a mailbox holds, as they were delivered. Waits until nothing is in the queue. */
  readonly messages: (mailbox: string) => Promise<ReadonlyArray<string>>
  /** A client certificate, by the authority that both servers trust for them unless it is `byStranger`. */
  readonly clientCertificate: (name: string, byStranger?: boolean) => Promise<Identity>
  /** An access token that Dovecot accepts, unless its life is over or what is given says otherwise. */
  readonly token: (claims: Wish) => string
}

/** What a program prints, or nothing where it cannot be run. */
const said = (program: string, ...args: ReadonlyArray<string>): string | undefined => {
  try {
    return execFileSync(program, args, { encoding: "utf8" }).trim()
  } catch {
    return undefined
  }
}

const daemonFolder = (): string | undefined => said("postconf", "-d", "-h", "daemon_directory")

/** Why the servers cannot be started here, in words, or nothing. */
export const problem = (): string | undefined => {
  if (process.getuid?.() !== 0) return "Postfix and Dovecot need root"
  const daemons = daemonFolder()
  if (daemons === undefined || !existsSync(`${daemons}/master`)) return "Postfix is not installed"
  if (!existsSync("/usr/lib/dovecot/submission-login")) return "Dovecot with its submission service is not installed"
  const missing = ["imap-login", "pop3-login", "managesieve-login", "lmtp"].find((name) =>
    !existsSync(`/usr/lib/dovecot/${name}`)
  )
  if (missing !== undefined) return `Dovecot has no ${missing}`
  const version = said("dovecot", "--version")
  return version?.startsWith("2.3.") === true
    ? undefined
    : `Dovecot is ${version}; its configuration is written for 2.3`
}

const certificates = async (): Promise<
  { readonly ca: string; readonly pem: Readonly<Record<IdentityName, string>> }
> => {
  const { ca, intermediate, server } = await testCa()
  const dns = [names.host]
  const subject = `CN=${names.host}`
  const both = ({ cert, key }: { readonly cert: string; readonly key: string }): string => `${key}\n${cert}\n`
  return {
    ca,
    pem: {
      valid: both(await server({ dns, subject })),
      expired: both(await server({ dns, subject, fromDays: -400, toDays: -5 })),
      future: both(await server({ dns, subject, fromDays: 30, toDays: 60 })),
      otherName: both(await server({ dns: ["mx.elsewhere.test"], ip: [], subject: "CN=mx.elsewhere.test" })),
      selfSigned: both(identity(await issue({ dns, subject }))),
      // As public authorities issue: the certificate says where the one of its issuer can be fetched.
      leafOnly: both(identity(await issue({ dns, subject, issuerUrl: "http://ca.example.test/i.der" }, intermediate)))
    }
  }
}

const clientAuth = "1.3.6.1.5.5.7.3.2"

/** A client certificate. One of a stranger names the same issuer, as whoever forges one would. */
const clientCertificate = async (name: string, clients: Issuer, byStranger: boolean): Promise<Identity> => {
  const issuer = byStranger ? await issue({ subject: "CN=Clients", isCa: true }) : clients
  return identity(await issue({ subject: `CN=${name}`, dns: [], ip: [], purposes: [clientAuth] }, issuer))
}

const text = (path: string): string => existsSync(path) ? readFileSync(path, "utf8") : ""

/** The lines of the log that tell how a connection to a port ended. */
const ended = (log: string, door: DoorName): ReadonlyArray<string> =>
  text(log).split("\n").flatMap((line) => {
    const match = / postfix\/(\w+)\/smtpd\[\d+\]: disconnect from \S+ (.*)$/.exec(line)
    return match?.[1] === door && match[2] !== undefined ? [match[2]] : []
  })

const start = async (): Promise<{ readonly host: MailHost; readonly stop: () => Promise<void> }> => {
  const folder = mkdtempSync(join(tmpdir(), "sonde-mail-"))
  chmodSync(folder, 0o755)
  const wanted = [...Object.keys(doors), ...readers]
  const free = await Ports.free(wanted.length)
  const ports = Object.fromEntries(wanted.map((name, index) => [name, free[index]])) as MailHost["ports"]
  const { ca, pem } = await certificates()
  const clients = await issue({ subject: "CN=Clients", isCa: true })
  const key = `test-${folder}-shared-secret-of-many-octets`
  const contents = {
    ...files({ folder, daemons: daemonFolder() ?? "", ports }),
    ...Object.fromEntries(Object.entries(pem).map(([name, chain]) => [`tls/${name}.pem`, chain])),
    "tls/clients.pem": clients.certificate.toString("pem"),
    "keys/default/HS256/default": Buffer.from(key).toString("base64")
  }
  for (const [path, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content, { mode: 0o644 })
  }

  const output = openSync(join(folder, "output"), "a")
  const guard = spawn("sh", [fileURLToPath(new URL("guard.sh", import.meta.url)), folder, daemonFolder() ?? ""], {
    detached: true,
    stdio: ["pipe", output, output]
  })
  const gone = new Promise<void>((resolve) => guard.once("exit", () => resolve()))
  const stop = async (): Promise<void> => {
    guard.stdin?.end()
    await gone
  }

  const log = `${folder}/postfix/log`
  const closed = await Ports.open(Object.values(ports), 15_000)
  if (closed.length > 0) {
    const words = [`${folder}/output`, log, `${folder}/dovecot.log`].map(text).join("\n")
    await stop()
    throw new Error(`ports ${closed.join(", ")} stay closed\n${words}`)
  }
  // The waiting itself was a connection to each port.
  const before = new Map<DoorName, number>()
  for (const door of Object.keys(doors) as ReadonlyArray<DoorName>) {
    for (let tries = 0; ended(log, door).length === 0 && tries < 200; tries++) await sleep(25)
    before.set(door, ended(log, door).length)
  }

  const queued = (): boolean =>
    ["incoming", "active", "deferred"].some((queue) =>
      readdirSync(`${folder}/postfix/spool/${queue}`, { recursive: true, withFileTypes: true })
        .some((entry) => entry.isFile())
    )

  return {
    stop,
    host: {
      ca,
      ports,
      sessions: async (door, count) => {
        const known = before.get(door) ?? 0
        for (let tries = 0; ended(log, door).length - known < count && tries < 200; tries++) await sleep(10)
        return ended(log, door).slice(known)
      },
      messages: async (mailbox) => {
        for (let tries = 0; queued() && tries < 500; tries++) await sleep(10)
        const inbox = `${folder}/mail/${mailbox}/new`
        return existsSync(inbox) ? readdirSync(inbox).sort().map((name) => readFileSync(join(inbox, name), "utf8")) : []
      },
      clientCertificate: (name, byStranger = false) => clientCertificate(name, clients, byStranger),
      token: (claims) => Token.sign(key, { issuer: names.issuer, audience: names.audience, ...claims })
    }
  }
}

/** Starts both servers; they end, and their folder goes, when the scope closes. */
export const make: Effect.Effect<MailHost, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(Effect.promise(start), ({ stop }) => Effect.promise(stop)),
  ({ host }) => host
)
