/**
 * The server's side of SCRAM, written from RFC 5802 section 5 and RFC 7677 with Node's hash functions alone, to try a client against
 * a peer that shares no code with it. Can be told to lie.
 */
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto"

/** How the server is set up. */
export interface ScramServerOptions {
  readonly hash: "sha1" | "sha256"
  readonly password: string
  readonly iterations?: number
  readonly salt?: Buffer
  /** What the server adds to the nonce of the client. */
  readonly nonce?: string
  /** Channel bindings by type; without any the server does not do channel binding. */
  readonly bindings?: Readonly<Record<string, Buffer>>
  /** Changes a message before it is sent. */
  readonly lie?: (message: string, which: "first" | "last") => string
}

/** What the server says to a message of the client; `done` tells whether it believes the client. */
export interface Said {
  readonly message: string
  readonly done?: boolean
}

/** One exchange. `flag` is what the client said of channel binding, with the name it gave. */
export interface ScramServer {
  readonly hear: (message: string) => Said
  readonly flag: () => string
}

const attribute = (message: string, name: string): string =>
  message.split(",").find((part) => part.startsWith(`${name}=`))?.slice(2) ?? ""

const xor = (left: Buffer, right: Buffer): Buffer => Buffer.from(left.map((octet, at) => octet ^ (right[at] ?? 0)))

/** Begins. */
export const make = (options: ScramServerOptions): ScramServer => {
  const { bindings = {}, hash, iterations = 4096, lie = (message) => message, nonce = "3rfcNHYJY1ZVvWVs7j" } = options
  const salt = options.salt ?? Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64")
  const hmac = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest()
  const salted = pbkdf2Sync(options.password, salt, iterations, hash === "sha1" ? 20 : 32, hash)
  const clientKey = hmac(salted, "Client Key")
  const storedKey = createHash(hash).update(clientKey).digest()
  const serverKey = hmac(salted, "Server Key")
  let header = ""
  let bare = ""
  let first = ""
  let whole = ""

  const begin = (message: string): Said => {
    const [flag = "", authzid = "", ...rest] = message.split(",")
    header = `${flag},${authzid},`
    bare = rest.join(",")
    // RFC 5802 section 6: a client that could and thinks that we cannot was told a lie on the way.
    if (flag === "y" && Object.keys(bindings).length > 0) return { message: "e=server-does-support-channel-binding" }
    if (flag.startsWith("p=") && bindings[flag.slice(2)] === undefined) {
      return { message: "e=unsupported-channel-binding-type" }
    }
    whole = attribute(bare, "r") + nonce
    first = `r=${whole},s=${salt.toString("base64")},i=${iterations}`
    return { message: lie(first, "first") }
  }

  const finish = (message: string): Said => {
    const said = (text: string, done: boolean): Said => ({ message: lie(text, "last"), done })
    const bound = header.startsWith("p=") ? bindings[header.slice(2, -2)] ?? Buffer.alloc(0) : Buffer.alloc(0)
    const channel = Buffer.concat([Buffer.from(header), bound]).toString("base64")
    if (attribute(message, "c") !== channel) return said("e=channel-bindings-dont-match", false)
    if (attribute(message, "r") !== whole) return said("e=other-error", false)
    const auth = `${bare},${first},${message.slice(0, message.lastIndexOf(",p="))}`
    const proof = xor(clientKey, hmac(storedKey, auth))
    const given = Buffer.from(attribute(message, "p"), "base64")
    return given.length === proof.length && timingSafeEqual(given, proof)
      ? said(`v=${hmac(serverKey, auth).toString("base64")}`, true)
      : said("e=invalid-proof", false)
  }

  return {
    hear: (message) => first === "" ? begin(message) : finish(message),
    flag: () => header
  }
}
