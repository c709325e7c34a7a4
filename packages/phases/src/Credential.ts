/**
 * What to sign in with.
 *
 * @since 0.1.0
 */
import type { AuthChoice } from "@sonde/domain/Options"
import type { CredentialKind } from "@sonde/wire/sasl/Mechanism"
import type * as Redacted from "effect/Redacted"

/**
 * A sign-in name with a password or an access token. With a client certificate the secret is its private key, which goes nowhere,
 * and an empty name leaves it to the server whom the certificate stands for. The secret is never anything but `Redacted`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Credential {
  readonly kind: CredentialKind
  readonly user: string
  readonly secret: Redacted.Redacted<string>
  /** The mechanism to use, `auto` for the strongest that both sides can. */
  readonly mechanism: AuthChoice
}
