/**
 * The endpoints of the packs beside those of Thunderbird's ISPDB, for every mail domain that both know. The table is not part of
 * this repository: `SONDE_ISPDB` names a JSON file with it, or it lies in `test-fixtures/suites/`. Its shape:
 * `{ providers: [{ domains, servers: [{ protocol, host, port, security }] }] }`.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Pack } from "@sonde/packs/Pack"
import { Packs } from "@sonde/packs/Packs"
import { recognise } from "@sonde/packs/Recognise"
import * as Effect from "effect/Effect"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const places = [
  process.env["SONDE_ISPDB"],
  fileURLToPath(new URL("../../../test-fixtures/suites/ispdb.json", import.meta.url))
]
const path = places.find((place) => place !== undefined && existsSync(place))

type Endpoint = NonNullable<Pack["endpoints"]>[number]
type Server = Pick<Endpoint, "host" | "port" | "security"> & { readonly protocol: string }

interface Table {
  readonly providers: ReadonlyArray<{
    readonly domains: ReadonlyArray<string>
    readonly servers: ReadonlyArray<Server>
  }>
}

const services = { smtp: "smtp-submission", imap: "imap", pop3: "pop3" } as const
const protocols = ["smtp", "imap", "pop3"] as const

const line = ({ host, port, protocol, security }: Server): string => `${protocol} ${host} ${port} ${security}`

/** What a check would use for mailboxes of an audience: the endpoints beside the one it tries first. */
const offered = (pack: Pack, audience: string | undefined, protocol: (typeof protocols)[number]) => {
  const all = (pack.endpoints ?? []).filter((one) => one.service === services[protocol])
  const first = all.find((one) => audience !== undefined && one.audience === audience) ??
    all.find((one) => one.default === true) ?? all[0]
  return all.filter((one) => one.audience === first?.audience && one.cloud === first?.cloud)
}

/** Differences that are right: who names the endpoint alone, why, and the pack's source that says so. */
interface Explained {
  readonly pack: string
  readonly only: "pack" | "table"
  readonly endpoints: ReadonlyArray<string>
  readonly why: string
  readonly source: string
}

const explained: ReadonlyArray<Explained> = [
  {
    pack: "163",
    only: "pack",
    endpoints: [
      "pop3 pop.126.com 995 tls",
      "pop3 pop.163.com 995 tls",
      "pop3 pop.yeah.net 995 tls",
      "smtp smtp.163.com 994 tls"
    ],
    why: "NetEase serves POP3 and a second port for submission; the table has IMAP and one port.",
    source: "AUTH"
  },
  {
    pack: "aruba-pec",
    only: "pack",
    endpoints: ["pop3 pop3s.pec.aruba.it 995 tls"],
    why: "POP3 over TLS is on 995 (RFC 8314 section 3.1), as the operator's guide says.",
    source: "SITE"
  },
  {
    pack: "aruba-pec",
    only: "table",
    endpoints: ["pop3 pop3s.pec.aruba.it 993 tls"],
    why: "The table has the port of IMAP for POP3, a slip.",
    source: "SITE"
  },
  {
    pack: "fastmail",
    only: "pack",
    endpoints: ["smtp smtp.fastmail.com 587 starttls"],
    why: "The provider offers STARTTLS too; the table has 465 alone.",
    source: "SETUP"
  },
  {
    pack: "gmail",
    only: "pack",
    endpoints: ["smtp smtp.gmail.com 587 starttls"],
    why: "The provider offers STARTTLS too; the table has 465 alone.",
    source: "CLIENT"
  },
  {
    pack: "icloud",
    only: "pack",
    endpoints: ["smtp smtp.mail.me.com 465 tls"],
    why: "Apple documents 587 alone, as the table has it; 465 was seen to answer, and is not tried first.",
    source: "FIELD"
  },
  {
    pack: "microsoft-365",
    only: "pack",
    endpoints: ["smtp smtp.office365.com 25 starttls"],
    why: "Microsoft takes submission on 25 too, for printers and scanners; it is not tried first.",
    source: "PRN"
  },
  {
    pack: "nifty",
    only: "pack",
    endpoints: ["imap imap.nifty.com 993 tls", "pop3 pop.nifty.com 995 tls", "smtp smtp.nifty.com 465 tls"],
    why: "The ports with TLS, which public programs use; the table is older and has none.",
    source: "CODE"
  },
  {
    pack: "nifty",
    only: "table",
    endpoints: ["pop3 pop.nifty.com 110 none", "smtp smtp.nifty.com 587 none"],
    why:
      "In clear: a password may not be sent there (RFC 8314 section 4.1), and the ports with TLS serve the same mailbox.",
    source: "CODE"
  },
  {
    pack: "qq",
    only: "pack",
    endpoints: ["pop3 pop.qq.com 995 tls", "smtp smtp.qq.com 587 starttls"],
    why: "Tencent documents POP3 and 587; the table has IMAP and 465.",
    source: "SETUP"
  },
  {
    pack: "rediffmail",
    only: "table",
    endpoints: ["pop3 pop.rediffmail.com 110 none", "smtp smtp.rediffmail.com 587 none"],
    why: "In clear: a password may not be sent there (RFC 8314 section 4.1), and 995 and 465 serve the same mailbox.",
    source: "ISPDB"
  },
  {
    pack: "rediffmail",
    only: "table",
    endpoints: ["smtp smtp.rediffmail.com 586 tls"],
    why: "No registered port of submission; the table has 465 beside it, which the pack names.",
    source: "ISPDB"
  },
  {
    pack: "yahoo",
    only: "pack",
    endpoints: ["smtp smtp.mail.yahoo.com 587 starttls"],
    why: "Yahoo documents 465 or 587; the table has 465 alone.",
    source: "SETUP"
  },
  {
    pack: "yahoo-japan",
    only: "pack",
    endpoints: ["imap imap.mail.yahoo.co.jp 993 tls"],
    why: "Yahoo! JAPAN offers IMAP; the table has POP3 alone.",
    source: "SITE"
  },
  {
    pack: "yandex",
    only: "pack",
    endpoints: ["smtp smtp.yandex.com 587 starttls"],
    why: "The provider offers STARTTLS too; the table has 465 alone.",
    source: "SETUP"
  }
]

