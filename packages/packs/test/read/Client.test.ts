import { assert, describe, it } from "@effect/vitest"
import { clientOf, clients, phases } from "@sonde/packs/read/Client"

const rows: ReadonlyArray<readonly [client: string, phase: string | undefined, text: string]> = [
  ["nodemailer", "auth", "Error: Invalid login: 535 no"],
  ["nodemailer", "mail", "Mail command failed: 550 no"],
  ["nodemailer", "rcpt", "Can't send mail - all recipients were rejected: 550 no"],
  ["nodemailer", "data", "Message failed: 550 no"],
  ["nodemailer", undefined, "Greeting never received"],
  ["imapflow", undefined, "Command failed at node_modules/imapflow/lib/imap-flow.js"],
  ["smtplib", "auth", "smtplib.SMTPAuthenticationError: (535, b'no')"],
  ["smtplib", "mail", "SMTPSenderRefused: (530, b'no', 'a@b')"],
  ["smtplib", "rcpt", "SMTPRecipientsRefused: {'a@b': (550, b'no')}"],
  ["smtplib", "data", "aiosmtplib.errors.SMTPDataError: (432, 'no')"],
  ["smtplib", undefined, "smtplib.SMTPServerDisconnected: no"],
  ["imaplib", undefined, "imaplib.IMAP4.error: no"],
  ["poplib", undefined, "poplib.error_proto: b'-ERR no'"],
  ["javamail", "auth", "javax.mail.AuthenticationFailedException: 535 no"],
  ["javamail", "rcpt", "com.sun.mail.smtp.SMTPAddressFailedException: 550 no"],
  ["javamail", "mail", "com.sun.mail.smtp.SMTPSenderFailedException: 550 no"],
  ["javamail", undefined, "org.eclipse.angus.mail.smtp.SMTPSendFailedException: 550 no"],
  ["mailkit", "auth", "MailKit.Security.AuthenticationException: 535: no"],
  ["mailkit", undefined, "MailKit.Net.Smtp.SmtpCommandException: no"],
  ["dotnet", "rcpt", "System.Net.Mail.SmtpFailedRecipientException: Mailbox unavailable."],
  ["dotnet", undefined, "Transaction failed. The server response was: 5.7.1 no"],
  [
    "symfony-mailer",
    "auth",
    "Failed to authenticate on SMTP server with username \"a\" using 1 possible authenticators."
  ],
  ["symfony-mailer", undefined, "Symfony\\Component\\Mailer\\Exception\\TransportException: no"],
  ["symfony-mailer", undefined, "Expected response code \"250\" but got code \"550\""],
  ["phpmailer", "auth", "SMTP -> ERROR: Password not accepted from server: 535 no"],
  ["phpmailer", "data", "SMTP ERROR: DATA END command failed: 550 no"],
  ["phpmailer", "mail", "SMTP ERROR: MAIL FROM command failed: 550 no"],
  ["phpmailer", "rcpt", "SMTP ERROR: RCPT TO command failed: 550 no"],
  ["phpmailer", undefined, "SMTP Error: no"],
  ["swift-mailer", undefined, "Expected response code 250 but got code \"550\""],
  ["laravel", undefined, "in Illuminate\\Mail\\Mailer->send()"],
  ["gomail", undefined, "gomail: could not send email 1: 550 no"],
  ["go", undefined, "net/smtp: 550 no"],
  ["ruby-net-smtp", "auth", "535 no (Net::SMTPAuthenticationError)"],
  ["ruby-net-smtp", undefined, "550 no (Net::SMTPFatalError)"],
  ["ruby-net-imap", undefined, "Net::IMAP::NoResponseError: no"],
  ["lettre", undefined, "Transient(Response { code: Code { severity: X } })"],
  ["lettre", undefined, "permanent error (535): 5.7.8 no"],
  ["curl", undefined, "curl: (67) Access denied: 535"],
  ["swaks", undefined, "<** 535 no"],
  ["msmtp", undefined, "msmtp: authentication failed"],
  ["mutt", undefined, "SMTP session failed: 550 no"],
  ["openssl", undefined, "error:0A000086:SSL routines::certificate verify failed"],
  ["postfix", undefined, "status=deferred (connect to mx.example:25: no)"],
  ["exim", undefined, "SMTP error from remote mail server after initial connection: 550 no"],
  ["exim", "rcpt", "SMTP error from remote mail server after RCPT TO:<a@b>: 550 no"],
  ["sendmail", undefined, "dsn=5.1.1, stat=User unknown"],
  ["dovecot", undefined, "imap-login: Disconnected"],
  ["exchange", undefined, "Remote Server returned '550 no'"]
]

describe("clientOf", () => {
  it.each(rows)("knows the words of %s, phase %s: %s", (client, phase, text) => {
    const found = clientOf(text)
    assert.deepStrictEqual([found.client, found.phase], [client, phase])
  })

  it("has a test for every client and phase", () => {
    const tested = new Set(rows.map(([client, phase]) => `${client} ${phase}`))
    assert.deepStrictEqual(clients.filter(({ name, phase }) => !tested.has(`${name} ${phase}`)), [])
  })

  it.each([
    ["mail", "550 no (in reply to MAIL FROM command)"],
    ["rcpt", "NOQUEUE: reject: RCPT from a[192.0.2.1]: 550 no"],
    ["data", "command: 'DATA'"],
    ["auth", "SASL LOGIN authentication failed: no"],
    ["ehlo", "no (in reply to EHLO command)"],
    ["ehlo", "smtp failed-command command=\"HELO \" result=\"501 5.5.4 no\""],
    ["rcpt", "smtp failed-command command=\"RCPT TO:<a@example.com>\" result=\"550 no\""],
    ["starttls", "STARTTLS failed: no"],
    ["resolve", "getaddrinfo said no"],
    ["connect", "connect ECONNREFUSED 192.0.2.1:25"]
  ])("knows the words of phase %s: %s", (phase, text) => {
    assert.strictEqual(clientOf(text).phase, phase)
  })

  it("has a test for every phase", () => {
    assert.lengthOf(phases, 8)
  })

  it("takes a bare reply for the words of no program", () => {
    assert.deepStrictEqual(clientOf("550-5.7.26 This mail\n550 5.7.26 is not authenticated after DATA"), {})
  })
})
