/**
 * Hosts as text, apart from the schemas that use them, which cost time to build.
 *
 * @since 0.1.0
 */

// No leading zeros: whether `010` is eight or ten depends on who reads it.
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/

/**
 * Whether a host is an IPv4 address in dotted decimals.
 *
 * @category guards
 * @since 0.1.0
 */
export const isIpv4 = (host: string): boolean => ipv4.test(host)

/**
 * Whether a host is an IPv6 address literal, without brackets.
 *
 * @category guards
 * @since 0.1.0
 */
export const isIpv6 = (host: string): boolean => {
  try {
    // The letters first: a bracket would end the address early and leave the rest unread.
    return /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(host) && new URL(`http://[${host}]/`).hostname !== ""
  } catch {
    return false
  }
}

/**
 * Whether a host is an IPv4 or IPv6 address literal, without brackets.
 *
 * @category guards
 * @since 0.1.0
 */
export const isAddress = (host: string): boolean => isIpv4(host) || isIpv6(host)

/**
 * `host:port`, with brackets around an IPv6 literal.
 *
 * @category formatting
 * @since 0.1.0
 */
export const format = (endpoint: { readonly host: string; readonly port: number }): string =>
  endpoint.host.includes(":") ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`
