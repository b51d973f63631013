//! Each payload of `tests/hostile.txt` in each text of an answer: nothing that acts on a terminal, and
//! nothing that is not seen, stands in a cell (faults U01 to U04).

use branchwatch::app::view::Pane;
use branchwatch::text::{is_unseen, width};

use super::*;

/// Each of so many texts of an answer has the payload at once; the next has the answer's own. Each
/// payload stands in one of so many such answers; with `BRANCHWATCH_TEST_ROUNDS` in all.
const APART: usize = 7;

/// The payloads as they are sent. A line that begins with `# ` says what follows.
fn payloads() -> Vec<String> {
    let lines = include_str!("../hostile.txt").lines();
    lines.filter(|line| !line.starts_with("# ")).map(unescaped).collect()
}

/// `\x1b`, `\u{202e}`, `\n`, `\r`, `\t`; any other character behind a `\` is itself.
fn unescaped(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        let escape = if c == '\\' { rest.next() } else { None };
        let digits: String = match escape {
            Some('x') => rest.by_ref().take(2).collect(),
            Some('u') => rest.by_ref().skip(1).take_while(|c| *c != '}').collect(),
            _ => String::new(),
        };
        text.push(match escape {
            None => c,
            Some('x' | 'u') => char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap(),
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some(other) => other,
        });
    }
    text
}

/// Gives each text of an answer to `change`, but for the ID by which the answer is known.
fn each_text(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        Value::Object(fields) => {
            let fields = fields.iter_mut().filter(|(name, _)| *name != "session_id");
            fields.for_each(|(_, field)| each_text(field, change));
        }
        _ => {}
    }
}

/// A session whose answers have the payload in every text whose number is `group` modulo [`APART`],
/// and in the name of a field.
fn session_of(group: usize, payload: &str) -> WatchedSession {
    let answers = [
        include_str!("../everything/session.json"),
        include_str!("../everything/configuration.json"),
        include_str!("../everything/letter.json"),
    ];
    let mut number = 0;
    let answers = answers.map(|answer| {
        let mut answer: Value = serde_json::from_str(answer).unwrap();
        each_text(&mut answer, &mut |text| {
            if number % APART == group {
                payload.clone_into(text);
            }
            number += 1;
        });
        answer.as_object_mut().unwrap().insert(format!("{payload} of {group}"), payload.into());
        Some(answer)
    });
    let [result, ..] = &answers;
    let id = SessionId::parse(result.as_ref().unwrap()["session_id"].as_str().unwrap()).unwrap();
    let entry = WatchEntry { reference: Some(payload.to_owned()), ..WatchEntry::new(id, now()) };
    answered(WatchedSession::new(entry), State::Live, answers)
}

// U01, U02, U03, U04, U06
#[test]
fn no_payload_in_any_text_of_an_answer_puts_a_control_or_what_is_unseen_into_a_cell() {
    let payloads = payloads();
    assert!(payloads.len() >= 200, "{} payloads", payloads.len());
    let all = std::env::var("BRANCHWATCH_TEST_ROUNDS").is_ok();
    let mut seen = BTreeMap::from([("\\x1b", 0), ("\\x9b", 0), ("<U+202E>", 0), ("⏎", 0)]);
    for (number, payload) in payloads.iter().enumerate() {
        for group in (0..APART).filter(|group| all || number % APART == *group) {
            let session = session_of(group, payload);
            // So high that each pane shows all that it has.
            let mut model = model_of(snapshot_of(vec![session], State::Live), (200, 400));
            update(&mut model, Event::Done(Outcome::PrivacyLowered(Privacy::Off)));
            for pane in Pane::ALL {
                update(&mut model, Event::Action(pane.action()));
                update(&mut model, Event::Action(Action::UnfoldAll));
                let shown = frame(&model, look());
                for cell in shown.content() {
                    let symbol = cell.symbol();
                    let acts = symbol.contains(|c: char| c.is_control() || is_unseen(c));
                    let most = 32 * width(symbol).max(1);
                    assert!(!acts && symbol.len() <= most, "{symbol:?} of {payload:?}");
                }
                let shown = text(&shown);
                for (sign, times) in &mut seen {
                    *times += usize::from(shown.contains(sign));
                }
            }
        }
    }
    assert!(seen.values().all(|times| *times > 0), "payloads are on the screen: {seen:?}");
}
