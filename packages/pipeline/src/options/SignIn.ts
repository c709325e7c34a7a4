/**
 * What a run signs in with, where options and secrets give it: a password, a token, or a client certificate.
 *
 * @since 0.1.0
 */
import type { CheckOptions, Secrets } from "@sonde/domain/Options"
import { problemOf } from "@sonde/phases/Begin"
import type { Credential } from "@sonde/phases/Credential"
import * as Result from "effect/Result"
import { fail, type OptionsError } from "../OptionsError.ts"

/** EXTERNAL: the certificate says who it is, and `--user` at most as whom to act (RFC 4422 appendix A). */
const byCertificate = (options: CheckOptions, secrets: Secrets): Result.Result<Credential, OptionsError> => {
  const { secret, tlsCertificate, tlsKey = tlsCertificate, token } = secrets
  if (tlsKey === undefined) {
    return fail(
      "--auth",
      "external needs a client certificate",
      "add --tls-certificate PATH, and --tls-key if it is apart"
    )
  }
  if (secret !== undefined || token !== undefined) {
    return fail(
      secret === undefined ? "--token" : "--secret",
      "does not go with --auth external",
      "leave it out: the certificate signs in"
    )
  }
  const credential: Credential = {
    kind: "certificate",
    user: options.user ?? "",
    secret: tlsKey,
    mechanism: "external"
  }
  const problem = problemOf(credential)
  return problem === undefined
    ? Result.succeed(credential)
    : fail("--user", `cannot be used: ${problem.message}`, "write it as person@example.com")
}

/**
 * The credential of a run, or `undefined` where none is given.
 *
 * @category parsing
 * @since 0.1.0
 */
export const credentialOf = (
  options: CheckOptions,
  secrets: Secrets,
  mailbox: string | undefined
): Result.Result<Credential | undefined, OptionsError> => {
  const secret = secrets.token ?? secrets.secret
  const mechanism = options.auth ?? "auto"
  if (secrets.tlsKey !== undefined && secrets.tlsCertificate === undefined) {
    return fail("--tls-key", "was given without its certificate", "add --tls-certificate PATH")
  }
  if (mechanism === "external") return byCertificate(options, secrets)
  if (secrets.token !== undefined && secrets.secret !== undefined) {
    return fail("--token", "and --secret were both given", "give the one that this sign-in uses")
  }
  if (secret === undefined) {
    return options.auth === undefined || options.auth === "auto"
      ? Result.succeed(undefined)
      : fail("--auth", `${options.auth} needs a secret`, "add --secret env:NAME, or --token env:NAME for a token")
  }
  const kind = secrets.token === undefined ? "password" as const : "token" as const
  const tokenMechanism = mechanism === "xoauth2" || mechanism === "oauthbearer"
  if (mechanism !== "auto" && tokenMechanism !== (kind === "token")) {
    return fail(
      "--auth",
      `${mechanism} does not take a ${kind}`,
      tokenMechanism ? "give the token with --token env:NAME" : "give the password with --secret env:NAME"
    )
  }
  const user = options.user ?? mailbox
  if (user === undefined) {
    return fail("--user", "is missing", "name the account to sign in as, such as --user person@example.com")
  }
  const credential: Credential = { kind, user, secret, mechanism }
  const problem = problemOf(credential)
  return problem === undefined
    ? Result.succeed(credential)
    : fail(kind === "token" ? "--token" : "--secret", `cannot be used: ${problem.message}`, "check where it comes from")
}
