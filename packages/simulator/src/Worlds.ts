/**
 * The built-in worlds.
 *
 * Domains end in .example (RFC 2606 section 3); secrets are made up and start with "fake-".
 *
 * @since 0.1.0
 */

const graph = "https://graph.microsoft.com"
const send = ["SMTP.Send"]
const mail = [...send, "IMAP.AccessAsUser.All", "POP.AccessAsUser.All"]
const mailAsApp = ["SMTP.SendAsApp", "IMAP.AccessAsApp", "POP.AccessAsApp"]
const printerApp = { appId: "6b1f0c52-0000-4000-8000-00000000a001", objectId: "6b1f0c52-0000-4000-8000-00000000b001" }
const orphanApp = { appId: "6b1f0c52-0000-4000-8000-00000000a002", objectId: "6b1f0c52-0000-4000-8000-00000000b002" }
const strangerApp = { appId: "6b1f0c52-0000-4000-8000-00000000a003", objectId: "6b1f0c52-0000-4000-8000-00000000b003" }
const id = (letter: "a" | "b", number: number): string =>
  `6b1f0c52-0000-4000-8000-00000000${letter}${String(number).padStart(3, "0")}`
const exchange = (permission: string): string => `https://outlook.office365.com/${permission}`
const sendAsApp = mailAsApp.map(exchange)
const userPermissions = [
  "https://outlook.office.com/SMTP.Send",
  "https://outlook.office.com/IMAP.AccessAsUser.All",
  "https://outlook.office.com/POP.AccessAsUser.All",
  "Mail.Send",
  "Mail.ReadWrite",
  "User.Read"
]

/** Applications of the organisation contoso: one that works for each way to sign in, and one for each way to fail. */
const applications = [
  {
    ...printerApp,
    name: "Contoso Printer Service",
    secrets: [{ value: "fake-secret-printer-4Hs9" }],
    application: sendAsApp
  },
  {
    ...orphanApp,
    name: "Contoso Ticket System",
    secrets: [{ value: "fake-secret-tickets-7Ru2" }],
    application: sendAsApp
  },
  {
    ...strangerApp,
    name: "Contoso Monitor",
    secrets: [{ value: "fake-secret-monitor-1Vq6" }],
    application: sendAsApp
  },
  {
    appId: id("a", 4),
    name: "Contoso Mail Desktop",
    publicClient: true,
    redirectUris: ["http://localhost"],
    delegated: userPermissions
  },
  {
    appId: id("a", 5),
    objectId: id("b", 5),
    name: "Contoso Graph Sender",
    secrets: [{ value: "fake-secret-graph-8Bm3" }],
    application: ["Mail.Send", "Mail.ReadWrite", "User.Read.All"]
  },
  {
    appId: id("a", 6),
    name: "Contoso Expired Secret",
    secrets: [{ value: "fake-secret-expired-2Kx5", expires: "2024-06-30" }],
    application: sendAsApp
  },
  {
    appId: id("a", 7),
    name: "Contoso Without Consent",
    secrets: [{ value: "fake-secret-consent-6Zd1" }],
    publicClient: true,
    redirectUris: ["http://localhost"],
    delegated: userPermissions,
    application: sendAsApp,
    adminConsent: false
  },
  {
    appId: id("a", 8),
    name: "Contoso Web Portal",
    secrets: [{ value: "fake-secret-portal-9Gw7" }],
    redirectUris: ["https://portal.contoso.example/callback"],
    delegated: userPermissions
  },
  {
    appId: id("a", 9),
    name: "Contoso Switched Off",
    secrets: [{ value: "fake-secret-disabled-3Ny8" }],
    application: sendAsApp,
    enabled: false
  },
  {
    appId: id("a", 10),
    name: "Contoso By Invitation",
    publicClient: true,
    redirectUris: ["http://localhost"],
    delegated: userPermissions,
    assignmentRequired: true,
    assigned: ["app@contoso.example"]
  },
  {
    appId: id("a", 11),
    name: "Contoso Mail For Everyone",
    signInAudience: "AzureADandPersonalMicrosoftAccount",
    publicClient: true,
    redirectUris: ["http://localhost"],
    delegated: userPermissions
  }
]

