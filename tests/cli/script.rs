//! `script check`: scripts that come with the program, and what is wrong with others.

use serde_json::Value;
use tuf_ceremony::ceremony::start::scripts;

use crate::compromise::{ANSWERS, keys};
use crate::later::{after, later, released_with};
use crate::media_stick::{MEDIA, planned_with_media};
use crate::rehearsal::{PLAN, frozen, planned};
use crate::room::{Done, Room};

/// The smallest script that nothing is wrong with.
const GOOD: &str = "# A title\n\nRoles in the room: **CA**.\n\n## 1. Custody (10 minutes)\n\n1. **CA** looks.\n\n   ```ceremony\n   \
                    status\n   ```\n\n   Expected: nothing.\n\n   If not: stop.\n";

fn check(room: &Room, text: &str) -> Done {
    room.write("own.md", text);
    room.run(&["script", "check", room.path("own.md").to_str().unwrap()])
}

/// A script that differs from a good one in this is refused for what is wrong with its form.
#[track_caller]
fn refused(room: &Room, from: &str, to: &str, line: usize, what: &str) {
    assert!(GOOD.contains(from), "{from}");
    let done = check(room, &GOOD.replacen(from, to, 1));
    let path = room.path("own.md");
    let told = format!("error: the script {}, line {line}: {what}", path.display());
    assert!(done.err.starts_with(&told) && done.err.contains("\n  next: "), "{told}\n{done:?}");
    assert_eq!((done.code, done.out.as_str()), (1, ""));
}

/// A script that differs from a good one in this has this problem.
#[track_caller]
fn has_problem(room: &Room, from: &str, to: &str, what: &str) {
    assert!(GOOD.contains(from), "{from}");
    let done = check(room, &GOOD.replacen(from, to, 1));
    assert!(done.out.contains(&format!("{what}\n  next: ")), "{what}\n{done:?}");
    assert!(done.out.ends_with(" 1 problem.\n"), "{done:?}");
    assert_eq!((done.code, done.err.as_str()), (1, ""));
}

#[test]
fn every_script_that_comes_with_the_program_fits_the_ceremonies_that_it_is_for() {
    let (first, frozen, next) = (planned(), frozen(), later());
    let night = later();
    night.run(&keys(&["online"], &[&ANSWERS[..6], &["--replace", "online=R10"]].concat())).ok();
    for name in scripts() {
        let rooms: Vec<&Room> = match name {
            "genesis" => vec![&first, &frozen],
            "annual-refresh" => vec![&next],
            "online-key-rotation" | "holder-replacement" => vec![&next, &night],
            "compromise" => vec![&night],
            // It begins anew, as a genesis does.
            "new-beginning" => vec![&first],
            _ => vec![&first, &frozen, &next, &night],
        };
        for room in rooms {
            let done = room.run(&["script", "check", name]).ok();
            assert!(done.out.ends_with(" Nothing is wrong with it.\n"), "{name}: {}", done.out);
        }
    }
    // The one of the plan, where none is named.
    let done = night.run(&["script", "check", "--json"]).json();
    assert_eq!(
        (&done["title"], &done["problems"]),
        (&"Compromise: keys are in doubt".into(), &Value::Array(vec![]))
    );
}

