//! `show`: one session as lines, from the local store, else as Yoti has it now.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::args::{Global, Part, Show};
use super::exit::{self, Failure};
use super::output::{data, table};
use super::words::{maybe, safe};
use super::{export, named, setup, source, terminal_style, words};
use crate::app::text::narration;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::assessment::asked_document::asked_document;
use crate::domain::assessment::attention::{Assessment, Finding, assess};
use crate::domain::assessment::coverage;
use crate::domain::assessment::deadline::Deadline;
use crate::domain::assessment::requested::{RequestedCheck, expected};
use crate::domain::assessment::stage::{Stage, Verdict};
use crate::domain::assessment::stage_kind::Phase;
use crate::domain::events::change::by_time;
use crate::domain::personal::{Privacy, hidden};
use crate::domain::server_text::ServerText;
use crate::domain::session::configuration::RequiredResource;
use crate::domain::session::instructions::NO_BRANCH;
use crate::domain::session::parts::Letter;
use crate::domain::session::resource::Resource;
use crate::domain::session::wire_enum::{
    CheckState, CheckType, RequirementState, RequirementType, SourceType,
};
use crate::domain::shape::Contents;
use crate::domain::watchlist::open_session::OpenSession;
use crate::export::DocumentOrigin;

pub(super) async fn show(global: &Global, args: &Show) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let id = named::one(global, &config, &args.id)?;
    let session = source::session(global, &config, id, &args.timeout).await?;
    let now = SystemClock.now();
    let assessment = assess(&session, &config.rules, now);
    let privacy = setup::privacy(&config)?;
    if args.json {
        data(&json(&session, args.part, privacy, &export::origin(&config, now))?)?;
    } else {
        let wants = |part: Part| args.part == part || args.part == Part::All;
        let mut text = String::new();
        if args.part == Part::All {
            text += &head(&session, &assessment, &config, privacy, now);
        }
        if wants(Part::Tree) {
            text += &format!("\nREQUIRED RESOURCES\n{}", tree(&session, privacy));
        }
        if wants(Part::Checks) {
            text += &format!("\nCHECKS\n{}", checks(&session));
        }
        if wants(Part::Timeline) {
            text += &format!("\nTIMELINE\n{}", timeline(&session, &config.zone));
        }
        if wants(Part::Letter) {
            text += &format!("\nLETTER\n{}", letter(&session));
        }
        if args.part == Part::Config {
            text += &configuration(&session)?;
        }
        let look = terminal_style::plain(global);
        data(&look.text(text.trim_start()))?;
    }
    Ok(if args.exit_status { code(&assessment.stage) } else { exit::OK })
}

fn json(
    session: &OpenSession,
    part: Part,
    privacy: Privacy,
    origin: &DocumentOrigin<'_>,
) -> Result<String, Failure> {
    let contents = Contents { masked: privacy.hides(), ..Contents::default() };
    let part = match part {
        Part::All => return Ok(crate::export::document(session, contents, origin)?.text),
        Part::Tree => crate::export::Part::Tree,
        Part::Checks => crate::export::Part::Checks,
        Part::Timeline => crate::export::Part::Timeline,
        Part::Config => crate::export::Part::Config,
        Part::Letter => crate::export::Part::Letter,
    };
    Ok(crate::export::part(session, part, contents.masked, origin)?)
}

/// Whose session it is, how it stands, and what needs the operator.
fn head(
    session: &OpenSession,
    assessment: &Assessment,
    config: &Config,
    privacy: Privacy,
    now: Timestamp,
) -> String {
    let name = narration::name(session, &config.rules.labels, privacy);
    let mut text = format!("{name}  {}\n", session.id());
    let state = session.session().map(|result| match &result.state {
        Some(state) => format!("state {} · ", safe(&state.text())),
        None => "no state in the response · ".to_owned(),
    });
    let seen = session
        .poll
        .last_ok
        .get()
        .map_or("never".into(), |at| format!("{} ago", words::span(now.duration_since(at))));
    let stage = words::stage(&assessment.stage, now);
    text += &format!("{}stage {stage} · seen {seen}\n", state.unwrap_or_default());
    text += &format!("deadline {}\n", deadline(assessment, &config.zone, now));
    for finding in &assessment.findings {
        text += &finding_line(finding);
    }
    if let Some(fault) = session.storage.fault {
        text += &format!("! {}: what is stored is not shown\n", fault.word());
    }
    if let Some(at) = session.storage.erased_at.get() {
        let at = words::time(at, &config.zone);
        text +=
            &format!("! responses and events were erased on {at}: their retention time is over\n");
    }
    if session.entry.unverified {
        text += "! not verified: added by a process without the key of the application\n";
    }
    text
}

/// `! REJECT …`; what asks for nobody has another sign.
fn finding_line(finding: &Finding) -> String {
    let sign = if finding.asks() { '!' } else { '-' };
    format!("{sign} {}\n", crate::text::shown(&finding.text, 400))
}

