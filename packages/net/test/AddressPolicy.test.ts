import { assert, describe, it } from "@effect/vitest"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import * as IpAddress from "@sonde/net/IpAddress"
import * as Schema from "effect/Schema"

const kinds: ReadonlyArray<readonly [address: string, kind: AddressPolicy.AddressKind]> = [
  ["0.0.0.0", "unspecified"],
  ["0.1.2.3", "reserved"],
  ["9.255.255.255", "public"],
  ["10.0.0.0", "private"],
  ["10.255.255.255", "private"],
  ["11.0.0.0", "public"],
  ["100.63.255.255", "public"],
  ["100.64.0.0", "shared"],
  ["100.127.255.255", "shared"],
  ["100.128.0.0", "public"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["169.254.169.254", "link-local"],
  ["172.15.255.255", "public"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["172.32.0.0", "public"],
  ["192.0.0.8", "reserved"],
  ["192.0.2.1", "documentation"],
  ["192.88.99.1", "reserved"],
  ["192.168.1.1", "private"],
  ["198.17.255.255", "public"],
  ["198.18.0.1", "reserved"],
  ["198.19.255.255", "reserved"],
  ["198.20.0.0", "public"],
  ["198.51.100.7", "documentation"],
  ["203.0.113.7", "documentation"],
  ["223.255.255.255", "public"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.255", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "reserved"],
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["::2", "reserved"],
  ["::127.0.0.1", "loopback"],
  ["::ffff:127.0.0.1", "loopback"],
  ["::ffff:7f00:1", "loopback"],
  ["::ffff:192.168.0.1", "private"],
  ["::ffff:8.8.8.8", "public"],
  ["::ffff:0:10.0.0.1", "private"],
  ["64:ff9b::7f00:1", "loopback"],
  ["64:ff9b::8.8.8.8", "public"],
  ["64:ff9b:1::8.8.8.8", "private"],
  ["100::1", "reserved"],
  ["2001::1", "reserved"],
  ["2001:1ff:ffff::", "reserved"],
  ["2001:200::1", "public"],
  ["2001:db8::1", "documentation"],
  ["2002:7f00:1::1", "loopback"],
  ["2002:a00:1::1", "private"],
  ["2002:808:808::1", "public"],
  ["2606:4700::1", "public"],
  ["3fff::1", "documentation"],
  ["3fff:1000::1", "public"],
  ["4000::1", "reserved"],
  ["5f00::1", "reserved"],
  ["fbff::1", "reserved"],
  ["fc00::1", "private"],
  ["fdff::1", "private"],
  ["fe80::1", "link-local"],
  ["fe80::1%eth0", "link-local"],
  ["fec0::1", "private"],
  ["ff02::1", "multicast"],
  ["localhost", "invalid"],
  ["", "invalid"],
  ["127.1", "invalid"],
  ["0177.0.0.1", "invalid"],
  ["127.0.0.256", "invalid"],
  ["1::2::3", "invalid"],
  ["1:2:3:4:5:6:7", "invalid"],
  ["1:2:3:4:5:6:7:8:9", "invalid"],
  ["1:2:3:4:5:6:7:8::", "invalid"],
  ["12345::", "invalid"],
  ["[::1]", "invalid"]
]

const octet = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))
const group = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))

describe("AddressPolicy", () => {
  it.each(kinds)("calls %s %s", (address, kind) => assert.strictEqual(AddressPolicy.classify(address), kind))

  it.prop("sees through every mapped address", [octet, octet, octet, octet], (octets) => {
    const four = octets.join(".")
    assert.strictEqual(AddressPolicy.classify(`::ffff:${four}`), AddressPolicy.classify(four))
  })

  it.prop("reads any IPv6 address the same with and without leading zeros", [group, group, group, group], (groups) => {
    const short = groups.map((value) => value.toString(16))
    const long = short.map((value) => value.padStart(4, "0").toUpperCase())
    assert.isTrue(IpAddress.isSame(`2001:db8::${short.join(":")}`, `2001:DB8:0:0:${long.join(":")}`))
  })

  it("allows public addresses on the ports of mail and nothing else", () => {
    const rule = AddressPolicy.publicOnly()
    assert.isTrue(rule.isAllowed("8.8.8.8", 587))
    assert.isFalse(rule.isAllowed("8.8.8.8", 22))
    assert.isFalse(rule.isAllowed("100.64.0.1", 25))
    assert.isFalse(rule.isAllowed("203.0.113.1", 25))
    assert.isFalse(rule.isAllowed("mx.example", 25))
    assert.isTrue(AddressPolicy.publicOnly([2525]).isAllowed("2606:4700::1", 2525))
  })
})

describe("publicOnly", () => {
  const rows: ReadonlyArray<readonly [address: string, port: number, allowed: boolean]> = [
    ["9.9.9.9", 25, true],
    ["9.9.9.9", 4190, true],
    ["9.9.9.9", 80, false],
    ["127.0.0.1", 25, false],
    ["2606:4700::1", 587, true],
    ["2606:4700::1%eth0", 587, false],
    ["fe80::1%eth0", 587, false],
    ["mx.example", 587, false]
  ]
  for (const [address, port, allowed] of rows) {
    it(`${allowed ? "allows" : "denies"} ${address} on port ${port}`, () => {
      assert.strictEqual(AddressPolicy.publicOnly().isAllowed(address, port), allowed)
    })
  }

  it("allows any port where any may be, and is coarse", () => {
    const rule = AddressPolicy.publicOnly("any")
    assert.isTrue(rule.isAllowed("9.9.9.9", 8080))
    assert.isFalse(rule.isAllowed("10.0.0.1", 8080))
    assert.isTrue(rule.coarse)
  })
})

describe("the name of a host", () => {
  const insides = [
    "localhost",
    "LOCALHOST.",
    "mail.localhost",
    "printer.local",
    "metadata.google.internal",
    "router.home.arpa",
    "hidden.onion",
    "intranet"
  ]
  for (const name of insides) {
    it(`is one for inside: ${name}`, () => {
      assert.isTrue(AddressPolicy.isInsideName(name))
      assert.isFalse(AddressPolicy.isPublicHost(name))
    })
  }
  for (const name of ["mx.example", "MX.Example.", "local.example", "internal.example.com", "mylocalhost.example"]) {
    it(`may be public: ${name}`, () => {
      assert.isFalse(AddressPolicy.isInsideName(name))
      assert.isTrue(AddressPolicy.isPublicHost(name))
    })
  }

  it("is public as an address where the address is", () => {
    assert.isTrue(AddressPolicy.isPublicHost("9.9.9.9"))
    assert.isFalse(AddressPolicy.isPublicHost("10.0.0.1."))
    assert.isFalse(AddressPolicy.isPublicHost("::1"))
  })
})