#[test]
fn what_goes_out_is_exported_where_the_plan_says_so() {
    let room = planned_with_media();
    let vault = "[media.vault]\nrole = \"backup\"\nlabel = \"TUF-VAULT\"\n\n[set.devices]\ncontents = \"wrapped\"\n\
                 media = [\"vault\"]\nexisting = \"refuse\"\n";
    let print = |script: &str, file: &str| {
        let out = room.beside(file).display().to_string();
        let text =
            format!("{PLAN}{MEDIA}{vault}").replace("script = \"genesis\"", &format!("script = {script:?}"));
        room.write("ceremony.toml", text);
        room.run(&["script", "check"]).ok();
        room.run(&["print", "script", "--out", &out]).ok();
        let text = std::fs::read_to_string(out).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let paper = print("genesis", "genesis.txt");
    let [wrapped, seal, website, everything] = [
        "media export --set devices --to vault`, and moves the folder",
        "CA seals the record",
        "media export --set website --to carrier`, inserts the medium labelled TUF-OUT",
        "media export --set everything --to safe`, inserts the medium labelled TUF-SAFE",
    ]
    .map(|text| paper.find(text).unwrap_or_else(|| panic!("{text}: {paper}")));
    assert!(wrapped < seal && seal < website && seal < everything, "nothing wrapped is sealed");
    assert!(!paper.contains("copies the whole ceremony directory"));
    let paper = print("backup-and-restore", "backup.txt");
    assert!(paper.contains("tuf-ceremony media export --set everything --to safe Expected:"), "{paper}");
    assert!(!paper.contains("devices") && !paper.contains("website"), "{paper}");
}

#[test]
fn a_small_script_is_enough() {
    let room = planned();
    let done = check(&room, GOOD).ok();
    assert_eq!(done.out, "A title: 1 acts, 1 steps, 1 of them commands. Nothing is wrong with it.\n");
}

#[test]
fn what_is_no_script_is_refused_with_its_line() {
    let room = planned();
    for (from, to, line, what) in [
        ("# A title", "A title", 1, "a script begins with its title"),
        ("## 1. Custody", "## 2. Custody", 5, "this is not act 1"),
        (" (10 minutes)", "", 5, "the act does not say how long it takes"),
        (" (10 minutes)", " (soon)", 5, "the act does not say how many minutes it takes"),
        ("**CA** looks", "looks", 7, "step 1.1 does not begin with who acts"),
        ("**CA** looks", "**XX** looks", 7, "step 1.1 does not begin with who acts"),
        ("```ceremony", "```sh", 9, "a block of the kind \"sh\""),
        ("   status", "   status\n   status", 9, "a command is one line"),
        ("   status", "   status 'x", 9, "a quotation mark is not closed"),
        ("**CA** looks.", "**CA** looks.\n\n   <b>x</b>", 9, "this is no part of running text"),
        ("1. **CA** looks", "### Deeper\n\n1. **CA** looks", 7, "this is no part of a script"),
        ("## 1.", "1. **CA** looks.\n\n## 1.", 5, "there is a step before the first act"),
        ("   If not: stop.", "Between.", 15, "there is text between the steps of an act"),
        ("**CA** looks", "**CA** {{ nobody }}", 7, "a name is not defined"),
        ("**CA** looks", "**CA** {{ ceremony.nothing }}", 7, "a name is not defined"),
        ("**CA** looks", "**CA** {{ trusted.version }}", 7, "a name is not defined"),
        ("**CA** looks", "**CA** {{ keys }}", 7, "invalid operation"),
        ("**CA** looks", "**CA** {% for one in range(9999999) %}x{% endfor %}", 7, "invalid operation"),
        ("**CA** looks", "**CA** {% include 'x' %}", 7, "syntax error"),
        (
            "status",
            "sign {{ root.sha256 }}",
            9,
            "SHA-256 of root is not known before the ceremony has come so far",
        ),
        ("looks", "\u{e000}looks", 7, "there is a character for private use here"),
    ] {
        refused(&room, from, to, line, what);
    }
    room.write("own.md", [0xff, 0xfe]);
    let done = room.run(&["script", "check", room.path("own.md").to_str().unwrap()]);
    assert!(done.err.contains("line 1: it is not UTF-8 text"), "{}", done.err);
}

#[test]
fn problems_are_named_with_what_to_do() {
    let room = planned();
    let no_command = "step 1.1: `unlock` is no command of this program: unrecognized subcommand 'unlock'";
    for (from, to, what) in [
        ("Roles in the room", "People", "line 1: it does not begin with who is in the room"),
        ("Custody", "The end", "it does not end with the custody of tokens and media"),
        ("   Expected: nothing.\n", "", "line 7: step 1.1: it does not say what is expected"),
        ("   If not: stop.\n", "", "line 7: step 1.1: it does not say what to do if that does not happen"),
        ("   status", "   unlock", no_command),
        (
            "   status",
            "   new other",
            "step 1.1: `new other` is nothing that is done in a ceremony's directory",
        ),
        (
            "   status",
            "   respond ada-1.json",
            "step 1.1: `respond ada-1.json` is nothing that is done in a ceremony's directory",
        ),
        (
            "   status",
            "   -C / status",
            "step 1.1: -C has no place in a script: people read, type and confirm",
        ),
        (
            "   status",
            "   sign --key ada --confirm 00000000",
            "step 1.1: --confirm has no place in a script: people read, type and confirm",
        ),
        (
            "   ```ceremony\n   status\n   ```\n",
            "",
            "line 7: step 1.1: it expects something, and has no command",
        ),
        ("## 1. Custody", "## 1. Empty (now)\n\n## 2. Custody", "act 1 has no steps"),
    ] {
        has_problem(&room, from, to, what);
    }
}

/// Whoever releases has everybody sign, every key made, and every payload reviewed.
#[test]
fn nobody_and_nothing_is_left_out() {
    let room = planned();
    let step = |command: &str| {
        format!(
            "1. **CA** types.\n\n   ```ceremony\n   {command}\n   ```\n\n   Expected: x.\n\n   If not: x.\n\n"
        )
    };
    let mut commands = vec!["release".to_owned(), "review root".to_owned(), "review targets".to_owned()];
    for key in ["ada", "ben", "cem"] {
        commands.extend([format!("token provision --key {key}"), format!("sign --key {key}")]);
    }
    let text: String = commands.iter().map(|command| step(command)).collect();
    let done = check(&room, &GOOD.replacen("1. **CA**", &format!("{text}1. **CA**"), 1));
    for what in [
        "nobody signs with dan, which a holder has",
        "nobody signs with online, which a service has",
        "the key dan is never made",
        "the key online is never made",
        "nobody reviews the payload of snapshot",
        "nobody reviews the payload of timestamp",
    ] {
        assert!(done.out.contains(&format!("{what}\n  next: Add a step with `")), "{what}\n{}", done.out);
    }
    assert!(done.out.ends_with(" 6 problems.\n"), "{}", done.out);
}

/// A name is a name, whatever it looks like.
#[test]
fn values_are_never_read_as_markdown() {
    let room = Room::new();
    let hostile = "Ada **CA** `x` <b> {{ keys }} ## 9. [l](u)";
    room.write("ceremony.toml", PLAN.replace("name = \"Ada\"", &format!("name = \"{hostile}\"")));
    let done = room.run(&["script", "check"]).ok();
    let plain = planned().run(&["script", "check"]).ok();
    assert_eq!(done.out, plain.out);
    // Written as Markdown, it is read as what it was.
    let first = released_with(&room.read("ceremony.toml"));
    let night = after(&first.path(""));
    night.run(&keys(&["online"], &[&ANSWERS[..6], &["--replace", "online=R10"]].concat())).ok();
    let script = night.read("script.md");
    let shown = "**KH** Ada \\*\\*CA\\*\\* \\`x\\` \\<b\\> {{ keys }}";
    assert!(script.replace("\n   ", " ").contains(shown), "{script}");
}
