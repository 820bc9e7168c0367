//! What commands print: `--json` and text say the same, the help is reviewed as a whole, exit codes are kept.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tuf_ceremony::checks::Check;

use crate::rehearsal::{KEYS, PLAN, frozen, planned, provisioned, released, signed};
use crate::room::{Done, Room};

/// The text and the JSON of one command, which end alike.
#[track_caller]
fn both(room: &Room, arguments: &[&str]) -> (String, Value) {
    let text = room.run(arguments);
    let machine = room.run(&[arguments, &["--json"]].concat());
    assert_eq!((text.code, &text.err), (machine.code, &machine.err), "{text:?}\n{machine:?}");
    (text.out.clone(), machine.json())
}

/// Every string of some JSON, for a search in the text.
fn strings<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(elements) => elements.iter().for_each(|one| strings(one, found)),
        Value::Object(members) => members.values().for_each(|one| strings(one, found)),
        _ => {}
    }
}

/// The text says every string of the JSON, up to how lines are broken and digests are grouped.
#[track_caller]
fn says_all(text: &str, value: &Value) {
    let squeeze = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let text = squeeze(text);
    let mut found = Vec::new();
    strings(value, &mut found);
    for one in found {
        assert!(text.contains(&squeeze(one)), "{one:?} is not in the text");
    }
}

#[test]
fn plan() {
    let room = planned();
    room.edit("ceremony.toml", "expires = \"7 days\"", "expires = \"2 years\"");
    let (text, machine) = both(&room, &["plan"]);
    assert_eq!(machine["id"], "rehearsal-1");
    assert_eq!(machine["change"], "genesis");
    assert_eq!(machine["rehearsal"], true);
    assert_eq!(machine["missing_keys"], json!(KEYS));
    assert_eq!(machine["words"].as_array().unwrap().len(), 32);
    let root = &machine["roles"][0];
    assert_eq!(root["role"], "root");
    assert_eq!((&root["version"], &root["quorum_old"]), (&json!(1), &Value::Null));
    let signers = json!(["Ada (ada)", "Ben (ben)", "Cem (cem)", "Dan (dan)"]);
    assert_eq!(root["quorum_new"], json!({ "signers": signers, "threshold": 2 }));
    for part in ["id", "change", "words", "roles", "missing_keys"] {
        says_all(&text, &machine[part]);
    }
    for (file, digest) in machine["inputs"].as_object().unwrap() {
        assert!(text.contains(&format!("  {}  {file}\n", digest.as_str().unwrap())), "{text}");
    }
    checks_agree(&text, &machine["checks"]);
    let expiry = find(&machine["checks"], "EXPIRY-RANGE");
    assert_eq!(expiry["outcome"], "fails");
    assert_eq!(room.run(&["plan"]).code, 1);
}

/// Each check that does not hold stands in the text with the same words; the others by their ids.
#[track_caller]
fn checks_agree(text: &str, checks: &Value) {
    for check in checks.as_array().unwrap() {
        let id = check["check"].as_str().unwrap();
        let word = check["outcome"].as_str().unwrap();
        if word == "ok" {
            assert!(text.contains(id), "{id}");
        } else {
            let what = check["what"].as_str().unwrap();
            assert!(text.contains(&format!("{id} {}: {what}", word.to_uppercase())), "{check}\n{text}");
        }
    }
}

fn find<'a>(checks: &'a Value, id: &str) -> &'a Value {
    checks.as_array().unwrap().iter().find(|one| one["check"] == id).unwrap()
}

