/**
 * The Exchange Online cmdlets this simulator knows, with the parameters they really have, and two of Microsoft Graph for
 * licences.
 *
 * From the Exchange PowerShell reference (state 2026-08-21), parameters that work in Exchange Online; the pieces a mail
 * sender's administrator needs, not the whole module. Written apart from the packs: a pack that prints a parameter
 * Exchange does not have is refused here.
 *
 * @since 0.1.0
 */

/** What a parameter takes. `boolean?` takes `$null` too; `switch` takes nothing, or a constant behind a colon. */
export type Kind = "text" | "list" | "boolean" | "boolean?" | "switch" | "size" | "count" | "any"

/** A cmdlet: parameters by name, those that may stand without their name in order, and those that must be there. */
export interface Cmdlet {
  readonly name: string
  readonly parameters: ReadonlyMap<string, Kind>
  readonly positional: ReadonlyArray<string>
  readonly mandatory: ReadonlyArray<string>
}

/** Parameters every cmdlet has (about_CommonParameters). */
const common: ReadonlyArray<readonly [string, Kind]> = [
  ["Verbose", "switch"],
  ["Debug", "switch"],
  ["ErrorAction", "text"],
  ["WarningAction", "text"],
  ["InformationAction", "text"],
  ["ErrorVariable", "text"],
  ["WarningVariable", "text"],
  ["OutVariable", "text"],
  ["OutBuffer", "count"]
]

const words = (text: string): ReadonlyArray<string> => text.split(/\s+/).filter((word) => word !== "")

const all = new Map<string, Cmdlet>()

/** `shape` is the positional parameters; a name with `!` must be given. Of the kinds, the last one named wins. */
const cmdlet = (name: string, shape: string, kinds: Partial<Record<Kind, string>>): void => {
  const positional = words(shape).map((word) => word.replace("!", ""))
  const parameters = new Map<string, Kind>(common)
  for (const word of positional) parameters.set(word, "text")
  const mandatory = words(shape).filter((word) => word.endsWith("!")).map((word) => word.slice(0, -1))
  const order: ReadonlyArray<Kind> = ["text", "list", "boolean", "boolean?", "switch", "size", "count", "any"]
  for (const kind of order) {
    for (const word of words(kinds[kind] ?? "")) {
      parameters.set(word.replace("!", ""), kind)
      if (word.endsWith("!")) mandatory.push(word.slice(0, -1))
    }
  }
  all.set(name.toLowerCase(), { name, parameters, positional, mandatory })
}

const paging = { text: "Anr Filter SortBy OrganizationalUnit Credential", any: "ResultSize" }

cmdlet("Connect-ExchangeOnline", "", {
  text:
    "ConnectionUri AzureADAuthorizationEndpointUri ExchangeEnvironmentName DelegatedOrganization UserPrincipalName AppId CertificateFilePath CertificateThumbprint Organization Prefix LogDirectoryPath LogLevel ManagedIdentityAccountId AccessToken EnableErrorReporting",
  list: "CommandName FormatTypeName",
  boolean: "ShowProgress TrackPerformance UseMultithreading ShowBanner SkipLoadingFormatData",
  switch:
    "BypassMailboxAnchoring Device InlineCredential ManagedIdentity UseRPSSession SkipLoadingCmdletHelp LoadCmdletHelp SigningCertificate DisableWAM",
  any: "Credential Certificate CertificatePassword PSSessionOption PageSize"
})
cmdlet("Disconnect-ExchangeOnline", "", { switch: "Confirm WhatIf", list: "ConnectionId ModulePrefix" })
cmdlet("Install-Module", "Name!", {
  text: "Scope Repository RequiredVersion MinimumVersion MaximumVersion",
  switch: "Force AllowClobber AllowPrerelease AcceptLicense SkipPublisherCheck Confirm WhatIf"
})
cmdlet("Import-Module", "Name!", { text: "Prefix MinimumVersion RequiredVersion", switch: "Force Global PassThru" })

