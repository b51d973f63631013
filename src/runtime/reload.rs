//! The configuration file and the operator's themes, read again when one of them changes.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::app::operator::config::state::Reconfigured;
use crate::keymap::Keymap;
use crate::theme::Themes;

/// How often the files are looked at. Their contents are read only when one of them is another.
const LOOKED_AT: Duration = Duration::from_secs(1);

/// What of another configuration takes effect while the dashboard runs.
#[derive(Debug)]
pub struct Reloaded {
    pub keymap: Keymap,
    pub themes: Themes,
    /// The theme of the configuration, where that is another one.
    pub theme: Option<String>,
    pub config: Reconfigured,
}

/// Reads the configuration again; else says what is wrong with it.
pub type RereadConfig = Box<dyn FnMut() -> Result<Reloaded, String> + Send>;

/// Looks at files, and at those in folders, and reads again what has changed. Ends with the receiver.
#[must_use]
pub fn start(
    places: Vec<PathBuf>,
    mut read: RereadConfig,
) -> mpsc::Receiver<Result<Reloaded, String>> {
    let (told, receiver) = mpsc::channel(1);
    // Before the task runs: what changes from now on is read.
    let mut looks = Looks::at(places);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = told.closed() => return,
                () = sleep(LOOKED_AT) => {}
            }
            // The files may lie on a network.
            let looked = spawn_blocking(move || {
                let found = looks.changed().then(&mut read);
                (looks, read, found)
            });
            let Ok((back, reading, found)) = looked.await else { return };
            (looks, read) = (back, reading);
            if let Some(found) = found
                && told.send(found).await.is_err()
            {
                return;
            }
        }
    });
    receiver
}

/// What tells one state of a file from another.
type Stamp = (PathBuf, Option<SystemTime>, u64, u64);

struct Looks {
    places: Vec<PathBuf>,
    read: Vec<Stamp>,
    /// What the last look found.
    last: Vec<Stamp>,
}

impl Looks {
    fn at(places: Vec<PathBuf>) -> Self {
        let read = stamps(&places);
        Self { last: read.clone(), places, read }
    }

    /// Whether the files are others than those that were read, and the same as at the last look: an
    /// editor may be in the middle of writing.
    fn changed(&mut self) -> bool {
        let found = stamps(&self.places);
        let still = found == self.last;
        self.last.clone_from(&found);
        let changed = still && found != self.read;
        if changed {
            self.read = found;
        }
        changed
    }
}

fn stamps(places: &[PathBuf]) -> Vec<Stamp> {
    let mut found = Vec::new();
    for place in places {
        match place.metadata() {
            Ok(about) if about.is_dir() => {
                let files = std::fs::read_dir(place).into_iter().flatten().flatten();
                let files = files.map(|file| file.path());
                found.extend(files.filter_map(|path| Some(stamp(&path, &path.metadata().ok()?))));
            }
            Ok(about) => found.push(stamp(place, &about)),
            // One that is not there is a state too.
            Err(_) => {}
        }
    }
    found.sort();
    found
}

fn stamp(path: &Path, about: &Metadata) -> Stamp {
    (path.to_owned(), about.modified().ok(), about.len(), about.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_file_is_read_again_once_it_has_changed_and_stands_still() {
        let folder = tempfile::tempdir().unwrap();
        let (file, themes) = (folder.path().join("config.toml"), folder.path().join("themes"));
        let (count, mut reads) = mpsc::unbounded_channel();
        let read = move || {
            count.send(()).unwrap();
            Err("read".to_owned())
        };
        let mut told = start(vec![file.clone(), themes.clone()], Box::new(read));
        let mut changed = async || told.recv().await.unwrap().unwrap_err();
        std::fs::write(&file, "a").unwrap();
        assert_eq!(changed().await, "read", "one that was not there");
        std::fs::write(&file, "ab").unwrap();
        assert_eq!(changed().await, "read");
        std::fs::create_dir(&themes).unwrap();
        std::fs::write(themes.join("own.toml"), "").unwrap();
        assert_eq!(changed().await, "read");
        std::fs::remove_file(&file).unwrap();
        assert_eq!(changed().await, "read");
        sleep(Duration::from_mins(1)).await;
        assert_eq!(reads.len(), 4, "what does not change is not read");
        reads.close();

        let mut looks = Looks::at(vec![file.clone()]);
        std::fs::write(&file, "a").unwrap();
        assert!(!looks.changed(), "it may still be written");
        std::fs::write(&file, "ab").unwrap();
        assert!(!looks.changed());
        assert!(looks.changed());
        assert!(!looks.changed());
    }
}
