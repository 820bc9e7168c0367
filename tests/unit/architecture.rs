//! The house plan, held up by reading the sources: floors, lengths, and that no enforced check is a promise only.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tuf_ceremony::checks::Check;

/// The rooms by floor (DESIGN section 3). A room that is not here has no place yet.
const FLOORS: [&[&str]; 6] = [
    &["json", "crypto", "host"],
    &["tuf", "token", "console"],
    &["checks", "policy", "media", "qr"],
    &["ceremony"],
    &["print", "audit"],
    &["cli"],
];

/// What every floor may use: the trait that all errors implement.
const EVERYWHERE: &str = "advice";

/// The most lines a file may have.
const CEILING: usize = 500;

/// A source file.
struct Source {
    /// Relative to the package, e.g. `src/tuf/root.rs`.
    path: PathBuf,
    /// As it is.
    text: String,
    /// Without comments, line for line.
    code: String,
}

/// Every Rust file below a folder of the package.
fn sources(folder: &str) -> Vec<Source> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![package.join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code: Vec<&str> = text.lines().map(before_comment).collect();
                let path = path.strip_prefix(package).unwrap().to_owned();
                found.push(Source { path, code: code.join("\n"), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no sources in {folder}");
    found
}

/// A line up to `//`, unless that belongs to a URL.
fn before_comment(line: &str) -> &str {
    let start = line.match_indices("//").map(|(at, _)| at).find(|at| !line[..*at].ends_with(':'));
    &line[..start.unwrap_or(line.len())]
}

impl Source {
    /// The module's path in the crate: `["tuf", "root"]`.
    fn module(&self) -> Vec<String> {
        let inner = self.path.strip_prefix("src").unwrap().with_extension("");
        let mut parts: Vec<String> = inner.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if parts.last().is_some_and(|last| last == "mod") {
            parts.pop();
        }
        parts
    }

    /// The top-level modules that the file names, through `crate::` or by climbing out with `super::`.
    fn uses(&self) -> Vec<String> {
        let way_out = "super::".repeat(self.module().len());
        let mut names = Vec::new();
        for prefix in ["crate::", way_out.as_str()] {
            for (at, _) in self.code.match_indices(prefix) {
                if !self.code[..at].ends_with(|c: char| c.is_alphanumeric() || "_:$".contains(c)) {
                    names.extend(heads(&self.code[at + prefix.len()..]));
                }
            }
        }
        names
    }
}

/// The first names of what follows `crate::`: one, or those of a braced list.
fn heads(rest: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(list) = rest.strip_prefix('{') else { return vec![name(rest)] };
    let mut depth = 0;
    let mut heads = vec![name(list.trim_start())];
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(name(list[at + 1..].trim_start())),
            _ => {}
        }
    }
    heads.retain(|name| !name.is_empty());
    heads
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

#[test]
fn a_room_imports_only_from_floors_below() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        let module = source.module();
        let room = module[0].as_str();
        if ["main", "lib"].contains(&room) {
            continue;
        }
        for used in source.uses().iter().filter(|used| *used != room && *used != EVERYWHERE) {
            let path = source.path.display();
            match (floor(room), floor(used)) {
                (Some(own), Some(other)) if other < own => {}
                (Some(own), Some(other)) => wrong.push(format!("{path} (floor {own}) uses {used} ({other})")),
                _ => wrong.push(format!("{path} uses {used}; one of the two rooms has no floor")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn imports_are_found_in_every_form() {
    let source = |path: &str, code: &str| Source {
        path: PathBuf::from(path),
        text: code.to_owned(),
        code: code.lines().map(before_comment).collect::<Vec<_>>().join("\n"),
    };
    let uses = |path: &str, code: &str| source(path, code).uses();
    assert_eq!(uses("src/tuf/key.rs", "use crate::crypto::hex;"), ["crypto"]);
    assert_eq!(uses("src/tuf/key.rs", "use crate::{\n    a::{b, c},\n    d,\n};"), ["a", "d"]);
    assert_eq!(uses("src/tuf/key.rs", "let x = crate::host::clock::now();"), ["host"]);
    assert_eq!(uses("src/tuf/mod.rs", "use super::host;"), ["host"]);
    assert_eq!(uses("src/tuf/key.rs", "use super::super::host;"), ["host"]);
    assert_eq!(uses("src/tuf/key.rs", "use super::time; // crate::cli\n/// [`crate::cli`]"), [""; 0]);
}

#[test]
fn every_enforced_check_is_enforced_somewhere_and_tested() {
    let catalogue = Path::new("src/checks/catalogue");
    let code: Vec<Source> =
        sources("src").into_iter().filter(|source| !source.path.starts_with(catalogue)).collect();
    // Lists of all ids prove nothing about any of them.
    let lists = ["tests/unit/catalogue.rs", "tests/unit/architecture.rs"];
    let tests: Vec<Source> = sources("tests")
        .into_iter()
        .filter(|source| !lists.iter().any(|list| source.path == Path::new(list)))
        .collect();
    let mut wrong = Vec::new();
    for &check in Check::ALL.iter().filter(|check| check.entry().enforced) {
        let (variant, id) = (format!("Check::{check:?}"), format!("\"{check}\""));
        // Reading the plan and talking to tokens refuse with errors, and the errors name the check.
        let by_error = check == Check::PlanStrict || check.id().starts_with("TOKEN-");
        let enforced = code.iter().any(|source| {
            let advises = source.code.contains("fn check(&self) -> Option<&'static str>");
            mentions(&source.code, &variant) || (by_error && advises && source.code.contains(&id))
        });
        if !enforced {
            wrong.push(format!("{check} is enforced nowhere"));
        }
        if !tests.iter().any(|source| mentions(&source.code, &variant) || source.code.contains(&id)) {
            wrong.push(format!("no test names {check}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether `name` stands in `code` as a whole word.
fn mentions(code: &str, name: &str) -> bool {
    let ends = |at: usize| !code[at + name.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
    code.match_indices(name).any(|(at, _)| ends(at))
}

#[test]
fn no_file_is_longer_than_one_sitting() {
    let lengths = sources("src").into_iter().map(|source| (source.path, source.text.lines().count()));
    let long: BTreeMap<PathBuf, usize> = lengths.filter(|(_, lines)| *lines > CEILING).collect();
    assert!(long.is_empty(), "over {CEILING} lines: {long:?}");
}

#[test]
fn nothing_is_left_undone_or_left_to_panic() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        for (index, line) in source.code.lines().enumerate() {
            let found = [".unwrap()", "todo!", "dbg!", "unimplemented!", "panic!("];
            if let Some(what) = found.iter().find(|what| line.contains(**what)) {
                wrong.push(format!("{}:{}: {what}", source.path.display(), index + 1));
            }
        }
        for (index, line) in source.text.lines().enumerate() {
            if let Some(what) = ["TODO", "FIXME", "XXX"].iter().find(|what| line.contains(**what)) {
                wrong.push(format!("{}:{}: {what}", source.path.display(), index + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
