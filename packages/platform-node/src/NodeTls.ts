/**
 * TLS handshakes with `node:tls`, where the verdict on the certificates is separate from the handshake.
 *
 * The handshake accepts any certificate, so that everything that is wrong can be told and not only the first thing. It sends no
 * secret: what may be said over a connection that did not verify is decided by the phases. Certificates are judged in
 * `NodeCertificates.ts`; why a chain is not trusted in `NodeChain.ts`, and revocation in `NodeRevocation.ts`, both of which load
 * only where they are needed. Sessions are never resumed, since a resumed handshake shows no certificate.
 *
 * @since 0.1.0
 */
import { type Revocation, type TlsNote, worstFirst } from "@sonde/domain/Certificate"
import type { Identity } from "@sonde/net/ClientIdentity"
import * as IpAddress from "@sonde/net/IpAddress"
import type { BindingType, Handshake, HandshakeOptions, Retrieve, TlsVersion } from "@sonde/net/Session"
import { HandshakeFailed } from "@sonde/net/Session"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createHash, X509Certificate } from "node:crypto"
import type { Socket } from "node:net"
import * as Tls from "node:tls"
import { domainToASCII } from "node:url"
import * as NodeCertificates from "./NodeCertificates.ts"
import { codeOf } from "./NodeCodes.ts"
import * as NodeTlsCodes from "./NodeTlsCodes.ts"

/**
 * What is trusted: the roots of the runtime and the extra anchors of a profile. `anchors` is read when a chain did not verify.
 *
 * @category models
 * @since 0.1.0
 */
export interface TrustProfile {
  readonly context: Tls.SecureContext
  readonly anchors: () => NodeCertificates.Anchors
}

/**
 * Most trust profiles kept. A service that is given another `ca` with every run must not keep them all.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxProfiles = 32

const profiles = new Map<string, TrustProfile>()
const identities = new WeakMap<Identity, Map<string, TrustProfile>>()

const pemBlock = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g

const lazy = <A>(make: () => A): () => A => {
  let made: { readonly value: A } | undefined = undefined
  return () => (made ??= { value: make() }).value
}

const runtimeRoots = (): ReadonlyArray<string> =>
  // Newer than the oldest Node we run on, and the only way to know what NODE_EXTRA_CA_CERTS or the system's store added.
  typeof Tls.getCACertificates === "function" ? Tls.getCACertificates("default") : Tls.rootCertificates

const runtimeAnchors = lazy(() => NodeCertificates.anchors(runtimeRoots().map((pem) => new X509Certificate(pem))))

const makeProfile = (ca: string | undefined, identity?: Identity): TrustProfile => {
  const own = identity === undefined
    ? {}
    : { cert: Redacted.value(identity.certificate), key: Redacted.value(identity.key) }
  if (ca === undefined) return { context: Tls.createSecureContext(own), anchors: runtimeAnchors }
  const extra = ca.match(pemBlock) ?? []
  return {
    context: Tls.createSecureContext({ ...own, ca: [...runtimeRoots(), ...extra] }),
    anchors: lazy(() =>
      NodeCertificates.join(runtimeAnchors(), NodeCertificates.anchors(extra.map((pem) => new X509Certificate(pem))))
    )
  }
}

/**
 * The profile that adds the PEM certificates in `ca` to the roots of the runtime, made once and then shared: a context for each
 * connection costs a quarter more. Text that holds no certificate adds nothing; a broken certificate throws. With an identity the
 * profile is kept as long as that is: its key is in no table.
 *
 * @category constructors
 * @since 0.1.0
 */
export const profile = (ca: string | undefined, identity?: Identity): TrustProfile => {
  const key = ca ?? ""
  if (identity !== undefined) {
    const own = identities.get(identity) ?? new Map<string, TrustProfile>()
    identities.set(identity, own)
    const made = own.get(key) ?? makeProfile(ca, identity)
    own.set(key, made)
    return made
  }
  const known = profiles.get(key)
  if (known !== undefined) return known
  const made = makeProfile(ca)
  const oldest = profiles.size >= maxProfiles ? profiles.keys().next().value : undefined
  if (oldest !== undefined) profiles.delete(oldest)
  profiles.set(key, made)
  return made
}

