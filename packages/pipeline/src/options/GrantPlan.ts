/**
 * The way to a token that options and secrets ask for, checked before anything is dialled.
 *
 * @since 0.1.0
 */
import type { CheckOptions, GrantKind, Secrets } from "@sonde/domain/Options"
import { redirectOf } from "@sonde/phases/Browser"
import type { ClientProof } from "@sonde/phases/Grant"
import { placeOf } from "@sonde/phases/HttpAsk"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { fail, OptionsError } from "../OptionsError.ts"

/**
 * A way to a token that holds together, before the knowledge has said what to ask for. `user` is whom to sign in as with it;
 * `clientId` is empty for a service account, whose key file names it.
 *
 * @category models
 * @since 0.1.0
 */
export interface GrantPlan {
  readonly kind: GrantKind
  readonly clientId: string
  readonly proof: ClientProof | undefined
  readonly refreshToken: Redacted.Redacted<string> | undefined
  readonly serviceAccount: Redacted.Redacted<string> | undefined
  readonly user: string
}

/** What proves a client: the flag of each, as it is typed, and what comes of it. */
const proofs = [
  ["--client-secret", ({ clientSecret: secret }) => secret && { kind: "secret", secret }],
  ["--client-certificate", ({ clientCertificate: pem }) => pem && { kind: "certificate", pem }],
  ["--client-assertion", ({ clientAssertion: assertion }) => assertion && { kind: "assertion", assertion }]
] as const satisfies ReadonlyArray<readonly [string, (secrets: Secrets) => ClientProof | undefined]>

const proofOf = (
  kind: GrantKind,
  secrets: Secrets
): Result.Result<ClientProof | undefined, OptionsError> => {
  const [first, second] = proofs.flatMap(([option, of]) => {
    const proof = of(secrets)
    return proof === undefined ? [] : [{ option, proof }]
  })
  if (first !== undefined && second !== undefined) {
    return fail(second.option, `and ${first.option} were both given`, "give the one that the application uses")
  }
  if (kind === "client-credentials" && first === undefined) {
    return fail(
      "--client-secret",
      "is missing",
      "add --client-secret env:NAME, --client-certificate PATH, or --client-assertion SOURCE"
    )
  }
  if (kind === "device-code" && first !== undefined) {
    return fail(first.option, "does not go with --token device-code", "leave it out: a device keeps no secret")
  }
  return kind === "service-account" && first !== undefined
    ? fail(first.option, "does not go with --token service-account", "leave it out: the key file proves the account")
    : Result.succeed(first?.proof)
}

/** The options of a browser hold together with the others. */
const browserProblem = (
  kind: GrantKind,
  { authorizationEndpoint, redirectUri, tokenEndpoint }: CheckOptions
): OptionsError | undefined => {
  const problem = (option: string, text: string, remedy: string) => new OptionsError({ option, problem: text, remedy })
  for (
    const [option, value] of [["--authorization-endpoint", authorizationEndpoint], [
      "--redirect-uri",
      redirectUri
    ]] as const
  ) {
    if (value !== undefined && kind !== "authorization-code") {
      return problem(option, `does not go with --token ${kind}`, "leave it out, or use --token authorization-code")
    }
  }
  if (authorizationEndpoint !== undefined && placeOf(authorizationEndpoint) === undefined) {
    return problem(
      "--authorization-endpoint",
      `${JSON.stringify(authorizationEndpoint)} cannot be used`,
      "write an URL that begins with https://"
    )
  }
  if (redirectUri !== undefined && redirectOf(redirectUri) === undefined) {
    return problem(
      "--redirect-uri",
      `${JSON.stringify(redirectUri)} is no address that a browser on this machine can come back to`,
      "write http://localhost or http://127.0.0.1, with port and path as they are registered, such as http://localhost/callback"
    )
  }
  return kind === "authorization-code" && (tokenEndpoint === undefined) !== (authorizationEndpoint === undefined)
    ? problem(
      tokenEndpoint === undefined ? "--token-endpoint" : "--authorization-endpoint",
      "is missing",
      "both are of one issuer: give both of them, or neither and name the provider with --provider"
    )
    : undefined
}

/**
 * Checks what a token is to be obtained with; `undefined` where none is.
 *
 * @category parsing
 * @since 0.1.0
 */
export const grantOf = (
  options: CheckOptions,
  secrets: Secrets,
  mailbox: string | undefined
): Result.Result<GrantPlan | undefined, OptionsError> =>
  Result.gen(function*() {
    const { authorizationEndpoint, clientId, grant: kind, redirectUri, tokenEndpoint } = options
    const { refreshToken, serviceAccount } = secrets
    if (kind === undefined) {
      const idle = [
        ["--client-id", clientId],
        ["--token-endpoint", tokenEndpoint],
        ["--authorization-endpoint", authorizationEndpoint],
        ["--redirect-uri", redirectUri],
        ...proofs.map(([option, of]) => [option, of(secrets)] as const),
        ["--refresh-token", refreshToken],
        ["--service-account", serviceAccount]
      ].find(([, value]) => value !== undefined)
      return idle === undefined
        ? undefined
        : yield* fail(
          String(idle[0]),
          "was given and no token is to be obtained",
          "add --token client-credentials, for instance"
        )
    }
    if (options.auth === "external") {
      return yield* fail(
        "--auth",
        `external does not take a token`,
        "leave out --token, or name xoauth2 or oauthbearer"
      )
    }
    if (secrets.token !== undefined || secrets.secret !== undefined) {
      return yield* fail("--token", `${kind} and another secret were both given`, "give the one that this sign-in uses")
    }
    if (clientId === undefined && kind !== "service-account") {
      return yield* fail(
        "--client-id",
        "is missing",
        `--token ${kind} needs the id of the application, such as --client-id ID`
      )
    }
    if (tokenEndpoint !== undefined && placeOf(tokenEndpoint) === undefined) {
      return yield* fail(
        "--token-endpoint",
        `${JSON.stringify(tokenEndpoint)} cannot be used`,
        "write an URL that begins with https://"
      )
    }
    if (kind === "device-code" && tokenEndpoint !== undefined) {
      return yield* fail(
        "--token-endpoint",
        "does not say where device codes come from",
        "name the provider with --provider"
      )
    }
    const problem = browserProblem(kind, options)
    if (problem !== undefined) return yield* Result.fail(problem)
    const proof = yield* proofOf(kind, secrets)
    if (kind === "service-account" && serviceAccount === undefined) {
      return yield* fail("--service-account", "is missing", "add --service-account PATH, the JSON key file")
    }
    if (kind !== "service-account" && serviceAccount !== undefined) {
      return yield* fail(
        "--service-account",
        `does not go with --token ${kind}`,
        "leave it out, or use --token service-account"
      )
    }
    if (kind === "refresh-token" && refreshToken === undefined) {
      return yield* fail("--refresh-token", "is missing", "add --refresh-token env:NAME")
    }
    if (kind !== "refresh-token" && refreshToken !== undefined) {
      return yield* fail(
        "--refresh-token",
        `does not go with --token ${kind}`,
        "leave it out, or use --token refresh-token"
      )
    }
    const user = options.user ?? mailbox
    if (user !== undefined && /\p{Cc}/u.test(user)) {
      return yield* fail("--user", "has control characters in it", "write it as person@example.com")
    }
    return user === undefined
      ? yield* fail("--user", "is missing", "name the account to sign in as, such as --user person@example.com")
      : { kind, clientId: clientId ?? "", proof, refreshToken, serviceAccount, user }
  })
