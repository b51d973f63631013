//! No frame shows a name while labels are masked: neither of the operator's labels nor of an answer.

use branchwatch::app::view::Pane;
use branchwatch::domain::watchlist::annotations::Annotations;
use branchwatch::domain::watchlist::command::OperatorCommand;

use super::canary_answers::{CANARY, PERSON, seeded};
use super::*;

const NAMES: [&str; 5] = ["JANE SMITH", "jane smith", "李小龍", "smith-jane", "o'neill 77"];

/// Five sessions named like people, in all their labels, and one with an identifier.
fn named() -> Vec<WatchedSession> {
    let scenarios = ["S07", "S01", "S04", "S09", "S03", "S10"];
    let names = NAMES.into_iter().chain(["dbs-2291"]);
    let named = scenarios.into_iter().zip(names).zip(1..).map(|((scenario, name), n)| {
        let mut watched = session(n, scenario, 900, State::Live);
        let tag = name.replace(' ', "_");
        watched.entry = Arc::new(WatchEntry {
            reference: Some(name.to_owned()),
            tags: vec![tag.clone()],
            ..WatchEntry::clone(&watched.entry)
        });
        let mut own = Annotations::default();
        let at = now() - SignedDuration::from_secs(60);
        own.apply(&AnnotationChange::Tags { added: vec![tag], removed: Vec::new() }, at);
        own.apply(&AnnotationChange::Note(format!("rang {name}")), at);
        watched.own = Arc::new(own);
        watched
    });
    named.collect()
}

/// Parts of the names, in the spelling of any place. A wide letter has an empty cell behind it.
fn found(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase().replace(' ', "");
    ["jane", "smith", "李小龍", "o'neill", "neill"]
        .into_iter()
        .filter(|n| text.contains(n))
        .collect()
}

fn all(privacy: Privacy) -> String {
    let mut shown = String::new();
    for size in SIZES {
        for selected in 0..NAMES.len() {
            let mut model = model_of(snapshot_of(named(), State::Live), size);
            update(&mut model, Event::Done(Outcome::PrivacyLowered(privacy)));
            for _ in 0..selected {
                update(&mut model, Event::Action(Action::Down));
            }
            for pane in Pane::ALL {
                update(&mut model, Event::Action(pane.action()));
                shown += &text(&frame(&model, look()));
            }
            for action in [
                Action::Note,
                Action::Tags,
                Action::Export,
                Action::CopyMenu,
                Action::Letter,
                Action::Charts,
                Action::Palette,
                Action::Pin,
                Action::Archive,
                Action::Undo,
            ] {
                update(&mut model, Event::Action(action));
                shown += &text(&frame(&model, look()));
                update(&mut model, Event::Action(Action::Back));
            }
        }
    }
    shown
}

// S10
#[test]
fn no_pane_dialog_or_message_shows_a_name_while_labels_are_masked() {
    let masked = all(Privacy::Masked);
    assert_eq!(found(&masked), Vec::<&str>::new());
    assert!(masked.contains("dbs-2291"), "an identifier is shown");
    let open = all(Privacy::Off);
    assert_eq!(found(&open).len(), 5, "the same frames unmasked show them all");
}

/// A session whose answers name a person wherever one can stand.
fn seeded_session() -> WatchedSession {
    let texts = [
        include_str!("../everything/session.json"),
        include_str!("../everything/configuration.json"),
        include_str!("../everything/letter.json"),
    ];
    let answers = texts.map(|text| {
        let mut answer: Value = serde_json::from_str(text).unwrap();
        seeded(&mut answer);
        Some(answer)
    });
    let [result, ..] = &answers;
    let id = result.as_ref().unwrap()["session_id"].as_str().unwrap();
    let id = SessionId::parse(id).unwrap();
    let entry = WatchEntry { reference: Some(PERSON.to_owned()), ..WatchEntry::new(id, now()) };
    answered(WatchedSession::new(entry), State::Live, answers)
}

/// Where a frame shows what names a person.
fn canaries(model: &Model) -> Vec<String> {
    let shown = text(&frame(model, look()));
    let lines = shown.lines().filter(|line| line.to_lowercase().contains(CANARY));
    lines.map(str::to_owned).collect()
}

