/** Personal mailboxes at Microsoft: told apart from organisations, and advised without an administrator. */
import { assert, describe, it } from "@effect/vitest"
import type { Cause } from "@sonde/domain/Cause"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import { type Evidence, recognise } from "@sonde/packs/Recognise"
import * as Effect from "effect/Effect"

const layer = Packs.layer
const banner =
  "AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready at Mon, 5 Oct 2026 08:02:41 +0000"
const inbound = "AM0EUR02FT034.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready"

describe("recognition of Microsoft", () => {
  const known: ReadonlyArray<readonly [string, Evidence, string, string | undefined]> = [
    ["a personal domain", { domain: "outlook.com" }, "outlook-com", "consumer"],
    ["a country's personal domain", { domain: "hotmail.co.uk" }, "outlook-com", "consumer"],
    [
      "a personal domain at the shared server",
      { domain: "live.com", host: "outlook.office365.com", banner },
      "outlook-com",
      "consumer"
    ],
    [
      "the host of personal accounts, before and after its banner",
      { host: "smtp-mail.outlook.com" },
      "outlook-com",
      undefined
    ],
    [
      "the host of personal accounts with its banner",
      { host: "smtp-mail.outlook.com", banner },
      "outlook-com",
      undefined
    ],
    [
      "mail exchangers of personal mailboxes",
      { mx: ["outlook-com.olc.protection.outlook.com"] },
      "outlook-com",
      undefined
    ],
    ["an organisation by its first domain", { domain: "contoso.onmicrosoft.com" }, "microsoft-365", undefined],
    [
      "an organisation by its exchanger",
      { domain: "contoso.example", mx: ["contoso-example.mail.protection.outlook.com"] },
      "microsoft-365",
      undefined
    ],
    [
      "an organisation by a new exchanger",
      { domain: "contoso.example", mx: ["contoso-example.o-v1.mx.microsoft"] },
      "microsoft-365",
      undefined
    ],
    [
      "an organisation that uses the personal host",
      {
        domain: "contoso.example",
        mx: ["contoso-example.mail.protection.outlook.com"],
        host: "smtp-mail.outlook.com",
        banner
      },
      "microsoft-365",
      undefined
    ],
    ["the host of organisations", { host: "smtp.office365.com", banner }, "microsoft-365", undefined],
    ["a banner alone", { banner }, "microsoft-365", undefined],
    ["an inbound banner alone", { banner: inbound }, "microsoft-365", undefined],
    ["GCC High by domain", { domain: "contoso.onmicrosoft.us" }, "microsoft-365", "us-government"],
    ["GCC High by exchanger", { mx: ["contoso-example.mail.protection.office365.us"] }, "microsoft-365", undefined],
    ["GCC High by host", { host: "smtp.office365.us" }, "microsoft-365", undefined],
    ["DoD by host", { host: "outlook-dod.office365.us" }, "microsoft-365", undefined],
    ["China by domain", { domain: "contoso.partner.onmschina.cn" }, "microsoft-365", "china"],
    ["China by exchanger", { mx: ["contoso-example.mail.protection.partner.outlook.cn"] }, "microsoft-365", undefined],
    ["China by host", { host: "smtp.partner.outlook.cn" }, "microsoft-365", undefined],
    ["High Volume Email by host", { host: "smtp.hve.mx.microsoft" }, "microsoft-365", undefined]
  ]
  it.effect.each(known)("knows %s", ([, evidence, id, audience]) =>
    Effect.gen(function*() {
      const found = recognise((yield* Packs).summaries, evidence)
      assert.strictEqual(found?.id, id)
      assert.strictEqual(found?.audience, audience)
    }).pipe(Effect.provide(layer)))

  it.effect("has one default endpoint of each service for persons, and one of each cloud for organisations", () =>
    Effect.gen(function*() {
      const packs = yield* Packs
      const personal = (yield* packs.get("outlook-com"))?.endpoints ?? []
      const services = ["smtp-submission", "imap", "pop3", "graph", "token"]
      assert.deepStrictEqual(personal.map(({ service }) => service), services)
      const business = (yield* packs.get("microsoft-365"))?.endpoints ?? []
      assert.isFalse(business.some(({ audience }) => audience === "consumer"))
      for (const cloud of ["worldwide", "gcc-high", "dod", "china"]) {
        const there = business.filter((one) => one.cloud === cloud).map(({ service }) => service)
        // The sign-in service of GCC High serves DoD too.
        assert.includeMembers(there, cloud === "dod" ? services.slice(0, 4) : services, cloud)
      }
    }).pipe(Effect.provide(layer)))
})

const stamp = "[SN4PR0601CA0002.namprd06.prod.outlook.com 2026-10-05T14:01:22.871Z 08DEEA3B17C2D9F0]"
const edge = "[DB5EUR06FT007.eop-eur06.prod.protection.outlook.com 2026-10-05T14:01:22.871Z 08DEEA3B17C2D9F0]"

