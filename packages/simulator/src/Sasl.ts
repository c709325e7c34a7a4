/**
 * The server's side of the SASL mechanisms of the mailbox services: PLAIN (RFC 4616), LOGIN, XOAUTH2 and OAUTHBEARER
 * (RFC 7628 section 3.1). Reads credentials; whether they are good is not known here.
 *
 * @since 0.1.0
 */

/** What a client signs in with. */
export type Credential =
  | { readonly kind: "password"; readonly user: string; readonly password: string }
  | { readonly kind: "token"; readonly user: string; readonly token: string }

/** The mechanisms there are. */
export const mechanisms = ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"] as const

/** A mechanism by its name in capitals. */
export type Mechanism = typeof mechanisms[number]

/** Finds a mechanism by its name in any case. */
export const mechanismOf = (name: string): Mechanism | undefined =>
  mechanisms.find((known) => known === name.toUpperCase())

/** RFC 4648 section 4, padded; `undefined` for anything else. */
export const fromBase64 = (line: string): string | undefined =>
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(line)
    ? Buffer.from(line, "base64").toString("utf8")
    : undefined

const plain = (response: string): Credential | undefined => {
  const [, user, password, ...more] = response.split("\u0000")
  return user === undefined || user === "" || password === undefined || more.length > 0
    ? undefined
    : { kind: "password", user, password }
}

const bearer = (response: string): Credential | undefined => {
  const user = /^user=([^\u0001]+)\u0001/i.exec(response)?.[1] ?? /^n,a=([^,\u0001]+),\u0001/i.exec(response)?.[1]
  const token = /\u0001auth=Bearer ([^\u0001]+)\u0001(?:[^\u0001]*\u0001)*$/i.exec(response)?.[1]
  return user === undefined || token === undefined ? undefined : { kind: "token", user, token }
}

/** One exchange. Feed it the client's responses, decoded. */
export class Exchange {
  readonly mechanism: Mechanism
  #user: string | undefined

  constructor(mechanism: Mechanism) {
    this.mechanism = mechanism
  }

  /** What the server says first, in Base64; empty where the client speaks first. */
  get prompt(): string {
    return this.mechanism === "LOGIN" ? "VXNlcm5hbWU6" : ""
  }

  /** The next prompt in Base64, the credential, or `undefined` when the response cannot be read. */
  step(response: string): string | Credential | undefined {
    if (this.mechanism === "PLAIN") return plain(response)
    if (this.mechanism !== "LOGIN") return bearer(response)
    if (this.#user !== undefined) return { kind: "password", user: this.#user, password: response }
    this.#user = response
    return "UGFzc3dvcmQ6"
  }
}
