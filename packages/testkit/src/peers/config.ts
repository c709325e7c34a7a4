/**
 * The configuration of Postfix 3 and Dovecot 2.3 for tests: one host, one domain, and a port for every way to be wrong.
 */

/** Names that configuration and tests share. Nothing of it resolves: tests dial by address. */
export const names = {
  host: "mail.example.test",
  domain: "example.test",
  issuer: "https://idp.example.test",
  /** Whom a token has to be for. */
  audience: "https://mail.example.test"
} as const

/**
 * The mailboxes and their passwords, one with octets beyond ASCII. Only alice may send as `support`. Mail to dora goes through the
 * LMTP service of Dovecot, which puts what calls itself junk into the junk folder. For those in `closed` a service is switched off.
 */
export const passwords = {
  "alice@example.test": "wonderland-7f3a",
  "bob@example.test": "builder-19c2",
  "carol@example.test": "geheim-ü-€-42",
  "dora@example.test": "explorer-55d1",
  "erin@example.test": "harbour-88d0",
  "frank@example.test": "lighthouse-2c7f",
  "gina@example.test": "meadow-5b1e"
} as const

/** For whom which service of Dovecot, by its own name, refuses a password that is right. */
export const closed = {
  smtp: ["erin@example.test"],
  imap: ["frank@example.test"],
  pop3: ["gina@example.test"],
  sieve: [],
  submission: ["erin@example.test"]
} as const satisfies Readonly<Record<string, ReadonlyArray<keyof typeof passwords>>>

/** Who may sign in with a client certificate. */
export const certified = ["alice@example.test", "bob@example.test"] as const

/** Recipients that Postfix refuses, with its words. */
export const refusedRecipients = {
  "greylisted@example.test": "450 4.2.0 Greylisted, try again in 60 seconds",
  "full@example.test": "452 4.2.2 Mailbox full",
  "moved@example.test": "551 5.1.6 User not local; please try elsewhere"
} as const

/** A mailbox without room for any message: Dovecot takes it as a recipient, and refuses what is for it. */
export const smallMailbox = "small@example.test"

const identities = ["valid", "expired", "future", "otherName", "selfSigned", "leafOnly"] as const

/** Which certificate a port presents. */
export type IdentityName = typeof identities[number]

interface Door {
  readonly identity?: IdentityName
  readonly options: ReadonlyArray<string>
}

const signIn = "smtpd_sasl_auth_enable=yes"
const starttls = [signIn, "smtpd_tls_security_level=encrypt"]
const byCertificate = [...starttls, "smtpd_tls_CAfile=$clientRoots"]

/** The ports of Postfix. */
export const doors = {
  /** Takes mail for the domain from anybody, STARTTLS on offer, no sign-in. */
  relay: { options: [] },
  starttls: { options: starttls },
  tls: { options: [signIn, "smtpd_tls_wrappermode=yes"] },
  /** Sign-in without any TLS. */
  clear: { options: [signIn, "smtpd_tls_security_level=none", "smtpd_tls_auth_only=no"] },
  expired: { identity: "expired", options: starttls },
  future: { identity: "future", options: starttls },
  otherName: { identity: "otherName", options: starttls },
  selfSigned: { identity: "selfSigned", options: starttls },
  leafOnly: { identity: "leafOnly", options: starttls },
  /** Speaks TLS 1.1 and older only. */
  oldTls: {
    options: [
      ...starttls,
      "smtpd_tls_mandatory_protocols=>=TLSv1,<=TLSv1.1",
      "smtpd_tls_mandatory_ciphers=medium",
      "tls_medium_cipherlist=ALL:@SECLEVEL=0"
    ]
  },
  tls12: { options: [...starttls, "smtpd_tls_mandatory_protocols=TLSv1.2"] },
  /** Takes one connection of a client at a time. */
  single: { options: [...starttls, "smtpd_client_connection_count_limit=1", "smtpd_client_event_limit_exceptions="] },
  /** Takes messages of 20,000 octets. */
  small: { options: [...starttls, "message_size_limit=20000"] },
  /** Asks for a client certificate and offers EXTERNAL, which is hidden otherwise: Dovecot is not shown the certificate. */
  askingCertificate: {
    options: [...byCertificate, "smtpd_tls_ask_ccert=yes", "smtpd_sasl_mechanism_filter=static:rest"]
  },
  /** Demands a client certificate. */
  demandingCertificate: { options: [...byCertificate, "smtpd_tls_req_ccert=yes"] },
  /** Its Dovecot is not there. */
  noBackend: { options: [...starttls, "smtpd_sasl_path=/nonexistent/auth"] }
} as const satisfies Readonly<Record<string, Door>>

