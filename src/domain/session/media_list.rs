//! The media of one session in the order of its resources, each with a name that tells it apart.

use std::collections::BTreeMap;

use crate::domain::server_text::ServerText;
use crate::domain::session::resource::Media;
use crate::domain::watchlist::open_session::OpenSession;

/// One media of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<'a> {
    pub media: &'a Media,
    /// The document's type, else the container: `PASSPORT`, `face_capture`.
    pub of: ServerText,
    /// `page 1`; a second of the same name is `page 1 2`.
    pub role: String,
}

/// All media of the session's resources.
#[must_use]
pub fn listed(watched: &OpenSession) -> Vec<Listed<'_>> {
    let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
    let resources = watched.session().map_or(&[][..], |session| &session.resources);
    let media = resources.iter().flat_map(|resource| {
        let document = resource.document().and_then(|d| d.document_type.clone());
        let of = document.unwrap_or_else(|| ServerText::from(resource.kind.container()));
        resource.media.iter().map(move |media| (of.clone(), media))
    });
    media
        .map(|(of, media)| {
            // The second page of a second passport needs a
            // name of its own: the operator picks by it.
            let number = seen.entry((of.as_raw().to_owned(), media.role.clone())).or_insert(0);
            *number += 1;
            let role = match *number {
                1 => media.role.clone(),
                more => format!("{} {more}", media.role),
            };
            Listed { media, of, role }
        })
        .collect()
}
