//! Text that names sessions, for the command line and the add dialog: IDs, links, CSV, JSON.

mod added;
mod link;
mod record;

use jiff::Timestamp;
use serde_json::Value;

use crate::domain::session::ids::SessionId;
use crate::domain::span::parse_span;
use crate::domain::watchlist::watched::WatchEntry;
use crate::text::shown_str;
use record::CsvColumns;

pub use added::{Added, says_more};

/// One session that a text names, or a line that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line of the text, from 1.
    pub line: usize,
    /// What stands there, safe to show: the tokens of links are cut out.
    pub text: String,
    /// The session, or one sentence that says what is wrong.
    pub entry: Result<WatchEntry, String>,
}

/// Reads a text: IDs on lines or in one line, links, CSV with or without a head, JSON as `list` and
/// `export` write it. Empty lines and `# remarks` are no rows.
#[must_use]
pub fn read(text: &str, now: Timestamp) -> Vec<Row> {
    // Excel, Notepad and PowerShell begin a file with a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(JSON)
        && let Some(rows) = documents(text, now)
    {
        return rows;
    }
    let mut columns = None;
    let mut rows = Vec::new();
    for record in record::records(text) {
        let line = record.line;
        // JSON Lines, and JSON among other lines: a line that is none is read as fields.
        if record.text.starts_with(JSON)
            && let Ok(value) = serde_json::from_str::<Value>(record.text)
        {
            rows.extend(of_json(&value, line, now));
            continue;
        }
        if !record.closed {
            let text = shown_str(&link::without_tokens(record.text), 100);
            // Read as fields it could swallow the lines
            // behind it, and name a session by half a text.
            rows.push(Row { line, text, entry: Err("a quote is not closed".to_owned()) });
            continue;
        }
        let fields = record.fields();
        if columns.is_none()
            && let Some(cells) = aligned(&fields)
        {
            // Its cells have no places: what is empty leaves none.
            if CsvColumns::of(&cells).is_none() {
                rows.extend(of_fields(&cells, None, &record, now));
            }
            continue;
        }
        if let Some(head) = CsvColumns::of(&fields) {
            columns = Some(head);
            continue;
        }
        rows.extend(of_fields(&fields, columns.as_ref(), &record, now));
    }
    rows
}

/// The whole text as JSON documents, one after the other; `None`: it is something else.
fn documents(text: &str, now: Timestamp) -> Option<Vec<Row>> {
    let mut rows = Vec::new();
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let mut begin = 0;
    while let Some(value) = values.next() {
        let before = text.get(..begin).unwrap_or_default();
        let gap = text.get(begin..).unwrap_or_default();
        let blank = gap.len() - gap.trim_start().len();
        let lines = before.matches('\n').count();
        let line = 1 + lines + gap.get(..blank).unwrap_or_default().matches('\n').count();
        rows.extend(of_json(&value.ok()?, line, now));
        begin = values.byte_offset();
    }
    Some(rows)
}

fn of_json(value: &Value, line: usize, now: Timestamp) -> Vec<Row> {
    let row = |text: &str, entry| Row { line, text: shown_str(text, 100), entry };
    match value {
        Value::Array(items) => items.iter().flat_map(|item| of_json(item, line, now)).collect(),
        Value::String(text) => {
            let entry = id(text).map(|id| WatchEntry::new(id, now));
            vec![row(&link::without_tokens(text), entry)]
        }
        Value::Object(object) => {
            let text = |key: &str| object.get(key).and_then(Value::as_str);
            let inner = object.get("session").and_then(|session| session.get("session_id"));
            let Some(named) = text("session_id").or_else(|| inner.and_then(Value::as_str)) else {
                return vec![row("{…}", Err("a JSON object without a session_id".to_owned()))];
            };
            let entry = id(named).and_then(|id| {
                let tags = object.get("tags").and_then(Value::as_array).into_iter().flatten();
                let tags = tags.filter_map(Value::as_str).map(str::to_owned).collect();
                filled(id, text("reference"), tags, text("resources_ttl"), now)
            });
            let text = text("reference")
                .map_or_else(|| named.to_owned(), |reference| format!("{named} {reference}"));
            vec![row(&text, entry)]
        }
        _ => vec![row(&value.to_string(), Err("JSON without a session_id".to_owned()))],
    }
}

/// The cells of a table as `list` prints it: blanks stand between them.
fn aligned(fields: &[String]) -> Option<Vec<String>> {
    let (first, rest) = fields.split_first().filter(|(first, _)| first.contains("  "))?;
    let cells = first.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
    Some(cells.map(str::to_owned).chain(rest.iter().cloned()).collect())
}

