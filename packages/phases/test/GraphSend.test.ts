/** Sending through Graph over a network made of data: what is sent and when, what is refused, and what is in doubt. */
import { assert, describe, it } from "@effect/vitest"
import type * as Net from "@sonde/net/Net"
import { Budget } from "@sonde/phases/Conversation"
import { GraphSend, type SendInput } from "@sonde/phases/GraphSend"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Graph from "./graph.ts"
import { nameOf } from "./support.ts"

const text = [
  "From: m@t.example",
  "To: everybody@else.example",
  "Cc: more@else.example,",
  " others@else.example",
  "Bcc: hidden@else.example",
  "Subject: A test",
  "Message-ID: <1@t.example>",
  "",
  "hello",
  ""
].join("\r\n")

const octets = (message: string) => new TextEncoder().encode(message)

type Answer = Exclude<Net.StaticHttp, { readonly _tag: string }>

interface Sent {
  readonly asked: Array<Net.StaticAsked>
  intents: number
}

const send = (
  http: Net.StaticHttp,
  more: Partial<SendInput<never>> & { readonly uploads?: Net.StaticHttp; readonly zone?: boolean } = {}
) => {
  const sent: Sent = { asked: [], intents: 0 }
  const { uploads, zone = true, ...input } = more
  const listen = (answer: Net.StaticHttp): Net.StaticHttp =>
    typeof answer !== "function" ? answer : (request) => {
      sent.asked.push(request)
      return answer(request)
    }
  const network = Graph.network(
    listen(http),
    uploads === undefined ? {} : { [`${Graph.upload}:443`]: listen(uploads) },
    zone
  )
  const run = Effect.flatMap(GraphSend, (phase) =>
    phase.run<never>({
      caller: Graph.caller(),
      message: octets(text),
      messageId: "<1@t.example>",
      from: "m@t.example",
      user: "m@t.example",
      to: ["b@c.example"],
      dry: false,
      beforeCommit: Effect.sync(() => void sent.intents++),
      ...input
    })).pipe(Effect.provide(Layer.provide(GraphSend.layer, network)))
  return Effect.map(Effect.result(run), (result) => ({ result, ...sent }))
}

const failure = (...options: Parameters<typeof send>) =>
  Effect.flatMap(
    send(...options),
    ({ result, ...sent }) => Effect.map(Effect.flip(Effect.fromResult(result)), (error) => ({ error, ...sent }))
  )

const taken = Graph.refusing(202, "")
const readable = (request: Net.StaticAsked | undefined): string =>
  new TextDecoder().decode(Result.getOrThrow(Base64.decode(new TextDecoder().decode(request?.octets))))

