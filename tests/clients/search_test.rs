//! The search for a target file through delegations (spec 5.6.7): who is asked, in which order, and who is believed.

use std::collections::BTreeSet;

use tuf_ceremony::tuf::client::Profile;

use crate::flow::{Done, Kept, find};
use crate::graph::{Edge, Node, edge, graph, node, says, terminating};
use crate::holder::{OTHER_STRANGER, PROJECT, STRANGER};
use crate::repository::{Files, Repository};
use crate::tree::take;

const QUORUM: &str = "5.6.3";

fn plain(edges: Vec<Edge>, nodes: Vec<Node>) -> Files {
    graph(edges, nodes, |_| {})
}

fn p(to: &'static str) -> Edge {
    edge(to, PROJECT, "*")
}

/// The roles that were asked for, and who was believed.
fn search(files: &Files, target: &str) -> (Done, Vec<String>, Option<String>) {
    let (done, mut source, found) = find(Profile::Strict, files, &mut Kept::default(), target);
    let role = |name: String| name.trim_start_matches("1.").trim_end_matches(".json").to_owned();
    let asked: Vec<String> = source.names().into_iter().map(role).collect();
    let roles: BTreeSet<&String> = asked.iter().collect();
    let top = "targets".to_owned();
    let who = found.map(|file| {
        let said = roles.into_iter().chain([&top]).find(|role| says(&file, role));
        said.unwrap_or_else(|| panic!("nobody said {file:?}")).clone()
    });
    (done, asked, who)
}

fn finds(files: &Files, target: &str, asked: &[&str], who: Option<&str>) {
    let (done, found_asked, found) = search(files, target);
    done.is_accepted();
    assert_eq!((found_asked, found.as_deref()), (asked.iter().map(|one| (*one).to_owned()).collect(), who));
}

#[test]
fn roles_are_asked_in_pre_order_and_the_first_that_knows_is_believed() {
    let own = [PROJECT];
    let files = plain(
        vec![p("a"), p("b")],
        vec![
            node("a", &own, &["in-a"], vec![p("a1"), p("a2")]),
            node("a1", &own, &["in-a1-and-b"], vec![p("a11")]),
            node("a11", &own, &["deep", "in-a11-and-a2"], vec![]),
            node("a2", &own, &["in-a11-and-a2"], vec![]),
            node("b", &own, &["in-a1-and-b", "top"], vec![]),
        ],
    );
    finds(&files, "none", &["a", "a1", "a11", "a2", "b"], None);
    finds(&files, "top", &[], Some("targets"));
    finds(&files, "in-a", &["a"], Some("a"));
    finds(&files, "in-a1-and-b", &["a", "a1"], Some("a1"));
    finds(&files, "in-a11-and-a2", &["a", "a1", "a11"], Some("a11"));
}

#[test]
fn roles_whose_paths_do_not_match_are_not_asked() {
    let files = plain(
        vec![edge("a", PROJECT, "a/*"), edge("b", PROJECT, "b/*")],
        vec![
            node("a", &[PROJECT], &["b/file"], vec![]),
            node("b", &[PROJECT], &["b/file", "a/file"], vec![]),
        ],
    );
    finds(&files, "b/file", &["b"], Some("b"));
    finds(&files, "a/file", &["a"], None);
    finds(&files, "c/file", &[], None);
}

#[test]
fn a_terminating_delegation_that_matches_ends_the_search_below_it() {
    let own = [PROJECT];
    let nodes = || {
        vec![
            node("a", &own, &[], vec![terminating("a1", PROJECT, "x*"), p("a2")]),
            node("a1", &own, &["x-in-a1"], vec![p("a11")]),
            node("a11", &own, &["x-in-a11"], vec![]),
            node("a2", &own, &["x", "y"], vec![]),
            node("b", &own, &["x", "y", "z"], vec![]),
        ]
    };
    let files = plain(vec![p("a"), p("b")], nodes());
    finds(&files, "x", &["a", "a1", "a11"], None);
    finds(&files, "x-in-a1", &["a", "a1"], Some("a1"));
    finds(&files, "x-in-a11", &["a", "a1", "a11"], Some("a11"));
    // Where its pattern does not match it ends nothing.
    finds(&files, "y", &["a", "a2"], Some("a2"));
    finds(&files, "z", &["a", "a2", "b"], Some("b"));
    // Those before it are asked all the same.
    let files = plain(vec![p("b"), terminating("a", PROJECT, "*")], nodes());
    finds(&files, "x", &["b"], Some("b"));
}

#[test]
fn cycles_end() {
    let own = [PROJECT];
    let files = plain(
        vec![p("a")],
        vec![
            node("a", &own, &[], vec![p("a"), p("b")]),
            node("b", &own, &["in-b"], vec![p("c"), p("a")]),
            node("c", &own, &["in-c"], vec![p("b"), p("c"), p("a")]),
        ],
    );
    finds(&files, "none", &["a", "b", "c"], None);
    finds(&files, "in-c", &["a", "b", "c"], Some("c"));
}

