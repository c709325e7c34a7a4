/** What the command says to each reply of Microsoft 365 that the knowledge names, pasted and met. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { commands, each, explain, live, numbers, service, sonde, stamp, states, stopped, told } from "./knowledge.ts"

/** Every known end of `535 5.7.139 Authentication unsuccessful, …`, its cause, and where the simulator says it. */
const ends: ReadonlyArray<readonly [end: string, cause: string, rule: string, mailbox?: string]> = [
  [
    "SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
    "smtp_auth_disabled_tenant",
    "smtp-auth-off-tenant",
    "scanner@contoso.example"
  ],
  [
    "SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.",
    "smtp_auth_disabled_mailbox",
    "smtp-auth-off-mailbox",
    "printer@contoso.example"
  ],
  ["basic authentication is disabled.", "basic_auth_retired", "basic-auth-off", "scanner@fabrikam.example"],
  [
    "user is locked by your organization's security defaults policy. Contact your administrator.",
    "security_defaults_block",
    "security-defaults",
    "scanner@northwind.example"
  ],
  [
    "the request did not meet the criteria to be authenticated successfully. Contact your administrator.",
    "conditional_access_block",
    "conditional-access",
    "scanner@adatum.example"
  ],
  ["the user credentials were incorrect.", "bad_credentials", "bad-credentials", "typo@contoso.example"],
  ["account locked. Contact your administrator.", "account_locked", "account-locked", "locked@contoso.example"],
  [
    "the federated STS service was unreachable.",
    "auth_backend_failure",
    "federation-unreachable",
    "scanner@tailspin.example"
  ],
  [
    "the federated STS URL does not support HTTPS.",
    "auth_backend_failure",
    "federation-without-https",
    "scanner@litware.example"
  ],
  ["sign-in was held back for review.", "signin_blocked_by_provider", "policy-unknown"]
]

const litware = {
  tenants: [{ name: "Litware", domains: ["litware.example"], smtpAuth: "on", federation: "no_https" }],
  mailboxes: [{ address: "scanner@litware.example", password: "fake-Litware-1Ab2" }]
}

