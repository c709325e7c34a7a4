import { assert, describe, it } from "@effect/vitest"
import { fromOpenSsl } from "@sonde/packs/read/OpenSsl"
import { unwrap } from "@sonde/packs/Unwrap"
import * as Schema from "effect/Schema"

const session = (code: string, more = ""): string =>
  `CONNECTED(00000003)
depth=0 CN = mail.example.com
${more}---
Certificate chain
 0 s:CN = mail.example.com
   i:CN = Acme Shield
---
SSL handshake has read 3550 bytes and written 421 bytes
---
Verify return code: ${code}
---
250 SMTPUTF8
`

describe("fromOpenSsl", () => {
  it("keeps the errors and whose certificate it was, and nothing that the server said later", () => {
    const { candidates, client, kind } = unwrap(
      session("10 (certificate has expired)", "verify error:num=10:certificate has expired\nverify return:1\n")
    )
    assert.deepStrictEqual([kind, client], ["transcript", "openssl"])
    const errors = "verify error:num=10:certificate has expired\nVerify return code: 10 (certificate has expired)"
    assert.deepStrictEqual(candidates.map(({ code, phase, text }) => [code, phase, text]), [
      [
        undefined,
        "tls",
        `${errors}\ndepth=0 CN = mail.example.com\nverify return:1\nCertificate chain\n0 s:CN = mail.example.com\ni:CN = Acme Shield`
      ],
      [undefined, "tls", errors]
    ])
  })

  it.each([
    "40D7:error:0A00018A:SSL routines::dh key too small:a.c:1:",
    "write:errno=104",
    "no peer certificate available",
    "Didn't find STARTTLS in server response, trying anyway..."
  ])("knows the error %s", (line) => {
    assert.strictEqual(unwrap(session("0 (ok)", `${line}\n`)).candidates.at(-1)?.text, line)
  })

  it("leaves a session without an error to others", () => {
    assert.isUndefined(fromOpenSsl(session("0 (ok)")))
    assert.isUndefined(fromOpenSsl("550 5.7.1 error:00000000:\nno"))
  })

  it("takes no success that came later for what went wrong", () => {
    assert.deepStrictEqual(unwrap(session("0 (ok)")).candidates.map(({ layer }) => layer), ["whole"])
  })

  it.prop("is total", [Schema.String], ([noise]) => {
    assert.isAtLeast(unwrap(`CONNECTED(00000003)\n${noise}\nverify error:num=${noise}`).candidates.length, 1)
  })
})
