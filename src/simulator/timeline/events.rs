//! What the API would tell a subscriber of a session: topics in order of time (contract 8.2).

use std::collections::HashSet;

use super::session::{LETTER_TAKES, SimulatedSession};
use crate::simulator::scenario::step::{IN_BRANCH, StepKind};

/// One thing to be told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TopicEvent {
    pub(crate) at: i64,
    /// In lower case, as delivered.
    pub(crate) topic: String,
    pub(crate) id: Option<(&'static str, String)>,
}

/// Everything up to a second, each once.
pub(crate) fn of(life: &SimulatedSession, elapsed: i64) -> Vec<TopicEvent> {
    let mut telling = Telling { life, events: Vec::new(), said: HashSet::new() };
    if let Some((_, at)) = life.letter(elapsed).filter(|(_, at)| at + LETTER_TAKES <= elapsed) {
        telling.say(at + LETTER_TAKES, "instructions_email_requested", None);
    }
    for (at, what) in life.happened(elapsed) {
        telling.step(at, what);
    }
    telling.events.sort_by_key(|event| event.at);
    telling.events
}

struct Telling<'a> {
    life: &'a SimulatedSession,
    events: Vec<TopicEvent>,
    said: HashSet<TopicEvent>,
}

impl Telling<'_> {
    fn say(&mut self, at: i64, topic: &str, id: Option<(&'static str, String)>) {
        let event = TopicEvent { at, topic: topic.to_owned(), id };
        if self.said.insert(event.clone()) {
            self.events.push(event);
        }
    }

    /// Said once in a session's life.
    fn say_once(&mut self, at: i64, topic: &str) {
        if !self.events.iter().any(|event| event.topic == topic) {
            self.say(at, topic, None);
        }
    }

    fn step(&mut self, at: i64, what: &StepKind) {
        let id = |name: &str| self.life.id_of(name);
        match what {
            StepKind::Resource { name, .. }
            | StepKind::Page { name, .. }
            | StepKind::Frame { name, .. }
            | StepKind::Media { name, .. } => {
                let id = Some(("resource_id", id(name)));
                self.say(at, "resource_update", id);
            }
            StepKind::Task { name, task, state, .. } if state == "DONE" || state == "FAILED" => {
                let id = Some(("task_id", id(&format!("{name} {task}"))));
                self.say(at, "task_completion", id);
            }
            StepKind::Check { name, check, state, .. }
                if state == "DONE" || state == "INTERNAL_ERROR" =>
            {
                self.check(at, check, name);
            }
            StepKind::Notify { topic } if topic == "first_branch_visit" => self.say_once(at, topic),
            StepKind::Notify { topic } => self.say(at, topic, None),
            StepKind::Complete {} => self.say(at, "session_completion", None),
            _ => {}
        }
    }

    fn check(&mut self, at: i64, check: &str, name: &str) {
        if IN_BRANCH.contains(&check) {
            self.say_once(at, "thank_you_email_requested");
        }
        let id = Some(("check_id", self.life.id_of(&format!("check {name}"))));
        self.say(at, "check_completion", id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::ids::SessionId;
    use crate::simulator::scenario::Scenario;

    #[test]
    fn nothing_is_told_before_the_second_that_is_named_as_the_next() {
        let created = jiff::Timestamp::UNIX_EPOCH;
        let mut told = 0;
        for name in Scenario::names() {
            let scenario = Scenario::shipped(name).unwrap();
            let id = SessionId::new(uuid::Uuid::from_u128(7));
            for (delay, ttl) in [(0, None), (500, Some(4_000))] {
                let scenario = scenario.clone();
                let life =
                    SimulatedSession { id, scenario, created, delay, ttl, instructions: None };
                let (mut known, mut next) = (of(&life, -1), life.next_after(-1));
                // Every minute of the first day, then more rarely.
                let later = (86_400..40 * 86_400).step_by(20_011);
                for elapsed in (0..86_400).step_by(61).chain(later) {
                    let now = of(&life, elapsed);
                    assert!(elapsed >= next || now == known, "{name} at {elapsed}");
                    told += usize::from(now != known);
                    (known, next) = (now, life.next_after(elapsed));
                }
            }
        }
        assert!(told > 200, "{told} times something was told");
    }
}
