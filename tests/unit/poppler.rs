//! Poppler, which reads PDF independently of what wrote it.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs a program of poppler-utils on a PDF, which it is given as its last argument but those of `after`, in a folder of
/// its own, and returns what it printed and the files that it made, by name.
///
/// Without poppler-utils (see `tests/run`) the test named `test` is skipped, and says so, by `None`; under CI that is a
/// failure. A program that fails is always one.
pub fn poppler(
    test: &str,
    program: &str,
    before: &[&str],
    pdf: &[u8],
    after: &[&str],
) -> Option<(String, Vec<Vec<u8>>)> {
    let paths = env::var_os("PATH").unwrap_or_default();
    if !env::split_paths(&paths).any(|folder| folder.join(program).exists()) {
        assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{test} needs {program}: run tests/run");
        println!("SKIPPED {test}: {program} (poppler-utils) is not installed");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("it.pdf"), pdf).unwrap();
    let mut command = Command::new(program);
    let output = command.args(before).arg("it.pdf").args(after).current_dir(folder.path()).output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{test}: {complaints}");
    // It writes the emoji of a title as two surrogates, which no UTF-8 has.
    Some((String::from_utf8_lossy(&output.stdout).into_owned(), made(folder.path())))
}

/// All files but the PDF, by name.
fn made(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| !path.ends_with("it.pdf"));
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}
