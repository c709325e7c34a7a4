import { assert, describe, it } from "@effect/vitest"
import { TlsReason } from "@sonde/domain/Certificate"
import { errors, type ErrorTag, phasesOf } from "@sonde/domain/Errors"
import type { PhaseId } from "@sonde/domain/Service"
import * as Knowledge from "@sonde/packs/Knowledge"
import { match, type Seen } from "@sonde/packs/Match"
import { Packs } from "@sonde/packs/Packs"
import * as Effect from "effect/Effect"

// Contract section 2: the reasons of each tag.
const reasons: { readonly [T in ErrorTag]?: ReadonlyArray<string> } = {
  ResolveError: ["NoSuchName", "NoRecords", "ServerFailure", "Refused", "Timeout", "BadName", "NullMx"],
  ConnectError: ["Refused", "Timeout", "Unreachable", "Reset", "AddressDenied"],
  GreetingError: ["Rejected", "Silent", "NotThisProtocol", "TlsExpected"],
  ProtocolError: [
    "MalformedReply",
    "ReplyTooLong",
    "LineTooLong",
    "CodeChanged",
    "UnexpectedData",
    "UnexpectedReply",
    "Injection",
    "PreAuth",
    "BadChallenge",
    "UnprovenServer"
  ],
  StartTlsError: ["NotOffered", "Refused", "Stripped", "Injection"],
  TlsError: TlsReason.literals,
  AuthUnavailable: ["NotOffered", "NoCommonMechanism", "OnlyInClear"],
  ConnectionLost: ["Closed", "Reset"]
}

const tags = Object.keys(errors).filter((tag): tag is ErrorTag => tag in phasesOf)

describe("the generic pack", () => {
  it.effect.each(tags)("has a verdict for every reason of %s in every phase", (error) =>
    Effect.gen(function*() {
      const packs = yield* Packs
      const generic = yield* packs.get("generic")
      assert.isDefined(generic)
      const knowledge = Knowledge.make(generic === undefined ? [] : [generic])
      const phases: ReadonlyArray<PhaseId> = phasesOf[error]
      for (const phase of phases) {
        for (const reason of reasons[error] ?? [undefined]) {
          const seen: Seen = {
            text: "",
            error,
            phase,
            reason,
            service: "smtp-submission",
            port: 587,
            security: "starttls"
          }
          assert.isAbove(match(knowledge, seen).length, 0, `${error} ${reason ?? ""} in ${phase}`)
        }
      }
    }).pipe(Effect.provide(Packs.layer)))
})
