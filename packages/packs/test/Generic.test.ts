/**
 * What each runtime prints for each condition of socket, DNS and TLS, with the cause the words admit. Where a runtime
 * prints the same words for several conditions, the cause is the one the words stand for, not the one behind them.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Cause } from "@sonde/domain/Cause"
import { explain } from "@sonde/packs/Explain"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"

type Row = readonly [runtime: string, text: string]

const openssl = (code: string, reason: string) =>
  `error:${code}:SSL routines::${reason}:../ssl/statem/statem_clnt.c:2091:`
const python = (name: string, reason: string) => `ssl.SSLError: [SSL: ${name}] ${reason} (_ssl.c:1000)`
const verify = (reason: string) => python("CERTIFICATE_VERIFY_FAILED", `certificate verify failed: ${reason}`)
const php = (text: string) =>
  `Warning: stream_socket_enable_crypto(): SSL operation failed with code 1. OpenSSL Error messages:\n${text}`
const java = (alert: string) => `javax.net.ssl.SSLHandshakeException: Received fatal alert: ${alert}`
const dotnet = (errors: string) =>
  `System.Security.Authentication.AuthenticationException: The remote certificate is invalid because of errors in the certificate chain: ${errors}`

const table: ReadonlyArray<readonly [Cause, ReadonlyArray<Row>]> = [
  ["cert_expired", [
    ["OpenSSL", "verify error:num=10:certificate has expired"],
    ["Node.js", "Error: certificate has expired\n  code: 'CERT_HAS_EXPIRED'"],
    ["Python", verify("certificate has expired")],
    ["Java", "java.security.cert.CertificateExpiredException: NotAfter: Sat Nov 01 12:00:00 UTC 2026"],
    ["Java, path", "sun.security.validator.ValidatorException: PKIX path validation failed: validity check failed"],
    [".NET", dotnet("NotTimeValid")],
    [
      "Go",
      "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time " +
      "2026-11-28T07:00:00Z is after 2026-11-01T12:00:00Z"
    ],
    ["Rust", "invalid peer certificate: Expired"],
    ["Rust, newer", "invalid peer certificate: certificate expired: verification time 1795849200 (UNIX)"]
  ]],
  ["cert_not_yet_valid", [
    ["OpenSSL", "verify error:num=9:certificate is not yet valid"],
    ["Node.js", "Error: certificate is not yet valid\n  code: 'CERT_NOT_YET_VALID'"],
    ["Python", verify("certificate is not yet valid")],
    ["Java", "java.security.cert.CertificateNotYetValidException: NotBefore: Sat Nov 28 12:00:00 UTC 2026"],
    [
      "Go",
      "x509: certificate has expired or is not yet valid: current time 2020-01-01T00:00:00Z is before 2026-11-01T12:00:00Z"
    ],
    ["Rust", "invalid peer certificate: NotValidYet"],
    ["Rust, newer", "invalid peer certificate: certificate not valid yet: verification time 1577836800 (UNIX)"]
  ]],
  ["cert_hostname_mismatch", [
    ["OpenSSL", "verify error:num=62:hostname mismatch"],
    [
      "Node.js",
      "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: Host: " +
      "mail.example.com. is not in the cert's altnames: DNS:srv1.example.net"
    ],
    ["Python", verify("Hostname mismatch, certificate is not valid for 'mail.example.com'.")],
    ["Python, old", "ssl.CertificateError: hostname 'mail.example.com' doesn't match either of '*.example.net'"],
    [
      "Java",
      "java.security.cert.CertificateException: No subject alternative DNS name matching mail.example.com found."
    ],
    ["JavaMail", "java.io.IOException: Can't verify identity of server: mail.example.com"],
    [".NET", "The remote certificate is invalid according to the validation procedure: RemoteCertificateNameMismatch"],
    ["MailKit", "The host name did not match the name given in the server's SSL certificate."],
    ["Go", "x509: certificate is valid for srv1.example.net, not mail.example.com"],
    ["Go, address", "x509: cannot validate certificate for 192.0.2.1 because it doesn't contain any IP SANs"],
    ["PHP", php("Peer certificate CN=`srv1.example.net' did not match expected CN=`mail.example.com'")],
    ["Rust", "invalid peer certificate: NotValidForName"],
    ["Rust, newer", "invalid peer certificate: certificate not valid for name \"mail.example.com\""]
  ]],
  ["cert_self_signed", [
    ["OpenSSL", "verify error:num=18:self-signed certificate"],
    ["Node.js", "Error: self-signed certificate\n  code: 'DEPTH_ZERO_SELF_SIGNED_CERT'"],
    ["Node.js, old", "Error: self signed certificate"],
    ["Python", verify("self-signed certificate")],
    ["MailKit", "The server's SSL certificate could not be validated: self-signed certificate"],
    ["Rust", "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))"]
  ]],
  // Go, Java, .NET and PHP say the same of a self-signed certificate as of an unknown issuer.
  ["cert_untrusted_root", [
    ["OpenSSL", "verify error:num=20:unable to get local issuer certificate"],
    ["OpenSSL, root", "verify error:num=19:self-signed certificate in certificate chain"],
    ["Node.js", "Error: unable to get local issuer certificate\n  code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'"],
    ["Python", verify("unable to get local issuer certificate")],
    [
      "Java",
      "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find " +
      "valid certification path to requested target"
    ],
    [".NET", dotnet("UntrustedRoot")],
    ["Go", "tls: failed to verify certificate: x509: certificate signed by unknown authority"],
    ["PHP", php(openssl("0A000086", "certificate verify failed"))],
    ["Rust", "invalid peer certificate: UnknownIssuer"],
    ["Go, refused by a client", "remote error: tls: unknown certificate authority"]
  ]],
  ["cert_incomplete_chain", [
    ["OpenSSL", "verify error:num=21:unable to verify the first certificate"],
    ["Node.js", "Error: unable to verify the first certificate\n  code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'"],
    [".NET", dotnet("PartialChain")]
  ]],
  ["tls_cipher_mismatch", [
    ["OpenSSL", openssl("0A000410", "ssl/tls alert handshake failure")],
    ["OpenSSL, server", openssl("0A0000C1", "no shared cipher")],
    ["Node.js", "code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'"],
    ["Python", python("SSLV3_ALERT_HANDSHAKE_FAILURE", "sslv3 alert handshake failure")],
    ["Java", java("handshake_failure")],
    ["Java, server", "javax.net.ssl.SSLHandshakeException: no cipher suites in common"],
    [".NET", "The client and server cannot communicate, because they do not possess a common algorithm."],
    ["Go", "remote error: tls: handshake failure"],
    ["Go, server", "tls: no cipher suite supported by both client and server"],
    ["PHP", php(openssl("14094410", "sslv3 alert handshake failure"))],
    ["Rust", "received fatal alert: HandshakeFailure"],
    ["Rust, client", "peer is incompatible: NoCipherSuitesInCommon"]
  ]],
  ["plaintext_port_spoken_tls", [
    ["OpenSSL", openssl("0A00010B", "wrong version number")],
    ["OpenSSL, newer", openssl("0A0000C6", "packet length too long")],
    ["Node.js", "library: 'SSL routines', reason: 'wrong version number', code: 'ERR_SSL_WRONG_VERSION_NUMBER'"],
    ["Python", python("WRONG_VERSION_NUMBER", "wrong version number")],
    ["Java", "javax.net.ssl.SSLException: Unsupported or unrecognized SSL message"],
    ["Java, old", "javax.net.ssl.SSLException: Unrecognized SSL message, plaintext connection?"],
    [".NET", "Cannot determine the frame size or a corrupted frame was received."],
    [".NET Framework", "System.IO.IOException: The handshake failed due to an unexpected packet format."],
    ["Go", "tls: first record does not look like a TLS handshake"],
    ["PHP", php(openssl("1408F10B", "wrong version number"))],
    ["Rust", "received corrupt message of type InvalidContentType"]
  ]],
  ["tls_version_too_old", [
    ["OpenSSL", openssl("0A000102", "unsupported protocol")],
    ["OpenSSL, alert", openssl("0A00042E", "tlsv1 alert protocol version")],
    ["Node.js", "code: 'ERR_SSL_UNSUPPORTED_PROTOCOL'"],
    ["Python", python("TLSV1_ALERT_PROTOCOL_VERSION", "tlsv1 alert protocol version")],
    ["Java", java("protocol_version")],
    ["Java, client", "The server selected protocol version TLS10 is not accepted by client preferences [TLS12]"],
    ["Go", "remote error: tls: protocol version not supported"],
    ["Go, client", "tls: server selected unsupported protocol version 301"],
    ["PHP", php(openssl("1425F102", "unsupported protocol"))],
    ["Rust", "received fatal alert: ProtocolVersion"],
    ["Rust, client", "peer is incompatible: ServerDoesNotSupportTls12Or13"]
  ]],
  ["dh_key_too_small", [
    ["OpenSSL", openssl("0A00018A", "dh key too small")],
    ["Node.js", "code: 'ERR_SSL_DH_KEY_TOO_SMALL'"],
    ["Python", python("DH_KEY_TOO_SMALL", "dh key too small")],
    ["Java", "javax.net.ssl.SSLHandshakeException: DH ServerKeyExchange does not comply to algorithm constraints"],
    ["Java, old", "java.lang.RuntimeException: Could not generate DH keypair"],
    ["PHP", php(openssl("141A318A", "dh key too small"))]
  ]],
  ["client_certificate_required", [
    ["OpenSSL", openssl("0A00045C", "tlsv13 alert certificate required")],
    ["OpenSSL, server", openssl("0A0000C7", "peer did not return a certificate")],
    ["Node.js", "code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'"],
    ["Python", python("TLSV13_ALERT_CERTIFICATE_REQUIRED", "tlsv13 alert certificate required")],
    ["Java", java("certificate_required")],
    ["Go", "remote error: tls: certificate required"],
    ["Rust", "received fatal alert: CertificateRequired"]
  ]],
  ["tls_handshake_failed", [
    ["OpenSSL", openssl("0A000126", "unexpected eof while reading")],
    ["Python", python("UNEXPECTED_EOF_WHILE_READING", "EOF occurred in violation of protocol")],
    ["Java", "javax.net.ssl.SSLHandshakeException: Remote host terminated the handshake"],
    [".NET", "Received an unexpected EOF or 0 bytes from the transport stream."],
    ["Rust", "tls handshake eof"]
  ]],
  ["connect_refused", [
    ["Node.js", "Error: connect ECONNREFUSED 192.0.2.10:587"],
    ["Python", "ConnectionRefusedError: [Errno 111] Connection refused"],
    ["Java", "java.net.ConnectException: Connection refused"],
    [".NET", "No connection could be made because the target machine actively refused it. [::1]:587"],
    ["Go", "dial tcp 192.0.2.10:587: connect: connection refused"],
    ["PHP", "stream_socket_client(): unable to connect to tcp://mail.example.com:587 (Connection refused)"],
    ["Rust", "Connection refused (os error 111)"]
  ]],
  ["connection_lost", [
    ["Node.js", "Error: read ECONNRESET"],
    ["Python", "ConnectionResetError: [Errno 104] Connection reset by peer"],
    ["Java", "java.net.SocketException: Connection reset"],
    [".NET", "An existing connection was forcibly closed by the remote host."],
    ["Go", "read tcp 192.0.2.7:50122->192.0.2.10:587: read: connection reset by peer"],
    ["PHP", "fwrite(): Send of 6 bytes failed with errno=32 Broken pipe"],
    ["Rust", "Connection reset by peer (os error 104)"]
  ]],
  ["connect_timeout", [
    ["Node.js", "Error: connect ETIMEDOUT 192.0.2.10:465"],
    ["Nodemailer", "Error: Connection timeout"],
    ["Python", "TimeoutError: [Errno 110] Connection timed out"],
    ["Python, limit", "TimeoutError: timed out"],
    ["Java", "java.net.SocketTimeoutException: Connect timed out"],
    [
      ".NET",
      "A connection attempt failed because the connected party did not properly respond after a period of time, " +
      "or established connection failed because connected host has failed to respond."
    ],
    ["Go", "dial tcp 192.0.2.10:25: i/o timeout"],
    ["PHP", "fsockopen(): Unable to connect to mail.example.com:25 (Connection timed out)"],
    ["Rust", "Connection timed out (os error 110)"]
  ]],
  ["network_unreachable", [
    ["Node.js", "Error: connect EHOSTUNREACH 192.0.2.10:587"],
    ["Go", "dial tcp 192.0.2.10:587: connect: network is unreachable"]
  ]],
  ["ipv6_unreachable", [
    ["Node.js", "Error: connect ENETUNREACH 2001:db8::25:587"],
    ["Python", "OSError: [Errno 101] Network is unreachable"],
    ["Java", "java.net.SocketException: Network is unreachable"],
    [".NET", "A socket operation was attempted to an unreachable network. [2001:db8::25]:587"],
    ["Go", "dial tcp [2001:db8::25]:587: connect: network is unreachable"],
    ["PHP", "stream_socket_client(): unable to connect to tcp://mail.example.com:587 (Network is unreachable)"],
    ["Rust", "Network is unreachable (os error 101)"]
  ]],
  ["port_blocked", [
    ["Go", "dial tcp 192.0.2.10:25: connect: permission denied"],
    ["PHP", "stream_socket_client(): unable to connect to tcp://mail.example.com:587 (Permission denied)"]
  ]],
  ["dns_nxdomain", [
    ["Node.js", "Error: getaddrinfo ENOTFOUND smtp.exmaple.com"],
    ["Python", "socket.gaierror: [Errno -2] Name or service not known"],
    ["Python, Windows", "socket.gaierror: [Errno 11001] getaddrinfo failed"],
    ["Java", "java.net.UnknownHostException: smtp.exmaple.com"],
    [".NET", "System.Net.Sockets.SocketException (11001): No such host is known."],
    [".NET Framework", "System.Net.WebException: The remote name could not be resolved: 'smtp.exmaple.com'"],
    ["Go", "dial tcp: lookup smtp.exmaple.com on 192.0.2.53:53: no such host"],
    ["PHP", "php_network_getaddresses: getaddrinfo for smtp.exmaple.com failed: Name or service not known"],
    ["Rust", "failed to lookup address information: nodename nor servname provided, or not known"],
    ["Rust, musl", "failed to lookup address information: Name does not resolve"]
  ]],
  ["dns_no_records", [
    ["Node.js", "Error: queryMx ENODATA example.com"],
    ["Python", "socket.gaierror: [Errno -5] No address associated with hostname"],
    [".NET", "The requested name is valid, but no data of the requested type was found."]
  ]],
  ["dns_temporary_failure", [
    ["Node.js", "Error: getaddrinfo EAI_AGAIN smtp.example.com"],
    ["Python", "socket.gaierror: [Errno -3] Temporary failure in name resolution"],
    ["Java", "java.net.UnknownHostException: smtp.example.com: Temporary failure in name resolution"],
    [".NET", "ExtendedSocketException (00000001, 11): Resource temporarily unavailable"],
    ["Go", "dial tcp: lookup smtp.example.com on 127.0.0.11:53: server misbehaving"],
    [
      "Go, silent",
      "dial tcp: lookup smtp.example.com on 192.0.2.53:53: read udp 192.0.2.7:41122->192.0.2.53:53: i/o timeout"
    ],
    ["PHP", "php_network_getaddresses: getaddrinfo for smtp.example.com failed: Temporary failure in name resolution"],
    ["Rust", "failed to lookup address information: Temporary failure in name resolution"],
    ["Rust, musl", "failed to lookup address information: Try again"]
  ]]
]

describe.each(table)("the words for %s", (cause, rows) => {
  it.effect.each([...rows])("of %s are understood", ([, text]) =>
    Effect.gen(function*() {
      const { verdicts: [first] } = yield* explain(yield* Packs, text)
      assert.strictEqual(first?.cause, cause, `${first?.rule}`)
    }).pipe(Effect.provide(Packs.layer)))
})
