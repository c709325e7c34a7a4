/**
 * What a protocol differs in is a record of its own, and a protocol that lacks a part of it does not compile: each line that the
 * compiler is told to expect an error in is one that it finds.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Endpoint } from "@sonde/domain/Endpoint"
import { protocols } from "@sonde/domain/Words"
import type { Dialect, Transfer } from "@sonde/phases/dialects/Dialect"
import { dialectOf, transferOf } from "@sonde/phases/dialects/Dialects"
import { lmtp, smtp } from "@sonde/phases/dialects/Smtp"
import * as Result from "effect/Result"

const { transfer, ...withoutTransfer } = smtp
const { farewell: _, ...withoutFarewell } = smtp

// @ts-expect-error: how messages are handed over is missing
const unfinished: Dialect = withoutTransfer
// @ts-expect-error: how leave is taken is missing
const impolite: Dialect = withoutFarewell
// @ts-expect-error: how the end of a message is answered is missing
const silent: Transfer = { hello: lmtp.transfer!.hello, helloWithout: undefined }
// @ts-expect-error: a protocol without a dialect
const incomplete: Record<Exclude<Endpoint["protocol"], "http" | "tls">, Dialect> = {
  smtp,
  imap: smtp,
  pop3: smtp,
  sieve: smtp
}

const at = (protocol: Endpoint["protocol"]) => ({
  endpoint: { protocol, host: "mx.example", port: 1, security: "none" as const }
})

describe("dialects", () => {
  it("are there for every protocol of a mail session", () => {
    const names = protocols.filter((one) => one !== "http" && one !== "tls").map((one) => dialectOf(at(one)).name)
    assert.deepStrictEqual(names, ["SMTP", "LMTP", "IMAP", "POP3", "ManageSieve"])
    assert.strictEqual([unfinished, impolite, silent, incomplete].length, 4)
  })

  it("hand over messages in SMTP and LMTP alone", () => {
    assert.strictEqual(transferOf(at("smtp")), transfer)
    assert.throws(() => transferOf(at("imap")), "IMAP takes no messages")
  })

  it("differ between SMTP and LMTP in how we introduce ourselves and how a message is answered, and in nothing else", () => {
    const [one, other] = [transferOf(at("smtp")), transferOf(at("lmtp"))]
    const hello = ({ hello, helloWithout }: Transfer) => [
      Result.getOrThrow(hello("a.example")),
      helloWithout === undefined ? undefined : Result.getOrThrow(helloWithout("a.example"))
    ]
    assert.deepStrictEqual([hello(one), one.answers], [["EHLO a.example", "HELO a.example"], "message"])
    assert.deepStrictEqual([hello(other), other.answers], [["LHLO a.example", undefined], "recipient"])
    assert.deepStrictEqual({ ...lmtp, name: smtp.name, transfer }, smtp)
  })
})
