//! What clients send to create a session, checked as the API checks it (contract 7.1, 7.2, 9).

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::supported::{self, Accepted};
use crate::domain::session::wire_enum::TaskType;
use crate::simulator::http::answer::{Reply, Wrong};
use crate::simulator::http::subscription::{Subscription, subscription};
use crate::simulator::json::{list, text};
use crate::simulator::scenario::step::IN_BRANCH;

/// Checks that may be requested beside those in a branch (contract 4.2).
const CHECKS: &[&str] = &[
    "ID_DOCUMENT_AUTHENTICITY",
    "ID_DOCUMENT_COMPARISON",
    "ID_DOCUMENT_FACE_MATCH",
    "FACE_COMPARISON",
    "LIVENESS",
    "THIRD_PARTY_IDENTITY",
    "THIRD_PARTY_IDENTITY_FRAUD_1",
    "WATCHLIST_SCREENING",
    "WATCHLIST_ADVANCED_CA",
    "FAMILIAR_FACE_SEARCH",
];
const DAY: i64 = 86_400;

/// A creation that is right.
#[derive(Debug)]
pub(crate) struct CreationSpec {
    pub(crate) value: Value,
    pub(crate) ttl: i64,
    pub(crate) resources_ttl: Option<i64>,
    pub(crate) checks: Vec<Requested>,
    pub(crate) tasks: Vec<Requested>,
    pub(crate) documents: Vec<Required>,
    pub(crate) subscription: Option<Subscription>,
}

/// A requested check or task.
#[derive(Clone, Debug)]
pub(crate) struct Requested {
    pub(crate) kind: String,
    pub(crate) config: Value,
}

