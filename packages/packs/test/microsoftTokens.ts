/** The numbers of Microsoft's sign-in service that matter for mail, with the cause each stands for. */
import type { Cause } from "@sonde/domain/Cause"

type Described = readonly [cause: Cause, error: string, words: string, codes: ReadonlyArray<number>]

/** `error` is the OAuth error code beside them, `words` what a description of the kind begins with. */
export const tokens: ReadonlyArray<Described> = [
  ["user_not_found", "invalid_grant", "The user account does not exist in the directory.", [50034, 50020, 90072]],
  ["account_locked", "invalid_grant", "The account is locked.", [50053]],
  ["password_expired", "invalid_grant", "The password is expired.", [50055, 50144]],
  ["bad_credentials", "invalid_grant", "Error validating credentials.", [50056, 50126]],
  ["account_suspended", "invalid_grant", "The user account is disabled.", [50057]],
  ["oauth_tenant_endpoint_wrong", "invalid_request", "No tenant-identifying information found.", [50059, 90019]],
  ["oauth_mfa_required", "interaction_required", "You must use multi-factor authentication.", [
    50072,
    50074,
    50076,
    50078,
    50079,
    50158
  ]],
  ["oauth_user_not_assigned", "invalid_grant", "The signed in user is not assigned to a role.", [50105]],
  ["oauth_refresh_token_expired", "invalid_grant", "The grant has been revoked or has expired.", [
    50132,
    50133,
    50173,
    70000,
    70008,
    70043,
    700082
  ]],
  ["oauth_tenant_endpoint_wrong", "unauthorized_client", "The endpoint does not fit the application.", [
    50194,
    500208,
    90038,
    90043,
    90124,
    90130,
    9001023,
    9002332
  ]],
  ["throttled_logins", "temporarily_unavailable", "Too many requests.", [50196, 90055]],
  ["oauth_scope_invalid", "invalid_scope", "The scope or resource is not valid.", [
    500011,
    28002,
    70011,
    700022,
    650056,
    650057
  ]],
  ["policy_rejected", "invalid_grant", "A cross-tenant access policy blocks this.", [500212, 500213]],
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
    700003
  ]],
  ["security_defaults_block", "invalid_grant", "Access has been blocked by security defaults.", [530035]],
  ["signin_blocked_by_provider", "invalid_grant", "User blocked due to risk.", [53011]],
  ["oauth_code_invalid", "invalid_grant", "The code cannot be exchanged.", [54005, 70018, 70019]],
  ["oauth_code_invalid", "authorization_pending", "Authorization is pending.", [70016]],
  ["oauth_consent_missing", "invalid_grant", "Consent is needed.", [65001, 65002, 65004, 90094, 90095]],
  ["mailbox_not_licensed", "invalid_grant", "The organization has not subscribed to the service.", [650052]],
  ["oauth_client_unknown", "unauthorized_client", "The application is not there or disabled.", [
    70001,
    7000112,
    700016
  ]],
  ["oauth_client_secret_invalid", "invalid_client", "The client secret is not valid.", [70002, 700025, 7000215]],
  ["command_syntax_error", "invalid_request", "The request is not valid.", [
    70003,
    90014,
    900144,
    90023,
    9002313,
    900561
  ]],
  ["oauth_assertion_invalid", "invalid_client", "The certificate is not accepted.", [700027, 700030, 50012]],
  ["oauth_client_auth_missing", "invalid_client", "The body must contain 'client_assertion' or 'client_secret'.", [
    7000218
  ]],
  ["oauth_client_secret_expired", "invalid_client", "The client secret keys are expired.", [7000222]],
  ["oauth_tenant_unknown", "invalid_request", "Tenant not found.", [90002]]
]
