//! What a proposal does and when, for people and for machines.

use std::fmt::Write;

use ballast_governance::propose::MAX_DESCRIPTION;
use ballast_types::governance::Speed;
use cw20::UncheckedDenom;
use serde::Serialize;

use super::changes::{Direction, FieldChange};
use super::check::{Checked, Effect, Item};
use super::state::State;
use super::timing::Timing;
use crate::clock::{format_minute, length};
use crate::parameters::shown;

/// How long a change that waited can be applied, days: the same in market and fund.
const APPLY_WINDOW_DAYS: u64 = ballast_administration::pending::APPLY_WINDOW_SECS / 86_400;

/// A proposal in words and numbers.
#[derive(Serialize, Debug, Clone)]
pub struct Summary {
    /// Its title.
    pub title: String,
    /// Where it is proposed.
    pub governance: String,
    /// When what happens.
    pub timing: Timing,
    /// What each message does, in order.
    pub items: Vec<Item>,
    /// What the proposer attaches, unless they hold a twentieth of all power.
    pub deposit: Option<String>,
    /// What else is to be known.
    pub notes: Vec<String>,
}

impl Summary {
    /// Of a proposal that was checked.
    #[must_use]
    pub fn new(
        title: &str,
        governance: &str,
        checked: &Checked,
        state: &State,
        proposed_at: Option<u64>,
    ) -> Self {
        let timing = Timing::new(&checked.settings, checked.speed, proposed_at);
        let mut items = checked.items.clone();
        for item in &mut items {
            item.effective_at = timing
                .ready_at
                .map(|at| at.saturating_add(item.effect.secs()));
        }
        let mut notes = vec![];
        if state.governance.is_none() {
            notes.push(
                "governance's settings were not given: times are those of its defaults".to_owned(),
            );
        }
        if checked.could_be_protective && checked.speed != Speed::Protective {
            let secs = checked.settings.protective_voting_secs;
            notes.push(format!(
                "it only tightens: with --protective it could act after a vote of {}, and would expire unless confirmed",
                length(secs)
            ));
        }
        if checked.speed == Speed::Protective {
            notes.push(format!(
                "{} after its execution anyone may set it back, unless a proposal with confirm_protective was executed",
                length(checked.settings.protective_expiry_secs)
            ));
        }
        let deposit = checked.settings.deposit.as_ref().map(|deposit| {
            let token = match &deposit.denom {
                UncheckedDenom::Native(denom) => denom.clone(),
                UncheckedDenom::Cw20(token) => format!(" of the token {token}"),
            };
            format!("{}{token}", deposit.amount)
        });
        Self {
            title: title.to_owned(),
            governance: governance.to_owned(),
            timing,
            items,
            deposit,
            notes,
        }
    }

    /// What changes, without times of day: a proposal's description. Where that would be too long, the messages without
    /// their fields.
    #[must_use]
    pub fn description(&self) -> String {
        let text = |items: &[Item]| {
            let mut text = String::new();
            for (number, item) in (1u32..).zip(items) {
                item_text(&mut text, number, item, false);
            }
            text.trim_end().to_owned()
        };
        let full = text(&self.items);
        if full.len() <= MAX_DESCRIPTION {
            return full;
        }
        let without = |item: &Item| Item {
            changes: vec![],
            ..item.clone()
        };
        text(&self.items.iter().map(without).collect::<Vec<_>>())
    }

