/**
 * Certificates, revocation lists and responses of OCSP made with the command `openssl`: what no library of tests makes, such as
 * signatures with MD5 and dates of long ago, and what is to be judged as others make it.
 *
 * Everything lies in a folder of its own below the temporary folder until the scope closes.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A certificate with its key, and the folder in which it keeps what it issues. */
export interface Holder {
  readonly cert: string
  readonly key: string
  readonly folder: string
}

/** How a certificate differs from a valid one of a server, `mx.example`, for 30 days. Days count from now. */
export interface Wanted {
  readonly subject?: string
  /** As in a configuration of OpenSSL: `DNS:mx.example, IP:127.0.0.1`; an empty text leaves the extension out. */
  readonly san?: string
  readonly fromDays?: number
  readonly toDays?: number
  /** An algorithm of keys: `RSA:2048`, `EC:P-256`, `ED25519`. */
  readonly key?: string
  readonly hash?: "md5" | "sha1" | "sha256" | "sha384"
  readonly isCa?: boolean
  /** Extensions in place of the usual ones for a leaf or an authority, a line each. */
  readonly extensions?: ReadonlyArray<string>
  /** Extensions beside the usual ones. */
  readonly more?: ReadonlyArray<string>
}

/** Why `openssl` cannot be used here, in words, or nothing. */
export const problem = (): string | undefined => {
  try {
    const version = execFileSync("openssl", ["version"], { encoding: "utf8" })
    return version.startsWith("OpenSSL 3.") ? undefined : `the command is ${version.trim()}, not OpenSSL 3`
  } catch {
    return "the command openssl is not installed"
  }
}

const openssl = (args: ReadonlyArray<string>, input?: string): string =>
  execFileSync("openssl", args, { encoding: "utf8", input, stdio: ["pipe", "pipe", "pipe"] })

const dayMillis = 86_400_000

/** `YYYYMMDDHHMMSSZ`. */
const moment = (days: number): string =>
  new Date(Date.now() + days * dayMillis).toISOString().replace(/[-:T]|\.\d{3}/g, "")

