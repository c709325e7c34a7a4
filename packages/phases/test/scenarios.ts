/**
 * Which session file shows what: one row for each way in which a phase fails, as its specification lists them, and one
 * for each way in which it passes.
 */
import type { PhaseId } from "@sonde/domain/Service"
import type { Plan } from "./support.ts"
import * as Support from "./support.ts"

/**
 * `error` is tag and reason. The phase passes on nothing: no phase after it runs, and the client sends `after` and not
 * a line more, `undefined` where it has sent nothing.
 */
export interface Failure {
  readonly session: string
  readonly phase: PhaseId
  readonly error: string
  readonly temporary?: true
  readonly plan?: Plan
  readonly after: string | undefined
}

const tls = { security: "tls" } as const
const password = { ...tls, credential: Support.withPassword } as const
const token = { ...tls, credential: Support.withToken } as const
const none = { security: "none" } as const
const direct = { ...tls, until: "data" } as const

const hello = "EHLO [192.0.2.1]"
const starttls = "STARTTLS"
const plain = "AUTH PLAIN ‹secret›"
const from = "MAIL FROM:<person@example.com>"
const to = "RCPT TO:<friend@example.net>"

const failure = (
  phase: PhaseId,
  session: string,
  error: string,
  after: string | undefined,
  plan: Plan = {}
): Failure => ({ session, phase, error, after, plan })
const temporary = (
  phase: PhaseId,
  session: string,
  error: string,
  after: string | undefined,
  plan: Plan = {}
): Failure => ({ session, phase, error, after, plan, temporary: true })

