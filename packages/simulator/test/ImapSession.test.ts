import { assert, describe, it } from "@effect/vitest"
import * as ExchangeReaders from "@sonde/simulator/ExchangeReaders"
import { ImapSession } from "@sonde/simulator/ImapSession"
import { State } from "@sonde/simulator/State"
import * as World from "@sonde/simulator/World"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { base64, xoauth2 } from "./Client.ts"

const world = Effect.runSync(World.decode({
  tenants: [{ name: "T", domains: ["t.example"], imapPopBasicAuth: "allowed" }],
  mailboxes: [{
    address: "m@t.example",
    password: "fake-m",
    tokens: [{ value: "fake-token", scopes: ["IMAP.AccessAsUser.All"], user: "m@t.example" }]
  }]
}))

const message = [
  "From: Ada <ada@t.example>",
  "To: m@t.example",
  "Subject: first",
  "Message-ID: <1@t.example>",
  "Date: Sat, 28 Nov 2026 10:00:00 +0000",
  "",
  "line one",
  ""
].join("\r\n")

/** Everything a session inside TLS says to these octets, given in pieces of these sizes. */
const heard = (octets: Buffer, sizes: ReadonlyArray<number> = [octets.length]): string => {
  const state = new State(world, () => 1_795_860_000_000, "seed")
  for (const text of [message, message.replace("first", "second").replace("1@t", "2@t")]) {
    state.mail.deliver("m@t.example", "INBOX", Buffer.from(text))
  }
  let said = ""
  let open = true
  const session = new ImapSession(ExchangeReaders.imap(state), {
    peer: "192.0.2.1",
    write: (part) => (said += part.toString("latin1")),
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
  return said.replace(/^\* OK [^\r\n]*\r\n/, "")
}

const signedIn = "s LOGIN m@t.example fake-m\r\n"
/** What is said after the sign-in and, with `folder`, after SELECT. */
const after = (folder: "EXAMINE" | "SELECT" | undefined, ...commands: ReadonlyArray<string>): string => {
  const select = folder === undefined ? "" : `f ${folder} INBOX\r\n`
  const all = heard(Buffer.from(`${signedIn}${select}${commands.join("\r\n")}\r\n`, "latin1"))
  const start = folder === undefined ?
    "s OK LOGIN completed.\r\n" :
    `f OK [READ-${folder === "SELECT" ? "WRITE" : "ONLY"}] ${folder} completed.\r\n`
  assert.include(all, start)
  return all.slice(all.indexOf(start) + start.length)
}

const lines = Schema.NonEmptyArray(Schema.Literals([
  signedIn.trim(),
  "a CAPABILITY",
  "a SELECT INBOX",
  "a EXAMINE \"Junk Email\"",
  "a FETCH 1:* (FLAGS UID BODY[])",
  "a UID FETCH * BODY.PEEK[HEADER.FIELDS (SUBJECT)]<0.5>",
  "a SEARCH OR SUBJECT {5}",
  "a SEARCH SUBJECT {5+}",
  "first ALL",
  "a STORE 1 +FLAGS (\\Deleted)",
  "a EXPUNGE",
  "a APPEND INBOX {12+}",
  "Subject: x",
  "",
  "a IDLE",
  "DONE",
  "a AUTHENTICATE PLAIN",
  base64("\u0000m@t.example\u0000fake-m"),
  `a AUTHENTICATE XOAUTH2 ${xoauth2("m@t.example", "fake-token")}`,
  "*",
  "x".repeat(10_500),
  "x".repeat(10_501),
  `a NOOP ${"y".repeat(9000)} {99999999+}`,
  "\u0000\u00ff",
  "a LIST \"\" *%*%*%*%*",
  "a SEARCH ((((((((((((((((((((((ALL))))))))))))))))))))))",
  "a FETCH 4294967295:0 ALL"
]))
const sizes = Schema.NonEmptyArray(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 40 })))

