/** The posture of a domain over HTTP, as a run of its own. */
import { assert, describe, it } from "@effect/vitest"
import * as NameServer from "@sonde/testkit/NameServer"
import * as Effect from "effect/Effect"
import { start, told } from "./TestServer.ts"

const zone = {
  "contoso.example": { mx: [[0, "."]], txt: ["v=spf1 -all"] },
  "s1._domainkey.contoso.example": { txt: ["v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="] },
  "_dmarc.contoso.example": { txt: ["v=DMARC1; p=none; rua=mailto:dmarc@contoso.example"] }
} as const

describe("a posture over HTTP", () => {
  it.live("is a run that tells each phase and each finding", () =>
    Effect.gen(function*() {
      const dns = yield* NameServer.start({ zone })
      const server = yield* start()
      const taken = yield* server.client.runs.start({
        payload: { target: "contoso.example", only: ["posture"], selector: ["s1"], dns: dns.server }
      })
      const events = yield* told(server, taken.run)
      assert.deepStrictEqual(
        events.flatMap((event) => event.type === "phase.end" ? [`${event.phase.id} ${event.phase.state}`] : []),
        [
          "mx pass",
          "spf pass",
          "dkim pass",
          "dmarc warn",
          "mta-sts pass",
          "tls-rpt pass",
          "dane pass",
          "bimi pass",
          "bulk pass"
        ]
      )
      const report = yield* server.client.runs.show({ params: { run: taken.run } })
      assert.deepStrictEqual([report.outcome, report.exitCode], ["warn", 0])
      assert.deepStrictEqual(report.services.map(({ id }) => id), ["posture"])
      assert.deepStrictEqual(report.findings.map(({ actor, id, state }) => [id, state, actor]), [
        ["dmarc_monitor_only", "warn", "domain-admin"]
      ])
    }).pipe(Effect.scoped), 60_000)

  it.live("is not begun with what cannot be meant", () =>
    Effect.gen(function*() {
      const server = yield* start()
      for (
        const more of [
          { target: "mail.contoso.example:25" },
          { target: "contoso.example", ip: "x" },
          { target: "contoso.example", selector: ["a b"] }
        ]
      ) {
        const refused = yield* Effect.flip(server.client.runs.start({ payload: { only: ["posture"], ...more } }))
        assert.strictEqual(refused._tag, "InvalidOption")
      }
    }).pipe(Effect.scoped), 60_000)
})
