import { assert, describe, it } from "@effect/vitest"
import * as Simulator from "@sonde/simulator/Simulator"
import * as World from "@sonde/simulator/World"
import * as Effect from "effect/Effect"
import { type Answer, ask, claimsOf, token } from "./Https.ts"

const appId = "22222222-aaaa-4aaa-8aaa-000000000001"
const publicId = "22222222-aaaa-4aaa-8aaa-000000000002"
const address = "m@t.example"
const graph = "https://graph.microsoft.com"
const group = "CN=Senders,DC=t,DC=example"

interface Switches {
  readonly tenant?: object
  readonly mailbox?: object
  readonly app?: object
}

const start = ({ app = {}, mailbox = {}, tenant = {} }: Switches = {}, now?: () => number) =>
  Effect.gen(function*() {
    const world = yield* World.decode({
      tenants: [{
        name: "T",
        domains: ["t.example"],
        ...tenant,
        applications: [{
          appId,
          name: "Sender",
          secrets: [{ value: "fake-secret" }],
          application: ["Mail.Send", "Mail.ReadWrite", "User.Read.All", "MailboxSettings.Read"],
          ...app
        }, {
          appId: publicId,
          name: "Desktop",
          publicClient: true,
          delegated: ["Mail.Send", "Mail.Send.Shared", "Mail.Read", "User.Read", "https://outlook.office.com/SMTP.Send"]
        }]
      }],
      mailboxes: [{ address, password: "fake-m", ...mailbox }, { address: "o@t.example", password: "fake-o" }]
    })
    return yield* Simulator.start(now === undefined ? { world } : { world, now })
  })

const application = async (running: Simulator.Running, scope = `${graph}/.default`): Promise<string> => {
  const fields = { grant_type: "client_credentials", client_id: appId, client_secret: "fake-secret", scope }
  return String((await token(running, "t.example", fields)).body["access_token"])
}

const user = async (running: Simulator.Running, scope: string): Promise<string> => {
  const fields = { grant_type: "password", client_id: publicId, username: address, password: "fake-m", scope }
  return String((await token(running, "t.example", fields)).body["access_token"])
}

const call = (
  running: Simulator.Running,
  presented: string,
  method: string,
  path: string,
  body?: unknown,
  contentType = "application/json"
): Promise<Answer> =>
  ask(running, path.startsWith("https:") ? path : `${graph}/v1.0${path}`, {
    method,
    headers: {
      ...(presented === "" ? {} : { authorization: `Bearer ${presented}` }),
      ...(body === undefined ? {} : { "content-type": contentType })
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) })
  })

const messageTo = (to: string, more: object = {}) => ({
  message: {
    subject: "A test",
    body: { contentType: "Text", content: "hello" },
    toRecipients: [{ emailAddress: { address: to } }],
    ...more
  }
})

const errorOf = ({ body, status }: Answer): string => {
  const error = body["error"] as { readonly code?: string; readonly message?: string } | undefined
  return error === undefined ? String(status) : `${status} ${error.code}: ${error.message}`
}

