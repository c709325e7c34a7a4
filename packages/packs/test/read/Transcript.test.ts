import { assert, describe, it } from "@effect/vitest"
import { fromTranscript } from "@sonde/packs/read/Transcript"
import { unwrap } from "@sonde/packs/Unwrap"
import * as Schema from "effect/Schema"

const sessions: ReadonlyArray<
  readonly [name: string, text: string, client: string | undefined, host: string | undefined]
> = [
  [
    "swaks",
    `=== Trying smtp.example.com:587...
=== Connected to smtp.example.com.
<-  220 smtp.example.com ESMTP
 -> EHLO me
<-  250-smtp.example.com
<-  250 AUTH PLAIN LOGIN
 -> AUTH LOGIN
<-  334 VXNlcm5hbWU6
 -> dXNlcg==
<-  334 UGFzc3dvcmQ6
 -> c2VjcmV0
<** 535-5.7.8 Not
<** 535 5.7.8 accepted
 -> QUIT
<-  221 2.0.0 Bye
=== Connection closed with remote host.`,
    "swaks",
    "smtp.example.com"
  ],
  [
    "swaks under TLS",
    `=== Connected to smtp.example.com.
<-  220 smtp.example.com ESMTP
 ~> EHLO me
<~  250 AUTH PLAIN LOGIN
 ~> AUTH LOGIN
<~* 535-5.7.8 Not
<~* 535 5.7.8 accepted
 ~> QUIT
<~  221 2.0.0 Bye`,
    "swaks",
    "smtp.example.com"
  ],
  [
    "Nodemailer",
    `[2024-06-01 10:00:00] DEBUG [a1B2] C: EHLO me
[2024-06-01 10:00:00] DEBUG [a1B2] S: 250 AUTH PLAIN LOGIN
[2024-06-01 10:00:00] DEBUG [a1B2] C: AUTH LOGIN
[2024-06-01 10:00:01] DEBUG [a1B2] S: 334 VXNlcm5hbWU6
[2024-06-01 10:00:01] DEBUG [a1B2] S: 535-5.7.8 Not
[2024-06-01 10:00:01] DEBUG [a1B2] S: 535 5.7.8 accepted`,
    undefined,
    undefined
  ],
  [
    "MailKit",
    "Connected to smtps://smtp.example.com:465/\nS: 220 x\nC: EHLO me\nS: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 535-5.7.8 Not\nS: 535 5.7.8 accepted",
    undefined,
    undefined
  ],
  [
    "smtplib",
    "send: 'ehlo me\\r\\n'\nreply: b'250 AUTH LOGIN\\r\\n'\nsend: 'AUTH LOGIN dXNlcg==\\r\\n'\nreply: b'535-5.7.8 Not\\r\\n'\nreply: b'535 5.7.8 accepted\\r\\n'",
    undefined,
    undefined
  ],
  [
    "PHPMailer",
    "2024-06-01 10:00:00 SERVER -> CLIENT: 220 x\n2024-06-01 10:00:00 CLIENT -> SERVER: EHLO me\n2024-06-01 10:00:00 SERVER -> CLIENT: 250 AUTH LOGIN\n2024-06-01 10:00:00 CLIENT -> SERVER: AUTH LOGIN\n2024-06-01 10:00:00 SERVER -> CLIENT: 535-5.7.8 Not\n                          535 5.7.8 accepted",
    undefined,
    undefined
  ],
  [
    "Net::SMTP",
    "-> \"220 x\\r\\n\"\n<- \"EHLO me\\r\\n\"\n-> \"250 AUTH LOGIN\\r\\n\"\n<- \"AUTH LOGIN\\r\\n\"\n-> \"535-5.7.8 Not\\r\\n\"\n-> \"535 5.7.8 accepted\\r\\n\"",
    undefined,
    undefined
  ],
  [
    "curl",
    "* Connected to smtp.example.com (192.0.2.1) port 587\n< 220 x\n> EHLO me\n< 250 AUTH LOGIN\n> AUTH LOGIN\n< 535-5.7.8 Not\n< 535 5.7.8 accepted\n* Closing connection",
    undefined,
    "smtp.example.com"
  ],
  [
    "telnet",
    "Trying 192.0.2.1...\nConnected to smtp.example.com.\nEscape character is '^]'.\n220 x\nEHLO me\n250 AUTH LOGIN\nAUTH LOGIN\n535-5.7.8 Not\n535 5.7.8 accepted\nquit\n221 Bye",
    undefined,
    undefined
  ],
  [
    "Sonde",
    "   1 <-  220 x\n   2 ->  EHLO me\n   3 <-  250 AUTH LOGIN\n   4 ~>  AUTH LOGIN\n   5 <** 535-5.7.8 Not\n         535 5.7.8 accepted\n   6 ~>  QUIT\n   7 <~  221 Bye",
    undefined,
    undefined
  ]
]

