//! The views that can be chosen: those of the configuration, those built in, and those saved from
//! the list.
//!
//! Only saved ones are ever changed; they go to the store's one writer as an `Effect`.

pub(crate) mod state;

use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::list::arrange::put_in_force;
use crate::app::list::cursor::relisted;
use crate::app::list::saved_views::state::SavedViews;
use crate::app::list::views::View;
use crate::app::model::Model;
use crate::app::operator::restore;
use crate::app::view::Tone;
use crate::domain::watchlist::command::OperatorCommand;
use crate::domain::watchlist::list_layout::Arrangement;

/// The longest name of a view, in columns.
const LONGEST: usize = 40;

impl Model {
    /// With views of the configuration, and what was kept
    /// of the list. What cannot be read is left out.
    #[must_use]
    pub fn with_views(mut self, configured: Vec<View>, kept: &Arrangement) -> Self {
        let saved = kept.views.iter();
        let saved =
            saved.filter_map(|(name, texts)| Some((name.clone(), View::read(name, texts).ok()?)));
        let list = View::read("", &kept.list).unwrap_or_default();
        self.sessions.set_sort(list.sort, self.times.now);
        self.columns = list.columns;
        let told = (list.sort, self.columns.clone(), 0);
        let place = (kept.place.clone(), kept.place.clone());
        let (saved, built_in) = (saved.collect(), View::built_in().collect());
        self.saved_views =
            SavedViews { configured, built_in, saved, told, place, ..SavedViews::default() };
        self.trees = restore::trees(&kept.place);
        self
    }

    /// The same, filtered at the start as this view is.
    #[must_use]
    pub fn with_filter(mut self, view: View) -> Self {
        self.filter_text = view.text;
        self.sessions.set_filter(view.filter, self.times.now);
        self
    }

    /// The list as it stands, as a view.
    fn standing(&self, name: &str) -> View {
        View {
            name: name.to_owned(),
            text: self.filter_text.trim().to_owned(),
            filter: self.sessions.filter().clone(),
            sort: self.sessions.sort(),
            columns: self.columns.clone(),
        }
    }

    /// The name of the view in force: the chosen one, as long as nothing else was changed.
    pub(crate) fn view_name(&self) -> Option<&str> {
        let chosen = self.saved_views.chosen.as_ref()?;
        let stands = chosen.filter == *self.sessions.filter()
            && chosen.sort == self.sessions.sort()
            && chosen.columns == self.columns;
        stands.then_some(&chosen.name)
    }
}

/// Puts a view in force; an empty one shows everything as at the start.
pub(crate) fn choose(model: &mut Model, view: View) {
    put_in_force(model, view.text.clone(), view.filter.clone(), model.cursor);
    model.sessions.set_sort(view.sort, model.times.now);
    model.columns = view.columns.clone();
    model.first_column = 0;
    relisted(model, model.cursor);
    let name = if view.name.is_empty() { "all".to_owned() } else { shown(&view.name) };
    model.saved_views.chosen = Some(view).filter(|view| !view.name.is_empty());
    model.set_message(format!("view {name}"), Tone::Plain);
}

pub(crate) fn shown(name: &str) -> String {
    crate::text::shown_str(name, LONGEST)
}

/// Saves the list as it stands under a name.
///
/// # Errors
/// Says why the name cannot be taken.
pub(crate) fn save(model: &mut Model, name: &str) -> Result<(), String> {
    let name = name.trim();
    if name.is_empty() {
        return Err("the view needs a name".to_owned());
    }
    if crate::text::shown_str(name, LONGEST) != name {
        return Err(format!("the name is too long: {LONGEST} characters at most"));
    }
    // `all` is the view without a name, and the file's views are not ours to change.
    if name == "all" || model.saved_views.is_configured(name) {
        return Err(format!("{name} is taken: choose another name"));
    }
    let view = model.standing(name);
    let replaced = model.saved_views.saved.insert(name.to_owned(), view.clone()).is_some();
    model.saved_views.chosen = Some(view);
    model.saved_views.changes += 1;
    let what = if replaced { "replaced" } else { "saved" };
    let shows = model.times.keys.after(": ", Action::Views, "shows it");
    model.set_message(format!("view {name} {what}{shows}"), Tone::Good);
    Ok(())
}

/// Forgets a view that was saved; the configuration's stay.
pub(crate) fn forget(model: &mut Model, name: &str) {
    if model.saved_views.saved.remove(name).is_some() {
        model.saved_views.changes += 1;
        model.set_message(format!("view {} deleted", shown(name)), Tone::Plain);
    } else {
        model.set_message("only views that were saved here can be deleted", Tone::Notice);
    }
}

/// What is to be kept, where it is other than what was told last.
pub(crate) fn kept(model: &mut Model) -> Option<Effect> {
    let (sort, changes) = (model.sessions.sort(), model.saved_views.changes);
    let (told_sort, told_columns, told_changes) = &model.saved_views.told;
    let (place, told_place) = &model.saved_views.place;
    let same = *told_sort == sort && *told_columns == model.columns && *told_changes == changes;
    if same && place == told_place {
        return None;
    }
    let place = place.clone();
    model.saved_views.place.1.clone_from(&place);
    model.saved_views.told = (sort, model.columns.clone(), changes);
    // Order and columns alone: a filter is kept only with a view that was saved under a name.
    let list = View { text: String::new(), ..model.standing("") }.texts();
    let views = model.saved_views.saved.iter().map(|(name, view)| (name.clone(), view.texts()));
    let arrangement = Arrangement { list, views: views.collect(), place };
    Some(Effect::Command(OperatorCommand::Arrange(arrangement)))
}
