/** The interface of the example: what can be asked, and each way in which it can fail. Clients and OpenAPI come from it. */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"

const fields = {
  host: Schema.String,
  security: Schema.Literals(["starttls", "tls", "none"]),
  user: Schema.String,
  /** Decoded into `Redacted`: it cannot be printed, only unwrapped. */
  password: Schema.RedactedFromValue(Schema.String),
  from: Schema.String,
  recipient: Schema.String
}

/** What the form holds. */
export const Settings = Schema.Struct({ ...fields, port: Schema.Int })
export type Settings = typeof Settings.Type

/** What can be shown: no transcript, no address, no secret. */
export const Words = Schema.Struct({
  sentence: Schema.String,
  cause: Schema.optionalKey(Schema.String),
  who: Schema.optionalKey(Schema.String),
  todo: Schema.Array(Schema.Struct({ text: Schema.String, command: Schema.optionalKey(Schema.String) }))
})
export type Words = typeof Words.Type

/** A field holds what cannot work. */
export class FieldRefused extends Schema.TaggedError<FieldRefused>()("FieldRefused", {
  ...Words.fields,
  field: Schema.Literals(["host", "port", "security", "user", "password", "from", "recipient"])
}, { httpApiStatus: 422 }) {}

/** The settings may be right, and the mail server or its administrator stands against them. */
export class ServerRefused
  extends Schema.TaggedError<ServerRefused>()("ServerRefused", Words.fields, { httpApiStatus: 409 })
{}

/** Nothing is known yet: ask again in a while. */
export class TryLater extends Schema.TaggedError<TryLater>()("TryLater", {
  ...Words.fields,
  retryAfterSeconds: Schema.Int
}, { httpApiStatus: 503 }) {}

export type Refusal = FieldRefused | ServerRefused | TryLater

const Page = Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/html; charset=utf-8" }))

class SettingsApi extends HttpApiGroup.make("settings").add(
  HttpApiEndpoint.get("page", "/settings/mail", { success: Page }),
  HttpApiEndpoint.post("submit", "/settings/mail", {
    payload: Schema.Struct({ ...fields, port: Schema.FiniteFromString }).pipe(HttpApiSchema.asFormUrlEncoded()),
    success: Page
  }),
  HttpApiEndpoint.post("test", "/api/settings/mail/test", {
    payload: Settings,
    success: Schema.Struct({ sentence: Schema.String }),
    error: [FieldRefused, ServerRefused, TryLater]
  })
) {}

export class Api extends HttpApi.make("mail-settings").add(SettingsApi) {}