cmdlet("Get-CASMailbox", "Identity", {
  ...paging,
  switch:
    "ActiveSyncDebugLogging ActiveSyncSuppressReadReceipt GetImapProtocolLog GetPopProtocolLog IgnoreDefaultScope Monitoring ProtocolSettings ReadFromDomainController RecalculateHasActiveSyncDevicePartnership",
  list: "SendLogsTo"
})
cmdlet("Set-CASMailbox", "Identity!", {
  text:
    "ActiveSyncMailboxPolicy EwsApplicationAccessPolicy ImapMessagesRetrievalMimeFormat MAPIBlockOutlookVersions Name OwaMailboxPolicy PopMessagesRetrievalMimeFormat",
  list: "ActiveSyncAllowedDeviceIDs ActiveSyncBlockedDeviceIDs EwsAllowList EwsBlockList",
  boolean:
    "ActiveSyncDebugLogging ActiveSyncEnabled ActiveSyncSuppressReadReceipt EwsAllowEntourage EwsAllowMacOutlook EwsAllowOutlook HasActiveSyncDevicePartnership ImapEnabled ImapEnableExactRFC822Size ImapForceICalForCalendarRetrievalOption ImapSuppressReadReceipt ImapUseProtocolDefaults IsOptimizedForAccessibility MacOutlookEnabled MAPIBlockOutlookExternalConnectivity MAPIBlockOutlookNonCachedMode MAPIBlockOutlookRpcHttp MAPIEnabled OneWinNativeOutlookEnabled OutlookMobileEnabled OWAEnabled OWAforDevicesEnabled PopEnabled PopEnableExactRFC822Size PopForceICalForCalendarRetrievalOption PopSuppressReadReceipt PopUseProtocolDefaults PublicFolderClientAccess ShowGalAsDefaultView UniversalOutlookEnabled",
  "boolean?": "EwsEnabled MapiHttpEnabled SmtpClientAuthenticationDisabled",
  switch: "Confirm ResetAutoBlockedDevices WhatIf"
})
cmdlet("Get-TransportConfig", "Identity", {})
cmdlet("Set-TransportConfig", "Identity", {
  text:
    "DSNConversionMode ExternalDsnDefaultLanguage ExternalDsnReportingAuthority ExternalPostmasterAddress HeaderPromotionModeSetting InternalDsnDefaultLanguage InternalDsnReportingAuthority JournalingReportNdrTo MessageExpiration",
  list: "GenerateCopyOfDSNFor InternalSMTPServers SupervisionTags TLSReceiveDomainSecureList TLSSendDomainSecureList",
  boolean:
    "AddressBookPolicyRoutingEnabled AllowLegacyTLSClients ClearCategories ConvertDisclaimerWrapperToEml ExternalDelayDsnEnabled ExternalDsnLanguageDetectionEnabled ExternalDsnSendHtml InternalDelayDsnEnabled InternalDsnLanguageDetectionEnabled InternalDsnSendHtml LegacyJournalingMigrationEnabled PreventDuplicateJournalingEnabled ReplyAllStormProtectionEnabled Rfc2231EncodingEnabled SmtpClientAuthenticationDisabled VerifySecureSubmitEnabled VoicemailJournalingEnabled",
  switch: "Confirm Force WhatIf",
  count:
    "JournalMessageExpirationDays ReplyAllStormBlockDurationHours ReplyAllStormDetectionMinimumRecipients ReplyAllStormDetectionMinimumReplies",
  size: "ExternalDsnMaxMessageAttachSize InternalDsnMaxMessageAttachSize",
  any: "MaxRecipientEnvelopeLimit"
})
cmdlet("Get-OrganizationConfig", "Identity", {})
cmdlet("Set-OrganizationConfig", "", {
  text:
    "ActivityBasedAuthenticationTimeoutInterval BookingsNamingPolicyPrefix BookingsNamingPolicySuffix DefaultAuthenticationPolicy DefaultGroupAccessType DefaultPublicFolderAgeLimit DefaultPublicFolderDeletedItemRetention DefaultPublicFolderMovedItemRetention DistributionGroupDefaultOU DistributionGroupNamingPolicy EwsAllowedAppIDs EwsApplicationAccessPolicy HierarchicalAddressBookRoot MessageRecallMaxRecallableAge PublicFoldersEnabled ShortenEventScopeDefault SiteMailboxCreationURL VisibleMeetingUpdateProperties",
  list:
    "DistributionGroupNameBlockedWordsList EwsAllowList EwsBlockList ExchangeNotificationRecipients IPListBlocked RemotePublicFolderMailboxes",
  boolean:
    "ActionableMessagesExtenalAccessTokenEnabled ActivityBasedAuthenticationTimeoutEnabled ActivityBasedAuthenticationTimeoutWithSingleSignOnEnabled AppsForOfficeEnabled AsyncSendEnabled AuditDisabled AutodiscoverPartialDirSync AutoEnableArchiveMailbox AutomaticForcedReadReceiptEnabled BlockMoveMessagesForGroupFolders BookingsAddressEntryRestricted BookingsAuthEnabled BookingsBlockedWordsEnabled BookingsCreationOfCustomQuestionsRestricted BookingsEnabled BookingsExposureOfStaffDetailsRestricted BookingsMembershipApprovalRequired BookingsNamingPolicyEnabled BookingsNamingPolicyPrefixEnabled BookingsNamingPolicySuffixEnabled BookingsNotesEntryRestricted BookingsPaymentsEnabled BookingsPhoneNumberEntryRestricted BookingsSearchEngineIndexDisabled BookingsSmsMicrosoftEnabled BookingsSocialSharingRestricted CalendarVersionStoreEnabled ComplianceMLBgdCrawlEnabled ConnectorsActionableMessagesEnabled ConnectorsEnabled ConnectorsEnabledForOutlook ConnectorsEnabledForSharepoint ConnectorsEnabledForTeams ConnectorsEnabledForYammer CustomerLockboxEnabled DefaultFolderPermissionRestricted DelayedDelicensingEnabled DirectReportsGroupAutoCreationEnabled DisablePlusAddressInRecipients DLPViaDcsEnabled DLPWaitOnSendEnabled ElcProcessingDisabled EnableForwardingAddressSyncForMailboxes EnableOutlookEvents EndUserDLUpgradeFlowsDisabled EndUserMailNotificationForDelayedDelicensingEnabled EnforceExoAppRbacPermissions EwsAllowEntourage EwsAllowMacOutlook EwsAllowOutlook ExchangeNotificationEnabled FindTimeAttendeeAuthenticationEnabled FindTimeAutoScheduleDisabled FindTimeLockPollForAttendeesEnabled FindTimeOnlineMeetingOptionDisabled FocusedInboxOn HybridRSVPEnabled InRegionRoutingEnabled IsAgendaMailEnabled IsGroupFoldersAndRulesEnabled IsGroupMemberAllowedToEditContent LeanPopoutEnabled LinkPreviewEnabled MailTipsAllTipsEnabled MailTipsExternalRecipientsTipsEnabled MailTipsGroupMetricsEnabled MailTipsMailboxSourcedTipsEnabled MaskClientIpInReceivedHeadersEnabled MatchSenderOrganizerProperties MessageHighlightsEnabled MessageRecallAlertRecipientsEnabled MessageRecallAlertRecipientsReadMessagesOnlyEnabled MessageRecallEnabled MessageRemindersEnabled MobileAppEducationEnabled OAuth2ClientProfileEnabled OnlineMeetingsByDefaultEnabled OutlookGifPickerDisabled OutlookMobileGCCRestrictionsEnabled OutlookMobileHelpShiftEnabled OutlookMobileSingleAccountEnabled OutlookPayEnabled OutlookTextPredictionDisabled PerTenantSwitchToESTSEnabled PostponeRoamingSignaturesUntilLater PublicComputersDetectionEnabled PublicFolderShowClientControl ReadTrackingEnabled RecallReadMessagesEnabled RefreshSessionEnabled RecipientDelimiters RejectDirectSend SendFromAliasEnabled SharedDomainEmailAddressFlowEnabled SmtpActionableMessagesEnabled TenantAdminNotificationForDelayedDelicensingEnabled TwoClickMailPreviewEnabled UnblockUnsafeSenderPromptEnabled WebPushNotificationsDisabled WebSuggestedRepliesDisabled WorkspaceTenantEnabled",
  "boolean?": "EwsEnabled",
  switch:
    "AutoExpandingArchive Confirm EnforceShortenEventSetting ExchangeAttributesCloudManagedByDefault ExchangeAttributesServerManagedByDefault WhatIf",
  count:
    "AutoArchivingThresholdPercentage ByteEncoderTypeFor7BitCharsets DefaultMinutesToReduceLongEventsBy DefaultMinutesToReduceShortEventsBy DLPWaitOnSendTimeout MailTipsLargeAudienceThreshold PreferredInternetCodePageForShiftJis RequiredCharsetCoverage",
  any: "DefaultPublicFolderIssueWarningQuota DefaultPublicFolderMaxItemSize DefaultPublicFolderProhibitPostQuota"
})
const protocols =
  "AllowBasicAuthActiveSync AllowBasicAuthAutodiscover AllowBasicAuthImap AllowBasicAuthMapi AllowBasicAuthOfflineAddressBook AllowBasicAuthOutlookService AllowBasicAuthPop AllowBasicAuthPowershell AllowBasicAuthReportingWebServices AllowBasicAuthRpc AllowBasicAuthSmtp AllowBasicAuthWebServices"
