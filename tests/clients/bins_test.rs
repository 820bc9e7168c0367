//! Succinct hash bins (TAP 15): their names, and which of them speaks for a path, alone and against python-tuf.

use serde_json::{Value, json};
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::client::Profile;
use tuf_ceremony::tuf::delegation::SuccinctBins;
use tuf_ceremony::tuf::root::RoleKeys;

use crate::flow::{Kept, changed, find};
use crate::graph::{says, targets};
use crate::holder::PROJECT;
use crate::part::Part;
use crate::python::python;
use crate::repository::{Files, role};
use crate::tree::set;

fn bins(bit_length: u32) -> SuccinctBins {
    let keys = RoleKeys { keyids: vec![], threshold: 1 };
    SuccinctBins { keys, bit_length, name_prefix: "bin".to_owned() }
}

#[test]
fn all_names_of_one_set_are_equally_long() {
    for (bits, number, name) in [
        (1, 0, "bin-0"),
        (1, 1, "bin-1"),
        (4, 15, "bin-f"),
        (5, 15, "bin-0f"),
        (8, 255, "bin-ff"),
        (9, 255, "bin-0ff"),
        (32, 1, "bin-00000001"),
        (32, u64::from(u32::MAX), "bin-ffffffff"),
    ] {
        assert_eq!(bins(bits).name(number), name);
    }
}

#[test]
fn names_and_bins_are_those_of_python_tuf() {
    let paths: Vec<String> = (0..50).map(|number| format!("lib/{number}.tgz")).collect();
    let script = "import json, sys
from tuf.api.metadata import SuccinctRoles
paths, said = json.load(sys.stdin), []
for bits in range(1, 33):
    roles = SuccinctRoles([], 1, bits, 'bin')
    names = list(roles.get_roles()) if bits <= 10 else []
    said.append([names, [roles.get_role_for_target(path) for path in paths]])
print(json.dumps(said))";
    let test = "names_and_bins_are_those_of_python_tuf";
    let Some(out) = python(test, script, json!(paths).to_string().as_bytes()) else { return };
    let said: Value = serde_json::from_slice(&out).unwrap();
    for bits in 1..=32_u32 {
        let bins = bins(bits);
        let all = if bits <= 10 { 1 << bits } else { 0 };
        let names: Vec<String> = (0..all).map(|number| bins.name(number)).collect();
        let chosen: Vec<String> = paths.iter().map(|path| bins.bin_for(path)).collect();
        assert_eq!(said[bits as usize - 1], json!([names, chosen]), "{bits} bits");
    }
}

/// Four bins, of which each lists every path.
fn repository() -> Files {
    changed(|repository| {
        let mut bins = role(&[PROJECT], 1);
        set(&mut bins, &["bit_length"], 2);
        set(&mut bins, &["name_prefix"], "bin");
        let keys = Json::object([(PROJECT.keyid().as_str(), PROJECT.object())]);
        let delegations = Json::object([("keys", keys), ("succinct_roles", bins)]);
        repository.targets.edit(|signed| set(signed, &["delegations"], delegations));
        repository.delegated = (0..4)
            .map(|number| {
                let name = format!("bin-{number}");
                Part::new(&name, targets(&name, &["a", "b", "c", "d", "e", "f"]), &[PROJECT])
            })
            .collect();
    })
}

#[test]
fn a_search_asks_for_the_one_bin_of_the_path() {
    let files = repository();
    for path in ["a", "b", "c", "d", "e", "f", "none"] {
        let bin = bins(2).bin_for(path);
        let (done, mut source, found) = find(Profile::Strict, &files, &mut Kept::default(), path);
        done.is_accepted();
        assert_eq!(source.names(), [format!("1.{bin}.json")]);
        match found {
            Some(file) => assert!(says(&file, &bin)),
            None => assert_eq!(path, "none"),
        }
    }
}
