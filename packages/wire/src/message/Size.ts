/**
 * How many octets a message takes: on the wire, and as Base64 (RFC 1870 section 3, RFC 2045 section 6.8).
 *
 * Pure arithmetic; nothing is encoded here.
 *
 * @since 0.1.0
 */
import * as Limits from "../Limits.ts"
import * as SmtpData from "../smtp/Data.ts"

/**
 * Octets that travel for a message: CRLF line ends, transparency dots, and a CRLF at its end, without the closing `.` line.
 *
 * @category measuring
 * @since 0.1.0
 */
export const encodedSize = (message: Uint8Array): number => SmtpData.toWire(message).length

/**
 * Octets to announce with SIZE: as `encodedSize`, but without transparency dots (RFC 1870 section 3).
 *
 * @category measuring
 * @since 0.1.0
 */
export const declaredSize = (message: Uint8Array): number => SmtpData.toCrlf(message).length

/**
 * Octets that `octets` of content take as a Base64 body part: four characters for three octets, in lines of 76 with CRLF
 * after each, the last included. About 1.37 times the content, which is why a "25 MB" limit refuses a 19 MB attachment.
 * Negative and fractional input counts as its whole part, not below 0.
 *
 * @category measuring
 * @since 0.1.0
 */
export const base64Size = (octets: number): number => {
  const characters = Math.ceil(Math.max(0, Math.trunc(octets)) / 3) * 4
  return characters + Math.ceil(characters / Limits.rfcBase64LineCharacters) * 2
}