fn of_fields(
    fields: &[String],
    columns: Option<&CsvColumns>,
    record: &record::Record<'_>,
    now: Timestamp,
) -> Vec<Row> {
    let row = |text: &str, entry| Row {
        line: record.line,
        text: shown_str(&link::without_tokens(text), 100),
        entry,
    };
    let at = |place: Option<usize>| {
        place.and_then(|place| fields.get(place)).map(String::as_str).filter(|t| !t.is_empty())
    };
    if let Some(columns) = columns {
        let entry = id(at(Some(columns.id)).unwrap_or_default()).and_then(|id| {
            let tags = tags(at(columns.tags).unwrap_or_default());
            filled(id, at(columns.reference), tags, at(columns.resources_ttl), now)
        });
        return vec![row(record.text, entry)];
    }
    // IDs are pasted on one line too: what is an ID is never taken for a reference or a tag.
    let first = fields.first().map_or("", String::as_str);
    let words: Vec<&str> = first.split_whitespace().collect();
    let named: Vec<(&str, SessionId)> = if words.len() > 1 && words.iter().all(|w| id(w).is_ok()) {
        let later = fields.iter().skip(1).map(String::as_str);
        words.into_iter().chain(later).filter_map(|w| Some((w, id(w).ok()?))).collect()
    } else {
        fields.iter().filter_map(|f| Some((f.as_str(), id(f).ok()?))).collect()
    };
    if named.len() > 1 {
        let all = named.into_iter().map(|(text, id)| row(text, Ok(WatchEntry::new(id, now))));
        let rest = fields.iter().filter(|f| !f.is_empty() && id(f).is_err()).filter(|field| {
            // The words of the first field are IDs one by one.
            !field.split_whitespace().all(|word| id(word).is_ok())
        });
        let rest = rest.map(|field| row(field, Err(wrong(field))));
        return all.chain(rest).collect();
    }
    let entry = match (id(first), named.first()) {
        // Rows of tables have the reference first.
        (Err(_), Some((_, id))) => filled(*id, at(Some(0)), Vec::new(), None, now),
        (Err(why), None) => Err(why),
        // What a comma in the remark cuts off belongs to the remark.
        (Ok(id), _) if first.contains(" #") || first.contains("\t#") => {
            Ok(WatchEntry::new(id, now))
        }
        (Ok(id), _) => {
            filled(id, at(Some(1)), tags(at(Some(2)).unwrap_or_default()), at(Some(3)), now)
        }
    };
    vec![row(record.text, entry)]
}

fn tags(text: &str) -> Vec<String> {
    text.split([' ', ';', ',']).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

fn filled(
    id: SessionId,
    reference: Option<&str>,
    tags: Vec<String>,
    resources_ttl: Option<&str>,
    now: Timestamp,
) -> Result<WatchEntry, String> {
    // Our own masked output is read back without what it masks, and without the beginning of the ID,
    // which stands in tables for a reference that is not there.
    let short = id.short();
    let known = |text: &&str| !text.contains(MASK) && *text != short;
    let mut tags: Vec<String> = tags.into_iter().filter(|tag| known(&tag.as_str())).collect();
    tags.sort();
    tags.dedup();
    Ok(WatchEntry {
        reference: reference.filter(known).map(|text| shown_str(text, 100)),
        tags,
        resources_ttl: resources_ttl.map(parse_span).transpose()?.into(),
        ..WatchEntry::new(id, now)
    })
}

/// What masked output writes instead of a name.
const MASK: char = '▒';
/// What JSON begins with.
const JSON: [char; 2] = ['{', '['];

/// The session ID of a field: hyphenated or 32 digits, in braces, as `urn:uuid:`, inside a link,
/// with a remark behind it.
fn id(field: &str) -> Result<SessionId, String> {
    let text = field.trim().trim_start_matches('\u{feff}');
    let text = match text.split_once('#') {
        Some((before, _)) if before.ends_with(char::is_whitespace) => before.trim_end(),
        _ => text,
    };
    if link::is_link(text) {
        return link::session_id(text);
    }
    let text = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).unwrap_or(text).trim();
    // By `get`: the ninth byte may stand inside a character.
    let urn = text.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("urn:uuid:"));
    let text = if urn { text.get(9..).unwrap_or_default() } else { text };
    SessionId::parse_any(text).map_err(|_not_one| wrong(field))
}

fn wrong(field: &str) -> String {
    let field = field.trim();
    if field.is_empty() {
        return "there is no session ID".to_owned();
    }
    let why = crate::domain::session::ids::NotAUuid;
    format!("{}: {why}", shown_str(&link::without_tokens(field), 40))
}

#[cfg(test)]
mod tests;
