/** The same failure in other words of programs: another case, other hosts, ids and dates, another wrapping. */

/** A reply in its parts; `lines` is its text. */
export interface Said {
  readonly code: number
  readonly enhanced: string | undefined
  readonly text: string
}

/** One way to tell the same. */
export interface Rewording {
  readonly name: string
  readonly make: (text: string) => string
}

const isUrl = (text: string, at: number): boolean =>
  text.slice(Math.max(0, at - 60), at).split(/\s/u).at(-1)?.includes("//") === true

/** What changes from one report to the next; none of it says why. */
export const rewordings: ReadonlyArray<Rewording> = [
  { name: "upper case", make: (text) => text.toUpperCase() },
  { name: "lower case", make: (text) => text.toLowerCase() },
  {
    name: "another host",
    make: (text) =>
      text.replaceAll(
        /\b[A-Za-z0-9-]+(?=(?:\.[A-Za-z0-9-]+){3,}\b)/gu,
        (found, at: number) => /^[0-9]+$/u.test(found) || isUrl(text, at) ? found : "ZR0P278CA0123"
      )
  },
  {
    name: "another id",
    make: (text) =>
      text
        .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/giu, "7d1f0a2b-1111-4222-8333-94445555a666")
        .replaceAll(/\b(?=[0-9A-F]*[A-F])(?=[0-9A-F]*[0-9])[0-9A-F]{12,}\b/gu, "08DD0123456789AB")
        .replaceAll(/\b[a-z0-9]+-[a-z0-9]{20,}\.[0-9]+\b/gu, "z12-20020a05600c1d1900b003fe1fe56202sm1.7")
  },
  {
    name: "another address",
    make: (text) => text.replaceAll(/(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.])/gu, "198.51.100.77")
  },
  {
    name: "another date",
    make: (text) =>
      text.replaceAll(/\b20[0-9]{2}-[0-9]{2}-[0-9]{2}([T ])[0-9]{2}:[0-9]{2}:[0-9]{2}/gu, "2031-01-02$103:04:05")
  },
  { name: "wider spaces", make: (text) => text.replaceAll(/(?<=[a-z,]) (?=[a-z])/gu, "  ") },
  { name: "line ends of DOS", make: (text) => text.replaceAll(/\r?\n/gu, "\r\n") },
  {
    name: "folded lines",
    make: (text) => {
      let length = 0
      return text.replaceAll(/(?<=[a-z,.]) (?=[a-z])/gu, (_, at: number) => {
        if (at - length < 50) return " "
        length = at
        return "\n    "
      })
    }
  },
  { name: "spaces around it", make: (text) => `\n\n  ${text}  \n` },
  { name: "quotation marks around it", make: (text) => `"${text}"` },
  { name: "as a quotation", make: (text) => text.split("\n").map((line) => `> ${line}`).join("\n") },
  { name: "a word before it", make: (text) => `Error: ${text}` }
]

const flat = (text: string): string => text.replaceAll(/\s+/gu, " ").trim()
const line = ({ code, enhanced, text }: Said): string => flat(`${code} ${enhanced ?? ""} ${text}`)
const rest = ({ enhanced, text }: Said): string => flat(`${enhanced ?? ""} ${text}`)
const halves = (said: Said): readonly [string, string] => {
  const words = rest({ ...said, enhanced: undefined }).split(" ")
  const middle = Math.ceil(words.length / 2)
  return [words.slice(0, middle).join(" "), words.slice(middle).join(" ")]
}
const many = (said: Said): ReadonlyArray<string> => {
  const { code, enhanced } = said
  const [a, b] = halves(said)
  return [flat(`${code}-${enhanced ?? ""} ${a}`).replace("- ", "-"), flat(`${code} ${enhanced ?? ""} ${b}`)]
}
const verbs: Readonly<Record<string, string>> = {
  auth: "AUTH LOGIN",
  mail: "MAIL FROM:<a@b.example>",
  rcpt: "RCPT TO:<c@d.example>",
  data: "DATA"
}
const names: Readonly<Record<string, string>> = {
  auth: "AUTH",
  mail: "MAIL FROM",
  rcpt: "RCPT TO",
  data: "end of DATA"
}

