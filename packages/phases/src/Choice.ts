/**
 * Chooses a SASL mechanism, and says why each other one was passed over.
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

const needs = (name: string): "password" | "token" | undefined =>
  name === "XOAUTH2" || name === "OAUTHBEARER" ? "token" : name === "PLAIN" || name === "LOGIN" ? "password" : undefined

const why = (name: string, kind: "password" | "token", asked: AuthChoice, chosen: string | undefined): string => {
  if (asked !== "auto" && name !== asked.toUpperCase()) return `--auth ${asked} asks for another`
  if (!Mechanism.isSpoken(name)) return "Sonde does not speak it"
  const wanted = needs(name)
  if (wanted !== undefined && wanted !== kind) return `it wants a ${wanted}, and a ${kind} was given`
  return `${chosen ?? "another"} comes first`
}

/**
 * Chooses among what the server offers. A mechanism that was asked for by name is taken only if it is offered and
 * fits the kind of secret.
 *
 * @category combinators
 * @since 0.1.0
 */
export const choose = (offered: ReadonlyArray<string>, kind: "password" | "token", asked: AuthChoice): Choice => {
  const names = offered.map((name) => name.toUpperCase())
  const mechanism = asked === "auto"
    ? Mechanism.choose(names, kind)
    : Mechanism.choose(names.filter((name) => name === asked.toUpperCase()), kind)
  return {
    mechanism,
    passedOver: names.filter((name) => name !== mechanism).map((name) => ({
      mechanism: name,
      why: why(name, kind, asked, mechanism)
    }))
  }
}