/**
 * A connection after its handshake. `channelBinding` is that of `Session`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Encrypted {
  readonly encrypted: Tls.TLSSocket
  readonly handshake: Handshake
  readonly channelBinding: (type: BindingType) => Uint8Array | undefined
}

const contexts = new Map<TlsVersion, Tls.SecureContext>()

/**
 * A context for one version only, with everything that is weak: it finds out what a server takes, says nothing secret and shows no
 * certificate of the client.
 */
const contextFor = (version: TlsVersion): Tls.SecureContext => {
  const known = contexts.get(version)
  if (known !== undefined) return known
  const made = Tls.createSecureContext({
    minVersion: version,
    maxVersion: version,
    ciphers: "ALL:@SECLEVEL=0"
  })
  contexts.set(version, made)
  return made
}

/** What a handshake showed, before it is judged. Taken down when it is done: a connection that has ended tells nothing more. */
interface Shown extends Pick<Handshake, "protocol" | "cipher" | "alpn" | "clientCertificate"> {
  readonly encrypted: Tls.TLSSocket
  readonly verdict: string | undefined
  readonly chain: ReadonlyArray<X509Certificate>
  readonly staple: Uint8Array | undefined
}

/**
 * How long to wait for what the server makes of the client's certificate, or of none, in milliseconds. With TLS 1.3 the handshake is
 * over for the client before the server has seen it (RFC 8446 section 2); a ticket says that it went on, an alert that it did not.
 * A server that asked and sends neither is slower by this.
 */
const answerMillis = 500

/** Whether the server asked for a certificate: only then do its signature algorithms come along. A closed connection has none. */
const isAsked = (encrypted: Tls.TLSSocket): boolean => {
  const algorithms: ReadonlyArray<string> | null = encrypted.getSharedSigalgs()
  return algorithms !== null && algorithms.length > 0
}

const shake = (
  options: HandshakeOptions & {
    readonly socket: Socket
    readonly context: Tls.SecureContext
    readonly name: string
    readonly hasIdentity: boolean
  }
): Effect.Effect<Shown, HandshakeFailed> =>
  Effect.callback((resume) => {
    const isAddress = IpAddress.family(options.name) !== undefined
    let staple: Uint8Array | undefined = undefined
    // The types know `requestOCSP` of a socket, and not of `connect`, which hands its options on.
    const wanted: Tls.ConnectionOptions & { readonly requestOCSP: boolean } = {
      socket: options.socket,
      secureContext: options.context,
      rejectUnauthorized: false,
      requestOCSP: true,
      checkServerIdentity: () => undefined,
      ...(isAddress || options.name === "" || options.sendName === false ? {} : { servername: options.name }),
      ...(options.alpn === undefined ? {} : { ALPNProtocols: [...options.alpn] })
    }
    const encrypted = Tls.connect(wanted)
    // Node reads the legacy certificate object for `checkServerIdentity`, which is a fifth of a handshake and is not looked at.
    Object.defineProperty(encrypted, "getPeerCertificate", { configurable: true, value: () => ({}) })

    const onStaple = (response: Buffer | null): void => {
      if (response !== null && response.length > 0) staple = new Uint8Array(response)
    }
    const settle = (): void => {
      clearTimeout(timer)
      clearTimeout(answer)
      encrypted.off("error", onError)
      encrypted.off("secureConnect", onSecure)
      encrypted.off("session", onTicket)
      encrypted.off("close", onClose)
      encrypted.off("OCSPResponse", onStaple)
    }
    const fail = (failure: NodeTlsCodes.HandshakeProblem): void => {
      settle()
      destroy(encrypted, options.socket)
      resume(Effect.fail(new HandshakeFailed(failure)))
    }
    const onError = (error: Error): void => {
      const isWanted = !options.hasIdentity && isAsked(encrypted)
      fail(NodeTlsCodes.problem(codeOf(error), error.message, isWanted))
    }
    let answer: NodeJS.Timeout | undefined = undefined
    let shown: Shown | undefined = undefined
    const finish = (): void => {
      settle()
      if (shown !== undefined) resume(Effect.succeed(shown))
    }
    const onSecure = (): void => {
      clearTimeout(timer)
      const asked = isAsked(encrypted)
      shown = {
        encrypted,
        protocol: encrypted.getProtocol() ?? "",
        cipher: encrypted.getCipher().name,
        ...(typeof encrypted.alpnProtocol === "string" ? { alpn: encrypted.alpnProtocol } : {}),
        ...(asked ? { clientCertificate: options.hasIdentity ? "sent" as const : "asked" as const } : {}),
        // Asked once: the runtime takes a certificate off the list with every question.
        chain: sent(encrypted),
        verdict: encrypted.authorized ? undefined : codeOfVerdict(encrypted.authorizationError),
        staple
      }
      if (!asked || shown.protocol !== "TLSv1.3") return finish()
      encrypted.once("session", onTicket)
      encrypted.once("close", onClose)
      answer = setTimeout(finish, answerMillis)
    }
    // The event comes from inside a read of the connection, in which nothing may be written.
    const onTicket = (): void => {
      clearTimeout(answer)
      answer = setTimeout(finish, 0)
    }
    const onClose = (): void =>
      fail({ reason: "Reset", platformCode: "ECONNRESET", detail: "closed when the certificates had been exchanged" })
    const timer = setTimeout(
      () =>
        fail({
          reason: "HandshakeTimeout",
          platformCode: "ETIMEDOUT",
          detail: `no TLS handshake within ${options.timeoutMillis} ms`
        }),
      Math.max(0, options.timeoutMillis)
    )
    encrypted.once("error", onError)
    encrypted.once("secureConnect", onSecure)
    encrypted.on("OCSPResponse", onStaple)
    return Effect.sync(() => {
      settle()
      destroy(encrypted, options.socket)
    })
  })

