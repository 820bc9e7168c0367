//! Manifests, and names that can be carried.

use proptest::prelude::*;
use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::media::manifest::{Manifest, Trouble};
use tuf_ceremony::media::names::{clash, trouble, trouble_anywhere, trouble_on_fat};

#[test]
fn what_is_written_is_read() {
    let about = vec![("set".to_owned(), "online".to_owned()), ("label".to_owned(), "TUF-OUT".to_owned())];
    let files = [("a".to_owned(), Sha256Digest::of(b"a")), ("b/ä c".to_owned(), Sha256Digest::of(b"b"))];
    let manifest = Manifest { about, files: files.into_iter().collect() };
    let text = manifest.to_bytes();
    assert_eq!(Manifest::parse(&text).unwrap(), manifest);
    let (a, b) = (Sha256Digest::of(b"a"), Sha256Digest::of(b"b"));
    assert_eq!(
        String::from_utf8(text).unwrap(),
        format!("# set: online\n# label: TUF-OUT\n{a}  a\n{b}  b/ä c\n")
    );
    assert_eq!((manifest.about("set"), manifest.about("date")), (Some("online"), None));
}

#[test]
fn the_forms_of_sha256sum_are_read() {
    let digest = Sha256Digest::of(b"x");
    let text = format!("#a comment\n{digest} *binary\r\n{digest}  ./here\n{digest}  two  blanks\n");
    let manifest = Manifest::parse(text.as_bytes()).unwrap();
    assert_eq!(manifest.files.keys().collect::<Vec<_>>(), ["binary", "here", "two  blanks"]);
    assert!(manifest.about.is_empty());
}

#[test]
fn names_that_cannot_be_carried() {
    for good in ["a", "a/b", "a..", "ä.json", "1.root.json", "blank blank"] {
        assert_eq!(trouble(good), None, "{good}");
    }
    for bad in [
        "",
        "/a",
        "a/",
        "../a",
        "a/..",
        ".",
        "./a",
        ".a",
        "a/.b",
        "a\nb",
        "a\\b",
        "a\u{7f}",
        "\u{feff}a",
        &"a".repeat(256),
    ] {
        assert!(trouble(bad).is_some(), "{bad:?}");
    }
    for bad in ["a:b", "what?", "a/b*", "\"a\"", "end.", "end ", "dot./a"] {
        assert_eq!((trouble(bad), trouble_on_fat(bad).is_some()), (None, true), "{bad:?}");
    }
    assert_eq!(trouble_on_fat("a/b.c"), None);
    for bad in ["CON", "con.txt", "a/nul", "Com1.json", "lpt\u{b2}", "aux .x"] {
        assert!(trouble_on_fat(bad).is_some(), "{bad:?}");
    }
    for good in ["console", "com", "com10", "nul1", "a.con"] {
        assert_eq!(trouble_anywhere(good), None, "{good:?}");
    }
    assert_eq!(trouble(&"a/".repeat(15)), Some("has an empty name in its path"));
    assert_eq!(trouble(&format!("{}a", "a/".repeat(15))), None);
    assert_eq!(trouble(&format!("{}a", "a/".repeat(16))), Some("lies in too many folders"));
    assert_eq!((trouble(&"a".repeat(161)), trouble_anywhere(&"a".repeat(160))), (None, None));
    assert!(trouble_anywhere(&"a".repeat(161)).is_some());
    let pair = |one: &str, other: &str| Some((one.to_owned(), other.to_owned()));
    assert_eq!(clash(["a/x", "A/y"]), pair("a", "A"));
    assert_eq!(clash(["Ä", "ä"]), pair("Ä", "ä"));
    assert_eq!(clash(["a", "a/b"]), pair("a", "a/b"));
    assert_eq!(clash(["a/x", "a/y", "b"]), None);
    // Blanks and full stops sort before the slash.
    assert_eq!(clash(["a", "a b", "a.b", "a-/c", "b"]), None);
    assert_eq!(clash(["a", "a b", "a.b", "a/c", "b"]), pair("a", "a/c"));
    assert_eq!(clash(["x/\u{fc}/1", "x/u\u{308}/2"]), pair("x/\u{fc}", "x/u\u{308}"));
    assert_eq!(clash(["\u{212a}", "k"]), pair("\u{212a}", "k"));
}

#[test]
fn upper_case_digests_are_read_and_blank_lines_named() {
    let digest = Sha256Digest::of(b"x");
    let text = format!("{}  a\n", digest.to_hex().to_uppercase());
    assert_eq!(Manifest::parse(text.as_bytes()).unwrap().files["a"], digest);
    for blank in ["\n", "  \n", "\r\n"] {
        let form = Trouble::Form { line: 2, what: "it is blank".to_owned() };
        assert_eq!(Manifest::parse(format!("{text}{blank}").as_bytes()), Err(form));
    }
}

/// What made one use a gigabyte of memory.
#[test]
fn a_manifest_of_deep_paths_is_refused_for_them() {
    let digest = Sha256Digest::of(b"x");
    let lines: String = (0..3700).map(|number| format!("{digest}  {}{number}\n", "d/".repeat(500))).collect();
    let Err(Trouble::Names(refused)) = Manifest::parse(lines.as_bytes()) else { panic!("{lines:.200}") };
    assert_eq!(refused.len(), 3700);
    assert!(refused.iter().all(|one| one.ends_with(" lies in too many folders")));
}

proptest! {
    /// What is accepted can be carried, whatever the manifest is made of.
    #[test]
    fn no_manifest_leads_astray(lines in prop::collection::vec("(#|\\\\)?[0-9a-f]{62,64}[ *]{1,2}[a-cA/.\\\\\u{0}-\u{20}ä]{0,6}\n?", 0..4)) {
        match Manifest::parse(lines.concat().as_bytes()) {
            Ok(manifest) => {
                for name in manifest.files.keys() {
                    prop_assert_eq!(trouble(name), None);
                }
                prop_assert_eq!(Manifest::parse(&manifest.to_bytes()).map(|again| again.files), Ok(manifest.files));
            }
            Err(Trouble::Names(refused)) => prop_assert!(!refused.is_empty()),
            Err(Trouble::Form { line, .. }) => prop_assert!(line > 0),
        }
    }
}
