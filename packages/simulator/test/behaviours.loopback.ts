import { assert, describe, it } from "@effect/vitest"
import type { AnnouncedMailbox } from "@sonde/simulator/Announcement"
import * as Behaviour from "@sonde/simulator/Behaviour"
import * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import { Client, messageFrom, xoauth2 } from "./Client.ts"

const stamp = String.raw` \[[A-Za-z0-9]+\.[A-Za-z0-9]+\.prod\.outlook\.com \d{4}-\d\d-\d\dT[\d:.]+Z SID\]`
const store = String.raw` \[Hostname=[A-Z0-9]+\.[a-z0-9]+\.prod\.outlook\.com\]`
const no = (text: string) => `535 5\\.7\\.139 Authentication unsuccessful, ${text}${stamp}`
const flat = `535 5\\.7\\.3 Authentication unsuccessful${stamp}`
const link = String.raw`Visit https://aka\.ms/smtp_auth_disabled for more information\.`
const accepted = String.raw`250 2\.0\.0 OK <1@client\.example>${store}`

/** The whole reply for each behaviour; SID stands for the id of the session's banner. */
const replies: Record<Behaviour.Behaviour, string> = {
  ok: accepted,
  shared_mailbox: accepted,
  smtp_auth_off_mailbox: no(`SmtpClientAuthentication is disabled for the Mailbox\\. ${link}`),
  smtp_auth_off_tenant: no(`SmtpClientAuthentication is disabled for the Tenant\\. ${link}`),
  basic_auth_off: no("basic authentication is disabled\\."),
  consumer_basic_auth_off: no("basic authentication is disabled\\."),
  basic_auth_retired: `550 5\\.7\\.30 Basic authentication is not supported for Client Submission\\.${stamp}`,
  security_defaults: no(
    "user is locked by your organization's security defaults policy\\. Contact your administrator\\."
  ),
  conditional_access: no(
    "the request did not meet the criteria to be authenticated successfully\\. Contact your administrator\\."
  ),
  federation_unreachable: no("the federated STS service was unreachable\\."),
  federation_no_https: no("the federated STS URL does not support HTTPS\\."),
  mfa_needs_app_password: no("the user credentials were incorrect\\."),
  bad_password: no("the user credentials were incorrect\\."),
  account_locked: no("account locked\\. Contact your administrator\\."),
  account_disabled: flat,
  account_unlicensed: flat,
  temporary_auth_failure: `454 4\\.7\\.0 Temporary authentication failure${stamp}`,
  token_unknown: flat,
  token_expired: flat,
  token_wrong_audience: flat,
  token_wrong_tenant: flat,
  token_missing_scope: flat,
  token_wrong_user: flat,
  service_principal_missing: flat,
  service_principal_no_permission: flat,
  send_as_denied:
    `554 5\\.2\\.252 SendAsDenied; \\S+ not allowed to send as \\S+; STOREDRV\\.Submission\\.Exception:SendAsDeniedException\\.MapiExceptionSendAsDenied; .*${store}`,
  throttled_rate: `421 4\\.4\\.2 Message submission rate for this client has exceeded the configured limit${stamp}`,
  throttled_sessions:
    `432 4\\.3\\.2 Concurrent connections limit exceeded\\. Visit https://aka\\.ms/concurrent_sending for more information\\.${store}`,
  daily_recipients_exceeded:
    `554 5\\.2\\.0 STOREDRV\\.Submission\\.Exception:SubmissionQuotaExceededException; .*${store}`,
  too_many_recipients: `452 4\\.5\\.3 Too many recipients${stamp}`,
  blocked_sender: `550 5\\.1\\.8 Access denied, bad outbound sender${stamp}`,
  outbound_spam:
    `554 5\\.2\\.0 STOREDRV\\.Submission\\.Exception:OutboundSpamException; .*WASCL UserAction verdict is not None\\..*${store}`,
  mailbox_full:
    `554 5\\.2\\.2 mailbox full; STOREDRV\\.Submission\\.Exception:QuotaExceededException\\.MapiExceptionShutoffQuotaExceeded; .*${store}`,
  message_too_large: `552 5\\.3\\.4 Message size exceeds fixed maximum message size${stamp}`,
  service_transient: `421 4\\.7\\.0 Service temporarily unavailable, closing channel${stamp}`,
  proxy_failure: `451 4\\.7\\.0 Temporary server error\\. Please try again later\\. PRX2${stamp}`
}

/** Behaviours no mailbox of the built-in world has; each has its own world in `switches.loopback.ts`. */
const elsewhere: ReadonlyArray<Behaviour.Behaviour> = ["federation_no_https", "token_unknown", "token_wrong_tenant"]

const attempt = async (
  running: Simulator.Running,
  mailbox: AnnouncedMailbox
): Promise<{ readonly reply: string; readonly sid: string }> => {
  const client = await Client.open(running.smtp.port)
  const banner = await client.reply()
  const sid = /\[([0-9A-F]{16})\]$/.exec(banner)?.[1] ?? "none"
  await client.command("EHLO client.example")
  await client.startTls(running.caPem)
  await client.command("EHLO client.example")
  const signedIn = mailbox.token === undefined
    ? await client.login(mailbox.user ?? mailbox.address, mailbox.secret)
    : await client.command(`AUTH XOAUTH2 ${xoauth2(mailbox.address, mailbox.token)}`)
  const from = mailbox.from ?? mailbox.address
  const to = mailbox.behaviour === "too_many_recipients"
    ? ["a@partner.example", "b@partner.example", "c@partner.example"]
    : ["a@partner.example"]
  const reply = signedIn.startsWith("235") ? await client.send(from, to, messageFrom(from)) : signedIn
  client.end()
  return { reply, sid }
}

describe("every mailbox of the built-in world", () => {
  it.live("answers with the exact reply of the behaviour it announces, and keeps only what it accepted", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* Simulator.start({})
      const passing = running.mailboxes.filter((mailbox) =>
        mailbox.behaviour === "ok" || mailbox.behaviour === "shared_mailbox"
      )
      for (const mailbox of running.mailboxes) {
        const { reply, sid } = yield* Effect.promise(() => attempt(running, mailbox))
        assert.match(
          reply,
          new RegExp(`^${replies[mailbox.behaviour].replace("SID", sid)}$`),
          `${mailbox.address} (${mailbox.behaviour})`
        )
      }
      assert.strictEqual(running.state().messages.length, passing.length)
      assert.isAtLeast(passing.length, 4)
    })))

  it.live("covers every behaviour of the list but those with a world of their own", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* Simulator.start({})
      const shown = new Set(running.mailboxes.map((mailbox) => mailbox.behaviour))
      assert.deepStrictEqual(Behaviour.all.filter((name) => !shown.has(name)).toSorted(), [...elsewhere].toSorted())
    })))
})
