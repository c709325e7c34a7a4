/**
 * Reads a token before any mail server is asked: `specs/claims.md`.
 *
 * The token is not verified: that is for whoever takes it. What is wanted of it is knowledge and comes in; nothing here
 * knows a provider.
 *
 * @since 0.1.0
 */
import type { Endpoint } from "@sonde/domain/Endpoint"
import { type ProtocolError, type TemporaryFailure, type Throttled, TokenRejected } from "@sonde/domain/Errors"
import type { ServiceId } from "@sonde/domain/Service"
import { type Claim, ClaimsFacts } from "@sonde/domain/TokenFacts"
import * as AccessClaims from "@sonde/wire/jwt/AccessClaims"
import * as Jwt from "@sonde/wire/jwt/Jwt"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Phase from "./Phase.ts"

/**
 * What a token must say for one use. Of each list one is enough, and an empty list is not judged.
 *
 * `scopes` are for tokens of users, as they are asked for; `roles` for tokens of applications. With `roleElsewhere` an
 * application may have its right where the token does not show it. `otherClouds` are audiences of clouds other than
 * `cloud`. `service` is whose use it is, where there are several. `user` is the mailbox; with `delegates` the token of another user, or of a user of another name, may open it, too.
 *
 * @category models
 * @since 0.1.0
 */
export interface Wanted {
  readonly service?: ServiceId | undefined
  readonly audiences: ReadonlyArray<string>
  readonly cloud: string | undefined
  readonly otherClouds: ReadonlyArray<{ readonly cloud: string; readonly audiences: ReadonlyArray<string> }>
  readonly scopes: ReadonlyArray<string>
  readonly roles: ReadonlyArray<string>
  readonly roleElsewhere: boolean
  readonly tenant: string | undefined
  readonly user: string | undefined
  readonly delegates: boolean
}

/**
 * A use of which nothing is known.
 *
 * @category constructors
 * @since 0.1.0
 */
export const anything: Wanted = {
  audiences: [],
  cloud: undefined,
  otherClouds: [],
  scopes: [],
  roles: [],
  roleElsewhere: false,
  tenant: undefined,
  user: undefined,
  delegates: false
}

/**
 * The token, and what each use wants of it. `endpoint` is where it comes from, or what it is for; `bearer` says that it is sent
 * in a header field of HTTP, which takes fewer characters than SASL does (RFC 6750 section 2.1).
 *
 * @category models
 * @since 0.1.0
 */
export interface ClaimsInput {
  readonly service: ServiceId
  readonly endpoint: Endpoint
  readonly token: Redacted.Redacted<string>
  readonly wanted: ReadonlyArray<Wanted>
  readonly bearer?: boolean
}

/** @category errors @since 0.1.0 */
export type ClaimsFailure = TokenRejected | ProtocolError | Throttled | TemporaryFailure

/** @category models @since 0.1.0 */
export const definition = Phase.define({
  id: "claims",
  version: 1,
  resume: { rule: "reacquire" },
  facts: ClaimsFacts
})

/** How far the clock of this machine may be behind that of the issuer, in seconds (RFC 7519 section 4.1.5). */
const leewaySeconds = 300

/** A moment of a token, in seconds since the epoch, as ISO 8601 without fractions. */
const iso = (seconds: number): string => DateTime.formatIso(DateTime.makeUnsafe(seconds * 1000)).replace(/\.\d+Z$/, "Z")

/**
 * Whether two audiences, scopes, issuers or names are the same; case and slashes at the end do not count.
 *
 * @category combinators
 * @since 0.1.0
 */
export const same = (left: string, right: string): boolean =>
  left.toLowerCase().replace(/\/+$/, "") === right.toLowerCase().replace(/\/+$/, "")

/**
 * Whether a granted scope is the one that was asked for. It is asked for with its resource before it
 * (`https://outlook.office.com/SMTP.Send`) and granted without.
 *
 * @category combinators
 * @since 0.1.0
 */
export const grants = (granted: string, scope: string): boolean =>
  same(granted, scope) || same(granted, scope.replace(/^.*\/(?=[^/]+$)/, ""))

/** The first values name what is meant; the others are older names of the same. */
const either = (values: ReadonlyArray<string>): string => values.slice(0, 2).join(" or ")

const listed = (values: ReadonlyArray<string>): string => values.length === 0 ? "none" : values.join(" ")

const audience = (claims: AccessClaims.AccessClaims, wanted: Wanted): Claim | undefined => {
  const { audiences } = claims
  const fits = (accepted: ReadonlyArray<string>) => audiences.some((one) => accepted.some((other) => same(one, other)))
  if (wanted.audiences.length === 0 || fits(wanted.audiences)) return undefined
  const other = wanted.otherClouds.find((cloud) => fits(cloud.audiences))
  if (other === undefined) return { name: "aud", found: listed(audiences), wanted: either(wanted.audiences) }
  const where = wanted.cloud === undefined ? "" : ` (cloud ${wanted.cloud})`
  return {
    name: "cloud",
    found: `${listed(audiences)} (cloud ${other.cloud})`,
    wanted: `${either(wanted.audiences)}${where}`
  }
}

