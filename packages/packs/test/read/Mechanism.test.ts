import { assert, describe, it } from "@effect/vitest"
import { tokenMechanismOf } from "@sonde/packs/read/Mechanism"
import { unwrap } from "@sonde/packs/Unwrap"

describe("tokenMechanismOf", () => {
  it.each([
    ["XOAUTH2", "XOAUTH2 authentication failed: [AUTHENTICATIONFAILED] Invalid credentials (Failure)"],
    ["XOAUTH2", "=> 'A1 AUTHENTICATE XOAUTH2 ****'\n<= 'A1 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)'"],
    ["XOAUTH2", "Error login on [imap.example.org] with user [j] auth [XOAUTH2 accesstoken]: 2 NO AUTHENTICATE failed"],
    ["OAUTHBEARER", "SASL authentication using OAUTHBEARER failed"],
    ["XOAUTH2", "AUTH XOAUTH2 dXNlcj1q\n535 5.7.3 Authentication unsuccessful"],
    ["XOAUTH2", "Failed to authenticate using 1 possible authenticators. Authenticator XOAUTH2 returned 535 5.7.3 No"],
    [undefined, "Failed to authenticate using 2 possible authenticators. Authenticator XOAUTH2 returned 535 5.7.3 No"],
    [undefined, "250-AUTH XOAUTH2\n535 5.7.3 Authentication unsuccessful"],
    [undefined, "250-AUTH LOGIN PLAIN XOAUTH2 OAUTHBEARER\n535 5.7.8 No"],
    [undefined, "AUTH XOAUTH2 PLAIN LOGIN\n535 5.7.8 No"],
    [undefined, "AUTH PLAIN AGoAcA==\n535 5.7.8 No, try using XOAUTH2"],
    [undefined, "The server does not support authentication with XOAUTH2"],
    [undefined, "535 5.7.8 Username and Password not accepted"]
  ])("tells %s from %s", (expected, text) => {
    assert.strictEqual(tokenMechanismOf(text), expected)
  })

  it("goes with every reading of the text", () => {
    const { candidates } = unwrap("XOAUTH2 authentication failed: 535 5.7.8 Username and Password not accepted")
    assert.deepStrictEqual(candidates.map(({ mechanism }) => mechanism), ["XOAUTH2", "XOAUTH2"])
  })
})
