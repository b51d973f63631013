//! No frame shows a name while labels are masked: neither a reference, a tag nor a note.

use branchwatch::app::view::Pane;
use branchwatch::domain::watchlist::annotations::Annotations;
use branchwatch::domain::watchlist::command::OperatorCommand;

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
