/**
 * Chooses a mechanism among those offered, and says of every other one why not.
 *
 * Pure: names in, a choice out. RFC 4954 section 4 leaves the choice to the client.
 *
 * @since 0.1.0
 */
import type { AuthChoice } from "@sonde/domain/Options"
import * as Mechanism from "@sonde/wire/sasl/Mechanism"

/**
 * A mechanism of the offer that was not used.
 *
 * @category models
 * @since 0.1.0
 */
export interface PassedOver {
  readonly mechanism: string
  readonly why: string
}

/**
 * The mechanism to use, if any, and the others.
 *
 * @category models
 * @since 0.1.0
 */
export interface Choice {
  readonly mechanism: Mechanism.Spoken | undefined
  readonly passedOver: ReadonlyArray<PassedOver>
}

/**
 * What there is to sign in with. `asked` is the mechanism asked for by name, or `auto`. `isBindable` tells whether the connection
 * can be told from others, which a -PLUS mechanism needs; `problemOf` says in words why a mechanism cannot carry the name or the
 * secret.
 *
 * @category models
 * @since 0.1.0
 */
export interface Means {
  readonly kind: Mechanism.CredentialKind
  readonly asked: AuthChoice
  readonly isBindable: boolean
  readonly problemOf: (mechanism: Mechanism.Spoken) => string | undefined
}

/** Why a mechanism cannot be used at all here, whatever else is offered. */
const obstacle = (name: string, { asked, isBindable, kind, problemOf }: Means): string | undefined => {
  if (asked !== "auto" && name !== asked.toUpperCase()) return `--auth ${asked} asks for another`
  if (!Mechanism.isSpoken(name)) return Mechanism.unspoken(name) ?? "Sonde does not speak it"
  const wanted = Mechanism.takes(name)
  if (wanted === "certificate" && kind !== wanted) {
    return "it wants a client certificate: give one with --tls-certificate, and --auth external"
  }
  if (wanted !== kind) return `it wants a ${wanted}, and a ${kind} was given`
  if (Mechanism.isBound(name) && !isBindable) {
    return "it ties itself to the TLS connection, and this one cannot be told apart"
  }
  return problemOf(name)
}

/**
 * Why a mechanism that is known is not spoken, `undefined` for any other name.
 *
 * @category combinators
 * @since 0.1.0
 */
export const { unspoken } = Mechanism

/**
 * Chooses among what the server offers: the strongest that can be used. A mechanism that was asked for by name is taken only
 * if it is offered and can be used.
 *
 * @category combinators
 * @since 0.1.0
 */
export const choose = (offered: ReadonlyArray<string>, means: Means): Choice => {
  const names = offered.map((name) => name.toUpperCase())
  const mechanism = Mechanism.choose(names, means.kind, (name) => obstacle(name, means) === undefined)
  return {
    mechanism,
    passedOver: names.filter((name) => name !== mechanism).map((name) => ({
      mechanism: name,
      why: obstacle(name, means) ?? `${mechanism ?? "another"} comes first`
    }))
  }
}
