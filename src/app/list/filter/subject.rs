//! What a query looks at: one session, and the texts that it has itself.

use std::collections::HashSet;

use jiff::Timestamp;

use super::fields::TextField;
use crate::app::list::summary::SessionSummary;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::watched::WatchedSession;

/// What a query looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) session: &'a WatchedSession,
    pub(crate) summary: &'a SessionSummary,
    pub(crate) now: Timestamp,
    /// It changed since the operator looked.
    pub(crate) changed: bool,
    /// The operator never opened it.
    pub(crate) new: bool,
    pub(crate) marks: &'a HashSet<SessionId>,
}

pub(super) fn id_text<'a>(session: &WatchedSession, buffer: &'a mut [u8; 36]) -> &'a str {
    session.id().uuid().as_hyphenated().encode_lower(buffer)
}

type Test<'a> = dyn FnMut(&str) -> bool + 'a;

/// True when one of a field's texts passes.
pub(super) fn any_text(field: TextField, session: &WatchedSession, test: &mut Test<'_>) -> bool {
    let entry = &session.entry;
    match field {
        TextField::Ref => entry.reference.as_deref().is_some_and(test),
        TextField::Session => test(id_text(session, &mut [0; 36])),
        TextField::Tag => entry.tags.iter().any(|tag| test(tag)),
        TextField::Note => !session.own.note.is_empty() && test(&session.own.note),
        TextField::Branch => session.brief.letter.branch().is_some_and(|branch| {
            let texts = [&branch.name, &branch.fad_code, &branch.post_code];
            texts.into_iter().flatten().any(|text| test(text.as_raw()))
        }),
        TextField::Provider => session.brief.configuration.as_ref().is_some_and(|configuration| {
            configuration.requested.providers.iter().any(|text| test(text.as_raw()))
        }),
        TextField::State => session.brief.state().is_some_and(|state| test(state.as_raw())),
        TextField::Check
        | TextField::Result
        | TextField::Reason
        | TextField::Doc
        | TextField::Source => {
            field.thing().is_some_and(|thing| thing.any(session, |part| part.any_text(field, test)))
        }
    }
}