describe("Graph", () => {
  it.live("sends with an application's token and with a user's, and counts each message once", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start()
      yield* Effect.promise(async () => {
        const own = await application(running)
        const sent = await call(running, own, "POST", `/users/${address}/sendMail`, messageTo("a@b.example"))
        assert.deepStrictEqual([sent.status, sent.text], [202, ""])
        assert.match(String(sent.headers["request-id"]), /^[0-9a-f-]{36}$/)
        const theirs = await user(running, "Mail.Send User.Read")
        assert.strictEqual((await call(running, theirs, "POST", "/me/sendMail", messageTo("c@d.example"))).status, 202)
        const me = await call(running, theirs, "GET", "/me")
        assert.deepInclude(me.body, { mail: address, userPrincipalName: address })
        assert.strictEqual(me.body["id"], claimsOf(theirs)["oid"])
        const byId = await call(running, own, "GET", `/users/${String(me.body["id"])}`)
        assert.strictEqual(byId.body["mail"], address)
        const mime = Buffer.from(`From: ${address}\r\nTo: x@y.example\r\nCc: z@y.example\r\nSubject: Raw\r\n\r\nhi\r\n`)
        const raw = await call(
          running,
          theirs,
          "POST",
          "/me/sendMail",
          mime.toString("base64"),
          "text/plain"
        )
        assert.strictEqual(raw.status, 202)
        assert.deepStrictEqual(
          running.state().messages.map(({ from, size, subject, to }) => [from, to, subject, size]),
          [
            [address, ["a@b.example"], "A test", 5],
            [address, ["c@d.example"], "A test", 5],
            [address, ["x@y.example", "z@y.example"], "Raw", mime.length]
          ]
        )
        assert.strictEqual((await call(running, own, "GET", `/users/${address}/mailFolders/inbox`)).status, 200)
        assert.strictEqual((await call(running, own, "GET", `/users/${address}/mailboxSettings`)).status, 200)
      })
    })))

  it.live("lists what lies in a folder by Message-ID and subject, and deletes one message", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start()
      yield* Effect.promise(async () => {
        const own = await application(running)
        for (const subject of ["first", "second"]) {
          await call(running, own, "POST", `/users/${address}/sendMail`, messageTo(address, { subject }))
        }
        const at = `/users/${address}/mailFolders/inbox/messages`
        const list = async (filter: string, select = "id,subject"): Promise<ReadonlyArray<Record<string, unknown>>> => {
          const query = new URLSearchParams({ $filter: filter, $select: select })
          return (await call(running, own, "GET", `${at}?${query}`)).body["value"] as never
        }
        const [second] = await list("contains(subject,'SECOND')", "internetMessageHeaders")
        assert.strictEqual(second?.["subject"], "second")
        assert.include(JSON.stringify(second?.["internetMessageHeaders"]), "Authentication-Results")
        const id = String(second?.["internetMessageId"])
        const both = await list(`internetMessageId eq '${id}' or contains(subject,'first')`)
        assert.deepStrictEqual(both.map(({ subject }) => subject), ["second", "first"])
        assert.notProperty(both[0], "internetMessageHeaders")
        const deleted = await call(running, own, "DELETE", `/users/${address}/messages/${String(second?.["id"])}`)
        assert.strictEqual(deleted.status, 204)
        assert.deepStrictEqual(await list(`internetMessageId eq '${id}'`), [])
        assert.match(
          errorOf(await call(running, own, "GET", `${at}?$filter=isRead`)),
          /^400 ErrorInvalidUrlQueryFilter/
        )
        assert.match(errorOf(await call(running, own, "GET", at.replace("inbox", "lists"))), /^404 ErrorItemNotFound/)
      })
    })))

  it.live("shows no message to who may only send", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start({ app: { application: ["Mail.Send", "Mail.ReadBasic.All"] } })
      yield* Effect.promise(async () => {
        const own = await application(running)
        const refused = await call(running, own, "GET", `/users/${address}/mailFolders/inbox/messages`)
        assert.match(errorOf(refused), /^403 ErrorAccessDenied/)
      })
    })))

  it.live.each<[string, Switches, string, unknown, string]>([
    [
      "the user is unknown",
      {},
      "POST /users/x@t.example/sendMail",
      messageTo("a@b.example"),
      "404 ErrorInvalidUser: The requested user 'x@t.example' is invalid."
    ],
    [
      "the entry is unknown",
      {},
      "GET /users/x@t.example",
      undefined,
      "404 Request_ResourceNotFound: Resource 'x@t.example' does not exist or one of its queried reference-property objects are not present."
    ],
    [
      "the folder is unknown",
      {},
      `GET /users/${address}/mailFolders/nowhere`,
      undefined,
      "404 ErrorItemNotFound: The specified object was not found in the store."
    ],
    [
      "an application says me",
      {},
      "GET /me",
      undefined,
      "400 BadRequest: /me request is only valid with delegated authentication flow."
    ],
    [
      "the role is missing",
      { app: { application: ["User.Read.All"] } },
      `POST /users/${address}/sendMail`,
      messageTo("a@b.example"),
      "403 ErrorAccessDenied: Access is denied. Check credentials and try again."
    ],
    [
      "consent is missing",
      { app: { adminConsent: false } },
      `GET /users/${address}`,
      undefined,
      "403 Authorization_RequestDenied: Insufficient privileges to complete the operation."
    ],
    [
      "a policy leaves other mailboxes",
      { tenant: { applicationAccessPolicies: [{ appId, scope: group }] } },
      `POST /users/${address}/sendMail`,
      messageTo("a@b.example"),
      "403 ErrorAccessDenied: Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings."
    ],
    [
      "a policy denies the mailbox",
      { tenant: { applicationAccessPolicies: [{ appId, scope: address, accessRight: "DenyAccess" }] } },
      `POST /users/${address}/sendMail`,
      messageTo("a@b.example"),
      "403 ErrorAccessDenied: Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings."
    ],
    [
      "a policy has the mailbox",
      { tenant: { applicationAccessPolicies: [{ appId, scope: group }] }, mailbox: { memberOf: [group] } },
      `POST /users/${address}/sendMail`,
      messageTo("a@b.example"),
      "202"
    ],
    [
      "a role assignment of Exchange permits",
      {
        app: { application: ["User.Read.All"] },
        tenant: { roleAssignments: [{ name: "R", role: "Application Mail.Send", app: appId }] }
      },
      `POST /users/${address}/sendMail`,
      messageTo("a@b.example"),
      "202"
    ],
    [
      "the mailbox has no licence",
      { mailbox: { licensed: false } },
      `POST /users/${address}/sendMail`,
      messageTo("a@b.example"),
      "404 MailboxNotEnabledForRESTAPI: The mailbox is either inactive, soft-deleted, or is hosted on-premise."
    ],
    [
      "the sender is another",
      {},
      `POST /users/${address}/sendMail`,
      messageTo("a@b.example", { from: { emailAddress: { address: "o@t.example" } } }),
      "403 ErrorSendAsDenied: The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account., Cannot submit message."
    ],
    [
      "there is no recipient",
      {},
      `POST /users/${address}/sendMail`,
      { message: { subject: "x" } },
      "400 ErrorInvalidRecipients: At least one recipient is not valid., A message can't be sent because it contains no recipients."
    ],
    [
      "a recipient is no address",
      {},
      `POST /users/${address}/sendMail`,
      messageTo("nobody"),
      "400 ErrorInvalidRecipients: At least one recipient isn't valid."
    ],
    [
      "the message is missing",
      {},
      `POST /users/${address}/sendMail`,
      {},
      "400 ErrorInvalidParameter: The value of the parameter 'message' is empty."
    ],
    [
      "the body is no JSON",
      {},
      `POST /users/${address}/sendMail`,
      "{",
      "400 BadRequest: Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."
    ],
    [
      "others use the mailbox up",
      { mailbox: { load: { requests: 4 } } },
      `POST /users/${address}/sendMail`,
      messageTo("a@b.example"),
      "429 ApplicationThrottled: Application is over its MailboxConcurrency limit."
    ],
    [
      "the mailbox is full",
      { mailbox: { load: { mailboxOctets: 10 }, limits: { prohibitSendQuotaOctets: 10 } } },
      `POST /users/${address}/sendMail`,
      messageTo("a@b.example"),
      "507 ErrorQuotaExceeded: The mailbox quota has been exceeded."
    ],
    [
      "the message is over its limit",
      { mailbox: { limits: { maxSendSizeOctets: 4 } } },
      `POST /users/${address}/sendMail`,
      messageTo("a@b.example"),
      "413 ErrorMessageSizeExceeded: The message exceeds the maximum supported size."
    ],
    [
      "the sender is restricted",
      { mailbox: { blockedSender: true } },
      `POST /users/${address}/sendMail`,
      messageTo("a@b.example"),
      "403 ErrorMessageSubmissionBlocked: Cannot send mail. Follow the instructions in your Inbox to verify your account."
    ],
    [
      "the service is not available",
      { mailbox: { fault: "service_transient" } },
      `POST /users/${address}/sendMail`,
      messageTo("a@b.example"),
      "503 serviceNotAvailable: The service is temporarily unavailable. You may repeat the request after a delay."
    ],
    [
      "the path is unknown",
      {},
      "GET /planets",
      undefined,
      "400 BadRequest: Resource not found for the segment 'planets'."
    ]
  ])("answers when %s", ([, switches, request, body, expected]) =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start(switches)
      yield* Effect.promise(async () => {
        const [method = "", path = ""] = request.split(" ")
        const answer = await call(running, await application(running), method, path, body)
        assert.strictEqual(errorOf(answer), expected)
        assert.strictEqual(running.state().messages.length, expected === "202" ? 1 : 0)
      })
    })))

  it.live("judges the token before anything else", () =>
    Effect.scoped(Effect.gen(function*() {
      let now = 1_800_000_000_000
      const running = yield* start({}, () => now)
      yield* Effect.promise(async () => {
        const path = `/users/${address}`
        const own = await application(running)
        const none = await call(running, "", "GET", path)
        assert.strictEqual(errorOf(none), "401 InvalidAuthenticationToken: Access token is empty.")
        assert.match(String(none.headers["www-authenticate"]), /^Bearer realm=""/)
        assert.match(errorOf(await call(running, "opaque", "GET", path)), /CompactToken parsing failed/)
        const [head, claims] = own.split(".")
        assert.strictEqual(
          errorOf(await call(running, `${head}.${claims}.AAAA`, "GET", path)),
          "401 InvalidAuthenticationToken: Access token validation failure."
        )
        assert.strictEqual(
          errorOf(await call(running, await user(running, "https://outlook.office.com/SMTP.Send"), "GET", "/me")),
          "401 InvalidAuthenticationToken: Access token validation failure. Invalid audience."
        )
        now += 3_600_000
        assert.strictEqual(
          errorOf(await call(running, own, "GET", path)),
          "401 InvalidAuthenticationToken: Lifetime validation failed, the token is expired."
        )
      })
    })))

  it.live("lets a user send for another mailbox only with the scope and with Send As", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start()
      yield* Effect.promise(async () => {
        const path = "/users/o@t.example/sendMail"
        const narrow = await user(running, "Mail.Send")
        assert.match(
          errorOf(await call(running, narrow, "POST", path, messageTo("a@b.example"))),
          /^403 ErrorAccessDenied/
        )
        const wide = await user(running, "Mail.Send Mail.Send.Shared")
        assert.match(
          errorOf(await call(running, wide, "POST", path, messageTo("a@b.example"))),
          /^403 ErrorSendAsDenied/
        )
        running.execute(`Add-RecipientPermission o@t.example -Trustee ${address} -AccessRights SendAs`)
        assert.strictEqual(errorOf(await call(running, wide, "POST", path, messageTo("a@b.example"))), "202")
      })
    })))

  it.live("takes a large attachment in ranges, and refuses a range out of turn", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start()
      yield* Effect.promise(async () => {
        const own = await application(running)
        const draft = await call(running, own, "POST", `/users/${address}/messages`, messageTo("a@b.example").message)
        assert.strictEqual(draft.status, 201)
        const at = `/users/${address}/messages/${String(draft.body["id"])}`
        const size = 5_000_000
        const sessionOf = (octets: number) =>
          call(running, own, "POST", `${at}/attachments/createUploadSession`, {
            AttachmentItem: { attachmentType: "file", name: "scan.pdf", size: octets }
          })
        assert.match(errorOf(await sessionOf(1000)), /^400 ErrorAttachmentSizeShouldNotBeLessThanMinimumSize/)
        const session = await sessionOf(size)
        assert.strictEqual(session.status, 201)
        const url = String(session.body["uploadUrl"])
        const put = (first: number, last: number) =>
          ask(running, url, {
            method: "PUT",
            headers: { "content-range": `bytes ${first}-${last}/${size}`, "content-type": "application/octet-stream" },
            body: Buffer.alloc(last - first + 1)
          })
        assert.strictEqual((await put(1, 9)).status, 416)
        assert.deepStrictEqual((await put(0, 3_999_999)).body["nextExpectedRanges"], ["4000000"])
        assert.strictEqual((await put(0, 3_999_999)).status, 416)
        const last = await put(4_000_000, size - 1)
        assert.deepStrictEqual([last.status, last.text], [201, ""])
        assert.isString(last.headers["location"])
        assert.strictEqual((await put(0, 1)).status, 401)
        assert.strictEqual((await call(running, own, "POST", `${at}/send`)).status, 202)
        assert.strictEqual(running.state().messages[0]?.size, size + 5)
        assert.match(errorOf(await call(running, own, "POST", `${at}/send`)), /^404 ErrorItemNotFound/)
      })
    })))

  it.live("refuses a request of more than 4 MiB", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start()
      yield* Effect.promise(async () => {
        const own = await application(running)
        const large = messageTo("a@b.example", { attachments: [{ contentBytes: "A".repeat(4 * 1024 * 1024) }] })
        const answer = await call(running, own, "POST", `/users/${address}/sendMail`, large).catch(() => undefined)
        // A client that is still writing when the server hangs up may not see the reply.
        if (answer !== undefined) assert.match(errorOf(answer), /^413 ErrorMessageSizeExceeded/)
        assert.strictEqual(running.state().messages.length, 0)
      })
    })))

  it.live("is throttled until the load of others is over, and says for how long", () =>
    Effect.scoped(Effect.gen(function*() {
      let now = 1_800_000_000_000
      const running = yield* start({ mailbox: { load: { requests: 4, forMillis: 30_000 } } }, () => now)
      yield* Effect.promise(async () => {
        const own = await application(running)
        const send = () => call(running, own, "POST", `/users/${address}/sendMail`, messageTo("a@b.example"))
        const first = await send()
        assert.deepStrictEqual([first.status, first.headers["retry-after"]], [429, "30"])
        now += 30_000
        assert.strictEqual((await send()).status, 202)
      })
    })))
})

