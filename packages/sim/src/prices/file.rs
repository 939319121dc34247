//! Reads files of prices: `timestamp_ms,open,high,low,close,volume`, bars of equal length without gaps.
//!
//! A first line of names decides which column is which; further columns are ignored. A file whose first line
//! begins with a number has no names and that column order, as exchanges' kline downloads do. Whatever does
//! not fit is an error that names the file, the line and what was expected; nothing is repaired silently.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::series::{Bar, Series, MAX_MANTISSA, VOLUME_DECIMALS};
use crate::decimal::PlainDecimal;
use crate::error::{SimError, SimResult};

const COLUMNS: [&str; 6] = ["timestamp_ms", "open", "high", "low", "close", "volume"];

/// Largest file read, bytes.
const MAX_BYTES: u64 = 256 << 20;

/// Timestamps from here on are microseconds, as newer kline downloads have them (ms would be year 5138).
const MICROSECONDS_FROM: u64 = 100_000_000_000_000;

/// Reads several files, each a market of its own.
///
/// # Errors
/// [`SimError::Input`] for the first file that cannot be used, or that was given before, under whatever name: two markets
/// with the same prices would look like a diversified exchange.
pub fn read_all(files: &[PathBuf]) -> SimResult<Vec<Series>> {
    let mut used: BTreeMap<String, u32> = BTreeMap::new();
    let mut seen: BTreeMap<PathBuf, &Path> = BTreeMap::new();
    let mut all = vec![];
    for file in files {
        let mut series = read(file)?;
        let real = file.canonicalize().unwrap_or_else(|_| file.clone());
        if let Some(before) = seen.insert(real, file) {
            return Err(SimError::file(
                file,
                format!(
                    "is given twice (before as {}); expected a file of its own for each market",
                    before.display()
                ),
            ));
        }
        let count = used.entry(series.symbol.clone()).or_default();
        *count = count.saturating_add(1);
        if *count > 1 {
            series.symbol = format!("{}-{count}", series.symbol);
        }
        all.push(series);
    }
    Ok(all)
}

/// Reads one file.
///
/// # Errors
/// [`SimError::Input`] with file, line and what was expected.
pub fn read(file: &Path) -> SimResult<Series> {
    let metadata = std::fs::metadata(file)
        .map_err(|error| SimError::file(file, format!("cannot be read: {error}")))?;
    if metadata.is_dir() {
        return Err(SimError::file(file, "is a folder; expected a CSV file"));
    }
    if metadata.len() > MAX_BYTES {
        return Err(SimError::file(
            file,
            format!("has {} bytes; at most {MAX_BYTES} are read", metadata.len()),
        ));
    }
    let bytes = std::fs::read(file)
        .map_err(|error| SimError::file(file, format!("cannot be read: {error}")))?;
    // Spreadsheets write a byte-order mark first.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    parse(file, bytes)
}

/// A line as read, before all prices have the same number of decimals.
struct Row {
    line: u64,
    time: u64,
    prices: [PlainDecimal; 4],
    volume: u128,
}

fn parse(file: &Path, bytes: &[u8]) -> SimResult<Series> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let mut columns = None;
    let mut width = None;
    let mut rows: Vec<Row> = vec![];
    let mut bar_secs = None;
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(file, &error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let expected = *width.get_or_insert(record.len());
        if record.len() > expected {
            return Err(SimError::line(
                file,
                line,
                format!(
                    "has {} columns; expected {expected}, as the first line has",
                    record.len()
                ),
            ));
        }
        let columns = match columns {
            Some(columns) => columns,
            None => {
                let (found, names) = find_columns(file, line, &record)?;
                columns = Some(found);
                if names {
                    continue;
                }
                found
            }
        };
        let row = parse_row(file, line, &record, columns)?;
        check_order(file, rows.last(), &row, &mut bar_secs)?;
        rows.push(row);
    }
    let Some(bar_secs) = bar_secs else {
        return Err(SimError::file(
            file,
            format!(
                "has {} bars; expected at least 2, after a first line {}",
                rows.len(),
                COLUMNS.join(",")
            ),
        ));
    };
    let (decimals, bars) = align(file, &rows)?;
    Ok(Series {
        symbol: symbol_of(file),
        source: file.display().to_string(),
        decimals,
        bar_secs,
        bars,
    })
}

fn unreadable(file: &Path, error: &csv::Error) -> SimError {
    match error.position() {
        Some(position) => SimError::line(file, position.line(), format!("is not text: {error}")),
        None => SimError::file(file, format!("cannot be read: {error}")),
    }
}

