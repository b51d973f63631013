//! Lines that name sessions: IDs, CSV, JSON Lines, for the command line and the add dialog.
//!
//! Owns the one reading of them. Must never read a file.

use jiff::Timestamp;
use serde_json::Value;

use crate::domain::ids::SessionId;
use crate::domain::span::parse_span;
use crate::domain::watched::WatchEntry;

/// One line: an ID, CSV (session_id,reference,tags,resources_ttl), or a JSON object. Nothing for an
/// empty line, a comment, a CSV head.
///
/// # Errors
/// Says what is wrong with the line, in one sentence.
pub fn entry(line: &str, now: Timestamp) -> Result<Option<WatchEntry>, String> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') || line.starts_with("session_id") {
        return Ok(None);
    }
    let (id, reference, tags, ttl) = if line.starts_with('{') {
        let value: Value = serde_json::from_str(line).map_err(|why| format!("not JSON: {why}"))?;
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let tags = value.get("tags").and_then(Value::as_array).into_iter().flatten();
        let tags = tags.filter_map(|tag| tag.as_str().map(str::to_owned)).collect();
        (text("session_id").unwrap_or_default(), text("reference"), tags, text("resources_ttl"))
    } else {
        let mut fields = line.split(',').map(|field| field.trim().trim_matches('"').to_owned());
        let id = fields.next().unwrap_or_default();
        let reference = fields.next().filter(|text| !text.is_empty());
        let tags = fields.next().unwrap_or_default();
        let tags = tags.split([' ', ';']).filter(|t| !t.is_empty()).map(str::to_owned).collect();
        (id, reference, tags, fields.next().filter(|text| !text.is_empty()))
    };
    let id = SessionId::parse(&id)
        .map_err(|why| format!("{}: {why}", crate::text::shown_str(&id, 40)))?;
    let resources_ttl = ttl.as_deref().map(parse_span).transpose()?;
    let reference = reference.map(|text| crate::text::shown_str(&text, 100));
    let mut tags: Vec<String> = tags;
    tags.sort();
    Ok(Some(WatchEntry { id, reference, tags, added_at: now, deadline: None, resources_ttl }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_id_csv_or_json() {
        let now = Timestamp::UNIX_EPOCH;
        let id = "1c3cae90-1769-43a9-8554-d85f2e7cdb0f";
        for (line, reference, tags) in [
            (id.to_owned(), None, vec![]),
            (format!("{id},dbs-1,team-a urgent,90d"), Some("dbs-1"), vec!["team-a", "urgent"]),
            (
                format!("{{\"session_id\":\"{id}\",\"reference\":\"x\",\"tags\":[\"t\"]}}"),
                Some("x"),
                vec!["t"],
            ),
        ] {
            let entry = entry(&line, now).unwrap().unwrap();
            assert_eq!(entry.id.to_string(), id);
            assert_eq!(
                (entry.reference.as_deref(), entry.tags),
                (reference, tags.into_iter().map(String::from).collect())
            );
        }
        for nothing in ["", "  ", "# comment", "session_id,reference"] {
            assert_eq!(entry(nothing, now), Ok(None));
        }
        for wrong in ["not-a-session", "{", "{\"session_id\":7}", &format!("{id},r,t,soon")] {
            assert!(entry(wrong, now).is_err(), "{wrong}");
        }
    }
}
