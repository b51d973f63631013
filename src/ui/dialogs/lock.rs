//! The locked screen: blank but for the header.

use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::app::Lock;
use crate::app::view::Tone;
use crate::theme::{Look, Role};

pub(crate) fn draw(frame: &mut Frame<'_>, whole: Rect, lock: Lock, look: Look) {
    let below = if lock.asked {
        Line::from(vec![
            Span::styled("Enter", look.role(Role::Key)),
            Span::raw(" shows it, ctrl-c quits."),
        ])
    } else {
        Line::from(Span::styled("Press any key.", look.tone(Tone::Dim)))
    };
    let lines = vec![
        Line::from(Span::styled("Screen hidden.", look.role(Role::Title))),
        Line::from(Span::styled(
            "Sessions keep refreshing; the header above is live.",
            look.tone(Tone::Dim),
        )),
        Line::default(),
        below,
    ];
    let y = whole.y + whole.height / 2 - whole.height.min(4) / 2;
    let area = Rect::new(whole.x, y, whole.width, 4).intersection(whole);
    frame.render_widget(Paragraph::new(lines).alignment(Alignment::Center), area);
}
