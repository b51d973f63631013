//! A store moved to another machine: one file out of it, and in again. The second copy of the list
//! is made anew there.

use std::fs::File;
use std::io;
use std::path::Path;

use super::location::Location;
use super::sqlite::Sqlite;
use super::{Opened, PersistError, Persistence, files, schema};

fn failed(file: &Path, why: &dyn std::fmt::Display) -> PersistError {
    PersistError::Transfer(format!("{}: {why}", file.display()))
}

/// Whole on the disk, and its name only when it stands there under this one.
fn put(
    file: &Path,
    fill: impl FnOnce(&Path) -> Result<(), PersistError>,
) -> Result<(), PersistError> {
    let mut made = None;
    files::make(file, false, |new| {
        fill(new)?;
        let synced = File::open(new).and_then(|new| new.sync_all());
        synced.map_err(|why| failed(file, &why))?;
        made = Some(files::FileId::of(new)?);
        Ok(())
    })?;
    if made.is_some_and(|made| made.stands_at(file)) {
        return Ok(());
    }
    Err(failed(file, &"it exists already, and nothing is overwritten"))
}

impl Sqlite {
    /// True: the file is sealed, as the store is.
    fn export_to(&self, file: &Path) -> Result<bool, PersistError> {
        // With a folder, in which it is made.
        let file = std::path::absolute(file).map_err(|why| failed(file, &why))?;
        let written = put(&file, |new| {
            let text = new.to_str().ok_or_else(|| failed(&file, &"its name is not UTF-8"))?;
            self.connection().execute("VACUUM INTO ?1", [text])?;
            Ok(())
        });
        match written {
            // Not of the store, but of the file.
            Err(PersistError::NotWritable(why)) => Err(failed(&file, &why)),
            other => other.map(|()| self.is_sealed()),
        }
    }
}

/// A store that was written into one file.
#[derive(Debug)]
pub struct ExportedStore {
    pub sessions: usize,
    /// It is sealed, as the store is.
    pub sealed: bool,
    /// What had to be mended before.
    pub warning: Option<String>,
}

impl Location {
    /// Writes all of it into a new file, as it is at one moment, whoever holds it meanwhile.
    pub fn export_to(&self, file: &Path) -> Result<ExportedStore, PersistError> {
        let Opened { persistence: mut store, warning } = Sqlite::at(self, false)?;
        let sessions = store.briefs()?.len();
        Ok(ExportedStore { sessions, sealed: store.export_to(file)?, warning })
    }

    /// Takes over a store that [`Location::export_to`] has written, where there is none yet.
    /// Returns it, read through, with the number of its sessions.
    pub fn import(&self, file: &Path) -> Result<(Opened, usize), PersistError> {
        files::prepare(&self.path)?;
        let lock = files::lock(&self.path)?;
        if self.path.exists() || files::beside(&self.path, "watchlist").exists() {
            let why = "a local store is here already; move its files away first";
            return Err(failed(&self.path, &why));
        }
        put(&self.path, |new| {
            let copied =
                File::open(file).and_then(|mut from| io::copy(&mut from, &mut File::create(new)?));
            copied.map_err(|why| failed(file, &why))?;
            let connection = schema::connect(new).map_err(|why| failed(file, &why))?;
            schema::sound(&connection).map_err(|why| failed(file, &why))?;
            let at = Self { path: new.to_path_buf(), ..self.clone() };
            let mut store = Sqlite::of(connection, &at).map_err(|why| failed(file, &why))?;
            // Before anything stands here that this profile could not use.
            if store.is_shut() {
                return Err(PersistError::Sealed);
            }
            store.has_no_second_copy().map_err(|why| failed(file, &why))
        })?;
        drop(lock);
        let mut opened = self.open(true)?;
        let sessions = opened.persistence.read_through()?.sessions;
        Ok((opened, sessions))
    }
}
