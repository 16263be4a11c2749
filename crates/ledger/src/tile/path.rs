//! Where a tile is: `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::parse_decimal;
use crate::position::Size;

/// Highest level that C2SP allows.
const LEVEL_MAX: u64 = 63;

/// How many hashes or entries a tile has, 1 to 256; one with fewer than 256 is partial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Width(u16);

/// The path of one tile or entry bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePath {
    /// `None` for an entry bundle.
    level: Option<u8>,
    index: u64,
    width: Width,
}

/// The text is not the one text of a tile's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the path of a tile")]
pub struct ParseTilePathError;

impl Width {
    /// A full tile.
    pub const FULL: Self = Self(256);

    /// The width, or `None` outside 1 to 256.
    #[must_use]
    pub fn new(width: u16) -> Option<Self> {
        (1..=256).contains(&width).then_some(Self(width))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl TilePath {
    /// The hash tile at a level (0 to 63) and place; `None` beyond level 63.
    #[must_use]
    pub fn hashes(level: u8, index: u64, width: Width) -> Option<Self> {
        (u64::from(level) <= LEVEL_MAX).then_some(Self {
            level: Some(level),
            index,
            width,
        })
    }

    /// The entry bundle at a place.
    #[must_use]
    pub const fn entries(index: u64, width: Width) -> Self {
        Self {
            level: None,
            index,
            width,
        }
    }

    /// The entry bundles of a ledger of `size` entries, in order: full ones, then a partial one if
    /// 256 does not divide the size.
    pub fn entries_of(size: Size) -> impl Iterator<Item = Self> {
        Self::level_of(None, size)
    }

    /// The tiles of leaf hashes of a ledger of `size` entries, in order.
    pub fn leaves_of(size: Size) -> impl Iterator<Item = Self> {
        Self::level_of(Some(0), size)
    }

    /// Whether a ledger of `size` entries has this very tile or entry bundle.
    #[must_use]
    pub fn is_in(&self, size: Size) -> bool {
        let (full, partial) = widths(self.level, size);
        match partial {
            _ if self.width == Width::FULL => self.index < full,
            partial => self.index == full && partial == Some(self.width),
        }
    }

    fn level_of(level: Option<u8>, size: Size) -> impl Iterator<Item = Self> {
        let (full, partial) = widths(level, size);
        let full_tiles = (0..full).map(move |index| Self {
            level,
            index,
            width: Width::FULL,
        });
        full_tiles.chain(partial.map(|width| Self {
            level,
            index: full,
            width,
        }))
    }

    /// The level of a hash tile; `None` for an entry bundle.
    #[must_use]
    pub const fn level(&self) -> Option<u8> {
        self.level
    }

    /// The place within the level.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How much it holds.
    #[must_use]
    pub const fn width(&self) -> Width {
        self.width
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(level) => write!(f, "tile/{level}/")?,
            None => f.write_str("tile/entries/")?,
        }
        // Groups of three digits; all but the last are directories and begin with an x.
        let digits = self.index.to_string();
        let digits = format!("{digits:0>width$}", width = digits.len().div_ceil(3) * 3);
        let (directories, file) = digits.split_at(digits.len() - 3);
        for directory in directories.as_bytes().chunks(3) {
            write!(f, "x{}/", String::from_utf8_lossy(directory))?;
        }
        f.write_str(file)?;
        if self.width == Width::FULL {
            Ok(())
        } else {
            write!(f, ".p/{}", self.width.0)
        }
    }
}

impl FromStr for TilePath {
    type Err = ParseTilePathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Written back, it must be the same text: that refuses leading zeros, groups too many and
        // partial tiles of width 256.
        parse(text)
            .filter(|path| path.to_string() == text)
            .ok_or(ParseTilePathError)
    }
}

/// How many full tiles a level has at this size, and how wide the partial one is, if there is one.
fn widths(level: Option<u8>, size: Size) -> (u64, Option<Width>) {
    let shift = 8 * u32::from(level.unwrap_or(0));
    let hashes = size.get().checked_shr(shift).unwrap_or(0);
    let partial = u16::try_from(hashes % 256).ok().and_then(Width::new);
    (hashes / 256, partial)
}

fn parse(text: &str) -> Option<TilePath> {
    let (level, rest) = text.strip_prefix("tile/")?.split_once('/')?;
    let level = match level {
        "entries" => None,
        level => Some(parse_decimal(level).filter(|level| *level <= LEVEL_MAX)?),
    };
    let (index, width) = match rest.split_once(".p/") {
        Some((index, width)) => (index, Width::new(parse_decimal(width)?.try_into().ok()?)?),
        None => (rest, Width::FULL),
    };
    let digits: String = index
        .split('/')
        .map(|group| group.strip_prefix('x').unwrap_or(group))
        .collect();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let level = level.map(u8::try_from).transpose().ok()?;
    Some(TilePath {
        level,
        index: digits.parse().ok()?,
        width,
    })
}
