import { assert, describe, it } from "@effect/vitest"
import type { AnnouncedMailbox } from "@sonde/simulator/Announcement"
import { meanings as google } from "@sonde/simulator/GmailReaders"
import { type Behaviour, meanings } from "@sonde/simulator/Readers"
import * as Simulator from "@sonde/simulator/Simulator"
import * as World from "@sonde/simulator/World"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { base64, Client, messageFrom, xoauth2 } from "./Client.ts"
import { ask, token as askToken } from "./Https.ts"
import { Reader } from "./Reader.ts"

const flat = /^NO (?:AUTHENTICATE|LOGIN) failed\.\r\n$/
const apart = /^BAD User is authenticated but not connected\.\r\n$/
const popFlat = /^-ERR (?:Authentication|Logon) failure: unknown user name or bad password\.\r\n$/
const popApart = /^-ERR User is authenticated but not connected\.\r\n$/

/** What is heard for each behaviour: the reply to the sign-in, or where that is taken, to the first command after it. */
const replies: Record<Behaviour, readonly [imap: RegExp, pop3: RegExp]> = {
  ok: [/^\* \d+ EXISTS\r\n[^]*OK \[READ-WRITE\] SELECT completed\.\r\n$/, /^\+OK \d+ \d+\r\n$/],
  shared_mailbox: [/^\* \d+ EXISTS\r\n[^]*OK \[READ-WRITE\] SELECT completed\.\r\n$/, /^\+OK \d+ \d+\r\n$/],
  protocol_off_mailbox: [flat, popFlat],
  basic_auth_retired: [/^NO (?:LOGIN failed|Basic authentication is disabled)\.\r\n/, /^-ERR (?:Basic|Logon)/],
  basic_auth_off: [flat, popFlat],
  security_defaults: [flat, popFlat],
  conditional_access: [flat, popFlat],
  federation_unreachable: [flat, popFlat],
  federation_no_https: [flat, popFlat],
  mfa_needs_app_password: [flat, popFlat],
  bad_password: [flat, popFlat],
  account_locked: [flat, popFlat],
  account_disabled: [flat, popFlat],
  token_unknown: [flat, popFlat],
  token_expired: [flat, popFlat],
  token_wrong_audience: [flat, popFlat],
  token_wrong_tenant: [flat, popFlat],
  token_missing_scope: [flat, popFlat],
  service_principal_missing: [flat, popFlat],
  service_principal_no_permission: [apart, popApart],
  token_wrong_user: [apart, popApart],
  account_unlicensed: [apart, popApart],
  service_unavailable: [/^NO Server Unavailable\. 15\r\n$/, /^-ERR Server Unavailable\. 15\r\n$/],
  throttled: [/^BAD Request is throttled\. Suggested Backoff Time: \d+ milliseconds\r\n$/, /^never$/],
  throttled_sessions: [/^\* BYE Connection is closed\. 13\r\n$/, /^-ERR Connection is closed\. 13\r\n$/]
}

const overImap = async (running: Simulator.Running, { address, secret, token, user }: AnnouncedMailbox) => {
  const reader = await Reader.tls(running.imap.port, running.caPem)
  await reader.line()
  const signedIn = token === undefined
    ? await reader.imap(`LOGIN ${user ?? address} "${secret}"`)
    : await reader.imap(`AUTHENTICATE XOAUTH2 ${xoauth2(address, token)}`)
  const last = signedIn.startsWith("OK") ? await reader.imap("SELECT INBOX") : signedIn
  reader.end()
  return last
}

const overPop3 = async (running: Simulator.Running, { address, secret, token, user }: AnnouncedMailbox) => {
  const reader = await Reader.tls(running.pop3.port, running.caPem)
  await reader.line()
  await reader.pop(token === undefined ? `USER ${user ?? address}` : "AUTH XOAUTH2")
  const signedIn = await reader.pop(token === undefined ? `PASS ${secret}` : xoauth2(address, token))
  const last = signedIn.startsWith("+OK") ? await reader.pop("STAT") : signedIn
  reader.end()
  return last
}

