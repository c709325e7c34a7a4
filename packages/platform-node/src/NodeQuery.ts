/**
 * Asks the DNS one question by datagram, and again by TCP where the answer did not fit, and reads the whole answer.
 *
 * For what c-ares does not tell: time to live of every type, the AD flag (RFC 6840 section 5.7), the chain of aliases, and response
 * codes apart. RFC 1035 section 4.2 and RFC 6891 section 6; packets are made and read by `dns-packet`. Validates no DNSSEC signature:
 * that is the resolver's work, and the flag is its word.
 *
 * @since 0.1.0
 */
import type { Answer, LookupOptions, RecordData, RecordType } from "@sonde/net/Resolver"
import { LookupFailed } from "@sonde/net/Resolver"
import type { Answer as Resource, DecodedPacket, Packet } from "dns-packet"
import * as DnsPacket from "dns-packet"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { randomInt } from "node:crypto"
import { createSocket } from "node:dgram"
import * as Dns from "node:dns"
import { createConnection } from "node:net"
import { codeOf, lookupCodes } from "./NodeCodes.ts"

/** Times one question is sent by datagram, as with c-ares. */
const tries = 2

/** The largest datagram that is asked for: what passes every network without fragments (RFC 6891 section 6.2.5). */
const udpOctets = 1232

/** Aliases that are followed, as many as resolvers do. */
const maxAliases = 16

const rcodes: Readonly<Record<string, LookupFailed["reason"]>> = {
  NXDOMAIN: "NoSuchName",
  SERVFAIL: "ServerFailure",
  NOTIMP: "ServerFailure",
  REFUSED: "Refused",
  FORMERR: "Malformed"
}

interface Place {
  readonly host: string
  readonly port: number
}

const placeOf = (server: string): Place => {
  const match = /^\[([^\]]+)\](?::(\d+))?$/.exec(server) ?? /^([^:]+)(?::(\d+))?$/.exec(server)
  return { host: match?.[1] ?? server, port: Number(match?.[2] ?? 53) }
}

type Exchange = (octets: Uint8Array, place: Place, accept: (octets: Buffer) => boolean) => Effect.Effect<void, string>

/** Sends a datagram and waits for one that is accepted; fails with the code of an error. */
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
      if (!accept(message)) return
      close()
      resume(Effect.void)
    })
    // A connected socket takes datagrams of that resolver only, and hears that nobody listens there.
    socket.connect(port, host, () => {
      if (isOpen) socket.send(octets)
    })
    return Effect.sync(close)
  })

/** Sends a question over TCP, where two octets of length stand before each message (RFC 1035 section 4.2.2). */
const stream: Exchange = (octets, { host, port }, accept) =>
  Effect.callback((resume) => {
    const socket = createConnection({ host, port })
    let received = Buffer.alloc(0)
    const end = (result: Effect.Effect<void, string>) => {
      socket.destroy()
      resume(result)
    }
    socket.on("error", (error) => end(Effect.fail(codeOf(error))))
    socket.on("end", () => end(Effect.fail("EOF")))
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
      end(accept(received.subarray(2, 2 + received.readUInt16BE(0))) ? Effect.void : Effect.fail("EBADRESP"))
    })
    const length = Buffer.alloc(2)
    length.writeUInt16BE(octets.length)
    socket.write(Buffer.concat([length, octets]))
    return Effect.sync(() => {
      socket.destroy()
    })
  })

const plain = (name: string): string => name.replace(/\.$/, "")

const latin = (data: string | Buffer): string => Buffer.isBuffer(data) ? data.toString("latin1") : data

/** What each type has in its records. */
const readers: { readonly [T in RecordType]: (resource: Resource) => ReadonlyArray<RecordData[T]> } = {
  A: (resource) => resource.type === "A" ? [resource.data] : [],
  AAAA: (resource) => resource.type === "AAAA" ? [resource.data] : [],
  MX: (resource) =>
    resource.type === "MX"
      ? [{ preference: resource.data.preference ?? 0, exchange: plain(resource.data.exchange) }]
      : [],
  TXT: (resource) => {
    if (resource.type !== "TXT") return []
    const parts = Array.isArray(resource.data) ? resource.data : [resource.data]
    return [parts.map(latin).join("")]
  },
  TLSA: (resource) =>
    resource.type === "TLSA"
      ? [{
        usage: resource.data.usage,
        selector: resource.data.selector,
        matching: resource.data.matchingType,
        data: resource.data.certificate.toString("hex")
      }]
      : [],
  SRV: (resource) =>
    resource.type === "SRV"
      ? [{
        priority: resource.data.priority ?? 0,
        weight: resource.data.weight ?? 0,
        port: resource.data.port,
        target: plain(resource.data.target)
      }]
      : [],
  PTR: (resource) => resource.type === "PTR" ? [plain(resource.data)] : [],
  NS: (resource) => resource.type === "NS" ? [plain(resource.data)] : [],
  CNAME: (resource) => resource.type === "CNAME" ? [plain(resource.data)] : []
}

