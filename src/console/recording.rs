//! The recording of a screen in asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/): what was shown, and when. Nothing
//! that was typed is in it but what the terminal showed of it, so that nothing hidden ever is.

use std::path::{Path, PathBuf};

use crate::host::clock::{self, Stopwatch};
use crate::host::files::{self, FileError, Lock};

/// What stands in the place of an answer that could be a secret.
const NOT_RECORDED: &str = "[typed, and not recorded]";

/// Columns and rows where the window tells none.
const WINDOW: (u16, u16) = (80, 24);

/// A recording under way. The file is locked for as long, and each event is in it, synced, before the next.
pub(super) struct Recording {
    path: PathBuf,
    /// In bytes.
    length: u64,
    since: Stopwatch,
    window: (u16, u16),
    /// Which answers are recorded as they were typed.
    is_recorded: fn(&str) -> bool,
    _lock: Lock,
}

impl Recording {
    /// Begins in a file that must not exist yet.
    pub(super) fn begin(
        path: &Path,
        title: &str,
        window: Option<(u16, u16)>,
        is_recorded: fn(&str) -> bool,
    ) -> Result<Recording, FileError> {
        let window = window.unwrap_or(WINDOW);
        let header = serde_json::json!({
            "version": 2,
            "width": window.0,
            "height": window.1,
            "timestamp": clock::now().as_second(),
            "title": title,
        });
        let header = format!("{header}\n");
        if let Some(folder) = path.parent() {
            files::folder(folder)?;
        }
        files::create(path, header.as_bytes())?;
        let _lock = files::lock(path)?;
        let length = u64::try_from(header.len()).unwrap_or(u64::MAX);
        Ok(Recording { path: path.to_owned(), length, since: Stopwatch::start(), window, is_recorded, _lock })
    }

    /// Something appeared on the screen, in a window of this size.
    pub(super) fn shows(&mut self, text: &str, window: Option<(u16, u16)>) -> Result<(), FileError> {
        let window = window.unwrap_or(self.window);
        let mut lines = String::new();
        if window != self.window {
            lines.push_str(&self.event("r", &format!("{}x{}", window.0, window.1)));
        }
        // The terminal begins a line at its left edge where the program only ends one.
        lines.push_str(&self.event("o", &text.replace('\n', "\r\n")));
        files::append(&self.path, self.length, lines.as_bytes())?;
        self.window = window;
        self.length = self.length.saturating_add(u64::try_from(lines.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// Something was typed and appeared on the screen.
    pub(super) fn was_answered(&mut self, typed: &str, window: Option<(u16, u16)>) -> Result<(), FileError> {
        self.shows(if (self.is_recorded)(typed.trim()) { typed } else { NOT_RECORDED }, window)
    }

    fn event(&self, code: &str, data: &str) -> String {
        let micros = self.since.elapsed().as_micros();
        let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
        let (code, data) = (serde_json::Value::from(code), serde_json::Value::from(data));
        format!("[{seconds}.{rest:06}, {code}, {data}]\n")
    }
}
