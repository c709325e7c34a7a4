/** Reports made by hand, one for each screen. */
import type { Discovery } from "@sonde/domain/Discovery"
import * as Errors from "@sonde/domain/Errors"
import type { Event } from "@sonde/domain/Event"
import type { Explanation } from "@sonde/domain/Explanation"
import type { PhaseReport, Report, ServiceReport } from "@sonde/domain/Report"
import type { TranscriptLine } from "@sonde/domain/Transcript"
import type { Finding, Verdict } from "@sonde/domain/Verdict"

const endpoint = { protocol: "smtp", host: "smtp.office365.com", port: 587, security: "starttls" } as const
const common = { service: "smtp-submission", endpoint } as const

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
    domain: "AM0PR02CA0134.outlook.office365.com",
    keywords: [{ keyword: "SIZE", params: ["157286400"] }],
    starttls,
    auth: [...auth],
    size: 157_286_400
  }
})

const opening: ReadonlyArray<PhaseReport> = [
  {
    id: "resolve",
    state: "pass",
    durationMillis: 12,
    facts: {
      name: "smtp.office365.com",
      source: "dns",
      addresses: [{ address: "2001:db8:40::10", family: 6 }, { address: "198.51.100.10", family: 4 }]
    }
  },
  {
    id: "connect",
    state: "pass",
    durationMillis: 24,
    facts: {
      address: "198.51.100.10",
      port: 587,
      family: 4,
      localAddress: "203.0.113.24",
      attempts: [
        { address: "2001:db8:40::10", port: 587, result: "Unreachable", durationMillis: 3 },
        { address: "198.51.100.10", port: 587, result: "Connected", durationMillis: 24 }
      ]
    }
  },
  {
    id: "greeting",
    state: "pass",
    durationMillis: 31,
    facts: {
      code: 220,
      host: "AM0PR02CA0134.outlook.office365.com",
      text: "AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready at Mon, 23 Nov 2026 14:02:11 +0000"
    }
  },
  ehlo([], true),
  { id: "starttls", state: "pass", durationMillis: 20, facts: { text: "2.0.0 SMTP server ready" } },
  {
    id: "tls",
    state: "pass",
    durationMillis: 48,
    facts: {
      protocol: "TLSv1.3",
      cipher: "TLS_AES_256_GCM_SHA384",
      serverName: "smtp.office365.com",
      daysLeft: 61,
      conditions: [],
      chain: []
    }
  },
  ehlo(["LOGIN", "XOAUTH2"], false)
]

const rejection = "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit "
  + "https://aka.ms/smtp_auth_disabled for more information. [AM0PR02CA0134.eurprd02.prod.outlook.com 2026-11-23T14:02:16.511Z 08DE2A1B3C4D5E6F]"

const rejected = new Errors.AuthRejected({
  ...common,
  phase: "auth",
  message: "the server refused the sign-in with 535 5.7.139",
  mechanism: "LOGIN",
  reply: { code: 535, enhanced: "5.7.139", text: rejection }
})

const notReached = (because: "auth" | "resolve"): ReadonlyArray<PhaseReport> => [
  { id: "mail", state: "skip", because },
  { id: "rcpt", state: "skip", because },
  { id: "data", state: "skip", because }
]

const signIn: ReadonlyArray<TranscriptLine> = [
  line(1, "<", false, "220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready"),
  line(2, ">", false, "EHLO client.example"),
  line(3, "<", false, "250-AM0PR02CA0134.outlook.office365.com Hello [203.0.113.24]"),
  line(4, "<", false, "250 STARTTLS"),
  line(5, ">", false, "STARTTLS"),
  line(6, "<", false, "220 2.0.0 SMTP server ready"),
  line(7, "=", true, "TLS 1.3, TLS_AES_256_GCM_SHA384"),
  line(8, ">", true, "EHLO client.example"),
  line(9, "<", true, "250 AUTH LOGIN XOAUTH2"),
  line(10, ">", true, "AUTH LOGIN"),
  line(11, "<", true, "334 VXNlcm5hbWU6"),
  line(12, ">", true, "‹user name›"),
  line(13, "<", true, "334 UGFzc3dvcmQ6"),
  line(14, ">", true, "‹secret›"),
  line(15, "<", true, `535 5.7.139 ${rejection}`),
  line(16, ">", true, "QUIT"),
  line(17, "<", true, "221 2.0.0 Service closing transmission channel")
]

