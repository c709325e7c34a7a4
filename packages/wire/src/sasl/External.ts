/**
 * SASL EXTERNAL (RFC 4422 appendix A): the server knows who is there from elsewhere, mostly from a client certificate, and is
 * told at most whom to act as.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Base64 from "./Base64.ts"
import { type Exchange, single } from "./Exchange.ts"
import { SaslError } from "./Mechanism.ts"

/**
 * Begins an exchange. Without `authzid` the response is empty, and the server acts for whom the certificate names. A NUL in it
 * is refused.
 *
 * @category constructors
 * @since 0.1.0
 */
export const exchange = (authzid = ""): Result.Result<Exchange, SaslError> =>
  authzid.includes("\0")
    ? Result.fail(new SaslError({ mechanism: "EXTERNAL", field: "authzid", problem: "control-character" }))
    : Result.succeed(single("EXTERNAL", Redacted.make(Base64.encode(authzid)), authzid === "" ? "nothing" : "user"))
