//! A bundle: a folder with all that is known of one session, and the sums of its files.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::document::{escaped, json_object};
use super::kept::Kept;
use super::mask::mask_own;
use super::{Contents, DocumentOrigin, Existing, ExportError, Format, SCHEMA_VERSION, file, write};
use crate::domain::session::media_list::listed;
use crate::domain::session::parts::Letter;
use crate::domain::watchlist::open_session::OpenSession;

/// The file with the sums.
pub const MANIFEST: &str = "manifest.json";
/// What a manifest says of itself.
const KIND: &str = "branchwatch bundle";
// A file that only bears the name must not fill memory.
const LARGEST: u64 = 1024 * 1024;

/// Names, below the bundle's own, and texts of the files: the document, the letter, the list of
/// media, and the manifest last.
pub(super) fn files(
    session: &OpenSession,
    document: String,
    contents: Contents,
    origin: &DocumentOrigin<'_>,
) -> Result<Vec<(String, String)>, ExportError> {
    let mut files = vec![
        ("session.json", document),
        ("letter.json", json_object(letter(session, contents.masked)?)),
        ("media.json", escaped(&media(session, contents.masked))),
    ];
    let sums: Vec<Value> = files
        .iter()
        .map(|(name, text)| {
            json!({ "name": name, "bytes": text.len(), "sha256": sum(text.as_bytes()) })
        })
        .collect();
    let manifest = json!({
        "schema_version": SCHEMA_VERSION,
        "kind": KIND,
        "exported_at": origin.now.to_string(),
        "profile": origin.profile,
        "environment": origin.environment,
        "session_id": session.id().to_string(),
        "masked": contents.masked,
        "files": sums,
    });
    // Last: it has the sums of the others.
    files.push((MANIFEST, escaped(&manifest)));
    let folder = file::named(session, &origin.rules.labels, origin.now, Format::Bundle);
    Ok(files.into_iter().map(|(name, text)| (format!("{folder}/{name}"), text)).collect())
}

/// What is known of the letter, the answer as it was without secrets: keys and texts of JSON.
///
/// # Errors
/// When the kept answer cannot be read.
pub fn letter(
    session: &OpenSession,
    masked: bool,
) -> Result<[(&'static str, String); 3], ExportError> {
    let letter = &session.answers.letter;
    let (state, text) = match letter {
        Letter::NotKnown => ("not_known", None),
        Letter::NotSet(_) => ("not_set", None),
        Letter::Set(answer) => {
            let mut answer = Kept::of(&answer.raw)?;
            if masked {
                answer.mask("", &mut Vec::new());
            }
            ("set", Some(answer.text()))
        }
    };
    let at = letter.fetched_at().map(|at| at.to_string());
    Ok([
        ("state", Value::from(state).to_string()),
        ("fetched_at", Value::from(at).to_string()),
        ("letter", text.unwrap_or_else(|| Value::Null.to_string())),
    ])
}

/// The media by their ids; their content is asked for one by one, never here.
#[must_use]
pub fn media(session: &OpenSession, masked: bool) -> Value {
    let time = |at: Option<jiff::Timestamp>| at.map(|at| at.to_string());
    let mut listed: Value = listed(session)
        .iter()
        .map(|item| {
            json!({
                "media_id": item.media.id.text().as_raw(),
                "type": item.media.media_type.as_ref().map(crate::domain::session::wire_enum::MediaType::as_raw),
                "of": item.of.as_raw(),
                "role": item.role,
                "created": time(item.media.created),
                "last_updated": time(item.media.last_updated),
            })
        })
        .collect();
    if masked {
        mask_own(&mut listed, "", &mut Vec::new());
    }
    listed
}

fn sum(bytes: &[u8]) -> String {
    let digits = |mut text: String, byte: &u8| {
        text.push_str(&format!("{byte:02x}"));
        text
    };
    digest(&SHA256, bytes).as_ref().iter().fold(String::new(), digits)
}

/// Writes the bundles of [`super::assemble()`], each as a folder of its own in the place that `at`
/// says for its name. Returns the folders written.
pub fn write_bundles(
    files: &[(String, String)],
    at: impl Fn(&str) -> PathBuf,
    existing: Existing,
) -> Result<Vec<PathBuf>, ExportError> {
    let folder = |name: &String| name.split('/').next().unwrap_or_default().to_owned();
    let bundles = files.chunk_by(|(one, _), (other, _)| folder(one) == folder(other));
    let write = |files: &[(String, String)]| {
        let name = files.first().map(|(name, _)| folder(name)).unwrap_or_default();
        write_bundle(&at(&name), files, existing)
    };
    bundles.map(write).collect()
}

/// Writes a bundle as a folder of mode 0700: under another name first, so that it is whole or not
/// there. With [`Existing::Replace`] a bundle that stands there goes; nothing else ever does.
fn write_bundle(
    folder: &Path,
    files: &[(String, String)],
    existing: Existing,
) -> Result<PathBuf, ExportError> {
    let folder = match existing {
        Existing::NextFree => &file::free(folder)?,
        Existing::Refuse | Existing::Replace => folder,
    };
    let io = |cause| ExportError::Io { path: folder.to_path_buf(), cause };
    let there = folder.symlink_metadata().is_ok();
    // A folder of other things is never removed, whatever --force says.
    if there && (existing != Existing::Replace || read(folder).is_err()) {
        return Err(ExportError::Exists(folder.to_path_buf()));
    }
    let parent = file::folder_for(folder)?;
    let made = tempfile::Builder::new()
        .prefix(super::TEMPORARY)
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir_in(parent)
        .map_err(io)?;
    for (name, text) in files {
        let name = name.rsplit('/').next().unwrap_or_default();
        write(&made.path().join(name), text, Existing::Refuse)?;
    }
    if there {
        // As late as can be: the new one is whole on the disk.
        fs::remove_dir_all(folder).map_err(io)?;
    }
    let made = made.keep();
    fs::rename(&made, folder).map_err(|cause| {
        // What could not take its name must not stay under another.
        let _removed = fs::remove_dir_all(&made);
        io(cause)
    })?;
    Ok(folder.to_path_buf())
}

/// How one file of a bundle stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sum {
    /// As the manifest has it.
    Right,
    Changed,
    /// It is not there, or cannot be read.
    Missing,
    /// The manifest does not know it.
    Unknown,
}