#[test]
fn freeze_and_review() {
    let room = provisioned();
    room.run(&["draft"]).ok();
    let (text, machine) = both(&room, &["freeze"]);
    checks_agree(&text, &machine["checks"]);
    for payload in machine["payloads"].as_array().unwrap() {
        let (digest, role) = (payload["sha256"].as_str().unwrap(), payload["role"].as_str().unwrap());
        assert_eq!(digest, room.digest(role));
        // In groups of four, for the paper.
        let shown: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(shown.contains(&format!("{role}version{}{digest}", payload["version"])), "{text}");
    }

    let (text, machine) = both(&room, &["review"]);
    checks_agree(&text, &machine["checks"]);
    assert_eq!(machine["payloads"].as_array().unwrap().len(), 4);
    says_all(&text, &machine["payloads"]);
    let root = &machine["payloads"][0];
    assert_eq!(root["words"].as_array().unwrap().len(), 32);
    let expires = json!({ "after": "2102-01-14T15:00:00Z", "before": null, "place": "expires" });
    assert!(root["changes"].as_array().unwrap().contains(&expires));

    let (_, by_role) = both(&room, &["review", "root"]);
    let (_, by_digest) = both(&room, &["review", &room.typed("root")]);
    assert_eq!(by_role, by_digest);
    assert_eq!(by_role["payloads"], json!([root]));
    let next = "Give a role, or the beginning of the digest of a payload that stands, as `status` lists them; others are void.";
    room.run(&["review", "00000000"]).refused(
        1,
        "SIGN-STALE",
        "00000000 is not a current payload of this ceremony",
        next,
    );
}

#[test]
fn freeze_that_is_refused() {
    let room = provisioned();
    let role = |keys: &str| format!("keys = [{keys}]\nthreshold = 2\nexpires = \"1 year\"");
    let (all, two) = (role("\"ada\", \"ben\", \"cem\", \"dan\""), role("\"ada\", \"ben\""));
    room.edit("ceremony.toml", &all, &two);
    room.run(&["draft"]).ok();
    let (text, machine) = both(&room, &["freeze"]);
    checks_agree(&text, &machine["checks"]);
    assert_eq!(find(&machine["checks"], "ROOT-SLACK")["outcome"], "fails");
    assert_eq!(machine["payloads"], json!([]));
}

#[test]
fn status() {
    let room = frozen();
    room.sign("ada").ok();
    let (text, machine) = both(&room, &["status"]);
    assert_eq!((&machine["complete"], &machine["released"]), (&json!(false), &json!(false)));
    let root = &machine["payloads"][0];
    assert_eq!(root["old"], Value::Null);
    assert_eq!(
        root["new"],
        json!({
            "ignored": [],
            "met": false,
            "missing": ["Ben (ben)", "Cem (cem)", "Dan (dan)"],
            "signed": ["Ada (ada)"],
            "threshold": 2,
        })
    );
    says_all(&text, &machine);
    let folder = format!("signatures/{}", room.digest("root"));
    room.write(&format!("{folder}/text.txt"), "hello");
    let ben = room.keyid("ben");
    room.write(&format!("{folder}/{ben}.json"), json!({ "keyid": ben, "sig": "" }).to_string());
    let (text, machine) = both(&room, &["status"]);
    says_all(&text, &machine);
    let all = machine.to_string();
    assert!(all.contains("it is empty") && all.contains("text.txt"), "{all}");
}

