//! `host::files`: what is written stays where it belongs, and what is read is a plain file.

use std::fs;

use tuf_ceremony::host::files::{FileError, create_folder, read};

fn file(name: &str) -> (String, Vec<u8>) {
    (name.to_owned(), b"x".to_vec())
}

#[test]
fn a_folder_holds_only_plain_names() {
    let outside = tempfile::tempdir().unwrap();
    let room = outside.path().join("room");
    fs::create_dir(&room).unwrap();
    let absolute = outside.path().join("absolute").to_str().unwrap().to_owned();
    let names =
        ["", ".", "..", "/", "a/", "a/b", "./a", "../a", "../../a", "a/../b", "a/..", "a//", &absolute];
    for name in names {
        let refused = create_folder(&room.join("metadata"), &[file("first"), file(name)]).unwrap_err();
        assert!(matches!(refused, FileError::NotAName(_)), "{name:?}: {refused}");
        // Not even what came before it.
        assert_eq!(fs::read_dir(&room).unwrap().count(), 0, "{name:?}");
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1, "{name:?}");
    }
    create_folder(&room.join("metadata"), &[file("1.root.json"), file("..a")]).unwrap();
    assert_eq!(fs::read(room.join("metadata/..a")).unwrap(), b"x");
}

#[test]
fn only_plain_files_are_read() {
    let room = tempfile::tempdir().unwrap();
    assert!(matches!(read(room.path(), 9), Err(FileError::NotAFile(_))));
    let pipe = room.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert!(matches!(read(&pipe, 9), Err(FileError::NotAFile(_))));
    let link = room.path().join("link");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    assert!(matches!(read(&link, 9), Err(FileError::Missing(_))));
    let file = room.path().join("file");
    fs::write(&file, "ten bytes.").unwrap();
    assert!(matches!(read(&file, 9), Err(FileError::TooLarge { limit: 9, .. })));
    assert_eq!(read(&file, 10).unwrap(), b"ten bytes.");
}
