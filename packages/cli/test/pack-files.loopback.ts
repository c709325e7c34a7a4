import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sonde } from "./screen.ts"
import * as Child from "./sonde.ts"

/** A pack that explains one text, and says by its name where it is from. */
const pack = (name: string, more = "") =>
  `id: acme
name: ${name}
kind: provider
version: 2026.11.1
reviewBy: "2099-01-01"
sources:
  DOC: { url: "https://acme.example/smtp", title: Acme SMTP, asOf: "2026-11-01" }
rules:
  - id: flux
    when: { text: no more flux in the capacitor }
    cause: account_suspended
    confidence: certain
    actor: user
    title: ${name} is out of flux
    explanation: It happens.
    remedies: [{ kind: look, text: Look. }]
    sources: [DOC]
    examples: ["535 5.7.8 No more flux in the capacitor"]
${more}`

/** A home with a pack in each place that is looked at. */
const home = Effect.gen(function*() {
  const dir = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-places-test-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const put = (place: string, text: string): string => {
    const path = join(dir, place)
    mkdirSync(join(path, ".."), { recursive: true })
    writeFileSync(path, text)
    return path
  }
  const listed = (env: Readonly<Record<string, string>>, ...flags: ReadonlyArray<string>) =>
    sonde(["packs", "list", "--json", ...flags], { HOME: dir, ...env })
  const acme = Effect.fnUntraced(function*(env: Readonly<Record<string, string>>, ...flags: ReadonlyArray<string>) {
    const { code, err, out } = yield* listed(env, ...flags)
    assert.strictEqual(code, 0, err)
    return JSON.parse(out).find(({ id }: { readonly id: string }) => id === "acme")
  })
  return { dir, put, acme, listed }
})

const question = ["explain", "535 5.7.8 No more flux in the capacitor", "--provider", "acme", "--json"]

