use proptest::prelude::*;
use tuf_ceremony::console::fold::fold;

#[test]
fn what_fits_is_left_alone() {
    assert_eq!(fold("one two\n  three\n", 10), "one two\n  three\n");
}

#[test]
fn lines_break_between_words_and_keep_their_margin() {
    assert_eq!(fold("error: the token is not here", 14), "error: the\n  token is not\n  here");
    assert_eq!(fold("  next: insert it", 12), "  next:\n    insert\n    it");
}

#[test]
fn a_word_that_is_too_long_is_broken_behind_the_margin() {
    assert_eq!(fold("a 0123456789abcdef z", 8), "a\n  012345\n  6789ab\n  cdef z");
}

#[test]
fn wide_characters_count_for_two() {
    assert_eq!(fold("\u{6f22}\u{5b57} \u{6f22}\u{5b57}", 8), "\u{6f22}\u{5b57}\n  \u{6f22}\u{5b57}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn no_word_is_lost(text in "[a-z \n]{0,80}", width in 20_usize..40) {
        let folded = fold(&text, width);
        prop_assert!(folded.split_whitespace().eq(text.split_whitespace()));
        prop_assert!(folded.lines().all(|line| line.len() <= width || line.split_whitespace().count() <= 1));
    }
}
