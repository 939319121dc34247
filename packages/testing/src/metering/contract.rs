//! The wrapper around a contract.

use std::rc::Rc;

use anyhow::Result;
use cosmwasm_std::{
    Addr, Binary, Checksum, Deps, DepsMut, Empty, Env, MessageInfo, Reply, Response,
};
use cw_multi_test::Contract;

use super::storage::{ReadProxy, Tally, WriteProxy};
use super::{Entry, Meter};

/// Name of a contract in reports.
pub type Label = Rc<str>;

/// A contract whose storage operations are counted and whose written keys are recorded.
pub struct Metered {
    label: Label,
    inner: Box<dyn Contract<Empty>>,
    meter: Meter,
}

impl Metered {
    /// Wraps a contract. With the meter switched off it costs one check a call.
    #[must_use]
    pub fn boxed(label: &str, inner: Box<dyn Contract<Empty>>, meter: &Meter) -> Box<Self> {
        Box::new(Self {
            label: label.into(),
            inner,
            meter: meter.clone(),
        })
    }

    fn writing<T>(
        &self,
        deps: DepsMut,
        contract: &Addr,
        entry: Entry,
        kind: impl FnOnce() -> String,
        call: impl FnOnce(&dyn Contract<Empty>, DepsMut) -> Result<T>,
    ) -> Result<T> {
        let (counting, recording) = (self.meter.is_counting(), self.meter.is_recording());
        let tracing = self.meter.is_tracing();
        if !counting && !recording && !tracing {
            return call(self.inner.as_ref(), deps);
        }
        let kind = (counting || tracing).then(kind).unwrap_or_default();
        let index = tracing.then(|| self.meter.trace_begin(&self.label, contract, entry, &kind));
        let tally = Tally::new(tracing);
        let result = {
            let mut storage = WriteProxy {
                inner: deps.storage,
                tally: &tally,
            };
            let deps = DepsMut {
                storage: &mut storage,
                api: deps.api,
                querier: deps.querier,
            };
            call(self.inner.as_ref(), deps)
        };
        if let Some(index) = index {
            self.meter.trace_end(index, &tally);
        }
        if counting {
            self.meter
                .add(&self.label, kind, tally.counts(), result.is_ok());
        }
        if recording {
            self.meter.record(contract, tally.into_written());
        }
        result
    }
}

impl Contract<Empty> for Metered {
    fn instantiate(
        &self,
        deps: DepsMut,
        env: Env,
        info: MessageInfo,
        msg: Vec<u8>,
    ) -> Result<Response> {
        let contract = env.contract.address.clone();
        let kind = || "instantiate".to_owned();
        self.writing(deps, &contract, Entry::Execute, kind, |inner, deps| {
            inner.instantiate(deps, env, info, msg)
        })
    }

    fn execute(
        &self,
        deps: DepsMut,
        env: Env,
        info: MessageInfo,
        msg: Vec<u8>,
    ) -> Result<Response> {
        let contract = env.contract.address.clone();
        let named = self.meter.is_counting() || self.meter.is_tracing();
        let name = named.then(|| message_kind(&msg).to_owned());
        let kind = || name.unwrap_or_default();
        self.writing(deps, &contract, Entry::Execute, kind, |inner, deps| {
            inner.execute(deps, env, info, msg)
        })
    }

    fn query(&self, deps: Deps, env: Env, msg: Vec<u8>) -> Result<Binary> {
        let (counting, tracing) = (self.meter.is_counting(), self.meter.is_tracing());
        if !counting && !tracing {
            return self.inner.query(deps, env, msg);
        }
        let kind = format!("query {}", message_kind(&msg));
        let address = env.contract.address.clone();
        let index = tracing.then(|| {
            self.meter
                .trace_begin(&self.label, &address, Entry::Query, &kind)
        });
        let tally = Tally::new(tracing);
        let storage = ReadProxy {
            inner: deps.storage,
            tally: &tally,
        };
        let deps = Deps {
            storage: &storage,
            api: deps.api,
            querier: deps.querier,
        };
        let result = self.inner.query(deps, env, msg);
        if let Some(index) = index {
            self.meter.trace_end(index, &tally);
        }
        if counting {
            self.meter
                .add(&self.label, kind, tally.counts(), result.is_ok());
        }
        result
    }

    fn reply(&self, deps: DepsMut, env: Env, msg: Reply) -> Result<Response> {
        let contract = env.contract.address.clone();
        let id = msg.id;
        let kind = || format!("reply {id}");
        self.writing(deps, &contract, Entry::Reply, kind, |inner, deps| {
            inner.reply(deps, env, msg)
        })
    }

    fn sudo(&self, deps: DepsMut, env: Env, msg: Vec<u8>) -> Result<Response> {
        let contract = env.contract.address.clone();
        let kind = || "sudo".to_owned();
        self.writing(deps, &contract, Entry::Execute, kind, |inner, deps| {
            inner.sudo(deps, env, msg)
        })
    }

    fn migrate(&self, deps: DepsMut, env: Env, msg: Vec<u8>) -> Result<Response> {
        let contract = env.contract.address.clone();
        let kind = || "migrate".to_owned();
        self.writing(deps, &contract, Entry::Execute, kind, |inner, deps| {
            inner.migrate(deps, env, msg)
        })
    }

    fn checksum(&self) -> Option<Checksum> {
        self.inner.checksum()
    }
}

/// The variant's name of an enum in JSON: its first string.
fn message_kind(msg: &[u8]) -> &str {
    let mut quoted = msg.split(|byte| *byte == b'"').skip(1);
    quoted
        .next()
        .and_then(|name| std::str::from_utf8(name).ok())
        .unwrap_or("?")
}

#[cfg(test)]
mod tests {
    use super::message_kind;

    #[test]
    fn kind_is_the_first_string() {
        assert_eq!(
            message_kind(br#"{"place_order":{"size":"1"}}"#),
            "place_order"
        );
        assert_eq!(message_kind(br#" { "sync" : {} }"#), "sync");
        assert_eq!(message_kind(br#""accept""#), "accept");
        assert_eq!(message_kind(b"{}"), "?");
        assert_eq!(message_kind(b"\"\xff\""), "?");
    }
}
