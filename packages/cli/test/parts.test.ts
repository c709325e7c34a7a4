import { assert, describe, it } from "@effect/vitest"
import { defect } from "@sonde/cli/Defect"
import * as ExitCode from "@sonde/cli/ExitCode"
import * as Files from "@sonde/cli/Files"
import { sonde as tree } from "@sonde/cli/Main"
import * as Request from "@sonde/cli/Request"
import * as Secret from "@sonde/cli/Secret"
import { version } from "@sonde/cli/Version"
import type { Report } from "@sonde/domain/Report"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import manifest from "../package.json" with { type: "json" }
import { screen, sonde } from "./screen.ts"

const report = (exitCode: number, outcome: Report["outcome"], warns = false): Report => ({
  schema: "sonde.report/1",
  run: "01JDK7Q2M8X4V5B6N7P8R9S0TA",
  state: "finished",
  startedAt: "2026-11-23T14:02:11.120Z",
  durationMillis: 1,
  target: { input: "a@b.example" },
  outcome,
  exitCode,
  delivered: false,
  services: [],
  verdicts: [],
  findings: warns
    ? [{ id: "send_as_not_proven", state: "warn", service: "smtp-submission", title: "not proven", remedies: [] }]
    : [],
  transcript: []
})

describe("ExitCode", () => {
  it("leaves sysexits as they are", () => {
    for (const code of [0, 1, 64, 66, 67, 68, 69, 70, 74, 75, 76, 77, 78, 130, 143]) {
      assert.strictEqual(ExitCode.fold("sysexits", code), code)
    }
  })

  it("folds to passed, found and could not tell", () => {
    assert.deepStrictEqual([0, 67, 68, 69, 76, 77, 78].map((code) => ExitCode.fold("simple", code)), [
      0,
      1,
      1,
      1,
      1,
      1,
      1
    ])
    assert.deepStrictEqual([66, 70, 74, 75].map((code) => ExitCode.fold("simple", code)), [2, 2, 2, 2])
    assert.deepStrictEqual([64, 130, 143].map((code) => ExitCode.fold("simple", code)), [64, 130, 143])
  })

  it("folds to the states of monitoring plugins", () => {
    assert.deepStrictEqual([0, 1, 77, 75, 66].map((code) => ExitCode.fold("plugin", code)), [0, 1, 2, 3, 3])
  })

  it("counts warnings only where that is asked for", () => {
    const warned = report(0, "warn", true)
    const of = (scheme: ExitCode.Scheme, failOnWarning: boolean) => ExitCode.ofReport(warned, { scheme, failOnWarning })
    assert.deepStrictEqual([of("sysexits", false), of("sysexits", true), of("simple", true), of("plugin", false)], [
      0,
      1,
      1,
      1
    ])
    assert.strictEqual(ExitCode.ofReport(report(0, "pass"), { scheme: "plugin", failOnWarning: true }), 0)
    assert.strictEqual(ExitCode.ofReport(report(77, "fail", true), { scheme: "sysexits", failOnWarning: true }), 77)
  })
})

describe("Secret.parse", () => {
  const read = (text: string) => Result.getOrThrow(Secret.parse("--secret", text))

  it("knows the sources", () => {
    assert.deepStrictEqual(read("env:PW"), { kind: "env", name: "PW" })
    assert.deepStrictEqual(read("file:/run/secrets/a:b"), { kind: "file", path: "/run/secrets/a:b" })
    assert.deepStrictEqual(read("cmd:pass show mail | head -1"), { kind: "cmd", command: "pass show mail | head -1" })
    assert.deepStrictEqual(read("stdin"), { kind: "stdin" })
    assert.deepStrictEqual(read("prompt"), { kind: "prompt" })
  })

  it.prop("repeats nothing of a text that is no source", [Schema.String], ([text]) => {
    const canary = `canary${text}`
    for (const option of ["--secret", "--token"] as const) {
      const parsed = Secret.parse(option, canary)
      assert.isTrue(Result.isFailure(parsed))
      if (Result.isFailure(parsed)) assert.notInclude(parsed.failure.message, "canary")
    }
  })
})

describe("Secret", () => {
  it("takes off one line end and tells of more", () => {
    assert.deepStrictEqual(Secret.trimLineEnd("pw\n"), { text: "pw", more: false })
    assert.deepStrictEqual(Secret.trimLineEnd("pw\r\n"), { text: "pw", more: false })
    assert.deepStrictEqual(Secret.trimLineEnd("pw \n\n"), { text: "pw \n", more: true })
    assert.deepStrictEqual(Secret.trimLineEnd("pw"), { text: "pw", more: false })
  })

  it.effect("reads a variable as it is, redacted", () =>
    Effect.gen(function*() {
      const secret = yield* Secret.read("--secret", { kind: "env", name: "PW" }, "")
      assert.strictEqual(Redacted.value(secret), " two words ")
      assert.notInclude(String(secret), "two words")
    }).pipe(Effect.provide(screen({ PW: " two words " }).layer)))

  it.effect("refuses an empty variable and names it", () =>
    Effect.gen(function*() {
      const failure = yield* Effect.flip(Secret.read("--token", { kind: "env", name: "PW" }, ""))
      assert.strictEqual(failure.exitCode, 66)
      assert.include(failure.message, "the variable PW is empty")
    }).pipe(Effect.provide(screen({ PW: "" }).layer)))
})

