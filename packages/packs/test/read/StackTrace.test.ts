import { assert, describe, it } from "@effect/vitest"
import { withoutFrames } from "@sonde/packs/read/StackTrace"
import { unwrap } from "@sonde/packs/Unwrap"
import * as Schema from "effect/Schema"

const reply = "535 5.7.8 Not accepted"

const traces: ReadonlyArray<readonly [name: string, client: string, text: string]> = [
  [
    "JavaScript",
    "nodemailer",
    `Error: Invalid login: ${reply}
    at SMTPConnection._formatError (/app/node_modules/nodemailer/lib/smtp-connection/index.js:550:19)
    at SMTPConnection._actionAUTHComplete (index.js:451)
    at async Promise.all (index 0) {
  code: 'EAUTH',
  response: '${reply}',
  responseCode: 535,
  command: 'AUTH PLAIN'
}`
  ],
  [
    "Python",
    "smtplib",
    `Traceback (most recent call last):
  File "/app/mail.py", line 550, in send
    server.login(user, "x 421 4.7.0 y")
    ^^^^^^^^^^^^
  File "/usr/lib/python3.12/smtplib.py", line 750, in login
    raise last_exception
smtplib.SMTPAuthenticationError: (535, b'5.7.8 Not accepted')`
  ],
  [
    "Java",
    "javamail",
    `org.springframework.mail.MailAuthenticationException: Authentication failed; nested exception is javax.mail.AuthenticationFailedException: ${reply}
\tat org.springframework.mail.javamail.JavaMailSenderImpl.doSend(JavaMailSenderImpl.java:550)
Caused by: javax.mail.AuthenticationFailedException: ${reply}
\tat com.sun.mail.smtp.SMTPTransport$Authenticator.authenticate(SMTPTransport.java:421)
\t... 45 more`
  ],
  [
    ".NET",
    "mailkit",
    `MailKit.Security.AuthenticationException: 535: 5.7.8 Not accepted
 ---> MailKit.Net.Smtp.SmtpCommandException: 535: 5.7.8 Not accepted
   at MailKit.Net.Smtp.SmtpClient.AuthenticateAsync(Encoding encoding, ICredentials credentials, Boolean doAsync) in /_/MailKit/Net/Smtp/SmtpClient.cs:line 550
   --- End of inner exception stack trace ---
   at Program.<Main>$(String[] args)`
  ],
  [
    "PHP",
    "symfony-mailer",
    `Symfony\\Component\\Mailer\\Exception\\TransportException: Expected response code "235" but got code "535", with message "${reply}". in /app/vendor/symfony/mailer/Transport/Smtp/SmtpTransport.php:550
Stack trace:
#0 /app/vendor/symfony/mailer/Transport/Smtp/SmtpTransport.php(421): Symfony\\Component\\Mailer\\Transport->x()
#1 {main}`
  ],
  [
    "Go",
    "go",
    `panic: net/smtp: ${reply}

goroutine 1 [running]:
main.main()
\t/app/main.go:550 +0x1d`
  ],
  [
    "Ruby",
    "ruby-net-smtp",
    `/usr/lib/ruby/3.1.0/net/smtp.rb:550:in \`check_auth_response': ${reply} (Net::SMTPAuthenticationError)
\tfrom /usr/lib/ruby/3.1.0/net/smtp.rb:421:in \`auth_plain'`
  ],
  [
    "Rust",
    "lettre",
    `Error: permanent error (535): 5.7.8 Not accepted

Stack backtrace:
   0: lettre::transport::smtp::error::code
             at /cargo/registry/src/lettre-0.11/src/error.rs:550:5`
  ]
]

describe("withoutFrames", () => {
  it.each(traces)("leaves the one statement in a trace of %s", (_name, client, text) => {
    const found = unwrap(text)
    assert.deepStrictEqual([found.kind, found.client], ["stack-trace", client])
    const replies = found.candidates.filter(({ layer }) => layer !== "whole")
    assert.deepStrictEqual([...new Set(replies.map(({ code }) => code))], [535])
    for (const one of replies) assert.match(one.text, /^Not accepted/u)
    assert.include(["auth"], found.candidates[0].phase)
  })

  it.each([
    "one line at a.b(c.js:1:2)",
    "Some prose.\nat least one recipient was refused\nat the end: no",
    "550-5.7.1 a\n550 5.7.1 b",
    "#1 of our rules:\nno"
  ])("takes nothing from %s", (text) => {
    assert.strictEqual(withoutFrames(text).text.includes("at least"), text.includes("at least"))
    assert.include(withoutFrames(text).text, text.split("\n").at(-1) ?? "")
  })

  it.prop("is total", [Schema.String, Schema.String], ([a, b]) => {
    const { text } = withoutFrames(`at ${a}\n  File "${b}", line 1\n${a}`)
    assert.isAtMost(text.length, a.length * 2 + b.length + 40)
  })
})
