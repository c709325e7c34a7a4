/** The command `sonde explain`. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Flags from "../Flags.ts"

const { pack, packs } = Flags.places

/** What the command takes; `Quick.ts` knows it too. */
export const parameters = {
  text: Argument.String("text").pipe(
    Argument.withDescription("the text, or - to read it from standard input"),
    Argument.variadic({ min: 0 })
  ),
  protocol: Flags.text("protocol", "PROTOCOL", "protocol it was said in: smtp, imap, pop3, http"),
  phase: Flags.text("phase", "PHASE", "phase it was said in: auth, mail, rcpt and so on"),
  provider: Flags.text("provider", "ID", "provider it comes from"),
  mechanism: Flags.text("mechanism", "MECH", "sign-in mechanism that was used"),
  host: Flags.text("host", "HOST", "server it comes from"),
  port: Flags.text("port", "PORT", "port of that server"),
  batch: Flags.toggle("batch", "read one question a line from standard input, print one explanation a line"),
  ...Flags.view,
  pack,
  packs
}

export const explain = Command.make(
  "explain",
  parameters,
  (input) => Effect.flatMap(Effect.promise(() => import("../run/explain.ts")), ({ run }) => run(input))
).pipe(
  Command.withShortDescription("Name the cause of a pasted reply, stack trace or log"),
  Command.withDescription(
    "Reads a reply, a bounce, a stack trace or a log and names the cause. Uses no network. A text that no rule knows is unknown, exit 75; nothing is guessed. The id of a cause alone shows its page."
  ),
  Command.withExamples([
    {
      command:
        "sonde explain \"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant\"",
      description: "A reply"
    },
    { command: "sonde explain greylisted", description: "The page of a cause" },
    { command: "journalctl -u app | tail -50 | sonde explain - --json", description: "From another program, as JSON" },
    {
      command: "sonde explain --batch < questions.ndjson > answers.ndjson",
      description: "Many: {\"id\": \"1\", \"text\": \"...\"} a line, answered in order, exit 75 if any is unknown"
    }
  ])
)
