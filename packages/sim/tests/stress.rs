//! Many seeds at once.

mod support;

use assert_cmd::Command;
use serde_json::Value;
use support::{atoms, count, replay_json, text};

const SMALL: [&str; 8] = [
    "--scenario",
    "gap",
    "--traders",
    "12",
    "--bars",
    "60",
    "--fund-size",
    "0.05%",
];

fn stress(more: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ballast"));
    command
        .arg("stress")
        .args(SMALL)
        .args(more)
        .output()
        .unwrap()
}

#[test]
fn every_seed_is_a_replay_and_the_worst_can_be_replayed() {
    let output = stress(&["--seeds", "2", "--seed", "5", "--json"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let fates = report["fates"].as_array().unwrap();
    assert_eq!(count(&report, "/seeds"), 2);
    let mut largest = 0;
    for (seed, fate) in (5..).zip(fates) {
        assert_eq!(count(fate, "/seed"), seed);
        let seed = seed.to_string();
        let alone = replay_json(&[&SMALL[..], &["--seed", seed.as_str()]].concat());
        assert_eq!(
            atoms(fate, "/uncovered"),
            atoms(&alone, "/claims/uncovered")
        );
        assert_eq!(
            atoms(fate, "/counterparties"),
            atoms(&alone, "/borne/counterparties")
        );
        let (start, low) = (atoms(&alone, "/fund/start"), atoms(&alone, "/fund/low"));
        let depletion = (start - low) * 1_000_000 / start;
        assert_eq!(u128::from(count(fate, "/depletion_ppm")), depletion);
        largest = largest.max(atoms(fate, "/uncovered"));
    }
    assert!(largest > 0, "nothing was at stake");
    assert_eq!(atoms(&report, "/uncovered/max"), largest);
    assert_eq!(atoms(&report, "/worst/uncovered"), largest);
    let worst = count(&report, "/worst/seed");
    let command = report["replay"].as_str().unwrap();
    assert_eq!(
        command,
        format!("cargo ballast replay {} --seed {worst}", SMALL.join(" "))
    );
}

#[test]
fn figures_do_not_depend_on_how_many_run_at_a_time() {
    let with = |threads| text(&stress(&["--seeds", "2", "--threads", threads]).stdout);
    let one = with("1");
    assert_eq!(one, with("2"));
    assert!(one.contains("worst: seed"), "{one}");
}

#[test]
fn wrong_options_say_what_was_expected() {
    for (arguments, expected) in [
        (["--seeds", "0"], "1..=100000"),
        (["--seeds", "many"], "invalid digit"),
        (["--prices", "none.csv"], "cannot be used with"),
    ] {
        let output = stress(&arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            text(&output.stderr).contains(expected),
            "{}",
            text(&output.stderr)
        );
    }
    let output = stress(&["--list"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("replay --list"));
}
