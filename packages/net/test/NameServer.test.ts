import { assert, describe, it } from "@effect/vitest"
import * as NameServer from "@sonde/net/NameServer"

describe("NameServer.fromString", () => {
  it.each([
    ["192.0.2.53", { kind: "plain", host: "192.0.2.53", port: 53 }],
    ["192.0.2.53:5353", { kind: "plain", host: "192.0.2.53", port: 5353 }],
    ["2001:db8::53", { kind: "plain", host: "2001:db8::53", port: 53 }],
    ["[2001:db8::53]:5353", { kind: "plain", host: "2001:db8::53", port: 5353 }],
    ["tls://9.9.9.9#dns.quad9.net", { kind: "tls", host: "9.9.9.9", port: 853, name: "dns.quad9.net" }],
    ["tls://[2620:fe::fe]:8853#dns.quad9.net", { kind: "tls", host: "2620:fe::fe", port: 8853, name: "dns.quad9.net" }],
    ["tls://dns.quad9.net", { kind: "tls", host: "dns.quad9.net", port: 853, name: "dns.quad9.net" }],
    ["TLS://1.1.1.1", { kind: "tls", host: "1.1.1.1", port: 853, name: "1.1.1.1" }],
    ["https://dns.quad9.net/dns-query", {
      kind: "https",
      host: "dns.quad9.net",
      port: 443,
      name: "dns.quad9.net",
      path: "/dns-query"
    }],
    ["https://[2620:fe::fe]:8443/q", {
      kind: "https",
      host: "2620:fe::fe",
      port: 8443,
      name: "2620:fe::fe",
      path: "/q"
    }]
  ])("reads %s", (text, server) => assert.deepStrictEqual<unknown>(NameServer.fromString(text), server))

  it.each([
    "",
    "dns.example",
    "192.0.2.53:0",
    "192.0.2.53:65536",
    "192.0.2.300",
    "2001:db8::53:x",
    "[192.0.2.53]:53",
    "tls://",
    "tls://9.9.9.9#",
    "tls://9.9.9.9/path",
    "tls://user@9.9.9.9",
    "https://dns.quad9.net",
    "https://dns.quad9.net/",
    "https://user:secret@dns.quad9.net/dns-query",
    "https://dns.quad9.net/dns-query?dns=x",
    "http://dns.quad9.net/dns-query",
    "quic://9.9.9.9"
  ])("takes %j for none", (text) => assert.isUndefined(NameServer.fromString(text)))
})
