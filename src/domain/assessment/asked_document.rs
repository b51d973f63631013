//! Which document a requirement asks for, where that can be said before it has come.

use crate::domain::server_text::ServerText;
use crate::domain::session::configuration::RequiredResource;
use crate::domain::session::instructions::Instructions;

/// A document that the applicant is to bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedDocument<'a> {
    pub country: Option<&'a ServerText>,
    pub document_type: &'a ServerText,
}

/// The one that the letter names for the requirement, else the only one that is accepted.
#[must_use]
pub fn asked_document<'a>(
    requirement: &'a RequiredResource,
    letter: Option<&'a Instructions>,
) -> Option<AskedDocument<'a>> {
    // An ID may repeat within one answer: a face is not the passport beside it.
    let kinds = |kind: &Option<_>| kind.is_none() || *kind == requirement.requirement_type;
    let promised = letter.map_or(&[][..], |letter| &letter.documents).iter();
    let promised = promised
        .filter(|promised| promised.requirement_id == requirement.id && kinds(&promised.kind))
        .find_map(|promised| {
            let document_type = promised.document_type.as_ref()?;
            Some(AskedDocument { country: promised.country_code.as_ref(), document_type })
        });
    let only = || match requirement.accepted.as_slice() {
        [only] => match only.document_types.as_slice() {
            [document_type] => Some(AskedDocument { country: Some(&only.country), document_type }),
            _ => None,
        },
        _ => None,
    };
    promised.or_else(only)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture as f;
    use crate::domain::session::instructions::PromisedDocument;
    use crate::domain::session::wire_enum::RequirementType;

    #[test]
    fn the_letter_comes_before_what_is_accepted_and_a_shared_id_before_neither() {
        let passport = f::requirement("a", RequirementType::IdDocument, &["PASSPORT"]);
        let either = f::requirement("a", RequirementType::IdDocument, &["PASSPORT", "NATIONAL_ID"]);
        let face = f::requirement("a", RequirementType::FaceCapture, &[]);
        let promised = PromisedDocument {
            requirement_id: passport.id.clone(),
            kind: Some(RequirementType::IdDocument),
            country_code: Some("GBR".into()),
            document_type: Some("DRIVING_LICENCE".into()),
        };
        let letter = Instructions { documents: vec![promised], ..Instructions::default() };
        let asked = |requirement, letter| {
            let asked = asked_document(requirement, letter)?;
            Some(asked.document_type.as_raw().to_owned())
        };
        assert_eq!(asked(&passport, None).as_deref(), Some("PASSPORT"));
        assert_eq!(asked(&passport, Some(&letter)).as_deref(), Some("DRIVING_LICENCE"));
        assert_eq!(asked(&either, None), None);
        assert_eq!(asked(&face, Some(&letter)), None);
    }
}
