//! What a verdict takes for granted.

use crate::words;
use crate::words::Words;

/// What a verdict takes for granted that no record tells: with the record it could be another. Without one the verdict is certain, by
/// what is on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Proviso {
    /// That the contract agrees no start: none is on record.
    NoStartAgreed,
    /// That the land was handed over as agreed: no handing over is on record.
    DeliveredAsAgreed,
    /// That a cause which excuses the holder lasts: its end is not on record.
    CauseLasts,
    /// That such a cause ended when an event showed it: its own record does not tell its end.
    CauseEnded,
}

impl Proviso {
    /// Name for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoStartAgreed => "no-start-agreed",
            Self::DeliveredAsAgreed => "delivered-as-agreed",
            Self::CauseLasts => "cause-lasts",
            Self::CauseEnded => "cause-ended",
        }
    }

    /// In words that follow a verdict.
    pub fn words(self) -> Words {
        match self {
            Self::NoStartAgreed => words!("proviso-no-start-agreed", "if no start was agreed"),
            Self::DeliveredAsAgreed => words!("proviso-delivered", "if delivered as agreed"),
            Self::CauseLasts => words!("proviso-cause-lasts", "if the cause still lasts"),
            Self::CauseEnded => words!("proviso-cause-ended", "if the cause was over by then"),
        }
    }
}

/// A verdict with what it takes for granted.
pub(crate) fn qualified(verdict: impl Into<Words>, proviso: Option<Proviso>) -> Words {
    let verdict = verdict.into();
    match proviso {
        None => verdict,
        Some(proviso) => {
            words!("verdict-if", "{verdict}, {proviso}", verdict = verdict, proviso = proviso.words())
        }
    }
}
