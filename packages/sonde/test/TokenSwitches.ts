/** An organisation with a program, another one beside it, and what it takes to ask for tokens and to show them to the servers. */
import type { ServiceId } from "@sonde/domain/Service"
import type { Running } from "@sonde/simulator/Simulator"
import * as Simulator from "@sonde/simulator/Simulator"
import * as World from "@sonde/simulator/World"
import type { Check } from "@sonde/sonde"
import * as Effect from "effect/Effect"
import { once } from "node:events"
import { Agent, request } from "node:https"
import { connect as connectPlain, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"

export const address = "scanner@contoso.example"
export const directory = "3c1d7a52-0000-4000-8000-00000000c001"
export const elsewhere = "fabrikam.example"
export const secret = "fake-secret-of-mail-5Wn8"
export const app = {
  appId: "6b1f0c52-0000-4000-8000-00000000a021",
  objectId: "6b1f0c52-0000-4000-8000-00000000b021"
}
export const desktop = "6b1f0c52-0000-4000-8000-00000000a022"

/** The services that take a token of Exchange, with what the server says to one it does not take. */
export const refusals = {
  "smtp-submission": /^535 5\.7\.3 Authentication unsuccessful \[/,
  imap: /^A1 NO AUTHENTICATE failed\.$/,
  pop3: /^-ERR Authentication failure: unknown user name or bad password\.$/
} satisfies Partial<Record<ServiceId, RegExp>>
export type Service = keyof typeof refusals
export const services: ReadonlyArray<Service> = ["smtp-submission", "imap", "pop3"]

export interface Switches {
  readonly tenant?: object
  readonly mailbox?: object
  readonly application?: object
  readonly desktop?: object
}

const mail = ["SMTP.SendAsApp", "IMAP.AccessAsApp", "POP.AccessAsApp", "Mail.Send"]
const exchange = (name: string): string => name.startsWith("Mail.") ? name : `https://outlook.office365.com/${name}`

export const start = ({ application = {}, desktop: program = {}, mailbox = {}, tenant = {} }: Switches) =>
  Effect.gen(function*() {
    const world = yield* World.decode({
      tenants: [{
        name: "Contoso",
        id: directory,
        domains: ["contoso.example"],
        smtpAuth: "on",
        servicePrincipals: [{ ...app, displayName: "Mail robot" }],
        ...tenant,
        applications: [{
          ...app,
          name: "Mail robot",
          signInAudience: "AzureADMultipleOrgs",
          installedIn: [elsewhere],
          secrets: [{ value: secret }],
          application: mail.map(exchange),
          ...application
        }, {
          appId: desktop,
          name: "Desktop",
          publicClient: true,
          delegated: ["User.Read", "SMTP.Send", "IMAP.AccessAsUser.All", "POP.AccessAsUser.All"].map((name) =>
            name.startsWith("User.") ? name : `https://outlook.office.com/${name}`
          ),
          ...program
        }]
      }, { name: "Fabrikam", domains: [elsewhere] }],
      mailboxes: [{ address, password: "fake-Scanner-9Lw4", smtpAuth: "on", fullAccess: [app.objectId], ...mailbox }]
    })
    return yield* Simulator.start({ world })
  })

/** What somebody types for one service. */
export const asking = (simulator: Running, service: Service, more: Partial<Check>): Check => ({
  target: address,
  provider: "microsoft-365",
  only: [service],
  connectTo: simulator.connectTo,
  ca: simulator.caPem,
  ...more
})

type Answer = Readonly<Record<string, unknown>>

/** Posts a form to an address of the sign-in service. */
export const post = (
  simulator: Running,
  url: string,
  fields: Readonly<Record<string, string>>
): Effect.Effect<Answer> =>
  Effect.promise(() =>
    new Promise<Answer>((resolve, reject) => {
      const { hostname, pathname } = new URL(url)
      const sent = request({
        agent: new Agent({ keepAlive: false }),
        host: "127.0.0.1",
        port: simulator.http.port,
        servername: hostname,
        ca: simulator.caPem,
        method: "POST",
        path: pathname,
        headers: { "host": hostname, "content-type": "application/x-www-form-urlencoded" }
      }, (response) => {
        let text = ""
        response.on("data", (part) => text += part)
        response.on("end", () => resolve(JSON.parse(text)))
      })
      sent.on("error", reject)
      sent.end(new URLSearchParams(fields).toString())
    })
  )

export const endpoint = (name: string, what = "token"): string =>
  `https://login.microsoftonline.com/${name}/oauth2/v2.0/${what}`

/** A token of the program itself. */
export const programToken = (
  simulator: Running,
  { at = endpoint(directory), scope = "https://outlook.office365.com/.default" } = {}
): Effect.Effect<string> =>
  Effect.map(
    post(simulator, at, { grant_type: "client_credentials", client_id: app.appId, client_secret: secret, scope }),
    (answer) => String(answer["access_token"])
  )

/** A conversation of lines. */
class Lines {
  #text = ""
  readonly socket: Socket
  constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding("utf8")
    socket.on("data", (part) => this.#text += part)
  }
  /** The last line of a reply; lines before it that `more` fits are left out. */
  async reply(more: RegExp): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\r\n")
      if (end === -1) {
        await once(this.socket, "data")
        continue
      }
      const line = this.#text.slice(0, end)
      this.#text = this.#text.slice(end + 2)
      if (!more.test(line)) return line
    }
  }
  ask(line: string, more: RegExp): Promise<string> {
    this.socket.write(`${line}\r\n`)
    return this.reply(more)
  }
}

const never = /^\b$/
const continued = /^\d{3}-/

const secured = async (simulator: Running, port: number, host: string, socket?: Socket): Promise<Lines> => {
  const options = { servername: host, ca: simulator.caPem }
  const opened = socket === undefined
    ? connectTls({ host: "127.0.0.1", port, ...options })
    : connectTls({ socket, ...options })
  await once(opened, "secureConnect")
  return new Lines(opened)
}

const submission = async (simulator: Running, initial: string): Promise<string> => {
  const clear = new Lines(connectPlain({ host: "127.0.0.1", port: simulator.smtp.port }))
  await clear.reply(continued)
  await clear.ask("EHLO test.example", continued)
  await clear.ask("STARTTLS", continued)
  clear.socket.removeAllListeners("data")
  const lines = await secured(simulator, simulator.smtp.port, "smtp.office365.com", clear.socket)
  await lines.ask("EHLO test.example", continued)
  const heard = await lines.ask(`AUTH XOAUTH2 ${initial}`, continued)
  lines.socket.destroy()
  return heard
}

const reading = async (simulator: Running, service: "imap" | "pop3", initial: string): Promise<string> => {
  const lines = await secured(simulator, simulator[service].port, "outlook.office365.com")
  await lines.reply(never)
  const heard = service === "imap"
    ? await lines.ask(`A1 AUTHENTICATE XOAUTH2 ${initial}`, /^\*/)
    : await lines.ask("AUTH XOAUTH2", never).then(() => lines.ask(initial, never))
  lines.socket.destroy()
  return heard
}

/** What a server says to the mailbox's name and a token. */
export const heard = (simulator: Running, service: Service, token: string): Effect.Effect<string> => {
  const initial = Buffer.from(`user=${address}\u0001auth=Bearer ${token}\u0001\u0001`).toString("base64")
  return Effect.promise(() =>
    service === "smtp-submission" ? submission(simulator, initial) : reading(simulator, service, initial)
  )
}