cmdlet("Get-AuthenticationPolicy", "Identity", { switch: "AllowLegacyExchangeTokens", text: "TenantId" })
cmdlet("New-AuthenticationPolicy", "Name!", { switch: `${protocols} Confirm WhatIf` })
cmdlet("Set-AuthenticationPolicy", "Identity!", {
  switch: `${protocols} AllowLegacyExchangeTokens BlockLegacyExchangeTokens Confirm WhatIf`,
  text: "TenantId"
})
cmdlet("Remove-AuthenticationPolicy", "Identity!", {
  switch: "AllowLegacyExchangeTokens Confirm WhatIf",
  text: "TenantId"
})
cmdlet("Get-User", "Identity", {
  ...paging,
  list: "RecipientTypeDetails AuthPolicy",
  switch: "Arbitration AuditLog AuxAuditLog IsVIP PublicFolder"
})
cmdlet("Set-User", "Identity!", {
  text:
    "AssistantName AuthenticationPolicy City Company CountryOrRegion Department DisplayName Fax FirstName HomePhone Initials LastName Manager MobilePhone Name Notes Office Pager Phone PhoneticDisplayName PostalCode SimpleDisplayName StateOrProvince StreetAddress TelephoneAssistant Title WebPage WindowsEmailAddress StsRefreshTokensValidFrom DesiredWorkloads MailboxRegion",
  list: "OtherFax OtherHomePhone OtherTelephone PostOfficeBox GeoCoordinates SeniorityIndex",
  boolean: "CanHaveCloudCache RemotePowerShellEnabled EXOModuleEnabled IsShadowMailbox VIP",
  switch: "Confirm Force PermanentlyClearPreviousMailboxInfo PublicFolder WhatIf"
})
cmdlet("Get-Mailbox", "Identity", {
  ...paging,
  list: "RecipientTypeDetails PropertySets",
  text: `${paging.text} MailboxPlan MigrationWave`,
  switch:
    "Archive Arbitration AuditLog GroupMailbox InactiveMailboxOnly IncludeAcceptMessagesOnlyFromSendersOrMembersWithDisplayNames IncludeInactiveMailbox Migration PublicFolder SoftDeletedMailbox"
})
cmdlet("Set-Mailbox", "Identity!", {
  text:
    "Alias DataEncryptionPolicy DefaultPublicFolderMailbox DisplayName EndDateForRetentionHold ExternalOofOptions ForwardingAddress ForwardingSmtpAddress ImmutableId JournalArchiveAddress LitigationHoldDate LitigationHoldDuration LitigationHoldOwner MailboxRegion MailTip MicrosoftOnlineServicesID Name Office RetainDeletedItemsFor RetentionComment RetentionPolicy RetentionUrl RoleAssignmentPolicy SendModerationNotifications SharingPolicy SimpleDisplayName StartDateForRetentionHold StsRefreshTokensValidFrom Type WindowsEmailAddress CustomAttribute1 CustomAttribute2 CustomAttribute3 CustomAttribute4 CustomAttribute5 CustomAttribute6 CustomAttribute7 CustomAttribute8 CustomAttribute9 CustomAttribute10 CustomAttribute11 CustomAttribute12 CustomAttribute13 CustomAttribute14 CustomAttribute15 UniqueRecipientsCountLimitLevel",
  list:
    "AcceptMessagesOnlyFrom AcceptMessagesOnlyFromDLMembers AcceptMessagesOnlyFromSendersOrMembers ArchiveName AuditAdmin AuditDelegate AuditOwner BypassModerationFromSendersOrMembers DefaultAuditSet EmailAddresses ExtensionCustomAttribute1 ExtensionCustomAttribute2 ExtensionCustomAttribute3 ExtensionCustomAttribute4 ExtensionCustomAttribute5 GrantSendOnBehalfTo Languages MailTipTranslations ModeratedBy NonCompliantDevices RejectMessagesFrom RejectMessagesFromDLMembers RejectMessagesFromSendersOrMembers ResourceCustom UserCertificate UserSMimeCertificate",
  boolean:
    "AccountDisabled AuditEnabled CalendarRepairDisabled CalendarVersionStoreDisabled DeliverToMailboxAndForward ElcProcessingDisabled EnableRoomMailboxAccount HiddenFromAddressListsEnabled LitigationHoldEnabled MessageCopyForSendOnBehalfEnabled MessageCopyForSentAsEnabled MessageCopyForSMTPClientSubmissionEnabled MessageTrackingReadStatusEnabled ModerationEnabled RequireSenderAuthenticationEnabled RetentionHoldEnabled SchedulerAssistant SingleItemRecoveryEnabled UniqueUnrestrictedGroupsLimitEnabled UseDatabaseQuotaDefaults UseDatabaseRetentionDefaults",
  switch:
    "ApplyMandatoryProperties Confirm ExcludeFromAllHolds ExcludeFromAllOrgHolds Force GroupMailbox InactiveMailbox ProvisionedForOfficeGraph PublicFolder RemoveMailboxProvisioningConstraint UpdateEnforcedTimestamp WhatIf",
  size: "IssueWarningQuota MaxReceiveSize MaxSendSize ProhibitSendQuota ProhibitSendReceiveQuota RulesQuota",
  count: "ResourceCapacity",
  any: "Password RoomMailboxPassword RecipientLimits"
})
cmdlet("Get-MailboxPermission", "Identity", {
  text: "User",
  switch:
    "Owner GroupMailbox SoftDeletedMailbox UseCustomRouting IncludeSoftDeletedUserPermissions IncludeUnresolvedPermissions",
  any: "ResultSize"
})
cmdlet("Add-MailboxPermission", "Identity!", {
  list: "AccessRights!",
  text: "User! InheritanceType",
  boolean: "AutoMapping",
  switch: "Confirm Deny GroupMailbox IgnoreDefaultScope WhatIf"
})
cmdlet("Remove-MailboxPermission", "Identity!", {
  list: "AccessRights",
  text: "User InheritanceType",
  switch:
    "BypassMasterAccountSid ClearAutoMapping Confirm Deny GroupMailbox IgnoreDefaultScope ResetDefault SoftDeletedMailbox WhatIf"
})
cmdlet("Get-RecipientPermission", "Identity", { text: "Trustee", list: "AccessRights", any: "ResultSize" })
cmdlet("Add-RecipientPermission", "Identity!", {
  list: "AccessRights!",
  text: "Trustee!",
  switch:
    "Confirm MultiTrustees SkipDomainValidationForMailContact SkipDomainValidationForMailUser SkipDomainValidationForSharedMailbox WhatIf"
})
cmdlet("Remove-RecipientPermission", "Identity!", {
  list: "AccessRights!",
  text: "Trustee!",
  switch:
    "Confirm Deny MultiTrustees SkipDomainValidationForMailContact SkipDomainValidationForMailUser SkipDomainValidationForSharedMailbox WhatIf"
})
cmdlet("Get-BlockedSenderAddress", "", { text: "SenderAddress" })
cmdlet("Remove-BlockedSenderAddress", "", { text: "SenderAddress! Reason", switch: "Confirm WhatIf" })
cmdlet("Get-ServicePrincipal", "Identity", { text: "Organization" })
cmdlet("New-ServicePrincipal", "", { text: "AppId! ObjectId! DisplayName ServiceId", switch: "Confirm WhatIf" })
cmdlet("Set-ServicePrincipal", "Identity!", { text: "DisplayName", switch: "Confirm WhatIf" })
cmdlet("Remove-ServicePrincipal", "Identity!", { switch: "Confirm WhatIf" })
cmdlet("Test-ServicePrincipalAuthorization", "Identity!", { text: "Resource", switch: "Confirm WhatIf" })
cmdlet("Get-ManagementScope", "Identity", { boolean: "Exclusive", switch: "Orphan" })
cmdlet("New-ManagementScope", "Name!", {
  text: "RecipientRestrictionFilter RecipientRoot",
  switch: "Confirm Exclusive Force WhatIf"
})
cmdlet("Remove-ManagementScope", "Identity!", { switch: "Confirm WhatIf" })
cmdlet("Get-ManagementRoleAssignment", "Identity", {
  text:
    "AssignmentMethod ConfigWriteScope CustomConfigWriteScope CustomRecipientWriteScope ExclusiveConfigWriteScope ExclusiveRecipientWriteScope RecipientAdministrativeUnitScope RecipientGroupScope RecipientOrganizationalUnitScope RecipientWriteScope Role RoleAssignee RoleAssigneeType WritableRecipient",
  boolean: "Delegating Enabled Exclusive",
  switch: "GetEffectiveUsers"
})
cmdlet("New-ManagementRoleAssignment", "Name", {
  text:
    "App Computer CustomConfigWriteScope CustomRecipientWriteScope CustomResourceScope ExclusiveConfigWriteScope ExclusiveRecipientWriteScope Policy RecipientAdministrativeUnitScope RecipientGroupScope RecipientOrganizationalUnitScope RecipientRelativeWriteScope Role! SecurityGroup User",
  switch: "Confirm Delegating Force UnScopedTopLevel WhatIf"
})
cmdlet("Remove-ManagementRoleAssignment", "Identity!", { switch: "Confirm WhatIf" })
cmdlet("Get-MessageTraceV2", "", {
  text: "EndDate FromIP MessageId MessageTraceId StartDate StartingRecipientAddress Subject SubjectFilterType ToIP",
  list: "RecipientAddress SenderAddress Status",
  any: "ResultSize"
})

