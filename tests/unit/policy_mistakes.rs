//! `ceremony.toml`: mistakes in the file as a whole, in the ceremony and in its roles, with everything that is said.

use tuf_ceremony::policy::{LIMIT, Policy};

use crate::policy_fixture::{GOOD, refuses, refuses_text, revocation};

/// What to do about what serde alone understands.
const CORRECT: &str =
    "Correct the line; `tuf-ceremony new DIR --template minimal` writes a commented example.";

#[test]
fn an_unknown_field() {
    refuses(
        "threshold = 3",
        "treshold = 3",
        "line 62, column 1, field role.root.treshold: unknown field `treshold`, expected one of `keys`, `threshold`, `expires`",
        r#"Did you mean "threshold"?"#,
    );
    refuses(
        "[role.root]",
        "[rolle.root]",
        "line 54, column 2, field rolle.root: unknown field `rolle`, expected one of `ceremony`, `trusted`, `holder`, `key`, `role`, `delegation`, `revoke`, `intended`, `waiver`, `media`, `set`",
        r#"Did you mean "role"?"#,
    );
    refuses(
        "change = \"genesis\"",
        "change = \"genesis\"\npolicy_language = \"x\"",
        "line 8, column 1, field ceremony.policy_language: unknown field `policy_language`, expected one of `id`, `repository`, `script`, `planned`, `next`, `change`, `rehearsal`, `spec_version`, `consistent_snapshot`, `commitment`, `holder_names`, `reencode_keys`",
        "Remove it, or look up its place: `tuf-ceremony new DIR --template minimal` writes a commented example.",
    );
    refuses(
        "object = 3",
        "objekt = 3",
        "line 28, column 52, field key.ada-yubihsm.token: unknown field `objekt`, expected one of `kind`, `serial`, `model`, `manufacturer`, `module`, `id`, `label`, `object`",
        r#"Did you mean "object"?"#,
    );
}

#[test]
fn a_repeated_field() {
    refuses(
        "threshold = 3",
        "threshold = 3\nthreshold = 2",
        "line 63, column 1, field role.root.threshold: duplicate key",
        "Remove one of the two, after finding out which is meant.",
    );
    refuses(
        "[holder.ben]",
        "[holder.ada]",
        "line 13, column 9, field holder.ada: duplicate key",
        "Remove one of the two, after finding out which is meant.",
    );
}

#[test]
fn a_missing_field() {
    refuses(
        "threshold = 3\n",
        "",
        "line 54, column 1, field role.root: missing field `threshold`",
        r#"Add "threshold"; `tuf-ceremony new DIR --template minimal` writes a commented example."#,
    );
    refuses_text(
        b"",
        "line 1, column 1: missing field `ceremony`",
        r#"Add "ceremony"; `tuf-ceremony new DIR --template minimal` writes a commented example."#,
    );
}

#[test]
fn a_value_of_the_wrong_type() {
    refuses(
        "threshold = 3",
        "threshold = \"3\"",
        r#"line 62, column 13, field role.root.threshold: invalid type: string "3", expected a whole number"#,
        CORRECT,
    );
    refuses(
        "threshold = 3",
        "threshold = 3.0",
        "line 62, column 13, field role.root.threshold: invalid type: floating point `3.0`, expected a whole number",
        CORRECT,
    );
    refuses(
        "keys = [\"online\"]\nthreshold = 1\nexpires = \"30 days\"",
        "keys = \"online\"\nthreshold = 1\nexpires = \"30 days\"",
        r#"line 71, column 8, field role.snapshot.keys: invalid type: string "online", expected a sequence"#,
        CORRECT,
    );
}

#[test]
fn what_is_not_toml() {
    refuses(
        "script = \"genesis\"",
        "script = \"genesis",
        r#"line 5, column 18, field ceremony.script: invalid basic string, expected `"`"#,
        CORRECT,
    );
    refuses(
        "until = 2027-02-01\n",
        "until = 2027-02-01\n]]\n",
        "line 90, column 1, field waiver.until: missing table open, expected `[`",
        CORRECT,
    );
}

#[test]
fn a_missing_role() {
    let snapshot = "[role.snapshot]\nkeys = [\"online\"]\nthreshold = 1\nexpires = \"30 days\"\n";
    refuses(
        snapshot,
        "",
        r#"line 86, column 1, field role.snapshot: the role "snapshot" is missing"#,
        "Add [role.snapshot] with keys, threshold and expires.",
    );
}

