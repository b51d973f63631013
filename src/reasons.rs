//! What Yoti's codes mean to an operator, and what to do next: the table `assets/reasons.toml`.
//!
//! Owns the reading of that table. Must never guess: a code that is not in it has no explanation.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

const SHIPPED: &str = include_str!("../assets/reasons.toml");

/// The vocabulary that a code belongs to: some codes stand in more than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `report.recommendation.value` of a check (contract 4.3).
    Recommendation,
    /// State of a check (contract 4.1).
    CheckState,
    /// `report.recommendation.reason` of a check (contract 4.5).
    Reason,
    /// Value and reason of a task's recommendation (contract 3.3).
    Task,
    /// Result and reason code of an identity profile (contract 3.7).
    Profile,
    /// `report.recommendation.recovery_suggestion` (contract 4.3).
    Recovery,
    /// `sub_check` of a breakdown (contract 4.4).
    SubCheck,
}

/// What one of Yoti's codes means to an operator.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplainedReason {
    /// As on the wire.
    pub code: String,
    /// One plain sentence; of a sub-check: what it looks at.
    pub means: String,
    /// The next step; of a sub-check: when it is no PASS.
    pub next: String,
    /// Section of the wire contract, and where the code was seen.
    pub source: String,
}

type Table = BTreeMap<Kind, Vec<ExplainedReason>>;

// The shipped table can be read (held by a test); if it could not, nothing would be explained.
static TABLE: LazyLock<Table> = LazyLock::new(|| toml::from_str(SHIPPED).unwrap_or_default());

