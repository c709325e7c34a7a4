/**
 * The certificate that this side shows in a TLS handshake with a mail server, where the server asks for one (RFC 8446 section 4.4.2).
 *
 * It goes to mail servers alone, never along with a request over HTTP.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Redacted from "effect/Redacted"

/**
 * Certificates in PEM, that of the client first, and its private key, which may stand in the same text.
 *
 * @category models
 * @since 0.1.0
 */
export interface Identity {
  readonly certificate: Redacted.Redacted<string>
  readonly key: Redacted.Redacted<string>
}

/**
 * Who this side is. By default nobody.
 *
 * @category references
 * @since 0.1.0
 */
export const ClientIdentity = Context.Reference<Identity | undefined>("@sonde/net/ClientIdentity", {
  defaultValue: () => undefined
})
