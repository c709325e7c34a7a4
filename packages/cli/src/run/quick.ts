/** `sonde explain` as this process, without the command tree. */
import * as Process from "../Process.ts"
import { type Input, run } from "./explain.ts"

/** Runs this process. */
export const explain = (input: Input): void => Process.main(Process.status(run(input)))
