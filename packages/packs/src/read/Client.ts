/**
 * Which program printed a text, and what its words say about the phase.
 *
 * Two lists of small recognisers, each with a test, are all there is. Nothing here knows a cause or a provider.
 *
 * @since 0.1.0
 */
import type { PhaseId } from "@sonde/domain/Service"
import * as Prefilter from "../Prefilter.ts"

/**
 * How one program is known. `name` is in lower case with hyphens; `phase` is set where the words are used in that
 * phase alone.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClientSign {
  readonly name: string
  readonly sign: RegExp
  readonly phase?: PhaseId
}

/**
 * The programs, most telling first.
 *
 * @category data
 * @since 0.1.0
 */
export const clients: ReadonlyArray<ClientSign> = [
  { name: "nodemailer", sign: /\bInvalid login: |\bcode: ?'?"?EAUTH\b/u, phase: "auth" },
  { name: "nodemailer", sign: /\bMail command failed: /u, phase: "mail" },
  {
    name: "nodemailer",
    sign: /\bCan't send mail - all recipients were rejected|\bCan't send mail to /u,
    phase: "rcpt"
  },
  { name: "nodemailer", sign: /\bMessage failed: |\bData command failed: /u, phase: "data" },
  {
    name: "nodemailer",
    sign: /\bGreeting never received|\bcode: ?'?"?E(?:SOCKET|ENVELOPE|MESSAGE|DNS)\b|\bsmtp-connection\b/u
  },
  { name: "imapflow", sign: /\bimapflow\b|\bauthenticationFailed: true\b/u },
  { name: "ruby-net-smtp", sign: /\bNet::SMTPAuthenticationError\b/u, phase: "auth" },
  { name: "ruby-net-smtp", sign: /\bNet::SMTP/u },
  { name: "ruby-net-imap", sign: /\bNet::IMAP\b/u },
  { name: "smtplib", sign: /\bSMTPAuthenticationError\b/u, phase: "auth" },
  { name: "smtplib", sign: /\bSMTPSenderRefused\b/u, phase: "mail" },
  { name: "smtplib", sign: /\bSMTPRecipients?Refused\b/u, phase: "rcpt" },
  { name: "smtplib", sign: /\bSMTPDataError\b/u, phase: "data" },
  {
    name: "smtplib",
    sign: /\bsmtplib\.|\bSMTP(?:ServerDisconnected|ConnectError|HeloError|NotSupportedError|ResponseException)\b/u
  },
  { name: "imaplib", sign: /\bimaplib\.|\bimap_tools\./u },
  { name: "poplib", sign: /\bpoplib\./u },
  { name: "javamail", sign: /\b(?:javax|jakarta)\.mail\.AuthenticationFailedException\b/u, phase: "auth" },
  { name: "javamail", sign: /\bSMTPAddressFailedException\b/u, phase: "rcpt" },
  { name: "javamail", sign: /\bSMTPSenderFailedException\b/u, phase: "mail" },
  {
    name: "javamail",
    sign: /\b(?:javax|jakarta|com\.sun|org\.eclipse\.angus)\.mail\.|\bSMTPSendFailedException\b/u
  },
  { name: "mailkit", sign: /\bMailKit\.Security\.AuthenticationException\b/u, phase: "auth" },
  { name: "mailkit", sign: /\bMailKit\.|\bSmtp(?:Command|Protocol)Exception\b|\bImapCommandException\b/u },
  { name: "dotnet", sign: /\bSmtpFailedRecipients?Exception\b/u, phase: "rcpt" },
  { name: "dotnet", sign: /\bThe server response was: |\bSystem\.Net\.(?:Mail|Sockets|Security)\b/u },
  {
    name: "symfony-mailer",
    sign: /\bFailed to authenticate on SMTP server with username\b/u,
    phase: "auth"
  },
  { name: "symfony-mailer", sign: /\bSymfony\\+Component\\+Mailer\b|\bExpected response code "[0-9/, ]+" but got/u },
  {
    name: "phpmailer",
    sign: /\bPassword not accepted from server\b|\bSMTP Error: Could not authenticate\b/iu,
    phase: "auth"
  },
  { name: "phpmailer", sign: /\bDATA END command failed\b|\bSMTP Error: data not accepted\b/iu, phase: "data" },
  { name: "phpmailer", sign: /\bMAIL FROM command failed\b/u, phase: "mail" },
  { name: "phpmailer", sign: /\bRCPT TO command failed\b|\bThe following recipients failed: /u, phase: "rcpt" },
  { name: "phpmailer", sign: /\bSMTP Error: |\bSMTP -> ERROR: |\bPHPMailer\b/iu },
  { name: "swift-mailer", sign: /\bSwift_|\bExpected response code [0-9/, or]+ but got (?:code|an empty)/u },
  { name: "laravel", sign: /\bIlluminate\\+Mail\b/u },
  { name: "gomail", sign: /\bgomail: |\bgopkg\.in\/(?:gomail|mail)\b/u },
  { name: "go", sign: /\bemail: FATAL: Smtp error|\bnet\/smtp\b|\bsmtp\.SendMail\b|\btextproto\.Error\b/u },
  {
    name: "lettre",
    sign: /\bResponse \{ code: Code \{|\blettre::|\b(?:permanent|transient) error \([2-5][0-9]{2}\): /u
  },
  { name: "curl", sign: /\bcurl: \([0-9]+\) |\* Could not resolve host: |\blibcurl\b/u },
  { name: "swaks", sign: /^(?:=== |<\*\* |<~\* |\*\*\* )/mu },
  { name: "msmtp", sign: /\bmsmtp: /u },
  { name: "mutt", sign: /\bSMTP session failed: /u },
  { name: "openssl", sign: /\berror:[0-9A-F]{8}:[^:\n]{0,80}:|\bverify error:num=|\bVerify return code: /u },
  { name: "postfix", sign: /\bstatus=(?:deferred|bounced|undeliverable)\b|\(in reply to\s|\bpostfix\/|\bX-Postfix-/u },
  { name: "exim", sign: /\bSMTP error from remote (?:mail server|mailer) after\b/u },
  { name: "sendmail", sign: /\bstat=(?:Deferred|Service unavailable|User unknown|Host unknown)\b/u },
  { name: "dovecot", sign: /\bdovecot: |\b(?:imap|pop3|submission|managesieve)-login: /u },
  { name: "exchange", sign: /\bRemote Server returned '|\bMicrosoft\.Exchange\.|\b#Software: Microsoft Exchange\b/u }
]

/**
 * Words that name the command which was answered.
 *
 * @category data
 * @since 0.1.0
 */
export const phases: ReadonlyArray<{ readonly sign: RegExp; readonly phase: PhaseId }> = [
  {
    sign:
      /\bin\s{1,8}reply\s{1,8}to\s{1,8}MAIL\s{1,8}FROM\b|\bMAIL FROM failed\b|\bafter (?:pipelined )?MAIL FROM\b|\bcommand[:=] ?['"]MAIL FROM/iu,
    phase: "mail"
  },
  {
    sign:
      /\bin\s{1,8}reply\s{1,8}to\s{1,8}RCPT\s{1,8}TO\b|\bRCPT TO failed\b|\bafter (?:pipelined )?RCPT TO\b|\bcommand[:=] ?['"]RCPT TO|\breject: RCPT from /iu,
    phase: "rcpt"
  },
  {
    sign:
      /\bin\s{1,8}reply\s{1,8}to\s{1,8}(?:end of )?DATA\b|\bDATA failed\b|\bafter (?:pipelined )?(?:sending )?(?:end of )?DATA\b|\bcommand[:=] ?['"]DATA\b/iu,
    phase: "data"
  },
  {
    sign:
      /\bSASL [A-Z0-9-]{0,20} ?authentication failed\b|\bin\s{1,8}reply\s{1,8}to\s{1,8}AUTH\b|\bafter AUTH\b|\bAUTHENTICATE failed\b/iu,
    phase: "auth"
  },
  { sign: /\bin\s{1,8}reply\s{1,8}to\s{1,8}(?:EHLO|HELO)\b|\bcommand[:=] ?['"](?:EHLO|HELO)\b/iu, phase: "ehlo" },
  { sign: /\bin\s{1,8}reply\s{1,8}to\s{1,8}STARTTLS\b|\bSTARTTLS (?:command )?failed\b/iu, phase: "starttls" },
  { sign: /\b(?:getaddrinfo|ENOTFOUND|EAI_AGAIN)\b/u, phase: "resolve" },
  { sign: /\b(?:ECONNREFUSED|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH)\b/u, phase: "connect" }
]

// A reply and nothing around it was printed by no program: every line begins with a code (RFC 5321 section 4.2.1).
const bare = /^(?:[2-5][0-5][0-9][ -][^\n]*(?:\n|$))+$/u
const bareLength = 2000
const wrapped = /\bin reply to\b|::|Exception|Error|\bgot |[<>=]{2}|: error:|\berror:[0-9A-F]{8}:/u

// Most of these cannot match most texts.
const prefilter = Prefilter.make([...clients, ...phases].map(({ sign }) => sign))

/**
 * The program and the phase that the words of a text show. The time is proportional to the text.
 *
 * @category combinators
 * @since 0.1.0
 */
export const clientOf = (text: string): { readonly client?: string; readonly phase?: PhaseId } => {
  if (text.length < bareLength && bare.test(text) && !wrapped.test(text)) return none
  let name: string | undefined
  let phase: PhaseId | undefined
  const flags = prefilter(text)
  for (const [place, one] of clients.entries()) {
    if (flags[place] !== 1 || !one.sign.test(text)) continue
    name ??= one.name
    phase = one.phase
    if (phase !== undefined) break
  }
  phase ??= phases.find(({ sign }, place) => flags[clients.length + place] === 1 && sign.test(text))?.phase
  return {
    ...(name === undefined ? {} : { client: name }),
    ...(phase === undefined ? {} : { phase })
  }
}

const none = {}
