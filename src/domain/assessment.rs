//! What is concluded about a session: stage, deadline, findings, coverage, figures.

pub mod as_of;
pub mod asked_document;
pub mod attention;
pub mod cause;
pub mod coverage;
pub mod deadline;
pub mod funnel;
pub mod mark;
pub mod reason;
pub mod requested;
pub mod retention;
pub mod rules;
pub mod stage;
pub mod stage_kind;
pub mod stats;