#[test]
fn a_role_that_is_none() {
    refuses(
        "[role.snapshot]",
        "[role.mirrors]",
        r#"line 70, column 7, field role.mirrors: "mirrors" is not a top-level role"#,
        "The four are root, targets, snapshot and timestamp; others go under [delegation.NAME].",
    );
}

#[test]
fn an_unknown_key() {
    refuses(
        "    \"ben-card\",\n",
        "    \"bem-card\",\n",
        r#"line 57, column 5, field role.root.keys: there is no key "bem-card""#,
        r#"Did you mean "ben-card"?"#,
    );
    refuses(
        "    \"ben-card\",\n",
        "    \"fay\",\n",
        r#"line 57, column 5, field role.root.keys: there is no key "fay""#,
        "Add [key.fay], or use one of: ada-yubihsm, ben-card, cleo-card, dan-card, eve-card, online.",
    );
}

#[test]
fn a_key_twice_in_a_role() {
    refuses(
        "    \"ben-card\",\n",
        "    \"ada-yubihsm\",\n",
        r#"line 57, column 5, field role.root.keys: the key "ada-yubihsm" is listed twice"#,
        "Remove one of the two.",
    );
}

#[test]
fn a_threshold_of_nothing() {
    refuses(
        "threshold = 3",
        "threshold = 0",
        "line 62, column 13, field role.root.threshold: a threshold is at least 1",
        "Write how many of the keys must sign.",
    );
    refuses(
        "threshold = 3",
        "threshold = -3",
        "line 62, column 13, field role.root.threshold: a threshold is at least 1",
        "Write how many of the keys must sign.",
    );
}

#[test]
fn an_expiry_that_is_none() {
    for nonsense in [
        "\"soon\"",
        "\"0 days\"",
        "\"1001 days\"",
        "\"+5 days\"",
        "\"5 dayss\"",
        "\"5  days\"",
        "\"1.5 years\"",
        "\"1 decade\"",
        "\"year\"",
        "365",
        "\"2028-01-14\"",
        "2028-01-14",
    ] {
        refuses(
            "expires = \"1 year\"",
            &format!("expires = {nonsense}"),
            "line 63, column 11, field role.root.expires: is neither a period nor an instant",
            r#"Write for example "1 year", "90 days" or 2028-01-14T15:00:00Z."#,
        );
    }
}

#[test]
fn a_date_without_an_offset() {
    for local in [
        "2027-01-14T15:00:00",
        "2027-01-14",
        "15:00:00",
        "\"2027-01-14T15:00:00+01:00[Europe/Berlin]\"",
        "true",
    ] {
        refuses(
            "planned = 2027-01-14T15:00:00Z",
            &format!("planned = {local}"),
            "line 6, column 11, field ceremony.planned: is not an instant in time",
            "Write date, time and Z without quotes, for example 2027-01-14T15:00:00Z.",
        );
    }
}

#[test]
fn a_next_ceremony_before_this_one() {
    refuses(
        "change = \"genesis\"",
        "change = \"genesis\"\nnext = 2027-01-14T15:00:00Z",
        "line 8, column 8, field ceremony.next: the next ceremony is not after this one",
        "Write when the ceremony after this one is held, or leave `next` out.",
    );
}

#[test]
fn a_blank_left_by_the_template() {
    refuses(
        "name = \"Ada\"",
        "name = \"FILL-IN\"",
        "line 10, column 9, field holder.ada.name: still says FILL-IN",
        "Replace each by what the comment above it asks for.",
    );
    let two = GOOD.replace("\"Ada\"", "\"FILL-IN\"").replace("serial = \"77\"", "serial = \"# FILL-IN\"");
    refuses_text(
        two.as_bytes(),
        "line 10, column 9, field holder.ada.name: still says FILL-IN, as do 2 lines in all: 10, 38",
        "Replace each by what the comment above it asks for.",
    );
}

#[test]
fn a_file_over_its_limit() {
    let filler = "#".repeat(LIMIT - GOOD.len());
    assert!(Policy::parse(format!("{GOOD}{filler}").as_bytes()).is_ok(), "1 MiB exactly is allowed");
    refuses_text(
        format!("{GOOD}{filler}#").as_bytes(),
        "line 1, column 1: the file has 1048577 bytes, and the limit is 1048576",
        "A ceremony.toml is a page or two; check that this is the right file.",
    );
}

#[test]
fn a_file_that_is_not_utf8() {
    let latin1 = [&b"[ceremony]\nid = \"Cl"[..], &[0xe9], b"o\""].concat();
    refuses_text(
        &latin1,
        "line 2, column 9, field ceremony.id: here is a byte that is not UTF-8",
        "Save the file as UTF-8 text.",
    );
}

