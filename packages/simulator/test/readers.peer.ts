import { assert, describe, it } from "@effect/vitest"
import * as GmailSimulator from "@sonde/simulator/GmailSimulator"
import * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import { ImapFlow } from "imapflow"
import { spawn, spawnSync } from "node:child_process"
import { createTransport } from "nodemailer"

const has = (program: string): boolean => {
  const found = spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined
  if (!found) console.warn(`SKIPPED: ${program} is not installed, so nothing here was tried with it`)
  return found
}

/** Where the servers of a provider are, and an account that opens. */
interface Place {
  readonly ca: string
  readonly caPem: string
  readonly connectTo: ReadonlyArray<string>
  readonly smtp: number
  readonly imap: number
  readonly imapHost: string
  readonly popHost: string
  readonly smtpHost: string
  readonly user: string
  readonly token: string
}

const withMicrosoft = (test: (place: Place, running: Simulator.Running) => Promise<void>) =>
  Effect.scoped(Effect.gen(function*() {
    const running = yield* Simulator.start({})
    const user = "oauth@contoso.example"
    const token = running.mailboxes.find(({ address }) => address === user)?.token ?? ""
    yield* Effect.promise(() =>
      test({
        ...running,
        smtp: running.smtp.port,
        imap: running.imap.port,
        imapHost: "outlook.office365.com",
        popHost: "outlook.office365.com",
        smtpHost: "smtp.office365.com",
        user,
        token
      }, running)
    )
  }))

const withGmail = (test: (place: Place) => Promise<void>) =>
  Effect.scoped(Effect.gen(function*() {
    const { announcement, caPem } = yield* GmailSimulator.start({})
    const user = "leo@gmail.example"
    const token = announcement.mailboxes.find(({ address }) => address === user)?.token ?? ""
    yield* Effect.promise(() =>
      test({
        ...announcement,
        caPem,
        smtp: announcement.smtp.port,
        imap: announcement.imap.port,
        imapHost: "imap.gmail.com",
        popHost: "pop.gmail.com",
        smtpHost: "smtp.gmail.com",
        user,
        token
      })
    )
  }))

/** Sends one message to the sender itself with Nodemailer. */
const send = ({ caPem, smtp, smtpHost, token, user }: Place, subject: string): Promise<unknown> =>
  createTransport({
    host: "127.0.0.1",
    port: smtp,
    requireTLS: true,
    tls: { servername: smtpHost, ca: caPem },
    auth: { type: "OAuth2", user, accessToken: token }
  }).sendMail({ from: user, to: user, subject, text: "hello\n.dot", messageId: "<peer-1@client.example>" })

const flow = (place: Place, auth: { readonly user: string; readonly accessToken?: string; readonly pass?: string }) =>
  new ImapFlow({
    host: "127.0.0.1",
    port: place.imap,
    secure: true,
    servername: place.imapHost,
    tls: { ca: place.caPem },
    auth,
    logger: false
  })

const readsWithImapFlow = async (place: Place, junk: string, sent: string): Promise<void> => {
  await send(place, "by Nodemailer")
  const client = flow(place, { user: place.user, accessToken: place.token })
  await client.connect()
  const folders = await client.list()
  assert.strictEqual(folders.find(({ specialUse }) => specialUse === "\\Junk")?.path, junk)
  assert.strictEqual(folders.find(({ specialUse }) => specialUse === "\\Sent")?.path, sent)
  const lock = await client.getMailboxLock("INBOX")
  try {
    assert.deepStrictEqual(
      await client.search({ header: { "message-id": "peer-1@client.example" } }, { uid: true }),
      [1]
    )
    const message = await client.fetchOne("1", {
      uid: true,
      flags: true,
      envelope: true,
      bodyStructure: true,
      size: true,
      internalDate: true,
      source: true,
      headers: ["authentication-results"]
    }, { uid: true })
    assert.isObject(message)
    if (message === false) return
    assert.strictEqual(message.envelope?.subject, "by Nodemailer")
    assert.strictEqual(message.envelope?.from?.[0]?.address, place.user)
    assert.strictEqual(message.envelope?.messageId, "<peer-1@client.example>")
    assert.strictEqual(message.bodyStructure?.type, "text/plain")
    assert.strictEqual(message.size, message.source?.length)
    assert.match(message.source?.toString() ?? "", /\r\nhello\r\n\.dot/)
    for (const result of ["spf=pass", "dkim=pass", "dmarc=pass"]) assert.include(message.headers?.toString(), result)
    const part = await client.download("1", "1", { uid: true })
    let text = ""
    for await (const piece of part.content ?? []) text += String(piece)
    assert.match(text, /^hello\r?\n\.dot/)
    assert.isTrue(await client.messageFlagsAdd("1", ["\\Flagged"], { uid: true }))
    const news = new Promise<number>((resolve) =>
      client.once("exists", ({ count }: { count: number }) => resolve(count))
    )
    const idling = client.idle()
    await send(place, "again")
    assert.strictEqual(await news, 2)
    await client.noop()
    await idling
    assert.deepInclude(await client.status("INBOX", { messages: true, uidNext: true }), { messages: 2, uidNext: 3 })
    const moved = await client.messageMove("2", junk, { uid: true })
    assert.isObject(moved)
  } finally {
    lock.release()
  }
  assert.deepInclude(await client.status(junk, { messages: true }), { messages: 1 })
  await client.logout()
}

