//! Bad input names file, line and what was expected, exits 2, and prints nothing else.

mod support;

use support::{bar, replay, text, HEADER, START};

/// Replays one file of this content; returns exit code, standard output and standard error.
fn replay_content(content: &str) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("prices.csv");
    std::fs::write(&file, content).unwrap();
    let output = replay(&["--prices", file.to_str().unwrap(), "--traders", "2"]);
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 1, "nothing half written");
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// Three good bars, the third replaced.
fn with_third(line: &str) -> String {
    let first = bar(START, 100, 101, 99, 100);
    let second = bar(START + 60, 100, 101, 99, 100);
    format!("{HEADER}{first}{second}{line}\n")
}

#[test]
fn every_kind_of_bad_line_is_named() {
    let third = (START + 120) * 1_000;
    let at = |rest: &str| format!("{third},{rest}");
    let cases: &[(&str, String, &[&str])] = &[
        (
            "text in a number",
            at("100,abc,99,100,1"),
            &["high", "\"abc\"", "plain decimal"],
        ),
        (
            "not a number",
            at("NaN,101,99,100,1"),
            &["open", "NaN", "plain decimal"],
        ),
        (
            "infinite",
            at("100,inf,99,100,1"),
            &["high", "inf", "plain decimal"],
        ),
        (
            "exponent",
            at("1e2,101,99,100,1"),
            &["open", "1e2", "plain decimal"],
        ),
        (
            "thousands separator",
            at("\"1,000\",1001,999,1000,1"),
            &["open", "plain decimal"],
        ),
        (
            "empty field",
            at("100,101,99,,1"),
            &["close is empty", "plain decimal"],
        ),
        (
            "negative price",
            at("100,101,-99,100,1"),
            &["low is negative", "plain decimal"],
        ),
        (
            "zero price",
            at("100,101,0.000,100,1"),
            &["low is zero", "above zero"],
        ),
        (
            "negative volume",
            at("100,101,99,100,-1"),
            &["volume is negative"],
        ),
        (
            "text in the volume",
            at("100,101,99,100,much"),
            &["volume", "\"much\""],
        ),
        (
            "high below low",
            at("100,98,99,100,1"),
            &["high is below low"],
        ),
        (
            "high below close",
            at("100,101,99,102,1"),
            &["high is below open or close"],
        ),
        (
            "low above open",
            at("98,101,99,100,1"),
            &["low is above open or close"],
        ),
        (
            "too large",
            at("100,99999999999999999999,99,100,1"),
            &["high is too large", "at most"],
        ),
        (
            "too many digits",
            at("100,101,99.0000000000000000001,100,1"),
            &["low has more than 18 digits"],
        ),
        (
            "missing field",
            at("100,101,99"),
            &["\"close\" is missing", "6 columns, found 4"],
        ),
        (
            "a field too many",
            at("100,101,99,100,1,7"),
            &["has 7 columns", "expected 6"],
        ),
        (
            "time as text",
            "yesterday,100,101,99,100,1".to_string(),
            &["timestamp_ms", "yesterday"],
        ),
        (
            "negative time",
            "-5,100,101,99,100,1".to_string(),
            &["timestamp_ms", "-5"],
        ),
        (
            "seconds for milliseconds",
            format!("{},100,101,99,100,1", START + 120),
            &["between the years 2000 and 2200"],
        ),
        (
            "a gap",
            format!("{},100,101,99,100,1", third + 60_000),
            &["a gap of 120 s", &third.to_string()],
        ),
        (
            "an odd step",
            format!("{},100,101,99,100,1", third - 30_000),
            &["30 s after the last bar", &third.to_string()],
        ),
        (
            "the same time",
            format!("{},100,101,99,100,1", third - 60_000),
            &["same time twice", &third.to_string()],
        ),
        (
            "time going backwards",
            format!("{},100,101,99,100,1", third - 600_000),
            &["backwards", &third.to_string()],
        ),
        ("not text", "\u{0}\u{1}".to_string(), &["timestamp_ms"]),
    ];
    for (name, line, expected) in cases {
        let (code, stdout, stderr) = replay_content(&with_third(line));
        assert_eq!(code, Some(2), "{name}: {stderr}");
        assert_eq!(stdout, "", "{name}");
        assert!(stderr.contains("prices.csv:4: "), "{name}: {stderr}");
        for part in *expected {
            assert!(stderr.contains(part), "{name}: no {part:?} in {stderr}");
        }
    }
}

