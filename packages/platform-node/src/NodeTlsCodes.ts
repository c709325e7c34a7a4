/**
 * The codes of OpenSSL as Node reports them, and the condition or reason each stands for.
 *
 * @since 0.1.0
 */
import type { TlsReason } from "@sonde/domain/Certificate"
import type { HandshakeFailed } from "@sonde/net/Session"

/**
 * Every code Node gives for a chain that did not verify (`tls.TLSSocket.authorizationError`, X509_V_ERR_* in OpenSSL). `Missing`
 * stands for an issuer that was not found: whether the chain is incomplete or its root unknown needs the chain itself.
 * Codes about revocation lists cannot occur while none are given to the runtime; like a lack of memory they leave the chain
 * unproven, and unproven means untrusted. `UNSPECIFIED` is every error for which Node has no name.
 *
 * @category tables
 * @since 0.1.0
 */
export const verifyCodes: Readonly<Record<string, TlsReason | "Missing">> = {
  UNABLE_TO_GET_ISSUER_CERT: "Missing",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "Missing",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "Missing",
  DEPTH_ZERO_SELF_SIGNED_CERT: "SelfSigned",
  SELF_SIGNED_CERT_IN_CHAIN: "UnknownIssuer",
  CERT_UNTRUSTED: "UnknownIssuer",
  CERT_REJECTED: "UnknownIssuer",
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: "BadSignature",
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: "BadSignature",
  CERT_SIGNATURE_FAILURE: "BadSignature",
  CERT_NOT_YET_VALID: "CertificateNotYetValid",
  ERROR_IN_CERT_NOT_BEFORE_FIELD: "CertificateNotYetValid",
  CERT_HAS_EXPIRED: "CertificateExpired",
  ERROR_IN_CERT_NOT_AFTER_FIELD: "CertificateExpired",
  CERT_REVOKED: "Revoked",
  INVALID_CA: "IssuerNotCa",
  PATH_LENGTH_EXCEEDED: "PathLength",
  CERT_CHAIN_TOO_LONG: "PathLength",
  INVALID_PURPOSE: "WrongPurpose",
  HOSTNAME_MISMATCH: "HostnameMismatch",
  UNABLE_TO_GET_CRL: "UnknownIssuer",
  UNABLE_TO_DECRYPT_CRL_SIGNATURE: "UnknownIssuer",
  CRL_SIGNATURE_FAILURE: "UnknownIssuer",
  CRL_NOT_YET_VALID: "UnknownIssuer",
  CRL_HAS_EXPIRED: "UnknownIssuer",
  ERROR_IN_CRL_LAST_UPDATE_FIELD: "UnknownIssuer",
  ERROR_IN_CRL_NEXT_UPDATE_FIELD: "UnknownIssuer",
  OUT_OF_MEM: "UnknownIssuer",
  UNSPECIFIED: "UnknownIssuer"
}

/**
 * Codes of a handshake that did not complete. Both spellings of the alerts stand here: OpenSSL renamed `SSLV3_ALERT` to
 * `SSL/TLS_ALERT`. Alert 40 (handshake_failure) is "unable to negotiate an acceptable set of security parameters" (RFC 8446 section 6.2).
 *
 * @category tables
 * @since 0.1.0
 */
export const handshakeCodes: Readonly<Record<string, TlsReason>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: "PlaintextPeer",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "PlaintextPeer",
  ERR_SSL_HTTP_REQUEST: "PlaintextPeer",
  ERR_SSL_HTTPS_PROXY_REQUEST: "PlaintextPeer",
  ERR_SSL_UNKNOWN_PROTOCOL: "PlaintextPeer",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "ProtocolVersion",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "ProtocolVersion",
  ERR_SSL_VERSION_TOO_LOW: "ProtocolVersion",
  ERR_SSL_VERSION_TOO_HIGH: "ProtocolVersion",
  ERR_SSL_NO_PROTOCOLS_AVAILABLE: "ProtocolVersion",
  ERR_SSL_UNSUPPORTED_SSL_VERSION: "ProtocolVersion",
  ERR_SSL_NO_SHARED_CIPHER: "NoSharedCipher",
  ERR_SSL_NO_CIPHERS_AVAILABLE: "NoSharedCipher",
  ERR_SSL_UNKNOWN_CIPHER_RETURNED: "NoSharedCipher",
  ERR_SSL_WRONG_CIPHER_RETURNED: "NoSharedCipher",
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: "NoSharedCipher",
  "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE": "NoSharedCipher",
  ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY: "NoSharedCipher",
  ERR_SSL_DH_KEY_TOO_SMALL: "WeakKey",
  ERR_SSL_EE_KEY_TOO_SMALL: "WeakKey",
  ERR_SSL_CA_KEY_TOO_SMALL: "WeakKey",
  ERR_SSL_CA_MD_TOO_WEAK: "WeakSignature",
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: "ClientCertificateRequired",
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: "ClientCertificateRequired",
  ECONNRESET: "Reset",
  ECONNABORTED: "Reset",
  EPIPE: "Reset",
  ETIMEDOUT: "HandshakeTimeout"
}

/**
 * A handshake that did not complete.
 *
 * @category models
 * @since 0.1.0
 */
export type HandshakeProblem = Pick<HandshakeFailed, "reason" | "platformCode" | "detail">

/**
 * Names the reason of a failed handshake. What no row knows is `HandshakeAlert`: the two sides spoke TLS and did not agree.
 * `isWanted` is whether the server had asked for a certificate and was shown none: with TLS 1.2 it refuses that with a
 * handshake_failure (RFC 5246 section 7.4.6), which otherwise means that no cipher is shared.
 *
 * @category decoding
 * @since 0.1.0
 */
export const problem = (platformCode: string, detail: string, isWanted = false): HandshakeProblem => ({
  reason: isWanted && platformCode.endsWith("_ALERT_HANDSHAKE_FAILURE")
    ? "ClientCertificateRequired"
    : handshakeCodes[platformCode] ?? "HandshakeAlert",
  platformCode,
  // OpenSSL puts a thread id, file and line around the words that count.
  detail: detail.replace(/^[0-9A-F]+:error:[0-9A-F]+:/, "").replace(/:[^:]+\.c:\d+:.*$/s, "").trim()
})
