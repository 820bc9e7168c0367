//! Single values: texts for people, names, paths, instants.

use jiff::Timestamp;
use jiff::civil::{self, Time};
use jiff::tz::TimeZone;
use toml::{Spanned, Value};
use unicode_normalization::is_nfc;

use super::raw::Text;
use super::read::{Read, Reader};
use super::typo::nearest;
use super::{PolicyError, WRAPPED};
use crate::host::display::visible;
use crate::tuf::time::Date;

impl Reader<'_> {
    /// An error about the place of a value.
    pub(super) fn error<T>(
        &self,
        at: &Spanned<T>,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> PolicyError {
        PolicyError::at(self.text, at.span().start, what, mend)
    }

    /// A text for people: not empty, one line, NFC, nothing invisible.
    pub(super) fn line(&self, text: &Text) -> Read<String> {
        let value = text.get_ref();
        if value.trim().is_empty() {
            return Err(self.error(text, "is empty", "Write what the field is for."));
        }
        if value.trim() != value {
            return Err(self.error(text, "begins or ends with a blank", "Remove the blank."));
        }
        if !is_nfc(value) {
            let what = "is not in Unicode's composed form (NFC)";
            let mend = "Type the accented letters anew; some systems store them in two parts.";
            return Err(self.error(text, what, mend));
        }
        if visible(value) != *value {
            let what = format!("has invisible or control characters: {value}");
            return Err(self.error(text, what, "Type the text anew."));
        }
        Ok(value.clone())
    }

    /// A name that is also part of file names and of command lines.
    pub(super) fn name(&self, text: &Text) -> Read<String> {
        let value = text.get_ref();
        if super::is_name(value) {
            return Ok(value.clone());
        }
        let mend = "Use up to 64 letters, digits, '-', '_' and '.', beginning with a letter or digit.";
        Err(self.error(text, format!("{value:?} cannot be used as a name"), mend))
    }

    /// A name that has to be defined elsewhere in the file, under `[what.NAME]`.
    pub(super) fn unknown<'k>(
        &self,
        name: &Text,
        what: &str,
        known: impl Iterator<Item = &'k String>,
    ) -> PolicyError {
        let known: Vec<&str> = known.map(String::as_str).collect();
        let mend = match nearest(name.get_ref(), known.iter().copied()) {
            Some(other) => format!("Did you mean {other:?}?"),
            None if known.is_empty() => format!("Add [{what}.{}].", name.get_ref()),
            None => format!("Add [{what}.{}], or use one of: {}.", name.get_ref(), known.join(", ")),
        };
        self.error(name, format!("there is no {what} {:?}", name.get_ref()), mend)
    }

    /// A path inside the ceremony directory.
    pub(super) fn path(&self, text: &Text) -> Read<String> {
        let value = self.line(text)?;
        if value.starts_with('/') || value.split('/').any(|part| part == ".." || part.is_empty()) {
            let what = format!("{value:?} does not stay inside the ceremony directory");
            let mend = "Copy the file into the ceremony directory and write its path from there.";
            return Err(self.error(text, what, mend));
        }
        if value.split('/').next().is_some_and(|top| top.eq_ignore_ascii_case(WRAPPED)) {
            let what =
                format!("{value:?} is among the wrapped backups of devices, which are shown to nobody");
            return Err(self.error(text, what, "Copy the file to another folder of the ceremony directory."));
        }
        Ok(value)
    }

    /// A version of specification 1, e.g. `1.0.31`.
    pub(super) fn spec_version(&self, text: &Text) -> Read<String> {
        let parts: Vec<&str> = text.get_ref().split('.').collect();
        let number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if parts.len() == 3 && parts.first() == Some(&"1") && parts.iter().all(number) {
            return Ok(text.get_ref().clone());
        }
        let what = format!("{:?} is not a version of specification 1", text.get_ref());
        Err(self.error(text, what, "Write for example \"1.0.31\"."))
    }

    /// Date, time and offset: one instant, wherever it is read.
    pub(super) fn instant(&self, value: &Spanned<Value>) -> Read<Timestamp> {
        Date::parse(&written(value)).map(|date| date.at).ok_or_else(|| {
            let mend = "Write date, time and Z without quotes, for example 2027-01-14T15:00:00Z.";
            self.error(value, "is not an instant in time", mend)
        })
    }

    /// An instant, or a date alone, which stands for its first moment in UTC.
    pub(super) fn day(&self, value: &Spanned<Value>) -> Read<Timestamp> {
        let text = written(value);
        // Of anything longer the library's date reader drops the time of day without a word.
        let day = if text.len() == "2027-02-01".len() { text.parse::<civil::Date>().ok() } else { None };
        let start = day.and_then(|day| TimeZone::UTC.to_timestamp(day.to_datetime(Time::midnight())).ok());
        let at = Date::parse(&text).map(|date| date.at).or(start);
        at.ok_or_else(|| self.error(value, "is not a date", "Write for example 2027-02-01."))
    }
}

/// A date as it was written, with quotes or without; nothing for other values.
pub(super) fn written(value: &Spanned<Value>) -> String {
    match value.get_ref() {
        Value::Datetime(date) => date.to_string(),
        Value::String(text) => text.clone(),
        _ => String::new(),
    }
}
