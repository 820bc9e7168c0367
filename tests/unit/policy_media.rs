//! `ceremony.toml`: media and sets, and that what is for some and what is for all never share a medium.

use tuf_ceremony::policy::{Contents, Existing, MediumPlan, MediumRole, Policy, SetPlan};

use crate::policy_fixture::{GOOD, refuses_text};

const MEDIA: &str = r#"
[media.inbox]
role = "in"
label = "TUF-IN"

[media.carrier]
role = "out"
label = "TUF-OUT"
serial = "1234-ABCD"

[media.safe]
role = "backup"
label = "TUF-SAFE"

[set.website]
contents = "online"
media = ["carrier"]
existing = "keep"

[set.everything]
contents = "restore"
media = ["safe"]
existing = "refuse"
"#;

/// Asserts that the plan is refused with one change of what it says about media.
#[track_caller]
fn refuses(old: &str, new: &str, what: &str, mend: &str) {
    assert_eq!(MEDIA.matches(old).count(), 1, "{old}");
    let text = format!("{GOOD}{}", MEDIA.replace(old, new));
    let line = text.lines().position(|line| line.contains(new.lines().last().unwrap())).unwrap() + 1;
    let error = Policy::parse(text.as_bytes()).unwrap_err();
    assert_eq!((error.line, error.what.as_str(), error.mend.as_str()), (line, what, mend));
}

#[test]
fn media_and_sets_are_read() {
    let policy = Policy::parse(format!("{GOOD}{MEDIA}").as_bytes()).unwrap();
    let carrier = MediumPlan {
        role: MediumRole::Out,
        label: "TUF-OUT".to_owned(),
        serial: Some("1234-ABCD".to_owned()),
    };
    assert_eq!(policy.media["carrier"], carrier);
    assert_eq!(policy.media.keys().collect::<Vec<_>>(), ["carrier", "inbox", "safe"]);
    let everything = SetPlan {
        contents: Contents::Restore,
        media: vec!["safe".to_owned()],
        existing: Existing::Refuse,
        encrypted: false,
    };
    assert_eq!(policy.sets["everything"], everything);
    let text = format!("{GOOD}{MEDIA}encrypt = \"passphrase\"\n");
    let encrypted = Policy::parse(text.as_bytes()).unwrap();
    assert_eq!(encrypted.sets["everything"], SetPlan { encrypted: true, ..everything });
    assert!(!encrypted.sets["website"].encrypted);
    let without = Policy::parse(GOOD.as_bytes()).unwrap();
    assert!(without.media.is_empty() && without.sets.is_empty());
}

#[test]
fn what_restores_and_what_everybody_sees_share_no_medium() {
    let mend = "What only those who restore may have, and what everybody may see, never share a medium: use another.";
    refuses(
        r#"media = ["safe"]"#,
        r#"media = ["safe", "carrier"]"#,
        r#""restore" contents go to media of the role "backup", and "carrier" has the role "out""#,
        mend,
    );
    refuses(
        r#"media = ["carrier"]"#,
        r#"media = ["inbox"]"#,
        r#""online" contents go to media of the role "out", and "inbox" has the role "in""#,
        mend,
    );
    // Nor do two media that only their case tells apart.
    refuses(
        r#"label = "TUF-SAFE""#,
        r#"label = "tuf-out""#,
        r#""tuf-out" is the label of another medium, too"#,
        "Give each medium a label of its own.",
    );
}

#[test]
fn wrapped_backups_have_media_of_their_own() {
    let vault = r#"
[media.vault]
role = "backup"
label = "TUF-VAULT"

[set.devices]
contents = "wrapped"
media = ["vault"]
existing = "refuse"

[set.devices-again]
contents = "wrapped"
media = ["vault"]
existing = "keep"
"#;
    let policy = Policy::parse(format!("{GOOD}{MEDIA}{vault}").as_bytes()).unwrap();
    assert_eq!(policy.sets["devices"].contents, Contents::Wrapped);
    let shared = vault.replacen(r#"["vault"]"#, r#"["vault", "safe"]"#, 1);
    let error = Policy::parse(format!("{GOOD}{MEDIA}{shared}").as_bytes()).unwrap_err();
    assert_eq!(error.what, r#""safe" takes the set "everything", too"#);
    assert_eq!(error.mend, "Wrapped backups have media of their own: add another [media.NAME] for them.");
    let public = vault.replacen(r#"["vault"]"#, r#"["carrier"]"#, 1);
    let error = Policy::parse(format!("{GOOD}{MEDIA}{public}").as_bytes()).unwrap_err();
    assert_eq!(
        error.what,
        r#""wrapped" contents go to media of the role "backup", and "carrier" has the role "out""#
    );
}

#[test]
fn mistakes_in_media() {
    refuses(
        r#"role = "in""#,
        r#"role = "inn""#,
        r#""inn" is not the role of a medium"#,
        "Write one of: in, out, backup.",
    );
    refuses(
        r#"label = "TUF-IN""#,
        r#"label = "TUF IN""#,
        r#""TUF IN" cannot be used as a name"#,
        "Use up to 64 letters, digits, '-', '_' and '.', beginning with a letter or digit.",
    );
    refuses(
        r#"label = "TUF-IN""#,
        r#"label = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456""#,
        "is too long for a label",
        "Use up to 32 characters; FAT and exFAT have 11, ext4 has 16.",
    );
    let text = format!("{GOOD}{}", MEDIA.replace("role = \"in\"", "role = \"in\"\nkind = \"usb\""));
    refuses_text(
        text.as_bytes(),
        "line 93, column 1, field media.inbox.kind: unknown field `kind`, expected one of `role`, `label`, `serial`",
        "Remove it, or look up its place: `tuf-ceremony new DIR --template minimal` writes a commented example.",
    );
}

#[test]
fn mistakes_in_sets() {
    refuses(
        r#"contents = "online""#,
        r#"contents = "secrets""#,
        r#""secrets" is not what a set contains"#,
        "Write one of: restore, online, digests, requests, wrapped.",
    );
    refuses(
        r#"existing = "keep""#,
        r#"existing = "overwrite""#,
        r#""overwrite" is not what becomes of what is there"#,
        "Write one of: keep, refuse.",
    );
    refuses(
        r#"existing = "keep""#,
        "existing = \"keep\"\nencrypt = \"true\"",
        r#""true" is not what a set is encrypted with"#,
        "Write one of: passphrase.",
    );
    refuses(
        r#"media = ["safe"]"#,
        r#"media = ["safee"]"#,
        r#"there is no media "safee""#,
        r#"Did you mean "safe"?"#,
    );
    refuses(
        r#"media = ["safe"]"#,
        r#"media = ["safe", "safe"]"#,
        r#"the medium "safe" is listed twice"#,
        "Remove one of the two.",
    );
    let text = format!("{GOOD}{}", MEDIA.replace(r#"media = ["safe"]"#, "media = []"));
    let error = Policy::parse(text.as_bytes()).unwrap_err();
    assert_eq!((error.what.as_str(), error.mend.as_str()), ("goes to no medium", "Add media = [\"…\"]."));
}
