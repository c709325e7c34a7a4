/** Each reply that Microsoft 365 is known to give has a rule, in the forms in which people paste it. */
import { assert, describe, it } from "@effect/vitest"
import type { Hints } from "@sonde/domain/Explanation"
import { explain } from "@sonde/packs/Explain"
import { match, type Seen } from "@sonde/packs/Match"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"
import { connection, type Row, signIn, submission } from "./microsoft.ts"
import { edge } from "./microsoftEdge.ts"
import { graph, type GraphRow, reading } from "./microsoftReading.ts"
import { tokens } from "./microsoftTokens.ts"

const smtp = [...connection, ...signIn, ...submission, ...edge]

// Old and new form of the front end's stamp, of several regions; one of a mailbox server.
const stamps = [
  "[SN2PR00CA0018.namprd00.prod.outlook.com]",
  "[CH2PR19CA0002.namprd19.prod.outlook.com 2026-08-28T19:45:50.437Z 08DF04C6D9A404E7]",
  "[LO2P265CA0482.GBRP265.PROD.OUTLOOK.COM 2026-02-19T15:42:20.743Z 08DE6F7B77124F67]",
  "[Hostname=KL1PR03MB4005.apcprd03.prod.outlook.com]"
]

const numbered = /^([245][0-5][0-9]) (.*)$/u

/** A reply as clients and bounces show it. */
const formsOf = (reply: string): ReadonlyArray<string> => {
  const parts = numbered.exec(reply)
  if (parts === null) return [reply]
  const [, code = "", text = ""] = parts
  return [
    reply,
    ...stamps.map((stamp) => `${reply} ${stamp}`),
    `Error: Message failed: ${reply} ${stamps[1]}`,
    `SMTPResponseException: (${code}, b'${text} ${stamps[2]}')`,
    `Remote Server returned '${reply}'`,
    `host contoso-example.mail.protection.outlook.com[198.51.100.9] said: ${reply} (in reply to end of DATA command)`
  ]
}

const causesOf = Effect.fnUntraced(function*(text: string, hints: Hints) {
  const { verdicts } = yield* explain(yield* Packs, text, hints)
  return verdicts
})

const judge = Effect.fnUntraced(
  function*([id, wanted, replies, hints = {}]: Row, forms: (text: string) => ReadonlyArray<string>) {
    const open = wanted.startsWith("~")
    for (const reply of replies) {
      for (const text of forms(reply)) {
        const verdicts = yield* causesOf(text, { provider: "microsoft-365", ...hints })
        const causes = verdicts.map(({ cause }) => cause)
        if (open) assert.include(causes, wanted.slice(1), `${id}: ${text}`)
        else assert.strictEqual(causes[0], wanted, `${id}: ${text}`)
        assert.isTrue(
          id === "AUTH-21" || verdicts[0]?.rule.startsWith("microsoft-365/"),
          `${id}: ${verdicts[0]?.rule} takes ${text}`
        )
      }
    }
  }
)

const title = <R extends Row | GraphRow>(row: R): readonly [string, R] => [`${row[0]} ${row[1]}`, row]
const layer = Packs.layer

describe("replies of Microsoft 365", () => {
  it("are all there: no row of a family is missing", () => {
    const families = { CONN: 13, TLS: 5, EHLO: 4, AUTH: 21, SUBM: 32, EDGE: 67, IMAP: 15, POP: 6, GRAPH: 21 }
    const present = new Set([...smtp, ...reading, ...graph].map(([id]) => id))
    const missing = Object.entries(families).flatMap(([family, count]) =>
      Array.from({ length: count }, (_, at) => `${family}-${`${at + 1}`.padStart(2, "0")}`)
    ).filter((id) => !present.has(id))
    // POP-05 has no text and GRAPH-20 is a success; both are tried below.
    assert.deepStrictEqual(missing, ["POP-05", "GRAPH-20"])
  })

  it.effect.each(smtp.map(title))("%s", ([, row]) => judge(row, formsOf).pipe(Effect.provide(layer)))

  it.effect.each(reading.map(title))("%s", ([, row]) => judge(row, (text) => [text]).pipe(Effect.provide(layer)))

  it.effect("POP-05: a mailbox that does not open after a good sign-in", () =>
    Effect.gen(function*() {
      const knowledge = yield* (yield* Packs).knowledge("microsoft-365", [])
      const seen: Seen = { service: "pop3", protocol: "pop3", phase: "stat", status: "-ERR", text: "Unspecified" }
      assert.strictEqual(match(knowledge, seen)[0]?.rule.cause, "mailbox_permission_missing")
    }).pipe(Effect.provide(layer)))

  it.effect("GRAPH-20: a message that Graph has taken is no failure", () =>
    Effect.gen(function*() {
      const { success, verdicts } = yield* explain(yield* Packs, "202 Accepted", {
        provider: "microsoft-365",
        protocol: "graph"
      })
      assert.deepStrictEqual(verdicts, [])
      assert.match(success ?? "", /not delivered yet/)
    }).pipe(Effect.provide(layer)))

  const unsaid: ReadonlyArray<readonly [string, Seen, string]> = [
    ["CONN-01", { text: "", error: "ConnectError", reason: "Timeout", phase: "connect", port: 587 }, "port_blocked"],
    [
      "CONN-02",
      { text: "", error: "ConnectError", reason: "Timeout", phase: "connect", port: 465 },
      "port_not_offered"
    ],
    [
      "CONN-03",
      { text: "", error: "ResolveError", reason: "NoSuchName", phase: "resolve", host: "smtp-emea.outlook.com" },
      "dns_nxdomain"
    ],
    [
      "CONN-04",
      { text: "", error: "TlsError", reason: "PlaintextPeer", phase: "tls", port: 587 },
      "plaintext_port_spoken_tls"
    ]
  ]
  it.effect.each(unsaid)("%s is known from what a run sees", ([, seen, cause]) =>
    Effect.gen(function*() {
      const knowledge = yield* (yield* Packs).knowledge("microsoft-365", [])
      const best = match(knowledge, { service: "smtp-submission", protocol: "smtp", ...seen })[0]
      assert.strictEqual(best?.rule.cause, cause)
      assert.strictEqual(best?.pack.id, "microsoft-365")
    }).pipe(Effect.provide(layer)))

  // The real reason of a refused MAIL is often within it.
  it.effect.each(signIn.slice(0, 9).map(title))(
    "%s is found within 5.7.57",
    ([, [, cause, [reply = ""]]]) =>
      Effect.gen(function*() {
        const wrapped = `The SMTP server requires a secure connection or the client was not authenticated. The server `
          + `response was: 5.7.57 Client not authenticated to send mail. Error: ${reply} ${stamps[2]}`
        for (const hints of [{}, { provider: "microsoft-365" }]) {
          const [first] = yield* causesOf(wrapped, hints)
          assert.strictEqual(first?.cause, cause)
        }
      }).pipe(Effect.provide(layer))
  )
})

