//! `help`: more about a command or a subject, in the terminal.
//!
//! Owns the texts; what is generated elsewhere (keys) is asked from there.

use super::args::Global;
use super::exit::{self, Failure};
use super::output::{data, table};
use super::setup;
use crate::keymap::Keymap;

const TOPICS: &str = "topics: stages, filters, keys, exit-codes, privacy";

const STAGES: &str = "\
STAGES (worked out by this program; state, recommendation and reason are Yoti's)

  letter not set   no visit, and Yoti says there is no letter
  awaiting visit   no visit yet
  at home          the applicant supplied something at home, nothing in a branch
  at counter       something came from a branch within the last 15 minutes
  visited          something came from a branch, and not within the last 15 minutes
  turned away?     visited, something is still missing, and silence for 45 minutes
  checks running   a check or a task is under way
  done: APPROVE    completed, and the pass rule is met
  done: REJECT     completed, and a check recommends REJECT
  done: refer      completed, and anything else: look at the checks
  expired          the deadline passed before completion
  gone, not found  Yoti has no such session (any more)
";

const FILTERS: &str = "\
FILTERS (in / and with --filter)

  words            part of the reference, a tag or the session ID; letters may stand apart (db91)
  \"two words\"      letter for letter          re:/^dbs-2/   a pattern
  field:value      holds it                   field=value   is it        field!=value  is not it
  !x  not x        x is not so                x y           both         x or y        one of both
  ( )              belong together            without regard to case

  ref session tag note branch                 your words, the session ID, the letter's branch
  stage            worked out here: stage:awaiting  stage:\"turned away\"  stage:done
  state            Yoti's: ONGOING COMPLETED EXPIRED
  check result reason                         type, recommendation and reason of any check
  doc source       type, country and source of what was supplied
                   Side by side they are of one check, of one document: check:face result:reject.
                   check:face !result:approve: a face check that is not approved (yet);
                   !result:approve alone: no check is. A field asked for twice is of two checks:
                   check:face check:liveness has both; check:face !check:liveness has no liveness.
  provider         who may supply something
  docs             supplied requirements: docs:2/3  docs<3
  due              time left: due<24h  due:passed  due:none
  seen changed     time since the last answer, the last change: seen>1h  changed<10m  seen:never

  In the list: Tab completes, ctrl-s saves filter, order and columns as a view, f shows views.
  In the configuration a view stands as [views.NAME] with filter, sort, columns.
  list takes --filter, --view, --sort and --columns with the same words.

  branchwatch list --filter 'stage:awaiting due<48h !tag:chased'
";

const EXIT_CODES: &str = "\
EXIT CODES

    0  done                                  20  completed, a REJECT
    1  any other failure                     21  completed, something to refer
    2  wrong usage                           22  still ongoing
    3  configuration or key not usable       23  expired
    4  refused by Yoti (401, 403)            24  a state that is not known
    5  session not found                     70  internal fault
    6  Yoti or the network not reachable    128+ ended by that signal
    7  some worked, some did not
    8  local store locked or damaged        124  wait: out of time
    9  write refused by read-only mode      130  interrupted

  0 and 20-24 say how a session stands with wait and show --exit-status.
  Several sessions with different ends: 7.
";

const PRIVACY: &str = "\
PRIVACY

  The session result holds no names. Pictures, the letter and extracted fields are fetched only when
  you ask: in the dashboard, or by letter --pdf and media --save (which asks again, or needs --yes).
  Secrets (client session token, API keys, contact profile) are removed before anything is kept,
  shown or exported. Exports are masked unless you say --redact none with a reason.
  References that look like a person's are hidden in the dashboard; lists and events show them as
  you gave them. --privacy mask|partial|off, or privacy in the configuration, says otherwise for
  both; of the two the stricter one holds. handover never shows them.
  The audit log (audit.jsonl) has a line for every export, reveal, picture, letter and change at
  Yoti: time, what, a hash of the session ID, the reason. It holds no personal data.
  Changes at Yoti need --allow-writes, the profile's permission and a typed confirmation; read_only
  in the configuration or the profile refuses them all (exit code 9).
  With [alerts] desktop the terminal tells the desktop what rings: fixed words and the masked
  reference; nothing of whom while the screen is locked.
  The local store holds the watch-list, last answers, observed changes and your notes, readable by
  you alone. remove and D take a session off the list and keep all of this, for when it is added
  again; remove --purge-history deletes it and overwrites it in the file. Copies that an update of
  the store or its mending put beside it, exports and the audit log are yours to delete.
";

/// The topics that are chapters of the manual page.
pub(super) const CHAPTERS: [&str; 4] = [STAGES, FILTERS, EXIT_CODES, PRIVACY];

pub(super) fn run(
    global: &Global,
    name: Option<&str>,
    mut grammar: clap::Command,
) -> Result<u8, Failure> {
    let text = match name {
        Some("stages") => STAGES.to_owned(),
        Some("filters") => FILTERS.to_owned(),
        Some("exit-codes") => EXIT_CODES.to_owned(),
        Some("privacy") => PRIVACY.to_owned(),
        Some("keys") => keys(global)?,
        None => format!("{}\n{TOPICS}\n", grammar.render_help()),
        Some(name) => match grammar.find_subcommand_mut(name) {
            Some(command) => command.render_long_help().to_string(),
            None => {
                return Err(Failure::Usage(format!("no such command or topic; {TOPICS}")));
            }
        },
    };
    data(&text)?;
    Ok(exit::OK)
}

/// The keys in force; those that are shipped where the configuration cannot be read.
fn keys(global: &Global) -> Result<String, Failure> {
    let own = setup::config(global).map(|config| config.keys).unwrap_or_default();
    let keymap = Keymap::with(&own).map_err(|why| Failure::Other(why.to_string()))?;
    let rows: Vec<Vec<String>> = keymap
        .help_rows()
        .into_iter()
        .map(|row| vec![row.keys, row.name, row.description])
        .collect();
    Ok(table(&rows))
}
