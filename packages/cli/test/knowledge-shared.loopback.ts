/** Shared mailboxes and service accounts: each way to send as one runs to green, and its failing forms are cured. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { commands, live, numbers, service, states, stopped, told } from "./knowledge.ts"

const clerk = "clerk@contoso.example"
const shared = "info@contoso.example"
const desk = "desk@contoso.example"

/** A shared mailbox on which the clerk has no right yet; the token is the clerk's. */
const bare = {
  mailboxes: [{ address: desk, shared: true, licensed: false, tokens: [{ scopes: ["SMTP.Send"], user: clerk }] }]
}

describe("shared mailboxes", () => {
  live("way 1: a delegate signs in with the own name and sends as the shared address", () =>
    Effect.gen(function*() {
      const { deliver, running } = yield* service()
      const done = yield* deliver(clerk, ["--from", shared])
      assert.strictEqual(done.code, 0, told(done))
      assert.isTrue(done.report.delivered)
      assert.strictEqual(states(done).data, "pass")
      assert.strictEqual(running.state().messages.length, 1)
    }))

  live("way 1 from the shared address: --user names the delegate", () =>
    Effect.gen(function*() {
      const { checkOnly, secretOf } = yield* service()
      const done = yield* checkOnly(
        [
          shared,
          "--provider",
          "microsoft-365",
          "--user",
          clerk,
          "--secret",
          "env:PW",
          "--deliver",
          "--to",
          "someone@contoso.example"
        ],
        { PW: secretOf(clerk) }
      )
      assert.strictEqual(done.code, 0, told(done))
      assert.isTrue(done.report.delivered)
      const facts = done.report.services[0]?.phases.find(({ id }) => id === "auth")?.facts
      assert.strictEqual(facts?.["mechanism"], "LOGIN")
    }))

  live("way 1 without Send As is SendAsDenied, and the printed command cures it", () =>
    Effect.gen(function*() {
      const { deliver, enter, resume, running, secretOf } = yield* service(bare)
      const before = yield* deliver(clerk, ["--from", desk])
      assert.strictEqual(before.code, 77)
      assert.strictEqual(stopped(before)?.error?._tag, "SendAsDenied")
      const change = commands(before, "change")
      assert.deepStrictEqual(change, [
        `Add-RecipientPermission -Identity ${desk} -Trustee ${clerk} -AccessRights SendAs -Confirm:$false`
      ])
      assert.include(before.report.verdicts[0]?.wontHelp?.join() ?? "", "Full Access or Send on Behalf")
      for (const command of change) enter(command)
      const after = yield* resume(before, ["--secret", "env:SECRET"], secretOf(clerk))
      assert.strictEqual(after.code, 0, told(after))
      assert.isTrue(after.report.delivered)
      assert.strictEqual(running.state().messages.length, 1)
    }))

  live("way 2: the delegate's token with the shared address as user name", () =>
    Effect.gen(function*() {
      const { deliver, running } = yield* service()
      const done = yield* deliver(shared)
      assert.strictEqual(done.code, 0, told(done))
      assert.isTrue(done.report.delivered)
      const facts = done.report.services[0]?.phases.find(({ id }) => id === "auth")?.facts
      assert.strictEqual(facts?.["mechanism"], "XOAUTH2")
      assert.strictEqual(running.state().messages.length, 1)
    }))

  live(
    "way 2 without Full Access is refused with 535 5.7.3, and the printed command cures it",
    () =>
      Effect.gen(function*() {
        const { deliver, enter, resume, running, secretOf } = yield* service(bare)
        const before = yield* deliver(desk)
        assert.strictEqual(before.code, 77)
        const error = stopped(before)?.error
        if (error?._tag !== "AuthRejected") return assert.fail(`${error?._tag}`)
        assert.strictEqual(numbers(error.reply), "535 5.7.3")
        assert.strictEqual(before.report.verdicts[0]?.cause, "oauth_wrong_account")
        // The token names the person, so the command is ready to run.
        const printed = commands(before, "alternative").find((command) => command.startsWith("Add-MailboxPermission"))
        assert.strictEqual(printed, `Add-MailboxPermission -Identity ${desk} -User ${clerk} -AccessRights FullAccess`)
        enter(printed ?? "")
        const after = yield* resume(before, ["--token", "env:SECRET"], secretOf(desk))
        assert.strictEqual(after.code, 0, told(after))
        assert.isTrue(after.report.delivered)
        assert.strictEqual(running.state().messages.length, 1)
      })
  )

  live(
    "way 2 with SMTP AUTH off for the delegate names the delegate's switch, which opens it",
    () =>
      Effect.gen(function*() {
        const { deliver, enter, resume, running, secretOf } = yield* service()
        enter(`Set-CASMailbox -Identity ${clerk} -SmtpClientAuthenticationDisabled $true`)
        const before = yield* deliver(shared)
        assert.strictEqual(before.report.verdicts[0]?.cause, "smtp_auth_disabled_mailbox")
        assert.include(
          told(before),
          "The switch that counts is that of the account that signs in, not of a shared mailbox"
        )
        enter(`Set-CASMailbox -Identity ${clerk} -SmtpClientAuthenticationDisabled $false`)
        const after = yield* resume(before, ["--token", "env:SECRET"], secretOf(shared))
        assert.strictEqual(after.code, 0, told(after))
        assert.strictEqual(running.state().messages.length, 1)
      })
  )

  live(
    "signing in as the shared mailbox itself fails, and the delegate is named as the other way",
    () =>
      Effect.gen(function*() {
        const { checkOnly, enter, secretOf } = yield* service(bare)
        // The switch of the organisation would answer first.
        enter(`Set-CASMailbox -Identity ${desk} -SmtpClientAuthenticationDisabled $false`)
        const asked = [desk, "--provider", "microsoft-365", "--secret", "env:PW"]
        const done = yield* checkOnly(asked, { PW: "fake-Desk-1Ab2" })
        assert.strictEqual(done.code, 77)
        assert.strictEqual(stopped(done)?.id, "auth")
        assert.include(
          told(done),
          "A shared mailbox has no sign-in of its own: sign in as a delegate who has Send As for it"
        )
        const printed = commands(done, "alternative").find((command) => command.includes("<delegate>")) ?? ""
        assert.match(printed, /^sonde check desk@contoso\.example --user <delegate> --secret prompt/)
        const delegate = yield* checkOnly([...asked, "--user", clerk], { PW: secretOf(clerk) })
        assert.strictEqual(delegate.code, 0, told(delegate))
      })
  )
})

