//! Editing `ceremony.toml`: what people wrote around the fields stays where it was.

use tuf_ceremony::policy::edit::{Edit, NewKey};
use tuf_ceremony::policy::{Expiry, Intended, Policy, Reason};

use crate::policy_fixture::{GOOD, revocation};

/// An edit of one text gives another.
#[track_caller]
fn gives(before: &str, edit: impl FnOnce(&mut Edit), after: &str) {
    let mut text = Edit::of(before).unwrap();
    edit(&mut text);
    assert_eq!(text.text(), after);
}

/// An edit of the keys of root.
#[track_caller]
fn keys(before: &str, edit: impl FnOnce(&mut Edit), after: &str) {
    let file = |keys: &str| format!("# Above.\n[role.root]\nkeys = {keys} # behind\nthreshold = 2\n");
    gives(&file(before), edit, &file(after));
}

#[test]
fn a_text_that_nothing_is_done_to_comes_out_as_it_was() {
    for text in [GOOD, &revocation(), "", "# only a comment", &GOOD.replace('\n', "\r\n")] {
        gives(text, |_| (), text);
    }
}

#[test]
fn a_key_is_added_behind_the_last() {
    let add = |edit: &mut Edit| edit.add_to_role("root", "new");
    keys("[]", add, "[\"new\"]");
    keys("[\"a\"]", add, "[\"a\", \"new\"]");
    keys("[ \"a\", \"b\" ]", add, "[ \"a\", \"b\", \"new\" ]");
    keys("[\"a\",]", add, "[\"a\", \"new\",]");
    keys("[\n  \"a\",\n  'b'\n]", add, "[\n  \"a\",\n  'b',\n  \"new\"\n]");
    keys("[\n\t\"a\",\n\t\"b\",\n]", add, "[\n\t\"a\",\n\t\"b\",\n\t\"new\",\n]");
}

#[test]
fn a_comment_stays_behind_its_key_when_another_is_added() {
    let add = |edit: &mut Edit| edit.add_to_role("root", "new");
    keys(
        "[ # three\n  \"a\", # of a\n  # over b\n  \"b\", # of b\n  # the end\n]",
        add,
        "[ # three\n  \"a\", # of a\n  # over b\n  \"b\", # of b\n  \"new\",\n  # the end\n]",
    );
    keys("[\n  \"a\", # of a\n  \"b\" # of b\n]", add, "[\n  \"a\", # of a\n  \"b\", # of b\n  \"new\"\n]");
}

#[test]
fn a_key_leaves_with_the_comment_behind_it_and_no_other() {
    let all = "[ # three\n  \"a\", # of a\n  \"b\", # of b\n  \"c\", # of c\n  # the end\n]";
    let without = |key: &'static str| move |edit: &mut Edit| edit.remove_from_role("root", key);
    keys(all, without("a"), "[ # three\n  \"b\", # of b\n  \"c\", # of c\n  # the end\n]");
    keys(all, without("b"), "[ # three\n  \"a\", # of a\n  \"c\", # of c\n  # the end\n]");
    keys(all, without("c"), "[ # three\n  \"a\", # of a\n  \"b\", # of b\n  # the end\n]");
    keys(all, without("d"), all);
    keys("[\n  \"a\", # of a\n  \"b\" # of b\n]", without("b"), "[\n  \"a\" # of a\n]");
    keys("[\n  \"a\", # of a\n  \"b\" # of b\n]", without("a"), "[\n  \"b\" # of b\n]");
    keys("[\"a\", \"b\"]", without("a"), "[\"b\"]");
    keys("[\"a\", \"b\"]", without("b"), "[\"a\"]");
    keys("[\"a\"]", without("a"), "[]");
}

#[test]
fn a_key_takes_the_place_of_another_and_the_comment_on_the_place_stays() {
    let replace = |edit: &mut Edit| edit.replace_in_role("root", "b", "new");
    keys("[\"a\", 'b', \"c\"]", replace, "[\"a\", \"new\", \"c\"]");
    keys("[\n  \"a\", # of a\n  \"b\", # of b\n]", replace, "[\n  \"a\", # of a\n  \"new\", # of b\n]");
    keys("[\"a\"]", replace, "[\"a\"]");
    // Who is there already does not stand there twice.
    keys("[\"b\", \"new\"]", replace, "[\"new\"]");
    keys("[\"new\", \"b\"]", replace, "[\"new\"]");
}

