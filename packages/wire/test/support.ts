/** What the property tests of this package share: generators of octets and of ways to cut them. */
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"

const int = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** A whole number between two bounds. */
export const between = (minimum: number, maximum: number) => Arbitrary.schema(int(minimum, maximum))

/** Any octets, with those that matter to framing far more often than chance would have them. */
export const octets: Arbitrary.Arbitrary<Uint8Array> = Arbitrary.array(between(0, 300), { maxLength: 80 }).pipe(
  Arbitrary.map((values) =>
    Uint8Array.from(values.map((value) => value < 256 ? value : special[value % special.length]!))
  )
)

const special = [13, 10, 46, 0, 45, 32, 50, 53]

/** Sizes for `cut`. */
export const sizes: Arbitrary.Arbitrary<Array<number>> = Arbitrary.array(between(1, 7), { minLength: 1, maxLength: 20 })

/** Cuts octets into chunks of these sizes, over and over until nothing is left. */
export const cut = (input: Uint8Array, chunkSizes: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const chunks: Array<Uint8Array> = []
  let start = 0
  while (start < input.length) {
    const end = start + (chunkSizes[chunks.length % chunkSizes.length] ?? 1)
    chunks.push(input.slice(start, end))
    start = end
  }
  return chunks
}

/** Text of characters picked from an alphabet. */
export const textOf = (alphabet: string, options: { readonly minLength?: number; readonly maxLength: number }) => {
  const characters = [...alphabet]
  return Arbitrary.array(between(0, characters.length - 1), options).pipe(
    Arbitrary.map((picked) => picked.map((index) => characters[index]).join(""))
  )
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

export const ascii = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** Text with one character for each octet value, so that different octets are different text. */
export const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes)
