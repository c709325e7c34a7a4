/** A token as a page for people: whose it is, for whom, what it allows, from when until when. */
import type { Inspection } from "@sonde/domain/TokenFacts"
import * as Escape from "@sonde/report/Escape"
import * as Phrases from "@sonde/report/Phrases"
import * as DateTime from "effect/DateTime"

const row = (name: string, value: string | undefined): string =>
  value === undefined ? "" : `${name.padEnd(17)}${Escape.line(value)}\n`

const listed = (values: ReadonlyArray<string> | undefined): string | undefined =>
  values === undefined ? undefined : values.length === 0 ? "none" : values.join(" ")

/** A moment with how far it is from now: `2026-11-28T09:25:00Z, in 34 min`. */
const moment = (at: string | undefined, now: number): string | undefined => {
  if (at === undefined) return undefined
  const present = DateTime.formatIso(DateTime.makeUnsafe(now))
  const millis = Phrases.between(present, at) ?? 0
  return millis >= 0 ? `${at}, in ${Phrases.duration(millis)}` : `${at}, ${Phrases.age(at, present)}`
}

const whose = ({ application, kind, user }: Inspection["token"]): string | undefined =>
  kind === "app" ? "an application by itself" : user ?? (kind === "user" ? "a user without a name" : application)

const formats = {
  jwt: "JSON Web Token, not verified",
  opaque: "opaque: only its issuer can read it",
  encrypted: "encrypted: only its addressee can read it"
} as const

const shown = new Set(
  "aud iss sub exp nbf iat scp scope roles tid oid appid azp client_id idtyp upn preferred_username email".split(" ")
)

/** The page. Claims that have no row of their own are listed by name with their value. */
export const inspectionPage = (inspection: Inspection, now: number): string => {
  const { claims = {}, header, token, uses, wrong } = inspection
  const damaged = wrong.find(({ name }) => name === "token")
  if (damaged !== undefined) return row("Token", `damaged: ${damaged.found}`) + row("Wanted", damaged.wanted)
  const amiss = wrong.map(({ found, name, wanted }) =>
    name === "exp"
      ? "The token has expired."
      : name === "nbf"
      ? `The token does not count before ${found}.`
      : `Wrong: ${Escape.line(`${name} is ${found}, wanted is ${wanted}`)}.`
  )
  const others = Object.entries(claims).filter(([name]) => !shown.has(name))
  return row("Token", formats[token.format])
    + row("Algorithm", typeof header?.alg === "string" ? header.alg : undefined)
    + row("Of", whose(token))
    + row("For", listed(token.format === "jwt" ? token.audiences : undefined))
    + row("Scopes", listed(token.scopes))
    + row("Roles", listed(token.roles))
    + row("Application", token.application)
    + row("Object", token.object)
    + row("Directory", token.tenant)
    + row("Issuer", token.issuer)
    + row("Issued", moment(token.issuedAt, now))
    + row("Counts from", moment(token.notBefore, now))
    + row("Counts until", moment(token.expiresAt, now))
    + (others.length === 0
      ? ""
      : `\nOther claims\n${
        others.map(([name, value]) => `  ${Escape.line(`${name} ${JSON.stringify(value)}`)}\n`).join("")
      }`)
    + (uses.length === 0 ? "" : "\n")
    + uses.map(({ fits, service, wrong: own }) =>
      row(
        service,
        fits ? "yes" : `no: ${own.map((one) => `${one.name} is ${one.found}, wanted is ${one.wanted}`).join("; ")}`
      )
    ).join("")
    + (token.doubts.length === 0
      ? ""
      : `\nIn doubt\n${
        token.doubts.map((one) => `  ${Escape.line(`${one.name} is ${one.found}, wanted is ${one.wanted}`)}\n`).join("")
      }`)
    + (amiss.length === 0 ? "" : `\n${amiss.join("\n")}\n`)
}