/** The verdict of the failed run. */
const verdict: Verdict = {
  cause: "smtp_auth_disabled_tenant",
  rule: "microsoft-365/smtp-auth-off-tenant",
  service: "smtp-submission",
  phase: "auth",
  confidence: "certain",
  title: "SMTP AUTH is switched off for the whole organisation",
  explanation: "The reply names the organisation's switch. Exchange Online answers so before it looks at the password.",
  actor: "exchange-admin",
  evidence: [15],
  ruledOut: ["dns", "network", "tls", "port", "mechanism"],
  notJudged: ["secret"],
  remedies: [
    {
      kind: "look",
      text: "the switch of the organisation and of the mailbox",
      command: "Get-TransportConfig | Format-List SmtpClientAuthenticationDisabled\n"
        + "Get-CASMailbox -Identity scanner@contoso.example | Format-List SmtpClientAuthenticationDisabled",
      shell: "powershell"
    },
    {
      kind: "change",
      text: "allow this mailbox, the organisation stays off",
      command: "Set-CASMailbox -Identity scanner@contoso.example -SmtpClientAuthenticationDisabled $false",
      shell: "powershell",
      scope: "one mailbox",
      undo: "Set-CASMailbox -Identity scanner@contoso.example -SmtpClientAuthenticationDisabled $null"
    },
    {
      kind: "verify",
      command: "sonde check scanner@contoso.example --only smtp-submission --secret env:SCANNER_PW",
      shell: "sh"
    },
    { kind: "alternative", text: "Send through Graph, which this switch does not touch" }
  ],
  wontHelp: ["a new app password", "another port", "OAuth over SMTP"],
  facts: [{
    text: "password sign-in for SMTP goes off by default at the end of December 2026",
    asOf: "2026-01-27",
    source: "https://techcommunity.microsoft.com/smtp-auth",
    reviewBy: "2026-12-15"
  }, {
    text: "Enable or disable authenticated client SMTP submission",
    asOf: "2021-07-01",
    source: "https://learn.microsoft.com/smtp-submission",
    reviewBy: "2026-10-01",
    stale: true
  }]
}

const base = {
  schema: "sonde.report/1",
  run: "01JDK7Q2M8X4V5B6N7P8R9S0TA",
  startedAt: "2026-11-23T14:02:11.120Z",
  target: { input: "scanner@contoso.example", mailbox: "scanner@contoso.example", domain: "contoso.example" },
  provider: { id: "microsoft-365", name: "Microsoft 365", recognisedBy: ["mx", "banner"], packVersion: "2026.11.1" },
  delivered: false
} as const

const submission = (outcome: ServiceReport["outcome"], phases: ReadonlyArray<PhaseReport>): ServiceReport => ({
  id: "smtp-submission",
  outcome,
  endpoint,
  phases
})

const auth: PhaseReport = {
  id: "auth",
  state: "pass",
  durationMillis: 420,
  facts: {
    mechanism: "LOGIN",
    user: "scanner@contoso.example",
    offered: ["LOGIN", "XOAUTH2"],
    passedOver: [],
    text: "2.7.0 Authentication successful"
  }
}

/** Sign-in refused, with a verdict. */
export const failed: Report = {
  ...base,
  state: "finished",
  durationMillis: 5400,
  outcome: "fail",
  exitCode: 77,
  services: [
    submission("fail", [
      ...opening,
      { id: "auth", state: "fail", durationMillis: 5200, error: rejected },
      ...notReached("auth")
    ]),
    { id: "imap", outcome: "pass", phases: [{ id: "resolve", state: "skip", because: "policy" }] }
  ],
  verdicts: [verdict],
  findings: [],
  transcript: signIn
}

