import { assert, describe, it } from "@effect/vitest"
import type { Actor } from "@sonde/domain/Verdict"
import * as Handover from "@sonde/web/Handover"
import * as Canned from "./canned.ts"

const link = { url: "https://sonde.example/share/s1", expiresAt: "2026-12-07T14:02:00.000Z" }

describe("administrator", () => {
  it("says what fails, what is fine, what to look at and what to change", () => {
    assert.strictEqual(
      Handover.administrator(Canned.refused, Canned.verdict, link),
      `scanner@mail.example: SMTP AUTH is switched off for this mailbox.
SMTP submission at smtp.mail.example:587 stops at auth: LOGIN refused with 535 5.7.139.
DNS, network, TLS, port and mechanism are fine.
The password was not judged.

Look first, changes nothing: the switch of the mailbox
    Get-CASMailbox scanner@mail.example

Change (one mailbox): allow this mailbox
    Set-CASMailbox scanner@mail.example -SmtpClientAuthenticationDisabled $false
Undo
    Set-CASMailbox scanner@mail.example -SmtpClientAuthenticationDisabled $true

Will not help: a new app password, another port.
Checked 2026-11-23 14:02 UTC by Sonde, run 01JDK7Q2M8X4V5B6N7P8R9S0TA.
Report without personal data, until 2026-12-07 14:02 UTC: https://sonde.example/share/s1`
    )
  })

  it("promises no link where there is none", () => {
    assert.notInclude(Handover.administrator(Canned.refused, Canned.verdict, undefined), "http")
  })

  it("holds nothing that was not printable in what a server said", () => {
    const text = Handover.administrator(
      Canned.refused,
      { ...Canned.verdict, title: "a\u001b[31m", wontHelp: ["b\u202e"] },
      undefined
    )
    assert.notMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/u)
  })
})

describe("label", () => {
  it("names the administrator, or whoever else can act", () => {
    const label = (actor: Actor) => Handover.label({ ...Canned.verdict, actor })
    assert.strictEqual(label("exchange-admin"), "Copy for the administrator")
    assert.strictEqual(label("mail-admin"), "Copy for the administrator")
    assert.strictEqual(label("user"), "Copy for the owner of the mailbox")
    assert.strictEqual(label("developer"), "Copy for the developer of the sending program")
  })
})

describe("ticket", () => {
  const text = Handover.ticket(Canned.refused)

  it("names no person and no place", () => {
    for (const word of ["scanner", "mail.example", "198.51.100.10", "203.0.113.24"]) assert.notInclude(text, word)
    assert.include(text, "user-1@domain-1: SMTP AUTH is switched off for this mailbox.")
  })

  it("has the steps, the part that failed, and what to do", () => {
    for (
      const line of [
        "  ✓ tls       TLS 1.3, chain and name verified, 61 days left (48 ms)",
        "  ✗ auth      LOGIN refused with 535 5.7.139 (5.2 s)",
        "14 <** 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",
        "    Set-CASMailbox user-1@domain-1 -SmtpClientAuthenticationDisabled $false",
        "Checked 2026-11-23 14:02 UTC by Sonde, run 01JDK7Q2M8X4V5B6N7P8R9S0TA."
      ]
    ) {
      assert.include(text.split("\n"), line)
    }
  })

  it("says of a run that passed how far it came", () => {
    const passed = Handover.ticket(Canned.accepted)
    assert.include(passed, "user-1@domain-1: SMTP submission: signs in.")
    assert.notInclude(passed, "Will not help")
  })
})
