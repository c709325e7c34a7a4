/** The contract of the typed errors, row by row: exit status, whether a failure is one, and which phase may have it. */
import { assert, describe, it } from "@effect/vitest"
import { TlsReason } from "@sonde/domain/Certificate"
import * as Errors from "@sonde/domain/Errors"
import { PhaseId } from "@sonde/domain/Service"
import * as Make from "./errors.ts"

type AnyError = Errors.PhaseError | Errors.JournalError
type Row = readonly [name: string, error: AnyError, exit: number, inconclusive: boolean]

const rows: ReadonlyArray<Row> = [
  ["ResolveError NoSuchName", Make.resolveError("NoSuchName"), 68, false],
  ["ResolveError NoRecords", Make.resolveError("NoRecords"), 68, false],
  ["ResolveError ServerFailure", Make.resolveError("ServerFailure"), 75, true],
  ["ResolveError Refused", Make.resolveError("Refused"), 68, false],
  ["ResolveError Timeout", Make.resolveError("Timeout"), 75, true],
  ["ResolveError BadName", Make.resolveError("BadName"), 68, false],
  ["ResolveError NullMx", Make.resolveError("NullMx"), 68, false],
  ["ConnectError Refused", Make.connectError("Refused"), 69, false],
  ["ConnectError Timeout", Make.connectError("Timeout"), 69, false],
  ["ConnectError Unreachable", Make.connectError("Unreachable"), 69, false],
  ["ConnectError Reset", Make.connectError("Reset"), 69, false],
  ["ConnectError AddressDenied", Make.connectError("AddressDenied"), 69, false],
  ["GreetingError Rejected", Make.greetingError("Rejected"), 69, false],
  ["GreetingError Silent", Make.greetingError("Silent"), 69, false],
  ["GreetingError NotThisProtocol", Make.greetingError("NotThisProtocol"), 76, false],
  ["GreetingError TlsExpected", Make.greetingError("TlsExpected"), 78, false],
  ["ProtocolError MalformedReply", Make.protocolError("MalformedReply"), 76, false],
  ["ProtocolError ReplyTooLong", Make.protocolError("ReplyTooLong"), 76, false],
  ["ProtocolError LineTooLong", Make.protocolError("LineTooLong"), 76, false],
  ["ProtocolError CodeChanged", Make.protocolError("CodeChanged"), 76, false],
  ["ProtocolError UnexpectedData", Make.protocolError("UnexpectedData"), 76, false],
  ["ProtocolError UnexpectedReply", Make.protocolError("UnexpectedReply"), 76, false],
  ["ProtocolError Injection", Make.protocolError("Injection"), 76, false],
  ["ProtocolError PreAuth", Make.protocolError("PreAuth"), 76, false],
  ["StartTlsError NotOffered", Make.startTlsError("NotOffered"), 78, false],
  ["StartTlsError Refused", Make.startTlsError("Refused"), 78, false],
  ["StartTlsError Stripped", Make.startTlsError("Stripped"), 78, false],
  ["StartTlsError Injection", Make.startTlsError("Injection"), 76, false],
  ...TlsReason.literals.map((reason): Row => [`TlsError ${reason}`, Make.tlsError(reason), 78, false]),
  ["AuthUnavailable NotOffered", Make.authUnavailable("NotOffered"), 78, false],
  ["AuthUnavailable NoCommonMechanism", Make.authUnavailable("NoCommonMechanism"), 78, false],
  ["AuthUnavailable OnlyInClear", Make.authUnavailable("OnlyInClear"), 78, false],
  ["AuthRejected", Make.authRejected, 77, false],
  ["TokenRejected", Make.tokenRejected, 77, false],
  ["SendAsDenied", Make.sendAsDenied, 77, false],
  ["SenderRejected", Make.senderRejected, 77, false],
  ["RecipientRejected", Make.recipientRejected, 67, false],
  ["MessageRejected", Make.messageRejected, 78, false],
  ["MailboxUnavailable", Make.mailboxUnavailable, 67, false],
  ["Throttled", Make.throttled, 75, true],
  ["TemporaryFailure", Make.temporaryFailure, 75, true],
  ["ConnectionLost Closed", Make.connectionLost("Closed"), 76, false],
  ["ConnectionLost Reset", Make.connectionLost("Reset"), 76, false],
  ["PhaseTimeout", Make.phaseTimeout, 75, true],
  ["DeliveryInDoubt", Make.deliveryInDoubt, 75, true],
  ["ApiError 401", Make.apiError(401), 77, false],
  ["ApiError 403", Make.apiError(403), 77, false],
  ["ApiError 404", Make.apiError(404), 67, false],
  ["ApiError 400", Make.apiError(400), 76, false],
  ["ApiError 500", Make.apiError(500), 76, false],
  ["JournalError Full", Make.journalError("Full"), 74, false],
  ["JournalError ReadOnly", Make.journalError("ReadOnly"), 74, false],
  ["JournalError Corrupt", Make.journalError("Corrupt"), 74, false],
  ["JournalError Locked", Make.journalError("Locked"), 75, false],
  ["JournalError NotFound", Make.journalError("NotFound"), 66, false]
]