/** All passed up to the recipient, with one finding. */
export const passed: Report = {
  ...base,
  state: "finished",
  durationMillis: 1900,
  outcome: "warn",
  exitCode: 0,
  services: [submission("pass", [
    ...opening,
    auth,
    {
      id: "mail",
      state: "pass",
      durationMillis: 96,
      facts: { from: "scanner@contoso.example", text: "2.1.0 Sender OK" }
    },
    {
      id: "rcpt",
      state: "pass",
      durationMillis: 118,
      facts: { recipients: [{ to: "someone@fabrikam.example", text: "2.1.5 Recipient OK" }] }
    },
    { id: "data", state: "skip", because: "until" },
    { id: "quit", state: "pass", durationMillis: 4, facts: { text: "2.0.0 Service closing transmission channel" } }
  ])],
  verdicts: [],
  findings: [{
    id: "send_as_not_proven",
    state: "warn",
    service: "smtp-submission",
    title: "Send As is decided after DATA and was not proven",
    text: "The provider accepts any sender until the message is there. Only a delivery proves it.",
    remedies: [{
      kind: "verify",
      command: "sonde check scanner@contoso.example --to someone@fabrikam.example --deliver",
      shell: "sh"
    }]
  }],
  transcript: signIn.slice(0, 9)
}

/** The failed run, resumed after the switch was changed. */
export const resumed: Report = {
  ...base,
  state: "finished",
  resumedAt: "2026-11-23T14:14:16.120Z",
  durationMillis: 800,
  outcome: "pass",
  exitCode: 0,
  services: [submission("pass", [
    {
      ...(opening[0] ?? auth),
      state: "restored",
      before: { state: "pass", at: "2026-11-23T14:02:11.200Z", text: "2 addresses" }
    },
    ...opening.slice(1),
    { ...auth, before: { state: "fail", at: "2026-11-23T14:02:16.511Z", text: "refused with 535 5.7.139" } },
    { id: "mail", state: "skip", because: "until" },
    { id: "rcpt", state: "skip", because: "until" },
    { id: "data", state: "skip", because: "until" }
  ])],
  verdicts: [],
  findings: [],
  transcript: []
}

/** Held back by the provider, to be resumed later. */
export const suspended: Report = {
  ...base,
  state: "suspended",
  resumeAfter: "2026-11-23T14:07:11.120Z",
  durationMillis: 900,
  outcome: "inconclusive",
  exitCode: 75,
  services: [submission("inconclusive", [...opening, {
    id: "auth",
    state: "inconclusive",
    durationMillis: 60,
    error: new Errors.Throttled({
      ...common,
      phase: "auth",
      message: "the provider limits concurrent connections of this mailbox",
      reply: { code: 432, enhanced: "4.3.2", text: "Concurrent connections limit exceeded." },
      scope: "mailbox",
      retryAfterMillis: 300_000
    })
  }, ...notReached("auth")])],
  verdicts: [],
  findings: [],
  transcript: [...signIn.slice(0, 14), line(15, "<", true, "432 4.3.2 Concurrent connections limit exceeded.")]
}

/** A server that tries to take over the terminal, and a name that does not resolve. */
export const hostile: Report = {
  ...base,
  target: { input: "mail.evil.example:25", host: "mail.evil.example", port: 25 },
  state: "finished",
  durationMillis: 40,
  outcome: "fail",
  exitCode: 69,
  services: [submission("fail", [
    ...opening.slice(0, 2),
    {
      id: "greeting",
      state: "fail",
      durationMillis: 3,
      error: new Errors.GreetingError({
        ...common,
        phase: "greeting",
        message: "the server turned the connection away with 554",
        reason: "Rejected",
        reply: { code: 554, text: "\u001b[2J\u001b[1;31mowned\u0007 \u202etxt.exe\nsecond" }
      })
    }
  ])],
  verdicts: [],
  findings: [],
  transcript: [line(1, "<", false, "554 \u001b[2J\u001b[1;31mowned\u0007 \u202etxt.exe")]
}