#[test]
fn a_role_with_two_delegators_is_verified_under_each() {
    let own = [PROJECT];
    let build = |signers: &[_]| {
        plain(
            vec![p("a"), p("b")],
            vec![
                node("a", &own, &[], vec![edge("shared", STRANGER, "a*")]),
                node("b", &own, &[], vec![edge("shared", OTHER_STRANGER, "*")]),
                node("shared", signers, &["a", "b"], vec![]),
            ],
        )
    };
    let both = build(&[STRANGER, OTHER_STRANGER]);
    finds(&both, "a", &["a", "shared"], Some("shared"));
    finds(&both, "b", &["a", "b", "shared"], Some("shared"));
    // Its second copy is its own by then, and judged by the keys of the second delegator.
    let (done, asked, _) = search(&both, "a-none");
    assert_eq!(asked, ["a", "shared", "b"]);
    let judged: Vec<_> = done.rows.iter().filter(|row| row.file.ends_with("1.shared.json")).collect();
    let delegators: Vec<_> = judged.iter().map(|row| row.delegator.as_deref().unwrap()).collect();
    assert_eq!(delegators, ["a", "b"]);
    let keyids: Vec<_> =
        judged.iter().map(|row| row.new.clone().unwrap().counted[0].keyids[0].clone()).collect();
    assert_eq!(keyids, [STRANGER.keyid(), OTHER_STRANGER.keyid()]);
    // With the keys of one delegator alone it speaks for that one alone.
    let second = build(&[OTHER_STRANGER]);
    let (done, ..) = search(&second, "a");
    done.is_refused("1.shared.json", QUORUM, "the threshold is not met: 0 of 1");
    assert_eq!(done.rows.last().unwrap().delegator.as_deref(), Some("a"));
    finds(&second, "b", &["a", "b", "shared"], Some("shared"));
    let first = build(&[STRANGER]);
    finds(&first, "a", &["a", "shared"], Some("shared"));
    let (done, ..) = search(&first, "b");
    done.is_refused("1.shared.json", QUORUM, "the threshold is not met: 0 of 1");
    assert_eq!(done.rows.last().unwrap().delegator.as_deref(), Some("b"));
}

/// Neither length nor hashes of the role are stated, so that its keys alone decide.
fn unstated(repository: &mut Repository) {
    repository.snapshot.edit(|signed| {
        take(signed, &["meta", "a.json", "length"]);
        take(signed, &["meta", "a.json", "hashes"]);
    });
}

#[test]
fn a_copy_is_verified_by_the_keys_of_the_role_that_delegates_now() {
    let build =
        |holder| graph(vec![edge("a", holder, "*")], vec![node("a", &[holder], &["file"], vec![])], unstated);
    let (earlier, now) = (build(PROJECT), build(STRANGER));
    let mut store = Kept::of(&earlier, &["a"]);
    let (done, mut source, found) = find(Profile::Strict, &now, &mut store, "file");
    done.is_accepted();
    assert!(found.is_some());
    assert_eq!(source.names(), ["1.a.json"]);
    let copy = done.rows.iter().find(|row| row.earlier && row.file == "1.a.json").unwrap();
    assert_eq!(copy.refused.as_ref().unwrap().section, QUORUM);
    assert_eq!(store, {
        let mut kept = Kept::of(&now, &["a", "snapshot", "targets", "timestamp"]);
        kept.0.insert("root".to_owned(), now["metadata/2.root.json"].clone());
        kept
    });
    // Nobody asks for a good copy again.
    let (done, mut source, found) = find(Profile::Strict, &now, &mut store, "file");
    done.is_accepted();
    assert!(found.is_some());
    assert_eq!(source.names(), <[&str; 0]>::default());
}

#[test]
fn a_role_that_is_not_listed_or_not_there_is_refused() {
    let build = || plain(vec![p("a")], vec![node("a", &[PROJECT], &["file"], vec![])]);
    let mut absent = build();
    absent.remove("metadata/1.a.json");
    search(&absent, "file").0.is_refused("1.a.json", "5.6.1", "it is missing");
    let unlisted = graph(vec![p("a")], vec![node("a", &[PROJECT], &["file"], vec![])], |repository| {
        repository.snapshot.edit(|signed| drop(take(signed, &["meta", "a.json"])));
    });
    search(&unlisted, "file").0.is_refused("a.json", "5.6.1", "the snapshot does not list a.json");
    finds(&build(), "file", &["a"], Some("a"));
}

#[test]
fn python_tuf_looks_at_32_delegated_roles_and_no_more() {
    let names: Vec<&'static str> =
        (0..40).map(|number| &*Box::leak(format!("d{number:02}").into_boxed_str())).collect();
    let nodes = names.iter().map(|name| node(name, &[PROJECT], &[name], vec![])).collect();
    let files = plain(names.iter().map(|name| p(name)).collect(), nodes);
    for profile in [Profile::PythonTuf, Profile::TufJs, Profile::GoTuf] {
        for (target, most, there) in [("d31", 32, true), ("d32", 32, false), ("none", 32, false)] {
            let (done, mut source, found) = find(profile, &files, &mut Kept::default(), target);
            done.is_accepted();
            assert_eq!((source.names().len(), found.is_some()), (most, there), "{target}");
        }
    }
    for profile in [Profile::Strict, Profile::Tough] {
        let (done, _, found) = find(profile, &files, &mut Kept::default(), "d39");
        done.is_accepted();
        assert!(found.is_some());
    }
}

#[test]
fn a_search_that_cannot_compare_a_path_to_its_end_is_given_up() {
    // Each character of the path is compared with a class that might end anywhere in the pattern.
    let target: &'static str = Box::leak("[".repeat(60_000).into_boxed_str());
    let pattern: &'static str = Box::leak(format!("*{target}x").into_boxed_str());
    let edges = vec![crate::graph::terminating("a", PROJECT, pattern), p("b")];
    let nodes = vec![node("a", &[PROJECT], &[], vec![]), node("b", &[PROJECT], &[target], vec![])];
    let (done, _, found) = find(Profile::Strict, &plain(edges, nodes), &mut Kept::default(), target);
    assert!(found.is_none(), "whether the first delegation ends the search is not known");
    done.is_refused(
        "4.targets.json",
        "5.6.7",
        "more delegations to follow, or paths to compare, than any search",
    );
}