describe("a message", () => {
  it.effect("goes whole, to the recipients of the run and to no others", () =>
    Effect.gen(function*() {
      const { asked, intents, result } = yield* send(taken)
      assert.deepStrictEqual(yield* Effect.fromResult(result), {
        messageId: "<1@t.example>",
        dry: false,
        way: "sendMail",
        size: text.length,
        reply: "202",
        requestId: "8d6c1e2a-0000-4000-8000-000000000001"
      })
      assert.deepStrictEqual([asked.length, intents], [1, 1])
      assert.strictEqual(asked[0]?.path, "/v1.0/users/m@t.example/sendMail")
      const message = readable(asked[0])
      assert.isTrue(message.startsWith("To: b@c.example\r\nFrom: m@t.example\r\nSubject: A test\r\n"), message)
      assert.isTrue(message.endsWith("\r\n\r\nhello\r\n"))
      assert.notInclude(message, "else.example")
    }))

  it.effect("that is only tried goes to nobody, and no intent is written", () =>
    Effect.gen(function*() {
      const { asked, intents, result } = yield* send(Graph.lacking, { dry: true })
      const facts = yield* Effect.fromResult(result)
      assert.isTrue(facts.dry)
      assert.deepStrictEqual([asked.length, intents], [1, 0])
      assert.notMatch(readable(asked[0]), /^(?:to|cc|bcc):/im)
      const { error } = yield* failure(taken, { dry: true })
      assert.strictEqual(nameOf(error), "ProtocolError UnexpectedReply")
    }))

  it.effect.each<[status: number, code: string, error: string]>([
    [403, "ErrorSendAsDenied", "SendAsDenied"],
    [403, "ErrorExceededMessageLimit", "SenderRejected"],
    [403, "ErrorMessageSubmissionBlocked", "SenderRejected"],
    [400, "ErrorInvalidRecipients", "RecipientRejected"],
    [413, "ErrorMessageSizeExceeded", "MessageRejected"],
    [413, "", "MessageRejected"],
    [507, "ErrorQuotaExceeded", "MessageRejected"],
    [400, "ErrorMimeContentInvalid", "MessageRejected"],
    [401, "InvalidAuthenticationToken", "ApiError"],
    [403, "ErrorAccessDenied", "ApiError"],
    [404, "ErrorItemNotFound", "ApiError"],
    [404, "MailboxNotEnabledForRESTAPI", "ApiError"],
    [429, "ApplicationThrottled", "Throttled"],
    [503, "", "TemporaryFailure"],
    [503, "serviceNotAvailable", "TemporaryFailure"],
    [500, "ErrorInternalServerTransientError", "TemporaryFailure"],
    [307, "", "ProtocolError UnexpectedReply"]
  ])("refused with %s %s is %s, and not in doubt", ([status, code, expected]) =>
    Effect.gen(function*() {
      const { error } = yield* failure(Graph.refusing(status, code))
      assert.strictEqual(nameOf(error), expected)
      assert.strictEqual(error.phase, "send")
      if (error._tag === "SendAsDenied") assert.strictEqual(error.from, "m@t.example")
      if (error._tag === "RecipientRejected") assert.strictEqual(error.to, "b@c.example")
    }))

  it.effect.each([500, 502, 504])(
    "answered with %s by whoever stands between is in doubt",
    (status) =>
      Effect.gen(function*() {
        const { error } = yield* failure(Graph.refusing(status, ""))
        assert.strictEqual(error._tag, "DeliveryInDoubt")
        if (error._tag === "DeliveryInDoubt") assert.strictEqual(error.messageId, "<1@t.example>")
      })
  )

  it.effect.each(Graph.ways)("is in doubt exactly where it was sent: %s", ([expected, http]) =>
    Effect.gen(function*() {
      const { error, intents } = yield* failure(http)
      const wasSent = typeof http === "function"
      assert.strictEqual(intents, wasSent ? 1 : 0)
      assert.strictEqual(nameOf(error), wasSent ? "DeliveryInDoubt" : expected)
    }))

  it.effect.each(Graph.ways)("that is only tried is never in doubt: %s", ([expected, http]) =>
    Effect.gen(function*() {
      const { error, intents } = yield* failure(http, { dry: true })
      assert.deepStrictEqual([nameOf(error), intents], [expected, 0])
    }))

  it.effect("is not sent where the name of the service does not exist, or the time is over", () =>
    Effect.gen(function*() {
      const nowhere = yield* failure(taken, { zone: false })
      assert.deepStrictEqual([nameOf(nowhere.error), nowhere.intents], ["ResolveError NoSuchName", 0])
      const late = yield* Effect.provideService(failure(taken), Budget, {
        phaseMillis: 10,
        commitMillis: 10,
        deadline: -1
      })
      assert.deepStrictEqual([nameOf(late.error), late.intents, late.asked.length], ["PhaseTimeout", 0, 0])
    }))

  it.effect("is not sent where the intent cannot be written", () =>
    Effect.gen(function*() {
      const { asked, result } = yield* send(taken, { beforeCommit: Effect.die("full") as never }).pipe(
        Effect.catchDefect(() => Effect.succeed({ asked: [], result: undefined }))
      )
      assert.deepStrictEqual([asked.length, result], [0, undefined])
    }))
})