/// Where each column stands, and whether the record was the line of names.
fn find_columns(file: &Path, line: u64, record: &StringRecord) -> SimResult<([usize; 6], bool)> {
    let first = record.get(0).unwrap_or_default();
    if !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(([0, 1, 2, 3, 4, 5], false));
    }
    let mut columns = [0; 6];
    for (name, column) in COLUMNS.iter().zip(columns.iter_mut()) {
        let matches = |found: &str| {
            let found = found.to_ascii_lowercase();
            found == *name || (*name == "timestamp_ms" && found == "open_time")
        };
        if record.iter().filter(|found| matches(found)).count() > 1 {
            return Err(SimError::line(
                file,
                line,
                format!("column {name:?} is there twice; expected it once"),
            ));
        }
        *column = record.iter().position(matches).ok_or_else(|| {
            SimError::line(
                file,
                line,
                format!(
                    "column {name:?} is missing; expected the columns {}, found {}",
                    COLUMNS.join(","),
                    record.iter().collect::<Vec<_>>().join(",")
                ),
            )
        })?;
    }
    Ok((columns, true))
}

fn parse_row(file: &Path, line: u64, record: &StringRecord, columns: [usize; 6]) -> SimResult<Row> {
    let field = |index: usize| -> SimResult<(&str, &str)> {
        let name = COLUMNS.get(index).copied().unwrap_or_default();
        let column = columns.get(index).copied().unwrap_or_default();
        record.get(column).map(|text| (name, text)).ok_or_else(|| {
            SimError::line(
                file,
                line,
                format!(
                    "column {name:?} is missing; expected {} columns, found {}",
                    COLUMNS.len(),
                    record.len()
                ),
            )
        })
    };
    let number = |index: usize| -> SimResult<PlainDecimal> {
        let (name, text) = field(index)?;
        PlainDecimal::parse(text).map_err(|problem| {
            SimError::line(
                file,
                line,
                format!("{name} {problem}; expected a plain decimal number such as 41230.5"),
            )
        })
    };
    let time =
        parse_timestamp(field(0)?.1).map_err(|problem| SimError::line(file, line, problem))?;
    let prices = [number(1)?, number(2)?, number(3)?, number(4)?];
    for (name, price) in COLUMNS.iter().skip(1).zip(&prices) {
        if price.mantissa == 0 {
            return Err(SimError::line(
                file,
                line,
                format!("{name} is zero; expected a price above zero"),
            ));
        }
    }
    check_shape(&prices).map_err(|problem| SimError::line(file, line, problem))?;
    let volume = number(5)?.truncated(VOLUME_DECIMALS);
    Ok(Row {
        line,
        time,
        prices,
        volume,
    })
}

/// Seconds of a time in milliseconds (or microseconds).
pub(crate) fn parse_timestamp(text: &str) -> Result<u64, String> {
    let expected = "expected whole milliseconds since 1970, such as 1621209600000";
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("timestamp_ms is {text:?}; {expected}"));
    }
    let number: u64 = text
        .parse()
        .map_err(|_| format!("timestamp_ms is too large: {text}; {expected}"))?;
    let unit = if number >= MICROSECONDS_FROM {
        1_000_000
    } else {
        1_000
    };
    let (seconds, rest) = (number / unit, number % unit);
    // Seconds would be 1970; after 2200 the chain's nanoseconds would come near their end.
    if !(946_684_800..7_258_118_400).contains(&seconds) {
        return Err(format!(
            "timestamp_ms {text} is not between the years 2000 and 2200; {expected}"
        ));
    }
    if rest != 0 {
        return Err(format!(
            "timestamp_ms {text} is not a whole second; {expected}"
        ));
    }
    Ok(seconds)
}

/// The high is highest and the low lowest.
fn check_shape([open, high, low, close]: &[PlainDecimal; 4]) -> Result<(), String> {
    let decimals = [open, high, low, close]
        .iter()
        .map(|price| price.decimals)
        .max()
        .unwrap_or(0);
    let at = |price: &PlainDecimal| price.at_decimals(decimals).unwrap_or(u128::MAX);
    let (open, high, low, close) = (at(open), at(high), at(low), at(close));
    if high < low {
        return Err(
            "high is below low; expected high to be the highest price of the bar".to_string(),
        );
    }
    if high < open.max(close) {
        return Err(
            "high is below open or close; expected the highest price of the bar".to_string(),
        );
    }
    if low > open.min(close) {
        return Err("low is above open or close; expected the lowest price of the bar".to_string());
    }
    Ok(())
}

fn check_order(
    file: &Path,
    last: Option<&Row>,
    row: &Row,
    bar_secs: &mut Option<u64>,
) -> SimResult<()> {
    let Some(last) = last else { return Ok(()) };
    let problem = match row.time.checked_sub(last.time) {
        None => "time goes backwards".to_string(),
        Some(0) => "the same time twice".to_string(),
        Some(step) => match *bar_secs {
            None => {
                *bar_secs = Some(step);
                return Ok(());
            }
            Some(expected) if expected == step => return Ok(()),
            Some(expected) if step > expected => {
                format!("a gap of {step} s between bars of {expected} s")
            }
            Some(expected) => format!("{step} s after the last bar, the bars have {expected} s"),
        },
    };
    let expected = match *bar_secs {
        Some(secs) => format!("{}", last.time.saturating_add(secs).saturating_mul(1_000)),
        None => format!("more than {}", last.time.saturating_mul(1_000)),
    };
    Err(SimError::line(
        file,
        row.line,
        format!(
            "{problem}: timestamp_ms is {}, expected {expected}",
            row.time.saturating_mul(1_000)
        ),
    ))
}

