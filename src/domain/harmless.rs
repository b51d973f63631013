//! What of Yoti's answers is known to be harmless (product.md 8): everything else is masked.
//!
//! A value is let through where it stands in a place that is listed *and* looks as values of that
//! place do; an unknown field, a field in an unknown place and a text that looks otherwise are
//! masked. Numbers and booleans of unknown fields too: a number may be a phone number, `true` may
//! say that somebody is sought. `null` and what is empty says nothing and stays. Walks are the
//! callers': `export` over documents, `app` over lines of JSON.

use crate::domain::watchlist::labels::is_identifier;

/// One value that has no parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaf<'a> {
    /// A string, without its quotes.
    Text(&'a str),
    /// A number, whichever it is.
    Number,
    Flag,
}

/// What values of a place look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HarmlessForm {
    /// Yoti's enums: `ID_DOCUMENT`.
    Word,
    /// Names of sub-checks and of our own changes: `ai_face_match`.
    Name,
    Kind,
    /// A UUID, or another ID with a digit in it.
    Id,
    Country,
    Time,
    /// A number as a text: `0.21`, or one of [`DETAILS`].
    Score,
    Known,
    Locale,
    Colour,
    /// What the relying business called it, where that looks like an identifier.
    Label,
    /// A place or a company: any text.
    Public,
    Number,
    Flag,
}

/// What the details of a sub-check are known to say (contract 4.4).
// Listed one by one: the partner spec leaves these
// items open, they may hold anything (contract 4.3).
const DETAILS: &[&str] =
    &["confidence_score", "number_of_hits", "closest_match", "name_exact", "name_fuzzy"];

/// Fields that hold other fields, wherever they stand (contract 3 to 5, 7.3, 14).
const PLACES: &[&str] = &[
    "advanced_identity_profile",
    "advanced_identity_profile_preview",
    "allowed_providers",
    "allowed_sources",
    "applicant_profile",
    "applicant_profiles",
    "attempts_configuration",
    "attempts_remaining",
    "branch",
    "breakdown",
    "capture",
    "checks",
    "company_profile",
    "compliance",
    "config",
    "details",
    "digital_id_shares",
    "document",
    "document_fields",
    "document_id_photo",
    "documents",
    "error",
    "expanded_document_fields",
    "face_capture",
    "facemap",
    "failure_reason",
    "file",
    "frames",
    "generated_checks",
    "generated_media",
    "generated_profile",
    "ibv_client_assessments",
    "id_documents",
    "id_photo",
    "identity_profile",
    "identity_profile_preview",
    "identity_profile_report",
    "image",
    "import_token",
    "issuing_authority_sub_check",
    "liveness_capture",
    "location",
    "lookup_profile",
    "matching_strategy",
    "media",
    "objective",
    "pages",
    "raw_results",
    "reason",
    "recommendation",
    "report",
    "requested_tasks",
    "required_resources",
    "requirements",
    "requirements_not_met_details",
    "resources",
    "returned_profile",
    "scheme",
    "schemes_compliance",
    "sdk_config",
    "search_config",
    "share_codes",
    "source",
    "sources",
    "supplementary_documents",
    "supported_countries",
    "supported_documents",
    "tasks",
    "watchlist_summary",
    "ID_DOCUMENT_TEXT_DATA_EXTRACTION",
];

