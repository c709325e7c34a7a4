import { assert, describe, it } from "@effect/vitest"
import type { Discovery, SettingsSource } from "@sonde/domain/Discovery"
import * as AddressPolicy from "@sonde/net/AddressPolicy"
import * as Net from "@sonde/net/Net"
import * as Recorder from "@sonde/net/Recorder"
import { LookupFailed, type LookupOptions, type RecordType, Resolver } from "@sonde/net/Resolver"
import { Packs } from "@sonde/packs/Packs"
import * as Discover from "@sonde/pipeline/discovery/Discover"
import * as Watch from "@sonde/pipeline/discovery/Watch"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"

const domain = "firm.example"
const mailbox = `me@${domain}`
const a = ["203.0.113.5"]
const autoconfigHost = `autoconfig.${domain}`

const autoconfig = (servers: string) => () => ({
  status: 200,
  body: `<clientConfig><emailProvider id="x"><displayName>Firm</displayName>${servers}</emailProvider></clientConfig>`
})

const server = (tag: string, type: string, host: string, port: number, socket: string) =>
  `<${tag} type="${type}"><hostname>${host}</hostname><port>${port}</port><socketType>${socket}</socketType>`
  + `<username>%EMAILADDRESS%</username></${tag}>`

const imap = server("incomingServer", "imap", "imap.firm.example", 993, "SSL")
const smtp = server("outgoingServer", "smtp", "smtp.firm.example", 587, "STARTTLS")

const discover = (
  world: Net.StaticWorld,
  more: Partial<Discover.Asked> = {},
  rule: AddressPolicy.AddressRule = AddressPolicy.everything,
  resolver: Layer.Layer<Resolver> = Net.layerResolver(world)
): Effect.Effect<Discovery> =>
  Discover.discover({
    input: mailbox,
    mailbox,
    domain,
    offline: false,
    provider: undefined,
    timeoutMillis: 1000,
    way: {
      service: "smtp-submission",
      pins: [],
      server: undefined,
      ca: undefined,
      recorder: Recorder.make({ now: () => 0, secrets: [] })
    },
    ...more
  }).pipe(
    Effect.provideService(AddressPolicy.AddressPolicy, rule),
    Effect.provide([Packs.layer, resolver, Net.layerHttp(world)])
  )

const of = ({ sources }: Discovery, source: SettingsSource) => sources.find((answer) => answer.source === source)

const endpoints = ({ chosen }: Discovery) =>
  chosen.map(({ endpoint, service, source }) => `${service} ${endpoint.host}:${endpoint.port} ${source}`)

/** A resolver in virtual time that never answers, but for what `answers` has. */
const mute = (answers: (name: string) => boolean) => {
  const asked: Array<string> = []
  const wait = (name: string, type: RecordType, { timeoutMillis }: LookupOptions) => {
    asked.push(`${type} ${name}`)
    return Effect.flip(Effect.as(
      Effect.sleep(answers(name) ? 1 : timeoutMillis),
      new LookupFailed({ name, type, reason: answers(name) ? "NoSuchName" : "Timeout" })
    ))
  }
  const layer = Layer.succeed(Resolver, {
    addresses: (name, options) => wait(name, "A", options) as never,
    mx: (name, options) => wait(name, "MX", options) as never,
    query: (name, type, options) => wait(name, type, options) as never
  })
  return { asked, layer }
}

const timed = Effect.fnUntraced(function*(resolver: Layer.Layer<Resolver>, more: Partial<Discover.Asked> = {}) {
  const fiber = yield* Effect.forkChild(
    discover({}, { timeoutMillis: 10_000, ...more }, AddressPolicy.everything, resolver)
  )
  yield* TestClock.adjust(60_000)
  return yield* Fiber.join(fiber)
})