/** One organisation with the switches of a test, and a mailbox whose first token opens it. */
const started = (
  switches: { readonly tenant?: object; readonly mailbox?: object; readonly token?: object; readonly others?: object },
  now?: () => number
) =>
  Effect.gen(function*() {
    const world = yield* World.decode({
      tenants: [{ name: "T", domains: ["t.example"], smtpAuth: "on", ...switches.tenant }, {
        name: "V",
        domains: ["v.example"]
      }],
      mailboxes: [
        {
          address: "m@t.example",
          password: "fake-m",
          ...switches.mailbox,
          tokens: [{
            scopes: ["SMTP.Send", "IMAP.AccessAsUser.All", "POP.AccessAsUser.All"],
            user: "m@t.example",
            ...switches.token
          }]
        },
        { address: "n@t.example", password: "fake-n", ...switches.others }
      ]
    })
    return yield* Simulator.start(now === undefined ? { world } : { world, now })
  })

const first = (running: Simulator.Running): AnnouncedMailbox => {
  const [mailbox] = running.mailboxesNow()
  assert.isDefined(mailbox)
  return mailbox
}

/** The same mailbox, signed in with its password. */
const withSecret = (running: Simulator.Running): AnnouncedMailbox => {
  const { token: _, ...rest } = first(running)
  return { ...rest, secret: "fake-m" }
}

const app = { appId: "11111111-aaaa-4aaa-8aaa-000000000001", objectId: "11111111-bbbb-4bbb-8bbb-000000000001" }
const asApp = { ...app, user: null, scopes: [], roles: ["IMAP.AccessAsApp", "POP.AccessAsApp"] }
const registered = { servicePrincipals: [{ ...app, displayName: "Daemon" }] }

/** Sends one message over SMTP with the mailbox's token. */
const submit = async (running: Simulator.Running, to: string, text: string): Promise<string> => {
  const { address, token = "" } = first(running)
  const client = await Client.open(running.smtp.port)
  await client.ready(running.caPem)
  await client.command(`AUTH XOAUTH2 ${xoauth2(address, token)}`)
  const last = await client.send(address, [to], text)
  client.end()
  return last
}

const opened = async (running: Simulator.Running): Promise<Reader> => {
  const { address, token = "" } = first(running)
  const reader = await Reader.tls(running.imap.port, running.caPem)
  await reader.line()
  await reader.imap(`AUTHENTICATE XOAUTH2 ${xoauth2(address, token)}`)
  return reader
}