describe("ImapSession", () => {
  it.prop("says the same to the same octets in any chunking", [lines, sizes], ([parts, chunks]) => {
    const octets = Buffer.from(parts.map((line) => `${line}\r\n`).join(""), "latin1")
    assert.strictEqual(heard(octets, chunks), heard(octets))
  }, { arbitrary: { runs: 80 } })

  it.prop("survives any octets, before and after the sign-in", [Schema.Uint8Array, lines], ([octets, parts]) => {
    const text = heard(Buffer.concat([Buffer.from(`${parts.join("\r\n")}\r\n`, "latin1"), Buffer.from(octets)]), [7])
    assert.isTrue(text === "" || text.endsWith("\r\n"))
  })

  it.each<[string, string, string]>([
    ["a command nobody knows", "a NONSENSE", "a BAD Command Error. 12\r\n"],
    ["a line without a command", "a", "* BAD Command Error. 12\r\n"],
    ["a command before the sign-in", "a SELECT INBOX", "a BAD Command received in Invalid state.\r\n"],
    ["an argument that is missing", "a LOGIN m@t.example", "a BAD Command Argument Error. 11\r\n"],
    ["a wrong password", "a LOGIN m@t.example wrong", "a NO LOGIN failed.\r\n"],
    ["a sign-in with quoted strings", "a LOGIN \"m@t.example\" \"fake-m\"", "a OK LOGIN completed.\r\n"],
    ["a sign-in with literals", "a LOGIN {11+}\r\nm@t.example {6+}\r\nfake-m", "a OK LOGIN completed.\r\n"],
    [
      "a sign-in with literals that wait",
      "a LOGIN {11}\r\nm@t.example {6}\r\nfake-m",
      "+ Ready for additional command text.\r\n+ Ready for additional command text.\r\na OK LOGIN completed.\r\n"
    ],
    [
      "PLAIN in two steps",
      `a AUTHENTICATE PLAIN\r\n${base64("\u0000m@t.example\u0000fake-m")}`,
      "+ \r\na OK AUTHENTICATE completed.\r\n"
    ],
    [
      "PLAIN in one",
      `a AUTHENTICATE PLAIN ${base64("\u0000m@t.example\u0000fake-m")}`,
      "a OK AUTHENTICATE completed.\r\n"
    ],
    [
      "LOGIN as a mechanism",
      `a AUTHENTICATE LOGIN\r\n${base64("m@t.example")}\r\n${base64("fake-m")}`,
      "+ VXNlcm5hbWU6\r\n+ UGFzc3dvcmQ6\r\na OK AUTHENTICATE completed.\r\n"
    ],
    [
      "XOAUTH2 in two steps",
      `a AUTHENTICATE XOAUTH2\r\n${xoauth2("m@t.example", "fake-token")}`,
      "+ \r\na OK AUTHENTICATE completed.\r\n"
    ],
    ["a cancelled exchange", "a AUTHENTICATE PLAIN\r\n*", "+ \r\na NO AUTHENTICATE failed.\r\n"],
    ["a mechanism that is not there", "a AUTHENTICATE CRAM-MD5", "a NO AUTHENTICATE failed.\r\n"],
    ["what is no Base64", "a AUTHENTICATE PLAIN x!", "a BAD Command Argument Error. 11\r\n"],
    ["STARTTLS inside TLS", "a STARTTLS", "a BAD Command received in Invalid state.\r\n"],
    ["a literal that is too large", "a LOGIN {9000}", "a BAD Command Argument Error. 11\r\n"],
    [
      "a literal that is too large and comes all the same",
      `a LOGIN {9000+}\r\n${"x".repeat(9000)} {3+}\r\nabc\r\nb NOOP`,
      "a BAD Command Argument Error. 11\r\nb OK NOOP completed.\r\n"
    ],
    [
      "ID",
      "a ID (\"name\" \"x\" \"version\" NIL)",
      "* ID (\"name\" \"Microsoft.Exchange.Imap4.Imap4Server\" \"version\" \"15.20\")\r\na OK ID completed\r\n"
    ],
    [
      "LOGOUT",
      "a LOGOUT\r\nb NOOP",
      "* BYE Microsoft Exchange Server IMAP4 server signing off.\r\na OK LOGOUT completed.\r\n"
    ]
  ])("answers %s", (_title, sent, expected) => {
    assert.strictEqual(heard(Buffer.from(`${sent}\r\n`)), expected)
  })

  it("takes a line of 10 500 octets, refuses one of 10 501, and a SASL response of 12 288 and 12 289", () => {
    const noop = (octets: number) => heard(Buffer.from(`${"a NOOP".padEnd(octets, "x")}\r\nb NOOP\r\n`))
    assert.strictEqual(noop(10_500), "a BAD Command Error. 12\r\nb OK NOOP completed.\r\n")
    assert.strictEqual(noop(10_501), "* BAD Command Argument Error. 11\r\nb OK NOOP completed.\r\n")
    const response = (octets: number) =>
      heard(Buffer.from(`a AUTHENTICATE PLAIN\r\n${"A".repeat(octets)}\r\nb NOOP\r\n`))
    assert.strictEqual(response(12_288), "+ \r\na NO AUTHENTICATE failed.\r\nb OK NOOP completed.\r\n")
    assert.strictEqual(response(12_289), "+ \r\na BAD Command Argument Error. 11\r\nb OK NOOP completed.\r\n")
  })

  it("hangs up after ten refusals", () => {
    const text = heard(Buffer.from("a X\r\n".repeat(12)))
    assert.strictEqual(text, `${"a BAD Command Error. 12\r\n".repeat(10)}* BYE Connection is closed. 13\r\n`)
  })

  it("selects a folder and tells what is in it", () => {
    const text = heard(Buffer.from(`${signedIn}a SELECT inbox\r\nb EXAMINE Nowhere\r\nc FETCH 1 FLAGS\r\n`))
    assert.strictEqual(
      text,
      [
        "s OK LOGIN completed.",
        "* 2 EXISTS",
        "* 0 RECENT",
        "* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)",
        "* OK [PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)] Permanent flags",
        "* OK [UNSEEN 1] Is the first unseen message",
        "* OK [UIDVALIDITY 1] UIDVALIDITY value",
        "* OK [UIDNEXT 3] The next unique identifier value",
        "a OK [READ-WRITE] SELECT completed.",
        "b NO Nowhere doesn't exist.",
        "c BAD Command received in Invalid state.",
        ""
      ].join("\r\n")
    )
  })

  it.each<[string, ReadonlyArray<string>, string]>([
    [
      "flags, identifier, size and time",
      ["a FETCH 1 FAST", "b UID FETCH 2 UID"],
      "* 1 FETCH (FLAGS () INTERNALDATE \"28-Nov-2026 10:00:00 +0000\" RFC822.SIZE 138)\r\na OK FETCH completed.\r\n"
      + "* 2 FETCH (UID 2)\r\nb OK FETCH completed.\r\n"
    ],
    [
      "fields of the header, without marking it read",
      ["a FETCH 2 (BODY.PEEK[HEADER.FIELDS (Subject \"message-id\")] FLAGS)"],
      "* 2 FETCH (BODY[HEADER.FIELDS (SUBJECT \"MESSAGE-ID\")] {46}\r\nSubject: second\r\nMessage-ID: <2@t.example>\r\n\r\n FLAGS ())\r\na OK FETCH completed.\r\n"
    ],
    [
      "a part of the text, marking it read",
      ["a FETCH 1 BODY[TEXT]<5.3>", "b FETCH 1 BODY[TEXT]"],
      "* 1 FETCH (BODY[TEXT]<5> {3}\r\none FLAGS (\\Seen))\r\na OK FETCH completed.\r\n"
      + "* 1 FETCH (BODY[TEXT] {10}\r\nline one\r\n)\r\nb OK FETCH completed.\r\n"
    ],
    [
      "a message that is not there",
      ["a FETCH 3 FLAGS", "b UID FETCH 9 FLAGS"],
      "a BAD Command Argument Error. 11\r\nb OK FETCH completed.\r\n"
    ],
    ["an item nobody knows", ["a FETCH 1 (FLAGS MAGIC)"], "a BAD Command Argument Error. 11\r\n"],
    [
      "SEARCH by header, subject, day and flag",
      [
        "a SEARCH HEADER Message-ID <2@t.example>",
        "b UID SEARCH SUBJECT FIRST UNSEEN",
        "c SEARCH SINCE 28-Nov-2026",
        "d SEARCH SENTBEFORE 28-Nov-2026",
        "e SEARCH NOT 1 ALL"
      ],
      "* SEARCH 2\r\na OK SEARCH completed.\r\n* SEARCH 1\r\nb OK SEARCH completed.\r\n* SEARCH 1 2\r\nc OK SEARCH completed.\r\n* SEARCH\r\nd OK SEARCH completed.\r\n* SEARCH 2\r\ne OK SEARCH completed.\r\n"
    ],
    [
      "SEARCH in another character set",
      ["a SEARCH CHARSET KOI8-R ALL"],
      "a NO [BADCHARSET (US-ASCII UTF-8)] The specified charset is not supported.\r\n"
    ],
    [
      "deleting and expunging",
      ["a STORE 1 +FLAGS (\\deleted)", "b EXPUNGE", "c UID SEARCH ALL"],
      "* 1 FETCH (FLAGS (\\Deleted))\r\na OK STORE completed.\r\n* 1 EXPUNGE\r\nb OK EXPUNGE completed.\r\n* SEARCH 2\r\nc OK SEARCH completed.\r\n"
    ],
    [
      "moving and copying, with the identifiers there",
      ["a COPY 1:2 \"Archive\"", "b UID MOVE 2 Archive", "c STATUS Archive (MESSAGES UIDNEXT UNSEEN)"],
      "a OK [COPYUID 2 1:2 1:2] COPY completed.\r\n* OK [COPYUID 2 2 3]\r\n* 2 EXPUNGE\r\nb OK MOVE completed.\r\n* STATUS Archive (MESSAGES 3 UIDNEXT 4 UNSEEN 3)\r\nc OK STATUS completed.\r\n"
    ],
    [
      "appending, seen by the session at once",
      ["a APPEND INBOX (\\Seen) \"28-Nov-2026 10:00:00 +0000\" {5+}\r\nA: b\n", "b FETCH 3 FLAGS"],
      "* 3 EXISTS\r\n* 0 RECENT\r\na OK [APPENDUID 1 3] APPEND completed.\r\n* 3 FETCH (FLAGS (\\Seen))\r\nb OK FETCH completed.\r\n"
    ],
    ["leaving", ["a UNSELECT", "b CLOSE"], "a OK UNSELECT completed.\r\nb BAD Command received in Invalid state.\r\n"]
  ])("answers %s", (_title, commands, expected) => {
    assert.strictEqual(after("SELECT", ...commands), expected)
  })

  it("changes nothing in a folder that is only examined", () => {
    const text = after("EXAMINE", "a STORE 1 FLAGS (\\Seen)", "b FETCH 1 BODY[TEXT]", "c FETCH 1 FLAGS")
    assert.match(text, /^a NO /)
    assert.include(text, "* 1 FETCH (FLAGS ())\r\nc OK FETCH completed.\r\n")
  })

  it("lists folders by pattern, and the hierarchy separator", () => {
    const text = after(undefined, "a LIST \"\" \"\"", "b LIST \"\" \"*items\"", "c LSUB \"\" \"J%\"", "d NAMESPACE")
    assert.strictEqual(
      text,
      "* LIST (\\Noselect) \"/\" \"\"\r\na OK LIST completed.\r\n"
        + "* LIST (\\HasNoChildren \\Trash) \"/\" \"Deleted Items\"\r\n* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent Items\"\r\nb OK LIST completed.\r\n"
        + "* LSUB (\\HasNoChildren \\Junk) \"/\" \"Junk Email\"\r\nc OK LSUB completed.\r\n"
        + "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\nd OK NAMESPACE completed.\r\n"
    )
  })
})