const table: Table = path === undefined ? { providers: [] } : JSON.parse(readFileSync(path, "utf8"))

/** Every domain that a pack claims, with its pack and what the table says of it. */
const shared = Effect.gen(function*() {
  const packs = yield* Packs
  const found: Array<
    {
      readonly domain: string
      readonly pack: Pack
      readonly audience: string | undefined
      readonly servers: ReadonlyArray<Server>
    }
  > = []
  for (const { domains, servers } of table.providers) {
    for (const domain of domains) {
      const known = recognise(packs.summaries, { domain })
      const pack = known === undefined ? undefined : yield* packs.get(known.id)
      if (pack === undefined) continue
      found.push({
        domain,
        pack,
        audience: known?.audience,
        servers: servers.map((server) => ({ ...server, host: server.host.replaceAll("%EMAILDOMAIN%", domain) }))
      })
    }
  }
  return found
}).pipe(Effect.provide(Packs.layer))

describe("the endpoints of the packs and Thunderbird's table", () => {
  if (path === undefined) {
    it.skip(`NOT RUN: no file at ${places.filter((place) => place !== undefined).join(" nor at ")}`, () => {})
    return
  }

  it.effect("have hundreds of domains in common", () =>
    Effect.gen(function*() {
      const both = yield* shared
      assert.isAtLeast(both.length, 340)
      assert.isAtLeast(new Set(both.map(({ pack }) => pack.id)).size, 55)
    }))

  it.effect("differ only where it is explained, and every explanation is needed", () =>
    Effect.gen(function*() {
      const differences = new Set<string>()
      let agreed = 0
      for (const { audience, pack, servers } of yield* shared) {
        for (const protocol of protocols) {
          const ours = offered(pack, audience, protocol).map(line)
          const theirs = servers.filter((server) => server.protocol === protocol).map(line)
          for (const one of ours) {
            if (theirs.includes(one)) agreed++
            else differences.add(`${pack.id}: only the pack has ${one}`)
          }
          for (const one of theirs) if (!ours.includes(one)) differences.add(`${pack.id}: only the table has ${one}`)
        }
      }
      assert.isAtLeast(agreed, 1280)
      assert.deepStrictEqual(
        [...differences].sort(),
        explained.flatMap(({ endpoints, only, pack }) => endpoints.map((one) => `${pack}: only the ${only} has ${one}`))
          .sort()
      )
    }))

  it.effect("agree in the endpoint that is tried first, but for those that are explained", () =>
    Effect.gen(function*() {
      const odd = new Set<string>()
      for (const { audience, pack, servers } of yield* shared) {
        for (const protocol of protocols) {
          const theirs = servers.filter((server) => server.protocol === protocol).map(line)
          const all = offered(pack, audience, protocol)
          const first = all.find((one) => one.default === true) ?? all[0]
          if (theirs.length > 0 && first !== undefined && !theirs.includes(line(first))) {
            odd.add(`${pack.id}: ${line(first)}`)
          }
        }
      }
      assert.deepStrictEqual([...odd].sort(), [
        "aruba-pec: pop3 pop3s.pec.aruba.it 995 tls",
        "nifty: pop3 pop.nifty.com 995 tls",
        "nifty: smtp smtp.nifty.com 465 tls"
      ])
    }))
})

describe("an explained difference", () => {
  it.effect.each(explained)(
    "$pack, only the $only: rests on a source of the pack",
    ({ endpoints, only, pack, source }) =>
      Effect.gen(function*() {
        const found = yield* (yield* Packs).get(pack)
        assert.property(found?.sources, source)
        const own = (found?.endpoints ?? []).filter((one) => endpoints.includes(line(one)))
        assert.strictEqual(own.length, only === "pack" ? endpoints.length : 0)
        if (only === "pack") { for (const { sources = [] } of own) assert.include(sources, source) }
      }).pipe(Effect.provide(Packs.layer))
  )
})
