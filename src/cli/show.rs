//! `show`: one session as lines, from the local store.
//!
//! Owns the plain form of tree, checks and timeline.

use jiff::tz::TimeZone;

use super::args::{Global, Part, Show};
use super::exit::{self, Failure};
use super::output::{data, table};
use super::words::{maybe, safe};
use super::{export, setup, words};
use crate::clock::{Clock, SystemClock};
use crate::domain::attention::assess;
use crate::domain::coverage;
use crate::domain::instructions::NO_BRANCH;
use crate::domain::personal::{Privacy, label};
use crate::domain::resource::Resource;
use crate::domain::server_text::ServerText;
use crate::domain::stage::{Stage, Verdict};
use crate::domain::watched::{Letter, WatchedSession};
use crate::domain::wire_enum::{
    CheckState, CheckType, RequirementState, RequirementType, SourceType,
};
use crate::theme::{ColourDepth, Look};

pub(super) fn show(global: &Global, args: &Show) -> Result<u8, Failure> {
    let id = setup::one(&args.id)?;
    let config = setup::config(global)?;
    let mut store = setup::store(global, &config)?;
    let sessions = setup::load_named(&mut store, &[id])?;
    let session = setup::find(&sessions, id)?;
    let now = SystemClock.now();
    let assessment = assess(session, &config.rules, now);
    if args.json {
        data(&export::text(session, &config, now)?)?;
    } else {
        let wants = |part: Part| args.part == part || args.part == Part::All;
        let mut text = String::new();
        if args.part == Part::All {
            let seen = session.poll.last_ok.map_or("never".into(), |at| {
                format!("{} ago", words::span(now.duration_since(at)))
            });
            let privacy = config.privacy.unwrap_or(Privacy::Off);
            let name = label(&session.name(), privacy);
            text += &format!("{}  {id}\n", crate::text::shown_str(&name, 60));
            text += &format!("stage {} · seen {seen}\n", words::stage(&assessment.stage, now));
            for finding in &assessment.findings {
                text += &format!("! {}\n", finding.text);
            }
        }
        if wants(Part::Tree) {
            text += &format!("\nREQUIRED RESOURCES\n{}", tree(session));
        }
        if wants(Part::Checks) {
            text += &format!("\nCHECKS\n{}", checks(session));
        }
        if wants(Part::Timeline) {
            text += &format!("\nTIMELINE\n{}", timeline(session, &config.zone));
        }
        if wants(Part::Letter) {
            text += &format!("\nLETTER\n{}", letter(session));
        }
        if args.part == Part::Config {
            text += &configuration(session)?;
        }
        let look = Look::new(ColourDepth::None, global.ascii);
        data(&look.text(text.trim_start()))?;
    }
    Ok(if args.exit_status { code(&assessment.stage) } else { exit::OK })
}

/// The exit status of a stage (product.md 5).
pub(super) const fn code(stage: &Stage) -> u8 {
    match stage {
        Stage::Done(Verdict::Approve) => exit::OK,
        Stage::Done(Verdict::Reject) => exit::REJECT,
        Stage::Done(Verdict::Refer) => exit::REFER,
        Stage::Expired { .. } => exit::EXPIRED,
        Stage::Unknown(_) => exit::UNKNOWN,
        Stage::Gone | Stage::NotFound => exit::NOT_FOUND,
        _ => exit::ONGOING,
    }
}

fn name(text: Option<ServerText>) -> String {
    text.map_or("?".into(), |text| safe(&text))
}

