import { assert, describe, it } from "@effect/vitest"
import * as ExchangeReaders from "@sonde/simulator/ExchangeReaders"
import { Pop3Session } from "@sonde/simulator/Pop3Session"
import { State } from "@sonde/simulator/State"
import * as World from "@sonde/simulator/World"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { base64, xoauth2 } from "./Client.ts"

const world = Effect.runSync(World.decode({
  tenants: [{ name: "T", domains: ["t.example"], imapPopBasicAuth: "allowed" }],
  mailboxes: [{
    address: "m@t.example",
    password: "fake m",
    tokens: [{ value: "fake-token", scopes: ["POP.AccessAsUser.All"], user: "m@t.example" }]
  }]
}))

/** Everything a session inside TLS says to these octets, and the identifiers left in the inbox after it. */
const heard = (
  octets: Buffer,
  sizes: ReadonlyArray<number> = [octets.length]
): { readonly text: string; readonly left: ReadonlyArray<number> } => {
  const state = new State(world, () => 1_795_860_000_000, "seed")
  for (const n of [1, 2]) {
    state.mail.deliver("m@t.example", "INBOX", Buffer.from(`Subject: ${n}\r\n\r\n.dot\r\nsecond\r\n`))
  }
  let text = ""
  let open = true
  const session = new Pop3Session(ExchangeReaders.pop3(state), {
    peer: "192.0.2.1",
    write: (part) => (text += part.toString("latin1")),
    close: () => (open = false),
    startTls: () => session.secured({ protocol: "TLSv1.3", serverName: undefined }),
    later: (_millis, step) => step()
  })
  session.secured({ protocol: "TLSv1.3", serverName: undefined })
  session.start()
  for (let at = 0, n = 0; at < octets.length && open; n++) {
    const size = sizes[n % sizes.length] ?? 1
    session.push(octets.subarray(at, at + size))
    at += size
  }
  session.gone()
  return {
    text: text.replace(/^\+OK [^\r\n]*\r\n/, ""),
    left: state.mail.folders("m@t.example")[0]?.messages.map((one) => one.uid) ?? []
  }
}

const signIn = "USER m@t.example\r\nPASS fake m\r\n"
const signedIn = "+OK\r\n+OK User successfully logged on.\r\n"

const lines = Schema.NonEmptyArray(Schema.Literals([
  "USER m@t.example",
  "PASS fake m",
  "PASS",
  "CAPA",
  "STAT",
  "LIST",
  "LIST 1",
  "UIDL 2",
  "RETR 1",
  "TOP 1 0",
  "TOP 1",
  "DELE 1",
  "DELE 99999999999",
  "RSET",
  "NOOP",
  "AUTH",
  "AUTH PLAIN",
  base64("\u0000m@t.example\u0000fake m"),
  "AUTH XOAUTH2",
  xoauth2("m@t.example", "fake-token"),
  "*",
  "x".repeat(2048),
  "x".repeat(2049),
  "\u0000\u00ff"
]))
const sizes = Schema.NonEmptyArray(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 40 })))

