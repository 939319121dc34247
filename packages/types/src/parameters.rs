//! What contracts say of their parameters besides hard ranges: which change of one loosens, and what must hold between
//! them. `docs/parameters.md` is made from it.

/// Which change of a parameter loosens: takes protection from somebody who relies on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Loosens {
    /// Raising it.
    Up,
    /// Lowering it (for a switch: turning it off).
    Down,
    /// Any change: each way may hurt somebody who cannot leave at once.
    Either,
}

impl Loosens {
    /// For people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Either => "either",
        }
    }

    /// Whether a change from one value to another loosens.
    #[must_use]
    pub fn loosened<T: PartialOrd>(self, before: T, after: T) -> bool {
        match self {
            Self::Up => after > before,
            Self::Down => after < before,
            Self::Either => after != before,
        }
    }
}

/// What must hold between fields of a message, besides their ranges.
pub struct Relation<T: 'static> {
    /// In words.
    pub rule: &'static str,
    /// Whether it does.
    pub holds: fn(&T) -> bool,
}

impl<T> Relation<T> {
    /// The rule of the first relation that a message breaks.
    #[must_use]
    pub fn first_broken(relations: &[Self], message: &T) -> Option<&'static str> {
        let broken = relations.iter().find(|one| !(one.holds)(message));
        broken.map(|one| one.rule)
    }
}
