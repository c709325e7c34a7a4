import { assert, describe, it } from "@effect/vitest"
import * as Flags from "@sonde/cli/Flags"
import { wrapped } from "@sonde/cli/Usage"
import * as Effect from "effect/Effect"
import { sonde } from "./screen.ts"

/** Command lines that cannot be meant, and what their one sentence must name. */
const bad: ReadonlyArray<readonly [title: string, argv: ReadonlyArray<string>, names: RegExp]> = [
  ["no target", ["check"], /<target> is missing; see "sonde check --help"/],
  [
    "a flag with a typing error",
    ["check", "a@b.example", "--tiemout", "3s"],
    /no flag --tiemout, did you mean --timeout\?/
  ],
  ["a flag that is cut short", ["check", "a@b.example", "--trans"], /no flag --trans, did you mean --transcript\?/],
  ["a flag with too much", ["check", "a@b.example", "--secret-env", "X"], /did you mean --secret\?/],
  ["a flag of another command", ["serve", "--port", "1"], /no flag --port, did you mean --listen 127\.0\.0\.1:PORT\?/],
  ["one with a typing error", ["serve", "--prot", "1"], /no flag --prot, did you mean --listen 127\.0\.0\.1:PORT\?/],
  [
    "a flag of another tool with a typing error",
    ["check", "a@b.example", "--pasword", "x"],
    /did you mean --secret env/
  ],
  ...([
    ["check", "a@b.example", "--prot", "--port"],
    ["explain", "x", "--prot", "--port"],
    ["resume", "x", "--secrt", "--secret"],
    ["runs", "--jsn", "--json"],
    ["show", "x", "--transcrip", "--transcript"],
    ["forget", "x", "--stat", "--state"],
    ["token", "get", "--tenat", "--tenant"],
    ["token", "inspect", "--jsn", "--json"],
    ["packs", "list", "--jsno", "--json"],
    ["serve", "--lisen", "--listen"],
    ["serve", "tokens", "add", "--stat", "--state"],
    ["mcp", "--stat", "--state"],
    ["simulate", "microsoft-365", "--prot", "--port"],
    ["demo", "--colr", "--color"]
  ] as const).map((words) =>
    [
      `a mistyped flag of ${words[0]} ${words[1]}`,
      words.slice(0, -1),
      new RegExp(`did you mean ${words.at(-1)}\\?`)
    ] as const
  ),
  ["a flag of another tool", ["check", "a@b.example", "--server", "x"], /did you mean --host NAME\?/],
  [
    "a flag that the command has not, and for which it has none",
    ["token", "get", "a@b.example", "--password", "x"],
    /no flag --password; see "sonde token get --help"/
  ],
  [
    "a source where a way to a token is wanted",
    ["token", "get", "a@b.example", "--token", "env:T"],
    /--token takes a way to obtain one here: it takes device-code, .*"sonde token inspect" reads a token/
  ],
  ["an unknown command", ["chek", "a@b.example"], /no command "chek", did you mean check\?/],
  ["an unknown subcommand", ["packs", "lst"], /no command "lst", did you mean list\?/],
  [
    "a word that says not when versions are asked for",
    ["check", "a@b.example", "--tls-versions", "1.2"],
    /--tls-versions.*auto, always(?:,| or) never/
  ],
  ["two targets", ["check", "a@b.example", "c@d.example"], /an argument too many/],
  ["a word as target", ["check", "foo"], /"foo" is a single word/],
  ["an address without a domain", ["check", "a@"], /nothing after the @/],
  ["a port out of range", ["check", "a@b.example", "--port", "65536"], /--port takes a number from 1 to 65535/],
  ["a port that is no number", ["check", "a@b.example", "--port", "smtp"], /--port .*not "smtp"/],
  ["an unknown mechanism", ["check", "a@b.example", "--auth", "ntlm"], /--auth "ntlm": it is Microsoft's own/],
  ["an unknown phase", ["check", "a@b.example", "--until", "helo"], /--until does not know "helo"/],
  ["an unknown service", ["check", "a@b.example", "--only", "smtp"], /--only does not know "smtp"/],
  [
    "an unknown service among services",
    ["check", "a@b.example", "--skip", "pop"],
    /it takes .*token, mx, lmtp, posture, tls\n/
  ],
  [
    "a service that takes no token",
    ["token", "get", "a@b.example", "--for", "posture", "--token", "device-code"],
    /--for/
  ],
  [
    "an exchanger asked for a stranger",
    ["check", "a@b.example", "--only", "mx", "--to", "c@d.example"],
    /--to "c@d\.example" is not in b\.example/
  ],
  [
    "LMTP without a server",
    ["check", "a@b.example", "--only", "lmtp"],
    /--host is missing: name the server that speaks LMTP/
  ],
  [
    "a message for an exchanger",
    ["check", "a@b.example", "--only", "mx", "--deliver"],
    /--deliver does not go with mx/
  ],
  ["a wrong duration", ["check", "a@b.example", "--timeout", "soon"], /--timeout takes a duration, not "soon"/],
  ["no duration at all", ["check", "a@b.example", "--timeout", "0s"], /--timeout takes a duration/],
  ["a wrong mapping", ["check", "a@b.example", "--connect-to", "x:1"], /--connect-to "x:1" is no mapping/],
  ["a wrong sender", ["check", "a@b.example", "--from", "nobody"], /--from "nobody" is no mailbox/],
  ["a wrong recipient", ["check", "a@b.example", "--to", "a b"], /--to "a b" is no mailbox/],
  ["an unknown provider", ["check", "a@b.example", "--provider", "acme"], /--provider "acme" is no pack/],
  [
    "a cloud that nobody knows",
    ["check", "a@b.example", "--cloud", "mars"],
    /--cloud does not know "mars": it takes worldwide, gcc-high, dod, china\n/
  ],
  [
    "a cloud that the provider does not know",
    ["token", "get", "a@b.example", "--provider", "microsoft-365", "--token", "device-code", "--client-id", "x"].concat(
      "--cloud",
      "mars"
    ),
    /--cloud does not know "mars": it takes worldwide, gcc-high, dod, china\n/
  ],
  [
    "a cloud of a provider that has none",
    ["check", "a@b.example", "--provider", "gmail", "--cloud", "gcc-high"],
    /--cloud is not for Gmail.*, which has no separate clouds: leave it out/
  ],
  [
    "a cloud for a token that is read",
    ["token", "inspect", "env:T", "--cloud", "mars"],
    /--cloud does not know "mars"/
  ],
  ["an empty value", ["check", "a@b.example", "--user", ""], /--user was given and is empty/],
  ["a wrong colour", ["check", "a@b.example", "--color", "blue"], /--color takes auto, always, never, not "blue"/],
  [
    "a format of a later version",
    ["check", "a@b.example", "--format", "junit"],
    /junit is not available in this version/
  ],
  [
    "an unknown format",
    ["check", "a@b.example", "--format", "xml"],
    /no such format; there are pretty, json, ndjson, html/
  ],
  ["two formats", ["check", "a@b.example", "--json", "--events"], /json and events were both asked for/],
  ["quiet and transcript", ["check", "a@b.example", "--quiet", "--transcript"], /exclude each other/],
  ["a mechanism without a secret", ["check", "a@b.example", "--auth", "login"], /login needs a secret/],
  ["a message that is not sent", ["check", "a@b.example", "--message", "package.json"], /add --deliver/],
  [
    "a delivery by what only reads",
    ["check", "a@b.example", "--only", "imap", "--deliver"],
    /--deliver sends nothing: only imap is checked[^]*add smtp-submission to --only, or leave it out/
  ],
  ["a token that must be acquired", ["check", "a@b.example", "--token", "device-code"], /--client-id is missing/],
  ["both secrets from one pipe", ["check", "a@b.example", "--secret", "stdin", "--token", "stdin"], /cannot both come/],
  ["an empty source", ["check", "a@b.example", "--secret", "env:"], /env: names nothing/],
  ["a strange variable", ["check", "a@b.example", "--secret", "env:A B"], /not followed by the name of a variable/],
  ["standard input that is a terminal", ["check", "a@b.example", "--secret", "stdin"], /--secret prompt/],
  ["nothing to explain", ["explain"], /nothing to explain/],
  ["a wrong port to explain", ["explain", "535 no", "--port", "x"], /--port takes a number/],
  ["an unknown simulator", ["simulate", "acme"], /no simulator for "acme"[^]*there are microsoft-365 and gmail/],
  [
    "a port for the simulator",
    ["simulate", "microsoft-365", "--port", "70000"],
    /--port takes a number from 0 to 65535/
  ],
  ["a folder and a database", ["serve", "--state", "/x", "--database", "env:DB"], /--state and --database exclude/],
  ["a database that is no URL", ["serve", "--database", "db.example"], /write postgres:\/\/USER@HOST\/NAME, env:NAME/],
  [
    "a database of another kind",
    ["serve", "--database", "mysql://db.example/x"],
    /the URL of a PostgreSQL or the place/
  ],
  [
    "a mechanism of Microsoft",
    ["check", "a@b.example", "--auth", "NTLM"],
    /--auth "NTLM": it is Microsoft's own, .*does not speak it: it takes auto, plain/
  ],
  [
    "a mechanism of Kerberos",
    ["check", "a@b.example", "--auth", "gssapi"],
    /--auth "gssapi": it needs a Kerberos ticket and not a password; Sonde does not speak it/
  ],
  ["a mechanism that nobody knows", ["check", "a@b.example", "--auth", "magic"], /--auth does not know "magic"/],
  [
    "EXTERNAL without a certificate",
    ["check", "a@b.example", "--auth", "external"],
    /--auth external needs a client certificate: add --tls-certificate PATH/
  ],
  ["a key without a certificate", ["check", "a@b.example", "--tls-key", "env:K"], /--tls-key was given without its/],
  ["a database of a strange variable", ["serve", "--database", "env:A B"], /write --database env:DATABASE_URL/],
  ["a database of a terminal", ["serve", "--database", "prompt"], /env:NAME, file:PATH or cmd:COMMAND/]
]

/** Things that are not there. */
const gone: ReadonlyArray<readonly [title: string, argv: ReadonlyArray<string>, names: RegExp]> = [
  ["a variable", ["check", "a@b.example", "--secret", "env:SONDE_NO_SUCH"], /variable SONDE_NO_SUCH is not set/],
  [
    "a secret file",
    ["check", "a@b.example", "--secret", "file:/no/such"],
    /--secret: the file "\/no\/such" does not exist/
  ],
  [
    "a token file",
    ["check", "a@b.example", "--token", "file:/no/such"],
    /--token: the file "\/no\/such" does not exist/
  ],
  [
    "a client certificate",
    ["check", "a@b.example", "--tls-certificate", "/no/such"],
    /--tls-certificate: the file "\/no\/such" does not exist/
  ],
  [
    "a file without a client certificate",
    ["check", "a@b.example", "--tls-certificate", import.meta.filename],
    /--tls-certificate: the file .* holds no certificate that can be read: give a PEM file/
  ],
  ["trust anchors", ["check", "a@b.example", "--ca", "/no/such"], /--ca: the file "\/no\/such" does not exist/],
  ["a file without trust anchors", ["check", "a@b.example", "--ca", import.meta.filename], /holds no certificate/],
  [
    "a broken trust anchor",
    ["check", "a@b.example", "--ca", `${import.meta.dirname}/broken-certificate.pem`],
    /certificate 1 of the file .* is broken/
  ],
  ["a folder as trust anchors", ["check", "a@b.example", "--ca", "/"], /--ca: the file "\/" is a folder/],
  ["a pack", ["check", "a@b.example", "--pack", "/no/such"], /--pack: the file "\/no\/such" does not exist/],
  [
    "a folder of packs",
    ["check", "a@b.example", "--packs", "/no/such"],
    /--packs: the folder "\/no\/such" does not exist/
  ],
  ["a message", ["check", "a@b.example", "--deliver", "--message", "/no/such"], /--message: the file/],
  ["a run to resume", ["resume", "01ZZ", "--state", "/no/such"], /there is no run 01ZZ/],
  ["a run to show", ["show", "01ZZ", "--state", "/no/such"], /there is no run 01ZZ/],
  ["a run to forget", ["forget", "01ZZ", "--state", "/no/such"], /there is no run 01ZZ/],
  ["a pack to show", ["packs", "show", "acme"], /no pack "acme": there are .*microsoft-365/],
  ["a pack to lint", ["packs", "lint", "/no/such"], /the file "\/no\/such" does not exist/],
  ["a database URL", ["serve", "--database", "env:SONDE_NO_SUCH"], /--database: the variable SONDE_NO_SUCH is not set/],
  [
    "a database URL in a file",
    ["serve", "tokens", "list", "--database", "file:/no/such"],
    /--database: the file "\/no\/such" does not exist/
  ],
  [
    "a URL in the file of a database",
    ["serve", "--database", `file:${import.meta.dirname}/broken-certificate.pem`],
    /--database: what file: gives is no URL of a database: put postgres:/
  ],
  ["a world", ["simulate", "microsoft-365", "--world", "/no/such"], /--world: the file "\/no\/such" does not exist/]
]

const isOneSentence = (err: string) => {
  assert.match(err, /^sonde: [^\n]+\n$/)
  assert.notMatch(err, /\bundefined\b|\[object|Error:/)
}

describe("bad usage", () => {
  for (const [title, argv, names] of bad) {
    it.live(`is one sentence with status 64: ${title}`, () =>
      Effect.gen(function*() {
        const { code, err, out } = yield* sonde(argv)
        assert.strictEqual(code, 64)
        assert.strictEqual(out, "")
        isOneSentence(err)
        assert.match(err, names)
      }))
  }
})

describe("sonde token get", () => {
  const option = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  const own = new Set(Object.keys({ ...Flags.obtain, ...Flags.places }).map(option))
  const others = Object.keys({ ...Flags.check, ...Flags.secrets, ...Flags.view }).map(option)
    .filter((name) => !own.has(name) && name !== "--json" && name !== "--exit-codes")

  for (const name of others) {
    it.live(`has no flag ${name}`, () =>
      Effect.gen(function*() {
        const { code, err } = yield* sonde(["token", "get", "a@b.example", name, "x"])
        assert.strictEqual(code, 64)
        assert.match(err, new RegExp(`^sonde: there is no flag ${name}[,;]`))
      }))
  }
})

describe("what is missing", () => {
  for (const [title, argv, names] of gone) {
    it.live(`is one sentence with status 66: ${title}`, () =>
      Effect.gen(function*() {
        const { code, err, out } = yield* sonde(argv)
        assert.strictEqual(code, 66)
        assert.strictEqual(out, "")
        isOneSentence(err)
        assert.match(err, names)
      }))
  }
})

describe("a secret on the command line", () => {
  const canary = "hunter2-canary"
  const lines: ReadonlyArray<ReadonlyArray<string>> = [
    ["check", "a@b.example", "--secret", canary],
    ["check", "a@b.example", "--secret", `pass:${canary}`],
    ["check", "a@b.example", "--secret", `${canary}:${canary}`],
    ["check", "a@b.example", "--token", canary],
    ["check", "a@b.example", `--password=${canary}`],
    ["check", "a@b.example", "--password", canary],
    ["check", "a@b.example", "--secret", "env:PW", canary],
    ["check", "a@b.example", "--secret", canary, "--secret", canary],
    ["check", "a@b.example", "--secret", `env:${canary}`],
    ["resume", "01JDK7", "--secret", canary],
    ["resume", "01JDK7", "--token", canary],
    ["serve", "--database", `postgres://sonde:${canary}@db.example/sonde`],
    ["serve", "--database", `postgresql://sonde@db.example/sonde?password=${canary}`],
    ["serve", "--database", `postgres://sonde:${canary}/x@db.example/sonde`],
    ["serve", "--database", canary],
    ["serve", "tokens", "list", "--database", `postgres://sonde:${canary}@db.example/sonde`]
  ]
  for (const argv of lines) {
    it.live(`is refused and not repeated: ${argv.join(" ").replaceAll(canary, "…")}`, () =>
      Effect.gen(function*() {
        const { code, err, out } = yield* sonde(argv)
        assert.strictEqual(code, 64)
        assert.strictEqual(out, "")
        isOneSentence(err)
        assert.notInclude(err, canary)
      }))
  }
})

describe("help", () => {
  it("is wrapped to the width, under its column, and keeps commands whole", () => {
    const flag = "  --state DIR    where runs are kept, which is a folder of this machine by default"
    const command = "  sonde check someone@example.com --secret env:NAME --until auth --json --quiet"
    assert.deepStrictEqual(wrapped(`FLAGS\n${flag}\nEXAMPLES\n${command}`, 50).split("\n"), [
      "FLAGS",
      "  --state DIR    where runs are kept, which is a",
      "                 folder of this machine by default",
      "EXAMPLES",
      command
    ])
  })

  const commands = ["check", "explain", "resume", "runs", "show", "forget", "simulate", "demo"]
  for (
    const command of [
      ...commands,
      "packs list",
      "packs show",
      "packs lint",
      "packs test",
      "packs new",
      "packs explain",
      "packs schema",
      "packs causes"
    ]
  ) {
    it.live(`has examples for ${command}`, () =>
      Effect.gen(function*() {
        const { code, err } = yield* sonde([...command.split(" "), "--help"])
        assert.strictEqual(code, 0)
        assert.strictEqual(err, "")
      }))
  }
})
