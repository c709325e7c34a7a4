/** The alerts of TLS in the words of four implementations, each explained by the generic pack. */
import { assert, describe, it } from "@effect/vitest"
import type { Cause } from "@sonde/domain/Cause"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"

const firstCause = Effect.fnUntraced(function*(text: string) {
  const { verdicts: [first] } = yield* explain(yield* Packs, text)
  return first?.cause
}, Effect.provide(Packs.layer))

/** Alerts of RFC 8446 section 6 and RFC 5246 section 7.2: the name, OpenSSL's, Go's and rustls' words. */
const alerts: ReadonlyArray<readonly [name: string, openssl: string, go: string, rustls: string, cause: Cause]> = [
  ["unexpected_message", "unexpected message", "unexpected message", "UnexpectedMessage", "tls_handshake_failed"],
  ["bad_record_mac", "bad record mac", "bad record MAC", "BadRecordMac", "tls_handshake_failed"],
  ["record_overflow", "record overflow", "record overflow", "RecordOverflow", "tls_handshake_failed"],
  ["handshake_failure", "handshake failure", "handshake failure", "HandshakeFailure", "tls_cipher_mismatch"],
  ["bad_certificate", "bad certificate", "bad certificate", "BadCertificate", "cert_invalid"],
  [
    "unsupported_certificate",
    "unsupported certificate",
    "unsupported certificate",
    "UnsupportedCertificate",
    "cert_invalid"
  ],
  ["certificate_revoked", "certificate revoked", "revoked certificate", "CertificateRevoked", "cert_revoked"],
  ["certificate_expired", "certificate expired", "expired certificate", "CertificateExpired", "cert_expired"],
  ["certificate_unknown", "certificate unknown", "unknown certificate", "CertificateUnknown", "cert_untrusted_root"],
  ["illegal_parameter", "illegal parameter", "illegal parameter", "IllegalParameter", "tls_handshake_failed"],
  ["unknown_ca", "unknown ca", "unknown certificate authority", "UnknownCA", "cert_untrusted_root"],
  ["access_denied", "access denied", "access denied", "AccessDenied", "tls_handshake_failed"],
  ["decode_error", "decode error", "error decoding message", "DecodeError", "tls_handshake_failed"],
  ["decrypt_error", "decrypt error", "error decrypting message", "DecryptError", "tls_handshake_failed"],
  ["protocol_version", "protocol version", "protocol version not supported", "ProtocolVersion", "tls_version_too_old"],
  [
    "insufficient_security",
    "insufficient security",
    "insufficient security level",
    "InsufficientSecurity",
    "tls_cipher_mismatch"
  ],
  ["internal_error", "internal error", "internal error", "InternalError", "tls_handshake_failed"],
  [
    "inappropriate_fallback",
    "inappropriate fallback",
    "inappropriate fallback",
    "InappropriateFallback",
    "tls_version_too_old"
  ],
  ["user_canceled", "user cancelled", "user canceled", "UserCanceled", "tls_handshake_failed"],
  ["no_renegotiation", "no renegotiation", "no renegotiation", "NoRenegotiation", "tls_handshake_failed"],
  ["missing_extension", "missing extension", "missing extension", "MissingExtension", "tls_handshake_failed"],
  [
    "unsupported_extension",
    "unsupported extension",
    "unsupported extension",
    "UnsupportedExtension",
    "tls_handshake_failed"
  ],
  ["unrecognized_name", "unrecognized name", "unrecognized name", "UnrecognizedName", "sni_missing"],
  [
    "bad_certificate_status_response",
    "bad certificate status response",
    "bad certificate status response",
    "BadCertificateStatusResponse",
    "cert_invalid"
  ],
  [
    "unknown_psk_identity",
    "unknown psk identity",
    "unknown PSK identity",
    "UnknownPSKIdentity",
    "tls_handshake_failed"
  ],
  [
    "certificate_required",
    "certificate required",
    "certificate required",
    "CertificateRequired",
    "client_certificate_required"
  ],
  [
    "no_application_protocol",
    "no application protocol",
    "no application protocol",
    "NoApplicationProtocol",
    "tls_handshake_failed"
  ]
]

describe("TLS alerts", () => {
  it.effect.each([...alerts])("%s", ([name, openssl, go, rustls, cause]) =>
    Effect.gen(function*() {
      for (
        const text of [
          `javax.net.ssl.SSLException: Received fatal alert: ${name}`,
          `error:0A000412:SSL routines::tlsv1 alert ${openssl}:../ssl/record/rec_layer_s3.c:1586:`,
          `remote error: tls: ${go}`,
          `received fatal alert: ${rustls}`
        ]
      ) assert.strictEqual(yield* firstCause(text), cause, text)
    }))
})
