//! `list`: the watch-list as lines, in the order, filter and columns of the dashboard.

use std::sync::Arc;

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

use super::args::{Global, List};
use super::exit::{self, Failure};
use super::output::{data, table, table_within, talk, terminal_width};
use super::{export, setup, terminal_style, words};
use crate::app::list::columns::Column;
use crate::app::list::views::{View, ViewError, ViewTexts, listed};
use crate::app::text::narration::{self, Needing};
use crate::app::view::ListRow;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::assessment::attention::{Assessment, assess};
use crate::domain::nearest::suggestion;
use crate::domain::personal::Privacy;
use crate::domain::watchlist::watched::WatchedSession;
use crate::persist::SharedPersistence;
use crate::persist::arrangement::arrangement;
use crate::text::{self, shown_str};
use crate::theme::Look;

/// Columns of the plain list where none are named; behind them stands the reason.
const COLUMNS: [Column; 7] = [
    Column::Ref,
    Column::Stage,
    Column::Docs,
    Column::Checks,
    Column::Due,
    Column::Seen,
    Column::Session,
];

/// Said to a person below a list that hides a reference.
const MASKED: &str = "masked: a reference that could be a person's name; --privacy off shows it, \
                      safe_reference in the profile names harmless ones (branchwatch help privacy)";

pub(super) fn list(global: &Global, args: &List) -> Result<u8, Failure> {
    let config: Config = setup::config(global)?;
    let mut store = setup::store(global, &config)?;
    let view = view(&config, args, &global.filter, store.as_mut())?;
    let mut sessions = setup::briefs(store.as_mut())?;
    sessions.retain(|session| session.own.archived_at.is_some() == args.archived);
    let now = SystemClock.now();
    let all = sessions.len();
    let columns = view.own_columns();
    let privacy = setup::privacy(&config)?;
    let rows = listed(sessions, view, &config.rules, now, privacy);
    let origin = export::origin(&config, now);
    if args.form.json || args.form.jsonl {
        let lines =
            rows.iter().map(|(session, _)| crate::export::summary(session, &origin, privacy));
        data(&if args.form.jsonl {
            crate::export::json_lines(lines)
        } else {
            crate::export::json_array(lines)
        })?;
        return Ok(exit::OK);
    }
    if args.form.csv {
        let sessions = rows.iter().map(|(session, _)| session.as_ref());
        data(&crate::export::csv(sessions, privacy.hides(), &origin))?;
        return Ok(exit::OK);
    }
    if rows.is_empty() {
        talk(&if all == 0 && args.archived {
            "No archived sessions.".to_owned()
        } else if all == 0 {
            "Nothing on the watch-list yet. Add sessions: branchwatch add ID...   Try it: branchwatch demo".to_owned()
        } else {
            format!("0 of {all} sessions match")
        });
        return Ok(exit::OK);
    }
    let found = rows.iter().map(|(session, _)| assess(session, &config.rules, now)).collect();
    let lines = Lines { columns, rows, found, look: terminal_style::plain(global) };
    if args.form.plain {
        // No cell holds a tab: every one has been made safe.
        let lines = lines.cells(Whole::Ids).into_iter().map(|cells| cells.join("\t") + "\n");
        data(&lines.collect::<String>())?;
        return Ok(exit::OK);
    }
    // A pipe gets whole lines: programs cut where they want to.
    let Some(width) = terminal_width() else {
        data(&table(&lines.headed(Whole::Ids)))?;
        return Ok(exit::OK);
    };
    if !global.quiet {
        data(&(lines.summary(all) + "\n"))?;
    }
    data(&lines.within(width))?;
    let hides = |session: &WatchedSession| !config.rules.labels.shows_reference(session);
    if privacy.hides() && lines.rows.iter().any(|(session, _)| hides(session)) {
        talk(MASKED);
    }
    Ok(exit::OK)
}

/// Whether a line has the whole session ID or its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whole {
    Ids,
    Beginnings,
}

struct Lines {
    /// Those that were named, if any were.
    columns: Option<Vec<Column>>,
    rows: Vec<(Arc<WatchedSession>, ListRow)>,
    found: Vec<Assessment>,
    look: Look,
}

impl Lines {
    fn cells(&self, whole: Whole) -> Vec<Vec<String>> {
        let columns = self.columns.as_deref().unwrap_or(&COLUMNS);
        let rows = self.rows.iter().zip(&self.found).map(|((_, row), found)| {
            let cells = columns.iter().map(|column| {
                let short = *column == Column::Session && whole == Whole::Beginnings;
                if short { row.id.short() } else { cell(*column, row, self.look) }
            });
            let reason = words::maybe(found.findings.first().map(|finding| &finding.text));
            let reason = self.columns.is_none().then(|| self.look.text(&reason));
            cells.chain(reason).collect()
        });
        rows.collect()
    }

