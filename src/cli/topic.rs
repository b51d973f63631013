//! `help`: more about a command or a subject, in the terminal.
//!
//! Owns the texts; what is generated elsewhere (keys) is asked from there.

use std::sync::LazyLock;

use clap::CommandFactory;
use clap::builder::PossibleValuesParser;

use super::args::{Cli, Global};
use super::exit::{self, Failure};
use super::output::{data, table};
use super::setup;
use crate::keymap::Keymap;

/// The name of the topic whose text is not a fixed one.
const KEYS: &str = "keys";

/// Topics with their texts, which are chapters of the manual page too.
pub(super) const TOPICS: [(&str, &str); 5] = [
    ("stages", STAGES),
    ("filters", FILTERS),
    ("exit-codes", EXIT_CODES),
    ("privacy", PRIVACY),
    ("notifications", NOTIFICATIONS),
];

/// What `help` takes beside commands.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().map(|(name, _)| *name).chain([KEYS])
}

const STAGES: &str = "\
STAGES (worked out by this program; state, recommendation and reason are Yoti's)

  letter not set   no visit, and Yoti says there is no letter
  awaiting visit   no visit yet
  at home          the applicant supplied something at home, nothing in a branch
  at counter       something came from a branch within the last 15 minutes
  visited          something came from a branch, and not within the last 15 minutes
  turned away?     visited, something is still missing, and Yoti answered that nothing came
                   for 45 minutes
  checks running   a check or a task is under way
  done: APPROVE    completed, and the pass rule is met
  done: REJECT     completed, with a check that recommends REJECT or an identity profile ABORTED
  done: refer      completed, and anything else
  expired          the deadline passed before completion
  gone, not found  Yoti has no such session (any more)
";

const FILTERS: &str = "\
FILTERS (in / and with --filter)

  Words           A word is a part of the reference, a tag, the note, the stage,
                  Yoti's state, a check's type, recommendation or reason, a
                  document's type or country, a source, a provider, the branch;
                  or the beginning of the session ID. Upper and lower case are
                  one, _ and blank too.
    turned                        all that were perhaps turned away
    dbs-22 passport               several words: all of them
    face reject                   words about checks: of one check
    \"call back\"                   words in this order
    re:/^dbs-2/                   a pattern, of any of these texts
    !chased                       nowhere in the session

  Joining         x y  both     x or y  either     !x  not     ( )  a group

  Fields          field:value  holds it     field=value  is it
                  field!=value  is not it
    ref session tag note branch   your words, the session ID, the letter's
                                  branch: tag:urgent  branch:PE19
    stage                         stage:turned_away  stage:done  stage=gone
    state                         Yoti's: state:ongoing
    check result reason           of any check: result:reject  reason:blurry
    doc source                    type, country and source of what was supplied
    provider                      who may supply something
    docs                          supplied requirements: docs:2/3  docs<3
    due                           time left: due<24h  due:passed  due:none
    seen                          time since the last answer: seen>1h
    changed                       time since the last change, first answers left
                                  out: changed<10m
    is                            attention: needs you
                                  changed: since you last looked
                                  new: never opened
                                  stale acked snoozed pinned noted marked

  One check       Fields of checks side by side are of one check, those of
                  documents of one document; words join them.
    check:face result:reject      a face match that is REJECT
    check:face !result:approve    a face check that is not approved (yet)
    !result:approve               no check is approved
    check:face check:liveness     a field named twice: two checks
    check:face !check:liveness    a face check, and no liveness check

  Views           A view is filter, order and columns under a name. Built in:
                  needs-me, turned-away, due-today, rejected, changed. Your own
                  of the same name stand in their place.
    f                             choose one; ctrl-s saves the list as one
    [views.NAME]                  in the configuration: filter, sort, columns
    branchwatch list --view turned-away
    branchwatch list --filter 'stage:awaiting due<48h !tag:chased'

  Tab completes fields and values. What you look at under is:new or is:changed
  stays listed until you filter or sort again.
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
  Labels are masked in the dashboard and in every command. A reference is shown whole only if it
  looks like an identifier (dbs-2291: letters, digits, -_./#, at least one digit, no more than five
  letters in a row unless five references begin with them) or matches safe_reference in the profile.
  A tag is shown if it looks like that, is in safe_tags, or stands in a view of the configuration; a
  note only in the notes pane after V.
  --privacy off shows everything, partial shows first letters. Each such command writes a line to
  the audit log. Of the flag and privacy in the configuration the stricter one holds.
  Masked exports contain only what is known to be harmless; masked_paths lists the rest.
  The audit log (audit.jsonl) has a line for every export, reveal, picture, letter and change at
  Yoti: time, what, the operator, a hash of the session ID, the reason. No other personal data.
  Changes at Yoti need --allow-writes, the profile's permission and a typed confirmation; read_only
  in the configuration or the profile refuses them all (exit code 9).
  With [alerts] desktop the terminal tells the desktop what rings: fixed words and the masked
  reference; nothing of whom while the screen is locked.
  The local store, one for each profile, holds the watch-list, last answers, observed changes and
  your notes, readable by you alone. The answers are sealed with a key that is derived from the
  application's: without its key file, or with another one, they stay unread until Yoti is asked
  again. remove and D take a session off the list and keep all of this, for when it is added again
  (list --archived); remove --purge-history deletes it and overwrites it in the file. Copies that
  an update of the store or its mending put beside it, exports and the audit log are yours to
  delete.