/// The explanation of a code, compared exactly; `None` for one that this build does not know.
#[must_use]
pub fn explained(kind: Kind, code: &str) -> Option<&'static ExplainedReason> {
    TABLE.get(&kind)?.iter().find(|reason| reason.code == code)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::session::wire_enum::{
        CheckState, IdentityProfileOutcome, Recommendation, TaskRecommendation,
    };

    /// Contract 4.5, row by row.
    const REASONS: &[&str] = &[
        "COUNTERFEIT EXPIRED_DOCUMENT FRAUD_LIST_MATCH DOCUMENT_COPY ISSUING_AUTHORITY_INVALID \
         TAMPERED MISSING_HOLOGRAM NO_HOLOGRAM_MOVEMENT DATA_MISMATCH DOC_NUMBER_INVALID \
         CHIP_DATA_INTEGRITY_FAILED CHIP_SIGNATURE_VERIFICATION_FAILED \
         CHIP_CSCA_VERIFICATION_FAILED OTHER_SECURITY_FEATURES",
        "PHOTO_OVEREXPOSED PHOTO_TOO_DARK PHOTO_TOO_BLURRY DOCUMENT_TOO_DAMAGED GLARE_OBSTRUCTION \
         OBJECT_OBSTRUCTION NO_DOCUMENT PARTIAL_PHOTO IMAGE_RESOLUTION_TOO_LOW \
         COUNTRY_NOT_SUPPORTED DOCUMENT_NOT_SUPPORTED INCORRECT_DOCUMENT_TYPE INCORRECT_MRZ \
         DOCUMENT_VERSION_NOT_SUPPORTED MISSING_DOCUMENT_SIDE BLACK_AND_WHITE_IMAGE MISUSE INVALID \
         CHIP_PARSE CHIP_SOD_PARSE UNABLE_TO_LOAD PICTURE_TOO_DARK",
        "FACE_NOT_GENUINE LARGE_AGE_GAP PHOTO_OF_MASK PHOTO_OF_PHOTO DIFFERENT_PERSON",
        "FACE_NOT_FOUND DOCUMENT_NOT_FOUND PARTIAL_PHOTO FACE_PHOTO_LOW_RESOLUTION MISUSE INVALID",
        "EXTRACTION_FAILED MRZ_VALIDATION MISMATCH NON_LATIN_CHARACTER_IN_NAME NO_VALID_SUBCHECKS",
        "NO_MATCH NO_MATCH_FOUND ADDRESS_MISMATCH NO_VALID_FIELDS POTENTIAL_MATCH MATCH_FOUND",
    ];

    /// Contract 3.7.
    const PROFILES: &[&str] = &[
        "MANDATORY_DOCUMENT_NOT_PROVIDED MANDATORY_DOCUMENT_COULD_NOT_BE_PROVIDED FRAUD_DETECTED \
         UNABLE_TO_VALIDATE_DOCUMENT MISSING_LIVENESS IDENTITY_CHECK_FAILED \
         UNABLE_TO_COMPLETE_CHECKS COULD_NOT_VERIFY_ADDRESS UNABLE_TO_VERIFY_ADDRESS \
         FACE_MATCH_VERIFICATION_FAILED FACE_MATCH_HIGHER_THRESHOLD_VERIFICATION_FAILED \
         IDENTITY_FRAUD_SCORE_INSUFFICIENT ACTIVITY_HISTORY_SCORE_INSUFFICIENT \
         LEVEL_OF_ASSURANCE_NOT_SUFFICIENT ABANDONED",
    ];

    /// Contract 4.4, row by row.
    const SUB_CHECKS: &[&str] = &[
        "document_in_date fraud_list_check yoti_fraud_list_check no_sign_of_forgery \
         no_signs_of_forgery no_sign_of_tampering hologram hologram_movement \
         other_security_features physical_document_captured doc_number_validation mrz_validation \
         ocr_mrz_comparison ocr_barcode_comparison age_estimation_dob_comparison \
         document_recognition portrait_integrity issuing_authority chip_parse chip_sod_parse \
         chip_data_integrity chip_digital_signature_verification chip_csca_trusted \
         data_in_correct_position expected_data_present real_document",
        "ai_face_match manual_face_match liveness_auth face_processing \
         payload_signature_verification text_data_readable mrz_validation dob_match name_match",
        "name_match address_match dob_match deceased electoral_roll pep_warning sanctions_warning \
         multiple_sources_match check_performed",
        "adverse_media custom_search fitness_probity pep sanction warning",
    ];

    fn table() -> Table {
        toml::from_str(SHIPPED).unwrap()
    }

    #[test]
    fn every_code_of_the_contract_is_explained() {
        let mut wanted: Vec<(Kind, &str)> = Vec::new();
        for (kind, rows) in
            [(Kind::Reason, REASONS), (Kind::Profile, PROFILES), (Kind::SubCheck, SUB_CHECKS)]
        {
            wanted.extend(rows.iter().flat_map(|row| row.split_whitespace()).map(|c| (kind, c)));
        }
        wanted.extend(["QUALITY", "USER_ERROR"].map(|code| (Kind::Task, code)));
        wanted.push((Kind::Recovery, "BETTER_LIGHTING"));
        wanted.extend(Recommendation::KNOWN.iter().map(|v| (Kind::Recommendation, v.as_raw())));
        wanted.extend(TaskRecommendation::KNOWN.iter().map(|v| (Kind::Task, v.as_raw())));
        wanted.extend(IdentityProfileOutcome::KNOWN.iter().map(|v| (Kind::Profile, v.as_raw())));
        let unfinished = CheckState::KNOWN.iter().filter(|state| **state != CheckState::Done);
        wanted.extend(unfinished.map(|v| (Kind::CheckState, v.as_raw())));
        let missing: Vec<_> =
            wanted.iter().filter(|(kind, code)| explained(*kind, code).is_none()).collect();
        assert!(missing.is_empty(), "not explained: {missing:?}");
        let known: BTreeSet<_> = wanted.into_iter().collect();
        let table = table();
        let held: Vec<_> =
            table.iter().flat_map(|(k, all)| all.iter().map(|r| (*k, r.code.as_str()))).collect();
        let invented: Vec<_> = held.iter().filter(|entry| !known.contains(*entry)).collect();
        assert!(invented.is_empty(), "in no table of the contract: {invented:?}");
        assert_eq!(held.len(), known.len(), "a code stands twice");
    }

    #[test]
    fn every_entry_is_a_sentence_and_names_its_source() {
        for (kind, reason) in table().iter().flat_map(|(k, all)| all.iter().map(move |r| (k, r))) {
            for sentence in [&reason.means, &reason.next] {
                let whole = sentence.ends_with('.') && !sentence.ends_with("..");
                let capital = sentence.chars().next().is_some_and(char::is_uppercase);
                assert!(whole && capital, "{kind:?} {}: {sentence:?}", reason.code);
                assert!(sentence.len() <= 110, "{kind:?} {}: {sentence:?}", reason.code);
                assert!(sentence.is_ascii(), "{kind:?} {}: {sentence:?}", reason.code);
            }
            assert!(reason.source.starts_with(['3', '4']), "{kind:?} {}", reason.code);
        }
    }

    #[test]
    fn an_unknown_code_has_no_explanation_and_case_matters() {
        assert!(explained(Kind::Reason, "TAMPERED").is_some());
        assert!(explained(Kind::Reason, "tampered").is_none());
        assert!(explained(Kind::Reason, "MADE_UP").is_none());
        assert!(explained(Kind::SubCheck, "TAMPERED").is_none());
    }
}
