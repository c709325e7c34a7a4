import { assert, describe, it } from "@effect/vitest"
import { type Candidate, unwrap } from "@sonde/packs/Unwrap"
import * as Schema from "effect/Schema"
import { performance } from "node:perf_hooks"

const first = (text: string): Partial<Candidate> => {
  const { layer: _layer, ...candidate } = unwrap(text).candidates[0]
  return candidate
}

describe("unwrap", () => {
  it.each<[string, string, Partial<Candidate>]>([
    ["a bare reply", "550 5.1.1 User unknown", {
      protocol: "smtp",
      code: 550,
      enhanced: "5.1.1",
      text: "User unknown"
    }],
    ["a reply without enhanced code", "550 No such user", { protocol: "smtp", code: 550, text: "No such user" }],
    ["an enhanced code alone", "5.7.1 Relay denied", { protocol: "smtp", enhanced: "5.7.1", text: "Relay denied" }],
    ["a hash before the enhanced code", "452 #4.5.3 Too many", {
      protocol: "smtp",
      code: 452,
      enhanced: "4.5.3",
      text: "Too many"
    }],
    [
      "a reply to AUTH by its code",
      "535 Denied",
      { protocol: "smtp", phase: "auth", code: 535, text: "Denied" }
    ],
    [
      "a Diagnostic-Code without its name",
      "smtp;550 5.7.1 Not today",
      { protocol: "smtp", code: 550, enhanced: "5.7.1", text: "Not today" }
    ],
    [
      "an enhanced code behind the text, as qmail writes it",
      "553 sorry, not in my list (#5.7.1)",
      { protocol: "smtp", code: 553, enhanced: "5.7.1", text: "sorry, not in my list" }
    ],
    [
      "a page of a provider that names an error of RFC 6749 behind the status",
      "Client missing a project id.\nFehler 401: invalid_client\nRequest details: flowName=X",
      {
        protocol: "http",
        service: "token",
        phase: "token",
        text: "Client missing a project id.\nFehler 401: invalid_client\nRequest details: flowName=X"
      }
    ],
    [
      "what the server said behind .NET's words for the code, in any of its languages",
      "System.Net.Mail.SmtpException: Dienst nicht verfügbar. Die Serverantwort war: #4.x.2 Too many for now",
      { text: "Too many for now" }
    ],
    [
      "the code behind a text that begins with the enhanced one",
      "sending failed: 4.7.1 Not so fast (451)",
      { protocol: "smtp", code: 451, enhanced: "4.7.1", text: "Not so fast" }
    ],
    [
      "a code that RFC 5321 does not foresee, by the enhanced one behind it",
      "577 5.1.1 Nobody of that name",
      { protocol: "smtp", code: 577, enhanced: "5.1.1", text: "Nobody of that name" }
    ],
    [
      "a status of HTTP in a printed object",
      "[ { message: 'Invalid domain' } ], statusCode: 400 }",
      { text: "[ { message: 'Invalid domain' } ], statusCode: 400" }
    ],
    [
      "the real reason behind the advice that MailKit prints with each",
      "MailKit.Security.SslHandshakeException: An error occurred.\n\nOne possibility is that the port speaks no TLS.\n\n" +
      "1. The server is using a self-signed certificate.\n\nSee https://example.org/faq for possible solutions. ---> " +
      "System.IO.IOException: an unexpected packet",
      {
        text:
          "MailKit.Security.SslHandshakeException: An error occurred.\n\n---> System.IO.IOException: an unexpected packet"
      }
    ],
    [
      "the reason behind Roundcube's words for a failed sign-in",
      "IMAP Error: Login failed for a@example.com against mx.example.com from 192.0.2.1. Could not connect to " +
      "mx.example.com:143: Connexion refusée in /srv/rc/rcube_imap.php on line 20 (POST /?_task=login)",
      { text: "Could not connect to mx.example.com:143: Connexion refusée" }
    ],
    [
      "the reply that Outlook Express quotes in its own sentence",
      "The message could not be sent because one of the recipients was rejected by the server. The rejected e-mail " +
      "address was 'a@example.com'. Subject 'x', Account: 'y', Server: 'mail.example.net', Protocol: SMTP, Server " +
      "Response: '553. First collect your mail (#5.7.1)', Port: 25, Secure(SSL): No, Server Error: 553, Error Number: " +
      "0x800CCC79",
      { protocol: "smtp", code: 553, enhanced: "5.7.1", text: "First collect your mail" }
    ],
    [
      "the reply behind the command that Stalwart names",
      "<a@example.com> (host 'mx.example.com' rejected command 'RCPT TO:<a@example.com> NOTIFY=FAILURE' with code 555 " +
      "(5.5.4) 'Parameters aren't known')",
      { protocol: "smtp", code: 555, enhanced: "5.5.4", text: "Parameters aren't known" }
    ],
    [
      "lines of one reply",
      "550-5.7.26 This mail\n550-5.7.26 is not\n550 5.7.26 authenticated.",
      { protocol: "smtp", code: 550, enhanced: "5.7.26", text: "This mail\n is not\n authenticated." }
    ],
    [
      "lines of one reply run together",
      "550-5.7.26 This mail is 550-5.7.26 not authenticated. 550 5.7.26 Bye",
      { protocol: "smtp", code: 550, enhanced: "5.7.26", text: "This mail is  not authenticated.  Bye" }
    ],
    [
      "a stamp of host, time and session",
      "550 5.7.60 Not allowed [AB1.prod.example.com 2024-02-16T09:18:17.421Z 08DC2E76C11FD2B6]",
      { protocol: "smtp", code: 550, enhanced: "5.7.60", text: "Not allowed" }
    ],
    [
      "Postfix's said",
      "status=bounced (host mx.example[192.0.2.1] said: 550 5.1.1 <a@b>: unknown (in reply to RCPT TO command))",
      { protocol: "smtp", phase: "rcpt", code: 550, enhanced: "5.1.1", text: "<a@b>: unknown" }
    ],
    [
      "a quoted remote reply",
      "Remote Server returned '550 5.4.1 Access denied'",
      { protocol: "smtp", code: 550, enhanced: "5.4.1", text: "Access denied" }
    ],
    [
      "a tuple of smtplib",
      "smtplib.SMTPAuthenticationError: (535, b'5.7.8 Not accepted')",
      { protocol: "smtp", phase: "auth", code: 535, enhanced: "5.7.8", text: "Not accepted" }
    ],
    [
      "an expected code that is none",
      "Expected response code 250 but got code \"550\", with message \"550 5.7.60 Not allowed\"",
      { protocol: "smtp", code: 550, enhanced: "5.7.60", text: "Not allowed" }
    ],
    [
      "a code that stands behind",
      "SMTP Error: data not accepted. Detail: 5.7.60 Not allowed SMTP code: 550",
      { protocol: "smtp", phase: "data", code: 550, enhanced: "5.7.60", text: "Not allowed" }
    ],
    [
      "what a log measures",
      "to=<a@b.example>, delay=551, size=550, status=bounced (host mx.b.example[192.0.2.1] said: 554 Denied)",
      { protocol: "smtp", code: 554, text: "Denied" }
    ],
    ["a success", "250 2.0.0 OK", { protocol: "smtp", code: 250, enhanced: "2.0.0", text: "OK" }],
    ["capitals that look like IMAP", "550 NO SUCH USER", { protocol: "smtp", code: 550, text: "NO SUCH USER" }],
    [
      "an IMAP response code",
      "a1 NO [AUTHENTICATIONFAILED] Bye now",
      {
        protocol: "imap",
        service: "imap",
        status: "NO",
        code: "AUTHENTICATIONFAILED",
        text: "a1 NO [AUTHENTICATIONFAILED] Bye now"
      }
    ],
    [
      "a POP3 error",
      "-ERR [SYS/TEMP] Later",
      { protocol: "pop3", service: "pop3", status: "-ERR", code: "SYS/TEMP", text: "-ERR [SYS/TEMP] Later" }
    ],
    [
      "a token error",
      "{\"error\":\"invalid_grant\",\"error_description\":\"Gone\"}",
      {
        protocol: "http",
        service: "token",
        phase: "token",
        text: "invalid_grant: Gone"
      }
    ]
  ])("reads %s", (_name, text, expected) => {
    assert.deepStrictEqual(first(text), expected)
  })

  it.each<[string, number | undefined]>([
    ["postfix/submission/smtpd", 587],
    ["postfix/submissions/smtpd", 465],
    ["postfix/smtps/smtpd", 465],
    ["postfix/smtpd", undefined],
    ["postfix/submission/smtp", undefined]
  ])("takes the port from the name of the service in a line of %s", (program, port) => {
    const line = `${program}[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 554 5.7.1 Client host rejected`
    assert.strictEqual(unwrap(line).candidates[0].port, port)
    assert.strictEqual(unwrap(`Oct 11 22:14:15 mail ${line}`).candidates[0].port, port)
  })

  it("puts the innermost of nested replies first and gives it no phase of the outer one", () => {
    const { candidates } = unwrap(
      "MAIL FROM failed: 530 5.7.57 Not authenticated. Error: 535 5.7.139 Switched off. 451 4.7.0 Later"
    )
    assert.deepStrictEqual(
      candidates.map(({ code, enhanced, layer, phase }) => [layer, code, enhanced, phase]),
      [
        ["nested", 451, "4.7.0", undefined],
        ["nested", 535, "5.7.139", "auth"],
        ["reply", 530, "5.7.57", "mail"],
        ["whole", undefined, undefined, "mail"]
      ]
    )
  })

  it.each([
    "port 587",
    "192.0.2.250 refused",
    "Exim 4.94.2",
    "in 5.7.1.9",
    "[2001:db8:250::1]",
    "0550 x",
    "more than 500 recipients"
  ])(
    "takes no reply from %s",
    (text) => assert.deepStrictEqual(unwrap(text).candidates.map(({ layer }) => layer), ["whole"])
  )

  it.prop("is total", [Schema.String], ([noise]) => {
    for (const text of [noise, `550 5.7.1 ${noise}`, `${noise}535-${noise}\n* NO [${noise}]`]) {
      assert.isAtLeast(unwrap(text).candidates.length, 1)
    }
  })

  it.each([
    ["spaces", `550${" ".repeat(70_000)}x`],
    ["spaces and brackets", `550 x${" [".repeat(35_000)}x`],
    ["backslashes", `${"\\".repeat(70_000)}x`],
    ["open brackets of IMAP", "NO [A ".repeat(11_000)],
    ["dots", "a.".repeat(35_000)],
    ["colons", "error:00000000:".repeat(5000)],
    ["digits", "550".repeat(25_000)],
    ["closers", `${")'\"]".repeat(17_000)}x`]
  ])("reads hostile %s in bounded time", (_name, text) => {
    const started = performance.now()
    unwrap(text)
    assert.isBelow(performance.now() - started, 1000)
  })

  it("reads a megabyte of replies in bounded time", () => {
    assert.isBelow(unwrap("550 5.7.1 x 421 4.7.0 y ".repeat(50_000)).candidates.length, 100)
  })
})