describe("IMAP and POP3 of a simulated Microsoft 365", () => {
  it.live("answer each mailbox of the built-in world as announced, and count the sign-ins", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* Simulator.start({})
      for (const mailbox of running.mailboxes) {
        const title = `${mailbox.address} (${mailbox.imap}, ${mailbox.pop3})`
        assert.match(yield* Effect.promise(() => overImap(running, mailbox)), replies[mailbox.imap][0], title)
        assert.match(yield* Effect.promise(() => overPop3(running, mailbox)), replies[mailbox.pop3][1], title)
      }
      const { maxSessions, signIns } = running.state()
      assert.strictEqual(signIns["oauth@contoso.example"], 2)
      assert.isAtLeast(maxSessions, 1)
      const shown = new Set<string>(running.mailboxes.flatMap(({ imap, pop3 }) => [imap, pop3]))
      assert.deepStrictEqual(Object.keys(meanings).filter((name) => !shown.has(name)), [
        "basic_auth_off",
        "security_defaults",
        "conditional_access",
        "federation_unreachable",
        "federation_no_https",
        "mfa_needs_app_password",
        "bad_password",
        "account_locked",
        "account_disabled",
        "token_unknown",
        "token_wrong_tenant"
      ])
    })))

  it.live.each<[string, Parameters<typeof started>[0], "password" | "token", Behaviour]>([
    ["IMAP and POP are off", { mailbox: { imap: false, pop: false } }, "token", "protocol_off_mailbox"],
    ["passwords are retired", {}, "password", "basic_auth_retired"],
    ["passwords are refused by name", { tenant: { imapPopBasicAuth: "named" } }, "password", "basic_auth_retired"],
    ["passwords are taken", { tenant: { imapPopBasicAuth: "allowed" } }, "password", "ok"],
    [
      "a policy takes none",
      {
        tenant: {
          imapPopBasicAuth: "allowed",
          authenticationPolicies: [{ name: "P", allowBasicAuthSmtp: true }],
          defaultAuthenticationPolicy: "P"
        }
      },
      "password",
      "basic_auth_off"
    ],
    [
      "security defaults are on",
      { tenant: { imapPopBasicAuth: "allowed", securityDefaults: true } },
      "password",
      "security_defaults"
    ],
    [
      "Conditional Access blocks it",
      { tenant: { imapPopBasicAuth: "allowed", conditionalAccessBlocksLegacy: true } },
      "password",
      "conditional_access"
    ],
    [
      "the organisation's sign-in is unreachable",
      { tenant: { imapPopBasicAuth: "allowed", federation: "unreachable" } },
      "password",
      "federation_unreachable"
    ],
    [
      "the organisation's sign-in has no HTTPS",
      { tenant: { imapPopBasicAuth: "allowed", federation: "no_https" } },
      "password",
      "federation_no_https"
    ],
    [
      "MFA is enforced",
      { tenant: { imapPopBasicAuth: "allowed" }, mailbox: { mfa: "enforced" } },
      "password",
      "mfa_needs_app_password"
    ],
    [
      "the password is another",
      { tenant: { imapPopBasicAuth: "allowed" }, mailbox: { password: "fake-other", publishedSecret: "fake-m" } },
      "password",
      "bad_password"
    ],
    [
      "the account is locked",
      { tenant: { imapPopBasicAuth: "allowed" }, mailbox: { locked: true } },
      "password",
      "account_locked"
    ],
    ["the account is disabled", { mailbox: { accountEnabled: false } }, "token", "account_disabled"],
    ["the token has no scope for it", { token: { scopes: ["SMTP.Send"] } }, "token", "token_missing_scope"],
    ["the token is for Graph", { token: { audience: "https://graph.microsoft.com" } }, "token", "token_wrong_audience"],
    ["the token is for ps.outlook.com", { token: { audience: "https://ps.outlook.com" } }, "token", "ok"],
    ["the token has expired", { token: { expired: true } }, "token", "token_expired"],
    ["the token is another user's", { token: { user: "n@t.example" } }, "token", "token_wrong_user"],
    [
      "the token's user has FullAccess",
      { token: { user: "n@t.example" }, mailbox: { shared: true, licensed: false, fullAccess: ["n@t.example"] } },
      "token",
      "shared_mailbox"
    ],
    [
      "IMAP and POP are off for the token's user, though not for the mailbox",
      { token: { user: "n@t.example" }, mailbox: { fullAccess: ["n@t.example"] }, others: { imap: false, pop: false } },
      "token",
      "protocol_off_mailbox"
    ],
    ["there is no licence", { mailbox: { licensed: false } }, "token", "account_unlicensed"],
    ["the application is not registered", { token: asApp }, "token", "service_principal_missing"],
    [
      "the application is registered with another object id",
      { token: asApp, tenant: { servicePrincipals: [{ ...app, objectId: app.appId }] } },
      "token",
      "service_principal_missing"
    ],
    [
      "the application has no permission on the mailbox",
      { token: asApp, tenant: registered },
      "token",
      "service_principal_no_permission"
    ],
    [
      "the application has FullAccess",
      { token: asApp, tenant: registered, mailbox: { fullAccess: [app.objectId] } },
      "token",
      "ok"
    ],
    [
      "the application's token has no role for it",
      { token: { ...asApp, roles: ["SMTP.SendAsApp"] }, tenant: registered, mailbox: { fullAccess: [app.objectId] } },
      "token",
      "token_missing_scope"
    ],
    [
      "the application is of another organisation",
      { token: { ...asApp, tenant: "v.example" } },
      "token",
      "token_wrong_tenant"
    ],
    ["the mailbox server is away", { mailbox: { fault: "proxy_failure" } }, "token", "service_unavailable"],
    ["others hold all sessions", { mailbox: { load: { readerSessions: 16 } } }, "token", "throttled_sessions"]
  ])("say what the service says when %s", ([, switches, way, behaviour]) =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* started(switches)
      const mailbox = way === "token" ? first(running) : withSecret(running)
      if (way === "token") assert.deepStrictEqual([mailbox.imap, mailbox.pop3], [behaviour, behaviour])
      assert.match(yield* Effect.promise(() => overImap(running, mailbox)), replies[behaviour][0])
      assert.match(yield* Effect.promise(() => overPop3(running, mailbox)), replies[behaviour][1])
    })))

  it.live("name a retired password and hang up where the world says so", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* started({ tenant: { imapPopBasicAuth: "named" } })
      yield* Effect.promise(async () => {
        const reader = await Reader.tls(running.imap.port, running.caPem)
        await reader.line()
        reader.write("a LOGIN m@t.example fake-m\r\n")
        assert.strictEqual(
          await reader.until(/never/),
          "a NO Basic authentication is disabled.\r\n* BYE Microsoft Exchange Server IMAP4 server signing off.\r\n"
        )
      })
    })))

  it.live("greet with the name of a frontend in UTF-16LE and Base64", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* started({})
      yield* Effect.promise(async () => {
        const readers = [
          [running.imap.port, /^\* OK The Microsoft Exchange IMAP4 service is ready\. \[([A-Za-z0-9+/=]+)\]\r\n$/],
          [running.pop3.port, /^\+OK The Microsoft Exchange POP3 service is ready\. \[([A-Za-z0-9+/=]+)\]\r\n$/]
        ] as const
        for (const [port, pattern] of readers) {
          const reader = await Reader.tls(port, running.caPem)
          const stamp = pattern.exec(await reader.line())?.[1]
          assert.match(
            Buffer.from(stamp ?? "", "base64").toString("utf16le"),
            /^[A-Z0-9]+\.[A-Za-z0-9]+\.PROD\.OUTLOOK\.COM$/
          )
          reader.end()
        }
      })
    })))

  it.live("take no credential before TLS, and forget what came with STARTTLS and STLS", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* started({})
      const { token = "" } = first(running)
      yield* Effect.promise(async () => {
        const imap = await Reader.clear(running.imap.starttls ?? 0)
        await imap.line()
        assert.include(await imap.imap("CAPABILITY"), "LOGINDISABLED STARTTLS")
        assert.strictEqual(await imap.imap("LOGIN m@t.example fake-m"), "BAD Command received in Invalid state.\r\n")
        imap.write("s STARTTLS\r\nx LOGOUT\r\n")
        assert.strictEqual(await imap.line(), "s OK Begin TLS negotiation now.\r\n")
        await imap.upgrade(running.caPem)
        assert.notInclude(await imap.imap("CAPABILITY"), "STARTTLS")
        assert.match(await imap.imap(`AUTHENTICATE XOAUTH2 ${xoauth2("m@t.example", token)}`), /^OK/)
        imap.end()
        const pop = await Reader.clear(running.pop3.starttls ?? 0)
        await pop.line()
        assert.include(await pop.popLines("CAPA"), "\r\nSTLS\r\n")
        assert.match(await pop.pop("USER m@t.example"), /^-ERR/)
        pop.write("STLS\r\nQUIT\r\n")
        assert.strictEqual(await pop.line(), "+OK Begin TLS negotiation.\r\n")
        await pop.upgrade(running.caPem)
        await pop.pop("AUTH XOAUTH2")
        assert.match(await pop.pop(xoauth2("m@t.example", token)), /^\+OK/)
        pop.end()
      })
      assert.deepStrictEqual(running.state().signIns, { "m@t.example": 2 })
    })))

  it.live("throttle commands for the time they name, then go on", () => {
    let now = 1_800_000_000_000
    return Effect.scoped(Effect.gen(function*() {
      const running = yield* started({ mailbox: { load: { backoffMillis: 92_415 } } }, () => now)
      assert.strictEqual(first(running).imap, "throttled")
      yield* Effect.promise(async () => {
        const reader = await opened(running)
        const throttled = (millis: number) =>
          `BAD Request is throttled. Suggested Backoff Time: ${millis} milliseconds\r\n`
        assert.strictEqual(await reader.imap("SELECT INBOX"), throttled(92_415))
        now += 90_000
        assert.strictEqual(await reader.imap("SELECT INBOX"), throttled(2_415))
        now += 2_415
        assert.match(await reader.imap("SELECT INBOX"), /OK \[READ-WRITE\]/)
        reader.end()
      })
      assert.strictEqual(first(running).imap, "ok")
    }))
  })

  it.live("hold as many sessions of a mailbox as its limit has, over both protocols", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* started({ mailbox: { limits: { readerSessions: 2 } } })
      yield* Effect.promise(async () => {
        const held = [await opened(running), await opened(running)]
        assert.match(await overPop3(running, first(running)), replies.throttled_sessions[1])
        for (const reader of held) {
          await reader.imap("LOGOUT")
          await reader.until(/never/)
        }
        assert.match(await overPop3(running, first(running)), replies.ok[1])
      })
      assert.isAtLeast(running.state().maxSessionsByMailbox["m@t.example"] ?? 0, 2)
      assert.isAtLeast(running.state().maxSessions, 3)
    })))

  it.live("are switched by Set-CASMailbox and by the authentication policy", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* started({ tenant: { imapPopBasicAuth: "allowed" } })
      const states = () => [first(running).imap, first(running).pop3]
      yield* running.apply("Set-CASMailbox m@t.example -ImapEnabled $false")
      assert.deepStrictEqual(states(), ["protocol_off_mailbox", "ok"])
      yield* running.apply("Set-CASMailbox m@t.example -ImapEnabled $true -PopEnabled $false")
      assert.deepStrictEqual(states(), ["ok", "protocol_off_mailbox"])
      assert.match(
        yield* running.apply("Get-CASMailbox m@t.example | fl ImapEnabled,PopEnabled"),
        /ImapEnabled +: True\s+PopEnabled +: False/
      )
      yield* running.apply("Set-CASMailbox m@t.example -PopEnabled $true")
      yield* running.apply("New-AuthenticationPolicy -Name Readers -AllowBasicAuthImap")
      yield* running.apply("Set-User m@t.example -AuthenticationPolicy Readers")
      assert.match(yield* Effect.promise(() => overImap(running, withSecret(running))), replies.ok[0])
      assert.match(yield* Effect.promise(() => overPop3(running, withSecret(running))), replies.basic_auth_off[1])
      yield* running.apply("Set-AuthenticationPolicy Readers -AllowBasicAuthPop")
      assert.match(yield* Effect.promise(() => overPop3(running, withSecret(running))), replies.ok[1])
    })))

  it.live("open another's mailbox by the user form, with a password and FullAccess", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* started({
        tenant: { imapPopBasicAuth: "allowed" },
        others: { shared: true, fullAccess: ["m@t.example"] }
      })
      yield* Effect.promise(async () => {
        for (const user of ["m@t.example/n", "m@t.example\\n@t.example"]) {
          const reader = await Reader.tls(running.imap.port, running.caPem)
          await reader.line()
          assert.strictEqual(
            await reader.imap(`AUTHENTICATE PLAIN ${base64(`\u0000${user}\u0000fake-m`)}`),
            "OK AUTHENTICATE completed.\r\n"
          )
          assert.match(await reader.imap("SELECT INBOX"), replies.ok[0])
          reader.end()
          const { token = "" } = first(running)
          const other = await Reader.tls(running.imap.port, running.caPem)
          await other.line()
          assert.match(await other.imap(`AUTHENTICATE XOAUTH2 ${xoauth2(user, token)}`), flat)
          other.end()
        }
      })
    })))
})