describe("a large message", () => {
  const large = 5_000_000
  const pdf = "%PDF-".padEnd(large, "0123456789abcdef")
  const message = octets(
    [
      "From: m@t.example",
      "To: everybody@else.example",
      "Subject: =?utf-8?Q?Gr=C3=B6=C3=9Fe?=",
      "MIME-Version: 1.0",
      "Content-Type: multipart/mixed; boundary=\"b\"",
      "",
      "--b",
      "Content-Type: text/plain; charset=utf-8",
      "",
      "see the files",
      "--b",
      "Content-Type: application/pdf; name=\"scan.pdf\"",
      "Content-Disposition: attachment; filename=\"scan.pdf\"",
      "Content-Transfer-Encoding: base64",
      "",
      Base64.encode(pdf).replace(/.{76}/g, "$&\r\n"),
      "--b",
      "Content-Type: text/csv; name=small.csv",
      "Content-Disposition: attachment",
      "",
      "a;b",
      "--b--",
      ""
    ].join("\r\n")
  )

  const secret = "canary-of-the-upload-address-5Kx9"
  const url = `https://${Graph.upload}/api/session?authtoken=${secret}`
  const service = (more: Readonly<Record<string, Answer>> = {}) => (request: Net.StaticAsked) => {
    const route = `${request.method} ${request.path.replace("/v1.0/users/m@t.example", "")}`
    const answer = more[route]
    if (answer !== undefined) return answer(request)
    const body = (value: object) => ({ status: 201, body: JSON.stringify(value) })
    if (route === "POST /messages") return body({ id: "AAMk=1" })
    if (route.endsWith("/createUploadSession")) return body({ uploadUrl: url, nextExpectedRanges: ["0-"] })
    if (route.endsWith("/attachments")) return body({ id: "2" })
    return route.startsWith("DELETE") ? { status: 204, body: "" } : taken()
  }
  const uploads = ({ fields }: Net.StaticAsked) => {
    const [, last = "", total = ""] = /-(\d+)\/(\d+)$/.exec(fields["content-range"] ?? "") ?? []
    return { status: Number(last) + 1 === Number(total) ? 201 : 200, body: "" }
  }
  const routes = (asked: ReadonlyArray<Net.StaticAsked>) =>
    asked.map(({ method, path }) => `${method} ${path.replace("/v1.0/users/m@t.example", "")}`)

  it.effect("goes as a draft, whose attachments go up in ranges of a multiple of 320 KiB, without the token", () =>
    Effect.gen(function*() {
      const recorder = Graph.recorders()
      const { asked, intents, result } = yield* send(service(), { message, uploads, caller: Graph.caller(recorder) })
      const facts = yield* Effect.fromResult(result)
      assert.deepInclude(facts, { way: "draft", size: message.length, uploaded: large, dry: false })
      assert.strictEqual(intents, 1)
      assert.deepStrictEqual(routes(asked), [
        "POST /messages",
        "POST /messages/AAMk%3D1/attachments/createUploadSession",
        `PUT /api/session?authtoken=${secret}`,
        `PUT /api/session?authtoken=${secret}`,
        "POST /messages/AAMk%3D1/attachments",
        "POST /messages/AAMk%3D1/send"
      ])
      const [draft, session, first, second, small] = asked
      const json = (request: Net.StaticAsked | undefined) => JSON.parse(new TextDecoder().decode(request?.octets))
      assert.deepStrictEqual(json(draft), {
        subject: "Größe",
        body: { contentType: "Text", content: "see the files" },
        from: { emailAddress: { address: "m@t.example" } },
        toRecipients: [{ emailAddress: { address: "b@c.example" } }]
      })
      assert.deepInclude(json(session).AttachmentItem, {
        name: "scan.pdf",
        size: large,
        contentType: "application/pdf"
      })
      assert.strictEqual(first?.octets?.length, 3_932_160)
      assert.strictEqual(3_932_160 % (320 * 1024), 0)
      assert.deepStrictEqual([first, second].map((one) => [one?.fields["content-range"], one?.token]), [
        [`bytes 0-3932159/${large}`, undefined],
        [`bytes 3932160-${large - 1}/${large}`, undefined]
      ])
      const whole = new TextDecoder().decode(first?.octets) + new TextDecoder().decode(second?.octets)
      assert.isTrue(whole === pdf)
      assert.deepInclude(json(small), { name: "small.csv", contentBytes: Base64.encode("a;b") })
      const record = recorder.lines().map((line) => line.text).join("\n")
      assert.notInclude(record, "canary")
    }))

  it.effect.each<[step: string, route: string]>([
    ["an upload session", "POST /messages/AAMk%3D1/attachments/createUploadSession"],
    ["a small attachment", "POST /messages/AAMk%3D1/attachments"],
    ["the sending", "POST /messages/AAMk%3D1/send"]
  ])("that is refused %s is taken away again, and nothing is in doubt", ([, route]) =>
    Effect.gen(function*() {
      const refused = Graph.refusing(403, "ErrorAccessDenied")
      const { asked, error } = yield* failure(service({ [route]: refused }), { message, uploads })
      assert.strictEqual(nameOf(error), "ApiError")
      assert.deepStrictEqual(routes(asked).slice(-2), [route, "DELETE /messages/AAMk%3D1"])
    }))

  it.effect("whose upload is refused is taken away again", () =>
    Effect.gen(function*() {
      const refused = Graph.refusing(416, "ErrorInvalidRange")
      const { asked, error, intents } = yield* failure(service(), { message, uploads: refused })
      assert.deepStrictEqual([nameOf(error), intents], ["ApiError", 0])
      assert.strictEqual(routes(asked).at(-1), "DELETE /messages/AAMk%3D1")
    }))

  it.effect("is not uploaded where no TLS is", () =>
    Effect.gen(function*() {
      const plain = () => ({ status: 201, headers: {}, body: JSON.stringify({ uploadUrl: "http://up.example/x" }) })
      const { error } = yield* failure(
        service({ "POST /messages/AAMk%3D1/attachments/createUploadSession": plain }),
        { message, uploads }
      )
      assert.strictEqual(nameOf(error), "ProtocolError UnexpectedReply")
    }))

  it.effect("that may be on its way stays where it is", () =>
    Effect.gen(function*() {
      const lost = Graph.refusing(504, "")
      const { asked, error } = yield* failure(service({ "POST /messages/AAMk%3D1/send": lost }), { message, uploads })
      assert.strictEqual(error._tag, "DeliveryInDoubt")
      assert.strictEqual(routes(asked).at(-1), "POST /messages/AAMk%3D1/send")
    }))

  it.effect("without attachments takes its text along as a file", () =>
    Effect.gen(function*() {
      const plain = octets(`From: m@t.example\r\nSubject: long\r\n\r\n${"0123456789abcde\n".repeat(250_000)}`)
      const { asked, result } = yield* send(service(), { message: plain, uploads })
      const facts = yield* Effect.fromResult(result)
      assert.strictEqual(facts.uploaded, 4_000_000)
      const draft = JSON.parse(new TextDecoder().decode(asked[0]?.octets))
      assert.strictEqual(draft.body.content, "The text of this message is attached as message.txt.")
    }))

  it.effect("that is only tried makes no draft", () =>
    Effect.gen(function*() {
      const { asked, intents, result } = yield* send(Graph.lacking, { message, dry: true })
      assert.isTrue((yield* Effect.fromResult(result)).dry)
      assert.deepStrictEqual([routes(asked), intents], [["POST /sendMail"], 0])
    }))
})
