/**
 * What the sign-in service says when it issues no token: error, number and text, with where each was seen.
 *
 * Marks as in `Transcripts.ts`: V a Microsoft document, T several real threads or captures, S one report, U common
 * knowledge without a source. The form of an error is RFC 6749 section 5.2; the members beside `error` and
 * `error_description` are Microsoft's.
 *
 * @since 0.1.0
 */

/** An error before it gets its ids and time. `status` is the HTTP status of the token endpoint. */
export interface Fault {
  readonly error: string
  readonly code: number
  readonly status: number
  readonly text: string
  readonly source: string
  readonly suberror?: string
}

const fault = (
  error: string,
  code: number,
  text: string,
  source: string,
  more: { readonly status?: number; readonly suberror?: string } = {}
): Fault => ({
  error,
  code,
  // RFC 6749 section 5.2: 401 is for a client that failed to authenticate.
  status: more.status ?? (error === "invalid_client" ? 401 : 400),
  text,
  source,
  ...(more.suberror === undefined ? {} : { suberror: more.suberror })
})

/** Who is meant by a name and an id in a text. */
export interface Named {
  readonly appId: string
  readonly name: string
}

// The request.
export const onlyPost = (method: string): Fault =>
  fault("invalid_request", 900561, `The endpoint only accepts POST requests. Received a ${method} request.`, "logs, T")
export const malformed = fault(
  "invalid_request",
  9002313,
  "Invalid request. Request is malformed or invalid.",
  "logs, T"
)
export const missing = (parameter: string): Fault =>
  fault(
    "invalid_request",
    900144,
    `The request body must contain the following parameter: '${parameter}'.`,
    "logs, T"
  )
export const unknownGrant = (grant: string): Fault =>
  fault("unsupported_grant_type", 70003, `The app requested an unsupported grant type '${grant}'.`, "error codes, V")

// The directory.
export const badTenant = (tenant: string): Fault =>
  fault(
    "invalid_request",
    900023,
    `Specified tenant identifier '${tenant}' is neither a valid DNS name, nor a valid external domain.`,
    "logs, T"
  )
export const unknownTenant = (tenant: string): Fault =>
  fault(
    "invalid_request",
    90002,
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
    "logs, T"
  )
export const otherCloud = (tenant: string, cloud: string): Fault =>
  fault(
    "invalid_request",
    90038,
    `The tenant '${tenant}' request is redirected to the National Cloud '${cloud}'.`,
    "error codes, V for the number; wording U"
  )
export const noTenant = fault(
  "invalid_request",
  50059,
  "No tenant-identifying information found in either the request or implied by any provided credentials.",
  "logs, T"
)
export const notOverCommon = fault(
  "invalid_request",
  9001023,
  "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
  "error codes, V"
)
export const throttled = fault(
  "temporarily_unavailable",
  90055,
  "There are too many incoming requests for this tenant. Please try again later.",
  "error codes, V for the number; wording U",
  { status: 429 }
)
export const unavailable = fault(
  "temporarily_unavailable",
  90033,
  "A transient error has occurred. Please try again.",
  "logs, T",
  { status: 503 }
)

// The client.
export const unknownClient = (appId: string, directory: string): Fault =>
  fault(
    "unauthorized_client",
    700016,
    `Application with identifier '${appId}' was not found in the directory '${directory}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`,
    "logs 2017 to 2026, T"
  )
export const noPrincipal = (app: Named, tenantId: string): Fault =>
  fault(
    "unauthorized_client",
    7000229,
    `The client application ${app.appId} is missing service principal in the tenant ${tenantId}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119`,
    "logs, T"
  )
export const disabledClient = (app: Named): Fault =>
  fault("unauthorized_client", 7000112, `Application '${app.appId}'(${app.name}) is disabled.`, "error codes, V")
export const singleTenant = (app: Named): Fault =>
  fault(
    "invalid_request",
    50194,
    `Application '${app.appId}'(${app.name}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.`,
    "logs, T"
  )
