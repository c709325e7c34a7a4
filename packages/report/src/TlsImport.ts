/**
 * Reads what testssl.sh and sslyze found out about a server, and says it in the words of Sonde, with a remedy.
 *
 * Cipher by cipher those tools know more than a handshake tells; nothing they did is done again here. What they judge as good or as
 * information is left out. Unknown fields are passed over, an unknown document is told as such.
 *
 * @since 0.1.0
 */
import type { Finding } from "@sonde/domain/Verdict"
import * as Data from "effect/Data"
import * as Result from "effect/Result"

/**
 * A document that is neither. `problem` says what it is instead.
 *
 * @category errors
 * @since 0.1.0
 */
export class TlsImportError extends Data.TaggedError("TlsImportError")<{ readonly problem: string }> {}

/**
 * What a document says of one server: `tool` wrote it, `target` is host and port as it has them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Imported {
  readonly tool: "testssl.sh" | "sslyze"
  readonly target: string
  readonly findings: ReadonlyArray<Finding>
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)
const fieldsOf = (value: unknown): Fields => isFields(value) ? value : {}
const listOf = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []
const textOf = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? `${value}` : ""

interface Known {
  readonly id: string
  readonly title: string
  readonly change: string
}

const modern =
  "Allow ECDHE with AES-GCM or ChaCha20 only (Postfix: tls_high_cipherlist; Dovecot: ssl_cipher_list), and reload."
const versions =
  "Allow TLS 1.2 and 1.3 only (Postfix: smtpd_tls_protocols = >=TLSv1.2; Dovecot: ssl_min_protocol = TLSv1.2)."
const update = "Update the TLS library of the server, and restart it."

const outdated: Known = {
  id: "tls_version_outdated",
  title: "The server still takes an outdated version",
  change: versions
}
const weakCipher: Known = { id: "tls_cipher_weak", title: "The server takes ciphers that are weak", change: modern }
const noSecrecy: Known = {
  id: "tls_no_forward_secrecy",
  title: "Some ciphers do not keep what was recorded secret once the key is known",
  change: modern
}
const hole: Known = { id: "tls_vulnerable", title: "The server has a known weakness", change: update }
const weakGroup: Known = {
  id: "tls_group_weak",
  title: "The server takes a group that is too small for a key exchange",
  change: "Use groups of at least 2048 bits, or elliptic curves only (Postfix: smtpd_tls_dh1024_param_file = auto)."
}
const certificate: Known = {
  id: "tls_certificate_problem",
  title: "Something is wrong with the certificate",
  change: "Look at the chain with sonde tls HOST:PORT, and replace what it names."
}
const settings: Known = {
  id: "tls_settings",
  title: "A setting of TLS could be better",
  change: "Correct the setting that is named, and reload."
}

/** Which of ours an id of testssl.sh is; the first that fits. */
const testssl: ReadonlyArray<readonly [id: RegExp, known: Known]> = [
  [/^(?:SSLv2|SSLv3|TLS1|TLS1_1)$/, outdated],
  [
    /^cipherlist_|^cipher-|^cipher_order|^cipher_negotiated|^RC4$|^SWEET32$|^LUCKY13$|^BEAST|^FREAK$|^DROWN$/,
    weakCipher
  ],
  [/^FS$|^PFS$|^FS_|^PFS_/, noSecrecy],
  [/^LOGJAM|^DH_groups$/, weakGroup],
  [
    /^(?:heartbleed|CCS|ticketbleed|ROBOT|secure_renego|secure_client_renego|CRIME_TLS|BREACH|POODLE_SSL|fallback_SCSV|winshock|opossum)/i,
    hole
  ],
  [/^cert|^OCSP|^chain|^issuer|^DNS_CAArecord|^intermediate_cert/i, certificate]
]

/** `OK`, `INFO` and `DEBUG` are not told. */
const severities: Readonly<Record<string, Finding["state"]>> = {
  CRITICAL: "fail",
  HIGH: "fail",
  MEDIUM: "warn",
  LOW: "warn",
  WARN: "inconclusive"
}

const found = (known: Known, state: Finding["state"], text: string): Finding => ({
  id: known.id,
  state,
  service: "tls",
  title: known.title,
  text,
  remedies: [{ kind: "change", text: known.change, scope: "one server" }]
})

/** Rows of one server: `--jsonfile` is a list of them, `--jsonfile-pretty` has them by chapter. */
const fromTestssl = (rows: ReadonlyArray<Fields>, target: string): Imported => ({
  tool: "testssl.sh",
  target,
  findings: rows.flatMap((row) => {
    const [id, finding] = [textOf(row.id), textOf(row.finding)]
    const state = severities[textOf(row.severity).toUpperCase()]
    // What the tool says of its own run is not about the server.
    if (state === undefined || id === "" || id === "scanTime" || id === "engine_problem") return []
    const known = testssl.find(([sign]) => sign.test(id))?.[1] ?? settings
    const cve = textOf(row.cve)
    return [found(known, state, `${id}: ${finding}${cve === "" ? "" : ` (${cve})`}`)]
  })
})

const flatten = (value: unknown): ReadonlyArray<Fields> =>
  Array.isArray(value)
    ? value.flatMap((one) => flatten(one))
    : !isFields(value)
    ? []
    : "id" in value && "severity" in value
    ? [value]
    : Object.values(value).flatMap((one) => typeof one === "object" ? flatten(one) : [])

