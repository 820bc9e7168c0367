//! Graphs of delegations. Each role says of a target file that its content is the name of the role, so that one sees who
//! has been believed.

use tuf_ceremony::crypto::digest::Sha256Digest;
use tuf_ceremony::json::Json;
use tuf_ceremony::tuf::targets::TargetFile;

use crate::flow::changed;
use crate::holder::Holder;
use crate::part::Part;
use crate::repository::{Files, Repository, delegation, signed, target};
use crate::tree::set;

/// From one role to another.
pub struct Edge {
    pub to: &'static str,
    pub holder: Holder,
    pub pattern: &'static str,
    pub terminating: bool,
}

pub fn edge(to: &'static str, holder: Holder, pattern: &'static str) -> Edge {
    Edge { to, holder, pattern, terminating: false }
}

/// The search ends here where the pattern matches.
pub fn terminating(to: &'static str, holder: Holder, pattern: &'static str) -> Edge {
    Edge { to, holder, pattern, terminating: true }
}

/// A delegated role: who signs it, what it lists, and to whom it delegates.
pub struct Node {
    pub name: &'static str,
    pub signers: Vec<Holder>,
    pub lists: Vec<&'static str>,
    pub edges: Vec<Edge>,
}

pub fn node(name: &'static str, signers: &[Holder], lists: &[&'static str], edges: Vec<Edge>) -> Node {
    Node { name, signers: signers.to_vec(), lists: lists.to_vec(), edges }
}

/// `signed` of a role that lists these target files.
pub fn targets(role: &str, lists: &[&str]) -> Json {
    let mut tree = signed("targets", 1);
    let file = |path: &&str| ((*path).to_owned(), target(role.as_bytes()));
    set(&mut tree, &["targets"], Json::Obj(lists.iter().map(file).collect()));
    tree
}

/// Whether a role said this.
pub fn says(file: &TargetFile, role: &str) -> bool {
    file.hashes["sha256"] == Sha256Digest::of(role.as_bytes()).to_hex()
}

fn delegations(edges: &[Edge]) -> Json {
    let keys = edges.iter().map(|edge| (edge.holder.keyid(), edge.holder.object())).collect();
    let role = |edge: &Edge| {
        let mut role = delegation(edge.to, &[edge.holder], edge.pattern);
        set(&mut role, &["terminating"], edge.terminating);
        role
    };
    Json::object([("keys", Json::Obj(keys)), ("roles", Json::Arr(edges.iter().map(role).collect()))])
}

/// The good repository with these delegations from the top-level targets, which list `top` alone.
pub fn graph(edges: Vec<Edge>, nodes: Vec<Node>, change: impl FnOnce(&mut Repository)) -> Files {
    changed(|repository| {
        let mut top = targets("targets", &["top"]);
        set(&mut top, &["version"], 4);
        set(&mut top, &["delegations"], delegations(&edges));
        repository.targets.signed = top;
        repository.delegated = nodes
            .iter()
            .map(|node| {
                let mut tree = targets(node.name, &node.lists);
                if !node.edges.is_empty() {
                    set(&mut tree, &["delegations"], delegations(&node.edges));
                }
                Part::new(node.name, tree, &node.signers)
            })
            .collect();
        repository.files.clear();
        change(repository);
    })
}