/** A name without addresses. */
export const unresolved: Report = {
  ...base,
  state: "finished",
  durationMillis: 35,
  outcome: "fail",
  exitCode: 68,
  services: [submission("fail", [
    {
      id: "resolve",
      state: "fail",
      durationMillis: 30,
      error: new Errors.ResolveError({
        ...common,
        phase: "resolve",
        message: "smtp.contoso.example does not exist",
        reason: "NoSuchName",
        name: "smtp.contoso.example"
      })
    },
    ...notReached("resolve")
  ])],
  verdicts: [],
  findings: [],
  transcript: []
}

/** Looked at without a credential, and a warning that was judged before anything was dialled. */
export const surveyed: Report = {
  ...base,
  state: "finished",
  durationMillis: 200,
  outcome: "pass",
  exitCode: 0,
  services: [submission("pass", [
    ...opening,
    { id: "auth", state: "skip", because: "no_credential" },
    { id: "mail", state: "skip", because: "no_credential" },
    { id: "quit", state: "pass", durationMillis: 4, facts: { text: "2.0.0 bye" } }
  ])],
  verdicts: [{
    ...verdict,
    cause: "port_not_offered",
    phase: "preflight",
    title: "This port is not offered",
    evidence: [],
    ruledOut: [],
    notJudged: ["user", "secret"],
    remedies: [],
    wontHelp: [],
    facts: []
  }],
  findings: [],
  transcript: signIn.slice(0, 9)
}

const improvement = (id: string, title: string): Finding => ({
  id,
  state: "warn",
  service: "posture",
  title,
  actor: "domain-admin",
  remedies: [
    { kind: "change", text: "Publish", command: `_${id}.contoso.example. IN TXT "v=1"`, shell: "dns" },
    { kind: "verify", text: "Check again", command: "sonde posture contoso.example", shell: "sh" }
  ]
})

/** A mailbox that works, of a domain that could publish more. */
export const beside: Report = {
  ...passed,
  outcome: "warn",
  services: [...passed.services, {
    id: "posture",
    outcome: "warn",
    phases: [
      { id: "spf", state: "pass", durationMillis: 11 },
      { id: "dkim", state: "skip", because: "not_known" },
      { id: "dmarc", state: "warn", durationMillis: 9 },
      { id: "mta-sts", state: "warn", durationMillis: 8 }
    ]
  }],
  findings: [
    ...passed.findings,
    improvement("dmarc_monitor_only", "DMARC asks for nothing (p=none): receivers take no action"),
    improvement(
      "mta_sts_mx_not_listed",
      "The MTA-STS policy does not list contoso-example.mail.protection.outlook.example"
    )
  ]
}

/** Delivered, with the final reply. */
export const delivered: Report = {
  ...passed,
  outcome: "pass",
  delivered: true,
  findings: [],
  services: [submission("pass", [
    ...opening,
    auth,
    {
      id: "data",
      state: "pass",
      durationMillis: 310,
      facts: {
        messageId: "<1@client.example>",
        size: 640,
        reply: "250 2.0.0 OK [Hostname=AM0PR02MB1234.eurprd02.prod.outlook.com]"
      }
    }
  ])]
}

/** A message that was found again, in the junk folder and with another author. */
export const readBack: Report = {
  ...delivered,
  outcome: "warn",
  findings: [{
    id: "delivered_to_junk",
    state: "warn",
    service: "imap",
    title: "The message went to the junk folder \"Junk Email\"",
    text: "The receiver accepted it and takes it for spam.",
    remedies: []
  }],
  services: [...delivered.services, {
    id: "imap",
    outcome: "warn",
    endpoint: { protocol: "imap", host: "outlook.office365.com", port: 993, security: "tls" },
    phases: [{
      id: "find",
      state: "pass",
      durationMillis: 1610,
      facts: {
        mailbox: "scanner@contoso.example",
        messageId: "<1@client.example>",
        matched: "subject",
        acceptedAt: "2026-11-24T14:02:16.120Z",
        foundAt: "2026-11-24T14:02:18.220Z",
        delayMillis: 2100,
        looks: 3,
        folder: { name: "Junk Email", kind: "junk" },
        searched: ["INBOX", "Junk Email"],
        from: { sent: ["scanner@contoso.example"], found: ["list@lists.example"], rewritten: true },
        foundMessageId: "<2@prod.outlook.com>",
        authentication: {
          trusted: { authservId: "mx.contoso.example", basis: "host" },
          others: ["forged\u001b[31m.example", ""],
          arc: 2,
          spf: { result: "pass", domain: "bounce.lists.example", alignment: "relaxed" },
          dkim: [{ result: "fail", domain: "contoso.example", alignment: "none" }],
          dmarc: { result: "none" }
        },
        deleted: false,
        notDeleted: "no"
      }
    }]
  }]
}

