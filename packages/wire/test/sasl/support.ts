/** What the tests of the SASL messages share. */
import type { SaslError } from "@sonde/wire/sasl/Mechanism"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

export const secret = (text: string): Redacted.Redacted<string> => Redacted.make(text)

/** What would go to the server. */
export const sent = (result: Result.Result<Redacted.Redacted<string>, SaslError>): string =>
  Redacted.value(Result.getOrThrow(result))

/** Why an argument is refused. */
export const refused = <A>(result: Result.Result<A, SaslError>): ReadonlyArray<string> => {
  const { field, mechanism, problem } = Result.getOrThrow(Result.flip(result))
  return [mechanism, field, problem]
}
