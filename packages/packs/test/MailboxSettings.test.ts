import { assert, describe, it } from "@effect/vitest"
import type { Pack } from "@sonde/packs/Pack"
import { Packs } from "@sonde/packs/Packs"
import { audienceOf, recognise } from "@sonde/packs/Recognise"
import * as Effect from "effect/Effect"
import { type Case, testPack } from "./judged.ts"

// A mailbox domain, the pack that serves it, and where its mail is sent and read (host:port); "-" for nowhere.
const mailboxes: ReadonlyArray<readonly [domain: string, pack: string, submission: string, reading: string]> = [
  ["gmail.com", "gmail", "smtp.gmail.com:465", "imap.gmail.com:993"],
  ["yahoo.com", "yahoo", "smtp.mail.yahoo.com:465", "imap.mail.yahoo.com:993"],
  ["aol.com", "yahoo", "smtp.aol.com:465", "imap.aol.com:993"],
  ["verizon.net", "yahoo", "smtp.aol.com:465", "imap.aol.com:993"],
  ["sbcglobal.net", "yahoo", "smtp.mail.att.net:465", "imap.mail.att.net:993"],
  ["me.com", "icloud", "smtp.mail.me.com:587", "imap.mail.me.com:993"],
  ["zoho.com", "zoho", "smtp.zoho.com:465", "imap.zoho.com:993"],
  ["zoho.eu", "zoho", "smtp.zoho.eu:465", "imap.zoho.eu:993"],
  ["zohomail.in", "zoho", "smtp.zoho.in:465", "imap.zoho.in:993"],
  ["yandex.kz", "yandex", "smtp.yandex.com:465", "imap.yandex.com:993"],
  ["inbox.ru", "mail-ru", "smtp.mail.ru:465", "imap.mail.ru:993"],
  ["gmx.at", "gmx", "mail.gmx.net:465", "imap.gmx.net:993"],
  ["gmx.com", "gmx", "mail.gmx.com:465", "imap.gmx.com:993"],
  ["web.de", "gmx", "smtp.web.de:465", "imap.web.de:993"],
  ["mail.com", "gmx", "smtp.mail.com:465", "imap.mail.com:993"],
  ["foxmail.com", "qq", "smtp.qq.com:465", "imap.qq.com:993"],
  ["126.com", "163", "smtp.126.com:465", "imap.126.com:993"],
  ["yeah.net", "163", "smtp.yeah.net:465", "imap.yeah.net:993"],
  ["fastmail.fm", "fastmail", "smtp.fastmail.com:465", "imap.fastmail.com:993"],
  ["proton.me", "proton", "smtp.protonmail.ch:587", "127.0.0.1:1143"],
  ["magenta.de", "t-online", "securesmtp.t-online.de:465", "secureimap.t-online.de:993"],
  ["posteo.de", "posteo", "posteo.de:465", "posteo.de:993"],
  ["mailbox.org", "mailbox-org", "smtp.mailbox.org:465", "imap.mailbox.org:993"],
  ["seznam.cz", "seznam", "smtp.seznam.cz:465", "imap.seznam.cz:993"],
  ["wp.pl", "wp-pl", "smtp.wp.pl:465", "imap.wp.pl:993"],
  ["op.pl", "onet", "smtp.poczta.onet.pl:465", "imap.poczta.onet.pl:993"],
  ["wanadoo.fr", "orange", "smtp.orange.fr:465", "imap.orange.fr:993"],
  ["free.fr", "free-fr", "smtp.free.fr:465", "imap.free.fr:993"],
  ["libero.it", "libero", "smtp.libero.it:465", "imapmail.libero.it:993"],
  ["alice.it", "tim", "out.alice.it:587", "in.alice.it:143"],
  ["comcast.net", "comcast", "smtp.comcast.net:465", "imap.comcast.net:993"],
  ["rr.com", "spectrum", "mail.twc.com:587", "mail.twc.com:993"],
  ["naver.com", "naver", "smtp.naver.com:465", "imap.naver.com:993"],
  ["kakao.com", "daum", "smtp.kakao.com:465", "imap.kakao.com:993"],
  ["btinternet.com", "bt", "mail.btinternet.com:465", "mail.btinternet.com:993"],
  ["blueyonder.co.uk", "virgin-media", "smtp.blueyonder.co.uk:465", "imap4.blueyonder.co.uk:993"],
  ["bigpond.com", "telstra", "smtp.telstra.com:465", "imap.telstra.com:993"],
  ["yahoo.co.jp", "yahoo-japan", "smtp.mail.yahoo.co.jp:465", "imap.mail.yahoo.co.jp:993"],
  ["uol.com.br", "uol", "smtps.uol.com.br:587", "imap.uol.com.br:993"],
  ["inbox.lt", "inbox-lv", "mail.inbox.lt:465", "mail.inbox.lt:993"],
  ["tuta.com", "tuta", "-", "-"]
]

