/**
 * The simulated HTTPS services of one simulator, told apart by host name.
 *
 * @since 0.1.0
 */
import * as Clouds from "./Clouds.ts"
import { DevicePage } from "./DevicePage.ts"
import { Entra } from "./Entra.ts"
import { Graph, maxRequestOctets } from "./Graph.ts"
import * as GraphErrors from "./GraphErrors.ts"
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
  const graph = new Graph(state)
  const { devicePage } = entra
  const isForm = (host: string): boolean => isLocal(host) || Clouds.serviceOf(host)?.service === "login"
  return {
    devicePage,
    maxBodyOctets: (host) =>
      isForm(host) ? maxFormOctets : Clouds.serviceOf(host) === undefined ? undefined : maxRequestOctets,
    tooLarge: (host) =>
      isForm(host)
        ? html(413, Pages.notice("Too large", `A form has at most ${maxFormOctets} octets here.`))
        : graph.refused(GraphErrors.tooLarge),
    handle: async (request: Request): Promise<Reply> => {
      const meant = Clouds.serviceOf(request.host)
      switch (meant?.service) {
        case "login":
          return entra.handle(request, meant.cloud)
        case "graph":
          return graph.handle(request, meant.cloud)
        case "outlook":
          return graph.handleUpload(request)
        case undefined:
          // The page is reachable without any mapping of names, for a person's browser.
          return DevicePage.isPath(request.path) ? devicePage.handle(request) : json(404, { error: "no such page" })
      }
    }
  }
}
