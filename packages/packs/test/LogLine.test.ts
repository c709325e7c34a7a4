import { assert, describe, it } from "@effect/vitest"
import { fromLine } from "@sonde/packs/read/LogLine"

const logcat = (message: string): string =>
  `2024-11-14 22:42:07.607 13766-13812 System.err              org.example.forwarder             W  ${message}`

describe("a line of logcat", () => {
  it("is told without process, tag, package and level", () => {
    assert.deepStrictEqual(fromLine(logcat("javax.mail.MessagingException: Could not connect to SMTP host")), {
      time: "2024-11-14 22:42:07.607",
      message: "javax.mail.MessagingException: Could not connect to SMTP host",
      failing: true
    })
  })

  it("continues the line before it where it is one of a stack trace", () => {
    assert.isUndefined(fromLine(logcat("  nested exception is:")))
    assert.isUndefined(fromLine(logcat("\tat com.sun.mail.smtp.SMTPTransport.openServer(SMTPTransport.java:2212)")))
    assert.isUndefined(fromLine(logcat("Caused by: java.net.ConnectException: refused")))
  })

  it("is no line of logcat without the pair of ids", () => {
    assert.strictEqual(
      fromLine("2024-11-14 22:42:07.607 System.err W connection refused")?.message,
      "System.err W connection refused"
    )
  })
})
