/**
 * Decodes what mail encodes: base64 and quoted-printable bodies (RFC 2045 section 6), encoded words in header fields
 * (RFC 2047 section 2), and the usual character sets.
 *
 * Total: what is no encoding stays as it is, and octets that are no text become replacement characters. The time is
 * proportional to the input.
 *
 * @since 0.1.0
 */

const values = new Int8Array(128).fill(-1)
for (const [value, letter] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].entries()) {
  values[letter.charCodeAt(0)] = value
}

/**
 * The octets of base64 text. RFC 2045 section 6.8: characters outside the alphabet are ignored; padding ends it.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromBase64 = (text: string): Uint8Array => {
  const octets = new Uint8Array(Math.ceil(text.length * 3 / 4))
  let length = 0
  let bits = 0
  let have = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 61) break
    const value = code < 128 ? values[code] ?? -1 : -1
    if (value === -1) continue
    bits = ((bits << 6) | value) & 0xffff
    have += 6
    if (have >= 8) {
      have -= 8
      octets[length++] = (bits >> have) & 0xff
    }
  }
  return octets.subarray(0, length)
}

const hex = (code: number): number =>
  code >= 48 && code <= 57
    ? code - 48
    : code >= 65 && code <= 70
    ? code - 55
    : code >= 97 && code <= 102
    ? code - 87
    : -1

/**
 * The octets of quoted-printable text (RFC 2045 section 6.7); with `word` an underscore is a space (RFC 2047 section
 * 4.2). A sign that is not followed by two digits stands for itself.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromQuotedPrintable = (text: string, word = false): Uint8Array => {
  const octets = new Uint8Array(text.length * 3)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 61) {
      const high = hex(text.charCodeAt(at + 1))
      const low = hex(text.charCodeAt(at + 2))
      if (high >= 0 && low >= 0) {
        octets[length++] = high * 16 + low
        at += 2
        continue
      }
      // A soft line break.
      if (text.charCodeAt(at + 1) === 10) {
        at += 1
        continue
      }
      if (text.charCodeAt(at + 1) === 13 && text.charCodeAt(at + 2) === 10) {
        at += 2
        continue
      }
    }
    if (word && code === 95) octets[length++] = 32
    else if (code < 128) octets[length++] = code
    // What is no ASCII has no place here; it is kept as UTF-8.
    else if (code < 0x800) {
      octets[length++] = 0xc0 | (code >> 6)
      octets[length++] = 0x80 | (code & 0x3f)
    } else {
      octets[length++] = 0xe0 | (code >> 12)
      octets[length++] = 0x80 | ((code >> 6) & 0x3f)
      octets[length++] = 0x80 | (code & 0x3f)
    }
  }
  return octets.subarray(0, length)
}

/** Octets as characters of the same number. */
export const latin1 = (octets: Uint8Array): string => {
  let out = ""
  for (let at = 0; at < octets.length; at += 8192) out += String.fromCharCode(...octets.subarray(at, at + 8192))
  return out
}

type Decoder = InstanceType<typeof TextDecoder>

const decoders = new Map<string, Decoder | undefined>()

const decoderOf = (charset: string): Decoder | undefined => {
  const name = charset.trim().toLowerCase()
  if (!/^[a-z0-9_:.-]{1,40}$/u.test(name)) return undefined
  if (decoders.has(name)) return decoders.get(name)
  let made: Decoder | undefined
  try {
    made = new TextDecoder(name)
  } catch {
    made = undefined
  }
  // Names come from the outside; more than a few hundred are no charsets.
  if (decoders.size < 300) decoders.set(name, made)
  return made
}

/**
 * Octets in a character set as text; UTF-8 where the set is not known.
 *
 * @category decoding
 * @since 0.1.0
 */
export const toText = (octets: Uint8Array, charset = "utf-8"): string =>
  (decoderOf(charset) ?? decoderOf("utf-8"))?.decode(octets) ?? latin1(octets)

// RFC 2047 section 2: an encoded word has at most 75 characters; some programs write longer ones.
const encodedWord = /=\?([A-Za-z0-9_.:-]{1,40})(?:\*[A-Za-z-]{1,20})?\?([BbQq])\?([^?\s]{0,1000})\?=/gu

/**
 * A header field's text with its encoded words decoded. RFC 2047 section 6.2: white space between two of them is not
 * shown.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromEncodedWords = (text: string): string =>
  text.includes("=?")
    ? text
      .replace(/\?=[ \t\n\r]{1,100}=\?/gu, "?==?")
      .replace(
        encodedWord,
        (_whole, charset: string, encoding: string, data: string) =>
          toText(encoding.toUpperCase() === "B" ? fromBase64(data) : fromQuotedPrintable(data, true), charset)
      )
    : text