export const failures: ReadonlyArray<Failure> = [
  failure("greeting", "greeting-rejected", "GreetingError Rejected", undefined),
  failure("greeting", "silent", "GreetingError Silent", undefined),
  failure("greeting", "greeting-tls-expected", "GreetingError TlsExpected", undefined),
  failure("greeting", "greeting-imap", "GreetingError NotThisProtocol", undefined),
  failure("greeting", "greeting-malformed", "ProtocolError MalformedReply", undefined),
  failure("greeting", "greeting-empty-line", "ProtocolError MalformedReply", undefined),
  failure("greeting", "greeting-code-changed", "ProtocolError CodeChanged", undefined),
  failure("greeting", "greeting-unexpected", "ProtocolError UnexpectedReply", undefined),
  failure("greeting", "endless-line", "ProtocolError LineTooLong", undefined),
  failure("greeting", "endless-multiline", "ProtocolError ReplyTooLong", undefined),
  failure("greeting", "greeting-closed", "ConnectionLost Closed", undefined),
  failure("greeting", "greeting-reset", "ConnectionLost Reset", undefined),
  temporary("greeting", "greeting-421", "TemporaryFailure", undefined),

  failure("ehlo", "ehlo-refused", "ProtocolError UnexpectedReply", hello),
  failure("ehlo", "ehlo-unexpected", "ProtocolError UnexpectedReply", hello),
  failure("ehlo", "ehlo-helo-refused", "ProtocolError UnexpectedReply", "HELO [192.0.2.1]"),
  failure("ehlo", "ehlo-too-many", "ProtocolError ReplyTooLong", hello),
  failure("ehlo", "ehlo-long-line", "ProtocolError LineTooLong", hello),
  failure("ehlo", "ehlo-malformed", "ProtocolError MalformedReply", hello),
  failure("ehlo", "code-changing", "ProtocolError CodeChanged", hello),
  failure("ehlo", "close-in-reply", "ConnectionLost Closed", hello),
  failure("ehlo", "reset-in-reply", "ConnectionLost Reset", hello),
  temporary("ehlo", "ehlo-421", "TemporaryFailure", hello),
  temporary("ehlo", "ehlo-helo-450", "TemporaryFailure", "HELO [192.0.2.1]"),
  temporary("ehlo", "closing-before-command", "TemporaryFailure", undefined),
  temporary("ehlo", "ehlo-silent", "PhaseTimeout", hello),
  temporary("ehlo", "ehlo-half", "PhaseTimeout", hello),

  failure("starttls", "starttls-not-offered", "StartTlsError NotOffered", hello),
  failure("starttls", "starttls-stripped", "StartTlsError Stripped", hello),
  failure("starttls", "starttls-refused", "StartTlsError Refused", starttls),
  failure("starttls", "starttls-refused-502", "StartTlsError Refused", starttls),
  failure("starttls", "starttls-injection", "StartTlsError Injection", starttls),
  failure("starttls", "starttls-injection-part", "StartTlsError Injection", starttls),
  failure("starttls", "starttls-unexpected", "ProtocolError UnexpectedReply", starttls),
  failure("starttls", "starttls-malformed", "ProtocolError MalformedReply", starttls),
  failure("starttls", "starttls-closed", "ConnectionLost Closed", starttls),
  failure("starttls", "starttls-reset", "ConnectionLost Reset", starttls),
  temporary("starttls", "starttls-421", "TemporaryFailure", starttls),
  temporary("starttls", "starttls-silent", "PhaseTimeout", starttls),

  failure("tls", "plaintext-to-tls", "TlsError PlaintextPeer", undefined, tls),
  failure("tls", "tls-plaintext", "TlsError PlaintextPeer", starttls),
  failure("tls", "tls-silent", "TlsError HandshakeTimeout", starttls),
  failure("tls", "tls-reset", "TlsError Reset", starttls),
  failure("tls", "tls-closed", "ConnectionLost Closed", starttls),
  failure("tls", "tls-broken", "ConnectionLost Reset", starttls),

  failure("auth", "auth-not-offered", "AuthUnavailable NotOffered", hello, password),
  failure("auth", "auth-other-mechanisms", "AuthUnavailable NoCommonMechanism", hello, password),
  failure("auth", "auth-in-clear", "AuthUnavailable OnlyInClear", hello, { ...none, credential: Support.withPassword }),
  failure("auth", "auth-rejected", "AuthRejected", plain, password),
  failure("auth", "auth-echo", "AuthRejected", plain, password),
  failure("auth", "auth-endless", "AuthRejected", "*", password),
  failure("auth", "auth-xoauth2-rejected", "AuthRejected", "", token),
  failure("auth", "auth-xoauth2-text", "AuthRejected", "", token),
  failure("auth", "auth-xoauth2-echo", "AuthRejected", "", token),
  failure("auth", "auth-xoauth2-echo-hex", "AuthRejected", "", token),
  failure("auth", "auth-scram-rejected", "AuthRejected", "", password),
  failure("auth", "auth-scram-iterations", "ProtocolError BadChallenge", "*", password),
  failure("auth", "auth-scram-unproven", "ProtocolError UnprovenServer", "‹secret›", password),
  failure("auth", "auth-unexpected", "ProtocolError UnexpectedReply", plain, password),
  failure("auth", "auth-malformed", "ProtocolError MalformedReply", plain, password),
  failure("auth", "auth-closed", "ConnectionLost Closed", plain, password),
  failure("auth", "auth-reset", "ConnectionLost Reset", "‹user name›", password),
  temporary("auth", "auth-454", "TemporaryFailure", plain, password),
  temporary("auth", "auth-421", "TemporaryFailure", plain, password),
  temporary("auth", "auth-silent", "PhaseTimeout", plain, password),

  failure("mail", "mail-rejected", "SenderRejected", from, direct),
  failure("mail", "mail-send-as", "SendAsDenied", from, {
    ...password,
    until: "data",
    classify: ({ phase, reply }) => phase === "mail" && reply.code === 553 ? { error: "SendAsDenied" } : undefined
  }),
  failure("mail", "mail-unexpected", "ProtocolError UnexpectedReply", from, direct),
  failure("mail", "mail-malformed", "ProtocolError MalformedReply", from, direct),
  failure("mail", "mail-closed", "ConnectionLost Closed", from, direct),
  temporary("mail", "mail-451", "TemporaryFailure", from, direct),
  temporary("mail", "mail-421", "TemporaryFailure", from, direct),
  temporary("mail", "mail-silent", "PhaseTimeout", from, direct),

  failure("rcpt", "rcpt-rejected", "RecipientRejected", "RCPT TO:<b@example.net>", {
    ...direct,
    to: ["a@example.net", "b@example.net", "c@example.net"]
  }),
  failure("rcpt", "rcpt-send-as", "SendAsDenied", to, {
    ...password,
    until: "data",
    classify: ({ reply }) =>
      ("enhanced" in reply ? reply.enhanced : undefined) === "5.7.60" ? { error: "SendAsDenied" } : undefined
  }),
  failure("rcpt", "rcpt-unexpected", "ProtocolError UnexpectedReply", to, direct),
  failure("rcpt", "rcpt-malformed", "ProtocolError MalformedReply", to, direct),
  failure("rcpt", "rcpt-closed", "ConnectionLost Closed", to, direct),
  temporary("rcpt", "rcpt-450", "TemporaryFailure", to, direct),
  temporary("rcpt", "rcpt-421", "TemporaryFailure", to, direct),
  temporary("rcpt", "rcpt-silent", "PhaseTimeout", to, direct),

  failure("data", "data-refused", "MessageRejected", "DATA", direct),
  failure("data", "data-unexpected", "ProtocolError UnexpectedReply", "DATA", direct),
  failure("data", "data-malformed", "ProtocolError MalformedReply", "DATA", direct),
  failure("data", "data-closed", "ConnectionLost Closed", "DATA", direct),
  failure("data", "data-message-rejected", "MessageRejected", ".", direct),
  failure("data", "data-send-as", "SendAsDenied", ".", {
    ...password,
    until: "data",
    classify: ({ reply }) =>
      ("enhanced" in reply ? reply.enhanced : undefined) === "5.2.252" ? { error: "SendAsDenied" } : undefined
  }),
  temporary("data", "data-451", "TemporaryFailure", "DATA", direct),
  temporary("data", "data-421", "TemporaryFailure", "DATA", direct),
  temporary("data", "data-silent", "PhaseTimeout", "DATA", direct),
  temporary("data", "data-message-452", "TemporaryFailure", ".", direct),
  temporary("data", "data-message-421", "TemporaryFailure", ".", direct),
  temporary("data", "data-lost", "DeliveryInDoubt", ".", direct),
  temporary("data", "data-reset", "DeliveryInDoubt", ".", direct),
  temporary("data", "data-no-answer", "DeliveryInDoubt", ".", direct),
  temporary("data", "data-garbled", "DeliveryInDoubt", ".", direct),
  temporary("data", "data-354-again", "DeliveryInDoubt", ".", direct),

  failure("quit", "quit-refused", "ProtocolError UnexpectedReply", "QUIT", none),
  failure("quit", "quit-malformed", "ProtocolError MalformedReply", "QUIT", none),
  failure("quit", "quit-closed", "ConnectionLost Closed", "QUIT", none),
  failure("quit", "quit-reset", "ConnectionLost Reset", "QUIT", none),
  temporary("quit", "quit-421", "TemporaryFailure", "QUIT", none),
  temporary("quit", "quit-silent", "PhaseTimeout", "QUIT", none)
]

