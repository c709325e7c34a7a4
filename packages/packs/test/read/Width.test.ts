/** Text that was cut at a fixed width. */
import { assert, describe, it } from "@effect/vitest"
import { withoutWidth } from "@sonde/packs/read/Width"
import { unwrap } from "@sonde/packs/Unwrap"

const cut = (text: string, width: number): string => text.match(new RegExp(`.{1,${width}}`, "gsu"))?.join("\n") ?? ""

const reply = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. "
  + "Visit https://aka.ms/smtp_auth_disabled for more information. [MW4PR04CA0165.namprd04.prod.outlook.com]"

describe("withoutWidth", () => {
  it.each([60, 72, 80, 100])("puts together what was cut after %d characters", (width) => {
    const text = `javax.mail.AuthenticationFailedException: ${reply}`
    assert.strictEqual(withoutWidth(cut(text, width)), text)
    assert.strictEqual(withoutWidth(`${cut(text, width)}\n`), text)
  })

  it("leaves lines of other lengths, two lines and short ones as they are", () => {
    const line = "x".repeat(70)
    for (
      const text of [`${line}\n${line}y\n${line}`, `${line}\n${line}`, `ab\nab\nab`, `${line}\n${line}\n${line}yz`]
    ) {
      assert.strictEqual(withoutWidth(text), text)
    }
  })

  it("is done before a text is read", () => {
    const [first] = unwrap(cut(reply, 61)).candidates
    assert.include(first.text, "SmtpClientAuthentication is disabled for the Tenant")
  })
})
