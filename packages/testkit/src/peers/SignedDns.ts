/**
 * BIND on 127.0.0.1, twice: a server with signed zones, and a resolver that validates what the first one says.
 *
 * The first serves a root of its own, signed, with every record of the test in it; below it `unsigned.` is delegated without a DS
 * record, and `bogus.example.` has a record that was changed after it was signed. The resolver trusts the key of that root and
 * asks nobody else.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { spawn, spawnSync } from "node:child_process"
import { createSocket } from "node:dgram"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Ports from "./Ports.ts"

const programs = ["named", "dnssec-keygen", "dnssec-signzone"]

/** Why there is no BIND here, `undefined` where there is. */
export const problem = (): string | undefined => {
  const missing = programs.filter((program) => spawnSync(program, ["-V"], { stdio: "ignore" }).error !== undefined)
  return missing.length === 0 ? undefined : `${missing.join(", ")} is not installed (Debian: bind9, bind9-utils)`
}

/** Servers that answer. `server` is the resolver, as `--dns` takes it; over TLS and HTTPS it has the certificate that was given. */
export interface SignedDns {
  readonly server: string
  readonly tlsPort: number
  readonly httpsPort: number
}

/** What is served: lines of a zone file below the root, and below `unsigned.`; `tls` is what the resolver presents. */
export interface Zones {
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly signed: ReadonlyArray<string>
  readonly unsigned: ReadonlyArray<string>
}

const head = "$TTL 300\n@ IN SOA a.root. h.root. 1 3600 600 86400 300\n@ IN NS a.root.\n"

/** The text that stands in `bogus.example.` when the zone is signed, and what is put in its place. */
const [honest, forged] = ["v=spf1 -all", "v=spf1 +all"]

const runs = (folder: string, program: string, args: ReadonlyArray<string>): string => {
  const { error, status, stderr, stdout } = spawnSync(program, args, { cwd: folder, encoding: "utf8" })
  if (error !== undefined || status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error ?? stderr}`)
  return stdout.trim()
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const socket = createSocket("udp4")
    socket.bind(0, "127.0.0.1", () => {
      const { port } = socket.address()
      socket.close(() => resolve(port))
    })
  })

const common = (folder: string, port: number): string =>
  `directory "${folder}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none; `
  + "session-keyfile none; allow-query { any; }; notify no; empty-zones-enable no;"

/** Makes keys, signs the root, and writes both configurations. */
const prepare = (
  folder: string,
  zones: Zones,
  ports: readonly [number, number],
  [tls, https]: ReadonlyArray<number>
): void => {
  writeFileSync(
    join(folder, "root.zone"),
    `${head}a.root. IN A 127.0.0.1\nunsigned. IN NS a.root.\nbogus.example. IN TXT "${honest}"\n${
      zones.signed.join("\n")
    }\n`
  )
  writeFileSync(join(folder, "unsigned.zone"), `${head}${zones.unsigned.join("\n")}\n`)
  runs(folder, "dnssec-keygen", ["-q", "-a", "ECDSAP256SHA256", "."])
  runs(folder, "dnssec-keygen", ["-q", "-a", "ECDSAP256SHA256", "-f", "KSK", "."])
  runs(folder, "dnssec-signzone", ["-S", "-o", ".", "-f", "root.signed", "root.zone"])
  const signed = join(folder, "root.signed")
  writeFileSync(signed, readFileSync(signed, "utf8").replace(honest, forged))
  const key = readdirSync(folder).filter((name) => name.endsWith(".key"))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
    .map((line) => / DNSKEY 257 3 13 (.+)$/.exec(line)?.[1]?.replaceAll(" ", ""))
    .find((found) => found !== undefined)
  writeFileSync(
    join(folder, "auth.conf"),
    `options { ${common(folder, ports[0])} recursion no; dnssec-validation no; };\n`
      + "zone \".\" { type primary; file \"root.signed\"; };\nzone \"unsigned\" { type primary; file \"unsigned.zone\"; };\n"
  )
  if (zones.tls !== undefined) {
    writeFileSync(join(folder, "cert.pem"), zones.tls.cert)
    writeFileSync(join(folder, "key.pem"), zones.tls.key)
  }
  const [encrypted, profile] = zones.tls === undefined ? ["", ""] : [
    `listen-on port ${tls} tls local { 127.0.0.1; }; listen-on port ${https} tls local http local { 127.0.0.1; }; `,
    "tls local { cert-file \"cert.pem\"; key-file \"key.pem\"; };\nhttp local { endpoints { \"/dns-query\"; }; };\n"
  ]
  writeFileSync(
    join(folder, "resolver.conf"),
    `${profile}options { ${common(folder, ports[1])} ${encrypted}recursion yes; dnssec-validation yes; forward only; `
      + `forwarders { 127.0.0.1 port ${ports[0]}; }; };\ntrust-anchors { "." static-key 257 3 13 "${key}"; };\n`
  )
}

/** Ends the server when standard input ends, which is also so when the test is killed. */
const guard =
  "named -g -4 -c \"$1\" & pid=$!; cat >/dev/null; kill \"$pid\" 2>/dev/null; wait \"$pid\" 2>/dev/null; exit 0"

/** Starts a server and waits until it says that it runs; it stops with the scope. */
const named = (folder: string, configuration: string): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(Effect.acquireRelease(
    Effect.promise(() =>
      new Promise<ReturnType<typeof spawn>>((resolve, reject) => {
        const child = spawn("sh", ["-c", guard, "guard", join(folder, configuration)], {
          stdio: ["pipe", "ignore", "pipe"]
        })
        let said = ""
        child.once("error", reject)
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
          said += text
          if (/ running\s*$/m.test(said)) resolve(child)
          if (/ exiting \(/.test(said)) reject(new Error(`named ended: ${said}`))
        })
      })
    ),
    (child) =>
      Effect.promise(() =>
        new Promise<void>((resolve) => {
          child.once("exit", () => resolve())
          child.stdin?.end()
        })
      )
  ))

/** Starts both; they stop with the scope. */
export const start = Effect.fnUntraced(function*(zones: Zones): Effect.fn.Return<SignedDns, never, Scope.Scope> {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-dns-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const ports = yield* Effect.promise(() => Promise.all([freePort(), freePort()]))
  const encrypted = yield* Effect.promise(() => Ports.free(2))
  yield* Effect.sync(() => prepare(folder, zones, ports, encrypted))
  yield* named(folder, "auth.conf")
  yield* named(folder, "resolver.conf")
  const [tlsPort = 0, httpsPort = 0] = encrypted
  return { server: `127.0.0.1:${ports[1]}`, tlsPort, httpsPort }
})
