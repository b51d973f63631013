//! The media of a session as a box. A picture is drawn here and kept nowhere.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::action::Action;
use crate::app::dialogs::media::state::MediaDialog;
use crate::theme::{Look, Role};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::pane::{self, Bar};
use crate::ui::widgets::picture::{self, Shown};
use crate::ui::widgets::text::{dim, fit};

/// Draws the dialog; returns the picture in it.
pub(crate) fn draw<'a>(
    frame: &mut Frame<'_>,
    whole: Rect,
    dialog: &'a MediaDialog,
    model: &Model,
    look: Look,
) -> Option<Shown<'a>> {
    let (width, height) = (whole.width.saturating_sub(4).min(110), whole.height.saturating_sub(2));
    let title = format!("Media {}", dialog.name);
    let area = open(frame, whole, width, height, &title, "Esc closes and wipes", look);
    let width = usize::from(area.width);
    let picture = dialog.picture.as_ref();
    let rows = if picture.is_some() { 3 } else { usize::from(area.height).saturating_sub(4) };
    let first = (dialog.selected + 1).saturating_sub(rows);
    let head = format!("  {:<38}{:<9}{:<9}SIZE", "WHAT", "TYPE", "AGE");
    let mut lines = vec![dim(&head, width, look)];
    let bar = dialog.selected.checked_sub(first).filter(|_| !dialog.items.is_empty());
    let bar = bar.map(|line| Bar { line: lines.len() + line, focus: true });
    for item in dialog.items.iter().skip(first).take(rows) {
        let size = item.size.map_or_else(
            || "not fetched".to_owned(),
            |bytes| format!("{} KiB", bytes.div_ceil(1024)),
        );
        let text = [(&item.role, 38), (&item.kind, 9), (&item.age, 9), (&size, 12)]
            .map(|(text, wide)| fit(text, wide, look))
            .concat();
        lines.push(Line::from(fit(&format!("  {text}"), width, look)));
    }
    while lines.len() < 1 + rows {
        lines.push(Line::default());
    }
    if let Some(said) = &dialog.said {
        lines.push(Line::from(Span::styled(fit(&said.text, width, look), look.tone(said.tone))));
    } else {
        lines.push(dim(
            "Personal data: fetched when you ask, and each time is logged.",
            width,
            look,
        ));
    }
    let clear = if dialog.clear { "pixelate" } else { "clear" };
    let clear = model.key(Action::Toggle).filter(|_| picture.is_some()).map(|key| (key, clear));
    let save = model.key(Action::Export).map(|key| (key, "save to a file"));
    let show = cfg!(feature = "images").then_some(("Enter", "show the picture"));
    let keys = [show, save, clear].into_iter().flatten();
    let mut spans = Vec::new();
    for (key, word) in keys {
        spans.push(Span::styled(key.to_owned(), look.role(Role::Key)));
        spans.push(Span::raw(format!(" {word}   ")));
    }
    let used = u16::try_from(lines.len() + 1).unwrap_or(u16::MAX);
    lines.push(Line::from(spans));
    pane::lines(frame, area, lines, bar, look);
    let shown = picture.map(|picture| {
        let below = Rect {
            y: area.y.saturating_add(used),
            height: area.height.saturating_sub(used),
            ..area
        };
        Shown { picture, area: below, clear: dialog.clear }
    });
    if let Some(shown) = shown {
        picture::draw(frame, shown, look);
    }
    shown
}