/// The place that a field stands in (empty: any listed place), the field, and its values' form. The
/// items of a list are values of the list's field.
const FIELDS: &[(&str, &str, HarmlessForm)] = &[
    ("", "session_id", HarmlessForm::Id),
    ("", "id", HarmlessForm::Id),
    ("", "resource_id", HarmlessForm::Id),
    ("", "requirement_id", HarmlessForm::Id),
    ("", "audit_id", HarmlessForm::Id),
    ("", "resources_used", HarmlessForm::Id),
    ("", "extraction_image_ids", HarmlessForm::Id),
    ("sdk_config", "brand_id", HarmlessForm::Id),
    ("branch", "fad_code", HarmlessForm::Id),
    ("", "state", HarmlessForm::Word),
    ("", "type", HarmlessForm::Word),
    ("", "result", HarmlessForm::Word),
    ("", "process", HarmlessForm::Word),
    ("", "capture_method", HarmlessForm::Word),
    ("", "allowed_capture_methods", HarmlessForm::Word),
    ("", "liveness_type", HarmlessForm::Word),
    ("", "capture_type", HarmlessForm::Word),
    ("", "document_type", HarmlessForm::Word),
    ("", "document_types", HarmlessForm::Word),
    ("", "requested_checks", HarmlessForm::Word),
    ("", "scheme", HarmlessForm::Word),
    ("", "objective", HarmlessForm::Word),
    ("", "trust_framework", HarmlessForm::Word),
    ("", "reason_code", HarmlessForm::Word),
    ("", "failure_reason", HarmlessForm::Word),
    ("", "failure_type", HarmlessForm::Word),
    ("", "provider", HarmlessForm::Word),
    ("", "allowed_providers", HarmlessForm::Word),
    ("allowed_providers", "name", HarmlessForm::Word),
    ("", "source", HarmlessForm::Word),
    ("", "allowed_sources", HarmlessForm::Word),
    ("recommendation", "value", HarmlessForm::Word),
    ("recommendation", "reason", HarmlessForm::Word),
    ("recommendation", "recovery_suggestion", HarmlessForm::Word),
    ("reason", "value", HarmlessForm::Word),
    ("error", "code", HarmlessForm::Word),
    ("sources", "types", HarmlessForm::Word),
    ("search_config", "categories", HarmlessForm::Word),
    ("capture", "biometric_consent", HarmlessForm::Word),
    ("", "biometric_consent", HarmlessForm::Time),
    ("sdk_config", "dark_mode", HarmlessForm::Word),
    ("sdk_config", "biometric_consent_flow", HarmlessForm::Word),
    ("sdk_config", "suppressed_screens", HarmlessForm::Word),
    ("sdk_config", "locale", HarmlessForm::Locale),
    ("sdk_config", "primary_colour", HarmlessForm::Colour),
    ("sdk_config", "primary_colour_dark_mode", HarmlessForm::Colour),
    ("sdk_config", "secondary_colour", HarmlessForm::Colour),
    ("sdk_config", "font_colour", HarmlessForm::Colour),
    ("", "sub_check", HarmlessForm::Name),
    ("details", "name", HarmlessForm::Known),
    ("details", "value", HarmlessForm::Score),
    ("", "issuing_country", HarmlessForm::Country),
    ("", "country_code", HarmlessForm::Country),
    ("", "country_codes", HarmlessForm::Country),
    ("", "document_country_iso_code", HarmlessForm::Country),
    ("", "associated_country_codes", HarmlessForm::Country),
    ("", "preset_issuing_country", HarmlessForm::Country),
    ("supported_countries", "code", HarmlessForm::Country),
    ("", "created", HarmlessForm::Time),
    ("", "created_at", HarmlessForm::Time),
    ("", "last_updated", HarmlessForm::Time),
    ("requirements", "date_from", HarmlessForm::Time),
    ("", "user_tracking_id", HarmlessForm::Label),
    ("", "subject_id", HarmlessForm::Label),
    ("search_config", "client_ref", HarmlessForm::Label),
    ("branch", "name", HarmlessForm::Public),
    ("branch", "address", HarmlessForm::Public),
    ("branch", "post_code", HarmlessForm::Public),
    ("branch", "postcode", HarmlessForm::Public),
    ("location", "latitude", HarmlessForm::Number),
    ("location", "longitude", HarmlessForm::Number),
    ("", "organisation_name", HarmlessForm::Public),
    ("company_profile", "company_name", HarmlessForm::Public),
    ("", "client_session_token_ttl", HarmlessForm::Number),
    ("", "total_hits", HarmlessForm::Number),
    ("matching_strategy", "fuzziness", HarmlessForm::Number),
    ("attempts_remaining", "GENERIC", HarmlessForm::Number),
    ("attempts_remaining", "RECLASSIFICATION", HarmlessForm::Number),
    ("ID_DOCUMENT_TEXT_DATA_EXTRACTION", "GENERIC", HarmlessForm::Number),
    ("ID_DOCUMENT_TEXT_DATA_EXTRACTION", "RECLASSIFICATION", HarmlessForm::Number),
    ("", "requirements_met", HarmlessForm::Flag),
    ("", "is_strictly_latin", HarmlessForm::Flag),
    ("", "contact_profile_exists", HarmlessForm::Flag),
    ("", "track_ip_address", HarmlessForm::Flag),
    ("", "requested", HarmlessForm::Flag),
    ("search_config", "remove_deceased", HarmlessForm::Flag),
    ("search_config", "share_url", HarmlessForm::Flag),
    ("search_config", "monitoring", HarmlessForm::Flag),
    ("matching_strategy", "exact_match", HarmlessForm::Flag),
    ("sdk_config", "allow_handoff", HarmlessForm::Flag),
    ("sdk_config", "enforce_handoff", HarmlessForm::Flag),
    ("sdk_config", "hide_logo", HarmlessForm::Flag),
];

