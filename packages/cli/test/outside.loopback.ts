/** What was found by trying the command from outside: odd peers, odd folders, odd files. */
import { assert, describe, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sonde } from "./sonde.ts"

/** Runs `work` with a folder that is gone afterwards. */
const within = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "sonde-outside-"))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A peer in clear: greets, answers by the word that begins a line, and keeps what it heard. */
const peer = async (
  greeting: string,
  answers: Readonly<Record<string, string>>,
  work: (port: number, heard: ReadonlyArray<string>) => Promise<void>
): Promise<void> => {
  const heard: Array<string> = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => {})
    socket.write(greeting)
    socket.setEncoding("latin1").on("data", (text: string) => {
      for (const line of text.split("\r\n").filter((one) => one !== "")) {
        heard.push(line)
        socket.write(answers[line.split(" ")[0] ?? ""] ?? "500 what\r\n")
      }
    })
  })
  await new Promise<void>((resume) => server.listen(0, "127.0.0.1", resume))
  const address = server.address()
  try {
    await work(typeof address === "object" && address !== null ? address.port : 0, heard)
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

const ehlo = { EHLO: "250-mail.example\r\n250 STARTTLS\r\n", QUIT: "221 bye\r\n" }

/** A check of a peer, as JSON. */
const check = (port: number, state: string, ...more: ReadonlyArray<string>) =>
  sonde(["check", `127.0.0.1:${port}`, "--state", state, "--json", "--timeout", "3s", ...more])

describe("a peer that speaks out of turn", () => {
  it("has broken the protocol; the line is not taken for the answer to EHLO", () =>
    within((state) =>
      peer("220 mail.example\r\n250 too early\r\n", ehlo, async (port) => {
        const { code, out } = await check(port, state)
        const { services: [service] } = JSON.parse(out)
        const { error, id } = service.phases.find((phase: { error?: unknown }) => phase.error !== undefined)
        assert.deepStrictEqual([code, id, error._tag, error.reason], [76, "ehlo", "ProtocolError", "UnexpectedData"])
      })
    ))

  it("may take leave with 421 at any time, which is no failure", () =>
    within((state) =>
      peer("220 mail.example\r\n421 4.3.2 closing\r\n", ehlo, async (port) => {
        const { code, out } = await check(port, state)
        assert.deepStrictEqual([code, JSON.parse(out).outcome], [75, "inconclusive"])
      })
    ))
})

describe("STARTTLS", () => {
  it("as the last phase leaves without QUIT, which the peer would read as a handshake", () =>
    within((state) =>
      peer("220 mail.example\r\n", { ...ehlo, STARTTLS: "220 go\r\n" }, async (port, heard) => {
        const { code, out } = await check(port, state, "--until", "starttls")
        const { outcome, services: [service] } = JSON.parse(out)
        assert.deepStrictEqual([code, outcome, service.phases.at(-1)], [0, "pass", {
          id: "quit",
          state: "skip",
          because: "until"
        }])
        assert.deepStrictEqual(heard.map((line) => line.split(" ")[0]), ["EHLO", "STARTTLS"])
      })
    ))

  it("refused with a code that means several things has the certain cause alone", () =>
    within((state) =>
      peer("220 mail.example\r\n", { ...ehlo, STARTTLS: "502 5.5.1 no\r\n" }, async (port) => {
        const { verdicts } = JSON.parse((await check(port, state)).out)
        assert.deepStrictEqual(
          verdicts.map((one: { cause: string; confidence: string }) => [one.cause, one.confidence]),
          [["starttls_unavailable", "certain"]]
        )
      })
    ))
})

describe("the folder of runs", () => {
  it("that can't be made ends with 74 at once", async () => {
    const { code, err, out } = await sonde(["check", "127.0.0.1:1", "--until", "resolve", "--state", "/proc/sonde"])
    assert.deepStrictEqual([code, out], [74, ""])
    assert.match(err, /^sonde: \/proc\/sonde\S* cannot be written; give a writable folder with --state \(ENOENT\)\n$/)
  })

  it("that is a file is told, not taken for an empty one", () =>
    within(async (folder) => {
      const file = join(folder, "file")
      writeFileSync(file, "")
      const { code, err, out } = await sonde(["runs", "--state", file])
      assert.deepStrictEqual([code, out, err], [74, "", `sonde: ${file} is no folder\n`])
    }))

  it("has no run without a name", () =>
    within(async (folder) => {
      mkdirSync(join(folder, "runs"))
      writeFileSync(join(folder, "runs", "01JDK700000000000000000000.ndjson"), "")
      for (const command of ["show", "resume", "forget"]) {
        const { code, err, out } = await sonde([command, "", "--state", folder])
        assert.deepStrictEqual([code, out], [66, ""])
        assert.match(err, /^sonde: no run was named; /)
      }
    }))

  it("loses a run that ended before it began by forget", () =>
    within(async (folder) => {
      const run = "01JDK700000000000000000000"
      mkdirSync(join(folder, "runs"))
      writeFileSync(join(folder, "runs", `${run}.ndjson`), "")
      assert.strictEqual((await sonde(["forget", run, "--state", folder])).code, 0)
      assert.strictEqual((await sonde(["forget", run, "--state", folder])).code, 66)
    }))
})

describe("a file", () => {
  const deliver = (file: string) =>
    sonde(["check", "a@mail.example", "--deliver", "--to", "b@mail.example", "--message", file])

  it("of octets that are no UTF-8 is not sent as something else", () =>
    within(async (folder) => {
      const file = join(folder, "message")
      writeFileSync(file, Buffer.from("Subject: \xe9\r\n\r\n", "latin1"))
      const { code, err, out } = await deliver(file)
      assert.deepStrictEqual([code, out], [66, ""])
      assert.match(err, /^sonde: --message: the file ".*" is no UTF-8 text: /)
    }))

  it("without anything in it is no message", () =>
    within(async (folder) => {
      const file = join(folder, "message")
      writeFileSync(file, "")
      const { code, err, out } = await deliver(file)
      assert.deepStrictEqual([code, out], [66, ""])
      assert.match(err, /^sonde: --message: the file ".*" is empty: /)
    }))
})