    /// All of it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n\n", self.title);
        for (number, item) in (1u32..).zip(&self.items) {
            item_text(&mut text, number, item, true);
        }
        text.push_str(&self.times());
        let deposit = self.deposit.as_deref().unwrap_or("none");
        let _ = writeln!(text, "deposit: {deposit}");
        for note in &self.notes {
            let _ = writeln!(text, "note: {note}");
        }
        text
    }

    fn times(&self) -> String {
        let timing = &self.timing;
        let at = |moment: Option<u64>| {
            moment.map_or(String::new(), |at| format!(" ({} UTC)", format_minute(at)))
        };
        let mut text = format!(
            "when: a {} proposal{}\n",
            timing.speed.as_str(),
            timing.proposed_at.map_or(String::new(), |at| format!(
                ", proposed {} UTC",
                format_minute(at)
            ))
        );
        let mut row = |name: &str, value: String| {
            let _ = writeln!(text, "  {name:<20} {value}");
        };
        row(
            "voting ends",
            format!(
                "{} after it is proposed{}",
                length(timing.voting_secs),
                at(timing.voting_ends_at)
            ),
        );
        let wait = if timing.delay_secs == 0 {
            "as soon as it is decided".to_owned()
        } else {
            format!("{} after it is decided", length(timing.delay_secs))
        };
        row("may be executed", format!("{wait}{}", at(timing.ready_at)));
        if timing.early_decision {
            row(
                "",
                format!(
                    "sooner where a vote decides it that no other could overturn{}",
                    timing.ready_at_earliest.map_or(String::new(), |at| format!(
                        ", not before {} UTC",
                        format_minute(at)
                    ))
                ),
            );
        }
        row(
            "and expires",
            format!(
                "{} later{}",
                length(timing.execution_window_secs),
                at(timing.deadline)
            ),
        );
        text
    }
}

fn item_text(text: &mut String, number: u32, item: &Item, with_times: bool) {
    let subject = if item.subject.is_empty() {
        String::new()
    } else {
        format!(": {}", item.subject)
    };
    let _ = writeln!(text, "{number}. {} {}{subject}", item.to, item.action);
    for change in &item.changes {
        let _ = writeln!(text, "   {}", change_text(change));
    }
    let when = item.effective_at.filter(|_| with_times);
    let when = when.map_or(String::new(), |at| {
        format!("; {} UTC if voting runs to its end", format_minute(at))
    });
    let effect = match &item.effect {
        Effect::AtExecution => "when the proposal is executed".to_owned(),
        Effect::Waits { loosens, secs } => format!(
            "{} after that, because {loosens} loosens: anyone then sends apply_change, within {APPLY_WINDOW_DAYS} d",
            length(*secs)
        ),
        Effect::WaitsIfItLoosens { secs } => format!(
            "when the proposal is executed, or {} after that if it loosens anything",
            length(*secs)
        ),
    };
    let _ = writeln!(text, "   takes effect {effect}{when}");
    for note in &item.notes {
        let _ = writeln!(text, "   note: {note}");
    }
    text.push('\n');
}

/// One field, for people.
#[must_use]
pub fn change_text(change: &FieldChange) -> String {
    let from = change
        .from
        .as_ref()
        .map_or("not given".to_owned(), |from| readable(&change.field, from));
    let direction = match change.direction {
        Some(Direction::Loosens) => " (loosens)",
        Some(Direction::Tightens) => " (tightens)",
        None => "",
    };
    format!(
        "{}: {from} -> {}{direction}",
        change.field,
        readable(&change.field, &change.to)
    )
}

fn readable(field: &str, value: &str) -> String {
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) || value.len() > 38 {
        return value.to_owned();
    }
    let text = shown(field, value);
    match value.parse::<u64>() {
        Ok(ppm) if field.ends_with("_ppm") => {
            format!("{text} ppm ({})", crate::decimal::percent(ppm))
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_shown_as_percent() {
        for (ppm, expected) in [
            ("0", "0 ppm (0 %)"),
            ("25", "25 ppm (0.0025 %)"),
            ("15000", "15,000 ppm (1.5 %)"),
            ("600000", "600,000 ppm (60 %)"),
            ("1000000", "1,000,000 ppm (100 %)"),
        ] {
            assert_eq!(readable("risk_weight_ppm", ppm), expected);
        }
        assert_eq!(readable("symbol", "FTT-PERP"), "FTT-PERP");
    }
}
