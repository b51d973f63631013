//! `export`: sessions of the local store as JSON, to standard output or to files.
//!
//! Owns the choice of target; `export` makes and writes the documents.

use jiff::Timestamp;

use super::args::{Export, Global, Redact, ShapeArg};
use super::exit::{self, Failure};
use super::output::{data, talk};
use super::setup;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::shape::Shape;
use crate::domain::watched::WatchedSession;
use crate::export::{self, Contents, Document, Existing, Origin};

/// The masked document of one session in the normal shape.
pub(super) fn text(
    session: &WatchedSession,
    config: &Config,
    now: Timestamp,
) -> Result<String, Failure> {
    Ok(document(session, Contents::default(), config, now)?.text)
}

fn document(
    session: &WatchedSession,
    contents: Contents,
    config: &Config,
    now: Timestamp,
) -> Result<Document, Failure> {
    let origin = Origin {
        profile: &config.profile,
        environment: &config.environment,
        rules: &config.rules,
        now,
    };
    Ok(export::document(session, contents, &origin)?)
}

pub(super) fn run(global: &Global, args: &Export) -> Result<u8, Failure> {
    let ids = setup::ids(&args.ids)?;
    let config = setup::config(global)?;
    let mut store = setup::store(global, &config)?;
    let sessions = setup::load(&mut store)?;
    let now = SystemClock.now();
    let contents = Contents {
        shape: if args.shape == ShapeArg::Raw { Shape::Raw } else { Shape::Normal },
        masked: args.redact == Redact::Mask,
        ..Contents::default()
    };
    let mut documents = Vec::new();
    for id in &ids {
        let session = setup::find(&sessions, *id)?;
        documents.push((session, document(session, contents, &config, now)?));
    }
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let folder = args.output.to_string_lossy().ends_with('/') || args.output.is_dir();
    if folder {
        for (session, document) in &documents {
            let path = args.output.join(export::file_name(session, now));
            talk(&format!("wrote {}", export::write(&path, &document.text, existing)?.display()));
        }
        return Ok(exit::OK);
    }
    let text = match documents.as_slice() {
        [(_, only)] => only.text.clone(),
        several => several.iter().map(|(_, document)| one_line(&document.text)).collect(),
    };
    if args.output.as_os_str() == "-" {
        data(&text)?;
    } else {
        talk(&format!("wrote {}", export::write(&args.output, &text, existing)?.display()));
    }
    Ok(exit::OK)
}

/// A pretty document as one line of JSON Lines; strings have no raw line ends in them.
fn one_line(text: &str) -> String {
    let mut line: String = text.lines().map(str::trim_start).collect();
    line.push('\n');
    line
}
