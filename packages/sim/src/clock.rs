//! Dates and times as text, UTC, without a calendar library.

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// `2021-05-19 13:10` of seconds since the Unix epoch.
#[must_use]
pub fn format_minute(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(0);
    let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
    let of_day = seconds.rem_euclid(86_400);
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}",
        of_day / 3_600,
        of_day / 60 % 60
    )
}

/// Seconds since the Unix epoch of `2021-05-19`, `2021-05-19T13:10`, `2021-05-19 13:10:00` (UTC), of
/// milliseconds as in the files, or of seconds.
///
/// # Errors
/// What was expected.
pub fn parse_time(text: &str) -> Result<u64, String> {
    let expected = || {
        format!("{text:?} is no time; expected 2021-05-19, 2021-05-19T13:10 (UTC) or milliseconds since 1970")
    };
    if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        let number: u64 = text.parse().map_err(|_| expected())?;
        return Ok(if number >= 100_000_000_000 {
            number / 1_000
        } else {
            number
        });
    }
    let text = text.trim_end_matches('Z');
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let date = numbers(date, '-').ok_or_else(expected)?;
    let time = if time.is_empty() {
        vec![]
    } else {
        numbers(time, ':').ok_or_else(expected)?
    };
    let (&[year, month, day], true) = (date.as_slice(), time.len() != 1 && time.len() <= 3) else {
        return Err(expected());
    };
    let part = |index: usize| time.get(index).copied().unwrap_or(0);
    let (hour, minute, second) = (part(0), part(1), part(2));
    let days = days_from_civil(year, month, day);
    // A date that does not exist (30 February) comes back as another one.
    let real = (1..=12).contains(&month) && civil_from_days(days) == (year, month, day);
    if !real || !(1970..=9999).contains(&year) || hour > 23 || minute > 59 || second > 59 {
        return Err(expected());
    }
    u64::try_from(days * 86_400 + hour * 3_600 + minute * 60 + second).map_err(|_| expected())
}

/// A length of time in its largest whole unit.
#[must_use]
pub fn length(secs: u64) -> String {
    whole_units(secs).unwrap_or_else(|| format!("{secs} s"))
}

/// The same in days, hours or minutes; none where it is no whole number of minutes.
#[must_use]
pub fn whole_units(secs: u64) -> Option<String> {
    [(86_400, "d"), (3_600, "h"), (60, "min")]
        .into_iter()
        .find(|(length, _)| secs > 0 && secs % length == 0)
        .map(|(length, unit)| format!("{} {unit}", secs / length))
}

fn numbers(text: &str, separator: char) -> Option<Vec<i64>> {
    text.split(separator)
        .map(|part| {
            let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse().ok()).flatten()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_round_trip() {
        assert_eq!(parse_time("2021-05-19T13:10"), Ok(1_621_429_800));
        assert_eq!(parse_time("1621429800000"), Ok(1_621_429_800));
        assert_eq!(parse_time("2020-02-29"), Ok(1_582_934_400));
        assert_eq!(format_minute(1_621_429_800), "2021-05-19 13:10");
        for day in [0u64, 59, 60, 365, 11_016, 18_321, 20_000] {
            let text = format_minute(day * 86_400);
            assert_eq!(parse_time(&text), Ok(day * 86_400), "{text}");
        }
    }

    #[test]
    fn lengths_in_their_largest_whole_unit() {
        for (secs, expected) in [
            (0, "0 s"),
            (90, "90 s"),
            (300, "5 min"),
            (7_200, "2 h"),
            (1_814_400, "21 d"),
        ] {
            assert_eq!(length(secs), expected);
        }
    }

    #[test]
    fn refuses_other_texts() {
        for text in [
            "",
            "yesterday",
            "2021-02-30",
            "2021-5",
            "2021-05-19T25:00",
            "-5",
            "2021-05-19T7",
        ] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }
}
