//! Both written forms against Python: what `json.dumps` writes to disk and what securesystemslib signs.

use std::fmt::Write as _;

use tuf_ceremony::crypto::hex;
use tuf_ceremony::json::Json;

use crate::python::python;

/// Reads one JSON text a line, and prints for each, in hex, the form on disk and the canonical form.
const JUDGE: &str = r#"
import json, sys
from securesystemslib.formats import encode_canonical
for line in sys.stdin.buffer:
    tree = json.loads(line)
    disk = json.dumps(tree, indent=1, sort_keys=True, separators=(",", ": ")) + "\n"
    print(disk.encode().hex(), encode_canonical(tree).encode().hex())
"#;

/// Compact JSON that Python reads as the same tree: the form on disk, whose line feeds all lie between values.
fn one_line(tree: &Json) -> String {
    String::from_utf8(tree.to_disk()).unwrap().lines().map(str::trim_start).collect::<String>() + "\n"
}

fn trees() -> Vec<Json> {
    let everything: String = (0..0x2ff).filter_map(char::from_u32).collect();
    let edges = "\u{d7ff}\u{e000}\u{fffd}\u{ffff}\u{10000}\u{10ffff}\u{2028}\u{2029}\u{feff}";
    let empty = || Json::object([]);
    let mut deep = Json::from("bottom");
    for level in 0..60 {
        deep = Json::object([("a", Json::Arr(vec![Json::Int(level), deep])), ("b", empty())]);
    }
    vec![
        Json::Null,
        Json::Bool(true),
        Json::Int(i64::MIN),
        Json::Int(i64::MAX),
        Json::from(""),
        Json::from(everything.as_str()),
        Json::from(edges),
        Json::from("😀 \"quoted\" back\\slash / \u{1b}[31mred\u{7f} e\u{301} é 𝔘"),
        Json::Arr(vec![]),
        empty(),
        Json::Arr(vec![
            empty(),
            Json::Arr(vec![]),
            Json::Arr(vec![Json::Arr(vec![])]),
            Json::Null,
            Json::Bool(false),
        ]),
        Json::Obj(
            everything
                .chars()
                .chain(edges.chars())
                .map(|c| (c.to_string(), Json::from(c.to_string())))
                .collect(),
        ),
        Json::object([("a", Json::Int(1)), ("a\0", Json::Int(2)), ("aa", Json::Int(3)), ("", Json::Int(4))]),
        Json::object([(
            "\"\\\n\t",
            Json::object([("😀", Json::strings(["\u{0}", "\\u0000", "\\\\", "\"\""]))]),
        )]),
        deep,
    ]
}

#[test]
fn both_forms_are_those_of_python() {
    let trees = trees();
    let mut input = String::new();
    for tree in &trees {
        let line = one_line(tree);
        assert_eq!(Json::parse(line.as_bytes(), line.len()).unwrap(), *tree);
        write!(input, "{line}").unwrap();
    }
    let Some(output) = python("both_forms_are_those_of_python", JUDGE, input.as_bytes()) else { return };
    let output = String::from_utf8(output).unwrap();
    assert_eq!(output.lines().count(), trees.len());
    for (tree, line) in trees.iter().zip(output.lines()) {
        let (disk, canonical) = line.split_once(' ').unwrap();
        let text = |hexadecimal| String::from_utf8(hex::decode(hexadecimal).unwrap()).unwrap();
        assert_eq!(String::from_utf8(tree.to_disk()).unwrap(), text(disk));
        assert_eq!(String::from_utf8(tree.canonical()).unwrap(), text(canonical));
    }
}
