/** What options mean together, and which cannot be meant. */
import { assert, describe, it } from "@effect/vitest"
import type { CheckOptions, Secrets } from "@sonde/domain/Options"
import * as Options from "@sonde/pipeline/Options"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

const password: Secrets = { secret: Redacted.make("kanarie-Pw-1") }
const token: Secrets = { token: Redacted.make("kanarie.tok-2") }
const target = "person@example.com"

const valid = (options: Partial<CheckOptions> = {}, secrets: Secrets = {}): Options.Request =>
  Result.getOrThrowWith(Options.validate({ target, ...options }, secrets), (error) => error)

const refusal = (options: Partial<CheckOptions>, secrets: Secrets = {}): Options.OptionsError => {
  const result = Options.validate({ target, ...options }, secrets)
  if (Result.isSuccess(result)) throw new Error(`taken: ${JSON.stringify(options)}`)
  return result.failure
}

interface Row {
  readonly title: string
  readonly options: Partial<CheckOptions>
  readonly secrets?: Secrets
  readonly option: string
  readonly problem: string
  readonly remedy: string
}

const rows: ReadonlyArray<Row> = [
  {
    title: "trust anchors that are none, such as the name of their file",
    options: { ca: "/etc/ssl/ca.pem" },
    option: "--ca",
    problem: "holds no certificate",
    remedy: "PEM"
  },
  {
    title: "an empty target",
    options: { target: "" },
    option: "the target",
    problem: "\"\" is empty",
    remedy: "person@example.com"
  },
  {
    title: "a target that is a URL",
    options: { target: "https://example.com" },
    option: "the target",
    problem: "is a URL",
    remedy: "mail.example.com:587"
  },
  {
    title: "one port for several services",
    options: { only: ["smtp-submission", "imap"], port: 993 },
    option: "--port",
    problem: "is one port for several services",
    remedy: "--only"
  },
  {
    title: "a phase that no service of the run has",
    options: { only: ["imap"], until: "rcpt" },
    option: "--until",
    problem: "rcpt is no phase of IMAP",
    remedy: "select"
  },
  {
    title: "a phase that none of several services has",
    options: { only: ["imap", "pop3"], until: "list" },
    option: "--until",
    problem: "list is no phase of the services to check",
    remedy: "stat"
  },
  {
    title: "to skip the only service",
    options: { skip: ["smtp-submission"] },
    option: "--skip",
    problem: "leaves no service",
    remedy: "leave it out"
  },
  ...[
    "dns.example",
    "192.0.2.53:0",
    "192.0.2.53:99999",
    "192.0.2.53:a",
    "[192.0.2.53]",
    "[2001:db8::53",
    ":53",
    "",
    "tls://",
    "https://dns.example"
  ]
    .map((
      dns
    ): Row => ({
      title: `a resolver that is no address: ${dns}`,
      options: { dns },
      option: "--dns",
      problem: "is no address of a resolver",
      remedy: "write an IP address"
    })),
  {
    title: "Graph without a token",
    options: { via: "graph" },
    option: "--token",
    problem: "is missing",
    remedy: "Graph takes tokens only"
  },
  {
    title: "Graph with a password",
    options: { only: ["graph"] },
    secrets: password,
    option: "--secret",
    problem: "opens nothing in Graph",
    remedy: "--token env:NAME"
  },
  {
    title: "a way that --only leaves out",
    options: { via: "graph", only: ["smtp-submission"] },
    option: "--only",
    problem: "leaves out what --via graph asks for",
    remedy: "add graph"
  },
  {
    title: "a way that --skip leaves out",
    options: { via: "smtp", skip: ["smtp-submission"] },
    option: "--skip",
    problem: "leaves out what --via smtp asks for",
    remedy: "leave it out"
  },
  {
    title: "Graph by STARTTLS",
    options: { via: "graph", security: "starttls" },
    secrets: token,
    option: "--security",
    problem: "starttls does not go with Graph",
    remedy: "leave it out"
  },
  {
    title: "a phase of SMTP for Graph",
    options: { via: "graph", until: "rcpt" },
    secrets: token,
    option: "--until",
    problem: "rcpt is no phase of Graph",
    remedy: "name one of token, claims, mailbox, send"
  },
  {
    title: "a phase of Graph for SMTP",
    options: { until: "mailbox" },
    option: "--until",
    problem: "mailbox is no phase of an SMTP submission",
    remedy: "name one of resolve"
  },
  {
    title: "to deliver through Graph and stop before",
    options: { via: "graph", until: "mailbox", deliver: true },
    secrets: token,
    option: "--until",
    problem: "mailbox comes before the message is sent",
    remedy: "leave out --until or --deliver"
  },
  {
    title: "a message for Graph that is neither sent nor tried",
    options: { via: "graph", message: "Subject: x" },
    secrets: token,
    option: "--message",
    problem: "nothing is to be sent",
    remedy: "add --deliver"
  },
  {
    title: "a host that is no name",
    options: { host: "mx example" },
    option: "--host",
    problem: "\"mx example\" is no host name",
    remedy: "mail.example.com"
  },
  {
    title: "a port beyond the last",
    options: { port: 65536 },
    option: "--port",
    problem: "65536 is no port",
    remedy: "1 to 65535"
  },
  { title: "a port of zero", options: { port: 0 }, option: "--port", problem: "0 is no port", remedy: "1 to 65535" },
  {
    title: "a name for EHLO that would break the line",
    options: { ehlo: "a b\r\nMAIL" },
    option: "--ehlo",
    problem: "cannot be used",
    remedy: "give a host name"
  },
  {
    title: "a password that the mechanism cannot carry",
    options: { auth: "scram-sha-256" },
    secrets: { secret: Redacted.make("pass\u{1F600}") },
    option: "--secret",
    problem: "SCRAM-SHA-256: password has characters that this mechanism does not allow",
    remedy: "check where it comes from"
  },
  {
    title: "a mechanism without a secret",
    options: { auth: "plain" },
    option: "--auth",
    problem: "plain needs a secret",
    remedy: "--secret env:NAME"
  },
  {
    title: "a password mechanism with a token",
    options: { auth: "login" },
    secrets: token,
    option: "--auth",
    problem: "login does not take a token",
    remedy: "--secret env:NAME"
  },
  {
    title: "a token mechanism with a password",
    options: { auth: "xoauth2" },
    secrets: password,
    option: "--auth",
    problem: "xoauth2 does not take a password",
    remedy: "--token env:NAME"
  },
  {
    title: "a password and a token at once",
    options: {},
    secrets: { ...password, ...token },
    option: "--token",
    problem: "and --secret were both given",
    remedy: "the one that this sign-in uses"
  },
  {
    title: "a secret for nobody",
    options: { target: "mx.example:587" },
    secrets: password,
    option: "--user",
    problem: "is missing",
    remedy: "--user person@example.com"
  },
  {
    title: "a secret with a NUL",
    options: {},
    secrets: { secret: Redacted.make("kanarie\0Pw") },
    option: "--secret",
    problem: "cannot be used",
    remedy: "check where it comes from"
  },
  {
    title: "an empty token",
    options: {},
    secrets: { token: Redacted.make("") },
    option: "--token",
    problem: "cannot be used",
    remedy: "check where it comes from"
  },
  {
    title: "a sender that is no mailbox",
    options: { from: "boss" },
    secrets: password,
    option: "--from",
    problem: "\"boss\" is no mailbox",
    remedy: "person@example.com"
  },
  {
    title: "a recipient that would break the line",
    options: { to: ["friend@example.net", "x@y.example>\r\nDATA"] },
    secrets: password,
    option: "--to",
    problem: "is no mailbox",
    remedy: "person@example.com"
  },
  {
    title: "a phase of another protocol",
    options: { until: "select" },
    option: "--until",
    problem: "select is no phase of an SMTP submission",
    remedy: "resolve, connect"
  },
  {
    title: "to stop before what is to be sent",
    options: { until: "rcpt", deliver: true },
    secrets: password,
    option: "--until",
    problem: "rcpt comes before the message is sent",
    remedy: "leave out --until or --deliver"
  },
  {
    title: "to go up to a message that is not to be sent",
    options: { until: "data" },
    secrets: password,
    option: "--until",
    problem: "data means that a message is sent",
    remedy: "--deliver"
  },
  {
    title: "to send from nobody",
    options: { target: "mx.example:587", user: "svc", until: "mail" },
    secrets: password,
    option: "--from",
    problem: "is missing",
    remedy: "--from person@example.com"
  },
  {
    title: "to ask for a recipient without one",
    options: { until: "rcpt" },
    secrets: password,
    option: "--to",
    problem: "is missing",
    remedy: "--to person@example.com"
  },
  {
    title: "to deliver where nothing that sends is among the services",
    options: { only: ["imap"], deliver: true },
    option: "--deliver",
    problem: "sends nothing: only imap is checked",
    remedy: "add smtp-submission to --only"
  },
  {
    title: "to deliver again where mail is only read",
    options: { only: ["imap", "pop3"], deliverAgain: true },
    option: "--deliver-again",
    problem: "sends nothing: only imap and pop3 are checked",
    remedy: "or leave it out"
  },
  {
    title: "to deliver at a port where mail is read",
    options: { target: "mail.example.com:993", from: "a@b.example", deliver: true },
    option: "--deliver",
    problem: "sends nothing",
    remedy: "add smtp-submission to --only"
  },
  {
    title: "to deliver to an empty list",
    options: { deliver: true, to: [] },
    secrets: password,
    option: "--to",
    problem: "is missing",
    remedy: "--to person@example.com"
  },
  {
    title: "a message that is not to be sent",
    options: { message: "Subject: x\r\n\r\n" },
    secrets: password,
    option: "--message",
    problem: "nothing is to be sent",
    remedy: "add --deliver"
  },
  {
    title: "a mapping without its second port",
    options: { connectTo: ["mx.example:587:127.0.0.1"] },
    option: "--connect-to",
    problem: "\"mx.example:587:127.0.0.1\" is no mapping",
    remedy: "HOST:PORT:ADDRESS:PORT"
  },
  {
    title: "a time limit in words",
    options: { timeout: "soon" },
    option: "--timeout",
    problem: "soon is no time",
    remedy: "10s"
  },
  {
    title: "a time limit that no timer keeps",
    options: { timeout: "25d" },
    option: "--timeout",
    problem: "25d is too long",
    remedy: "24d"
  },
  {
    title: "a deadline of nothing",
    options: { deadline: "0s" },
    option: "--deadline",
    problem: "0s is no time",
    remedy: "10s"
  }
]

