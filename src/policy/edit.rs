//! Editing `ceremony.toml`: single fields change, and comments, order and everything else stay as people wrote them.

use jiff::Timestamp;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use super::places::Places;
use super::{Intended, PolicyError, Reason};
use crate::tuf::time;

/// A `ceremony.toml` that is being edited.
#[derive(Clone, Debug)]
pub struct Edit {
    document: DocumentMut,
    /// Whether lines end as on Windows.
    carriage_returns: bool,
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
        let ends = text.matches('\n').count();
        let carriage_returns = ends > 0 && text.matches("\r\n").count() == ends;
        Ok(Edit { document, carriage_returns })
    }

    /// The edited text.
    pub fn text(&self) -> String {
        // The document forgets carriage returns.
        let text = self.document.to_string();
        if self.carriage_returns { text.replace('\n', "\r\n") } else { text }
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

    /// Whether the file has a part, such as `revoke`, with anything in it.
    pub fn has(&self, part: &str) -> bool {
        self.document.get(part).is_some_and(|item| match item {
            Item::ArrayOfTables(list) => !list.is_empty(),
            Item::Value(Value::Array(list)) => !list.is_empty(),
            _ => true,
        })
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

    /// Marks a key as one that was revoked, for all ceremonies to come.
    pub fn mark_revoked(&mut self, key: &str, reason: Reason) {
        self.put(&["key", key], "revoked", reason.name().into());
    }

    /// Takes the mark of a standby from a key.
    pub fn no_standby(&mut self, key: &str) {
        if let Some(table) = self.table(&["key", key]) {
            table.remove("standby_for");
        }
    }

    /// Lets a key into a role, as its last.
    pub fn add_to_role(&mut self, role: &str, key: &str) {
        self.keys_of(role, |keys| keys.add(key));
    }

    /// Takes a key out of a role, with the comment behind it.
    pub fn remove_from_role(&mut self, role: &str, key: &str) {
        self.keys_of(role, |keys| keys.remove(key));
    }

    /// Gives a key's place in a role to another, or takes it away where the other is there already.
    pub fn replace_in_role(&mut self, role: &str, key: &str, by: &str) {
        self.keys_of(role, |keys| if keys.has(by) { keys.remove(key) } else { keys.replace(key, by) });
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
        self.push("revoke", entry, |other| other.get("key").and_then(Item::as_str) != Some(key));
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
        self.forget_earlier(act);
        self.push("intended", entry, |_| true);
    }

    /// A table below the document, inline or not, made where it is missing; `None` where something else has its place.
    fn table(&mut self, path: &[&str]) -> Option<&mut dyn TableLike> {
        let mut item = self.document.as_item_mut();
        for (depth, part) in path.iter().enumerate() {
            let is_inline = item.is_inline_table();
            let missing = || {
                if is_inline {
                    return Item::Value(Value::InlineTable(InlineTable::new()));
                }
                let mut made = Table::new();
                made.set_implicit(depth + 1 < path.len());
                Item::Table(spaced(made))
            };
            item = item.as_table_like_mut()?.entry(part).or_insert_with(missing);
        }
        item.as_table_like_mut()
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

    /// Removes an earlier act that this one makes void: of a threshold, an expiry or a refresh the last word counts.
    fn forget_earlier(&mut self, act: &Intended) {
        let role = match act {
            Intended::SetThreshold { role, .. } | Intended::SetExpiry { role, .. } => Some(role.as_str()),
            Intended::ReencodeKeys | Intended::Refresh => None,
            Intended::AddKey { .. } | Intended::ReplaceKey { .. } | Intended::RevokeKey { .. } => return,
        };
        let is =
            |entry: &Table, field: &str, text: Option<&str>| entry.get(field).and_then(Item::as_str) == text;
        if let Some(list) = self.document.get_mut("intended").and_then(Item::as_array_of_tables_mut) {
            list.retain(|entry| !is(entry, "act", Some(act.act())) || !is(entry, "role", role));
        }
    }

    /// Adds an entry to a list of tables, and keeps those that are to stay. A list that is written as an array becomes one of
    /// tables; what is said around it is said above its first entry then.
    fn push(&mut self, name: &str, entry: Table, stays: impl Fn(&Table) -> bool) {
        let said = comments(&self.document, name);
        if let Some(mut key) = self.document.key_mut(name).filter(|_| said.is_some()) {
            key.leaf_decor_mut().clear();
        }
        let list = self.document.entry(name).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        if list.as_array().is_some_and(Array::is_empty) {
            *list = Item::ArrayOfTables(ArrayOfTables::new());
        } else if list.is_value() {
            let tables = std::mem::take(list).into_array_of_tables();
            *list = tables.map_or_else(|other| other, Item::ArrayOfTables);
        }
        let Some(list) = list.as_array_of_tables_mut() else { return };
        list.retain(stays);
        list.push(spaced(entry));
        if let Some((first, said)) = list.get_mut(0).zip(said) {
            first.decor_mut().set_prefix(format!("\n{said}"));
        }
    }

    fn keys_of(&mut self, role: &str, edit: impl FnOnce(&mut Places)) {
        let role = self.document.get_mut(part_of(role)).and_then(|part| part.get_mut(role));
        if let Some(array) = role.and_then(|role| role.get_mut("keys")).and_then(Item::as_array_mut) {
            let mut keys = Places::of(array);
            edit(&mut keys);
            keys.write(array);
        }
    }
}

/// The comments above, in and behind a list that is written as an array, line by line; `None` where it is no array.
fn comments(document: &DocumentMut, name: &str) -> Option<String> {
    let (key, item) = document.get_key_value(name)?;
    let array = item.as_array()?;
    let decors = std::iter::once(key.leaf_decor())
        .chain(array.iter().map(Value::decor))
        .flat_map(|decor| [decor.prefix(), decor.suffix()])
        .chain([Some(array.trailing()), array.decor().suffix()]);
    let texts = decors.flatten().filter_map(|text| text.as_str());
    let lines = texts.flat_map(str::lines).map(str::trim).filter(|line| line.starts_with('#'));
    Some(lines.map(|line| format!("{line}\n")).collect())
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

/// A date and time as TOML has it. What `time::write` writes is one.
fn instant(at: Timestamp) -> Value {
    let text = time::write(at);
    text.parse::<toml_edit::Datetime>().map_or_else(|_| Value::from(text), Value::from)
}