/// Whatever people write between keys: the list has exactly the keys that it should, and none ends up in a comment.
#[test]
fn wherever_there_are_comments_the_keys_are_those_that_were_meant() {
    let between = [", ", ",\n", ", # c\n", " # c\n, ", ", # c\n  # d\n"];
    let opens = ["[", "[ # o\n", "[\n"];
    let ends = ["]", "\n]", " # e\n]", ",]", ", # e\n]", " # d\n, # e\n]"];
    for (open, first, second, end) in
        opens.iter().flat_map(|open| between.map(|one| (open, one))).flat_map(|(open, first)| {
            between.into_iter().flat_map(move |second| ends.map(|end| (open, first, second, end)))
        })
    {
        let list = format!("{open}\"a\"{first}\"b\"{second}\"c\"{end}");
        let file = format!("[role.root]\nkeys = {list}\nthreshold = 2\n");
        let is = |edit: &dyn Fn(&mut Edit), keys: &[&str]| {
            let mut text = Edit::of(&file).unwrap();
            edit(&mut text);
            let read: toml_edit::DocumentMut =
                text.text().parse().unwrap_or_else(|error| panic!("{list}: {error}: {}", text.text()));
            let found = read["role"]["root"]["keys"].as_array().unwrap().iter();
            assert_eq!(found.map(|key| key.as_str().unwrap()).collect::<Vec<_>>(), keys, "{list}");
            assert_eq!(read["role"]["root"]["threshold"].as_integer(), Some(2), "{list}");
        };
        is(&|edit| edit.add_to_role("root", "new"), &["a", "b", "c", "new"]);
        for (gone, left) in [("a", ["b", "c"]), ("b", ["a", "c"]), ("c", ["a", "b"])] {
            is(&|edit| edit.remove_from_role("root", gone), &left);
            is(
                &|edit| {
                    edit.remove_from_role("root", gone);
                    edit.add_to_role("root", "new");
                },
                &[left[0], left[1], "new"],
            );
            is(&|edit| left.iter().for_each(|key| edit.remove_from_role("root", key)), &[gone]);
        }
        is(&|edit| edit.replace_in_role("root", "b", "new"), &["a", "new", "c"]);
        is(&|edit| edit.replace_in_role("root", "b", "a"), &["a", "c"]);
    }
}

#[test]
fn roles_in_inline_and_dotted_tables_and_under_quoted_names_are_edited_where_they_are() {
    gives(
        "role.root.keys = [\"a\"]\nrole.root.threshold = 1 # one\n",
        |edit| {
            edit.add_to_role("root", "b");
            edit.set_threshold("root", 2);
        },
        "role.root.keys = [\"a\", \"b\"]\nrole.root.threshold = 2 # one\n",
    );
    gives(
        "[role]\nroot = { keys = [\"a\"], threshold = 1 } # one\n",
        |edit| {
            edit.add_to_role("root", "b");
            edit.set_threshold("root", 2);
        },
        "[role]\nroot = { keys = [\"a\", \"b\"], threshold = 2 } # one\n",
    );
    gives(
        "[delegation.\"a b\"]\nkeys = [\"a\"]\n\n[\"role\".'root']\nthreshold = 1\n",
        |edit| {
            edit.add_to_role("a b", "b");
            edit.set_threshold("root", 2);
        },
        "[delegation.\"a b\"]\nkeys = [\"a\", \"b\"]\n\n[\"role\".'root']\nthreshold = 2\n",
    );
    gives(
        "key = { a = { scheme = \"ed25519\", standby_for = \"b\" } }\nceremony.id = \"one\"\n",
        |edit| {
            edit.no_standby("a");
            edit.set("id", "two");
            edit.set("change", "rotate");
        },
        "key = { a = { scheme = \"ed25519\"} }\nceremony.id = \"two\"\nceremony.change = \"rotate\"\n",
    );
    // A delegation that is named as a key is no role of the root.
    gives("[role.root]\nkeys = []\n", |edit| edit.add_to_role("nightly", "b"), "[role.root]\nkeys = []\n");
}