/** How programs print a reply; `phase` is that of the command it answers: auth, mail, rcpt or data. */
export const wrappings: ReadonlyArray<{ readonly name: string; readonly make: (said: Said, phase: string) => string }> =
  [
    { name: "lines of one reply", make: (said) => many(said).join("\r\n") },
    {
      name: "Nodemailer",
      make: (said, phase) => {
        const words: Readonly<Record<string, string>> = {
          auth: "Invalid login",
          mail: "Mail command failed",
          rcpt: "Can't send mail - all recipients were rejected",
          data: "Message failed"
        }
        return `Error: ${words[phase]}: ${
          line(said)
        }\n    at SMTPConnection._formatError (/app/node_modules/nodemailer/lib/smtp-connection/index.js:790:19)\n    at SMTPConnection._actionX (/app/node_modules/nodemailer/lib/smtp-connection/index.js:550:34) {\n  code: '${
          phase === "auth" ? "EAUTH" : phase === "data" ? "EMESSAGE" : "EENVELOPE"
        }',\n  response: '${line(said).replaceAll("'", "\\'")}',\n  responseCode: ${said.code},\n  command: '${
          verbs[phase]?.split(":")[0]
        }'\n}`
      }
    },
    {
      name: "smtplib",
      make: (said, phase) => {
        const text = `b${JSON.stringify(rest(said))}`
        const errors: Readonly<Record<string, string>> = {
          auth: `SMTPAuthenticationError: (${said.code}, ${text})`,
          mail: `SMTPSenderRefused: (${said.code}, ${text}, 'a@b.example')`,
          rcpt: `SMTPRecipientsRefused: {'c@d.example': (${said.code}, ${text})}`,
          data: `SMTPDataError: (${said.code}, ${text})`
        }
        return `Traceback (most recent call last):\n  File "/usr/lib/python3.12/smtplib.py", line 550, in sendmail\n    raise x\nsmtplib.${
          errors[phase]
        }`
      }
    },
    {
      name: "JavaMail",
      make: (said, phase) =>
        `${
          phase === "auth"
            ? "javax.mail.AuthenticationFailedException"
            : phase === "rcpt"
            ? "javax.mail.SendFailedException: Invalid Addresses;\n  nested exception is:\n\tcom.sun.mail.smtp.SMTPAddressFailedException"
            : "com.sun.mail.smtp.SMTPSendFailedException"
        }: ${
          many(said).join("\n")
        }\n\n\tat com.sun.mail.smtp.SMTPTransport.issueSendCommand(SMTPTransport.java:2374)\n\t... 45 more`
    },
    {
      name: "MailKit",
      make: (said, phase) =>
        `${
          phase === "auth"
            ? `MailKit.Security.AuthenticationException: ${said.code}: `
            : "MailKit.Net.Smtp.SmtpCommandException: "
        }${
          rest(said)
        }\n   at MailKit.Net.Smtp.SmtpClient.SendAsync(FormatOptions options) in /_/MailKit/SmtpClient.cs:line 550`
    },
    {
      name: ".NET",
      make: (said) =>
        `System.Net.Mail.SmtpException: Transaction failed. The server response was: ${
          rest(said)
        }\n   at System.Net.Mail.SmtpClient.Send(MailMessage message)`
    },
    {
      name: "PHPMailer",
      make: (said, phase) => `SMTP ERROR: ${phase === "data" ? "DATA END" : names[phase]} command failed: ${line(said)}`
    },
    {
      name: "Symfony",
      make: (said) =>
        `Symfony\\Component\\Mailer\\Exception\\UnexpectedResponseException: Expected response code "250" but got code "${said.code}", with message "${
          line(said)
        }". in /app/vendor/symfony/mailer/Transport/Smtp/SmtpTransport.php:342\nStack trace:\n#0 /app/SmtpTransport.php(550): x->y()\n#1 {main}`
    },
    { name: "Go", make: (said) => `2026/11/26 10:00:00 could not send: gomail: could not send email 1: ${line(said)}` },
    {
      name: "Net::SMTP",
      make: (said, phase) =>
        `/usr/lib/ruby/3.1.0/net/smtp.rb:1017:in \`check_response': ${line(said)} (${
          phase === "auth" ? "Net::SMTPAuthenticationError" : "Net::SMTPFatalError"
        })\n\tfrom /usr/lib/ruby/3.1.0/net/smtp.rb:550:in \`x'`
    },
    {
      name: "lettre",
      make: (said) =>
        `lettre::transport::smtp::Error { kind: Permanent }: permanent error (${said.code}): ${rest(said)}`
    },
    {
      name: "Postfix",
      make: (said, phase) =>
        `Nov 26 10:00:00 mx postfix/smtp[550]: 4F2B1A3C5D: to=<c@d.example>, relay=mx.d.example[192.0.2.1]:25, delay=250, dsn=5.0.0, status=bounced (host mx.d.example[192.0.2.1] said: ${
          line(said)
        } (in reply to ${phase === "auth" ? "AUTH LOGIN" : names[phase]} command))`
    },
    {
      name: "Exim",
      make: (said, phase) =>
        `2026-11-26 10:00:00 1abcDE-000001-AB ** c@d.example R=dnslookup T=remote_smtp H=mx.d.example [192.0.2.1]: SMTP error from remote mail server after ${
          names[phase]
        }: ${line(said)}`
    },
    {
      name: "a bounce",
      make: (said) =>
        `From: MAILER-DAEMON@b.example\r\nSubject: Undelivered\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b1"\r\n\r\n--b1\r\n\r\nI'm sorry.\r\n\r\n--b1\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; b.example\r\n\r\nFinal-Recipient: rfc822; c@d.example\r\nAction: failed\r\nStatus: ${
          said.enhanced ?? "5.0.0"
        }\r\nDiagnostic-Code: smtp; ${
          line(said).replaceAll(/(.{60,}?) /gu, "$1\r\n ")
        }\r\n\r\n--b1\r\nContent-Type: message/rfc822\r\n\r\nSubject: 421 4.7.0 hello\r\n\r\n--b1--\r\n`
    },
    {
      name: "swaks",
      make: (said, phase) =>
        `=== Trying mx.d.example:587...\n=== Connected to mx.d.example.\n<-  220 mx.d.example ESMTP\n -> EHLO me\n<-  250-mx.d.example\n<-  250 AUTH LOGIN PLAIN\n -> ${
          verbs[phase]
        }\n${
          many(said).map((one) => `<** ${one}`).join("\n")
        }\n -> QUIT\n<-  221 2.0.0 Bye\n=== Connection closed with remote host.`
    },
    {
      name: "a log of Nodemailer",
      make: (said, phase) =>
        JSON.stringify({
          level: 50,
          time: 1_700_000_000_000,
          msg: "mail failed",
          err: { code: "EX", response: line(said), responseCode: said.code, command: verbs[phase]?.split(":")[0] }
        })
    },
    { name: "a quoted remote reply", make: (said) => `Remote Server returned '${line(said)}'` }
  ]
