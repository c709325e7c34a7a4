import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sonde } from "./sonde.ts"

const pack = (words: string) =>
  `id: acme
name: Acme Post
kind: provider
version: 2026.11.1
aliases: [acmepost]
reviewBy: "2031-01-01"
sources:
  DOC: { url: "https://acme.example/smtp", title: "Acme SMTP", asOf: "2026-11-01" }
recognise:
  domains:
    - { name: acme.example, weight: 90 }
endpoints:
  - { service: smtp-submission, protocol: smtp, host: smtp.acme.example, port: 587, security: none, sources: [DOC] }
preflight:
  - id: port-2525
    when: { service: smtp-submission, port: 2525 }
    stop: true
    cause: port_not_offered
    confidence: certain
    actor: user
    title: Acme Post does not offer port 2525
    explanation: Acme Post takes submission on 587 only.
    remedies:
      - { kind: change, text: Set the program to port 587. }
    sources: [DOC]
rules:
  - id: flux
    when: { text: ${words} }
    cause: account_suspended
    confidence: certain
    actor: user
    title: The account is out of flux
    explanation: Acme Post suspends accounts that run out of flux.
    remedies:
      - { kind: change, text: "Refill the flux of {mailbox}." }
    sources: [DOC]
    examples:
      - "535 5.7.8 No more flux in the capacitor"
`

/** A server that refuses every sign-in in words of its own. */
const server = Effect.acquireRelease(
  Effect.callback<{ readonly server: Server; readonly port: number }>((resume) => {
    const listener = createServer((socket) => {
      socket.on("error", () => {})
      socket.on("data", (data) => {
        const command = data.toString("latin1").slice(0, 4).toUpperCase()
        socket.write(
          command === "EHLO"
            ? "250-smtp.acme.example\r\n250 AUTH PLAIN\r\n"
            : command === "AUTH"
            ? "535 5.7.8 No more flux in the capacitor\r\n"
            : "221 2.0.0 bye\r\n"
        )
      })
      socket.write("220 smtp.acme.example ESMTP\r\n")
    })
    listener.listen(0, "127.0.0.1", () => {
      const address = listener.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resume(Effect.succeed({ server: listener, port }))
    })
  }),
  ({ server }) => Effect.sync(() => void server.close())
)

const setUp = Effect.gen(function*() {
  const { port } = yield* server
  const dir = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-pack-test-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const path = join(dir, "acme.yaml")
  writeFileSync(path, pack("no more flux in the capacitor"))
  const check = (flags: ReadonlyArray<string>) =>
    Effect.promise(() =>
      sonde([
        "check",
        "marty@acme.example",
        "--secret",
        "env:PW",
        "--allow-clear-auth",
        "--connect-to",
        `smtp.acme.example:587:127.0.0.1:${port}`,
        "--state",
        join(dir, "state"),
        "--json",
        ...flags
      ], { PW: "fake-flux" })
    )
  return { dir, path, check }
})

describe("a pack given with --pack", () => {
  it.live("gives provider, endpoint and verdict of a check", () =>
    Effect.scoped(Effect.gen(function*() {
      const { check, path } = yield* setUp
      const { code, err, out } = yield* check(["--pack", path])
      assert.strictEqual(code, 77, err)
      const report = JSON.parse(out)
      assert.deepInclude(report.provider, { id: "acme", name: "Acme Post" })
      assert.deepInclude(report.services[0].endpoint, { host: "smtp.acme.example", port: 587, security: "none" })
      assert.deepInclude(report.verdicts[0], { cause: "account_suspended", rule: "acme/flux" })
      assert.strictEqual(report.verdicts[0].remedies[0].text, "Refill the flux of marty@acme.example.")
    })), 60_000)

  it.live(
    "is found by its alias and in a folder, and judges before connecting",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { check, dir } = yield* setUp
        const { code, err, out } = yield* check(["--packs", dir, "--provider", "acmepost", "--port", "2525"])
        assert.strictEqual(code, 78, err)
        const report = JSON.parse(out)
        assert.deepInclude(report.verdicts[0], { cause: "port_not_offered", phase: "preflight" })
        for (const phase of report.services[0].phases) assert.strictEqual(phase.state, "skip")
      })),
    60_000
  )

  it.live("explains a pasted reply, which is unknown without it", () =>
    Effect.scoped(Effect.gen(function*() {
      const { path } = yield* setUp
      const argv = ["explain", "535 5.7.8 No more flux in the capacitor", "--provider", "acme", "--json"]
      const known = yield* Effect.promise(() => sonde([...argv, "--pack", path]))
      assert.strictEqual(known.code, 0, known.err)
      assert.strictEqual(JSON.parse(known.out).verdicts[0].rule, "acme/flux")
      const without = yield* Effect.promise(() => sonde(argv))
      const rules = JSON.parse(without.out).verdicts.map((verdict: { readonly rule: string }) => verdict.rule)
      assert.notInclude(rules, "acme/flux")
    })), 60_000)

  it.live("is linted and tested, with the place of what is wrong", () =>
    Effect.scoped(Effect.gen(function*() {
      const { dir, path } = yield* setUp
      const tested = yield* Effect.promise(() => sonde(["packs", "test", path]))
      assert.strictEqual(tested.code, 0, tested.err)
      assert.match(tested.err, /1 of 1 examples/)
      const wrong = join(dir, "wrong.yaml")
      writeFileSync(wrong, pack("other words entirely"))
      const failing = yield* Effect.promise(() => sonde(["packs", "test", wrong]))
      assert.strictEqual(failing.code, 78)
      assert.match(failing.out, /acme\/flux, example 1/)
      writeFileSync(wrong, pack("other words entirely").replace("account_suspended", "no_such_cause"))
      const linted = yield* Effect.promise(() => sonde(["packs", "lint", wrong]))
      assert.strictEqual(linted.code, 78)
      assert.match(linted.out, /wrong\.yaml:\d+:\d+: unknown-cause: rule flux, cause: "no_such_cause" is no cause: /)
      const used = yield* Effect.promise(() => sonde(["explain", "535 no", "--pack", wrong]))
      assert.strictEqual(used.code, 66)
      assert.strictEqual(used.out, "")
      assert.match(used.err, /^sonde: --pack: .*wrong\.yaml:\d+:\d+: rules\[0\]\.cause[^\n]*\n$/)
    })), 60_000)
})