describe("a cmdlet", () => {
  it.live("changes what an application may use, and ends refresh tokens", () =>
    Effect.scoped(Effect.gen(function*() {
      const running = yield* start()
      const own = yield* Effect.promise(() => application(running))
      const send = () =>
        Effect.map(
          Effect.promise(() => call(running, own, "POST", `/users/${address}/sendMail`, messageTo("a@b.example"))),
          ({ status }) => status
        )
      const test = `Test-ApplicationAccessPolicy -AppId ${appId} -Identity ${address}`
      assert.strictEqual(yield* send(), 202)
      assert.match(yield* running.apply(test), /AccessCheckResult : Granted/)
      yield* running.apply(
        `New-ApplicationAccessPolicy -AppId ${appId} -PolicyScopeGroupId o@t.example -AccessRight RestrictAccess`
      )
      assert.strictEqual(yield* send(), 403)
      assert.match(yield* running.apply(test), /AccessCheckResult : Denied/)
      assert.match(yield* running.apply("Get-ApplicationAccessPolicy"), /ScopeName +: o@t\.example/)
      yield* running.apply(`Remove-ApplicationAccessPolicy -Identity '${appId}\\o@t.example' -Confirm:$false`)
      assert.strictEqual(yield* send(), 202)

      const fields = { grant_type: "password", client_id: publicId, username: address, password: "fake-m" }
      const first = yield* Effect.promise(() =>
        token(running, "t.example", { ...fields, scope: "Mail.Send offline_access" })
      )
      yield* Effect.sleep("5 millis")
      yield* running.apply(`Set-User ${address} -StsRefreshTokensValidFrom 2026-01-01`)
      const again = yield* Effect.promise(() =>
        token(running, "t.example", {
          grant_type: "refresh_token",
          client_id: publicId,
          refresh_token: String(first.body["refresh_token"])
        })
      )
      assert.deepStrictEqual(again.body["error_codes"], [50173])
    })))
})
