/**
 * A certificate authority for tests, made once per process. ECDSA P-256 unless a test needs a weak key.
 */
import "reflect-metadata"
import * as X509 from "@peculiar/x509"
import { KeyObject, webcrypto } from "node:crypto"

/** What a server presents: the chain in PEM as it sends it, leaf first, and the key of the leaf. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

/** A certificate with its key, able to issue. */
export interface Issuer {
  readonly certificate: X509.X509Certificate
  readonly keys: CryptoKeyPair
}

type CryptoKeyPair = webcrypto.CryptoKeyPair
type Algorithm = "P-256" | "P-192" | "RSA-1024" | "RSA-2048" | "RSA-PSS-2048"
type Hash = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512"

/** How a certificate differs from a valid one for `mx.example` and 127.0.0.1. Days count from now. */
export interface Wanted {
  readonly subject?: string
  readonly dns?: ReadonlyArray<string>
  readonly ip?: ReadonlyArray<string>
  readonly fromDays?: number
  readonly toDays?: number
  readonly key?: Algorithm
  readonly hash?: Hash
  readonly isCa?: boolean
  readonly pathLength?: number
  /** Extended key usages; serverAuth by default, none for a CA. */
  readonly purposes?: ReadonlyArray<string>
  /** Where the issuer can be fetched. */
  readonly issuerUrl?: string
  readonly extra?: ReadonlyArray<X509.Extension>
}

const dayMillis = 86_400_000
let serial = 0

const algorithmOf = (key: Algorithm, hash: string) =>
  key.startsWith("RSA")
    ? {
      ...(key.startsWith("RSA-PSS") ? { name: "RSA-PSS", saltLength: 32 } : { name: "RSASSA-PKCS1-v1_5" }),
      hash,
      modulusLength: Number(key.slice(key.lastIndexOf("-") + 1)),
      publicExponent: Uint8Array.of(1, 0, 1)
    }
    : { name: "ECDSA", namedCurve: key, hash }

const generate = async (key: Algorithm, hash: string): Promise<CryptoKeyPair> => {
  const keys = await webcrypto.subtle.generateKey(algorithmOf(key, hash), true, ["sign", "verify"])
  if (!("privateKey" in keys)) throw new Error("not a key pair")
  return keys
}

const algorithmName = (keys: CryptoKeyPair): Algorithm =>
  keys.privateKey.algorithm.name === "ECDSA"
    ? "P-256"
    : keys.privateKey.algorithm.name === "RSA-PSS"
    ? "RSA-PSS-2048"
    : "RSA-2048"

/** Issues a certificate. Without an issuer it signs itself. */
export const issue = async (wanted: Wanted, issuer?: Issuer): Promise<Issuer> => {
  const keys = await generate(wanted.key ?? "P-256", wanted.hash ?? "SHA-256")
  const now = Date.now()
  const subject = wanted.subject ?? "CN=mx.example"
  const isCa = wanted.isCa ?? false
  const signer = issuer?.keys ?? keys
  const names = isCa ? [] : [
    ...(wanted.dns ?? ["mx.example"]).map((value) => ({ type: "dns" as const, value })),
    ...(wanted.ip ?? ["127.0.0.1"]).map((value) => ({ type: "ip" as const, value }))
  ]
  const purposes = wanted.purposes ?? (isCa ? [] : ["1.3.6.1.5.5.7.3.1"])
  serial += 1
  const certificate = await X509.X509CertificateGenerator.create({
    serialNumber: (0x1000 + serial).toString(16),
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: new Date(now + (wanted.fromDays ?? -1) * dayMillis),
    notAfter: new Date(now + (wanted.toDays ?? 30) * dayMillis),
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: { ...algorithmOf(algorithmName(signer), wanted.hash ?? "SHA-256") },
    extensions: [
      ...(isCa ? [new X509.BasicConstraintsExtension(true, wanted.pathLength, true)] : []),
      ...(names.length > 0 ? [new X509.SubjectAlternativeNameExtension(names)] : []),
      ...(purposes.length > 0 ? [new X509.ExtendedKeyUsageExtension([...purposes])] : []),
      ...(wanted.issuerUrl === undefined
        ? []
        : [new X509.AuthorityInfoAccessExtension({ caIssuers: wanted.issuerUrl })]),
      ...(wanted.extra ?? [])
    ]
  })
  return { certificate, keys }
}

/** What a server presents when it sends these certificates, the first one's key being its own. */
export const identity = (leaf: Issuer, ...others: ReadonlyArray<Issuer>): Identity => ({
  cert: [leaf, ...others].map(({ certificate }) => certificate.toString("pem")).join("\n"),
  key: KeyObject.from(leaf.keys.privateKey).export({ type: "pkcs8", format: "pem" }).toString()
})

/** An authority: a root, an intermediate it signed, and identities of servers. */
export interface TestCa {
  /** The root in PEM, to be trusted. */
  readonly ca: string
  readonly root: Issuer
  readonly intermediate: Issuer
  /** A leaf from the intermediate, presented with the intermediate. */
  readonly server: (wanted?: Wanted) => Promise<Identity>
}

const make = async (): Promise<TestCa> => {
  const root = await issue({ subject: "CN=Test Root, O=Test", isCa: true, toDays: 3650 })
  const intermediate = await issue({ subject: "CN=Test Intermediate, O=Test", isCa: true, toDays: 365 }, root)
  return {
    ca: root.certificate.toString("pem"),
    root,
    intermediate,
    server: async (wanted = {}) => identity(await issue(wanted, intermediate), intermediate)
  }
}

let made: Promise<TestCa> | undefined = undefined

/** The authority of this process. */
export const testCa = (): Promise<TestCa> => made ??= make()

/** An extension of any kind. `value` is its DER. */
export const extension = (oid: string, isCritical: boolean, value: Uint8Array): X509.Extension =>
  new X509.Extension(oid, isCritical, Uint8Array.from(value))