fn tree(session: &WatchedSession) -> String {
    let Some(configuration) = session.configuration() else {
        return "  the configuration is not known yet\n".into();
    };
    let covered = coverage::derive(session);
    let resources = session.session().map_or(&[][..], |s| &s.resources);
    let mut rows = Vec::new();
    for (requirement, cover) in configuration.requirements.iter().zip(&covered.requirements) {
        let sources: Vec<String> = requirement
            .allowed_sources
            .iter()
            .map(|source| {
                let providers = source.allowed_providers.iter().flatten().map(safe);
                let providers: Vec<String> = providers.collect();
                let name = safe(&source.source.text());
                if providers.is_empty() {
                    name
                } else {
                    format!("{name} ({})", providers.join(", "))
                }
            })
            .collect();
        let supplied = match (cover.supplied, cover.matched) {
            (true, _) => "supplied".into(),
            (false, coverage::Match::Ambiguous) => "1 of several".into(),
            (false, _) => "missing".to_owned(),
        };
        rows.push(vec![
            format!("  {}", name(requirement.requirement_type.as_ref().map(RequirementType::text))),
            name(requirement.state.as_ref().map(RequirementState::text)),
            supplied,
            format!("from {}", sources.join(" or ")),
        ]);
        for resource in cover.resources.iter().filter_map(|&at| resources.get(at)) {
            let document = resource.document();
            rows.push(vec![
                format!("    {}", maybe(document.and_then(|d| d.document_type.as_ref()))),
                maybe(document.and_then(|d| d.issuing_country.as_ref())),
                cover.matched.word().into(),
                brought(resource),
            ]);
        }
    }
    rows.extend(session.session().map_or(&[][..], |s| &s.shares).iter().map(|share| {
        let failed = share.error.as_ref().map(|error| {
            let parts = [error.code.as_ref(), error.description.as_ref()];
            let parts: Vec<String> = parts.into_iter().flatten().map(safe).collect();
            format!("failed: {}", parts.join(", "))
        });
        vec![
            "  digital ID share".into(),
            maybe(share.provider.as_ref()),
            maybe(share.document_type.as_ref()),
            failed.unwrap_or_else(|| "shared".to_owned()),
        ]
    }));
    table(&rows)
}

fn brought(resource: &Resource) -> String {
    let source = name(resource.source.as_ref().map(SourceType::text));
    match resource.document().and_then(|document| document.provider.as_ref()) {
        Some(provider) => {
            format!(
                "{} media, source {source}, digital ID {}",
                resource.media.len(),
                safe(provider)
            )
        }
        None => format!("{} media, source {source}", resource.media.len()),
    }
}

/// The configuration as received, secrets removed and what identifies a person masked.
fn configuration(session: &WatchedSession) -> Result<String, Failure> {
    let found = crate::export::configuration(session)?;
    Ok(found.unwrap_or_else(|| "the configuration is not known yet\n".to_owned()))
}

fn checks(session: &WatchedSession) -> String {
    let Some(result) = session.session().filter(|s| !s.checks.is_empty()) else {
        let requested = session.configuration().map_or(0, |c| c.requested_checks.len());
        return format!("  no results yet; {requested} types requested\n");
    };
    let rows: Vec<Vec<String>> = result
        .checks
        .iter()
        .map(|check| {
            vec![
                format!("  {}", name(check.check_type.as_ref().map(CheckType::text))),
                name(check.state.as_ref().map(CheckState::text)),
                check.recommendation().map_or("·".into(), |r| safe(&r.text())),
                maybe(check.report.as_ref().and_then(|report| report.reason.as_ref())),
            ]
        })
        .collect();
    table(&rows)
}

fn timeline(session: &WatchedSession, zone: &TimeZone) -> String {
    let rows: Vec<Vec<String>> = session
        .timeline
        .iter()
        .map(|event| vec![format!("  {}", words::time(event.at, zone)), words::event(event)])
        .collect();
    table(&rows)
}

pub(super) fn letter(session: &WatchedSession) -> String {
    match &session.answers.letter {
        Letter::NotKnown => "  not known\n".into(),
        Letter::NotSet(_) => "  not set\n".into(),
        Letter::Set(answer) => {
            let branch = answer.value.branch.as_ref();
            let part = |text: Option<&ServerText>| maybe(text);
            let mut rows = vec![branch.map_or_else(
                || vec!["  branch".into(), NO_BRANCH.to_owned()],
                |b| vec!["  branch".into(), part(b.name.as_ref()), part(b.fad_code.as_ref())],
            )];
            rows.extend(answer.value.documents.iter().map(|document| {
                vec![
                    "  bring".into(),
                    maybe(document.country_code.as_ref()),
                    maybe(document.document_type.as_ref()),
                ]
            }));
            table(&rows)
        }
    }
}
