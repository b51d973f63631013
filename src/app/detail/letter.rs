//! The letter of the open session.

use crate::app::text::unknown_fields::unknown_fields;
use crate::app::text::words::{Times, long, server, wire};
use crate::app::view::{Cell, LETTER_TEXT_AT, LabelRow, Tone};
use crate::domain::assessment::coverage::{self, Match, RequirementCoverage};
use crate::domain::server_text::ServerText;
use crate::domain::session::instructions::{Branch, Instructions, NO_BRANCH, PromisedDocument};
use crate::domain::session::parts::Letter;
use crate::domain::session::resource::{Document, Resource};
use crate::domain::session::wire_enum::RequirementType;
use crate::domain::watchlist::open_session::OpenSession;
use crate::text;

/// Rows of the letter, their text wrapped.
struct LetterRows {
    width: usize,
    rows: Vec<LabelRow>,
}

impl LetterRows {
    fn say(&mut self, label: &str, value: &str) {
        self.toned(label, value, Tone::Plain);
    }

    fn toned(&mut self, label: &str, value: &str, tone: Tone) {
        for (number, line) in text::wrapped(value, self.width).into_iter().enumerate() {
            self.rows.push(LabelRow {
                label: Cell::new(if number == 0 { label } else { "" }, Tone::Dim),
                value: Cell::new(line, tone),
            });
        }
    }
}

/// Branch and promised documents, and what came instead; never the contact profile.
pub(crate) fn letter(session: &OpenSession, times: &Times, width: usize) -> Vec<LabelRow> {
    let mut rows = LetterRows { width: width.saturating_sub(LETTER_TEXT_AT), rows: Vec::new() };
    match &session.answers.letter {
        Letter::NotKnown => rows.say("letter", "not known yet"),
        Letter::NotSet(at) => {
            rows.say("letter", &format!("not set ({} ago)", times.since(*at)));
        }
        Letter::Set(answer) => {
            let letter = &answer.value;
            rows.say("fetched", &times.of_day(answer.fetched_at));
            match &letter.branch {
                Some(at) => branch(&mut rows, at),
                None => rows.say("branch", NO_BRANCH),
            }
            documents(&mut rows, session, letter, times);
            let contact = match letter.contact_profile_exists {
                Some(true) => "a contact profile exists; it is never shown",
                Some(false) => "no contact profile",
                None => "not stated",
            };
            rows.say("contact", contact);
            let privacy = times.openness.of(session.id());
            for (number, field) in unknown_fields(&letter.extra, privacy).enumerate() {
                let label = if number == 0 { "not known" } else { "" };
                let text = format!("{} {}", field.path, field.value);
                rows.toned(label, &text, Tone::Notice);
            }
        }
    }
    rows.rows
}

fn branch(rows: &mut LetterRows, branch: &Branch) {
    for (label, text) in [
        ("branch", &branch.name),
        ("type", &branch.branch_type),
        ("FAD code", &branch.fad_code),
        ("address", &branch.address),
        ("postcode", &branch.post_code),
    ] {
        if let Some(text) = text {
            rows.say(label, &long(text));
        }
    }
    if let Some((latitude, longitude)) = &branch.location {
        rows.say("location", &format!("{}, {}", server(latitude), server(longitude)));
    }
    // The session is not bound to the branch on the letter (contract 7.4).
    rows.toned("", "The applicant may use any other enabled branch.", Tone::Dim);
}

/// What each promise is for and what came of it; then documents that nobody promised.
fn documents(rows: &mut LetterRows, session: &OpenSession, letter: &Instructions, times: &Times) {
    let coverage = coverage::derive(&session.answers);
    let configured = session.configuration().map_or(&[][..], |c| &c.requirements);
    for promise in &letter.documents {
        let document = pair(promise.country_code.as_ref(), promise.document_type.as_ref());
        let document = if document.is_empty() { "a document".to_owned() } else { document };
        rows.toned("to bring", &document, Tone::Strong);
        rows.say("  for", &what_for(session, promise));
        let place = configured.iter().position(|r| r.id == promise.requirement_id);
        let cover = place.and_then(|place| coverage.requirements.get(place));
        if let Some((text, tone)) = cover.map(|cover| so_far(session, promise, cover, times)) {
            rows.toned("  so far", &text, tone);
        }
    }
    if letter.documents.is_empty() {
        rows.say("to bring", "no document listed");
    }
    for requirement in configured {
        let of_documents = matches!(
            requirement.requirement_type,
            Some(RequirementType::IdDocument | RequirementType::SupplementaryDocument)
        );
        if of_documents && !letter.documents.iter().any(|p| p.requirement_id == requirement.id) {
            let kind = requirement.requirement_type.as_ref().map_or("", |kind| kind.as_raw());
            let text = format!("no document for {} {}", wire(kind), server(requirement.id.text()));
            rows.toned("not on it", &text, Tone::Notice);
        }
    }
    let supplied = session.session().map_or(&[][..], |answer| &answer.resources);
    for document in supplied.iter().filter_map(Resource::document) {
        let named = document.document_type.is_some();
        if named && !letter.documents.iter().any(|promise| is_that(promise, document)) {
            let text = format!("{} was supplied", name(document));
            rows.toned("not on it", &text, Tone::Notice);
        }
    }
}