#[test]
fn files_that_are_none_are_named() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("empty", "", &["prices.csv: ", "0 bars", "at least 2"]),
        (
            "names only",
            HEADER,
            &["prices.csv: ", "0 bars", "at least 2"],
        ),
        (
            "one bar",
            &format!("{HEADER}{}", bar(START, 100, 101, 99, 100)),
            &["1 bars"],
        ),
        (
            "a missing column",
            "timestamp_ms,open,high,close,volume\n1,1,1,1,1\n",
            &[
                "prices.csv:1: ",
                "\"low\" is missing",
                "timestamp_ms,open,high,low,close,volume",
            ],
        ),
        (
            "other text",
            "{\"prices\": []}\n",
            &["prices.csv:1: ", "\"timestamp_ms\" is missing"],
        ),
    ];
    for (name, content, expected) in cases {
        let (code, stdout, stderr) = replay_content(content);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{name}: {stderr}");
        for part in *expected {
            assert!(stderr.contains(part), "{name}: no {part:?} in {stderr}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    for (file, part) in [(path, "is a folder"), ("/no/such.csv", "cannot be read")] {
        let output = replay(&["--prices", file]);
        assert_eq!(output.status.code(), Some(2));
        let stderr = text(&output.stderr);
        assert!(stderr.contains(file) && stderr.contains(part), "{stderr}");
    }
    std::fs::write(
        folder.path().join("bytes.csv"),
        [HEADER.as_bytes(), &[0xff, 0xfe]].concat(),
    )
    .unwrap();
    let output = replay(&[
        "--prices",
        folder.path().join("bytes.csv").to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("bytes.csv:2: "),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let early = support::write_bars(folder.path(), "EARLYUSD.csv", START, 60, 10);
    let late = support::write_bars(folder.path(), "LATEUSD.csv", START + 600, 60, 10);
    let (early, late) = (early.to_str().unwrap(), late.to_str().unwrap());
    let cases: &[(&[&str], &str)] = &[
        (&["--no-such-option"], "--no-such-option"),
        (&["--scenario", "boom"], "there is no scenario"),
        (
            &["--scenario", "gap", "--prices", early],
            "cannot be used with",
        ),
        (&["--traders", "0"], "1..=20000"),
        (&["--traders", "many"], "invalid digit"),
        (&["--leverage", "0.5"], "between 1 and 50"),
        (&["--fund-size", "-1"], "expected quote units"),
        (&["--fund-size", "lots"], "expected quote units"),
        (&["--collateral", "gold"], "possible values: native, cw20"),
        (
            &["--invariants", "none"],
            "possible values: full, touched, bar",
        ),
        (&["--from", "noon"], "is no time"),
        (&["--bars", "0"], "--bars"),
        (&["--steps", "8"], "between two prices"),
        (&["--prices", early, "--prices", late], "share no time"),
        (
            &["--prices", early, "--from", "2030-01-01"],
            "nothing is left to replay",
        ),
    ];
    for (arguments, part) in cases {
        let output = replay(arguments);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
        assert!(
            stderr.contains(part),
            "{arguments:?}: no {part:?} in {stderr}"
        );
    }
}

#[test]
fn a_file_given_twice_is_not_two_markets() {
    let folder = tempfile::tempdir().unwrap();
    let file = support::write_bars(folder.path(), "BTCUSD.csv", START, 60, 40);
    let file = file.to_str().unwrap();
    // The same file under another name of it.
    let again = format!("{}/./BTCUSD.csv", folder.path().display());
    let output = replay(&["--prices", file, "--prices", &again, "--traders", "2"]);
    assert_eq!(output.status.code(), Some(2));
    let message = text(&output.stderr);
    assert!(
        message.contains("is given twice") && message.contains("file of its own"),
        "{message}"
    );
    assert_eq!(text(&output.stdout), "");
}
