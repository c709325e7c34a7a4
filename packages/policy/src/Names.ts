/**
 * Domain names as text: comparing, walking up, and the names under which addresses are found in reverse.
 *
 * Pure. RFC 1035 section 2.3.4 for lengths, RFC 1035 section 3.5 and RFC 3596 section 2.5 for reverse names.
 *
 * @since 0.1.0
 */
import * as IpAddress from "@sonde/net/IpAddress"

/**
 * A name for comparing: lower case, without a final dot.
 *
 * @category formatting
 * @since 0.1.0
 */
export const normal = (name: string): string => name.toLowerCase().replace(/\.$/, "")

/**
 * Whether a name can be asked for: labels of 1 to 63 octets, 253 in all.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isAskable = (name: string): boolean => {
  if (name === ".") return true
  const plain = name.replace(/\.$/, "")
  return plain !== "" && plain.length <= 253 && plain.split(".").every((label) => label !== "" && label.length <= 63)
}

/**
 * Whether a name is another one or below it.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isWithin = (name: string, parent: string): boolean =>
  normal(name) === normal(parent) || normal(name).endsWith(`.${normal(parent)}`)

/**
 * The name under which the DNS has the host of an address.
 *
 * @category formatting
 * @since 0.1.0
 */
export const reverse = (address: string): string => {
  const octets = IpAddress.fromString(address) ?? new Uint8Array()
  if (octets.length === 4) return `${[...octets].reverse().join(".")}.in-addr.arpa`
  const nibbles = [...octets].flatMap((octet) => [octet >> 4, octet & 15]).map((nibble) => nibble.toString(16))
  return `${nibbles.reverse().join(".")}.ip6.arpa`
}
