//! Editing `ceremony.toml`: single fields change, and comments, order and everything else stay as people wrote them.

use jiff::Timestamp;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, RawString, Table, Value, value};

use super::{Intended, PolicyError, Reason};
use crate::tuf::time;

/// A `ceremony.toml` that is being edited.
#[derive(Clone, Debug)]
pub struct Edit {
    document: DocumentMut,
}

/// A key to write into `ceremony.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// Its name.
    pub name: String,
    /// The holder's short name; `None` for a key of a service.
    pub holder: Option<String>,
    /// The signature scheme, by its name.
    pub scheme: String,
    /// The token, field by field; empty for a key that is known by its public half alone.
    pub token: Vec<(&'static str, String)>,
    /// File with the public half, where it does not come from the token.
    pub public: Option<String>,
    /// The key whose place it takes when that is lost or compromised.
    pub standby_for: Option<String>,
}

impl Edit {
    /// Begins to edit a text that was read as a policy before.
    ///
    /// # Errors
    /// The text is no TOML.
    pub fn of(text: &str) -> Result<Edit, PolicyError> {
        let document = text.parse::<DocumentMut>().map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            PolicyError::at(text, offset, error.message(), "Correct the line.")
        })?;
        Ok(Edit { document })
    }

    /// The edited text.
    pub fn text(&self) -> String {
        self.document.to_string()
    }

    /// Sets a text in `[ceremony]`.
    pub fn set(&mut self, field: &str, text: &str) {
        self.put(&["ceremony"], field, text.into());
    }

    /// Sets an instant in `[ceremony]`.
    pub fn set_instant(&mut self, field: &str, at: Timestamp) {
        self.put(&["ceremony"], field, instant(at));
    }

    /// Sets a switch in `[ceremony]`.
    pub fn set_switch(&mut self, field: &str, on: bool) {
        self.put(&["ceremony"], field, on.into());
    }

    /// Removes a field of `[ceremony]`.
    pub fn remove_from_ceremony(&mut self, field: &str) {
        if let Some(table) = self.table(&["ceremony"]) {
            table.remove(field);
        }
    }

    /// Names the trusted root.
    pub fn set_trusted(&mut self, root: &str, sha256: &str) {
        self.put(&["trusted"], "root", root.into());
        self.put(&["trusted"], "sha256", sha256.into());
    }

    /// Removes a whole part of the file: `revoke`, `waiver`, `intended`, `trusted`.
    pub fn remove(&mut self, part: &str) {
        self.document.remove(part);
    }

    /// Adds or names a person.
    pub fn set_holder(&mut self, short: &str, name: &str, site: Option<&str>) {
        self.put(&["holder", short], "name", name.into());
        if let Some(site) = site {
            self.put(&["holder", short], "site", site.into());
        }
    }

    /// Adds a key.
    pub fn add_key(&mut self, key: &NewKey) {
        let path = ["key", key.name.as_str()];
        if let Some(holder) = &key.holder {
            self.put(&path, "holder", holder.as_str().into());
        }
        self.put(&path, "scheme", key.scheme.as_str().into());
        if !key.token.is_empty() {
            let mut token = InlineTable::new();
            for (field, text) in &key.token {
                // The object id of a YubiHSM is the one number among the fields.
                let number = text.parse::<i64>().ok().filter(|_| *field == "object");
                token.insert(*field, number.map_or_else(|| text.as_str().into(), Value::from));
            }
            self.put(&path, "token", Value::InlineTable(token));
        }
        if let Some(public) = &key.public {
            self.put(&path, "public", public.as_str().into());
        }
        if let Some(other) = &key.standby_for {
            self.put(&path, "standby_for", other.as_str().into());
        }
    }

    /// Takes the mark of a standby from a key.
    pub fn no_standby(&mut self, key: &str) {
        if let Some(table) = self.table(&["key", key]) {
            table.remove("standby_for");
        }
    }

    /// Lets a key into a role, as its last.
    pub fn add_to_role(&mut self, role: &str, key: &str) {
        let Some(keys) = self.keys_of(role) else { return };
        let before = keys.iter().last().map(|last| last.decor().clone());
        keys.push(key);
        if let (Some(decor), Some(last)) = (before.filter(|_| keys.len() > 1), keys.iter_mut().last()) {
            let blank =
                if keys_are_on_lines(&decor) { decor.prefix().cloned() } else { Some(RawString::from(" ")) };
            last.decor_mut().set_prefix(blank.unwrap_or_default());
        }
    }

    /// Takes a key out of a role.
    pub fn remove_from_role(&mut self, role: &str, key: &str) {
        let Some(keys) = self.keys_of(role) else { return };
        let Some(at) = keys.iter().position(|name| name.as_str() == Some(key)) else { return };
        let decor = keys.remove(at).decor().clone();
        if let Some(first) = keys.get_mut(0).filter(|_| at == 0) {
            *first.decor_mut() = decor;
        }
    }

    /// Gives a key's place in a role to another, or takes it away where the other is there already.
    pub fn replace_in_role(&mut self, role: &str, key: &str, by: &str) {
        let Some(keys) = self.keys_of(role) else { return };
        let there = keys.iter().any(|name| name.as_str() == Some(by));
        let place = keys.iter_mut().find(|name| name.as_str() == Some(key));
        match place {
            Some(_) if there => self.remove_from_role(role, key),
            Some(place) => {
                let decor = place.decor().clone();
                *place = Value::from(by);
                *place.decor_mut() = decor;
            }
            None => {}
        }
    }

    /// Sets how many must sign.
    pub fn set_threshold(&mut self, role: &str, threshold: i64) {
        self.put(&[part_of(role), role], "threshold", threshold.into());
    }

    /// Sets a period or an instant of expiry.
    pub fn set_expiry(&mut self, role: &str, expires: &super::Expiry) {
        let written = match expires {
            super::Expiry::On(at) => instant(*at),
            period @ super::Expiry::After { .. } => period.to_string().into(),
        };
        self.put(&[part_of(role), role], "expires", written);
    }

    /// Writes a whole role: for files that are made from a root.
    pub fn add_role(&mut self, role: &str, keys: &[String], threshold: i64, expires: &str) {
        let keys: Array = keys.iter().map(String::as_str).collect();
        self.put(&[part_of(role), role], "keys", Value::Array(keys));
        self.set_threshold(role, threshold);
        self.put(&[part_of(role), role], "expires", expires.into());
    }

    /// Lists a key under `[[revoke]]`. An entry that is there already is replaced.
    pub fn revoke(&mut self, key: &str, reason: Reason, since: Option<Timestamp>, replacement: Option<&str>) {
        let mut entry = Table::new();
        entry.insert("key", value(key));
        entry.insert("reason", value(reason.name()));
        if let Some(since) = since {
            entry.insert("since", Item::Value(instant(since)));
        }
        if let Some(by) = replacement {
            entry.insert("replacement", value(by));
        }
        if let Some(list) = self.list("revoke") {
            list.retain(|other| other.get("key").and_then(Item::as_str) != Some(key));
            list.push(spaced(entry));
        }
    }

    /// Records an act under `[[intended]]`.
    pub fn intend(&mut self, act: &Intended) {
        let mut entry = Table::new();
        entry.insert("act", value(act.act()));
        match act {
            Intended::AddKey { key, roles } => {
                entry.insert("key", value(key));
                entry.insert("roles", value(roles.iter().map(String::as_str).collect::<Array>()));
            }
            Intended::ReplaceKey { key, by } => {
                entry.insert("key", value(key));
                entry.insert("by", value(by));
            }
            Intended::RevokeKey { key } => {
                entry.insert("key", value(key));
            }
            Intended::SetThreshold { role, threshold } => {
                entry.insert("role", value(role));
                entry.insert("threshold", value(*threshold));
            }
            Intended::SetExpiry { role, expires } => {
                entry.insert("role", value(role));
                entry.insert("expires", value(expires.to_string()));
            }
            Intended::ReencodeKeys | Intended::Refresh => {}
        }
        if let Some(list) = self.list("intended") {
            list.push(spaced(entry));
        }
    }

    /// A table below the document, made where it is missing; `None` where something else has its place.
    fn table(&mut self, path: &[&str]) -> Option<&mut Table> {
        let mut table = self.document.as_table_mut();
        for (depth, part) in path.iter().enumerate() {
            let missing = || {
                let mut made = Table::new();
                made.set_implicit(depth + 1 < path.len());
                Item::Table(spaced(made))
            };
            table = table.entry(part).or_insert_with(missing).as_table_mut()?;
        }
        Some(table)
    }

    /// Sets a value; what stood around the old one, such as a comment behind it, stays.
    fn put(&mut self, path: &[&str], field: &str, new: Value) {
        let Some(table) = self.table(path) else { return };
        match table.get_mut(field).and_then(Item::as_value_mut) {
            Some(old) => {
                let decor = old.decor().clone();
                *old = new;
                *old.decor_mut() = decor;
            }
            None => drop(table.insert(field, Item::Value(new))),
        }
    }

    fn list(&mut self, name: &str) -> Option<&mut ArrayOfTables> {
        let missing = || Item::ArrayOfTables(ArrayOfTables::new());
        self.document.entry(name).or_insert_with(missing).as_array_of_tables_mut()
    }

    fn keys_of(&mut self, role: &str) -> Option<&mut Array> {
        self.document.get_mut(part_of(role))?.get_mut(role)?.get_mut("keys")?.as_array_mut()
    }
}

/// The part of the file in which a role stands.
fn part_of(role: &str) -> &'static str {
    if crate::tuf::TOP_LEVEL.contains(&role) { "role" } else { "delegation" }
}

/// A blank line before the table.
fn spaced(mut table: Table) -> Table {
    table.decor_mut().set_prefix("\n");
    table
}

/// Whether the elements of an array stand on lines of their own.
fn keys_are_on_lines(decor: &toml_edit::Decor) -> bool {
    decor.prefix().and_then(RawString::as_str).is_some_and(|prefix| prefix.contains('\n'))
}

/// A date and time as TOML has it. What `time::write` writes is one.
fn instant(at: Timestamp) -> Value {
    let text = time::write(at);
    text.parse::<toml_edit::Datetime>().map_or_else(|_| Value::from(text), Value::from)
}
