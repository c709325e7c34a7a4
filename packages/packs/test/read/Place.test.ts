import { assert, describe, it } from "@effect/vitest"
import { placeIn, spansIn } from "@sonde/packs/read/Place"

describe("placeIn", () => {
  it.each(
    [
      ["Connection to smtp.example.com:587 Timed Out", "smtp.example.com", 587],
      ["connect ECONNREFUSED 192.0.2.1:465", "192.0.2.1", 465],
      ["connect ECONNREFUSED ::1:587, connect to [2001:db8::1]:587", "2001:db8::1", 587],
      ["Could not connect to SMTP host: mail.example.com, port: 25, response: -1", "mail.example.com", 25],
      ["Couldn't connect to host, port: smtp.example.com, 587; timeout -1", "smtp.example.com", 587],
      ["Failed to connect to imap.example.com port 993: Timed out", "imap.example.com", 993],
      ["Connection could not be established with host \"ssl://smtp.example.com:465\"", "smtp.example.com", 465],
      ["FAILED smtp.example.com 465 TimeoutError", "smtp.example.com", 465],
      ["connect to mx.example.com[192.0.2.25]:25: Connection timed out", "mx.example.com", 25],
      ["dial tcp: lookup SMTP.Example.com: no such host (smtp.example.com:587)", "smtp.example.com", 587],
      ["connect ECONNREFUSED localhost:2525", "localhost", 2525]
    ] as const
  )("finds in %s the server %s at %i", (text, host, port) => assert.deepStrictEqual(placeIn(text), { host, port }))

  it.each([
    "550 5.1.1 <person@example.com>: Recipient address rejected",
    "person@example.com:465",
    "person@example.com 25 messages",
    "example.com:443 and example.com:8080",
    "a.example.com:587 and b.example.com:587",
    "version 4.7.25",
    "took 1.5 25 times",
    "",
    "587"
  ])("finds none in %s", (text) => assert.isUndefined(placeIn(text)))
})

describe("spansIn", () => {
  it("tells where each server stands", () => {
    const text = "from a.example.com:587 to b.example.com port 993."
    assert.deepStrictEqual(spansIn(text).map(([begin, end]) => text.slice(begin, end)), [
      "a.example.com:587",
      "b.example.com port 993"
    ])
  })
})
