//! What can be wrong with the tar around a bundle.

use super::path::BundlePath;

/// Why a tar is not a bundle: it is not byte for byte what a writer makes of these files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TarFault {
    /// A header is damaged, or says something that no file of a bundle has: another mode, owner,
    /// time, format or way to write a number.
    #[error("the tar header at byte {offset} is not that of a bundle's file")]
    Header {
        /// Where the header begins.
        offset: u64,
    },
    /// A file is a link, a directory or something else than a regular file.
    #[error("the tar entry at byte {offset} is not a regular file")]
    NotRegular {
        /// Where the header begins.
        offset: u64,
    },
    /// A path is not one that may stand in a bundle.
    #[error("the tar entry at byte {offset} has no path of a bundle")]
    Path {
        /// Where the header begins.
        offset: u64,
    },
    /// The files are not sorted by path, or one stands there twice.
    #[error("{path} is not in its place")]
    Order {
        /// The later path.
        path: BundlePath,
    },
    /// Something stands between the end of a file and the next header.
    #[error("the padding at byte {offset} is not zero")]
    Padding {
        /// Where the file ends.
        offset: u64,
    },
    /// The tar ends before its end marker.
    #[error("the tar ends at byte {offset}, before its end marker")]
    Truncated {
        /// How many bytes there are.
        offset: u64,
    },
    /// Something follows the first block of the end marker that is not the second and last.
    #[error("something stands behind the end marker at byte {offset}")]
    Trailing {
        /// Where the end marker begins.
        offset: u64,
    },
}

impl TarFault {
    /// The Japanese text, without a full stop.
    #[must_use]
    pub fn ja(&self) -> String {
        match self {
            Self::Header { offset } => {
                format!("{offset} バイト目のヘッダーが壊れているか、決められた形ではありません")
            }
            Self::NotRegular { offset } => format!("{offset} バイト目は通常のファイルではありません"),
            Self::Path { offset } => format!("{offset} バイト目のファイル名が規則に合いません"),
            Self::Order { path } => format!("{path} の位置が順序どおりではありません"),
            Self::Padding { offset } => format!("{offset} バイト目からの余白にデータがあります"),
            Self::Truncated { offset } => format!("{offset} バイト目で途切れています"),
            Self::Trailing { offset } => format!("{offset} バイト目からの終端の後に余分なデータがあります"),
        }
    }
}
