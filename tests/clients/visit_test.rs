//! A look at every role and every target file: what is counted, what is refused, and that nothing outside is read.

use std::fs;
use std::path::Path;

use tuf_ceremony::ceremony::verify::Published;
use tuf_ceremony::tuf::client::evidence::TargetCount;
use tuf_ceremony::tuf::client::report::{Look, Report};
use tuf_ceremony::tuf::client::rule::Rule;
use tuf_ceremony::tuf::client::{Profile, Row};

use crate::flow::changed;
use crate::graph::{edge, graph, node, terminating};
use crate::holder::{OTHER_STRANGER, PROJECT, STRANGER};
use crate::program::folder;
use crate::repository::{NOW, target};
use crate::tree::set;

pub fn look(profile: Profile, folder: &Path) -> Report {
    let look = Look { profile, at: NOW.parse().unwrap(), roots_only: false };
    let published = Published { directory: folder.join("metadata"), look, state: None, targets: None };
    published.verify(&folder.join("trusted.root.json")).unwrap()
}

pub fn row<'a>(report: &'a Report, file: &str) -> &'a Row {
    report.rows.iter().find(|row| row.file == file).unwrap_or_else(|| panic!("no row for {file}"))
}

pub fn counts(listed: usize, right: usize, wrong: usize, unreachable: usize) -> Option<TargetCount> {
    Some(TargetCount { listed, right, wrong, unreachable })
}

/// The place of the only target file whose path ends so.
fn place(folder: &Path, end: &str) -> std::path::PathBuf {
    let mut places = vec![folder.join("targets")];
    while let Some(place) = places.pop() {
        if place.is_dir() {
            places.extend(fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path()));
        } else if place.to_str().unwrap().ends_with(end) {
            return place;
        }
    }
    panic!("no {end}")
}

#[test]
fn files_that_are_there_are_compared_and_those_that_are_not_are_counted() {
    for consistent in [true, false] {
        let files = changed(|repository| {
            if !consistent {
                repository.inconsistent();
            }
        });
        let (targets, project) =
            if consistent { ("4.targets.json", "5.project.json") } else { ("targets.json", "project.json") };
        let folder = folder(&format!("visit-{consistent}"), &files);
        let report = look(Profile::Strict, &folder);
        assert_eq!(report.refused, None);
        assert_eq!(row(&report, targets).targets, counts(2, 2, 0, 0));
        assert_eq!(row(&report, project).targets, counts(1, 1, 0, 0));
        assert_eq!(row(&report, project).delegator.as_deref(), Some("targets"));

        let readme = place(&folder, "readme.txt");
        assert_eq!(readme.file_name().unwrap() == "readme.txt", !consistent);
        fs::remove_file(&readme).unwrap();
        let report = look(Profile::Strict, &folder);
        assert_eq!(report.refused, None);
        assert_eq!(row(&report, targets).targets, counts(2, 1, 0, 0));

        for (bytes, what) in [
            ("read mE\n", "target readme.txt: its sha256 is not the one that is listed"),
            ("read m\n", "target readme.txt: it has 7 bytes, and 8 are listed"),
            ("read me\n\n", "target readme.txt: it has 9 bytes, and 8 are listed"),
        ] {
            fs::write(&readme, bytes).unwrap();
            let report = look(Profile::Strict, &folder);
            let (file, why) = report.refused.clone().unwrap();
            assert_eq!((file.as_str(), why.section, why.what.as_str()), (targets, "5.7.3", what));
            assert_eq!((row(&report, targets).targets, why.rule), (counts(2, 1, 1, 0), None));
        }
    }
}

#[test]
fn target_files_are_looked_for_by_the_names_that_clients_ask_for() {
    let files = changed(|repository| {
        repository.files(|files| {
            let plain = [("readme.txt", "wrong"), ("project/one.txt", "wrong")];
            files.extend(plain.map(|(path, text)| (format!("targets/{path}"), text.as_bytes().to_vec())));
        });
    });
    let report = look(Profile::Strict, &folder("visit-names", &files));
    assert_eq!(report.refused, None);
    assert_eq!(row(&report, "4.targets.json").targets, counts(2, 2, 0, 0));
}

