import { assert, describe, it } from "@effect/vitest"
import { SieveSession } from "@sonde/simulator/SieveSession"
import * as Schema from "effect/Schema"
import { base64 } from "./Client.ts"

const credential = base64("\u0000a\u0000secret")

/** Everything a session says to these octets, inside TLS unless told otherwise, without its greeting. */
const heard = (octets: Buffer, sizes: ReadonlyArray<number> = [octets.length], isSecured = true): string => {
  let said = ""
  let open = true
  const accounts = [{ user: "a", password: "secret", scripts: new Map<string, string>(), active: undefined }]
  const service = { accounts, startTls: true, referral: undefined, maxScripts: 2, countSignIn: () => {} }
  const session = new SieveSession(service, {
    peer: "192.0.2.1",
    write: (part) => (said += part.toString("latin1")),
    close: () => (open = false),
    startTls: () => session.secured(),
    later: (_millis, step) => step()
  })
  if (isSecured) session.secured()
  session.start()
  said = ""
  for (let at = 0, n = 0; at < octets.length && open; n++) {
    const size = sizes[n % sizes.length] ?? 1
    session.push(octets.subarray(at, at + size))
    at += size
  }
  session.gone()
  return said
}

const signIn = `AUTHENTICATE "PLAIN" "${credential}"\r\n`

const lines = Schema.NonEmptyArray(Schema.Literals([
  signIn.trim(),
  "AUTHENTICATE \"LOGIN\"",
  "\"YQ==\"",
  "{4+}",
  "YQ==",
  "PUTSCRIPT \"m\" {7+}",
  "keep;",
  "",
  "LISTSCRIPTS",
  "SETACTIVE \"m\"",
  "GETSCRIPT \"m\"",
  "NOOP \"\\\"\"",
  "STARTTLS",
  "NONSENSE",
  "PUTSCRIPT \"m\" {2000000+}",
  "\u0000\u00ff",
  "x".repeat(10_501)
]))
const sizes = Schema.NonEmptyArray(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 40 })))

