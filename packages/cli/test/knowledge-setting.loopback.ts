/** What the command knows and says about how a Microsoft 365 mailbox is set up: host, port, name, method, dates, limits. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import {
  type Checked,
  commands,
  each,
  explain,
  live,
  packShown,
  reportOf,
  service,
  sonde,
  states,
  stopped,
  told,
  unanswering
} from "./knowledge.ts"

const app = "app@contoso.example"

describe("endpoint", () => {
  live(
    "business mailboxes go to smtp.office365.com:587 with STARTTLS, personal ones to smtp-mail.outlook.com:587",
    () =>
      Effect.gen(function*() {
        const { checkOnly } = yield* service()
        const hosts = [
          ["someone@contoso.onmicrosoft.com", "microsoft-365", "smtp.office365.com"],
          ["someone@outlook.com", "outlook-com", "smtp-mail.outlook.com"],
          ["someone@hotmail.com", "outlook-com", "smtp-mail.outlook.com"],
          ["someone@live.com", "outlook-com", "smtp-mail.outlook.com"],
          ["someone@msn.com", "outlook-com", "smtp-mail.outlook.com"],
          ["someone@contoso.onmicrosoft.us", "microsoft-365", "smtp.office365.us"],
          ["someone@contoso.partner.onmschina.cn", "microsoft-365", "smtp.partner.outlook.cn"]
        ] as const
        yield* each(hosts, ([address, provider, host]) =>
          Effect.gen(function*() {
            const { code, report } = yield* checkOnly([address, "--until", "resolve"])
            assert.strictEqual(code, 0)
            assert.strictEqual(report.provider?.id, provider)
            assert.deepStrictEqual(
              report.services[0]?.endpoint,
              { protocol: "smtp", host, port: 587, security: "starttls" },
              address
            )
          }))
      })
  )

  live("packs show lists the endpoints of businesses and persons, in text too", () =>
    Effect.gen(function*() {
      const { code, out } = yield* sonde(["packs", "show", "m365"])
      assert.strictEqual(code, 0)
      assert.match(out, /smtp\.office365\.com:587 +starttls/)
      const persons = yield* sonde(["packs", "show", "hotmail"])
      assert.match(persons.out, /smtp-mail\.outlook\.com:587 +starttls/)
      const pack = yield* packShown("m365")
      const personal = yield* packShown("outlook.com")
      const audienceOf = (host: string) =>
        [...pack.endpoints ?? [], ...personal.endpoints ?? []]
          .find((endpoint) => endpoint.host === host && endpoint.port === 587)?.audience
      assert.strictEqual(audienceOf("smtp.office365.com"), "business")
      assert.strictEqual(audienceOf("smtp-mail.outlook.com"), "consumer")
      assert.match(pack.notOffered?.find(({ port }) => port === 465)?.why ?? "", /Connections to 465 time out/)
    }))

  live("465 is named as not offered, and nothing is dialled", () =>
    Effect.gen(function*() {
      const { check, read, running } = yield* service()
      const flags = ["--port", "465", "--security", "tls"]
      const done = yield* check(app, flags)
      assert.strictEqual(done.code, 78)
      const verdict = done.report.verdicts[0]
      assert.strictEqual(verdict?.cause, "port_not_offered")
      assert.strictEqual(verdict?.phase, "preflight")
      assert.strictEqual(states(done).connect, "skip")
      assert.deepStrictEqual(commands(done, "change"), ["host=smtp.office365.com port=587 security=starttls"])
      assert.deepStrictEqual(running.state().signIns, {})
      const text = yield* read(app, flags)
      assert.match(text.out, /Microsoft 365 does not offer port 465 \(port_not_offered\)/)
      assert.match(text.out, /Nothing answers on 465, so a client only runs into a time-out/)
    }))

  live("25 works, and the user is told that networks often block it", () =>
    Effect.gen(function*() {
      const { check, read, reach, announced, secretOf } = yield* service()
      const done = yield* check(app, ["--port", "25"])
      assert.strictEqual(done.code, 0)
      assert.strictEqual(done.report.outcome, "warn")
      assert.strictEqual(states(done).auth, "pass")
      const finding = done.report.findings[0]
      assert.strictEqual(finding?.id, "port_blocked", JSON.stringify(done.report.findings))
      assert.strictEqual(finding?.state, "warn")
      assert.include(
        (finding?.remedies ?? []).map(({ command }) => command ?? ""),
        "host=smtp.office365.com port=587 security=starttls"
      )
      const text = yield* read(app, ["--port", "25"])
      assert.match(text.out, /Port 25 works for Microsoft but is often blocked on the way/)
      assert.match(text.out, /block outgoing 25 against spam.*587 is the port/)
      assert.strictEqual(announced(app).behaviour, "ok")
      const closed = reach.map((flag) =>
        flag.startsWith("smtp.office365.com:25:") ? "smtp.office365.com:25:127.0.0.1:1" : flag
      )
      const blocked = yield* sonde(
        ["check", app, "--provider", "microsoft-365", "--port", "25", "--secret", "env:PW", "--json", ...closed],
        { PW: secretOf(app) }
      )
      assert.strictEqual(blocked.code, 69)
      const report = JSON.parse(blocked.out)
      assert.strictEqual(report.verdicts[0].rule, "microsoft-365/connect-failed-25")
    }))

  live("a connection that fails is explained by its port: 587, 465 and 25", () =>
    Effect.gen(function*() {
      const expected = [
        ["587", "port_blocked", /Microsoft serves 587 everywhere/],
        ["465", "port_not_offered", /Nothing listens on 465/],
        ["25", "port_blocked", /block outgoing 25 against spam/]
      ] as const
      yield* each(expected, ([port, cause, because]) =>
        Effect.gen(function*() {
          const named = yield* explain(`Error: connect ETIMEDOUT smtp.office365.com:${port}`)
          assert.strictEqual(named.code, 0)
          assert.strictEqual(named.cause, cause, port)
          assert.match(named.explanation.verdicts[0]?.explanation ?? "", because)
          const address = yield* explain(`connect ETIMEDOUT 192.0.2.10:${port}`, ["--provider", "microsoft-365"])
          assert.strictEqual(address.cause, cause, port)
        }))
      const curl = "curl: (28) Failed to connect to smtp.office365.com port 587 after 10002 ms: Timeout was reached"
      assert.strictEqual((yield* explain(curl)).cause, "port_blocked")
    }))

  live(
    "a connection that nobody answers times out, and check gives the reason for 587 and for 25",
    () =>
      Effect.gen(function*() {
        const { reach, secretOf } = yield* service()
        const port = yield* unanswering
        const expected = [
          ["587", "connect-failed-587", "Microsoft serves 587 everywhere"],
          ["25", "connect-failed-25", "block outgoing 25 against spam"]
        ] as const
        yield* each(expected, ([wanted, rule, because]) =>
          Effect.gen(function*() {
            const place = `smtp.office365.com:${wanted}:`
            const silent = reach.map((flag) => flag.startsWith(place) ? `${place}127.0.0.1:${port}` : flag)
            const left = yield* sonde(
              [
                "check",
                app,
                "--provider",
                "microsoft-365",
                "--port",
                wanted,
                "--secret",
                "env:PW",
                "--json",
                "--timeout",
                "1s",
                ...silent
              ],
              { PW: secretOf(app) }
            )
            assert.strictEqual(left.code, 69, left.err)
            const done = { code: left.code, report: reportOf(left.out) }
            const error = stopped(done)?.error
            if (error?._tag !== "ConnectError") return assert.fail(`${error?._tag}`)
            assert.strictEqual(error.reason, "Timeout")
            assert.strictEqual(done.report.verdicts[0]?.rule, `microsoft-365/${rule}`)
            assert.strictEqual(done.report.verdicts[0]?.cause, "port_blocked")
            assert.include(told(done), because)
          }))
      })
  )

  live(
    "465 as a host with a port is judged alike, and the printed command goes on with the run at 587",
    () =>
      Effect.gen(function*() {
        const { check, checkOnly, resume, secretOf } = yield* service()
        const goesOn = (before: Checked, credential: ReadonlyArray<string>) => {
          const [printed = ""] = commands(before, "verify")
          const start = `sonde resume ${before.report.run} `
          assert.strictEqual(printed, `${start}--port 587 --security starttls`)
          return resume(before, [...printed.slice(start.length).split(" "), ...credential], secretOf(app))
        }
        const host = yield* checkOnly(["smtp.office365.com:465"])
        assert.strictEqual(host.code, 78)
        assert.strictEqual(host.report.verdicts[0]?.cause, "port_not_offered")
        const reached = yield* goesOn(host, [])
        assert.strictEqual(reached.code, 0, told(reached))
        const before = yield* check(app, ["--port", "465", "--security", "tls"])
        const after = yield* goesOn(before, ["--secret", "env:SECRET"])
        assert.strictEqual(after.code, 0, told(after))
        assert.strictEqual(after.report.run, before.report.run)
        assert.strictEqual(states(after).auth, "pass")
      })
  )

  live("a closed 587 is a failed connection that no new password cures", () =>
    Effect.gen(function*() {
      const { reach } = yield* service()
      const closed = reach.map((flag) =>
        flag.startsWith("smtp.office365.com:587:") ? "smtp.office365.com:587:127.0.0.1:1" : flag
      )
      const left = yield* sonde(
        ["check", app, "--provider", "microsoft-365", "--secret", "env:PW", ...closed],
        { PW: "fake-App-7Kq2" }
      )
      assert.strictEqual(left.code, 69)
      assert.match(left.out, /A firewall on the way blocks port 587 \(port_blocked\)/)
      assert.match(left.out, /nc -vz -w 10 smtp\.office365\.com 587/)
      assert.match(left.out, /Will not help +port 465/)
    }))
})

describe("sign-in", () => {
  live(
    "the user name is the full address; a name without domain is stopped before connecting",
    () =>
      Effect.gen(function*() {
        const { check, running } = yield* service()
        const bare = yield* check(app, ["--user", "app"])
        assert.strictEqual(bare.code, 78)
        assert.strictEqual(bare.report.verdicts[0]?.cause, "user_name_form")
        assert.strictEqual(bare.report.verdicts[0]?.phase, "preflight")
        assert.strictEqual(states(bare).connect, "skip")
        assert.include(
          commands(bare, "look").join(),
          "Get-Mailbox -Identity app@contoso.example | Format-List UserPrincipalName"
        )
        assert.deepStrictEqual(running.state().signIns, {})
        const alias = yield* check("erp@contoso.example", ["--user", "invoices@contoso.example"])
        assert.strictEqual(alias.code, 77)
        assert.include(told(alias), "an alias is given as user name")
        const pack = yield* packShown("microsoft-365")
        assert.strictEqual(pack.signIn?.userName, "address")
        assert.match(pack.signIn?.userNameText ?? "", /user principal name of the account, in full/)
      })
  )

  live("password, app password and OAuth 2.0 each sign in", () =>
    Effect.gen(function*() {
      const { announced, check } = yield* service()
      const tries = [
        [app, undefined, "LOGIN"],
        ["alerts@contoso.example", announced("alerts@contoso.example").appPassword, "LOGIN"],
        ["oauth@contoso.example", undefined, "XOAUTH2"]
      ] as const
      yield* each(tries, ([address, secret, mechanism]) =>
        Effect.gen(function*() {
          const done = yield* check(address, [], secret)
          assert.strictEqual(done.code, 0, address)
          const facts = done.report.services[0]?.phases.find(({ id }) => id === "auth")?.facts
          assert.strictEqual(facts?.["mechanism"], mechanism)
        }))
      const normal = yield* check("alerts@contoso.example")
      assert.strictEqual(normal.code, 77)
      assert.match(
        told(normal),
        /multi-factor authentication: an app password \(mysignins\.microsoft\.com\/security-info/
      )
    }))

  live("how to get an app password and who can block it is told", () =>
    Effect.gen(function*() {
      const pack = yield* packShown("microsoft-365")
      const methods = pack.signIn?.methods ?? []
      assert.deepStrictEqual(methods.map(({ id }) => id), ["oauth", "password", "app-password"])
      const method = methods.find(({ id }) => id === "app-password")
      const steps = [method?.how ?? []].flat().join("\n")
      assert.match(steps, /Named locations, Configure MFA trusted IPs, Allow users to create app passwords/)
      assert.match(steps, /https:\/\/mysignins\.microsoft\.com\/security-info, Add sign-in method, App password/)
      const blockers = [method?.blockedBy ?? []].flat().join("\n")
      for (const blocker of [/not enforced/, /administrator does not let/, /security defaults/, /Conditional Access/]) {
        assert.match(blockers, blocker)
      }
      assert.match(method?.text ?? "", /Not for personal accounts since 2024-09-16/)
    }))

  live(
    "the end of passwords is told with dates and sources, in the pack and beside a verdict",
    () =>
      Effect.gen(function*() {
        const pack = yield* packShown("microsoft-365")
        const dates = new Map((pack.signIn?.timeline ?? []).map((entry) => [entry.date, entry]))
        for (
          const [date, text] of [
            ["2020-01-01", /start with SMTP AUTH switched off/],
            ["2022-10-01", /IMAP, POP, EWS/],
            ["2024-09-16", /Personal accounts/],
            ["2025-06-12", /March and April 2026; this plan did not happen/],
            ["2026-01-27", /nothing changes before the end of December 2026/],
            ["2026-12-31", /off by default in existing organisations; an administrator can switch them on again/],
            ["2027-07-01", /second half of 2027/],
            ["2028-09-01", /High Volume Email/]
          ] as const
        ) {
          const entry = dates.get(date)
          assert.match(entry?.text ?? "", text, date)
          for (const key of entry?.sources ?? ["none"]) assert.match(pack.sources?.[key]?.url ?? "", /^https:\/\//, key)
        }
        const { check, read } = yield* service()
        const off = yield* check("scanner@contoso.example")
        const fact = off.report.verdicts[0]?.facts?.find(({ text }) => /end of December 2026/.test(text))
        assert.strictEqual(fact?.asOf, "2026-01-29")
        assert.strictEqual(fact?.reviewBy, "2026-12-15")
        assert.match(fact?.source ?? "", /^https:\/\/techcommunity\.microsoft\.com\/.*4489835$/)
        const text = yield* read("scanner@contoso.example")
        assert.match(text.out.replaceAll(/\s+/g, " "), /off by default at the end of December 2026.*2026-01-29/)
      })
  )

  live(
    "SMTP AUTH switched off prints Get-CASMailbox, Get-TransportConfig and Set-CASMailbox, ready to be pasted",
    () =>
      Effect.gen(function*() {
        const { check, enter, resume, running, secretOf } = yield* service()
        for (const address of ["scanner@contoso.example", "printer@contoso.example"]) {
          const before = yield* check(address)
          const look = commands(before, "look").join("\n")
          assert.include(look, `Get-CASMailbox -Identity ${address} | Format-List SmtpClientAuthenticationDisabled`)
          assert.include(look, "Get-TransportConfig | Format-List SmtpClientAuthenticationDisabled")
          const change = commands(before, "change")
          assert.deepStrictEqual(change, [
            `Set-CASMailbox -Identity ${address} -SmtpClientAuthenticationDisabled $false`
          ])
          for (const command of [look, ...change]) enter(command)
          const after = yield* resume(before, ["--secret", "env:SECRET"], secretOf(address))
          assert.strictEqual(after.code, 0, address)
        }
        assert.match(running.execute("Get-TransportConfig | Format-List SmtpClientAuthenticationDisabled").text, /True/)
      })
  )
})

describe("ways of sending and limits", () => {
  live(
    "the decision table has Direct Send, Graph, High Volume Email and the relay connector",
    () =>
      Effect.gen(function*() {
        const { decisions = [] } = yield* packShown("microsoft-365")
        const first = (situation: RegExp) => decisions.find((row) => situation.test(row.situation))?.first ?? ""
        assert.match(first(/Device without any sign-in/), /^Direct Send/)
        assert.match(first(/Own program/), /^Graph sendMail/)
        assert.match(first(/password only/), /^High Volume Email/)
        assert.match(first(/fixed public address/), /^SMTP relay connector/)
        assert.match(first(/Shared mailbox/), /Sign in as a delegate/)
        assert.match(first(/Service account/), /program identity/)
        assert.match(first(/Personal mailbox/), /XOAUTH2/)
        for (const row of decisions) assert.isNotEmpty(row.sources ?? [], row.situation)
      })
  )

  live(
    "recipients a day, messages a minute, sessions and size are numbers with units, replies and sources",
    () =>
      Effect.gen(function*() {
        const { limits = [], sources = {} } = yield* packShown("microsoft-365")
        const value = (id: string) => limits.find((limit) => limit.id === id)?.value
        assert.deepStrictEqual(
          ["recipients-per-day", "messages-per-minute", "concurrent-sessions", "recipients-per-message"].map(value),
          [10_000, 30, 3, 500]
        )
        assert.strictEqual(value("message-size"), 35 * 1024 * 1024)
        assert.strictEqual(value("message-size-ehlo"), 150 * 1024 * 1024)
        assert.match(
          limits.find(({ id }) => id === "message-size")?.text ?? "",
          /after Base64.*37 percent: about 25 MB of files/
        )
        for (const limit of limits) for (const key of limit.sources ?? []) assert.property(sources, key, limit.id)
      })
  )

  live(
    "a message over the limit is stopped before connecting, with the numbers and what Base64 adds",
    () =>
      Effect.gen(function*() {
        const { check, folder, running } = yield* service()
        const line = `${"0123456789".repeat(7)}\r\n`
        const head = `From: ${app}\r\nSubject: large\r\n\r\n`
        const write = (name: string, octets: number) => {
          const path = join(folder, name)
          writeFileSync(path, head + line.repeat(Math.floor(octets / line.length)))
          return ["--deliver", "--to", "someone@contoso.example", "--message", path]
        }
        const over = yield* check(app, write("over.eml", 35 * 1024 * 1024 + 1000))
        assert.strictEqual(over.code, 78)
        assert.strictEqual(over.report.verdicts[0]?.cause, "message_too_large")
        assert.strictEqual(over.report.verdicts[0]?.phase, "preflight")
        assert.strictEqual(states(over).connect, "skip")
        assert.match(told(over), /35 MB \(36700160 octets\).*Base64 makes attachments larger by about 37 percent/)
        assert.include(commands(over, "change").join(), `Set-Mailbox -Identity ${app} -MaxSendSize 150MB`)
        assert.deepStrictEqual(running.state().signIns, {})
        const under = yield* check(app, write("under.eml", 100_000))
        assert.strictEqual(under.code, 0)
        assert.isTrue(under.report.delivered)
      })
  )

  live(
    "more recipients than one message may have are stopped before connecting, and splitting is advised",
    () =>
      Effect.gen(function*() {
        const { check, running } = yield* service()
        const recipients = (count: number) =>
          Array.from({ length: count }, (_, number) => ["--to", `r${number}@contoso.example`]).flat()
        const over = yield* check(app, recipients(501))
        assert.strictEqual(over.code, 78)
        assert.strictEqual(over.report.verdicts[0]?.cause, "recipient_limit")
        assert.strictEqual(states(over).connect, "skip")
        assert.match(told(over), /has 501 recipients.*500 in a message.*Waiting does not help; splitting does/)
        assert.deepStrictEqual(running.state().signIns, {})
        const enough = yield* check(app, recipients(20))
        assert.strictEqual(enough.code, 0)
      })
  )
})

describe("security advice", () => {
  live("TLS only: a sign-in without TLS is stopped before connecting", () =>
    Effect.gen(function*() {
      const { check, running } = yield* service()
      const clear = yield* check(app, ["--security", "none", "--allow-clear-auth"])
      assert.strictEqual(clear.code, 78)
      assert.strictEqual(clear.report.verdicts[0]?.cause, "must_starttls")
      assert.match(told(clear), /A secret sent in clear would be readable on the way/)
      assert.deepStrictEqual(running.state().signIns, {})
      const refused = yield* check(app, ["--security", "none"])
      assert.notStrictEqual(refused.code, 0)
      assert.strictEqual(stopped(refused)?.id ?? refused.report.verdicts[0]?.phase, "preflight")
    }))

  live("app passwords are secrets, the sign-in log is watched, and the way on is OAuth", () =>
    Effect.gen(function*() {
      const { advice = [] } = yield* packShown("microsoft-365")
      const all = advice.map(({ text }) => text).join("\n")
      assert.match(all, /^Send only over TLS: STARTTLS on 587, certificate verified/m)
      assert.match(all, /^An app password is a secret like any other: it passes multi-factor authentication/m)
      assert.match(all, /^Watch the sign-in log \(client app Authenticated SMTP\)/m)
      assert.match(all, /^Move to OAuth or Graph before the end of December 2026/m)
      for (const { sources = [] } of advice) assert.isNotEmpty(sources)
    }))
})