const isId = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

const tenant = ({ tenant: found }: AccessClaims.AccessClaims, { tenant: wanted }: Wanted): Claim | undefined =>
  // A directory has many names and one id; only ids can be compared.
  found === undefined || wanted === undefined || !isId(wanted) || same(found, wanted)
    ? undefined
    : { name: "tid", found, wanted }

/** Whether a name without its domain is the same: some servers take the one for the other. */
const sameLocally = (left: string, right: string): boolean =>
  left.includes("@") !== right.includes("@") && same(left.split("@")[0]!, right.split("@")[0]!)

/** The user of the token against the mailbox; a guest of a directory has no mailbox in it. */
const user = (
  { kind, names, user: found }: AccessClaims.AccessClaims,
  { delegates, user: wanted }: Wanted
): { readonly claim: Claim; readonly certain: boolean } | undefined => {
  if (kind !== "user" || found === undefined || wanted === undefined) return undefined
  if (names.some((name) => same(name, wanted) || delegates && sameLocally(name, wanted))) return undefined
  const guest = found.includes("#EXT#")
  return { claim: { name: "upn", found, wanted }, certain: guest || !delegates }
}

const rights = (
  claims: AccessClaims.AccessClaims,
  wanted: Wanted
): { readonly claim: Claim; readonly certain: boolean } | undefined => {
  if (claims.kind === "app") {
    const roles = claims.roles ?? []
    if (wanted.roles.length === 0 || roles.some((role) => wanted.roles.some((one) => same(role, one)))) return undefined
    return {
      claim: { name: "roles", found: listed(roles), wanted: either(wanted.roles) },
      certain: !wanted.roleElsewhere
    }
  }
  const { scopes } = claims
  // A token that names no scopes may leave them to the server that asks for them.
  if (scopes === undefined && claims.kind === undefined) return undefined
  const granted = scopes ?? []
  if (wanted.scopes.length === 0 || granted.some((one) => wanted.scopes.some((scope) => grants(one, scope)))) {
    return undefined
  }
  return { claim: { name: "scp", found: listed(granted), wanted: either(wanted.scopes) }, certain: true }
}

const time = ({ expiresAt, notBefore }: AccessClaims.AccessClaims, now: number): Claim | undefined => {
  if (expiresAt !== undefined && expiresAt <= now) {
    return { name: "exp", found: iso(expiresAt), wanted: `later than ${iso(now)}` }
  }
  return notBefore !== undefined && notBefore > now + leewaySeconds
    ? { name: "nbf", found: iso(notBefore), wanted: `not later than ${iso(now)}` }
    : undefined
}

/**
 * A judgement: `wrong` claims, worst first, each only once; `doubts` that only whoever takes the token can settle.
 *
 * @category models
 * @since 0.1.0
 */
export interface Judgement {
  readonly wrong: ReadonlyArray<Claim>
  readonly doubts: ReadonlyArray<Claim>
}

/** Right values of several uses in one text: `a, b and c`. */
const together = (values: ReadonlyArray<string>): string =>
  values.length < 2 ? values.join("") : `${values.slice(0, -1).join(", ")} and ${values.at(-1)}`

/** A claim that one use after the other finds wrong. */
interface Open {
  readonly claim: Claim
  readonly wanted: Array<string>
  readonly services: Array<ServiceId>
}

const closed = ({ claim, services, wanted }: Open): Claim => ({
  ...claim,
  wanted: together(wanted),
  ...(services.length === 0 ? {} : { services })
})

/**
 * Compares claims with what is wanted of them. `now` is in seconds since the epoch. A claim that several uses want otherwise is one,
 * with all that would be right.
 *
 * @category combinators
 * @since 0.1.0
 */
export const judge = (
  claims: AccessClaims.AccessClaims,
  uses: ReadonlyArray<Wanted>,
  now: number
): Judgement => {
  const wrong: Array<Open> = []
  const doubts: Array<Open> = []
  const add = (claim: Claim | undefined, use: Wanted | undefined, certain = true): void => {
    if (claim === undefined) return
    const list = certain ? wrong : doubts
    let one = list.find((known) => known.claim.name === claim.name)
    if (one === undefined) list.push(one = { claim, wanted: [], services: [] })
    if (!one.wanted.includes(claim.wanted)) one.wanted.push(claim.wanted)
    if (uses.length > 1 && use?.service !== undefined) one.services.push(use.service)
  }
  for (const use of uses) add(audience(claims, use), use)
  for (const use of uses) add(tenant(claims, use), use)
  for (const judge of [user, rights]) {
    for (const use of uses) {
      const judged = judge(claims, use)
      add(judged?.claim, use, judged?.certain)
    }
  }
  add(time(claims, now), undefined)
  return { wrong: wrong.map(closed), doubts: doubts.map(closed) }
}

