/** The command `sonde explain`. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Flags from "../Flags.ts"

const { pack, packs } = Flags.places

const looksLikeText = (word: string): boolean => /^-ERR\b|^-[^-]\S*\s|^-\s/u.test(word)

/**
 * A command line in which pasted texts that begin with a hyphen, as replies of POP3 do, stand where no flag is looked
 * for: behind `--`. Other command lines are left as they are.
 */
export const textLast = (argv: ReadonlyArray<string>): ReadonlyArray<string> =>
  !(argv[0] === "explain" || (argv[0] === "packs" && argv[1] === "explain")) || argv.includes("--") ||
    !argv.some(looksLikeText)
    ? argv
    : [...argv.filter((word) => !looksLikeText(word)), "--", ...argv.filter(looksLikeText)]

/** What the command takes; `Quick.ts` knows it too. */
export const parameters = {
  text: Argument.String("text").pipe(
    Argument.withDescription("the text, or - to read it from standard input"),
    Argument.variadic({ min: 0 })
  ),
  ...Flags.hints,
  batch: Flags.toggle("batch", "read one question a line from standard input, print one explanation a line"),
  log: Flags.text("log", "FILE|-", "read a log of any size, - for standard input, and count its failures by cause"),
  top: Flags.text("top", "N", "how many causes of a log to show (default 10)"),
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
    "Reads a reply, a stack trace, a bounce, a transcript, a log, a report of Sonde or a JSON body and names the cause. Uses no network. A text that no rule knows is unknown, exit 75; nothing is guessed. The id of a cause alone shows its page."
  ),
  Command.withExamples([
    {
      command:
        "sonde explain \"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant\"",
      description: "A reply"
    },
    { command: "sonde explain greylisted", description: "The page of a cause" },
    { command: "journalctl -u app | tail -50 | sonde explain - --json", description: "From another program, as JSON" },
    { command: "sonde explain --log /var/log/mail.log", description: "A whole log: its failures, counted by cause" },
    { command: "sonde explain < bounce.eml", description: "A bounce, each recipient with its cause" },
    {
      command: "sonde explain --batch < questions.ndjson > answers.ndjson",
      description: "Many: {\"id\": \"1\", \"text\": \"...\"} a line, answered in order, exit 75 if any is unknown"
    }
  ])
)
