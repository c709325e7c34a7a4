/**
 * Asks a resolver over TLS (RFC 7858) or HTTPS (RFC 8484).
 *
 * The resolver has to prove who it is, as the strict profile of RFC 8310 section 5 demands: nothing is asked in clear instead. A
 * connection is shared by the questions that come while it is open (RFC 7858 section 3.4) and closes soon after the last. A host
 * that is a name is found by the system, since another resolver cannot be asked for its own address. Connections go the way that is
 * in force, through a proxy where there is one.
 *
 * @since 0.1.0
 */
import * as IpAddress from "@sonde/net/IpAddress"
import type { NameServer } from "@sonde/net/NameServer"
import * as Race from "@sonde/net/Race"
import type { Way } from "@sonde/net/Route"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Dns from "node:dns"
import * as Http2 from "node:http2"
import { request } from "node:https"
import type { Socket } from "node:net"
import type { TLSSocket } from "node:tls"
import { codeOf } from "./NodeCodes.ts"
import * as NodeRoute from "./NodeRoute.ts"
import { timers } from "./NodeTimers.ts"
import * as NodeTls from "./NodeTls.ts"

type Secure = Exclude<NameServer, { readonly kind: "plain" }>

/** How long a connection without a question stays open, in milliseconds. */
const idleMillis = 2000

/** A message has at most this many octets (RFC 1035 section 4.2.2). */
const maxOctets = 65_535

/** A connection to a resolver. `ask` fails with the code of an error. */
interface Line {
  readonly ask: (octets: Buffer) => Effect.Effect<Buffer, string>
  readonly isOver: () => boolean
}

/** What becomes of a socket: it closes after a while without a question, and keeps no process alive meanwhile. */
const resting = (socket: Socket, close: () => void) => {
  let waiting = 0
  let timer: NodeJS.Timeout | undefined = undefined
  return {
    begin: () => {
      waiting++
      clearTimeout(timer)
      socket.ref()
    },
    end: () => {
      waiting--
      if (waiting > 0) return
      socket.unref()
      timer = setTimeout(close, idleMillis).unref()
    }
  }
}

type Pending = Map<number, (answer: Effect.Effect<Buffer, string>) => void>

/** Several questions on one connection, told apart by their numbers. */
const overTls = (socket: TLSSocket): Line => {
  const pending: Pending = new Map()
  const rest = resting(socket, () => socket.destroy())
  let received = Buffer.alloc(0)
  let next = 0
  const over = (code: string) => {
    socket.destroy()
    for (const resume of pending.values()) resume(Effect.fail(code))
    pending.clear()
  }
  socket.on("error", (error) => over(codeOf(error)))
  socket.on("end", () => over("EOF"))
  socket.on("close", () => over("EOF"))
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const message = Buffer.from(received.subarray(2, 2 + received.readUInt16BE(0)))
      received = received.subarray(2 + message.length)
      if (message.length < 2) continue
      const resume = pending.get(message.readUInt16BE(0))
      message.writeUInt16BE(0, 0)
      resume?.(Effect.succeed(message))
    }
  })
  return {
    isOver: () => socket.destroyed || pending.size > 0xfff0,
    ask: (octets) =>
      Effect.callback((resume) => {
        do next = (next + 1) & 0xffff
        while (pending.has(next))
        const id = next
        const done = () => {
          if (pending.delete(id)) rest.end()
        }
        rest.begin()
        pending.set(id, (answer) => {
          done()
          resume(answer)
        })
        const message = Buffer.alloc(2 + octets.length)
        message.writeUInt16BE(octets.length)
        octets.copy(message, 2)
        message.writeUInt16BE(id, 2)
        socket.write(message)
        return Effect.sync(done)
      })
  }
}

const mediaType = "application/dns-message"

