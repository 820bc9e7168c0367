//! Codes as pictures: PNG, SVG, and the half blocks of a terminal.

use std::fmt::Write as _;
use std::iter::repeat_n;

use png::{BitDepth, ColorType, Encoder};

use super::QrError;
use super::code::{Code, QUIET, QUIET_IN_TERMINAL};

/// Pixels a module of a code that stands alone: a few hundred a side, which a phone reads from any screen as it is.
pub const LARGE: usize = 8;

/// Pixels a module of the pictures of a sequence, of which there are many; whoever shows them can make them larger.
pub const SMALL: usize = 4;

/// A PNG of one bit a pixel, with the quiet zone and so many pixels a module. The same code gives the same bytes.
///
/// # Errors
/// None that can be made to happen: those of the crate that writes PNG.
pub fn png(code: &Code, pixels: usize, inverted: bool) -> Result<Vec<u8>, QrError> {
    let modules = code.side + 2 * QUIET;
    let row = |y: usize| {
        let light = (0..modules).map(move |x| code.is_light(x, y, QUIET) != inverted);
        let bits: Vec<bool> = light.flat_map(|light| repeat_n(light, pixels)).collect();
        bits.chunks(8)
            .map(|eight| eight.iter().fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit)))
            .collect::<Vec<u8>>()
    };
    let rows: Vec<u8> = (0..modules).flat_map(|y| row(y).repeat(pixels)).collect();
    let failed = |error: png::EncodingError| QrError::Damaged(error.to_string());
    let side = u32::try_from(modules * pixels).unwrap_or(u32::MAX);
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&rows).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(png)
}

/// An SVG that stands alone, with the quiet zone.
pub fn svg(code: &Code, inverted: bool) -> String {
    let side = code.side + 2 * QUIET;
    let (light, dark) = if inverted { ("#000", "#fff") } else { ("#fff", "#000") };
    let pixels = side * LARGE;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{pixels}\" height=\"{pixels}\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><path fill=\"{light}\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"{dark}\" d=\"{}\"/></svg>\n",
        path(code)
    )
}

/// The dark modules as one path of bars, a unit each, moved by the quiet zone.
pub fn path(code: &Code) -> String {
    let mut path = String::new();
    for (x, y, length) in code.bars() {
        // Into a string, which refuses nothing.
        let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET);
    }
    path
}

/// The lines of a code in a terminal: two rows of modules a line, by upper half blocks. The colours are black and white of the
/// 256 that do not depend on the terminal's own scheme; what follows on the line has its colours.
pub fn half_blocks(code: &Code, inverted: bool) -> Vec<String> {
    let side = code.side + 2 * QUIET_IN_TERMINAL;
    let shade = |x, y| if code.is_light(x, y, QUIET_IN_TERMINAL) != inverted { "231" } else { "16" };
    let line = |row: usize| {
        let mut line = String::new();
        let mut last = ("", "");
        for x in 0..side {
            let shades = (shade(x, 2 * row), shade(x, 2 * row + 1));
            if shades != last {
                let _ = write!(line, "\x1b[38;5;{};48;5;{}m", shades.0, shades.1);
                last = shades;
            }
            line.push('\u{2580}');
        }
        line.push_str("\x1b[0m");
        line
    };
    (0..side.div_ceil(2)).map(line).collect()
}
