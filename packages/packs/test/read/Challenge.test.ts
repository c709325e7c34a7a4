import { assert, describe, it } from "@effect/vitest"
import { fromChallenge } from "@sonde/packs/read/Challenge"
import { unwrap } from "@sonde/packs/Unwrap"

const base64 = (text: string) => Buffer.from(text).toString("base64")
const refused = base64("{\"status\":\"400\",\"schemes\":\"Bearer\",\"scope\":\"https://mail.example/\"}")
const payload = { status: "400", schemes: "Bearer", scope: "https://mail.example/" }

describe("a challenge that refuses a token", () => {
  it.each([
    ["in a reply of SMTP", `SMTP ERROR: AUTH command failed: 334 ${refused}`],
    ["in a continuation of IMAP", `< b'+ ${refused}'`],
    ["within quotes", `{ response: '334 ${refused}' }`],
    ["behind a token, which is none", `Bearer eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln\n334 ${refused}`]
  ])("is found %s", (_name, text) => {
    assert.deepStrictEqual(fromChallenge(text)?.payload, payload)
  })

  it("is read before the words of the program", () => {
    const { candidates: [first, second] } = unwrap(`334 ${refused}\nSMTP Error: Could not authenticate.`)
    assert.deepStrictEqual(
      [first.phase, first.error, JSON.parse(first.text)],
      ["auth", "AuthRejected", payload]
    )
    assert.include(second?.text, "Could not authenticate")
  })

  it.each([
    ["a JSON Web Token", "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQiJ9.c2ln"],
    ["JSON without a status", base64("{\"scope\":\"mail\",\"schemes\":\"Bearer\"}")],
    ["a piece that is cut", refused.slice(0, 40)],
    [
      "a password that was tried with each mechanism",
      `Authenticator "LOGIN" returned "535 No". Authenticator "XOAUTH2" returned "334 ${refused}".`
    ]
  ])("is not %s", (_name, text) => {
    assert.isUndefined(fromChallenge(text))
  })
})
