import { assert, describe, it } from "@effect/vitest"
import * as Findings from "@sonde/domain/Finding"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import type { StaticWorld, StaticZone } from "@sonde/net/Net"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { PostureFacts } from "./facts.ts"
import { domain, examine, good, keyHash, type Options, policy, selector, server, world } from "./posture.ts"

const sender = { address: "192.0.2.25", from: "person@example.org", helo: "mail.example.org" }
const known = { selectors: [selector("s1")] }

const ids = (of: StaticWorld, options: Options = known) =>
  Effect.map(examine(of, options), ({ findings }) => findings.map(({ id, state }) => `${id} ${state}`))

const without = (...names: ReadonlyArray<string>): StaticZone =>
  Object.fromEntries(names.map((name) => [name, { a: [] }]))

describe("a domain in which all is well", () => {
  it.effect("makes no finding", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* ids(world(), { ...known, sender }), [])
    }))

  it.effect("has facts that survive JSON", () =>
    Effect.gen(function*() {
      const { findings: _, ...facts } = yield* examine(world(), { ...known, sender })
      for (const [name, schema] of Object.entries(PostureFacts)) {
        const codec = Schema.toCodecJson(schema as Schema.Codec<unknown, unknown>)
        const value = facts[name as keyof typeof facts]
        const text = JSON.stringify(yield* Schema.encodeUnknownEffect(codec)(value))
        assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(codec)(JSON.parse(text)), value)
      }
    }))
})

interface Scenario {
  readonly title: string
  readonly zone?: StaticZone
  readonly more?: Partial<StaticWorld>
  readonly options?: Options
  readonly expected: ReadonlyArray<string>
}

