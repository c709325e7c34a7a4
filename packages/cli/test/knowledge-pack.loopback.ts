/** A pack that is written while the test runs changes provider, endpoint, preflight and verdict of the command. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { explain, live, service, sonde, states, stopped } from "./knowledge.ts"

/** Knowledge of a provider that nobody knows; its servers are those of the simulator. */
const acme = (title = "Acme wants the badge number") => `
id: acme-post
name: Acme Post
kind: provider
version: 2026.11.24
reviewBy: "2027-05-01"
aliases: [acme]
sources:
  HELP: { url: "https://help.acme.example/smtp", title: Sending by SMTP, asOf: "2026-10-02" }
recognise:
  domains: [{ name: contoso.example, weight: 99 }]
  hosts: [{ suffix: smtp.office365.com, weight: 99 }]
endpoints:
  - { service: smtp-submission, protocol: smtp, host: smtp-mail.outlook.com, port: 587, security: starttls, default: true, sources: [HELP] }
preflight:
  - id: port-2587
    when: { service: smtp-submission, port: 2587 }
    stop: true
    cause: port_not_offered
    confidence: certain
    actor: user
    title: Acme has closed 2587
    explanation: It was open until June.
    remedies: [{ kind: change, text: Use 587., command: port=587, shell: config, scope: this program }]
    sources: [HELP]
rules:
  - id: badge
    when: { service: smtp-submission, phase: auth, code: 535, text: the user credentials were incorrect }
    cause: account_locked
    confidence: certain
    actor: user
    title: ${title}
    explanation: The number stands on the back of the badge.
    remedies: [{ kind: change, text: Type the number of the badge., command: "acmectl badge {user}", shell: sh, scope: one account }]
    wontHelp: [asking the porter]
    sources: [HELP]
    examples: ["535 5.7.139 Authentication unsuccessful, the user credentials were incorrect."]
`

const reply = "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect."
const typo = "typo@contoso.example"

