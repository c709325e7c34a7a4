/**
 * IP addresses between text and octets (RFC 4291 section 2.2).
 *
 * Pure and strict: dotted decimal has four numbers without leading zeros, since others read `010` as octal. Nothing here
 * knows what an address is for; see `AddressPolicy.ts`.
 *
 * @since 0.1.0
 */

const fourFromString = (text: string): Uint8Array | undefined => {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (match === null) return undefined
  const octets = new Uint8Array(4)
  for (let index = 0; index < 4; index++) {
    const digits = match[index + 1] ?? ""
    const value = Number(digits)
    if (value > 255 || String(value) !== digits) return undefined
    octets[index] = value
  }
  return octets
}

const groups = (text: string): ReadonlyArray<number> | undefined => {
  if (text === "") return []
  const values: Array<number> = []
  const parts = text.split(":")
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      values.push(Number.parseInt(part, 16))
      continue
    }
    const four = index === parts.length - 1 ? fourFromString(part) : undefined
    if (four === undefined) return undefined
    const [a = 0, b = 0, c = 0, d = 0] = four
    values.push(a * 256 + b, c * 256 + d)
  }
  return values
}

const sixFromString = (text: string): Uint8Array | undefined => {
  const halves = text.split("::")
  if (halves.length > 2) return undefined
  const head = groups(halves[0] ?? "")
  const tail = halves.length === 2 ? groups(halves[1] ?? "") : []
  if (head === undefined || tail === undefined) return undefined
  const missing = 8 - head.length - tail.length
  // RFC 5952 section 4.2.2 wants no "::" for one group, but reading must take it; none at all is an error.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const octets = new Uint8Array(16)
  const all = [...head, ...Array.from({ length: missing }, () => 0), ...tail]
  for (const [index, value] of all.entries()) {
    octets[2 * index] = value >> 8
    octets[2 * index + 1] = value & 0xff
  }
  return octets
}

/**
 * The 4 or 16 octets of an address, `undefined` when the text is none. No brackets; a zone after `%` (RFC 4007 section 11) is
 * dropped from IPv6.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromString = (text: string): Uint8Array | undefined =>
  text.includes(":") ? sixFromString(text.replace(/%[^%]+$/, "")) : fourFromString(text)

/**
 * Whether two texts name the same address.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isSame = (left: string, right: string): boolean => {
  const [a, b] = [fromString(left), fromString(right)]
  return a !== undefined && b !== undefined && a.length === b.length && a.every((octet, index) => octet === b[index])
}

/**
 * The family of an address, `undefined` for a text that is none.
 *
 * @category predicates
 * @since 0.1.0
 */
export const family = (text: string): 4 | 6 | undefined => {
  const octets = fromString(text)
  return octets === undefined ? undefined : octets.length === 4 ? 4 : 6
}