describe("answers of Microsoft Graph", () => {
  it.effect.each(graph.map(title))("%s", ([, [, cause, answers]]) =>
    Effect.gen(function*() {
      for (const [code, message] of answers) {
        const body = {
          error: {
            code,
            message,
            innerError: { "request-id": "7a1c0000-0000-4000-8000-00000000002f", "date": "2026-10-02" }
          }
        }
        const forms = [
          JSON.stringify(body),
          JSON.stringify(body, null, 2),
          `Microsoft Graph: ${code}: ${message}`,
          `Request to https://graph.microsoft.com/v1.0/users/desk%40contoso.example/sendMail failed: ${
            JSON.stringify(body)
          }`
        ]
        for (const text of forms) {
          for (const hints of [{ provider: "microsoft-365", protocol: "graph" }, { provider: "m365" }]) {
            const [first] = yield* causesOf(text, hints)
            assert.strictEqual(first?.cause, cause, text)
          }
        }
      }
    }).pipe(Effect.provide(layer)))
})

describe("numbers of the sign-in service", () => {
  const each = tokens.flatMap(([cause, error, words, codes]) =>
    codes.map((code) => [code, cause, error, words] as const)
  )

  it("are each there once", () => assert.strictEqual(new Set(each.map(([code]) => code)).size, each.length))

  it.effect.each(each)("AADSTS%s means %s", ([code, cause, error, words]) =>
    Effect.gen(function*() {
      const ids = "Trace ID: 3c9d0000-0000-4000-8000-0000000000a1 Correlation ID: 91ee0000-0000-4000-8000-0000000000b2"
      const description = `AADSTS${code}: ${words} ${ids} Timestamp: 2026-10-02 07:00:11Z`
      const body = {
        error,
        error_description: description.replace(" Trace", "\r\nTrace"),
        error_codes: [code],
        timestamp: "2026-10-02 07:00:11Z",
        trace_id: "3c9d0000-0000-4000-8000-0000000000a1",
        error_uri: `https://login.microsoftonline.com/error?code=${code}`
      }
      const forms = [
        description,
        JSON.stringify(body),
        JSON.stringify(body, null, 2),
        `OAuth token request failed with 400: {'error': '${error}', 'error_description': '${description}'}`,
        `invalid_grant: AADSTS${code}: ${words}`
      ]
      for (const text of forms) {
        for (const hints of [{}, { protocol: "oauth", provider: "microsoft365" }]) {
          const [first] = yield* causesOf(text, hints)
          assert.strictEqual(first?.cause, cause, text)
          assert.match(first?.rule ?? "", /^microsoft-365\/token-/)
        }
      }
    }).pipe(Effect.provide(layer)))

  it.effect("stay unknown where the number is not known", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* causesOf("AADSTS98765432: Something new.", {}), [])
    }).pipe(Effect.provide(layer)))
})

describe("the rules of the packs of Microsoft", () => {
  const kinds = ["look", "change", "verify", "alternative"]

  it.effect.each(["microsoft-365", "outlook-com"])(
    "%s: look, change, verify, alternative; what won't help; sources",
    (id) =>
      Effect.gen(function*() {
        const pack = yield* (yield* Packs).get(id)
        assert.isAbove(pack?.rules?.length ?? 0, 50)
        for (const rule of pack?.rules ?? []) {
          const order = rule.remedies.map(({ kind }) => kinds.indexOf(kind))
          assert.deepStrictEqual(order, order.toSorted(), rule.id)
          assert.includeMembers(order, [0, 1, 2], rule.id)
          assert.isAbove(rule.wontHelp?.length ?? 0, 0, rule.id)
          assert.isAbove(rule.sources.length, 0, rule.id)
        }
      }).pipe(Effect.provide(layer))
  )
})
