/**
 * Secrets on their way into the body of a request.
 */
import type { StartRun } from "@sonde/http-api/RunsApi"
import * as Redacted from "effect/Redacted"
import type { SignIn } from "./Elsewhere.ts"

/** A body as JSON, with its secrets: the only place where they are taken out. */
export const shown = (body: unknown): string =>
  JSON.stringify(body, function(this: Readonly<Record<string, unknown>>, key, value: unknown) {
    const it = this[key]
    return Redacted.isRedacted(it) ? Redacted.value(it) : value
  })

/** A secret in the place of the body where it belongs, or how a token is obtained; nothing for a run without one. */
export const secretOf = (signIn: SignIn, secret: string): Pick<StartRun, "secret" | "token"> =>
  signIn === "device"
    ? { token: { source: "device-code" } }
    : signIn === "nothing" || secret === ""
    ? {}
    : { [signIn === "token" ? "token" : "secret"]: Redacted.make(secret, { label: "secret" }) }
