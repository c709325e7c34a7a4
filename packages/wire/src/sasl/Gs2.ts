/**
 * The header that SCRAM and OAUTHBEARER begin with (RFC 5801 section 4): channel binding flag and authorisation identity.
 *
 * Pure. Which flag is right is decided by who knows what the server offers and what the connection can give.
 *
 * @since 0.1.0
 */

/**
 * Channel binding types: RFC 9266 section 2 (TLS 1.3) and RFC 5929 section 4 (the certificate of the server).
 *
 * @category models
 * @since 0.1.0
 */
export type BindingType = "tls-exporter" | "tls-server-end-point"

/**
 * What ties an exchange to its TLS connection.
 *
 * @category models
 * @since 0.1.0
 */
export interface ChannelBinding {
  readonly type: BindingType
  readonly data: Uint8Array
}

/**
 * What the client says of channel binding (RFC 5802 section 6): it does not do it; it would, and thinks that the server does
 * not; or it does.
 *
 * @category models
 * @since 0.1.0
 */
export type Binding = "unsupported" | "not-offered" | ChannelBinding

/**
 * A name as a `saslname`: comma and equals sign are escaped (RFC 5801 section 4).
 *
 * @category encoding
 * @since 0.1.0
 */
export const saslName = (name: string): string => name.replaceAll("=", "=3D").replaceAll(",", "=2C")

/**
 * The header: `n,,`, `y,,` or `p=TYPE,,`, with `a=NAME` where an authorisation identity is given.
 *
 * @category encoding
 * @since 0.1.0
 */
export const header = (binding: Binding, authzid?: string): string => {
  const flag = binding === "unsupported" ? "n" : binding === "not-offered" ? "y" : `p=${binding.type}`
  return `${flag},${authzid === undefined || authzid === "" ? "" : `a=${saslName(authzid)}`},`
}