describe("a resolver", () => {
  it.each(["192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]", "[2001:db8::53]:5353"])(
    "is an address, with or without a port: %s",
    (dns) => {
      assert.strictEqual(valid({ dns }).options.dns, dns)
    }
  )
})

describe("validate refuses", () => {
  it.each(rows)("$title", ({ option, options, problem, remedy, secrets }) => {
    const error = refusal(options, secrets)
    assert.strictEqual(error.option, option)
    assert.include(error.problem, problem)
    assert.include(error.remedy, remedy)
    assert.strictEqual(error.message, `${error.option} ${error.problem}: ${error.remedy}`)
    assert.notMatch(JSON.stringify({ ...error, message: error.message }), /kanarie/u)
  })
})

describe("validate", () => {
  it("gives defaults", () => {
    const { deadlineMillis, deliver, host, phaseMillis, pins, port, security, to, until } = valid()
    assert.deepStrictEqual({ deadlineMillis, deliver, host, phaseMillis, pins, port, security, to, until }, {
      deadlineMillis: 60_000,
      deliver: false,
      host: undefined,
      phaseMillis: 10_000,
      pins: [],
      port: undefined,
      security: undefined,
      to: [],
      until: "ehlo"
    })
  })

  it("takes the mailbox for user and sender", () => {
    const { credential, domain, from, mailbox } = valid({}, password)
    assert.deepStrictEqual([mailbox, domain, from, credential?.user, credential?.kind, credential?.mechanism], [
      target,
      "example.com",
      target,
      target,
      "password",
      "auto"
    ])
  })

  it("takes a user that is an address for the sender", () => {
    assert.strictEqual(valid({ target: "mx.example:587", user: "svc@example.com" }, password).from, "svc@example.com")
    assert.isUndefined(valid({ target: "mx.example:587", user: "svc" }, password).from)
  })

  it("takes host and port from the target, unless options name others", () => {
    const plain = valid({ target: "mx.example:2525" })
    assert.deepStrictEqual([plain.host, plain.port, plain.domain], ["mx.example", 2525, undefined])
    const named = valid({ target: "mx.example:2525", host: "other.example", port: 587 })
    assert.deepStrictEqual([named.host, named.port], ["other.example", 587])
  })

  it("writes a host as the DNS knows it", () => {
    assert.strictEqual(valid({ host: "MX.Example." }).host, "mx.example")
    assert.strictEqual(valid({ host: "bücher.example" }).host, "xn--bcher-kva.example")
    assert.strictEqual(valid({ host: "2001:db8::1" }).host, "2001:db8::1")
  })

  it("reads times in words and numbers", () => {
    const { deadlineMillis, phaseMillis } = valid({ timeout: "1.5s", deadline: 90_000 })
    assert.deepStrictEqual([phaseMillis, deadlineMillis], [1500, 90_000])
  })

  it("sends to the mailbox itself when nobody else is named", () => {
    assert.deepStrictEqual(valid({ deliver: true }, password).to, [target])
    assert.deepStrictEqual(valid({ deliver: true, to: ["a@b.example"] }, password).to, ["a@b.example"])
  })

  it("takes --deliver-again for a wish to deliver", () => {
    const { deliver, until } = valid({ deliverAgain: true }, password)
    assert.deepStrictEqual([deliver, until], [true, "data"])
  })

  const to = ["friend@example.net"]
  it.each<{ options: Partial<CheckOptions>; signsIn: boolean; until: string }>([
    { options: {}, signsIn: false, until: "ehlo" },
    { options: {}, signsIn: true, until: "auth" },
    { options: { to }, signsIn: true, until: "rcpt" },
    { options: { to }, signsIn: false, until: "ehlo" },
    { options: { to, deliver: true }, signsIn: true, until: "data" },
    { options: { deliver: true }, signsIn: false, until: "data" },
    { options: { until: "resolve" }, signsIn: true, until: "resolve" },
    { options: { until: "tls" }, signsIn: true, until: "tls" },
    { options: { until: "mail" }, signsIn: true, until: "mail" },
    { options: { until: "rcpt", to }, signsIn: false, until: "rcpt" },
    { options: { until: "quit" }, signsIn: false, until: "ehlo" },
    { options: { until: "quit" }, signsIn: true, until: "auth" },
    { options: { until: "quit", to }, signsIn: true, until: "rcpt" },
    { options: { until: "quit", deliver: true }, signsIn: true, until: "quit" },
    { options: { until: "data", deliver: true }, signsIn: true, until: "data" }
  ])("stops after $until for $options, secret: $signsIn", ({ options, signsIn, until }) => {
    assert.strictEqual(valid(options, signsIn ? password : {}).until, until)
  })

  it("goes by a token with the mechanism that takes one", () => {
    const { credential } = valid({ auth: "xoauth2", user: "svc@example.com" }, token)
    assert.deepStrictEqual([credential?.kind, credential?.mechanism], ["token", "xoauth2"])
    assert.isUndefined(valid({ auth: "auto" }).credential)
  })
})

