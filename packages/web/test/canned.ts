/** Reports and knowledge made by hand, for a server that answers without checking anything. */
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

const passed = (id: PhaseReport["id"], durationMillis: number, facts: PhaseReport["facts"] = {}): PhaseReport => ({
  id,
  state: "pass",
  durationMillis,
  facts
})

const ehlo = (auth: ReadonlyArray<string>, starttls: boolean): PhaseReport =>
  passed("ehlo", 22, {
    name: "client.example",
    domain: "smtp.mail.example",
    keywords: [],
    starttls,
    auth: [...auth],
    size: 10_240_000
  })

const opening: ReadonlyArray<PhaseReport> = [
  passed("resolve", 12, {
    name: "smtp.mail.example",
    source: "dns",
    addresses: [{ address: "198.51.100.10", family: 4 }]
  }),
  passed("connect", 24, {
    address: "198.51.100.10",
    port: 587,
    family: 4,
    localAddress: "203.0.113.24",
    attempts: []
  }),
  passed("greeting", 31, { code: 220, host: "smtp.mail.example", text: "smtp.mail.example ESMTP ready" }),
  ehlo([], true),
  passed("starttls", 20, { text: "2.0.0 ready" }),
  passed("tls", 48, {
    protocol: "TLSv1.3",
    cipher: "TLS_AES_256_GCM_SHA384",
    serverName: "smtp.mail.example",
    daysLeft: 61,
    conditions: [],
    chain: []
  }),
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

const issuer = { protocol: "http", host: "login.mail.example", port: 443, security: "tls" } as const

const wrongAudience = new Errors.TokenRejected({
  service: "token",
  endpoint: issuer,
  phase: "claims",
  error: "invalid_token",
  message: "aud of the token is https://graph.mail.example, wanted is https://outlook.mail.example",
  claim: { name: "aud", found: "https://graph.mail.example", wanted: "https://outlook.mail.example" },
  claims: [
    { name: "aud", found: "https://graph.mail.example", wanted: "https://outlook.mail.example" },
    { name: "upn", found: "someone.else@mail.example", wanted: mailbox }
  ]
})

const obtained = (claims: PhaseReport): Report["services"][number] => ({
  id: "token",
  outcome: claims.state === "fail" ? "fail" : "pass",
  endpoint: issuer,
  phases: [
    { id: "metadata", state: "skip", because: "until" },
    passed("token", 181, { source: "device-code", lifetimeSeconds: 3600 }),
    claims
  ]
})

/** A run whose token is for something else, and for somebody else. */
export const wrongToken: Report = {
  ...unnamed,
  run: "01JDKD00000000000000000000",
  startedAt: "2026-11-22T14:02:11.120Z",
  services: [
    obtained({ id: "claims", state: "fail", durationMillis: 1, error: wrongAudience }),
    { id: "smtp-submission", outcome: "fail", endpoint, phases: [{ id: "resolve", state: "skip", because: "claims" }] }
  ],
  transcript: []
}

const certificate = (subject: string, by: string, days: readonly [string, string]) => ({
  subject,
  issuer: by,
  san: subject === "CN=smtp.mail.example" ? ["smtp.mail.example", "mail.example"] : [],
  notBefore: `${days[0]}T00:00:00Z`,
  notAfter: `${days[1]}T00:00:00Z`,
  sha256: subject.length.toString(16).padStart(64, "ab")
})

const secured = (phase: PhaseReport): PhaseReport =>
  phase.id === "tls"
    ? {
      ...phase,
      facts: {
        ...phase.facts,
        chain: [
          certificate("CN=smtp.mail.example", "CN=Example Issuing CA", ["2026-10-24", "2027-01-23"]),
          certificate("CN=Example Issuing CA", "CN=Example Root", ["2020-01-01", "2030-01-01"])
        ]
      }
    }
    : phase

const reading = (id: "imap" | "pop3" | "sieve", port: number, last: PhaseReport): Report["services"][number] => ({
  id,
  outcome: last.state === "fail" ? "fail" : "pass",
  endpoint: { protocol: id, host: `${id}.mail.example`, port, security: "tls" },
  phases: [
    ...opening.slice(0, 2),
    ...opening.filter(({ id: phase }) => phase === "tls").map(secured),
    passed("auth", 388, { mechanism: "XOAUTH2", user: mailbox }),
    last,
    passed("versions", 90, {
      versions: [
        { version: "TLSv1", state: "refused", why: "the server broke the handshake off with an alert" },
        { version: "TLSv1.1", state: "refused", why: "the server broke the handshake off with an alert" },
        { version: "TLSv1.2", state: "offered", cipher: "ECDHE-RSA-AES256-GCM-SHA384" },
        { version: "TLSv1.3", state: "offered", cipher: "TLS_AES_256_GCM_SHA384" }
      ]
    })
  ]
})

/** A run of many services: a token that fits, four mail services side by side, of which one fails. */
export const many: Report = {
  ...later,
  run: "01JDKE00000000000000000000",
  outcome: "fail",
  exitCode: 67,
  services: [
    obtained({
      id: "claims",
      state: "pass",
      durationMillis: 1,
      facts: {
        format: "jwt",
        kind: "user",
        user: mailbox,
        application: "6b1f0c52-0000-4000-8000-00000000a001",
        audiences: ["https://outlook.mail.example"],
        scopes: ["SMTP.Send", "IMAP.AccessAsUser.All"],
        expiresAt: "2026-11-23T15:02:11Z",
        doubts: [{ name: "tid", found: "6b1f0c52-0000-4000-8000-0000000000b2", wanted: "mail.example" }]
      }
    }),
    ...later.services.map((service) => ({ ...service, phases: service.phases.map(secured) })),
    reading("imap", 993, passed("select", 71)),
    reading("pop3", 995, passed("stat", 30)),
    reading("sieve", 4190, {
      id: "list",
      state: "fail",
      durationMillis: 40,
      error: new Errors.MailboxUnavailable({
        service: "sieve",
        endpoint: { protocol: "sieve", host: "sieve.mail.example", port: 4190, security: "tls" },
        phase: "list",
        message: "the server has no scripts for this mailbox",
        reply: { status: "NO", text: "no scripts" }
      })
    }),
    { id: "graph", outcome: "pass", phases: [{ id: "token", state: "skip", because: "policy" }] }
  ]
}

/** The code that somebody has to type on another device. */
export const code = "K7QX-M2PD"

/** What a run tells on its way to a report: `from` is the number of its first event, `code` is asked for on another device. */
export const events = (report: Report, from = 1, code?: string): ReadonlyArray<Event> => {
  const resumed = report.resumedAt !== undefined
  const bodies: Array<{ readonly type: Event["type"] } & Record<string, unknown>> = [
    { type: "run.start", target: report.target.input, resumed },
    ...report.services.flatMap((service) =>
      service.phases.flatMap((phase) =>
        phase.state === "skip" || phase.state === "restored"
          ? [{ type: "phase.end" as const, service: service.id, phase }]
          : [
            { type: "phase.start" as const, service: service.id, phase: phase.id },
            ...(phase.id === "token" && code !== undefined
              ? [{
                type: "prompt" as const,
                service: service.id,
                phase: phase.id,
                uri: "https://login.mail.example/device",
                code,
                expiresAt: new Date(Date.now() + 600_000).toISOString()
              }]
              : []),
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