const scenarios: ReadonlyArray<Scenario> = [
  // MX
  {
    title: "no MX record and an address",
    zone: { "example.org": { a: ["192.0.2.80"], txt: ["v=spf1 a -all"] } },
    more: { servers: {} },
    expected: [
      "mx_missing warn",
      "mx_not_reached inconclusive",
      "mx_reverse_missing warn",
      "mta_sts_mx_not_listed fail"
    ]
  },
  {
    title: "neither MX record nor address",
    zone: { "example.org": { txt: ["v=spf1 -all"] } },
    expected: ["mx_no_address warn"]
  },
  { title: "a null MX", zone: { "example.org": { mx: [[0, "."]], txt: ["v=spf1 -all"] } }, expected: [] },
  {
    title: "a null MX beside others",
    zone: { "example.org": { mx: [[0, "."], [10, "mail.example.org"]], txt: ["v=spf1 mx -all"], authentic: true } },
    expected: ["mx_null_not_alone fail"]
  },
  {
    title: "an exchanger that is an alias",
    zone: { "mail.example.org": { cname: "host.example.net" }, "host.example.net": { a: ["192.0.2.25"] } },
    expected: ["mx_is_alias warn"]
  },
  {
    title: "an exchanger that is an address",
    zone: { "example.org": { mx: [[10, "192.0.2.25"]], txt: ["v=spf1 -all"], authentic: true } },
    expected: ["mx_is_address fail", "mta_sts_mx_not_listed fail"]
  },
  {
    title: "an exchanger that does not exist",
    zone: { "example.org": { mx: [[10, "gone.example.org"]], txt: ["v=spf1 -all"], authentic: true } },
    expected: ["mx_unresolved fail", "mta_sts_mx_not_listed fail"]
  },
  {
    title: "an address without a name",
    zone: without("25.2.0.192.in-addr.arpa"),
    options: { ...known, sender },
    expected: ["mx_reverse_missing warn", "sender_reverse_missing fail"]
  },
  {
    title: "an address whose name leads elsewhere",
    zone: { "25.2.0.192.in-addr.arpa": { ptr: ["other.example"] }, "other.example": { a: ["192.0.2.99"] } },
    options: { ...known, sender },
    expected: ["mx_reverse_unconfirmed warn", "sender_reverse_unconfirmed fail"]
  },
  {
    title: "an exchanger without STARTTLS",
    more: {
      servers: { "mail.example.org:25": "S: 220 hi\nC: EHLO *\nS: 250 mail.example.org\nC: QUIT\nS: 221 bye" }
    },
    expected: ["mx_starttls_missing fail", "mta_sts_mx_tls fail", "dane_starttls_missing fail"]
  },
  {
    title: "an exchanger that is not reached",
    more: { servers: { "mail.example.org:25": "Unreachable" } },
    expected: ["mx_not_reached inconclusive", "dane_not_reached inconclusive"]
  },
  // SPF
  {
    title: "no SPF record",
    zone: { "example.org": { ...good["example.org"], txt: ["other"] } },
    expected: ["spf_missing fail"]
  },
  {
    title: "two SPF records",
    zone: { "example.org": { ...good["example.org"], txt: ["v=spf1 mx -all", "v=spf1 a -all"] } },
    expected: ["spf_multiple fail"]
  },
  {
    title: "an SPF record that cannot be read",
    zone: { "example.org": { ...good["example.org"], txt: ["v=spf1 ipv4:192.0.2.1 -all"] } },
    expected: ["spf_syntax fail"]
  },
  {
    title: "SPF that lets everybody send",
    zone: { "example.org": { ...good["example.org"], txt: ["v=spf1 mx all"] } },
    expected: ["spf_allows_all fail"]
  },
  {
    title: "SPF without an ending",
    zone: { "example.org": { ...good["example.org"], txt: ["v=spf1 mx"] } },
    expected: ["spf_no_ending warn"]
  },
  {
    title: "SPF with ptr",
    zone: { "example.org": { ...good["example.org"], txt: ["v=spf1 ptr -all"] } },
    expected: ["spf_ptr warn"]
  },
  {
    title: "SPF that includes nothing",
    zone: { "example.org": { ...good["example.org"], txt: ["v=spf1 include:gone.example -all"] } },
    expected: ["spf_include_broken fail"]
  },
  {
    title: "SPF that includes itself",
    zone: { "example.org": { ...good["example.org"], txt: ["v=spf1 include:example.org -all"] } },
    expected: ["spf_include_broken fail"]
  },
  {
    title: "eleven look-ups behind the term that names the sender",
    zone: {
      "example.org": {
        ...good["example.org"],
        txt: [`v=spf1 mx ${Array.from({ length: 10 }, (_, at) => `exists:%{i}.${at}.example`).join(" ")} -all`]
      }
    },
    options: { ...known, sender },
    expected: ["spf_lookup_limit fail"]
  },
  {
    title: "ten look-ups in a redirect",
    zone: {
      "example.org": { ...good["example.org"], txt: ["v=spf1 redirect=spf.example"] },
      "spf.example": {
        txt: [`v=spf1 ${Array.from({ length: 9 }, (_, at) => `exists:%{i}.${at}.example`).join(" ")} -all`]
      }
    },
    expected: ["spf_lookup_limit_near warn"]
  },
  {
    title: "three look-ups that find nothing",
    zone: { "example.org": { ...good["example.org"], txt: ["v=spf1 a:a.example a:b.example mx:c.example -all"] } },
    expected: ["spf_void_lookup_limit fail"]
  },
  {
    title: "a sender that SPF does not name",
    zone: { "9.113.0.203.in-addr.arpa": { ptr: ["out.example.org"] }, "out.example.org": { a: ["203.0.113.9"] } },
    options: { ...known, sender: { ...sender, address: "203.0.113.9" } },
    expected: ["spf_sender_not_allowed fail"]
  },
  // DKIM
  { title: "no selector that is known", options: {}, expected: ["dkim_selector_unknown inconclusive"] },
  { title: "a selector without a key", options: { selectors: [selector("s2")] }, expected: ["dkim_key_missing fail"] },
  {
    title: "selectors of a provider without keys",
    options: { selectors: [{ selector: "google", source: "pack", provider: "Gmail" }] },
    expected: ["dkim_key_absent_at_provider warn"]
  },
  {
    title: "a selector of a provider without a key beside one with",
    options: { selectors: [selector("s1"), { selector: "google", source: "pack", provider: "Gmail" }] },
    expected: []
  },
  {
    title: "a selector of a provider whose alias leads nowhere",
    zone: { "p._domainkey.example.org": { cname: "gone.example" } },
    options: { selectors: [{ selector: "p", source: "pack", provider: "P" }] },
    expected: ["dkim_key_missing fail"]
  },
  {
    title: "a revoked key",
    zone: { "s1._domainkey.example.org": { txt: ["v=DKIM1; p="] } },
    expected: ["dkim_key_revoked warn"]
  },
  {
    title: "a key that is none",
    zone: { "s1._domainkey.example.org": { txt: ["v=DKIM1; p=AAAA"] } },
    expected: ["dkim_key_unreadable fail"]
  },
  {
    title: "a key with all limits",
    zone: {
      "s1._domainkey.example.org": {
        txt: ["v=DKIM1; k=ed25519; h=sha1; s=tlsrpt; t=y; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="]
      }
    },
    expected: ["dkim_sha256_not_allowed fail", "dkim_key_not_for_mail fail", "dkim_key_testing warn"]
  },
  // DMARC
  { title: "no DMARC record", zone: without("_dmarc.example.org"), expected: ["dmarc_missing fail"] },
  {
    title: "two DMARC records",
    zone: { "_dmarc.example.org": { txt: ["v=DMARC1; p=none", "v=DMARC1; p=reject"] } },
    expected: ["dmarc_multiple fail"]
  },
  {
    title: "DMARC that only watches",
    zone: { "_dmarc.example.org": { txt: ["v=DMARC1; p=none; rua=mailto:a@example.org"] } },
    expected: ["dmarc_monitor_only warn"]
  },
  {
    title: "DMARC in test, in part, with less below and without reports",
    zone: { "_dmarc.example.org": { txt: ["v=DMARC1; p=reject; sp=none; np=quarantine; t=y; pct=20; x=y"] } },
    expected: [
      "dmarc_testing warn",
      "dmarc_partial warn",
      "dmarc_subdomains_weaker warn",
      "dmarc_syntax warn",
      "dmarc_no_reports warn"
    ]
  },
  {
    title: "reports to somebody who has not agreed",
    zone: { "_dmarc.example.org": { txt: ["v=DMARC1; p=reject; rua=mailto:a@reports.example"] } },
    expected: ["dmarc_report_not_allowed warn"]
  },
  {
    title: "reports to somebody who has agreed",
    zone: {
      "_dmarc.example.org": { txt: ["v=DMARC1; p=reject; rua=mailto:a@reports.example"] },
      "example.org._report._dmarc.reports.example": { txt: ["v=DMARC1"] }
    },
    expected: []
  },
  {
    title: "a return path of another organization",
    zone: { "bounces.example": { txt: ["v=spf1 ip4:192.0.2.25 -all"] } },
    options: { ...known, sender: { ...sender, from: "x@bounces.example" } },
    expected: ["dmarc_spf_not_aligned warn"]
  },
  {
    title: "a return path below the domain",
    zone: { "bounces.example.org": { txt: ["v=spf1 ip4:192.0.2.25 -all"] } },
    options: { ...known, sender: { ...sender, from: "x@bounces.example.org" } },
    expected: []
  },
  {
    title: "a return path below the domain with strict alignment",
    zone: {
      "bounces.example.org": { txt: ["v=spf1 ip4:192.0.2.25 -all"] },
      "_dmarc.example.org": { txt: ["v=DMARC1; p=reject; aspf=s; rua=mailto:a@example.org"] }
    },
    options: { ...known, sender: { ...sender, from: "x@bounces.example.org" } },
    expected: ["dmarc_spf_not_aligned warn"]
  },
  // MTA-STS
  { title: "no MTA-STS record", zone: without("_mta-sts.example.org"), expected: ["mta_sts_missing warn"] },
  {
    title: "two MTA-STS records",
    zone: { "_mta-sts.example.org": { txt: ["v=STSv1; id=1", "v=STSv1; id=2"] } },
    expected: ["mta_sts_multiple fail"]
  },
  {
    title: "an MTA-STS record without an id",
    zone: { "_mta-sts.example.org": { txt: ["v=STSv1;"] } },
    expected: ["mta_sts_syntax fail"]
  },
  {
    title: "a policy without a host",
    zone: without("mta-sts.example.org"),
    expected: ["mta_sts_policy_unavailable fail"]
  },
  { title: "a policy that is not reached", more: { http: {} }, expected: ["mta_sts_policy_unanswered inconclusive"] },
  {
    title: "a policy that is moved",
    more: {
      http: { "mta-sts.example.org:443": () => ({ status: 301, headers: { location: "https://x" }, body: "" }) }
    },
    expected: ["mta_sts_policy_unavailable fail"]
  },
  {
    title: "a page where the policy belongs",
    more: {
      http: {
        "mta-sts.example.org:443": () => ({ status: 200, headers: { "content-type": "text/html" }, body: "<html>" })
      }
    },
    expected: ["mta_sts_policy_syntax fail", "mta_sts_policy_type warn"]
  },
  {
    title: "a policy that does not list the exchanger",
    more: { http: policy("version: STSv1\nmode: enforce\nmx: other.example.org\nmax_age: 604800\n") },
    expected: ["mta_sts_mx_not_listed fail"]
  },
  {
    title: "a policy in testing mode for an hour that does not list the exchanger",
    more: { http: policy("version: STSv1\nmode: testing\nmx: other.example.org\nmax_age: 3600\n") },
    expected: ["mta_sts_mx_not_listed warn", "mta_sts_testing warn", "mta_sts_short_age warn"]
  },
  {
    title: "a policy of mode none",
    more: { http: policy("version: STSv1\nmode: none\nmax_age: 604800\n") },
    expected: ["mta_sts_none warn"]
  },
  {
    title: "an exchanger with a certificate that has ended, which DANE does not mind",
    more: { servers: { "mail.example.org:25": server(["CertificateExpired"]) } },
    expected: ["mta_sts_mx_tls fail"]
  },
  // TLS reporting
  { title: "no TLS reporting", zone: without("_smtp._tls.example.org"), expected: ["tls_rpt_missing warn"] },
  {
    title: "two records of TLS reporting",
    zone: {
      "_smtp._tls.example.org": { txt: ["v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1; rua=mailto:c@d.example"] }
    },
    expected: ["tls_rpt_multiple fail"]
  },
  {
    title: "TLS reporting without a place",
    zone: { "_smtp._tls.example.org": { txt: ["v=TLSRPTv1"] } },
    expected: ["tls_rpt_syntax fail"]
  },
  // DANE
  { title: "no TLSA records", zone: without("_25._tcp.mail.example.org"), expected: [] },
  {
    title: "a TLSA record of another key",
    zone: {
      "_25._tcp.mail.example.org": {
        tlsa: [{ usage: 3, selector: 1, matching: 1, data: "0".repeat(64) }],
        authentic: true
      }
    },
    expected: ["dane_mismatch fail"]
  },
  {
    title: "a TLSA record of another key beside the right one, and one that does not count",
    zone: {
      "_25._tcp.mail.example.org": {
        tlsa: [
          { usage: 3, selector: 1, matching: 1, data: "0".repeat(64) },
          { usage: 3, selector: 1, matching: 1, data: keyHash },
          { usage: 1, selector: 1, matching: 1, data: keyHash }
        ],
        authentic: true
      }
    },
    expected: ["dane_unusable warn"]
  },
  {
    title: "TLSA records in a zone that is not signed",
    zone: { "_25._tcp.mail.example.org": { ...good["_25._tcp.mail.example.org"], authentic: false } },
    expected: ["dane_not_secure warn"]
  },
  {
    title: "TLSA records and a resolver that does not validate",
    zone: {
      ".": { ns: ["a.root"] },
      "_25._tcp.mail.example.org": { ...good["_25._tcp.mail.example.org"], authentic: false }
    },
    expected: ["dane_not_judged inconclusive"]
  },
  {
    title: "one exchanger of two with TLSA records",
    zone: {
      "example.org": {
        mx: [[10, "mail.example.org"], [20, "mail2.example.org"]],
        txt: ["v=spf1 mx -all"],
        authentic: true
      },
      "mail2.example.org": { a: ["192.0.2.25"], authentic: true }
    },
    more: {
      servers: { "mail.example.org:25": server(), "mail2.example.org:25": server() },
      http: policy("version: STSv1\nmode: enforce\nmx: *.example.org\nmax_age: 604800\n")
    },
    expected: ["dane_incomplete warn"]
  },
  // BIMI
  {
    title: "a logo without a certificate, and DMARC that only watches",
    zone: {
      "default._bimi.example.org": { txt: ["v=BIMI1; l=https://example.org/l.svg"] },
      "_dmarc.example.org": { txt: ["v=DMARC1; p=none; rua=mailto:a@example.org"] }
    },
    expected: ["dmarc_monitor_only warn", "bimi_no_certificate warn", "bimi_dmarc_not_enforced warn"]
  },
  {
    title: "a logo with a certificate",
    zone: {
      "default._bimi.example.org": { txt: ["v=BIMI1; l=https://example.org/l.svg; a=https://example.org/c.pem"] }
    },
    expected: []
  },
  { title: "a declined logo", zone: { "default._bimi.example.org": { txt: ["v=BIMI1; l=; a="] } }, expected: [] },
  {
    title: "a certificate without a logo",
    zone: { "default._bimi.example.org": { txt: ["v=BIMI1; l=; a=https://example.org/c.pem"] } },
    expected: ["bimi_no_logo warn"]
  },
  {
    title: "a logo by http",
    zone: { "default._bimi.example.org": { txt: ["v=BIMI1; l=http://example.org/l.svg"] } },
    expected: ["bimi_syntax warn"]
  },
  {
    title: "two logos",
    zone: { "default._bimi.example.org": { txt: ["v=BIMI1; l=; a=", "v=BIMI1; l=; a="] } },
    expected: ["bimi_multiple warn"]
  }
]

