/**
 * Secrets on their way into the body of a request.
 */
import type { StartRun } from "@sonde/http-api/RunsApi"
import * as Redacted from "effect/Redacted"
import type { SignIn } from "./Elsewhere.ts"

/** A secret in the place of the body where it belongs, or how a token is obtained; nothing for a run without one. */
export const secretOf = (signIn: SignIn, secret: string): Pick<StartRun, "secret" | "token"> =>
  signIn === "device"
    ? { token: { source: "device-code" } }
    : signIn === "nothing" || secret === ""
    ? {}
    : { [signIn === "token" ? "token" : "secret"]: Redacted.make(secret, { label: "secret" }) }
