//! JSON-AGREE, PLAN-REHEARSAL.

use tuf_ceremony::checks::Check;
use tuf_ceremony::checks::metadata::{json_agree, plan_rehearsal};
use tuf_ceremony::json::Json;

use crate::checks_fixture::{USUAL, passes, refuses, root_tree};

const EXACT: i64 = (1 << 53) - 1;

#[test]
fn json_agree_passes_what_all_clients_read_alike() {
    let root = root_tree(1, USUAL);
    let evidence = format!("{} canonical bytes, read back alike", root.canonical().len());
    passes(&json_agree(&root), Check::JsonAgree, &evidence);
    let edge = Json::object([("é", Json::Arr(vec![Json::Int(EXACT), Json::Int(-EXACT), Json::Null]))]);
    passes(&json_agree(&edge), Check::JsonAgree, "48 canonical bytes, read back alike");
}

#[test]
fn json_agree_refuses_integers_that_doubles_lose() {
    for number in [EXACT + 1, -EXACT - 1, i64::MAX, i64::MIN] {
        let tree = Json::object([("a", Json::Arr(vec![Json::Null, Json::Int(number)]))]);
        let what = format!("signed.a[1]: the integer {number} has more than 53 bits");
        refuses(&json_agree(&tree), Check::JsonAgree, &what);
    }
}

#[test]
fn json_agree_refuses_decomposed_text_in_names_and_values() {
    let tree = Json::object([("role", Json::object([("Cle\u{301}o", Json::from("e\u{301}"))]))]);
    let what = "signed.role: \"Cle\\u{301}o\" is not in Unicode's composed form (NFC); \
                signed.role.Cle\u{301}o: \"e\\u{301}\" is not in Unicode's composed form (NFC)";
    refuses(&json_agree(&tree), Check::JsonAgree, what);
}

#[test]
fn json_agree_refuses_what_does_not_read_back() {
    let deep = (0..200).fold(Json::Null, |inner, _| Json::Arr(vec![inner]));
    let finding = json_agree(&deep);
    let what = &finding.trouble().unwrap().what;
    assert!(what.starts_with("the canonical form does not read back: "), "{what}");
    refuses(&finding, Check::JsonAgree, what);
}

#[test]
fn plan_rehearsal_passes_like_with_like() {
    let check = Check::PlanRehearsal;
    passes(&plan_rehearsal(true, "1.root.json", true), check, "1.root.json carries the rehearsal mark");
    passes(&plan_rehearsal(false, "1.root.json", false), check, "1.root.json is not from a rehearsal");
}

#[test]
fn plan_rehearsal_refuses_a_rehearsals_things_in_production() {
    let what = "the token of ada is from a rehearsal, and this ceremony is a production one";
    refuses(&plan_rehearsal(false, "the token of ada", true), Check::PlanRehearsal, what);
}

#[test]
fn plan_rehearsal_refuses_unmarked_things_in_a_rehearsal() {
    let what = "1.root.json has no rehearsal mark, and this ceremony is a rehearsal";
    refuses(&plan_rehearsal(true, "1.root.json", false), Check::PlanRehearsal, what);
}
