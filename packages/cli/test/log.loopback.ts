/**
 * `sonde explain` over logs: the command as a child, and the built command with a log of 100 MB and a heap of 64 MB.
 */
import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { sonde } from "./sonde.ts"

const bundle = fileURLToPath(new URL("../dist/sonde.mjs", import.meta.url))

const second = (number: number): string => `Nov 26 10:00:${`${number % 60}`.padStart(2, "0")}`

const bounced = (number: number): string =>
  `${second(number)} mx postfix/smtp[${number % 30_000}]: ${
    (number * 7919).toString(16).toUpperCase()
  }: to=<user${number}@b${number % 5000}.example>, relay=mx${number % 7}.b${number % 5000}.example[192.0.2.${
    number % 250
  }]:25, delay=${number % 900}, dsn=5.1.1, status=bounced (host mx.b${
    number % 5000
  }.example[192.0.2.1] said: 550 5.1.1 <user${number}@b${
    number % 5000
  }.example>: Recipient address rejected: User unknown in virtual mailbox table (in reply to RCPT TO command))`
const sent = (number: number): string =>
  `${second(number)} mx postfix/smtp[${number % 30_000}]: ${
    (number * 7919).toString(16).toUpperCase()
  }: to=<user${number}@c.example>, relay=mx.c.example[192.0.2.2]:25, delay=1.2, dsn=2.0.0, status=sent (250 2.0.0 OK id=${number})`
const odd = (number: number): string => `${second(number)} mx app[9]: error: something odd for customer ${number}`

const lineOf = (number: number): string => (number % 3 === 0 ? bounced : number % 3 === 1 ? sent : odd)(number)

const excerpt = Array.from({ length: 6 }, (_, number) => lineOf(number)).join("\n")

describe("sonde explain of a log", () => {
  it("knows a log on standard input, and counts its failures by cause", async () => {
    const { code, err, out } = await sonde(["explain", "-", "--json"], {}, excerpt)
    const { log, outcome, schema, verdicts } = JSON.parse(out)
    assert.deepStrictEqual([code, err, schema, outcome], [0, "", "sonde.explanation/1", "explained"])
    assert.strictEqual(verdicts[0].cause, "recipient_unknown")
    assert.deepStrictEqual([log.lines, log.explained, log.unknown, log.ignored], [6, 2, 2, 2])
    assert.deepStrictEqual([log.clusters[0].count, log.clusters[0].first, log.clusters[0].last], [
      2,
      second(0),
      second(3)
    ])
  })

  it("reads a file by its name, and shows who must act", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sonde-log-"))
    try {
      const path = join(folder, "mail.log")
      writeFileSync(path, `${excerpt}\n`)
      const { code, out } = await sonde(["explain", "--log", path, "--top", "1"])
      assert.strictEqual(code, 0)
      assert.include(out, "6 lines: 2 explained, 2 failing that no rule knows, 2 no failure")
      assert.match(out, /2 × .+\n {2}Cause {7}recipient_unknown/u)
      assert.match(out, /\n {2}Who {9}\S/u)
      assert.include(out, `2 ×         ${odd(2)}`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it("ends with 75 where no failure is known, and with 66 where there is no such file", async () => {
    const unknown = await sonde(["explain", "--log", "-", "--json"], {}, `${odd(1)}\n${sent(2)}`)
    assert.deepStrictEqual([unknown.code, JSON.parse(unknown.out).outcome], [75, "unknown"])
    const missing = await sonde(["explain", "--log", "/nonexistent/mail.log"])
    assert.deepStrictEqual([missing.code, missing.out], [66, ""])
    assert.include(missing.err, "/nonexistent/mail.log")
  })

  it.each([
    ["a text beside a log", ["--log", "-", "535 no"]],
    ["a batch beside a log", ["--log", "-", "--batch"]],
    ["a number of causes that is none", ["--log", "-", "--top", "0"]]
  ])("refuses %s", async (_name, argv) => {
    const { code, out } = await sonde(["explain", ...argv], {}, excerpt)
    assert.deepStrictEqual([code, out], [64, ""])
  })

  it("reads 100 MB in a heap of 64 MB, with memory that does not grow", async () => {
    const wanted = 100_000_000
    const child = spawn(process.execPath, ["--max-old-space-size=64", bundle, "explain", "--log", "-", "--json"], {
      env: { PATH: process.env.PATH, HOME: "/nonexistent" },
      stdio: ["pipe", "pipe", "inherit"]
    })
    let out = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text
    })
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
    const started = Date.now()
    let octets = 0
    let number = 0
    while (octets < wanted && child.exitCode === null) {
      let piece = ""
      while (piece.length < 1_000_000) piece += `${lineOf(number++)}\n`
      octets += piece.length
      if (!child.stdin.write(piece)) await new Promise((resume) => child.stdin.once("drain", resume))
    }
    child.stdin.end()
    assert.strictEqual(await ended, 0)
    const { log } = JSON.parse(out)
    console.log(`${octets} octets, ${number} lines in ${((Date.now() - started) / 1000).toFixed(1)} s`)
    assert.strictEqual(log.lines, number)
    assert.strictEqual(log.clusters[0].count, Math.ceil(number / 3))
    assert.strictEqual(log.explained + log.unknown + log.ignored, number)
  }, 240_000)
})