/** A pasted reply with its cause. */
export const explained: Explanation = {
  schema: "sonde.explanation/1",
  outcome: "explained",
  read: {
    protocol: "smtp",
    phase: "auth",
    code: 535,
    enhanced: "5.7.139",
    text: rejection,
    provider: "microsoft-365",
    client: "nodemailer"
  },
  verdicts: [verdict]
}

/** A pasted reply that no rule knows. */
export const unknown: Explanation = {
  schema: "sonde.explanation/1",
  outcome: "unknown",
  read: { text: "the moon is in the wrong house" },
  verdicts: []
}

/** A pasted reply that reports no failure. */
export const success: Explanation = {
  schema: "sonde.explanation/1",
  outcome: "unknown",
  read: { protocol: "smtp", phase: "auth", code: 235, enhanced: "2.7.0", text: "Authentication successful" },
  success: "235 2.7.0 means that the sign-in was accepted",
  verdicts: []
}

/** The events of the failed run, as far as progress is concerned. */
export const events: ReadonlyArray<Event> = [
  {
    schema: "sonde.event/1",
    run: base.run,
    seq: 1,
    at: base.startedAt,
    type: "run.start",
    target: base.target.input,
    resumed: false
  },
  {
    schema: "sonde.event/1",
    run: base.run,
    seq: 2,
    at: base.startedAt,
    type: "phase.start",
    service: "smtp-submission",
    phase: "greeting"
  },
  {
    schema: "sonde.event/1",
    run: base.run,
    seq: 3,
    at: base.startedAt,
    type: "phase.end",
    service: "smtp-submission",
    phase: { id: "greeting", state: "pass", durationMillis: 3100 }
  },
  { schema: "sonde.event/1", run: base.run, seq: 4, at: base.startedAt, type: "run.end", report: failed }
]

/** A bounce to two recipients, and what would settle the first. */
export const bounced: Explanation = {
  schema: "sonde.explanation/1",
  outcome: "explained",
  read: { kind: "bounce", protocol: "smtp", code: 535, enhanced: "5.7.139", text: rejection, client: "postfix" },
  verdicts: [verdict],
  next: {
    text: "The switch of the organisation and of the mailbox",
    command: "Get-TransportConfig | Format-List SmtpClientAuthenticationDisabled",
    shell: "powershell"
  },
  parts: [
    {
      recipient: "one@contoso.example",
      action: "failed",
      read: { code: 535, enhanced: "5.7.139", text: "Authentication unsuccessful" },
      cause: verdict.cause,
      rule: verdict.rule,
      confidence: verdict.confidence,
      title: verdict.title
    },
    { recipient: "two@contoso.example", action: "delayed", read: { enhanced: "4.2.2", text: "the moon is full" } }
  ]
}

/** Two causes that the words do not tell apart. */
export const alternatives: Explanation = {
  ...explained,
  verdicts: [
    { ...verdict, confidence: "likely", remedies: [] },
    { ...verdict, cause: "bad_credentials", title: "The password is wrong", confidence: "possible", remedies: [] }
  ],
  next: {
    text: "Which mechanism was used to sign in: LOGIN speaks for \"The password is wrong\"",
    command: "sonde explain --mechanism LOGIN '535 5.7.139 Authentication unsuccessful'",
    shell: "sh"
  }
}