export const workOnly = (app: Named): Fault =>
  fault(
    "invalid_request",
    9002332,
    `Application '${app.appId}'(${app.name}) is configured for use by Azure Active Directory users only. Please do not use the /consumers endpoint to serve this request.`,
    "logs, T"
  )
export const personalOnly = (app: Named): Fault =>
  fault(
    "invalid_request",
    9002331,
    `Application '${app.appId}'(${app.name}) is configured for use by Microsoft Account users only. Please use the /consumers endpoint to serve this request.`,
    "logs, T"
  )
export const noCredential = fault(
  "invalid_client",
  7000218,
  "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  "logs, T"
)
export const noCredentialForItself = fault(
  "invalid_client",
  7000216,
  "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
  "logs, T"
)
export const wrongSecret = (app: Named): Fault =>
  fault(
    "invalid_client",
    7000215,
    `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${app.appId}'.`,
    "logs 2020 to 2026, T"
  )
export const expiredSecret = (app: Named): Fault =>
  fault(
    "invalid_client",
    7000222,
    `The provided client secret keys for app '${app.appId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`,
    "logs 2021 to 2026, T"
  )
export const publicWithSecret = fault(
  "invalid_client",
  700025,
  "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  "logs, T"
)
export const badAssertion = fault("invalid_request", 50027, "JWT token is invalid or malformed.", "logs, T")
export const assertionWithoutKey = fault(
  "invalid_client",
  5002723,
  "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in token header.",
  "logs, T"
)
export const unknownKey = (app: Named, thumbprint: string): Fault =>
  fault(
    "invalid_client",
    700027,
    `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${thumbprint}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '${app.appId}'.]`,
    "logs 2024 to 2026, T"
  )
export const expiredKey = (thumbprint: string, from: string, to: string): Fault =>
  fault(
    "invalid_client",
    700027,
    `Client assertion contains an invalid signature. [Reason - The key used is expired., Thumbprint of key used by client: '${thumbprint}', Found key 'Start=${from}, End=${to}']`,
    "logs 2021 to 2025, T"
  )
export const badSignature = (app: Named): Fault =>
  fault(
    "invalid_client",
    700027,
    `Client assertion failed signature validation. [Reason - The provided signature value did not match the expected signature value., Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '${app.appId}'.]`,
    "logs, T"
  )
export const assertionTime = (now: string, expiry: string): Fault =>
  fault(
    "invalid_client",
    700024,
    `Client assertion is not within its valid time range. Current time: ${now}, expiry time of assertion ${expiry}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.`,
    "logs, T"
  )
export const assertionClient = fault(
  "invalid_client",
  700021,
  "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.",
  "logs, T"
)
export const assertionAudience = fault(
  "invalid_client",
  700023,
  "Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials.",
  "logs, T"
)
const federated = (code: number, part: string, value: string): Fault =>
  fault(
    "invalid_client",
    code,
    `No matching federated identity record found for presented assertion ${part} '${value}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation`,
    "logs 2024 to 2026, T"
  )
export const federatedIssuer = (value: string): Fault => federated(700211, "issuer", value)
export const federatedAudience = (value: string): Fault => federated(700212, "audience", value)
export const federatedSubjectCase = (value: string): Fault =>
  fault(
    "invalid_client",
    7002138,
    `No matching federated identity record found for presented assertion subject '${value}'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. See documentation at: https://learn.microsoft.com/entra/workload-id/workload-identity-federation. See breaking change notification and remediation at: https://learn.microsoft.com/en-us/entra/identity-platform/reference-breaking-changes#august-2024.`,
    "logs 2025, T"
  )
export const federatedSubject = (value: string): Fault => federated(700213, "subject", value)

// The scope and what was consented to.
export const badScope = (scope: string): Fault =>
  fault(
    "invalid_scope",
    70011,
    `The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`,
    "error codes, V"
  )
