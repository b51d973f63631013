//! Text of a server or a label that looks like the header, a banner or a frame (fault V05).

use branchwatch::app::view::Pane;

use super::*;

/// As wide as each other: what differs in a frame is the text alone.
const LIKE_OURS: [&str; 5] = [
    "● live · 2s ago",
    " LIVE  acme-dbs ",
    "✗ key refused: run doctor",
    "┌ Alerts ─────┐│ quiet │",
    "[Enter] YES  ▌❚❚ paused",
];

fn harmless(text: &str) -> String {
    "x".repeat(unicode_width::UnicodeWidthStr::width(text))
}

/// Sessions with a text as their reference, tag and note, and as what Yoti says of them.
fn saying(text: impl Fn(&str) -> String) -> Vec<WatchedSession> {
    let each = LIKE_OURS.iter().zip(1..).map(|(like_ours, n)| {
        let says = text(like_ours);
        let members = json!({ "checks": [{
            "type": "DOCUMENT_AUTHENTICITY",
            "id": "8e1b7ad4-9c4e-4c39-8c4e-0f5d1f6a2b11",
            "state": "DONE",
            "report": {
                "recommendation": { "value": "REJECT", "reason": says, "recovery_suggestion": says },
                "breakdown": [{ "sub_check": says, "result": "FAIL", "details": [] }]
            }
        }] });
        let mut watched = session_with(n, ("S07", 900), State::Live, &members);
        watched.entry = Arc::new(WatchEntry {
            reference: Some(says.clone()),
            tags: vec![says.clone()],
            ..WatchEntry::clone(&watched.entry)
        });
        let mut own = Annotations::default();
        own.apply(&AnnotationChange::Note(says), now() - SignedDuration::from_secs(60));
        watched.own = Arc::new(own);
        watched
    });
    each.collect()
}

/// A theme that colours words too: one that keeps its hues for signs lets a sign in a text have the
/// hue of its own cell, and takes it from the letters beside it.
fn themed() -> Look {
    let palette = Themes::read(&[], ColourDepth::TrueColor).get("dark").unwrap();
    Look::new(ColourDepth::TrueColor, false).with(palette)
}

fn frames(text: impl Fn(&str) -> String, size: (u16, u16)) -> Vec<Buffer> {
    let mut model = model_of(with(saying(text)), size);
    update(&mut model, Event::Done(Outcome::PrivacyLowered(Privacy::Off)));
    let panes = Pane::ALL.iter().map(|pane| {
        update(&mut model, Event::Action(pane.action()));
        frame(&model, themed())
    });
    panes.collect()
}

// V05
#[test]
fn text_that_looks_like_ours_changes_no_cell_of_the_header_and_no_style_of_the_list() {
    let like_ours = |text: &str| text.to_owned();
    for size in SIZES {
        let width = usize::from(size.0);
        let all = frames(like_ours, size);
        for ((ours, theirs), pane) in frames(harmless, size).iter().zip(&all).zip(Pane::ALL) {
            let line = |buffer: &Buffer| buffer.content()[..width].to_vec();
            assert_eq!(line(ours), line(theirs), "{pane:?} at {size:?}");
            if pane == Pane::List {
                for (place, (our, their)) in ours.content().iter().zip(theirs.content()).enumerate()
                {
                    let at = (place % width, place / width);
                    assert_eq!(our.style(), their.style(), "{at:?}: {our:?} {their:?}");
                }
            }
        }
        let shown = all.iter().map(text).collect::<String>();
        let seen = LIKE_OURS.iter().any(|like_ours| shown.contains(like_ours));
        assert!(seen, "it is on the screen: {shown}");
    }
}
