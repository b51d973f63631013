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
enum Form {
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
const FIELDS: &[(&str, &str, Form)] = &[
    ("", "session_id", Form::Id),
    ("", "id", Form::Id),
    ("", "resource_id", Form::Id),
    ("", "requirement_id", Form::Id),
    ("", "audit_id", Form::Id),
    ("", "resources_used", Form::Id),
    ("", "extraction_image_ids", Form::Id),
    ("sdk_config", "brand_id", Form::Id),
    ("branch", "fad_code", Form::Id),
    ("", "state", Form::Word),
    ("", "type", Form::Word),
    ("", "result", Form::Word),
    ("", "process", Form::Word),
    ("", "capture_method", Form::Word),
    ("", "allowed_capture_methods", Form::Word),
    ("", "liveness_type", Form::Word),
    ("", "capture_type", Form::Word),
    ("", "document_type", Form::Word),
    ("", "document_types", Form::Word),
    ("", "requested_checks", Form::Word),
    ("", "scheme", Form::Word),
    ("", "objective", Form::Word),
    ("", "trust_framework", Form::Word),
    ("", "reason_code", Form::Word),
    ("", "failure_reason", Form::Word),
    ("", "failure_type", Form::Word),
    ("", "provider", Form::Word),
    ("", "allowed_providers", Form::Word),
    ("allowed_providers", "name", Form::Word),
    ("", "source", Form::Word),
    ("", "allowed_sources", Form::Word),
    ("recommendation", "value", Form::Word),
    ("recommendation", "reason", Form::Word),
    ("recommendation", "recovery_suggestion", Form::Word),
    ("reason", "value", Form::Word),
    ("error", "code", Form::Word),
    ("sources", "types", Form::Word),
    ("search_config", "categories", Form::Word),
    ("capture", "biometric_consent", Form::Word),
    ("", "biometric_consent", Form::Time),
    ("sdk_config", "dark_mode", Form::Word),
    ("sdk_config", "biometric_consent_flow", Form::Word),
    ("sdk_config", "suppressed_screens", Form::Word),
    ("sdk_config", "locale", Form::Locale),
    ("sdk_config", "primary_colour", Form::Colour),
    ("sdk_config", "primary_colour_dark_mode", Form::Colour),
    ("sdk_config", "secondary_colour", Form::Colour),
    ("sdk_config", "font_colour", Form::Colour),
    ("", "sub_check", Form::Name),
    ("details", "name", Form::Known),
    ("details", "value", Form::Score),
    ("", "issuing_country", Form::Country),
    ("", "country_code", Form::Country),
    ("", "country_codes", Form::Country),
    ("", "document_country_iso_code", Form::Country),
    ("", "associated_country_codes", Form::Country),
    ("", "preset_issuing_country", Form::Country),
    ("supported_countries", "code", Form::Country),
    ("", "created", Form::Time),
    ("", "created_at", Form::Time),
    ("", "last_updated", Form::Time),
    ("requirements", "date_from", Form::Time),
    ("", "user_tracking_id", Form::Label),
    ("", "subject_id", Form::Label),
    ("search_config", "client_ref", Form::Label),
    ("branch", "name", Form::Public),
    ("branch", "address", Form::Public),
    ("branch", "post_code", Form::Public),
    ("branch", "postcode", Form::Public),
    ("location", "latitude", Form::Number),
    ("location", "longitude", Form::Number),
    ("", "organisation_name", Form::Public),
    ("company_profile", "company_name", Form::Public),
    ("", "client_session_token_ttl", Form::Number),
    ("", "total_hits", Form::Number),
    ("matching_strategy", "fuzziness", Form::Number),
    ("attempts_remaining", "GENERIC", Form::Number),
    ("attempts_remaining", "RECLASSIFICATION", Form::Number),
    ("ID_DOCUMENT_TEXT_DATA_EXTRACTION", "GENERIC", Form::Number),
    ("ID_DOCUMENT_TEXT_DATA_EXTRACTION", "RECLASSIFICATION", Form::Number),
    ("", "requirements_met", Form::Flag),
    ("", "is_strictly_latin", Form::Flag),
    ("", "contact_profile_exists", Form::Flag),
    ("", "track_ip_address", Form::Flag),
    ("", "requested", Form::Flag),
    ("search_config", "remove_deceased", Form::Flag),
    ("search_config", "share_url", Form::Flag),
    ("search_config", "monitoring", Form::Flag),
    ("matching_strategy", "exact_match", Form::Flag),
    ("sdk_config", "allow_handoff", Form::Flag),
    ("sdk_config", "enforce_handoff", Form::Flag),
    ("sdk_config", "hide_logo", Form::Flag),
];

/// Fields of the entries of a timeline, of derived requirements and of the list of media, which are
/// our own but for Yoti's words in them.
const OWN: &[(&str, Form)] = &[
    ("at", Form::Time),
    ("seen_at", Form::Time),
    ("origin", Form::Name),
    ("source", Form::Word),
    ("what", Form::Name),
    ("from", Form::Word),
    ("to", Form::Word),
    ("container", Form::Kind),
    ("document_type", Form::Word),
    ("country", Form::Country),
    ("type", Form::Word),
    ("requirement_type", Form::Word),
    ("state", Form::Word),
    ("recommendation", Form::Word),
    ("reason", Form::Word),
    ("kind", Form::Word),
    ("branch", Form::Id),
    ("provider", Form::Word),
    ("error", Form::Word),
    ("result", Form::Word),
    ("topic", Form::Word),
    ("pages", Form::Number),
    ("frames", Form::Number),
    ("left", Form::Number),
    ("documents", Form::Number),
    ("asked", Form::Flag),
    ("requirement_id", Form::Id),
    ("allowed_sources", Form::Word),
    ("allowed_providers", Form::Word),
    ("matched_resources", Form::Id),
    ("match", Form::Name),
    ("supplied", Form::Flag),
    ("media_id", Form::Id),
    ("of", Form::Kind),
    ("role", Form::Public),
    ("created", Form::Time),
    ("last_updated", Form::Time),
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
    fits(Form::Word, Leaf::Text(text))
}

/// Whether this may be the name of a field: else it is data itself.
#[must_use]
pub fn is_field_name(text: &str) -> bool {
    // A map may have names of people for its keys.
    text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn fits(form: Form, leaf: Leaf<'_>) -> bool {
    let text = match leaf {
        Leaf::Number => return form == Form::Number,
        Leaf::Flag => return form == Form::Flag,
        // Nothing is said of anybody.
        Leaf::Text("") => return true,
        Leaf::Text(text) => text,
    };
    let of =
        |longest: usize, plain: fn(char) -> bool| text.len() <= longest && text.chars().all(plain);
    let digit = |c: char| c.is_ascii_digit();
    match form {
        Form::Word => {
            of(80, |c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '-'))
        }
        Form::Name => of(80, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'),
        Form::Kind => fits(Form::Word, leaf) || fits(Form::Name, leaf),
        Form::Id => {
            // With a digit: a name has none.
            of(64, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) && text.contains(digit)
        }
        Form::Country => text.len() >= 2 && of(3, |c| c.is_ascii_uppercase()),
        Form::Time => {
            text.starts_with(digit)
                && of(40, |c| c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | '+' | 'T' | 'Z'))
        }
        Form::Known => DETAILS.contains(&text),
        Form::Score => DETAILS.contains(&text) || of(6, |c| c.is_ascii_digit() || c == '.'),
        Form::Locale => of(5, |c| c.is_ascii_alphabetic() || c == '-'),
        Form::Colour => text.starts_with('#') && of(9, |c| c.is_ascii_hexdigit() || c == '#'),
        Form::Label => is_identifier(text, false),
        Form::Public => true,
        Form::Number | Form::Flag => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