const versionCommands: ReadonlyArray<readonly [command: string, name: string]> = [
  ["ssl_2_0_cipher_suites", "SSL 2.0"],
  ["ssl_3_0_cipher_suites", "SSL 3.0"],
  ["tls_1_0_cipher_suites", "TLS 1.0"],
  ["tls_1_1_cipher_suites", "TLS 1.1"]
]

const isWeakSuite = (name: string): boolean => /NULL|EXPORT|_anon_|RC4|_DES_|3DES|_MD5|RC2|IDEA|SEED/.test(name)

const suitesOf = (commands: Fields, command: string): ReadonlyArray<string> =>
  listOf(fieldsOf(fieldsOf(commands[command]).result).accepted_cipher_suites)
    .map((one) => textOf(fieldsOf(fieldsOf(one).cipher_suite).name))
    .filter((name) => name !== "")

/** Yes-or-no results of sslyze, by command and field. */
const flags: ReadonlyArray<readonly [command: string, field: string, bad: unknown, text: string]> = [
  ["heartbleed", "is_vulnerable_to_heartbleed", true, "Heartbleed (CVE-2014-0160)"],
  ["openssl_ccs_injection", "is_vulnerable_to_ccs_injection", true, "CCS injection (CVE-2014-0224)"],
  ["tls_compression", "supports_compression", true, "compression of TLS (CVE-2012-4929)"],
  ["session_renegotiation", "supports_secure_renegotiation", false, "renegotiation without RFC 5746"],
  [
    "session_renegotiation",
    "is_vulnerable_to_client_renegotiation_dos",
    true,
    "renegotiation as often as a client likes"
  ],
  ["tls_fallback_scsv", "supports_fallback_scsv", false, "no protection against a downgrade of the version"]
]

const fromSslyze = (server: Fields): Imported => {
  const location = fieldsOf(server.server_location)
  const commands = fieldsOf(server.scan_result)
  const names = [...versionCommands.map(([command]) => command), "tls_1_2_cipher_suites", "tls_1_3_cipher_suites"]
  const suites = [...new Set(names.flatMap((name) => suitesOf(commands, name)))]
  const old = versionCommands.filter(([command]) => suitesOf(commands, command).length > 0).map(([, name]) => name)
  const weak = suites.filter(isWeakSuite)
  const open = suites.filter((name) => name.startsWith("TLS_RSA_WITH_") && !isWeakSuite(name))
  const robot = textOf(fieldsOf(fieldsOf(commands.robot).result).robot_result)
  const deployments = listOf(fieldsOf(fieldsOf(commands.certificate_info).result).certificate_deployments)
  const untrusted = deployments.some((one) => {
    const paths = listOf(fieldsOf(one).path_validation_results).map(fieldsOf)
    return paths.length > 0 && paths.every((path) => path.was_validation_successful === false)
  })
  const status = textOf(server.scan_status)
  return {
    tool: "sslyze",
    target: `${textOf(location.hostname)}:${textOf(location.port)}`,
    findings: [
      ...(status !== "" && status !== "COMPLETED"
        ? [
          found(
            settings,
            "inconclusive",
            `sslyze could not finish: ${textOf(server.connectivity_error_trace) || status}`
          )
        ]
        : []),
      ...(old.length > 0 ? [found(outdated, "warn", `${old.join(", ")}`)] : []),
      ...(weak.length > 0 ? [found(weakCipher, "fail", weak.join(", "))] : []),
      ...(open.length > 0 ? [found(noSecrecy, "warn", open.join(", "))] : []),
      ...(robot.startsWith("VULNERABLE") ? [found(hole, "fail", "ROBOT (CVE-2017-13099)")] : []),
      ...flags.flatMap(([command, field, bad, text]) =>
        fieldsOf(fieldsOf(commands[command]).result)[field] === bad ? [found(hole, "fail", text)] : []
      ),
      ...(untrusted ? [found(certificate, "fail", "no trust store that sslyze knows trusts the chain")] : [])
    ]
  }
}

const placeOf = (row: Fields): string => {
  const host = textOf(row.targetHost) || (textOf(row.ip).split("/")[0] ?? "")
  const port = textOf(row.port)
  return host === "" ? "" : port === "" ? host : `${host}:${port}`
}

/**
 * Reads a document, with one entry for each server in it.
 *
 * @category parsing
 * @since 0.1.0
 */
export const fromText = (text: string): Result.Result<ReadonlyArray<Imported>, TlsImportError> => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return Result.fail(new TlsImportError({ problem: "is no JSON" }))
  }
  const document = fieldsOf(value)
  const servers = listOf(document.server_scan_results).map(fieldsOf)
  if (servers.length > 0) return Result.succeed(servers.map(fromSslyze))
  const scans = listOf(document.scanResult).map(fieldsOf)
  if (scans.length > 0) return Result.succeed(scans.map((scan) => fromTestssl(flatten(scan), placeOf(scan))))
  const rows = listOf(value).map(fieldsOf).filter((row) => "id" in row && "severity" in row && "finding" in row)
  if (rows.length > 0) {
    const byPlace = Map.groupBy(rows, placeOf)
    return Result.succeed([...byPlace].map(([target, own]) => fromTestssl(own, target)))
  }
  return Result.fail(new TlsImportError({ problem: "is no report of testssl.sh (--jsonfile) or sslyze (--json_out)" }))
}