const same = (left: string, right: string): boolean => plain(left).toLowerCase() === plain(right).toLowerCase()

const ttlOf = (resource: Resource): number => "ttl" in resource ? resource.ttl ?? 0 : 0

/**
 * The answer in a packet: aliases are followed from the asked name, and records of other names are left out.
 *
 * @category decoding
 * @since 0.1.0
 */
export const answerOf = <T extends RecordType>(
  name: string,
  type: T,
  packet: DecodedPacket
): Result.Result<Answer<RecordData[T]>, LookupFailed> => {
  const authentic = packet.flag_ad
  const fail = (reason: LookupFailed["reason"]) => Result.fail(new LookupFailed({ name, type, reason, authentic }))
  const answers = packet.answers ?? []
  const { rcode } = packet as { readonly rcode?: string }
  if (rcode !== undefined && rcode !== "NOERROR") return fail(rcodes[rcode] ?? "ServerFailure")
  const aliases: Array<string> = []
  const lives: Array<number> = []
  let owner = name
  while (type !== "CNAME" && aliases.length <= maxAliases) {
    const alias = answers.find((resource) => resource.type === "CNAME" && same(resource.name, owner))
    const [next] = alias === undefined ? [] : readers.CNAME(alias)
    if (alias === undefined || next === undefined) break
    lives.push(ttlOf(alias))
    aliases.push(next)
    owner = next
  }
  if (aliases.length > maxAliases) return fail("ServerFailure")
  const own = answers.filter((resource) => resource.type === type && same(resource.name, owner))
  const records = own.flatMap(readers[type])
  if (records.length === 0) return fail("NoRecords")
  const ttlSeconds = Math.min(...lives, ...own.map(ttlOf))
  const sorted = type === "MX"
    ? (records as ReadonlyArray<RecordData["MX"]>).toSorted((left, right) => left.preference - right.preference)
    : records
  return Result.succeed({ records: sorted as ReadonlyArray<RecordData[T]>, ttlSeconds, authentic, aliases })
}

const readPacket = (octets: Buffer): DecodedPacket | undefined => {
  try {
    return DnsPacket.decode(octets)
  } catch {
    return undefined
  }
}

const isAskable = (name: string): boolean =>
  name === "" || Buffer.byteLength(name) <= 253 &&
    name.split(".").every((label) => label !== "" && Buffer.byteLength(label) <= 63)

/**
 * Asks one question. The resolver is told that the AD flag is understood; retries and the change to TCP are within the time of
 * the options. Interruption closes the socket.
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
    const asked = plain(name)
    const server = options.server ?? Dns.getServers()[0]
    if (!isAskable(asked)) return yield* failed("BadName")
    if (server === undefined) return yield* failed("ServerFailure")
    const place = placeOf(server)
    const id = randomInt(0x10000)
    const packet: Packet = {
      type: "query",
      id,
      flags: DnsPacket.RECURSION_DESIRED | DnsPacket.AUTHENTIC_DATA,
      questions: [{ type, name: asked }],
      additionals: [{ type: "OPT", name: ".", udpPayloadSize: udpOctets, flags: 0, options: [] } as never]
    }
    const octets = DnsPacket.encode(packet)
    let answer: DecodedPacket | "malformed" | undefined
    const accept = (received: Buffer): boolean => {
      if (received.length < 2 || received.readUInt16BE(0) !== id) return false
      const read = readPacket(received)
      if (read !== undefined) {
        const question = read.questions?.[0]
        if (read.type !== "response") return false
        if (question !== undefined && (!same(question.name, asked) || question.type !== type)) return false
      }
      answer = read ?? "malformed"
      return true
    }
    const failedWith = (code: string) => failed(lookupCodes[code] ?? "ServerFailure")
    const once = datagram(octets, place, accept).pipe(
      Effect.timeoutOption(Math.max(1, Math.ceil(options.timeoutMillis / tries)))
    )
    for (let tried = 0; tried < tries && answer === undefined; tried++) yield* Effect.mapError(once, failedWith)
    if (answer !== undefined && answer !== "malformed" && answer.flag_tc) {
      answer = undefined
      yield* Effect.mapError(stream(octets, place, accept), failedWith)
    }
    if (answer === undefined) return yield* failed("Timeout")
    if (answer === "malformed") return yield* failed("Malformed")
    return yield* Effect.fromResult(answerOf(name, type, answer))
  }).pipe(
    Effect.timeoutOrElse({
      duration: options.timeoutMillis,
      orElse: () => Effect.fail(failed("Timeout"))
    })
  )
}
