/** The commands under `sonde token`. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Flags from "../Flags.ts"

const { pack, packs } = Flags.places

const inspect = Command.make("inspect", {
  token: Argument.String("token").pipe(
    Argument.withDescription(
      "where the token comes from: env:NAME, file:PATH, stdin, cmd:COMMAND or prompt; or itself"
    ),
    Argument.variadic({ min: 0 })
  ),
  provider: Flags.text("provider", "ID", "say for which services of this provider the token is"),
  only: Flags.texts("only", "LIST", `the services it has to be for: ${Flags.tokenServices.join(", ")}`),
  user: Flags.text("user", "NAME", "the mailbox it has to open"),
  ...Flags.directory,
  json: Flags.toggle("json", "print JSON"),
  exitCodes: Flags.view.exitCodes,
  pack,
  packs
}, (input) => Effect.flatMap(Effect.promise(() => import("../run/token/inspect.ts")), ({ run }) => run(input))).pipe(
  Command.withShortDescription("Show what stands in an access token"),
  Command.withDescription(
    "Reads a JSON Web Token without a network: for whom it is, what it allows, whose it is, until when. Nothing is verified and the signature is never shown. Ends with 77 where the token is damaged, out of its time or wrong for a service of --only, and with 75 where only its issuer can read it."
  ),
  Command.withExamples([
    { command: "sonde token inspect env:TOKEN --provider microsoft-365", description: "A token of a variable" },
    {
      command: "mytool token | sonde token inspect --only imap --provider microsoft-365",
      description: "Is it for IMAP?"
    }
  ])
)

const get = Command.make("get", {
  target: Argument.String("mailbox").pipe(Argument.withDescription("the mailbox the token is for")),
  for: Flags.text("for", "SERVICE", `what it is for (default smtp-submission): ${Flags.tokenServices.join(", ")}`),
  json: Flags.toggle("json", "print JSON, with the refresh token where there is one"),
  exitCodes: Flags.view.exitCodes,
  ...Flags.obtain,
  ...Flags.places
}, (input) => Effect.flatMap(Effect.promise(() => import("../run/token/get.ts")), ({ run }) => run(input))).pipe(
  Command.withShortDescription("Obtain an access token"),
  Command.withDescription(
    "Obtains a token by device code, sign-in at a browser, client credentials, refresh token or service account, reads it, and prints it alone on standard output. A token that is wrong for the service is not printed: its wrong claims are named, exit 77. Nothing is kept without --token-cache-key."
  ),
  Command.withExamples([
    {
      command:
        "sonde token get scanner@example.com --provider microsoft-365 --token client-credentials --client-id ID --client-secret env:SECRET",
      description: "As an application"
    },
    {
      command: "sonde token get me@example.com --provider microsoft-365 --for imap --token device-code --client-id ID",
      description: "As a person, confirmed on another device"
    }
  ])
)

const forget = Command.make("forget", {
  mailbox: Argument.String("mailbox").pipe(
    Argument.withDescription("only the tokens for this mailbox; needs --token-cache-key"),
    Argument.optional
  ),
  tokenCacheKey: Flags.client.tokenCacheKey,
  state: Flags.places.state
}, (input) => Effect.flatMap(Effect.promise(() => import("../run/token/forget.ts")), ({ run }) => run(input))).pipe(
  Command.withShortDescription("Remove tokens that were kept"),
  Command.withDescription(
    "Removes the tokens that --token-cache-key kept in the state folder. They stay good at the provider until they end: to end them, remove the program from the account there."
  ),
  Command.withExamples([
    { command: "sonde token forget", description: "All of them, without their key" },
    {
      command: "sonde token forget me@example.com --token-cache-key env:SONDE_CACHE_KEY",
      description: "Those of one mailbox"
    }
  ])
)

export const token = Command.make("token").pipe(
  Command.withShortDescription("Obtain and read OAuth 2.0 tokens"),
  Command.withDescription("OAuth 2.0 access tokens."),
  Command.withSubcommands([get, inspect, forget])
)