const destroy = (encrypted: Tls.TLSSocket, socket: Socket): void => {
  encrypted.on("error", () => {})
  encrypted.destroy()
  socket.destroy()
}

/**
 * Takes a connected socket to TLS. The server is named with SNI unless `serverName` is an address (RFC 6066 section 3).
 * On failure and on interruption the socket is destroyed; on success it belongs to the encrypted one.
 *
 * @category running
 * @since 0.1.0
 */
export const handshake = Effect.fnUntraced(function*(
  options: HandshakeOptions & {
    readonly socket: Socket
    readonly ca: string | undefined
    readonly identity?: Identity | undefined
  }
): Effect.fn.Return<Encrypted, HandshakeFailed> {
  const clock = yield* Effect.clockWith(Effect.succeed)
  const serverName = options.serverName.replace(/\.$/, "")
  const name = IpAddress.family(serverName) === undefined ? domainToASCII(serverName) : serverName
  const trust = profile(options.ca, options.identity)
  const context = options.version === undefined ? trust.context : contextFor(options.version)
  const shown = yield* shake({
    ...options,
    context,
    name,
    hasIdentity: options.identity !== undefined && options.version === undefined
  })
  const { chain, encrypted, staple, verdict } = shown
  // Nobody listens to the socket while certificates are judged, and an error without a listener would end the process.
  const ignore = (): void => {}
  encrypted.on("error", ignore)
  const platformCode = options.version === undefined ? verdict : undefined
  const evidence = {
    chain,
    serverName: name,
    nowMillis: clock.currentTimeMillisUnsafe(),
    platformCode,
    anchors: trust.anchors
  }
  const needsMore = platformCode !== undefined || chain.length === 0 || staple !== undefined ||
    options.retrieve !== undefined
  const judged: Judged = options.version === undefined && needsMore
    ? yield* Effect.onInterrupt(
      judgeWhole(evidence, staple, options.retrieve),
      () => Effect.sync(() => destroy(encrypted, options.socket))
    )
    : NodeCertificates.judge(evidence)
  encrypted.off("error", ignore)
  return {
    encrypted,
    handshake: describe(shown, judged, platformCode),
    channelBinding: (type) => channelBinding(encrypted, chain[0], type)
  }
})

/** A judgement with what is known of revocation. */
interface Judged extends NodeCertificates.Judgement {
  readonly revocation?: Revocation
}