/** A port of Postfix by name. */
export type DoorName = keyof typeof doors

/** The ports of Dovecot by name: its submission service, and what reads a mailbox. */
export const readers = ["dovecot", "imap", "imaps", "pop3", "pop3s", "sieve", "lmtp"] as const

/** A port of Dovecot by name. */
export type ReaderName = typeof readers[number]

/** Where everything is. */
export interface Layout {
  readonly folder: string
  readonly daemons: string
  readonly ports: Readonly<Record<DoorName | ReaderName, number>>
}

const map = (entries: Readonly<Record<string, string>>): string =>
  Object.entries(entries).map(([key, value]) => `${key} ${value}\n`).join("")

/** The files of both servers, by path below the folder. */
export const files = (layout: Layout): Readonly<Record<string, string>> => {
  const { folder, ports } = layout
  const postfix = `${folder}/postfix`
  const chain = (identity: IdentityName): string => `${folder}/tls/${identity}.pem`
  const listeners = Object.entries<Door>(doors).map(([name, { identity, options }]) => {
    const all = [
      `syslog_name=postfix/${name}`,
      ...(identity === undefined ? [] : [`smtpd_tls_chain_files=${chain(identity)}`]),
      ...options
    ]
    return `127.0.0.1:${ports[name as DoorName]} inet n - n - 20 smtpd${
      all.map((option) => ` -o { ${option} }`).join("")
    }\n`
  })
  return {
    "postfix/main.cf": `compatibility_level = 3.6
queue_directory = ${postfix}/spool
data_directory = ${postfix}/data
daemon_directory = ${layout.daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${postfix}/log
clientRoots = ${folder}/tls/clients.pem
maillog_file_prefixes = ${folder}
myhostname = ${names.host}
mydomain = ${names.domain}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 192.0.2.1/32
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = ${names.domain}
virtual_mailbox_base = ${folder}/mail
virtual_mailbox_maps = texthash:${postfix}/mailboxes
transport_maps = texthash:${postfix}/transport
virtual_uid_maps = static:8
virtual_gid_maps = static:8
virtual_minimum_uid = 1
default_transport = error:5.4.4 nothing leaves this host
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_tls_chain_files = ${chain("valid")}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${folder}/dovecot/auth-postfix
smtpd_sender_login_maps = texthash:${postfix}/senders
smtpd_sender_restrictions = reject_sender_login_mismatch
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:${postfix}/recipients, permit_sasl_authenticated, reject_unauth_destination
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
smtpd_timeout = 30s
header_checks = regexp:${postfix}/headers
in_flow_delay = 0s
`,
    "postfix/master.cf": `${listeners.join("")}cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`,
    "postfix/mailboxes": map(
      Object.fromEntries(Object.keys(passwords).map((mailbox) => [mailbox, `${mailbox}/`]))
    ),
    "postfix/senders": map({
      ...Object.fromEntries(Object.keys(passwords).map((mailbox) => [mailbox, mailbox])),
      "support@example.test": "alice@example.test"
    }),
    "postfix/recipients": map(refusedRecipients),
    "postfix/transport": map({ "dora@example.test": `lmtp:unix:${folder}/dovecot/lmtp` }),
    // The results are those of a receiver that checks; what stands below them came along with the message.
    "postfix/headers": `/^X-Test: refuse/ REJECT 5.7.1 this message is not wanted here
/^Subject: Sonde delivery test [0-9a-z]{26}/ PREPEND Authentication-Results: ${names.host}; spf=pass smtp.mailfrom=${names.domain}; dkim=fail header.d=${names.domain}; dmarc=pass header.from=${names.domain}
/^User-Agent: Sonde/ PREPEND Authentication-Results: forged.example; spf=fail smtp.mailfrom=${names.domain}
`,
    "junk.sieve": "require \"fileinto\";\nif header :contains \"Subject\" \"junk\" { fileinto \"Junk\"; }\n",
    "dovecot.users": Object.entries(passwords)
      .map(([mailbox, password]) => `${mailbox}:{PLAIN}${password}::::::\n`).join(""),
    ...Object.fromEntries(
      Object.entries(closed).map(([service, mailboxes]) => [
        `dovecot.closed.${service}`,
        mailboxes.map((mailbox) => `${mailbox}\n`).join("")
      ])
    ),
    "dovecot.small": `${smallMailbox}::8:8::${folder}/mail/${smallMailbox}::userdb_quota_rule=*:bytes=1\n`,
    "dovecot.certified": certified.map((mailbox) => `${mailbox}:::::::nopassword\n`).join(""),
    "dovecot.oauth2": `introspection_mode = local
local_validation_key_dict = fs:posix:prefix=${folder}/keys/
username_attribute = sub
issuers = ${names.issuer}
client_id = ${names.audience}
openid_configuration_url = ${names.issuer}/.well-known/openid-configuration
scope = mail
`,
    "dovecot.conf": `protocols = submission imap pop3 sieve lmtp
base_dir = ${folder}/dovecot
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
instance_name = sonde-test
listen = 127.0.0.1
hostname = ${names.host}
ssl = required
ssl_cert = <${chain("valid")}
ssl_key = <${chain("valid")}
ssl_ca = <${folder}/tls/clients.pem
ssl_require_crl = no
ssl_verify_client_cert = yes
auth_ssl_username_from_cert = yes
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 xoauth2 oauthbearer external
auth_failure_delay = 0
mail_location = maildir:${folder}/mail/%u
mail_uid = 8
mail_gid = 8
first_valid_uid = 8
first_valid_gid = 8
mail_plugins = quota
protocol imap {
  mail_plugins = quota imap_quota
}
protocol lmtp {
  mail_plugins = quota sieve
  postmaster_address = postmaster@${names.domain}
}
namespace inbox {
  inbox = yes
  mailbox Junk {
    auto = create
    special_use = \\Junk
  }
}
plugin {
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage=100M
  sieve = file:~/sieve;active=~/.dovecot.sieve
  sieve_before = ${folder}/junk.sieve
}
submission_relay_host = 127.0.0.1
submission_relay_port = ${ports.relay}
passdb {
  driver = passwd-file
  deny = yes
  args = ${folder}/dovecot.closed.%s
}
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${folder}/dovecot.oauth2
}
passdb {
  driver = passwd-file
  mechanisms = external
  args = ${folder}/dovecot.certified
}
passdb {
  driver = passwd-file
  mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
  args = ${folder}/dovecot.users
}
userdb {
  driver = passwd-file
  args = ${folder}/dovecot.small
}
userdb {
  driver = static
  args = uid=8 gid=8 home=${folder}/mail/%u allow_all_users=yes
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener auth-postfix {
    mode = 0666
  }
}
service imap-login {
  inet_listener imap {
    port = ${ports.imap}
  }
  inet_listener imaps {
    port = ${ports.imaps}
    ssl = yes
  }
}
service pop3-login {
  inet_listener pop3 {
    port = ${ports.pop3}
  }
  inet_listener pop3s {
    port = ${ports.pop3s}
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    port = ${ports.lmtp}
  }
  unix_listener lmtp {
    mode = 0666
  }
}
service managesieve-login {
  inet_listener sieve {
    port = ${ports.sieve}
  }
}
service submission-login {
  inet_listener submission {
    port = ${ports.dovecot}
  }
}
`
  }
}
