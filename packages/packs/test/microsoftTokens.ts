/** The numbers of Microsoft's sign-in service that matter for mail, with the cause each stands for. */
import type { Cause } from "@sonde/domain/Cause"

type Described = readonly [cause: Cause, error: string, words: string, codes: ReadonlyArray<number>]

/** `error` is the OAuth error code beside them, `words` what a description of the kind begins with. */
export const tokens: ReadonlyArray<Described> = [
  ["user_not_found", "invalid_grant", "The user account does not exist in the directory.", [
    50034,
    50020,
    90072,
    50014,
    51004,
    16000,
    16003
  ]],
  ["account_locked", "invalid_grant", "The account is locked.", [50053]],
  ["password_expired", "invalid_grant", "The password is expired.", [50055, 50144, 50135, 50142]],
  ["bad_credentials", "invalid_grant", "Error validating credentials.", [50056, 50126, 50064]],
  ["account_suspended", "invalid_grant", "The user account is disabled.", [50057]],
  ["oauth_tenant_endpoint_wrong", "invalid_request", "No tenant-identifying information found.", [50059, 90019, 50128]],
  ["oauth_mfa_required", "interaction_required", "You must use multi-factor authentication.", [
    50072,
    50074,
    50076,
    50078,
    50079,
    50158,
    500121,
    53004,
    53010
  ]],
  ["oauth_user_not_assigned", "invalid_grant", "The signed in user is not assigned to a role.", [50105, 501051]],
  ["oauth_refresh_token_expired", "invalid_grant", "The grant has been revoked or has expired.", [
    50132,
    50133,
    50173,
    70000,
    70008,
    70043,
    700082,
    700084
  ]],
  ["oauth_tenant_endpoint_wrong", "unauthorized_client", "The endpoint does not fit the application.", [
    50194,
    500208,
    90038,
    90043,
    90124,
    90130,
    9001023,
    9002332,
    90027,
    900382
  ]],
  ["throttled_logins", "temporarily_unavailable", "Too many requests.", [50196, 90055]],
  ["oauth_scope_invalid", "invalid_scope", "The scope or resource is not valid.", [
    500011,
    28002,
    70011,
    700022,
    650056,
    650057,
    50001,
    28003,
    1002012,
    65005,
    650054
  ]],
  ["policy_rejected", "invalid_grant", "A cross-tenant access policy blocks this.", [
    500212,
    500213,
    50002,
    500021,
    500022
  ]],
  ["conditional_access_block", "interaction_required", "Access has been blocked by a policy.", [
    53000,
    53001,
    53002,
    53003,
    530032,
    135011,
    50097,
    50129,
    399218,
    700003,
    530003,
    530031,
    50131,
    50155,
    50187,
    50005,
    50127
  ]],
  ["security_defaults_block", "invalid_grant", "Access has been blocked by security defaults.", [530035]],
  ["signin_blocked_by_provider", "invalid_grant", "User blocked due to risk.", [53011, 530034]],
  ["oauth_code_invalid", "invalid_grant", "The code cannot be exchanged.", [54005, 70018, 70019, 700005, 501481]],
  ["oauth_code_invalid", "authorization_pending", "Authorization is pending.", [70016]],
  ["oauth_consent_missing", "invalid_grant", "Consent is needed.", [65001, 65002, 65004, 90094, 90095, 90093, 90008]],
  ["mailbox_not_licensed", "invalid_grant", "The organization has not subscribed to the service.", [650052]],
  ["oauth_client_unknown", "unauthorized_client", "The application is not there or disabled.", [
    70001,
    7000112,
    700016,
    700011
  ]],
  ["oauth_client_secret_invalid", "invalid_client", "The client secret is not valid.", [70002, 700025, 7000215]],
  ["command_syntax_error", "invalid_request", "The request is not valid.", [
    70003,
    90014,
    900144,
    90023,
    9002313,
    900561,
    90004,
    90015,
    90056,
    90100,
    90121,
    901002,
    70005,
    70007
  ]],
  ["oauth_assertion_invalid", "invalid_client", "The certificate is not accepted.", [
    700027,
    700030,
    50012,
    700024,
    50013,
    500133,
    900384
  ]],
  ["oauth_assertion_invalid", "invalid_client", "No matching federated identity record found.", [
    70021,
    700211,
    700212,
    700213,
    7002131,
    7002137,
    7002138
  ]],
  ["oauth_client_auth_missing", "invalid_client", "The body must contain 'client_assertion' or 'client_secret'.", [
    7000218,
    7000216
  ]],
  ["oauth_client_secret_expired", "invalid_client", "The client secret keys are expired.", [7000222]],
  ["oauth_redirect_uri_mismatch", "invalid_request", "The redirect URI does not match.", [
    50011,
    500113,
    900971,
    70004,
    9002325,
    9002326,
    9002327
  ]],
  ["auth_backend_failure", "temporarily_unavailable", "The service is not available.", [
    80001,
    80002,
    80005,
    80007,
    80010,
    80013,
    80014,
    90033,
    90006,
    90012,
    90024,
    90090,
    50033,
    50087,
    70012
  ]],
  ["tls_version_too_old", "invalid_request", "You are using a deprecated TLS version.", [1002016]],
  ["oauth_tenant_unknown", "invalid_request", "Tenant not found.", [90002, 900023]]
]
