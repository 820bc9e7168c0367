//! `host::brief`: foreign text in a sentence is fit to show, and never long.

use tuf_ceremony::host::brief::{brief, cut};

#[test]
fn what_is_short_is_left_as_it_is() {
    let full = "n".repeat(100);
    for text in ["", "rehearsal-1", "Größe", &full] {
        assert_eq!(brief(text), text);
    }
    assert_eq!(brief("a\u{1b}[2J"), "a\\u{1b}[2J");
}

#[test]
fn what_is_long_has_its_beginning_and_its_end() {
    assert_eq!(
        brief(&format!("{}{}", "a".repeat(60), "b".repeat(60))),
        format!("{}…{}", "a".repeat(50), "b".repeat(50))
    );
    assert_eq!(cut("abcdef", 4), "ab…ef");
    // Escapes count as they are shown.
    for hostile in ["\u{202e}".repeat(100), "\u{1b}".repeat(1 << 20)] {
        let shown = brief(&hostile);
        assert!(shown.chars().count() == 101 && shown.starts_with("\\u{") && shown.ends_with('}'), "{shown}");
    }
}
