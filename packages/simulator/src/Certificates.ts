/**
 * A certificate authority and one ECDSA P-256 certificate for every simulated name (RFC 5280).
 *
 * Made anew for each start and gone with it; nothing is added to a trust store. Loaded only when a server starts.
 *
 * @since 0.1.0
 */
import { webcrypto } from "node:crypto"
import { httpsNames } from "./Clouds.ts"

/** Names the leaf certificate is for. */
export const hostNames: ReadonlyArray<string> = [
  ...new Set([
    "outlook.office365.com",
    ...httpsNames,
    "smtp.office365.com",
    "smtp-legacy.office365.com",
    "smtp-hve.office365.com",
    "smtp.hve.mx.microsoft",
    "smtp-mail.outlook.com",
    "smtp.outlook.com",
    "smtp.live.com",
    "outlook.office365.com",
    "outlook.office.com",
    "smtp.office365.us",
    "outlook.office365.us",
    "outlook-dod.office365.us",
    "smtp.partner.outlook.cn",
    "smtp-legacy.partner.outlook.cn",
    "partner.outlook.cn",
    "localhost"
  ])
]

/** PEM texts. `certificate` holds the leaf alone: the authority is what a client is given to trust. */
export interface Certificates {
  readonly authority: string
  readonly certificate: string
  readonly key: string
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }
const day = 86_400_000

/** Makes the pair for `names`, valid from a day before `nowMillis` for 30 days. */
export const make = async (
  nowMillis: number,
  names: ReadonlyArray<string> = hostNames
): Promise<Certificates> => {
  await import("reflect-metadata")
  const x509 = await import("@peculiar/x509")
  const authorityKeys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])
  const leafKeys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])
  const notBefore = new Date(nowMillis - day)
  const notAfter = new Date(nowMillis + 30 * day)
  const serial = () => Buffer.from(webcrypto.getRandomValues(new Uint8Array(16))).toString("hex").replace(/^./, "4")
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: "CN=Sonde simulator authority",
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey)
    ]
  })
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${names[0] ?? "localhost"}`,
    issuer: authority.subject,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    publicKey: leafKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: "dns" as const, value })),
        { type: "ip" as const, value: "127.0.0.1" }
      ]),
      await x509.SubjectKeyIdentifierExtension.create(leafKeys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey)
    ]
  })
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", leafKeys.privateKey)).toString("base64")
  return {
    authority: `${authority.toString("pem")}\n`,
    certificate: `${leaf.toString("pem")}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${key.replace(/(.{64})(?=.)/g, "$1\n")}\n-----END PRIVATE KEY-----\n`
  }
}
