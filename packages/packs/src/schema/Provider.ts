/**
 * What a pack knows of a provider besides its rules: how it is recognised, where it is reached, how one signs in,
 * which limits it has and which way of sending fits.
 *
 * @since 0.1.0
 */
import { Port } from "@sonde/domain/Endpoint"
import { PhaseId, Protocol, Security, ServiceId } from "@sonde/domain/Service"
import * as Schema from "effect/Schema"
import { Code, DomainName, Duration, Enhanced, Id, IsoDate, OneOrMany, perService, Text } from "./Scalar.ts"

const Words = Schema.Array(Schema.NonEmptyString)
const Weight = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 }))
const Sources = Schema.optionalKey(Words)

/**
 * Where a fact comes from. `asOf` is the date the source was read or dated; past `reviewBy` (by default that of the
 * pack) what rests on it is shown as stale.
 *
 * @category models
 * @since 0.1.0
 */
export const Source = Schema.Struct({
  url: Schema.NonEmptyString,
  title: Schema.NonEmptyString,
  asOf: IsoDate,
  reviewBy: Schema.optionalKey(IsoDate)
}).annotate({ identifier: "Source" })
/** @category models @since 0.1.0 */
export interface Source extends Schema.Schema.Type<typeof Source> {}

const Suffix = Schema.Struct({ suffix: DomainName, weight: Weight })
const Literal = Schema.Struct({ text: Text, weight: Weight })

/**
 * Signs by which a provider or a server software is recognised. Weights of independent signs add up.
 *
 * @category models
 * @since 0.1.0
 */
export const Recognise = Schema.Struct({
  domains: Schema.optionalKey(Schema.Array(Schema.Struct({
    name: DomainName,
    subdomains: Schema.optionalKey(Schema.Boolean),
    audience: Schema.optionalKey(Schema.NonEmptyString),
    weight: Weight
  }))),
  mx: Schema.optionalKey(Schema.Array(Suffix)),
  hosts: Schema.optionalKey(Schema.Array(Suffix)),
  banners: Schema.optionalKey(Schema.Array(Literal)),
  capabilities: Schema.optionalKey(Schema.Array(Literal)),
  replies: Schema.optionalKey(Schema.Array(Literal))
}).annotate({ identifier: "Recognise" })
/** @category models @since 0.1.0 */
export interface Recognise extends Schema.Schema.Type<typeof Recognise> {}

/**
 * An endpoint that the provider offers. `default` marks the one that is tried when the user names none.
 *
 * @category models
 * @since 0.1.0
 */
export const PackEndpoint = Schema.Struct({
  service: ServiceId,
  protocol: Protocol,
  host: Schema.NonEmptyString,
  port: Port,
  security: Security,
  audience: Schema.optionalKey(Schema.NonEmptyString),
  cloud: Schema.optionalKey(Schema.NonEmptyString),
  default: Schema.optionalKey(Schema.Boolean),
  note: Schema.optionalKey(Schema.NonEmptyString),
  sources: Sources
}).annotate({ identifier: "PackEndpoint" })
/** @category models @since 0.1.0 */
export interface PackEndpoint extends Schema.Schema.Type<typeof PackEndpoint> {}

/**
 * A port that people try and the provider does not serve.
 *
 * @category models
 * @since 0.1.0
 */
export const NotOffered = Schema.Struct({
  service: ServiceId,
  port: Port,
  host: Schema.optionalKey(Schema.NonEmptyString),
  why: Schema.NonEmptyString,
  sources: Sources
}).annotate({ identifier: "NotOffered" })

/**
 * How one signs in. `lateSendAs` says that the provider decides after DATA whether the sender address is allowed.
 *
 * @category models
 * @since 0.1.0
 */
export const SignIn = Schema.Struct({
  userName: Schema.Literals(["address", "local-part", "either"]),
  userNameText: Schema.optionalKey(Schema.NonEmptyString),
  mechanisms: Schema.optionalKey(perService(Words)),
  methods: Schema.optionalKey(Schema.Array(Schema.Struct({
    id: Id,
    text: Schema.optionalKey(Schema.NonEmptyString),
    how: Schema.optionalKey(OneOrMany(Schema.NonEmptyString)),
    who: Schema.optionalKey(Schema.NonEmptyString),
    blockedBy: Schema.optionalKey(OneOrMany(Schema.NonEmptyString)),
    sources: Sources
  }))),
  timeline: Schema.optionalKey(Schema.Array(Schema.Struct({
    date: IsoDate,
    text: Schema.NonEmptyString,
    sources: Sources
  }))),
  oauth: Schema.optionalKey(Schema.Struct({
    authority: Schema.optionalKey(Schema.NonEmptyString),
    tokenEndpoint: Schema.optionalKey(Schema.NonEmptyString),
    deviceEndpoint: Schema.optionalKey(Schema.NonEmptyString),
    metadata: Schema.optionalKey(Schema.NonEmptyString),
    scopes: Schema.optionalKey(perService(OneOrMany(Schema.NonEmptyString))),
    audiences: Schema.optionalKey(Words),
    note: Schema.optionalKey(Schema.NonEmptyString),
    sources: Sources
  })),
  lateSendAs: Schema.optionalKey(Schema.Boolean)
}).annotate({ identifier: "SignIn" })
/** @category models @since 0.1.0 */
export interface SignIn extends Schema.Schema.Type<typeof SignIn> {}

/**
 * A limit of the provider. `checked` says that Sonde compares a message with it before sending; `replies` are texts
 * the server answers with when it is exceeded.
 *
 * @category models
 * @since 0.1.0
 */
export const Limit = Schema.Struct({
  id: Id,
  value: Schema.Finite,
  unit: Schema.NonEmptyString,
  per: Schema.optionalKey(Schema.NonEmptyString),
  text: Schema.optionalKey(Schema.NonEmptyString),
  replies: Schema.optionalKey(Words),
  backOff: Schema.optionalKey(Duration),
  checked: Schema.optionalKey(Schema.Boolean),
  sources: Sources
}).annotate({ identifier: "Limit" })
/** @category models @since 0.1.0 */
export interface Limit extends Schema.Schema.Type<typeof Limit> {}

/**
 * A row of the decision table: which way of sending fits a situation.
 *
 * @category models
 * @since 0.1.0
 */
export const Decision = Schema.Struct({
  situation: Schema.NonEmptyString,
  first: Schema.NonEmptyString,
  second: Schema.optionalKey(Schema.NonEmptyString),
  avoid: Schema.optionalKey(Schema.NonEmptyString),
  why: Schema.optionalKey(Schema.NonEmptyString),
  sources: Sources
}).annotate({ identifier: "Decision" })

/**
 * Advice about security.
 *
 * @category models
 * @since 0.1.0
 */
export const Advice = Schema.Struct({
  text: Schema.NonEmptyString,
  sources: Sources
}).annotate({ identifier: "Advice" })

/**
 * What a reply of success looks like, and what it proves.
 *
 * @category models
 * @since 0.1.0
 */
export const Success = Schema.Struct({
  service: Schema.optionalKey(OneOrMany(ServiceId)),
  phase: Schema.optionalKey(OneOrMany(PhaseId)),
  code: Schema.optionalKey(OneOrMany(Code)),
  enhanced: Schema.optionalKey(OneOrMany(Enhanced)),
  text: Schema.optionalKey(OneOrMany(Text)),
  meaning: Schema.NonEmptyString
}).annotate({ identifier: "Success" })
/** @category models @since 0.1.0 */
export interface Success extends Schema.Schema.Type<typeof Success> {}
