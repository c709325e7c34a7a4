import { assert, describe, it } from "@effect/vitest"
import * as Recorder from "@sonde/net/Recorder"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

const secret = "p&ss W0rd/ü\"<=+"
const base64 = (text: string | Uint8Array) => Buffer.from(text).toString("base64")
const knowing = (...secrets: Array<string>) =>
  Recorder.make({ now: () => 0, secrets: secrets.map((text) => Redacted.make(text)) })

const latin1 = Uint8Array.from(secret, (character) => character.charCodeAt(0))
const formEncoded = new URLSearchParams({ p: secret }).toString().slice(2)
const upperHex = Buffer.from(secret).toString("hex").toUpperCase()
const everyOctet = (prefix: string) =>
  Array.from(Buffer.from(secret), (octet) => `${prefix}${octet.toString(16).padStart(2, "0").toUpperCase()}`).join("")

const forms: ReadonlyArray<readonly [form: string, text: string]> = [
  ["raw", secret],
  ["Base64", base64(secret)],
  ["Base64 without padding", base64(secret).replaceAll("=", "")],
  ["Base64 for URLs", Buffer.from(secret).toString("base64url")],
  ["Base64 of Latin-1", base64(latin1)],
  ["Base64 of UTF-16LE", Buffer.from(secret, "utf16le").toString("base64")],
  ["encodeURIComponent", encodeURIComponent(secret)],
  ["form encoding", formEncoded],
  ["percent encoding in lower case", encodeURIComponent(secret).toLowerCase().replace("w0rd", "W0rd")],
  ["JSON", JSON.stringify(secret).slice(1, -1)],
  ["JSON in ASCII", JSON.stringify(secret).slice(1, -1).replace("ü", "\\u00fc").replace("<", "\\u003C")],
  ["JSON with escaped solidus", JSON.stringify(secret).slice(1, -1).replace("/", "\\/")],
  ["HTML", "p&amp;ss W0rd/ü&quot;&lt;=+"],
  ["percent encoding of every octet", everyOctet("%")],
  ["hex", Buffer.from(secret).toString("hex")],
  ["hex in upper case", upperHex],
  ["quoted-printable", "p&ss=20W0rd/=C3=BC\"<=3D+"],
  ["quoted-printable of every octet", everyOctet("=")],
  ["quoted-printable of an encoded word", "p=26ss_W0rd/=C3=BC=22<=3D+"],
  ["encodeURI", encodeURI(secret)],
  ["HTML with numbers", "p&#38;ss W0rd/&#252;&#34;&#x3C;=+"],
  ["HTML with numbers throughout", Array.from(secret, (one) => `&#x${one.charCodeAt(0).toString(16)};`).join("")],
  ["Latin-1 read as UTF-8", Buffer.from(latin1).toString("utf8")],
  ["UTF-16LE read as UTF-8", Buffer.from(secret, "utf16le").toString("utf8")],
  ["UTF-16BE read as UTF-8", Buffer.from(secret, "utf16le").swap16().toString("utf8")],
  ["hex of UTF-16LE", Buffer.from(secret, "utf16le").toString("hex")],
  ["JSON inside JSON", JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
  ["JSON inside Base64", base64(JSON.stringify(secret).slice(1, -1))],
  ["Base64 inside percent encoding", encodeURIComponent(base64(secret))]
]

describe("Recorder", () => {
  it.each(forms)("masks a secret in the form %s", (_form, text) => {
    assert.strictEqual(knowing(secret).scrub(`535 5.7.8 [${text}] refused`), "535 5.7.8 [‹secret›] refused")
  })

  it.each([0, 1, 2, 3, 4, 5])("masks a secret in Base64 behind %i other octets", (count) => {
    const user = "u".repeat(count)
    for (const text of [base64(`\0${user}\0${secret}`), base64(`\0${user}\0${secret}\x01\x01`)]) {
      const scrubbed = knowing(secret).scrub(`334 ${text}`)
      assert.include(scrubbed, "‹secret›")
      const left = Buffer.from(scrubbed.replace("334 ", "").split("‹secret›")[0] ?? "", "base64").toString("latin1")
      assert.match(left, /^\0u*\0?$/)
    }
  })

  it.prop(
    "leaves no Base64 of a secret readable, whatever stands around it",
    { before: Schema.String, secret: Schema.String.check(Schema.isPattern(/^[a-z]{8,20}$/u)), after: Schema.String },
    ({ after, before, secret }) => {
      const scrubbed = knowing(secret).scrub(base64(before + secret + after))
      assert.include(scrubbed, Recorder.mask)
      const rest = scrubbed.split(Recorder.mask).map((part) => Buffer.from(part, "base64").toString("latin1"))
      assert.isFalse(rest.some((part) => part.includes(secret.slice(0, 7)) || part.includes(secret.slice(-7))))
    }
  )

  it("masks a short secret only as a whole word", () => {
    assert.strictEqual(
      knowing("ab").scrub("about ab, cab [ab] YWI= xYWI"),
      "about ‹secret›, cab [‹secret›] ‹secret› xYWI"
    )
  })

  it("masks a secret in Base64 of UTF-16LE behind a byte order mark", () => {
    const text = Buffer.from(`\ufeff${secret}`, "utf16le").toString("base64")
    assert.strictEqual(knowing(secret).scrub(text), "//‹secret›")
  })

  it("masks the longer of two secrets that begin alike", () => {
    assert.strictEqual(knowing("token", "token-and-more").scrub("token-and-more token"), "‹secret› ‹secret›")
  })

  it("takes characters of regular expressions in a secret as themselves", () => {
    assert.strictEqual(knowing("a.*(b)[c]$").scrub("a.*(b)[c]$ axxbc"), "‹secret› axxbc")
  })

  it("finds nothing without secrets and ignores an empty one", () => {
    assert.strictEqual(knowing().scrub("anything"), "anything")
    assert.strictEqual(knowing("").scrub("anything"), "anything")
  })

  it("masks a secret that became known later", () => {
    const recorder = knowing("first-secret")
    recorder.protect(Redacted.make("later-secret"))
    assert.strictEqual(recorder.scrub("first-secret later-secret"), "‹secret› ‹secret›")
  })

  it("masks a secret with a character outside the basic plane, in a run of JSON escapes of odd length", () => {
    const outside = "p\u{1f511}w-\u{1f511}x1"
    const units = Array.from({ length: outside.length }, (_, at) => outside.charCodeAt(at))
    const text = [0x41, ...units].map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("")
    assert.strictEqual(knowing(outside).scrub(`[${text}]`), "[\\u0041‹secret›]")
  })

  it("masks a secret that is folded over lines, and one that is cut short", () => {
    const long = Array.from({ length: 40 }, (_, index) => `${index}q${(index * 7919) % 997}Z`).join("-")
    const recorder = knowing(long)
    for (const whole of [long, base64(`\0alice\0${long}`), Buffer.from(long).toString("hex")]) {
      for (const line of whole.match(/.{48}/g) ?? []) {
        const scrubbed = recorder.scrub(`535-${line}`)
        assert.include(scrubbed, "‹secret›")
        assert.isBelow(scrubbed.length, "535-‹secret›".length + 16)
      }
    }
    assert.strictEqual(recorder.scrub(`that is ${long.slice(0, 90)}`), "that is ‹secret›")
    assert.strictEqual(recorder.scrub(`that is ${long.slice(0, 9)}`), `that is ${long.slice(0, 9)}`)
  })

  it("masks a secret of any length that a sign-in can carry", () => {
    const token = Array.from({ length: 12_000 }, (_, at) => String.fromCharCode(33 + (at * 7919 + at * at * 13) % 90))
    const recorder = knowing(token.join(""))
    assert.strictEqual(recorder.scrub(`[${token.slice(100, 6000).join("")}]`), "[‹secret›]")
  })

  it("leaves the replies of a server as they are where nothing secret is repeated", () => {
    const recorder = knowing(secret, "Summer-2026", "a", "1234")
    for (
      const text of [
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit"
        + " https://aka.ms/smtp_auth_disabled for more information. [FR4P281CA0123.DEUP281.PROD.OUTLOOK.COM"
        + " 2026-11-24T04:12:13.321Z 08DE2B4455667788]",
        "250-AUTH LOGIN XOAUTH2",
        "334 VXNlcm5hbWU6",
        "250 =?utf-8?Q?caf=C3=A9?= %20 &amp; \\u0041"
      ]
    ) assert.strictEqual(recorder.scrub(text), text)
  })

  it("numbers lines, stamps them and shows each to the listener", () => {
    const seen: Array<string> = []
    let now = 5
    const recorder = Recorder.make({
      now: () => now++,
      secrets: [Redacted.make("hunter2")],
      onLine: (line) => seen.push(`${line.n} ${line.atMillis} ${line.text}`)
    })
    recorder.record({ service: "mx", dir: "<", tls: false, text: "220 \u001b[31mhi\u0000" })
    recorder.record({ service: "mx", dir: "<", tls: false, text: "is it hunter2?" })
    assert.deepStrictEqual(seen, ["1 5 220 \u001b[31mhi\u0000", "2 6 is it ‹secret›?"])
    assert.strictEqual(recorder.lines().length, 2)
  })

  it("cuts a long line after scrubbing and says so", () => {
    const recorder = knowing("hunter2")
    const text = "x".repeat(Recorder.maxLineLength - 3) + "hunter2"
    const line = recorder.record({ service: "mx", dir: "<", tls: false, text })
    assert.notInclude(line.text, "hun")
    assert.match(line.text, /… \(\d+ more\)$/)
  })

  it("keeps the beginning and the end of an endless run and says what is missing", () => {
    const recorder = knowing()
    const total = Recorder.maxFirstLines + Recorder.maxLastLines + 5
    for (let n = 1; n <= total; n++) recorder.record({ service: "mx", dir: "<", tls: false, text: String(n) })
    const lines = recorder.lines()
    assert.strictEqual(lines.length, Recorder.maxFirstLines + 1 + Recorder.maxLastLines)
    assert.strictEqual(lines[Recorder.maxFirstLines]?.text, "5 lines left out")
    assert.strictEqual(lines[Recorder.maxFirstLines + 1]?.text, String(Recorder.maxFirstLines + 6))
    assert.strictEqual(lines.at(-1)?.text, String(total))
    assert.isTrue(lines.every((line, index) => index === 0 || line.n > (lines[index - 1]?.n ?? 0)))
  })
})
