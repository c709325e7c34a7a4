/** A world with one application of each kind, and what it takes to ask for its tokens. */
import * as Simulator from "@sonde/simulator/Simulator"
import * as World from "@sonde/simulator/World"
import * as Effect from "effect/Effect"
import { Client, messageFrom, xoauth2 } from "./Client.ts"

export const appId = "11111111-aaaa-4aaa-8aaa-000000000001"
export const publicId = "11111111-aaaa-4aaa-8aaa-000000000002"
export const objectId = "11111111-bbbb-4bbb-8bbb-000000000001"
export const address = "m@t.example"
export const exchangeScope = "https://outlook.office365.com/.default"
export const userScope = "https://outlook.office.com/SMTP.Send"

export interface Switches {
  readonly tenant?: object
  readonly mailbox?: object
  readonly app?: object
  readonly desktop?: object
}

const worldOf = ({ app = {}, desktop = {}, mailbox = {}, tenant = {} }: Switches = {}) =>
  World.decode({
    tenants: [
      {
        name: "T",
        domains: ["t.example"],
        smtpAuth: "on",
        servicePrincipals: [{ appId, objectId, displayName: "Daemon" }],
        ...tenant,
        applications: [
          {
            appId,
            objectId,
            name: "Daemon",
            secrets: [{ value: "fake-secret" }],
            application: ["https://outlook.office365.com/SMTP.SendAsApp", "Mail.Send"],
            ...app
          },
          { appId: publicId, name: "Desktop", publicClient: true, delegated: [userScope, "Mail.Send"], ...desktop }
        ]
      },
      {
        name: "U",
        domains: ["u.example"],
        cloud: "us_government"
      },
      { name: "Personal", kind: "consumer", domains: ["p.example"], smtpAuth: "on" },
      {
        name: "V",
        domains: ["v.example"],
        smtpAuth: "on"
      }
    ],
    mailboxes: [
      { address, password: "fake-m", fullAccess: [objectId], ...mailbox },
      { address: "p@p.example", password: "fake-p" },
      { address: "v@v.example", password: "fake-v", fullAccess: [objectId] }
    ]
  })

export const start = (switches: Switches = {}, now?: () => number) =>
  Effect.flatMap(worldOf(switches), (world) => Simulator.start(now === undefined ? { world } : { world, now }))

export const credentials = {
  grant_type: "client_credentials",
  client_id: appId,
  client_secret: "fake-secret",
  scope: exchangeScope
}
export const byPassword = {
  grant_type: "password",
  client_id: publicId,
  username: address,
  password: "fake-m",
  scope: `${userScope} offline_access openid`
}

export const submit = async (running: Simulator.Running, user: string, presented: unknown): Promise<string> => {
  const client = await Client.open(running.smtp.port)
  await client.ready(running.caPem)
  const signedIn = await client.command(`AUTH XOAUTH2 ${xoauth2(user, String(presented))}`)
  const last = signedIn.startsWith("235") ? await client.send(user, ["a@b.example"], messageFrom(user)) : signedIn
  client.end()
  await client.closed()
  return last
}
