/** Reports and knowledge made by hand, for a server that answers without checking anything. */
import type { Discovery } from "@sonde/domain/Discovery"
import * as Errors from "@sonde/domain/Errors"
import type { Event } from "@sonde/domain/Event"
import type { Explanation } from "@sonde/domain/Explanation"
import type { PhaseReport, Report } from "@sonde/domain/Report"
import type { TranscriptLine } from "@sonde/domain/Transcript"
import type { Verdict } from "@sonde/domain/Verdict"
import type { PackPage } from "@sonde/http-api/KnowledgeApi"

const endpoint = { protocol: "smtp", host: "smtp.mail.example", port: 587, security: "starttls" } as const

const line = (n: number, dir: ">" | "<" | "=", tls: boolean, text: string): TranscriptLine => ({
  n,
  service: "smtp-submission",
  dir,
  tls,
  atMillis: n * 10,
  text
})

const ehlo = (auth: ReadonlyArray<string>, starttls: boolean): PhaseReport => ({
  id: "ehlo",
  state: "pass",
  durationMillis: 22,
  facts: {
    name: "client.example",
    domain: "smtp.mail.example",
    keywords: [],
    starttls,
    auth: [...auth],
    size: 10_240_000
  }
})

const opening: ReadonlyArray<PhaseReport> = [
  {
    id: "resolve",
    state: "pass",
    durationMillis: 12,
    facts: { name: "smtp.mail.example", source: "dns", addresses: [{ address: "198.51.100.10", family: 4 }] }
  },
  {
    id: "connect",
    state: "pass",
    durationMillis: 24,
    facts: { address: "198.51.100.10", port: 587, family: 4, localAddress: "203.0.113.24", attempts: [] }
  },
  {
    id: "greeting",
    state: "pass",
    durationMillis: 31,
    facts: { code: 220, host: "smtp.mail.example", text: "smtp.mail.example ESMTP ready" }
  },
  ehlo([], true),
  { id: "starttls", state: "pass", durationMillis: 20, facts: { text: "2.0.0 ready" } },
  {
    id: "tls",
    state: "pass",
    durationMillis: 48,
    facts: {
      protocol: "TLSv1.3",
      cipher: "TLS_AES_256_GCM_SHA384",
      serverName: "smtp.mail.example",
      daysLeft: 61,
      conditions: [],
      chain: []
    }
  },
  ehlo(["PLAIN", "LOGIN"], false)
]

const said = "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."

const transcript: ReadonlyArray<TranscriptLine> = [
  line(1, "<", false, "220 smtp.mail.example ESMTP ready"),
  line(2, ">", false, "EHLO client.example"),
  line(3, "<", false, "250 STARTTLS"),
  line(4, ">", false, "STARTTLS"),
  line(5, "<", false, "220 2.0.0 ready"),
  line(6, "=", true, "TLS 1.3, TLS_AES_256_GCM_SHA384"),
  line(7, ">", true, "EHLO client.example"),
  line(8, "<", true, "250 AUTH PLAIN LOGIN"),
  line(9, ">", true, "AUTH LOGIN"),
  line(10, "<", true, "334 VXNlcm5hbWU6"),
  line(11, ">", true, "‹user name›"),
  line(12, "<", true, "334 UGFzc3dvcmQ6"),
  line(13, ">", true, "‹secret›"),
  line(14, "<", true, `535 5.7.139 ${said}`),
  line(15, ">", true, "QUIT"),
  line(16, "<", true, "221 2.0.0 bye")
]

