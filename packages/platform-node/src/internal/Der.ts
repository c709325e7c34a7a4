/**
 * As much DER (X.690) as a certificate needs that `X509Certificate` does not show: the signature algorithm and the extensions
 * (RFC 5280 section 4.1). Reading is bounded by the input; malformed input gives `undefined` or nothing, never an exception.
 */

/** One element: its tag octet and where its content lies. */
export interface Element {
  readonly tag: number
  readonly content: Uint8Array
}

/** The elements that follow one another in `octets`; stops at the first that does not fit. */
export const elements = (octets: Uint8Array): ReadonlyArray<Element> => {
  const found: Array<Element> = []
  let at = 0
  while (at + 2 <= octets.length) {
    const tag = octets[at] ?? 0
    let length = octets[at + 1] ?? 0
    let start = at + 2
    if (length >= 0x80) {
      const count = length & 0x7f
      if (count === 0 || count > 4 || start + count > octets.length) return found
      length = octets.subarray(start, start + count).reduce((sum, octet) => sum * 256 + octet, 0)
      start += count
    }
    if (start + length > octets.length) return found
    found.push({ tag, content: octets.subarray(start, start + length) })
    at = start + length
  }
  return found
}

/** An object identifier in dotted form. */
export const oid = (content: Uint8Array): string => {
  const numbers: Array<number> = []
  let value = 0
  for (const octet of content) {
    value = value * 128 + (octet & 0x7f)
    if ((octet & 0x80) !== 0) continue
    numbers.push(value)
    value = 0
  }
  const first = numbers.shift() ?? 0
  const top = Math.min(2, Math.floor(first / 40))
  return [top, first - 40 * top, ...numbers].join(".")
}

/** One extension of a certificate (RFC 5280 section 4.2). */
interface Extension {
  readonly oid: string
  readonly isCritical: boolean
  readonly value: Uint8Array
}

/** What is read of a certificate. */
export interface Reading {
  readonly signatureOid: string
  /** Parameters of the signature algorithm, where RSASSA-PSS keeps its hash. */
  readonly signatureParameters: Uint8Array
  readonly extensions: ReadonlyArray<Extension>
}

const extensionsTag = 0xa3
const booleanTag = 0x01

/** Reads a certificate; what cannot be read is empty. */
export const certificate = (raw: Uint8Array): Reading => {
  const [tbs, algorithm] = elements(elements(raw)[0]?.content ?? new Uint8Array(0))
  const [algorithmOid, parameters] = elements(algorithm?.content ?? new Uint8Array(0))
  const list = elements(tbs?.content ?? new Uint8Array(0)).find((element) => element.tag === extensionsTag)
  const extensions = elements(elements(list?.content ?? new Uint8Array(0))[0]?.content ?? new Uint8Array(0))
  return {
    signatureOid: algorithmOid === undefined ? "" : oid(algorithmOid.content),
    signatureParameters: parameters?.content ?? new Uint8Array(0),
    extensions: extensions.flatMap((extension) => {
      const [id, second, third] = elements(extension.content)
      if (id === undefined || second === undefined) return []
      const isCritical = second.tag === booleanTag && second.content[0] !== 0
      const value = second.tag === booleanTag ? third : second
      return value === undefined ? [] : [{ oid: oid(id.content), isCritical, value: value.content }]
    })
  }
}