impl Sum {
    /// What became of a file, in our words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Right => "ok",
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Unknown => "not in the manifest",
        }
    }
}

/// A manifest as far as checking needs it.
fn read(folder: &Path) -> Result<Vec<(String, u64, String)>, String> {
    let path = folder.join(MANIFEST);
    let about = match fs::metadata(&path) {
        Ok(about) => about,
        Err(why) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Err(no_bundle(folder));
        }
        Err(why) => return Err(format!("{} cannot be read: {}", path.display(), why.kind())),
    };
    if about.len() > LARGEST {
        return Err(format!("{} is not a manifest: too large", path.display()));
    }
    let text = fs::read(&path)
        .map_err(|why| format!("{} cannot be read: {}", path.display(), why.kind()))?;
    let wrong = || format!("{} is not the manifest of a bundle", path.display());
    let value: Value = serde_json::from_slice(&text).map_err(|_why| wrong())?;
    if value.get("kind").and_then(Value::as_str) != Some(KIND) {
        return Err(wrong());
    }
    let files = value.get("files").and_then(Value::as_array).ok_or_else(wrong)?;
    let part = |file: &Value| {
        let name = file.get("name")?.as_str()?.to_owned();
        // A name with a path in it would lead out of the folder.
        let plain = !name.is_empty() && name != ".." && !name.contains(['/', '\\']);
        let sum = file.get("sha256")?.as_str()?.to_ascii_lowercase();
        plain.then_some((name, file.get("bytes")?.as_u64()?, sum))
    };
    files.iter().map(|file| part(file).ok_or_else(wrong)).collect()
}

/// What there is instead, and which bundles are below it.
fn no_bundle(folder: &Path) -> String {
    let name = folder.display();
    let Ok(entries) = fs::read_dir(folder) else {
        return format!("no bundle {name}: there is no such folder");
    };
    let mut below: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join(MANIFEST).exists())
        .map(|path| path.display().to_string())
        .collect();
    below.sort();
    if below.is_empty() {
        return format!("{name} is not a bundle: it has no {MANIFEST}");
    }
    format!("{name} is not a bundle, but it holds bundles; give one of them: {}", below.join(", "))
}

/// Checks a bundle: every file that its manifest names, and that there are no others. `place` is the
/// folder or the manifest in it.
///
/// # Errors
/// In our words, when there is no manifest that can be read.
pub fn verify(place: &Path) -> Result<Vec<(String, Sum)>, String> {
    let is_manifest = place.file_name().is_some_and(|name| name == MANIFEST) && !place.is_dir();
    let folder = match place.parent() {
        Some(parent) if is_manifest && parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) if is_manifest => parent,
        _ => place,
    };
    let named = read(folder)?;
    let mut found: Vec<(String, Sum)> = named
        .iter()
        .map(|(name, bytes, wanted)| {
            let path = folder.join(name);
            // A link is no file of the bundle: what it leads to may change.
            let plain = path.symlink_metadata().is_ok_and(|about| about.is_file());
            let state = match fs::read(&path) {
                Ok(read) if plain && read.len() as u64 == *bytes && sum(&read) == *wanted => {
                    Sum::Right
                }
                Ok(_other) if plain => Sum::Changed,
                _ => Sum::Missing,
            };
            (name.clone(), state)
        })
        .collect();
    let others = fs::read_dir(folder)
        .map_err(|why| format!("{} cannot be read: {}", folder.display(), why.kind()))?;
    let mut others: Vec<String> = others
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| name != MANIFEST && !named.iter().any(|(known, ..)| known == name))
        .collect();
    others.sort();
    found.extend(others.into_iter().map(|name| (name, Sum::Unknown)));
    Ok(found)
}
