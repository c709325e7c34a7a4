/**
 * Names of runs: ULIDs, 26 characters of Crockford's base 32, sortable by time.
 *
 * 48 bits of milliseconds since the epoch, then 80 random bits.
 *
 * @since 0.1.0
 */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const randomOctets = 16

// Asking the platform costs more than all the rest of an id, whether for 16 octets or for many.
const pool = new Uint8Array(64 * randomOctets)
let used = pool.length

const random = (): Uint8Array => {
  if (used === pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  const octets = pool.slice(used, used + randomOctets)
  pool.fill(0, used, used + randomOctets)
  used += randomOctets
  return octets
}

/**
 * Makes a run id for a moment in epoch milliseconds.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (epochMillis: number): string => {
  let time = ""
  for (let rest = epochMillis, index = 0; index < 10; index++) {
    time = alphabet.charAt(rest % 32) + time
    rest = Math.floor(rest / 32)
  }
  let chance = ""
  for (const octet of random()) chance += alphabet.charAt(octet % 32)
  return time + chance
}

/**
 * Whether a text is a run id, or the beginning of one; letters may be lower case.
 *
 * @category guards
 * @since 0.1.0
 */
export const isPrefix = (text: string): boolean => /^[0-9A-HJKMNP-TV-Z]{1,26}$/i.test(text)
