import { assert, describe, it } from "@effect/vitest"
import * as Inputs from "@sonde/phases/Inputs"
import * as Result from "effect/Result"

describe("Inputs", () => {
  it.each([
    ["person@example.com", false],
    ["käthe@example.com", false],
    ["\"a b\"@example.com", false],
    ["", true],
    ["person", true],
    ["person@", true],
    ["a b@example.com", true],
    ["person@example.com>\r\nRCPT TO:<x@example.net", true],
    ["person@exa\0mple.com", true]
  ])("judges the address %j", (address, wrong) => {
    assert.strictEqual(Inputs.addressProblem(address) !== undefined, wrong)
  })

  it.each([
    ["client.example", false],
    ["[192.0.2.1]", false],
    ["[IPv6:2001:db8::1]", false],
    ["", true],
    ["client example", true],
    ["client.example\r\nQUIT", true],
    ["bücher.example", true]
  ])("judges the EHLO name %j", (name, wrong) => {
    assert.strictEqual(Inputs.ehloProblem(name) !== undefined, wrong)
  })

  it("marks a given message that is looked for with its run, and with a Message-ID where it has none", () => {
    const said = (text: string) =>
      new TextDecoder().decode(Inputs.givenMessage(text, "<run@example.com>", "01JD").octets)
    assert.strictEqual(
      said("Subject: a\r\n\r\nb\r\n"),
      "X-Sonde-Run: 01JD\r\nMessage-ID: <run@example.com>\r\nSubject: a\r\n\r\nb\r\n"
    )
    assert.strictEqual(
      said("Message-ID: <own@example.com>\n\nb\n"),
      "X-Sonde-Run: 01JD\nMessage-ID: <own@example.com>\n\nb\n"
    )
  })

  it("reads a given message: its own Message-ID, sender, size and octets above 127", () => {
    const text = "From: Person <person@example.com>\nMessage-ID: <own@example.com>\n\nGrüße\n"
    const message = Inputs.givenMessage(text, "<other@example.com>")
    assert.strictEqual(message.messageId, "<own@example.com>")
    assert.deepStrictEqual(message.from, ["person@example.com"])
    assert.isTrue(message.eightBit)
    // Four line ends get a CR each (RFC 1870 section 3 counts the octets as they are sent).
    assert.strictEqual(message.wireOctets, new TextEncoder().encode(text).length + 4)
    assert.strictEqual(new TextDecoder().decode(message.octets), text)
  })

  it("lends its Message-ID to a message that has none", () => {
    const message = Inputs.givenMessage("Subject: x\r\n\r\nbody\r\n", "<other@example.com>")
    assert.deepStrictEqual([message.messageId, message.eightBit, message.wireOctets], [
      "<other@example.com>",
      false,
      20
    ])
  })

  const probe = {
    from: "person@example.com",
    to: ["friend@example.net"],
    date: 1_700_000_000_000,
    messageId: "<01JDK7@example.com>",
    runId: "01JDK7",
    userAgent: "Sonde/0.1.0"
  }

  it("composes the same octets for the same run", () => {
    const once = Result.getOrThrow(Inputs.testMessage(probe))
    const again = Result.getOrThrow(Inputs.testMessage(probe))
    assert.deepStrictEqual(once, again)
    assert.deepStrictEqual([once.messageId, [...once.from]], ["<01JDK7@example.com>", ["person@example.com"]])
    assert.isFalse(once.eightBit)
    assert.notDeepEqual(Result.getOrThrow(Inputs.testMessage({ ...probe, runId: "01JDK8" })).octets, once.octets)
  })

  it("refuses what would become a header of its own", () => {
    assert.isTrue(Result.isFailure(Inputs.testMessage({ ...probe, subject: "x\r\nBcc: all@example.com" })))
  })
})