#[test]
fn a_value_changes_and_what_stands_around_it_stays() {
    gives(
        "[ceremony]\nid   =   \"one\"   # the first\nplanned = 2027-01-14 # a day\nrehearsal = false#no\nnext = 2028-01-01\n",
        |edit| {
            edit.set("id", "two");
            edit.set_instant("planned", "2028-01-14T15:00:00Z".parse().unwrap());
            edit.set_switch("rehearsal", true);
            edit.remove_from_ceremony("next");
            edit.remove_from_ceremony("reencode_keys");
        },
        "[ceremony]\nid   =   \"two\"   # the first\nplanned = 2028-01-14T15:00:00Z # a day\nrehearsal = true#no\n",
    );
}

#[test]
fn lines_that_end_as_on_windows_keep_their_ends() {
    let text = "[role.root]\r\nkeys = [\r\n  \"a\", # of a\r\n]\r\n";
    gives(
        text,
        |edit| edit.add_to_role("root", "b"),
        "[role.root]\r\nkeys = [\r\n  \"a\", # of a\r\n  \"b\",\r\n]\r\n",
    );
    let edit = |edit: &mut Edit| edit.revoke("a", Reason::Lost, None, None);
    gives(text, edit, &format!("{text}\r\n[[revoke]]\r\nkey = \"a\"\r\nreason = \"lost\"\r\n"));
}

#[test]
fn a_revocation_is_added_or_takes_the_place_of_an_older_one() {
    let since = "2026-12-20T00:00:00Z".parse().unwrap();
    let before = "[[revoke]] # one\nkey = \"a\"\nreason = \"lost\" # in a tram\n";
    gives(
        before,
        |edit| edit.revoke("b", Reason::Compromised, Some(since), Some("c")),
        &format!(
            "{before}\n[[revoke]]\nkey = \"b\"\nreason = \"compromised\"\nsince = 2026-12-20T00:00:00Z\nreplacement = \"c\"\n"
        ),
    );
    gives(
        before,
        |edit| edit.revoke("a", Reason::Compromised, None, None),
        "\n[[revoke]]\nkey = \"a\"\nreason = \"compromised\"\n",
    );
}

#[test]
fn lists_that_are_written_as_arrays_become_lists_of_tables() {
    let policy = |text: &str| Policy::parse(text.as_bytes()).unwrap();
    let old = "[[revoke]]\nkey = \"old-online\"\nreason = \"compromised\"\nsince = 2026-12-20T00:00:00Z\n\n";
    let array =
        "revoke = [{ key = \"old-online\", reason = \"compromised\", since = 2026-12-20T00:00:00Z }]\n";
    let text = format!("{array}intended = []\n{}", revocation().replace(old, ""));
    let mut edit = Edit::of(&text).unwrap();
    edit.revoke("dan-card", Reason::Lost, None, None);
    edit.intend(&Intended::RevokeKey { key: "dan-card".to_owned() });
    edit.remove_from_role("root", "dan-card");
    edit.replace_in_role("nightly", "dan-card", "ben-card");
    let (before, after) = (policy(&text), policy(&edit.text()));
    let revoked: Vec<&str> = after.revoke.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(revoked, ["old-online", "dan-card"], "{}", edit.text());
    assert_eq!(after.revoke[0].since, before.revoke[0].since);
    assert_eq!(after.intended, [Intended::RevokeKey { key: "dan-card".to_owned() }]);
}