#[test]
fn files_that_no_delegation_reaches_are_not_compared() {
    let files = changed(|repository| {
        repository.delegated[0].edit(|signed| {
            set(signed, &["targets", "lib/b.tgz"], target(b"b"));
            set(signed, &["targets", "project/deep/two.txt"], target(b"two"));
        });
    });
    let folder = folder("visit-unreachable", &files);
    fs::write(folder.join("targets/lib/b.tgz"), "something else").unwrap();
    let report = look(Profile::Strict, &folder);
    assert_eq!(report.refused, None);
    let row = row(&report, "5.project.json");
    assert_eq!(row.targets, counts(3, 1, 0, 2));
    let found = row.remarks.iter().find(|found| found.rule == Rule::UnreachableTarget).unwrap();
    assert_eq!(found.place, "2 of its targets");
    let (file, why) = look(Profile::Tough, &folder).refused.unwrap();
    assert_eq!((file.as_str(), why.rule), ("5.project.json", Some(Rule::UnreachableTarget)));
}

#[test]
fn what_a_role_may_speak_for_ends_with_what_the_roles_above_it_may() {
    let files = graph(
        vec![edge("a", PROJECT, "a/*")],
        vec![
            node("a", &[PROJECT], &["a/x"], vec![edge("b", PROJECT, "*/x")]),
            node("b", &[PROJECT], &["a/x", "b/x", "a/y"], vec![]),
        ],
        |_| {},
    );
    let report = look(Profile::Strict, &folder("visit-chain", &files));
    assert_eq!(report.refused, None);
    assert_eq!(row(&report, "1.a.json").targets, counts(1, 0, 0, 0));
    assert_eq!(row(&report, "1.b.json").targets, counts(3, 0, 0, 2));
}

#[test]
fn every_role_is_visited_once_under_each_delegator_and_cycles_end() {
    let own = [PROJECT];
    let build = |signers: &[_]| {
        graph(
            vec![edge("a", PROJECT, "*"), edge("b", PROJECT, "*")],
            vec![
                node("a", &own, &[], vec![edge("shared", STRANGER, "*"), edge("a", PROJECT, "*")]),
                node("b", &own, &[], vec![edge("shared", OTHER_STRANGER, "*")]),
                node("shared", signers, &[], vec![edge("b", PROJECT, "*"), edge("below", PROJECT, "*")]),
                node("below", &own, &[], vec![]),
            ],
            |_| {},
        )
    };
    let report = look(Profile::Strict, &folder("visit-graph", &build(&[STRANGER, OTHER_STRANGER])));
    assert_eq!(report.refused, None);
    let visited: Vec<(&str, &str)> =
        report.rows.iter().filter_map(|row| Some((row.delegator.as_deref()?, row.file.as_str()))).collect();
    let expected = [
        ("targets", "1.a.json"),
        ("a", "1.shared.json"),
        ("shared", "1.b.json"),
        ("b", "1.shared.json"),
        ("shared", "1.below.json"),
        ("a", "1.a.json"),
        ("targets", "1.b.json"),
    ];
    assert_eq!(visited, expected);
    for (name, signer, delegator) in [("visit-first", STRANGER, "b"), ("visit-second", OTHER_STRANGER, "a")] {
        let report = look(Profile::Strict, &folder(name, &build(&[signer])));
        let (file, why) = report.refused.unwrap();
        assert_eq!((file.as_str(), why.section), ("1.shared.json", "5.6.3"));
        let blamed: Vec<_> = report.rows.iter().filter(|row| row.refused.is_some()).collect();
        let [blamed] = &blamed[..] else { panic!("{blamed:?}") };
        assert_eq!(blamed.delegator.as_deref(), Some(delegator));
    }
}

#[test]
fn more_roles_than_a_search_looks_at_are_told() {
    let names: Vec<&'static str> =
        (0..33).map(|number| &*Box::leak(format!("d{number:02}").into_boxed_str())).collect();
    let build = |names: &[&'static str]| {
        let edges = names.iter().map(|name| edge(name, PROJECT, "*")).collect();
        graph(edges, names.iter().map(|name| node(name, &[PROJECT], &[], vec![])).collect(), |_| {})
    };
    let many = |report: &Report| {
        let places = report.rows.iter().flat_map(|row| &row.remarks);
        places.filter(|found| found.rule == Rule::ManyDelegations).map(|found| found.place.clone()).collect()
    };
    let report = look(Profile::PythonTuf, &folder("visit-33", &build(&names)));
    assert_eq!(report.refused, None);
    let told: Vec<String> = many(&report);
    assert_eq!(told, ["33 roles, of which a search looks at 32 at the most"]);
    let report = look(Profile::PythonTuf, &folder("visit-32", &build(&names[1..])));
    let told: Vec<String> = many(&report);
    assert_eq!(told, <[String; 0]>::default());
    assert_eq!(look(Profile::Strict, &folder("visit-33-strict", &build(&names))).refused, None);
}

