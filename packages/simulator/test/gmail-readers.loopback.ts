import { assert, describe, it } from "@effect/vitest"
import { type Behaviour, meanings } from "@sonde/simulator/GmailReaders"
import * as GmailSimulator from "@sonde/simulator/GmailSimulator"
import * as GmailWorld from "@sonde/simulator/GmailWorld"
import * as Effect from "effect/Effect"
import { base64, Client, messageFrom, xoauth2 } from "./Client.ts"
import { Reader } from "./Reader.ts"

const invalid = "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)\r\n"
const notAccepted = "-ERR [AUTH] Username and password not accepted.\r\n"
const appPassword = "Application-specific password required: https://support.google.com/accounts/answer/185833"

/** What is heard for each behaviour: the reply to the sign-in, or where that is taken, to the first command after it. */
const replies: Record<Behaviour, readonly [imap: RegExp | string, pop3: RegExp | string]> = {
  ok: [/OK \[READ-WRITE\] INBOX selected\. \(Success\)\r\n$/, /^\+OK \d+ \d+\r\n$/],
  bad_credentials: [invalid, notAccepted],
  app_password_required: [`NO [ALERT] ${appPassword} (Failure)\r\n`, `-ERR [AUTH] ${appPassword}\r\n`],
  web_login_required: [
    /^\* NO \[WEBALERT https:\/\/accounts\.google\.com\/signin\/continue\?\S+\] Web login required\.\r\nNO \[ALERT\] Please log in via your web browser: https:\/\/support\.google\.com\/mail\/accounts\/answer\/78754 \(Failure\)\r\n$/,
    "-ERR [AUTH] Web login required: https://support.google.com/mail/answer/78754\r\n"
  ],
  temporary_auth_failure: [
    "NO [UNAVAILABLE] Temporary System Error (Failure)\r\n",
    "-ERR [SYS/TEMP] Temporary system problem. Please try again later.\r\n"
  ],
  token_refused: [invalid, notAccepted],
  imap_off_account: [
    "NO [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your account for IMAP access. (Failure)\r\n",
    /^never$/
  ],
  imap_off_domain: [
    "NO [ALERT] IMAP access is disabled for your domain. Please contact your domain administrator for questions about this feature. (Failure)\r\n",
    /^never$/
  ],
  pop_off_account: [
    /^never$/,
    "-ERR [SYS/PERM] Your account is not enabled for POP access. Please visit your Gmail settings page and enable your account for POP access.\r\n"
  ],
  too_many_connections: [
    "NO [ALERT] Too many simultaneous connections. (Failure)\r\n",
    "-ERR [IN-USE] Too many simultaneous connections.\r\n"
  ],
  bandwidth_exceeded: ["NO [OVERQUOTA] Account exceeded command or bandwidth limits.\r\n", /^never$/]
}

const matches = (reply: string, expected: RegExp | string, title: string): void =>
  typeof expected === "string" ? assert.strictEqual(reply, expected, title) : assert.match(reply, expected, title)

interface Account {
  readonly address: string
  readonly secret: string
  readonly token?: string
}

const challenge = { status: "400", schemes: "Bearer", scope: "https://mail.google.com/" }

const tls = async (running: GmailSimulator.Running, protocol: "imap" | "pop3"): Promise<Reader> => {
  const reader = await Reader.tls(
    running.announcement[protocol].port,
    running.caPem,
    protocol === "imap" ? "imap.gmail.com" : "pop.gmail.com"
  )
  assert.match(
    await reader.line(),
    protocol === "imap"
      ? /^\* OK Gimap ready for requests from 127\.0\.0\.1 /
      : /^\+OK Gpop ready for requests from 127\.0\.0\.1 /
  )
  return reader
}

const overImap = async (running: GmailSimulator.Running, { address, secret, token }: Account): Promise<string> => {
  const reader = await tls(running, "imap")
  let signedIn: string
  if (token === undefined) signedIn = await reader.imap(`LOGIN ${address} "${secret}"`)
  else {
    reader.write(`a AUTHENTICATE XOAUTH2 ${xoauth2(address, token)}\r\n`)
    const line = await reader.line()
    if (line.startsWith("+ ")) {
      assert.deepStrictEqual(JSON.parse(Buffer.from(line.slice(2), "base64").toString()), challenge)
      reader.write("\r\n")
      signedIn = (await reader.line()).slice(2)
    } else signedIn = (await reader.line()).slice(2)
  }
  const last = /^(?:\* CAPABILITY [^\r\n]*\r\n)?OK/.test(signedIn) ? await reader.imap("SELECT INBOX") : signedIn
  reader.end()
  return last
}

