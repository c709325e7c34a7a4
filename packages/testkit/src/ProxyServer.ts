/**
 * Proxies on 127.0.0.1: SOCKS 5 (RFC 1928, RFC 1929) and HTTP CONNECT (RFC 9110 section 9.3.6). They lead to ports of this machine, or answer as a
 * test wants. Names are looked up in a table of the test, so that it can be seen who looked.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"

/**
 * How a proxy behaves. `user` and `secret` are wanted when given; `names` is what it looks up, all at 127.0.0.1 with these ports;
 * `answer` is said instead of connecting: a reply code of SOCKS, or the whole response of HTTP; `"nothing"` is silence and
 * `"close"` the end of the connection. `chunked` sends one octet at a time.
 */
export interface Behaviour {
  readonly user?: string
  readonly secret?: string
  readonly names?: Readonly<Record<string, number>>
  readonly answer?: number | string
  readonly chunked?: boolean
}

/** A proxy that listens; `asked` are the destinations that it was asked for, as `host:port`, `signIns` who signed in. */
export interface ProxyServer {
  readonly port: number
  readonly asked: ReadonlyArray<string>
  readonly signIns: ReadonlyArray<string>
  readonly connections: () => number
}

interface Kept {
  readonly asked: Array<string>
  readonly signIns: Array<string>
  connections: number
}

