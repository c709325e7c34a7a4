/**
 * What an embedding application imports.
 *
 * @since 0.1.0
 */
export type { Discovery } from "@sonde/domain/Discovery"
export * as Errors from "@sonde/domain/Errors"
export type { Event } from "@sonde/domain/Event"
export type { Explanation, Hints } from "@sonde/domain/Explanation"
export type { FindFacts } from "@sonde/domain/FindFacts"
export type { CheckOptions, Secrets } from "@sonde/domain/Options"
export type { Report } from "@sonde/domain/Report"
export type { Verdict } from "@sonde/domain/Verdict"
export * as AddressPolicy from "@sonde/net/AddressPolicy"
export * as Net from "@sonde/net/Net"
export * as Inspect from "@sonde/pipeline/Inspect"
export { JournalStore } from "@sonde/pipeline/JournalStore"
export type { TokenFailure } from "@sonde/pipeline/Obtain"
export { OptionsError } from "@sonde/pipeline/Options"
export type { MailboxFacts } from "@sonde/pipeline/recipes/Mailbox"
export type { SubmissionFacts } from "@sonde/pipeline/recipes/Submission"
export type { TokenOutcome } from "@sonde/pipeline/recipes/Token"
export type { MailboxFailure, SubmissionFailure } from "@sonde/pipeline/Submit"
export { type Check, type DiscoverOptions, type OpenRun, type RunPage, type RunSummary, Sonde } from "./Sonde.ts"
