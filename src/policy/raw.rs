//! The literal shape of `ceremony.toml`. Serde refuses unknown fields; spans keep the places for messages.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Spanned, Value};

pub(super) type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub ceremony: Ceremony,
    pub trusted: Option<Trusted>,
    #[serde(default)]
    pub holder: BTreeMap<Text, Holder>,
    #[serde(default)]
    pub key: BTreeMap<Text, Key>,
    #[serde(default)]
    pub role: BTreeMap<Text, Role>,
    #[serde(default)]
    pub delegation: BTreeMap<Text, Delegation>,
    #[serde(default)]
    pub revoke: Vec<Revoke>,
    #[serde(default)]
    pub intended: Vec<Spanned<Intended>>,
    #[serde(default)]
    pub waiver: Vec<Waiver>,
    #[serde(default)]
    pub media: BTreeMap<Text, Medium>,
    #[serde(default)]
    pub set: BTreeMap<Text, Set>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ceremony {
    pub id: Text,
    pub repository: Text,
    pub script: Text,
    pub planned: Spanned<Value>,
    pub next: Option<Spanned<Value>>,
    pub change: Text,
    #[serde(default)]
    pub rehearsal: bool,
    pub spec_version: Option<Text>,
    pub consistent_snapshot: Option<bool>,
    pub commitment: Option<bool>,
    #[serde(default)]
    pub holder_names: bool,
    #[serde(default)]
    pub reencode_keys: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trusted {
    pub root: Text,
    pub sha256: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Holder {
    pub name: Text,
    pub site: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    pub holder: Option<Text>,
    pub scheme: Text,
    pub token: Option<Spanned<Token>>,
    pub public: Option<Text>,
    pub standby_for: Option<Text>,
    pub revoked: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    pub kind: Text,
    pub serial: Text,
    pub model: Option<Text>,
    pub manufacturer: Option<Text>,
    pub module: Option<Text>,
    pub id: Option<Text>,
    pub label: Option<Text>,
    pub object: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Role {
    pub keys: Vec<Text>,
    pub threshold: Spanned<i64>,
    pub expires: Spanned<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Delegation {
    pub keys: Vec<Text>,
    pub threshold: Spanned<i64>,
    pub expires: Spanned<Value>,
    pub paths: Option<Vec<Text>>,
    pub terminating: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revoke {
    pub key: Text,
    pub reason: Text,
    pub since: Option<Spanned<Value>>,
    pub replacement: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Intended {
    pub act: Text,
    pub key: Option<Text>,
    pub by: Option<Text>,
    pub roles: Option<Vec<Text>>,
    pub role: Option<Text>,
    pub threshold: Option<Spanned<i64>>,
    pub expires: Option<Spanned<Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waiver {
    pub check: Text,
    pub reason: Text,
    pub until: Spanned<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Medium {
    pub role: Text,
    pub label: Text,
    pub serial: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Set {
    pub contents: Text,
    pub media: Vec<Text>,
    pub existing: Text,
    pub encrypt: Option<Text>,
}
