//! What the audit log keeps: deeds that show, take away or change something of a person.

use jiff::Timestamp;

/// When a session was last exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct LastExports {
    pub masked: Option<Timestamp>,
    /// Without masking.
    pub unmasked: Option<Timestamp>,
}

/// One kind of deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditAction {
    /// A masked export was written or copied.
    Exported,
    /// An export without masking.
    ExportedUnmasked,
    /// Masking was made narrower or was turned off for a time.
    PrivacyLowered,
    /// One session's labels were shown for a time.
    Revealed,
    /// The contact profile was shown for a time.
    ContactRevealed,
    /// The letter was saved or opened.
    LetterTaken,
    /// A media was saved to a file.
    MediaSaved,
    /// A picture was shown in the terminal.
    PictureShown,
    /// Deleting a session at Yoti was asked for.
    DeleteAsked,
    /// Yoti deleted it.
    Deleted,
    /// Sending the letter's e-mail again was asked for.
    LetterAsked,
    /// Yoti sent it.
    LetterSent,
}

impl AuditAction {
    /// Its word in the log: stable, lower case.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Exported => "exported",
            Self::ExportedUnmasked => "exported_unmasked",
            Self::PrivacyLowered => "privacy_lowered",
            Self::Revealed => "revealed",
            Self::ContactRevealed => "contact_revealed",
            Self::LetterTaken => "letter_taken",
            Self::MediaSaved => "media_saved",
            Self::PictureShown => "picture_shown",
            Self::DeleteAsked => "delete_asked",
            Self::Deleted => "deleted",
            Self::LetterAsked => "letter_asked",
            Self::LetterSent => "letter_sent",
        }
    }
}
