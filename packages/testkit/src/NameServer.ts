/**
 * A resolver on 127.0.0.1 that answers from the zone of a static world, by datagram and by TCP, as one that validates DNSSEC would:
 * with aliases followed and the AD flag where the zone says so. What the test wants to fail, fails.
 */
import type { StaticFailures, StaticRecords, StaticZone } from "@sonde/net/Net"
import * as DnsPacket from "dns-packet"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createSocket, type Socket } from "node:dgram"
import type { AddressInfo, Server } from "node:net"
import { createServer } from "node:net"

/** What is served. `lossy` drops the first datagram of every question; `old` knows no EDNS and answers it with FORMERR. */
export interface World {
  readonly zone?: StaticZone
  readonly fail?: StaticFailures
  readonly lossy?: boolean
  readonly old?: boolean
}

/** A resolver that listens; `asked` are the questions as `TYPE name`, those by TCP with a `TCP ` before. */
export interface NameServer {
  readonly server: string
  readonly asked: ReadonlyArray<string>
}

/** The largest datagram sent; a longer answer is cut and asked for again by TCP. */
const datagramOctets = 1232

const normal = (name: string): string => name.toLowerCase().replace(/\.$/, "")

const resourcesOf = (name: string, type: string, records: StaticRecords): ReadonlyArray<object> => {
  const ttl = 300
  const make = (data: ReadonlyArray<unknown> | undefined) => (data ?? []).map((one) => ({ type, name, ttl, data: one }))
  switch (type) {
    case "A":
      return make(records.a)
    case "AAAA":
      return make(records.aaaa)
    case "MX":
      return make((records.mx ?? []).map(([preference, exchange]) => ({ preference, exchange })))
    case "TXT":
      // A string of a record has at most 255 octets.
      return make(
        (records.txt ?? []).map((text) =>
          (text.match(/[\s\S]{1,255}/g) ?? [""]).map((part) => Buffer.from(part, "latin1"))
        )
      )
    case "SRV":
      return make((records.srv ?? []).map(([priority, weight, port, target]) => ({ priority, weight, port, target })))
    case "PTR":
      return make(records.ptr)
    case "NS":
      return make(records.ns)
    case "TLSA":
      return make((records.tlsa ?? []).map(({ data, matching, selector, usage }) => ({
        usage,
        selector,
        matchingType: matching,
        certificate: Buffer.from(data, "hex")
      })))
    default:
      return []
  }
}

const codes: Readonly<Record<string, number>> = {
  NoSuchName: 3,
  NoRecords: 0,
  ServerFailure: 2,
  Refused: 5,
  Malformed: 1
}

/** The answer to a question, or nothing where the test wants none. */
export const answer = (world: World, octets: Buffer, isStream: boolean, asked: Array<string>): Buffer | undefined => {
  const packet = DnsPacket.decode(octets)
  const question = packet.questions?.[0]
  if (question === undefined) return undefined
  const { name, type } = question
  if (world.old === true && (packet.additionals ?? []).length > 0) {
    asked.push(`EDNS ${type} ${normal(name)}`)
    return DnsPacket.encode({ id: packet.id ?? 0, type: "response", flags: 1, questions: [question] })
  }
  const zone = new Map(Object.entries(world.zone ?? {}).map(([key, records]) => [normal(key), records]))
  const failures = new Map(Object.entries(world.fail ?? {}).map(([key, reason]) => [normal(key), reason]))
  asked.push(`${isStream ? "TCP " : ""}${type} ${normal(name)}`)
  const answers: Array<object> = []
  let authentic = true
  let code = 0
  for (let at = name;;) {
    const failure = failures.get(`${type.toLowerCase()} ${normal(at)}`)
    if (failure === "Timeout") return undefined
    const records = zone.get(normal(at))
    authentic &&= records?.authentic === true
    if (failure !== undefined || records === undefined) {
      code = codes[failure ?? "NoSuchName"] ?? 2
      break
    }
    if (records.cname === undefined) {
      answers.push(...resourcesOf(at, type, records))
      break
    }
    answers.push({ type: "CNAME", name: at, ttl: 60, data: records.cname })
    if (type === "CNAME" || answers.length > 20) break
    at = records.cname
  }
  const flags = DnsPacket.RECURSION_DESIRED | DnsPacket.RECURSION_AVAILABLE | code |
    (authentic ? DnsPacket.AUTHENTIC_DATA : 0)
  const head = { id: packet.id ?? 0, type: "response" as const, questions: [question] }
  const whole = DnsPacket.encode({ ...head, flags, answers: answers as Array<DnsPacket.Answer> })
  return isStream || whole.length <= datagramOctets
    ? whole
    : DnsPacket.encode({ ...head, flags: flags | DnsPacket.TRUNCATED_RESPONSE, answers: [] })
}

/** Both sockets on one free port. */
const listen = (udp: Socket, tcp: Server, done: () => void): void => {
  tcp.listen(0, "127.0.0.1", () => {
    const { port } = tcp.address() as AddressInfo
    udp.once("error", () => {
      throw new Error(`port ${port} is free for TCP and not for datagrams`)
    })
    udp.bind(port, "127.0.0.1", done)
  })
}

/** Starts a resolver; it stops with the scope. */
export const start = (world: World): Effect.Effect<NameServer, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly tcp: Server; readonly udp: Socket; readonly asked: Array<string> }>((resume) => {
        const asked: Array<string> = []
        const seen = new Set<string>()
        const udp = createSocket("udp4")
        udp.on("message", (octets, peer) => {
          const same = octets.toString("base64")
          const isFirst = !seen.has(same)
          seen.add(same)
          const said = answer(world, octets, false, asked)
          if (said !== undefined && !(world.lossy === true && isFirst)) udp.send(said, peer.port, peer.address)
        })
        const tcp = createServer((socket) => {
          let received = Buffer.alloc(0)
          socket.on("error", () => {})
          socket.on("data", (chunk: Buffer) => {
            received = Buffer.concat([received, chunk])
            if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
            const said = answer(world, received.subarray(2), true, asked)
            if (said === undefined) return
            const length = Buffer.alloc(2)
            length.writeUInt16BE(said.length)
            socket.end(Buffer.concat([length, said]))
          })
        })
        listen(udp, tcp, () => resume(Effect.succeed({ tcp, udp, asked })))
      }),
      ({ tcp, udp }) =>
        Effect.callback<void>((resume) => {
          udp.close()
          tcp.close(() => resume(Effect.void))
        })
    ),
    ({ asked, udp }) => ({ server: `127.0.0.1:${udp.address().port}`, asked })
  )
