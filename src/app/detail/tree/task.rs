//! The node of a task: state, advice, and what it made (contract 3.3).

use super::media::media;
use super::{TreeWords, leaf, maybe, node as plain, times_of, value};
use crate::app::detail::checks::sign;
use crate::app::text::unknown_fields::free_text;
use crate::app::text::words::{self, server};
use crate::app::view::{Cell, Glyph, Tone, TreeNode};
use crate::domain::session::Session;
use crate::domain::session::resource::{GeneratedCheck, Task};
use crate::domain::session::wire_enum::{TaskRecommendation, TaskState};
use crate::reasons::{self, Kind};

pub(super) fn node(task: &Task, answer: &Session, times: &TreeWords<'_>) -> TreeNode {
    let mut made = plain(task.id.text().as_raw(), (Glyph::Blank, Tone::Plain), "task");
    made.label.tone = Tone::Dim;
    let kind = task.task_type.as_ref().map(|kind| (kind.as_raw(), kind.is_unknown()));
    made.detail = value(kind, "without a type");
    let state = task.state.as_ref().map(|state| (state.as_raw(), state.is_unknown()));
    made.status = value(state, "no state");
    match &task.state {
        Some(TaskState::Failed) => made.status.tone = Tone::Bad,
        Some(TaskState::Done) => {}
        _ => made.status.tone = Tone::Notice,
    }
    if let Some(advice) = &task.recommendation {
        let mut cell = words::marked(advice.as_raw(), advice.is_unknown(), Tone::Plain);
        if *advice != TaskRecommendation::Progress {
            cell.tone = Tone::Notice;
        }
        made.children.push(leaf("recommends", cell));
    }
    if let Some(reason) = &task.reason {
        let unknown = reasons::explained(Kind::Task, reason.as_raw()).is_none();
        made.children.push(leaf("reason", words::marked(reason.as_raw(), unknown, Tone::Notice)));
    }
    let detail = task.reason_detail.as_ref();
    let detail = detail.map(|text| free_text("reason", "detail", text, times.privacy));
    made.children.extend(maybe("detail", detail));
    made.children.extend(task.generated_checks.iter().map(|check| generated(check, answer)));
    made.children
        .extend(task.generated_media.iter().map(|held| media("generated media", held, times)));
    made.children.extend(times_of(task.created, task.last_updated, times));
    made.children.push(leaf("task id", Cell::new(server(task.id.text()), Tone::Dim)));
    made
}

/// A check that the task generated, with its verdict: the check itself stands in the checks pane.
fn generated(made: &GeneratedCheck, answer: &Session) -> TreeNode {
    let check = answer.checks.iter().find(|check| check.id == made.id);
    let glyph = check.map_or((Glyph::Blank, Tone::Plain), sign);
    let mut node = plain(made.id.text().as_raw(), glyph, "generated check");
    node.label.tone = Tone::Dim;
    let kind = made.check_type.as_ref().or(check.and_then(|check| check.check_type.as_ref()));
    node.detail = value(kind.map(|kind| (kind.as_raw(), kind.is_unknown())), "without a type");
    let Some(check) = check else {
        node.status = Cell::new("not in the response", Tone::Notice);
        return node;
    };
    let advice = check.recommendation().map(|advice| (advice.as_raw(), advice.is_unknown()));
    let state = check.state.as_ref().map(|state| (state.as_raw(), state.is_unknown()));
    node.status = value(advice.or(state), "no state");
    node.status.tone = glyph.1;
    let reason = check.report.as_ref().and_then(|report| report.reason.as_ref());
    node.children.extend(reason.map(|reason| {
        let unknown = reasons::explained(Kind::Reason, reason.as_raw()).is_none();
        leaf("reason", words::marked(reason.as_raw(), unknown, Tone::Plain))
    }));
    node.children.push(leaf("check id", Cell::new(server(made.id.text()), Tone::Dim)));
    node
}