/// Fields of the entries of a timeline, of derived requirements and of the list of media, which are
/// our own but for Yoti's words in them.
const OWN: &[(&str, HarmlessForm)] = &[
    ("at", HarmlessForm::Time),
    ("seen_at", HarmlessForm::Time),
    ("origin", HarmlessForm::Name),
    ("source", HarmlessForm::Word),
    ("what", HarmlessForm::Name),
    ("from", HarmlessForm::Word),
    ("to", HarmlessForm::Word),
    ("container", HarmlessForm::Kind),
    ("document_type", HarmlessForm::Word),
    ("country", HarmlessForm::Country),
    ("type", HarmlessForm::Word),
    ("requirement_type", HarmlessForm::Word),
    ("state", HarmlessForm::Word),
    ("recommendation", HarmlessForm::Word),
    ("reason", HarmlessForm::Word),
    ("kind", HarmlessForm::Word),
    ("branch", HarmlessForm::Id),
    ("provider", HarmlessForm::Word),
    ("error", HarmlessForm::Word),
    ("result", HarmlessForm::Word),
    ("topic", HarmlessForm::Word),
    ("pages", HarmlessForm::Number),
    ("frames", HarmlessForm::Number),
    ("left", HarmlessForm::Number),
    ("documents", HarmlessForm::Number),
    ("asked", HarmlessForm::Flag),
    ("requirement_id", HarmlessForm::Id),
    ("allowed_sources", HarmlessForm::Word),
    ("allowed_providers", HarmlessForm::Word),
    ("matched_resources", HarmlessForm::Id),
    ("match", HarmlessForm::Name),
    ("supplied", HarmlessForm::Flag),
    ("media_id", HarmlessForm::Id),
    ("of", HarmlessForm::Kind),
    ("role", HarmlessForm::Public),
    ("created", HarmlessForm::Time),
    ("last_updated", HarmlessForm::Time),
];

/// Whether the fields of this field are known, where this field itself stands in a known place.
#[must_use]
pub fn is_place(field: &str) -> bool {
    PLACES.contains(&field)
}

/// Whether a value may be shown that is the `field` of a known `place` (empty: of the whole answer).
#[must_use]
pub fn is_harmless(place: &str, field: &str, leaf: Leaf<'_>) -> bool {
    let named = |wanted: &str| {
        FIELDS.iter().find(|(of, name, _)| *of == wanted && *name == field).map(|(.., form)| *form)
    };
    // The field of this place first: `name` is a word among providers and a person elsewhere.
    named(place).or_else(|| named("")).is_some_and(|form| fits(form, leaf))
}

