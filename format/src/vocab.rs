//! Go's words for what counters mean, parsed and printed by their Go names.

use core::fmt;
use core::str::FromStr;

/// A name that is none of those a type knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {what}")]
pub struct ParseNameError {
    /// What was expected, in words.
    what: &'static str,
}

macro_rules! vocabulary {
    ($(#[$meta:meta])* $type:ident, $what:literal, { $($(#[$vmeta:meta])* $variant:ident = $code:literal, $name:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $type {
            $($(#[$vmeta])* $variant = $code,)+
        }

        impl $type {
            /// Every value, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value that a file stores as `code`; none if there is no such.
            #[must_use]
            pub const fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// The code that files store.
            #[must_use]
            pub const fn code(self) -> u8 {
                self as u8
            }

            /// Go's name, which is also what hashes are taken over.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $type {
            type Err = ParseNameError;

            fn from_str(name: &str) -> Result<Self, ParseNameError> {
                Self::ALL.iter().copied().find(|value| value.name() == name)
                    .ok_or(ParseNameError { what: $what })
            }
        }
    };
}

vocabulary! {
    /// What a counter counts.
    CounterMode, "counter mode (set, count, atomic, regonly, testmain)", {
        /// No mode: what a merge of nothing leaves in its header.
        Invalid = 0, "<invalid>";
        /// Whether a unit ran: 0 or 1.
        Set = 1, "set";
        /// How often a unit ran; threads may lose increments.
        Count = 2, "count";
        /// How often a unit ran, exact between threads.
        Atomic = 3, "atomic";
        /// Build-time pseudo mode: registered, not counted.
        RegOnly = 4, "regonly";
        /// Build-time pseudo mode: a generated test main package.
        TestMain = 5, "testmain";
    }
}

vocabulary! {
    /// What has a counter of its own.
    Granularity, "counter granularity (perblock, perfunc)", {
        /// Nothing: what a merge of nothing leaves in its header.
        Invalid = 0, "<invalid>";
        /// Each unit.
        PerBlock = 1, "perblock";
        /// Each function.
        PerFunc = 2, "perfunc";
    }
}

vocabulary! {
    /// How a counter file stores its numbers.
    Flavor, "counter flavor (raw, uleb128)", {
        /// 32 bits each, in the byte order that the header states.
        Raw = 1, "raw";
        /// Unsigned LEB128.
        Uleb128 = 2, "uleb128";
    }
}

impl CounterMode {
    /// Whether counters of two runs unite (0 or 1) instead of adding up.
    #[must_use]
    pub const fn unites(self) -> bool {
        matches!(self, Self::Set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_round_trip() {
        for mode in CounterMode::ALL {
            assert_eq!(mode.name().parse::<CounterMode>(), Ok(*mode));
            assert_eq!(CounterMode::from_code(mode.code()), Some(*mode));
        }
        for granularity in Granularity::ALL {
            assert_eq!(granularity.name().parse::<Granularity>(), Ok(*granularity));
        }
        for flavor in Flavor::ALL {
            assert_eq!(Flavor::from_code(flavor.code()), Some(*flavor));
        }
        assert!("Set".parse::<CounterMode>().is_err());
        assert_eq!(CounterMode::from_code(6), None);
        assert_eq!(Granularity::from_code(3), None);
    }
}
