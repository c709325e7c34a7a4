/**
 * Where SMTP is closed to a mailbox the verdict names a command that sends through Graph: it is run as it is printed, against
 * the simulated Microsoft 365, with somebody who enters the code, until the message is there.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as World from "@sonde/simulator/World"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const bundle = join(fileURLToPath(new URL("../../..", import.meta.url)), "packages/cli/dist/sonde.mjs")
const address = "scanner@contoso.example"
const appId = "6b1f0c52-0000-4000-8000-00000000a004"
const password = "fake-Scanner-9Lw4"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-graph-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

interface Left {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the command; `onError` sees what it has written to standard error so far. */
const sonde = (argv: ReadonlyArray<string>, onError: (err: string) => void = () => {}): Promise<Left> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [bundle, ...argv], {
      env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", PW: password },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let [out, err] = ["", ""]
    child.stdout.on("data", (part) => out += part)
    child.stderr.on("data", (part) => onError(err += part))
    child.on("close", (code) => resolve({ code, out, err }))
  })

/** Somebody at another device: enters the code as soon as it is there, once. */
const person = (running: Simulator.Running) => {
  let isDone = false
  return (err: string): void => {
    const code = /enter the code (\S+)/.exec(err)?.[1]
    if (code === undefined || isDone) return
    isDone = true
    void fetch(`${running.admin}device`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ userCode: code, account: address })
    })
  }
}

const policy = { name: "Block Basic Auth", allowBasicAuthSmtp: false }

const closed: ReadonlyArray<readonly [what: string, cause: string, tenant: object, mailbox: object]> = [
  ["off for the organisation", "smtp_auth_disabled_tenant", { smtpAuth: "off" }, {}],
  ["off for the mailbox", "smtp_auth_disabled_mailbox", { smtpAuth: "on" }, { smtpAuth: "off" }],
  [
    "refused to passwords by a policy",
    "basic_auth_retired",
    { smtpAuth: "on", authenticationPolicies: [policy], defaultAuthenticationPolicy: policy.name },
    {}
  ],
  ["closed to passwords for good", "basic_auth_retired", { smtpAuth: "on", basicAuthRetired: true }, {}],
  ["refused by security defaults", "security_defaults_block", { smtpAuth: "on", securityDefaults: true }, {}],
  [
    "refused by Conditional Access",
    "conditional_access_block",
    { smtpAuth: "on", conditionalAccessBlocksLegacy: true },
    {}
  ]
]

describe("SMTP AUTH", () => {
  for (const [what, cause, tenant, mailbox] of closed) {
    it.live(`${what}: the printed command sends through Graph`, () =>
      Effect.scoped(Effect.gen(function*() {
        const world = yield* World.decode({
          deviceIntervalSeconds: 1,
          tenants: [{
            name: "Contoso",
            domains: ["contoso.example"],
            ...tenant,
            applications: [{ appId, name: "Desktop", publicClient: true, delegated: ["Mail.Send"] }]
          }],
          mailboxes: [{ address, password, ...mailbox }]
        })
        const running = yield* Simulator.start({ world })
        const reach = [
          "--provider",
          "microsoft-365",
          "--ca",
          running.ca,
          "--state",
          join(yield* folder, "state"),
          "--json",
          ...running.connectTo.flatMap((pin) => ["--connect-to", pin])
        ]
        const refused = yield* Effect.promise(() => sonde(["check", address, "--secret", "env:PW", ...reach]))
        const { verdicts } = JSON.parse(refused.out)
        assert.strictEqual(verdicts[0]?.cause, cause, refused.err)
        const command = verdicts[0].remedies.find(
          ({ command: printed, kind }: { readonly command?: string; readonly kind: string }) =>
            kind === "alternative" && printed?.includes("--via graph")
        )?.command
        assert.strictEqual(command, `sonde check ${address} --via graph --token device-code --client-id <app-id>`)

        const [, ...argv] = command.replace("<app-id>", appId).split(" ")
        const opened = yield* Effect.promise(() => sonde([...argv, ...reach], person(running)))
        assert.strictEqual(opened.code, 0, opened.err)
        const graph = JSON.parse(opened.out).services.find(({ id }: { readonly id: string }) => id === "graph")
        assert.deepStrictEqual(
          graph.phases.map(({ id, state }: { readonly id: string; readonly state: string }) => `${id} ${state}`),
          ["token pass", "claims pass", "mailbox pass", "send skip"]
        )
        assert.deepStrictEqual(running.state().messages, [])

        const deliver = ["--deliver", "--to", "someone@contoso.example"]
        const sent = yield* Effect.promise(() => sonde([...argv, ...deliver, ...reach], person(running)))
        assert.strictEqual(sent.code, 0, sent.err)
        assert.isTrue(JSON.parse(sent.out).delivered)
        assert.deepStrictEqual(running.state().messages.map(({ to }) => to), [["someone@contoso.example"]])
      })), 60_000)
  }

  it.live(
    "off: a token for Graph that was given to SMTP is told to go its own way, and does",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const running = yield* Simulator.start({})
        const known = running.mailboxes.find((one) => one.address === "oauth-graph@contoso.example")
        const state = join(yield* folder, "state")
        const reach = [
          "--provider",
          "microsoft-365",
          "--ca",
          running.ca,
          "--state",
          state,
          "--json",
          ...running.connectTo.flatMap((pin) => ["--connect-to", pin])
        ]
        assert.isString(known?.token)
        const wrong = yield* Effect.promise(() =>
          sonde(["check", "oauth-graph@contoso.example", "--token", `cmd:printf %s '${known?.token}'`, ...reach])
        )
        const { verdicts } = JSON.parse(wrong.out)
        const command = verdicts[0].remedies.find(
          ({ kind }: { readonly kind: string }) => kind === "alternative"
        )?.command
        assert.strictEqual(command, "sonde check oauth-graph@contoso.example --via graph --token prompt")
        const [, ...argv] = command.replace("prompt", "").trim().split(" ")
        const right = yield* Effect.promise(() => sonde([...argv, `cmd:printf %s '${known?.token}'`, ...reach]))
        assert.strictEqual(right.code, 0, right.out + right.err)
      })),
    60_000
  )
})
