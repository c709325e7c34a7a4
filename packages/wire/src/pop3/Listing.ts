/**
 * The lines that answer UIDL (RFC 1939 section 7): the unique identifier of each message of a maildrop.
 *
 * @since 0.1.0
 */
import * as Limits from "../Limits.ts"

/**
 * A message of a maildrop. `number` is that of this session, from 1; `id` lasts over sessions.
 *
 * @category models
 * @since 0.1.0
 */
export interface Listed {
  readonly number: number
  readonly id: string
}

/**
 * Most messages of which a listing is read: as many as fit into a reply, at a usual length of their identifiers.
 *
 * @category constants
 * @since 0.1.0
 */
export const maxListed = Limits.maxReplyLines

/**
 * The messages of a listing. A line that is none, and one that repeats a number, is left out.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromLines = (lines: ReadonlyArray<string>): ReadonlyArray<Listed> => {
  const found = new Map<number, Listed>()
  for (const line of lines) {
    // RFC 1939 section 7: one to 70 printable characters.
    const match = /^(\d{1,10}) ([\x21-\x7e]{1,70}) *$/.exec(line)
    const number = Number(match?.[1])
    if (match !== null && number > 0 && !found.has(number)) found.set(number, { number, id: match[2]! })
  }
  return [...found.values()]
}

/**
 * The lines of a listing, without those that frame it.
 *
 * @category encoding
 * @since 0.1.0
 */
export const toLines = (listed: ReadonlyArray<Listed>): ReadonlyArray<string> =>
  listed.map(({ id, number }) => `${number} ${id}`)