";

const NOTIFICATIONS: &str = "\
NOTIFICATIONS (what Yoti posts to your back end makes this program quicker)

  A notification is only ever a hint: its session is asked for at once instead of at its next turn,
  and what is shown is Yoti's signed answer. Only the first branch visit and the two e-mail topics,
  which no answer tells, stand in the timeline, marked as notifications. This program never
  subscribes: subscribing to the e-mail topics switches off Yoti's own e-mails.

  In      1. A credential, the auth_token of your sessions' notifications, in a file for you alone:
             (umask 077; echo \"bearer $(openssl rand -hex 16)\" > ~/.config/branchwatch/notify.auth)
             Or: basic USER:PASSWORD
          2. In the configuration:
             [notifications]
             listen = \"127.0.0.1:8750\"
             auth_file = \"~/.config/branchwatch/notify.auth\"
          3. Let your back end pass on what it receives, the body as it came, with the credential:
             POST http://127.0.0.1:8750/notifications
          4. branchwatch doctor looks at the file, the secret and the address.
          The dashboard and watch listen then. Beyond this machine it needs tls_cert, tls_key and a
          secret of 128 bits or more; the name of a proxy in front goes into hosts.

  listen  The same without a screen: a line of JSON for each.   --listen ADDR --auth-file FILE
  ingest  Reads them as JSON Lines from a file, - or unix:PATH; --follow goes on through rotation.
  learn   = true in a profile: sessions that are not on the watch-list are offered for it, in +;
          listen and ingest add them.
  stats   --json counts what polling saw and no notification told, and the reverse.

  Out     [alerts] command = [\"program\", \"argument\"] runs a program for each event, as JSON on its
          standard input; never through a shell, two at a time, ten seconds each.
          branchwatch watch --jsonl writes the same events as lines.
";

pub(super) fn run(
    global: &Global,
    name: Option<&str>,
    mut grammar: clap::Command,
) -> Result<u8, Failure> {
    let topics = || format!("topics: {}", names().collect::<Vec<_>>().join(", "));
    let fixed = TOPICS.iter().find(|(known, _)| Some(*known) == name);
    let text = match (name, fixed) {
        (_, Some((_, text))) => (*text).to_owned(),
        (Some(KEYS), _) => keys(global)?,
        (None, _) => format!("{}\n{}\n", grammar.render_help(), topics()),
        (Some(name), _) => match grammar.find_subcommand_mut(name) {
            Some(command) => command.render_long_help().to_string(),
            None => {
                return Err(Failure::Usage(format!("no such command or topic; {}", topics())));
            }
        },
    };
    data(&text)?;
    Ok(exit::OK)
}

/// Completions; what `help` and `man` take is known when they are made.
pub(super) fn completions(shell: clap_complete::Shell) -> Result<u8, Failure> {
    // Names that may be completed outlive everything.
    static KNOWN: LazyLock<clap::Command> = LazyLock::new(Cli::command);
    let commands = || KNOWN.get_subcommands().map(clap::Command::get_name);
    let all = PossibleValuesParser::new(commands().chain(names()));
    let commands = PossibleValuesParser::new(commands());
    let mut grammar = KNOWN
        .clone()
        .mut_subcommand("help", |help| help.mut_arg("topic", |topic| topic.value_parser(all)))
        .mut_subcommand("man", |man| man.mut_arg("command", |name| name.value_parser(commands)));
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut grammar, "branchwatch", &mut text);
    data(&String::from_utf8_lossy(&text))?;
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