#[test]
fn a_key_is_written_with_all_that_is_known_of_it() {
    let key = NewKey {
        name: "eve-hsm".to_owned(),
        holder: Some("eve".to_owned()),
        scheme: "ed25519".to_owned(),
        token: vec![
            ("kind", "yubihsm".to_owned()),
            ("serial", "0013".to_owned()),
            ("object", "7".to_owned()),
        ],
        public: None,
        standby_for: Some("eve-card".to_owned()),
    };
    let mut edit = Edit::of(GOOD).unwrap();
    edit.add_key(&key);
    edit.set_holder("eve", "Eve Example", Some("Oslo"));
    let text = edit.text();
    let written = "[key.eve-hsm]\nholder = \"eve\"\nscheme = \"ed25519\"\n\
                   token = { kind = \"yubihsm\", serial = \"0013\", object = 7 }\nstandby_for = \"eve-card\"\n";
    assert!(text.contains(written), "{text}");
    assert!(text.contains("[holder.eve]\nname = \"Eve Example\"\nsite = \"Oslo\"\n"), "{text}");
    let policy = Policy::parse(text.as_bytes()).unwrap();
    assert_eq!(policy.standby_of("eve-card"), Some("eve-hsm"));
    edit.no_standby("eve-hsm");
    assert!(!edit.text().contains("standby_for"));
}

/// Whatever is declared is read as it was meant.
#[test]
fn every_act_is_read_as_it_was_written() {
    let named = |name: &str| name.to_owned();
    let acts = [
        Intended::AddKey { key: named("ben-card"), roles: vec![named("root"), named("nightly")] },
        Intended::ReplaceKey { key: named("ada-yubihsm"), by: named("ben-card") },
        Intended::RevokeKey { key: named("old-online") },
        Intended::SetThreshold { role: named("nightly"), threshold: 2 },
        Intended::SetExpiry { role: named("root"), expires: Expiry::parse("2 years").unwrap() },
        Intended::SetExpiry {
            role: named("timestamp"),
            expires: Expiry::parse("2028-01-14T15:00:00Z").unwrap(),
        },
        Intended::ReencodeKeys,
        Intended::Refresh,
    ];
    let mut edit = Edit::of(&revocation()).unwrap();
    acts.iter().for_each(|act| edit.intend(act));
    let text = edit.text();
    assert_eq!(Policy::parse(text.as_bytes()).unwrap().intended, acts, "{text}");
    edit.remove("intended");
    assert_eq!(edit.text(), revocation());
}

#[test]
fn the_trusted_root_and_whole_roles_are_written() {
    gives(
        "[ceremony]\nid = \"one\"\n",
        |edit| {
            edit.set_trusted("trusted/3.root.json", "00ff");
            edit.add_role("root", &["a".to_owned(), "b".to_owned()], 2, "1 year");
            edit.set_expiry("root", &Expiry::parse("90 days").unwrap());
        },
        "[ceremony]\nid = \"one\"\n\n[trusted]\nroot = \"trusted/3.root.json\"\nsha256 = \"00ff\"\n\n\
         [role.root]\nkeys = [\"a\", \"b\"]\nthreshold = 2\nexpires = \"90 days\"\n",
    );
}

#[test]
fn what_is_no_toml_is_refused() {
    let error = Edit::of("[ceremony\nid = 1\n").unwrap_err();
    assert!(error.to_string().starts_with("ceremony.toml, line 1, column "), "{error}");
}

/// A list may be written as an array, and what people said around it stays.
#[test]
fn comments_around_an_array_stay_when_it_becomes_a_list_of_tables() {
    let revoke = |edit: &mut Edit| edit.revoke("old", Reason::Lost, None, None);
    let entry = "[[revoke]]\nkey = \"old\"\nreason = \"lost\"\n";
    gives("revoke = [] # none yet\n", revoke, &format!("\n# none yet\n{entry}"));
    gives(
        "# Keys that go.\nrevoke = [\n  # none\n] # yet\n",
        revoke,
        &format!("\n# Keys that go.\n# none\n# yet\n{entry}"),
    );
    let before = "intended = [ # acts\n  { act = \"refresh\" }, # all\n  # the end\n]\n";
    let after = "\n# acts\n# all\n# the end\n[[intended]]\nact = \"refresh\"\n\n[[intended]]\nact = \"revoke-key\"\nkey = \"old\"\n";
    gives(before, |edit| edit.intend(&Intended::RevokeKey { key: "old".to_owned() }), after);
    // Lists that are tables already have their comments where they are.
    let list = "# Above.\n[[revoke]] # behind\nkey = \"a\" # of a\nreason = \"lost\"\n";
    gives(list, revoke, &format!("{list}\n{entry}"));
}
