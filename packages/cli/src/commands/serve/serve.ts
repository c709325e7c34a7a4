/** The command `sonde serve` with its subcommands. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Flags from "../../Flags.ts"
import { tokens } from "./tokens.ts"

export const serve = Command.make("serve", {
  listen: Flags.text("listen", "ADDRESS:PORT", "where to listen (default 127.0.0.1:7425; port 0 takes any free one)"),
  token: Flags.text("token", "SOURCE", "bearer token that clients have to send: env:NAME, file:PATH or cmd:COMMAND"),
  requireToken: Flags.toggle("require-token", "ask for a token on loopback too"),
  publicUrl: Flags.text("public-url", "URL", "what the server is called from outside, behind a proxy"),
  ehlo: Flags.text("ehlo", "NAME", "name to greet mail servers with (default: that of --public-url)"),
  ...Flags.reach,
  allowRecipient: Flags.texts(
    "allow-recipient",
    "ADDRESS|@DOMAIN",
    "let checks deliver to these too, besides the account's own domain; repeatable"
  ),
  maxRuns: Flags.text("max-runs", "N", "runs at once (default 32)"),
  maxQueued: Flags.text("max-queued", "N", "runs that may wait for a place (default 100)"),
  clientPerMinute: Flags.text("client-per-minute", "N", "runs that one client may start in a minute (default 60)"),
  targetPerMinute: Flags.text(
    "target-per-minute",
    "N",
    "runs that may be aimed at one target in a minute (default 20)"
  ),
  signInEvery: Flags.text(
    "sign-in-every",
    "DURATION",
    "time between two sign-ins to one account (default 1m; 0s for none)"
  ),
  ...Flags.places,
  ...Flags.server,
  logFormat: Flags.choice("log-format", ["pretty", "json"], "how the log is written, on standard error"),
  logLevel: Flags.choice("log-level", ["debug", "info", "warn", "error"], "the least that is logged (default info)"),
  json: Flags.toggle("json", "print where the server listens as one line of JSON")
}, (input) => Effect.flatMap(Effect.promise(() => import("../../run/serve/serve.ts")), ({ run }) => run(input))).pipe(
  Command.withShortDescription("Serve the HTTP interface and the web page"),
  Command.withDescription(
    "Serves the HTTP interface, the web page, metrics and tools for assistants until a signal stops it. On loopback nobody needs an account; elsewhere every client needs a bearer token. Only public addresses and the ports of mail are contacted unless flags say otherwise."
  ),
  Command.withSubcommands([tokens]),
  Command.withExamples([
    { command: "sonde serve", description: "On this machine alone" },
    {
      command:
        "sonde serve --listen 0.0.0.0:7425 --token file:/run/secrets/token --public-url https://sonde.example.org",
      description: "For others, behind a proxy that speaks TLS"
    },
    {
      command: "sonde serve --database file:/run/secrets/database-url",
      description: "With runs, tokens and copies in PostgreSQL"
    }
  ])
)
