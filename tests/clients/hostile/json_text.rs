//! What JSON allows around and inside values, and what it does not.

use tuf_ceremony::json::Json;

use crate::repository::{PARTS, Repository};
use crate::text::{prepend, swap};
use crate::tree::{nested, set};
use crate::variant::{Collector, Verdict};

pub fn add(list: &mut Collector) {
    for part in PARTS {
        whole_file(list, part);
    }
    space(list);
    strings(list);
    depth(list);
}

fn text(
    list: &mut Collector,
    name: &str,
    verdict: Verdict,
    why: &str,
    edit: impl FnOnce(&mut Vec<u8>) + 'static,
) {
    list.add(format!("text-{name}"), verdict, why, |repository| repository.timestamp.text(edit));
}

fn whole_file(list: &mut Collector, part: &'static str) {
    let syntax = "4.1: the data format is JSON (RFC 8259); this is none";
    let mut add = |name: &str, why, edit: fn(&mut Vec<u8>)| {
        list.refused(format!("text-{name}-{part}"), why, |repository| repository.part(part).text(edit));
    };
    add("bom", "house: a byte order mark is refused (RFC 8259 section 8.1)", |text| {
        prepend(text, b"\xef\xbb\xbf")
    });
    add("trailing-object", "house: trailing data is refused", |text| text.extend(b"{}\n"));
    add("empty", syntax, |text| text.clear());
    add("truncated-at-1", syntax, |text| text.truncate(1));
    add("truncated-in-the-middle", syntax, |text| text.truncate(text.len() / 2));
    add("without-last-brace", syntax, |text| text.truncate(text.len() - 2));
}

fn space(list: &mut Collector) {
    use Verdict::{Accepted, Refused};
    let allowed = "RFC 8259 section 2: white space around tokens means nothing";
    let syntax = "4.1: the data format is JSON (RFC 8259); this is none";
    text(list, "leading-space", Accepted, allowed, |text| prepend(text, b" \t\r\n"));
    text(list, "trailing-space", Accepted, allowed, |text| text.extend(b" \t\r\n\n"));
    text(list, "no-final-newline", Accepted, allowed, |text| {
        text.pop();
    });
    text(list, "crlf", Accepted, allowed, |text| {
        *text = String::from_utf8_lossy(text).replace('\n', "\r\n").into_bytes();
    });
    text(list, "compact", Accepted, allowed, |text| {
        *text = Json::parse(text, usize::MAX).unwrap().canonical();
    });
    text(list, "order-of-names", Accepted, "RFC 8259 section 4: objects are unordered", |text| {
        swap(text, "{", "{\"x-first\": 1,");
    });
    text(list, "leading-form-feed", Refused, syntax, |text| prepend(text, b"\x0c"));
    text(list, "leading-no-break-space", Refused, syntax, |text| prepend(text, "\u{a0}"));
    text(list, "leading-nul", Refused, syntax, |text| prepend(text, b"\0"));
    text(list, "trailing-nul", Refused, "house: trailing data is refused", |text| text.push(0));
    text(list, "trailing-comma", Refused, syntax, |text| swap(text, "\"version\": 7", "\"version\": 7,"));
    text(list, "comment", Refused, syntax, |text| prepend(text, b"/* */"));
    text(list, "line-comment", Refused, syntax, |text| prepend(text, b"// \n"));
    text(list, "single-quotes", Refused, syntax, |text| swap(text, "\"version\"", "'version'"));
    text(list, "unquoted-name", Refused, syntax, |text| swap(text, "\"version\"", "version"));
    text(list, "two-texts", Refused, "house: trailing data is refused", |text| text.extend(text.clone()));
    text(list, "utf-16", Refused, "RFC 8259 section 8.1: UTF-8 only", |text| {
        *text = text.iter().flat_map(|byte| [*byte, 0]).collect();
    });
    for (name, whole) in
        [("null", "null"), ("array", "[]"), ("object", "{}"), ("string", "\"signed\""), ("number", "7")]
    {
        text(list, &format!("only-{name}"), Refused, "4.2.1: signed and signatures", |text| {
            *text = whole.into()
        });
    }
}