const optional = <K extends string, A>(name: K, value: A | undefined): { readonly [P in K]?: A } =>
  value === undefined ? {} : { [name]: value } as { readonly [P in K]: A }

/**
 * The facts of a token that can be read.
 *
 * @category constructors
 * @since 0.1.0
 */
export const factsOf = (claims: AccessClaims.AccessClaims, doubts: ReadonlyArray<Claim>): ClaimsFacts => {
  const at = (seconds: number | undefined) => seconds === undefined ? undefined : iso(seconds)
  return {
    format: "jwt",
    ...optional("kind", claims.kind),
    ...optional("user", claims.user),
    ...optional("application", claims.application),
    ...optional("object", claims.object),
    ...optional("tenant", claims.tenant),
    ...optional("issuer", claims.issuer),
    audiences: claims.audiences,
    ...optional("scopes", claims.scopes),
    ...optional("roles", claims.roles),
    ...optional("issuedAt", at(claims.issuedAt)),
    ...optional("notBefore", at(claims.notBefore)),
    ...optional("expiresAt", at(claims.expiresAt)),
    doubts
  }
}

const broken = ({ part, problem }: Jwt.JwtError): Claim => ({
  name: "token",
  found: problem === "empty"
    ? "nothing"
    : problem === "too-long"
    ? "a text that is too long for a token"
    : `a ${part ?? "token"} that ${problem === "not-json" ? "holds no JSON object" : "is not Base64url"}`,
  wanted: "header, claims and signature in Base64url, with dots between them and nothing else"
})

const noBearer: Claim = {
  name: "token",
  found: "a text with characters that a header field of HTTP does not take",
  wanted: "letters, digits and - . _ ~ + /, with = at the end"
}

const isBearer = (token: Redacted.Redacted<string>): boolean => /^[A-Za-z0-9._~+/-]+=*$/.test(Redacted.value(token))

/**
 * A token that was read, or why it cannot be: `wrong` then says in which part it is damaged.
 *
 * @category models
 * @since 0.1.0
 */
export type Reading =
  | { readonly format: "jwt"; readonly jwt: Jwt.Jwt; readonly claims: AccessClaims.AccessClaims }
  | { readonly format: "opaque" }
  | { readonly format: "encrypted" }
  | { readonly format: "damaged"; readonly wrong: Claim }

/**
 * Reads a token without judging it.
 *
 * @category decoding
 * @since 0.1.0
 */
export const read = (token: Redacted.Redacted<string>): Reading => {
  const jwt = Jwt.fromText(token)
  if (Result.isSuccess(jwt)) {
    return { format: "jwt", jwt: jwt.success, claims: AccessClaims.fromClaims(jwt.success.claims) }
  }
  const { problem } = jwt.failure
  return problem === "opaque" || problem === "encrypted"
    ? { format: problem }
    : { format: "damaged", wrong: broken(jwt.failure) }
}

/**
 * Reads a token.
 *
 * @category services
 * @since 0.1.0
 */
export class Claims extends Context.Service<
  Claims,
  Phase.Phase<"claims", ClaimsInput, ClaimsFacts, ClaimsFacts, ClaimsFailure>
>()("@sonde/phases/Claims") {
  static readonly layer = Layer.sync(Claims, () => {
    const rejected = (input: ClaimsInput, wrong: ReadonlyArray<Claim>) => {
      const [claim] = wrong
      return new TokenRejected({
        service: input.service,
        endpoint: input.endpoint,
        phase: "claims",
        // RFC 6750 section 3.1 names both.
        error: wrong.every(({ name }) => name === "scp" || name === "roles") ? "insufficient_scope" : "invalid_token",
        ...(claim === undefined ? {} : { claim }),
        ...(wrong.length > 1 ? { claims: wrong } : {}),
        message: wrong.map(({ found, name, wanted }) => `${name} of the token is ${found}, wanted is ${wanted}`).join(
          "; "
        )
      })
    }
    const run = Effect.fnUntraced(function*(input: ClaimsInput): Effect.fn.Return<ClaimsFacts, ClaimsFailure> {
      const reading = read(input.token)
      if (reading.format === "damaged") return yield* rejected(input, [reading.wrong])
      // Quotation marks are read past, but would be sent.
      if (input.bearer === true && !isBearer(input.token)) return yield* rejected(input, [noBearer])
      if (reading.format !== "jwt") return { format: reading.format, audiences: [], doubts: [] }
      const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
      const { doubts, wrong } = judge(reading.claims, input.wanted, now)
      return wrong.length > 0 ? yield* rejected(input, wrong) : factsOf(reading.claims, doubts)
    })
    return Claims.of({ definition, run })
  })
}