const overPop3 = async (running: GmailSimulator.Running, { address, secret, token }: Account): Promise<string> => {
  const reader = await tls(running, "pop3")
  let signedIn: string
  if (token === undefined) {
    assert.strictEqual(await reader.pop(`USER ${address}`), "+OK send PASS\r\n")
    signedIn = await reader.pop(`PASS ${secret}`)
  } else {
    signedIn = await reader.pop(`AUTH XOAUTH2 ${xoauth2(address, token)}`)
    if (signedIn.startsWith("+ ")) signedIn = await reader.pop("")
  }
  const last = signedIn === "+OK Welcome.\r\n" ? await reader.pop("STAT") : signedIn
  reader.end()
  return last
}

describe("IMAP and POP3 of a simulated Gmail", () => {
  it.live("answer each account of the built-in world as announced", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* GmailSimulator.start({})
      const { mailboxes } = running.announcement
      for (const account of mailboxes) {
        const title = `${account.address} (${account.imap}, ${account.pop3})`
        matches(yield* Effect.promise(() => overImap(running, account)), replies[account.imap][0], title)
        matches(yield* Effect.promise(() => overPop3(running, account)), replies[account.pop3][1], title)
      }
      const shown = new Set<string>(mailboxes.flatMap(({ imap, pop3 }) => [imap, pop3]))
      assert.deepStrictEqual(Object.keys(meanings).filter((name) => !shown.has(name)), [])
    })))

  it.live("take OAUTHBEARER and PLAIN, and an app password with its blanks", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* GmailSimulator.start({})
      const token = running.announcement.mailboxes.find(({ address }) => address === "leo@gmail.example")?.token ?? ""
      yield* Effect.promise(async () => {
        const bearer = base64(
          `n,a=leo@gmail.example,\u0001host=imap.gmail.com\u0001port=993\u0001auth=Bearer ${token}\u0001\u0001`
        )
        const imap = await tls(running, "imap")
        assert.match(
          await imap.imap(`AUTHENTICATE OAUTHBEARER ${bearer}`),
          /^\* CAPABILITY IMAP4rev1 [^\r\n]*\r\nOK leo@gmail\.example authenticated \(Success\)\r\n$/
        )
        imap.end()
        const pop = await tls(running, "pop3")
        await pop.pop("USER ada@gmail.example")
        assert.strictEqual(await pop.pop("PASS fake qwzx vbnm lkjh"), "+OK Welcome.\r\n")
        assert.strictEqual(await pop.pop("QUIT"), "+OK Farewell.\r\n")
      })
    })))

  it.live("tell folders, quota and their own identifiers", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* GmailSimulator.start({})
      yield* Effect.promise(async () => {
        const reader = await tls(running, "imap")
        assert.match(
          await reader.imap("CAPABILITY"),
          /^\* CAPABILITY IMAP4rev1 UNSELECT [^\r\n]* AUTH=XOAUTH2 [^\r\n]*\r\nOK Thats all she wrote! /
        )
        await reader.imap("LOGIN ada@gmail.example fakeqwzxvbnmlkjh")
        const list = await reader.imap("LIST \"\" \"*\"")
        assert.include(list, "* LIST (\\HasChildren \\Noselect) \"/\" \"[Gmail]\"\r\n")
        assert.include(list, "* LIST (\\HasNoChildren \\Junk) \"/\" \"[Gmail]/Spam\"\r\n")
        assert.strictEqual(
          await reader.imap("SELECT \"[Gmail]\""),
          "NO [NONEXISTENT] Unknown Mailbox: [Gmail] (Failure)\r\n"
        )
        assert.strictEqual(
          await reader.imap("GETQUOTAROOT INBOX"),
          "* QUOTAROOT \"INBOX\" \"\"\r\n* QUOTA \"\" (STORAGE 0 15728640)\r\nOK Success\r\n"
        )
        assert.strictEqual(await reader.imap("GETQUOTA \"\""), "* QUOTA \"\" (STORAGE 0 15728640)\r\nOK Success\r\n")
        await reader.imap("APPEND INBOX {3+}\r\nA:b")
        await reader.imap("SELECT INBOX")
        assert.match(
          await reader.imap("FETCH 1 (X-GM-MSGID X-GM-LABELS)"),
          /^\* 1 FETCH \(X-GM-MSGID \d{19} X-GM-LABELS \(\)\)\r\n/
        )
        assert.strictEqual(await reader.imap("LOGOUT"), "* BYE LOGOUT Requested\r\nOK 73 good day (Success)\r\n")
      })
    })))

  it.live("find what was sent: in the inbox or in Spam, with Google's results and the sender that is allowed", () =>
    Effect.scoped(Effect.gen(function*() {
      const world = yield* GmailWorld.decode({
        accounts: [
          { address: "a@g.example", appPasswords: ["fakeaaaabbbbcccc"] },
          {
            address: "b@g.example",
            aliases: ["c@g.example"],
            appPasswords: ["fakeaaaabbbbdddd"],
            arrival: { folder: "junk", dkim: "none", spf: "fail", dmarc: "fail" }
          }
        ]
      })
      const running = yield* GmailSimulator.start({ world })
      yield* Effect.promise(async () => {
        const client = await Client.open(running.announcement.smtp.port)
        await client.reply()
        await client.command("EHLO client.example")
        await client.startTls(running.caPem, { servername: "smtp.gmail.com" })
        await client.command("EHLO client.example")
        await client.command(`AUTH PLAIN ${base64("\u0000a@g.example\u0000fakeaaaabbbbcccc")}`)
        assert.match(
          await client.send("other@g.example", ["a@g.example", "C@g.example"], messageFrom("other@g.example")),
          /^250/
        )
        client.end()
        const read = async (user: string, password: string, folder: string) => {
          const reader = await tls(running, "imap")
          await reader.imap(`LOGIN ${user} ${password}`)
          await reader.imap(`SELECT "${folder}"`)
          const text = await reader.imap("FETCH 1 BODY.PEEK[HEADER]")
          reader.end()
          return text
        }
        const inbox = await read("a@g.example", "fakeaaaabbbbcccc", "INBOX")
        assert.include(inbox, "\r\nFrom: Test <a@g.example>\r\n")
        assert.include(inbox, "Delivered-To: a@g.example\r\n")
        assert.match(
          inbox,
          /\r\nAuthentication-Results: mx\.google\.com;\r\n {7}dkim=pass [^]* spf=pass \(google\.com: domain of a@g\.example designates 127\.0\.0\.1 as permitted sender\) smtp\.mailfrom=a@g\.example;\r\n {7}dmarc=pass \(p=NONE sp=NONE dis=NONE\) header\.from=g\.example\r\n/
        )
        const spam = await read("b@g.example", "fakeaaaabbbbdddd", "[Gmail]/Spam")
        assert.notInclude(spam, "dkim=")
        assert.include(spam, "dmarc=fail (p=NONE sp=NONE dis=QUARANTINE) header.from=g.example")
        assert.include(
          await read("a@g.example", "fakeaaaabbbbcccc", "[Gmail]/Sent Mail"),
          "Message-ID: <1@client.example>"
        )
      })
    })))

  it.live("hold as many connections of an account as it may have", () =>
    Effect.scoped(Effect.gen(function*() {
      const world = yield* GmailWorld.decode({
        accounts: [{ address: "a@g.example", appPasswords: ["fakeaaaabbbbcccc"], connections: 1 }]
      })
      const running = yield* GmailSimulator.start({ world })
      const account = { address: "a@g.example", secret: "fakeaaaabbbbcccc" }
      yield* Effect.promise(async () => {
        const held = await tls(running, "imap")
        await held.imap("LOGIN a@g.example fakeaaaabbbbcccc")
        matches(await overPop3(running, account), replies.too_many_connections[1], "while one is held")
        await held.imap("LOGOUT")
        await held.until(/never/)
        matches(await overPop3(running, account), replies.ok[1], "after it went")
      })
      assert.deepInclude(running.state(), { signIns: { "a@g.example": 3 }, maxSessions: 2 })
    })))
})
