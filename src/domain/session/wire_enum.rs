//! Yoti's closed-looking vocabularies, every one open at the end (invariant I5).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::server_text::ServerText;

/// What every enum here can do, for readers that do not care which one it is.
pub trait WireValue: Sized {
    /// Reads a wire value; never fails.
    fn of_wire(text: &str) -> Self;
    /// True when this build does not know the value.
    fn is_new(&self) -> bool;
    /// The value as it stands on the wire.
    fn raw(&self) -> &str;
}

macro_rules! wire_enum {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $wire:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name {
            $($(#[$vdoc])* #[doc = concat!("`", $wire, "`")] $variant,)+
            /// A value that this build does not know, as received.
            Unknown(ServerText),
        }

        impl $name {
            /// Every value that this build knows, in the contract's order.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// Reads a wire value; case matters (contract 0.3).
            #[must_use]
            pub fn from_wire(text: &str) -> Self {
                match text {
                    $($wire => Self::$variant,)+
                    // As received: new values come before any SDK
                    // knows them, and exports must not lose them (I5).
                    other => Self::Unknown(ServerText::new(other)),
                }
            }

            /// The wire name of a known value; `None` for an unknown one.
            #[must_use]
            pub const fn known_name(&self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => Some($wire),)+
                    Self::Unknown(_) => None,
                }
            }

            /// The value exactly as it stands on the wire. Not for a terminal: see `crate::text`.
            #[must_use]
            pub fn as_raw(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)+
                    Self::Unknown(text) => text.as_raw(),
                }
            }

            /// The value as a server's text, for `crate::text::shown`.
            #[must_use]
            pub fn text(&self) -> ServerText {
                ServerText::new(self.as_raw())
            }

            /// True when this build does not know the value.
            #[must_use]
            pub const fn is_unknown(&self) -> bool {
                matches!(self, Self::Unknown(_))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::from_wire(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_raw())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from).map(|text| Self::from_wire(&text))
            }
        }

        impl WireValue for $name {
            fn of_wire(text: &str) -> Self {
                Self::from_wire(text)
            }

            fn is_new(&self) -> bool {
                self.is_unknown()
            }

            fn raw(&self) -> &str {
                self.as_raw()
            }
        }
    )+};
}

