/**
 * What TLSA records say, and whether a certificate agrees (RFC 6698 section 2.1, RFC 7672 section 3.1).
 *
 * Pure: works on digests that are there already. Chains are judged by `net`.
 *
 * @since 0.1.0
 */
import type { LiveMx } from "@sonde/domain/PostureFacts"
import type { TlsaRecord } from "@sonde/net/Resolver"

type Digests = NonNullable<LiveMx["digests"]>

/** Octets of SHA-256 and SHA-512, by matching type (RFC 6698 section 2.1.3). */
const octets: Readonly<Record<number, number>> = { 1: 32, 2: 64 }

/**
 * Whether a sender of mail uses a record: usages 2 and 3 only (RFC 7672 section 3.1.3), a selector and a matching type that exist, and data of
 * the length that the matching type has.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isUsable = ({ data, matching, selector, usage }: TlsaRecord): boolean =>
  (usage === 2 || usage === 3) && (selector === 0 || selector === 1) &&
  (matching === 0 ? data.length > 0 : data.length === 2 * (octets[matching] ?? -1))

/**
 * Whether what a server presented agrees with a record: usage 3 with the leaf, usage 2 with a certificate above it. `digest` is that of
 * the data itself, for the matching type 0. Name and dates of usage 2 are not looked at here.
 *
 * @category predicates
 * @since 0.1.0
 */
export const isMatch = (record: TlsaRecord, chain: Digests, digest: string): boolean => {
  const candidates = record.usage === 3 ? chain.slice(0, 1) : chain.slice(1)
  return candidates.some((one) => {
    const [short, long] = record.selector === 0
      ? [one.certificate256, one.certificate512]
      : [one.key256, one.key512]
    return record.matching === 2 ? record.data === long : short === (record.matching === 0 ? digest : record.data)
  })
}

/**
 * The record that fits a certificate: usage 3, its public key, SHA-256 (RFC 7672 section 3.1.1).
 *
 * @category formatting
 * @since 0.1.0
 */
export const recommended = (chain: Digests): string | undefined =>
  chain[0] === undefined ? undefined : `3 1 1 ${chain[0].key256}`
