import { assert, describe, it } from "@effect/vitest"
import { question } from "@sonde/cli/run/batch"
import { cutter } from "@sonde/cli/Stdin"
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { sonde as built } from "./CanaryCommand.ts"
import { bin, sonde } from "./sonde.ts"

const tenant = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant"

describe("Stdin.cutter", () => {
  const whole = (text: string) => ({ text, whole: true })

  it("gives the same lines however the octets arrive", () => {
    const octets = Buffer.from("é1\r\n\n  two\nlast")
    for (let size = 1; size <= octets.length; size++) {
      const cut = cutter(100)
      const lines = []
      for (let at = 0; at < octets.length; at += size) lines.push(...cut.push(octets.subarray(at, at + size)))
      lines.push(...cut.end())
      assert.deepStrictEqual(lines, [whole("é1"), whole(""), whole("  two"), whole("last")])
    }
  })

  it("drops a line that is too long and goes on after it", () => {
    const cut = cutter(4)
    assert.deepStrictEqual(cut.push(Buffer.from("1234\n12345\n1")), [whole("1234"), { text: "", whole: false }])
    assert.deepStrictEqual(cut.end(), [whole("1")])
  })
})

describe("a question of a batch", () => {
  it("takes what it leaves out from the flags", () => {
    assert.deepStrictEqual(
      question("{\"id\":7,\"text\":\"x\",\"phase\":\"auth\"}", { phase: "mail", protocol: "smtp" }),
      {
        id: 7,
        text: "x",
        hints: { phase: "auth", protocol: "smtp" }
      }
    )
  })

  it("is refused where it is none", () => {
    for (const line of ["nothing", "[]", "{}", "{\"text\":\"x\"}", "{\"id\":\"a\"}", "{\"id\":\"a\",\"text\":1}"]) {
      assert.property(question(line, {}), "problem", line)
    }
  })
})

describe("sonde explain --batch", () => {
  it("answers every line in order with its id, also those that are no questions", async () => {
    const input = [
      JSON.stringify({ id: "a", text: tenant }),
      JSON.stringify({ id: 2, text: "nobody knows this" }),
      "no question",
      JSON.stringify({
        id: "c",
        text: "535 5.7.3 Authentication unsuccessful",
        provider: "microsoft-365",
        phase: "auth"
      })
    ].join("\n")
    const { code, err, out } = await sonde(["explain", "--batch"], {}, input)
    const answers = out.trimEnd().split("\n").map((line) => JSON.parse(line))
    assert.deepStrictEqual(answers.map((one) => [one.schema, one.id, one.outcome, one.verdicts[0]?.cause]), [
      ["sonde.explanation/1", "a", "explained", "smtp_auth_disabled_tenant"],
      ["sonde.explanation/1", 2, "unknown", undefined],
      ["sonde.explanation/1", undefined, "unknown", undefined],
      ["sonde.explanation/1", "c", "explained", "bad_credentials"]
    ])
    assert.strictEqual(err, "sonde: line 3 of standard input is no JSON; it is answered as unknown\n")
    assert.strictEqual(code, 75)
  })

  it("ends with 0 where every text is explained", async () => {
    const { code } = await sonde(["explain", "--batch"], {}, `${JSON.stringify({ id: "a", text: tenant })}\n`)
    assert.strictEqual(code, 0)
  })

  it("loses nothing where standard output takes only what its reader has room for", async () => {
    const count = 4000
    // A program of Node's that uses its standard output makes it one that does not wait, for its children too.
    const parent = `require("node:child_process")
      .spawn(process.execPath, ${JSON.stringify([bin, "explain", "--batch"])}, { stdio: "inherit" })
      .on("close", (code) => process.exit(code))
    process.stdout`
    const child = spawn(process.execPath, ["-e", parent], {
      env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent" },
      stdio: ["pipe", "pipe", "inherit"]
    })
    const done = new Promise<number | null>((resolve) => void child.on("close", resolve))
    child.stdin.end(
      Array.from({ length: count }, (_, id) => `${JSON.stringify({ id, text: `${tenant} ${id}` })}\n`).join("")
    )
    let out = ""
    await new Promise((resolve) => setTimeout(resolve, 1500))
    for await (const chunk of child.stdout.setEncoding("utf8")) out += chunk
    assert.strictEqual(await done, 0)
    const ids = out.trimEnd().split("\n").map((line) => JSON.parse(line).id)
    assert.isAbove(out.length, 8_000_000)
    assert.deepStrictEqual(ids, Array.from({ length: count }, (_, id) => id))
  }, 30_000)

  it("hears a signal while nobody reads what it says", async () => {
    const child = spawn(process.execPath, [bin, "explain", "--batch"], {
      env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent" },
      stdio: ["pipe", "pipe", "inherit"]
    })
    const done = new Promise<number | null>((resolve) => void child.on("exit", resolve))
    child.stdin.on("error", () => {})
    child.stdin.write(Array.from({ length: 4000 }, (_, id) => `${JSON.stringify({ id, text: tenant })}\n`).join(""))
    await new Promise((resolve) => child.stdout.once("readable", resolve))
    await new Promise((resolve) => setTimeout(resolve, 500))
    child.kill("SIGTERM")
    assert.strictEqual(await done, 143)
    child.stdout.destroy()
  }, 30_000)

  it("says the same as it is built, where rules and numbers are read from octets", async () => {
    const replies: ReadonlyArray<{ readonly reply: string; readonly phase: string }> = JSON.parse(
      readFileSync(new URL("../../../test-fixtures/replies.json", import.meta.url), "utf8")
    )
    const input = replies.flatMap(({ phase, reply }, id) =>
      ["", " q1x2y3", " q4x5y6"].map((behind) => `${JSON.stringify({ id, text: reply + behind, phase })}\n`)
    ).join("")
    const asBuilt = await built(["explain", "--batch"], {}, input)
    const { code, out } = await sonde(["explain", "--batch"], {}, input)
    assert.deepStrictEqual([asBuilt.code, asBuilt.out.split("\n")], [code, out.split("\n")])
    assert.lengthOf(out.split("\n"), 3 * replies.length + 1)
  }, 60_000)

  it("refuses a text beside standard input", async () => {
    const { code, out } = await sonde(["explain", "--batch", "535"])
    assert.deepStrictEqual([code, out], [64, ""])
  })
})
