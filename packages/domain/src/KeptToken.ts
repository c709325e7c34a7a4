/**
 * A token that is kept between runs, and what it is kept under. Neither has a schema: a token is a secret, and whoever keeps it writes
 * it down as nobody else can read it.
 *
 * @since 0.1.0
 */
import type * as Redacted from "effect/Redacted"

/**
 * What a token is kept under: who gave it (`issuer`, the token endpoint), to whom, for what and for whom. `given` is the fingerprint
 * of the refresh token it was first obtained with, where one was given: another one begins anew.
 *
 * @category models
 * @since 0.1.0
 */
export interface Label {
  readonly issuer: string
  readonly kind: string
  readonly clientId: string
  readonly scope: string
  readonly user: string
  readonly given?: string | undefined
}

/**
 * A token that is kept. `expiresAtMillis` is since the epoch; without it nobody knows.
 *
 * @category models
 * @since 0.1.0
 */
export interface Kept {
  readonly token: Redacted.Redacted<string>
  readonly refreshToken: Redacted.Redacted<string> | undefined
  readonly expiresAtMillis: number | undefined
}
