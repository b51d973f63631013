//! What people paste: the small inputs of `tests/cases` and their kind.

use super::*;

const A: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const B: &str = "aaaaaaaa-0000-4000-8000-000000000002";
const C: &str = "aaaaaaaa-0000-4000-8000-000000000003";

type Named = (String, Option<String>, Vec<String>);

/// The sessions of a text, where every row is understood.
#[track_caller]
fn named(text: &str) -> Vec<Named> {
    let rows = read(text, Timestamp::UNIX_EPOCH).into_iter();
    rows.map(|row| row.entry.unwrap_or_else(|why| panic!("{}: {why}", row.line)))
        .map(|entry| (entry.id.to_string(), entry.reference, entry.tags))
        .collect()
}

fn one(id: &str, reference: Option<&str>, tags: &[&str]) -> Named {
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    (id.to_owned(), reference.map(str::to_owned), tags)
}

fn case(path: &str) -> String {
    let file = format!("{}/tests/cases/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn a_line_is_an_id_csv_or_json() {
    for (line, expected) in [
        (A.to_owned(), one(A, None, &[])),
        (format!("{A},dbs-1,team-a urgent,90d"), one(A, Some("dbs-1"), &["team-a", "urgent"])),
        (format!("{A};dbs-1;team-a"), one(A, Some("dbs-1"), &["team-a"])),
        (
            format!("{{\"session_id\":\"{A}\",\"reference\":\"x\",\"tags\":[\"t\"]}}"),
            one(A, Some("x"), &["t"]),
        ),
        (format!("[\"{A}\"]"), one(A, None, &[])),
        (format!("{A},5\" frame"), one(A, Some("5\" frame"), &[])),
        (format!("dbs-1,{A}"), one(A, Some("dbs-1"), &[])),
        (format!("dbs-1\t{A}\tONGOING"), one(A, Some("dbs-1"), &[])),
        (format!("dbs-1    {A}  visited  REJECT, at once"), one(A, Some("dbs-1"), &[])),
        (format!("{}  {A}  visited", A.get(..8).unwrap()), one(A, None, &[])),
        (format!("ID,customer\n{A},{B}"), one(A, None, &[])),
        (format!("uuid\n{A}"), one(A, None, &[])),
    ] {
        assert_eq!(named(&line), [expected], "{line}");
    }
    for nothing in ["", "  ", "# comment", "session_id,reference", "\u{feff}", "[]"] {
        assert_eq!(read(nothing, Timestamp::UNIX_EPOCH), [], "{nothing}");
    }
}

// U12
#[test]
fn what_is_not_understood_says_its_line_and_leaves_the_others() {
    for (wrong, why) in [
        ("not-a-session", "not a session ID"),
        ("{", "not a session ID"),
        ("{\"session_id\":7}", "without a session_id"),
        (&format!("{A},r,t,soon"), "soon"),
        (&format!("{A},\"open"), "quote is not closed"),
        ("https://portal.example/none", "no session ID in this link"),
    ] {
        let rows = read(&format!("{B}\n\n{wrong}\n{C}\n"), Timestamp::UNIX_EPOCH);
        let bad: Vec<&Row> = rows.iter().filter(|row| row.entry.is_err()).collect();
        assert_eq!((rows.len(), bad.len(), bad[0].line), (3, 1, 3), "{wrong}: {rows:?}");
        let said = bad[0].entry.as_ref().unwrap_err();
        assert!(said.contains(why), "{wrong}: {said}");
    }
}

#[test]
fn case_03_a_byte_order_mark_and_windows_lines() {
    assert_eq!(named(&case("03-ids-with-bom/ids.txt")), [one(A, None, &[]), one(B, None, &[])]);
}

#[test]
fn case_04_ids_on_one_line_are_all_sessions() {
    let all = [one(A, None, &[]), one(B, None, &[]), one(C, None, &[])];
    assert_eq!(named(&case("04-ids-on-one-line/ids.txt")), all);
    for between in [" ", "; ", "\t", ",", " , "] {
        assert_eq!(named(&[A, B, C].join(between)), all, "{between:?}");
    }
    let rows = read(&format!("{A}, {B}, dbs-3"), Timestamp::UNIX_EPOCH);
    let bad: Vec<&str> = rows.iter().filter(|r| r.entry.is_err()).map(|r| &*r.text).collect();
    assert_eq!((rows.len(), bad), (3, vec!["dbs-3"]), "nothing is left out in silence");
}

#[test]
fn case_05_quoted_csv_with_its_head_in_any_order() {
    let expected = [one(A, Some("Doe, J"), &["x"]), one(B, Some("line one line two"), &["y"])];
    assert_eq!(named(&case("05-csv-quoted/list.csv")), expected);
    let other = format!("Tags;Reference;Session ID\r\nx;\"say \"\"hi\"\"\";{A}\r\n");
    assert_eq!(named(&other), [one(A, Some("say \"hi\""), &["x"])]);
}

#[test]
fn case_07_cells_of_a_spreadsheet() {
    let expected = [one(A, Some("case-1"), &[]), one(B, Some("case-2"), &[])];
    assert_eq!(named(&case("07-paste-from-spreadsheet/clip.txt")), expected);
    // A terminal sends a carriage return for each line break of a paste.
    let pasted = case("07-paste-from-spreadsheet/clip.txt").replace('\n', "\r");
    assert_eq!(named(&pasted), expected);
}

#[test]
fn case_24_links_braces_urns_and_remarks_without_any_token() {
    let text = case("24-ids-in-links/links.txt");
    let ids: Vec<String> = named(&text).into_iter().map(|(id, ..)| id).collect();
    let expected: Vec<String> =
        (1..=6).map(|n| format!("aaaaaaaa-0000-4000-8000-00000000000{n}")).collect();
    assert_eq!(ids, expected);
    for row in read(&text, Timestamp::UNIX_EPOCH) {
        assert!(!row.text.contains("bbbbbbbb"), "{}", row.text);
    }
    let links = [
        format!("https://x.example/?sessionToken={B}"),
        format!("https://x.example/?token={B}&a={A}&b={C}"),
    ];
    for link in links {
        let rows = read(&link, Timestamp::UNIX_EPOCH);
        let why = rows[0].entry.as_ref().unwrap_err();
        assert!(!why.contains(B) && !rows[0].text.contains(B), "{rows:?}");
    }
}

#[test]
fn masked_output_of_our_own_is_read_without_what_it_masks() {
    let text = format!("session_id,reference,tags\n{A},▒▒▒▒▒▒,x ▒▒▒\n");
    assert_eq!(named(&text), [one(A, None, &["x"])]);
}
