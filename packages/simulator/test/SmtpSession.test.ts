import { assert, describe, it } from "@effect/vitest"
import { SmtpSession } from "@sonde/simulator/SmtpSession"
import { State } from "@sonde/simulator/State"
import * as World from "@sonde/simulator/World"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { base64, xoauth2 } from "./Client.ts"

const world = Effect.runSync(World.decode({
  tenants: [{ name: "T", domains: ["t.example"], smtpAuth: "on" }],
  mailboxes: [{
    address: "m@t.example",
    password: "fake-m",
    tokens: [{ value: "fake-token", scopes: ["SMTP.Send"], user: "m@t.example" }]
  }]
}))

/** Everything a session inside TLS says to these octets, given in pieces of these sizes. */
const heard = (octets: Buffer, sizes: ReadonlyArray<number>): { readonly text: string; readonly messages: unknown } => {
  const state = new State(world, () => 1_800_000_000_000, "seed")
  let text = ""
  let open = true
  const session = new SmtpSession(state, {
    peer: "192.0.2.1",
    write: (part) => (text += part),
    close: () => (open = false),
    startTls: () => session.secured({ protocol: "TLSv1.3", serverName: undefined }),
    later: (_millis, step) => step()
  })
  session.start()
  session.secured({ protocol: "TLSv1.3", serverName: "smtp.office365.com" })
  let at = 0
  for (let n = 0; at < octets.length && open; n++) {
    const size = sizes[n % sizes.length] ?? 1
    session.push(octets.subarray(at, at + size))
    at += size
  }
  return { text, messages: state.messages }
}

const lines = Schema.Array(Schema.Literals([
  "EHLO client.example",
  "EHLO bad.",
  `AUTH LOGIN ${base64("m@t.example")}`,
  "AUTH LOGIN",
  base64("fake-m"),
  base64("wrong"),
  "*",
  `AUTH XOAUTH2 ${xoauth2("m@t.example", "fake-token")}`,
  "MAIL FROM:<m@t.example>",
  "RCPT TO:<a@b.example>",
  "DATA",
  "From: m@t.example",
  "",
  ".",
  "..",
  "BDAT 12 LAST",
  "BDAT 3",
  "RSET",
  "NOOP",
  "STARTTLS",
  "x".repeat(12_290),
  "x".repeat(12_291),
  "\u0000\u00ff",
  "a\rb\nc"
]))
const sizes = Schema.NonEmptyArray(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 40 })))

describe("SmtpSession", () => {
  it.prop("says the same to the same octets in any chunking", [lines, sizes], ([parts, chunks]) => {
    const octets = Buffer.from(parts.map((line) => `${line}\r\n`).join(""))
    assert.deepStrictEqual(heard(octets, chunks), heard(octets, [octets.length]))
  }, { arbitrary: { runs: 60 } })

  it.prop("says only whole replies to any octets", [Schema.Uint8Array], ([octets]) => {
    assert.match(heard(Buffer.from(octets), [7]).text, /^(?:\d{3}[- ][^\r\n]*\r\n)*$/)
  })

  it("sends a message through a whole conversation in one piece", () => {
    const octets = Buffer.from(
      `EHLO c\r\nAUTH XOAUTH2 ${
        xoauth2("m@t.example", "fake-token")
      }\r\nMAIL FROM:<m@t.example>\r\nRCPT TO:<a@b.example>\r\nDATA\r\nSubject: s\r\n\r\n.\r\nQUIT\r\n`
    )
    const { messages, text } = heard(octets, [octets.length])
    assert.deepStrictEqual(text.match(/^\d{3} /gm), ["220 ", "250 ", "235 ", "250 ", "250 ", "354 ", "250 ", "221 "])
    assert.lengthOf(messages as ReadonlyArray<unknown>, 1)
  })
})