/** A play that passes, and the facts of its last phase. */
export interface Success {
  readonly session: string
  readonly phase: PhaseId
  readonly plan: Plan
  readonly facts: object
}

const success = (phase: PhaseId, session: string, plan: Plan, facts: object): Success => ({
  session,
  phase,
  plan: { ...plan, until: phase },
  facts
})

const keywords = {
  domain: "mx.example",
  keywords: [],
  starttls: false,
  auth: []
}
const accepted = (mechanism: string, offered: ReadonlyArray<string>, passedOver: ReadonlyArray<object>) => ({
  mechanism,
  user: Support.user,
  offered,
  passedOver,
  text: "accepted"
})
const three = ["PLAIN", "LOGIN", "XOAUTH2"]
const forToken = [
  { mechanism: "PLAIN", why: "it wants a password, and a token was given" },
  { mechanism: "LOGIN", why: "it wants a password, and a token was given" }
]

/** In virtual time nothing waits. */
const atOnce = { firstOctetMillis: 0, wholeMillis: 0 }

export const successes: ReadonlyArray<Success> = [
  success("greeting", "greeting-no-text", none, { code: 220, text: "", ...atOnce }),
  success("greeting", "nul", none, { code: 220, host: "mx.example\0nul", text: "mx.example\0nul", ...atOnce }),
  success("greeting", "submission-tls", tls, {
    code: 220,
    host: "mx.example",
    text: "mx.example ESMTP\nno spam",
    ...atOnce
  }),
  success("ehlo", "ehlo-helo", none, { name: "[192.0.2.1]", ...keywords }),
  success("ehlo", "ehlo-helo-502", none, { name: "[192.0.2.1]", ...keywords }),
  success("ehlo", "bare-lf", none, {
    name: "[192.0.2.1]",
    ...keywords,
    keywords: [{ keyword: "STARTTLS", params: [] }],
    starttls: true
  }),
  success("ehlo", "submission", {}, {
    name: "[192.0.2.1]",
    domain: "mx.example",
    keywords: [{ keyword: "PIPELINING", params: [] }, { keyword: "STARTTLS", params: [] }],
    starttls: true,
    auth: []
  }),
  success("starttls", "submission", {}, { text: "ready" }),
  success("tls", "submission", {}, {
    protocol: "TLSv1.3",
    cipher: "TLS_AES_256_GCM_SHA384",
    serverName: "mx.example",
    daysLeft: 0,
    conditions: [],
    chain: []
  }),
  success(
    "auth",
    "auth-plain",
    password,
    accepted("PLAIN", three, [
      { mechanism: "LOGIN", why: "PLAIN comes first" },
      { mechanism: "XOAUTH2", why: "it wants a token, and a password was given" }
    ])
  ),
  success("auth", "auth-login", password, accepted("LOGIN", ["LOGIN"], [])),
  success("auth", "auth-scram", password, accepted("SCRAM-SHA-256", ["SCRAM-SHA-256"], [])),
  success("auth", "auth-login-draft", password, accepted("LOGIN", ["LOGIN"], [])),
  success("auth", "auth-login-clear", password, accepted("LOGIN", ["LOGIN"], [])),
  success("auth", "auth-xoauth2", token, accepted("XOAUTH2", three, forToken)),
  success(
    "auth",
    "auth-xoauth2-long",
    { ...tls, credential: Support.withLongToken },
    accepted("XOAUTH2", three, forToken)
  ),
  success("auth", "auth-old-form", password, accepted("PLAIN", ["PLAIN"], [])),
  success(
    "auth",
    "auth-in-clear-plain",
    { ...none, credential: Support.withPassword, allowClear: true },
    accepted("PLAIN", ["PLAIN", "LOGIN"], [{ mechanism: "LOGIN", why: "PLAIN comes first" }])
  ),
  success("mail", "mail", { ...tls, octets: 1234, eightBit: true }, { from: Support.user, text: "ok" }),
  success("mail", "mail-utf8", { ...tls, from: "käthe@example.com" }, { from: "käthe@example.com", text: "ok" }),
  success("mail", "mail-utf8-to", { ...tls, to: ["a@example.net", "käthe@example.net"] }, {
    from: Support.user,
    text: "ok"
  }),
  success("mail", "mail-plain", { ...tls, octets: 1234, eightBit: true }, { from: Support.user, text: "ok" }),
  success("rcpt", "rcpt", { ...tls, to: ["a@example.net", "b@example.net", "c@example.net"] }, {
    recipients: [
      { to: "a@example.net", text: "ok" },
      { to: "b@example.net", text: "forwards to <c@example.org>" },
      { to: "c@example.net", text: "cannot verify" }
    ]
  }),
  success("data", "data-dots", { ...tls, message: "Subject: test\n\n.\n.one\n" }, {
    messageId: "<1@example.com>",
    size: "Subject: test\r\n\r\n.\r\n.one\r\n".length,
    reply: "250 2.0.0 queued"
  }),
  success("data", "data-accepted-251", tls, {
    messageId: "<1@example.com>",
    size: 23,
    reply: "251 2.0.0 taken and forwarded"
  }),
  success("data", "data-slow", tls, { messageId: "<1@example.com>", size: 23, reply: "250 2.0.0 queued" }),
  success("quit", "quit", none, { text: "bye" }),
  success("quit", "quit-250", none, { text: "bye" }),
  success("quit", "submission", { credential: Support.withPassword, message: "Subject: test\r\n\r\nbody\r\n" }, {
    text: "bye"
  }),
  success("quit", "submission-tls", { ...password, message: "Subject: test\r\n\r\nbody\r\n" }, { text: "bye\nnow" })
]
