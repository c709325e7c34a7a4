/**
 * Ids of the directory: of organisations, users and applications. Derived from names, so that a world keeps its ids from
 * start to start without writing them down.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"

/** Whether a text has the form of a GUID. */
export const isGuid = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

/** A GUID (version 4 in form) that depends on `text` alone. */
export const guidOf = (text: string): string => {
  const hex = createHash("sha256").update(text).digest("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The directory id of every personal account, as at Microsoft. */
export const consumerTenantId = "9188040d-6c67-4c5b-b112-36a304b66dad"

/** The directory id of an organisation. */
export const tenantIdOf = (
  tenant: { readonly name: string; readonly id: string | null; readonly kind: "business" | "consumer" }
): string => (tenant.id ?? (tenant.kind === "consumer" ? consumerTenantId : guidOf(tenant.name))).toLowerCase()

/** The object id of a user. */
export const userIdOf = (address: string): string => guidOf(address.toLowerCase())

/** The object id of an application's enterprise application in its own organisation. */
export const principalIdOf = (application: { readonly appId: string; readonly objectId: string | null }): string =>
  application.objectId ?? guidOf(application.appId)
