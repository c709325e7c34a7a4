/**
 * What Gmail says, word for word, with where each text was seen. Marks as in `Transcripts.ts`.
 *
 * Lines end in the session's mark, ` ID - gsmtp`, which `GmailSession.ts` puts behind them (RFC 5321 section 4.2 gives the
 * form of a reply).
 *
 * @since 0.1.0
 */

/** A reply; `lines` are without code and mark. */
export interface Text {
  readonly code: number
  readonly lines: readonly [string, ...ReadonlyArray<string>]
  readonly source: string
}

const text = (code: number, source: string, ...lines: readonly [string, ...ReadonlyArray<string>]): Text => ({
  code,
  lines,
  source
})

/** Keywords before TLS: no AUTH (eight captures, T). */
export const keywordsInClear: ReadonlyArray<string> = [
  "SIZE 35882577",
  "8BITMIME",
  "STARTTLS",
  "ENHANCEDSTATUSCODES",
  "PIPELINING",
  "CHUNKING",
  "SMTPUTF8"
]
/** Keywords after TLS (eight captures, T). */
export const keywordsInTls: ReadonlyArray<string> = keywordsInClear.map((keyword) =>
  keyword === "STARTTLS" ? "AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH" : keyword
)

const errors = "Google's list of SMTP errors, V"

export const startTlsReady = text(220, "captures, T", "2.0.0 Ready to start TLS")
export const accepted = text(235, "captures, T", "2.7.0 Accepted")
export const senderOk = text(250, "captures, T", "2.1.0 OK")
export const recipientOk = text(250, "captures, T", "2.1.5 OK")
export const goAhead = text(354, "captures, T", "Go ahead")
export const queued = (seconds: number): Text => text(250, "captures, T", `2.0.0 OK  ${seconds}`)
export const flushed = text(250, "captures, T", "2.1.5 Flushed")
export const noop = text(250, "captures, T", "2.0.0 OK")
export const closing = text(221, "captures, T", "2.0.0 closing connection")

export const badCredentials = text(
  535,
  errors,
  "5.7.8 Username and Password not accepted. For more information, go to",
  "5.7.8  https://support.google.com/mail/?p=BadCredentials"
)
export const appPasswordRequired = text(
  534,
  "logs, T",
  "5.7.9 Application-specific password required. For more information, go to",
  "5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor"
)
export const webLoginRequired = text(
  534,
  "logs, T",
  "5.7.9 Please log in with your web browser and then try again. For more",
  "5.7.9 information, go to",
  "5.7.9  https://support.google.com/mail/?p=WebLoginRequired"
)
export const tooManyLogins = text(454, errors, "4.7.0 Too many login attempts, please try again later.")
export const temporaryAuth = text(
  454,
  errors,
  "4.7.0 Cannot authenticate due to a temporary system problem. Try again later."
)
export const unknownMechanism = text(504, errors, "5.7.4 Unrecognized authentication type")
export const noXoauth = text(504, errors, "5.7.4 XOAUTH is no longer supported")
export const cannotDecode = text(501, errors, "5.5.2 Syntax error, cannot decode response.")
export const noIdentityChange = text(503, errors, "5.7.0 No identity changes permitted.")
export const authRequired = text(530, errors, "5.7.0 Authentication required.")
export const startTlsFirst = text(530, errors, "5.7.0 Must issue a STARTTLS command first.")
export const startTlsArgument = text(501, errors, "5.7.11 Syntax error (no parameters allowed).")
export const startTlsAgain = text(454, "field corpus, T", "5.5.1 STARTTLS may not be repeated")
export const emptyHello = text(501, errors, "5.5.4 Empty HELO/EHLO argument not allowed, closing connection.")
export const dailyLimit = text(
  550,
  errors,
  "5.4.5 Daily user sending limit exceeded. For more information on Gmail",
  "5.4.5 sending limits go to",
  "5.4.5  https://support.google.com/a/answer/166852"
)
export const sendingDenied = text(550, errors, "5.7.0 Email sending denied.")
export const tooManyRecipients = text(452, errors, "4.5.3 Your message has too many recipients.")
export const badRecipient = (address: string): Text =>
  text(553, errors, `5.1.3 The recipient address <${address}> is not a valid RFC 5321 address.`)
export const badSender = (address: string): Text =>
  text(553, errors, `5.1.7 The sender address <${address}> is not a valid RFC 5321 address.`)
export const tooLarge = text(
  552,
  errors,
  "5.3.4 Your message exceeded Google's message size limits. For more information,",
  "5.3.4 visit https://support.google.com/mail/?p=MaxSizeError to view our size",
  "5.3.4 guidelines."
)
export const busy = text(421, errors, "4.4.5 Server busy, try again later.")
export const unrecognized = text(502, errors, "5.5.1 Unrecognized command.")
export const tooManyUnrecognized = text(502, errors, "5.5.1 Too many unrecognized commands, goodbye.")
export const helloFirst = text(503, errors, "5.5.1 EHLO/HELO first.")
export const badSequence = text(503, errors, "5.5.1 Bad sequence of commands.")
export const syntax = text(555, errors, "5.5.2 Syntax error.")
export const timeout = text(451, errors, "4.4.2 Timeout - closing connection.")

/** Challenge after a token that is not taken; the client answers with an empty line (Google's page on XOAUTH2, V). */
export const tokenChallenge = `334 ${
  Buffer.from("{\"status\":\"400\",\"schemes\":\"Bearer\",\"scope\":\"https://mail.google.com/\"}").toString("base64")
}`