/** Makes certificates. */
export class Workshop {
  readonly #folder: string
  readonly #keys = new Map<string, string>()
  #count = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  /** A key in PEM. Keys of one kind and use are shared: making one takes longer than all the rest. */
  #key(kind: string, use: string): string {
    const known = this.#keys.get(`${kind} ${use}`)
    if (known !== undefined) return known
    const [algorithm = "", size] = kind.split(":")
    const option = size === undefined
      ? []
      : ["-pkeyopt", algorithm === "EC" ? `ec_paramgen_curve:${size}` : `rsa_keygen_bits:${size}`]
    const key = openssl(["genpkey", "-algorithm", algorithm, ...option])
    this.#keys.set(`${kind} ${use}`, key)
    return key
  }

  #configuration(folder: string, wanted: Wanted): string {
    const san = wanted.san ?? "DNS:mx.example, IP:127.0.0.1"
    const usual = wanted.isCa === true
      ? ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign", "subjectKeyIdentifier=hash"]
      : [
        "basicConstraints=critical,CA:FALSE",
        "extendedKeyUsage=serverAuth",
        ...(san === "" ? [] : [`subjectAltName=${san}`])
      ]
    return `[ca]
default_ca=this
[this]
database=${folder}/index.txt
new_certs_dir=${folder}
serial=${folder}/serial
unique_subject=no
default_md=${wanted.hash ?? "sha256"}
policy=any
copy_extensions=none
[any]
commonName=optional
organizationName=optional
[req]
distinguished_name=name
[name]
[extensions]
${[...wanted.extensions ?? usual, ...wanted.more ?? []].join("\n")}
`
  }

  /** Issues a certificate. Without an issuer it signs itself. */
  issue(wanted: Wanted, issuer?: Holder): Holder {
    this.#count += 1
    const folder = join(this.#folder, `${this.#count}`)
    mkdirSync(folder)
    writeFileSync(join(folder, "index.txt"), "")
    const key = this.#key(wanted.key ?? "EC:P-256", wanted.isCa === true ? `authority ${this.#count}` : "server")
    writeFileSync(join(folder, "key.pem"), key)
    const signer = issuer ?? { folder }
    writeFileSync(join(folder, "openssl.cnf"), this.#configuration(signer.folder, wanted))
    const at = (name: string) => join(folder, name)
    const subject = wanted.subject ?? "/CN=mx.example"
    openssl([
      "req",
      "-new",
      "-key",
      at("key.pem"),
      "-subj",
      subject,
      "-config",
      at("openssl.cnf"),
      "-out",
      at("csr.pem")
    ])
    openssl([
      "ca",
      "-batch",
      "-notext",
      "-config",
      at("openssl.cnf"),
      "-extensions",
      "extensions",
      "-rand_serial",
      "-startdate",
      moment(wanted.fromDays ?? -1),
      "-enddate",
      moment(wanted.toDays ?? 30),
      "-in",
      at("csr.pem"),
      "-out",
      at("cert.pem"),
      "-keyfile",
      join(signer.folder, "key.pem"),
      ...(issuer === undefined ? ["-selfsign"] : ["-cert", join(issuer.folder, "cert.pem")])
    ])
    return { cert: readFileSync(at("cert.pem"), "utf8"), key, folder }
  }

  /** The same certificate with another last octet of its signature. */
  damage(holder: Holder): Holder {
    const der = Buffer.from(this.der(holder))
    der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1)
    const base64 = der.toString("base64").replace(/.{64}/g, "$&\n")
    return { ...holder, cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n` }
  }

  /** Notes that a certificate was revoked by its issuer. */
  revoke(holder: Holder, issuer: Holder): void {
    openssl([
      "ca",
      "-config",
      join(holder.folder, "openssl.cnf"),
      "-revoke",
      join(holder.folder, "cert.pem"),
      "-keyfile",
      join(issuer.folder, "key.pem"),
      "-cert",
      join(issuer.folder, "cert.pem"),
      "-crl_reason",
      "keyCompromise"
    ])
  }

  /** The revocation list of an issuer, DER. */
  list(issuer: Holder): Uint8Array {
    const at = (name: string) => join(issuer.folder, name)
    writeFileSync(at("list.cnf"), this.#configuration(issuer.folder, {}))
    openssl([
      "ca",
      "-gencrl",
      "-config",
      at("list.cnf"),
      "-keyfile",
      at("key.pem"),
      "-cert",
      at("cert.pem"),
      "-crldays",
      "1",
      "-out",
      at("list.pem")
    ])
    openssl(["crl", "-in", at("list.pem"), "-outform", "DER", "-out", at("list.der")])
    return new Uint8Array(readFileSync(at("list.der")))
  }

  /** The response of OCSP for a certificate, good for a day, DER; signed by the issuer unless somebody else is named. */
  response(holder: Holder, issuer: Holder, responder: Holder = issuer): Uint8Array {
    const at = (name: string) => join(holder.folder, name)
    const certificate = join(issuer.folder, "cert.pem")
    openssl(["ocsp", "-issuer", certificate, "-cert", at("cert.pem"), "-no_nonce", "-reqout", at("request.der")])
    openssl([
      "ocsp",
      "-index",
      join(issuer.folder, "index.txt"),
      "-CA",
      certificate,
      "-rsigner",
      join(responder.folder, "cert.pem"),
      "-rkey",
      join(responder.folder, "key.pem"),
      "-reqin",
      at("request.der"),
      "-respout",
      at("response.der"),
      "-ndays",
      "1"
    ])
    return new Uint8Array(readFileSync(at("response.der")))
  }

  /** A certificate in DER. */
  der(holder: Holder): Uint8Array {
    const at = (name: string) => join(holder.folder, name)
    openssl(["x509", "-in", at("cert.pem"), "-outform", "DER", "-out", at("cert.der")])
    return new Uint8Array(readFileSync(at("cert.der")))
  }
}

/** A workshop until the scope closes. */
export const workshop: Effect.Effect<Workshop, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "sonde-openssl-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => new Workshop(folder)
)
