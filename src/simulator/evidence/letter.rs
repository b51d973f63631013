//! Instructions and the customer's letter (contract 7.3, 7.4).

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::pdf;
use crate::domain::session::ids::SessionId;
use crate::simulator::creation::branches;
use crate::simulator::http::answer::{Reply, Wrong};
use crate::simulator::json::{lay_over, list, text};
use crate::simulator::scenario::step::StepKind;
use crate::simulator::timeline::{Moment, SimulatedSession};
use crate::simulator::world::World;

/// `PUT …/instructions`
pub(crate) fn put(world: &mut World, id: SessionId, body: &[u8]) -> Result<Reply, Reply> {
    let now = world.now();
    let (resident, moment) = world.ongoing(id)?;
    let value = checked(body, &moment)?;
    let at = resident.elapsed(now);
    resident.changes();
    promise(&mut resident.life, &value);
    resident.life.instructions = Some((value, at));
    Ok(Reply::empty(200))
}

/// What there is before a letter is set (contract 14.9).
pub(crate) fn not_set() -> Value {
    json!({ "contact_profile_exists": false, "documents": [], "branch": null })
}

/// The body, with what is known of the branch filled in.
fn checked(body: &[u8], moment: &Moment) -> Result<Value, Reply> {
    let mut value = Reply::object(body)?;
    let mut wrong = Wrong::default();
    let said = |pointer: &str| text(&value, pointer).unwrap_or_default();
    for part in ["first_name", "last_name", "email"] {
        if said(&format!("/contact_profile/{part}")).trim().is_empty() {
            wrong.say(format!("contact_profile.{part}"), "must not be blank");
        }
    }
    let email = said("/contact_profile/email");
    if !email.is_empty() && !email.contains('@') {
        wrong.say("contact_profile.email", "must be a well-formed email address");
    }
    if !value.get("documents").is_some_and(Value::is_array) {
        wrong.say("documents", "must not be null");
    }
    let documents = list(&value, "/documents");
    for (place, document) in documents.iter().enumerate() {
        let needed = ["/document/type", "/document/country_code", "/document/document_type"];
        for pointer in ["/requirement_id"].into_iter().chain(needed) {
            if text(document, pointer).is_none_or(str::is_empty) {
                let property = pointer.replace('/', ".");
                wrong.say(format!("documents[{place}]{property}"), "must not be null");
            }
        }
    }
    // Only type and code are needed: customers send no more (contract 11 #9).
    let known_branch = branch(&value, &mut wrong);
    // All that is wrong with the form is told at once; only then what is not found.
    wrong.answer()?;
    let required = list(&moment.configuration, "/capture/required_resources");
    let known = |id: Option<&Value>| required.iter().any(|requirement| requirement.get("id") == id);
    if documents.iter().any(|said| !known(said.get("requirement_id"))) {
        return Err(Reply::error(404, "REQUIREMENT_NOT_FOUND", "No such requirement"));
    }
    if let (Some(branch), Some(mut known)) = (value.get_mut("branch"), known_branch) {
        lay_over(&mut known, branch.take());
        *branch = known;
    }
    Ok(value)
}

fn branch(value: &Value, wrong: &mut Wrong) -> Option<Value> {
    if value.get("branch").is_none_or(Value::is_null) {
        wrong.say("branch", "must not be null");
        return None;
    }
    match text(value, "/branch/type") {
        Some("UK_POST_OFFICE") => {}
        Some(_) => wrong.say("branch.type", "must be UK_POST_OFFICE"),
        None => wrong.say("branch.type", "must not be null"),
    }
    let Some(code) = text(value, "/branch/fad_code") else {
        wrong.say("branch.fad_code", "must not be null");
        return None;
    };
    if code.len() != 7 || !code.chars().all(|c| c.is_ascii_alphanumeric()) {
        wrong.say("branch.fad_code", "must be an alphanumeric of 7 characters in length");
        return None;
    }
    let known = branches::by_code(code);
    if known.is_none() {
        wrong.say("branch.fad_code", "Provided fadCode does not relate to any branch");
    }
    known
}

/// The person brings what the letter says.
fn promise(life: &mut SimulatedSession, letter: &Value) {
    for place in 0..life.scenario.requirements.len() {
        let requirement = json!(life.requirement_id(place));
        let mut promised = list(letter, "/documents").iter();
        let said = promised.find(|said| said.get("requirement_id") == Some(&requirement));
        let Some(said) = said else { continue };
        let said = |pointer: &str| text(said, pointer).unwrap_or_default().to_owned();
        let wanted = format!("document {place}");
        for step in &mut Arc::make_mut(&mut life.scenario).steps {
            if let StepKind::Resource {
                name, document_type: Some(kind), country: Some(from), ..
            } = &mut step.what
                && *name == wanted
            {
                *kind = said("/document/document_type");
                *from = said("/document/country_code");
            }
        }
    }
}

/// `GET …/instructions/pdf`
pub(crate) fn document(life: &SimulatedSession, moment: &Moment, elapsed: i64) -> Reply {
    match life.letter(elapsed) {
        Some((letter, _)) if moment.letter_ready => {
            Reply::bytes(200, "application/pdf", pdf::document(&lines(life, &letter)))
        }
        _ => Reply::error(409, "INSTRUCTIONS_NOT_COMPLETE", "The letter is not ready"),
    }
}

fn lines(life: &SimulatedSession, letter: &Value) -> Vec<String> {
    let said = |pointer: &str| text(letter, pointer).unwrap_or_default();
    let end = life.created.saturating_add(SignedDuration::from_secs(life.ttl()));
    let last_day = end.unwrap_or(life.created).strftime("%Y-%m-%d").to_string();
    let of_name = (said("/contact_profile/first_name"), said("/contact_profile/last_name"));
    let branch = ["name", "fad_code", "address", "post_code"];
    let [branch, code, address, post_code] = branch.map(|key| said(&format!("/branch/{key}")));
    let mut lines = vec![
        "SPECIMEN LETTER. It was made by a simulator and is good for nothing.".to_owned(),
        String::new(),
        format!("Dear {} {},", of_name.0, of_name.1),
        String::new(),
        format!("please go to a branch by {last_day} and take this letter with you."),
        format!("The branch that you chose is {branch} ({code})."),
        format!("{address}, {post_code}"),
        String::new(),
        "Take with you:".to_owned(),
    ];
    lines.extend(list(letter, "/documents").iter().map(|document| {
        let said = |pointer: &str| text(document, pointer).unwrap_or_default();
        format!("-  {} ({})", said("/document/document_type"), said("/document/country_code"))
    }));
    lines.push(String::new());
    lines.push(format!("Session {}", life.id));
    lines
}

/// `POST …/instructions/email`: the mail, or the notification that stands for it.
pub(crate) fn email(world: &mut World, id: SessionId, body: &[u8]) -> Result<Reply, Reply> {
    let now = world.now();
    let (resident, moment) = world.ongoing(id)?;
    // Signed without a body: a client that sends one signs something else (contract 1.2, #11).
    if !body.is_empty() {
        return Err(Reply::invalid("MALFORMED_REQUEST", &[("body", "must be empty")]));
    }
    if !moment.letter_ready {
        return Err(Reply::error(409, "INSTRUCTIONS_NOT_COMPLETE", "The letter is not ready"));
    }
    resident.done(now, StepKind::notify("instructions_email_requested"));
    Ok(Reply::empty(200))
}
