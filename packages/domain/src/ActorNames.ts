/**
 * The names of actors, apart from the schemas of verdicts, which cost time to build.
 *
 * @since 0.1.0
 */
import type { Actor } from "./Verdict.ts"

/**
 * How an actor is named in a sentence.
 *
 * @category formatting
 * @since 0.1.0
 */
export const actorNames: Readonly<Record<Actor, string>> = {
  "user": "the owner of the mailbox",
  "exchange-admin": "an Exchange administrator",
  "entra-admin": "a Microsoft Entra administrator",
  "workspace-admin": "a Google Workspace administrator",
  "mail-admin": "whoever runs the mail server",
  "domain-admin": "whoever runs the domain's DNS",
  "network-admin": "whoever runs the network",
  "developer": "the developer of the sending program",
  "recipient": "the receiving side",
  "provider": "the provider"
}
