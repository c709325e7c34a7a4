/**
 * The part of Microsoft Graph that sends mail: who am I, is there a mailbox, send, large attachments by draft and upload
 * session; and what it takes to find a message again.
 *
 * @since 0.1.0
 */
import { randomUUID } from "node:crypto"
import * as Clouds from "./Clouds.ts"
import { type Draft, Drafts } from "./Drafts.ts"
import * as Errors from "./GraphErrors.ts"
import * as Gates from "./GraphGates.ts"
import * as Messages from "./GraphMessages.ts"
import * as Reading from "./GraphReading.ts"
import { decoded, json, type Reply, type Request } from "./HttpMessage.ts"
import { tenantIdOf, userIdOf } from "./Identifiers.ts"
import { graph } from "./Scopes.ts"
import type { LiveMailbox, State } from "./State.ts"

/** Largest request in octets (field reports, T); larger messages take a draft and an upload session. */
export const maxRequestOctets = 4 * 1024 * 1024

const write = ["Mail.ReadWrite"]
const read = ["Mail.Read", "Mail.ReadWrite", "Mail.ReadBasic.All"]
/** What lets a caller see more of messages than who sent them. */
const readWhole = ["Mail.Read", "Mail.ReadWrite"]

/** Well-known names of folders and what they are shown as. */
const folders: Readonly<Record<string, string>> = { inbox: "Inbox", drafts: "Drafts", sentitems: "Sent Items" }

const nothing = (status: number, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers,
  body: ""
})

/** The service of one simulator. */
export class Graph {
  readonly state: State
  readonly #drafts = new Drafts()

  constructor(state: State) {
    this.state = state
  }

  /** Answers a request to a Graph host of `cloud`. */
  handle(request: Request, cloud: Clouds.Cloud): Reply {
    const ids = { "request-id": randomUUID(), "client-request-id": request.header("client-request-id") ?? randomUUID() }
    const answer = this.#route(request, cloud)
    const reply = Errors.isError(answer) ? this.refused(answer, ids) : answer
    return { ...reply, headers: { ...reply.headers, ...ids, "cache-control": "private" } }
  }

  /** The reply to a request that is refused, in Graph's form. */
  refused(
    error: Errors.GraphError,
    ids: Readonly<Record<string, string>> = { "request-id": randomUUID(), "client-request-id": randomUUID() }
  ): Reply {
    const { code, message, retryAfterSeconds, status } = error
    const innerError = { date: new Date(this.state.now()).toISOString().slice(0, 19), ...ids }
    return json(status, { error: { code, message, innerError } }, {
      ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
      // RFC 6750 section 3.
      ...(status === 401
        ? {
          "www-authenticate":
            `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="${graph.appId}"`
        }
        : {})
    })
  }

