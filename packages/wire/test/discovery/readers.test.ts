import { assert, describe, it } from "@effect/vitest"
import * as Autoconfig from "@sonde/wire/discovery/Autoconfig"
import * as Autodiscover from "@sonde/wire/discovery/Autodiscover"
import * as Pacc from "@sonde/wire/discovery/Pacc"
import { textOf } from "../support.ts"

const autoconfig = (servers: string) =>
  `<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="example.com"><domain>example.com</domain>`
  + `<displayName>Example &amp; Sons</displayName>${servers}</emailProvider></clientConfig>`

const server = (tag: string, type: string, fields: Readonly<Record<string, string>>) =>
  `<${tag} type="${type}">${
    Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`).join("")
  }</${tag}>`

describe("Autoconfig", () => {
  it("reads servers in their order, with what they ask of the user", () => {
    const read = Autoconfig.decode(autoconfig(
      server("incomingServer", "imap", {
        hostname: "IMAP.example.com.",
        port: "993",
        socketType: "SSL",
        username: "%EMAILADDRESS%",
        authentication: "OAuth2"
      }) + server("incomingServer", "exchange", { hostname: "x", port: "443", socketType: "SSL" })
        + server("outgoingServer", "smtp", { hostname: "smtp.example.com", port: " 587 ", socketType: "STARTTLS" })
    ))
    assert.deepStrictEqual(read, {
      provider: "Example & Sons",
      servers: [
        {
          kind: "imap",
          host: "imap.example.com",
          port: 993,
          security: "tls",
          user: "%EMAILADDRESS%",
          auth: ["oauth2"]
        },
        { kind: "smtp", host: "smtp.example.com", port: 587, security: "starttls", auth: [] }
      ],
      problems: []
    })
  })

  it("says of each server that cannot be meant what is wrong with it, and keeps the others", () => {
    const read = Autoconfig.decode(autoconfig(
      server("incomingServer", "imap", { hostname: "a b", port: "993", socketType: "SSL" })
        + server("incomingServer", "pop3", { hostname: "pop.example.com", port: "99999", socketType: "SSL" })
        + server("outgoingServer", "smtp", { hostname: "smtp.example.com", port: "25", socketType: "quantum" })
        + server("outgoingServer", "smtp", { hostname: "smtp.example.com", port: "25", socketType: "plain" })
    ))
    assert.deepStrictEqual("servers" in read && [read.servers.length, read.problems], [1, [
      "incomingServer imap has no host name that can be one",
      "incomingServer pop3 has no port that can be one",
      "outgoingServer smtp says neither SSL, STARTTLS nor plain of its socket"
    ]])
  })

  for (
    const [name, text, reason] of [
      ["nothing", "", "it is empty"],
      ["a web page", "<!DOCTYPE html><html><body>404</body></html>", "it is a web page"],
      ["JSON", "{}", "it is no XML"],
      [
        "an entity bomb",
        "<!DOCTYPE a [<!ENTITY b \"bb\">]><clientConfig>&b;</clientConfig>",
        "it has a document type, which is not read"
      ],
      ["another document", "<feed/>", "it is a document of feed"]
    ] as const
  ) {
    it(`refuses ${name}`, () => {
      assert.deepStrictEqual(Autoconfig.decode(text), { unreadable: reason })
    })
  }

  it("refuses what is cut off", () => {
    const cut = Autoconfig.decode(autoconfig("").slice(0, -20))
    assert.match("unreadable" in cut ? cut.unreadable : "", /^it is no well-formed XML/)
  })

  it.prop("takes any text", [textOf("<>/&;=\"'! clientConfig\u0000ä\n", { maxLength: 60 })], ([text]) => {
    assert.isObject(Autoconfig.decode(text))
    assert.isObject(Autodiscover.decode(text))
    assert.isObject(Autodiscover.decodeJson(text))
    assert.isObject(Pacc.decode(text))
  })
})

const response = (inner: string) =>
  `<?xml version="1.0"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">`
  + `<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">${inner}</Response></Autodiscover>`

