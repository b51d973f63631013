//! Why the shared store cannot be used: what is wrong, what still works, what to do.

/// Why a call of the shared store failed. None of the texts has a password or sealed bytes in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HubError {
    /// To be tried again later.
    #[error(
        "the shared store cannot be reached: {0}; the list is shown from the local store, and changes \
         wait here until it is back"
    )]
    Away(String),
    /// To be tried again at once.
    #[error(
        "the shared store is busy: {0}; nothing was changed, and it is tried again in a moment"
    )]
    Busy(String),
    #[error(
        "the shared store does not let this operator in: {0}; the list is shown from the local store; \
         check the user in `url`, and the password in PGPASSFILE or password_command"
    )]
    Refused(String),
    #[error(
        "no encrypted connection to the shared store: {0}; nothing was sent; the server needs TLS \
         with a certificate for its name that the system's authorities or `ca_file` know"
    )]
    Tls(String),
    #[error(
        "the shared store's server asks for the password in a way that others could read: {0}; \
         nothing was sent; set password_encryption = 'scram-sha-256' on the server and set the \
         password again"
    )]
    WeakPassword(String),
    #[error(
        "this database has no shared store in schema {0}; create it with `branchwatch store init`, \
         or correct `schema=` in `url`"
    )]
    NoSchema(String),
    #[error(
        "the shared store has schema {found} and this program needs {needed}; the list is shown from \
         the local store; a database administrator upgrades it with `branchwatch store migrate`"
    )]
    OldSchema { found: i32, needed: i32 },
    #[error(
        "the shared store refuses this program: it knows schema {known}, and {wanted} is the oldest \
         that is accepted; the list is shown from the local store; install a newer branchwatch"
    )]
    OldProgram { known: i32, wanted: i32 },
    #[error(
        "this operator may not do that in the shared store: {0}; nothing was changed; ask whoever \
         administers it for the right with `branchwatch store grant`"
    )]
    Rights(String),
    #[error(
        "the shared store's server takes no changes now: {0}; the list is shown from the local \
         store, and changes wait here; connect to the primary server"
    )]
    ReadOnly(String),
    #[error(
        "the shared store's server has no room left: {0}; nothing was changed, and the list is still \
         read; its administrator must make room"
    )]
    Full(String),
    /// Another store, or one that has lost its last commits: everything must be read again.
    #[error("the shared store was restored or is another one; it is read again from the beginning")]
    StartOver,
    /// This process was away for so long that it was forgotten.
    #[error("the shared store does not know this process; it joins again")]
    NotJoined,
    #[error("this session is not in the shared list; nothing was changed")]
    NotListed,
    /// It will never be taken, however often it is sent.
    #[error("the shared store does not take this change: {0}; it stays on this machine alone")]
    Unfit(String),
    #[error(
        "the shared store has a row that makes no sense: {0}; it is left out, and the rest is shown"
    )]
    Nonsense(String),
    #[error("the shared store failed: {0}; nothing was changed")]
    Other(String),
}