#[test]
fn release_inspect_diff_and_verify() {
    let room = signed();
    let short = frozen();
    let (text, machine) = both(&short, &["release"]);
    assert_eq!(machine["files"], json!({}));
    checks_agree(&text, &machine["checks"]);

    let first = room.run(&["release", "--json"]).ok().json();
    let (text, machine) = both(&room, &["release"]);
    assert_eq!(first["files"], machine["files"]);
    for (file, digest) in machine["files"].as_object().unwrap() {
        assert!(text.contains(&format!("  {}  {file}\n", digest.as_str().unwrap())), "{text}");
        let bytes = fs::read(room.path(file)).unwrap();
        assert_eq!(digest, &tuf_ceremony::crypto::digest::Sha256Digest::of(&bytes).to_hex());
    }
    checks_agree(&text, &machine["checks"]);

    let root = room.path("metadata/1.root.json").display().to_string();
    let targets = room.path("metadata/1.targets.json").display().to_string();
    let (text, machine) = both(&room, &["inspect", &root, &targets]);
    says_all(&text, &machine);
    assert_eq!(machine[0]["sha256"], room.digest("root"));
    assert_eq!(machine[0]["signatures"].as_object().unwrap().len(), 2);

    let draft = room.path("drafts/root.json").display().to_string();
    // The draft does not commit to the record yet.
    let (text, machine) = both(&room, &["diff", &root, &draft]);
    assert!(text.starts_with("- the record of its ceremony\n    commits to the first "), "{text}");
    assert_eq!((machine.as_array().unwrap().len(), text.lines().count()), (1, 2), "{text}");
    let draft = room.path("drafts/targets.json").display().to_string();
    let (text, machine) = both(&room, &["diff", &targets, &draft]);
    assert_eq!((text.as_str(), &machine), ("No difference in what is signed.\n", &json!([])));
    room.edit("drafts/targets.json", "2101-12-14T15:00:00Z", "2101-12-15T15:00:00Z");
    let (text, machine) = both(&room, &["diff", &targets, &draft]);
    assert_eq!(text, "~ expires\n    was 2101-12-14T15:00:00Z\n    is  2101-12-15T15:00:00Z\n");
    let change =
        json!({ "after": "2101-12-15T15:00:00Z", "before": "2101-12-14T15:00:00Z", "place": "expires" });
    assert_eq!(machine, json!([change]));

    let metadata = room.path("metadata").display().to_string();
    let at = "2101-01-15T00:00:00Z";
    let (text, machine) = both(&room, &["verify", &metadata, "--trusted", &root, "--at", at]);
    let mark = "REHEARSAL: this was made in a rehearsal; nobody may trust it.";
    assert!(text.ends_with(&format!("\n{mark}\nAt 2101-01-15T00:00:00Z: ACCEPTED\n")), "{text}");
    assert_eq!(machine["rehearsal"], json!(true));
    assert_eq!((&machine["accepted"], &machine["refused"]), (&json!(true), &Value::Null));
    for row in machine["files"].as_array().unwrap() {
        let cells = [&row["file"], &row["expires"]].map(|cell| cell.as_str().unwrap());
        assert!(text.lines().any(|line| cells.iter().all(|cell| line.contains(cell))), "{row}\n{text}");
    }
    let (text, machine) =
        both(&room, &["verify", &metadata, "--trusted", &root, "--at", "2101-01-22T00:00:00Z"]);
    let why = "timestamp.json: it expired on 2101-01-21T15:00:00Z (spec 5.4.4)";
    assert!(text.ends_with(&format!("\nAt 2101-01-22T00:00:00Z: REFUSED: {why}\n")), "{text}");
    assert_eq!((&machine["accepted"], &machine["refused"]), (&json!(false), &json!(why)));
}

#[test]
fn token_list() {
    let room = planned();
    let (text, machine) = both(&room, &["token", "list"]);
    let tokens = machine.as_array().unwrap();
    assert_eq!(tokens.len(), 5);
    for token in tokens {
        for part in ["label", "serial", "model", "manufacturer", "firmware", "module", "pin"] {
            says_all(&text, &token[part]);
        }
    }
}

#[test]
fn every_check_explains_itself() {
    let room = Room::new();
    let (list, machine) = both(&room, &["explain"]);
    assert_eq!(machine.as_array().unwrap().len(), Check::ALL.len());
    for (check, entry) in Check::ALL.iter().zip(machine.as_array().unwrap()) {
        assert!(list.contains(check.id()), "{list}");
        let (text, one) = both(&room, &["explain", check.id()]);
        assert_eq!(&one, entry);
        for part in ["id", "level", "demands", "why", "mend"] {
            says_all(&text, &one[part]);
        }
        let enforced = !text.contains("does not enforce it yet");
        assert_eq!(one["enforced"], enforced, "{text}");
        assert_eq!(room.run(&["explain", check.id()]).code, 0);
    }
    let next = "`tuf-ceremony explain` lists the checks and the rules.";
    room.run(&["explain", "ROOT-SLAK"]).failed(
        2,
        "there is no check or rule \"ROOT-SLAK\". Did you mean ROOT-SLACK?",
        next,
    );
}

