/**
 * The simulated HTTPS services of one simulator, told apart by host name.
 *
 * @since 0.1.0
 */
import * as Clouds from "./Clouds.ts"
import { DevicePage } from "./DevicePage.ts"
import { Entra } from "./Entra.ts"
import { html, json, type Reply, type Request } from "./HttpMessage.ts"
import type { Service } from "./HttpServer.ts"
import { Issuer } from "./Issuer.ts"
import * as Pages from "./Pages.ts"
import type { State } from "./State.ts"

/** Longest form in octets. */
const maxFormOctets = 64 * 1024

const isLocal = (host: string): boolean => host === "localhost" || host === "127.0.0.1"

/** The services, and the door to what waits in them. */
export interface Services extends Service {
  readonly devicePage: DevicePage
}

/** Makes the services; `pageAddress` gives the address of the page for device codes once the port is known. */
export const make = (state: State, pageAddress: () => string): Services => {
  const entra = new Entra(new Issuer(state), pageAddress)
  const { devicePage } = entra
  return {
    devicePage,
    maxBodyOctets: (host) => isLocal(host) || Clouds.serviceOf(host)?.service === "login" ? maxFormOctets : undefined,
    tooLarge: () => html(413, Pages.notice("Too large", `A form has at most ${maxFormOctets} octets here.`)),
    handle: async (request: Request): Promise<Reply> => {
      const meant = Clouds.serviceOf(request.host)
      if (meant !== undefined) return entra.handle(request, meant.cloud)
      // The page is reachable without any mapping of names, for a person's browser.
      return DevicePage.isPath(request.path) ? devicePage.handle(request) : json(404, { error: "no such page" })
    }
  }
}