describe("what a simulated Microsoft 365 delivers", () => {
  it.live("is found over IMAP and POP3 as it was sent, below what the service writes", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* started({})
      yield* Effect.promise(async () => {
        const text = messageFrom("m@t.example").replace("A test", "Caf\u00e9")
        assert.match(await submit(running, "m@t.example", text), /^250/)
        const imap = await opened(running)
        await imap.imap("SELECT INBOX")
        assert.match(await imap.imap("UID SEARCH HEADER Message-ID <1@client.example>"), /^\* SEARCH 1\r\n/)
        const fetched = await imap.imap("UID FETCH 1 (BODY.PEEK[] RFC822.SIZE)")
        assert.include(fetched, Buffer.from(text).toString("latin1"))
        assert.include(
          fetched,
          "\r\nAuthentication-Results: spf=pass (sender IP is 127.0.0.1) smtp.mailfrom=t.example; dkim=pass (signature was verified) header.d=t.example;dmarc=pass action=none header.from=t.example;compauth=pass reason=100\r\n"
        )
        const sizes = /BODY\[\] \{(\d+)\}[^]*RFC822\.SIZE (\d+)\)/.exec(fetched)
        assert.strictEqual(sizes?.[1], sizes?.[2])
        assert.match(await imap.imap("STATUS \"Sent Items\" (MESSAGES)"), /\(MESSAGES 1\)/)
        imap.end()
        const pop = await Reader.tls(running.pop3.port, running.caPem)
        await pop.line()
        await pop.pop("AUTH XOAUTH2")
        await pop.pop(xoauth2("m@t.example", first(running).token ?? ""))
        assert.match(await pop.pop("STAT"), new RegExp(`^\\+OK 1 ${sizes?.[1]}\r\n$`))
        assert.include(await pop.popLines("RETR 1"), Buffer.from(text).toString("latin1"))
        pop.end()
      })
    })))

  it.live("comes by Graph too", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* Simulator.start({})
      const sent = yield* Effect.promise(async () => {
        const { body } = await askToken(running, "contoso.example", {
          grant_type: "client_credentials",
          client_id: "6b1f0c52-0000-4000-8000-00000000a005",
          client_secret: "fake-secret-graph-8Bm3",
          scope: "https://graph.microsoft.com/.default"
        })
        return ask(running, "https://graph.microsoft.com/v1.0/users/app@contoso.example/sendMail", {
          method: "POST",
          headers: { authorization: `Bearer ${String(body["access_token"])}`, "content-type": "application/json" },
          body: JSON.stringify({
            message: { subject: "by Graph", toRecipients: [{ emailAddress: { address: "oauth@contoso.example" } }] }
          })
        })
      })
      assert.strictEqual(sent.status, 202)
      const token = running.mailboxes.find(({ address }) => address === "oauth@contoso.example")?.token ?? ""
      yield* Effect.promise(async () => {
        const reader = await Reader.tls(running.imap.port, running.caPem)
        await reader.line()
        await reader.imap(`AUTHENTICATE XOAUTH2 ${xoauth2("oauth@contoso.example", token)}`)
        await reader.imap("EXAMINE INBOX")
        assert.match(await reader.imap("SEARCH SUBJECT \"by graph\""), /^\* SEARCH 1\r\n/)
        reader.end()
      })
    })))

  it.live("goes to Junk Email, with another From and other results, where the world says so", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* started({
        mailbox: { arrival: { folder: "junk", from: "list@lists.example", spf: "fail", dkim: "none", dmarc: "fail" } }
      })
      yield* Effect.promise(async () => {
        await submit(running, "m@t.example", messageFrom("m@t.example"))
        const reader = await opened(running)
        assert.match(await reader.imap("STATUS INBOX (MESSAGES)"), /\(MESSAGES 0\)/)
        await reader.imap("SELECT \"Junk Email\"")
        const header = await reader.imap("FETCH 1 BODY.PEEK[HEADER]")
        assert.include(header, "\r\nFrom: Test <list@lists.example>\r\n")
        assert.include(
          header,
          "spf=fail (sender IP is 127.0.0.1) smtp.mailfrom=t.example; dkim=none (message not signed) header.d=none;dmarc=fail action=quarantine header.from=lists.example;compauth=fail reason=000\r\n"
        )
        assert.match(header, /\r\nX-MS-Exchange-Organization-SCL: 5\r\n/)
        reader.end()
      })
    })))

  it.live("gets another Message-ID, or is lost, where the world says so", () =>
    Effect.scoped(Effect.gen(function*() {
      const replacing = yield* started({ mailbox: { arrival: { messageId: "replaced" } } })
      const losing = yield* started({ mailbox: { arrival: { folder: "lost" } } })
      yield* Effect.promise(async () => {
        const message = messageFrom("m@t.example")
        await submit(replacing, "m@t.example", message)
        const reader = await opened(replacing)
        await reader.imap("SELECT INBOX")
        const header = await reader.imap("FETCH 1 BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]")
        assert.match(header, /Message-ID: <\d+@CH2PR14MB4005\.namprd14\.prod\.outlook\.com>\r\n/)
        reader.end()
        await submit(losing, "m@t.example", message)
        assert.strictEqual(losing.state().messages.length, 1)
        const empty = await opened(losing)
        for (const folder of ["INBOX", "\"Junk Email\""]) {
          assert.match(await empty.imap(`STATUS ${folder} (MESSAGES)`), /\(MESSAGES 0\)/)
        }
        empty.end()
      })
    })))

  it.live("arrives after the delay of the world", () => {
    let now = 1_800_000_000_000
    return Effect.scoped(Effect.gen(function*() {
      const running = yield* started({ mailbox: { arrival: { delayMillis: 5000 } } }, () => now)
      yield* Effect.promise(async () => {
        await submit(running, "m@t.example", messageFrom("m@t.example"))
        const reader = await opened(running)
        assert.match(await reader.imap("SELECT INBOX"), /^\* 0 EXISTS/)
        now += 4999
        assert.strictEqual(await reader.imap("NOOP"), "OK NOOP completed.\r\n")
        now += 1
        assert.strictEqual(await reader.imap("NOOP"), "* 1 EXISTS\r\n* 0 RECENT\r\nOK NOOP completed.\r\n")
        reader.end()
      })
    }))
  })

  it.live("is told to a client that waits in IDLE", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* started({})
      yield* Effect.promise(async () => {
        const reader = await opened(running)
        await reader.imap("SELECT INBOX")
        reader.write("i IDLE\r\n")
        assert.strictEqual(await reader.line(), "+ IDLE accepted, awaiting DONE command.\r\n")
        await submit(running, "m@t.example", messageFrom("m@t.example"))
        assert.strictEqual(await reader.line(), "* 1 EXISTS\r\n")
        reader.write("DONE\r\n")
        assert.match(await reader.until(/completed\.\r\n/), /i OK IDLE completed\.\r\n$/)
        reader.end()
      })
    })))

  it.live("is kept to its first 256 KiB, octet by octet", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* started({})
      yield* Effect.promise(async () => {
        await submit(running, "m@t.example", `${messageFrom("m@t.example")}\r\n${`${"z".repeat(98)}\r\n`.repeat(4000)}`)
        const reader = await opened(running)
        await reader.imap("SELECT INBOX")
        const size = Number(/RFC822\.SIZE (\d+)/.exec(await reader.imap("FETCH 1 RFC822.SIZE"))?.[1])
        assert.isAbove(size, 256 * 1024)
        assert.isBelow(size, 258 * 1024)
        reader.end()
      })
    })))
})

