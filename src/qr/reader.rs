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

/// What the codes in a grey picture say. `patience` is how long that may take.
///
/// Codes are dark on light, or light on dark. The reader tells them apart by what is around each place, which fails on some
/// photographs that are lit evenly; if nothing is found, one threshold for all of the picture is tried, too.
pub fn read(width: usize, height: usize, grey: Vec<u8>, patience: Duration) -> Result<Vec<Vec<u8>>, GivenUp> {
    hush();
    let (sender, receiver) = channel();
    let look = move || {
        let threshold = threshold(&grey);
        let shade = |at: usize| grey.get(at).copied().unwrap_or_default();
        let sharp = |at: usize| if shade(at) > threshold { u8::MAX } else { 0 };
        let ways: [&dyn Fn(usize) -> u8; 4] =
            [&shade, &|at| u8::MAX - shade(at), &sharp, &|at| u8::MAX - sharp(at)];
        let mut all = Ok(Vec::new());
        for way in ways {
            all = found(width, height, way);
            if !matches!(&all, Ok(codes) if codes.is_empty()) {
                break;
            }
        }
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

/// The shade that parts the dark from the light best (Otsu, IEEE Transactions on Systems, Man, and Cybernetics 9, 1979).
fn threshold(grey: &[u8]) -> u8 {
    let mut count = [0_u64; 256];
    for shade in grey {
        if let Some(count) = count.get_mut(usize::from(*shade)) {
            *count += 1;
        }
    }
    let sum = |(shade, count): (u8, &u64)| u64::from(shade) * count;
    let (all, total) = (grey.len() as f64, (0..=u8::MAX).zip(&count).map(sum).sum::<u64>() as f64);
    let (mut dark, mut dark_total, mut best) = (0.0, 0.0, (0.0, 0));
    for (shade, count) in (0..=u8::MAX).zip(&count) {
        dark += *count as f64;
        dark_total += (u64::from(shade) * count) as f64;
        let light = all - dark;
        if dark > 0.0 && light > 0.0 {
            let apart = dark_total / dark - (total - dark_total) / light;
            let between = dark * light * apart * apart;
            if between > best.0 {
                best = (between, shade);
            }
        }
    }
    best.1
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