describe("a domain with", () => {
  it.effect.each(scenarios)(
    "$title",
    ({ expected, more, options, zone }) =>
      Effect.map(ids(world(zone, more), options), (found) => assert.deepStrictEqual(found, expected))
  )
})

describe("a DNS that does not answer", () => {
  const questions = [
    ["mx example.org", "MX of example.org"],
    ["txt example.org", "SPF of example.org"],
    ["txt s1._domainkey.example.org", "The DKIM key"],
    ["txt _dmarc.example.org", "_dmarc.example.org"],
    ["txt _mta-sts.example.org", "MTA-STS of example.org"],
    ["txt _smtp._tls.example.org", "TLS reporting of example.org"],
    ["tlsa _25._tcp.mail.example.org", "_25._tcp.mail.example.org"],
    ["txt default._bimi.example.org", "BIMI of example.org"]
  ] as const
  it.effect.each(questions)("for %s leaves that open and fails nothing", ([question, what]) =>
    Effect.gen(function*() {
      for (const reason of ["Timeout", "ServerFailure", "Refused", "Malformed"] as const) {
        const { findings } = yield* examine(world({}, { fail: { [question]: reason } }), known)
        assert.isNotEmpty(findings)
        assert.isTrue(findings.every(({ id, state }) => id === "dns_unanswered" && state === "inconclusive"))
        assert.isTrue(findings.some(({ title }) => title.includes(what)), JSON.stringify(findings))
      }
    }))

  it.effect("at all fails nothing", () =>
    Effect.gen(function*() {
      const fail = Object.fromEntries(
        Object.keys(good).flatMap((name) =>
          ["a", "aaaa", "mx", "txt", "tlsa", "ptr", "ns"].map((type) => [`${type} ${name}`, "Timeout" as const])
        ).concat([["txt _dmarc.org", "Timeout"], ["txt default._bimi.example.org", "Timeout"]])
      )
      const { findings } = yield* examine(world({}, { fail }), { ...known, sender })
      assert.isTrue(findings.every(({ state }) => state === "inconclusive"), JSON.stringify(findings))
    }))
})