/// The file that two ways lead to, one of which comes second.
fn diamond(more: Vec<crate::graph::Edge>, mut nodes: Vec<crate::graph::Node>) -> crate::repository::Files {
    let own = [PROJECT];
    let mut edges = vec![edge("a", PROJECT, "a/*"), edge("b", PROJECT, "b/*")];
    edges.extend(more);
    nodes.extend([
        node("a", &own, &[], vec![edge("x", PROJECT, "*/*")]),
        node("b", &own, &[], vec![edge("x", PROJECT, "*/*")]),
        node("x", &own, &[], vec![edge("y", PROJECT, "*/*")]),
        node("y", &own, &["b/t"], vec![]),
    ]);
    graph(edges, nodes, |repository| {
        repository.inconsistent();
        repository.files.insert("b/t".to_owned(), b"evil".to_vec());
    })
}

#[test]
fn a_wrong_file_is_found_by_whichever_way_leads_to_it() {
    let report = look(Profile::Strict, &folder("visit-diamond", &diamond(vec![], vec![])));
    assert_eq!(report.refused.as_ref().unwrap().0, "y.json");
    assert_eq!(row(&report, "y.json").targets, counts(1, 0, 1, 0));
}

#[test]
fn more_ways_than_can_be_counted_hide_nothing() {
    let own = [PROJECT];
    let name =
        |side: &str, level: usize| -> &'static str { Box::leak(format!("{side}{level}").into_boxed_str()) };
    let below = |level: usize| {
        if level == 20 {
            vec![]
        } else {
            ["l", "r"].map(|side| edge(name(side, level + 1), PROJECT, "*/*")).into()
        }
    };
    let nodes =
        (0..=20).flat_map(|level| ["l", "r"].map(|side| node(name(side, level), &own, &[], below(level))));
    let ladder = vec![edge("l0", PROJECT, "*/*"), edge("r0", PROJECT, "*/*")];
    let report = look(Profile::Strict, &folder("visit-ladder", &diamond(ladder, nodes.collect())));
    let (file, why) = report.refused.clone().unwrap();
    assert_eq!((file.as_str(), why.section), ("y.json", "5.7.3"));
    assert!(why.what.starts_with("target b/t: it has 4 bytes"), "{why}");
}

#[test]
fn of_two_roles_that_list_a_target_the_first_that_a_search_comes_to_counts() {
    let own = [PROJECT];
    for (order, refused) in [(["a", "b"], false), (["b", "a"], true)] {
        let edges = order.map(|name| edge(name, PROJECT, "*")).into();
        let nodes = vec![node("a", &own, &["t"], vec![]), node("b", &own, &["t"], vec![])];
        let files = graph(edges, nodes, |repository| {
            repository.inconsistent();
            repository.files.insert("t".to_owned(), b"a".to_vec());
        });
        let report = look(Profile::Strict, &folder(&format!("visit-shadow-{refused}"), &files));
        assert_eq!(report.refused.is_some(), refused);
        let of_b = if refused { counts(1, 0, 1, 0) } else { counts(1, 0, 0, 1) };
        assert_eq!(
            (row(&report, "a.json").targets, row(&report, "b.json").targets),
            (counts(1, 1, 0, 0), of_b)
        );
    }
}

#[test]
fn delegations_that_no_search_can_follow_are_refused() {
    let own = [PROJECT];
    let names: Vec<&'static str> =
        (0..1_100).map(|number| &*Box::leak(format!("d{number:04}").into_boxed_str())).collect();
    let nodes = names
        .iter()
        .zip(names.iter().skip(1))
        .map(|(name, below)| node(name, &own, &[], vec![edge(below, PROJECT, "*")]));
    let files = graph(vec![edge(names[0], PROJECT, "*")], nodes.collect(), |_| {});
    let report = look(Profile::Strict, &folder("visit-deep", &files));
    let (file, why) = report.refused.unwrap();
    assert_eq!((file.as_str(), why.section), ("1.d1023.json", "5.6.7"));
}

#[test]
fn what_a_terminating_delegation_hides_is_found_by_no_search() {
    let own = [PROJECT];
    for (hides, unreachable) in [(true, 1), (false, 0)] {
        let first = if hides { terminating("a", PROJECT, "t*") } else { edge("a", PROJECT, "t*") };
        let nodes = vec![node("a", &own, &[], vec![]), node("b", &own, &["t", "u"], vec![])];
        let files = graph(vec![first, edge("b", PROJECT, "*")], nodes, |_| {});
        let report = look(Profile::Strict, &folder(&format!("visit-hidden-{hides}"), &files));
        assert_eq!(report.refused, None);
        assert_eq!(row(&report, "1.b.json").targets, counts(2, 0, 0, unreachable));
    }
}