describe("Request.again", () => {
  it("prints sources so that they can be typed, but no command", () => {
    assert.strictEqual(Request.again({ secret: { kind: "env", name: "PW" } }), "--secret env:PW")
    assert.strictEqual(Request.again({ secret: { kind: "file", path: "/a b/it's" } }), "--secret file:'/a b/it'\\''s'")
    assert.strictEqual(Request.again({ token: { kind: "cmd", command: "echo canary" } }), "--token cmd:COMMAND")
    assert.strictEqual(Request.again({}), "")
    assert.strictEqual(Request.place("/tmp/x y"), "--state '/tmp/x y'")
  })
})

describe("Files.stateFolder", () => {
  it("prefers the flag, then XDG_STATE_HOME, then the home folder", () => {
    assert.strictEqual(Files.stateFolder("/s", { XDG_STATE_HOME: "/x" }), "/s")
    assert.strictEqual(Files.stateFolder(undefined, { XDG_STATE_HOME: "/x" }), "/x/sonde")
    assert.match(Files.stateFolder(undefined, {}), /\/\.local\/state\/sonde$/)
  })
})

describe("a defect", () => {
  it("is told without any text of the error", () => {
    const text = defect(new TypeError("cannot read hunter2-canary\nof scanner@contoso.example"))
    assert.include(text, "TypeError")
    assert.include(text, "parts.test.ts")
    assert.notInclude(text, "canary")
    assert.notInclude(text, "contoso")
    assert.notInclude(defect("hunter2-canary"), "canary")
  })
})

describe("the command", () => {
  it("has the version of its manifest", () => {
    assert.strictEqual(version, manifest.version)
  })

  it("has examples for every command", () => {
    const walk = (command: typeof tree | (typeof tree.subcommands)[number]["commands"][number], path: string): void => {
      const own = command.subcommands.flatMap((group) => group.commands)
      if (own.length === 0) assert.isNotEmpty(command.examples, path)
      for (const one of own) walk(one, `${path} ${one.name}`)
    }
    walk(tree, "sonde")
  })
})

describe("explain", () => {
  it.live("names the cause of a reply", () =>
    Effect.gen(function*() {
      const { code, out } = yield* sonde([
        "explain",
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
        "--json"
      ])
      assert.strictEqual(code, 0)
      const document = JSON.parse(out)
      assert.strictEqual(document.schema, "sonde.explanation/1")
      assert.strictEqual(document.verdicts[0].cause, "smtp_auth_disabled_tenant")
    }))

  it.live("says that it does not know, with status 75", () =>
    Effect.gen(function*() {
      const { code, out } = yield* sonde(["explain", "the", "moon", "is", "in", "the", "wrong", "house", "--json"])
      assert.strictEqual(code, 75)
      assert.deepInclude(JSON.parse(out), { outcome: "unknown", verdicts: [] })
      assert.strictEqual((yield* sonde(["explain", "the moon", "--exit-codes", "simple"])).code, 2)
    }))
})

describe("packs", () => {
  it.live("lists, shows and prints as JSON", () =>
    Effect.gen(function*() {
      const list = JSON.parse((yield* sonde(["packs", "list", "--json"])).out)
      assert.include(list.map((pack: { id: string }) => pack.id), "microsoft-365")
      const shown = yield* sonde(["packs", "show", "m365"])
      assert.include(shown.out, "smtp.office365.com:587")
      assert.strictEqual(
        JSON.parse((yield* sonde(["packs", "show", "microsoft-365", "--json"])).out).id,
        "microsoft-365"
      )
      assert.match(JSON.parse((yield* sonde(["packs", "schema"])).out).$schema, /2020-12/)
      const causes = (yield* sonde(["packs", "causes"])).out.trimEnd().split("\n")
      assert.isAbove(causes.length, 50)
      for (const line of causes) assert.match(line, /^[a-z0-9_]+\t\S/)
    }))

  it.live("tests the examples of the built-in packs", () =>
    Effect.gen(function*() {
      const { code, err } = yield* sonde(["packs", "test"])
      assert.strictEqual(code, 0, err)
      assert.match(err, /^sonde: (\d+) of \1 examples/)
    }))
})