wire_enum! {
    /// State of a session (contract 3.1).
    SessionState { Ongoing = "ONGOING", Completed = "COMPLETED", Expired = "EXPIRED" }
    /// State of a check (contract 4.1).
    CheckState {
        Created = "CREATED", Ready = "READY", Pending = "PENDING", Done = "DONE",
        InternalError = "INTERNAL_ERROR",
    }
    /// State of a task (contract 3.3).
    TaskState { Created = "CREATED", Pending = "PENDING", Done = "DONE", Failed = "FAILED" }
    /// What a check recommends (contract 4.3). Advice, never the decision.
    Recommendation {
        Approve = "APPROVE", Reject = "REJECT", NotAvailable = "NOT_AVAILABLE",
        Consider = "CONSIDER",
    }
    /// Type of a check (contract 4.2).
    CheckType {
        IbvVisualReview = "IBV_VISUAL_REVIEW_CHECK",
        ProfileDocumentMatch = "PROFILE_DOCUMENT_MATCH",
        DocumentSchemeValidity = "DOCUMENT_SCHEME_VALIDITY_CHECK",
        IdDocumentAuthenticity = "ID_DOCUMENT_AUTHENTICITY",
        IdDocumentComparison = "ID_DOCUMENT_COMPARISON",
        IdDocumentFaceMatch = "ID_DOCUMENT_FACE_MATCH",
        FaceComparison = "FACE_COMPARISON",
        Liveness = "LIVENESS",
        IdDocumentTextData = "ID_DOCUMENT_TEXT_DATA_CHECK",
        SupplementaryDocumentTextData = "SUPPLEMENTARY_DOCUMENT_TEXT_DATA_CHECK",
        ThirdPartyIdentity = "THIRD_PARTY_IDENTITY",
        ThirdPartyIdentityFraud1 = "THIRD_PARTY_IDENTITY_FRAUD_1",
        WatchlistScreening = "WATCHLIST_SCREENING",
        WatchlistAdvancedCa = "WATCHLIST_ADVANCED_CA",
        SynecticsIdentityFraud = "SYNECTICS_IDENTITY_FRAUD",
    }
    /// Result of one sub-check (contract 4.3).
    SubCheckResult { Pass = "PASS", Fail = "FAIL", NotAvailable = "NOT_AVAILABLE" }
    /// Who worked on a sub-check (contract 4.3).
    Process { Automated = "AUTOMATED", ExpertReview = "EXPERT_REVIEW" }
    /// Type of a task (contract 3.3).
    TaskType {
        IdDocumentTextDataExtraction = "ID_DOCUMENT_TEXT_DATA_EXTRACTION",
        SupplementaryDocumentTextDataExtraction = "SUPPLEMENTARY_DOCUMENT_TEXT_DATA_EXTRACTION",
        VerifyShareCode = "VERIFY_SHARE_CODE_TASK",
    }
    /// What a task recommends (contract 3.3).
    TaskRecommendation {
        Progress = "PROGRESS", ShouldTryAgain = "SHOULD_TRY_AGAIN", MustTryAgain = "MUST_TRY_AGAIN",
    }
    /// Who may supply a requirement, or who supplied a resource (contract 6).
    SourceType { EndUser = "END_USER", RelyingBusiness = "RELYING_BUSINESS", Ibv = "IBV" }
    /// Type of a required resource (contract 5.3).
    RequirementType {
        IdDocument = "ID_DOCUMENT", SupplementaryDocument = "SUPPLEMENTARY_DOCUMENT",
        Liveness = "LIVENESS", FaceCapture = "FACE_CAPTURE", ApplicantProfile = "APPLICANT_PROFILE",
    }
    /// State of a required resource or of a task requested for it (contract 5.3).
    RequirementState { Required = "REQUIRED", InProgress = "IN_PROGRESS", Complete = "COMPLETE" }
    /// State of an in-branch assessment (contract 5.5).
    AssessmentState { Required = "REQUIRED", Done = "DONE" }
    /// Kind of liveness (contract 3.5).
    LivenessType { Zoom = "ZOOM", Static = "STATIC" }
    /// Kind of a media (contract 3.3).
    MediaType { Image = "IMAGE", Json = "JSON", Binary = "BINARY", Pdf = "PDF" }
    /// How a page was captured (contract 3.4).
    CaptureMethod { Camera = "CAMERA", Upload = "UPLOAD" }
    /// Outcome of an identity profile (contract 3.7).
    IdentityProfileOutcome { Done = "DONE", Aborted = "ABORTED" }
    /// Framework that an identity profile reports on (contract 3.7).
    TrustFramework { UkTfida = "UK_TFIDA", YotiGlobal = "YOTI_GLOBAL" }
    /// Whether consent to biometrics is needed (contract 5.2); not the result's time of consent.
    BiometricConsent { Required = "REQUIRED", NotRequired = "NOT_REQUIRED", Captured = "CAPTURED" }
    /// Whose account an advanced watchlist search uses (contract 4.6).
    WatchlistAccount { Yoti = "WITH_YOTI_ACCOUNT", Custom = "WITH_CUSTOM_ACCOUNT" }
    /// Where an advanced watchlist search looks (contract 4.6).
    WatchlistSources { TypeList = "TYPE_LIST", Profile = "PROFILE" }
    /// How an advanced watchlist search compares (contract 4.6).
    MatchingStrategy { Exact = "EXACT", Fuzzy = "FUZZY" }
    /// What a tracked device did (contract 13.2).
    DeviceEventKind {
        ConfigFirstLoaded = "CONFIG_FIRST_LOADED", ResourceCreated = "RESOURCE_CREATED",
        ClientSessionTokenDeleted = "CLIENT_SESSION_TOKEN_DELETED",
    }
    /// Why the API refuses, of those that something here depends on (contract 9.2).
    ErrorCode {
        AppNotFound = "APP_NOT_FOUND", SessionNotFound = "SESSION_NOT_FOUND",
        SessionExpired = "SESSION_EXPIRED", SessionLocked = "SESSION_LOCKED",
        ResourceLocked = "RESOURCE_LOCKED",
        InstructionsNotComplete = "INSTRUCTIONS_NOT_COMPLETE",
        MediaIdNotFound = "MEDIA_ID_NOT_FOUND", MediaContentNotFound = "MEDIA_CONTENT_NOT_FOUND",
        MessageSigning = "MESSAGE_SIGNING", BadSdkId = "BAD_SDK_ID", BadToken = "BAD_TOKEN",
        BadPublicKey = "BAD_PUBLIC_KEY", InsufficientPermission = "INSUFFICIENT_PERMISSION",
        NotYourResource = "NOT_YOUR_RESOURCE", NotYourSession = "NOT_YOUR_SESSION",
    }
    /// What a notification is about (contract 8.2).
    Topic {
        ResourceUpdate = "RESOURCE_UPDATE", TaskCompletion = "TASK_COMPLETION",
        CheckCompletion = "CHECK_COMPLETION", SessionCompletion = "SESSION_COMPLETION",
        ClientSessionTokenDeleted = "CLIENT_SESSION_TOKEN_DELETED",
        NewPdfSupplied = "NEW_PDF_SUPPLIED",
        InstructionsEmailRequested = "INSTRUCTIONS_EMAIL_REQUESTED",
        ThankYouEmailRequested = "THANK_YOU_EMAIL_REQUESTED",
        FirstBranchVisit = "FIRST_BRANCH_VISIT",
    }
}

impl Topic {
    /// The topic of a notification: upper case where it is asked for, lower case where it arrives
    /// (11 #14). An unknown one keeps its text.
    #[must_use]
    pub fn of_notification(text: &str) -> Self {
        let known = Self::KNOWN.iter().find(|topic| topic.as_raw().eq_ignore_ascii_case(text));
        known.cloned().unwrap_or_else(|| Self::from_wire(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_value_goes_there_and_back() {
        for value in CheckType::KNOWN {
            assert_eq!(&CheckType::from_wire(value.as_raw()), value);
            assert!(!value.is_unknown());
        }
    }

    #[test]
    fn an_unknown_value_keeps_its_text_and_lower_case_is_unknown() {
        let value = Recommendation::from_wire("approve");
        assert!(value.is_unknown());
        assert_eq!(value.as_raw(), "approve");
        assert_eq!(value.known_name(), None);
    }
}
