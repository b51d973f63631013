//! Every option of the program: key, default, environment, flag, documentation. Schema, template,
//! reference and flags are made from this.
//!
//! `= default`, or `otherwise "words"` where it is found out; the template shows the default, an
//! `example` commented out, or what is `set`.

use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::SignedDuration;
use uuid::Uuid;

pub(crate) use super::option::ConfigOption;
use super::option::{Declared, FLAGS, Layers, Section, SectionInfo, options};
use super::value::{
    Alarm, Breakpoints, Chords, Clipboard, Desktop, OrOff, Percent, Pictures, ProgramLine, Rate,
    Scheme, Value,
};
use crate::domain::assessment::rules::PassRule;
use crate::domain::personal::Privacy;
use crate::hub::MemberRole;

options! {
    /// Flags and variables only
    struct RunOptions in "--" {
        /// Profile in the config file
        profile: String, flag "-p --profile NAME", env ["BRANCHWATCH_PROFILE"], otherwise "default_profile, or the only profile";
        /// Poll each open session this often (10s, 5m) instead of by its stage
        interval: Option<SignedDuration>, flag "--interval DURATION", env ["BRANCHWATCH_INTERVAL"];
        /// Time zone for times, such as Europe/London or UTC
        tz: Option<String>, flag "--tz ZONE";
    }

    /// General options, before all sections
    struct General in "" {
        /// The profile to use without --profile
        default_profile: Option<String>, example "sandbox";
        /// Colours: auto, terminal, dark, light, nord, ..., or your own (a wrong name lists all)
        theme: String = "auto", flag "--theme NAME", env ["BRANCHWATCH_THEME"];
        /// Where the export dialog writes files
        export_dir: PathBuf, example "~/Documents/branchwatch", otherwise "~/Documents/branchwatch, or the current folder";
        /// Lock the screen after this time without a key, or "off"
        lock_after: OrOff<SignedDuration> = "15m";
        /// How much of a person's data to show; the stricter of flag and config file wins
        privacy: Privacy = "mask", flag "--privacy HOW";
        /// Tags shown while labels are masked, besides those like q4 and those in [views]
        safe_tags: Vec<String>, example ["chased"];
        /// Your name in the audit log and on your notes
        operator: String, example "jane", otherwise "the login name";
        /// true here or in the profile: --allow-writes is an error
        read_only: bool = false, example true;
        /// How v draws a picture
        pictures: Pictures = "auto";
        /// Where copied text goes: osc52 (the terminal), off, or a program that takes it on standard input, such as wl-copy
        clipboard: Clipboard = "osc52", env ["BRANCHWATCH_CLIPBOARD"];
        /// On at the start: click, wheel, column heads, footer; M turns it on and off
        mouse: bool = false;
        /// One or more keys for an action; [] unbinds
        keys: Option<Chords>, example { export = ["e", "alt-e"] };
    }

    /// An application at Yoti
    struct Profile in "profiles.sandbox" {
        /// Address of Yoti's API
        base_url: String = "https://api.yoti.com/idverify/v1", set "https://api.yoti.com/sandbox/idverify/v1", env ["YOTI_IDV_API_URL", "YOTI_DOC_SCAN_API_URL"];
        /// From Yoti Hub
        sdk_id: Option<Uuid>, example "00000000-0000-4000-8000-000000000000", env ["YOTI_CLIENT_SDK_ID"];
        /// The application's private key: PEM, mode 0600
        key_file: Option<PathBuf>, example "~/.config/branchwatch/sandbox.pem", env ["YOTI_KEY_FILE_PATH"];
        /// Instead of key_file: a program, without a shell, that prints the PEM key
        key_command: Option<ProgramLine>, example ["op", "read", "op://ops/yoti/pem"];
        /// Trust only servers whose certificate one of these authorities has signed: PEM
        ca_file: Option<PathBuf>, example "/etc/ssl/company-ca.pem", otherwise "the system's, or SSL_CERT_FILE";
        /// signature, or bearer for tokens
        auth: Scheme = "signature", example "bearer";
        /// Where tokens come from
        auth_url: Option<String>, example "https://auth.api.yoti.com/v1/oauth/token", env ["YOTI_AUTH_URL"], otherwise "that of base_url";
        /// What tokens are for
        auth_scope: String = "idv:sessions";
        /// The badge in the header
        environment: Option<String>, set "sandbox", otherwise "live, sandbox or other, by base_url";
        /// all, or a list of check types that must be APPROVE
        pass_rule: PassRule = "all", set "all";
        /// How long Yoti keeps the evidence; not in the API
        resources_ttl: Option<SignedDuration>, example "90d";
        /// How long responses and events are stored after the last response, where the end of the evidence is not known
        keep_answers: SignedDuration = "90d";
        /// A pattern; references that match it as a whole are shown while labels are masked
        safe_reference: Option<String>, example "(north|south)-desk-[0-9]+";
        /// What o opens: https, with {session_id} in it
        portal_url: Option<String>, example "https://portal.example/sessions/{session_id}";
        /// true here or before all sections: --allow-writes is an error
        read_only: bool = false, example true;
        /// With --allow-writes: permit deleting sessions at Yoti
        allow_delete: bool = false;
        /// With --allow-writes: permit sending letters again
        allow_email: bool = false;
        /// Offer sessions named in notifications for the watch-list
        learn: bool = false;
        /// Share the list with other machines: the address of a PostgreSQL database, without a password
        shared_store: Option<String>, example "postgres://jane@db.example/branchwatch?schema=sandbox";
        /// What this machine does there: poller, desk or viewer
        shared_role: MemberRole = "desk", example "poller";
        /// A program, without a shell, that prints the database password
        shared_password_command: Option<ProgramLine>, example ["op", "read", "op://ops/branchwatch/db"], otherwise "PGPASSWORD, or PGPASSFILE";
        /// Trust only database servers whose certificate one of these authorities has signed: PEM
        shared_ca_file: Option<PathBuf>, example "/etc/ssl/company-ca.pem", otherwise "the system's";
    }

    /// How often a session is polled, by its stage
    struct Refresh in "refresh" {
        /// At counter, checks running
        at_counter: SignedDuration = "10s";
        /// Deadline near, visited, turned away?
        due_today: SignedDuration = "60s";
        /// No visit yet
        awaiting: SignedDuration = "15m";
        /// Completed and expired sessions, or "off"
        done: OrOff<SignedDuration> = "off";
        /// The session under the cursor
        selected: SignedDuration = "10s";
        /// Configuration and letter, while they can change
        configuration: SignedDuration = "15m";
        /// Maximum requests per second
        max_rps: Rate = 5.0, flag "--max-rps N";
        /// Stale after this many failed requests in a row
        stale_after: u32 = 3;
    }

    /// When a session needs attention, and how you are notified
    struct Alerts in "alerts" {
        /// Nothing new for this long after a visit
        turned_away_after: SignedDuration = "45m";
        /// At counter for this long after the last upload
        at_counter_within: SignedDuration = "15m";
        /// A deadline this near
        due_soon: SignedDuration = "24h";
        /// Events that ring the bell; b turns it on and off
        bell: Option<Vec<Alarm>>, example ["reject", "turned_away", "due_today"], otherwise "off";
        /// Desktop notifications through the terminal: osc9, osc777 or off
        desktop: OrOff<Desktop> = "off";
        /// Run for each event, with JSON on standard input; no shell
        command: Option<ProgramLine>, example ["/usr/local/bin/tell", "--urgent"];
    }

    /// Faster updates; see: branchwatch help notifications
    struct Notifications in "notifications" {
        /// Address and port; beyond loopback it needs TLS
        listen: Option<SocketAddr>, example "127.0.0.1:8750";
        /// bearer TOKEN or basic USER:PASSWORD, mode 0600
        auth_file: Option<PathBuf>, example "~/.config/branchwatch/notify.auth";
        /// PEM; needed for non-loopback addresses
        tls_cert: Option<PathBuf>, example "/etc/ssl/fullchain.pem";
        /// PEM, mode 0600
        tls_key: Option<PathBuf>, example "/etc/ssl/privkey.pem";
        /// Host names that senders use for this machine
        hosts: Vec<String>, example ["hooks.example"];
    }

    /// How the window is divided; < and > change the width of the list
    struct Layout in "layout" {
        /// Columns: from the first, panes side by side; from the second, all of them
        breakpoints: Breakpoints = [100, 160];
        /// The list's share of the width, in percent
        list: ListShare = 55;
        /// The tree's share of the height of tree and checks, in percent
        tree: Percent<20, 80> = 50;
        /// The timeline's share of the height, in percent
        timeline: Percent<10, 50> = 25;
    }

    /// A named filter (f in the dashboard, list --view); one named as a built-in one replaces it: needs-me, turned-away, due-today, rejected, changed
    struct ViewOptions in "views.chase" {
        /// See: branchwatch help filters
        filter: String = "", set "stage:awaiting due<48h !tag:chased";
        /// A column and asc or desc; without one: attention
        sort: String = "", set "due asc";
        /// Default: as many as fit
        columns: Vec<String>, set ["ref", "stage", "due", "branch", "tags"];
    }

    /// Your own programs (x in the dashboard); no shell
    struct ProgramOptions in "programs.ticket" {
        /// Text in the menu
        label: String = "", set "Open the ticket of this session";
        /// Program and arguments; {session_id} and {reference} are filled in
        run: ProgramLine, set ["ticket", "open", "{session_id}", "--title={reference}"];
    }
}

/// The list's share of the width.
pub type ListShare = Percent<30, 80>;

/// The options that a flag sets.
pub(crate) fn with_flags() -> impl Iterator<Item = &'static ConfigOption> {
    SECTIONS.iter().flat_map(|section| section.options).filter(|option| option.flag.is_some())
}

/// The sections that the file has.
pub(super) fn of_file() -> impl Iterator<Item = &'static SectionInfo> {
    SECTIONS.iter().filter(|section| section.table != FLAGS)
}
