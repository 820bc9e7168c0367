//! What strict JSON is and is not, as a table: each text with its tree, or with what was found and where.

use tuf_ceremony::json::Json;
use tuf_ceremony::json::strict::{self, Lapse, Tolerance};

const NOT_AN_INTEGER: &str =
    "a number that is not a plain integer (fraction, exponent, -0, or beyond 64 bits)";
const CONTROL: &str = "control character (\\u0000-\\u001F) found while parsing a string";
const NOT_UTF8: &str = "invalid unicode code point";
const LONE_HIGH: &str = "unexpected end of hex escape";
const LONE_LOW: &str = "lone leading surrogate in hex escape";
const TWICE: &str = "the name \"a\" a second time in one object";
const NO_LIMIT: usize = usize::MAX;

fn tree(text: &str) -> Json {
    Json::parse(text.as_bytes(), NO_LIMIT).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn refusal(text: &[u8]) -> (String, usize, usize) {
    let shown = String::from_utf8_lossy(text);
    let error = Json::parse(text, NO_LIMIT).expect_err(&shown);
    assert_eq!(error.to_string(), format!("{} at line {}, column {}", error.what, error.line, error.column));
    (error.what, error.line, error.column)
}

/// Each text is refused for this reason, on line 1, at this column.
fn refused(table: &[(&str, &str, usize)]) {
    for (text, what, column) in table {
        assert_eq!(refusal(text.as_bytes()), ((*what).to_owned(), 1, *column), "{text:?}");
    }
}

#[test]
fn every_kind_of_value_is_read() {
    for (text, expected) in [
        ("null", Json::Null),
        ("true", Json::Bool(true)),
        (" false\r\n\t", Json::Bool(false)),
        ("0", Json::Int(0)),
        ("-1", Json::Int(-1)),
        ("\"\"", Json::from("")),
        ("[]", Json::Arr(vec![])),
        ("{}", Json::object([])),
        ("[1,[\"a\"]]", Json::Arr(vec![Json::Int(1), Json::strings(["a"])])),
        ("{\"\":{\"b\":null}}", Json::object([("", Json::object([("b", Json::Null)]))])),
        // A name that serde_json gives a meaning of its own when a dependency turns on `arbitrary_precision`.
        (
            "{\"$serde_json::private::Number\":\"1.5\"}",
            Json::object([("$serde_json::private::Number", Json::from("1.5"))]),
        ),
    ] {
        assert_eq!(tree(text), expected, "{text}");
    }
}

#[test]
fn control_characters_are_read_when_escaped_and_refused_when_raw() {
    for code in 0..0x20_u8 {
        let character = char::from(code);
        assert_eq!(tree(&format!("\"\\u{code:04x}\"")), Json::from(character.to_string()));
        for raw in [format!("\"{character}\""), format!("{{\"{character}\":1}}")] {
            let (what, line, column) = refusal(raw.as_bytes());
            assert_eq!(what, CONTROL, "{code}");
            // A raw line feed ends line 1: the place is the very start of line 2.
            let before = raw.find('"').unwrap() + 2;
            assert_eq!((line, column), if character == '\n' { (2, 0) } else { (1, before) }, "{code}");
        }
    }
    assert_eq!(tree(r#""\b\f\n\r\t\/\\\"""#), Json::from("\u{8}\u{c}\n\r\t/\\\""));
    // Above U+001F nothing is a control character to JSON.
    assert_eq!(tree("\"\u{7f}\u{85}\u{2028}\""), Json::from("\u{7f}\u{85}\u{2028}"));
}

#[test]
fn surrogates_are_read_in_pairs_only_in_values_and_in_names() {
    assert_eq!(tree(r#""\ud83d\ude00""#), Json::from("😀"));
    assert_eq!(tree(r#"{"\uD83D\uDE00":1}"#), Json::object([("😀", Json::Int(1))]));
    assert_eq!(
        tree(r#""\udbff\udfff\ud800\udc00\ue000\ud7ff""#),
        Json::from("\u{10ffff}\u{10000}\u{e000}\u{d7ff}")
    );
    refused(&[
        (r#""\ud83d""#, LONE_HIGH, 8),
        (r#""\ud83dx""#, LONE_HIGH, 8),
        (r#""\ud83d\n""#, LONE_HIGH, 9),
        (r#""\ud83d\ud83d""#, LONE_LOW, 13),
        (r#""\ude00""#, LONE_LOW, 7),
        (r#""\ude00\ud83d""#, LONE_LOW, 7),
        (r#"{"\ud83d":1}"#, LONE_HIGH, 9),
        (r#"{"\ude00":1}"#, LONE_LOW, 8),
    ]);
    for raw in [&b"\"\xed\xa0\xbd\xed\xb8\x80\""[..], b"\"\xed\xa0\xbd\"", b"\"\xed\xb8\x80\""] {
        assert_eq!(refusal(raw), (NOT_UTF8.to_owned(), 1, 2));
    }
}

#[test]
fn what_is_not_utf8_is_refused() {
    for raw in [&b"\"\xff\""[..], b"\"\xc0\x80\"", b"\"\xf4\x90\x80\x80\"", b"\"\xe2\x82\"", b"\"\x80\""] {
        assert_eq!(refusal(raw), (NOT_UTF8.to_owned(), 1, 2), "{raw:?}");
    }
    assert_eq!(refusal(b"{\"\xff\":1}"), (NOT_UTF8.to_owned(), 1, 3));
    assert_eq!(refusal(b"\xef\xbb\xbf{}"), ("a byte order mark".to_owned(), 1, 1));
    // UTF-16 with its byte order mark, and without one in either order.
    assert_eq!(refusal(b"\xff\xfe1\0"), ("expected value".to_owned(), 1, 1));
    assert_eq!(refusal(b"\xfe\xff\x001"), ("expected value".to_owned(), 1, 1));
    assert_eq!(refusal(b"\x001"), ("expected value".to_owned(), 1, 1));
    assert_eq!(refusal(b"1\0"), ("trailing characters".to_owned(), 1, 2));
}

#[test]
fn names_are_ordered_by_code_point_and_not_by_utf_16_unit() {
    // U+10000 is d800 dc00 in UTF-16 and so comes before U+E000 and U+FFFF there (RFC 8785 sorts like that).
    let text = "{\"\u{10000}\":1,\"\u{ffff}\":2,\"\u{e000}\":3,\"\u{d7ff}\":4,\"z\":5,\"\":6,\"é\":7,\"Z\":8,\"\u{10ffff}\":9}";
    let sorted = "{\"\":6,\"Z\":8,\"z\":5,\"é\":7,\"\u{d7ff}\":4,\"\u{e000}\":3,\"\u{ffff}\":2,\"\u{10000}\":1,\"\u{10ffff}\":9}";
    assert_eq!(String::from_utf8(tree(text).canonical()).unwrap(), sorted);
    let on_disk = String::from_utf8(tree(text).to_disk()).unwrap();
    assert!(on_disk.find("\\uffff").unwrap() < on_disk.find("\\ud800\\udc00").unwrap());
}

#[test]
fn integers_are_read_up_to_their_limits_and_not_beyond() {
    for number in [i64::MAX, i64::MAX - 1, i64::MIN, i64::MIN + 1, 1 << 53, (1 << 53) + 1] {
        assert_eq!(tree(&number.to_string()), Json::Int(number));
        assert_eq!(Json::Int(number).canonical(), number.to_string().as_bytes());
    }
    refused(&[
        ("9223372036854775808", "the integer 9223372036854775808 does not fit in 64 bits with a sign", 19),
        ("18446744073709551615", "the integer 18446744073709551615 does not fit in 64 bits with a sign", 20),
        ("-9223372036854775809", NOT_AN_INTEGER, 20),
        ("18446744073709551616", NOT_AN_INTEGER, 20),
        ("100000000000000000000000", NOT_AN_INTEGER, 24),
    ]);
}

#[test]
fn numbers_that_are_not_plain_integers_are_refused() {
    refused(&[
        ("-0", NOT_AN_INTEGER, 2),
        ("0.0", NOT_AN_INTEGER, 3),
        ("-0.0", NOT_AN_INTEGER, 4),
        ("1e0", NOT_AN_INTEGER, 3),
        ("1E5", NOT_AN_INTEGER, 3),
        ("1.0", NOT_AN_INTEGER, 3),
        ("0e-0", NOT_AN_INTEGER, 4),
        ("1e400", "number out of range", 5),
        ("-1e400", "number out of range", 6),
        ("00", "invalid number", 2),
        ("01", "invalid number", 2),
        ("-01", "invalid number", 3),
        ("-Infinity", "invalid number", 2),
        ("+1", "expected value", 1),
        (".5", "expected value", 1),
        ("NaN", "expected value", 1),
        ("0x1", "trailing characters", 2),
        ("[1,2.5,3]", NOT_AN_INTEGER, 6),
        ("{\"a\": 1e5, \"b\": 2}", NOT_AN_INTEGER, 9),
    ]);
    assert_eq!(refusal(b"[\n\n  1.5]"), (NOT_AN_INTEGER.to_owned(), 3, 5));
    assert_eq!(refusal(b"{\"k\":\n-0}"), (NOT_AN_INTEGER.to_owned(), 2, 2));
}

#[test]
fn a_name_stands_once_in_an_object_at_any_depth_however_it_is_spelt() {
    refused(&[
        (r#"{"a":1,"a":1}"#, TWICE, 10),
        (r#"{"a":1,"b":2,"a":3}"#, TWICE, 16),
        (r#"{"a":1,"\u0061":1}"#, TWICE, 15),
        (r#"{"\u0061":1,"a":2}"#, TWICE, 15),
        (r#"{"\u0061":1,"\u0061":2}"#, TWICE, 20),
        (r#"{"a":{},"a":[]}"#, TWICE, 11),
        (r#"{"😀":1,"\ud83d\ude00":2}"#, "the name \"😀\" a second time in one object", 24),
        (r#"{"\u001b":1,"\u001b":2}"#, "the name \"\\u{1b}\" a second time in one object", 20),
    ]);
    for depth in 0..100 {
        for inner in [r#"{"b":0,"a":1,"a":2}"#, r#"{"a":1,"\u0061":2}"#, r#"{"\u0061":1,"b":{"a":0},"a":2}"#]
        {
            let text = format!("{}{inner}{}", "[{\"a\":".repeat(depth / 2), "}]".repeat(depth / 2));
            assert_eq!(refusal(text.as_bytes()).0, TWICE, "{text}");
        }
    }
    assert_eq!(refusal(b"[{\"x\":{\"a\":1,\"b\":2,\n \"a\":3}}]"), (TWICE.to_owned(), 2, 4));
    // The same name in different objects is no repetition, nor is another spelling of the same letter.
    tree(r#"{"a":{"a":{"a":[{"a":1},{"a":1}]}},"A":1,"á":2}"#);
}

#[test]
fn nothing_is_normalised() {
    let composed = "\u{e9}\u{2126}\u{fb01}\u{ac00}";
    let decomposed = "e\u{301}\u{3a9}fi\u{1100}\u{1161}";
    let text = format!("{{\"{composed}\":\"{decomposed}\",\"{decomposed}\":\"{composed}\"}}");
    let read = tree(&text);
    assert_eq!(read, Json::object([(composed, Json::from(decomposed)), (decomposed, Json::from(composed))]));
    assert_eq!(read.canonical().len(), text.len());
    assert_eq!(Json::parse(&read.to_disk(), NO_LIMIT).unwrap(), read);
}

#[test]
fn nesting_ends_at_127_levels_of_arrays_and_objects_alike() {
    let nested = |levels: usize, object: fn(usize) -> bool| {
        let open: String = (0..levels).map(|level| if object(level) { "{\"a\":" } else { "[" }).collect();
        let close: String = (0..levels).rev().map(|level| if object(level) { '}' } else { ']' }).collect();
        format!("{open}1{close}")
    };
    for object in [|_| false, |_| true, |level| level % 2 == 0, |level| level % 3 == 0] {
        let text = nested(127, object);
        assert_eq!(String::from_utf8(tree(&text).canonical()).unwrap(), text);
        for levels in [128, 129, 100_000] {
            let text = nested(levels, object);
            // The place is the bracket that opens level 128.
            let column = 1 + (0..127).map(|level| if object(level) { 5 } else { 1 }).sum::<usize>();
            assert_eq!(refusal(text.as_bytes()), ("recursion limit exceeded".to_owned(), 1, column));
        }
    }
}

#[test]
fn a_text_may_be_as_long_as_its_limit_and_no_longer() {
    let text = b" [1, 2]\n";
    assert!(Json::parse(text, text.len()).is_ok());
    let error = Json::parse(text, text.len() - 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "8 bytes, over the limit of 7 bytes, counted from the start at line 1, column 1"
    );
    assert_eq!(Json::parse(b"", 0).unwrap_err().what, "EOF while parsing a value");
}

#[test]
fn nothing_may_follow_the_value() {
    refused(&[
        ("1 2", "trailing characters", 3),
        ("{}{}", "trailing characters", 3),
        ("[1]]", "trailing characters", 4),
        ("1,", "trailing characters", 2),
        ("null//", "trailing characters", 5),
        ("1\u{a0}", "trailing characters", 2),
    ]);
    assert_eq!(refusal(b"{}\n}"), ("trailing characters".to_owned(), 2, 1));
}

#[test]
fn texts_that_end_too_early_are_refused_where_they_end() {
    refused(&[
        ("", "EOF while parsing a value", 0),
        (" ", "EOF while parsing a value", 1),
        ("nul", "EOF while parsing a value", 3),
        ("-", "EOF while parsing a value", 1),
        ("1.", "EOF while parsing a value", 2),
        ("\"a", "EOF while parsing a string", 2),
        ("\"\\", "EOF while parsing a string", 2),
        ("\"\\u00", "EOF while parsing a string", 5),
        ("[", "EOF while parsing a list", 1),
        ("[1", "EOF while parsing a list", 2),
        ("[1,", "EOF while parsing a value", 3),
        ("{", "EOF while parsing an object", 1),
        ("{\"a\"", "EOF while parsing an object", 4),
        ("{\"a\":", "EOF while parsing a value", 5),
        ("{\"a\":1", "EOF while parsing an object", 6),
        ("{\"a\":1,", "EOF while parsing a value", 7),
    ]);
    let whole = "{\"keys\":{\"ab\":[1,-2,\"x\\u00e9\"]},\"n\":null,\"t\":true}";
    for end in 0..whole.len() {
        assert_eq!(refusal(&whole.as_bytes()[..end]).2, end, "{}", &whole[..end]);
    }
    tree(whole);
}

#[test]
fn the_liberties_of_other_readers_are_not_taken() {
    refused(&[
        ("[1,]", "trailing comma", 4),
        ("{\"a\":1,}", "trailing comma", 8),
        ("{a:1}", "key must be a string", 2),
        ("{'a':1}", "key must be a string", 2),
        ("{1:2}", "key must be a string", 2),
        ("/*x*/1", "expected value", 1),
        ("[1 2]", "expected `,` or `]`", 4),
        ("{\"a\" 1}", "expected `:`", 6),
        ("\"\\x\"", "invalid escape", 3),
        ("\"\\'\"", "invalid escape", 3),
        ("TRUE", "expected value", 1),
        ("\u{c}1", "expected value", 1),
        ("\u{2028}1", "expected value", 1),
    ]);
}

#[test]
fn a_text_of_brackets_alone_is_refused_before_it_takes_much_memory() {
    for (unit, levels) in [("[],", 1), ("0,", 1), ("{\"\":0},", 1), ("\"\",", 1), ("[[],[]],", 1)] {
        let text = format!("[{}0]", unit.repeat(levels * 4_000_000 / unit.len()));
        let error = Json::parse(text.as_bytes(), usize::MAX).unwrap_err();
        assert!(error.what.starts_with("far more brackets"), "{unit}: {error}");
        // The same shape in a small file is nobody's trouble.
        assert!(Json::parse(format!("[{}0]", unit.repeat(1000)).as_bytes(), usize::MAX).is_ok());
    }
}

#[test]
fn an_object_of_very_many_names_in_any_order_is_read_in_reasonable_time() {
    let names = (0..200_000_u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let text = names.map(|n| format!("\"{n:016x}\":{n}", n = n >> 1)).collect::<Vec<_>>().join(",");
    let object = Json::parse(format!("{{{text}}}").as_bytes(), usize::MAX).unwrap();
    let members = object.as_object().unwrap();
    assert_eq!(members.len(), 200_000);
    assert!(members.keys().zip(members.keys().skip(1)).all(|(one, next)| one < next));
    let again = format!("{{{text},\"{:016x}\":1}}", 0x9e37_79b9_7f4a_7c15_u64 >> 1);
    let error = Json::parse(again.as_bytes(), usize::MAX).unwrap_err();
    assert!(error.what.contains("a second time"), "{error}");
}

#[test]
fn what_a_tolerant_reader_lets_pass_is_reported_by_place() {
    let read = |text: &str, tolerance| strict::read_tolerant::<Json>(text.as_bytes(), 1000, tolerance);
    let path = |steps: &[&str]| steps.iter().map(|step| (*step).to_owned()).collect::<Vec<_>>();
    let duplicates = Tolerance { duplicates: true, whole_floats: false };
    let (tree, lapses) = read("{\"a\":[{\"b\":1},{\"c\":1,\"b\":2,\"c\":3}]}", duplicates).unwrap();
    assert_eq!(tree.canonical(), b"{\"a\":[{\"b\":1},{\"b\":2,\"c\":3}]}");
    assert_eq!(lapses, [Lapse::Duplicate { path: path(&["a", "1", "c"]) }]);
    assert!(read("[2.0]", duplicates).is_err());
    let floats = Tolerance { duplicates: false, whole_floats: true };
    let (tree, lapses) = read("[0,{\"x\":2e0}]", floats).unwrap();
    assert_eq!(tree.canonical(), b"[0,{\"x\":2}]");
    assert_eq!(lapses, [Lapse::WholeFloat { path: path(&["1", "x"]) }]);
    for text in ["[2.5]", "[1e300]", "{\"a\":1,\"a\":1}"] {
        assert!(read(text, floats).is_err(), "{text}");
    }
}
