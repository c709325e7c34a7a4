/**
 * Short ways to say what a test needs from a network made of data.
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import type { Dialer, DialRequest } from "@sonde/net/Dialer"
import * as Net from "@sonde/net/Net"
import * as Recorder from "@sonde/net/Recorder"
import type { Resolver } from "@sonde/net/Resolver"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

/** The endpoint of a one-server world. */
export const endpoint: Endpoint = { protocol: "smtp", host: "mx.example", port: 25, security: "starttls" }

/** A world in which `mx.example` at 192.0.2.25 plays these lines, or texts of several lines, on port 25. */
export const saying = (...lines: ReadonlyArray<string>): Layer.Layer<Resolver | Dialer> =>
  world({ script: lines.join("\n") })

/** The same with everything a server can be. */
export const world = (server: Net.StaticServer): Layer.Layer<Resolver | Dialer> =>
  Net.layerStatic({
    zone: { "mx.example": { a: ["192.0.2.25"], mx: [[10, "mx.example"]] } },
    servers: { "mx.example:25": server }
  })

/** A recorder whose time stands still and that knows these secrets. */
export const recorder = (...secrets: ReadonlyArray<string>): Recorder.Recorder =>
  Recorder.make({ now: () => 0, secrets: secrets.map((secret) => Redacted.make(secret)) })

/** A request for `endpoint` at 192.0.2.25. */
export const request = (options?: Partial<DialRequest>): DialRequest => ({
  endpoint,
  addresses: [{ address: "192.0.2.25", port: 25, family: 4 }],
  timeoutMillis: 5000,
  service: "smtp-submission",
  recorder: recorder(),
  ...options
})
