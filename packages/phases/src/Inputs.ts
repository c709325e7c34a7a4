/**
 * Checks what a run is given before anything is dialled, and composes the test message.
 *
 * Bad input is an error of usage and never blamed on a server: what passes here, the phases may put on the wire.
 *
 * @since 0.1.0
 */
import * as Headers from "@sonde/wire/message/Headers"
import * as Probe from "@sonde/wire/message/Probe"
import * as Size from "@sonde/wire/message/Size"
import * as Address from "@sonde/wire/smtp/Address"
import * as Command from "@sonde/wire/smtp/Command"
import * as Result from "effect/Result"
import { runField } from "./find/Finder.ts"

/**
 * Subject of a test message.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaultSubject = Probe.defaultSubject

/**
 * What is wrong with an address of an envelope, or `undefined`.
 *
 * @category guards
 * @since 0.1.0
 */
export const addressProblem = (address: string): string | undefined => {
  const parsed = Address.parse(address)
  return Result.isFailure(parsed) ? parsed.failure.detail : undefined
}

/**
 * What is wrong with an EHLO name, or `undefined`.
 *
 * @category guards
 * @since 0.1.0
 */
export const ehloProblem = (name: string): string | undefined => {
  const command = Command.ehlo(name)
  return Result.isFailure(command) ? command.failure.detail : undefined
}

/**
 * A message ready for `SendData`: its octets, and what must be known of it beforehand. `wireOctets` is the size
 * that SIZE declares (RFC 1870 section 3); `from` are the addresses of its From header.
 *
 * @category models
 * @since 0.1.0
 */
export interface Message {
  readonly octets: Uint8Array
  readonly messageId: string
  readonly wireOctets: number
  readonly eightBit: boolean
  readonly from: ReadonlyArray<string>
}

const describe = (octets: Uint8Array, messageId: string): Message => ({
  octets,
  messageId: Headers.messageId(octets) ?? messageId,
  wireOctets: Size.declaredSize(octets),
  eightBit: octets.some((octet) => octet > 127),
  from: Headers.from(octets)
})

/**
 * Takes a message as given. `messageId` stands for it where it has none of its own. With `run` it is one to be looked for: fields that
 * say of which run it is, and its Message-ID where it lacks one, then stand in front of its header.
 *
 * @category constructors
 * @since 0.1.0
 */
export const givenMessage = (text: string, messageId: string, run?: string): Message => {
  const encoder = new TextEncoder()
  if (run === undefined) return describe(encoder.encode(text), messageId)
  const end = text.includes("\r\n") ? "\r\n" : "\n"
  const id = Headers.messageId(encoder.encode(text)) === undefined ? `Message-ID: ${messageId}${end}` : ""
  return describe(encoder.encode(`${runField}: ${run}${end}${id}${text}`), messageId)
}

/**
 * Composes the test message of a run; the same run always composes the same octets.
 *
 * @category constructors
 * @since 0.1.0
 */
export const testMessage = (probe: Probe.ProbeMessage): Result.Result<Message, Probe.ProbeMessageError> =>
  Result.map(Probe.compose(probe), (octets) => describe(octets, probe.messageId))