describe("service accounts", () => {
  live("a program signs in with a token of its own, and sends", () =>
    Effect.gen(function*() {
      const { deliver } = yield* service()
      const done = yield* deliver("daemon@contoso.example")
      assert.strictEqual(done.code, 0, told(done))
      assert.isTrue(done.report.delivered)
    }))

  live(
    "a program that Exchange does not know is registered with the printed commands, and sends",
    () =>
      Effect.gen(function*() {
        const { deliver, enter, resume, secretOf } = yield* service()
        const address = "monitor@contoso.example"
        const before = yield* deliver(address)
        assert.strictEqual(before.code, 77)
        const verdict = before.report.verdicts.find(({ cause }) => cause === "service_principal_missing")
        const change = verdict?.remedies.find(({ kind }) => kind === "change")?.command ?? ""
        assert.match(
          change,
          /^New-ServicePrincipal -AppId .*\nAdd-MailboxPermission -Identity monitor@contoso\.example/
        )
        enter(
          change
            .replaceAll("<app-id>", "6b1f0c52-0000-4000-8000-00000000a003")
            .replaceAll("<object-id>", "6b1f0c52-0000-4000-8000-00000000b003")
        )
        const after = yield* resume(before, ["--token", "env:SECRET"], secretOf(address))
        assert.strictEqual(after.code, 0, told(after))
        assert.isTrue(after.report.delivered)
      })
  )
})
