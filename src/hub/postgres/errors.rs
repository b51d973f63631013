//! From the driver's errors to those of the shared store.

use std::error::Error;

use tokio_postgres::error::{DbError, SqlState};

use crate::hub::HubError;
use crate::text::shown_str;

/// The longest text of a server or of the driver in a message.
const LONGEST: usize = 200;

/// No answer within the time that the server itself would have given up in.
pub(super) fn silent() -> HubError {
    HubError::Away(String::from("its server does not answer"))
}

/// The error that a failed connection or statement stands for.
pub(super) fn of(why: &tokio_postgres::Error) -> HubError {
    if let Some(said) = why.as_db_error() {
        return of_server(said);
    }
    let text = said_by(why);
    // The driver tells its kinds apart by their words alone.
    match why.to_string().as_str() {
        "error performing TLS handshake" => HubError::Tls(text),
        "authentication error" => HubError::WeakPassword(text),
        "invalid configuration" => HubError::Refused(text),
        "error connecting to server" if text.contains("does not allow writes") => {
            HubError::ReadOnly(text)
        }
        kind if kind.starts_with("error deserializing column") => HubError::Nonsense(text),
        kind if kind.contains("number of columns") => HubError::Nonsense(text),
        _ => HubError::Away(text),
    }
}

/// The server undid a statement for the sake of another one.
pub(super) fn was_undone(why: &tokio_postgres::Error) -> bool {
    let undone = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];
    why.code().is_some_and(|code| undone.contains(code))
}

/// The innermost cause, which is the one that an operator can do something about.
fn said_by(why: &tokio_postgres::Error) -> String {
    let mut cause: &dyn Error = why;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    shown_str(&cause.to_string(), LONGEST)
}

fn of_server(said: &DbError) -> HubError {
    // Only the message: the details quote values.
    let text = shown_str(said.message(), LONGEST);
    let code = said.code();
    if *code == SqlState::INVALID_PASSWORD
        || *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION
        || *code == SqlState::UNDEFINED_DATABASE
        || *code == SqlState::INVALID_CATALOG_NAME
    {
        return HubError::Refused(text);
    }
    if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        return HubError::Rights(text);
    }
    if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        return HubError::ReadOnly(text);
    }
    match code.code() {
        // What the functions of the schema raise themselves.
        "P0002" if text.contains("joined") => HubError::NotJoined,
        "P0002" => HubError::NotListed,
        // Another waited for the same rows, too long, or in a circle.
        "55P03" | "57014" | "40001" | "40P01" => HubError::Busy(text),
        "53100" | "53200" => HubError::Full(text),
        // Too many connections; it is starting, stopping, or was killed.
        "53300" | "57P01" | "57P02" | "57P03" | "57P05" => HubError::Away(text),
        code if code.starts_with("08") => HubError::Away(text),
        // A value is too long or wrong for its column.
        code if code.starts_with("22") || code.starts_with("23") => HubError::Unfit(text),
        code => HubError::Other(format!("{text} ({})", shown_str(code, 5))),
    }
}