impl Requested {
    /// A text of its configuration.
    pub(crate) fn config(&self, key: &str) -> Option<&str> {
        self.config.get(key).and_then(Value::as_str)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Required {
    pub(crate) supplementary: bool,
    pub(crate) accepts: Accepted,
    pub(crate) objective: Option<String>,
}

impl CreationSpec {
    /// # Errors
    /// 400 with all that is wrong.
    pub(crate) fn read(body: &[u8], now: Timestamp) -> Result<Self, Reply> {
        let value = Reply::object(body)?;
        let mut wrong = Wrong::default();
        let in_branch = support(&value, &mut wrong);
        let ttl = lifetime(&value, in_branch, now, &mut wrong);
        let resources_ttl = retention(&value, ttl, &mut wrong);
        let checks = checks(&value, &mut wrong);
        let tasks = tasks(&value, &mut wrong);
        let documents = documents(&value, &checks, &mut wrong);
        let said = value.get("notifications").filter(|said| !said.is_null());
        let subscription = said.and_then(|said| subscription(said, &mut wrong));
        small_parts(&value, &mut wrong);
        wrong.answer()?;
        Ok(Self { value, ttl, resources_ttl, checks, tasks, documents, subscription })
    }

    /// The check of a type, when it was requested.
    pub(crate) fn check(&self, kind: &str) -> Option<&Requested> {
        self.checks.iter().find(|check| check.kind == kind)
    }

    /// The task of a type, when it was requested.
    pub(crate) fn task(&self, kind: &str) -> Option<&Requested> {
        self.tasks.iter().find(|task| task.kind == kind)
    }

    /// Everything must come from a branch.
    pub(crate) fn in_branch_only(&self) -> bool {
        text(&self.value, "/ibv_options/support") == Some("MANDATORY")
    }
}

fn one_of(value: Option<&Value>, known: &[&str], property: &str, wrong: &mut Wrong) {
    if value.is_some_and(|said| !said.as_str().is_some_and(|text| known.contains(&text))) {
        wrong.say(property, format!("must be one of {}", known.join(", ")));
    }
}

fn support(value: &Value, wrong: &mut Wrong) -> bool {
    let said = value.pointer("/ibv_options/support");
    one_of(said, &["MANDATORY", "NOT_ALLOWED"], "ibv_options.support", wrong);
    if let Some(price) = value.pointer("/ibv_options/user_price") {
        if text(price, "/amount").is_none_or(|amount| amount.parse::<f64>().is_err()) {
            wrong.say("ibv_options.user_price.amount", "must be a number in a string");
        }
        if text(price, "/currency").is_none_or(|c| c.len() != 3) {
            wrong.say("ibv_options.user_price.currency", "must be a currency code");
        }
    }
    said.and_then(Value::as_str) == Some("MANDATORY")
}

/// `client_session_token_ttl` or `session_deadline`, in seconds from now.
fn lifetime(value: &Value, in_branch: bool, now: Timestamp, wrong: &mut Wrong) -> i64 {
    let ttl = value.get("client_session_token_ttl").filter(|said| !said.is_null());
    let deadline = value.get("session_deadline").filter(|said| !said.is_null());
    match (ttl, deadline) {
        (Some(_), Some(_)) => {
            let message = "must not be given together with client_session_token_ttl";
            wrong.say("session_deadline", message);
            0
        }
        // Yoti's default (contract 7.7).
        (None, None) => 600,
        (Some(ttl), None) => {
            let ttl = ttl.as_i64().unwrap_or(0);
            // "Above 300" (contract 7.1).
            if ttl <= 300 {
                wrong.say("client_session_token_ttl", "must be greater than 300");
            }
            ttl
        }
        (None, Some(deadline)) => {
            let deadline = deadline.as_str().and_then(|text| text.parse::<Timestamp>().ok());
            let Some(deadline) = deadline else {
                wrong.say("session_deadline", "must be an RFC 3339 date and time");
                return 0;
            };
            let left = deadline.duration_since(now);
            // Yoti's least for a branch (contract 7.1).
            if in_branch && left < SignedDuration::from_hours(7 * 24) {
                wrong.say("session_deadline", "must be at least 7 days in the future");
            } else if left.as_secs() <= 300 {
                wrong.say("session_deadline", "must be more than 300 seconds in the future");
            }
            left.as_secs()
        }
    }
}

/// `resources_ttl`: a number, or a number in a string (contract 11 #7).
fn retention(value: &Value, ttl: i64, wrong: &mut Wrong) -> Option<i64> {
    let said = value.get("resources_ttl").filter(|said| !said.is_null())?;
    let number = said.as_i64().or_else(|| said.as_str()?.trim().parse().ok());
    match number {
        None => wrong.say("resources_ttl", "must be a number of seconds"),
        Some(kept) if kept < ttl.saturating_add(DAY) => {
            wrong.say("resources_ttl", "must exceed the session's lifetime by 24 hours");
        }
        Some(_) => {}
    }
    number
}

/// The items of a list that have a type, with their configuration.
fn asked(value: &Value, key: &str, known: fn(&str) -> bool, wrong: &mut Wrong) -> Vec<Requested> {
    let mut all = Vec::new();
    for (place, item) in list(value, &format!("/{key}")).iter().enumerate() {
        let kind = text(item, "/type").unwrap_or_default();
        let property = format!("{key}[{place}].type");
        if kind.is_empty() {
            wrong.say(property, "must not be null or empty");
        } else if !known(kind) {
            wrong.say(property, "is not a known type");
        }
        let config = item.get("config").cloned().unwrap_or_default();
        all.push(Requested { kind: kind.to_owned(), config });
    }
    all
}

fn checks(value: &Value, wrong: &mut Wrong) -> Vec<Requested> {
    let known = |kind: &str| IN_BRANCH.contains(&kind) || CHECKS.contains(&kind);
    let checks = asked(value, "requested_checks", known, wrong);
    let profiles = ["identity_profile_requirements", "advanced_identity_profile_requirements"];
    // An identity profile brings checks of its own.
    if checks.is_empty()
        && !profiles.iter().any(|key| value.get(*key).is_some_and(Value::is_object))
    {
        wrong.say("requested_checks", "must not be empty");
    }
    for (place, check) in checks.iter().enumerate() {
        let said = |key: &str| check.config.get(key).filter(|said| !said.is_null());
        let property = |key: &str| format!("requested_checks[{place}].config.{key}");
        let manual: &[&str] = match check.kind.as_str() {
            kind if IN_BRANCH.contains(&kind) => &["IBV"],
            _ => &["NEVER", "FALLBACK", "ALWAYS"],
        };
        one_of(said("manual_check"), manual, &property("manual_check"), wrong);
        match check.kind.as_str() {
            "DOCUMENT_SCHEME_VALIDITY_CHECK" if said("scheme").is_none() => {
                wrong.say(property("scheme"), "must not be null");
            }
            "LIVENESS" => {
                let kinds = ["ZOOM", "STATIC"];
                one_of(said("liveness_type"), &kinds, &property("liveness_type"), wrong);
            }
            "WATCHLIST_ADVANCED_CA" => {
                let kinds = ["WITH_YOTI_ACCOUNT", "WITH_CUSTOM_ACCOUNT"];
                one_of(said("type"), &kinds, &property("type"), wrong);
                let custom = check.config("type") == Some("WITH_CUSTOM_ACCOUNT");
                if custom && check.config("api_key").is_none_or(str::is_empty) {
                    wrong.say(property("api_key"), "must not be null or empty");
                }
            }
            _ => {}
        }
    }
    checks
}

fn tasks(value: &Value, wrong: &mut Wrong) -> Vec<Requested> {
    let known = |kind: &str| !TaskType::from_wire(kind).is_unknown();
    let tasks = asked(value, "requested_tasks", known, wrong);
    for (place, task) in tasks.iter().enumerate() {
        let said = |key: &str| task.config.get(key).filter(|said| !said.is_null());
        let property = |key: &str| format!("requested_tasks[{place}].config.{key}");
        let manual = ["NEVER", "FALLBACK", "ALWAYS"];
        one_of(said("manual_check"), &manual, &property("manual_check"), wrong);
        one_of(said("chip_data"), &["DESIRED", "IGNORE"], &property("chip_data"), wrong);
    }
    tasks
}

/// One for each entry of `required_documents`; a session whose checks need a document gets one.
fn documents(value: &Value, checks: &[Requested], wrong: &mut Wrong) -> Vec<Required> {
    let mut all = Vec::new();
    for (place, document) in list(value, "/required_documents").iter().enumerate() {
        let property = format!("required_documents[{place}]");
        let kinds = ["ID_DOCUMENT", "SUPPLEMENTARY_DOCUMENT"];
        let kind = document.get("type").unwrap_or(&Value::Null);
        one_of(Some(kind), &kinds, &format!("{property}.type"), wrong);
        if kind == "SUPPLEMENTARY_DOCUMENT" {
            all.push(supplementary(document));
        } else {
            let filter = document.get("filter");
            let accepts = supported::accepted(filter, &format!("{property}.filter"), wrong);
            all.push(Required { supplementary: false, accepts, objective: None });
        }
    }
    let needs = |check: &Requested| !matches!(check.kind.as_str(), "LIVENESS" | "FACE_COMPARISON");
    // Without checks it is about an identity profile, which needs a document as well.
    if all.is_empty() && (checks.is_empty() || checks.iter().any(needs)) {
        let accepts = supported::accepted(None, "", wrong);
        all.push(Required { supplementary: false, accepts, objective: None });
    }
    all
}

fn supplementary(document: &Value) -> Required {
    let or = |list: Vec<String>, usual: &[&str]| -> Vec<String> {
        if list.is_empty() { usual.iter().map(|t| (*t).to_owned()).collect() } else { list }
    };
    let types = supported::texts(document, "/document_types");
    let types = or(types, &["UTILITY_BILL", "BANK_STATEMENT"]);
    let countries = or(supported::texts(document, "/country_codes"), &["GBR"]);
    let objective = text(document, "/objective/type");
    Required {
        supplementary: true,
        accepts: countries.into_iter().map(|country| (country, types.clone())).collect(),
        objective: objective.map(str::to_owned),
    }
}

fn small_parts(value: &Value, wrong: &mut Wrong) {
    let said = |pointer: &str| value.pointer(pointer).filter(|said| !said.is_null());
    if said("/user_tracking_id").is_some_and(|id| !id.is_string()) {
        wrong.say("user_tracking_id", "must be a string");
    }
    if said("/import_token/ttl").is_some_and(|ttl| ttl.as_i64().is_none_or(|ttl| ttl <= 0)) {
        wrong.say("import_token.ttl", "must be a number of seconds");
    }
    let on = |pointer: &str| said(pointer) == Some(&Value::Bool(true));
    // Refused alone (contract 14.12).
    if on("/sdk_config/enforce_handoff") && !on("/sdk_config/allow_handoff") {
        wrong.say("sdk_config.enforce_handoff", "needs allow_handoff: true");
    }
    for colour in ["primary_colour", "primary_colour_dark_mode", "secondary_colour", "font_colour"]
    {
        let hex = |text: &str| {
            let digits = text.strip_prefix('#').unwrap_or_default();
            matches!(digits.len(), 3 | 6) && digits.bytes().all(|b| b.is_ascii_hexdigit())
        };
        let value = said(&format!("/sdk_config/{colour}"));
        if value.is_some_and(|value| !value.as_str().is_some_and(hex)) {
            wrong.say(format!("sdk_config.{colour}"), "must be a colour such as #2d9fff");
        }
    }
    if let Some(profile) = said("/resources/applicant_profile") {
        let address = profile.get("structured_postal_address");
        let bad = address.is_some_and(|address| {
            let format = address.get("address_format").map(|f| f.as_i64().unwrap_or(0));
            let country = address.get("country_iso").map(|c| c.as_str().unwrap_or_default().len());
            format.is_some_and(|f| !(1..=4).contains(&f)) || country.is_some_and(|len| len != 3)
        });
        if !profile.is_object() {
            wrong.say("resources.applicant_profile", "must be an object");
        } else if bad {
            let property = "resources.applicant_profile.structured_postal_address";
            wrong.say(property, "INVALID_ADDRESS");
        }
    }
}
