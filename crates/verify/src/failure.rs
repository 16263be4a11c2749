//! Why no verdict was reached.

use std::fmt;
use std::io;
use std::path::PathBuf;

use kirokubo_ledger::checkpoint::CheckpointError;
use kirokubo_ledger::timestamp::RootsError;
use kirokubo_verify::CompareError;

use crate::state::StateError;

/// Why no verdict was reached.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A file cannot be read.
    Read(PathBuf, io::Error),
    /// A checkpoint the auditor brought is not one of that key.
    Checkpoint(PathBuf, CheckpointError),
    /// The policy is none, or is about other ledgers.
    Policy(PathBuf, String),
    /// The roots the auditor brought cannot be used.
    Roots(PathBuf, RootsError),
    /// The other bundle cannot be compared.
    Compare(PathBuf, CompareError),
    /// The state cannot be used.
    State(PathBuf, StateError),
    /// A file cannot be written.
    WriteFile(PathBuf, io::Error),
    /// The report cannot be written.
    Write(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(path, error) => {
                let path = path.display();
                write!(f, "{path} を読めません / cannot read {path}: {error}")
            }
            Self::Checkpoint(path, error) => {
                let path = path.display();
                write!(
                    f,
                    "{path} はこの検証鍵のチェックポイントではありません / {path} is not a checkpoint of this key: {error}"
                )
            }
            Self::Policy(path, why) => {
                let path = path.display();
                write!(
                    f,
                    "{path} を方針として使えません / {path} is no policy to use: {why}"
                )
            }
            Self::Roots(path, error) => {
                let path = path.display();
                write!(
                    f,
                    "{path} はルート証明書として使えません / {path} cannot be used as roots: {error}"
                )
            }
            Self::Compare(path, error) => {
                let path = path.display();
                write!(f, "{path} と比較できません / cannot compare with {path}: ")?;
                match error {
                    CompareError::Io(error) => write!(f, "{error}"),
                    CompareError::Bundle(error) => write!(f, "{error}"),
                    CompareError::Checkpoint(error) => write!(f, "{error}"),
                    CompareError::This | CompareError::Other => f.write_str(
                        "タイルが署名されたルートと一致しません / its tiles do not give the signed root",
                    ),
                }
            }
            Self::State(path, error) => {
                let path = path.display();
                match error {
                    StateError::Io(error) => write!(f, "{path} を読めません / cannot read {path}: {error}"),
                    StateError::Malformed => {
                        write!(f, "{path} は状態ファイルではありません / {path} is not a state")
                    }
                    StateError::Other | StateError::NoIdentity => write!(
                        f,
                        "{path} は別のバンドルまたは別の条件の状態です / {path} is the state of another bundle or of other options"
                    ),
                }
            }
            Self::WriteFile(path, error) => {
                let path = path.display();
                write!(f, "{path} に書き込めません / cannot write {path}: {error}")
            }
            Self::Write(error) => write!(f, "結果を出力できません / cannot write the report: {error}"),
        }
    }
}
