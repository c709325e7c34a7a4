/**
 * The client's side of SOCKS 5: RFC 1928, with user name and password of RFC 1929.
 *
 * Asks for a connection (CONNECT) and nothing else. GSS-API is not offered.
 *
 * @since 0.1.0
 */
import { type Destination, failed, joined, more, type Problem, type SignIn, type Step, type Tunnel } from "./Tunnel.ts"

const encoder = new TextEncoder()

/** RFC 1928 section 3. */
const methods = { none: 0x00, password: 0x02, unacceptable: 0xff } as const

/** RFC 1928 section 6. */
const replies: Readonly<Record<number, readonly [problem: Problem, said: string]>> = {
  0x01: ["Unreachable", "general failure"],
  0x02: ["ProxyDenied", "not allowed by its rules"],
  0x03: ["Unreachable", "network unreachable"],
  0x04: ["Unreachable", "host unreachable"],
  0x05: ["Refused", "connection refused"],
  0x06: ["Timeout", "TTL expired"],
  0x07: ["ProxyBroken", "command not supported"],
  0x08: ["ProxyDenied", "address type not supported"]
}

/** Length of the part of a name or a secret: one octet has its length (RFC 1929 section 2). */
const maxOctets = 255

const short = (text: string): Uint8Array => {
  const octets = encoder.encode(text).subarray(0, maxOctets)
  return joined(Uint8Array.of(octets.length), octets)
}

const four = (host: string): Uint8Array | undefined => {
  const parts = host.split(".").map(Number)
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) && parts.every((part) => part < 256)
    ? Uint8Array.from(parts)
    : undefined
}

const six = (host: string): Uint8Array | undefined => {
  if (!host.includes(":")) return undefined
  const dotted = four(host.slice(host.lastIndexOf(":") + 1))
  const text = dotted === undefined
    ? host
    : `${host.slice(0, host.lastIndexOf(":") + 1)}${((dotted[0]! << 8) | dotted[1]!).toString(16)}:${
      ((dotted[2]! << 8) | dotted[3]!).toString(16)
    }`
  const [head = "", tail] = text.replace(/%.*$/, "").split("::")
  const groups = (part: string) => part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16))
  const [left, right] = [groups(head), groups(tail ?? "")]
  const all = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

/** RFC 1928 section 5: an address as its octets, a name with its length before it. */
const request = ({ host, port }: Destination): Uint8Array => {
  const v4 = four(host)
  const v6 = six(host)
  const type = v4 !== undefined ? 1 : v6 !== undefined ? 4 : 3
  const address = v4 ?? v6 ?? short(host)
  return joined(joined(Uint8Array.of(5, 1, 0, type), address), Uint8Array.of(port >> 8, port & 0xff))
}

const broken = (first: number | undefined): Step =>
  failed("ProxyBroken", `it answered with octet ${first} where SOCKS 5 was expected`)

/**
 * A dialogue with a SOCKS proxy. `signIn` is offered beside going without; the proxy chooses.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (to: Destination, signIn?: SignIn): Tunnel => {
  let received: Uint8Array = new Uint8Array(0)
  let state: "method" | "password" | "reply" = "method"
  const step = (): Step => {
    if (state !== "reply") {
      if (received.length === 0) return more()
      const version = state === "method" ? 5 : 1
      if (received[0] !== version) return broken(received[0])
      if (received.length < 2) return more()
      const [, answer] = received
      received = received.subarray(2)
      if (state === "password") {
        if (answer !== 0) return failed("ProxyAuth", "user name or password refused")
        state = "reply"
        return more(request(to))
      }
      if (answer === methods.none) {
        state = "reply"
        return more(request(to))
      }
      if (answer === methods.password && signIn !== undefined) {
        state = "password"
        return more(joined(joined(Uint8Array.of(1), short(signIn.user)), short(signIn.secret)))
      }
      return answer === methods.unacceptable
        ? failed("ProxyAuth", signIn === undefined ? "a sign-in is wanted" : "no way to sign in is accepted")
        : failed("ProxyBroken", `it chose the way to sign in ${answer}, which was not offered`)
    }
    if (received.length > 0 && received[0] !== 5) return broken(received[0])
    if (received.length < 5) return more()
    const [, code = 0, , type, length = 0] = received
    if (code !== 0) {
      const [problem, said] = replies[code] ?? ["ProxyBroken", "unknown reply"]
      return failed(problem, `SOCKS reply ${code}: ${said}`)
    }
    const octets = type === 1 ? 4 : type === 4 ? 16 : type === 3 ? 1 + length : undefined
    if (octets === undefined) return failed("ProxyBroken", `it named an address of type ${type}`)
    // The address that the proxy is bound to, and its port, are of no use here.
    const end = 4 + octets + 2
    return received.length < end ? more() : { _tag: "Open", rest: received.slice(end) }
  }
  return {
    begin: signIn === undefined
      ? Uint8Array.of(5, 1, methods.none)
      : Uint8Array.of(5, 2, methods.none, methods.password),
    hasAsked: () => state === "reply",
    push: (chunk) => {
      received = joined(received, chunk)
      return step()
    }
  }
}