/** The endpoint of a service for an audience: its own first, then the default. */
const endpoint = (pack: Pack, service: string, audience: string | undefined): string => {
  const all = (pack.endpoints ?? []).filter((one) => one.service === service)
  const found = all.find((one) => audience !== undefined && one.audience === audience) ??
    all.find((one) => one.default === true)
  return found === undefined ? "-" : `${found.host}:${found.port}`
}

describe("settings of mailbox providers", () => {
  it.effect.each(mailboxes.map(([domain, pack, submission, reading]) => ({ domain, pack, submission, reading })))(
    "$domain is sent by $submission and read at $reading",
    ({ domain, pack: id, reading, submission }) =>
      Effect.gen(function*() {
        const packs = yield* Packs
        const found = recognise(packs.summaries, { domain })
        const pack = yield* packs.get(found?.id ?? "")
        assert.deepStrictEqual(
          pack === undefined
            ? undefined
            : [
              pack.id,
              endpoint(pack, "smtp-submission", found?.audience),
              endpoint(pack, "imap", found?.audience)
            ],
          [id, submission, reading]
        )
      }).pipe(Effect.provide(Packs.layer))
  )

  it.effect("no domain belongs to two packs", () =>
    Effect.gen(function*() {
      const { summaries } = yield* Packs
      for (const { id, kind, recognise: { domains } } of summaries) {
        if (kind !== "provider") continue
        for (const { name } of domains ?? []) {
          const owners = summaries.filter(({ recognise }) => (recognise.domains ?? []).some((one) => one.name === name))
          assert.deepStrictEqual(owners.map((owner) => owner.id), [id], name)
        }
      }
    }).pipe(Effect.provide(Packs.layer)))

  it.effect("every audience of a domain has endpoints of its own where a pack has any for it", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      for (const summary of packs.summaries) {
        const pack = yield* packs.get(summary.id)
        if (pack === undefined || pack.endpoints === undefined) continue
        for (const { name } of summary.recognise.domains ?? []) {
          const service = pack.endpoints[0]?.service ?? "smtp-submission"
          assert.notStrictEqual(endpoint(pack, service, audienceOf(summary, name)), "-", `${pack.id} ${name}`)
        }
      }
    }).pipe(Effect.provide(Packs.layer)))

  it.effect("no endpoint of a mailbox provider is in clear", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      for (const id of new Set(mailboxes.map(([, id]) => id))) {
        const pack = yield* packs.get(id)
        for (const { audience, host, security } of pack?.endpoints ?? []) {
          assert.isTrue(security === "tls" || security === "starttls" || audience === "restricted", `${id} ${host}`)
        }
      }
    }).pipe(Effect.provide(Packs.layer)))
})

const french = (letters: string): ReadonlyArray<Case> => [
  [`421 Too many connections, slow down. ${letters}005_104 [104]`, "too-many-connections", "throttled_connections"],
  [
    `550 5.7.1 Service unavailable; Mail from not owned by user. ${letters}_421 [421]`,
    "sender-not-own",
    "send_as_denied"
  ],
  [
    `550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. ${letters}_416 [416]`,
    "recipient-unknown",
    "recipient_unknown"
  ],
  [`552 5.1.1 Boite du destinataire pleine. Recipient overquota. ${letters}_417 [417]`, "mailbox-full", "mailbox_full"],
  [`550 5.7.1 Mail rejete. Mail rejected. ${letters}_506 [506]`, "spam", "spam_content_rejected"]
]

testPack("orange", french("OFR"), [[{ domain: "orange.fr" }, true], [{ host: "smtp.orange.fr" }, true]])
testPack("laposte", french("LPN"), [[{ domain: "laposte.net" }, true], [{ host: "smtp.laposte.net" }, true]])
