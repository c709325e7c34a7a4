import { assert, describe, it } from "@effect/vitest"
import { fill, starttlsOf } from "@sonde/packs/Placeholder"

const command = "Set-CASMailbox -Identity {mailbox} -SmtpClientAuthenticationDisabled $false"

describe("fill", () => {
  it("fills plain values as they are", () => {
    assert.strictEqual(
      fill(command, { mailbox: "scanner+1@contoso.example" }, "powershell"),
      "Set-CASMailbox -Identity scanner+1@contoso.example -SmtpClientAuthenticationDisabled $false"
    )
  })

  it.each(
    [
      ["powershell", "o'brien@x.example", "'o''brien@x.example'"],
      ["powershell", "o\u2019brien@x.example", "'o\u2019\u2019brien@x.example'"],
      ["powershell", "a; Remove-Mailbox x", "'a; Remove-Mailbox x'"],
      ["powershell", "$(whoami)", "'$(whoami)'"],
      ["powershell", "@splat", "'@splat'"],
      ["powershell", "1e5", "'1e5'"],
      ["sh", "o'brien@x.example", "'o'\\''brien@x.example'"],
      ["sh", "a; rm -rf /", "'a; rm -rf /'"],
      ["sh", "`id`$(id)", "'`id`$(id)'"],
      ["http", "o'b rien@x.example/../y", "o'b%20rien@x.example%2F..%2Fy"]
    ] as const
  )("quotes for %s: %s", (shell, value, expected) => {
    assert.strictEqual(fill("x {mailbox} y", { mailbox: value }, shell), `x ${expected} y`)
  })

  it.each(["-rf", "--flag=x y", "a\nb", "a\u0000b", "a\u202eb", "\u001b[2J", ""])(
    "leaves the placeholder open where no quoting is safe: %j",
    (value) => {
      for (const shell of ["sh", "powershell"] as const) {
        assert.strictEqual(fill("x {user}", { user: value }, shell), "x <user>")
      }
    }
  )

  it("fills only plain values where the template has quotes already", () => {
    const filter = "Get-User -Filter \"Name -eq '{user}'\" {mailbox}"
    assert.strictEqual(
      fill(filter, { user: "bob", mailbox: "b c" }, "powershell"),
      "Get-User -Filter \"Name -eq 'bob'\" 'b c'"
    )
    assert.strictEqual(
      fill(filter, { user: "x'\"; y", mailbox: "b c" }, "powershell"),
      "Get-User -Filter \"Name -eq '<user>'\" 'b c'"
    )
  })

  it("leaves unknown values open and foreign braces alone", () => {
    assert.strictEqual(fill("{mailbox} {nobody} {a:1} ${x}", {}, "sh"), "<mailbox> {nobody} {a:1} ${x}")
    assert.strictEqual(fill("{recheck}", { mailbox: "a b@x.example" }, "sh"), "sonde check 'a b@x.example'")
    assert.strictEqual(fill("{recheck}", { recheck: "sonde check a --only imap" }, "sh"), "sonde check a --only imap")
  })

  it.each([
    ["imap", "143", "-starttls imap "],
    ["imap", "993", ""],
    ["pop3", "110", "-starttls pop3 "],
    [undefined, "995", ""],
    ["sieve", "4190", "-starttls sieve "],
    [undefined, "143", "-starttls imap "],
    ["tls", "993", ""],
    ["smtp-submission", "587", "-starttls smtp "],
    ["smtp-submission", "465", ""],
    ["imap", undefined, "-starttls imap "],
    [undefined, undefined, "-starttls smtp "]
  ])("tells openssl how the port of %s, %s begins", (service, port, option) => {
    assert.strictEqual(starttlsOf(service, port), option)
    assert.strictEqual(fill("s_client {starttls}-brief", { starttls: option }, "sh"), `s_client ${option}-brief`)
  })

  it("takes the port where nobody says how it begins", () => {
    assert.strictEqual(fill("{starttls}-connect {port}", { port: "110" }, "sh"), "-starttls pop3 -connect 110")
    assert.strictEqual(fill("{starttls}-connect {port}", { port: "465" }, "sh"), "-connect 465")
    assert.strictEqual(fill("{starttls}-connect {port}", {}, "sh"), "-starttls smtp -connect <port>")
  })

  it("does not fill what a value brings along", () => {
    assert.strictEqual(fill("{user} {mailbox}", { user: "{mailbox}", mailbox: "m" }, "text"), "{mailbox} m")
  })
})