  #route(request: Request, cloud: Clouds.Cloud): Reply | Errors.GraphError {
    const [, version = "", ...segments] = request.path.replace(/\/+$/, "").split("/")
    if (!/^(?:v1\.0|beta)$/i.test(version)) return Errors.noSegment(version)
    const who = Gates.caller(this.state, request.header("authorization"))
    if (Errors.isError(who)) return who
    const isMe = segments[0]?.toLowerCase() === "me"
    if (!isMe && segments[0]?.toLowerCase() !== "users") return Errors.noSegment(segments[0] ?? "")
    const name = isMe ? "me" : segments[1] ?? ""
    const rest = segments.slice(isMe ? 1 : 2)
    const user = Gates.target(this.state, who, name)
    if (user === undefined) return rest.length === 0 ? Errors.noResource(name) : Errors.invalidUser(name)
    if (Errors.isError(user)) return user
    const route = `${request.method} ${rest.slice(0, 1).concat(rest.slice(2)).join("/").toLowerCase()}`
    switch (route) {
      case "GET ":
        return Gates.directoryRefusal(who, user) ?? this.#user(user, cloud)
      case "GET mailboxsettings":
        return Gates.mailboxRefusal(this.state, who, user, ["MailboxSettings.Read"]) ??
          json(200, { userPurpose: user.shared ? "shared" : "user", timeZone: "UTC", language: { locale: "en-US" } })
      case "GET mailfolders":
        return Gates.mailboxRefusal(this.state, who, user, read) ?? this.#folder(user, rest[1] ?? "")
      case "GET mailfolders/messages":
        return Gates.mailboxRefusal(this.state, who, user, readWhole) ??
          Reading.messages(this.state.mail, user.address, rest[1] ?? "", request.query)
      case "POST sendmail":
        return this.#sendMail(request, who, user)
      case "POST messages":
        return Gates.mailboxRefusal(this.state, who, user, write) ?? this.#draft(request, user)
      case "DELETE messages":
      case "POST messages/send":
      case "POST messages/attachments":
      case "POST messages/attachments/createuploadsession":
        return this.#onDraft(route, request, who, user, rest[1] ?? "", cloud)
      default:
        return ["mailboxsettings", "mailfolders", "sendmail", "messages", ""].includes(rest[0]?.toLowerCase() ?? "")
          ? Errors.badMethod
          : Errors.noSegment(rest[0] ?? "")
    }
  }

  #user(user: LiveMailbox, cloud: Clouds.Cloud): Reply {
    const local = user.address.slice(0, user.address.indexOf("@"))
    return json(200, {
      "@odata.context": `https://${Clouds.graph[cloud][0]}/v1.0/$metadata#users/$entity`,
      businessPhones: [],
      displayName: local,
      givenName: null,
      jobTitle: null,
      mail: user.licensed || user.shared ? user.address : null,
      mobilePhone: null,
      officeLocation: null,
      preferredLanguage: null,
      surname: null,
      userPrincipalName: user.address,
      id: userIdOf(user.address)
    })
  }

  #folder(user: LiveMailbox, name: string): Reply | Errors.GraphError {
    const displayName = folders[name.toLowerCase()]
    if (name === "") {
      return json(200, { value: Object.values(folders).map((one) => ({ id: userIdOf(one), displayName: one })) })
    }
    if (displayName === undefined) return Errors.noItem
    return json(200, {
      id: userIdOf(`${user.address} ${displayName}`),
      displayName,
      childFolderCount: 0,
      unreadItemCount: 0,
      totalItemCount: 0,
      sizeInBytes: 0,
      isHidden: false
    })
  }

  #sendMail(request: Request, who: Gates.Caller, user: LiveMailbox): Reply | Errors.GraphError {
    const refused = Gates.mailboxRefusal(this.state, who, user, ["Mail.Send"])
    if (refused !== undefined) return refused
    const message = Messages.ofSendMail(request, user.address)
    return Errors.isError(message) ? message : this.#send(who, user, message)
  }

  #send(who: Gates.Caller, user: LiveMailbox, message: Gates.Outgoing): Reply | Errors.GraphError {
    const refused = Gates.sendRefusal(this.state, who, user, message)
    if (refused !== undefined) return refused
    // 202 is a receipt: who is over the limit of the day learns it from a bounce (Graph documentation, V).
    const { limits } = user
    if (this.state.recipientsInDay(user) + message.to.length <= limits.recipientsPerDay) {
      this.state.keep({
        id: `<${randomUUID()}@graph.simulated.example>`,
        from: message.from,
        to: message.to,
        mailbox: user.address,
        size: message.octets,
        subject: message.subject,
        at: new Date(this.state.now()).toISOString(),
        raw: null
      }, user)
    }
    return nothing(202)
  }

  #draft(request: Request, user: LiveMailbox): Reply | Errors.GraphError {
    const body = Messages.bodyOf(request)
    if (body === undefined) return Errors.badJson
    const draft = this.#drafts.add(user, Messages.fromJson(body, user.address, true))
    return json(201, { id: draft.id, subject: draft.message.subject, isDraft: true })
  }

  #onDraft(
    route: string,
    request: Request,
    who: Gates.Caller,
    user: LiveMailbox,
    id: string,
    cloud: Clouds.Cloud
  ): Reply | Errors.GraphError {
    const isSend = route === "POST messages/send"
    const refused = Gates.mailboxRefusal(this.state, who, user, isSend ? ["Mail.Send"] : write)
    if (refused !== undefined) return refused
    const draft = this.#drafts.find(id, user)
    if (draft === undefined) {
      return route === "DELETE messages" && Reading.remove(this.state.mail, user.address, decoded(id))
        ? nothing(204)
        : Errors.noItem
    }
    if (route === "DELETE messages") {
      this.#drafts.remove(draft)
      return nothing(204)
    }
    if (isSend) {
      const sent = this.#send(who, user, { ...draft.message, octets: draft.message.octets + draft.attached })
      if (!("code" in sent)) this.#drafts.remove(draft)
      return sent
    }
    const body = Messages.bodyOf(request)
    if (body === undefined) return Errors.badJson
    if (route === "POST messages/attachments") {
      draft.attached += Messages.fromJson({ attachments: [body] }, "", true).octets
      return json(201, { id: randomUUID(), name: body["name"] ?? null })
    }
    return this.#uploadSession(draft, body, cloud)
  }

  #uploadSession(
    draft: Draft,
    body: Readonly<Record<string, unknown>>,
    cloud: Clouds.Cloud
  ): Reply | Errors.GraphError {
    const item = body["AttachmentItem"] ?? body["attachmentItem"]
    const size = typeof item === "object" && item !== null && "size" in item ? item.size : undefined
    if (typeof size !== "number" || !Number.isSafeInteger(size)) return Errors.badJson
    const upload = this.#drafts.upload(draft, size, this.state.now())
    if (Errors.isError(upload)) return upload
    const owner = `${userIdOf(draft.mailbox.address)}@${tenantIdOf(this.state.tenantOf(draft.mailbox))}`
    return json(201, {
      uploadUrl: `https://${
        Clouds.outlook[cloud][0]
      }/api/gv1.0/users('${owner}')/messages('${draft.id}')/AttachmentSessions('${upload.id}')?authtoken=${upload.authToken}`,
      expirationDateTime: new Date(upload.expiresAt).toISOString(),
      nextExpectedRanges: ["0-"]
    })
  }

  /** Answers a request to an upload address. The address itself is the credential. */
  handleUpload(request: Request): Reply {
    const id = /\/attachmentsessions\('([\w-]+)'\)$/i.exec(request.path)?.[1] ?? ""
    const upload = this.#drafts.session(id, request.query.get("authtoken") ?? "", this.state.now())
    if (upload === undefined) return this.refused(Errors.badUpload)
    if (request.method === "DELETE") {
      this.#drafts.cancel(upload)
      return nothing(204)
    }
    if (request.method === "PUT") {
      const taken = this.#drafts.take(upload, request.header("content-range") ?? "", request.body.length)
      if (typeof taken === "object") return this.refused(taken)
      if (taken) return nothing(201, { location: `https://${request.host}/api/v2.0/attachments('${upload.id}')` })
    } else if (request.method !== "GET") return this.refused(Errors.badMethod)
    return json(200, {
      expirationDateTime: new Date(upload.expiresAt).toISOString(),
      nextExpectedRanges: [`${upload.received}`]
    })
  }
}
