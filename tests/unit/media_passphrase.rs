//! Passphrases: what is refused of what somebody chose, and why.

use tuf_ceremony::host::secret::Secret;
use tuf_ceremony::media::passphrase::{FEWEST, MOST, Passphrase};

fn refusal(typed: &str) -> Option<String> {
    let chosen = Passphrase::chosen(Secret::new(typed.as_bytes().to_vec()));
    chosen.err().map(|error| error.to_string())
}

#[test]
fn what_cannot_be_guessed_and_can_be_typed_again_is_accepted() {
    for good in ["correct horse battery staple", "0123456789abcde", "!\"#$%&'()*+,-./~"] {
        assert_eq!(refusal(good), None);
    }
    assert_eq!(refusal(&"ab".repeat(MOST / 2)), None);
}

#[test]
fn what_is_short_or_cannot_be_typed_again_is_refused() {
    let other =
        "the passphrase has characters other than the letters a to z, digits, spaces and the signs of ASCII";
    let spaces = "the passphrase begins or ends with a space, which nobody sees on paper";
    for (bad, what) in [
        ("", "the passphrase has 0 characters, and 15 are the fewest"),
        ("0", "the passphrase has 1 character, and 15 are the fewest"),
        ("0123456789abcd", "the passphrase has 14 characters, and 15 are the fewest"),
        ("ein schöner langer Satz", other),
        ("a tab\tis not seen at all", other),
        (" correct horse battery staple", spaces),
        ("correct horse battery staple ", spaces),
        ("aaaaaaaaaaaaaaaaaaaa", "the passphrase is one character, repeated"),
    ] {
        assert_eq!(refusal(bad).as_deref(), Some(what), "{bad:?}");
    }
    assert_eq!(
        refusal(&"ab".repeat(MOST / 2 + 1)).as_deref(),
        Some("the passphrase has more than 256 characters")
    );
    // Not a word of it is in the refusal.
    let secret = "geheimnisse";
    assert!(secret.len() < FEWEST && !refusal(secret).unwrap().contains(secret));
}
