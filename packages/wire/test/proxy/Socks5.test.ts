import { assert, describe, it } from "@effect/vitest"
import * as Socks5 from "@sonde/wire/proxy/Socks5"
import type { Step, Tunnel } from "@sonde/wire/proxy/Tunnel"

const octets = (...values: ReadonlyArray<number>) => Uint8Array.from(values)
const sent = (step: Step) => step._tag === "More" ? [...step.send ?? []] : step

/** Pushes octet by octet and gives the last step and all that was sent. */
const play = (tunnel: Tunnel, ...chunks: ReadonlyArray<ReadonlyArray<number>>) => {
  const out: Array<number> = []
  let last: Step = { _tag: "More" }
  for (const octet of chunks.flat()) {
    if (last._tag !== "More") break
    last = tunnel.push(octets(octet))
    if (last._tag === "More") out.push(...last.send ?? [])
  }
  return { last, out }
}

describe("Socks5", () => {
  it("asks for an IPv4 address without a sign-in", () => {
    const tunnel = Socks5.make({ host: "192.0.2.25", port: 587 })
    assert.deepStrictEqual([...tunnel.begin], [5, 1, 0])
    assert.isFalse(tunnel.hasAsked())
    assert.deepStrictEqual(sent(tunnel.push(octets(5, 0))), [5, 1, 0, 1, 192, 0, 2, 25, 2, 75])
    assert.isTrue(tunnel.hasAsked())
    assert.deepStrictEqual(tunnel.push(octets(5, 0, 0, 1, 10, 0, 0, 1, 4, 56, 50, 50)), {
      _tag: "Open",
      rest: octets(50, 50)
    })
  })

  it.each(
    [
      ["mx.example", [3, 10, ...new TextEncoder().encode("mx.example")]],
      ["2001:db8::25", [4, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x25]],
      ["::ffff:192.0.2.1", [4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1]],
      ["1.2.3.example", [3, 13, ...new TextEncoder().encode("1.2.3.example")]]
    ] as const
  )("names %s", (host, address) => {
    const tunnel = Socks5.make({ host, port: 25 })
    assert.deepStrictEqual(sent(tunnel.push(octets(5, 0))), [5, 1, 0, ...address, 0, 25])
  })

  it("signs in with user name and password where the proxy chooses that", () => {
    const tunnel = Socks5.make({ host: "192.0.2.25", port: 25 }, { user: "al", secret: "pw" })
    assert.deepStrictEqual([...tunnel.begin], [5, 2, 0, 2])
    const { last, out } = play(tunnel, [5, 2], [1, 0], [5, 0, 0, 3, 1, 120, 0, 1], [9])
    assert.deepStrictEqual(out, [1, 2, 97, 108, 2, 112, 119, 5, 1, 0, 1, 192, 0, 2, 25, 0, 25])
    assert.deepStrictEqual(last, { _tag: "Open", rest: octets() })
  })

  it.each(
    [
      [1, "Unreachable"],
      [2, "ProxyDenied"],
      [3, "Unreachable"],
      [4, "Unreachable"],
      [5, "Refused"],
      [6, "Timeout"],
      [7, "ProxyBroken"],
      [8, "ProxyDenied"],
      [77, "ProxyBroken"]
    ] as const
  )("reads reply %d as %s", (code, problem) => {
    const { last } = play(Socks5.make({ host: "192.0.2.25", port: 25 }), [5, 0, 5, code, 0, 1, 0, 0, 0, 0, 0, 0])
    assert.isTrue(last._tag === "Failed" && last.problem === problem && last.said.includes(`${code}`))
  })

  it.each(
    [
      ["no method", [5, 0xff], "ProxyAuth"],
      ["a method that was not offered", [5, 2], "ProxyBroken"],
      ["SOCKS 4", [0, 90], "ProxyBroken"],
      ["a greeting of SMTP", [50, 50], "ProxyBroken"],
      ["an address of an unknown type", [5, 0, 5, 0, 0, 9, 1], "ProxyBroken"]
    ] as const
  )("fails for %s", (_title, chunk, problem) => {
    const { last } = play(Socks5.make({ host: "192.0.2.25", port: 25 }), chunk)
    assert.isTrue(last._tag === "Failed" && last.problem === problem)
  })

  it("does not tell the secret in what it says", () => {
    const tunnel = Socks5.make({ host: "192.0.2.25", port: 25 }, { user: "alice", secret: "hunter2" })
    const { last } = play(tunnel, [5, 2], [1, 1])
    assert.deepStrictEqual(last, { _tag: "Failed", problem: "ProxyAuth", said: "user name or password refused" })
  })
})
