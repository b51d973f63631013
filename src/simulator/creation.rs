//! Sessions that a client creates: what they ask for, and what will happen to them.

pub(crate) mod branches;
pub(crate) mod plan;
pub(crate) mod reports;
pub(crate) mod required;
pub(crate) mod sandbox;
pub(crate) mod spec;
pub(crate) mod supported;
