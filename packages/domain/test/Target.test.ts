import { assert, describe, it } from "@effect/vitest"
import * as Target from "@sonde/domain/Target"
import * as Result from "effect/Result"

const read = (input: string) => Result.getOrThrowWith(Target.fromText(input), (error) => error)
const refuse = (input: string) => {
  const result = Target.fromText(input)
  if (Result.isSuccess(result)) {
    throw new Error(`${JSON.stringify(input)} was taken as ${JSON.stringify(result.success)}`)
  }
  return result.failure
}

describe("Target.fromText", () => {
  it.each([
    ["person@example.com", "person@example.com", "example.com"],
    ["Person@EXAMPLE.com", "Person@example.com", "example.com"],
    ["  person@example.com\n", "person@example.com", "example.com"],
    ["person@example.com.", "person@example.com", "example.com"],
    ["o'hara+list@example.com", "o'hara+list@example.com", "example.com"],
    ["\"a b@c\"@example.com", "\"a b@c\"@example.com", "example.com"],
    ["käthe@example.com", "käthe@example.com", "example.com"],
    ["kontakt@bücher.example", "kontakt@xn--bcher-kva.example", "xn--bcher-kva.example"],
    ["kontakt@BÜCHER.example", "kontakt@xn--bcher-kva.example", "xn--bcher-kva.example"],
    ["root@localhost", "root@localhost", "localhost"],
    ["a@_odd.example", "a@_odd.example", "_odd.example"]
  ])("reads %j as a mailbox", (input, mailbox, domain) => {
    assert.deepStrictEqual(read(input), { _tag: "Mailbox", input, mailbox, domain })
  })

  it.each([
    ["example.com", "example.com"],
    ["EXAMPLE.com.", "example.com"],
    [" example.com ", "example.com"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["例え.テスト", "xn--r8jz45g.xn--zckzah"],
    ["localhost", "localhost"]
  ])("reads %j as a domain", (input, domain) => {
    assert.deepStrictEqual(read(input), { _tag: "Domain", input, domain })
  })

  it.each([
    ["mail.example.com:587", "mail.example.com", 587],
    ["MAIL.example.com.:25", "mail.example.com", 25],
    ["localhost:2525", "localhost", 2525],
    ["mailhost:25", "mailhost", 25],
    ["bücher.example:465", "xn--bcher-kva.example", 465],
    ["192.0.2.1:587", "192.0.2.1", 587],
    ["[2001:db8::1]:587", "2001:db8::1", 587],
    ["[::1]:1", "::1", 1],
    ["mail.example.com:65535", "mail.example.com", 65535]
  ])("reads %j as a host with a port", (input, host, port) => {
    assert.deepStrictEqual(read(input), { _tag: "Host", input, host, port })
  })

  it.each([
    ["", "is empty", "type a mailbox"],
    ["   ", "is empty", "type a mailbox"],
    ["https://example.com/", "is a URL", "a domain (example.com)"],
    ["smtp://mail.example.com:587", "is a URL", "mail.example.com:587"],
    ["@example.com", "nothing before the @", "the whole address"],
    ["person@", "nothing after the @", "the whole address"],
    ["@", "nothing before the @", "the whole address"],
    ["a b@example.com", "part before the @", "type a mailbox"],
    [".a@example.com", "part before the @", "type a mailbox"],
    ["a.@example.com", "part before the @", "type a mailbox"],
    ["a..b@example.com", "part before the @", "type a mailbox"],
    ["a@b@example.com", "part before the @", "type a mailbox"],
    ["Person <person@example.com>", "part before the @", "type a mailbox"],
    ["per\u0007son@example.com", "part before the @", "type a mailbox"],
    ["per\r\nson@example.com", "part before the @", "type a mailbox"],
    ["person@exa mple.com", "\"exa mple.com\" is no domain", "type a mailbox"],
    ["person@exa\u0000mple.com", "\"exa\\u0000mple.com\" is no domain", "type a mailbox"],
    ["person@-example.com", "is no domain", "type a mailbox"],
    ["person@example..com", "is no domain", "type a mailbox"],
    ["person@192.0.2.1", "is no domain", "type a mailbox"],
    ["person@[192.0.2.1]", "is no domain", "type a mailbox"],
    ["person@example.com:587", "is no domain", "type a mailbox"],
    [`person@${"a".repeat(64)}.example`, "is no domain", "type a mailbox"],
    [`person@${"abcdefg.".repeat(32)}example`, "is no domain", "type a mailbox"],
    ["mail.example.com:0", "port outside 1 to 65535: 0", "mail.example.com:587"],
    ["mail.example.com:65536", "port outside 1 to 65535: 65536", "mail.example.com:587"],
    ["mail.example.com:", "no port number", "mail.example.com:587"],
    ["mail.example.com:smtp", "no port number", "mail.example.com:587"],
    ["mail.example.com:-1", "no port number", "mail.example.com:587"],
    [":587", "names no host", "mail.example.com:587"],
    ["mail example.com:587", "names no host: \"mail example.com\"", "mail.example.com:587"],
    ["[192.0.2.1]:587", "names no host: \"192.0.2.1\"", "mail.example.com:587"],
    ["[2001:db8::g]:587", "names no host: \"2001:db8::g\"", "mail.example.com:587"],
    ["010.0.0.1:587", "names no host: \"010.0.0.1\"", "mail.example.com:587"],
    ["0x7f.1:587", "names no host: \"0x7f.1\"", "mail.example.com:587"],
    ["2130706433", "neither a mailbox nor a host", "type a mailbox"],
    ["192.0.2.1", "is an address without a port", "type 192.0.2.1:587"],
    ["2001:db8::1", "is an address without a port", "type [2001:db8::1]:587"],
    ["2001:db8::1:587", "is an address without a port", "type [2001:db8::1:587]:587"],
    ["[2001:db8::1]", "is an address without a port", "type [2001:db8::1]:587"],
    ["example", "is a single word", "type a mailbox"],
    ["exam\tple.com", "neither a mailbox nor a host", "type a mailbox"],
    ["exam\u001bple.com", "neither a mailbox nor a host", "type a mailbox"],
    ["example.com/path", "neither a mailbox nor a host", "type a mailbox"],
    ["ex%61mple.com", "neither a mailbox nor a host", "type a mailbox"],
    ["..", "neither a mailbox nor a host", "type a mailbox"],
    ["💥", "", "type a mailbox"]
  ])("refuses %j, saying where and what to type", (input, problem, remedy) => {
    const error = refuse(input)
    assert.strictEqual(error.input, input)
    assert.include(error.problem, problem)
    assert.include(error.remedy, remedy)
    assert.strictEqual(error.message, `${JSON.stringify(input)} ${error.problem}; ${error.remedy}`)
    assert.notMatch(error.message, /[\r\n\u0000-\u001f]/)
  })
})

describe("Target.hostName", () => {
  it.each([
    ["Mail.Example.", "mail.example"],
    ["192.0.2.1", "192.0.2.1"],
    ["2001:db8::1", "2001:db8::1"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["a b", undefined],
    ["", undefined],
    ["a:25", undefined]
  ])("gives %j the form resolvers take", (text, host) => {
    assert.strictEqual(Target.hostName(text), host)
  })
})

describe("Target.isAddress", () => {
  it.each([
    ["192.0.2.1", true],
    ["255.255.255.255", true],
    ["::1", true],
    ["2001:db8::192.0.2.1", true],
    ["256.0.0.1", false],
    ["1.2.3", false],
    ["01.2.3.4", false],
    ["[::1]", false],
    ["::g", false],
    ["::1]/[::", false],
    ["::1]:25/x", false],
    ["::1]?:", false],
    ["fe80::1%eth0", false],
    ["example.com", false]
  ])("%j: %s", (text, expected) => {
    assert.strictEqual(Target.isAddress(text), expected)
  })
})