describe("fromTranscript", () => {
  it.each(sessions)("reads a session of %s", (_name, text, client, host) => {
    const found = unwrap(text)
    const [first] = found.candidates
    assert.strictEqual(found.kind, "transcript")
    assert.deepStrictEqual(
      [first.code, first.enhanced, first.phase, first.mechanism, first.text.replace(/\s+/gu, " ")],
      [535, "5.7.8", "auth", "LOGIN", "Not accepted"]
    )
    assert.deepStrictEqual([found.client, found.host], [client, host])
  })

  it.each([
    ["mail", "MAIL FROM:<a@b.example>"],
    ["rcpt", "RCPT TO:<a@b.example>"],
    ["data", "DATA"],
    ["data", "."],
    ["starttls", "STARTTLS"],
    ["ehlo", "EHLO me"]
  ])("knows phase %s by %s", (phase, command) => {
    assert.strictEqual(unwrap(`S: 220 x\nC: ${command}\nS: 554 5.7.1 No`).candidates[0].phase, phase)
  })

  it("puts the last refusal first", () => {
    const { candidates } = unwrap(
      "S: 220 x\nC: AUTH NTLM\nS: 504 5.7.4 Unknown\nC: AUTH LOGIN\nS: 535 5.7.8 No\nC: QUIT\nS: 421 4.7.0 Bye"
    )
    assert.deepStrictEqual(candidates.map(({ code, layer, mechanism }) => [layer, code, mechanism]), [
      ["reply", 535, "LOGIN"],
      ["nested", 504, "NTLM"]
    ])
  })

  it("decodes what the server says of a token (RFC 7628 section 3.2.2)", () => {
    const challenge = Buffer.from("{\"status\":\"400\",\"schemes\":\"Bearer\",\"scope\":\"https://mail.example/\"}")
      .toString("base64")
    const [first] = unwrap(`S: 220 x\nC: AUTH XOAUTH2 dXNlcg==\nS: 334 ${challenge}\nC: \nS: 535 5.7.8 No`).candidates
    assert.deepStrictEqual(first.payload, { status: "400", schemes: "Bearer", scope: "https://mail.example/" })
    assert.strictEqual(first.mechanism, "XOAUTH2")
  })

  it("reads IMAP and POP3", () => {
    const [imap] =
      unwrap("S: * OK ready\nC: a1 LOGIN \"u\" \"p\"\nS: a1 NO [AUTHENTICATIONFAILED] No\nC: a2 LOGOUT\nS: * BYE")
        .candidates
    assert.deepStrictEqual([imap.protocol, imap.status, imap.code, imap.phase], [
      "imap",
      "NO",
      "AUTHENTICATIONFAILED",
      "auth"
    ])
    const [pop] = unwrap("+OK ready\nUSER u\n+OK\nPASS p\n-ERR [AUTH] No\nQUIT\n+OK").candidates
    assert.deepStrictEqual([pop.protocol, pop.status, pop.code, pop.phase], ["pop3", "-ERR", "AUTH", "auth"])
  })

  it.each([
    ["a session without a refusal", "S: 220 x\nC: QUIT\nS: 221 Bye"],
    ["notes of a session that went well", "=== Connected to a.\n<-  220 a\n -> QUIT\n<-  221 Bye"],
    ["replies without commands", "550-5.7.1 a\n550 5.7.1 b"],
    ["prose", "He said: no.\nThen she said: 550 5.1.1 is bad.\n> really?"]
  ])("leaves %s to others", (_name, text) => {
    assert.isUndefined(fromTranscript(text))
  })

  it.each([
    [
      "tls",
      "=== Connected to a.b.example.\n<-  220 a ESMTP\n -> EHLO me\n<-  250 STARTTLS\n -> STARTTLS\n<-  220 2.0.0 Ready\n*** TLS startup failed (connect(): certificate verify failed)\n -> QUIT",
      "TLS startup failed (connect(): certificate verify failed"
    ],
    [
      "connect",
      "=== Trying a.b.example:25...\n*** Error connecting to a.b.example:25: Connection refused",
      "Error connecting to a.b.example:25: Connection refused"
    ],
    [
      "resolve",
      "* Could not resolve host: a.b.example\n* Closing connection",
      "Could not resolve host: a.b.example"
    ]
  ])("takes what the program said of the connection where no server refused: %s", (phase, text, expected) => {
    const { candidates: [first], kind } = unwrap(text)
    assert.deepStrictEqual([kind, first.phase, first.text], ["transcript", phase, expected])
  })

  it.prop("is total", [Schema.String, Schema.String], ([a, b]) => {
    for (const text of [`S: ${a}\nC: ${b}`, `C: AUTH ${a}\nS: 334 ey${b}\nS: 535 ${a}`, `<** ${a}\n -> ${b}`]) {
      assert.isAtLeast(unwrap(text).candidates.length, 1)
    }
  })
})
