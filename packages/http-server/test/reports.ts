/**
 * Reports as runs leave them, for tests of what is made of reports.
 */
import { TlsError } from "@sonde/domain/Errors"
import type { PhaseReport, Report, ServiceReport } from "@sonde/domain/Report"
import type { Outcome, PhaseId } from "@sonde/domain/Service"

export const target = "anna@example.org"

const certificate = (notAfter: string) => ({
  subject: "CN=mail.example.org",
  issuer: "CN=Example CA",
  san: ["mail.example.org"],
  notBefore: "2026-01-01T00:00:00.000Z",
  notAfter,
  sha256: "00".repeat(32)
})

/** The chain ends earlier than its leaf, which is what is told. */
const chain = [certificate("2027-01-01T00:00:00.000Z"), certificate("2026-12-01T00:00:00.000Z")]

export const passed = (id: PhaseId): PhaseReport => ({
  id,
  state: "pass",
  durationMillis: 250,
  ...(id === "tls" ? { facts: { protocol: "TLSv1.3", chain } } : {}),
  ...(id === "token" ? { facts: { expiresAt: "2026-11-24T13:00:00.000Z" } } : {})
})

export const skipped = (id: PhaseId, because: "interrupted" | PhaseId): PhaseReport => ({ id, state: "skip", because })

export const untrusted: PhaseReport = {
  id: "tls",
  state: "fail",
  durationMillis: 40,
  error: new TlsError({
    phase: "tls",
    service: "smtp-submission",
    endpoint: { host: "mail.example.org", port: 587, protocol: "smtp", security: "starttls" },
    reason: "CertificateExpired",
    conditions: ["CertificateExpired"],
    chain: [certificate("2026-10-01T00:00:00.000Z")],
    message: "the certificate has expired"
  })
}

export const submission = (outcome: Outcome, ...phases: ReadonlyArray<PhaseReport>): ServiceReport => ({
  id: "smtp-submission",
  outcome,
  endpoint: { host: "mail.example.org", port: 587, protocol: "smtp", security: "starttls" },
  phases
})

export const reachable = submission("pass", passed("resolve"), passed("connect"), passed("tls"), passed("auth"))

export const report = (services: ReadonlyArray<ServiceReport>, changes: Partial<Report> = {}): Report => ({
  schema: "sonde.report/1",
  run: "01JDXQ5S3N0000000000000000",
  state: "finished",
  startedAt: "2026-11-24T12:00:00.000Z",
  durationMillis: 1250,
  target: { input: target, mailbox: target, domain: "example.org" },
  outcome: services[0]?.outcome ?? "inconclusive",
  exitCode: 0,
  delivered: false,
  services,
  verdicts: [],
  findings: [],
  transcript: [],
  ...changes
})
