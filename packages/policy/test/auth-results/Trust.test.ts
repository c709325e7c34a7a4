import { assert, describe, it } from "@effect/vitest"
import type { FindFacts } from "@sonde/domain/FindFacts"
import { isFinding } from "@sonde/domain/Finding"
import { judge } from "@sonde/policy/auth-results/Judge"
import * as Trust from "@sonde/policy/auth-results/Trust"

const header = (text: string) =>
  text.trim().split("\n").map((line) => {
    const [name = "", ...value] = line.trim().split(":")
    return { name, value: value.join(":").trim() }
  })

const receiver: Trust.Receiver = { ids: [], packIds: [], unnamed: false, hosts: ["example.net", "imap.example.net"] }

const say = (text: string, known: Partial<Trust.Receiver> = {}, from = "example.com") =>
  Trust.evaluate(header(text), { ...receiver, ...known }, from)

const gmail = `
  Delivered-To: person@gmail.com
  Received: by 2002:a05:7208:3193:b0:e3 with SMTP id dm19csp1; Tue, 24 Nov 2026 03:34:15 -0800 (PST)
  ARC-Authentication-Results: i=1; mx.google.com; spf=fail
  Received: from out.example.com (out.example.com. [192.0.2.1]) by mx.google.com with ESMTPS id x1; Tue, 24 Nov 2026
  Authentication-Results: mx.google.com; dkim=pass header.i=@example.com header.s=s1; spf=pass smtp.mailfrom=a@mail.example.com; dmarc=pass header.from=example.com
  Authentication-Results: out.example.com; auth=pass smtp.auth=a; spf=fail
`

describe("Authentication-Results of a message", () => {
  it("count where the server that received the message has their name", () => {
    assert.deepStrictEqual(say(gmail), {
      trusted: { authservId: "mx.google.com", basis: "received" },
      others: ["out.example.com"],
      arc: 1,
      spf: { result: "pass", domain: "mail.example.com", alignment: "relaxed" },
      dkim: [{ result: "pass", domain: "example.com", selector: "s1", alignment: "strict" }],
      dmarc: { result: "pass", domain: "example.com" }
    })
  })

  it("count together where the receiver writes several", () => {
    const found = say(`
      Authentication-Results: mx.example.net; dmarc=pass header.from=example.com
      Authentication-Results: mx.example.net; spf=none smtp.helo=out.example.com
      Authentication-Results: mx.example.net; dkim=fail header.d=example.com; dkim=pass header.d=esp.example
      Authentication-Results: evil.example; spf=pass
    `)
    assert.deepStrictEqual(found.trusted, { authservId: "mx.example.net", basis: "host" })
    assert.deepStrictEqual(found.others, ["evil.example"])
    assert.deepStrictEqual(found.spf, { result: "none", domain: "out.example.com", alignment: "relaxed" })
    assert.deepStrictEqual(found.dkim.map(({ alignment, result }) => [result, alignment]), [
      ["fail", "strict"],
      ["pass", "none"]
    ])
  })

  it("count by option alone where one is given", () => {
    const found = say(gmail, { ids: ["OUT.example.com"] })
    assert.deepStrictEqual(found.trusted, { authservId: "out.example.com", basis: "option" })
    assert.deepStrictEqual([found.spf?.result, found.others], ["fail", ["mx.google.com"]])
    assert.isUndefined(say(gmail, { ids: ["nobody.example"] }).trusted)
  })

  it("count without a name only where the knowledge says that the receiver gives none", () => {
    const text =
      "Authentication-Results: spf=pass smtp.mailfrom=example.com; dkim=none header.d=none;dmarc=pass header.from=example.com"
    assert.deepStrictEqual(say(text), { others: [""], arc: 0, dkim: [] })
    const known = say(text, { unnamed: true })
    assert.deepStrictEqual(known.trusted, { basis: "pack" })
    assert.deepStrictEqual(known.dkim, [{ result: "none" }])
  })

  it.each([
    ["mx1.example.net", true],
    ["example.net", true],
    ["example.net.evil.example", false],
    ["evilexample.net", false],
    ["net", false]
  ])("of %s count for hosts of example.net: %s", (id, expected) => {
    assert.strictEqual(say(`Authentication-Results: ${id}; spf=pass`).trusted !== undefined, expected)
  })

  it("do not count for a neighbour under a registry", () => {
    const hosts = ["mail.one.co.uk"]
    assert.isUndefined(say("Authentication-Results: mx.other.co.uk; spf=pass", { hosts }).trusted)
    assert.isDefined(say("Authentication-Results: mx.one.co.uk; spf=pass", { hosts }).trusted)
  })

  it.each([
    ["example.com", "Example.com", "strict"],
    ["mail.example.com", "example.com", "relaxed"],
    ["example.com", "news.example.com", "relaxed"],
    ["mail.example.com", "news.example.com", "unknown"],
    ["example.org", "example.com", "none"],
    ["notexample.com", "example.com", "none"],
    ["one.co.uk", "two.co.uk", "none"],
    ["co.uk", "two.co.uk", "unknown"]
  ])("authenticate %s, which fits %s: %s", (authenticated, from, expected) => {
    assert.strictEqual(Trust.alignmentOf(authenticated, from), expected)
  })
})