/** Whether a response has an answer in it (RFC 8484 section 4.2.1): its code counts only then. */
const judge = (status: number, type: unknown, octets: Buffer): Effect.Effect<Buffer, string> =>
  // A stream that ends before its header has no status.
  status === 0
    ? Effect.fail("EOF")
    : status !== 200
    ? Effect.fail("EHTTPSTATUS")
    : String(type).split(";")[0]?.trim().toLowerCase() !== mediaType
    ? Effect.fail("EBADRESP")
    : Effect.succeed(octets)

/** Collects a body up to the size of a message. */
const collect = (
  stream: NodeJS.ReadableStream,
  whole: (octets: Buffer) => void,
  tooLong: () => void
): void => {
  const chunks: Array<Buffer> = []
  let length = 0
  stream.on("data", (chunk: Buffer) => {
    length += chunk.length
    if (length > maxOctets) tooLong()
    else chunks.push(chunk)
  })
  stream.on("end", () => whole(Buffer.concat(chunks)))
}

/** Many questions on one connection of HTTP/2. */
const overHttp2 = (socket: TLSSocket, { name, path, port }: Extract<Secure, { readonly kind: "https" }>): Line => {
  const authority = `${name.includes(":") ? `[${name}]` : name}${port === 443 ? "" : `:${port}`}`
  const session = Http2.connect(`https://${authority}`, { createConnection: () => socket })
  const rest = resting(socket, () => session.destroy())
  session.on("error", () => session.destroy())
  return {
    isOver: () => session.closed || session.destroyed,
    ask: (octets) =>
      Effect.callback((resume) => {
        rest.begin()
        const stream = session.request({
          ":method": "POST",
          ":path": path,
          "accept": mediaType,
          "content-type": mediaType,
          "content-length": `${octets.length}`
        })
        let isDone = false
        let head: Http2.IncomingHttpHeaders & Http2.IncomingHttpStatusHeader = {}
        const done = (answer?: Effect.Effect<Buffer, string>) => {
          if (isDone) return
          isDone = true
          rest.end()
          if (answer !== undefined) resume(answer)
        }
        stream.on("response", (headers) => {
          head = headers
        })
        stream.on("error", (error) => done(Effect.fail(codeOf(error))))
        stream.on("close", () => done(Effect.fail("EOF")))
        collect(stream, (body) => done(judge(head[":status"] ?? 0, head["content-type"], body)), () => {
          done(Effect.fail("EBADRESP"))
          stream.close()
        })
        stream.end(octets)
        return Effect.sync(() => {
          done()
          stream.close()
        })
      })
  }
}

/** One question on a connection of HTTP/1.1, which ends with it. */
const overHttp1 = (
  socket: TLSSocket,
  { name, path, port }: Extract<Secure, { readonly kind: "https" }>
): Line => ({
  isOver: () => true,
  ask: (octets) =>
    Effect.callback((resume) => {
      const outgoing = request({
        createConnection: () => socket,
        method: "POST",
        path,
        headers: {
          "host": `${name.includes(":") ? `[${name}]` : name}${port === 443 ? "" : `:${port}`}`,
          "accept": mediaType,
          "connection": "close",
          "content-type": mediaType,
          "content-length": `${octets.length}`
        }
      })
      const done = (answer: Effect.Effect<Buffer, string>) => {
        socket.destroy()
        resume(answer)
      }
      outgoing.on("error", (error) => done(Effect.fail(codeOf(error))))
      outgoing.on("response", (incoming) => {
        incoming.on("close", () => incoming.complete ? undefined : done(Effect.fail("EOF")))
        collect(
          incoming,
          (body) => done(judge(incoming.statusCode ?? 0, incoming.headers["content-type"], body)),
          () => done(Effect.fail("EBADRESP"))
        )
      })
      outgoing.end(octets)
      return Effect.sync(() => socket.destroy())
    })
})

const candidatesOf = ({ host, port }: Secure, { family: only, proxy }: Way): Effect.Effect<
  ReadonlyArray<Race.Candidate>,
  string
