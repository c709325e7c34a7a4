import { assert, describe, it } from "@effect/vitest"
import * as TlsImport from "@sonde/report/TlsImport"
import * as Result from "effect/Result"

const row = (id: string, severity: string, finding: string, more: object = {}) => ({
  id,
  ip: "mx.example/192.0.2.1",
  port: "587",
  severity,
  finding,
  ...more
})

const testssl = [
  row("service", "INFO", "SMTP"),
  row("TLS1", "LOW", "offered (deprecated)"),
  row("TLS1_2", "OK", "offered"),
  row("cipherlist_3DES_IDEA", "MEDIUM", "offered"),
  row("heartbleed", "CRITICAL", "VULNERABLE", { cve: "CVE-2014-0160" }),
  row("cert_expirationStatus", "HIGH", "expires < 30 days (5)"),
  row("DH_groups", "WARN", "could not be tested")
]

const suites = (...names: ReadonlyArray<string>) => ({
  status: "COMPLETED",
  result: { accepted_cipher_suites: names.map((name) => ({ cipher_suite: { name } })) }
})

const sslyze = {
  server_scan_results: [{
    server_location: { hostname: "mx.example", port: 993 },
    scan_status: "COMPLETED",
    scan_result: {
      tls_1_0_cipher_suites: suites("TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
      tls_1_2_cipher_suites: suites("TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
      heartbleed: { status: "COMPLETED", result: { is_vulnerable_to_heartbleed: false } },
      robot: { status: "COMPLETED", result: { robot_result: "VULNERABLE_WEAK_ORACLE" } },
      certificate_info: {
        result: { certificate_deployments: [{ path_validation_results: [{ was_validation_successful: true }] }] }
      }
    }
  }]
}

const read = (value: unknown) => Result.getOrThrow(TlsImport.fromText(JSON.stringify(value)))
const told = (value: unknown) =>
  read(value).flatMap(({ findings }) => findings.map(({ id, state }) => `${id} ${state}`))

describe("TlsImport", () => {
  it("reads the rows of testssl.sh, and leaves out what is good", () => {
    assert.deepStrictEqual(read(testssl).map(({ target, tool }) => [tool, target]), [["testssl.sh", "mx.example:587"]])
    assert.deepStrictEqual(told(testssl), [
      "tls_version_outdated warn",
      "tls_cipher_weak warn",
      "tls_vulnerable fail",
      "tls_certificate_problem fail",
      "tls_group_weak inconclusive"
    ])
    assert.include(read(testssl)[0]?.findings[2]?.text, "CVE-2014-0160")
  })

  it("reads the chapters of testssl.sh as it reads the rows", () => {
    const pretty = {
      scanResult: [{
        targetHost: "mx.example",
        port: "587",
        protocols: testssl.slice(1, 3),
        ciphers: testssl.slice(3, 4),
        vulnerabilities: testssl.slice(4)
      }]
    }
    assert.deepStrictEqual(told(pretty), told(testssl))
    assert.strictEqual(read(pretty)[0]?.target, "mx.example:587")
  })

  it("reads sslyze", () => {
    assert.deepStrictEqual(told(sslyze), [
      "tls_version_outdated warn",
      "tls_cipher_weak fail",
      "tls_no_forward_secrecy warn",
      "tls_vulnerable fail"
    ])
    assert.strictEqual(read(sslyze)[0]?.target, "mx.example:993")
  })

  it("gives every finding a remedy", () => {
    for (const { findings } of [...read(testssl), ...read(sslyze)]) {
      for (const { remedies } of findings) assert.isNotEmpty(remedies[0]?.text ?? "")
    }
  })

  it.each([["{"], ["[]"], ["{}"], ["null"], ["\"text\""], ["[{\"id\":1}]"]])("takes %s for no report", (text) => {
    assert.isTrue(Result.isFailure(TlsImport.fromText(text)))
  })
})
