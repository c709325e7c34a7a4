/**
 * Domains and address literals as SMTP writes them (RFC 5321 section 4.1.2 and section 4.1.3, RFC 6531 section 3.3).
 *
 * Pure checks of syntax: nothing is looked up, and U-labels are neither mapped nor converted to A-labels.
 *
 * @since 0.1.0
 */
import * as Limits from "../Limits.ts"

/**
 * What is wrong with a domain, and at which UTF-16 index of it.
 *
 * @category models
 * @since 0.1.0
 */
export interface DomainProblem {
  readonly problem:
    | "empty"
    | "trailing-dot"
    | "empty-label"
    | "label"
    | "label-too-long"
    | "too-long"
    | "bare-address"
    | "literal"
  readonly index: number
}

const encoder = new TextEncoder()

/**
 * Octets of text in UTF-8; every limit of RFC 5321 counts these (RFC 6531 section 3.3).
 *
 * @category measuring
 * @since 0.1.0
 */
export const octetLength = (text: string): number => encoder.encode(text).length

// RFC 6531 section 3.3: sub-domain also holds U-labels. C1 controls, spaces and separators of Unicode are in no U-label.
const label = /^(?!-)(?:[A-Za-z0-9-]|[^\p{ASCII}\p{Z}\p{Cc}\p{Cs}])+(?<!-)$/u

/**
 * Checks a domain: letters, digits, inner hyphens and U-labels, between dots; at most 63 octets a label and 255 in all.
 * A trailing dot is refused, as is a bare IPv4 address, which needs brackets (RFC 5321 section 4.1.3). `undefined` when
 * nothing is wrong. An address literal in brackets is checked as such.
 *
 * @category checking
 * @since 0.1.0
 */
export const problemOf = (domain: string): DomainProblem | undefined => {
  if (domain.length === 0) return { problem: "empty", index: 0 }
  if (domain.startsWith("[")) return isAddressLiteral(domain) ? undefined : { problem: "literal", index: 0 }
  if (octetLength(domain) > Limits.rfcDomainOctets) return { problem: "too-long", index: 0 }
  if (isIPv4(domain)) return { problem: "bare-address", index: 0 }
  let index = 0
  const labels = domain.split(".")
  for (const [position, text] of labels.entries()) {
    if (text.length === 0) {
      const last = position > 0 && position === labels.length - 1
      return last ? { problem: "trailing-dot", index: index - 1 } : { problem: "empty-label", index }
    }
    if (octetLength(text) > Limits.rfcLabelOctets) return { problem: "label-too-long", index }
    if (!label.test(text)) return { problem: "label", index }
    index += text.length + 1
  }
  return undefined
}

/**
 * Whether the text is an address literal with its brackets: IPv4, or `IPv6:` and an IPv6 address
 * (RFC 5321 section 4.1.3). General literals are refused: their tags must be registered, and `IPv6` is the only one that is.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isAddressLiteral = (text: string): boolean => {
  if (!text.startsWith("[") || !text.endsWith("]") || text.length > Limits.rfcDomainOctets) return false
  const inner = text.slice(1, -1)
  if (isIPv4(inner)) return true
  return /^IPv6:/i.test(inner) && isIPv6(inner.slice("IPv6:".length))
}

/**
 * Whether the text is four decimal numbers from 0 to 255 between dots, without leading zeros.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isIPv4 = (text: string): boolean => /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text)

/**
 * Whether the text is an IPv6 address without a zone: eight groups, or fewer with one `::` for at least one group
 * (RFC 4291 section 2.2), the last two groups possibly written as IPv4.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isIPv6 = (text: string): boolean => {
  const halves = text.split("::")
  if (halves.length > 2) return false
  let groups = 0
  for (const [position, half] of halves.entries()) {
    if (half === "") {
      if (halves.length === 1) return false
      continue
    }
    const parts = half.split(":")
    for (const [index, part] of parts.entries()) {
      const last = position === halves.length - 1 && index === parts.length - 1
      if (last && part.includes(".")) {
        if (!isIPv4(part)) return false
        groups += 2
      } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups += 1
      else return false
    }
  }
  return halves.length === 2 ? groups <= 7 : groups === 8
}