describe("Pop3Session", () => {
  it.prop("says the same to the same octets in any chunking", [lines, sizes], ([parts, chunks]) => {
    const octets = Buffer.from(parts.map((line) => `${line}\r\n`).join(""), "latin1")
    assert.deepStrictEqual(heard(octets, chunks), heard(octets))
  }, { arbitrary: { runs: 80 } })

  it.prop("survives any octets", [Schema.Uint8Array, lines], ([octets, parts]) => {
    const { text } = heard(Buffer.concat([Buffer.from(`${parts.join("\r\n")}\r\n`, "latin1"), Buffer.from(octets)]), [
      7
    ])
    assert.isTrue(text === "" || text.endsWith("\r\n"))
  })

  it.each<[string, string, string]>([
    ["CAPA", "CAPA", "+OK\r\nTOP\r\nUIDL\r\nSASL PLAIN XOAUTH2\r\nUSER\r\n.\r\n"],
    ["a password with a blank", signIn.trim(), signedIn],
    [
      "a wrong password",
      "USER m@t.example\r\nPASS fake",
      "+OK\r\n-ERR Logon failure: unknown user name or bad password.\r\n"
    ],
    ["PASS without USER", "PASS fake", "-ERR Command is not valid in this state.\r\n"],
    ["STAT before the sign-in", "STAT", "-ERR Command is not valid in this state.\r\n"],
    ["a second sign-in", `${signIn}USER m@t.example`, `${signedIn}-ERR Command is not valid in this state.\r\n`],
    ["what nobody knows", "MAGIC", "-ERR Protocol error. 14\r\n"],
    ["STLS inside TLS", "STLS", "-ERR Command is not valid in this state.\r\n"],
    [
      "XOAUTH2 on two lines",
      `AUTH XOAUTH2\r\n${xoauth2("m@t.example", "fake-token")}\r\nSTAT`,
      "+ \r\n+OK User successfully authenticated.\r\n+OK 2 56\r\n"
    ],
    [
      "XOAUTH2 on one line, which ends the connection",
      `AUTH XOAUTH2 ${xoauth2("m@t.example", "fake-token")}\r\nSTAT`,
      "-ERR Protocol error. Connection is closed. 10\r\n"
    ],
    [
      "a cancelled exchange",
      "AUTH PLAIN\r\n*",
      "+ \r\n-ERR Authentication failure: unknown user name or bad password.\r\n"
    ],
    [
      "the lists",
      `${signIn}LIST\r\nLIST 2\r\nUIDL\r\nUIDL 3`,
      `${signedIn}+OK 2 56\r\n1 28\r\n2 28\r\n.\r\n+OK 2 28\r\n+OK\r\n1 1\r\n2 2\r\n.\r\n-ERR The message number is not valid.\r\n`
    ],
    [
      "a message with its dots doubled",
      `${signIn}RETR 1`,
      `${signedIn}+OK\r\nSubject: 1\r\n\r\n..dot\r\nsecond\r\n.\r\n`
    ],
    ["the top of a message", `${signIn}TOP 2 1`, `${signedIn}+OK\r\nSubject: 2\r\n\r\n..dot\r\n.\r\n`],
    ["the header alone", `${signIn}TOP 2 0`, `${signedIn}+OK\r\nSubject: 2\r\n\r\n.\r\n`],
    ["TOP without a count", `${signIn}TOP 2`, `${signedIn}-ERR The message number is not valid.\r\n`]
  ])("answers %s", (_title, sent, expected) => {
    assert.strictEqual(heard(Buffer.from(`${sent}\r\n`)).text, expected)
  })

  it("takes messages out at QUIT and not before", () => {
    const dropped = heard(Buffer.from(`${signIn}DELE 1\r\nSTAT\r\nDELE 1\r\n`))
    assert.strictEqual(dropped.text, `${signedIn}+OK\r\n+OK 1 28\r\n-ERR The message number is not valid.\r\n`)
    assert.deepStrictEqual(dropped.left, [1, 2])
    assert.deepStrictEqual(heard(Buffer.from(`${signIn}DELE 1\r\nRSET\r\nQUIT\r\n`)).left, [1, 2])
    const quit = heard(Buffer.from(`${signIn}DELE 1\r\nQUIT\r\nNOOP\r\n`))
    assert.strictEqual(quit.text, `${signedIn}+OK\r\n+OK Microsoft Exchange Server POP3 server signing off.\r\n`)
    assert.deepStrictEqual(quit.left, [2])
  })

  it("takes a line of 2048 octets and refuses one of 2049", () => {
    const user = (octets: number) => heard(Buffer.from(`${"USER ".padEnd(octets, "x")}\r\nNOOP\r\n`)).text
    assert.match(user(2048), /^\+OK\r\n-ERR Command/)
    assert.match(user(2049), /^-ERR Protocol error\. 14\r\n-ERR Command/)
  })
})
