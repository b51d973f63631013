//! `help`: more about a command or a subject, in the terminal.

use super::args::Global;
use super::exit::{self, Failure};
use super::output::{data, table};
use super::setup;
use crate::config;
use crate::keymap::Keymap;
use crate::text;

/// The name of the topic whose text is not a fixed one.
const KEYS: &str = "keys";

/// The name of the topic that is made of the declared options.
const CONFIGURATION: &str = "configuration";

/// The name under which the topics are listed.
const ALL: &str = "topics";

/// Columns of a topic: those of the smallest terminal in common use.
const WIDE: usize = 80;

pub(super) struct Topic {
    pub(super) name: &'static str,
    about: &'static str,
    /// A chapter of the manual page too.
    pub(super) text: &'static str,
}

/// The topics whose texts are fixed.
pub(super) const TOPICS: [Topic; 5] = [
    Topic { name: "stages", about: "what each stage of a session means", text: STAGES },
    Topic { name: "filters", about: "the filter language of / and --filter", text: FILTERS },
    Topic { name: "exit-codes", about: "what a command's exit code means", text: EXIT_CODES },
    Topic { name: "privacy", about: "what is fetched, stored, masked and logged", text: PRIVACY },
    Topic {
        name: "notifications",
        about: "faster updates with Yoti's notifications",
        text: NOTIFICATIONS,
    },
];

/// What `help` takes beside commands.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().map(|topic| topic.name).chain([CONFIGURATION, KEYS, ALL])
}

/// The topics with what each is about.
fn topics() -> String {
    let rows = TOPICS.iter().map(|topic| (topic.name, topic.about));
    let rows = rows.chain([
        (CONFIGURATION, "every option: default, environment variable, flag"),
        (KEYS, "the dashboard's keys, including your own"),
    ]);
    let rows: Vec<Vec<String>> =
        rows.map(|(name, about)| vec![format!("  {name}"), about.to_owned()]).collect();
    format!(
        "Topics:\n{}\nbranchwatch help TOPIC shows one, branchwatch help topics this list.\n",
        table(&rows)
    )
}

const STAGES: &str = "\
STAGES (derived by branchwatch; state, recommendation and reason are Yoti's)

  letter not set   no visit, and Yoti says there is no letter
  awaiting visit   no visit yet
  at home          the applicant supplied something at home, nothing in a branch
  at counter       something came from a branch within the last 15 minutes
  visited          something came from a branch, more than 15 minutes ago
  turned away?     visited, something is still missing, and by Yoti's responses
                   nothing came for 45 minutes
  checks running   a check or a task is under way
  done: APPROVE    completed, and the pass rule is met
  done: REJECT     completed, with a check that recommends REJECT or an identity
                   profile that is ABORTED
  done: refer      completed, and anything else
  expired          the deadline passed before completion
  gone, not found  Yoti has no such session (any more)
";

const FILTERS: &str = "\
FILTERS (in / and with --filter)

  Words           A word is a part of the reference, a tag, the note, the stage,
                  Yoti's state, a check's type, recommendation or reason, a
                  document's type or country, a source, a provider, the branch;
                  or the beginning of the session ID. Case does not matter, and
                  _ matches a space.
    turned                        all that were possibly turned away
    dbs-22 passport               several words: all must match
    face reject                   words about checks: in the same check
    \"call back\"                   words in this order
    re:/^dbs-2/                   a pattern in any of these texts
    !chased                       nowhere in the session

  Combining       x y  both     x or y  either     !x  not     ( )  a group

  Fields          field:value  contains     field=value  equals
                  field!=value  does not equal
    ref session tag note branch   your words, the session ID, the letter's
                                  branch: tag:urgent  branch:PE19
    stage                         stage:turned_away  stage:done  stage=gone
    state                         Yoti's: state:ongoing
    check result reason           of any check: result:reject  reason:blurry
    doc source                    type, country and source of what was supplied
    provider                      who may supply something
    docs                          supplied requirements: docs:2/3  docs<3
    due                           time left: due<24h  due:passed  due:none
    seen                          since the last response: seen>1h  seen:never
    changed                       time since the last change, without the first
                                  response: changed<10m
    is                            attention: needs you
                                  changed: since you last looked
                                  new: never opened
                                  stale acked snoozed pinned noted marked

  One check       Adjacent fields about checks must match the same check,
                  those about documents the same document; words too.
    check:face result:reject      a face match that is REJECT
    check:face !result:approve    a face check that is not approved (yet)
    !result:approve               no check is approved
    check:face check:liveness     a field named twice: two checks
    check:face !check:liveness    a face check, and no liveness check

  Views           A view is a named filter with an order and columns. Built in:
                  needs-me, turned-away, due-today, rejected, changed. A view
                  of your own with the same name replaces a built-in one.
    f                             choose one; ctrl-s saves the list as one
    [views.NAME]                  in the config file: filter, sort, columns
    branchwatch list --view turned-away
    branchwatch list --filter 'stage:awaiting due<48h !tag:chased'

  Tab completes fields and values. A session that you open under is:new or
  is:changed stays listed until you filter or sort again.
