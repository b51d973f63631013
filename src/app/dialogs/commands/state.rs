//! The words of the palette that take an argument: one table.

macro_rules! words {
    ($($word:ident $name:literal $argument:literal $description:literal
        { free: $free:literal, past: $past:literal };)*) => {
        /// A word that takes an argument.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum PaletteWord {$(
            #[doc = $description]
            $word,
        )*}

        impl PaletteWord {
            pub(crate) const ALL: &[Self] = &[$(Self::$word),*];

            pub(crate) const fn name(self) -> &'static str {
                match self {$(Self::$word => $name,)*}
            }

            /// An example, or the place of its argument.
            pub(crate) const fn argument(self) -> &'static str {
                match self {$(Self::$word => $argument,)*}
            }

            pub(crate) const fn description(self) -> &'static str {
                match self {$(Self::$word => $description,)*}
            }

            /// Any text may stand after it, not only what is offered.
            pub(crate) const fn is_free(self) -> bool {
                match self {$(Self::$word => $free,)*}
            }

            pub(crate) const fn works_in_past(self) -> bool {
                match self {$(Self::$word => $past,)*}
            }
        }
    };
}

words! {
    Add "add" "ID…" "Add sessions: opens the preview" { free: true, past: false };
    Columns "columns" "ref due tags" "Columns of the list, in this order" { free: true, past: true };
    Export "export" "json" "Export in this format: opens the dialog" { free: false, past: false };
    Filter "filter" "…" "Filter the list, as / does" { free: true, past: true };
    Interval "interval" "30s" "Poll every open session this often" { free: true, past: false };
    Past "past" "09:15" "The screen as it stood at that time" { free: true, past: true };
    Privacy "privacy" "partial" "How much is shown: masked, partial, off" { free: false, past: true };
    Sort "sort" "due desc" "Order of the list" { free: false, past: true };
    View "view" "NAME" "A view: filter, order and columns" { free: false, past: true };
}

impl PaletteWord {
    /// The word and its argument; `None`: it is no such command, or has none yet.
    pub(crate) fn typed(text: &str) -> Option<(Self, &str)> {
        let (name, argument) = text.trim_start().split_once(' ')?;
        let word = Self::ALL.iter().find(|word| word.name() == name)?;
        Some((*word, argument.trim())).filter(|(_, argument)| !argument.is_empty())
    }
}