fn deadline(assessment: &Assessment, zone: &TimeZone, now: Timestamp) -> String {
    let Some(Deadline { at, derived }) = assessment.deadline else {
        return match assessment.stage.phase() {
            Phase::Completed | Phase::Expired => "none: the session has ended",
            Phase::Missing => "none: Yoti has no such session",
            Phase::Erased => "not known: what was stored is erased",
            Phase::Unfetched | Phase::Waiting | Phase::Visited | Phase::Live | Phase::Unknown => {
                "not known"
            }
        }
        .to_owned();
    };
    let left = if at > now {
        format!("in {}", words::span(at.duration_since(now)))
    } else {
        format!("passed {} ago", words::span(now.duration_since(at)))
    };
    let from = if derived { "derived" } else { "from the watch-list" };
    format!("{} ({from}), {left}", words::time(at, zone))
}

/// The exit status of a stage (product.md 5).
pub(super) const fn code(stage: &Stage) -> u8 {
    match (stage.phase(), stage) {
        (Phase::Completed, Stage::Done(Verdict::Reject)) => exit::REJECT,
        (Phase::Completed, Stage::Done(Verdict::Refer)) => exit::REFER,
        (Phase::Completed, _) => exit::OK,
        (Phase::Expired, _) => exit::EXPIRED,
        (Phase::Unknown, _) => exit::UNKNOWN,
        (Phase::Missing, _) => exit::NOT_FOUND,
        (Phase::Unfetched | Phase::Erased, _) => exit::FAILED,
        (Phase::Waiting | Phase::Visited | Phase::Live, _) => exit::ONGOING,
    }
}

fn name(text: Option<ServerText>) -> String {
    text.map_or("?".into(), |text| safe(&text))
}

/// `GBR UTILITY_BILL `; nothing where something came, which has a line of its own.
fn asked(
    session: &OpenSession,
    requirement: &RequiredResource,
    cover: &coverage::RequirementCoverage,
) -> String {
    let asked = asked_document(requirement, session.instructions());
    let asked = asked.filter(|_| cover.resources.is_empty()).map(|asked| {
        let parts = [asked.country, Some(asked.document_type)].into_iter().flatten();
        format!("{} ", parts.map(safe).collect::<Vec<_>>().join(" "))
    });
    asked.unwrap_or_default()
}

fn tree(session: &OpenSession, privacy: Privacy) -> String {
    let Some(configuration) = session.configuration() else {
        return "  the configuration is not known yet\n".into();
    };
    let covered = coverage::derive(&session.answers);
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
            format!("{}from {}", asked(session, requirement, cover), sources.join(" or ")),
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
            let described = error.description.as_ref().map(|text| hidden(&safe(text), privacy));
            let parts = error.code.as_ref().map(safe).into_iter().chain(described);
            format!("failed: {}", parts.collect::<Vec<_>>().join(", "))
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
fn configuration(session: &OpenSession) -> Result<String, Failure> {
    let found = crate::export::configuration(session)?;
    Ok(found.unwrap_or_else(|| "the configuration is not known yet\n".to_owned()))
}

/// The results, and below them the requested checks that have none yet.
fn checks(session: &OpenSession) -> String {
    let results = session.session().map_or(&[][..], |result| &result.checks);
    let mut rows: Vec<Vec<String>> = results
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
    let wanted = session.configuration().map(|c| expected(c, &coverage::derive(&session.answers)));
    let mut missing: Vec<RequestedCheck> = wanted.unwrap_or_default();
    missing.retain(|wanted| {
        !results.iter().any(|check| check.check_type.as_ref() == Some(&wanted.check_type))
    });
    // The same check of several documents is one line.
    let alike = |one: &RequestedCheck, other: &RequestedCheck| {
        one.check_type == other.check_type && one.scheme == other.scheme
    };
    rows.extend(missing.chunk_by(alike).filter_map(|group| {
        let wanted = group.first()?;
        let times = if group.len() > 1 { format!(" ×{}", group.len()) } else { String::new() };
        Some(vec![
            format!("  {}", safe(&wanted.check_type.text())),
            format!("requested{times}"),
            "·".to_owned(),
            maybe(wanted.scheme.as_ref()),
        ])
    }));
    if rows.is_empty() {
        return match session.configuration() {
            Some(_) => "  none requested\n".to_owned(),
            None => "  the configuration is not known yet\n".to_owned(),
        };
    }
    table(&rows)
}

fn timeline(session: &OpenSession, zone: &TimeZone) -> String {
    let rows: Vec<Vec<String>> = by_time(&session.timeline)
        .into_iter()
        .map(|event| vec![format!("  {}", words::time(event.at, zone)), words::event(event)])
        .collect();
    table(&rows)
}

pub(super) fn letter(session: &OpenSession) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::assessment::reason::Reason;

    #[test]
    fn a_finding_begins_with_the_mark_of_attention_where_it_asks_for_it() {
        let line = |reason| finding_line(&Finding { reason, text: "why".into(), since: None });
        assert_eq!(line(Reason::Rejected), "! why\n");
        assert_eq!(line(Reason::AtCounter), "- why\n", "news: nobody has to act");
    }
}