";

const EXIT_CODES: &str = "\
EXIT CODES

    0  done                                  20  completed, a REJECT
    1  any other failure                     21  completed, something to refer
    2  wrong usage                           22  still ongoing
    3  config file or key not usable         23  expired
    4  refused by Yoti (401, 403)            24  unknown state
    5  session not found                     70  internal error
    6  Yoti or the network not reachable    128+ ended by a signal
    7  some worked, some did not
    8  local store locked or damaged        124  wait: timeout
    9  write refused by read-only mode      130  interrupted

  wait and show --exit-status exit with 0 or 20-24, by the session's state;
  with 7 if sessions ended differently.
";

const PRIVACY: &str = "\
PRIVACY

  Fetched     The session result has no names. Media, the letter and extracted
              fields are fetched only when you ask: in the dashboard, or with
              letter --pdf and media --save (which prompts, or needs --yes).

  Removed     Secrets (client session token, API keys, contact profile) are
              removed before anything is stored, shown or exported.

  Masked      Labels are masked in the dashboard and in every command.
              A reference is shown whole only if it looks like an identifier,
              such as dbs-2291: letters, digits and -_./#, with at least one
              digit, and no more than five letters in a row unless five
              references begin with them. Or if it matches safe_reference in
              the profile.
              A tag is shown if it looks like an identifier, is in safe_tags, or
              is used in a view of the config file. A note is shown only in the
              notes pane, after V.
              --privacy off shows everything, partial shows first letters. Each
              such command writes a line to the audit log. If the flag and the
              config file differ, the stricter one applies.

  Exports     Masked unless you give --redact none with a reason. Masked exports
              contain only what is known to be harmless; masked_paths lists the
              rest.

  Audit log   audit.jsonl has a line for every export, reveal, picture, letter
              and change at Yoti: time, action, operator, a hash of the session
              ID, and the reason. It has no other personal data. Each line is
              tied to the one before it with the application's key, and
              branchwatch verify tells what was altered or removed. Full
              files (10 MB) stay beside it as audit-TIME.jsonl: the program
              deletes none, so that a flood of lines pushes out no evidence.

  Log         branchwatch.log, beside the audit log: what the program did and
              what went wrong. It has no personal data, and names sessions by
              the short form of their IDs. Five files of 10 MB at most;
              --log-level off writes none, --log-file FILE writes another one.

  Retention   Stored responses and events are erased when Yoti erases the
              evidence (first upload and resources_ttl). Where that is
              not known: keep_answers (90d) after the last response. Of a
              session that is gone: 30 days later. This is done at the start and
              every hour, also offline, but not by a clock that is far ahead of
              Yoti's last response (doctor says so). References, tags and
              notes stay until branchwatch remove --purge-history.
              branchwatch store erase deletes all that is stored here about a
              session.

  Changes     Changes at Yoti need --allow-writes, permission in the profile and
              a typed confirmation. read_only in the config file or the profile
              refuses them all (exit code 9).

  Desktop     With [alerts] desktop, the terminal sends desktop notifications:
              fixed words and the masked reference, and no reference while the
              screen is locked.

  Stored      The local store, one for each profile, holds the watch-list, the
              last responses, the changes seen and your notes. Only you can read
              the file. Everything but session IDs is encrypted with a key that
              only the application's key opens: without that key file a session
              is shown by its ID alone. store check reports what was damaged or
              altered; store rekey keeps the history after a new key at Yoti.
              store export FILE and, on another machine with the same key, store
              import FILE move it.
              remove and D take a session off the list and keep all of this for
              when it is added again (list --archived). remove --purge-history
              deletes it and overwrites it in the file.
              A damaged store that a repair set aside is deleted after
              keep_answers. Exports and the audit log are yours to delete.
