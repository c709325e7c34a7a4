import { assert, describe, it } from "@effect/vitest"
import * as Elsewhere from "@sonde/web/Elsewhere"

describe("command", () => {
  it("is the shortest that does the same", () => {
    assert.strictEqual(Elsewhere.command({ target: "a@b.example" }, "nothing"), "sonde check a@b.example")
  })

  it("has a flag for every option, and again for every value", () => {
    assert.strictEqual(
      Elsewhere.command({
        target: "a@b.example",
        to: ["x@b.example", "y@b.example"],
        port: 587,
        connectTo: ["h:1:127.0.0.1:2"],
        deliver: true,
        ca: "-----BEGIN CERTIFICATE-----"
      }, "token"),
      "sonde check a@b.example --port 587 --connect-to h:1:127.0.0.1:2 --to x@b.example --to y@b.example --deliver "
        + "--ca anchors.pem --token env:MAIL_TOKEN"
    )
  })

  it("takes the secret from the environment", () => {
    assert.include(Elsewhere.command({ target: "a" }, "password"), "--secret env:MAIL_SECRET")
  })
})

describe("the command of one look alone", () => {
  it("is that for a domain", () => {
    assert.strictEqual(
      Elsewhere.command({ target: "b.example", only: ["posture"], selector: ["s1"], ip: "192.0.2.1" }, "nothing"),
      "sonde posture b.example --selector s1 --ip 192.0.2.1"
    )
  })

  it("is that for the TLS of a port", () => {
    assert.strictEqual(
      Elsewhere.command({ target: "h.example:587", only: ["tls"], starttls: "smtp" }, "nothing"),
      "sonde tls h.example:587 --starttls smtp"
    )
  })

  it("is a check where several services were asked for", () => {
    assert.strictEqual(
      Elsewhere.command({ target: "b.example", only: ["imap", "posture"] }, "nothing"),
      "sonde check b.example --only imap,posture"
    )
  })

  it("is that for settings", () => {
    assert.strictEqual(
      Elsewhere.discovery({
        target: "a@b.example",
        provider: "p",
        dns: "127.0.0.1",
        connectTo: ["h:1:127.0.0.1:2"],
        ca: "-"
      }),
      "sonde discover a@b.example --provider p --dns 127.0.0.1 --connect-to h:1:127.0.0.1:2 --ca anchors.pem"
    )
  })
})

describe("request", () => {
  const body = (text: string): unknown => JSON.parse(text.split("\n").slice(1, -1).join("\n"))

  it("has the options in its body and a place for the secret", () => {
    const text = Elsewhere.request({ target: "a@b.example", port: 587 }, "password", "https://sonde.example", false)
    assert.match(text, /^curl --json @- https:\/\/sonde\.example\/v1\/runs <<'JSON'\n/)
    assert.deepStrictEqual(body(text), { target: "a@b.example", port: 587, secret: "…" })
  })

  it("names the bearer token by its variable", () => {
    const text = Elsewhere.request({ target: "a" }, "nothing", "https://sonde.example", true)
    assert.include(text, `--header "Authorization: Bearer $SONDE_TOKEN"`)
    assert.deepStrictEqual(body(text), { target: "a" })
  })
})