describe("the way a message is sent", () => {
  const ways = (options: Partial<CheckOptions>) => {
    const { deliver, graphUntil, services, to, until } = valid(options, token)
    return { deliver, graphUntil, services, to, until }
  }

  it("is SMTP, unless Graph is named or alone", () => {
    assert.deepStrictEqual(ways({}).services, ["smtp-submission", "token"])
    assert.deepStrictEqual(ways({ via: "graph" }).services, ["graph", "token"])
    assert.deepStrictEqual(ways({ only: ["graph"] }).services, ["graph", "token"])
    assert.deepStrictEqual(ways({ only: ["token"], via: "graph" }).services, ["token"])
    assert.deepStrictEqual(ways({ only: ["smtp-submission", "graph"], skip: ["token"] }).services, [
      "smtp-submission",
      "graph"
    ])
  })

  it("stops Graph at the mailbox, and where nothing is delivered at no sending", () => {
    assert.strictEqual(ways({ via: "graph" }).graphUntil, "mailbox")
    assert.deepInclude(ways({ via: "graph", deliver: true }), { graphUntil: "send", to: [target] })
    assert.deepInclude(ways({ via: "graph", until: "send" }), { graphUntil: "send", deliver: false })
  })

  it("sends one message where both are run", () => {
    const only = ["smtp-submission", "graph"] as const
    assert.deepInclude(ways({ only, deliver: true }), { until: "data", graphUntil: "mailbox" })
    assert.deepInclude(ways({ only, via: "graph", deliver: true }), { until: "rcpt", graphUntil: "send" })
    assert.deepInclude(ways({ only, until: "mailbox" }), { until: "auth", graphUntil: "mailbox" })
    assert.deepInclude(ways({ only, until: "ehlo" }), { until: "ehlo", graphUntil: "mailbox" })
  })
})

describe("trust anchors", () => {
  const certificate = (name: string) => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----`

  it("are kept without the private key that stands beside them", () => {
    const key = "-----BEGIN PRIVATE KEY-----\nkanarie\n-----END PRIVATE KEY-----"
    const { options } = valid({ ca: `# bundle\r\n${certificate("one")}\n${key}\n${certificate("two")}\n` })
    assert.strictEqual(options.ca, `${certificate("one")}\n${certificate("two")}`)
  })

  it("are none where the text is empty", () => {
    assert.strictEqual(valid({ ca: "" }).options.ca, "")
  })
})
