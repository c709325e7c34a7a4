/**
 * What the checks of a domain's posture establish: records as published, what they say, and what the servers behind them showed.
 *
 * Plain data that may stand in a journal, and no judgement: findings are made of these facts alone. A question that was not
 * answered is a fact too, with `state` `failed`; it says nothing about the domain.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { TlsReason } from "./Certificate.ts"

const strings = Schema.Array(Schema.String)

/**
 * How a question to the DNS went. `reason` is that of a failure, or tells a name that does not exist from one without such
 * records; `authentic` is the resolver's word that DNSSEC proves the answer (RFC 4035 section 3.2.3).
 *
 * @category models
 * @since 0.1.0
 */
export const Lookup = Schema.Struct({
  state: Schema.Literals(["found", "absent", "failed"]),
  reason: Schema.optionalKey(Schema.String),
  authentic: Schema.Boolean
}).annotate({ identifier: "Lookup" })
/** @category models @since 0.1.0 */
export interface Lookup extends Schema.Schema.Type<typeof Lookup> {}

/**
 * What a mail exchanger showed on port 25. `reason` tells why it was not reached; `conditions` is what is wrong with its
 * certificate for its own name; `digests` are SHA-256 and SHA-512 of each certificate of its chain and of its public key, leaf
 * first, in lower-case hex; `names` and `notAfter` are the leaf's.
 *
 * @category models
 * @since 0.1.0
 */
export const LiveMx = Schema.Struct({
  state: Schema.Literals(["encrypted", "no_starttls", "failed", "not_reached"]),
  reason: Schema.optionalKey(Schema.String),
  protocol: Schema.optionalKey(Schema.String),
  conditions: Schema.optionalKey(Schema.Array(TlsReason)),
  names: Schema.optionalKey(strings),
  notAfter: Schema.optionalKey(Schema.String),
  digests: Schema.optionalKey(Schema.Array(Schema.Struct({
    certificate256: Schema.String,
    certificate512: Schema.String,
    key256: Schema.String,
    key512: Schema.String
  })))
}).annotate({ identifier: "LiveMx" })
/** @category models @since 0.1.0 */
export interface LiveMx extends Schema.Schema.Type<typeof LiveMx> {}

/**
 * The names of an address, and whether one of them has that address. `exchange` is the exchanger it belongs to; without one it is
 * the address that would send.
 *
 * @category models
 * @since 0.1.0
 */
