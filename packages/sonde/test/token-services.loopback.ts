/** One token for several services of the simulated Microsoft 365: which of them a wrong claim stops. */
import { assert, layer } from "@effect/vitest"
import type { Report } from "@sonde/domain/Report"
import * as Simulator from "@sonde/simulator/Simulator"
import { type Check, Sonde } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Simulated from "./Simulated.ts"

const check = Effect.fnUntraced(function*(address: string, only: NonNullable<Check["only"]>) {
  const running = yield* Simulator.start({})
  const token = running.mailboxes.find((one) => one.address === address)?.token ?? ""
  return yield* (yield* Sonde).check({
    target: address,
    provider: "microsoft-365",
    connectTo: running.connectTo,
    ca: running.caPem,
    token: Redacted.make(token),
    only
  })
})

const outcomes = ({ services }: Report) =>
  Object.fromEntries(services.map(({ id, phases }) => [id, phases.at(-1)?.because ?? phases.at(-1)?.state]))

layer(Simulated.layer, { excludeTestServices: true })("a token for several services", (it) => {
  it.effect("is named with all services that it stops and all scopes that they want", () =>
    Effect.gen(function*() {
      const report = yield* check("oauth-imap@contoso.example", ["smtp-submission", "imap", "pop3"])
      assert.deepInclude(outcomes(report), { "smtp-submission": "claims", imap: "pass", pop3: "claims" })
      const [verdict, ...others] = report.verdicts
      assert.deepStrictEqual(others, [])
      assert.deepInclude(verdict, { cause: "oauth_missing_scope", service: "token", phase: "claims" })
      for (const scope of ["SMTP.Send", "POP.AccessAsUser.All"]) assert.include(verdict?.explanation, scope)
      assert.match(verdict?.explanation ?? "", / This stops smtp-submission and pop3\.$/)
      const error = report.services.flatMap(({ phases }) => phases).find((phase) => phase.error !== undefined)?.error
      assert(error?._tag === "TokenRejected")
      assert.deepStrictEqual(error.claim?.services, ["smtp-submission", "pop3"])
    }))

  it.effect("is named with the only one of several that it stops", () =>
    Effect.gen(function*() {
      const report = yield* check("oauth-imap@contoso.example", ["imap", "pop3"])
      assert.deepInclude(outcomes(report), { imap: "pass", pop3: "claims" })
      assert.match(report.verdicts[0]?.explanation ?? "", / Of the services checked this stops pop3\.$/)
    }))

  it.effect("is named without services where there is one", () =>
    Effect.gen(function*() {
      const report = yield* check("oauth-imap@contoso.example", ["pop3"])
      assert.strictEqual(report.verdicts[0]?.cause, "oauth_missing_scope")
      assert.notInclude(report.verdicts[0]?.explanation, "this stops")
    }))

  it.effect("stops all of them by another audience, and names all", () =>
    Effect.gen(function*() {
      const report = yield* check("oauth-graph@contoso.example", ["smtp-submission", "imap", "pop3"])
      assert.deepInclude(outcomes(report), { "smtp-submission": "claims", imap: "claims", pop3: "claims" })
      const wrong = report.verdicts.find(({ cause }) => cause === "oauth_wrong_audience")
      assert.match(wrong?.explanation ?? "", / This stops smtp-submission, imap and pop3\.$/)
    }))
})
