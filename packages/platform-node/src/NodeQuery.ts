/**
 * Asks one question of the DNS and brings the whole answer: every type, time to live, aliases, the AD flag, response codes apart.
 *
 * By datagram, and again by TCP where the answer did not fit (RFC 1035 section 4.2); over TLS or HTTPS where the resolver is given so.
 * The system's own resolvers take turns, as RFC 1035 section 7.2 has it. `NodeMessage` reads what comes.
 *
 * @since 0.1.0
 */
import * as NameServer from "@sonde/net/NameServer"
import type { Answer, LookupOptions, RecordData, RecordType } from "@sonde/net/Resolver"
import { LookupFailed } from "@sonde/net/Resolver"
import { Route } from "@sonde/net/Route"
import type { DecodedPacket } from "dns-packet"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { randomInt } from "node:crypto"
import { createSocket } from "node:dgram"
import * as Dns from "node:dns"
import { createConnection } from "node:net"
import { codeOf, lookupCodes } from "./NodeCodes.ts"
import * as NodeMessage from "./NodeMessage.ts"

/**
 * Times one question is sent by datagram. One may be lost, so one repetition; more would only hide a resolver that is down.
 *
 * @category constants
 * @since 0.1.0
 */
export const tries = 2

/** Resolvers of the system that are asked, as many as resolv.conf(5) takes. */
const maxServers = 3

type Plain = Extract<NameServer.NameServer, { readonly kind: "plain" }>

/** Sends a message and brings the first that `accept` takes; fails with the code of an error. */
type Exchange = <A>(
  octets: Uint8Array,
  place: Plain,
  accept: (octets: Buffer) => A | undefined
) => Effect.Effect<A, string>

const datagram: Exchange = (octets, { host, port }, accept) =>
  Effect.callback((resume) => {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4")
    let isOpen = true
    const close = () => {
      if (isOpen) socket.close()
      isOpen = false
    }
    socket.on("error", (error) => {
      close()
      resume(Effect.fail(codeOf(error)))
    })
    socket.on("message", (message) => {
      // What answers another question is not from the resolver, or too late.
      const accepted = accept(message)
      if (accepted === undefined) return
      close()
      resume(Effect.succeed(accepted))
    })
    // A connected socket takes datagrams of that resolver only, and hears that nobody listens there.
    socket.connect(port, host, () => {
      if (isOpen) socket.send(octets)
    })
    return Effect.sync(close)
  })

/** Over TCP two octets of length stand before each message (RFC 1035 section 4.2.2). */
const stream: Exchange = (octets, { host, port }, accept) =>
  Effect.callback((resume) => {
    const socket = createConnection({ host, port })
    let received = Buffer.alloc(0)
    const end = (code: string) => {
      socket.destroy()
      resume(Effect.fail(code))
    }
    socket.on("error", (error) => end(codeOf(error)))
    socket.on("end", () => end("EOF"))
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
      const accepted = accept(received.subarray(2, 2 + received.readUInt16BE(0)))
      if (accepted === undefined) return end("EBADRESP")
      socket.destroy()
      resume(Effect.succeed(accepted))
    })
    const length = Buffer.alloc(2)
    length.writeUInt16BE(octets.length)
    socket.write(Buffer.concat([length, octets]))
    return Effect.sync(() => {
      socket.destroy()
    })
  })

/** One question; it keeps its number when it is sent again. */
interface Asked {
  readonly id: number
  readonly name: string
  readonly type: RecordType
}

type Packet = DecodedPacket | "malformed"

/** Asks one resolver, once; `undefined` where it is silent. */
const askOne = Effect.fnUntraced(function*(
  { id, name, type }: Asked,
  place: Plain,
  millis: number
): Effect.fn.Return<Packet | undefined, string> {
  const accept = (received: Buffer) => NodeMessage.read(received, id, name, type)
  const send = (edns: boolean) =>
    Effect.map(
      Effect.timeoutOption(datagram(NodeMessage.question(id, name, type, edns), place, accept), millis),
      Option.getOrUndefined
    )
  const first = yield* send(true)
  // RFC 6891 section 7: who does not know EDNS answers with FORMERR, and is asked again without.
  const answer = first !== undefined && first !== "malformed" && NodeMessage.codeOf(first) === "FORMERR"
    ? yield* send(false)
    : first
  if (answer === undefined || answer === "malformed" || !answer.flag_tc) return answer
  return yield* stream(NodeMessage.question(id, name, type, true), place, accept)
})