describe("ImapFlow", () => {
  it.live("signs in at Microsoft 365 with a token, finds what Nodemailer sent, waits for more and moves it", () =>
    withMicrosoft((place) => readsWithImapFlow(place, "Junk Email", "Sent Items")))

  it.live("does the same at Gmail", () =>
    withGmail((place) => readsWithImapFlow(place, "[Gmail]/Spam", "[Gmail]/Sent Mail")))

  it.live("shows the refusals", () =>
    withMicrosoft(async (place, running) => {
      const refused = async (address: string) => {
        const token = running.mailboxes.find((mailbox) => mailbox.address === address)?.token ?? ""
        const client = flow(place, { user: address, accessToken: token })
        client.on("error", () => {})
        const error: unknown = await client.connect().then(() => undefined, (failure: unknown) => failure)
        client.close()
        return error
      }
      const off = await refused("reader-off@contoso.example")
      assert.propertyVal(off, "authenticationFailed", true)
      assert.propertyVal(off, "responseText", "AUTHENTICATE failed.")
      // It asks for the namespace to find this out, and takes it for a failed sign-in.
      const apart = await refused("reader-new@contoso.example")
      assert.match(JSON.stringify(apart) + String(apart), /User is authenticated but not connected/)
    }))

  it.live("shows Google's refusals", () =>
    withGmail(async (place) => {
      const client = flow(place, { user: "ben@gmail.example", pass: "fake-Ben-7Ws2" })
      client.on("error", () => {})
      const error: unknown = await client.connect().then(() => undefined, (failure: unknown) => failure)
      client.close()
      assert.match(
        String((error as { readonly responseText?: string }).responseText),
        /^Application-specific password required: /
      )
    }))
})

interface Result {
  readonly status: number | null
  readonly output: string
}

const curl = (place: Place, args: ReadonlyArray<string>): Promise<Result> =>
  new Promise((resolve, reject) => {
    const child = spawn("curl", [
      "--silent",
      "--show-error",
      "--ssl-reqd",
      "--cacert",
      place.ca,
      ...place.connectTo.flatMap((one) => ["--connect-to", one]),
      ...args
    ], { stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    child.stdout.on("data", (part: Buffer) => (output += part.toString()))
    child.stderr.on("data", (part: Buffer) => (output += part.toString()))
    child.once("error", reject)
    child.once("close", (status) => resolve({ status, output }))
  })

describe.skipIf(!has("curl"))("curl", () => {
  const bearer = ({ token, user }: Place) => [
    "--user",
    `${user}:`,
    "--oauth2-bearer",
    token,
    "--login-options",
    "AUTH=XOAUTH2"
  ]
  const reads = async (place: Place): Promise<void> => {
    await send(place, "for curl")
    const imaps = `imaps://${place.imapHost}:993`
    const pop3s = `pop3s://${place.popHost}:995`
    const get = async (url: string, ...args: ReadonlyArray<string>) => {
      const { output, status } = await curl(place, [...bearer(place), "--url", url, ...args])
      assert.strictEqual(status, 0, output)
      return output
    }
    assert.match(await get(`${imaps}/`), /^\* LIST \(\\HasNoChildren\) "\/" "?INBOX"?\r?$/m)
    assert.match(await get(`${imaps}/INBOX?SUBJECT%20curl`), /^\* SEARCH 1\r?$/m)
    const message = await get(`${imaps}/INBOX;UID=1`)
    assert.match(message, /\r\nSubject: for curl\r\n[^]*\r\nhello\r\n\.dot\r\n$/)
    assert.match(await get(`${pop3s}/`), /^1 \d+\r?$/m)
    assert.strictEqual(await get(`${pop3s}/1`), message)
  }

  it.live("signs in at Microsoft 365, lists, searches and fetches over IMAP, and the same message over POP3", () =>
    withMicrosoft(reads))

  it.live("does the same at Gmail", () => withGmail(reads))

  it.live("starts in clear on 143 and 110 and goes on in TLS", () =>
    withMicrosoft(async (place) => {
      await send(place, "in clear")
      const list = await curl(place, [...bearer(place), "--url", `imap://${place.imapHost}:143/`])
      assert.strictEqual(list.status, 0, list.output)
      const drop = await curl(place, [...bearer(place), "--url", `pop3://${place.popHost}:110/`])
      assert.strictEqual(drop.status, 0, drop.output)
    }))

  it.live("ends with status 67, login denied, for a password at Microsoft 365", () =>
    withMicrosoft(async (place) => {
      for (const url of [`imaps://${place.imapHost}:993/`, `pop3s://${place.popHost}:995/`]) {
        const { output, status } = await curl(place, ["--url", url, "--user", "app@contoso.example:fake-App-7Kq2"])
        assert.strictEqual(status, 67, output)
      }
    }))

  it.live("signs in at Gmail with an app password", () =>
    withGmail(async (place) => {
      const user = ["--user", "ada@gmail.example:fakeqwzxvbnmlkjh"]
      const { output, status } = await curl(place, [...user, "--url", `imaps://${place.imapHost}:993/`])
      assert.strictEqual(status, 0, output)
      assert.include(output, "\"[Gmail]/All Mail\"")
      const drop = await curl(place, [...user, "--url", `pop3s://${place.popHost}:995/`])
      assert.strictEqual(drop.status, 0, drop.output)
    }))
})