cmdlet("New-ApplicationAccessPolicy", "", {
  text: "AccessRight! Description PolicyScopeGroupId!",
  list: "AppId!",
  switch: "Confirm WhatIf"
})
cmdlet("Get-ApplicationAccessPolicy", "Identity", {})
cmdlet("Remove-ApplicationAccessPolicy", "Identity!", { switch: "Confirm WhatIf" })
cmdlet("Test-ApplicationAccessPolicy", "", { text: "AppId! Identity!" })

// Real cmdlets without an effect here: this service has no connectors, groups or high volume accounts.
cmdlet("Get-InboundConnector", "Identity", { any: "ResultSize" })
cmdlet("New-InboundConnector", "Name!", {
  text: "Comment ConnectorSource ConnectorType EFTestMode TlsSenderCertificateName",
  list:
    "AssociatedAcceptedDomains ClientHostNames EFSkipIPs EFSkipMailGateway EFUsers ScanAndDropRecipients SenderDomains! SenderIPAddresses TrustedOrganizations",
  boolean:
    "CloudServicesMailEnabled EFSkipLastIP Enabled RequireTls RestrictDomainsToCertificate RestrictDomainsToIPAddresses TreatMessagesAsInternal",
  switch: "Confirm WhatIf"
})
cmdlet("New-MailUser", "Name!", {
  text:
    "Alias DisplayName ExternalEmailAddress FederatedIdentity FirstName ImmutableId Initials LastName MailboxRegion MacAttachmentFormat MessageBodyFormat MessageFormat MicrosoftOnlineServicesID ModeratedBy PrimarySmtpAddress RemotePowerShellEnabled SendModerationNotifications",
  boolean: "ModerationEnabled UsePreferMessageFormat",
  switch: "Confirm HVEAccount LOBAppAccount WhatIf",
  any: "Password"
})
cmdlet("Get-MailUser", "Identity", { ...paging, switch: "HVEAccount LOBAppAccount SoftDeletedMailUser" })
cmdlet("Add-HVEAppAccess", "Identity!", { list: "AppIds!", switch: "Confirm WhatIf" })
cmdlet("Get-BillingPolicy", "", { text: "ResourceType" })
cmdlet("Set-HVEAccountBillingPolicy", "Identity!", { text: "BillingPolicyId!", switch: "Confirm WhatIf" })
cmdlet("Set-HVEAccountSettings", "Identity!", { text: "ReplyTo", switch: "Confirm WhatIf" })
cmdlet("Enable-DnssecForVerifiedDomain", "DomainName!", { switch: "Confirm WhatIf" })
cmdlet("Enable-SmtpDaneInbound", "DomainName!", { switch: "Confirm WhatIf" })
cmdlet("Get-SmtpDaneInboundStatus", "DomainName!", {})
cmdlet("Set-DistributionGroup", "Identity!", {
  text: "Alias DisplayName MailTip Name PrimarySmtpAddress MemberJoinRestriction MemberDepartRestriction",
  list:
    "AcceptMessagesOnlyFrom AcceptMessagesOnlyFromSendersOrMembers EmailAddresses GrantSendOnBehalfTo ManagedBy ModeratedBy",
  boolean: "HiddenFromAddressListsEnabled ModerationEnabled RequireSenderAuthenticationEnabled",
  switch: "BypassSecurityGroupManagerCheck Confirm ForceUpgrade WhatIf"
})

