/**
 * A hostile issuer of tokens: it repeats what it was given, in every form it can think of, in errors, in tokens and in what is no
 * answer at all.
 */
import * as HttpsServer from "@sonde/testkit/HttpsServer"
import * as TestCa from "@sonde/testkit/TestCa"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as CanaryServer from "./CanaryServer.ts"

/** What the issuer does with a request for a token. */
export type Ending =
  | "refuse"
  /** Gives tokens, and repeats beside them. */
  | "accept"
  /** 429. */
  | "throttle"
  /** 503. */
  | "broken"
  /** A page in the place of JSON. */
  | "garbage"
  /** JSON that ends in the middle. */
  | "torn"
  /** Sends the client elsewhere, with everything in the address. */
  | "elsewhere"
  | "hangUp"
  | "silent"

export const endings: ReadonlyArray<Exclude<Ending, "silent">> = [
  "refuse",
  "accept",
  "garbage",
  "elsewhere",
  "throttle",
  "broken",
  "torn",
  "hangUp"
]

/** The hosts it plays. */
export const hosts = ["login.microsoftonline.com", "oauth2.googleapis.com", "accounts.google.com"]

export const accessToken = "ya29.Canary-access-4vT9sBq6Yd2h-4hT8"
export const refreshToken = "1//Canary-refresh-4vT9sBq6Yd2h-4hT8"
export const deviceCode = "GMMhmHCX-Canary-device-4vT9sBq6Yd2h"

export interface CanaryIssuer {
  readonly port: number
  readonly ca: string
  /** The secrets that were sent. */
  readonly learnt: () => ReadonlyArray<string>
  readonly become: (ending: Ending) => void
  /** Resolves when the issuer has the secrets of the next request and is about to answer. */
  readonly asked: () => Promise<void>
}

const secretNames = [
  "client_secret",
  "client_assertion",
  "assertion",
  "refresh_token",
  "code",
  "code_verifier",
  "device_code"
]

/** Starts it. */
export const start: Effect.Effect<CanaryIssuer, never, Scope.Scope> = Effect.gen(function*() {
  const authority = yield* Effect.promise(TestCa.testCa)
  const tls = yield* Effect.promise(() => authority.server({ dns: hosts, subject: `CN=${hosts[0]}` }))
  let ending: Ending = "refuse"
  let arrived: () => void = () => {}
  let asked = new Promise<void>((resolve) => arrived = resolve)
  const learnt: Array<string> = []
  const answer = (body: string): HttpsServer.Answer => {
    const fields = new URLSearchParams(body)
    const secrets = secretNames.flatMap((name) => fields.getAll(name))
    learnt.push(...secrets)
    const said = secrets.flatMap((secret) =>
      CanaryServer.forms("alice@canary.example", secret).map((form) =>
        typeof form === "string" ? form : form.toString("latin1")
      )
    )
    // Some five forms of a long secret fill what is read of a body.
    const text = said.filter((form) => form.length < 9000).join(" | ").slice(0, 200_000)
    const json = (status: number, value: object) => ({
      status,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(value)
    })
    arrived()
    switch (ending) {
      case "refuse":
        return json(400, {
          error: `invalid_client ${secrets[0] ?? ""}`,
          error_description: `AADSTS7000215: not ${text}`,
          correlation_id: "0b8f4a6e-6f7e-4d2c-9d0b-7c5a4e3b2a10"
        })
      case "accept":
        return json(200, {
          access_token: accessToken,
          refresh_token: refreshToken,
          token_type: "Bearer",
          expires_in: 3600,
          scope: "mail",
          you_said: body,
          again: text
        })
      case "throttle":
        return { ...json(429, { error: text }), headers: { "retry-after": "1" } }
      case "broken":
        return { status: 503, body: `<p>${body}</p>${text}` }
      case "garbage":
        return { status: 200, body: `<html>${text}&access_token=${accessToken}` }
      case "torn":
        return {
          status: 200,
          body: `{"access_token":"${accessToken}","refresh_token":"${refreshToken}","said":"${body}`
        }
      case "elsewhere":
        return { status: 302, headers: { location: `https://evil.example/?${body}` }, body: text }
      case "hangUp":
        return undefined
      case "silent":
        return "nothing"
    }
  }
  const server = yield* HttpsServer.start(tls, ({ body, method, path }) => {
    if (path.endsWith("/devicecode")) {
      return {
        status: 200,
        body: JSON.stringify({
          device_code: deviceCode,
          user_code: "ABCD-EFGH",
          verification_uri: "https://login.microsoftonline.com/device",
          expires_in: 60,
          interval: 1
        })
      }
    }
    return method === "POST" ? answer(body) : { status: 404, body: "" }
  })
  return {
    port: server.port,
    ca: authority.ca,
    learnt: () => learnt,
    become: (next) => {
      ending = next
      asked = new Promise<void>((resolve) => arrived = resolve)
    },
    asked: () => asked
  }
})