describe("whoever asks from outside", () => {
  const inside: StaticZone = {
    "example.org": {
      mx: [[10, "mail.corp.internal"], [20, "split.example.org"], [30, "mail.example.org"]],
      txt: ["v=spf1 include:_spf.corp.internal ptr -all"],
      authentic: true
    },
    "mail.corp.internal": { a: ["10.0.0.5"] },
    "_spf.corp.internal": { txt: ["v=spf1 ip4:10.0.0.0/8 -all"] },
    "split.example.org": { a: ["10.0.0.6"] },
    "5.0.0.10.in-addr.arpa": { ptr: ["secret.corp.internal"] },
    "6.0.0.10.in-addr.arpa": { ptr: ["secret.corp.internal"] },
    "secret.corp.internal": { a: ["10.0.0.5", "10.0.0.6"] }
  }
  const of = (rule: AddressPolicy.AddressRule) =>
    Effect.map(
      Effect.provideService(
        examine(world(inside), { ...known, sender: { ...sender, address: "10.0.0.5" } }),
        AddressPolicy.AddressPolicy,
        rule
      ),
      (found) => JSON.stringify(found)
    )

  it.effect("learns nothing of a network through its resolver", () =>
    Effect.gen(function*() {
      const told = yield* of(AddressPolicy.publicOnly("any"))
      assert.notInclude(told, "secret.corp")
      assert.notInclude(told, "10.0.0.6")
      assert.notInclude(told, "10.0.0.0/8")
    }))

  it.effect("is told all of it where every address is allowed", () =>
    Effect.gen(function*() {
      const told = yield* of(AddressPolicy.everything)
      for (const text of ["secret.corp", "10.0.0.6", "10.0.0.0/8"]) assert.include(told, text)
    }))
})

