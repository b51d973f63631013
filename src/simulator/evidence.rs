//! What sessions hold: specimen files, invented people, letters, face captures.

pub(crate) mod devices;
pub(crate) mod face;
pub(crate) mod letter;
pub(crate) mod media;
pub(crate) mod pdf;
pub(crate) mod person;
