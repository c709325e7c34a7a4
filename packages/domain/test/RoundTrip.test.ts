/** Everything that travels survives JSON in both directions: each typed error, and each document made of them. */
import { describe, it } from "@effect/vitest"
import { Cause } from "@sonde/domain/Cause"
import { Certificate, TlsReason } from "@sonde/domain/Certificate"
import { Endpoint } from "@sonde/domain/Endpoint"
import * as Errors from "@sonde/domain/Errors"
import { Event } from "@sonde/domain/Event"
import { Explanation, Hints, Read } from "@sonde/domain/Explanation"
import * as Facts from "@sonde/domain/Facts"
import { FindFacts } from "@sonde/domain/FindFacts"
import { AuthChoice, CheckOptions, Span } from "@sonde/domain/Options"
import { Reply } from "@sonde/domain/Reply"
import * as Report from "@sonde/domain/Report"
import { Transcript } from "@sonde/domain/Transcript"
import * as Verdict from "@sonde/domain/Verdict"
import * as Schema from "effect/Schema"
import * as TestSchema from "effect/testing/TestSchema"

const roundTrip = <S extends Schema.ConstraintCodec<unknown, unknown>>(schema: S, runs: number) =>
  new TestSchema.Asserts(Schema.toCodecJson(schema)).verifyRoundTripEffect({ runs, seed: 7 })

describe("typed errors travel", () => {
  for (const [name, schema] of Object.entries(Errors.errors)) {
    it.effect(`${name} survives JSON both ways`, () => roundTrip(schema, 30))
  }
  it.effect("JournalError survives JSON both ways", () => roundTrip(Errors.JournalError, 50))
  it.effect("PhaseError, their union, survives JSON both ways", () => roundTrip(Errors.PhaseError, 60))
})

describe("facts travel", () => {
  const all = {
    ResolveFacts: Facts.ResolveFacts,
    ConnectFacts: Facts.ConnectFacts,
    GreetingFacts: Facts.GreetingFacts,
    EhloFacts: Facts.EhloFacts,
    StartTlsFacts: Facts.StartTlsFacts,
    TlsFacts: Facts.TlsFacts,
    AuthFacts: Facts.AuthFacts,
    MailFacts: Facts.MailFacts,
    RcptFacts: Facts.RcptFacts,
    DataFacts: Facts.DataFacts,
    QuitFacts: Facts.QuitFacts,
    FindFacts
  }
  for (const [name, schema] of Object.entries(all)) {
    it.effect(`${name} survives JSON both ways`, () => roundTrip(schema, 40))
  }
})

describe("documents travel", () => {
  const small = {
    Cause,
    TlsReason,
    Certificate,
    Endpoint,
    Reply,
    Transcript,
    Span,
    AuthChoice,
    CheckOptions,
    Remedy: Verdict.Remedy,
    DatedFact: Verdict.DatedFact,
    Verdict: Verdict.Verdict,
    Finding: Verdict.Finding,
    Hints,
    Read,
    Explanation,
    Provider: Report.Provider,
    ReportTarget: Report.ReportTarget
  }
  for (const [name, schema] of Object.entries(small)) {
    it.effect(`${name} survives JSON both ways`, () => roundTrip(schema, 40))
  }
  const large = {
    PhaseReport: Report.PhaseReport,
    ServiceReport: Report.ServiceReport,
    Report: Report.Report,
    Event
  }
  for (const [name, schema] of Object.entries(large)) {
    it.effect(`${name} survives JSON both ways`, () => roundTrip(schema, 20))
  }
})
