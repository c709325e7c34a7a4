import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as World from "@sonde/simulator/World"
import * as Effect from "effect/Effect"
import { readdir, stat } from "node:fs/promises"
import { dirname } from "node:path"
import { connect as secure } from "node:tls"
import { base64, Client, messageFrom, xoauth2 } from "./Client.ts"

const user = "app@contoso.example"
const password = "fake-App-7Kq2"

/** Runs a conversation against a fresh simulator; the connection is ended whatever happens. */
const talk = (
  conversation: (client: Client, running: Simulator.Running) => Promise<void>,
  options: Simulator.Options = {}
) =>
  Effect.scoped(Effect.gen(function*() {
    const running = yield* Simulator.start(options)
    const client = yield* Effect.promise(() => Client.open(running.smtp.port))
    yield* Effect.promise(() => conversation(client, running).finally(() => client.end()))
  }))

const signedIn = async (client: Client, running: Simulator.Running): Promise<void> => {
  await client.ready(running.caPem)
  assert.strictEqual(await client.login(user, password), "235 2.7.0 Authentication successful")
}

describe("the conversation before sign-in", () => {
  it.live("greets and offers what the real service offers before and after TLS", () =>
    talk(async (client, running) => {
      const banner = await client.reply()
      assert.match(
        banner,
        /^220 ([A-Z0-9]+)\.outlook\.office365\.com Microsoft ESMTP MAIL Service ready at Sun, 15 Nov 2026 \d\d:\d\d:\d\d \+0000 \[[0-9A-F]{16}\]$/
      )
      const host = banner.split(" ")[1] ?? ""
      const keywords = (line: string) =>
        `250-${host} Hello [127.0.0.1]\n250-SIZE 157286400\n250-PIPELINING\n250-DSN\n250-ENHANCEDSTATUSCODES\n250-${line}\n250-8BITMIME\n250-BINARYMIME\n250-CHUNKING\n250 SMTPUTF8`
      assert.strictEqual(await client.command("EHLO client.example"), keywords("STARTTLS"))
      assert.strictEqual(await client.startTls(running.caPem), "220 2.0.0 SMTP server ready")
      assert.strictEqual(await client.command("ehlo client.example"), keywords("AUTH LOGIN XOAUTH2"))
    }, { now: () => Date.UTC(2026, 10, 15, 11, 12, 20), seed: "one" }))

  it.live("refuses what comes too early or is not offered, with the text of the service", () =>
    talk(async (client, running) => {
      await client.reply()
      assert.match(await client.command("MAIL FROM:<app@contoso.example>"), /^503 5\.5\.2 Send hello first \[/)
      assert.match(await client.command("EHLO client.example."), /^501 5\.5\.4 Invalid domain name \[/)
      assert.match(await client.command("EHLO"), /^501 5\.5\.4 /)
      await client.command("HELO client.example")
      assert.match(await client.command("AUTH LOGIN"), /^504 5\.7\.4 Unrecognized authentication type \[/)
      assert.match(await client.command("MAIL FROM:<app@contoso.example>"), /^451 5\.7\.3 STARTTLS is required/)
      await client.startTls(running.caPem)
      assert.match(await client.command("AUTH LOGIN"), /^503 5\.5\.2 Send hello first/)
      await client.command("EHLO client.example")
      assert.match(await client.command("STARTTLS"), /^503 5\.5\.2 Only one STARTTLS command allowed/)
      assert.match(await client.command(`AUTH PLAIN ${base64("\0a\0b")}`), /^504 5\.7\.4 Unrecognized authentication/)
      assert.match(await client.command("AUTH CRAM-MD5"), /^504 5\.7\.4 /)
      assert.match(
        await client.command("MAIL FROM:<app@contoso.example>"),
        /^530 5\.7\.57 Client not authenticated to send mail\. \[/
      )
      assert.match(await client.command("RCPT TO:<a@b.example>"), /^503 5\.5\.1 Bad sequence/)
      assert.match(await client.command("DATA"), /^503 5\.5\.1 Bad sequence/)
      assert.match(await client.command("EXPN list"), /^500 5\.3\.3 Unrecognized command/)
      assert.match(await client.command("VRFY a"), /^252 /)
      assert.match(await client.command("HELP"), /^214-/)
      assert.strictEqual(await client.command("QUIT"), "221 2.0.0 Service closing transmission channel")
      await client.closed()
    }))

  it.live("carries the refused sign-in inside the answer to MAIL", () =>
    talk(async (client, running) => {
      await client.ready(running.caPem)
      await client.login(user, "wrong")
      assert.match(
        await client.command(`MAIL FROM:<${user}>`),
        /^530 5\.7\.57 Client not authenticated to send mail\. Error: 535 5\.7\.139 Authentication unsuccessful, the user credentials were incorrect\. \[/
      )
    }))

  it.live("presents a certificate for the real host names, valid under the published authority alone", () =>
    talk(async (client, running) => {
      await client.reply()
      await client.command("EHLO c")
      await client.startTls(running.caPem, { servername: "smtp-mail.outlook.com" })
      const other = await Client.open(running.smtp.port)
      await other.reply()
      await other.command("EHLO c")
      await other.command("STARTTLS")
      const error = await other.upgrade("", {}).then(() => "trusted", (cause: unknown) => String(cause))
      assert.match(error, /unable to (?:verify|get local issuer)/)
      const third = await Client.open(running.smtp.port)
      await third.reply()
      await third.command("EHLO c")
      const wrong = await third.startTls(running.caPem, { servername: "smtp.gmail.com" }).then(
        () => "matched",
        (cause: unknown) => String(cause)
      )
      assert.include(wrong, "does not match certificate's altnames")
    }))

  it.live("lets a client that starts with TLS see a greeting, and survives it", () =>
    talk(async (client, running) => {
      const error = await new Promise<string>((resolve) => {
        const socket = secure({ host: "127.0.0.1", port: running.smtp.port, ca: running.caPem })
        socket.once("error", (cause: Error) => resolve(String(cause)))
        socket.once("secureConnect", () => resolve("no error"))
      })
      assert.include(error, "wrong version number")
      assert.match(await client.reply(), /^220 /)
    }))

  it.live("refuses TLS 1.1 after EHLO, as aka.ms/smtp_auth_tls says", () =>
    talk(async (client, running) => {
      await client.reply()
      await client.command("EHLO c")
      await client.startTls(running.caPem, {
        maxVersion: "TLSv1.1",
        minVersion: "TLSv1.1",
        ciphers: "DEFAULT@SECLEVEL=0"
      })
      assert.match(await client.command("EHLO c"), /^421 4\.7\.66 TLS 1\.0 and 1\.1 are not supported\./)
      await client.closed()
    }))

  it.live("drops what was sent in the clear behind STARTTLS", () =>
    talk(async (client, running) => {
      await client.reply()
      await client.command("EHLO c")
      client.write(`STARTTLS\r\nEHLO injected.example\r\nAUTH LOGIN ${base64(user)}\r\n`)
      assert.match(await client.reply(), /^220 2\.0\.0/)
      await client.upgrade(running.caPem)
      assert.match(await client.command("NOOP"), /^250 2\.0\.0 OK$/)
      assert.match(await client.command("AUTH LOGIN"), /^503 5\.5\.2 Send hello first/)
      assert.deepStrictEqual(running.state().signIns, {})
    }))
})

describe("sign-in", () => {
  it.live("takes AUTH LOGIN with and without initial response and XOAUTH2 in one line or two", () =>
    talk(async (first, running) => {
      await first.ready(running.caPem)
      assert.strictEqual(await first.command("AUTH LOGIN"), "334 VXNlcm5hbWU6")
      assert.strictEqual(await first.command(base64(user)), "334 UGFzc3dvcmQ6")
      assert.strictEqual(await first.command(base64(password)), "235 2.7.0 Authentication successful")
      const second = await Client.open(running.smtp.port)
      await second.ready(running.caPem)
      assert.strictEqual(await second.command(`auth login ${base64(user.toUpperCase())}`), "334 UGFzc3dvcmQ6")
      assert.match(await second.command(base64(password)), /^235 /)
      assert.match(await second.command("AUTH LOGIN"), /^503 5\.5\.1/)
      const oauth = running.mailboxes.find((mailbox) => mailbox.address === "oauth@contoso.example")
      const blob = xoauth2("oauth@contoso.example", oauth?.token ?? "")
      const third = await Client.open(running.smtp.port)
      await third.ready(running.caPem)
      assert.strictEqual(await third.command(`AUTH XOAUTH2 ${blob}`), "235 2.7.0 Authentication successful")
      const fourth = await Client.open(running.smtp.port)
      await fourth.ready(running.caPem)
      assert.strictEqual(await fourth.command("AUTH XOAUTH2"), "334 ")
      assert.strictEqual(await fourth.command(blob), "235 2.7.0 Authentication successful")
      for (const client of [second, third, fourth]) client.end()
      assert.deepStrictEqual(running.state().signIns, { [user]: 2, "oauth@contoso.example": 2 })
    }))

  it.live("answers a cancelled, unreadable or incomplete exchange and counts only what was a sign-in", () =>
    talk(async (client, running) => {
      await client.ready(running.caPem)
      await client.command("AUTH LOGIN")
      assert.match(await client.command("*"), /^535 5\.7\.3 Authentication unsuccessful \[/)
      await client.command("AUTH LOGIN")
      assert.match(await client.command("not base64!"), /^501 5\.5\.4 Invalid arguments/)
      assert.match(await client.command(`AUTH XOAUTH2 ${base64("user=x@y.example auth=Bearer z")}`), /^535 5\.7\.3/)
      assert.match(await client.command(`AUTH XOAUTH2 ${xoauth2(user, "unknown-token")}`), /^535 5\.7\.3/)
      assert.match(await client.login("invoices@contoso.example", "fake-Erp-7Tn2"), /^535 5\.7\.139 .*credentials/)
      assert.deepStrictEqual(running.state().signIns, { [user]: 1, "invoices@contoso.example": 1 })
      assert.match(await client.login(user, password), /^235 /)
    }))

  it.live("waits before a refusal and before the greeting when the world asks for it", () =>
    Effect.gen(function*() {
      const world = yield* World.decode({
        tenants: [{ name: "T", domains: ["t.example"], smtpAuth: "on" }],
        mailboxes: [{ address: "m@t.example", password: "fake-m" }],
        greetingMillis: 60,
        authRefusalMillis: 80
      })
      yield* talk(async (client, running) => {
        const begin = performance.now()
        await client.reply()
        assert.isAtLeast(performance.now() - begin, 50)
        await client.command("EHLO c")
        await client.startTls(running.caPem)
        await client.command("EHLO c")
        const before = performance.now()
        assert.match(await client.login("m@t.example", "no"), /^535/)
        assert.isAtLeast(performance.now() - before, 70)
      }, { world })
    }))
})

describe("a message", () => {
  it.live("is kept once, as sent, with its dots and without those added", () =>
    talk(async (client, running) => {
      await signedIn(client, running)
      const text = `${messageFrom(user)}\r\n.leading dot\r\n..two\r\nend`
      const stuffed = text.replaceAll("\r\n.", "\r\n..")
      assert.match(
        await client.send(user, ["a@partner.example", "b@partner.example"], stuffed),
        /^250 2\.0\.0 OK <1@client\.example> \[Hostname=/
      )
      const [message, ...others] = running.state().messages
      assert.strictEqual(others.length, 0)
      assert.deepInclude(message, {
        id: "<1@client.example>",
        from: user,
        to: ["a@partner.example", "b@partner.example"],
        mailbox: user,
        subject: "A test",
        size: text.length + 2,
        raw: `${text}\r\n`
      })
    }))

  it.live("is read the same in pieces of one octet, commands pipelined", () =>
    talk(async (client, running) => {
      await signedIn(client, running)
      const text = "From: <app@contoso.example>\r\n\r\n..x\r\n.\r.\r\n"
      const stuffed = text.replaceAll("\r\n.", "\r\n..")
      const all =
        `MAIL FROM:<${user}> SIZE=99 BODY=8BITMIME\r\nRCPT TO:<a@b.example> NOTIFY=NEVER\r\nDATA\r\n${stuffed}.\r\nNOOP\r\n`
      for (const octet of Buffer.from(all)) client.write(Buffer.from([octet]))
      assert.match(await client.reply(), /^250 2\.1\.0 Sender OK$/)
      assert.match(await client.reply(), /^250 2\.1\.5 Recipient OK$/)
      assert.match(await client.reply(), /^354 Start mail input; end with <CRLF>\.<CRLF>$/)
      assert.match(await client.reply(), /^250 2\.0\.0 OK <[^>]+> \[Hostname=/)
      assert.match(await client.reply(), /^250 2\.0\.0 OK$/)
      assert.deepStrictEqual(running.state().messages.map((message) => message.raw), [text])
    }))

  it.live("is not kept when the client hangs up before the final dot", () =>
    talk(async (client, running) => {
      await signedIn(client, running)
      client.write(`MAIL FROM:<${user}>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n`)
      for (let n = 0; n < 3; n++) await client.reply()
      client.write(`${messageFrom(user)}\r\n.\r`)
      await new Promise((resolve) => setTimeout(resolve, 30))
      client.end()
      await new Promise((resolve) => setTimeout(resolve, 30))
      assert.deepStrictEqual(running.state().messages, [])
    }))

  it.live("ends at CRLF, dot, CRLF and at no other dot", () =>
    talk(async (client, running) => {
      await signedIn(client, running)
      client.write(`MAIL FROM:<${user}>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n`)
      for (let n = 0; n < 3; n++) await client.reply()
      client.write("Subject: smuggled\r\n\r\nx\n.\nMAIL FROM:<app@contoso.example>\r.\r\ny\r\n.\r\n")
      assert.match(await client.reply(), /^250 2\.0\.0 OK/)
      assert.strictEqual(running.state().messages.length, 1)
      assert.match(await client.command("NOOP"), /^250 2\.0\.0 OK$/)
    }))

  it.live("may come in chunks, and refused chunks are read and dropped", () =>
    talk(async (client, running) => {
      await signedIn(client, running)
      client.write("BDAT 4\r\nQUIT")
      assert.match(await client.reply(), /^503 5\.5\.1/)
      await client.command(`MAIL FROM:<${user}> BODY=BINARYMIME`)
      await client.command("RCPT TO:<a@b.example>")
      client.write("BDAT 23\r\nSubject: chunked\r\n\r\n.\r\n")
      assert.match(await client.reply(), /^250 2\.0\.0 OK$/)
      client.write("BDAT 4 LAST\r\nend.")
      assert.match(await client.reply(), /^250 2\.0\.0 OK </)
      assert.deepInclude(running.state().messages[0], {
        size: 27,
        raw: "Subject: chunked\r\n\r\n.\r\nend.",
        subject: "chunked"
      })
    }))

  it.live("over the size of the mailbox is refused at MAIL when declared and after DATA when not", () =>
    talk(async (client, running) => {
      await client.ready(running.caPem)
      await client.login("plans@contoso.example", "fake-Plans-7Sa5")
      assert.match(
        await client.command("MAIL FROM:<plans@contoso.example> SIZE=257"),
        /^552 5\.3\.4 Message size exceeds/
      )
      const from = "plans@contoso.example"
      assert.match(await client.send(from, ["a@b.example"], messageFrom(from)), /^552 5\.3\.4 Message size exceeds/)
      assert.match(await client.send(from, ["a@b.example"], `From: ${from}\r\n\r\nshort`), /^250 2\.0\.0/)
    }))

  it.live("of many megabytes is counted without being kept whole", () =>
    talk(async (client, running) => {
      await signedIn(client, running)
      client.write(`MAIL FROM:<${user}>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n`)
      for (let n = 0; n < 3; n++) await client.reply()
      const block = Buffer.from(`${"z".repeat(998)}\r\n`.repeat(1000))
      client.write("From: app@contoso.example\r\n\r\n")
      for (let n = 0; n < 8; n++) client.write(block)
      client.write(".\r\n")
      assert.match(await client.reply(), /^250 2\.0\.0/)
      assert.deepInclude(running.state().messages[0], { size: 29 + 8_000_000, raw: null })
    }))

  it.live("with a From field of somebody else is refused though the envelope is right", () =>
    talk(async (client, running) => {
      await signedIn(client, running)
      assert.match(
        await client.send(user, ["a@b.example"], messageFrom("sales@contoso.example")),
        /^554 5\.2\.252 SendAsDenied; app@contoso\.example not allowed to send as sales@contoso\.example; /
      )
    }))

  it.live("has a well-formed envelope, or is refused at the command that is not", () =>
    talk(async (client, running) => {
      await signedIn(client, running)
      assert.match(await client.command("MAIL FROM:app@contoso.example"), /^501 5\.1\.7 Invalid address/)
      assert.match(await client.command("MAIL TO:<app@contoso.example>"), /^501 5\.1\.7 Invalid address/)
      assert.match(await client.command(`MAIL FROM:<${user}> SURPRISE=1`), /^501 5\.5\.4 Invalid arguments/)
      assert.match(await client.command(`MAIL FROM: <${user}>`), /^250 2\.1\.0/)
      assert.match(await client.command(`MAIL FROM:<${user}>`), /^503 5\.5\.1/)
      assert.match(await client.command("RCPT TO:<nobody>"), /^501 5\.1\.3 Invalid address/)
      assert.match(await client.command("RCPT TO:<>"), /^501 5\.1\.3 Invalid address/)
      assert.match(await client.command("DATA"), /^503 5\.5\.1/)
      assert.match(await client.command("RSET"), /^250 2\.0\.0/)
      assert.match(await client.command("RCPT TO:<a@b.example>"), /^503 5\.5\.1/)
    }))
})

describe("a hostile client", () => {
  it.live("gets one refusal for an endless line, and the session goes on", () =>
    talk(async (client) => {
      await client.reply()
      for (let n = 0; n < 64; n++) client.write("A".repeat(16_384))
      client.write("\r\n")
      assert.match(await client.reply(), /^500 5\.3\.3 Unrecognized command/)
      assert.match(await client.command("NOOP"), /^250 /)
    }))

  it.live("is shown out after twenty errors", () =>
    talk(async (client) => {
      await client.reply()
      for (let n = 0; n < 19; n++) assert.match(await client.command(`\u0000NUL${n}`), /^500 /)
      assert.match(await client.command("x"), /^421 4\.7\.0 Too many errors on this connection/)
      await client.closed()
    }))

  it.live("is timed out when it says nothing", () =>
    talk(async (client) => {
      await client.reply()
      assert.match(await client.reply(), /^451 4\.7\.0 Timeout waiting for client input/)
      await client.closed()
    }, { idleMillis: 50 }))

  it.live("may go at any moment without harm to the others", () =>
    talk(async (client, running) => {
      for (let n = 0; n < 20; n++) {
        const other = await Client.open(running.smtp.port)
        other.write(n % 2 === 0 ? "EHLO x\r\nSTARTTLS\r\n" : Buffer.from("160301020001000", "hex"))
        other.end()
      }
      await signedIn(client, running)
      assert.match(await client.send(user, ["a@b.example"], messageFrom(user)), /^250 2\.0\.0/)
      assert.isAtLeast(running.state().maxSessions, 2)
    }))
})

describe("Simulator.start", () => {
  it.live("names the port that is in use", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* Simulator.start({})
      const error = yield* Effect.flip(Simulator.start({ port: running.smtp.port }))
      assert.strictEqual(error.reason, "PortInUse")
      assert.strictEqual(error.port, running.smtp.port)
      assert.include(error.message, `port ${running.smtp.port} is in use`)
    })))

  it.live("announces a folder of its own for the certificate and removes it with the scope", () =>
    Effect.gen(function*() {
      const announced = yield* Effect.scoped(Effect.gen(function*() {
        const running = yield* Simulator.start({})
        const folder = yield* Effect.promise(() => stat(dirname(running.ca)))
        assert.strictEqual(folder.mode & 0o077, 0)
        assert.deepStrictEqual(yield* Effect.promise(() => readdir(dirname(running.ca))), ["ca.pem"])
        return running.announcement
      }))
      const gone = yield* Effect.promise(() => stat(announced.ca).then(() => "there", () => "gone"))
      assert.strictEqual(gone, "gone")
      const refused = yield* Effect.promise(() => Client.open(announced.smtp.port).then(() => "open", () => "refused"))
      assert.strictEqual(refused, "refused")
    }))

  it.live("announces everything as one JSON document with every host and a string for every secret", () =>
    Effect.scoped(Effect.gen(function*() {
      const { announcement, smtp } = yield* Simulator.start({})
      const read: Simulator.Running["announcement"] = JSON.parse(JSON.stringify(announcement))
      assert.deepStrictEqual(Object.keys(read), [
        "smtp",
        "imap",
        "pop3",
        "http",
        "ca",
        "connectTo",
        "mailboxes",
        "applications",
        "admin"
      ])
      for (const mailbox of read.mailboxes) assert.isString(mailbox.secret)
      assert.include(read.connectTo, `smtp.office365.com:587:127.0.0.1:${smtp.port}`)
      assert.include(read.connectTo, `smtp-mail.outlook.com:587:127.0.0.1:${smtp.port}`)
      assert.include(read.connectTo, `smtp.office365.com:25:127.0.0.1:${smtp.port}`)
      assert.include(read.connectTo, "smtp.office365.com:465:127.0.0.1:1")
      assert.include(read.connectTo, `outlook.office365.com:993:127.0.0.1:${read.imap.port}`)
      assert.include(read.connectTo, `outlook.office365.com:143:127.0.0.1:${read.imap.starttls}`)
      assert.include(read.connectTo, `outlook.office365.com:995:127.0.0.1:${read.pop3.port}`)
      assert.include(read.connectTo, `outlook.office365.com:110:127.0.0.1:${read.pop3.starttls}`)
      for (const host of ["login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com"]) {
        assert.include(read.connectTo, `${host}:443:127.0.0.1:${read.http.port}`)
      }
    })))
})
