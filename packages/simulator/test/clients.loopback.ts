import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as Effect from "effect/Effect"
import { createTransport } from "nodemailer"

const message = {
  from: "app@contoso.example",
  to: "a@partner.example",
  subject: "From Nodemailer",
  text: "Hello.\n.dot\n"
}

const transport = (running: Simulator.Running, auth: object) =>
  createTransport({
    host: running.smtp.host,
    port: running.smtp.port,
    secure: false,
    requireTLS: true,
    tls: { ca: running.caPem, servername: "smtp.office365.com" },
    auth
  })

describe("Nodemailer", () => {
  it.live("sends with a password and with a token, each message once", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* Simulator.start({})
      const oauth = running.mailboxes.find((mailbox) => mailbox.address === "oauth@contoso.example")
      yield* Effect.promise(async () => {
        const info = await transport(running, { user: "app@contoso.example", pass: "fake-App-7Kq2" }).sendMail(message)
        assert.match(info.response, /^250 2\.0\.0 OK <.+> \[Hostname=.+\.prod\.outlook\.com\]$/)
        await transport(running, { type: "OAuth2", user: "oauth@contoso.example", accessToken: oauth?.token })
          .sendMail({ ...message, from: "oauth@contoso.example" })
      })
      const { messages, signIns } = running.state()
      assert.deepStrictEqual(messages.map((one) => [one.mailbox, one.subject]), [
        ["app@contoso.example", "From Nodemailer"],
        ["oauth@contoso.example", "From Nodemailer"]
      ])
      assert.include(messages[0]?.raw ?? "", "\r\n.dot\r\n")
      assert.deepStrictEqual(signIns, { "app@contoso.example": 1, "oauth@contoso.example": 1 })
    })))

  it.live("reads the refusal of the service", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* Simulator.start({})
      const error = yield* Effect.promise(() =>
        transport(running, { user: "scanner@contoso.example", pass: "fake-Scanner-9Lw4" }).sendMail(message).then(
          () => "sent",
          (cause: unknown) => String(cause)
        )
      )
      assert.match(
        error,
        /535 5\.7\.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant\./
      )
      const denied = yield* Effect.promise(() =>
        transport(running, { user: "app@contoso.example", pass: "fake-App-7Kq2" })
          .sendMail({ ...message, from: "sales@contoso.example" }).then(() => "sent", (cause: unknown) => String(cause))
      )
      assert.match(
        denied,
        /554 5\.2\.252 SendAsDenied; app@contoso\.example not allowed to send as sales@contoso\.example/
      )
      assert.deepStrictEqual(running.state().messages, [])
    })))
})
