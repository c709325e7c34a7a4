/**
 * Names of the clouds' HTTPS services: sign-in, Graph and the mailbox service that takes uploads.
 *
 * @since 0.1.0
 */

/** A cloud, as a world file names it. */
export type Cloud = "worldwide" | "us_government" | "china"

/** Sign-in hosts by cloud; the first is the one an address is written with (Microsoft's national cloud pages). */
export const login: Readonly<Record<Cloud, readonly [string, ...ReadonlyArray<string>]>> = {
  worldwide: ["login.microsoftonline.com", "login.microsoft.com", "login.windows.net"],
  us_government: ["login.microsoftonline.us"],
  china: ["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"]
}

/** Graph hosts by cloud. */
export const graph: Readonly<Record<Cloud, readonly [string, ...ReadonlyArray<string>]>> = {
  worldwide: ["graph.microsoft.com"],
  us_government: ["graph.microsoft.us", "dod-graph.microsoft.us"],
  china: ["microsoftgraph.chinacloudapi.cn"]
}

/** Hosts of upload addresses by cloud. */
export const outlook: Readonly<Record<Cloud, readonly [string, ...ReadonlyArray<string>]>> = {
  worldwide: ["outlook.office.com", "outlook.office365.com"],
  us_government: ["outlook.office365.us", "outlook-dod.office365.us"],
  china: ["partner.outlook.cn"]
}

const all: ReadonlyArray<Cloud> = ["worldwide", "us_government", "china"]

/** What a host name stands for. */
export const serviceOf = (
  host: string
): { readonly service: "login" | "graph" | "outlook"; readonly cloud: Cloud } | undefined => {
  for (const cloud of all) {
    for (const [service, names] of [["login", login], ["graph", graph], ["outlook", outlook]] as const) {
      if (names[cloud].includes(host)) return { service, cloud }
    }
  }
  return undefined
}

/** Every name answered over HTTPS. */
export const httpsNames: ReadonlyArray<string> = all.flatMap((
  cloud
) => [...login[cloud], ...graph[cloud], ...outlook[cloud]])
