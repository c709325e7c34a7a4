import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as World from "@sonde/simulator/World"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Client, messageFrom, xoauth2 } from "./Client.ts"

const address = "m@t.example"
const secret = "fake-m"

const worldOf = (mailbox: object = {}, tenant: object = {}, more: ReadonlyArray<object> = []) =>
  World.decode({
    tenants: [{ name: "T", domains: ["t.example"], smtpAuth: "on", ...tenant }],
    mailboxes: [{ address, password: secret, ...mailbox }, ...more]
  })

/** Signs in and sends one message on a connection of its own; gives the last reply. */
const once = async (
  running: Simulator.Running,
  { from = address, password = secret, to = ["a@partner.example"], token, user = address }: {
    readonly from?: string
    readonly password?: string
    readonly to?: ReadonlyArray<string>
    readonly token?: string
    readonly user?: string
  } = {}
): Promise<string> => {
  const client = await Client.open(running.smtp.port)
  await client.ready(running.caPem)
  const reply = token === undefined
    ? await client.login(user, password)
    : await client.command(`AUTH XOAUTH2 ${xoauth2(user, token)}`)
  const last = reply.startsWith("235") ? await client.send(from, to, messageFrom(from)) : reply
  client.end()
  await client.closed()
  return last
}

const start = (mailbox: object = {}, tenant: object = {}, more: ReadonlyArray<object> = [], now?: () => number) =>
  Effect.gen(function*() {
    const world = yield* worldOf(mailbox, tenant, more)
    return yield* Simulator.start(now === undefined ? { world } : { world, now })
  })