fn what_for(session: &OpenSession, promise: &PromisedDocument) -> String {
    let id = server(promise.requirement_id.text());
    let kind = match session.configuration() {
        Some(configuration) => {
            let mut all = configuration.requirements.iter();
            let Some(requirement) = all.find(|r| r.id == promise.requirement_id) else {
                return format!("{id}, which the configuration does not have");
            };
            requirement.requirement_type.as_ref()
        }
        None => promise.kind.as_ref(),
    };
    kind.map_or_else(|| id.clone(), |kind| format!("{} {id}", wire(kind.as_raw())))
}

/// Whether the promised document came, or another one instead.
fn so_far(
    session: &OpenSession,
    promise: &PromisedDocument,
    cover: &RequirementCoverage,
    times: &Times,
) -> (String, Tone) {
    let resources = session.session().map_or(&[][..], |answer| &answer.resources);
    let mut came = cover.resources.iter().filter_map(|&at| resources.get(at));
    let newest = came.clone().next();
    let kept = came.find(|resource| resource.document().is_some_and(|d| is_that(promise, d)));
    // Nobody can tell which promise it keeps (contract 3.2): none is called kept.
    if cover.matched == Match::Ambiguous {
        return ("not clear: it fits several requirements".to_owned(), Tone::Notice);
    }
    if let Some(kept) = kept {
        let at = kept.last_activity().map(|at| times.of_day(at)).unwrap_or_default();
        let words = if cover.supplied { "supplied" } else { "started, nothing captured" };
        let tone = if cover.supplied { Tone::Good } else { Tone::Warn };
        return (format!("{words} {at}").trim_end().to_owned(), tone);
    }
    match newest.and_then(Resource::document) {
        Some(other) => (format!("{} was supplied instead", name(other)), Tone::Notice),
        None if cover.supplied => ("supplied".to_owned(), Tone::Good),
        None => ("not supplied yet".to_owned(), Tone::Warn),
    }
}

fn is_that(promise: &PromisedDocument, document: &Document) -> bool {
    promise.document_type == document.document_type
        && (promise.country_code.is_none() || promise.country_code == document.issuing_country)
}

fn name(document: &Document) -> String {
    pair(document.issuing_country.as_ref(), document.document_type.as_ref())
}

fn pair(country: Option<&ServerText>, kind: Option<&ServerText>) -> String {
    let parts: Vec<String> = [country, kind].into_iter().flatten().map(server).collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture as f;
    use crate::domain::session::wire_enum::{SessionState, SourceType};

    fn lines(supplied: &[&str], letter: Instructions, width: usize) -> Vec<String> {
        let mut session = f::session(SessionState::Ongoing);
        for (number, kind) in supplied.iter().enumerate() {
            session.resources.push(f::document(
                &format!("d{number}"),
                kind,
                SourceType::Ibv,
                f::minutes_ago(5),
            ));
        }
        let configuration = f::configuration(vec![
            f::requirement("id", RequirementType::IdDocument, &["PASSPORT", "DRIVING_LICENCE"]),
            f::requirement("proof", RequirementType::SupplementaryDocument, &["UTILITY_BILL"]),
        ]);
        let watched = f::watched(Some(session), Some(configuration), Some(letter));
        let mut times = Times::in_utc(f::now());
        times.openness.privacy = crate::domain::personal::Privacy::Off;
        let rows = super::letter(&f::open(watched.clone()), &times, width);
        rows.iter()
            .map(|r| format!("{} {}", r.label.text, r.value.text).trim().to_owned())
            .collect()
    }

    #[test]
    fn the_letter_tells_what_each_document_is_for_and_what_came_of_it() {
        let promised =
            f::letter(&[("id", "PASSPORT"), ("proof", "UTILITY_BILL"), ("x", "PASSPORT")]);
        let came = lines(&["PASSPORT"], promised.clone(), 120);
        let expected = [
            "fetched 09:27:31Z",
            "branch no branch chosen",
            "to bring GBR PASSPORT",
            "for ID_DOCUMENT id",
            "so far supplied 09:22:31Z",
            "to bring GBR UTILITY_BILL",
            "for SUPPLEMENTARY_DOCUMENT proof",
            "so far not supplied yet",
            "to bring GBR PASSPORT",
            "for x, which the configuration does not have",
            "contact not stated",
        ];
        assert_eq!(came, expected);
        let other = lines(&["DRIVING_LICENCE"], promised, 120);
        assert!(other.contains(&"so far GBR DRIVING_LICENCE was supplied instead".to_owned()));
        assert!(other.contains(&"not on it GBR DRIVING_LICENCE was supplied".to_owned()));
        let nothing = lines(&[], Instructions::default(), 120);
        assert!(nothing.contains(&"to bring no document listed".to_owned()));
        assert!(nothing.contains(&"not on it no document for ID_DOCUMENT id".to_owned()));
    }

    #[test]
    fn the_branch_has_its_place_and_the_contact_profile_is_only_said_to_exist() {
        let letter = Instructions {
            contact_profile_exists: Some(true),
            branch: Some(Branch {
                branch_type: Some("UK_POST_OFFICE".into()),
                fad_code: Some("0040037".into()),
                location: Some(("51.5".into(), "-0.10".into())),
                ..Branch::default()
            }),
            extra: vec![("price.amount".into(), "12.50".into())],
            ..Instructions::default()
        };
        let said = lines(&[], letter, 40);
        for line in [
            "type UK_POST_OFFICE",
            "FAD code 0040037",
            "location 51.5, -0.10",
            "contact a contact profile exists;",
            "it is never shown",
            "not known price.amount 12.50",
        ] {
            assert!(said.contains(&line.to_owned()), "{line:?} is not among {said:#?}");
        }
    }
}
