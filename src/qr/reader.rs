//! The reader of codes, kept at arm's length: it is a crate that panics on some pictures, and that on others, full of what looks
//! like corners of codes, takes hours or all memory. A picture that makes it panic shows no code; one that has too many
//! corners or takes too long is refused.

use std::sync::Once;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rqrr::PreparedImage;

/// The name of the thread that reads.
const READER: &str = "reader of codes";

/// How long it may take for one picture; most take a hundredth of this.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// How many places may look like a corner. The reader compares them in pairs, and this many take 200 megabytes. The data of the
/// largest code have some hundred of them by chance.
const CORNERS: usize = 20_000;

/// Why a picture was not looked at to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenUp {
    /// Too many places look like corners.
    Corners,
    /// It takes too long.
    Time,
}

/// What the codes in a grey picture say, dark on light, and if there are none, light on dark. `patience` is how long that may take.
pub fn read(width: usize, height: usize, grey: Vec<u8>, patience: Duration) -> Result<Vec<Vec<u8>>, GivenUp> {
    hush();
    let (sender, receiver) = channel();
    let look = move || {
        let dark = found(width, height, |at| grey.get(at).copied().unwrap_or_default());
        let all = match dark {
            Ok(codes) if codes.is_empty() => {
                found(width, height, |at| 255 - grey.get(at).copied().unwrap_or_default())
            }
            other => other,
        };
        // Nobody waits any more if it took too long.
        let _ = sender.send(all);
    };
    // It cannot be stopped; if it is given up, it ends with the program.
    if thread::Builder::new().name(READER.to_owned()).spawn(look).is_err() {
        return Err(GivenUp::Time);
    }
    match receiver.recv_timeout(patience) {
        Ok(found) => found,
        Err(RecvTimeoutError::Timeout) => Err(GivenUp::Time),
        // It panicked.
        Err(RecvTimeoutError::Disconnected) => Ok(Vec::new()),
    }
}

fn found(width: usize, height: usize, grey: impl Fn(usize) -> u8) -> Result<Vec<Vec<u8>>, GivenUp> {
    let mut picture = PreparedImage::prepare_from_greyscale(width, height, |x, y| grey(y * width + x));
    // In black and white, as the reader sees it.
    let corners = corners(width, height, |x, y| picture.get_pixel_at(x, y));
    if corners > CORNERS {
        return Err(GivenUp::Corners);
    }
    let mut found = Vec::new();
    for grid in picture.detect_grids() {
        let mut content = Vec::new();
        if grid.decode_to(&mut content).is_ok() {
            found.push(content);
        }
    }
    Ok(found)
}

/// How many places look like a corner, in either colour: five runs in a row of about 1, 1, 3, 1 and 1, and not right below
/// another such.
fn corners<P: PartialEq>(width: usize, height: usize, pixel: impl Fn(usize, usize) -> P) -> usize {
    let mut number = 0;
    let mut above: Vec<(usize, usize)> = Vec::new();
    for y in 0..height {
        let mut here = Vec::new();
        let (mut runs, mut begin, mut colour) = ([0; 5], 0, None);
        for x in 0..=width {
            // Behind the last pixel every run ends.
            let next = (x < width).then(|| pixel(x, y));
            let goes_on = next == colour || x == 0;
            colour = next;
            if goes_on {
                continue;
            }
            runs.rotate_left(1);
            let [a, b, c, d, last] = &mut runs;
            *last = x - begin;
            begin = x;
            let average = (*a + *b + *d + *last) / 4;
            let error = average * 3 / 4;
            let fits = |run: usize, of: usize| run + error >= of * average && run <= of * average + error;
            if *a > 0 && [*a, *b, *d, *last].into_iter().all(|run| fits(run, 1)) && fits(*c, 3) {
                let right = x - *last - *d;
                here.push((right - *c, right));
            }
        }
        // Both are in the order of columns, so that one walk through them compares all.
        let mut others = above.iter().peekable();
        for (left, right) in &here {
            while others.next_if(|other| other.1 <= *left).is_some() {}
            number += usize::from(others.peek().is_none_or(|other| other.0 >= *right));
        }
        above = here;
    }
    number
}

/// The reader's panics are not for the screen; all others are told as before.
fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if thread::current().name() != Some(READER) {
                others(panic);
            }
        }));
    });
}
