import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import { spawn, spawnSync } from "node:child_process"
import { chmod, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { messageFrom } from "./Client.ts"

const has = (program: string): boolean => {
  const found = spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined
  if (!found) console.warn(`SKIPPED: ${program} is not installed, so nothing here was tried with it`)
  return found
}

interface Result {
  readonly status: number | null
  readonly output: string
}

/** Runs a program to its end. The secrets it is given are the made-up ones of the built-in world. */
const run = (program: string, args: ReadonlyArray<string>, input: string): Promise<Result> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] })
    let output = ""
    child.stdout.on("data", (part: Buffer) => (output += part.toString()))
    child.stderr.on("data", (part: Buffer) => (output += part.toString()))
    child.stdin.on("error", () => {})
    child.once("error", reject)
    child.once("close", (status) => resolve({ status, output }))
    child.stdin.end(input)
  })

const withSimulator = (test: (running: Simulator.Running, folder: string) => Promise<void>) =>
  Effect.scoped(Effect.gen(function*() {
    const running = yield* Simulator.start({})
    yield* Effect.promise(() => test(running, dirname(running.ca)))
  }))

const good = { user: "app@contoso.example", secret: "fake-App-7Kq2" }
const off = { user: "scanner@contoso.example", secret: "fake-Scanner-9Lw4" }
const tenantOff = /535 5\.7\.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant\./

describe.skipIf(!has("swaks"))("swaks", () => {
  const swaks = (running: Simulator.Running, who: typeof good, from = who.user): Promise<Result> =>
    run("swaks", [
      "--server",
      running.smtp.host,
      "--port",
      String(running.smtp.port),
      "--tls",
      "--tls-ca-path",
      running.ca,
      "--auth",
      "LOGIN",
      "--auth-user",
      who.user,
      "--auth-password",
      who.secret,
      "--from",
      from,
      "--to",
      "a@partner.example",
      "--header",
      `From: ${from}`,
      "--body",
      "from swaks"
    ], "")

  it.live("signs in and sends one message", () =>
    withSimulator(async (running) => {
      const { output, status } = await swaks(running, good)
      assert.strictEqual(status, 0, output)
      assert.match(output, /250 2\.0\.0 OK <.+> \[Hostname=/)
      assert.strictEqual(running.state().messages.length, 1)
    }))

  it.live("shows the refusals", () =>
    withSimulator(async (running) => {
      assert.match((await swaks(running, off)).output, tenantOff)
      const denied = await swaks(running, good, "sales@contoso.example")
      assert.match(denied.output, /554 5\.2\.252 SendAsDenied; app@contoso\.example not allowed/)
      assert.deepStrictEqual(running.state().messages, [])
    }))
})

describe.skipIf(!has("curl"))("curl", () => {
  const curl = (running: Simulator.Running, who: typeof good, options: ReadonlyArray<string> = []): Promise<Result> =>
    run("curl", [
      "--silent",
      "--show-error",
      "--verbose",
      "--ssl-reqd",
      "--cacert",
      running.ca,
      ...running.connectTo.flatMap((one) => one.startsWith("smtp.office365.com:587:") ? ["--connect-to", one] : []),
      "--url",
      "smtp://smtp.office365.com:587/client.example",
      "--user",
      `${who.user}:${who.secret}`,
      "--mail-from",
      who.user,
      "--mail-rcpt",
      "a@partner.example",
      "--upload-file",
      "-",
      ...options
    ], `${messageFrom(who.user)}\r\n.dot\r\n`)

  it.live("signs in through --connect-to under the real name and sends one message", () =>
    withSimulator(async (running) => {
      const { output, status } = await curl(running, good)
      assert.strictEqual(status, 0, output)
      assert.strictEqual(running.state().messages.length, 1)
      assert.include(running.state().messages[0]?.raw ?? "", "\r\n.dot\r\n")
    }))

  it.live("sends with a token", () =>
    withSimulator(async (running) => {
      const oauth = running.mailboxes.find((mailbox) => mailbox.address === "oauth@contoso.example")
      const { output, status } = await curl(running, { user: "oauth@contoso.example", secret: "" }, [
        "--user",
        "oauth@contoso.example",
        "--oauth2-bearer",
        oauth?.token ?? "",
        "--login-options",
        "AUTH=XOAUTH2"
      ])
      assert.strictEqual(status, 0, output)
      assert.strictEqual(running.state().messages[0]?.mailbox, "oauth@contoso.example")
    }))

  it.live("shows the refusal and ends with status 67, login denied", () =>
    withSimulator(async (running) => {
      const { output, status } = await curl(running, off)
      assert.strictEqual(status, 67, output)
      assert.match(output, tenantOff)
    }))
})

describe.skipIf(!has("msmtp"))("msmtp", () => {
  const msmtp = async (running: Simulator.Running, folder: string, who: typeof good): Promise<Result> => {
    const config = join(folder, "msmtprc")
    await writeFile(
      config,
      [
        "account sonde",
        `host ${running.smtp.host}`,
        `port ${running.smtp.port}`,
        "tls on",
        "tls_starttls on",
        `tls_trust_file ${running.ca}`,
        "tls_host_override smtp.office365.com",
        "auth login",
        `user ${who.user}`,
        `password ${who.secret}`,
        `from ${who.user}`,
        ""
      ].join("\n")
    )
    await chmod(config, 0o600)
    return run(
      "msmtp",
      ["--file", config, "--account", "sonde", "a@partner.example"],
      messageFrom(who.user).replaceAll("\r", "")
    )
  }

  it.live("signs in and sends one message", () =>
    withSimulator(async (running, folder) => {
      const { output, status } = await msmtp(running, folder, good)
      assert.strictEqual(status, 0, output)
      assert.strictEqual(running.state().messages.length, 1)
    }))

  it.live("shows the refusal", () =>
    withSimulator(async (running, folder) => {
      const { output, status } = await msmtp(running, folder, off)
      assert.notStrictEqual(status, 0)
      assert.match(output, tenantOff)
    }))
})
