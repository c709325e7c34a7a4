import { assert, describe, it } from "@effect/vitest"
import * as Proxy from "@sonde/net/Proxy"

describe("Proxy.fromString", () => {
  it.each([
    ["socks5://127.0.0.1:1080", {
      kind: "socks5",
      resolves: "here",
      host: "127.0.0.1",
      port: 1080,
      place: "socks5://127.0.0.1:1080"
    }],
    ["socks5h://proxy.example", {
      kind: "socks5",
      resolves: "proxy",
      host: "proxy.example",
      port: 1080,
      place: "socks5h://proxy.example:1080"
    }],
    ["HTTP://[2001:db8::1]:3128/", {
      kind: "http",
      resolves: "proxy",
      host: "2001:db8::1",
      port: 3128,
      place: "http://[2001:db8::1]:3128"
    }],
    ["socks5://al%40firm@proxy.example:9050", {
      kind: "socks5",
      resolves: "here",
      host: "proxy.example",
      port: 9050,
      place: "socks5://proxy.example:9050",
      user: "al@firm"
    }]
  ])("reads %s", (text, proxy) => assert.deepStrictEqual<unknown>(Proxy.fromString(text), proxy))

  it("tells a password that stands in it, which has no place there", () => {
    assert.strictEqual(Proxy.fromString("http://alice:hunter2@proxy.example:3128"), "secret")
  })

  it.each([
    "",
    "proxy.example:3128",
    "https://proxy.example:443",
    "socks4://proxy.example:1080",
    "socks5://",
    "socks5://@proxy.example",
    "socks5://proxy.example:0",
    "socks5://proxy.example:65536",
    "socks5://300.0.0.1",
    "socks5://[192.0.2.1]:1080",
    "http://proxy.example:3128/path",
    "http://al%zz@proxy.example"
  ])("takes %j for none", (text) => assert.isUndefined(Proxy.fromString(text)))
})