const rows: ReadonlyArray<
  readonly [text: string, cause: Cause, hints?: { readonly mechanism?: string; readonly protocol?: string }]
> = [
  [`535 5.7.139 Authentication unsuccessful, basic authentication is disabled. ${stamp}`, "basic_auth_retired"],
  [
    `535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. ${stamp}`,
    "smtp_auth_disabled_mailbox"
  ],
  [`535 5.7.139 Authentication unsuccessful, the user credentials were incorrect. ${stamp}`, "bad_credentials"],
  [`535 5.7.139 Authentication unsuccessful, account locked. ${stamp}`, "account_locked"],
  [`535 5.7.3 Authentication unsuccessful ${stamp}`, "basic_auth_retired", { mechanism: "LOGIN" }],
  [`535 5.7.3 Authentication unsuccessful ${stamp}`, "oauth_token_invalid", { mechanism: "XOAUTH2" }],
  [`530 5.7.57 Client not authenticated to send mail. ${stamp}`, "auth_required"],
  [`504 5.7.4 Unrecognized authentication type ${stamp}`, "auth_mechanism_unsupported"],
  ["554 5.2.252 SendAsDenied; kim@outlook.example not allowed to send as a@contoso.example", "send_as_denied"],
  [
    "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Actual verdict is RefuseQuota",
    "daily_quota_exceeded"
  ],
  [
    "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Actual verdict is HipSend",
    "account_sending_blocked"
  ],
  [
    "432 4.3.2 Concurrent connections limit exceeded. [Hostname=OS0PR01MB6099.jpnprd01.prod.outlook.com]",
    "throttled_connections"
  ],
  ["connect ETIMEDOUT smtp-mail.outlook.com:465", "port_not_offered"],
  ["A1 NO Basic authentication is disabled.", "basic_auth_retired"],
  ["A1 NO LOGIN failed.", "basic_auth_retired"],
  ["A1 NO AUTHENTICATE failed.", "oauth_token_invalid"],
  ["A1 NO User is authenticated but not connected.", "imap_disabled"],
  [
    "NO [AUTHENTICATIONFAILED] AuthFailed:LogonDenied-BasicAuthBlocked-1 <UserType:OutlookCom> LogonFailed",
    "basic_auth_retired"
  ],
  ["-ERR Logon failure: unknown user name or bad password.", "basic_auth_retired"],
  [
    `550 5.7.515 Access denied, sending domain a.example does not meet the required authentication level. ${edge}`,
    "sender_unauthenticated"
  ],
  [`550 5.5.0 Requested action not taken: mailbox unavailable. ${edge}`, "recipient_unknown"],
  [
    `550 5.7.1 Unfortunately, messages from [198.51.100.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). ${edge}`,
    "ip_blocklisted"
  ],
  [
    `451 4.7.650 The mail server [198.51.100.7] has been temporarily rate limited due to IP reputation. (S775) ${edge}`,
    "sender_reputation_block"
  ],
  [
    "AADSTS9002332: Application 'x'(y) is configured for use by Microsoft Entra users only.",
    "oauth_tenant_endpoint_wrong"
  ],
  ["AADSTS70008: The refresh token has expired due to inactivity.", "oauth_refresh_token_expired"],
  [
    "{\"error\":{\"code\":\"ErrorSendAsDenied\",\"message\":\"The user account does not have the right.\"}}",
    "send_as_denied",
    { protocol: "graph" }
  ]
]

describe("replies to personal accounts", () => {
  it.effect.each(rows)("%s", ([text, cause, hints = {}]) =>
    Effect.gen(function*() {
      for (const provider of ["outlook-com", "hotmail", "outlook.com"]) {
        const { verdicts: [first] } = yield* explain(yield* Packs, text, { provider, ...hints })
        assert.strictEqual(first?.cause, cause)
        assert.match(first?.rule ?? "", /^outlook-com\//)
        // Nobody administers a personal mailbox.
        assert.notInclude(["exchange-admin", "entra-admin"], first?.actor)
      }
    }).pipe(Effect.provide(layer)))

  it.effect("name the provider by themselves where only personal accounts get them", () =>
    Effect.gen(function*() {
      const texts = [
        "host hotmail-com.olc.protection.outlook.com[192.0.2.5] said: 451 4.7.650 The mail server [198.51.100.7] has been "
        + "temporarily rate limited due to IP reputation. (S775)",
        "NO [AUTHENTICATIONFAILED] AuthFailed:LogonDenied-BasicAuthBlocked-1 <UserType:OutlookCom> LogonFailed"
      ]
      for (const text of texts) {
        const { read } = yield* explain(yield* Packs, text)
        assert.strictEqual(read.provider, "outlook-com", text)
      }
    }).pipe(Effect.provide(layer)))
})