/** The verdict of the refused run. */
export const verdict: Verdict = {
  cause: "smtp_auth_disabled_mailbox",
  rule: "example-mail/smtp-auth-off-mailbox",
  service: "smtp-submission",
  phase: "auth",
  confidence: "certain",
  title: "SMTP AUTH is switched off for this mailbox",
  explanation: "The reply names the switch of the mailbox. It is given before the password is looked at.",
  actor: "exchange-admin",
  evidence: [14],
  ruledOut: ["dns", "network", "tls", "port", "mechanism"],
  notJudged: ["secret"],
  remedies: [
    {
      kind: "look",
      text: "the switch of the mailbox",
      command: "Get-CASMailbox scanner@mail.example",
      shell: "powershell"
    },
    {
      kind: "change",
      text: "allow this mailbox",
      command: "Set-CASMailbox scanner@mail.example -SmtpClientAuthenticationDisabled $false",
      shell: "powershell",
      scope: "one mailbox",
      undo: "Set-CASMailbox scanner@mail.example -SmtpClientAuthenticationDisabled $true"
    },
    { kind: "verify", command: "sonde check scanner@mail.example --secret env:MAIL_SECRET", shell: "sh" },
    { kind: "alternative", text: "Send through the API of the provider" }
  ],
  wontHelp: ["a new app password", "another port"],
  facts: [
    {
      text: "Password sign-in goes off by default at the end of 2026",
      asOf: "2026-01-27",
      source: "https://mail.example/news",
      reviewBy: "2026-12-15"
    },
    {
      text: "The switch of the mailbox",
      asOf: "2021-07-01",
      source: "https://mail.example/docs",
      reviewBy: "2026-10-01",
      stale: true
    }
  ]
}

const mailbox = "scanner@mail.example"

/** A run whose sign-in was refused. */
export const refused: Report = {
  schema: "sonde.report/1",
  run: "01JDK7Q2M8X4V5B6N7P8R9S0TA",
  state: "finished",
  startedAt: "2026-11-23T14:02:11.120Z",
  durationMillis: 5400,
  target: { input: mailbox, mailbox, domain: "mail.example" },
  provider: { id: "example-mail", name: "Example Mail", recognisedBy: ["mx", "banner"], packVersion: "2026.11.1" },
  outcome: "fail",
  exitCode: 77,
  delivered: false,
  services: [
    {
      id: "smtp-submission",
      outcome: "fail",
      endpoint,
      phases: [
        ...opening,
        {
          id: "auth",
          state: "fail",
          durationMillis: 5200,
          error: new Errors.AuthRejected({
            service: "smtp-submission",
            endpoint,
            phase: "auth",
            message: "the server refused the sign-in with 535 5.7.139",
            mechanism: "LOGIN",
            reply: { code: 535, enhanced: "5.7.139", text: said }
          })
        },
        { id: "mail", state: "skip", because: "auth" },
        { id: "rcpt", state: "skip", because: "auth" }
      ]
    },
    { id: "imap", outcome: "pass", phases: [{ id: "resolve", state: "skip", because: "policy" }] }
  ],
  verdicts: [verdict],
  findings: [{
    id: "starttls_only",
    state: "warn",
    service: "smtp-submission",
    title: "Only STARTTLS is offered",
    text: "Port 465 does not answer.",
    remedies: []
  }],
  transcript
}

/** The same run after the switch was set: it was resumed and the sign-in passed. */
export const accepted: Report = {
  ...refused,
  resumedAt: "2026-11-23T14:14:11.120Z",
  durationMillis: 800,
  outcome: "pass",
  exitCode: 0,
  services: [{
    id: "smtp-submission",
    outcome: "pass",
    endpoint,
    phases: [
      ...opening.map((phase, index): PhaseReport =>
        index === 0
          ? {
            ...phase,
            state: "restored",
            before: { state: "pass", at: "2026-11-23T14:02:11.200Z", text: "passed" }
          }
          : phase
      ),
      {
        id: "auth",
        state: "pass",
        durationMillis: 420,
        facts: { mechanism: "LOGIN", user: mailbox },
        before: { state: "fail", at: "2026-11-23T14:02:16.500Z", text: "LOGIN refused with 535 5.7.139" }
      },
      { id: "mail", state: "skip", because: "until" }
    ]
  }],
  verdicts: [],
  findings: [],
  transcript: transcript.map((one) => one.n === 14 ? { ...one, text: "235 2.7.0 accepted" } : one)
}