const facts: FindFacts = {
  mailbox: "person@example.net",
  messageId: "<run@example.com>",
  matched: "message-id",
  acceptedAt: "2026-11-28T12:00:00.000Z",
  foundAt: "2026-11-28T12:00:02.000Z",
  delayMillis: 2000,
  looks: 2,
  folder: { name: "INBOX", kind: "inbox" },
  searched: ["INBOX", "Junk"],
  from: { sent: ["a@example.com"], found: ["a@example.com"], rewritten: false },
  authentication: say(gmail)
}

const ids = (change: Partial<FindFacts>) =>
  judge("imap", { ...facts, ...change }).map(({ id, state }) => {
    assert.isTrue(isFinding(id), id)
    return `${id} ${state}`
  })

describe("findings of a message that was found", () => {
  it("are none where all is in order", () => {
    assert.deepStrictEqual(ids({}), [])
  })

  it("name the folder, the author and the identifier", () => {
    assert.deepStrictEqual(
      ids({
        folder: { name: "Spam", kind: "junk" },
        from: { sent: ["a@example.com"], found: ["b@example.com"], rewritten: true },
        foundMessageId: "<other@relay.example>"
      }),
      ["delivered_to_junk warn", "from_rewritten warn", "message_id_replaced pass"]
    )
  })

  it("name what did not pass at the receiver", () => {
    const text =
      "Authentication-Results: mx.example.net; spf=softfail smtp.mailfrom=example.com; dkim=none; dmarc=fail header.from=example.com"
    assert.deepStrictEqual(ids({ authentication: say(text) }), [
      "spf_not_passed_at_receiver warn",
      "dkim_not_passed_at_receiver warn",
      "dmarc_not_passed_at_receiver warn"
    ])
  })

  it.each([
    ["spf=none", "no SPF record to check by"],
    ["spf=permerror", "could not evaluate SPF: the record is broken"],
    ["spf=fail", "not one that the SPF record"],
    ["dmarc=bestguesspass", "no DMARC record to check by"],
    ["dmarc=temperror", "could not evaluate DMARC: a question to the DNS was not answered"],
    ["dmarc=fail", "so its DMARC policy applies"]
  ])("say what %s means", (result, expected) => {
    const authentication = say(`Authentication-Results: mx.example.net; ${result}`)
    const [found, other] = judge("imap", { ...facts, authentication })
    assert.include(found?.text, expected)
    assert.isUndefined(other)
  })

  it("are none of DKIM where one signature holds", () => {
    const text =
      "Authentication-Results: mx.example.net; dkim=fail header.d=list.example; dkim=pass header.d=example.com"
    assert.deepStrictEqual(ids({ authentication: say(text) }), [])
  })

  it("say that what passed is not aligned", () => {
    const text =
      "Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=bounce.esp.example; dkim=pass header.d=esp.example"
    assert.deepStrictEqual(ids({ authentication: say(text) }), ["not_aligned_at_receiver warn"])
  })

  it("say that nobody's word counts", () => {
    const [found] = judge("imap", { ...facts, authentication: say("Authentication-Results: evil.example; spf=pass") })
    assert.strictEqual(found?.id, "receiver_results_missing")
    assert.include(found?.title, "evil.example do not count")
    assert.deepStrictEqual(ids({ authentication: { others: [], arc: 0, dkim: [] } }), [
      "receiver_results_missing inconclusive"
    ])
  })

  it("say that the message was not deleted where it should be", () => {
    assert.deepStrictEqual(ids({ deleted: true }), [])
    assert.deepStrictEqual(ids({ deleted: false, notDeleted: "no UIDPLUS" }), ["message_not_deleted warn"])
  })
})
