//! What must be read is read: nothing is signed that could not be shown, and nothing on the screen is forged.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::json;
use tuf_ceremony::host::display::visible;
use tuf_ceremony::token::rehearsal::PIN;

use crate::rehearsal::{frozen, planned};

#[test]
fn nothing_is_signed_where_the_output_is_full() {
    let room = frozen();
    let before = room.tree();
    let [root, targets] = ["root", "targets"].map(|role| room.typed(role));
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command =
        room.command(&["sign", "--key", "ada", "--confirm", &root, "--confirm", &targets, "--pin-fd", "0"]);
    let mut child = command.stdin(Stdio::piped()).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{PIN}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "error: what must be read could not be shown\n  next: Nothing was signed. Run the command again where its output \
         can be seen.\n"
    );
    assert_eq!(output.status.code(), Some(5));
    room.only_recorded(&before, &[]);
    room.sign("ada").ok();
}

#[test]
fn nobody_is_asked_about_what_went_elsewhere() {
    let room = frozen();
    let file = room.beside("out.txt");
    for redirection in [format!(">{}", file.display()), ">/dev/null".to_owned(), ">&-".to_owned()] {
        let before = room.tree();
        let (code, screen) = room.sit_down_with(&redirection, &["sign", "--key", "ada"]).leaves();
        assert_eq!(code, 2, "{redirection}: {screen}");
        assert!(screen.contains("there is no terminal to ask on"), "{redirection}: {screen}");
        assert!(screen.contains("or give --confirm PREFIX."), "{redirection}: {screen}");
        assert!(!screen.contains("Digits from paper:"), "{redirection}: {screen}");
        // Nothing was shown to anybody, and the record does not say so.
        room.only_recorded(&before, &[]);
    }
}

/// The name of a key's holder stands behind statements about the key, and behind nothing else.
#[test]
fn a_target_path_is_given_no_owner() {
    let room = frozen();
    let keyid = room.keyid("ada");
    let paths =
        [keyid.clone(), format!("key {keyid}"), format!("x/key\u{a0}{keyid}"), format!("key:{keyid}")];
    let mut targets = room.frozen_as("targets");
    for path in &paths {
        targets["targets"][path] = json!({ "length": 3, "hashes": { "sha256": "00".repeat(32) } });
    }
    targets[format!("key {keyid}")] = json!(true);
    let digest = room.forge_payload(&targets);
    let mut index = room.index();
    index["targets"] = json!({ "1": digest });
    room.forge_index(&index.into());
    let done = room.run(&["review"]);
    assert_eq!(done.code, 1, "{done:?}");
    let about = |words: &str| -> Vec<String> {
        let lines: Vec<&str> = done.out.lines().collect();
        let statements = lines.iter().enumerate().filter(|(_, line)| line.starts_with(words));
        statements.map(|(at, line)| format!("{line}{}", lines[at + 1])).collect()
    };
    let mut forged = [about("+ target "), about("+ field ")].concat();
    forged.retain(|statement| statement.contains(&keyid));
    assert_eq!(forged.len(), paths.len() + 1, "{}", done.out);
    assert!(forged.iter().all(|statement| !statement.contains("Ada")), "{forged:#?}");
    assert!(about(&format!("+ key {keyid}"))[0].ends_with(" [Ada (ada)]"), "{}", done.out);
}

#[test]
fn two_holders_do_not_have_names_that_look_alike() {
    for name in ["Ada ", " Ada"] {
        let room = planned();
        room.edit("ceremony.toml", "name = \"Ben\"", &format!("name = \"{name}\""));
        let before = room.tree();
        let what = "ceremony.toml, line 13, column 8, field holder.ben.name: begins or ends with a blank";
        room.run(&["plan"]).refused(1, "PLAN-STRICT", what, "Remove the blank.");
        room.run(&["draft"]).refused(1, "PLAN-STRICT", what, "Remove the blank.");
        room.only_recorded(&before, &[]);
    }
}

/// Escape sequences are left out whole; what is left of a half one, and what turns letters around, is spelled out.
#[test]
fn arguments_that_could_repaint_the_screen_are_shown_not_obeyed() {
    let room = planned();
    for argument in
        ["\u{1b}[2Jx", "--\u{1b}]0;x\u{7}", "a\u{9b}31m", "\u{202e}x", "--\u{202e}key", "x\u{2066}y"]
    {
        for command in
            [&[argument][..], &["status", argument], &["sign", "--key", "ada", "--pin-fd", argument]]
        {
            let done = room.run(command);
            assert_eq!((done.code, done.out.as_str()), (2, ""), "{done:?}");
            assert!(done.err.starts_with("error: "), "{done:?}");
            let raw = |c: char| c != '\n' && visible(&c.to_string()) != c.to_string();
            assert!(!done.err.contains(raw), "{done:?}");
            if let Some(turned) = argument.chars().find(|c| ('\u{2000}'..'\u{3000}').contains(c)) {
                assert!(done.err.contains(&turned.escape_unicode().to_string()), "{done:?}");
            }
        }
    }
}