> => {
  const family = IpAddress.family(host)
  if (family !== undefined) return Effect.succeed([{ address: host, port, family }])
  if (proxy?.resolves === "proxy") return Effect.succeed([{ address: host, port }])
  return Effect.callback((resume) => {
    Dns.lookup(host, { all: true, order: "verbatim", family: only ?? 0 }, (error, found) => {
      resume(
        error === null
          ? Effect.succeed(found.map(({ address, family: of }) => ({ address, port, family: of === 6 ? 6 : 4 })))
          : Effect.fail("EHOSTUNREACH")
      )
    })
  })
}

const open = Effect.fnUntraced(function*(server: Secure, millis: number, way: Way) {
  const started = performance.now()
  const won = yield* Effect.mapError(
    Race.run({
      candidates: yield* candidatesOf(server, way),
      timeoutMillis: millis,
      timers,
      isAllowed: () => true,
      dialOne: yield* NodeRoute.dialOf(way, () => true)
    }),
    ({ reason }) => reason === "Timeout" ? "ETIMEDOUT" : "EHOSTUNREACH"
  )
  const { encrypted, handshake } = yield* Effect.mapError(
    NodeTls.handshake({
      socket: won.socket,
      ca: way.ca,
      serverName: server.name,
      timeoutMillis: Math.max(1, millis - (performance.now() - started)),
      alpn: server.kind === "https" ? ["h2", "http/1.1"] : ["dot"]
    }),
    ({ reason }) => reason === "HandshakeTimeout" ? "ETIMEDOUT" : "EUNTRUSTED"
  )
  if (handshake.conditions.length > 0) {
    encrypted.on("error", () => {})
    encrypted.destroy()
    return yield* Effect.fail("EUNTRUSTED")
  }
  if (server.kind === "tls") return overTls(encrypted)
  return handshake.alpn === "h2" ? overHttp2(encrypted, server) : overHttp1(encrypted, server)
})

/** What the end of a connection looks like to whoever waits on it. */
const lost: ReadonlySet<string> = new Set([
  "EOF",
  "ECONNRESET",
  "EPIPE",
  "ERR_HTTP2_STREAM_ERROR",
  "ERR_HTTP2_SESSION_ERROR"
])

interface Shared {
  readonly gate: Semaphore.Semaphore
  line: Line | undefined
}

const lines = new Map<string, Shared>()

const fresh = (): Shared => ({ gate: Semaphore.makeUnsafe(1), line: undefined })

const sharedBy = (key: string): Shared => {
  const known = lines.get(key)
  if (known !== undefined) return known
  const made = fresh()
  lines.set(key, made)
  return made
}

/**
 * Sends a message whose number is 0 and brings the answer to it, which may be one to anything; fails with the code of an error:
 * `EUNTRUSTED` where the resolver could not prove who it is.
 *
 * @category running
 * @since 0.1.0
 */
export const exchange = (
  server: Secure,
  octets: Buffer,
  timeoutMillis: number,
  way: Way
): Effect.Effect<Buffer, string> => {
  // Who signs in at a proxy shares with nobody: another secret would not show in the key.
  const isShared = way.proxy?.secret === undefined
  const shared = isShared ? sharedBy(JSON.stringify([server, way])) : fresh()
  const opened = shared.gate.withPermits(1)(Effect.suspend(() => {
    const { line } = shared
    if (line !== undefined && !line.isOver()) return Effect.succeed({ line, isReused: true })
    return Effect.map(open(server, timeoutMillis, way), (made) => {
      shared.line = made
      return { line: made, isReused: false }
    })
  }))
  return Effect.flatMap(opened, ({ isReused, line }) => {
    const answer = line.ask(octets)
    if (!isReused) return answer
    // RFC 7858 section 3.4: a connection may be closed whenever it rests, also in the moment in which it is asked again.
    return Effect.catch(answer, (code) => {
      if (!lost.has(code)) return Effect.fail(code)
      if (shared.line === line) shared.line = undefined
      return Effect.flatMap(opened, (again) => again.line.ask(octets))
    })
  })
}