#[test]
fn a_change_that_is_none() {
    refuses(
        "change = \"genesis\"",
        "change = \"update\"",
        r#"line 7, column 10, field ceremony.change: "update" is not a kind of change"#,
        "Write genesis, refresh, rotate or revoke.",
    );
}

#[test]
fn a_genesis_with_a_trusted_root() {
    let trusted = format!("[trusted]\nroot = \"r\"\nsha256 = \"{}\"\n[holder.ada]", "ab".repeat(32));
    refuses(
        "[holder.ada]",
        &trusted,
        "line 10, column 8, field trusted.root: a genesis has no trusted root",
        "Remove [trusted], or declare a refresh, rotate or revoke.",
    );
}

#[test]
fn a_rotation_without_a_trusted_root() {
    refuses(
        "change = \"genesis\"",
        "change = \"rotate\"",
        "line 7, column 10, field ceremony.change: a rotate needs the root that the world trusts today",
        "Add [trusted] with root and sha256, or start with `new DIR --trusted ROOT.json`.",
    );
}

#[test]
fn a_trusted_root_without_a_digest() {
    let upper = revocation().replace(&"ab".repeat(32), &"AB".repeat(32));
    refuses_text(
        upper.as_bytes(),
        "line 11, column 10, field trusted.sha256: is not a SHA-256 digest",
        "Write the 64 lower-case hex digits that `sha256sum` prints.",
    );
}

#[test]
fn a_revocation_that_does_not_fit_the_change() {
    let rotate = revocation().replace("change = \"revoke\"", "change = \"rotate\"");
    refuses_text(
        rotate.as_bytes(),
        "line 7, column 10, field ceremony.change: a rotate has no [[revoke]], and here are 1",
        r#"Use change = "revoke" exactly when keys are listed under [[revoke]]."#,
    );
    let revoke = revocation();
    let (before, after) = revoke.split_once("[[revoke]]").unwrap();
    let none = format!("{before}[[waiver]]{}", after.split_once("[[waiver]]").unwrap().1);
    refuses_text(
        none.as_bytes(),
        "line 7, column 10, field ceremony.change: a revoke needs [[revoke]]",
        r#"Use change = "revoke" exactly when keys are listed under [[revoke]]."#,
    );
}

#[test]
fn a_revocation_that_cannot_be_meant() {
    let text = revocation();
    let unknown = text.replace("key = \"old-online\"", "key = \"olt-online\"");
    refuses_text(
        unknown.as_bytes(),
        r#"line 95, column 7, field revoke.key: there is no key "olt-online""#,
        r#"Did you mean "old-online"?"#,
    );
    let reason = text.replace("\"compromised\"", "\"stolen\"");
    refuses_text(
        reason.as_bytes(),
        r#"line 96, column 10, field revoke.reason: "stolen" is not a reason for revocation"#,
        "Write compromised, lost or retired.",
    );
    let twice = text.replace("[[waiver]]", "[[revoke]]\nkey = \"old-online\"\nreason = \"lost\"\n[[waiver]]");
    refuses_text(
        twice.as_bytes(),
        r#"line 100, column 7, field revoke.key: the key "old-online" is revoked twice"#,
        "Keep the entry with the graver reason.",
    );
}

#[test]
fn a_waiver_without_an_end() {
    for end in ["\"never\"", "2027-02-01T18:30:00", "\"20270201\"", "20270201"] {
        refuses(
            "until = 2027-02-01\n",
            &format!("until = {end}\n"),
            "line 89, column 9, field waiver.until: is not a date",
            "Write for example 2027-02-01.",
        );
    }
}

#[test]
fn a_delegation_that_cannot_work() {
    refuses(
        "paths = [\"nightly/*\", \"nightly/*/*\"]",
        "paths = []",
        "line 80, column 13, field delegation.nightly: delegates no path",
        r#"Add paths = ["…"]."#,
    );
    refuses(
        "[delegation.nightly]",
        "[delegation.root]",
        "line 80, column 13, field delegation.root: is the name of a top-level role",
        "Give the delegation another name.",
    );
}

#[test]
fn a_specification_that_is_another() {
    refuses(
        "change = \"genesis\"",
        "change = \"genesis\"\nspec_version = \"2.0.0\"",
        r#"line 8, column 16, field ceremony.spec_version: "2.0.0" is not a version of specification 1"#,
        r#"Write for example "1.0.31"."#,
    );
}