/// Whether a value of what is our own may be shown: of a timeline's entry, of a derived requirement.
#[must_use]
pub fn is_harmless_own(field: &str, leaf: Leaf<'_>) -> bool {
    OWN.iter().any(|(name, form)| *name == field && fits(*form, leaf))
}

/// Whether this looks like one of Yoti's enums: `ID_DOCUMENT`.
#[must_use]
pub fn is_word(text: &str) -> bool {
    fits(HarmlessForm::Word, Leaf::Text(text))
}

/// Whether this may be the name of a field: else it is data itself.
#[must_use]
pub fn is_field_name(text: &str) -> bool {
    // A map may have names of people for its keys.
    text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn fits(form: HarmlessForm, leaf: Leaf<'_>) -> bool {
    let text = match leaf {
        Leaf::Number => return form == HarmlessForm::Number,
        Leaf::Flag => return form == HarmlessForm::Flag,
        // Nothing is said of anybody.
        Leaf::Text("") => return true,
        Leaf::Text(text) => text,
    };
    let of =
        |longest: usize, plain: fn(char) -> bool| text.len() <= longest && text.chars().all(plain);
    let digit = |c: char| c.is_ascii_digit();
    match form {
        HarmlessForm::Word => {
            of(80, |c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '-'))
        }
        HarmlessForm::Name => of(80, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'),
        HarmlessForm::Kind => fits(HarmlessForm::Word, leaf) || fits(HarmlessForm::Name, leaf),
        HarmlessForm::Id => {
            // With a digit: a name has none.
            of(64, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) && text.contains(digit)
        }
        HarmlessForm::Country => text.len() >= 2 && of(3, |c| c.is_ascii_uppercase()),
        HarmlessForm::Time => {
            text.starts_with(digit)
                && of(40, |c| c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | '+' | 'T' | 'Z'))
        }
        HarmlessForm::Known => DETAILS.contains(&text),
        HarmlessForm::Score => DETAILS.contains(&text) || of(6, |c| c.is_ascii_digit() || c == '.'),
        HarmlessForm::Locale => of(5, |c| c.is_ascii_alphabetic() || c == '-'),
        HarmlessForm::Colour => {
            text.starts_with('#') && of(9, |c| c.is_ascii_hexdigit() || c == '#')
        }
        HarmlessForm::Label => is_identifier(text, false),
        HarmlessForm::Public => true,
        HarmlessForm::Number | HarmlessForm::Flag => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S11
    #[test]
    fn a_value_is_let_through_by_its_place_and_its_look() {
        for (place, field, leaf, shown) in [
            ("", "state", Leaf::Text("COMPLETED"), true),
            ("", "state", Leaf::Text("PONDERING"), true),
            ("", "state", Leaf::Text("JANE SMITH"), false),
            ("", "user_tracking_id", Leaf::Text("case-0014"), true),
            ("", "user_tracking_id", Leaf::Text("jane smith"), false),
            ("details", "name", Leaf::Text("jane_smith"), false),
            ("details", "value", Leaf::Text("0.21"), true),
            ("details", "value", Leaf::Text("19800101"), false),
            ("branch", "name", Leaf::Text("Exampleton"), true),
            ("share_codes", "name", Leaf::Text("Exampleton"), false),
            ("", "client_session_token_ttl", Leaf::Number, true),
            ("", "client_session_token_ttl", Leaf::Text("x"), false),
            ("", "phone", Leaf::Number, false),
            ("", "is_sought", Leaf::Flag, false),
            ("", "new", Leaf::Text(""), false),
        ] {
            assert_eq!(is_harmless(place, field, leaf), shown, "{place} {field} {leaf:?}");
        }
        assert!(is_place("checks") && !is_place("new"));
        assert!(is_field_name("new_field") && !is_field_name("JANE SMITH"));
    }
}