it("has a list of every behaviour in BEHAVIOURS.md", () => {
  const listed = readFileSync(new URL("../BEHAVIOURS.md", import.meta.url), "utf8")
  for (const [name, meaning] of [...Object.entries(meanings), ...Object.entries(google)]) {
    assert.match(listed, new RegExp(`\\| \`${name}\` +\\| ${meaning.replace(/[().[\]]/g, "\\$&")} *\\|`))
  }
})

it.live("a client that says nothing is told so and let go, over IMAP and POP3", () =>
  Effect.scoped(Effect.gen(function*() {
    const running = yield* Simulator.start({ idleMillis: 100 })
    yield* Effect.promise(async () => {
      const imap = await Reader.tls(running.imap.port, running.caPem)
      assert.match(await imap.until(/never/), /\* BYE Connection is closed\. 14\r\n$/)
      const pop = await Reader.tls(running.pop3.port, running.caPem)
      assert.match(await pop.until(/never/), /-ERR Connection is closed\. 14\r\n$/)
    })
  })))

it.live("a client that keeps talking and does not sign in is let go, one that signed in stays", () =>
  Effect.scoped(Effect.gen(function*() {
    const world = yield* World.decode({
      tenants: [{ name: "T", domains: ["t.example"], imapPopBasicAuth: "allowed" }],
      mailboxes: [{ address: "m@t.example", password: "fake-m" }]
    })
    const running = yield* Simulator.start({ world, signInMillis: 2000 })
    yield* Effect.promise(async () => {
      const stays = await Reader.tls(running.imap.port, running.caPem)
      await stays.line()
      assert.match(await stays.imap("LOGIN m@t.example fake-m"), /^OK/)
      for (const port of [running.imap.port, running.pop3.port]) {
        const reader = await Reader.tls(port, running.caPem)
        const drip = setInterval(() => reader.write("x"), 20)
        assert.match(await reader.until(/never/), /Connection is closed\. 14\r\n$/)
        clearInterval(drip)
      }
      assert.strictEqual(await stays.imap("NOOP"), "OK NOOP completed.\r\n")
      stays.end()
    })
  })))

