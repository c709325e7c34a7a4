import { assert, describe, it } from "@effect/vitest"
import * as Knowledge from "@sonde/packs/Knowledge"
import { match } from "@sonde/packs/Match"
import { render } from "@sonde/packs/Verdict"
import { pack, rule } from "./fixtures.ts"

const sources = {
  OLD: { url: "https://example.com/old", title: "Old page", asOf: "2024-01-24", reviewBy: "2026-11-23" },
  NEW: { url: "https://example.com/new", title: "New page", asOf: "2026-01-29" }
}

const hit = (more: Record<string, unknown>) => {
  const found = match(
    Knowledge.make([pack({ sources, rules: [rule("a", { when: { text: "boom" }, ...more })] })]),
    { text: "boom" }
  )[0]
  return found ?? assert.fail("no hit")
}

describe("render", () => {
  it("dates facts and marks those past their review as stale", () => {
    const verdict = render(
      hit({ sources: ["OLD", "NEW"], facts: [{ text: "It ends soon.", sources: ["NEW"] }] }),
      { today: "2026-11-24" }
    )
    assert.deepStrictEqual(verdict.facts, [
      { text: "It ends soon.", asOf: "2026-01-29", source: "https://example.com/new", reviewBy: "2027-05-01" },
      {
        text: "Old page",
        asOf: "2024-01-24",
        source: "https://example.com/old",
        reviewBy: "2026-11-23",
        stale: true
      }
    ])
  })

  it("takes a fact as fresh on the day of its review", () => {
    assert.isUndefined(render(hit({ sources: ["OLD"] }), { today: "2026-11-23" }).facts[0]?.stale)
  })

  it("rules out what passed phases prove and no longer lists it as not judged", () => {
    const verdict = render(hit({ ruledOut: ["mechanism"], notJudged: ["secret", "tls"] }), {
      today: "2026-11-24",
      service: "smtp-submission",
      phase: "auth",
      passed: ["resolve", "connect", "greeting", "ehlo", "starttls", "tls", "ehlo"],
      evidence: [17]
    })
    assert.deepStrictEqual(verdict.ruledOut, ["dns", "network", "tls", "port", "mechanism"])
    assert.deepStrictEqual(verdict.notJudged, ["secret"])
    assert.deepStrictEqual(verdict.evidence, [17])
    assert.strictEqual(verdict.rule, "acme/a")
  })

  it("fills commands quoted for their shell and sentences as they are", () => {
    const verdict = render(
      hit({
        explanation: "For {mailbox}.",
        remedies: [
          {
            kind: "change",
            text: "Change {mailbox}",
            command: "Set-X {mailbox}",
            undo: "Undo-X {mailbox}",
            shell: "powershell"
          },
          { kind: "verify", command: "sonde resume {run}", shell: "sh" }
        ]
      }),
      { today: "2026-11-24", values: { mailbox: "o'brien@x.example" } }
    )
    assert.strictEqual(verdict.explanation, "For o'brien@x.example.")
    assert.deepStrictEqual(verdict.remedies, [
      {
        kind: "change",
        text: "Change o'brien@x.example",
        command: "Set-X 'o''brien@x.example'",
        undo: "Undo-X 'o''brien@x.example'",
        shell: "powershell"
      },
      { kind: "verify", command: "sonde resume <run>", shell: "sh" }
    ])
  })

  it("speaks to openssl in the protocol of the service", () => {
    const one = hit({
      remedies: [{ kind: "look", command: "openssl s_client {starttls}-connect {host}:{port}", shell: "sh" }]
    })
    const command = (service: "imap" | "pop3" | "smtp-submission", port: string): string | undefined =>
      render(one, { today: "2026-11-24", service, values: { host: "mail.example.com", port } }).remedies[0]?.command
    assert.strictEqual(command("imap", "143"), "openssl s_client -starttls imap -connect mail.example.com:143")
    assert.strictEqual(command("pop3", "995"), "openssl s_client -connect mail.example.com:995")
    assert.strictEqual(
      command("smtp-submission", "587"),
      "openssl s_client -starttls smtp -connect mail.example.com:587"
    )
  })
})