    fn headed(&self, whole: Whole) -> Vec<Vec<String>> {
        let columns = self.columns.as_deref().unwrap_or(&COLUMNS);
        let heads = columns.iter().map(|column| column.spec());
        let heads = heads.map(|spec| spec.printed.unwrap_or(spec.head).to_owned());
        let heads = heads.chain(self.columns.is_none().then(|| "REASON".to_owned()));
        std::iter::once(heads.collect()).chain(self.cells(whole)).collect()
    }

    /// For a terminal: where the lines do not fit with whole IDs, their beginnings, which commands
    /// take too, leave room for the reasons.
    fn within(&self, width: usize) -> String {
        let whole = table(&self.headed(Whole::Ids));
        if whole.lines().all(|line| text::width(line) <= width) {
            return whole;
        }
        let whole = if self.columns.is_none() { Whole::Beginnings } else { Whole::Ids };
        self.look.text(&table_within(&self.headed(whole), width))
    }

    /// How many there are, and why how many of them need attention.
    fn summary(&self, all: usize) -> String {
        let listed = self.rows.len();
        let counted = text::count(all, "session");
        let counted = if listed == all { counted } else { format!("{listed} of {counted} match") };
        let mut needing = Needing::new();
        let asking = self.rows.iter().zip(&self.found).filter(|(_, found)| found.needs_operator());
        for ((_, row), found) in asking {
            if let Some(finding) = found.findings.first() {
                needing.entry(finding.reason).or_default().push(row.cell(Column::Ref).text.clone());
            }
        }
        narration::summary(&counted, &needing, 0)
    }
}

/// The sessions of the list for which `--filter` holds.
pub(super) fn filtered(
    global: &Global,
    config: &Config,
    mut sessions: Vec<WatchedSession>,
    now: Timestamp,
) -> Result<Vec<WatchedSession>, Failure> {
    sessions.retain(|session| session.own.archived_at.is_none());
    if global.filter.is_empty() {
        return Ok(sessions);
    }
    let view = filter(&global.filter)?;
    // By whole labels: who is found does not depend on how much of a name is shown.
    let rows = listed(sessions, view, &config.rules, now, Privacy::Off);
    Ok(rows.into_iter().map(|(session, _)| WatchedSession::clone(&session)).collect())
}

pub(super) fn filter(text: &str) -> Result<View, Failure> {
    let texts = ViewTexts { filter: text.to_owned(), ..ViewTexts::default() };
    View::read("", &texts).map_err(|why| Failure::Usage(pointed(&why, text)))
}

/// The view that was named, with what else was asked for on top.
fn view(
    config: &Config,
    args: &List,
    filter: &str,
    store: &mut dyn SharedPersistence,
) -> Result<View, Failure> {
    let texts = ViewTexts {
        filter: filter.to_owned(),
        sort: args.sort.clone().unwrap_or_default(),
        columns: args.columns.clone(),
    };
    let asked = View::read("", &texts).map_err(|why| Failure::Usage(pointed(&why, filter)))?;
    let Some(name) = &args.view else { return Ok(asked) };
    let views = views(config, store)?;
    let Some(named) = views.iter().find(|view| view.name == *name) else {
        let known = views.iter().map(|view| view.name.as_str());
        let (name, hint) = (shown_str(name, 60), shown_str(&suggestion(name, known), 400));
        return Err(Failure::Usage(format!("no view named {name}; {hint}")));
    };
    Ok(named.clone().with(asked, args.sort.is_some()))
}

/// The configuration's first, then those that were saved in the dashboard; either may stand in the
/// place of one that is built in.
pub(super) fn views(
    config: &Config,
    store: &mut dyn SharedPersistence,
) -> Result<Vec<View>, Failure> {
    let saved = arrangement(store)?.views;
    let saved = saved.iter().filter_map(|(name, texts)| View::read(name, texts).ok());
    Ok(config.views.iter().cloned().chain(saved).chain(View::built_in()).collect())
}

/// What is wrong with a filter, and below it where.
fn pointed(why: &ViewError, filter: &str) -> String {
    let Some(at) = why.at else { return why.to_string() };
    let text = shown_str(filter, 200);
    let before: String = filter.chars().take(at).collect();
    let column = shown_str(&before, 200).width();
    format!("{why}\n  {text}\n  {}^", " ".repeat(column))
}

fn cell(column: Column, row: &ListRow, look: Look) -> String {
    if column == Column::Session {
        row.id.to_string()
    } else if column == Column::Checks {
        row.checks.iter().map(|(sign, _)| look.glyph(*sign)).collect()
    } else {
        look.text(&row.cell(column).text)
    }
}