describe("packs of the user", () => {
  it.live(
    "replace each other: --pack before --packs before SONDE_PACKS before the configuration folder",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { acme, dir, put } = yield* home
        put(".config/sonde/packs/acme.yaml", pack("In the home"))
        assert.deepInclude(yield* acme({}), {
          name: "In the home",
          from: "the configuration folder",
          origin: join(dir, ".config/sonde/packs/acme.yaml"),
          replacesBuiltIn: false
        })
        put("xdg/sonde/packs/acme.yaml", pack("In XDG"))
        const xdg = { XDG_CONFIG_HOME: join(dir, "xdg") }
        assert.deepInclude(yield* acme(xdg), { name: "In XDG" })
        put("folder/acme.yaml", pack("In a folder of SONDE_PACKS"))
        const one = { ...xdg, SONDE_PACKS: join(dir, "folder") }
        assert.deepInclude(yield* acme(one), { name: "In a folder of SONDE_PACKS", from: "SONDE_PACKS" })
        const file = put("file.yaml", pack("A file of SONDE_PACKS"))
        const two = { ...xdg, SONDE_PACKS: `${join(dir, "folder")}:${file}` }
        assert.deepInclude(yield* acme(two), { name: "A file of SONDE_PACKS", origin: file })
        put("flag/acme.yaml", pack("By --packs"))
        assert.deepInclude(yield* acme(two, "--packs", join(dir, "flag")), { name: "By --packs", from: "--packs" })
        const named = put("named.yaml", pack("By --pack"))
        const flags = ["--packs", join(dir, "flag"), "--pack", named]
        assert.deepInclude(yield* acme(two, ...flags), { name: "By --pack", from: "--pack" })
        const last = put("last.yaml", pack("By the last --pack"))
        assert.deepInclude(yield* acme(two, ...flags, "--pack", last), { name: "By the last --pack" })
      })),
    120_000
  )

  it.live("replace the whole of a built-in pack, and list says so", () =>
    Effect.scoped(Effect.gen(function*() {
      const { dir, put } = yield* home
      const path = put(".config/sonde/packs/mine.yaml", pack("Mine").replace("id: acme", "id: microsoft-365"))
      const listed = yield* sonde(["packs", "list"], { HOME: dir })
      assert.include(listed.out, `microsoft-365\tprovider\t2026.11.1\tMine\t${path} (replaces the built-in pack)\n`)
      assert.include(listed.out, "\tbuilt-in\n")
      const shown = yield* sonde(["packs", "show", "microsoft-365"], { HOME: dir })
      assert.include(shown.out, `\nread from ${path}\n`)
      assert.include(shown.out, "flux: Mine is out of flux")
      assert.notInclude(shown.out, "Endpoints")
    })), 60_000)

  it.live(
    "of the surroundings are left out when they are bad, told once with their place; the others go on",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { dir, put } = yield* home
        const bad = put(".config/sonde/packs/bad.yaml", pack("Bad").replace("cause:", "couse:"))
        put(".config/sonde/packs/good.yaml", pack("Good"))
        const env = { HOME: dir, SONDE_PACKS: join(dir, "nowhere") }
        const { code, err, out } = yield* sonde(question, env)
        assert.strictEqual(code, 0, err)
        assert.strictEqual(JSON.parse(out).verdicts[0].rule, "acme/flux")
        const [first, second, ...more] = err.trimEnd().split("\n")
        assert.strictEqual(
          first,
          `sonde: left out: the configuration folder: ${bad}:11:5: rules[0].couse: "couse" is not a key of this place: did you mean "cause"?`
        )
        assert.match(
          second ?? "",
          /^sonde: left out: SONDE_PACKS: the file ".*nowhere" does not exist: check the path$/
        )
        assert.deepStrictEqual(more, [])
        const tenant = "535 5.7.139 SmtpClientAuthentication is disabled for the Tenant"
        const built = yield* sonde(["explain", tenant, "--json"], env)
        assert.strictEqual(JSON.parse(built.out).verdicts[0].cause, "smtp_auth_disabled_tenant")
        const linted = yield* sonde(["packs", "lint"], { HOME: dir })
        assert.strictEqual(linted.code, 78)
        assert.include(linted.out, `${bad}:11:5: unknown-key: rule flux, couse: `)
      })),
    60_000
  )

  it.live("named on the command line must be good", () =>
    Effect.scoped(Effect.gen(function*() {
      const { dir, put } = yield* home
      const bad = put("bad/bad.yaml", pack("Bad").replace("cause:", "couse:"))
      for (const flags of [["--pack", bad], ["--packs", join(dir, "bad")], ["--pack", join(dir, "none.yaml")]]) {
        const { code, err, out } = yield* sonde([...question, ...flags], { HOME: dir })
        assert.strictEqual(code, 66)
        assert.strictEqual(out, "")
        assert.match(err, new RegExp(`^sonde: ${flags[0]}: [^\\n]*\\n$`))
      }
    })), 60_000)

  it.live("are used by check and by resume", () =>
    Effect.scoped(Effect.gen(function*() {
      const { dir, put } = yield* home
      const stop = `endpoints:
  - { service: smtp-submission, protocol: smtp, host: smtp.acme.example, port: 587, security: none, sources: [DOC] }
preflight:
  - id: port-2525
    when: { service: smtp-submission, port: 2525 }
    stop: true
    cause: port_not_offered
    confidence: certain
    actor: user
    title: Acme does not offer port 2525
    explanation: It takes submission on 587 only.
    remedies: [{ kind: look, text: Set the program to port 587. }]
    sources: [DOC]
`
      put(".config/sonde/packs/acme.yaml", pack("Acme", stop))
      const env = { HOME: dir }
      const more = ["--state", join(dir, "state"), "--json"]
      const check = ["check", "a@acme.example", "--provider", "acme", "--port", "2525", ...more]
      const checked = yield* Effect.promise(() => Child.sonde(check, env))
      assert.strictEqual(checked.code, 78, checked.err)
      const report = JSON.parse(checked.out)
      assert.strictEqual(report.verdicts[0].rule, "acme/port-2525")
      const resumed = yield* Effect.promise(() => Child.sonde(["resume", report.run, ...more], env))
      assert.strictEqual(resumed.code, 78, resumed.err)
      assert.strictEqual(JSON.parse(resumed.out).verdicts[0].rule, "acme/port-2525")
    })), 60_000)
})
