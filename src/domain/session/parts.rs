//! The parts that Yoti answers separately for a session: result, configuration, letter.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::session::Session;
use crate::domain::session::answer::Answer;
use crate::domain::session::configuration::Configuration;
use crate::domain::session::instructions::Instructions;

/// What Yoti answers separately for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// `GET /sessions/{s}`
    Session,
    /// `GET …/configuration`
    Configuration,
    /// `GET …/instructions`
    Letter,
}

impl Part {
    /// What stands behind `/sessions/{s}` in its path.
    #[must_use]
    pub const fn below(self) -> &'static str {
        match self {
            Self::Session => "",
            Self::Configuration => "/configuration",
            Self::Letter => "/instructions",
        }
    }

    /// What it is called where answers are stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Configuration => "configuration",
            Self::Letter => "letter",
        }
    }
}

/// The text of one part, as it is stored and handed on.
#[derive(Clone, Copy, Debug)]
pub struct AnswerPart<'a> {
    pub part: Part,
    pub raw: &'a str,
    pub fetched_at: Timestamp,
}

impl<'a> AnswerPart<'a> {
    fn of<T>(part: Part, answer: &'a Answer<T>) -> Self {
        Self { part, raw: &answer.raw, fetched_at: answer.fetched_at }
    }
}

/// What is known of the letter.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Letter {
    /// Not asked yet, or never answered.
    #[default]
    NotKnown,
    /// The API says there is none (an empty view, 404 or 409), at that time.
    NotSet(Timestamp),
    Set(Arc<Answer<Instructions>>),
}

impl Letter {
    /// What an answer says of the letter: an empty one says that it is not set.
    #[must_use]
    pub fn of(answer: Answer<Instructions>) -> Self {
        if answer.value.is_set() {
            Self::Set(Arc::new(answer))
        } else {
            Self::NotSet(answer.fetched_at)
        }
    }

    /// When it was last answered that it is set, or that there is none.
    #[must_use]
    pub fn fetched_at(&self) -> Option<Timestamp> {
        match self {
            Self::NotKnown => None,
            Self::NotSet(at) => Some(*at),
            Self::Set(answer) => Some(answer.fetched_at),
        }
    }
}

/// All that Yoti last said of a session; each part may be older than the others.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Answers {
    pub session: Option<Arc<Answer<Session>>>,
    pub configuration: Option<Arc<Answer<Configuration>>>,
    pub letter: Letter,
    /// Since when Yoti has no such session, after it said so twice in a row.
    pub missing_since: Option<Timestamp>,
    /// First branch visit told by a notification; the API's answers never tell it.
    pub visit_notified_at: Option<Timestamp>,
}

impl Answers {
    /// The last session result, if any.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref().map(|answer| &answer.value)
    }

    /// The last configuration, if any.
    #[must_use]
    pub fn configuration(&self) -> Option<&Configuration> {
        self.configuration.as_ref().map(|answer| &answer.value)
    }

    /// All parts that have a text.
    pub fn parts(&self) -> impl Iterator<Item = AnswerPart<'_>> {
        let letter = match &self.letter {
            Letter::Set(answer) => Some(AnswerPart::of(Part::Letter, answer)),
            Letter::NotKnown | Letter::NotSet(_) => None,
        };
        let session = self.session.as_ref().map(|answer| AnswerPart::of(Part::Session, answer));
        let configuration = self.configuration.as_ref();
        let configuration = configuration.map(|answer| AnswerPart::of(Part::Configuration, answer));
        session.into_iter().chain(configuration).chain(letter)
    }

    /// The letter, if it is set.
    #[must_use]
    pub fn instructions(&self) -> Option<&Instructions> {
        match &self.letter {
            Letter::Set(answer) => Some(&answer.value),
            Letter::NotKnown | Letter::NotSet(_) => None,
        }
    }
}