describe("--pack", () => {
  live("changes provider, endpoint and verdict of check, by the domain it recognises", () =>
    Effect.gen(function*() {
      const { checkOnly, folder } = yield* service()
      const path = join(folder, "acme.yaml")
      writeFileSync(path, acme())
      const done = yield* checkOnly([typo, "--pack", path, "--secret", "env:PW"], { PW: "fake-Typo-wrong" })
      assert.strictEqual(done.code, 77)
      assert.strictEqual(done.report.provider?.id, "acme-post")
      assert.include(done.report.provider?.recognisedBy ?? [], "domain")
      assert.strictEqual(done.report.services[0]?.endpoint?.host, "smtp-mail.outlook.com")
      assert.strictEqual(stopped(done)?.id, "auth")
      const verdict = done.report.verdicts[0]
      assert.strictEqual(verdict?.rule, "acme-post/badge")
      assert.strictEqual(verdict?.title, "Acme wants the badge number")
      assert.strictEqual(verdict?.remedies[0]?.command, `acmectl badge ${typo}`)
      assert.strictEqual(
        verdict?.facts?.[0]?.source ?? "https://help.acme.example/smtp",
        "https://help.acme.example/smtp"
      )
    }))

  live("changes the provider of check by the host it recognises, and by its alias", () =>
    Effect.gen(function*() {
      const { checkOnly, folder, running } = yield* service()
      const path = join(folder, "acme.yaml")
      writeFileSync(path, acme().replace("suffix: smtp.office365.com", "suffix: acme.example"))
      const there = `mail.acme.example:587:127.0.0.1:${running.smtp.port}`
      const host = yield* checkOnly(
        ["mail.acme.example:587", "--pack", path, "--connect-to", there, "--until", "connect"]
      )
      assert.strictEqual(host.code, 0)
      assert.strictEqual(host.report.provider?.id, "acme-post")
      assert.include(host.report.provider?.recognisedBy ?? [], "host")
      const alias = yield* checkOnly(["someone@nowhere.example", "--pack", path, "--provider", "acme"])
      assert.strictEqual(alias.code, 0)
      assert.strictEqual(alias.report.provider?.id, "acme-post")
      assert.strictEqual(alias.report.services[0]?.endpoint?.host, "smtp-mail.outlook.com")
    }))

  live("changes what is judged before connecting", () =>
    Effect.gen(function*() {
      const { checkOnly, folder } = yield* service()
      const path = join(folder, "acme.yaml")
      writeFileSync(path, acme())
      const done = yield* checkOnly([typo, "--pack", path, "--port", "2587"])
      assert.strictEqual(done.code, 78)
      assert.strictEqual(done.report.verdicts[0]?.rule, "acme-post/port-2587")
      assert.strictEqual(done.report.verdicts[0]?.phase, "preflight")
      assert.strictEqual(states(done).connect, "skip")
    }))

  live(
    "changes the verdict of explain, and a later pack of the same id overrides an earlier one",
    () =>
      Effect.gen(function*() {
        const { folder } = yield* service()
        const [first, second] = [join(folder, "first.yaml"), join(folder, "second.yaml")]
        writeFileSync(first, acme())
        writeFileSync(second, acme("Acme wants the other number"))
        const known = yield* explain(reply)
        assert.strictEqual(known.explanation.verdicts[0]?.rule, "microsoft-365/bad-credentials")
        const changed = yield* explain(reply, ["--pack", first, "--provider", "acme"])
        assert.strictEqual(changed.explanation.read.provider, "acme-post")
        assert.strictEqual(changed.cause, "account_locked")
        assert.strictEqual(changed.explanation.verdicts[0]?.title, "Acme wants the badge number")
        const later = yield* explain(reply, ["--pack", first, "--pack", second, "--provider", "acme"])
        assert.strictEqual(later.explanation.verdicts[0]?.title, "Acme wants the other number")
        const listed = yield* sonde(["packs", "list", "--pack", first])
        assert.match(listed.out, /acme-post/)
      })
  )

  live(
    "a pack with the id microsoft-365 overrides the built-in one in check and explain",
    () =>
      Effect.gen(function*() {
        const { checkOnly, folder } = yield* service()
        const path = join(folder, "own.yaml")
        writeFileSync(
          path,
          acme("Our own words").replace("id: acme-post", "id: microsoft-365").replace("[acme]", "[m365]")
        )
        const pasted = yield* explain(reply, ["--pack", path, "--provider", "m365"])
        assert.strictEqual(pasted.explanation.verdicts[0]?.title, "Our own words")
        assert.strictEqual(pasted.explanation.verdicts[0]?.rule, "microsoft-365/badge")
        const done = yield* checkOnly(
          [typo, "--pack", path, "--provider", "microsoft-365", "--secret", "env:PW"],
          { PW: "fake-Typo-wrong" }
        )
        assert.strictEqual(done.report.verdicts[0]?.title, "Our own words")
        assert.strictEqual(done.report.provider?.packVersion, "2026.11.24")
      })
  )

  live(
    "a broken pack is refused with file, line, key and what to do, and nothing on standard output",
    () =>
      Effect.gen(function*() {
        const { folder, reach, running } = yield* service()
        const path = join(folder, "broken.yaml")
        const broken = acme().replace("cause: account_locked", "cause: locked_account")
        const line = broken.split("\n").findIndex((one) => one.includes("locked_account")) + 1
        writeFileSync(path, broken)
        const tries = [["check", typo, ...reach, "--pack", path], ["explain", reply, "--pack", path]]
        for (const argv of tries) {
          const left = yield* sonde(argv)
          assert.strictEqual(left.code, 66, left.err)
          assert.strictEqual(left.out, "")
          assert.include(left.err, `${path}:${line}`)
          assert.match(left.err, /\bcause\b/)
          assert.match(left.err, /locked_account|account_locked|packs (?:causes|schema|lint)/)
        }
        writeFileSync(path, broken.replace("kind: provider", "kind: [provider"))
        const syntax = yield* sonde(["explain", reply, "--pack", path])
        assert.strictEqual(syntax.code, 66)
        assert.match(syntax.err, /broken\.yaml:[0-9]+/)
        const missing = yield* sonde(["explain", reply, "--pack", join(folder, "none.yaml")])
        assert.strictEqual(missing.code, 66)
        assert.match(missing.err, /none\.yaml" does not exist: check the path/)
        assert.deepStrictEqual(running.state().signIns, {})
      })
  )
})