export const Reverse = Schema.Struct({
  address: Schema.String,
  exchange: Schema.optionalKey(Schema.String),
  lookup: Lookup,
  names: strings,
  confirmed: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Reverse" })
/** @category models @since 0.1.0 */
export interface Reverse extends Schema.Schema.Type<typeof Reverse> {}

/**
 * Where the domain's mail goes. `exchangers` are in the order in which they are tried; with `implicit` the domain has no MX record and
 * is its own exchanger (RFC 5321 section 5.1). `validates` tells whether the resolver proves anything at all by DNSSEC.
 *
 * @category models
 * @since 0.1.0
 */
export const MxFacts = Schema.Struct({
  domain: Schema.String,
  lookup: Lookup,
  validates: Schema.Boolean,
  implicit: Schema.Boolean,
  nullMx: Schema.Boolean,
  exchangers: Schema.Array(Schema.Struct({
    exchange: Schema.String,
    preference: Schema.Int,
    alias: Schema.optionalKey(Schema.String),
    lookup: Lookup,
    addresses: strings,
    live: Schema.optionalKey(LiveMx)
  })),
  reverse: Schema.Array(Reverse)
}).annotate({ identifier: "MxFacts" })
/** @category models @since 0.1.0 */
export interface MxFacts extends Schema.Schema.Type<typeof MxFacts> {}

/**
 * A term of an SPF record that leads to another record. `depth` is 1 for those of the domain's own record.
 *
 * @category models
 * @since 0.1.0
 */
export const SpfBranch = Schema.Struct({
  domain: Schema.String,
  by: Schema.Literals(["include", "redirect"]),
  depth: Schema.Int,
  record: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "SpfBranch" })
/** @category models @since 0.1.0 */
export interface SpfBranch extends Schema.Schema.Type<typeof SpfBranch> {}

/**
 * SPF (RFC 7208). `lookups` and `voidLookups` count the whole tree, the worst that a sender can cause; `ending` is the qualifier of `all`
 * in the record that decides, or `none`. `problems` stop the evaluation, the first one met first. `sender` is the
 * evaluation for the address that would send, where one was given.
 *
 * @category models
 * @since 0.1.0
 */
export const SpfFacts = Schema.Struct({
  domain: Schema.String,
  lookup: Lookup,
  records: strings,
  lookups: Schema.Int,
  voidLookups: Schema.Int,
  ending: Schema.Literals(["+", "-", "~", "?", "none"]),
  usesPtr: Schema.Boolean,
  branches: Schema.Array(SpfBranch),
  problems: Schema.Array(Schema.Struct({
    kind: Schema.Literals(["syntax", "multiple", "missing", "loop", "unanswered"]),
    domain: Schema.String,
    text: Schema.String
  })),
  sender: Schema.optionalKey(Schema.Struct({
    address: Schema.String,
    from: Schema.String,
    result: Schema.Literals(["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"]),
    domain: Schema.String,
    matched: Schema.optionalKey(Schema.String),
    problem: Schema.optionalKey(Schema.String),
    explanation: Schema.optionalKey(Schema.String)
  }))
}).annotate({ identifier: "SpfFacts" })
/** @category models @since 0.1.0 */
export interface SpfFacts extends Schema.Schema.Type<typeof SpfFacts> {}

/**
 * What a DKIM key record says (RFC 6376 section 3.6.1). `bits` is the length of an RSA modulus; `hashes` and `services` are empty where
 * the record leaves them open.
 *
 * @category models
 * @since 0.1.0
 */
export const DkimKey = Schema.Struct({
  type: Schema.String,
  bits: Schema.optionalKey(Schema.Int),
  hashes: strings,
  services: strings,
  testing: Schema.Boolean,
  strict: Schema.Boolean,
  revoked: Schema.Boolean
}).annotate({ identifier: "DkimKey" })
/** @category models @since 0.1.0 */
export interface DkimKey extends Schema.Schema.Type<typeof DkimKey> {}

/**
 * The selectors that were asked for, and their keys. `source` tells who named a selector: the caller, or a pack whose provider the
 * domain uses. A selector nobody named is not known, and that is no proof that there is no key.
 *
 * @category models
 * @since 0.1.0
 */
export const DkimFacts = Schema.Struct({
  domain: Schema.String,
  selectors: Schema.Array(Schema.Struct({
    selector: Schema.String,
    source: Schema.Literals(["option", "pack"]),
    provider: Schema.optionalKey(Schema.String),
    name: Schema.String,
    alias: Schema.optionalKey(Schema.String),
    lookup: Lookup,
    records: strings,
    key: Schema.optionalKey(DkimKey),
    problem: Schema.optionalKey(Schema.String)
  }))
}).annotate({ identifier: "DkimFacts" })
/** @category models @since 0.1.0 */
export interface DkimFacts extends Schema.Schema.Type<typeof DkimFacts> {}

const Preference = Schema.Literals(["none", "quarantine", "reject"])

/**
 * DMARC (RFC 9989). `asked` are the names of the tree walk in order; `record` is the one that applies, found at `at`; `organizational`
 * is the organizational domain; `policy` is what the record asks for the domain, by the tag that says it. `notes` are the
 * tags that are ignored, with why. `reports` tells of each place for reports outside the organization whether it agrees
 * (`undefined` where that was not answered). `spfAligned` is whether the domain of the sender's address is aligned with this one.
 *
 * @category models
 * @since 0.1.0
 */
export const DmarcFacts = Schema.Struct({
  domain: Schema.String,
  asked: Schema.Array(Schema.Struct({ name: Schema.String, lookup: Lookup, records: strings })),
  organizational: Schema.String,
  exists: Schema.optionalKey(Schema.Boolean),
  record: Schema.optionalKey(Schema.Struct({
    at: Schema.String,
    text: Schema.String,
    p: Schema.optionalKey(Preference),
    sp: Schema.optionalKey(Preference),
    np: Schema.optionalKey(Preference),
    psd: Schema.Literals(["y", "n", "u"]),
    testing: Schema.Boolean,
    percent: Schema.optionalKey(Schema.Int),
    adkim: Schema.Literals(["r", "s"]),
    aspf: Schema.Literals(["r", "s"]),
    rua: strings,
    ruf: strings,
    notes: strings
  })),
  policy: Schema.optionalKey(Schema.Struct({ asks: Preference, tag: Schema.Literals(["p", "sp", "np"]) })),
  reports: Schema.Array(Schema.Struct({
    domain: Schema.String,
    name: Schema.String,
    agrees: Schema.optionalKey(Schema.Boolean)
  })),
  spfDomain: Schema.optionalKey(Schema.String),
  spfAligned: Schema.optionalKey(Schema.Boolean)
}).annotate({ identifier: "DmarcFacts" })
/** @category models @since 0.1.0 */
export interface DmarcFacts extends Schema.Schema.Type<typeof DmarcFacts> {}

/**
 * MTA-STS (RFC 8461): the record, and the policy as it was fetched. `fetch` tells how that went; `policy` is there when it could be
 * read. `patterns` are the names that exchangers may have.
 *
 * @category models
 * @since 0.1.0
 */
export const MtaStsFacts = Schema.Struct({
  domain: Schema.String,
  lookup: Lookup,
  records: strings,
  id: Schema.optionalKey(Schema.String),
  problem: Schema.optionalKey(Schema.String),
  fetch: Schema.optionalKey(Schema.Struct({
    url: Schema.String,
    state: Schema.Literals(["answered", "untrusted", "unanswered"]),
    status: Schema.optionalKey(Schema.Int),
    contentType: Schema.optionalKey(Schema.String),
    reason: Schema.optionalKey(Schema.String),
    conditions: Schema.optionalKey(Schema.Array(TlsReason))
  })),
  policy: Schema.optionalKey(Schema.Struct({
    mode: Schema.Literals(["enforce", "testing", "none"]),
    maxAgeSeconds: Schema.Int,
    patterns: strings
  })),
  policyProblem: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "MtaStsFacts" })
/** @category models @since 0.1.0 */
export interface MtaStsFacts extends Schema.Schema.Type<typeof MtaStsFacts> {}

/**
 * TLS reporting (RFC 8460): where reports go.
 *
 * @category models
 * @since 0.1.0
 */
export const TlsRptFacts = Schema.Struct({
  domain: Schema.String,
  lookup: Lookup,
  records: strings,
  places: strings,
  problem: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "TlsRptFacts" })
/** @category models @since 0.1.0 */
export interface TlsRptFacts extends Schema.Schema.Type<typeof TlsRptFacts> {}

/**
 * DANE for SMTP (RFC 7672): the TLSA records of each exchanger. `usable` is false for those that a sender ignores (RFC 7672 section
 * 3.1.3); `matches` is whether one agrees with what the server presented, absent where it was not reached.
 *
 * @category models
 * @since 0.1.0
 */
export const DaneFacts = Schema.Struct({
  domain: Schema.String,
  validates: Schema.Boolean,
  mxAuthentic: Schema.Boolean,
  exchangers: Schema.Array(Schema.Struct({
    exchange: Schema.String,
    name: Schema.String,
    lookup: Lookup,
    reached: Schema.Boolean,
    starttls: Schema.optionalKey(Schema.Boolean),
    records: Schema.Array(Schema.Struct({
      usage: Schema.Int,
      selector: Schema.Int,
      matching: Schema.Int,
      data: Schema.String,
      usable: Schema.Boolean,
      matches: Schema.optionalKey(Schema.Boolean)
    })),
    wanted: Schema.optionalKey(Schema.String)
  }))
}).annotate({ identifier: "DaneFacts" })
/** @category models @since 0.1.0 */
export interface DaneFacts extends Schema.Schema.Type<typeof DaneFacts> {}

/**
 * BIMI: where the logo and its certificate are said to be. `declined` is a record that says the domain takes no part.
 *
 * @category models
 * @since 0.1.0
 */
export const BimiFacts = Schema.Struct({
  domain: Schema.String,
  lookup: Lookup,
  records: strings,
  declined: Schema.Boolean,
  logo: Schema.optionalKey(Schema.String),
  authority: Schema.optionalKey(Schema.String),
  enforced: Schema.optionalKey(Schema.Boolean),
  problem: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "BimiFacts" })
/** @category models @since 0.1.0 */
export interface BimiFacts extends Schema.Schema.Type<typeof BimiFacts> {}

/**
 * What receivers require of whoever sends much, from packs. `met` is absent where it cannot be told from the DNS and the servers.
 *
 * @category models
 * @since 0.1.0
 */
export const BulkFacts = Schema.Struct({
  domain: Schema.String,
  receivers: Schema.Array(Schema.Struct({
    pack: Schema.String,
    name: Schema.String,
    perDay: Schema.optionalKey(Schema.Int),
    asOf: Schema.String,
    source: Schema.String,
    rules: Schema.Array(Schema.Struct({
      requirement: Schema.String,
      met: Schema.optionalKey(Schema.Boolean)
    }))
  }))
}).annotate({ identifier: "BulkFacts" })
/** @category models @since 0.1.0 */
export interface BulkFacts extends Schema.Schema.Type<typeof BulkFacts> {}
