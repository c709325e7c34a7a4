/** The searcher finds what is planted: a search that cannot fail proves nothing. */
import { assert, describe, it } from "@effect/vitest"
import { search } from "./CanarySearch.ts"

const long = Array.from({ length: 30 }, (_, index) => `q${index}Zk%&"\\ ü`).join("")
const secrets = ["Kanari-7fQ2 \"zwölf\" 50%&\\x", "ä7\"%", "plainCanary0815x", long]

const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16()
const eachOctet = (text: string, form: (hex: string) => string) =>
  Array.from(Buffer.from(text), (octet) => form(octet.toString(16).padStart(2, "0"))).join("")
const eachCharacter = (text: string, form: (code: number) => string) =>
  Array.from(text, (character) => form(character.codePointAt(0) ?? 0)).join("")
const fold = (text: string, width: number, end: string) =>
  Array.from({ length: Math.ceil(text.length / width) }, (_, at) => text.slice(at * width, (at + 1) * width)).join(end)
const html = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("\"", "&quot;").replaceAll("<", "&lt;").replaceAll("'", "&#39;")
const base64 = (text: string | Uint8Array) => Buffer.from(text).toString("base64")

const encodings: ReadonlyArray<readonly [string, (secret: string) => string | Uint8Array]> = [
  ["raw", (secret) => secret],
  ["UTF-16LE", (secret) => Buffer.from(secret, "utf16le")],
  ["UTF-16BE", utf16be],
  ["Latin-1", (secret) => Buffer.from(secret, "latin1")],
  ["Latin-1 read as UTF-8", (secret) => Buffer.from(secret, "latin1").toString("utf8")],
  ["Base64", base64],
  ["Base64 behind one octet", (secret) => base64(`u${secret}`)],
  ["Base64 behind two octets", (secret) => base64(`uv${secret}`)],
  ["Base64 behind a name", (secret) => base64(`\0alice@canary.example\0${secret}`)],
  ["Base64 glued to other letters", (secret) => `xyz${base64(secret)}`],
  ["Base64 for URLs", (secret) => Buffer.from(`\0a\0${secret}`).toString("base64url")],
  ["Base64 of UTF-16LE", (secret) => base64(Buffer.from(secret, "utf16le"))],
  ["Base64 of Latin-1", (secret) => base64(Buffer.from(secret, "latin1"))],
  ["Base64 over lines", (secret) => fold(base64(`\0al\0${secret}`), 76, "\r\n")],
  ["Base64 over lines inside JSON", (secret) => JSON.stringify(fold(base64(`\0al\0${secret}`), 76, "\n"))],
  ["hex", (secret) => Buffer.from(secret).toString("hex")],
  ["hex in upper case", (secret) => Buffer.from(secret).toString("hex").toUpperCase()],
  ["hex after an odd digit", (secret) => `7${Buffer.from(secret).toString("hex")}`],
  ["encodeURIComponent", encodeURIComponent],
  ["form encoding", (secret) => new URLSearchParams({ p: secret }).toString()],
  ["percent encoding of every octet", (secret) => eachOctet(secret, (hex) => `%${hex}`)],
  ["JSON", (secret) => JSON.stringify(secret)],
  [
    "JSON escapes throughout",
    (secret) =>
      Array.from({ length: secret.length }, (_, at) => `\\u${secret.charCodeAt(at).toString(16).padStart(4, "0")}`)
        .join("")
  ],
  ["HTML", html],
  ["HTML in decimal", (secret) => eachCharacter(secret, (code) => `&#${code};`)],
  ["HTML in hex", (secret) => eachCharacter(secret, (code) => `&#x${code.toString(16)};`)],
  ["quoted-printable", (secret) => eachOctet(secret, (hex) => `=${hex.toUpperCase()}`)],
  ["JSON inside JSON", (secret) => JSON.stringify(JSON.stringify(secret))],
  ["JSON inside Base64", (secret) => base64(JSON.stringify({ token: secret }))],
  ["Base64 inside percent encoding", (secret) => encodeURIComponent(base64(`\0al\0${secret}`))]
]

const innocent = (about: string | Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from("{\"text\":\"535 5.7.8 [\",\"x\":\""), Buffer.from(about), Buffer.from("\"} refused")])

describe("the search for canaries", () => {
  it.each(encodings)("finds a secret as %s", (_name, encode) => {
    for (const secret of secrets) {
      assert.isNotEmpty(search(innocent(encode(secret)), ["another-canary-1", secret]), `${secret.length} characters`)
    }
  })

  it.each(encodings)("finds nothing of another secret as %s", (_name, encode) => {
    const other = "Something-else-5534 \"neun\" 12%&\\y"
    assert.deepStrictEqual(search(innocent(encode(other)), secrets), [])
  })

  it("finds a long secret that is cut, and one that is folded over the lines of a transcript", () => {
    assert.isNotEmpty(search(`pending: ${long.slice(3, 24)}`, [long]))
    assert.isNotEmpty(search(fold(base64(long), 40, "\"},{\"n\":7,\"text\":\"535-"), [long]))
  })

  it("does not repeat the secret in what it tells", () => {
    const [finding] = search("around plainCanary0815x here", ["plainCanary0815x"])
    assert.strictEqual(finding?.form, "UTF-8")
    assert.notInclude(JSON.stringify(finding), "plainCanary0")
  })
})
