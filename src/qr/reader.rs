//! The reader of codes, kept at arm's length: it is a large crate, and pictures come from anywhere. One that makes it panic shows no
//! code; one that is full of what looks like corners of codes, or takes too long, is refused.

use std::sync::Once;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rxing::common::HybridBinarizer;
use rxing::multi::MultipleBarcodeReader as _;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, Luma8LuminanceSource};

/// The name of the thread that reads.
const READER: &str = "reader of codes";

/// How long it may take for one picture; most take a hundredth of this.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// How many places may look like a corner. The reader compares them in pairs. The data of the largest code have some hundred of
/// them by chance.
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
    let pixels = (0..width.saturating_mul(height)).map(grey).collect();
    let (Ok(columns), Ok(rows)) = (u32::try_from(width), u32::try_from(height)) else {
        return Ok(Vec::new());
    };
    let Ok(source) = Luma8LuminanceSource::new(pixels, columns, rows) else { return Ok(Vec::new()) };
    let mut picture = BinaryBitmap::new(HybridBinarizer::new(source));
    // In black and white, as the reader sees it.
    let sharp = picture.get_black_matrix();
    let corners = corners(columns, rows, |x, y| sharp.get(x, y));
    if corners > CORNERS {
        return Err(GivenUp::Corners);
    }
    let hints = DecodeHints {
        // In every third row and not only in some: a code may be small, or have many modules.
        TryHarder: Some(true),
        PossibleFormats: Some([BarcodeFormat::QR_CODE].into()),
        ..DecodeHints::default()
    };
    let found = QrReader.decode_multiple_with_hints(&mut picture, &hints).unwrap_or_default();
    Ok(found.iter().map(|code| code.getRawBytes().to_vec()).collect())
}

/// How many places look like a corner, in either colour: five runs in a row of about 1, 1, 3, 1 and 1, and not right below
/// another such.
fn corners(width: u32, height: u32, is_dark: impl Fn(u32, u32) -> bool) -> usize {
    let mut number = 0;
    let mut above: Vec<(u32, u32)> = Vec::new();
    for y in 0..height {
        let mut here = Vec::new();
        let (mut runs, mut begin, mut colour) = ([0_u32; 5], 0, None);
        for x in 0..=width {
            // Behind the last pixel every run ends.
            let next = (x < width).then(|| is_dark(x, y));
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
            let fits = |run: u32, of: u32| run + error >= of * average && run <= of * average + error;
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
