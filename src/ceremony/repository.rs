//! A repository in folders: where a client finds published metadata, its own earlier copies, and target files.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use crate::crypto::digest::of_reader;
use crate::host::files::{self, FileError};
use crate::json::{Json, Tolerance, read_tolerant};
use crate::tuf::client::document::mismatch_of;
use crate::tuf::client::evidence::Artifact;
use crate::tuf::client::source::{Fetched, Source, Store, file_stem};
use crate::tuf::targets::TargetFile;
use crate::tuf::{METADATA_LIMIT, ROOT_LIMIT};

/// Bytes that a file name may have on the file systems that there are.
const LONGEST_NAME: usize = 255;

/// A folder of published metadata.
pub struct Folder(pub PathBuf);

impl Source for Folder {
    type Error = FileError;

    fn metadata(&mut self, name: &str, limit: usize) -> Result<Fetched, FileError> {
        // No file has a longer name than this, so a signed name that asks for one asks for nothing.
        if name.len() > LONGEST_NAME {
            return Ok(Fetched::Missing);
        }
        fetched(files::read_if_there(&self.0.join(name), limit))
    }
}

fn fetched(read: Result<Option<Vec<u8>>, FileError>) -> Result<Fetched, FileError> {
    match read {
        Ok(Some(bytes)) => Ok(Fetched::Bytes(bytes)),
        Ok(None) => Ok(Fetched::Missing),
        Err(FileError::TooLarge { .. }) => Ok(Fetched::TooLarge),
        Err(error) => Err(error),
    }
}

/// The numbers of the roots in a folder, lowest first.
pub fn root_versions(folder: &Path) -> Result<Vec<i64>, FileError> {
    let mut versions: Vec<i64> = files::list(folder)?.iter().filter_map(|name| root_version(name)).collect();
    versions.sort_unstable();
    Ok(versions)
}

/// The version in the file name of a root (spec 6.1); `None` for any other name.
pub fn root_version(name: &str) -> Option<i64> {
    let version: i64 = name.strip_suffix(".root.json")?.parse().ok()?;
    // No client asks for 01.root.json or +1.root.json.
    (name == format!("{version}.root.json")).then_some(version)
}

/// The version that a root says it has, however odd the rest of it is; `None` if it says none.
pub fn version_within(root: &[u8]) -> Option<i64> {
    let tolerance = Tolerance { duplicates: true, whole_floats: true };
    let (tree, _) = read_tolerant::<Json>(root, ROOT_LIMIT, tolerance).ok()?;
    tree.get("signed")?.get("version")?.as_int()
}

/// A client's earlier copies, without versions in their names; they are read and never written. No folder, no copies.
pub struct EarlierCopies {
    folder: Option<PathBuf>,
    forgotten: Vec<String>,
}

impl EarlierCopies {
    /// The copies in a folder.
    pub fn of(folder: Option<PathBuf>) -> EarlierCopies {
        EarlierCopies { folder, forgotten: Vec::new() }
    }
}

impl Store for EarlierCopies {
    type Error = FileError;

    fn load(&mut self, role: &str) -> Result<Option<Vec<u8>>, FileError> {
        let known = self.folder.as_ref().filter(|_| !self.forgotten.iter().any(|one| one == role));
        let Some(folder) = known else { return Ok(None) };
        let limit = if role == "root" { ROOT_LIMIT } else { METADATA_LIMIT };
        files::read_if_there(&folder.join(format!("{}.json", file_stem(role))), limit)
    }

    fn save(&mut self, _: &str, _: &[u8]) -> Result<(), FileError> {
        Ok(())
    }

    fn forget(&mut self, role: &str) -> Result<(), FileError> {
        self.forgotten.push(role.to_owned());
        Ok(())
    }
}

/// Target files, in the places where they may be.
pub struct TargetFolders(Vec<PathBuf>);

impl TargetFolders {
    /// The folder that was named; else `targets` in the folder of the metadata, and `targets` beside a folder that is
    /// called `metadata`.
    pub fn of(metadata: &Path, named: Option<&Path>) -> TargetFolders {
        if let Some(named) = named {
            return TargetFolders(vec![named.to_owned()]);
        }
        let mut folders = vec![metadata.join("targets")];
        if metadata.file_name().is_some_and(|name| name == "metadata") {
            folders.push(metadata.with_file_name("targets"));
        }
        folders.retain(|folder| files::is_folder(folder));
        TargetFolders(folders)
    }

    /// Compares a target file with what metadata says of it. Where snapshots are consistent it is named with one of its
    /// hashes in front (spec 5.7.3); a copy under each of them must be right.
    pub fn check(&self, consistent: bool, path: &str, file: &TargetFile) -> Result<Artifact, FileError> {
        // A path that leaves its folder names nothing here.
        let is_name = |part: Component<'_>| {
            matches!(part, Component::Normal(name) if name.len() <= LONGEST_NAME) && !path.contains('\0')
        };
        if !Path::new(path).components().all(is_name) {
            return Ok(Artifact::Absent);
        }
        let mut found = Artifact::Absent;
        for folder in &self.0 {
            for name in names(consistent, path, file) {
                match self.check_one(&folder.join(name), file)? {
                    Artifact::Wrong(why) => return Ok(Artifact::Wrong(why)),
                    Artifact::Right => found = Artifact::Right,
                    Artifact::Absent => {}
                }
            }
        }
        Ok(found)
    }

    fn check_one(&self, place: &Path, file: &TargetFile) -> Result<Artifact, FileError> {
        let bytes = match files::open(place) {
            Ok((_, bytes)) => bytes,
            Err(FileError::Missing(_)) => return Ok(Artifact::Absent),
            // A folder is no target file, and neither is what can have no such name here.
            Err(FileError::NotAFile(_)) if files::is_folder(place) => return Ok(Artifact::Absent),
            Err(FileError::System { cause, .. }) if is_no_name(&cause) => return Ok(Artifact::Absent),
            Err(error) => return Err(error),
        };
        let digest = |algorithm: &str| digest(place, algorithm);
        let mismatch = mismatch_of(bytes, Some(file.length), file.hashes.iter(), digest)?;
        Ok(mismatch.map_or(Artifact::Right, Artifact::Wrong))
    }
}

/// The digest of a file of any length, by the name that metadata has for the algorithm; `None` if there is no such here.
fn digest(path: &Path, algorithm: &str) -> Result<Option<Vec<u8>>, FileError> {
    let (mut file, _) = files::open(path)?;
    of_reader(algorithm, &mut file).map_err(|cause| FileError::System {
        act: "read",
        path: path.to_owned(),
        cause,
    })
}

/// Whether the system says that nothing here can have a name: it is too long, or a file is where a folder would be.
fn is_no_name(cause: &std::io::Error) -> bool {
    matches!(cause.kind(), ErrorKind::InvalidFilename | ErrorKind::NotADirectory)
}

fn names(consistent: bool, path: &str, file: &TargetFile) -> Vec<String> {
    if !consistent {
        return vec![path.to_owned()];
    }
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let plain = |hash: &&String| hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = |hash: &String| {
        if folder.is_empty() { format!("{hash}.{name}") } else { format!("{folder}/{hash}.{name}") }
    };
    file.hashes.values().filter(plain).map(name).collect()
}