const live = (title: string, test: () => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(title, () => Effect.scoped(test()))

describe("a switch of the world", () => {
  it.live.each<[object, object, object, RegExp]>([
    [{}, {}, { password: "wrong" }, /^535 5\.7\.139 .*credentials were incorrect/],
    [{ mfa: "enforced", appPasswords: ["fakeapp"] }, {}, {}, /^535 5\.7\.139 .*credentials were incorrect/],
    [{ mfa: "enforced", appPasswords: ["fakeapp"] }, {}, { password: "fakeapp" }, /^250 2\.0\.0/],
    [{}, { federation: "no_https" }, {}, /^535 5\.7\.139 .*federated STS URL does not support HTTPS/],
    [{}, {}, { token: "never-issued" }, /^535 5\.7\.3 Authentication unsuccessful \[/],
    [{ aliases: ["a@t.example"] }, {}, { user: "a@t.example" }, /^535 5\.7\.139 .*credentials were incorrect/],
    [{ aliases: ["a@t.example"] }, { sendFromAliasEnabled: true }, { from: "a@t.example" }, /^250 2\.0\.0/],
    [
      {},
      { sendAsReply: "at_mail" },
      { from: "x@t.example" },
      /^550 5\.7\.60 SMTP; Client does not have permissions to send as this sender \[/
    ],
    [
      {},
      { sendAsReply: "mapi_exception" },
      { from: "x@t.example" },
      /^554 5\.2\.0 STOREDRV\.Submission\.Exception:SendAsDeniedException\.MapiExceptionSendAsDenied; /
    ],
    [
      { load: { sessions: 3 } },
      { concurrencyReply: "older" },
      {},
      /^432 4\.3\.2 STOREDRV\.ClientSubmit; sender thread limit exceeded \[Hostname=/
    ],
    [{ load: { messagesPerMinute: 30 } }, { rateReply: "delay" }, {}, /^250 2\.0\.0/],
    [{ outboundSpam: "HipSend" }, {}, {}, /^554 5\.2\.0 .*OutboundSpamException.*verdict is HipSend\./]
  ])("%j in %j answers %j with %s", ([mailbox, tenant, attempt, expected]) =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start(mailbox, tenant)
      assert.match(yield* Effect.promise(() => once(running, attempt)), expected)
    })))

  live("lets a delegate use a shared mailbox with a password and with a token", () =>
    Effect.gen(function*() {
      const running = yield* start({}, {}, [{
        address: "info@t.example",
        shared: true,
        licensed: false,
        fullAccess: [address],
        sendAs: [address],
        tokens: [{ scopes: ["SMTP.Send"], user: address }]
      }])
      const info = running.mailboxes[1]
      assert.deepInclude(info, { address: "info@t.example", behaviour: "shared_mailbox", user: address, secret })
      const from = "info@t.example"
      const token = info?.token ?? ""
      assert.match(yield* Effect.promise(() => once(running, { from })), /^250 2\.0\.0/)
      assert.match(yield* Effect.promise(() => once(running, { from, user: from, token })), /^250 2\.0\.0/)
      assert.match(yield* Effect.promise(() => once(running, { from, token })), /^250 2\.0\.0/)
      assert.match(yield* Effect.promise(() => once(running, { user: from, password: "guess" })), /^535 5\.7\.139/)
      yield* running.apply(
        `Remove-RecipientPermission info@t.example -Trustee ${address} -AccessRights SendAs -Confirm:$false`
      )
      assert.match(yield* Effect.promise(() => once(running, { from })), /^554 5\.2\.252 SendAsDenied/)
      assert.match(yield* Effect.promise(() => once(running, { from, user: from, token })), /^250 2\.0\.0/)
    }))

  live("locks an account after as many wrong passwords as the world says", () =>
    Effect.gen(function*() {
      const running = yield* start({}, { lockoutThreshold: 3 })
      for (let n = 0; n < 3; n++) yield* Effect.promise(() => once(running, { password: "wrong" }))
      assert.match(yield* Effect.promise(() => once(running)), /^535 5\.7\.139 .*account locked/)
      assert.deepStrictEqual(running.state().signIns, { [address]: 4 })
    }))
})

describe("a limit of the service", () => {
  live("takes 30 messages a minute and the next ones a minute later", () =>
    Effect.gen(function*() {
      let now = 1_800_000_000_000
      const running = yield* start({}, {}, [], () => now)
      const replies = yield* Effect.promise(async () => {
        const client = await Client.open(running.smtp.port)
        await client.ready(running.caPem)
        await client.login(address, secret)
        const codes: Array<string> = []
        for (let n = 0; n < 30; n++) {
          codes.push((await client.send(address, ["a@b.example"], messageFrom(address))).slice(0, 3))
        }
        const over = await client.send(address, ["a@b.example"], messageFrom(address))
        await client.closed()
        now += 60_001
        return [...codes, over.slice(0, 9), (await once(running)).slice(0, 3)]
      })
      assert.deepStrictEqual(replies, [...Array.from({ length: 30 }, () => "250"), "421 4.4.2", "250"])
      assert.strictEqual(running.state().messages.length, 31)
    }))

  live("counts recipients over a day and lets them go after it", () =>
    Effect.gen(function*() {
      let now = 1_800_000_000_000
      const running = yield* start({ limits: { recipientsPerDay: 3 } }, {}, [], () => now)
      const two = { to: ["a@b.example", "c@b.example"] }
      assert.match(yield* Effect.promise(() => once(running, two)), /^250/)
      assert.match(yield* Effect.promise(() => once(running, two)), /^554 5\.2\.0 .*SubmissionQuotaExceededException/)
      assert.match(yield* Effect.promise(() => once(running)), /^250/)
      now += 86_400_001
      assert.match(yield* Effect.promise(() => once(running, two)), /^250/)
    }))

  live("refuses the messages of a fourth session of one mailbox and counts the sessions", () =>
    Effect.gen(function*() {
      const running = yield* start()
      yield* Effect.promise(async () => {
        const clients: Array<Client> = []
        for (let n = 0; n < 3; n++) {
          const client = await Client.open(running.smtp.port)
          await client.ready(running.caPem)
          await client.login(address, secret)
          clients.push(client)
        }
        assert.match(await once(running), /^432 4\.3\.2 Concurrent connections limit exceeded/)
        clients[0]?.end()
        await clients[0]?.closed()
        await new Promise((resolve) => setTimeout(resolve, 20))
        assert.match(await once(running), /^250 2\.0\.0/)
        for (const client of clients) client.end()
      })
      assert.strictEqual(running.state().maxSessions, 4)
      assert.deepStrictEqual(running.state().maxSessionsByMailbox, { [address]: 4 })
    }))

  live(
    "takes as many recipients of a message as the mailbox has, and goes on with those",
    () =>
      Effect.gen(function*() {
        const running = yield* start({ limits: { recipientsPerMessage: 2 } })
        yield* Effect.promise(async () => {
          const client = await Client.open(running.smtp.port)
          await client.ready(running.caPem)
          await client.login(address, secret)
          await client.command(`MAIL FROM:<${address}>`)
          await client.command("RCPT TO:<a@b.example>")
          await client.command("RCPT TO:<b@b.example>")
          assert.match(await client.command("RCPT TO:<c@b.example>"), /^452 4\.5\.3 Too many recipients \[/)
          await client.command("DATA")
          client.write("Subject: two\r\n\r\n.\r\n")
          assert.match(await client.reply(), /^250 2\.0\.0/)
          client.end()
        })
        assert.deepStrictEqual(running.state().messages[0]?.to, ["a@b.example", "b@b.example"])
      })
  )

  live("ends with the load of others, counted from its first refusal", () =>
    Effect.gen(function*() {
      let now = 1_800_000_000_000
      const running = yield* start({ load: { sessions: 3, forMillis: 20_000 } }, {}, [], () => now)
      now += 3_600_000
      assert.match(yield* Effect.promise(() => once(running)), /^432 4\.3\.2/)
      now += 19_999
      assert.match(yield* Effect.promise(() => once(running)), /^432 4\.3\.2/)
      now += 1
      assert.match(yield* Effect.promise(() => once(running)), /^250 2\.0\.0/)
    }))
})

describe("a cmdlet", () => {
  live("changes what the running server answers, and its error is typed", () =>
    Effect.gen(function*() {
      const running = yield* start({}, { smtpAuth: "off" })
      assert.match(yield* Effect.promise(() => once(running)), /^535 5\.7\.139 .*disabled for the Tenant/)
      assert.strictEqual(
        yield* running.apply(`Set-CASMailbox -Identity ${address} -SmtpClientAuthenticationDisabled $false`),
        ""
      )
      assert.match(yield* Effect.promise(() => once(running)), /^250 2\.0\.0/)
      assert.strictEqual(running.mailboxes[0]?.behaviour, "smtp_auth_off_tenant")
      assert.strictEqual(running.mailboxesNow()[0]?.behaviour, "ok")
      const error = yield* Effect.flip(running.apply("Set-CASMailbox m@t.example -Nonsense $true"))
      assert.strictEqual(error._tag, "CmdletError")
      assert.strictEqual(error.text, "A parameter cannot be found that matches parameter name 'Nonsense'.")
    }))
})
