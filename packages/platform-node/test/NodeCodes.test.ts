import { assert, describe, it } from "@effect/vitest"
import * as NodeCodes from "@sonde/platform-node/NodeCodes"
import * as NodeTlsCodes from "@sonde/platform-node/NodeTlsCodes"
import { constants } from "node:os"

describe("connectCodes", () => {
  it.each([
    ["ECONNREFUSED", "Refused"],
    ["ECONNRESET", "Reset"],
    ["ECONNABORTED", "Reset"],
    ["EPIPE", "Reset"],
    ["ETIMEDOUT", "Timeout"],
    ["ENETUNREACH", "Unreachable"],
    ["EHOSTUNREACH", "Unreachable"],
    ["ENETDOWN", "Unreachable"],
    ["EHOSTDOWN", "Unreachable"],
    ["EADDRNOTAVAIL", "Unreachable"],
    ["EAFNOSUPPORT", "Unreachable"],
    ["EINVAL", "Unreachable"],
    ["EACCES", "Unreachable"],
    ["EPERM", "Unreachable"]
  ])("reads %s as %s", (code, obstacle) => assert.strictEqual(NodeCodes.connectCodes[code], obstacle))

  it("names only errors the system knows", () => {
    const known = new Set([...Object.keys(constants.errno), "EHOSTDOWN"])
    assert.deepStrictEqual(Object.keys(NodeCodes.connectCodes).filter((code) => !known.has(code)), [])
  })
})

describe("lookupCodes", () => {
  it.each([
    ["ECONNREFUSED", "Unreachable"],
    ["ENETUNREACH", "Unreachable"],
    ["EHOSTUNREACH", "Unreachable"],
    ["ENETDOWN", "Unreachable"],
    ["EHOSTDOWN", "Unreachable"],
    ["EADDRNOTAVAIL", "Unreachable"],
    ["EACCES", "Unreachable"],
    ["EPERM", "Unreachable"],
    ["ENORESOLVER", "Unreachable"],
    ["ETIMEDOUT", "Timeout"],
    ["EUNTRUSTED", "Untrusted"],
    ["EBADRESP", "Malformed"],
    ["EOF", "ServerFailure"],
    ["EHTTPSTATUS", "ServerFailure"]
  ])("reads %s as %s", (code, reason) => assert.strictEqual(NodeCodes.lookupCodes[code], reason))
})

describe("verifyCodes", () => {
  it.each([
    ["UNABLE_TO_GET_ISSUER_CERT", "Missing"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "Missing"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "Missing"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "SelfSigned"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "UnknownIssuer"],
    ["CERT_UNTRUSTED", "UnknownIssuer"],
    ["CERT_REJECTED", "UnknownIssuer"],
    ["UNABLE_TO_DECRYPT_CERT_SIGNATURE", "BadSignature"],
    ["UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY", "BadSignature"],
    ["CERT_SIGNATURE_FAILURE", "BadSignature"],
    ["CERT_NOT_YET_VALID", "CertificateNotYetValid"],
    ["ERROR_IN_CERT_NOT_BEFORE_FIELD", "CertificateNotYetValid"],
    ["CERT_HAS_EXPIRED", "CertificateExpired"],
    ["ERROR_IN_CERT_NOT_AFTER_FIELD", "CertificateExpired"],
    ["CERT_REVOKED", "Revoked"],
    ["INVALID_CA", "IssuerNotCa"],
    ["PATH_LENGTH_EXCEEDED", "PathLength"],
    ["CERT_CHAIN_TOO_LONG", "PathLength"],
    ["INVALID_PURPOSE", "WrongPurpose"],
    ["HOSTNAME_MISMATCH", "HostnameMismatch"],
    ["UNABLE_TO_GET_CRL", "UnknownIssuer"],
    ["UNABLE_TO_DECRYPT_CRL_SIGNATURE", "UnknownIssuer"],
    ["CRL_SIGNATURE_FAILURE", "UnknownIssuer"],
    ["CRL_NOT_YET_VALID", "UnknownIssuer"],
    ["CRL_HAS_EXPIRED", "UnknownIssuer"],
    ["ERROR_IN_CRL_LAST_UPDATE_FIELD", "UnknownIssuer"],
    ["ERROR_IN_CRL_NEXT_UPDATE_FIELD", "UnknownIssuer"],
    ["OUT_OF_MEM", "UnknownIssuer"],
    ["UNSPECIFIED", "UnknownIssuer"]
  ])("reads %s as %s", (code, reason) => assert.strictEqual(NodeTlsCodes.verifyCodes[code], reason))
})

describe("handshakeCodes", () => {
  it.each([
    ["ERR_SSL_WRONG_VERSION_NUMBER", "PlaintextPeer"],
    ["ERR_SSL_PACKET_LENGTH_TOO_LONG", "PlaintextPeer"],
    ["ERR_SSL_HTTP_REQUEST", "PlaintextPeer"],
    ["ERR_SSL_HTTPS_PROXY_REQUEST", "PlaintextPeer"],
    ["ERR_SSL_UNKNOWN_PROTOCOL", "PlaintextPeer"],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "ProtocolVersion"],
    ["ERR_SSL_UNSUPPORTED_PROTOCOL", "ProtocolVersion"],
    ["ERR_SSL_VERSION_TOO_LOW", "ProtocolVersion"],
    ["ERR_SSL_VERSION_TOO_HIGH", "ProtocolVersion"],
    ["ERR_SSL_NO_PROTOCOLS_AVAILABLE", "ProtocolVersion"],
    ["ERR_SSL_UNSUPPORTED_SSL_VERSION", "ProtocolVersion"],
    ["ERR_SSL_NO_SHARED_CIPHER", "NoSharedCipher"],
    ["ERR_SSL_NO_CIPHERS_AVAILABLE", "NoSharedCipher"],
    ["ERR_SSL_UNKNOWN_CIPHER_RETURNED", "NoSharedCipher"],
    ["ERR_SSL_WRONG_CIPHER_RETURNED", "NoSharedCipher"],
    ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "NoSharedCipher"],
    ["ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", "NoSharedCipher"],
    ["ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY", "NoSharedCipher"],
    ["ERR_SSL_DH_KEY_TOO_SMALL", "WeakKey"],
    ["ERR_SSL_EE_KEY_TOO_SMALL", "WeakKey"],
    ["ERR_SSL_CA_KEY_TOO_SMALL", "WeakKey"],
    ["ERR_SSL_CA_MD_TOO_WEAK", "WeakSignature"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "ClientCertificateRequired"],
    ["ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE", "ClientCertificateRequired"],
    ["ECONNRESET", "Reset"],
    ["ECONNABORTED", "Reset"],
    ["EPIPE", "Reset"],
    ["ETIMEDOUT", "HandshakeTimeout"]
  ])("reads %s as %s", (code, reason) => assert.strictEqual(NodeTlsCodes.problem(code, "").reason, reason))

  it.each(["ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", "ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC"])(
    "reads %s, which no row knows, as HandshakeAlert",
    (code) => assert.strictEqual(NodeTlsCodes.problem(code, "").reason, "HandshakeAlert")
  )

  it("keeps the words of OpenSSL and drops the addresses around them", () => {
    const told = "4037D2A5CB7F0000:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:" +
      "../deps/openssl/openssl/ssl/record/methods/tlsany_meth.c:84:\n"
    assert.strictEqual(
      NodeTlsCodes.problem("ERR_SSL_WRONG_VERSION_NUMBER", told).detail,
      "SSL routines:tls_validate_record_header:wrong version number"
    )
  })
})
