/** One valid value of each typed error, to vary in tests. */
import * as Errors from "@sonde/domain/Errors"

const reply = { code: 550, enhanced: "5.1.1", text: "no such user" }
const at = {
  service: "smtp-submission",
  endpoint: { protocol: "smtp", host: "mx.example", port: 587, security: "starttls" },
  message: "mx.example:587 said something"
} as const

export const resolveError = (reason: Errors.ResolveError["reason"]) =>
  new Errors.ResolveError({ ...at, phase: "resolve", reason, name: "mx.example" })
export const connectError = (reason: Errors.ConnectError["reason"]) =>
  new Errors.ConnectError({ ...at, phase: "connect", reason, attempts: [] })
export const greetingError = (reason: Errors.GreetingError["reason"]) =>
  new Errors.GreetingError({ ...at, phase: "greeting", reason })
export const protocolError = (reason: Errors.ProtocolError["reason"]) =>
  new Errors.ProtocolError({ ...at, phase: "ehlo", reason })
export const startTlsError = (reason: Errors.StartTlsError["reason"]) =>
  new Errors.StartTlsError({ ...at, phase: "starttls", reason })
export const tlsError = (reason: Errors.TlsError["reason"]) =>
  new Errors.TlsError({ ...at, phase: "tls", reason, conditions: [reason], chain: [] })
export const authUnavailable = (reason: Errors.AuthUnavailable["reason"]) =>
  new Errors.AuthUnavailable({ ...at, phase: "auth", reason, offered: [] })
export const connectionLost = (reason: Errors.ConnectionLost["reason"]) =>
  new Errors.ConnectionLost({ ...at, phase: "ehlo", reason, bytes: 0, lastCommand: "" })
export const apiError = (status: number) =>
  new Errors.ApiError({ ...at, phase: "mailbox", status, providerCode: "ErrorAccessDenied" })
export const journalError = (reason: Errors.JournalError["reason"]) =>
  new Errors.JournalError({ reason, message: "the journal cannot be used" })

export const authRejected = new Errors.AuthRejected({ ...at, phase: "auth", reply, mechanism: "PLAIN" })
export const tokenRejected = new Errors.TokenRejected({ ...at, phase: "token", error: "invalid_grant" })
export const sendAsDenied = new Errors.SendAsDenied({
  ...at,
  phase: "data",
  reply,
  from: "a@b.example",
  authenticatedAs: "c@b.example"
})
export const senderRejected = new Errors.SenderRejected({ ...at, phase: "mail", reply })
export const recipientRejected = new Errors.RecipientRejected({ ...at, phase: "rcpt", reply, to: "d@e.example" })
export const messageRejected = new Errors.MessageRejected({ ...at, phase: "data", reply })
export const mailboxUnavailable = new Errors.MailboxUnavailable({ ...at, phase: "select", reply })
export const throttled = new Errors.Throttled({ ...at, phase: "auth", scope: "mailbox", retryAfterMillis: 1000 })
export const temporaryFailure = new Errors.TemporaryFailure({ ...at, phase: "rcpt", reply })
export const phaseTimeout = new Errors.PhaseTimeout({ ...at, phase: "ehlo", afterMillis: 1, awaited: "the reply" })
export const deliveryInDoubt = new Errors.DeliveryInDoubt({ ...at, phase: "data" })