export const severalResources = (scope: string): Fault =>
  fault(
    "invalid_scope",
    700022,
    `The provided value for the input parameter scope '${scope}' is not valid because it contains more than one resource.`,
    "error codes, V"
  )
export const notDefaultScope = (scope: string): Fault =>
  fault(
    "invalid_scope",
    1002012,
    `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    "logs, T"
  )
export const unknownResource = (resource: string, directory: string): Fault =>
  fault(
    "invalid_resource",
    500011,
    `The resource principal named ${resource} was not found in the tenant named ${directory}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`,
    "logs, T"
  )
export const unknownPermission = (app: Named, scope: string, resource: string): Fault =>
  fault(
    "invalid_client",
    650053,
    `The application '${app.name}' asked for scope '${scope}' that doesn't exist on the resource '${resource}'. Contact the app vendor.`,
    "logs, T"
  )
export const unlistedResource = (app: Named, resource: string, resourceAppId: string, listed: string): Fault =>
  fault(
    "invalid_resource",
    650057,
    `Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in the client's application registration. Client app ID: ${app.appId}(${app.name}). Resource value from request: ${resource}. Resource app ID: ${resourceAppId}. List of valid resources from app registration: ${listed}.`,
    "logs, T"
  )
export const noConsent = (app: Named): Fault =>
  fault(
    "invalid_grant",
    65001,
    `The user or administrator has not consented to use the application with ID '${app.appId}' named '${app.name}'. Send an interactive authorization request for this user and resource.`,
    "logs, T",
    { suberror: "consent_required" }
  )
export const adminConsent = (app: Named): Fault =>
  fault(
    "access_denied",
    90094,
    `${app.name} needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.`,
    "error codes, V; wording from the consent page, T"
  )
export const consentDeclined = fault("access_denied", 65004, "User declined to consent to access the app.", "logs, T")

// The user.
export const unknownUser = (directory: string): Fault =>
  fault(
    "invalid_grant",
    50034,
    `The user account {EUII Hidden} does not exist in the ${directory} directory. To sign into this application, the account must be added to the directory.`,
    "logs, T"
  )
export const foreignUser = (provider: string, directory: string, app: Named): Fault =>
  fault(
    "invalid_grant",
    50020,
    `User account '{EUII Hidden}' from identity provider '${provider}' does not exist in tenant '${directory}' and cannot access the application '${app.appId}'(${app.name}) in that tenant. The account needs to be added as an external user in the tenant first. Sign out and sign in again with a different Azure Active Directory user account.`,
    "logs, T"
  )
export const badPassword = fault(
  "invalid_grant",
  50126,
  "Error validating credentials due to invalid username or password.",
  "logs, T"
)
export const locked = fault(
  "invalid_grant",
  50053,
  "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
  "logs, T"
)
export const passwordExpired = fault("invalid_grant", 50055, "The password is expired.", "logs, T", {
  suberror: "user_password_expired"
})
export const accountDisabled = fault("invalid_grant", 50057, "The user account is disabled.", "logs, T")
export const mfaNeeded = (resource: string): Fault =>
  fault(
    "invalid_grant",
    50076,
    `Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '${resource}'.`,
    "logs 2019 to 2026, T",
    { suberror: "basic_action" }
  )
export const notAssigned = (app: Named): Fault =>
  fault(
    "invalid_grant",
    50105,
    `Your administrator has configured the application ${app.name} ('${app.appId}') to block users unless they are specifically granted ('assigned') access to the application. The signed in user '{EUII Hidden}' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator. Please contact your administrator to assign access to this application.`,
    "logs, T"
  )
const blocked = (code: number, text: string, suberror: string): Fault =>
  fault("invalid_grant", code, text, "error codes, V; wording T", { suberror })
