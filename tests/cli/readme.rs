//! Everything that the README shows is run, in order, in one directory; what it prints must be what is shown.
//! A line `…` stands for any number of lines, and `…` within a line for any text. A command goes on in lines with `>`.

use std::path::Path;
use std::process::Command;

const README: &str = include_str!("../../README.md");

/// A command and the lines that are shown below it.
struct Shown {
    command: String,
    lines: Vec<String>,
}

fn shown() -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    let mut inside = false;
    for line in README.lines() {
        if let Some(info) = line.strip_prefix("```") {
            inside = info == "console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            all.push(Shown { command: command.to_owned(), lines: Vec::new() });
        } else if let Some(more) = line.strip_prefix("> ").filter(|_| inside) {
            let last = all.last_mut().unwrap();
            last.command = format!("{}\n{more}", last.command);
        } else if inside {
            all.last_mut().unwrap().lines.push(line.to_owned());
        }
    }
    all
}

/// Whether a printed line is the shown one.
fn line_fits(shown: &str, printed: &str) -> bool {
    let Some((head, tail)) = shown.split_once('…') else { return shown == printed };
    printed.len() >= head.len() + tail.len() && printed.starts_with(head) && printed.ends_with(tail)
}

fn fits(shown: &[String], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((any, rest)) if any == "…" => (0..=printed.len()).any(|skip| fits(rest, &printed[skip..])),
        Some((line, rest)) => {
            printed.split_first().is_some_and(|(first, others)| line_fits(line, first) && fits(rest, others))
        }
    }
}

#[test]
fn the_readme_tells_the_truth() {
    let home = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_tuf-ceremony"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut here = home.path().to_owned();
    let commands = shown();
    assert!(commands.len() > 10, "the README shows its commands");
    for Shown { command, lines } in commands {
        // The two commands for the source tree: the first is run below, by its own test; the second runs this one.
        if command.starts_with("cargo run ") || command.starts_with("tests/run") {
            continue;
        }
        let script = format!("{command}\nstatus=$?\npwd > \"$WHERE\"\nexit $status");
        let place = home.path().join(".where");
        let mut shell = Command::new("bash");
        shell.arg("-c").arg(&script).current_dir(&here).env("PATH", &path).env("WHERE", &place);
        let output = shell.output().unwrap();
        let mut text = String::from_utf8(output.stdout).unwrap();
        text.push_str(&String::from_utf8(output.stderr).unwrap());
        let printed: Vec<&str> = text.lines().collect();
        assert!(fits(&lines, &printed), "$ {command}\nshown:\n{}\nprinted:\n{text}", lines.join("\n"));
        here = std::fs::read_to_string(&place).unwrap().trim().into();
    }
}

#[test]
fn the_first_command_of_the_readme_plays_a_whole_ceremony() {
    let home = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_tuf-ceremony"));
    // No module, no token, no home: a bare machine.
    program.arg("rehearse").env("TMPDIR", home.path()).env_remove("SOFTHSM2_CONF").env_remove("HOME");
    let output = program.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    for caught in
        ["Caught by SIGN-REVIEW", "Caught by TOKEN-ONE", "Caught by QUORUM-NEW", "ACCEPTED", "Try next:"]
    {
        assert!(text.contains(caught), "{caught} is missing in\n{text}");
    }
}
