/**
 * Products that break TLS open to look inside, by the names under which they issue certificates. They are data: a name here is one
 * that the product has unless somebody gave it another, and that no public authority has.
 *
 * @since 0.1.0
 */
import type { Certificate } from "@sonde/domain/Certificate"

/**
 * Products and parts of the issuer's name, as they stand in an RFC 4514 string, in lower case.
 *
 * @category data
 * @since 0.1.0
 */
export const products: ReadonlyArray<readonly [product: string, ...names: ReadonlyArray<string>]> = [
  ["Avast", "avast! web/mail shield", "avast web/mail shield", "avast! mail scanner"],
  ["AVG", "avg web/mail shield"],
  ["Barracuda Web Security Gateway", "barracuda networks web filter", "barracuda networks ssl inspection"],
  ["Bitdefender", "bitdefender personal ca", "bitdefender ca ssl"],
  ["Blue Coat ProxySG", "blue coat", "proxysg"],
  ["Burp Suite", "portswigger ca"],
  ["Charles", "charles proxy ca"],
  ["Cisco Umbrella", "cisco umbrella root ca", "cisco umbrella primary subca", "cisco umbrella secondary subca"],
  ["Cloudflare Gateway", "gateway ca - cloudflare managed"],
  ["Dr.Web", "dr.web spider"],
  ["ESET", "eset ssl filter ca", "eset_ssl_filter_ca"],
  ["Fiddler", "do_not_trust_fiddlerroot"],
  ["Forcepoint", "forcepoint cloud ca", "websense web content gateway"],
  ["FortiGate", "fortigate ca", "fortinet_ca_ssl", "fortinet untrusted ca", "fortinet_ca_untrusted"],
  ["G DATA", "g data mail", "g data web"],
  ["iboss", "iboss network security"],
  ["Kaspersky", "kaspersky anti-virus personal root", "kaspersky web anti-virus certification authority"],
  ["Lightspeed", "lightspeed rocket"],
  ["McAfee Web Gateway", "mcafee web gateway"],
  ["mitmproxy", "mitmproxy"],
  ["Netskope", "netskope", "goskope.com"],
  ["Norton", "norton web/mail shield"],
  ["Palo Alto Networks", "palo alto networks firewall", "palo alto decryption"],
  ["Securly", "securly ca"],
  ["SonicWall", "sonicwall firewall dpi-ssl", "sonicwall dpi-ssl"],
  ["Sophos", "sophos ssl ca", "sophos_ssl_ca", "sophos web appliance"],
  ["Squid", "squid-ca", "squid proxy ca"],
  ["Untangle", "untangle.com", "edge.arista.com"],
  ["WatchGuard", "fireware https proxy", "fireware smtp proxy", "fireware web ca"],
  ["Zscaler", "zscaler root ca", "zscaler intermediate root ca", "zscaler inc."]
]

/**
 * The product that issued a chain, where it is one that is known to break TLS open.
 *
 * @category combinators
 * @since 0.1.0
 */
export const productOf = (chain: ReadonlyArray<Pick<Certificate, "issuer">>): string | undefined => {
  const issuers = chain.map(({ issuer }) => issuer.toLowerCase())
  return products.find(([, ...names]) => names.some((name) => issuers.some((issuer) => issuer.includes(name))))?.[0]
}