fn strings(list: &mut Collector) {
    use Verdict::{Accepted, Refused};
    let escapes = "RFC 8259 section 7: escapes are another spelling of the same string";
    let utf8 = "RFC 8259 section 8.1: UTF-8 only";
    let raw = "RFC 8259 section 7: control characters must be escaped";
    let lone = "house: lone surrogates are refused (RFC 8259 section 8.2)";
    text(list, "escape-in-name", Accepted, escapes, |text| swap(text, "\"expires\"", "\"\\u0065xpires\""));
    text(list, "escape-in-type", Accepted, escapes, |text| {
        swap(text, "\"timestamp\"", "\"\\u0074imestamp\"")
    });
    text(list, "escape-unknown", Refused, raw, |text| swap(text, "\"timestamp\"", "\"\\timestamp\\q\""));
    let noted = |list: &mut Collector,
                 name: &str,
                 verdict,
                 why: &str,
                 signed: &'static str,
                 written: &'static [u8]| {
        list.add(format!("text-{name}"), verdict, why, |repository| {
            repository.timestamp.edit(move |tree| set(tree, &["x-note"], signed));
            repository.timestamp.text(move |text| {
                let found = Json::from(signed).to_disk();
                let found = String::from_utf8(found).unwrap();
                swap(text, &format!("\"x-note\": {}", found.trim_end()), [b"\"x-note\": ", written].concat());
            });
        });
    };
    noted(list, "escaped-letter", Accepted, escapes, "A", br#""\u0041""#);
    noted(list, "escaped-solidus", Accepted, escapes, "a/b", br#""a\/b""#);
    noted(list, "escape-upper-case-hex", Accepted, escapes, "\u{e9}", br#""\u00E9""#);
    noted(
        list,
        "literal-utf-8",
        Accepted,
        "4.1: canonical JSON has literal UTF-8",
        "\u{e9}",
        "\"\u{e9}\"".as_bytes(),
    );
    noted(list, "surrogate-pair", Accepted, escapes, "\u{1f511}", br#""\ud83d\udd11""#);
    noted(list, "not-nfc", Accepted, "silent: nothing is normalised", "e\u{301}", "\"e\u{301}\"".as_bytes());
    noted(
        list,
        "noncharacter",
        Accepted,
        "silent: any code point may stand in a string",
        "\u{ffff}",
        br#""\uffff""#,
    );
    noted(list, "line-separator", Accepted, "RFC 8259 section 7", "\u{2028}", "\"\u{2028}\"".as_bytes());
    noted(list, "delete", Accepted, "RFC 8259 section 7", "\u{7f}", b"\"\x7f\"");
    noted(list, "escaped-newline", Accepted, "4.1: canonical JSON has it literally", "a\nb", br#""a\nb""#);
    noted(list, "escaped-nul", Accepted, "silent: canonical JSON has it literally", "a\0b", br#""a\u0000b""#);
    noted(
        list,
        "quote-and-backslash",
        Accepted,
        "4.1: canonical JSON escapes only these",
        "\"\\",
        br#""\"\\""#,
    );
    noted(list, "lone-high-surrogate", Refused, lone, "x", br#""\ud83d""#);
    noted(list, "lone-low-surrogate", Refused, lone, "x", br#""\udd11""#);
    noted(list, "reversed-surrogates", Refused, lone, "x", br#""\udd11\ud83d""#);
    noted(list, "high-surrogate-and-letter", Refused, lone, "x", br#""\ud83dA""#);
    noted(list, "raw-newline", Refused, raw, "a\nb", b"\"a\nb\"");
    noted(list, "raw-nul", Refused, raw, "a\0b", b"\"a\0b\"");
    noted(list, "latin-1", Refused, utf8, "\u{e9}", b"\"\xe9\"");
    noted(list, "overlong-utf-8", Refused, utf8, "/", b"\"\xc0\xaf\"");
    noted(list, "surrogates-in-utf-8", Refused, utf8, "\u{1f511}", b"\"\xed\xa0\xbd\xed\xb4\x91\"");
    noted(list, "beyond-unicode", Refused, utf8, "x", b"\"\xf4\x90\x80\x80\"");
    noted(list, "short-escape", Refused, "RFC 8259 section 7: four hex digits", "x", br#""\u41""#);
}

fn depth(list: &mut Collector) {
    // The file and `signed` are the first two levels.
    list.accepted("depth-127", "house: nesting up to 127 levels is read", |repository| {
        repository.timestamp.edit(|signed| set(signed, &["x-deep"], nested(125)));
    });
    list.refused("depth-128", "house: nesting over 127 levels is refused", |repository| {
        repository.timestamp.edit(|signed| set(signed, &["x-deep"], nested(126)));
    });
    deep(list, "arrays", "[", "]");
    deep(list, "objects", "{\"a\":", "}");
    list.refused("depth-100000-unclosed", "house: nesting over 127 levels is refused", |repository| {
        repository.timestamp.text(|text| *text = "[".repeat(100_000).into());
    });
}

fn deep(list: &mut Collector, name: &str, open: &'static str, close: &'static str) {
    let change = |repository: &mut Repository| {
        repository.timestamp.text(move |text| {
            let deep = [&open.repeat(100_000), "0", &close.repeat(100_000)].concat();
            swap(text, "{", format!("{{\"x-deep\": {deep},"));
        });
    };
    list.refused(format!("depth-100000-{name}"), "house: nesting over 127 levels is refused", change);
}
