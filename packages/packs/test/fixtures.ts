/** Small packs for tests; nothing of a real provider. */
import * as Pack from "@sonde/packs/Pack"
import * as Result from "effect/Result"

export const rule = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  when: { text: "words of " + id },
  cause: "policy_rejected",
  confidence: "certain",
  actor: "user",
  title: id,
  explanation: "Because.",
  remedies: [{ kind: "look", text: "Look." }],
  sources: [],
  ...more
})

const packData = (more: Record<string, unknown> = {}) => ({
  id: "acme",
  name: "Acme Mail",
  kind: "provider",
  version: "2026.11.1",
  reviewBy: "2027-05-01",
  ...more
})

export const pack = (more: Record<string, unknown> = {}): Pack.Pack =>
  Result.getOrThrowWith(Pack.decode(packData(more)), (error) => new Error(error.message))