/** A log with two causes and failures that no rule knows. */
export const log: Explanation = {
  schema: "sonde.explanation/1",
  outcome: "explained",
  read: { kind: "log", protocol: "smtp", text: "User unknown" },
  verdicts: [verdict],
  log: {
    lines: 1_234_567,
    ignored: 1_000_000,
    explained: 234_000,
    unknown: 566,
    tooLong: 1,
    first: "Nov 26 10:00:00",
    last: "Nov 27 09:59:59",
    clusters: [
      {
        cause: verdict.cause,
        rule: verdict.rule,
        confidence: "certain",
        title: verdict.title,
        actor: "exchange-admin",
        count: 233_999,
        first: "Nov 26 10:00:01",
        last: "Nov 27 09:58:00",
        sample:
          "Nov 26 10:00:01 mx postfix/smtp[1]: A1: status=bounced (host smtp.office365.com[198.51.100.10] said: 535 5.7.139 no)",
        read: { text: "no" }
      },
      {
        cause: "connect_timeout",
        rule: "generic/connect-timeout-text",
        confidence: "likely",
        title: "No answer to the connection attempt",
        actor: "network-admin",
        count: 1,
        first: "Nov 26 11:00:00",
        last: "Nov 26 11:00:00",
        sample: "Nov 26 11:00:00 mx postfix/smtp[2]: connect to mx.b.example[192.0.2.1]:25: Connection timed out",
        read: { text: "Connection timed out" }
      }
    ],
    unknownLines: [{ count: 566, sample: "Nov 26 12:00:00 mx app[3]: error: the moon is full\u001b[31m" }]
  }
}

const published = { protocol: "imap", host: "imap.firm.example", port: 993, security: "tls" } as const

/** Settings of a domain: one source knows a service differently, one could not be asked, one has a problem. */
export const discovery: Discovery = {
  schema: "sonde.discovery/1",
  startedAt: "2026-11-23T14:02:11.120Z",
  durationMillis: 812,
  target: { input: "me@firm.example", mailbox: "me@firm.example", domain: "firm.example" },
  outcome: "found",
  exitCode: 0,
  sources: [
    {
      source: "srv",
      where: "_*._tcp.firm.example",
      state: "found",
      durationMillis: 31,
      text: "names imap",
      settings: [{ service: "imap", endpoint: { ...published, host: "old.host.example" }, auth: [] }],
      trusted: false,
      problems: ["the records are not signed and lead out of the domain, to old.host.example"]
    },
    {
      source: "autoconfig",
      where: "https://autoconfig.firm.example/mail/config-v1.1.xml?emailaddress=me%40firm.example",
      state: "found",
      durationMillis: 412,
      text: "names imap and smtp-submission, by Firm\u001b[31m",
      settings: [{ service: "imap", endpoint: published, user: "me@firm.example", auth: ["oauth2"] }]
    },
    {
      source: "ispdb",
      where: "https://autoconfig.thunderbird.net/v1.1/firm.example",
      state: "failed",
      temporary: true,
      durationMillis: 5000,
      text: "the host did not answer in time",
      settings: []
    },
    {
      source: "guess",
      where: "firm.example",
      state: "skipped",
      durationMillis: 0,
      text: "better sources have answered",
      settings: []
    }
  ],
  chosen: [{
    service: "imap",
    endpoint: { ...published, host: "old.host.example" },
    user: "me@firm.example",
    source: "srv",
    agree: [],
    differ: ["autoconfig"],
    text: "the domain publishes it (SRV); autoconfig differs"
  }],
  conflicts: [{
    service: "imap",
    text: "srv names old.host.example:993 (TLS) for imap, autoconfig names imap.firm.example:993 (TLS)",
    values: [{ endpoint: { ...published, host: "old.host.example" }, sources: ["srv"] }, {
      endpoint: published,
      sources: ["autoconfig"]
    }]
  }]
}

/** A domain that nobody knows. */
export const nowhere: Discovery = {
  ...discovery,
  target: { input: "firm.exmaple", domain: "firm.exmaple", exists: false },
  outcome: "none",
  exitCode: 68,
  sources: [{
    source: "mx",
    where: "firm.exmaple",
    state: "none",
    durationMillis: 4,
    text: "there is no such name",
    settings: []
  }],
  chosen: [],
  conflicts: []
}
