//! From sessions to texts in the format asked for: the one way for dialog, copy and command.

use super::chosen::{ChosenSessions, TOGETHER};
use super::{Contents, DocumentOrigin, ExportError, Format, bundle, csv, document, file, markdown};
use crate::domain::watchlist::open_session::OpenSession;

/// What comes of an export, before it is written.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Assembled {
    /// File name and text: one for each session in JSON, several below a folder of its own in a
    /// bundle, else a single one.
    pub files: Vec<(String, String)>,
    pub sessions: usize,
    pub masked: usize,
    /// Sessions whose data is stale.
    pub stale: usize,
    /// Sessions left out: the raw shape needs an answer.
    pub left_out: usize,
}

impl Assembled {
    /// Size of all files together, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.files.iter().map(|(_, text)| text.len()).sum()
    }
}

/// Makes the texts. A session that cannot be exported is left out and counted; when it is the only
/// one, that is the error.
pub fn assemble<S: ChosenSessions + ?Sized>(
    sessions: &S,
    format: Format,
    contents: Contents,
    origin: &DocumentOrigin<'_>,
) -> Result<Assembled, ExportError> {
    first(sessions, sessions.count(), format, contents, origin)
}

/// As [`assemble`], of so many sessions alone.
pub(super) fn first<S: ChosenSessions + ?Sized>(
    sessions: &S,
    most: usize,
    format: Format,
    contents: Contents,
    origin: &DocumentOrigin<'_>,
) -> Result<Assembled, ExportError> {
    let mut made = Assembled::default();
    let mut failed = None;
    let mut one_file = head(format, contents);
    let mut name = file::list_name(origin.now, format);
    for begin in (0..most).step_by(TOGETHER) {
        for session in sessions.open(begin..most.min(begin + TOGETHER))? {
            if sessions.count() == 1 {
                name = file::named(&session, &origin.rules.labels, origin.now, format);
            }
            match part(&session, format, contents, origin) {
                Ok(part) => made.add(&session, part, &mut one_file, format, contents, origin)?,
                Err(why) => {
                    made.left_out += 1;
                    failed = Some(why);
                }
            }
        }
    }
    match failed {
        Some(why) if made.sessions == 0 => return Err(why),
        _ => {}
    }
    if !format.is_apart() {
        made.files.push((name, one_file));
    }
    Ok(made)
}

impl Assembled {
    fn add(
        &mut self,
        session: &OpenSession,
        part: Part,
        one_file: &mut String,
        format: Format,
        contents: Contents,
        origin: &DocumentOrigin<'_>,
    ) -> Result<(), ExportError> {
        self.sessions += 1;
        self.masked += part.masked;
        self.stale += usize::from(part.stale);
        match format {
            Format::Json => {
                let name = file::file_name(session, &origin.rules.labels, origin.now);
                self.files.push((name, part.text));
            }
            Format::Bundle => {
                self.files.extend(bundle::files(session, part.text, contents, origin)?);
            }
            Format::JsonLines | Format::Csv | Format::Markdown => one_file.push_str(&part.text),
        }
        Ok(())
    }
}

/// The export as one text: several JSON documents become JSON Lines, a bundle its document.
pub fn text<S: ChosenSessions + ?Sized>(
    sessions: &S,
    format: Format,
    contents: Contents,
    origin: &DocumentOrigin<'_>,
) -> Result<(String, Assembled), ExportError> {
    let mut made = assemble(sessions, as_one(format, sessions.count()), contents, origin)?;
    let text = made.files.pop().map(|(_, text)| text).unwrap_or_default();
    Ok((text, made))
}

/// The format of so many sessions in one text.
pub(super) const fn as_one(format: Format, sessions: usize) -> Format {
    match format {
        // Two documents behind each other are no JSON.
        Format::Json | Format::Bundle if sessions > 1 => Format::JsonLines,
        Format::Bundle => Format::Json,
        Format::Json | Format::JsonLines | Format::Csv | Format::Markdown => format,
    }
}

/// One session's part of the text.
pub(super) struct Part {
    pub(super) text: String,
    pub(super) masked: usize,
    pub(super) stale: bool,
}

fn head(format: Format, contents: Contents) -> String {
    match format {
        Format::Csv => csv::head(),
        Format::Markdown => markdown::head(contents),
        Format::Json | Format::JsonLines | Format::Bundle => String::new(),
    }
}

fn part(
    session: &OpenSession,
    format: Format,
    contents: Contents,
    origin: &DocumentOrigin<'_>,
) -> Result<Part, ExportError> {
    match format {
        Format::Csv => Ok(csv::row(session, contents.masked, origin)),
        Format::Markdown => Ok(markdown::chapter(session, contents, origin)),
        Format::Json | Format::JsonLines | Format::Bundle => {
            let made = document(session, contents, origin)?;
            let line = format == Format::JsonLines;
            let text = if line { one_line(&made.text) } else { made.text };
            Ok(Part { text, masked: made.masked_paths.len(), stale: made.stale })
        }
    }
}

/// A pretty document as one line of JSON Lines; strings have no raw line ends in them.
fn one_line(text: &str) -> String {
    let mut line: String = text.lines().map(str::trim_start).collect();
    line.push('\n');
    line
}
