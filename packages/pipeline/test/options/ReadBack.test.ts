/** Which looks for a delivered message can be meant, and what is wrong with those that cannot. */
import { assert, describe, it } from "@effect/vitest"
import type { CheckOptions, Secrets } from "@sonde/domain/Options"
import type { ServiceId } from "@sonde/domain/Service"
import * as Options from "@sonde/pipeline/Options"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

const target = "person@example.com"
const password: Secrets = { secret: Redacted.make("kanarie-Pw-1") }
const token: Secrets = { token: Redacted.make("kanarie.tok-2") }
const other: Secrets = { ...password, readBackSecret: Redacted.make("kanarie-Pw-3") }
const back = { deliver: true, readBack: true } as const

const valid = (options: Partial<CheckOptions>, secrets: Secrets = password): Options.Request =>
  Result.getOrThrowWith(Options.validate({ target, ...options }, secrets), (error) => error)

const refusal = (options: Partial<CheckOptions>, secrets: Secrets = password): string => {
  const result = Options.validate({ target, ...options }, secrets)
  if (Result.isSuccess(result)) throw new Error(`taken: ${JSON.stringify(options)}`)
  const { option, problem, remedy } = result.failure
  return `${option} ${problem}: ${remedy}`
}

describe("reading a message back", () => {
  it("looks into the mailbox of the sender itself, by IMAP, for a minute", () => {
    const { deadlineMillis, readBack, services, stop, until } = valid(back)
    assert.deepStrictEqual(readBack, {
      mailbox: target,
      domain: "example.com",
      services: ["imap"],
      isChosen: false,
      credential: undefined,
      host: undefined,
      port: undefined,
      isElsewhere: false,
      timeoutMillis: 60_000,
      remove: false,
      authservIds: []
    })
    assert.deepStrictEqual(valid({ ...back, authservId: ["mx.example.com"] }).readBack?.authservIds, ["mx.example.com"])
    assert.deepStrictEqual(services, ["smtp-submission", "imap"])
    assert.deepStrictEqual([until, stop.imap, stop.pop3], ["data", "find", "stat"])
    // The look has a time of its own, unless the whole has one.
    assert.strictEqual(deadlineMillis, 120_000)
    assert.strictEqual(valid({ ...back, deadline: "90s" }).deadlineMillis, 90_000)
    assert.strictEqual(valid({ deliver: true }).readBack, undefined)
  })

  it.each<[options: Partial<CheckOptions>, secrets: Secrets, services: ReadonlyArray<ServiceId>]>([
    [{ only: ["smtp-submission", "pop3"] }, password, ["pop3"]],
    [{ only: ["smtp-submission", "imap", "pop3"] }, password, ["imap", "pop3"]],
    [{ via: "graph" }, token, ["graph"]],
    [{ only: ["graph", "imap"] }, token, ["imap", "graph"]],
    [{ via: "graph", to: ["b@example.com"] }, { ...token, readBackToken: Redacted.make("kanarie.tok-4") }, ["imap"]]
  ])("with %j looks where it is asked to", (options, secrets, services) => {
    const request = valid({ ...back, ...options }, secrets)
    assert.deepStrictEqual(request.readBack?.services, services)
    for (const service of services) assert.include(request.services, service)
  })

  it("opens the mailbox of another recipient with that one's secret, by its address or another name", () => {
    const options = { ...back, to: ["b@example.com"] }
    const { credential, readBack } = valid(options, other)
    assert.deepStrictEqual([credential?.user, readBack?.credential?.user], [target, "b@example.com"])
    assert.strictEqual(Redacted.value(readBack!.credential!.secret), "kanarie-Pw-3")
    assert.strictEqual(valid({ ...options, readBackUser: "b" }, other).readBack?.credential?.user, "b")
    assert.isFalse(readBack?.isElsewhere)
    const elsewhere = { ...back, to: ["b@other.example"], allowRecipient: ["@other.example"] }
    assert.isTrue(valid(elsewhere, other).readBack?.isElsewhere)
  })

  it.each([
    ["imap.example.net", "imap.example.net", undefined],
    ["IMAP.example.net:1993", "imap.example.net", 1993],
    ["[2001:db8::1]:993", "2001:db8::1", 993],
    ["192.0.2.1", "192.0.2.1", undefined]
  ])("is done at %s where that is said", (readBackHost, host, port) => {
    const { readBack } = valid({ ...back, readBackHost })
    assert.deepStrictEqual([readBack?.host, readBack?.port], [host, port])
  })

  it.each<[title: string, options: Partial<CheckOptions>, said: RegExp, secrets?: Secrets]>([
    ["nothing is sent", { readBack: true }, /^--read-back looks for a message, and none is sent: add --deliver$/],
    ["nothing signs in", back, /^--read-back needs to sign in to the mailbox: add --secret/, {}],
    [
      "no service looks",
      { ...back, only: ["smtp-submission"] },
      /^--read-back finds nothing: .*add imap, pop3 or graph/
    ],
    ["what looks is left out", { ...back, skip: ["imap"] }, /^--read-back finds nothing/],
    ["there are two recipients", { ...back, to: [target, "b@example.com"] }, /^--to names 2 recipients.*: name one$/],
    [
      "another mailbox has no secret",
      { ...back, to: ["b@example.com"] },
      /^--read-back-secret is missing: b@example\.com/
    ],
    [
      "the recipient is outside",
      { ...back, to: ["b@other.example"] },
      /^--to b@other\.example is outside example\.com: add --allow-recipient b@other\.example, or @other\.example/,
      other
    ],
    [
      "the recipient is another one of a domain",
      { ...back, to: ["c@other.example"], allowRecipient: ["b@other.example"] },
      /^--to c@other\.example is outside/,
      other
    ],
    [
      "the domain is a subdomain",
      { ...back, to: ["c@mail.example.com"] },
      /^--to c@mail\.example\.com is outside/,
      other
    ],
    ["a name stands without a secret", { ...back, readBackUser: "b" }, /^--read-back-user was given without a secret/],
    ["both secrets are given", back, /^--read-back-token and --read-back-secret were both given/, {
      ...other,
      readBackToken: Redacted.make("x")
    }],
    ["a secret is broken", back, /^--read-back-secret cannot be used/, {
      ...password,
      readBackSecret: Redacted.make("")
    }],
    ["Graph reads with another secret", { ...back, only: ["graph"] }, /^--read-back-secret does not go with Graph/, {
      ...token,
      readBackSecret: Redacted.make("x")
    }],
    [
      "two services would delete",
      { ...back, only: ["smtp-submission", "imap", "pop3"], readBackDelete: true },
      /^--read-back-delete goes with one service, and imap and pop3 look/
    ],
    ["the host is none", { ...back, readBackHost: "no host" }, /^--read-back-host "no host" is no host/],
    ["the port is none", { ...back, readBackHost: "a.example:99999" }, /^--read-back-host .* is no host/],
    ["one port stands for two services", {
      ...back,
      only: ["smtp-submission", "imap", "pop3"],
      readBackHost: "a.example:993"
    }, /^--read-back-host names one port/],
    ["the time is none", { ...back, readBackTimeout: "0s" }, /^--read-back-timeout 0s is no time/],
    [
      "the time is longer than a day",
      { ...back, readBackTimeout: "25h" },
      /^--read-back-timeout 25h is no time to look/
    ],
    [
      "an allowed recipient is none",
      { ...back, allowRecipient: ["example"] },
      /^--allow-recipient "example" is neither/
    ],
    ["an authserv-id is none", { ...back, authservId: ["a; b"] }, /^--authserv-id "a; b" is none/],
    ["a flag stands alone: host", { readBackHost: "a.example" }, /^--read-back-host goes with --read-back/],
    [
      "a flag stands alone: delete",
      { deliver: true, readBackDelete: true },
      /^--read-back-delete goes with --read-back/
    ],
    ["a secret stands alone", { deliver: true }, /^--read-back-secret goes with --read-back/, other],
    [
      "it stops before the message is sent",
      { ...back, until: "rcpt" },
      /^--until rcpt comes before the message is sent/
    ]
  ])("cannot be meant where %s", (_, options, said, secrets) => {
    assert.match(refusal(options, secrets), said)
  })

  it("keeps the recipients of a delivery as they are, unless a list is given", () => {
    const to = ["somebody@elsewhere.example"]
    assert.deepStrictEqual(valid({ deliver: true, to }).to, to)
    assert.match(refusal({ deliver: true, to, allowRecipient: [] }), /is outside example\.com/)
    assert.deepStrictEqual(valid({ deliver: true, to, allowRecipient: ["@Elsewhere.example"] }).to, to)
  })

  it("stops after the look, or before it where that is asked for", () => {
    assert.strictEqual(valid({ ...back, until: "find" }).stop.imap, "find")
    assert.strictEqual(valid({ ...back, until: "select" }).stop.imap, "select")
    assert.match(refusal({ until: "find" }), /find is no phase of/)
    assert.strictEqual(valid({ ...back, via: "graph" }, token).graphUntil, "find")
    assert.strictEqual(valid({ ...back, via: "graph", until: "send" }, token).graphUntil, "send")
  })
})
