//! The dialogs that there are: one table.

macro_rules! dialogs {
    ($($name:ident($dialog:ty),)*) => {
        /// A dialog with what it shows: boxed, because most are large and none is open for long.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum OpenDialog {
            $($name(Box<$dialog>),)*
        }

        $(impl From<$dialog> for OpenDialog {
            fn from(dialog: $dialog) -> Self {
                Self::$name(Box::new(dialog))
            }
        })*

        macro_rules! each_dialog {
            ($open:expr, $bound:ident => $lent:expr) => {
                match $open {
                    $(OpenDialog::$name($bound) => $lent,)*
                }
            };
        }
        pub(crate) use each_dialog;
    };
}

dialogs! {
    Acknowledge(super::acknowledge::state::AcknowledgeDialog),
    Add(super::add::state::AddDialog),
    ApiLog(super::api_log::state::ApiLogDialog),
    Changes(super::changes::state::ChangesDialog),
    Charts(super::charts::state::ChartsDialog),
    Confirm(super::confirm::state::ConfirmDialog),
    Copy(super::copy::state::CopyDialog),
    Export(super::export::state::ExportDialog),
    Handover(super::handover::state::HandoverDialog),
    Help(super::help::state::HelpDialog),
    Letter(super::letter::state::LetterDialog),
    Media(super::media::state::MediaDialog),
    Note(super::note::state::NoteDialog),
    Palette(super::palette::state::PaletteDialog),
    Picker(super::picker::state::PickerDialog),
    Snooze(super::snooze::state::SnoozeDialog),
    Tags(super::tags::state::TagsDialog),
}