describe("a resolver that answers nothing", () => {
  it.effect("is told in one sentence, after one wait", () =>
    Effect.gen(function*() {
      const found = yield* timed(mute(() => false).layer)
      assert.strictEqual(
        found.problem,
        "The resolver of this system does not answer, so no source could be asked"
      )
      assert.strictEqual(found.durationMillis, Watch.resolverMillis)
      assert.deepStrictEqual([found.outcome, found.exitCode], ["inconclusive", 75])
      assert.deepStrictEqual(found.sources.map(({ source }) => source), ["pack"])
    }))

  it.effect("leaves what the packs know", () =>
    Effect.gen(function*() {
      const found = yield* timed(mute(() => false).layer, { domain: "outlook.com", mailbox: "me@outlook.com" })
      assert.isDefined(found.problem)
      assert.strictEqual(found.outcome, "found")
      assert.isAbove(found.chosen.length, 0)
    }))

  it.effect("is not dead as long as it answers anything: then a domain alone is silent", () =>
    Effect.gen(function*() {
      const { asked, layer } = mute((name) => name.endsWith("thunderbird.net"))
      const found = yield* timed(layer)
      assert.isUndefined(found.problem)
      assert.isTrue(asked.some((name) => name.endsWith("thunderbird.net")))
      assert.strictEqual(of(found, "mx")?.state, "failed")
      assert.isAbove(found.sources.length, 10)
    }))
})

