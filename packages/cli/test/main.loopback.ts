import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sonde, start } from "./sonde.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-cli-test-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A simulator, a state folder, and a way to run a command line against both. */
const setUp = Effect.gen(function*() {
  const running = yield* Simulator.start({})
  const dir = yield* folder
  const state = join(dir, "state")
  const reach = [
    "--provider",
    "microsoft-365",
    "--ca",
    running.ca,
    "--connect-to",
    `smtp.office365.com:587:127.0.0.1:${running.smtp.port}`,
    "--state",
    state
  ]
  return {
    running,
    dir,
    state,
    reach,
    secretOf: (address: string) => running.mailboxes.find((mailbox) => mailbox.address === address)?.secret ?? "",
    check: (address: string, flags: ReadonlyArray<string>, env: Readonly<Record<string, string>>, input?: string) =>
      Effect.promise(() => sonde(["check", address, ...reach, ...flags], env, input))
  }
})

const live = (title: string, test: () => Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(title, () => Effect.scoped(test()), 60_000)

/** A server that greets and then says nothing. */
const silent = Effect.acquireRelease(
  Effect.callback<{ readonly server: Server; readonly port: number; readonly heard: Array<string> }>((resume) => {
    const heard: Array<string> = []
    const server = createServer((socket) => {
      socket.on("error", () => {})
      socket.on("data", (data) => void heard.push(data.toString("latin1")))
      socket.write("220 mail.example ESMTP\r\n")
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resume(
        Effect.succeed({ server, heard, port: typeof address === "object" && address !== null ? address.port : 0 })
      )
    })
  }),
  ({ server }) => Effect.sync(() => void server.close())
)

describe("sonde check", () => {
  live("names the cause, and passes after the printed change", () =>
    Effect.gen(function*() {
      const { check, running, secretOf, state } = yield* setUp
      const env = { PW: secretOf("printer@contoso.example") }
      const first = yield* check("printer@contoso.example", ["--secret", "env:PW", "--json"], env)
      assert.strictEqual(first.code, 77, first.err)
      const report = JSON.parse(first.out)
      assert.strictEqual(report.verdicts[0].cause, "smtp_auth_disabled_mailbox")
      const change = report.verdicts[0].remedies.find((remedy: { kind: string }) => remedy.kind === "change")
      assert.isTrue(running.execute(change.command).ok)
      const again = yield* Effect.promise(() =>
        sonde(["resume", report.run.slice(0, 24), "--state", state, "--secret", "env:PW"], env)
      )
      assert.strictEqual(again.code, 0, again.err)
      assert.match(again.out, /\nauth\tpass\t/)
      assert.match(again.out, /auth: refused .*, accepted now/)
      assert.match(again.out, /\nexit 0\n$/)
    }))

  live("takes the same secret from every source", () =>
    Effect.gen(function*() {
      const { check, dir, secretOf } = yield* setUp
      const secret = secretOf("app@contoso.example")
      const path = join(dir, "pw")
      writeFileSync(path, `${secret}\n`)
      const sources: ReadonlyArray<readonly [string, string]> = [
        ["env:PW", ""],
        [`file:${path}`, ""],
        ["stdin", `${secret}\n`],
        [`cmd:cat '${path}'; echo second line`, ""]
      ]
      for (const [source, input] of sources) {
        const { code, err } = yield* check("app@contoso.example", ["--secret", source], { PW: secret }, input)
        assert.strictEqual(code, 0, `${source}: ${err}`)
      }
    }))

  live("tells of a secret file with several line ends, and of a command that fails", () =>
    Effect.gen(function*() {
      const { check, dir } = yield* setUp
      const path = join(dir, "pw")
      writeFileSync(path, "x\n\n")
      const more = yield* check("app@contoso.example", ["--secret", `file:${path}`], {})
      assert.match(more.err, /ends with several line ends; one was taken off/)
      const failed = yield* check("app@contoso.example", ["--secret", "cmd:echo why >&2; exit 3"], {})
      assert.strictEqual(failed.code, 66)
      assert.strictEqual(failed.out, "")
      assert.match(failed.err, /^why\nsonde: --secret: the command of cmd: ended with 3/)
      const nobody = yield* check("app@contoso.example", ["--secret", "prompt"], {})
      assert.strictEqual(nobody.code, 66)
      assert.match(nobody.err, /needs a terminal/)
    }))

  live("signs in with a token, and names why one is refused", () =>
    Effect.gen(function*() {
      const { check, running } = yield* setUp
      const tokenOf = (address: string) => running.mailboxes.find((mailbox) => mailbox.address === address)?.token ?? ""
      const good = yield* check("oauth@contoso.example", ["--token", "env:T"], { T: tokenOf("oauth@contoso.example") })
      assert.strictEqual(good.code, 0, good.err)
      const expired = yield* check("oauth-expired@contoso.example", ["--token", "env:T", "--json"], {
        T: tokenOf("oauth-expired@contoso.example")
      })
      assert.strictEqual(expired.code, 77)
      assert.isNotEmpty(JSON.parse(expired.out).verdicts)
    }))

  live("leaves the secret out of every output and every file", () =>
    Effect.gen(function*() {
      const { check, state } = yield* setUp
      const canary = "canary-8Zq4-canary"
      const forms = [
        canary,
        Buffer.from(canary).toString("base64"),
        Buffer.from(`\0typo@contoso.example\0${canary}`).toString("base64")
      ]
      let all = ""
      for (
        const flags of [["--transcript"], ["--json"], ["--events"], ["--format", "ndjson", "--redact", "personal"]]
      ) {
        const left = yield* check("typo@contoso.example", ["--secret", "env:PW", ...flags], { PW: canary })
        assert.strictEqual(left.code, 77, left.err)
        all += left.out + left.err
      }
      for (const name of readdirSync(join(state, "runs"))) all += readFileSync(join(state, "runs", name), "utf8")
      assert.include(all, "AUTH")
      for (const form of forms) assert.notInclude(all, form)
    }))

  live("prints events that are numbered without gaps and end with the report", () =>
    Effect.gen(function*() {
      const { check, secretOf } = yield* setUp
      const { out } = yield* check("scanner@contoso.example", ["--secret", "env:PW", "--events"], {
        PW: secretOf("scanner@contoso.example")
      })
      const events = out.trimEnd().split("\n").map((line) => JSON.parse(line))
      assert.deepStrictEqual(events.map((event) => event.seq), events.map((_, index) => index + 1))
      assert.strictEqual(events[0].type, "run.start")
      assert.strictEqual(events.at(-1).type, "run.end")
      assert.strictEqual(events.at(-1).report.exitCode, 77)
    }))

  live("folds the exit status and shortens the screen as asked", () =>
    Effect.gen(function*() {
      const { check, secretOf } = yield* setUp
      const env = { PW: secretOf("scanner@contoso.example") }
      const short = yield* check(
        "scanner@contoso.example",
        ["--secret", "env:PW", "--exit-codes", "simple", "--short"],
        env
      )
      assert.strictEqual(short.code, 1)
      assert.match(short.out, /^smtp-submission\tfail\t\d+\t[^\n]+\n$/)
      const quiet = yield* check(
        "scanner@contoso.example",
        ["--secret", "env:PW", "--exit-codes", "plugin", "--quiet"],
        env
      )
      assert.strictEqual(quiet.code, 2)
      assert.strictEqual(quiet.err, "")
      assert.match(quiet.out, /^SMTP AUTH is switched off/)
    }))

  live("says good-bye on the first Ctrl-C, keeps the run and ends with 130", () =>
    Effect.gen(function*() {
      const { port } = yield* silent
      const state = join(yield* folder, "state")
      const child = start(["check", `localhost:${port}`, "--security", "none", "--timeout", "30s", "--state", state])
      yield* Effect.promise(() => child.until(/greeting pass/))
      yield* Effect.sleep(100)
      const begun = Date.now()
      child.signal("SIGINT")
      const left = yield* Effect.promise(() => child.done)
      assert.isBelow(Date.now() - begun, 2000)
      assert.strictEqual(left.code, 130)
      assert.strictEqual(left.out, "")
      const run = /sonde: interrupted; go on with: sonde resume (\w{26}) --state \S+\n$/.exec(left.err)?.[1]
      assert.isDefined(run, left.err)
      const listed = yield* Effect.promise(() => sonde(["runs", "--json", "--state", state]))
      assert.deepInclude(JSON.parse(listed.out)[0], { run, state: "suspended" })
    }))

  live("ends with 143 on SIGTERM, and at once on a second signal", () =>
    Effect.gen(function*() {
      const { port } = yield* silent
      const state = join(yield* folder, "state")
      const argv = ["check", `localhost:${port}`, "--security", "none", "--timeout", "30s", "--state", state]
      const one = start(argv)
      yield* Effect.promise(() => one.until(/greeting pass/))
      one.signal("SIGTERM")
      assert.strictEqual((yield* Effect.promise(() => one.done)).code, 143)
      const two = start(argv)
      yield* Effect.promise(() => two.until(/greeting pass/))
      two.signal("SIGINT")
      two.signal("SIGTERM")
      assert.include([130, 143], (yield* Effect.promise(() => two.done)).code)
    }))

  live("takes a reader that has gone away for no failure", () =>
    Effect.gen(function*() {
      const { reach, secretOf } = yield* setUp
      const child = start(["check", "scanner@contoso.example", ...reach, "--secret", "env:PW", "--transcript"], {
        PW: secretOf("scanner@contoso.example")
      })
      child.leave()
      const left = yield* Effect.promise(() => child.done)
      assert.strictEqual(left.code, 77)
      assert.notMatch(left.err, /EPIPE|defect/)
    }))

  live("ends with 74 where the state folder cannot be written", () =>
    Effect.gen(function*() {
      const { reach, dir, secretOf } = yield* setUp
      const file = join(dir, "file")
      writeFileSync(file, "")
      const left = yield* Effect.promise(() =>
        sonde(["check", "app@contoso.example", ...reach.slice(0, -1), join(file, "state"), "--secret", "env:PW"], {
          PW: secretOf("app@contoso.example")
        })
      )
      assert.strictEqual(left.code, 74, left.err)
      assert.strictEqual(left.out, "")
      assert.match(left.err, /--state/)
    }))
})

describe("sonde resume, show and forget", () => {
  live("ask for the secret again, and say how", () =>
    Effect.gen(function*() {
      const { check, secretOf, state } = yield* setUp
      const first = yield* check("scanner@contoso.example", ["--secret", "env:PW", "--json"], {
        PW: secretOf("scanner@contoso.example")
      })
      const { run } = JSON.parse(first.out)
      const left = yield* Effect.promise(() => sonde(["resume", run, "--state", state]))
      assert.strictEqual(left.code, 66)
      assert.strictEqual(left.out, "")
      assert.match(left.err, /the password of run \w+ was not kept.*--secret env:NAME/)
      const shown = yield* Effect.promise(() => sonde(["show", run.slice(0, 24), "--state", state, "--json"]))
      assert.strictEqual(shown.code, 77)
      assert.strictEqual(JSON.parse(shown.out).run, run)
      assert.strictEqual((yield* Effect.promise(() => sonde(["forget", run, "--state", state]))).code, 0)
      assert.strictEqual((yield* Effect.promise(() => sonde(["show", run, "--state", state]))).code, 66)
    }))
})

describe("sonde simulate", () => {
  live("tells how to reach it, takes cmdlets, and ends with 0 on a signal", () =>
    Effect.gen(function*() {
      const child = start(["simulate", "microsoft-365", "--json"])
      const line = yield* Effect.promise(() => child.until(/^.*\n/))
      const announced = JSON.parse(line)
      assert.isAbove(announced.smtp.port, 0)
      assert.isAbove(announced.mailboxes.length, 8)
      child.write("Set-CASMailbox -Identity printer@contoso.example -SmtpClientAuthenticationDisabled $false\n")
      child.write(
        "Get-CASMailbox -Identity printer@contoso.example |\n  Format-List SmtpClientAuthenticationDisabled\n"
      )
      yield* Effect.promise(() => child.until(/SmtpClientAuthenticationDisabled : False/))
      child.write("Set-CASMailbox -Identity printer@contoso.example -NoSuchParameter 1\n")
      yield* Effect.promise(() => child.until(/NoSuchParameter/))
      child.signal("SIGINT")
      assert.strictEqual((yield* Effect.promise(() => child.done)).code, 0)
    }))

  live("says that a port is in use", () =>
    Effect.gen(function*() {
      const { port } = yield* silent
      const left = yield* Effect.promise(() => sonde(["simulate", "microsoft-365", "--port", `${port}`]))
      assert.strictEqual(left.code, 69)
      assert.match(left.err, new RegExp(`^sonde: port ${port} is in use`))
    }))
})

describe("sonde demo", () => {
  live("names at least eight situations and repairs one", () =>
    Effect.gen(function*() {
      const { code, err, out } = yield* Effect.promise(() => sonde(["demo"]))
      assert.strictEqual(code, 0, err)
      const causes = new Set(
        Array.from(out.matchAll(/\(([a-z_]+),\s+(?:certain|likely|possible)\)/g), (match) => match[1])
      )
      assert.isAtLeast(causes.size, 8)
      assert.match(out, /Set-CASMailbox/)
      assert.match(out, /What changed {2}auth: refused just now, accepted now/)
      assert.match(out, /one repaired and passed\n$/)
    }))

  live("tells how a scanner gets from its password to a token that works", () =>
    Effect.gen(function*() {
      const { code, err, out } = yield* Effect.promise(() => sonde(["demo", "--color", "never"]))
      assert.strictEqual(code, 0, err)
      const story = out.slice(out.indexOf("from a password to a token"))
      const inOrder = [
        "$ sonde check scanner@litware.example --secret env:PW",
        "(basic_auth_retired,",
        "$ sonde check scanner@litware.example --token env:TOKEN",
        "(oauth_wrong_audience,",
        "$ sonde check scanner@litware.example --token client-credentials",
        "✓ passed"
      ]
      const places = inOrder.map((text) => story.indexOf(text))
      assert.deepStrictEqual(places, places.toSorted((a, b) => a - b), story)
      assert.notInclude(places, -1, story)
      for (const secret of ["fake-Litware-7Pc4", "fake-secret-litware-5Jd8", "eyJ"]) {
        assert.notInclude(out + err, secret)
      }
    }))

  live("runs another world, and a changed switch changes the verdict", () =>
    Effect.gen(function*() {
      const dir = yield* folder
      const world = (switched: string) => {
        const path = join(dir, `${switched}.yaml`)
        writeFileSync(
          path,
          [
            "tenants:",
            "  - { name: Litware, domains: [litware.example], smtpAuth: off }",
            "mailboxes:",
            `  - { address: fax@litware.example, password: fake-Fax-1, smtpAuth: ${switched} }`,
            ""
          ].join("\n")
        )
        return path
      }
      const causeOf = (path: string) =>
        Effect.promise(() => sonde(["demo", "--json", "--world", path])).pipe(
          Effect.map(({ out }) => JSON.parse(out.split("\n")[0] ?? "").verdicts[0]?.cause)
        )
      assert.strictEqual(yield* causeOf(world("off")), "smtp_auth_disabled_mailbox")
      assert.isUndefined(yield* causeOf(world("on")))
    }))
})