/** Reads octets as they are wanted. */
const reader = (socket: Net.Socket) => {
  let received = Buffer.alloc(0)
  let wake = (): void => {}
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    wake()
  })
  const until = async (isThere: () => number | undefined): Promise<Buffer> => {
    for (;;) {
      const length = isThere()
      if (length !== undefined) {
        const taken = received.subarray(0, length)
        received = received.subarray(length)
        return taken
      }
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return {
    octets: (count: number) => until(() => received.length >= count ? count : undefined),
    header: () =>
      until(() => {
        const end = received.indexOf("\r\n\r\n")
        return end < 0 ? undefined : end + 4
      }),
    rest: () => received
  }
}

const say = async (socket: Net.Socket, octets: Uint8Array | string, chunked: boolean | undefined): Promise<void> => {
  const whole = Buffer.from(octets as string)
  if (chunked !== true) return void socket.write(whole)
  for (const octet of whole) {
    socket.write(Buffer.of(octet))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Joins the two ends; whatever the client sent already goes on. */
const join = (socket: Net.Socket, out: Net.Socket, rest: Buffer): void => {
  socket.removeAllListeners("data")
  if (rest.length > 0) out.write(rest)
  socket.pipe(out)
  out.pipe(socket)
  socket.on("close", () => out.destroy())
}

const dial = (host: string, port: number): Promise<Net.Socket | string> =>
  new Promise((resolve) => {
    const out = Net.connect({ host, port })
    out.once("connect", () => resolve(out))
    out.once("error", (error) => resolve((error as NodeJS.ErrnoException).code ?? ""))
    out.on("error", () => {})
  })

const socksHost = async (type: number, octets: (count: number) => Promise<Buffer>): Promise<string> => {
  if (type === 1) return (await octets(4)).join(".")
  if (type === 4) return (await octets(16)).toString("hex").replace(/(.{4})(?!$)/g, "$1:")
  const [length = 0] = await octets(1)
  return (await octets(length)).toString("utf8")
}

const socks = async (socket: Net.Socket, behaviour: Behaviour, kept: Kept): Promise<void> => {
  const { answer, chunked, names = {}, secret, user } = behaviour
  const { octets, rest } = reader(socket)
  const [, count = 0] = await octets(2)
  const methods = [...await octets(count)]
  const method = user === undefined ? 0 : 2
  if (!methods.includes(method)) {
    await say(socket, Uint8Array.of(5, 0xff), chunked)
    return void socket.end()
  }
  await say(socket, Uint8Array.of(5, method), chunked)
  if (method === 2) {
    const [, userLength = 0] = await octets(2)
    const who = (await octets(userLength)).toString("utf8")
    const [secretLength = 0] = await octets(1)
    const what = (await octets(secretLength)).toString("utf8")
    kept.signIns.push(who)
    const isRight = who === user && what === secret
    await say(socket, Uint8Array.of(1, isRight ? 0 : 1), chunked)
    if (!isRight) return void socket.end()
  }
  const [, , , type = 0] = await octets(4)
  const host = await socksHost(type, octets)
  const port = (await octets(2)).readUInt16BE(0)
  kept.asked.push(`${host}:${port}`)
  if (answer === "nothing") return
  if (answer === "close") return void socket.destroy()
  const reply = (code: number) => say(socket, Uint8Array.of(5, code, 0, 1, 127, 0, 0, 1, 0x12, 0x34), chunked)
  if (typeof answer === "number") return reply(answer)
  const known = names[host]
  if (type === 3 && known === undefined) return reply(4)
  const out = await dial(type === 3 ? "127.0.0.1" : host, known ?? port)
  if (typeof out === "string") return reply(out === "ECONNREFUSED" ? 5 : 3)
  await reply(0)
  join(socket, out, rest())
}

const http = async (socket: Net.Socket, behaviour: Behaviour, kept: Kept): Promise<void> => {
  const { answer, chunked, names = {}, secret, user } = behaviour
  const { header, rest } = reader(socket)
  const lines = (await header()).toString("latin1").split("\r\n")
  const [, host = "", port = ""] = /^CONNECT (\[[^\]]+\]|[^:]+):(\d+) HTTP\/1\.1$/.exec(lines[0] ?? "") ?? []
  if (user !== undefined) {
    const field = lines.find((line) => line.startsWith("Proxy-Authorization: Basic "))
    const given = Buffer.from(field?.slice(27) ?? "", "base64").toString("utf8")
    kept.signIns.push(given.split(":")[0] ?? "")
    if (given !== `${user}:${secret}`) {
      await say(socket, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n", chunked)
      return void socket.end()
    }
  }
  kept.asked.push(`${host}:${port}`)
  if (answer === "nothing") return
  if (answer === "close") return void socket.destroy()
  if (answer !== undefined) return say(socket, `${answer}`, chunked)
  const isAddress = /^[\d.]+$/.test(host)
  const out = await dial(isAddress ? host : "127.0.0.1", names[host] ?? (isAddress ? Number(port) : 1))
  if (typeof out === "string") {
    return say(socket, `HTTP/1.1 502 Bad Gateway\r\nProxy-Status: test; error=connection_refused\r\n\r\n`, chunked)
  }
  await say(socket, "HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n", chunked)
  join(socket, out, rest())
}

/** Starts a proxy; it stops with the scope. */
export const start = (
  kind: "socks5" | "http",
  behaviour: Behaviour = {}
): Effect.Effect<ProxyServer, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly server: Net.Server; readonly kept: Kept; readonly open: Set<Net.Socket> }>(
        (resume) => {
          const kept: Kept = { asked: [], signIns: [], connections: 0 }
          const open = new Set<Net.Socket>()
          const server = Net.createServer((socket) => {
            kept.connections++
            open.add(socket)
            socket.on("close", () => open.delete(socket))
            socket.on("error", () => {})
            void (kind === "http" ? http : socks)(socket, behaviour, kept)
          })
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, kept, open })))
        }
      ),
      ({ open, server }) =>
        Effect.callback<void>((resume) => {
          open.forEach((socket) => socket.destroy())
          server.close(() => resume(Effect.void))
        })
    ),
    ({ kept, server }) => {
      const at = server.address()
      return {
        port: typeof at === "object" && at !== null ? at.port : 0,
        asked: kept.asked,
        signIns: kept.signIns,
        connections: () => kept.connections
      }
    }
  )