describe("discovery", () => {
  it.effect("asks every source, once each, and says of each what was there", () =>
    Effect.gen(function*() {
      const found = yield* discover({ zone: { [domain]: { mx: [[10, "mx.other.example"]] } } })
      assert.deepStrictEqual(found.sources.map(({ source, state }) => `${source} ${state}`), [
        "pack none",
        "pacc none",
        "srv none",
        "autoconfig none",
        "autoconfig-well-known none",
        "ispdb none",
        "autodiscover none",
        "autodiscover-json none",
        "ispdb-mx none",
        "autoconfig-clear none",
        "spf none",
        "mx found",
        "guess none"
      ])
      assert.deepStrictEqual([found.outcome, found.exitCode, found.chosen.length], ["none", 68, 0])
      assert.notProperty(found.target, "exists")
      assert.strictEqual((yield* discover({})).target.exists, false)
    }))

  it.effect("believes a pack, and names the source that differs and the one that agrees", () =>
    Effect.gen(function*() {
      const found = yield* discover({
        zone: {
          [domain]: { mx: [[10, "firm-example.mail.protection.outlook.com"]] },
          [`_submission._tcp.${domain}`]: { srv: [[0, 1, 587, "smtp.office365.com"]] },
          [`_imaps._tcp.${domain}`]: { srv: [[0, 1, 993, "imap.old.example"]] }
        }
      })
      assert.deepStrictEqual(found.provider, { id: "microsoft-365", name: "Microsoft 365" })
      const [submission, imap] = found.chosen
      assert.deepStrictEqual([submission?.endpoint.host, submission?.source, submission?.agree, submission?.differ], [
        "smtp.office365.com",
        "pack",
        ["srv"],
        []
      ])
      assert.deepStrictEqual([imap?.endpoint.host, imap?.user, imap?.differ], [
        "outlook.office365.com",
        mailbox,
        ["srv"]
      ])
      assert.deepStrictEqual(found.conflicts.map(({ text }) => text), [
        "pack names outlook.office365.com:993 (TLS) for imap, srv names imap.old.example:993 (TLS)"
      ])
      assert.deepStrictEqual(of(found, "srv")?.problems, [
        "the records are not signed and lead out of the domain, to smtp.office365.com, imap.old.example"
      ])
    }))

  it.effect("takes what a domain publishes, with its user name, and asks nothing in clear then", () =>
    Effect.gen(function*() {
      const asked: Array<string> = []
      const found = yield* discover({
        zone: { [autoconfigHost]: { a } },
        http: {
          [`${autoconfigHost}:443`]: ({ path }) => {
            asked.push(path)
            return autoconfig(imap + smtp)()
          }
        }
      })
      assert.deepStrictEqual(asked, ["/mail/config-v1.1.xml?emailaddress=me%40firm.example"])
      assert.deepStrictEqual(endpoints(found), [
        "smtp-submission smtp.firm.example:587 autoconfig",
        "imap imap.firm.example:993 autoconfig"
      ])
      assert.deepStrictEqual(found.chosen.map(({ user }) => user), [mailbox, mailbox])
      assert.strictEqual(of(found, "autoconfig-clear")?.state, "skipped")
    }))

  it.effect("believes what comes in clear less than anything else, and says so", () =>
    Effect.gen(function*() {
      const world: Net.StaticWorld = {
        zone: { [autoconfigHost]: { a }, "autoconfig.thunderbird.net": { a: ["203.0.113.9"] } },
        http: {
          [`${autoconfigHost}:80`]: autoconfig(imap),
          "autoconfig.thunderbird.net:443": autoconfig(server("incomingServer", "imap", "other.example", 993, "SSL"))
        }
      }
      const found = yield* discover(world)
      assert.strictEqual(of(found, "autoconfig-clear")?.trusted, false)
      assert.deepStrictEqual(endpoints(found), ["imap other.example:993 ispdb"])
      assert.deepStrictEqual(found.chosen[0]?.differ, ["autoconfig-clear"])
    }))

  it.effect("prefers an endpoint with encryption, whoever names it", () =>
    Effect.gen(function*() {
      const found = yield* discover({
        zone: { [autoconfigHost]: { a }, [domain]: { a } },
        http: {
          [`${autoconfigHost}:443`]: autoconfig(server("incomingServer", "imap", "a.example", 143, "plain")),
          [`${domain}:443`]: autoconfig(server("incomingServer", "imap", "b.example", 143, "STARTTLS"))
        }
      })
      assert.deepStrictEqual(endpoints(found), ["imap b.example:143 autoconfig-well-known"])
    }))

  it.effect("counts a PACC document only where the domain vouches for its octets", () =>
    Effect.gen(function*() {
      const body = "{\"protocols\":{\"imap\":{\"host\":\"imap.firm.example\"}},\"authentication\":{\"password\":true}}"
      const host = `ua-auto-config.${domain}`
      const digest = yield* Effect.promise(async () =>
        Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body))).toString("base64")
      )
      const world = (txt: ReadonlyArray<string>) => ({
        zone: { [host]: { a }, [`_ua-auto-config.${domain}`]: { txt } },
        http: { [`${host}:443`]: () => ({ status: 200, body }) }
      })
      assert.deepStrictEqual(endpoints(yield* discover(world([`v=UAAC1; a=sha256; d=${digest}`]))), [
        "imap imap.firm.example:993 pacc"
      ])
      const other = of(yield* discover(world(["v=UAAC1; a=sha256; d=AAAA"])), "pacc")
      assert.deepStrictEqual([other?.state, other?.settings, other?.text], [
        "failed",
        [],
        "the document is not the one that the TXT record vouches for"
      ])
      assert.match(of(yield* discover(world([])), "pacc")?.text ?? "", /^no TXT record/)
    }))

  it.effect("reads Autodiscover where a redirect in clear leads by TLS", () =>
    Effect.gen(function*() {
      const host = `autodiscover.${domain}`
      const found = yield* discover({
        zone: { [host]: { a }, "autodiscover.host.example": { a } },
        http: {
          [`${host}:80`]: () => ({
            status: 302,
            headers: { location: "https://autodiscover.host.example/autodiscover/autodiscover.xml" },
            body: ""
          }),
          "autodiscover.host.example:443": ({ body, method }) => ({
            status: method === "POST" ? 200 : 401,
            body: body.includes(`<EMailAddress>${mailbox}</EMailAddress>`)
              ? "<Autodiscover><Response><Account><Protocol><Type>IMAP</Type><Server>imap.host.example</Server>"
                + "<Port>993</Port><SSL>on</SSL></Protocol></Account></Response></Autodiscover>"
              : "<Autodiscover/>"
          })
        }
      })
      const answer = of(found, "autodiscover")
      assert.deepStrictEqual([answer?.state, answer?.trusted, answer?.redirects?.length], ["found", false, 1])
      assert.deepStrictEqual(endpoints(found), ["imap imap.host.example:993 autodiscover"])
    }))

  it.effect("guesses only names that exist, last, and not where every name does", () =>
    Effect.gen(function*() {
      const found = yield* discover({ zone: { "mail.firm.example": { a }, "imap.firm.example": { a } } })
      assert.deepStrictEqual(endpoints(found), [
        "smtp-submission mail.firm.example:587 guess",
        "imap imap.firm.example:993 guess",
        "pop3 mail.firm.example:995 guess"
      ])
      const wild = yield* discover({
        zone: { "mail.firm.example": { a }, "no-such-host-of-sonde.firm.example": { a } }
      })
      assert.match(of(wild, "guess")?.text ?? "", /wildcard/)
      assert.strictEqual(wild.exitCode, 68)
    }))

  it.effect("says that a service is not offered, and does not call a silent name server an answer", () =>
    Effect.gen(function*() {
      const refused = yield* discover({ zone: { [`_pop3s._tcp.${domain}`]: { srv: [[0, 0, 0, "."]] } } })
      assert.strictEqual(of(refused, "srv")?.text, "the domain says that it does not offer pop3s")
      const silent = yield* discover({ fail: { [`srv _imaps._tcp.${domain}`]: "Timeout" } })
      assert.deepStrictEqual([of(silent, "srv")?.state, silent.outcome, silent.exitCode], [
        "failed",
        "inconclusive",
        75
      ])
    }))

  it.effect("recognises who runs mailboxes behind a filter by the SPF record", () =>
    Effect.gen(function*() {
      const found = yield* discover({
        zone: {
          [domain]: {
            mx: [[10, "mx.filter.example"]],
            txt: ["v=spf1 include:sendgrid.net include:spf.protection.outlook.com -all"]
          }
        }
      })
      assert.strictEqual(of(found, "spf")?.provider, "microsoft-365")
      assert.strictEqual(found.chosen[0]?.source, "spf")
    }))

  it.effect("works from packs alone without a network", () =>
    Effect.gen(function*() {
      const found = yield* discover({ fail: { "mx gmail.com": "Timeout" } }, {
        input: "me@gmail.com",
        mailbox: "me@gmail.com",
        domain: "gmail.com",
        offline: true
      })
      assert.deepStrictEqual(found.sources.map(({ source }) => source), ["pack"])
      assert.deepStrictEqual([found.provider?.id, found.chosen[0]?.endpoint.host], ["gmail", "smtp.gmail.com"])
    }))

  it.effect("never goes where the address policy forbids, not by a redirect either, and tells nothing of it", () =>
    Effect.gen(function*() {
      const asked: Array<string> = []
      const found = yield* discover(
        {
          zone: {
            [autoconfigHost]: { a: ["8.8.8.8"] },
            "metadata.example": { a: ["169.254.169.254"] },
            [domain]: { a: ["10.1.2.3"] }
          },
          http: {
            [`${autoconfigHost}:443`]: () => ({
              status: 302,
              headers: { location: "https://metadata.example/mail/config-v1.1.xml" },
              body: ""
            }),
            "metadata.example:443": () => {
              asked.push("metadata.example")
              return autoconfig(imap)()
            },
            [`${domain}:443`]: () => {
              asked.push(domain)
              return autoconfig(imap)()
            }
          }
        },
        {},
        AddressPolicy.publicOnly()
      )
      assert.deepStrictEqual(asked, [])
      assert.deepStrictEqual(
        of(found, "autoconfig")?.text,
        "at https://metadata.example/mail/config-v1.1.xml: its addresses may not be contacted"
      )
      assert.notMatch(JSON.stringify(found), /169\.254|10\.1\.2\.3/)
    }))
})
