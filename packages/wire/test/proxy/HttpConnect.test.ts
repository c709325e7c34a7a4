import { assert, describe, it } from "@effect/vitest"
import * as HttpConnect from "@sonde/wire/proxy/HttpConnect"
import type { Step } from "@sonde/wire/proxy/Tunnel"

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const to = { host: "mx.example", port: 587 }

/** Pushes one octet at a time up to the end. */
const play = (text: string, whole = false): Step => {
  const tunnel = HttpConnect.make(to)
  if (whole) return tunnel.push(encoder.encode(text))
  let last: Step = { _tag: "More" }
  for (const octet of encoder.encode(text)) {
    if (last._tag !== "More") break
    last = tunnel.push(Uint8Array.of(octet))
  }
  return last
}

describe("HttpConnect", () => {
  it("asks in the form of RFC 9112, with a sign-in where there is one", () => {
    assert.strictEqual(
      decoder.decode(HttpConnect.make(to).begin),
      "CONNECT mx.example:587 HTTP/1.1\r\nHost: mx.example:587\r\n\r\n"
    )
    assert.strictEqual(
      decoder.decode(HttpConnect.make({ host: "2001:db8::25", port: 25 }, { user: "al", secret: "pä" }).begin),
      `CONNECT [2001:db8::25]:25 HTTP/1.1\r\nHost: [2001:db8::25]:25\r\nProxy-Authorization: Basic ${
        Buffer.from("al:pä").toString("base64")
      }\r\n\r\n`
    )
  })

  it("opens after any 2xx, and keeps what the server said already", () => {
    assert.deepStrictEqual(play("HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\n220 hi\r\n", true), {
      _tag: "Open",
      rest: encoder.encode("220 hi\r\n")
    })
    assert.deepStrictEqual(play("HTTP/1.0 204 x\n\n"), { _tag: "Open", rest: new Uint8Array(0) })
    assert.deepStrictEqual(play("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\n\r\n"), {
      _tag: "Open",
      rest: new Uint8Array(0)
    })
  })

  it.each([
    ["403 Forbidden", "", "ProxyDenied"],
    ["407 Proxy Authentication Required", "Proxy-Status: x; error=connection_refused", "ProxyAuth"],
    ["502 Bad Gateway", "", "Unreachable"],
    ["502 Bad Gateway", "Proxy-Status: cache.example; error=connection_refused; details=\"x\"", "Refused"],
    ["502 Bad Gateway", "proxy-status: cache.example; error=\"connection_timeout\"", "Timeout"],
    ["502 Bad Gateway", "Proxy-Status: c; error=destination_ip_prohibited", "ProxyDenied"],
    ["503 Service Unavailable", "X-Squid-Error: ERR_CONNECT_FAIL 111", "Refused"],
    ["503 Service Unavailable", "X-Squid-Error: ERR_CONNECT_FAIL 110", "Timeout"],
    ["503 Service Unavailable", "X-Squid-Error: ERR_DNS_FAIL 0", "Unreachable"],
    ["504 Gateway Timeout", "", "Timeout"],
    ["405 Method Not Allowed", "", "ProxyBroken"],
    ["301 Moved Permanently", "", "ProxyBroken"]
  ])("reads %s with %j as %s", (status, field, problem) => {
    const step = play(`HTTP/1.1 ${status}\r\n${field === "" ? "" : `${field}\r\n`}\r\n`)
    assert.isTrue(
      step._tag === "Failed" && step.problem === problem && step.said.startsWith(`HTTP ${status.slice(0, 3)}`)
    )
  })

  it("does not repeat what signs in", () => {
    const tunnel = HttpConnect.make(to, { user: "al", secret: "hunter2" })
    const echoed = `hunter2 ${Buffer.from("al:hunter2").toString("base64")}`
    assert.deepStrictEqual(tunnel.push(encoder.encode(`HTTP/1.1 407 ${echoed}\r\n\r\n`)), {
      _tag: "Failed",
      problem: "ProxyAuth",
      said: "HTTP 407 *** ***"
    })
  })

  it.each([
    "220 mx.example ESMTP\r\n",
    "SSH-2.0-x\r\n",
    "HTTP/1.1 twenty\r\n\r\n",
    `HTTP/1.1 200 x\r\nX: ${"x".repeat(20_000)}`
  ])(
    "fails for what is no proxy: %j",
    (text) => {
      const step = play(text, true)
      assert.isTrue(step._tag === "Failed" && step.problem === "ProxyBroken" && !/[^\x20-\x7e]/.test(step.said))
    }
  )
})
