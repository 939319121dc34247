//! What a replay ends with, for people.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table};

use crate::clock::{format_minute, length};
use crate::engine::Outcome;
use crate::governed::GovernedReport;
use crate::listing::QUOTE_UNIT;
use crate::prices::Series;
use crate::propose::summary::change_text;
use crate::report::Report;

/// How many kinds of refusals are shown.
const SHOWN_REFUSALS: usize = 3;

/// The table after a replay.
#[must_use]
pub fn summary(outcome: &Outcome) -> String {
    let report = &outcome.report;
    let mut table = Table::new();
    table
        .load_preset(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(vec![
        Cell::new("Ballast replay").add_attribute(Attribute::Bold),
        Cell::new(title(report)).add_attribute(Attribute::Bold),
    ]);
    for (name, value) in rows(outcome) {
        table.add_row(vec![Cell::new(name), Cell::new(value)]);
    }
    table.to_string()
}

fn title(report: &Report) -> String {
    let source = report.scenario.as_ref().map_or_else(
        || format!("{} file(s)", report.markets.len()),
        |name| format!("scenario {name}"),
    );
    format!(
        "{source}, seed {}, {} collateral",
        report.seed, report.collateral
    )
}

fn rows(outcome: &Outcome) -> Vec<(&'static str, String)> {
    let report = &outcome.report;
    let mut rows = vec![(
        "window",
        format!(
            "{} to {} UTC, {} bars",
            format_minute(report.window.from),
            format_minute(report.window.to),
            report.bars
        ),
    )];
    for market in &report.markets {
        rows.push((
            "market",
            format!(
                "{} {} -> low {} -> {}; open interest up to {}, {} at the end",
                market.symbol,
                market.first,
                market.low,
                market.last,
                money(&market.open_interest_high),
                money(&market.open_interest_end)
            ),
        ));
    }
    rows.push((
        "activity",
        format!(
            "{} traders, {} makers; {} messages, {} orders, {} fills",
            report.traders,
            report.makers,
            count(report.messages),
            count(report.orders),
            count(report.fills)
        ),
    ));
    rows.push(("refused", refused(outcome)));
    rows.push((
        "liquidations",
        format!(
            "{} messages closed something; {} positions were bankrupt",
            count(report.liquidations),
            count(report.bankruptcies)
        ),
    ));
    let claims = &report.claims;
    rows.push((
        "claims on the fund",
        format!(
            "{}: {} in full, {} in part, {} with nothing{}\nasked {}, paid {} (of that {} came back unneeded), \
             uncovered {}",
            count(claims.count),
            count(claims.paid_in_full),
            count(claims.paid_in_part),
            count(claims.paid_nothing),
            if claims.failed > 0 {
                format!(", {} failed", claims.failed)
            } else {
                String::new()
            },
            money(&claims.asked),
            money(&claims.paid),
            money(&claims.returned),
            money(&claims.uncovered)
        ),
    ));
    let borne = &report.borne;
    rows.push((
        "who bore it",
        format!(
            "of what was asked: the fund {}, counterparties {}, deficit {}\nleft with other positions {}, not needed \
             after all {}",
            money(&borne.fund),
            money(&borne.counterparties),
            money(&borne.deficit),
            money(&borne.carried),
            money(&borne.avoided)
        ),
    ));
    if report.contagion.len() > 1 {
        rows.push(("contagion", contagion(report)));
    }
    rows.push((
        "deleveraged",
        format!(
            "{} positions worth {} closed, at the oracle price but for losses of {} in all",
            count(report.deleveraged.positions),
            money(&report.deleveraged.notional),
            money(&report.deleveraged.loss)
        ),
    ));
    rows.push((
        "fund",
        format!(
            "{} -> low {} -> {}, target {}; fees brought {}, of them {} surplus\ncoverage down to {:.0} %, {:.0} % at the end",
            money(&report.fund.start),
            money(&report.fund.low),
            money(&report.fund.end),
            money(&report.fund.target),
            money(&report.fees_to_fund),
            money(&report.fund.surplus),
            report.fund.coverage_low * 100.0,
            report.fund.coverage_end * 100.0
        ),
    ));
    rows.push(("levels", levels(report)));
    rows.push(("by themselves", rules(report)));
    if let Some(governed) = &report.governed {
        rows.extend(dao(governed));
    }
    rows.push((
        "deficit",
        format!(
            "{} at the end, {} ever booked",
            money(&report.deficit),
            money(&report.deficit_booked)
        ),
    ));
    rows.push((
        "invariants",
        format!(
            "{} checks ({}), {} violated",
            count(report.invariant_checks),
            report.invariants,
            report.violations
        ),
    ));
    rows.push(("took", format!("{:.1} s", report.seconds)));
    rows
}

/// Who bore what each market caused, and how much of it reached others.
fn contagion(report: &Report) -> String {
    let lines: Vec<String> = report
        .contagion
        .iter()
        .map(|cause| {
            format!(
                "{} caused {}: its own reserve {}, its counterparties {}, deficit {}\n\
                 beyond it: mutual reserve {}, other reserves {}, counterparties in other markets {}\n\
                 one shared pot would have paid {} of others' money",
                cause.symbol,
                money(&cause.loss),
                money(&cause.own_reserve),
                money(&cause.own_counterparties),
                money(&cause.deficit),
                money(&cause.mutual),
                money(&cause.other_reserves),
                money(&cause.other_counterparties),
                money(&cause.one_pot)
            )
        })
        .collect();
    lines.join("\n")
}

fn refused(outcome: &Outcome) -> String {
    let mut text = format!("{} messages (N: a number)", count(outcome.report.refused));
    if outcome.report.panics > 0 {
        text.push_str(&format!(", {} of them panics", outcome.report.panics));
    }
    for (kind, times) in outcome.refusals.iter().take(SHOWN_REFUSALS) {
        // Alike but for their numbers, which were replaced by one sign.
        let kind = kind.replace('#', "N");
        text.push_str(&format!("\n{} x {kind}", count(*times)));
    }
    text
}

/// What the levels did to each market, and whether the owner had a hand in it.
fn rules(report: &Report) -> String {
    let mut lines: Vec<String> = report
        .rules
        .iter()
        .map(|rules| {
            let (first, tightest, last) = (&rules.first, &rules.tightest, &rules.last);
            format!(
                "{}: premium {:.1} % a year -> {:.1} % -> {:.1} %; of fees {:.0} % to the fund -> {:.0} % -> {:.0} %\n\
                 open interest at most {} -> {} -> {}; reduce-only for {} min",
                rules.symbol,
                first.premium_rate * 100.0,
                tightest.premium_rate * 100.0,
                last.premium_rate * 100.0,
                first.fee_share * 100.0,
                tightest.fee_share * 100.0,
                last.fee_share * 100.0,
                money(&first.open_interest_cap),
                money(&tightest.open_interest_cap),
                money(&last.open_interest_cap),
                rules.reduce_only_secs / 60
            )
        })
        .collect();
    lines.push(format!(
        "start -> tightest -> end; messages of the owner: {}",
        report.owner_messages
    ));
    lines.join("\n")
}

/// The periods that applied to each proposal of the DAO, and what changed.
fn dao(governed: &GovernedReport) -> Vec<(&'static str, String)> {
    let at = |time: Option<u64>| time.map_or("never".to_owned(), format_minute);
    let mut rows: Vec<(&'static str, String)> = governed
        .proposals
        .iter()
        .map(|one| {
            let timelock = one
                .ready_at
                .zip(one.decided_at)
                .map_or(0, |(ready, decided)| ready.saturating_sub(decided));
            let mut text = format!(
                "{} ({}): {}\nvoting {} to {}, decided {}; timelock {}, until {}; executed {}",
                one.proposal_id,
                one.kind,
                one.title,
                format_minute(one.proposed_at),
                format_minute(one.voting_ends_at),
                at(one.decided_at),
                length(timelock),
                at(one.ready_at),
                at(one.executed_at)
            );
            for item in &one.items {
                text.push_str(&format!("\n{} {}: {}", item.to, item.action, item.subject));
                // Of a new market everything is new: its parameters are in the JSON.
                let known = item.changes.iter();
                for change in known.filter(|change| change.from.as_deref() != Some("none")) {
                    text.push_str(&format!("\n  {}", change_text(change)));
                }
            }
            ("proposal", text)
        })
        .collect();
    if let Some(continued) = governed.continued {
        rows.push((
            "after the prices",
            format!(
                "prices end {}, before the vote does: every market stays at its last price until {}",
                format_minute(continued.from),
                format_minute(continued.to)
            ),
        ));
    }
    if !governed
        .proposals
        .iter()
        .any(|one| one.kind == "protective")
    {
        let why =
            "none: no market fell by a tenth, and the fund's level did not fall below healthy";
        rows.push(("protective", why.to_owned()));
    }
    rows
}

fn levels(report: &Report) -> String {
    const SHOWN: usize = 12;
    let mut list: Vec<String> = report
        .levels
        .iter()
        .take(SHOWN)
        .map(|level| format!("{} {}", format_minute(level.at), level.level))
        .collect();
    if report.levels.len() > SHOWN {
        list.push(format!("and {} more", report.levels.len() - SHOWN));
    }
    list.join("\n")
}

/// The prices that can be replayed, with their worst moves.
#[must_use]
pub fn list(entries: &[(String, String, Vec<Series>)]) -> String {
    let mut table = Table::new();
    table
        .load_preset(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic);
    let head = [
        "prices",
        "market",
        "bars",
        "15 min",
        "1 h",
        "4 h",
        "24 h",
        "shaped after",
    ];
    table.set_header(head.map(|text| Cell::new(text).add_attribute(Attribute::Bold)));
    for (name, about, all) in entries {
        for (index, series) in all.iter().enumerate() {
            let mut row = vec![
                Cell::new(if index == 0 { name } else { "" }),
                Cell::new(&series.symbol),
                Cell::new(format!(
                    "{} x {}",
                    series.bars.len(),
                    length(series.bar_secs)
                )),
            ];
            for minutes in [15, 60, 240, 1_440] {
                let text = series
                    .worst_fall_ppm(minutes)
                    .map_or("-".to_string(), |ppm| format!("{:.1} %", percent(ppm)));
                row.push(Cell::new(text).set_alignment(CellAlignment::Right));
            }
            row.push(Cell::new(if index == 0 { about } else { "" }));
            table.add_row(row);
        }
    }
    format!(
        "{table}\nWorst fall within a time: from the open of a bar to the lowest price of the window that \
         begins with it."
    )
}

fn percent(ppm: i64) -> f64 {
    i32::try_from(ppm).map_or(f64::NAN, f64::from) / 10_000.0
}

/// Quote atoms as whole quote units with thousands separated, rounded to the nearest.
pub(crate) fn units(atoms: &str) -> String {
    let (sign, digits) = atoms
        .strip_prefix('-')
        .map_or(("", atoms), |digits| ("-", digits));
    let atoms: u128 = digits.parse().unwrap_or(0);
    let whole = atoms.saturating_add(QUOTE_UNIT / 2) / QUOTE_UNIT;
    let sign = if whole == 0 { "" } else { sign };
    format!("{sign}{}", separated(whole))
}

/// Quote atoms as quote units with thousands separated, two decimals, rounded to the nearest.
pub(crate) fn money(atoms: &str) -> String {
    let (sign, digits) = atoms
        .strip_prefix('-')
        .map_or(("", atoms), |digits| ("-", digits));
    let atoms: u128 = digits.parse().unwrap_or(0);
    let cents = atoms.saturating_add(QUOTE_UNIT / 200) / (QUOTE_UNIT / 100);
    format!("{sign}{}.{:02}", separated(cents / 100), cents % 100)
}

fn count(number: u64) -> String {
    separated(u128::from(number))
}

fn separated(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_readable() {
        assert_eq!(money("0"), "0.00");
        assert_eq!(money("1234567890000"), "1,234,567.89");
        assert_eq!(money("-1000000"), "-1.00");
        assert_eq!(units("-499999"), "0");
        assert_eq!(units("-1234500000"), "-1,235");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
    }
}
