/**
 * Who asks: a bearer token (RFC 6750 section 2.1) where the server wants one. On loopback none is wanted.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import { JournalFailed, Unauthorized } from "./Problems.ts"

/**
 * The client of a request: the name of its token, or `loopback`. Rates are kept by it.
 *
 * @category services
 * @since 0.1.0
 */
export class Client
  extends Context.Service<Client, { readonly name: string }>()("@sonde/http-api/Authorization/Client")
{}

/**
 * Lets those in who may come in; nobody where it cannot be read who that is.
 *
 * @category services
 * @since 0.1.0
 */
export class Authorization extends HttpApiMiddleware.Service<Authorization, { provides: Client }>()(
  "@sonde/http-api/Authorization",
  { security: { bearer: HttpApiSecurity.bearer }, error: [Unauthorized, JournalFailed] }
) {}
