//! Records of a list: one line each, or several where a quoted field has line breaks (RFC 4180).

use std::borrow::Cow;

/// A quoted field does not run over more lines than this: then the quote was never closed.
const MOST_LINES: usize = 20;

/// One record as it stands in the text.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// The line that it begins on, from 1.
    pub(super) line: usize,
    pub(super) text: &'a str,
    delimiter: u8,
    /// Every quoted field has its end.
    pub(super) closed: bool,
}

impl Record<'_> {
    /// Its fields, without white space around them; a line break inside a field is a blank.
    pub(super) fn fields(&self) -> Vec<String> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .trim(csv::Trim::All)
            // A reader for each record: the usual 8 KiB would be set aside for every line.
            .buffer_capacity(256)
            .from_reader(self.text.as_bytes());
        let mut record = csv::StringRecord::new();
        // A text in memory that is UTF-8 cannot fail to be read.
        if !reader.read_record(&mut record).unwrap_or(false) {
            return Vec::new();
        }
        record.iter().map(|field| without_breaks(field).into_owned()).collect()
    }
}

fn without_breaks(field: &str) -> Cow<'_, str> {
    if field.contains(['\n', '\r']) {
        return field.split_whitespace().collect::<Vec<_>>().join(" ").into();
    }
    field.into()
}

/// The records of a text, without empty lines and remarks.
pub(super) fn records(text: &str) -> impl Iterator<Item = Record<'_>> {
    let delimiter = delimiter(text);
    let mut rest = text;
    let mut line = 1;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (record, lines, closed) = first(rest, delimiter);
            let begin = line;
            rest = rest.get(record.len()..).unwrap_or_default();
            line += lines;
            // Where files were put together a mark stands in the middle.
            let text = record.trim().trim_start_matches('\u{feff}');
            if !text.is_empty() && !text.starts_with('#') {
                return Some(Record { line: begin, text, delimiter, closed });
            }
        }
        None
    })
}

/// The first record with its line break, its number of lines, and whether its quotes are closed.
fn first(text: &str, delimiter: u8) -> (&str, usize, bool) {
    let mut end = 0;
    let mut open = false;
    for (number, line) in lines(text).take(MOST_LINES).enumerate() {
        end += line.len();
        open = is_open(line, delimiter, open);
        if !open {
            return (text.get(..end).unwrap_or(text), number + 1, true);
        }
    }
    // Its first line alone is given up: what follows is read for itself.
    (lines(text).next().unwrap_or(text), 1, false)
}

/// Whether a quoted field goes on behind this line. A quote opens at the beginning of a field
/// alone: `5" frame` is a plain text.
fn is_open(line: &str, delimiter: u8, before: bool) -> bool {
    let (mut open, mut begins) = (before, !before);
    for byte in line.bytes() {
        match byte {
            // A doubled quote inside closes and opens again.
            b'"' if open => open = false,
            b'"' if begins => open = true,
            _ => {}
        }
        begins = byte == delimiter || (byte == b'"' && !open) || (begins && byte == b' ');
    }
    open
}

/// Lines with their ends: LF, CRLF, or CR alone, which terminals send in a paste.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.find(['\n', '\r']).map_or(rest.len(), |at| {
            if rest.get(at..at + 2) == Some("\r\n") { at + 2 } else { at + 1 }
        });
        let (line, later) = rest.split_at_checked(end)?;
        rest = later;
        (!line.is_empty()).then_some(line)
    })
}

/// TAB (a spreadsheet's clipboard), semicolon (Excel in many countries) or comma: the one that
/// stands first in the text, outside of quotes and remarks.
fn delimiter(text: &str) -> u8 {
    let mut quoted = false;
    for line in lines(text).filter(|line| !line.trim_start().starts_with('#')) {
        for byte in line.bytes() {
            match byte {
                b'"' => quoted = !quoted,
                b'\t' | b';' | b',' if !quoted => return byte,
                _ => {}
            }
        }
    }
    b','
}

/// The places of the columns that a head names.
#[derive(Debug)]
pub(super) struct CsvColumns {
    pub(super) id: usize,
    pub(super) reference: Option<usize>,
    pub(super) tags: Option<usize>,
    pub(super) resources_ttl: Option<usize>,
}

impl CsvColumns {
    /// The head of a CSV, where the record is one.
    pub(super) fn of(fields: &[String]) -> Option<Self> {
        let name = |field: &String| field.to_ascii_lowercase().replace([' ', '-'], "_");
        let names: Vec<String> = fields.iter().map(name).collect();
        let place = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
        Some(Self {
            id: place(&["session_id", "sessionid", "session", "uuid", "id"])?,
            reference: place(&["reference", "ref"]),
            tags: place(&["tags", "tag"]),
            resources_ttl: place(&["resources_ttl"]),
        })
    }
}
