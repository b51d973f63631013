//! `x`: the operator's own programs, run for the session under the cursor (`[programs]`).
//!
//! Never a shell, and nothing but the id and the operator's own reference.

pub mod state;

use crate::app::dialogs::picker::state::{PickRow, PickerDialog, PickerKind};
use crate::app::dialogs::programs::state::Program;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::view::Tone;

pub(crate) fn open(model: &mut Model) {
    let programs = &model.privacy.config.programs;
    if programs.is_empty() {
        model.set_message("no programs: see [programs] in branchwatch config init", Tone::Notice);
        return;
    }
    let row = |program: &Program| PickRow {
        name: crate::text::shown_str(&program.name, 14),
        words: crate::text::shown_str(&program.words, 200),
        on: false,
    };
    let rows = programs.iter().map(row).collect();
    model.open_at_once(PickerDialog::new(PickerKind::Programs, rows));
}

pub(crate) fn run(model: &mut Model, place: usize) -> Vec<Effect> {
    let program = model.privacy.config.programs.get(place).cloned();
    let session = model.item().map(|item| item.session.clone());
    let (Some(program), Some(session)) = (program, session) else { return Vec::new() };
    let name = crate::text::shown_str(&program.name, 40);
    let privacy = model.times.openness.of(session.id());
    let reference = model.times.labels.name(&session, privacy);
    match program.filled(session.id(), &reference) {
        Ok(run) => {
            model.set_message(format!("{name} started"), Tone::Plain);
            vec![Effect::RunProgram { name, run }]
        }
        Err(why) => {
            model.set_message(format!("{name} was not run: {why}"), Tone::Bad);
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::app::dialogs::programs::state::Program;
    use crate::domain::session::ids::SessionId;

    #[test]
    fn arguments_are_filled_in_and_a_reference_never_becomes_an_option() {
        let run = ["ticket", "--for", "{reference}", "{session_id}", "x={reference}"];
        let run = run.iter().map(|part| (*part).to_owned()).collect();
        let program = Program { name: "ticket".into(), words: String::new(), run };
        let id = SessionId::new(uuid::Uuid::from_u128(7));
        let filled = program.filled(id, "a; rm {session_id}").unwrap();
        assert_eq!(
            filled.get(2).unwrap(),
            "a; rm {session_id}",
            "a place in a reference is no place"
        );
        assert_eq!((filled[3].clone(), filled.len()), (id.to_string(), 5));
        assert!(program.filled(id, "--delete").is_err());
    }
}
