//! The words of the palette that take an argument.

/// A word that takes an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Add,
    Columns,
    /// A format of the export.
    Export,
    /// A filter of the list.
    Filter,
    /// How often open sessions are asked.
    Interval,
    /// The screen as it stood at that time.
    Past,
    Privacy,
    /// An order of the list.
    Sort,
    View,
}

impl Word {
    pub(crate) const ALL: [Self; 9] = [
        Self::Add,
        Self::Columns,
        Self::Export,
        Self::Filter,
        Self::Interval,
        Self::Past,
        Self::Privacy,
        Self::Sort,
        Self::View,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Columns => "columns",
            Self::Export => "export",
            Self::Filter => "filter",
            Self::Interval => "interval",
            Self::Past => "past",
            Self::Privacy => "privacy",
            Self::Sort => "sort",
            Self::View => "view",
        }
    }

    /// An example, or the place of its argument.
    pub(crate) const fn argument(self) -> &'static str {
        match self {
            Self::Add => "ID…",
            Self::Columns => "ref due tags",
            Self::Export => "json",
            Self::Filter => "…",
            Self::Interval => "30s",
            Self::Past => "09:15",
            Self::Privacy => "partial",
            Self::Sort => "due desc",
            Self::View => "NAME",
        }
    }

    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::Add => "Add sessions: opens the preview",
            Self::Columns => "Columns of the list, in this order",
            Self::Export => "Export in this format: opens the dialog",
            Self::Filter => "Filter the list, as / does",
            Self::Interval => "Poll every open session this often",
            Self::Past => "The screen as it stood at that time",
            Self::Privacy => "How much is shown: masked, partial, off",
            Self::Sort => "Order of the list",
            Self::View => "A view: filter, order and columns",
        }
    }

    /// The word and the argument of a command whose argument is free; `None`: it is no such command.
    pub(crate) fn free(text: &str) -> Option<(Self, &str)> {
        let (name, argument) = text.trim_start().split_once(' ')?;
        let free = [Self::Add, Self::Columns, Self::Filter, Self::Interval, Self::Past];
        let word = free.into_iter().find(|word| word.name() == name)?;
        Some((word, argument.trim())).filter(|(_, argument)| !argument.is_empty())
    }
}
