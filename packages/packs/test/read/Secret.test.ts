import { assert, describe, it } from "@effect/vitest"
import { hidden, isFree, withoutSecrets } from "@sonde/packs/read/Secret"
import * as Schema from "effect/Schema"

const secret = "Tr0ub4dor+3xyz"

describe("withoutSecrets", () => {
  it.each([
    `AUTH PLAIN ${secret}`,
    `C: AUTH XOAUTH2 ${secret}`,
    `a1 AUTHENTICATE PLAIN ${secret}`,
    `S: +OK\nC: PASS ${secret}\nS: -ERR no`,
    `: PASS ${secret}`,
    `a1 LOGIN user@example.com ${secret}`,
    `C: a1 LOGIN "user" "${secret}"`,
    `<- 334 VXNlcm5hbWU6\n -> ${secret}\n<- 334 UGFzc3dvcmQ6\n -> ${secret}`,
    `Authorization: Bearer ${secret}`,
    `{"password":"${secret}"}`,
    `auth: { user: 'a', pass: '${secret}' }`,
    `client_secret=${secret}&x=1`,
    `"refresh_token" : "${secret}"`,
    `api-key=${secret}`,
    `MAIL_PASSWORD=${secret}`,
    `'password' => '${secret}'`,
    `smtp://user:${secret}@smtp.example.com:587`,
    `token eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.${secret.replace("+", "_")}`
  ])("hides the secret in %s", (text) => {
    const found = withoutSecrets(text)
    assert.notInclude(found, secret)
    assert.notInclude(found, secret.replace("+", "_"))
    assert.include(found, hidden)
  })

  it.each([
    "535 5.7.8 Username and Password not accepted. https://support.google.com/mail/?p=BadCredentials",
    "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
    "AUTH LOGIN",
    "504 5.7.4 Unrecognized authentication type",
    "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the value",
    "501 5.5.2 Cannot Base64-decode Password: no",
    "250 AUTH PLAIN LOGIN XOAUTH2",
    "334 VXNlcm5hbWU6"
  ])("leaves %s as it is", (text) => {
    assert.strictEqual(withoutSecrets(text), text)
  })

  it.prop("is total", [Schema.String], ([text]) => {
    assert.isString(withoutSecrets(`pass=${text} AUTH PLAIN ${text}\n334 ${text}\n${text}`))
  })
})

describe("isFree", () => {
  const texts = [
    "authentication failed",
    "no such user",
    "AUTH PLAIN AHVzZXIAcGFzcw==",
    "go on\nAHVzZXIAcGFzcw==",
    "",
    "a1 LOGIN user secret"
  ]
  const numbers = ["", "550 ", "334 ", "535 5.7.8 ", "250 2.7.334 ", "AUTHENTICATIONFAILED ", "AUTH "]

  it.each(texts.flatMap((text) => numbers.map((before) => ({ before, text }))))(
    "is whether $before$text is repeated as it is",
    ({ before, text }) => {
      const whole = `${before}${text}`
      const expected = withoutSecrets(whole) === whole
      assert.strictEqual(isFree(before, text), expected)
      // As those who explain do: the text alone was asked before.
      withoutSecrets(text)
      assert.strictEqual(isFree(before, text), expected)
    }
  )
})
