import { assert, describe, it } from "@effect/vitest"
import { find } from "@sonde/packs/read/Json"
import { unwrap } from "@sonde/packs/Unwrap"
import * as Schema from "effect/Schema"

describe("find", () => {
  it.each<[string, unknown]>([
    ["{\"a\":1}", { a: 1 }],
    ["400 and server response: {\"a\":\"}\"} trailing", { a: "}" }],
    ["{ not json } then {\"a\":{\"b\":\"\\\"{\"}}", { a: { b: "\"{" } }],
    ["{\"a\":", undefined],
    ["no document", undefined]
  ])("takes the document out of %s", (text, expected) => {
    assert.deepStrictEqual(find(text), expected)
  })
})

describe("fromBody", () => {
  const first = (text: string) => {
    const { candidates: [{ layer: _layer, ...candidate }], kind } = unwrap(text)
    return [kind, candidate]
  }

  it("reads the body of a token endpoint (RFC 6749 section 5.2)", () => {
    assert.deepStrictEqual(
      first(
        "error: reply status code was 400:\n{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS50076: Because\\r\\nTrace ID: 1\",\"error_codes\":[50076],\"suberror\":\"basic_action\"}"
      ),
      ["json", {
        text: "invalid_grant: basic_action: AADSTS50076: Because\r\nTrace ID: 1",
        protocol: "http",
        service: "token",
        phase: "token"
      }]
    )
  })

  it("reads the body of Microsoft Graph", () => {
    assert.deepStrictEqual(
      first(
        "{\"error\":{\"code\":\"ErrorSendAsDenied\",\"message\":\"Not allowed.\",\"innerError\":{\"date\":\"2026-01-01\"}}}"
      ),
      ["json", {
        text: "ErrorSendAsDenied: Not allowed.",
        protocol: "http",
        service: "graph",
        phase: "send",
        code: "ErrorSendAsDenied"
      }]
    )
  })

  it("reads the body of another interface without taking it for Graph", () => {
    assert.deepStrictEqual(
      first("{\"error\":{\"code\":403,\"message\":\"Denied\",\"status\":\"PERMISSION_DENIED\"}}"),
      ["json", {
        text: "Denied",
        protocol: "http",
        code: 403
      }]
    )
  })

  it("reads a body that is a text within a body", () => {
    assert.strictEqual(
      unwrap(JSON.stringify({ error: JSON.stringify({ code: "ErrorSendAsDenied", message: "No." }) })).candidates[0]
        .code,
      "ErrorSendAsDenied"
    )
  })

  it("reads what a server says of a token (RFC 7628 section 3.2.2)", () => {
    assert.deepStrictEqual(first("{\"status\":\"invalid_token\",\"scope\":\"mail\",\"schemes\":\"Bearer\"}"), ["json", {
      text: "{\"status\":\"invalid_token\",\"scope\":\"mail\",\"schemes\":\"Bearer\"}",
      phase: "auth",
      error: "AuthRejected",
      payload: { status: "invalid_token", scope: "mail", schemes: "Bearer" }
    }])
  })

  it("reads the error of a Node program", () => {
    const text = JSON.stringify({
      code: "EAUTH",
      response: "535-5.7.8 Not\n535 5.7.8 accepted",
      responseCode: 535,
      command: "AUTH PLAIN"
    })
    const { candidates: [one] } = unwrap(text)
    assert.deepStrictEqual([one.code, one.enhanced, one.text, one.phase], [535, "5.7.8", "Not\n accepted", "auth"])
  })

  it("reads an explanation again", () => {
    const { candidates: [one] } = unwrap(
      "{\"schema\":\"sonde.explanation/1\",\"read\":{\"code\":550,\"text\":\"5.1.1 Gone\"},\"verdicts\":[]}"
    )
    assert.deepStrictEqual([one.code, one.enhanced, one.text], [550, "5.1.1", "Gone"])
  })

  it.prop("is total", [Schema.String, Schema.String], ([a, b]) => {
    for (
      const text of [
        `{${a}}${b}`,
        JSON.stringify({ error: a, error_description: b }),
        `${a}{"error":{"message":"${b}"}}`
      ]
    ) {
      assert.isAtLeast(unwrap(text).candidates.length, 1)
    }
  })
})

describe("fromReport", () => {
  const service = (id: string, phase: string, error: unknown) => ({
    id,
    outcome: "fail",
    endpoint: { protocol: "smtp", host: "smtp.example.com", port: 587, security: "starttls" },
    phases: [{ id: "resolve", state: "pass" }, { id: phase, state: "fail", error }]
  })
  const report = {
    schema: "sonde.report/1",
    provider: { id: "acme" },
    services: [
      service("smtp-submission", "auth", {
        _tag: "AuthRejected",
        mechanism: "LOGIN",
        message: "our words",
        reply: { code: 535, enhanced: "5.7.8", text: "Not accepted" }
      }),
      service("imap", "tls", {
        _tag: "TlsError",
        reason: "CertificateExpired",
        conditions: ["CertificateExpired"],
        message: "x"
      })
    ]
  }

  it.each([
    ["in one line", JSON.stringify(report)],
    ["indented", JSON.stringify(report, null, 2)],
    [
      "within the last of many events",
      `${JSON.stringify({ schema: "sonde.event/1", type: "run.start" })}\n${
        JSON.stringify({ schema: "sonde.event/1", type: "run.end", report })
      }\n`
    ],
    ["within its last event", JSON.stringify({ schema: "sonde.event/1", type: "run.end", report })]
  ])("reads the failing services of a report %s", (_name, text) => {
    const found = unwrap(text)
    assert.deepStrictEqual([found.kind, found.client, found.provider, found.host], [
      "report",
      "sonde",
      "acme",
      "smtp.example.com"
    ])
    assert.deepStrictEqual(found.parts?.map(({ candidates, service: id }) => [id, candidates[0]]), [
      ["smtp-submission", {
        layer: "reply",
        text: "Not accepted",
        service: "smtp-submission",
        protocol: "smtp",
        security: "starttls",
        host: "smtp.example.com",
        port: 587,
        phase: "auth",
        error: "AuthRejected",
        mechanism: "LOGIN",
        code: 535,
        enhanced: "5.7.8"
      }],
      ["imap", {
        layer: "reply",
        text: "",
        service: "imap",
        protocol: "smtp",
        security: "starttls",
        host: "smtp.example.com",
        port: 587,
        phase: "tls",
        error: "TlsError",
        reason: "CertificateExpired",
        conditions: ["CertificateExpired"]
      }]
    ])
  })

  it.prop("is total", [Schema.Json], ([noise]) => {
    for (
      const text of [
        JSON.stringify({ ...report, services: noise }),
        JSON.stringify({
          ...report,
          services: [{
            id: noise,
            phases: [{
              id: noise,
              error: { _tag: "TlsError", reason: noise, reply: noise, payload: noise, conditions: noise }
            }]
          }]
        })
      ]
    ) {
      assert.isAtLeast(unwrap(text).candidates.length, 1)
    }
  })
})
