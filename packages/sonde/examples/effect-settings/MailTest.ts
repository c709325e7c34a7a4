/** The "Test" button: sends one message with what was typed, and turns each typed failure into something to show. */
import { AddressPolicy, type Check, Sonde, type SubmissionFailure } from "@sonde/sonde"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { FieldRefused, type Refusal, ServerRefused, type Settings, TryLater, type Words } from "./Api.ts"

type Field = FieldRefused["field"]

const fieldOfOption = new Map<string, Field>([
  ["the target", "from"],
  ["--host", "host"],
  ["--port", "port"],
  ["--user", "user"],
  ["--secret", "password"],
  ["--from", "from"],
  ["--to", "recipient"]
])

/** Where the dialling really goes; empty but in tests. */
export const Places = Context.Reference<Pick<Check, "connectTo" | "ca">>("example/Places", { defaultValue: () => ({}) })

/** Sends test messages. */
export class MailTest extends Context.Service<MailTest, {
  /** Gives the server's reply to the message. */
  send(settings: Settings): Effect.Effect<string, Refusal>
}>()("example/MailTest") {
  static readonly layerNoDeps = Layer.effect(
    MailTest,
    Effect.gen(function*() {
      const sonde = yield* Sonde
      const places = yield* Places

      /** A failure in words; where those of the server name a cause, also who mends it and how. No network. */
      const told = Effect.fnUntraced(function*(error: SubmissionFailure): Effect.fn.Return<Words> {
        const { endpoint: { host, port }, message, phase } = error
        const reply = "reply" in error && error.reply !== undefined && "enhanced" in error.reply
          ? error.reply
          : undefined
        const text = reply === undefined ? message : `${reply.code} ${reply.enhanced} ${reply.text}`
        const { verdicts: [named] } = yield* sonde.explain({ text, protocol: "smtp", phase, host, port })
        if (named === undefined) return { sentence: message, todo: [] }
        const { actor, cause, remedies, title } = named
        const todo = remedies.flatMap(({ command, kind, text }) =>
          kind === "verify" || text === undefined ? [] : [command === undefined ? { text } : { text, command }]
        )
        return { sentence: title, cause, who: actor.replaceAll("-", " "), todo }
      })

      const refuse = (make: (words: Words) => Refusal) => (error: SubmissionFailure) =>
        Effect.flatMap(told(error), (words) => Effect.fail(make(words)))
      const server = refuse((words) => new ServerRefused(words))
      const field = (field: Field) => refuse((words) => new FieldRefused({ ...words, field }))
      const later = (millis = 60_000) =>
        refuse((words) => new TryLater({ ...words, retryAfterSeconds: Math.ceil(millis / 1000) }))

      const send = Effect.fn("MailTest.send")(function*({ password, recipient, user, ...typed }: Settings) {
        const check: Check = {
          ...places,
          ...typed,
          target: typed.from,
          to: [recipient],
          // Without this nothing is sent, and some providers judge the sender only when the message is there.
          deliver: true,
          // Somebody waits in front of the page.
          deadline: "20s",
          ...(user === "" ? {} : { user }),
          ...(Redacted.value(password) === "" ? {} : { secret: password })
        }
        // What cannot be meant is for the form; left to `submission` it would be a defect.
        yield* sonde.validate(check).pipe(
          Effect.mapError(({ option, problem, remedy }) =>
            new FieldRefused({
              field: fieldOfOption.get(option) ?? "host",
              sentence: `${problem}: ${remedy}`,
              todo: []
            })
          )
        )
        // Each kind of failure has its line. One more, in a later version, is an error of the compiler here.
        const facts = yield* sonde.submission(check).pipe(Effect.catchTags({
          ResolveError: (error) => (error.isTemporary ? later() : field("host"))(error),
          ConnectError: field("host"),
          GreetingError: (error) => field(error.reason === "TlsExpected" ? "security" : "port")(error),
          StartTlsError: field("security"),
          TlsError: (error) => field(error.reason === "PlaintextPeer" ? "security" : "host")(error),
          AuthUnavailable: field("security"),
          // A sign-in that an administrator has switched off is no matter of the password.
          AuthRejected: refuse((words) =>
            words.who === undefined || words.who === "user"
              ? new FieldRefused({ ...words, field: "password" })
              : new ServerRefused(words)
          ),
          SendAsDenied: field("from"),
          SenderRejected: field("from"),
          RecipientRejected: field("recipient"),
          MessageRejected: server,
          ProtocolError: server,
          Throttled: (error) => later(error.retryAfterMillis)(error),
          TemporaryFailure: later(),
          PhaseTimeout: later(),
          ConnectionLost: later(),
          // It may have arrived, so the button must not send it a second time by itself.
          DeliveryInDoubt: server
        }))
        return facts.data?.reply ?? ""
      })
      return MailTest.of({ send })
    })
  )

  /**
   * Over a network. Whoever may type a host may make this server dial it: `publicOnly` holds for the very address that is
   * dialled, in every call, because it is part of the layer. For a relay inside, provide `layerNoDeps` with a rule of yours.
   */
  static readonly layer = MailTest.layerNoDeps.pipe(
    Layer.provide(Sonde.layer),
    Layer.provide(Layer.succeed(AddressPolicy.AddressPolicy, AddressPolicy.publicOnly()))
  )
}