/// The commands whose `--help` makes up `help.txt`.
const COMMANDS: [&[&str]; 57] = [
    &[],
    &["rehearse"],
    &["new"],
    &["plan"],
    &["change"],
    &["change", "add-key"],
    &["change", "replace-key"],
    &["change", "revoke-key"],
    &["change", "set-threshold"],
    &["change", "set-expiry"],
    &["change", "rotate-online"],
    &["change", "reencode-keys"],
    &["change", "refresh"],
    &["compromise"],
    &["token"],
    &["token", "list"],
    &["token", "provision"],
    &["draft"],
    &["freeze"],
    &["review"],
    &["sign"],
    &["request"],
    &["respond"],
    &["merge"],
    &["void"],
    &["status"],
    &["release"],
    &["script"],
    &["script", "check"],
    &["seal"],
    &["media"],
    &["media", "list"],
    &["media", "import"],
    &["media", "export"],
    &["media", "image"],
    &["media", "check"],
    &["transcript"],
    &["transcript", "show"],
    &["transcript", "check"],
    &["transcript", "prove"],
    &["transcript", "check-proof"],
    &["transcript", "cosign"],
    &["verify"],
    &["inspect"],
    &["diff"],
    &["digest"],
    &["print"],
    &["run"],
    &["print", "digest"],
    &["print", "label"],
    &["print", "script"],
    &["print", "sheet"],
    &["qr"],
    &["qr", "show"],
    &["qr", "read"],
    &["explain"],
    &["help"],
];

/// The whole help as one file, so that every change of it is read. `TUF_CEREMONY_BLESS=1` writes it anew.
#[test]
fn the_help_is_the_reviewed_one() {
    let room = Room::new();
    let mut all = String::new();
    for command in COMMANDS {
        // `help` has no `--help` of its own: it prints that of its argument.
        let arguments = if *command == ["help"] { vec!["help"] } else { [command, &["--help"]].concat() };
        let mut help = room.tool(env!("CARGO_BIN_EXE_tuf-ceremony"));
        // The width of no terminal.
        let output = help.args(&arguments).env("COLUMNS", "100").output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        if *command == ["help"] {
            assert!(all.contains(text.split("\nUsage:").next().unwrap()), "{text}");
            continue;
        }
        all.push_str(&format!("$ tuf-ceremony {}\n{}\n", arguments.join(" "), text.trim_end()));
        all.push_str(&"=".repeat(100));
        all.push('\n');
    }
    for subcommand in subcommands(&all) {
        assert!(
            COMMANDS.iter().any(|command| command.first() == Some(&subcommand)),
            "{subcommand} is not in COMMANDS"
        );
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/help.txt");
    if std::env::var_os("TUF_CEREMONY_BLESS").is_some_and(|bless| bless == "1") {
        fs::write(&file, &all).unwrap();
    }
    let reviewed = fs::read_to_string(&file).unwrap_or_default();
    assert!(all == reviewed, "tests/cli/help.txt differs; read this, then TUF_CEREMONY_BLESS=1:\n{all}");
}

/// The names that the top-level help lists.
fn subcommands(help: &str) -> Vec<&str> {
    let (_, rest) = help.split_once("\nCommands:\n").unwrap();
    let block = rest.split("\n\n").next().unwrap();
    let names = block.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.map(|line| line.split_whitespace().next().unwrap()).collect()
}

#[test]
fn exit_codes_are_a_contract() {
    let code = |done: Done| done.code;
    let nowhere = Room::new();
    assert_eq!(code(nowhere.run(&["explain", "ROOT-SLACK"])), 0);
    for usage in
        [&["no-such-command"][..], &["plan", "--yes"], &["sign"], &["verify", "."], &["explain", "NONE"]]
    {
        let done = nowhere.run(usage);
        assert_eq!((done.code, done.out.as_str()), (2, ""), "{usage:?}");
        assert!(done.err.starts_with("error: "), "{}", done.err);
    }
    assert_eq!(code(nowhere.run(&["plan"])), 5);
    assert_eq!(code(nowhere.run(&["inspect", "/nonexistent.json"])), 5);
    let room = planned();
    assert_eq!(code(room.run(&["status"])), 3);
    assert_eq!(code(room.run(&["draft"])), 3);
    assert_eq!(code(room.run_with_pin("wrong-pin", &["token", "provision", "--key", "ada"])), 4);
    room.write("ceremony.toml", PLAN.replace("threshold = 2", "threshold = 9"));
    assert_eq!(code(room.run(&["plan"])), 1);
    let room = released();
    assert_eq!(code(room.run(&["status"])), 0);
}