/** Refusals of Conditional Access by the switch of the world. */
export const conditionalAccess = {
  blocked: blocked(
    53003,
    "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    "message_only"
  ),
  device_not_compliant: blocked(
    53000,
    "Your device is required to be managed to access this resource.",
    "message_only"
  ),
  device_not_joined: blocked(
    53001,
    "Device is not in required device state: domain_joined. Conditional Access policy requires a domain joined device, and the device is not domain joined.",
    "message_only"
  ),
  app_not_approved: blocked(
    53002,
    "The app used is not an approved app for Conditional Access. The application needs to be in the list of approved applications.",
    "message_only"
  ),
  user_risk: blocked(53011, "User blocked due to risk on home tenant.", "message_only")
} as const

// Codes and refresh tokens.
export const badRedirect = (uri: string, app: Named): Fault =>
  fault(
    "invalid_request",
    50011,
    `The redirect URI '${uri}' specified in the request does not match the redirect URIs configured for the application '${app.appId}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this.`,
    "logs, T"
  )
export const badGrant = fault("invalid_grant", 70000, "Provided grant is invalid or malformed.", "logs, T")
export const badRefreshToken = fault(
  "invalid_grant",
  9002313,
  "Invalid request. Request is malformed or invalid.",
  "logs, T"
)
export const redeemed = fault(
  "invalid_grant",
  54005,
  "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
  "logs, T"
)
export const grantExpired = fault(
  "invalid_grant",
  70008,
  "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
  "logs, T"
)
export const refreshInactive = (issued: string): Fault =>
  fault(
    "invalid_grant",
    700082,
    `The refresh token has expired due to inactivity. The token was issued on ${issued} and was inactive for 90.00:00:00.`,
    "logs 2020 to 2021, T"
  )
export const revoked = (issued: string, validFrom: string): Fault =>
  fault(
    "invalid_grant",
    50173,
    `The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '${issued}' and the TokensValidFrom date (before which tokens are not valid) for this user is '${validFrom}'.`,
    "logs, T"
  )
export const otherRedirect = (uri: string, first: string): Fault =>
  fault(
    "invalid_client",
    500112,
    `The reply address '${uri}' does not match the reply address '${first}' provided when requesting Authorization code.`,
    "a thread, S",
    { status: 400 }
  )
export const noSession = fault(
  "login_required",
  50058,
  "Session information is not sufficient for single-sign-on.",
  "logs, T"
)
export const unknownResponseType = (type: string): Fault =>
  fault(
    "unsupported_response_type",
    70005,
    `The app returned an unsupported response type '${type}'.`,
    "error codes, V for the number; wording U"
  )
export const verifier = fault(
  "invalid_grant",
  501481,
  "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
  "logs, T"
)

// The device flow (RFC 8628 section 3.5).
export const pending = fault(
  "authorization_pending",
  70016,
  "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
  "captures of Microsoft's own libraries, T"
)
export const declined = fault(
  "authorization_declined",
  65004,
  "User declined to consent to access the app.",
  "device code page, V for the error; number U"
)
export const badDeviceCode = fault(
  "bad_verification_code",
  70018,
  "Invalid verification code due to User typing in wrong user code for device code flow. Authorization is not approved.",
  "error codes, V"
)
export const deviceCodeExpired = fault(
  "expired_token",
  70020,
  "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
  "logs, T"
)

/** The body of an error. `at` is milliseconds since the epoch. */
export const bodyOf = (
  { code, error, suberror, text }: Fault,
  at: number,
  ids: { readonly trace: string; readonly correlation: string }
): Record<string, unknown> => {
  const timestamp = `${new Date(at).toISOString().slice(0, 19).replace("T", " ")}Z`
  return {
    error,
    error_description:
      `AADSTS${code}: ${text} Trace ID: ${ids.trace} Correlation ID: ${ids.correlation} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: ids.trace,
    correlation_id: ids.correlation,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    ...(suberror === undefined ? {} : { suberror })
  }
}