describe("success", () => {
  live(
    "explain says that 235 2.7.0 is an accepted sign-in and 250 2.0.0 an accepted message",
    () =>
      Effect.gen(function*() {
        const signedIn = yield* explain("235 2.7.0 Authentication successful", ["--provider", "microsoft-365"])
        assert.match(
          signedIn.explanation.success ?? "",
          /^Sign-in accepted: SMTP AUTH is on .* Send As is not yet proven$/
        )
        assert.deepStrictEqual(signedIn.explanation.verdicts, [])
        const taken = "250 2.0.0 OK <1@contoso.example> [Hostname=CH2PR14MB4005.namprd14.prod.outlook.com]"
        const accepted = yield* explain(taken)
        assert.match(accepted.explanation.success ?? "", /^Accepted for delivery\./)
        const bare = yield* explain("250 2.0.0 OK", ["--provider", "microsoft-365", "--phase", "data"])
        assert.strictEqual(bare.explanation.success, accepted.explanation.success)
        const elsewhere = yield* each(
          ["235 2.7.0 Authentication successful", "250 2.0.0 Ok: queued as 4XyzAB1c2d"],
          (text) => explain(text)
        )
        for (const { explanation } of elsewhere) {
          assert.isDefined(explanation.success)
          assert.notMatch(explanation.success ?? "", /SMTP AUTH|Hostname/, "Microsoft is not the only server")
        }
        const read = yield* sonde(["explain", taken])
        assert.match(read.out, /Accepted for delivery\. The reply carries the message id/)
      })
  )

  live("check keeps 235 2.7.0 and 250 2.0.0 as facts of what passed", () =>
    Effect.gen(function*() {
      const { deliver } = yield* service()
      const done = yield* deliver("app@contoso.example")
      assert.strictEqual(done.code, 0)
      assert.isTrue(done.report.delivered)
      const facts = done.report.services[0]?.phases.find(({ id }) => id === "data")?.facts
      assert.match(`${facts?.["reply"]}`, /^250 2\.0\.0 OK <.*@contoso\.example> \[Hostname=/)
      assert.isTrue(done.report.transcript.some(({ dir, text }) => dir === "<" && text.startsWith("235 2.7.0 ")))
    }))
})

describe("535 5.7.139", () => {
  live("explain gives each known end its own cause", () =>
    each(ends, ([end, cause, rule]) =>
      Effect.gen(function*() {
        const { code, explanation } = yield* explain(`535 5.7.139 Authentication unsuccessful, ${end} ${stamp}`)
        assert.strictEqual(code, 0)
        assert.deepStrictEqual(explanation.verdicts.map((one) => one.cause), [cause], end)
        assert.strictEqual(explanation.verdicts[0]?.rule, `microsoft-365/${rule}`)
        assert.strictEqual(explanation.verdicts[0]?.phase, "auth")
      })))

  live(
    "the reply within 530 5.7.57 wins over the 530 for each end",
    () =>
      each(ends, ([end, , rule]) =>
        Effect.gen(function*() {
          const inner = `535 5.7.139 Authentication unsuccessful, ${end} ${stamp}`
          const { explanation } = yield* explain(`530 5.7.57 Client not authenticated to send mail. Error: ${inner}`)
          assert.strictEqual(explanation.verdicts[0]?.rule, `microsoft-365/${rule}`)
          assert.strictEqual(explanation.read.code, 535)
        }))
  )

  live("check names the same cause for each end that it meets", () =>
    Effect.gen(function*() {
      const { check } = yield* service(litware)
      yield* each(ends.flatMap(([, cause, rule, mailbox]) => mailbox === undefined ? [] : [{ cause, mailbox, rule }]), (
        { cause, mailbox, rule }
      ) =>
        Effect.gen(function*() {
          const done = yield* check(mailbox)
          assert.strictEqual(done.code, 77, mailbox)
          const phase = stopped(done)
          assert.strictEqual(phase?.id, "auth")
          const error = phase?.error
          if (error?._tag !== "AuthRejected") return assert.fail(`${mailbox}: ${error?._tag}`)
          assert.strictEqual(numbers(error.reply), "535 5.7.139")
          assert.strictEqual(done.report.verdicts[0]?.cause, cause)
          assert.strictEqual(done.report.verdicts[0]?.rule, `microsoft-365/${rule}`)
          assert.strictEqual(states(done).tls, "pass")
        }))
    }))

  live(
    "a personal account is told that no password works any more, by explain and before connecting by check",
    () =>
      Effect.gen(function*() {
        const { checkOnly } = yield* service()
        const known = yield* checkOnly(["kim@outlook.com", "--secret", "env:PW"], { PW: "fake-Kim-7Wd9" })
        const verdict = known.report.verdicts.find(({ phase }) => phase === "preflight")
        assert.strictEqual(verdict?.cause, "basic_auth_retired")
        assert.match(verdict?.explanation ?? "", /2024-09-16, app passwords included/)
        const cut = yield* explain(
          `535 5.7.139 Authentication unsuccessful, basic authentication is disabled. ${stamp}`
        )
        assert.match(cut.explanation.verdicts[0]?.explanation ?? "", /personal account .* final since 2024-09-16/)
      })
  )
})

describe("other refusals of a sign-in", () => {
  const refused = `535 5.7.3 Authentication unsuccessful ${stamp}`

  live("535 5.7.3 means every closed gate after LOGIN, and the token after XOAUTH2", () =>
    Effect.gen(function*() {
      const password = yield* explain(refused, ["--mechanism", "LOGIN"])
      assert.strictEqual(password.cause, "bad_credentials")
      assert.match(password.explanation.verdicts[0]?.explanation ?? "", /every closed gate: SMTP AUTH off/)
      const token = yield* explain(refused, ["--mechanism", "XOAUTH2"])
      assert.deepStrictEqual(
        token.explanation.verdicts.map(({ cause, confidence }) => [cause, confidence]),
        ["oauth_token_invalid", "service_principal_missing", "oauth_wrong_audience"].map((cause) => [cause, "possible"])
      )
      const unsaid = yield* explain(refused)
      assert.match(unsaid.explanation.verdicts[0]?.explanation ?? "", /With OAuth it means the token/)
      const { check } = yield* service()
      const leaver = yield* check("leaver@contoso.example")
      assert.strictEqual(leaver.report.verdicts[0]?.rule, "microsoft-365/login-refused")
      assert.include(commands(leaver, "look").join("\n"), "Get-User -Identity leaver@contoso.example")
      const graph = yield* check("oauth-graph@contoso.example")
      assert.strictEqual(graph.code, 77)
      // A token that can be read is judged before the server is asked, and by its claim.
      assert.strictEqual(graph.report.verdicts[0]?.rule, "microsoft-365/claim-audience")
      assert.include(told(graph), "https://graph.microsoft.com")
    }))

  live("530 5.7.57 without an inner reply means that nobody signed in", () =>
    Effect.gen(function*() {
      const alone = yield* explain(
        `530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM ${stamp}`
      )
      assert.strictEqual(alone.cause, "auth_required")
      assert.match(JSON.stringify(alone.explanation.verdicts[0]), /Direct Send .* or a relay connector/)
      const { checkOnly } = yield* service()
      const met = yield* checkOnly([
        "app@contoso.example",
        "--provider",
        "microsoft-365",
        "--to",
        "someone@contoso.example",
        "--until",
        "rcpt"
      ])
      assert.notStrictEqual(met.code, 0)
      assert.strictEqual(met.report.verdicts[0]?.cause, "auth_required", JSON.stringify(met.report.services))
    }))

  live(
    "504 5.7.4 means a mechanism that Microsoft does not offer, or AUTH before STARTTLS",
    () =>
      Effect.gen(function*() {
        const pasted = yield* explain(`504 5.7.4 Unrecognized authentication type ${stamp}`)
        assert.strictEqual(pasted.cause, "auth_mechanism_unsupported")
        assert.match(pasted.explanation.verdicts[0]?.explanation ?? "", /before STARTTLS.*PLAIN, CRAM-MD5 or NTLM/)
        const { check } = yield* service()
        const plain = yield* check("app@contoso.example", ["--auth", "plain"])
        assert.strictEqual(plain.code, 78)
        assert.strictEqual(stopped(plain)?.error?._tag, "AuthUnavailable")
        assert.include(plain.report.verdicts.map(({ cause }) => cause), "auth_mechanism_unsupported")
      })
  )

  live(
    "550 5.7.30 means the announced end of passwords, and no cmdlet is offered against it",
    () =>
      Effect.gen(function*() {
        const pasted = yield* explain(
          `550 5.7.30 Basic authentication is not supported for Client Submission. ${stamp}`
        )
        assert.strictEqual(pasted.cause, "basic_auth_retired")
        const { check } = yield* service()
        const met = yield* check("scanner@wingtip.example")
        assert.strictEqual(met.code, 77)
        assert.strictEqual(met.report.verdicts[0]?.rule, "microsoft-365/basic-auth-removed")
        assert.include(met.report.verdicts[0]?.wontHelp ?? [], "Set-CASMailbox")
        assert.deepStrictEqual(
          commands(met, "change").filter((command) => /-(?:CASMailbox|TransportConfig)/.test(command)),
          []
        )
      })
  )
})

describe("SendAsDenied", () => {
  const wordings: ReadonlyArray<readonly [reply: string, tenant: string, phase: string]> = [
    [
      "554 5.2.252 SendAsDenied; app@one.example not allowed to send as sales@one.example; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied",
      "one",
      "data"
    ],
    ["554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied", "two", "data"],
    ["550 5.7.60 SMTP; Client does not have permissions to send as this sender", "three", "mail"]
  ]
  const replies = ["send_as_denied", "mapi_exception", "at_mail"]
  const world = {
    tenants: wordings.map(([, name], number) => ({
      name,
      domains: [`${name}.example`],
      smtpAuth: "on",
      sendAsReply: replies[number]
    })),
    mailboxes: wordings.flatMap(([, name]) => [
      { address: `app@${name}.example`, password: `fake-App-${name}`, announcedFrom: `sales@${name}.example` },
      { address: `sales@${name}.example`, password: `fake-Sales-${name}` }
    ])
  }

  live(
    "550 5.7.60, 554 5.2.252 and 554 5.2.0 are one typed error, at MAIL and after the message",
    () =>
      Effect.gen(function*() {
        const { deliver } = yield* service(world)
        yield* each(wordings, ([reply, tenant, phase]) =>
          Effect.gen(function*() {
            const pasted = yield* explain(`${reply} ${stamp}`)
            assert.strictEqual(pasted.cause, "send_as_denied")
            const met = yield* deliver(`app@${tenant}.example`, ["--from", `sales@${tenant}.example`])
            assert.strictEqual(met.code, 77)
            assert.isFalse(met.report.delivered)
            const at = stopped(met)
            assert.strictEqual(at?.id, phase)
            const error = at?.error
            if (error?._tag !== "SendAsDenied") return assert.fail(`${tenant}: ${error?._tag}`)
            assert.strictEqual(error.from, `sales@${tenant}.example`)
            assert.strictEqual(error.authenticatedAs, `app@${tenant}.example`)
            assert.strictEqual(numbers(error.reply), reply.split(" ", 2).join(" "))
            assert.deepStrictEqual(commands(met, "change"), [
              `Add-RecipientPermission -Identity sales@${tenant}.example -Trustee app@${tenant}.example -AccessRights SendAs -Confirm:$false`
            ])
          }))
      })
  )
})
