//! The scripts that come with the program: what they tell people to do and to expect.

use tuf_ceremony::ceremony::start::{script, scripts};

fn text(name: &str) -> String {
    script(name).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_script_says_how_many_signatures_suffice() {
    for name in scripts().into_iter().filter(|name| text(name).contains("release ```")) {
        let text = text(name).to_lowercase();
        assert!(text.contains("sign --key"), "{name}");
        assert!(
            text.contains("ot everybody has to sign") && text.contains("`status` says"),
            "{name}: {text}"
        );
    }
}

/// The key of a service signs also where another key is the one in doubt.
#[test]
fn the_online_key_need_not_be_new() {
    for name in ["compromise", "new-beginning"] {
        assert!(text(name).contains("The online key, be it new or the one that stays, signs"), "{name}");
    }
}

/// `review` has nothing to compare a first root with.
#[test]
fn nobody_is_told_to_read_what_is_not_shown() {
    let text = text("new-beginning");
    assert!(!text.contains("nothing else has changed"), "{text}");
    assert!(text.contains("is in `plan`"), "{text}");
}