/** Judges all there is, with the library that reads certificates. */
const judgeWhole = Effect.fnUntraced(function*(
  evidence: NodeCertificates.Evidence,
  staple: Uint8Array | undefined,
  retrieve: Retrieve | undefined
): Effect.fn.Return<Judged> {
  const [NodeChain, NodeRevocation] = yield* Effect.promise(() =>
    Promise.all([import("./NodeChain.ts"), import("./NodeRevocation.ts")])
  )
  const [leaf] = evidence.chain
  const judged = evidence.platformCode === undefined && leaf !== undefined
    ? { ...NodeCertificates.judge(evidence), path: NodeChain.pathOf(leaf, evidence.chain.slice(1), evidence.anchors()) }
    : NodeChain.judge(evidence)
  if (leaf === undefined || judged.path === undefined) return judged
  const completed = retrieve === undefined ?
    undefined :
    yield* NodeChain.complete(
      evidence,
      judged.path,
      (last) =>
        NodeRevocation.issuersOf(
          last,
          retrieve,
          (certificate) => NodeChain.pathOf(certificate, [], evidence.anchors()).anchor === undefined
        )
    )
  const path = NodeChain.issuing(completed?.path ?? judged.path)
  const { nowMillis } = evidence
  const response = staple === undefined ? undefined : NodeRevocation.stapled(staple, leaf, path[1], nowMillis)
  const lists = retrieve === undefined ? undefined : yield* NodeRevocation.lists(path, retrieve, nowMillis)
  const more = [response, lists].filter((one) => one !== undefined)
  return {
    problems: [...completed?.problems ?? judged.problems, ...more.flatMap(({ problems }) => problems)],
    notes: [...judged.notes, ...more.flatMap(({ notes }) => notes)],
    revocation: { ...response?.revocation, ...lists?.revocation }
  }
})

/**
 * The certificates in the order in which they were sent, and no others. A client's `X509Certificate.issuerCertificate` walks
 * the list of the Certificate message, unrelated ones included, and never the store; the legacy object completes the chain
 * from the store and so cannot tell what was sent. A loopback test holds the runtime to this.
 */
const sent = (encrypted: Tls.TLSSocket): ReadonlyArray<X509Certificate> => {
  const chain: Array<X509Certificate> = []
  let next = encrypted.getPeerX509Certificate()
  while (next !== undefined && chain.length < NodeCertificates.maxChainLength) {
    chain.push(next)
    next = next.issuerCertificate
  }
  return chain
}

const exporterOctets = 32

/**
 * `tls-exporter` is 32 octets of the exporter with the label `EXPORTER-Channel-Binding` and an empty context (RFC 9266 section 2),
 * given with TLS 1.3 only: before it, they are unique only with an extension that the runtime does not tell about.
 * `tls-server-end-point` is the hash of the server's certificate (RFC 5929 section 4.1).
 */
const channelBinding = (
  encrypted: Tls.TLSSocket,
  leaf: X509Certificate | undefined,
  type: BindingType
): Uint8Array | undefined => {
  if (encrypted.destroyed) return undefined
  if (type === "tls-exporter") {
    return encrypted.getProtocol() === "TLSv1.3"
      ? new Uint8Array(encrypted.exportKeyingMaterial(exporterOctets, "EXPORTER-Channel-Binding", Buffer.alloc(0)))
      : undefined
  }
  const hash = leaf === undefined ? undefined : NodeCertificates.endPointHash(leaf)
  return leaf === undefined || hash === undefined
    ? undefined
    : new Uint8Array(createHash(hash).update(leaf.raw).digest())
}

const describe = (
  { alpn, chain, cipher, clientCertificate, protocol, staple }: Shown,
  judged: Judged,
  platformCode: string | undefined
): Handshake => {
  const conditions = worstFirst(judged.problems.map(({ condition }) => condition))
  const [leaf] = chain
  const notes: ReadonlyArray<TlsNote> = [
    ...judged.notes,
    ...(leaf !== undefined && staple === undefined && NodeCertificates.demandsStaple(leaf)
      ? [{ id: "staple_missing" as const, text: "the certificate demands a stapled OCSP response, and none was sent" }]
      : [])
  ]
  const { revocation } = judged
  return {
    protocol,
    cipher,
    ...(alpn === undefined ? {} : { alpn }),
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
    chain: chain.map(NodeCertificates.describe),
    conditions,
    presented: () =>
      chain.map(({ publicKey, raw }) => ({
        certificate: new Uint8Array(raw),
        key: new Uint8Array(publicKey.export({ type: "spki", format: "der" }))
      })),
    ...(conditions.length === 0 ? {} : {
      problems: conditions.flatMap((one) => judged.problems.filter(({ condition }) => condition === one))
    }),
    ...(notes.length === 0 ? {} : { notes }),
    ...(revocation === undefined || Object.keys(revocation).length === 0 ? {} : { revocation }),
    ...(platformCode === undefined ? {} : { platformCode })
  }
}

// The types say Error; at run time it is the code.
const codeOfVerdict = (verdict: unknown): string =>
  typeof verdict === "string" ? verdict : verdict instanceof Error ? codeOf(verdict) : "UNSPECIFIED"
