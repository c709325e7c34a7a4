/**
 * The only way in which the page talks to its server: the typed client, loaded when it is first needed.
 */
import type { Client } from "./Interface.ts"
import * as Problem from "./Problem.ts"

export type { Client } from "./Interface.ts"

/** Loads the client. Rejects with a `Problem` where the server is away. */
export const load = (): Promise<typeof import("./Interface.ts")> =>
  import("./Interface.ts").catch(() => {
    throw Problem.offline
  })

/** Asks the server. Rejects with a `Problem`, whatever went wrong. */
export const ask = async <A>(use: (client: Client) => Promise<A>, signal?: AbortSignal): Promise<A> => {
  try {
    return await (await load()).ask(use, signal)
  } catch (error) {
    throw Problem.tell(error as Problem.Problem)
  }
}