// S02
#[test]
fn no_line_of_a_pane_and_no_action_in_it_shows_what_an_answer_says_of_a_person() {
    // What shows labels whole says so and is asked for; the JSON pane has its own question.
    let asked = [Action::Reveal, Action::Privacy];
    let snapshot = snapshot_of(vec![seeded_session()], State::Live);
    for size in [(80, 24), (200, 60)] {
        for pane in Pane::ALL {
            let opened = || {
                let mut model = model_of(Arc::clone(&snapshot), size);
                update(&mut model, Event::Action(pane.action()));
                model
            };
            let mut model = opened();
            update(&mut model, Event::Action(Action::UnfoldAll));
            // More pages than any pane has.
            for page in 0..20 {
                assert_eq!(canaries(&model), [""; 0], "{pane:?} {size:?} {page}");
                update(&mut model, Event::Action(Action::PageDown));
            }
            for action in Action::ALL.iter().filter(|action| !asked.contains(action)) {
                let mut model = opened();
                update(&mut model, Event::Action(*action));
                assert_eq!(canaries(&model), [""; 0], "{pane:?} {action:?} {size:?}");
            }
        }
    }
    // The same answers, unmasked, do name the person.
    let mut model = model_of(snapshot, (200, 60));
    update(&mut model, Event::Done(Outcome::PrivacyLowered(Privacy::Off)));
    assert!(!canaries(&model).is_empty());
}

#[test]
fn a_masked_note_is_replaced_or_stays_and_masked_tags_stay() {
    let mut model = model_of(snapshot_of(named(), State::Live), (120, 40));
    update(&mut model, Event::Action(Action::Note));
    let shown = text(&frame(&model, look()));
    assert!(shown.contains("replaces the masked note"), "{shown}");
    let _drawn = model.take_dirty();
    let nothing = update(&mut model, Event::Action(Action::Enter));
    assert!(
        !nothing.iter().any(|effect| matches!(effect, Effect::Command(OperatorCommand::Keep(_)))),
        "{nothing:?}"
    );
    update(&mut model, Event::Action(Action::Tags));
    let _drawn = model.take_dirty();
    update(&mut model, Event::Paste("q4".to_owned()));
    let effects = update(&mut model, Event::Action(Action::Enter));
    let tags = effects.iter().find_map(|effect| match effect {
        Effect::Command(OperatorCommand::Keep(changes)) => {
            changes.iter().find_map(|(_, change)| match change {
                AnnotationChange::Tags { added, removed } => Some((added.clone(), removed.len())),
                _ => None,
            })
        }
        _ => None,
    });
    assert_eq!(tags, Some((vec!["q4".to_owned()], 0)), "the masked one stays");
    assert_eq!(model.focus(), Pane::List);
}

// S14
#[test]
fn what_may_name_a_person_is_copied_after_a_question_and_an_id_at_once() {
    for (privacy, personal) in [(Privacy::Masked, false), (Privacy::Off, true)] {
        let first = named().into_iter().take(1).collect();
        let mut model = model_of(snapshot_of(first, State::Live), (120, 40));
        update(&mut model, Event::Done(Outcome::PrivacyLowered(privacy)));
        // The ID, the reference, the line.
        for (row, asks) in [(0, false), (1, personal), (2, personal)] {
            update(&mut model, Event::Action(Action::CopyMenu));
            let _drawn = model.take_dirty();
            for _ in 0..row {
                update(&mut model, Event::Action(Action::Down));
            }
            let mut effects = update(&mut model, Event::Action(Action::Enter));
            let shown = text(&frame(&model, look()));
            assert_eq!(
                shown.contains("This may name a person"),
                asks,
                "{privacy:?} {row}: {shown}"
            );
            if asks {
                assert_eq!(effects, []);
                effects = update(&mut model, Event::Action(Action::Enter));
            }
            let copied = effects.iter().find_map(|effect| match effect {
                Effect::Copy { personal, .. } => Some(*personal),
                _ => None,
            });
            assert_eq!(copied, Some(asks), "{privacy:?} {row}");
        }
    }
}