/** Whether another resolver may know better: this one is silent, broken, or does not serve us. */
const isOpen = (answer: Packet): boolean =>
  answer === "malformed" || ["SERVFAIL", "REFUSED", "NOTIMP"].includes(NodeMessage.codeOf(answer))

/** Asks resolvers by turns until one has an answer; the last word counts otherwise. */
const askPlain = Effect.fnUntraced(function*(
  asked: Asked,
  places: ReadonlyArray<Plain>,
  millis: number
): Effect.fn.Return<Packet | undefined, string> {
  const turns = Math.max(tries, places.length)
  const each = Math.max(1, Math.ceil(millis / turns))
  let last: Result.Result<Packet, string> | undefined = undefined
  for (let turn = 0; turn < turns; turn++) {
    const told: Result.Result<Packet | undefined, string> = yield* Effect.result(
      askOne(asked, places[turn % places.length]!, each)
    )
    if (Result.isSuccess(told) && told.success === undefined) continue
    last = told as Result.Result<Packet, string>
    // Whoever answered, be it that nobody listens, says the same a second time.
    if (Result.isSuccess(last) && !isOpen(last.success) || turn >= places.length - 1) break
  }
  return last === undefined ? undefined : yield* Effect.fromResult(last)
})

/** Asks over TLS or HTTPS, which loads with the first such question. */
const askSecure = Effect.fnUntraced(function*(
  { name, type }: Asked,
  server: Exclude<NameServer.NameServer, Plain>,
  millis: number
): Effect.fn.Return<Packet | undefined, string> {
  const way = yield* Route
  const Secure = yield* Effect.promise(() => import("./NodeSecureQuery.ts"))
  // RFC 8484 section 4.1: the same question has the same octets, so that caches can tell.
  const octets = yield* Secure.exchange(server, NodeMessage.question(0, name, type, true), millis, way)
  return NodeMessage.read(octets, 0, name, type) ?? "malformed"
})

const isPlain = (server: NameServer.NameServer | undefined): server is Plain => server?.kind === "plain"

/**
 * Asks one question. Retries and the change to TCP are within the time of the options. Interruption closes the socket.
 *
 * @category running
 * @since 0.1.0
 */
export const query = <T extends RecordType>(
  name: string,
  type: T,
  options: LookupOptions
): Effect.Effect<Answer<RecordData[T]>, LookupFailed> => {
  const failed = (reason: LookupFailed["reason"]) => new LookupFailed({ name, type, reason })
  return Effect.gen(function*() {
    const asked: Asked = { id: randomInt(0x10000), name: NodeMessage.plain(name), type }
    const server = options.server === undefined ? undefined : NameServer.fromString(options.server)
    if (!NodeMessage.isAskable(asked.name) || options.server !== undefined && server === undefined) {
      return yield* failed("BadName")
    }
    const places = server === undefined
      ? Dns.getServers().map(NameServer.fromString).filter(isPlain).slice(0, maxServers)
      : isPlain(server)
      ? [server]
      : []
    const ask = server !== undefined && !isPlain(server)
      ? askSecure(asked, server, options.timeoutMillis)
      : places.length === 0
      ? Effect.fail("ENORESOLVER")
      : askPlain(asked, places, options.timeoutMillis)
    const answer = yield* Effect.mapError(ask, (code) => failed(lookupCodes[code] ?? "ServerFailure"))
    if (answer === undefined) return yield* failed("Timeout")
    if (answer === "malformed") return yield* failed("Malformed")
    return yield* Effect.fromResult(NodeMessage.answerOf(name, type, answer))
  }).pipe(
    Effect.timeoutOrElse({
      duration: options.timeoutMillis,
      orElse: () => Effect.fail(failed("Timeout"))
    })
  )
}
