/**
 * Reads a report of Sonde (`sonde.report/1`), and the event that carries one: each failing service is a part, with the
 * typed error of its first failing phase.
 *
 * Nothing is decoded by a Schema: a report of a later version, or one with personal data taken out, is read as far as
 * its fields are known.
 *
 * @since 0.1.0
 */
import { phaseIds, protocols, securities, serviceIds } from "@sonde/domain/Words"
import type { ErrorTag } from "../Seen.ts"
import type { Candidate, Part, Unwrapped } from "./Candidate.ts"
import { type Fields, isFields, textOf } from "./Json.ts"

const among = <A extends string>(words: ReadonlyArray<A>) => (word: unknown): word is A =>
  words.some((one) => one === word)

const isPhase = among(phaseIds)
const isProtocol = among(protocols)
const isSecurity = among(securities)
const isService = among(serviceIds)

/** Every typed error, which the compiler compares with the union. */
const tags: Readonly<Record<ErrorTag, true>> = {
  ResolveError: true,
  ConnectError: true,
  GreetingError: true,
  ProtocolError: true,
  StartTlsError: true,
  TlsError: true,
  AuthUnavailable: true,
  AuthRejected: true,
  TokenRejected: true,
  SendAsDenied: true,
  SenderRejected: true,
  RecipientRejected: true,
  MessageRejected: true,
  MailboxUnavailable: true,
  Throttled: true,
  TemporaryFailure: true,
  ConnectionLost: true,
  PhaseTimeout: true,
  DeliveryInDoubt: true,
  ApiError: true
}
const isTag = (tag: string): tag is ErrorTag => Object.hasOwn(tags, tag)

/** Services whose failure is shown at most. */
const maxServices = 16

const fieldsIn = (value: unknown): ReadonlyArray<Fields> => Array.isArray(value) ? value.filter(isFields) : []

const payloadOf = (value: unknown): Readonly<Record<string, string>> | undefined => {
  if (!isFields(value)) return undefined
  const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string")
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

const statuses = ["NO", "BAD", "BYE", "-ERR"] as const

const candidateOf = (service: Fields, phase: Fields, error: Fields): Candidate => {
  const endpoint = isFields(service.endpoint) ? service.endpoint : {}
  const reply = isFields(error.reply) ? error.reply : {}
  const code = reply.code ?? textOf(error, "providerCode")
  const tag = textOf(error, "_tag")
  const reason = textOf(error, "reason")
  const mechanism = textOf(error, "mechanism")
  const enhanced = textOf(reply, "enhanced")
  const host = textOf(endpoint, "host")
  const payload = payloadOf(error.payload)
  const status = statuses.find((one) => one === reply.status)
  const conditions = Array.isArray(error.conditions) ? error.conditions.filter((one) => typeof one === "string") : []
  return {
    layer: "reply",
    // Our own message is not the wording of a server, but of a refused token the server's words are in it.
    text: textOf(reply, "text") ?? (tag === "TokenRejected" ? textOf(error, "message") ?? "" : ""),
    ...(isService(service.id) ? { service: service.id } : {}),
    ...(isProtocol(endpoint.protocol) ? { protocol: endpoint.protocol } : {}),
    ...(isSecurity(endpoint.security) ? { security: endpoint.security } : {}),
    ...(host === undefined ? {} : { host }),
    ...(typeof endpoint.port === "number" ? { port: endpoint.port } : {}),
    ...(isPhase(phase.id) ? { phase: phase.id } : {}),
    ...(tag !== undefined && isTag(tag) ? { error: tag } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(mechanism === undefined ? {} : { mechanism }),
    ...(payload === undefined ? {} : { payload }),
    ...(status === undefined ? {} : { status }),
    ...(typeof code === "number" || typeof code === "string" ? { code } : {}),
    ...(enhanced === undefined ? {} : { enhanced })
  }
}

const partOf = (service: Fields): ReadonlyArray<Part> => {
  for (const phase of fieldsIn(service.phases)) {
    if (!isFields(phase.error)) continue
    const candidate = candidateOf(service, phase, phase.error)
    return [{ ...(isService(service.id) ? { service: service.id } : {}), candidates: [candidate] }]
  }
  return []
}

/**
 * What a report says of its failures; undefined for another document and for a report without a failure.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromReport = (fields: Fields): Unwrapped | undefined => {
  const report = fields.schema === "sonde.event/1" && isFields(fields.report) ? fields.report : fields
  if (report.schema !== "sonde.report/1") return undefined
  const parts = fieldsIn(report.services).slice(0, maxServices).flatMap(partOf)
  const [first] = parts
  if (first === undefined) return undefined
  const provider = isFields(report.provider) ? textOf(report.provider, "id") : undefined
  const host = first.candidates[0].host
  return {
    kind: "report",
    candidates: first.candidates,
    client: "sonde",
    ...(parts.length > 1 ? { parts } : {}),
    words: parts.map(({ candidates: [{ text }] }) => text).join("\n"),
    ...(host === undefined ? {} : { host }),
    ...(provider === undefined ? {} : { provider })
  }
}