it.live("a session ends with its token", () => {
  let now = 1_800_000_000_000
  return Effect.scoped(Effect.gen(function*() {
    const running = yield* started({}, () => now)
    yield* Effect.promise(async () => {
      const reader = await opened(running)
      assert.match(await reader.imap("SELECT INBOX"), replies.ok[0])
      now += 86_400_000
      assert.strictEqual(await reader.imap("NOOP"), "* BYE Session invalidated - AccessTokenExpired\r\n")
    })
  }))
})

it.live("a client that asks for much at once and reads late gets all of it, and holds no more than one reply in memory", () =>
  Effect.scoped(Effect.gen(function*() {
    const running = yield* started({})
    yield* Effect.promise(async () => {
      await submit(running, "m@t.example", `${messageFrom("m@t.example")}\r\n${`${"z".repeat(98)}\r\n`.repeat(2400)}`)
      const reader = await opened(running)
      await reader.imap("SELECT INBOX")
      const count = 120
      const before = process.memoryUsage().arrayBuffers
      reader.socket.pause()
      reader.write(Array.from({ length: count }, (_, n) => `f${n} FETCH 1 BODY.PEEK[]\r\n`).join(""))
      await new Promise((resolve) => setTimeout(resolve, 300))
      // Without a bound it would be 120 times 240 KB, 29 MB.
      assert.isBelow(process.memoryUsage().arrayBuffers - before, 12_000_000)
      let octets = 0
      let tail = ""
      await new Promise<void>((resolve) => {
        reader.socket.removeAllListeners("data")
        reader.socket.on("data", (part: Buffer) => {
          octets += part.length
          tail = (tail + part.toString("latin1")).slice(-64)
          if (tail.endsWith(`f${count - 1} OK FETCH completed.\r\n`)) resolve()
        })
        reader.socket.resume()
      })
      assert.isAbove(octets, count * 240_000)
      reader.end()
    })
  })))
