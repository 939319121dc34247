//! Open interest over time: one amount, or a file of `timestamp_ms,open_interest`.
//!
//! Open interest is that of one side (long and short are equal), in quote units. A row holds from its time until the
//! next one; the first row also before it.

use std::path::Path;

use super::arguments::amount;
use crate::error::{SimError, SimResult};
use crate::prices::file::parse_timestamp;

/// Largest file read, bytes.
const MAX_BYTES: u64 = 64 << 20;

/// Open interest of one market, quote atoms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// From when on, seconds, and how much. In order of time, at least one.
    points: Vec<(u64, u128)>,
}

impl Profile {
    /// The same amount always.
    #[must_use]
    pub fn constant(atoms: u128) -> Self {
        Self {
            points: vec![(0, atoms)],
        }
    }

    /// An amount, or the name of a file.
    ///
    /// # Errors
    /// [`SimError::Usage`] for an amount of zero, [`SimError::Input`] with the line for a file that cannot be used.
    pub fn read(text: &str) -> SimResult<Self> {
        let looks_like_a_number = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b".-+,".contains(&byte));
        if !looks_like_a_number {
            return Self::read_file(Path::new(text));
        }
        match amount(text) {
            Ok(0) => Err(SimError::Usage(
                "--open-interest is zero; expected quote units such as 20000000, or a CSV file"
                    .to_owned(),
            )),
            Ok(atoms) => Ok(Self::constant(atoms)),
            Err(problem) => Err(SimError::Usage(format!("--open-interest {problem}"))),
        }
    }

    fn read_file(file: &Path) -> SimResult<Self> {
        let unreadable = |error: std::io::Error| {
            SimError::file(
                file,
                format!("cannot be read: {error}; --open-interest expects quote units or a CSV of timestamp_ms,open_interest"),
            )
        };
        let length = std::fs::metadata(file).map_err(unreadable)?.len();
        if length > MAX_BYTES {
            return Err(SimError::file(
                file,
                format!("has {length} bytes; at most {MAX_BYTES} are read"),
            ));
        }
        let bytes = std::fs::read(file).map_err(unreadable)?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        Self::parse(file, bytes)
    }

    fn parse(file: &Path, bytes: &[u8]) -> SimResult<Self> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(bytes);
        let mut points: Vec<(u64, u128)> = vec![];
        for (index, record) in reader.records().enumerate() {
            let record = record.map_err(|error| {
                let line = error.position().map_or(0, csv::Position::line);
                SimError::line(file, line, format!("is not text: {error}"))
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            let bad = |problem: String| SimError::line(file, line, problem);
            let [time, value] = [record.get(0), record.get(1)].map(Option::unwrap_or_default);
            if index == 0 && time.eq_ignore_ascii_case("timestamp_ms") {
                if !value.eq_ignore_ascii_case("open_interest") {
                    return Err(bad(format!(
                        "the second column is {value:?}; expected timestamp_ms,open_interest"
                    )));
                }
                continue;
            }
            if record.len() != 2 {
                return Err(bad(format!(
                    "has {} columns; expected 2: timestamp_ms,open_interest",
                    record.len()
                )));
            }
            let time = parse_timestamp(time).map_err(bad)?;
            if let Some((last, _)) = points.last().filter(|(last, _)| *last >= time) {
                return Err(bad(format!(
                    "timestamp_ms is {}; expected more than {}",
                    time.saturating_mul(1_000),
                    last.saturating_mul(1_000)
                )));
            }
            let atoms = amount(value).map_err(|problem| bad(format!("open_interest {problem}")))?;
            points.push((time, atoms));
        }
        if points.iter().all(|(_, atoms)| *atoms == 0) {
            return Err(SimError::file(
                file,
                format!(
                    "has {} rows and none with open interest above zero; expected lines of timestamp_ms,open_interest",
                    points.len()
                ),
            ));
        }
        Ok(Self { points })
    }

    /// What it is at a time, quote atoms.
    #[must_use]
    pub fn at(&self, time: u64) -> u128 {
        let next = self.points.partition_point(|(from, _)| *from <= time);
        self.points
            .get(next.saturating_sub(1))
            .map_or(0, |(_, atoms)| *atoms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> SimResult<Profile> {
        Profile::parse(Path::new("oi.csv"), text.as_bytes())
    }

    #[test]
    fn a_row_holds_until_the_next_one() {
        let profile =
            parsed("timestamp_ms,open_interest\n1600000000000,5\n1600000060000,7.5\n").unwrap();
        let units = |time| profile.at(time) / 100_000;
        assert_eq!(units(1), 50);
        assert_eq!(units(1_600_000_059), 50);
        assert_eq!(units(1_600_000_060), 75);
        assert_eq!(units(u64::MAX), 75);
        assert_eq!(Profile::constant(3).at(9), 3);
    }

    #[test]
    fn what_does_not_fit_names_its_line() {
        for (text, line, what) in [
            ("timestamp_ms,oi\n1600000000000,5\n", ":1", "second column"),
            ("1600000000000,5,6\n", ":1", "3 columns"),
            ("1600000000000,5\n1600000000000,5\n", ":2", "more than"),
            ("1600000000000,5\n1600000060000,x\n", ":2", "open_interest"),
            ("1600000000000,5\n1600000060000,-1\n", ":2", "negative"),
            ("noon,5\n", ":1", "timestamp_ms"),
            ("1600000000000,0\n", "", "above zero"),
            ("", "", "0 rows"),
        ] {
            let error = parsed(text).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            let shown = error.to_string();
            assert!(
                shown.starts_with(&format!("oi.csv{line}: ")) && shown.contains(what),
                "{text:?}: {shown}"
            );
        }
        for bad in ["0", "-5", "1,000"] {
            assert!(
                matches!(Profile::read(bad), Err(SimError::Usage(_))),
                "{bad}"
            );
        }
    }
}
