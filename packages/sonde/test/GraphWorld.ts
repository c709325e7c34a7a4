/** An organisation with a program and people that send through Graph, for tests on loopback. */
import type { Running } from "@sonde/simulator/Simulator"
import * as Simulator from "@sonde/simulator/Simulator"
import * as World from "@sonde/simulator/World"
import type { Check } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Agent, request } from "node:https"

export const address = "scanner@contoso.example"
export const shared = "info@contoso.example"
export const group = "CN=Senders,DC=contoso,DC=example"

export const app = {
  appId: "6b1f0c52-0000-4000-8000-00000000a009",
  objectId: "6b1f0c52-0000-4000-8000-00000000b009"
}
const publicId = "6b1f0c52-0000-4000-8000-00000000a010"
const secret = "fake-secret-of-graph-7Tq2"

export interface Switches {
  readonly tenant?: object
  readonly mailbox?: object
  readonly application?: object
}

export const start = ({ application = {}, mailbox = {}, tenant = {} }: Switches = {}) =>
  Effect.gen(function*() {
    const world = yield* World.decode({
      tenants: [{
        name: "Contoso",
        domains: ["contoso.example"],
        ...tenant,
        applications: [{
          ...app,
          name: "Sender",
          secrets: [{ value: secret }],
          application: ["Mail.Send", "Mail.ReadWrite"],
          ...application
        }, {
          appId: publicId,
          name: "Desktop",
          publicClient: true,
          delegated: ["Mail.Send", "Mail.Send.Shared", "User.Read", "https://outlook.office.com/SMTP.Send"]
        }]
      }],
      mailboxes: [
        { address, password: "fake-Scanner-9Lw4", smtpAuth: "on", ...mailbox },
        { address: shared, shared: true, licensed: false }
      ]
    })
    return yield* Simulator.start({ world })
  })

const place = (simulator: Running): Check => ({
  target: address,
  provider: "microsoft-365",
  via: "graph",
  connectTo: simulator.connectTo,
  ca: simulator.caPem
})

/** What somebody types who has a program's secret. */
export const asProgram = (simulator: Running, more: Partial<Check> = {}): Check => ({
  ...place(simulator),
  grant: "client-credentials",
  clientId: app.appId,
  clientSecret: Redacted.make(secret),
  ...more
})

/** What somebody types who has a token. */
export const withToken = (simulator: Running, token: string, more: Partial<Check> = {}): Check => ({
  ...place(simulator),
  token: Redacted.make(token),
  ...more
})

/** A token of a person for a scope, by the password. */
export const personToken = (simulator: Running, scope = "https://graph.microsoft.com/Mail.Send"): Promise<string> =>
  tokenOf(simulator, {
    grant_type: "password",
    client_id: publicId,
    username: address,
    password: "fake-Scanner-9Lw4",
    scope
  })

const tokenOf = (simulator: Running, fields: Readonly<Record<string, string>>): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = request({
      agent: new Agent({ keepAlive: false }),
      host: "127.0.0.1",
      port: simulator.http.port,
      servername: "login.microsoftonline.com",
      ca: simulator.caPem,
      method: "POST",
      path: "/contoso.example/oauth2/v2.0/token",
      headers: { "host": "login.microsoftonline.com", "content-type": "application/x-www-form-urlencoded" }
    }, (response) => {
      let text = ""
      response.on("data", (part) => text += part)
      response.on("end", () => {
        const { access_token: token } = JSON.parse(text)
        if (typeof token === "string") resolve(token)
        else reject(new Error(text))
      })
    })
    sent.on("error", reject)
    sent.end(new URLSearchParams(fields).toString())
  })
