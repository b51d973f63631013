//! What an export can look like and what may go into it.

/// Shape of an export (product.md 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Shape {
    /// The API's answer alone, secrets removed.
    Raw,
    /// With derived parts, schema version 1.
    #[default]
    Normal,
}

/// Format of an export (product.md 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Format {
    /// One document for each session.
    #[default]
    Json,
    /// One line for each session.
    JsonLines,
    /// The list: one row for each session.
    Csv,
    /// For people: one chapter for each session.
    Markdown,
    /// A folder for each session: document, letter, list of media, and their sums.
    Bundle,
}

impl Format {
    /// All, in the order of the dialog.
    pub const ALL: [Self; 5] =
        [Self::Json, Self::JsonLines, Self::Csv, Self::Markdown, Self::Bundle];

    /// As the dialog names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::JsonLines => "JSON Lines",
            Self::Csv => "CSV",
            Self::Markdown => "Markdown",
            Self::Bundle => "Bundle",
        }
    }

    /// How its files end, without the dot.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Csv => "csv",
            Self::Markdown => "md",
            Self::Bundle => "bundle",
        }
    }

    /// True where each session is a file or a folder of its own.
    #[must_use]
    pub const fn is_apart(self) -> bool {
        matches!(self, Self::Json | Self::Bundle)
    }

    /// True where the shape and the parts can be chosen: JSON, a document or a line.
    #[must_use]
    pub const fn has_shape(self) -> bool {
        matches!(self, Self::Json | Self::JsonLines | Self::Bundle)
    }
}

/// What goes into an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a box that the operator ticks")]
pub struct Contents {
    pub shape: Shape,
    /// Hide what identifies a person.
    pub masked: bool,
    pub timeline: bool,
    pub configuration: bool,
    /// Include how old each part was.
    pub data_age: bool,
    /// Include the operator's note and tags.
    pub notes: bool,
}

impl Default for Contents {
    fn default() -> Self {
        Self {
            shape: Shape::Normal,
            masked: true,
            timeline: true,
            configuration: true,
            data_age: true,
            notes: false,
        }
    }
}
