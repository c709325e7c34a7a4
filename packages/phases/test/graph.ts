/** What tests of Microsoft Graph share: a Graph made of data, and a caller of it. */
import { DialFailed } from "@sonde/net/Dialer"
import { HttpFailed, HttpTlsFailed } from "@sonde/net/Http"
import * as Net from "@sonde/net/Net"
import * as Recorder from "@sonde/net/Recorder"
import type { Caller } from "@sonde/phases/GraphCall"
import * as Redacted from "effect/Redacted"

const endpoint = { protocol: "http", host: "graph.example", port: 443, security: "tls" } as const
export const upload = "up.example"

export const token = "canary-token.of-graph.never-shown-anywhere"

export const recorders = () => Recorder.make({ now: () => 0, secrets: [Redacted.make(token)] })

export const caller = (recorder = recorders(), path = "/users/m@t.example"): Caller => ({
  way: { service: "graph", pins: [], server: undefined, ca: undefined, recorder },
  endpoint,
  token: Redacted.make(token),
  mailbox: "m@t.example",
  path
})

export const network = (http: Net.StaticHttp, more: Net.StaticWorld["http"] = {}, zone = true) =>
  Net.layerStatic({
    zone: zone ? { "graph.example": { a: ["192.0.2.80"] }, [upload]: { a: ["192.0.2.81"] } } : {},
    http: { "graph.example:443": http, ...more }
  })

export const refusing = (
  status: number,
  code: string,
  message = "Graph says so.",
  headers: Readonly<Record<string, string>> = {}
) =>
() => ({
  status,
  headers: { "request-id": "8d6c1e2a-0000-4000-8000-000000000001", ...headers },
  body: code === "" ? "" : JSON.stringify({ error: { code, message, innerError: {} } })
})

/** What Graph answers to a message without recipients where all else is in order. */
export const lacking = refusing(
  400,
  "ErrorInvalidRecipients",
  "At least one recipient is not valid., A message can't be sent because it contains no recipients."
)

/** Ways on which no response comes, and the error that each is where nothing can be in doubt. */
export const ways: ReadonlyArray<readonly [name: string, http: Net.StaticHttp]> = [
  ["ConnectError Refused", new DialFailed({ reason: "Refused", attempts: [] })],
  ["TlsError CertificateExpired", new HttpTlsFailed({ conditions: ["CertificateExpired"], chain: [] })],
  ["ConnectionLost Closed", () => new HttpFailed({ reason: "Closed", bytes: 0 })],
  ["PhaseTimeout", () => new HttpFailed({ reason: "Timeout", bytes: 0 })],
  ["ProtocolError ReplyTooLong", () => new HttpFailed({ reason: "TooLong", bytes: 300_000 })]
]