/**
 * The world `sonde simulate microsoft-365` starts without `--world`, as a world file's data: one mailbox for each
 * behaviour. SMTP AUTH is off for the organisation contoso and on for its mailboxes one by one, as Microsoft advises.
 *
 * @category worlds
 * @since 0.1.0
 */
export const microsoft365 = {
  tenants: [
    {
      name: "Contoso",
      domains: ["contoso.example"],
      smtpAuth: "off",
      servicePrincipals: [
        { ...printerApp, displayName: "Contoso Printer Service" },
        { ...orphanApp, displayName: "Contoso Ticket System" }
      ],
      applications
    },
    {
      name: "Fabrikam",
      domains: ["fabrikam.example"],
      smtpAuth: "on",
      authenticationPolicies: [{ name: "Block Basic Auth", allowBasicAuthSmtp: false }],
      defaultAuthenticationPolicy: "Block Basic Auth"
    },
    { name: "Northwind", domains: ["northwind.example"], smtpAuth: "on", securityDefaults: true },
    { name: "Adatum", domains: ["adatum.example"], smtpAuth: "on", conditionalAccessBlocksLegacy: true },
    { name: "Wingtip", domains: ["wingtip.example"], smtpAuth: "on", basicAuthRetired: true },
    { name: "Tailspin", domains: ["tailspin.example"], smtpAuth: "on", federation: "unreachable" },
    {
      name: "Outlook.com",
      kind: "consumer",
      domains: ["outlook.example"],
      smtpAuth: "on",
      imapPopBasicAuth: "named"
    }
  ],
  mailboxes: [
    { address: "app@contoso.example", password: "fake-App-7Kq2", smtpAuth: "on", sendAs: ["helpdesk@contoso.example"] },
    { address: "scanner@contoso.example", password: "fake-Scanner-9Lw4" },
    { address: "printer@contoso.example", password: "fake-Printer-3Rt8", smtpAuth: "off" },
    {
      address: "typo@contoso.example",
      password: "fake-Typo-5Yh1",
      publishedSecret: "fake-Typo-wrong",
      smtpAuth: "on"
    },
    {
      address: "alerts@contoso.example",
      password: "fake-Alerts-2Vb6",
      appPasswords: ["fakeappxqzvkwmh"],
      mfa: "enforced",
      smtpAuth: "on"
    },
    { address: "locked@contoso.example", password: "fake-Locked-8Mn3", smtpAuth: "on", locked: true },
    { address: "leaver@contoso.example", password: "fake-Leaver-4Gd7", smtpAuth: "on", accountEnabled: false },
    { address: "newhire@contoso.example", password: "fake-Newhire-6Pk9", smtpAuth: "on", licensed: false },
    {
      address: "crm@contoso.example",
      password: "fake-Crm-1Zx5",
      smtpAuth: "on",
      announcedFrom: "sales@contoso.example"
    },
    {
      address: "erp@contoso.example",
      aliases: ["invoices@contoso.example"],
      password: "fake-Erp-7Tn2",
      smtpAuth: "on",
      announcedFrom: "invoices@contoso.example"
    },
    { address: "sales@contoso.example", password: "fake-Sales-3Hj8", smtpAuth: "on" },
    { address: "clerk@contoso.example", password: "fake-Clerk-5Ws6", smtpAuth: "on" },
    {
      address: "info@contoso.example",
      shared: true,
      licensed: false,
      fullAccess: ["clerk@contoso.example"],
      sendAs: ["clerk@contoso.example"],
      tokens: [{ scopes: mail, user: "clerk@contoso.example" }]
    },
    {
      address: "burst@contoso.example",
      password: "fake-Burst-9Cf4",
      smtpAuth: "on",
      load: { messagesPerMinute: 30, forMillis: 60_000 }
    },
    {
      address: "parallel@contoso.example",
      password: "fake-Parallel-2Nb7",
      smtpAuth: "on",
      load: { sessions: 3, forMillis: 20_000 }
    },
    {
      address: "newsletter@contoso.example",
      password: "fake-Newsletter-8Qe1",
      smtpAuth: "on",
      load: { recipientsToday: 10_000 }
    },
    {
      address: "groups@contoso.example",
      password: "fake-Groups-4Xr6",
      smtpAuth: "on",
      limits: { recipientsPerMessage: 2 }
    },
    { address: "restricted@contoso.example", password: "fake-Restricted-6Jy3", smtpAuth: "on", blockedSender: true },
    {
      address: "archive@contoso.example",
      password: "fake-Archive-1Du9",
      smtpAuth: "on",
      load: { mailboxOctets: 53_687_091_200 }
    },
    {
      address: "plans@contoso.example",
      password: "fake-Plans-7Sa5",
      smtpAuth: "on",
      limits: { maxSendSizeOctets: 256 }
    },
    {
      address: "flaky@contoso.example",
      password: "fake-Flaky-3Og2",
      smtpAuth: "on",
      fault: "temporary_auth_failure"
    },
    {
      address: "transient@contoso.example",
      password: "fake-Transient-5Iv8",
      smtpAuth: "on",
      fault: "service_transient"
    },
    { address: "proxy@contoso.example", password: "fake-Proxy-9Ek4", smtpAuth: "on", fault: "proxy_failure" },
    { address: "oauth@contoso.example", smtpAuth: "on", tokens: [{ scopes: mail, user: "oauth@contoso.example" }] },
    {
      address: "oauth-expired@contoso.example",
      smtpAuth: "on",
      tokens: [{ scopes: mail, user: "oauth-expired@contoso.example", expired: true }]
    },
    {
      address: "oauth-graph@contoso.example",
      smtpAuth: "on",
      tokens: [{ scopes: ["Mail.Send"], user: "oauth-graph@contoso.example", audience: graph }]
    },
    {
      address: "oauth-imap@contoso.example",
      smtpAuth: "on",
      tokens: [{ scopes: ["IMAP.AccessAsUser.All"], user: "oauth-imap@contoso.example" }]
    },
    {
      address: "oauth-admin@contoso.example",
      smtpAuth: "on",
      tokens: [{ scopes: mail, user: "clerk@contoso.example" }]
    },
    {
      address: "daemon@contoso.example",
      smtpAuth: "on",
      fullAccess: [printerApp.objectId],
      tokens: [{ ...printerApp, roles: mailAsApp }]
    },
    { address: "tickets@contoso.example", smtpAuth: "on", tokens: [{ ...orphanApp, roles: mailAsApp }] },
    { address: "monitor@contoso.example", smtpAuth: "on", tokens: [{ ...strangerApp, roles: mailAsApp }] },
    {
      address: "reader-off@contoso.example",
      smtpAuth: "on",
      imap: false,
      pop: false,
      tokens: [{ scopes: mail, user: "reader-off@contoso.example" }]
    },
    {
      address: "reader-new@contoso.example",
      smtpAuth: "on",
      licensed: false,
      tokens: [{ scopes: mail, user: "reader-new@contoso.example" }]
    },
    {
      address: "reader-busy@contoso.example",
      smtpAuth: "on",
      load: { backoffMillis: 92_415 },
      tokens: [{ scopes: mail, user: "reader-busy@contoso.example" }]
    },
    {
      address: "reader-crowd@contoso.example",
      smtpAuth: "on",
      load: { readerSessions: 16, forMillis: 20_000 },
      tokens: [{ scopes: mail, user: "reader-crowd@contoso.example" }]
    },
    {
      address: "reader-junk@contoso.example",
      smtpAuth: "on",
      arrival: { folder: "junk", spf: "fail", dkim: "none", dmarc: "fail" },
      tokens: [{ scopes: mail, user: "reader-junk@contoso.example" }]
    },
    {
      address: "reader-list@contoso.example",
      smtpAuth: "on",
      arrival: { from: "list@lists.example", dkim: "fail", dmarc: "none" },
      tokens: [{ scopes: mail, user: "reader-list@contoso.example" }]
    },
    { address: "scanner@fabrikam.example", password: "fake-Fabrikam-2Ly6" },
    { address: "scanner@northwind.example", password: "fake-Northwind-8Bh3" },
    { address: "scanner@adatum.example", password: "fake-Adatum-4Mc7" },
    { address: "scanner@wingtip.example", password: "fake-Wingtip-6Fz1" },
    { address: "scanner@tailspin.example", password: "fake-Tailspin-1Kp5" },
    { address: "kim@outlook.example", password: "fake-Kim-7Wd9" },
    {
      address: "lee@outlook.example",
      outboundSpam: "RefuseQuota",
      tokens: [{ value: "EwB-fake-consumer-token-lee-5Tq8", scopes: mail, user: "lee@outlook.example" }]
    }
  ]
}
