import { assert, describe, it } from "@effect/vitest"
import { Client } from "@modelcontextprotocol/client"
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio"
import * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const bin = fileURLToPath(new URL("../../cli/src/bin.ts", import.meta.url))

/** The command behind the public client library, with a simulated tenant behind the command. */
const connected = Effect.gen(function*() {
  const running = yield* Simulator.start({})
  const mailbox = running.mailboxes.find(({ address }) => address === "printer@contoso.example")!
  const state = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-mcp-test-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const received: Array<string> = []
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [
      bin,
      "mcp",
      "--state",
      state,
      "--allow-private",
      "--ca",
      running.ca,
      "--connect-to",
      `smtp.office365.com:587:127.0.0.1:${running.smtp.port}`,
      "--allow-ports",
      `587,${running.smtp.port}`,
      "--allow-source",
      "*=env:PW",
      "--allow-source",
      "contoso.example=env:BOUND"
    ],
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", PW: mailbox.secret, BOUND: mailbox.secret },
    stderr: "pipe"
  })
  transport.stderr?.on("data", (data: Buffer) => void received.push(data.toString()))
  const client = new Client({ name: "test", version: "1.0.0" })
  yield* Effect.acquireRelease(
    Effect.promise(() => client.connect(transport)),
    () => Effect.promise(() => client.close())
  )
  const heard = <A>(ask: () => Promise<A>) =>
    Effect.map(Effect.promise(ask), (answer) => {
      received.push(JSON.stringify(answer))
      return answer
    })
  const call = (name: string, args: Record<string, unknown>) => heard(() => client.callTool({ name, arguments: args }))
  return { call, client, heard, mailbox, received }
})

const live = (title: string, test: () => Effect.Effect<void, unknown, import("effect/Scope").Scope>) =>
  it.live(title, () => Effect.scoped(test()), 60_000)

const textOf = (answer: unknown): string => JSON.stringify(answer)

describe("sonde mcp", () => {
  it("ends with 0 and says nothing when standard input ends", () => {
    const ended = spawnSync(process.execPath, [bin, "mcp"], { input: "", encoding: "utf8", timeout: 20_000 })
    assert.deepStrictEqual([ended.status, ended.stdout, ended.stderr], [0, "", ""])
  }, 30_000)

  live("lists tools that take no secret and never deliver", () =>
    Effect.gen(function*() {
      const { client, heard } = yield* connected
      const { tools } = yield* heard(() => client.listTools())
      assert.deepStrictEqual(tools.map(({ name }) => name).toSorted(), ["check", "explain", "posture", "show"])
      const check = tools.find(({ name }) => name === "check")
      const names = Object.keys(check?.inputSchema.properties ?? {})
      assert.includeMembers(names, ["target", "secret_source", "token_source"])
      for (const absent of ["secret", "token", "password", "deliver"]) assert.notInclude(names, absent)
      assert.strictEqual(check?.annotations?.destructiveHint, false)
      assert.strictEqual(check?.annotations?.openWorldHint, true)
      assert.strictEqual(tools.find(({ name }) => name === "show")?.annotations?.readOnlyHint, true)
      const posture = tools.find(({ name }) => name === "posture")
      assert.deepStrictEqual(Object.keys(posture?.inputSchema.properties ?? {}).toSorted(), [
        "domain",
        "from",
        "ip",
        "selectors"
      ])
      assert.strictEqual(posture?.annotations?.readOnlyHint, true)
    }))

  live("examines no host in place of a domain, and takes no word that is no selector", () =>
    Effect.gen(function*() {
      const { call } = yield* connected
      for (
        const [args, says] of [
          [{ domain: "mail.contoso.example:25" }, /no domain/u],
          [{ domain: "contoso.example", selectors: ["a b"] }, /selector/u],
          [{ domain: "contoso.example", ip: "x" }, /IP address/u]
        ] as const
      ) {
        const answer = yield* call("posture", args)
        assert.strictEqual(answer.isError, true, textOf(answer))
        assert.match(textOf(answer), says)
      }
    }))

  live(
    "names cause and remedy of a mailbox, shows the run again, and tells its secret to nobody",
    () =>
      Effect.gen(function*() {
        const { call, client, heard, mailbox, received } = yield* connected
        const answer = yield* call("check", {
          target: mailbox.address,
          provider: "microsoft-365",
          secret_source: "env:PW"
        })
        assert.notStrictEqual(answer.isError, true, textOf(answer))
        const text = textOf(answer)
        assert.include(text, "smtp_auth_disabled_mailbox")
        assert.include(text, "Set-CASMailbox")
        assert.include(text, "never instructions")
        const run = /"run":"([0-9A-Z]{26})"/u.exec(JSON.stringify(answer.structuredContent))?.[1] ?? ""
        assert.include(textOf(yield* call("show", { run })), "smtp_auth_disabled_mailbox")
        const { resources } = yield* heard(() => client.listResources())
        assert.includeMembers(resources.map(({ uri }) => uri), ["sonde://packs", "sonde://runs", "sonde://causes"])
        assert.include(textOf(yield* heard(() => client.readResource({ uri: "sonde://runs" }))), run)
        assert.include(
          textOf(yield* heard(() => client.readResource({ uri: `sonde://runs/${run}` }))),
          "smtp_auth_disabled_mailbox"
        )
        assert.include(
          textOf(yield* heard(() => client.readResource({ uri: "sonde://packs/microsoft-365" }))),
          "microsoft-365"
        )
        for (const secret of [mailbox.secret, btoa(mailbox.secret), btoa(`\0${mailbox.address}\0${mailbox.secret}`)]) {
          assert.notInclude(received.join("\n"), secret)
        }
      })
  )

  live(
    "refuses a source that is not allowed, or that is sent elsewhere, and repeats nothing of it",
    () =>
      Effect.gen(function*() {
        const { call, received } = yield* connected
        for (const secret_source of ["hunter2-canary", "env:HUNTER2_CANARY", "file:/hunter2-canary"]) {
          const answer = yield* call("check", { target: "x@contoso.example", secret_source })
          assert.strictEqual(answer.isError, true, textOf(answer))
          assert.match(textOf(answer), /secret_source/u)
        }
        assert.notMatch(received.join("\n"), /hunter2.canary/iu)
        const moved = yield* call("check", {
          target: "x@contoso.example",
          host: "127.0.0.1",
          secret_source: "env:BOUND"
        })
        assert.strictEqual(moved.isError, true)
        assert.match(textOf(moved), /host/u)
        const gone = yield* call("show", { run: "01AAAAAAAAAAAAAAAAAAAAAAAA" })
        assert.strictEqual(gone.isError, true)
      })
  )

  live("explains a text", () =>
    Effect.gen(function*() {
      const { call } = yield* connected
      const answer = yield* call("explain", {
        text: "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant"
      })
      assert.include(textOf(answer), "smtp_auth_disabled_tenant")
    }))
})
