//! Signals that end or stop the program while the terminal has other settings than its own: it gets those back first, and the program
//! ends by that signal, or stops, all the same. SIGHUP is left alone, with which the terminal is gone, too. When the program goes on
//! after a stop (SIGSTOP, too, which nobody can catch), its settings hold again: a shell has set its own meanwhile, echo included.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::stdio::stdin;
use signal_hook::consts::{SIGCONT, SIGINT, SIGQUIT, SIGSTOP, SIGTERM, SIGTSTP};
use signal_hook::{flag, low_level};

/// Whether the terminal has its own settings: then a signal ends the program at once.
static OWN: AtomicBool = AtomicBool::new(true);

/// The signal that came while it had not; 0 if none did.
static CAUGHT: AtomicUsize = AtomicUsize::new(0);

/// Whether the program has to stop, and has not yet.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// Whether the program goes on after a stop.
static GOES_ON: AtomicBool = AtomicBool::new(false);

/// Where there is something to read as soon as one comes. What the program waits for could begin just after it came.
static BELL: OnceLock<Option<OwnedFd>> = OnceLock::new();

/// What a wait ended with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// Something to read, or the end of it.
    Input,
    /// Nothing: the time is over, or something else interrupted.
    Nothing,
    /// A signal: the program ends as soon as the terminal's settings are put back.
    End,
    /// A signal: the program stops as soon as they are.
    Stop,
    /// The program goes on after a stop: others may have set the terminal meanwhile.
    Resumed,
}

/// From now on the terminal has other settings.
pub(super) fn hold() {
    // Where signals cannot be watched they do what they always do.
    BELL.get_or_init(|| watch().ok());
    // A stop while the terminal had its own settings is over.
    STOPPING.store(false, Ordering::SeqCst);
    OWN.store(false, Ordering::SeqCst);
}

/// The terminal has its own settings again. Where a signal came meanwhile, the program ends here.
pub(super) fn release() {
    OWN.store(true, Ordering::SeqCst);
    let caught = CAUGHT.load(Ordering::SeqCst);
    if let Some(signal) = i32::try_from(caught).ok().filter(|signal| *signal != 0) {
        // Of these there is a default, and it does not come back.
        let _ = low_level::emulate_default_handler(signal);
    }
}

/// Stops the program, as SIGTSTP does; it goes on from here.
pub(super) fn stop() {
    // Not SIGTSTP again, which is caught.
    let _ = low_level::raise(SIGSTOP);
}

/// Waits for input; without a time, for as long as it takes.
pub(super) fn wait(time: Option<Duration>) -> io::Result<Came> {
    let time = time.map(Timespec::try_from).transpose().map_err(|_| io::ErrorKind::InvalidInput)?;
    let input = stdin();
    let mut all = vec![PollFd::new(&input, PollFlags::IN)];
    all.extend(BELL.get().into_iter().flatten().map(|bell| PollFd::new(bell, PollFlags::IN)));
    let polled = poll(&mut all, time.as_ref());
    // What rang is looked at below: each signal is noted before it rings.
    if let Some(Some(bell)) = BELL.get() {
        let _ = rustix::io::read(bell, &mut [0; 64]);
    }
    if CAUGHT.load(Ordering::SeqCst) != 0 {
        return Ok(Came::End);
    }
    if STOPPING.swap(false, Ordering::SeqCst) {
        return Ok(Came::Stop);
    }
    if GOES_ON.swap(false, Ordering::SeqCst) {
        return Ok(Came::Resumed);
    }
    let has_input = all.first().is_some_and(|input| !input.revents().is_empty());
    match polled {
        Ok(_) if !has_input => Ok(Came::Nothing),
        Err(Errno::INTR) => Ok(Came::Nothing),
        other => other.map(|_| Came::Input).map_err(io::Error::from),
    }
}

fn watch() -> io::Result<OwnedFd> {
    let (bell, rope) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
    for signal in [SIGINT, SIGQUIT, SIGTERM] {
        flag::register_conditional_default(signal, &OWN)?;
        flag::register_usize(signal, &CAUGHT, usize::try_from(signal).unwrap_or_default())?;
        low_level::pipe::register(signal, rope.try_clone()?)?;
    }
    flag::register_conditional_default(SIGTSTP, &OWN)?;
    for (signal, noted) in [(SIGTSTP, &STOPPING), (SIGCONT, &GOES_ON)] {
        flag::register(signal, noted)?;
        low_level::pipe::register(signal, rope.try_clone()?)?;
    }
    Ok(bell)
}