describe("exitCodeOf", () => {
  it.each(rows)("%s exits with its row of the contract", (_, error, exit) => {
    assert.strictEqual(Errors.exitCodeOf(error), exit)
  })

  it("is asked here about every tag", () => {
    const seen = new Set(rows.map(([, error]) => error._tag))
    assert.deepStrictEqual([...seen].sort(), [...Object.keys(Errors.errors), "JournalError"].sort())
  })

  it("is asked here about every reason", () => {
    const seen = new Set(rows.map(([name]) => name))
    for (const [tag, error] of Object.entries(Errors.errors)) {
      const fields: Readonly<Record<string, unknown>> = error.fields
      const reason = fields["reason"]
      if (typeof reason !== "object" || reason === null || !("literals" in reason)) continue
      assert.isTrue(Array.isArray(reason.literals))
      if (!Array.isArray(reason.literals)) continue
      for (const literal of reason.literals) assert.isTrue(seen.has(`${tag} ${literal}`), `${tag} ${literal}`)
    }
  })
})

describe("isInconclusive", () => {
  it.each(rows)("%s", (_, error, exit, inconclusive) => {
    if (error._tag === "JournalError") return
    assert.strictEqual(Errors.isInconclusive(error), inconclusive)
    // What says nothing exits with 75, and what fails never does.
    assert.strictEqual(exit === 75, inconclusive)
  })
})

const session = ["ehlo", "capability", "starttls", "tls", "auth", "mail", "rcpt", "data", "select", "stat", "list"]
const leaving = ["logout", "quit"]
const afterConnect = ["greeting", ...session, ...leaving]
const requests = ["metadata", "token", "mailbox", "send", "find"]
const any = ["resolve", "connect", ...afterConnect, "versions", ...requests, "claims"]

const contract: Readonly<Record<Errors.ErrorTag, ReadonlyArray<string>>> = {
  ResolveError: ["resolve", ...requests],
  ConnectError: ["connect", ...requests],
  GreetingError: ["greeting"],
  ProtocolError: any,
  StartTlsError: ["starttls"],
  TlsError: ["tls", ...requests],
  AuthUnavailable: ["auth"],
  AuthRejected: ["auth"],
  TokenRejected: ["token", "claims"],
  SendAsDenied: ["mail", "rcpt", "data", "send"],
  SenderRejected: ["mail", "data", "send"],
  RecipientRejected: ["rcpt", "data", "send"],
  MessageRejected: ["data", "send"],
  MailboxUnavailable: ["select", "stat", "list", "mailbox", "find"],
  Throttled: any,
  TemporaryFailure: any,
  ConnectionLost: [...afterConnect, ...requests],
  PhaseTimeout: [...session, ...leaving, ...requests],
  DeliveryInDoubt: ["data", "send"],
  ApiError: ["mailbox", "send", "find"]
}

const isTag = (text: string): text is Errors.ErrorTag => Object.hasOwn(Errors.errors, text)
const tags = Object.keys(contract).filter(isTag)

describe("isErrorOf", () => {
  it.each(tags.map((tag) => [tag, contract[tag]] as const))(
    "%s may occur in the phases of its row and in no other",
    (tag, phases) => {
      const found = PhaseId.literals.filter((phase) => Errors.isErrorOf(phase, tag))
      assert.deepStrictEqual([...found].sort(), [...phases].sort())
    }
  )
})

describe("isTemporary", () => {
  it("is true only for errors that trying again unchanged can help", () => {
    const temporary = rows.filter(([, error]) => error.isTemporary).map(([name]) => name)
    assert.deepStrictEqual(temporary, [
      "ResolveError ServerFailure",
      "ResolveError Timeout",
      "Throttled",
      "TemporaryFailure",
      "PhaseTimeout",
      "JournalError Locked"
    ])
  })
})
