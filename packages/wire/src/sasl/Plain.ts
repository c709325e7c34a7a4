/**
 * SASL PLAIN (RFC 4616 section 2): one message, `authzid NUL authcid NUL password`.
 *
 * Pure: credentials in, one Base64 text out. Names and passwords are sent as given: RFC 4616 section 2 leaves preparation
 * (SASLprep) to the server for comparing, and a client that changed them would hide what a diagnosis wants to see.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Base64 from "./Base64.ts"
import { type Exchange, single } from "./Exchange.ts"
import { SaslError } from "./Mechanism.ts"

/**
 * Who signs in. `authcid` is the name that owns the password; `authzid`, mostly absent, is whom to act as.
 *
 * @category models
 * @since 0.1.0
 */
export interface PlainCredential {
  readonly authzid?: string | undefined
  readonly authcid: string
  readonly password: Redacted.Redacted<string>
}

/**
 * The initial response in Base64, secret like the password in it. A NUL in any part, an empty `authcid` and an empty password
 * are refused (RFC 4616 section 2); `authzid` may be empty.
 *
 * @category encoding
 * @since 0.1.0
 */
export const initialResponse = (credential: PlainCredential): Result.Result<Redacted.Redacted<string>, SaslError> => {
  const password = Redacted.value(credential.password)
  const authzid = credential.authzid ?? ""
  const problem = problemOf("authzid", authzid, true) ?? problemOf("authcid", credential.authcid, false) ??
    problemOf("password", password, false)
  return problem === undefined
    ? Result.succeed(Redacted.make(Base64.encode(`${authzid}\0${credential.authcid}\0${password}`), { label: "PLAIN" }))
    : Result.fail(problem)
}

/**
 * Begins an exchange; refuses what `initialResponse` refuses.
 *
 * @category constructors
 * @since 0.1.0
 */
export const exchange = (credential: PlainCredential): Result.Result<Exchange, SaslError> =>
  Result.map(initialResponse(credential), (response) => single("PLAIN", response, "secret"))

const problemOf = (field: SaslError["field"], text: string, mayBeEmpty: boolean): SaslError | undefined => {
  if (text.includes("\0")) return new SaslError({ mechanism: "PLAIN", field, problem: "control-character" })
  return text === "" && !mayBeEmpty ? new SaslError({ mechanism: "PLAIN", field, problem: "empty" }) : undefined
}