cmdlet("Add-DistributionGroupMember", "Identity!", {
  text: "Member",
  switch: "BypassSecurityGroupManagerCheck Confirm WhatIf"
})
cmdlet("Remove-DistributionGroupMember", "Identity!", {
  text: "Member",
  switch: "BypassSecurityGroupManagerCheck Confirm WhatIf"
})
cmdlet("Get-Recipient", "Identity", {
  ...paging,
  text: "Anr Filter SortBy OrganizationalUnit BookmarkDisplayName RecipientPreviewFilter",
  list: "Capabilities Properties PropertySet RecipientType RecipientTypeDetails",
  switch: "IncludeSoftDeletedRecipients"
})
// Of Microsoft Graph PowerShell, not of Exchange.
cmdlet("Get-MgUserLicenseDetail", "UserId!", { list: "Property Sort", text: "Filter", switch: "All" })
cmdlet("Set-MgUserLicense", "UserId!", { any: "AddLicenses RemoveLicenses BodyParameter", switch: "Confirm WhatIf" })

cmdlet("Get-MailboxStatistics", "Identity", {
  text: "Database Filter Server StoreMailboxIdentity",
  switch: "Archive IncludeMoveHistory IncludeMoveReport IncludeSoftDeletedRecipients NoADLookup"
})
cmdlet("Get-InboxRule", "Identity", {
  text: "Mailbox SweepRules DescriptionTimeFormat DescriptionTimeZone",
  switch: "BypassScopeCheck IncludeHidden SkipInvalidRules",
  any: "ResultSize"
})
cmdlet("Get-AcceptedDomain", "Identity", { any: "ResultSize" })
cmdlet("Get-TenantAllowBlockListItems", "Identity", {
  text: "ListType! ListSubType ExpirationDate",
  list: "Entry",
  switch: "Allow Block NoExpiration"
})
cmdlet("Get-HostedOutboundSpamFilterPolicy", "Identity", {})
cmdlet("Set-HostedOutboundSpamFilterPolicy", "Identity!", {
  text: "ActionWhenThresholdReached AdminDisplayName AutoForwardingMode",
  list: "BccSuspiciousOutboundAdditionalRecipients NotifyOutboundSpamRecipients",
  boolean: "BccSuspiciousOutboundMail NotifyOutboundSpam",
  count: "RecipientLimitExternalPerHour RecipientLimitInternalPerHour RecipientLimitPerDay",
  switch: "Confirm WhatIf"
})

/** Finds a cmdlet by name, in any case. */
export const find = (name: string): Cmdlet | undefined => all.get(name.toLowerCase())

/** Every cmdlet, in the order above. */
export const cmdlets: ReadonlyArray<Cmdlet> = [...all.values()]