describe("Autodiscover", () => {
  it("asks for a mailbox without letting it break the document", () => {
    assert.include(
      Autodiscover.request("a&<b>@example.com"),
      "<EMailAddress>a&amp;&lt;b&gt;@example.com</EMailAddress>"
    )
  })

  for (
    const [written, port, security] of [
      ["<SSL>on</SSL>", "993", "tls"],
      ["<SSL>on</SSL>", "143", "starttls"],
      ["<SSL>off</SSL>", "143", "none"],
      ["<Encryption>TLS</Encryption>", "993", "starttls"],
      ["<SSL>off</SSL><Encryption>SSL</Encryption>", "143", "tls"],
      ["<Encryption>None</Encryption>", "993", "none"],
      ["", "993", "tls"]
    ] as const
  ) {
    it(`reads ${written === "" ? "nothing" : written} at ${port} as ${security}`, () => {
      const read = Autodiscover.decode(response(
        `<Account><Protocol><Type>IMAP</Type><Server>imap.example.com</Server><Port>${port}</Port>${written}`
          + `<LoginName>me</LoginName></Protocol><Protocol><Type>EXCH</Type></Protocol></Account>`
      ))
      assert.deepStrictEqual(read, {
        servers: [{ kind: "imap", host: "imap.example.com", port: Number(port), security, user: "me", auth: [] }],
        problems: []
      })
    })
  }

  it("tells where to ask instead, and errors", () => {
    assert.deepStrictEqual(
      Autodiscover.decode(
        response("<Account><Action>redirectAddr</Action><RedirectAddr>a@b.example</RedirectAddr></Account>")
      ),
      { redirectAddress: "a@b.example" }
    )
    assert.deepStrictEqual(
      Autodiscover.decode(response("<Account><RedirectUrl>https://b.example/x</RedirectUrl></Account>")),
      { redirectUrl: "https://b.example/x" }
    )
    assert.deepStrictEqual(
      Autodiscover.decode(
        response("<Error><ErrorCode>500</ErrorCode><Message>The email address can't be found.</Message></Error>")
      ),
      { unreadable: "it reports error 500: The email address can't be found." }
    )
  })

  it("reads version 2", () => {
    assert.deepStrictEqual(Autodiscover.decodeJson(`{"Protocol":"AutodiscoverV1","Url":"https://a.example/x"}`), {
      protocol: "AutodiscoverV1",
      url: "https://a.example/x"
    })
    assert.deepStrictEqual(Autodiscover.decodeJson(`{"ErrorCode":"InvalidUserId","ErrorMessage":"no"}`), {
      code: "InvalidUserId",
      message: "no"
    })
    assert.deepStrictEqual(Autodiscover.decodeJson("[]"), { unreadable: "it has neither an URL nor an error" })
  })
})

describe("Pacc", () => {
  it("reads hosts onto the ports of implicit TLS", () => {
    assert.deepStrictEqual(
      Pacc.decode(JSON.stringify({
        protocols: {
          imap: { host: "imap.example.com" },
          managesieve: { host: "imap.example.com" },
          jmap: { url: "x" },
          smtp: {}
        },
        authentication: { "oauth-public": { issuer: "https://auth.example.com" }, password: false },
        info: { provider: { name: "Example" } }
      })),
      {
        provider: "Example",
        issuer: "https://auth.example.com",
        servers: [
          { kind: "imap", host: "imap.example.com", port: 993, security: "tls", auth: ["oauth2"] },
          { kind: "sieve", host: "imap.example.com", port: 4190, security: "starttls", auth: ["oauth2"] }
        ],
        problems: ["smtp has no host name that can be one"]
      }
    )
    assert.deepStrictEqual(Pacc.decode("{}"), { unreadable: "it has no protocols" })
  })

  it("reads the digests that records vouch for", () => {
    assert.deepStrictEqual(
      Pacc.digests([
        "v=UAAC1; a=sha256; d=abc=",
        "v=UAAC2; a=sha256; d=x",
        "v=UAAC1; a=md5; d=y",
        "text",
        "V=uaac1;A=SHA256;D=Q"
      ]),
      ["abc=", "Q"]
    )
  })
})