describe("every finding", () => {
  it.effect("is of the published list, says who acts, and how to see that it is gone", () =>
    Effect.gen(function*() {
      const seen = new Set<string>()
      for (const { more, options, zone } of scenarios) {
        for (const finding of (yield* examine(world(zone, more), options ?? known)).findings) {
          seen.add(finding.id)
          assert.isTrue(Findings.isFinding(finding.id), finding.id)
          assert.isDefined(finding.actor)
          assert.strictEqual(finding.service, "posture")
          assert.deepStrictEqual(finding.remedies.at(-1)?.command, `sonde posture ${domain}`)
          if (finding.state === "fail") {
            assert.isTrue(finding.remedies.some(({ kind }) => kind === "change"), `${finding.id} has nothing to change`)
          }
        }
      }
      assert.isAtLeast(seen.size, 50)
    }))

  it.effect("about DMARC names the record to publish, whole, and how to undo it", () =>
    Effect.gen(function*() {
      const zone = { "_dmarc.example.org": { txt: ["v=DMARC1; p=none; rua=mailto:a@example.org; adkim=s"] } }
      const { findings } = yield* examine(world(zone), known)
      const change = findings[0]?.remedies.find(({ kind }) => kind === "change")
      assert.strictEqual(
        change?.command,
        "_dmarc.example.org. IN TXT \"v=DMARC1; p=quarantine; rua=mailto:a@example.org; adkim=s\""
      )
      assert.strictEqual(
        change?.undo,
        "_dmarc.example.org. IN TXT \"v=DMARC1; p=none; rua=mailto:a@example.org; adkim=s\""
      )
    }))

  it.effect("about a domain that does not exist asks for no record in it", () =>
    Effect.gen(function*() {
      const { findings } = yield* examine({ ...world(), zone: {} }, known)
      const found = findings.find(({ id }) => id === "mx_no_address")
      assert.strictEqual(found?.title, "example.org does not exist")
      assert.deepStrictEqual(found?.remedies.filter(({ kind }) => kind === "change").map(({ command }) => command), [
        undefined
      ])
    }))
})