/** A run of another day whose sign-in passed. */
export const later: Report = {
  ...accepted,
  run: "01JDKA00000000000000000000",
  startedAt: "2026-11-23T15:02:11.120Z",
  services: accepted.services.map((service) => ({
    ...service,
    phases: service.phases.map(({ before: _, ...phase }) =>
      phase.state === "restored" ? { ...phase, state: "pass" } : phase
    )
  }))
}

/** A run that stopped without a rule that names the cause. */
export const unnamed: Report = { ...refused, run: "01JDKB00000000000000000000", verdicts: [], findings: [] }

/** A run that waits until the server may be asked again. */
export const suspended: Report = {
  ...unnamed,
  run: "01JDKC00000000000000000000",
  state: "suspended",
  outcome: "inconclusive",
  exitCode: 75,
  resumeAfter: "2026-11-23T14:03:11.120Z"
}

/** What a run tells on its way to a report: `from` is the number of its first event. */
export const events = (report: Report, from = 1): ReadonlyArray<Event> => {
  const resumed = report.resumedAt !== undefined
  const bodies: Array<{ readonly type: Event["type"] } & Record<string, unknown>> = [
    { type: "run.start", target: report.target.input, resumed },
    ...report.services.flatMap((service) =>
      service.phases.flatMap((phase) =>
        phase.state === "skip" || phase.state === "restored"
          ? [{ type: "phase.end" as const, service: service.id, phase }]
          : [
            { type: "phase.start" as const, service: service.id, phase: phase.id },
            { type: "phase.end" as const, service: service.id, phase }
          ]
      )
    ),
    ...report.transcript.map((one) => ({ type: "exchange" as const, line: one })),
    ...report.findings.map((finding) => ({ type: "finding" as const, finding })),
    ...report.verdicts.map((one) => ({ type: "verdict" as const, verdict: one })),
    { type: "run.end", report }
  ]
  return bodies.map((body, index) =>
    ({
      schema: "sonde.event/1",
      run: report.run,
      seq: from + index,
      at: new Date(Date.parse(report.resumedAt ?? report.startedAt) + index * 100).toISOString(),
      ...body
    }) as Event
  )
}

/** What the explain box answers. */
export const explained: Explanation = {
  schema: "sonde.explanation/1",
  outcome: "explained",
  read: { protocol: "smtp", phase: "auth", code: 535, enhanced: "5.7.139", text: said, client: "nodemailer" },
  verdicts: [verdict]
}

/** What it answers to a text that no rule knows. */
export const unknown: Explanation = {
  schema: "sonde.explanation/1",
  outcome: "unknown",
  read: { text: "something" },
  verdicts: []
}

/** A pack with one rule. */
export const pack: PackPage = {
  id: "example-mail",
  name: "Example Mail",
  kind: "provider",
  version: "2026.11.1",
  aliases: ["example"],
  reviewBy: "2026-12-15",
  endpoints: [{
    service: "smtp-submission",
    host: "smtp.mail.example",
    port: 587,
    security: "starttls",
    note: "usual"
  }],
  limits: [{ text: "30 messages a minute", source: "https://mail.example/limits" }],
  rules: [{
    id: "smtp-auth-off-mailbox",
    cause: verdict.cause,
    title: verdict.title,
    explanation: verdict.explanation,
    actor: verdict.actor,
    confidence: verdict.confidence,
    when: [{ name: "enhanced", value: "5.7.139" }],
    remedies: verdict.remedies,
    wontHelp: verdict.wontHelp,
    facts: verdict.facts
  }]
}

/** The redacted copy that a preview shows, as the server renders it: its style stands in the document. */
export const copy =
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Report</title><style>body{background:rgb(250, 240, 230)}</style></head><body><h1>user-1@domain-1</h1><p>SMTP AUTH is switched off for this mailbox</p></body></html>`

/** Settings that a pack knows. */
export const discovery: Discovery = {
  schema: "sonde.discovery/1",
  startedAt: "2026-11-24T00:00:00.000Z",
  durationMillis: 12,
  target: { input: "contoso.example", domain: "contoso.example" },
  outcome: "none",
  exitCode: 68,
  sources: [],
  chosen: [],
  conflicts: []
}