describe("SieveSession", () => {
  it.prop("says the same to the same octets in any chunking", [lines, sizes], ([parts, chunks]) => {
    const octets = Buffer.from(parts.map((line) => `${line}\r\n`).join(""), "latin1")
    // After STARTTLS what is left of its packet is dropped, so the packets matter there.
    const isFree = !parts.includes("STARTTLS")
    const text = heard(octets, chunks)
    if (isFree) assert.strictEqual(text, heard(octets))
    assert.isTrue(text === "" || text.endsWith("\r\n"))
  }, { arbitrary: { runs: 60 } })

  it.prop("survives any octets", [Schema.Uint8Array, lines], ([octets, parts]) => {
    const text = heard(Buffer.concat([Buffer.from(`${parts.join("\r\n")}\r\n`, "latin1"), Buffer.from(octets)]), [7])
    assert.isTrue(text === "" || text.endsWith("\r\n"))
  })

  /** As Pigeonhole 2.3.19 answered the same lines. */
  it.each<[string, string, string]>([
    ["a command before the sign-in", "LISTSCRIPTS", "NO \"Error in MANAGESIEVE command received by server.\"\r\n"],
    ["STARTTLS inside TLS", "STARTTLS", "NO \"TLS is already active.\"\r\n"],
    ["a mechanism it has not", "AUTHENTICATE \"CRAM-MD5\"", "NO \"Unsupported authentication mechanism.\"\r\n"],
    ["what is no Base64", "AUTHENTICATE \"PLAIN\" \"!!\"", "NO \"Invalid base64 data in initial response\"\r\n"],
    ["a cancelled exchange", "AUTHENTICATE \"PLAIN\"\r\n\"*\"", "\"\"\r\nNO \"Authentication aborted by client.\"\r\n"],
    [
      "a wrong password",
      `AUTHENTICATE "PLAIN" "${base64("\u0000a\u0000wrong")}"`,
      "NO \"Authentication failed.\"\r\n"
    ],
    [
      "LOGIN, with a string and a literal",
      "AUTHENTICATE \"LOGIN\"\r\n\"YQ==\"\r\n{8+}\r\nc2VjcmV0",
      "\"VXNlcm5hbWU6\"\r\n\"UGFzc3dvcmQ6\"\r\nOK \"Logged in.\"\r\n"
    ],
    ["NOOP", "NOOP\r\nNOOP \"hi\"", "OK \"NOOP Completed\"\r\nOK (TAG \"hi\") \"Done\"\r\n"],
    ["LOGOUT", "LOGOUT\r\nNOOP", "OK \"Logout completed.\"\r\n"]
  ])("answers %s", (_title, sent, expected) => {
    assert.strictEqual(heard(Buffer.from(`${sent}\r\n`)), expected)
  })

  it.each<[string, ReadonlyArray<string>, string]>([
    ["a command nobody knows", ["NONSENSE"], "NO \"Error in MANAGESIEVE command NONSENSE: Unknown command.\"\r\n"],
    [
      "an argument too many",
      ["LISTSCRIPTS x"],
      "NO \"Error in MANAGESIEVE command LISTSCRIPTS: Too many arguments.\"\r\n"
    ],
    [
      "questions for room",
      ["HAVESPACE \"x\" 10", "HAVESPACE \"x\" 99999999999"],
      "OK \"Putscript would succeed.\"\r\nNO (QUOTA/MAXSIZE) \"Script is too large (max 1048576 bytes).\"\r\n"
    ],
    [
      "a script put, made active and read",
      ["PUTSCRIPT \"main\" {7+}\r\nkeep;\r\n", "SETACTIVE \"main\"", "LISTSCRIPTS", "GETSCRIPT \"main\""],
      "OK \"PUTSCRIPT completed.\"\r\nOK \"Setactive completed.\"\r\n\"main\" ACTIVE\r\nOK \"Listscripts completed.\"\r\n{7}\r\nkeep;\r\n\r\nOK \"Getscript completed.\"\r\n"
    ],
    [
      "a script that is active and is to go",
      [
        "PUTSCRIPT \"main\" \"keep;\"",
        "SETACTIVE \"main\"",
        "DELETESCRIPT \"main\"",
        "SETACTIVE \"\"",
        "RENAMESCRIPT \"main\" \"other\"",
        "DELETESCRIPT \"other\""
      ],
      "OK \"PUTSCRIPT completed.\"\r\nOK \"Setactive completed.\"\r\nNO (ACTIVE) \"Cannot delete the active Sieve script.\"\r\nOK \"Active script is now deactivated.\"\r\nOK \"Renamescript completed.\"\r\nOK \"Deletescript completed.\"\r\n"
    ],
    [
      "a script that is not there",
      ["GETSCRIPT \"none\"", "SETACTIVE \"none\"", "RENAMESCRIPT \"none\" \"o\""],
      "NO (NONEXISTENT) \"Sieve script `none' not found\"\r\n".repeat(3)
    ],
    ["a name that is none", ["PUTSCRIPT \"a/b\" \"keep;\""], "NO \"Invalid Sieve script name `a/b'.\"\r\n"],
    [
      "a script that stops in a command",
      ["PUTSCRIPT \"bad\" \"fileinto\""],
      "NO {141}\r\nbad: line 1: error: expected end of command ';' or the beginning of a compound block '{', but found end of file.\r\nbad: error: parse failed.\r\n\r\n"
    ],
    [
      "one script too many",
      ["PUTSCRIPT \"a\" \"\"", "PUTSCRIPT \"b\" \"\"", "PUTSCRIPT \"c\" \"\""],
      `${
        "OK \"PUTSCRIPT completed.\"\r\n".repeat(2)
      }NO (QUOTA/MAXSCRIPTS) "Script count quota exceeded (max 2 scripts)."\r\n`
    ]
  ])("answers %s", (_title, commands, expected) => {
    assert.strictEqual(heard(Buffer.from(`${signIn}${commands.join("\r\n")}\r\n`)), `OK "Logged in."\r\n${expected}`)
  })

  it("takes no credential before TLS, and tells its capabilities again inside", () => {
    const text = heard(Buffer.from(`${signIn}CAPABILITY\r\nSTARTTLS\r\nLOGOUT\r\n`), [200], false)
    assert.strictEqual(
      text.replace(/"SIEVE" "[^"]*"\r\n/g, ""),
      [
        "NO (ENCRYPT-NEEDED) \"Authentication not allowed until SSL/TLS is enabled.\"",
        "\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"",
        "\"NOTIFY\" \"mailto\"",
        "\"SASL\" \"\"",
        "\"STARTTLS\"",
        "\"VERSION\" \"1.0\"",
        "OK \"Capability completed.\"",
        "OK \"Begin TLS negotiation now.\"",
        "\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"",
        "\"NOTIFY\" \"mailto\"",
        "\"SASL\" \"PLAIN LOGIN\"",
        "\"VERSION\" \"1.0\"",
        "OK \"TLS negotiation successful.\"",
        ""
      ].join("\r\n")
    )
  })
})