";

const NOTIFICATIONS: &str = "\
NOTIFICATIONS (faster updates from what Yoti sends to your back end)

  A notification is only a hint: the session it names is refreshed immediately
  instead of at its next poll, and what is shown is Yoti's signed response. Only
  the first branch visit and the two e-mail topics, which are in no response,
  get a line in the timeline, marked as notifications. branchwatch never
  subscribes: subscribing to the e-mail topics switches off Yoti's own e-mails.

  Receive
    1. Put the credential of your sessions' notifications (auth_token) into a
       file that only you can read:
         (umask 077; echo \"bearer $(openssl rand -hex 16)\" \\
           > ~/.config/branchwatch/notify.auth)
       or: basic USER:PASSWORD
    2. In the config file:
         [notifications]
         listen = \"127.0.0.1:8750\"
         auth_file = \"~/.config/branchwatch/notify.auth\"
    3. Have your back end forward each notification, with its body unchanged
       and with the credential, to
         POST http://127.0.0.1:8750/notifications
    4. branchwatch doctor checks the file, the secret and the address.
    Dashboard and watch then listen. A non-loopback address needs tls_cert,
    tls_key and a secret of at least 128 bits; the name of a proxy in front of
    it goes into hosts.

  listen      the same without a screen: one line of JSON for each
              --listen ADDR --auth-file FILE
  ingest      reads them as JSON Lines from a file, - or unix:PATH; --follow
              continues through log rotation
  learn       learn = true in a profile: the dashboard offers sessions that are
              not on the watch-list (+); listen and ingest add them
  stats       --json counts the changes that only polling saw, and the reverse

  Send
    [alerts] command = [\"program\", \"argument\"] runs a program for each event,
    with the event as JSON on stdin. No shell; at most two at once; killed with
    its children after 10 s.
    branchwatch watch --jsonl writes the same events as lines.
";

pub(super) fn run(
    global: &Global,
    name: Option<&str>,
    mut grammar: clap::Command,
) -> Result<u8, Failure> {
    // With the program's name in the usage of each command.
    grammar.build();
    let fixed = TOPICS.iter().find(|topic| Some(topic.name) == name);
    let text = match (name, fixed) {
        (_, Some(topic)) => topic.text.to_owned(),
        (Some(CONFIGURATION), _) => config::reference(),
        (Some(KEYS), _) => keys(global)?,
        (Some(ALL), _) => topics(),
        (None, _) => format!("{}\n{}", grammar.render_help(), topics()),
        (Some(name), _) => match grammar.find_subcommand_mut(name) {
            Some(command) => command.render_long_help().to_string(),
            None => {
                let known = names().collect::<Vec<_>>().join(", ");
                return Err(Failure::Usage(format!("no such command or topic; topics: {known}")));
            }
        },
    };
    data(&text)?;
    Ok(exit::OK)
}

/// The keys in force; those that are shipped where the configuration cannot be read.
fn keys(global: &Global) -> Result<String, Failure> {
    let own = setup::config(global).ok().and_then(|config| config.general.keys).unwrap_or_default();
    let keymap = Keymap::with(&own.0).map_err(|why| Failure::Other(why.to_string()))?;
    let rows = keymap.help_rows();
    let keys = rows.iter().map(|row| text::width(&row.keys)).max().unwrap_or(0);
    let names = rows.iter().map(|row| text::width(row.action.spec().name)).max().unwrap_or(0);
    let left = WIDE.saturating_sub(keys + names + 4);
    let lines = rows.iter().flat_map(|row| {
        let parts = text::wrapped(row.action.spec().words, left).into_iter().enumerate();
        parts.map(move |(part, words)| {
            let (key, name) =
                if part == 0 { (&*row.keys, row.action.spec().name) } else { ("", "") };
            vec![format!("{key:keys$}"), format!("{name:names$}"), words]
        })
    });
    Ok(table(&lines.collect::<Vec<_>>()) + TYPING)
}

const TYPING: &str = "
While text is typed:
ctrl-a ctrl-e     to the start, to the end (home, end)
alt-b alt-f       a word back, a word on (ctrl-left, ctrl-right)
ctrl-b ctrl-f     a character back, a character on (left, right)
ctrl-w alt-d      delete the word before, the word behind
ctrl-u ctrl-k     delete to the start, to the end
ctrl-h ctrl-d     delete the character before, or behind (backspace, delete)
";
