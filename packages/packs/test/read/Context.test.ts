import { assert, describe, it } from "@effect/vitest"
import { fromContext, namedIn, type Situation } from "@sonde/packs/read/Context"
import * as Schema from "effect/Schema"

const all = [
  { id: "acme", name: "Acme Mail", aliases: ["acme365"] },
  { id: "other", name: "Other", aliases: [] }
]

describe("fromContext", () => {
  it.each<[string, Situation]>([
    ["smtp.example.com:587, AUTH LOGIN", { mechanism: "LOGIN", host: "smtp.example.com", port: 587 }],
    ["XOAUTH2 on port 993", { mechanism: "XOAUTH2", port: 993 }],
    ["over IMAP, while signing in", { protocol: "imap", service: "imap", phase: "auth" }],
    ["POP3 client", { protocol: "pop3", service: "pop3" }],
    ["ManageSieve", { protocol: "sieve", service: "sieve" }],
    ["at the token endpoint", { protocol: "http", service: "token" }],
    ["in reply to RCPT TO", { phase: "rcpt" }],
    ["after MAIL FROM", { phase: "mail" }],
    ["during the TLS handshake", { phase: "tls" }],
    ["after STARTTLS", { phase: "starttls" }],
    ["in reply to EHLO", { phase: "ehlo" }],
    ["after end of DATA", { phase: "data" }],
    ["port 99999", {}],
    ["nothing of the kind", {}]
  ])("reads %s", (context, expected) => {
    assert.deepStrictEqual(fromContext(context), expected)
  })

  it.prop("is total", [Schema.String], ([text]) => {
    assert.isObject(fromContext(text))
  })
})

describe("namedIn", () => {
  it.each([
    ["sent by Acme Mail", "acme"],
    ["ACME365, again", "acme"],
    ["from acme to other", undefined],
    ["acmes", undefined],
    ["", undefined]
  ])("finds in %s: %s", (context, expected) => {
    assert.strictEqual(namedIn(all, context)?.id, expected)
  })
})
