//! `host::display::visible`: what a device or a file says cannot steer the screen.

use tuf_ceremony::host::display::visible;

#[test]
fn ordinary_text_is_left_alone() {
    for text in ["", "ada-yubihsm", "Größe 中文 ключ", "a\"b\\c'd", "🔑", "  padded  "] {
        assert_eq!(visible(text), text);
    }
}

#[test]
fn terminal_escapes_are_shown_not_obeyed() {
    assert_eq!(visible("card\u{1b}[2J"), "card\\u{1b}[2J");
    assert_eq!(visible("a\r\nb\tc"), "a\\u{d}\\u{a}b\\u{9}c");
    // C1: the one-byte form of the same escape (CSI).
    assert_eq!(visible("\u{9b}31m"), "\\u{9b}31m");
    assert_eq!(visible("\u{7f}\0"), "\\u{7f}\\u{0}");
}

#[test]
fn reordering_is_shown_not_obeyed() {
    for c in (0x202a..=0x202e).chain(0x2066..=0x2069).chain([0x200e, 0x200f, 0x61c]) {
        let c = char::from_u32(c).unwrap();
        assert_eq!(visible(&format!("a{c}b")), format!("a\\u{{{:x}}}b", c as u32));
    }
}

#[test]
fn strings_that_differ_invisibly_no_longer_look_alike() {
    let invisible = (0x200b..=0x200d)
        .chain([0xad, 0x2028, 0x2029, 0x2060, 0x2800, 0x3164, 0xfe0f, 0xfeff, 0xe0001, 0xe0041]);
    for c in invisible {
        let c = char::from_u32(c).unwrap();
        let shown = visible(&format!("root{c}"));
        assert_ne!(shown, "root");
        assert!(shown.is_ascii(), "{shown}");
    }
}

#[test]
fn one_of_a_thing_is_no_plural() {
    use tuf_ceremony::host::display::count;
    assert_eq!(
        [count(0, "key"), count(1_i64, "key"), count(2_usize, "further role")],
        ["0 keys", "1 key", "2 further roles"]
    );
    assert_eq!(count(u64::MAX, "byte"), format!("{} bytes", u64::MAX));
}

/// What is pasted is one word, and the file that was meant.
#[test]
fn a_file_in_a_command_is_one_word() {
    use tuf_ceremony::host::display::word;
    for plain in ["c", "/mnt/stick-1/ada.response.json", "Größe.json"] {
        assert_eq!(word(plain), plain);
    }
    for name in [
        "my stick",
        "a'b",
        "$(reboot)",
        "a;b",
        "a&b",
        "`a`",
        "*",
        "~",
        "#a",
        "a\\b",
        "a\"b",
        "a>b",
        "!1",
        "{a,b}",
        "",
    ] {
        let quoted = word(name);
        assert_eq!(shell_words::split(&quoted).unwrap(), [name], "{quoted}");
        let printed =
            std::process::Command::new("sh").arg("-c").arg(format!("printf %s {quoted}")).output().unwrap();
        assert_eq!(String::from_utf8(printed.stdout).unwrap(), name, "{quoted}");
    }
    assert_eq!(word("-C"), "./-C");
    assert_eq!(word("-my stick"), "'./-my stick'");
    // It goes to a screen: what is not fit to be shown is not pasted either.
    assert_eq!(word("a\u{1b}[2J b"), "'a\\u{1b}[2J b'");
}

#[test]
fn what_is_not_drawn_is_shown() {
    // Unicode's Default_Ignorable_Code_Point beyond the ones above, format characters, private use, noncharacters.
    for c in "\u{17b5}\u{180b}\u{180f}\u{fff3}\u{13430}\u{1bca0}\u{1d173}\u{e000}\u{fdd0}\u{ffff}\u{f0000}\u{10ffff}".chars() {
        assert_eq!(visible(&format!("Ada{c}")), format!("Ada\\u{{{:x}}}", c as u32));
    }
}