/// All prices at one number of decimals, as a feed has one exponent.
fn align(file: &Path, rows: &[Row]) -> SimResult<(u32, Vec<Bar>)> {
    let decimals = rows
        .iter()
        .flat_map(|row| row.prices.iter().map(|price| price.decimals))
        .max()
        .unwrap_or(0);
    let mut bars = vec![];
    for row in rows {
        let mut mantissas = [0u64; 4];
        for ((name, price), mantissa) in COLUMNS
            .iter()
            .skip(1)
            .zip(&row.prices)
            .zip(mantissas.iter_mut())
        {
            *mantissa = price
                .at_decimals(decimals)
                .and_then(|value| u64::try_from(value).ok())
                .filter(|value| *value <= MAX_MANTISSA)
                .ok_or_else(|| {
                    SimError::line(
                        file,
                        row.line,
                        format!(
                            "{name} is too large: with the {decimals} digits after the point that this \
                             file uses, expected at most {}",
                            crate::decimal::format_fixed(u128::from(MAX_MANTISSA), decimals)
                        ),
                    )
                })?;
        }
        let [open, high, low, close] = mantissas;
        bars.push(Bar {
            time: row.time,
            open,
            high,
            low,
            close,
            volume: row.volume,
        });
    }
    Ok((decimals, bars))
}

/// `BTC-PERP` of `2021-05_BTCUSDT_binance-spot_1m.csv`; of any other name what looks like a symbol in it.
fn symbol_of(file: &Path) -> String {
    let stem = file
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    let is_symbol = |part: &&str| {
        let letters = part.chars().filter(char::is_ascii_uppercase).count();
        letters >= 2
            && part
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-')
    };
    let part = stem.split(['_', '.', ' ']).find(is_symbol).unwrap_or(&stem);
    let part = part.trim_end_matches("-PERP");
    let base = ["USDT", "USDC", "BUSD", "USD"]
        .iter()
        .find_map(|quote| part.strip_suffix(quote))
        .unwrap_or(part)
        .trim_end_matches('-');
    let clean: String = base
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(16)
        .collect();
    if clean.is_empty() {
        "MARKET-PERP".to_string()
    } else {
        format!("{}-PERP", clean.to_ascii_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> SimResult<Series> {
        parse(Path::new("x.csv"), text.as_bytes())
    }

    #[test]
    fn prices_keep_every_digit() {
        let series = parsed(
            "timestamp_ms,open,high,low,close,volume\n\
             1621209600000,46426.83,46514.75,46358.14,46506,121.330795\n\
             1621209660000,46506.0,46646.53,46467.115,46572.17,1\n",
        )
        .unwrap();
        assert_eq!(
            (series.decimals, series.bar_secs, series.bars.len()),
            (3, 60, 2)
        );
        assert_eq!(series.bars[0].close, 46_506_000);
        assert_eq!(series.bars[1].low, 46_467_115);
        assert_eq!(series.bars[0].volume, 121_330_795);
    }

    #[test]
    fn kline_downloads_have_no_names_and_more_columns() {
        let series = parsed(
            "1621209600000000,10,11,9,10,5,1621209659999,50,7,2,20,0\n\
             1621209660000000,10,11,9,10,5,1621209719999,50,7,2,20,0\n",
        )
        .unwrap();
        assert_eq!((series.bar_secs, series.start()), (60, 1_621_209_600));
    }

    #[test]
    fn names_may_stand_in_any_order() {
        let series = parsed(
            "Close,Volume,open_time,Low,High,Open\n\
             10,5,1621209600000,9,11,8.5\n10,5,1621209660000,9,11,10\n",
        );
        assert!(series.is_err(), "open 8.5 is below low 9");
        let series = parsed(
            "Close,Volume,open_time,Low,High,Open\n\
             10,5,1621209600000,8,11,8.5\n10,5,1621209660000,9,11,10\n",
        )
        .unwrap();
        assert_eq!(series.bars[0].path(), [85, 80, 110, 100]);
    }

    #[test]
    fn symbols_come_from_file_names() {
        for (file, symbol) in [
            ("2021-05_BTCUSDT_binance-spot_1m.csv", "BTC-PERP"),
            ("2022-11_BTCUSDT-PERP_binance_5m.csv", "BTC-PERP"),
            ("ETHUSD.csv", "ETH-PERP"),
            ("mine.csv", "MINE-PERP"),
            ("42.csv", "42-PERP"),
            ("é.csv", "MARKET-PERP"),
        ] {
            assert_eq!(symbol_of(Path::new(file)), symbol, "{file}");
        }
    }
}
